/** Lists of revoked certificates, written (RFC 5280 5): what an authority signs, from its parts. `writeSigned` joins both. */
import { context } from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.table.ts'
import {
  element,
  explicit,
  generalizedTime,
  integer,
  namedBitString,
  octetString,
  oid,
  sequence,
  time,
  truth,
} from '../../asn1/write.ts'
import type { Millis } from '../../engine.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { CRL_REASON, type CrlReason, type IssuingDistributionPoint } from './crl-extensions.table.ts'

export interface EntryToWrite {
  /** Octets of a positive number. */
  readonly serialNumber: Uint8Array
  readonly date: Millis
  /** RFC 5280 5.3.1: left out rather than `unspecified`. */
  readonly reason?: CrlReason | undefined
  readonly invalidityDate?: Millis | undefined
  /** A Name, DER: whose certificate it is and those of all entries behind, in an indirect list. */
  readonly issuer?: Uint8Array | undefined
}

export interface CrlToWrite {
  /** A Name, DER. */
  readonly issuer: Uint8Array
  readonly thisUpdate: Millis
  readonly nextUpdate: Millis
  /** Ascends from list to list of an issuer (RFC 5280 5.2.3): a number, or its octets. */
  readonly number: number | Uint8Array
  readonly entries: Iterable<EntryToWrite>
  /** The issuer's subjectKeyIdentifier. */
  readonly authorityKeyIdentifier?: Uint8Array | undefined
  /** Of a delta: the number of the full list that it changes. */
  readonly base?: number | Uint8Array | undefined
  /** Which of several lists it is. */
  readonly point?: CrlPointToWrite | undefined
  /** Where the deltas to this list are. */
  readonly freshest?: readonly string[] | undefined
}

export interface CrlPointToWrite extends Partial<Omit<IssuingDistributionPoint, 'name'>> {
  readonly urls?: readonly string[] | undefined
}

/** What the issuer signs; `algorithm` is the AlgorithmIdentifier of the signature, DER (`signatureFor`). */
export const crlTbs = (list: CrlToWrite, algorithm: Uint8Array): Uint8Array => {
  const entries = Array.from(list.entries, writeEntry)
  const extensions = [
    ...optional(list.authorityKeyIdentifier, id =>
      extension(OID.authorityKeyIdentifier, sequence(element(context(0), id))),
    ),
    extension(OID.cRLNumber, integer(list.number)),
    ...optional(list.base, base => extension(OID.deltaCRLIndicator, integer(base), 'critical')),
    ...optional(list.point, point => extension(OID.issuingDistributionPoint, writePoint(point), 'critical')),
    ...optional(list.freshest, urls =>
      extension(OID.freshestCRL, sequence(sequence(explicit(0, explicit(0, ...urls.map(uri)))))),
    ),
  ]
  return sequence(
    integer(1),
    algorithm,
    list.issuer,
    time(list.thisUpdate),
    time(list.nextUpdate),
    // RFC 5280 5.1.2.6: when nothing is revoked, the list of it must be absent.
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    explicit(0, sequence(...extensions)),
  )
}

const writeEntry = ({ serialNumber, date, reason, invalidityDate, issuer }: EntryToWrite): Uint8Array => {
  const extensions = [
    ...(reason === undefined || reason === 'unspecified'
      ? []
      : [extension(OID.cRLReason, element(0x0a, Uint8Array.of(CRL_REASON[reason])))]),
    ...optional(invalidityDate, at => extension(OID.invalidityDate, generalizedTime(at))),
    ...optional(issuer, name => extension(OID.certificateIssuer, sequence(explicit(4, name)), 'critical')),
  ]
  return sequence(integer(serialNumber), time(date), ...(extensions.length === 0 ? [] : [sequence(...extensions)]))
}

const writePoint = ({ urls, only, reasons, indirect }: CrlPointToWrite): Uint8Array =>
  sequence(
    ...optional(urls, list => explicit(0, explicit(0, ...list.map(uri)))),
    ...(only === 'users' ? [flag(1)] : []),
    ...(only === 'authorities' ? [flag(2)] : []),
    ...optional(reasons, set => element(context(3), namedBitString(set).subarray(2))),
    ...(indirect === true ? [flag(4)] : []),
    ...(only === 'attributes' ? [flag(5)] : []),
  )

const flag = (number: number): Uint8Array => element(context(number), truth.subarray(2))
const uri = (url: string): Uint8Array => element(context(6), latin1Bytes(url))

const extension = (id: string, value: Uint8Array, critical?: 'critical'): Uint8Array =>
  sequence(oid(id), ...(critical === undefined ? [] : [truth]), octetString(value))

const optional = <T>(value: T | undefined, write: (value: T) => Uint8Array): readonly Uint8Array[] =>
  value === undefined ? [] : [write(value)]
