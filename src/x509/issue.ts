/** Certificates, written (RFC 5280 4.1): the structure from its parts, signed by an issuer's key. */
import { context } from '../asn1/der.ts'
import { OID } from '../asn1/oids.table.ts'
import {
  element,
  explicit,
  integer,
  namedBitString,
  nothing,
  octetString,
  oid,
  sequence,
  setOf,
  time,
  truth,
  utf8String,
} from '../asn1/write.ts'
import type { CryptoProvider, SignatureAlgorithm } from '../crypto/provider.ts'
import type { Millis } from '../engine.ts'
import { parseIp } from '../wire/address.ts'
import { latin1Bytes } from '../wire/bytes.ts'
import { printable } from './certificate/distinguished-name.ts'
import type { BasicConstraints } from './certificate/extensions.ts'
import { readPublicKey } from './certificate/public-key.ts'
import { writeTimestamps } from './certificate/sct.ts'
import { isHostName } from './path/names.ts'
import { writeSigned } from './signed.ts'
import type { Precertificate } from './transparency/signed-entry.ts'

export interface KeyPair {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
  /** PrivateKeyInfo, DER. */
  readonly pkcs8: Uint8Array
}

export interface ExtensionToWrite {
  readonly oid: string
  readonly critical: boolean
  /** What goes into extnValue. */
  readonly value: Uint8Array
}

export interface CertificateToWrite {
  /** Octets of a positive number. */
  readonly serialNumber: Uint8Array
  /** Names, DER. */
  readonly issuer: Uint8Array
  readonly subject: Uint8Array
  readonly notBefore: Millis
  readonly notAfter: Millis
  readonly spki: Uint8Array
  readonly extensions: readonly ExtensionToWrite[]
  /** Are shown it before it is signed; what they promise stands in it (RFC 6962 3.1). */
  readonly logs?: readonly LogToAsk[] | undefined
}

/** Gives the SignedCertificateTimestamp of a log for what will be signed. */
export type LogToAsk = (precertificate: Precertificate) => Uint8Array

/** What is to be signed, and what it becomes with its signature. */
export interface ToSign {
  readonly algorithm: SignatureAlgorithm
  readonly tbs: Uint8Array
  readonly sealed: (signature: Uint8Array) => Uint8Array
}

/** The certificate in DER, signed with `key` by the algorithm that suits it. Throws for a key that cannot sign. */
export const writeCertificate = (parts: CertificateToWrite, key: KeyPair, crypto: CryptoProvider): Uint8Array => {
  const { algorithm, tbs, sealed } = certificateToSign(parts, key.spki)
  return sealed(crypto.sign(algorithm, key.pkcs8, tbs))
}

/** The certificate before its signature by the key of `issuerKey`, a SubjectPublicKeyInfo. Throws for one that cannot sign. */
export const certificateToSign = (parts: CertificateToWrite, issuerKey: Uint8Array): ToSign => {
  const { algorithm, identifier } = signatureFor(issuerKey)
  const { extensions, logs = [] } = parts
  const tbsWith = (list: readonly ExtensionToWrite[]): Uint8Array =>
    sequence(
      explicit(0, integer(2)),
      integer(parts.serialNumber),
      identifier,
      parts.issuer,
      sequence(time(parts.notBefore), time(parts.notAfter)),
      parts.subject,
      parts.spki,
      ...(list.length === 0 ? [] : [explicit(3, writeExtensions(list))]),
    )
  const before = tbsWith(extensions)
  const timestamps = logs.map(log => log({ tbs: before, issuerKey }))
  const tbs = timestamps.length === 0 ? before : tbsWith([...extensions, sctList(timestamps)])
  return { algorithm, tbs, sealed: signature => writeSigned(tbs, identifier, signature) }
}

/** Extensions, as certificates and requests have them. */
export const writeExtensions = (extensions: readonly ExtensionToWrite[]): Uint8Array =>
  sequence(
    ...extensions.map(({ oid: id, critical, value }) =>
      sequence(oid(id), ...(critical ? [truth] : []), octetString(value)),
    ),
  )

/** A name of these attributes, each in a set of its own: `[[OID.commonName, 'Example Root']]`. */
export const writeName = (attributes: readonly (readonly [type: string, text: string])[]): Uint8Array =>
  sequence(...attributes.map(([type, text]) => setOf(sequence(oid(type), utf8String(text)))))

/** RFC 5280 4.1.2.2: positive, at most 20 octets; the first bit but one is set so that all are as long. */
export const randomSerial = (crypto: CryptoProvider): Uint8Array => {
  const octets = crypto.random.bytes(20).slice()
  octets[0] = (octets[0]! & 0x3f) | 0x40
  return octets
}

/** RFC 7093 2 (1): the first 160 bits of SHA-256 over the key. */
export const keyIdentifier = (spki: Uint8Array, crypto: CryptoProvider): Uint8Array =>
  crypto.hash('sha256').update(spki).digest().slice(0, 20)

/** Throws RangeError for what is neither an address nor a name that a host can have: see `dnsName`. */
export const subjectAltName = (names: readonly string[], subject: 'named' | 'unnamed' = 'named'): ExtensionToWrite => ({
  oid: OID.subjectAltName,
  // RFC 5280 4.2.1.6: critical when the subject says nothing.
  critical: subject === 'unnamed',
  value: sequence(
    ...names.map(name => {
      const address = parseIp(name)
      return address === undefined ? element(context(2), dnsName(name)) : element(context(7), address.octets)
    }),
  ),
})

export const basicConstraints = ({ ca, pathLength }: BasicConstraints): ExtensionToWrite => ({
  oid: OID.basicConstraints,
  critical: true,
  value: sequence(...(ca ? [truth] : []), ...(pathLength === undefined ? [] : [integer(pathLength)])),
})

export const keyUsage = (set: number): ExtensionToWrite => ({
  oid: OID.keyUsage,
  critical: true,
  value: namedBitString(set),
})

export const extKeyUsage = (purposes: readonly string[]): ExtensionToWrite => ({
  oid: OID.extKeyUsage,
  critical: false,
  value: sequence(...purposes.map(oid)),
})

/** Timestamps of logs, as they gave them (RFC 6962 3.3). */
export const sctList = (timestamps: readonly Uint8Array[]): ExtensionToWrite => ({
  oid: OID.sctList,
  critical: false,
  value: octetString(writeTimestamps(timestamps)),
})

export const subjectKeyIdentifier = (identifier: Uint8Array): ExtensionToWrite => ({
  oid: OID.subjectKeyIdentifier,
  critical: false,
  value: octetString(identifier),
})

export const authorityKeyIdentifier = (identifier: Uint8Array): ExtensionToWrite => ({
  oid: OID.authorityKeyIdentifier,
  critical: false,
  value: sequence(element(context(0), identifier)),
})

/**
 * Limits on DNS names (`shop.test` with everything below it, the empty text for all names), on addresses written
 * `10.0.0.0/8`, or on one address. Throws RangeError for what limits nothing of these.
 */
export const nameConstraints = (permitted: readonly string[], excluded: readonly string[]): ExtensionToWrite => ({
  oid: OID.nameConstraints,
  critical: true,
  value: sequence(
    ...(permitted.length === 0 ? [] : [explicit(0, ...permitted.map(subtree))]),
    ...(excluded.length === 0 ? [] : [explicit(1, ...excluded.map(subtree))]),
  ),
})

const subtree = (text: string): Uint8Array => {
  const [network = '', length, more] = text.split('/')
  const address = parseIp(network)
  if (address === undefined) {
    if (text === '') return sequence(element(context(2)))
    if (text.startsWith('*')) throw new RangeError(`a limit holds all names below it: leave the “*.” of “${text}” out`)
    return sequence(element(context(2), dnsName(text)))
  }
  const bits = 8 * address.octets.length
  const ones = length === undefined ? bits : Number(length)
  if (more !== undefined || (length !== undefined && !/^(0|[1-9]\d{0,2})$/.test(length)) || ones > bits)
    throw new RangeError(`“${text}” is no network: its prefix must be a number from 0 to ${bits}`)
  const mask = address.octets.map((_, i) => 0xff & ~(0xff >> Math.max(0, Math.min(8, ones - 8 * i))))
  if (address.octets.some((octet, i) => (octet & ~mask[i]!) !== 0))
    throw new RangeError(`“${text}” is no network: ${address.text} has bits behind the prefix`)
  return sequence(element(context(7), address.octets, mask))
}

/**
 * The octets of a DNS name, in small letters. Nothing is bent to fit: an authority that writes another name than it was
 * given signs for whoever owns that one. Throws RangeError unless it is a host name, or `*.` and one.
 */
const dnsName = (text: string): Uint8Array => {
  if (!isAscii(text))
    throw new RangeError(`“${printable(text)}” is not in ASCII: give its A-labels, which begin with xn--`)
  if (!isHostName(text.replace(/^\*\./, ''))) throw new RangeError(`“${printable(text)}” is no host name`)
  return latin1Bytes(text.toLowerCase())
}

const isAscii = (text: string): boolean => Array.from(text).every(character => character <= '\x7f')

export interface Signature {
  readonly algorithm: SignatureAlgorithm
  /** AlgorithmIdentifier, DER. */
  readonly identifier: Uint8Array
}

/** The signature that suits a key, with its AlgorithmIdentifier. Throws RangeError for a key that we cannot use. */
export const signatureFor = (spki: Uint8Array): Signature => {
  const key = readPublicKey(spki)
  switch (key.type) {
    case 'rsa':
      return {
        algorithm: { key: 'rsa-pkcs1', hash: 'sha256' },
        identifier: sequence(oid(OID.sha256WithRSAEncryption), nothing),
      }
    case 'rsa-pss':
      throw new RangeError('a key for RSASSA-PSS alone signs no certificates here')
    case 'ecdsa':
      return key.curve === 'p-256'
        ? { algorithm: { key: 'ecdsa', hash: 'sha256' }, identifier: sequence(oid(OID.ecdsaWithSHA256)) }
        : { algorithm: { key: 'ecdsa', hash: 'sha384' }, identifier: sequence(oid(OID.ecdsaWithSHA384)) }
    case 'ed25519':
      return { algorithm: { key: 'ed25519', hash: undefined }, identifier: sequence(oid(OID.ed25519)) }
    case 'other':
      throw new RangeError(`no signature for a key of type ${key.oid}`)
    default:
      return key satisfies never
  }
}
