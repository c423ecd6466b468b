/** The extensions of lists of revoked certificates (RFC 5280 5.2) and of their entries (RFC 5280 5.3). */
import { Der, DerError, TAG } from '../../asn1/der.ts'
import { booleanValue, checkInteger, namedBits, smallInteger, timeValue } from '../../asn1/value.ts'
import type { Millis } from '../../engine.ts'
import {
  type DistributionPoint,
  type DistributionPointName,
  readDistributionPointName,
} from '../certificate/distribution-point.ts'
import { type Decoder, type ExtensionTable, extensionTable, whole } from '../certificate/extension-table.ts'
import {
  type AccessDescription,
  type AuthorityKeyIdentifier,
  certificateExtensions,
} from '../certificate/extensions.ts'
import { type GeneralName, readGeneralNames } from '../certificate/general-name.ts'

/** CRLReason (RFC 5280 5.3.1): why a certificate was revoked; 7 is not used. */
export const CRL_REASON = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const

export type CrlReason = keyof typeof CRL_REASON

const reasonNames: ReadonlyMap<number, CrlReason> = /* @__PURE__ */ new Map(
  (Object.keys(CRL_REASON) as CrlReason[]).map(name => [CRL_REASON[name], name]),
)

/** Undefined for a number that is no reason. */
export const reasonNamed = (number: number): CrlReason | undefined => reasonNames.get(number)

/** RFC 5280 5.2.5: which certificates the list is about, where it is found, and for which reasons. */
export interface IssuingDistributionPoint {
  readonly name: DistributionPointName | undefined
  /** What certificates it has; at most one of the three kinds alone. */
  readonly only: 'users' | 'authorities' | 'attributes' | undefined
  /** A set of `REVOCATION_REASON`; undefined: all. */
  readonly reasons: number | undefined
  /** It has certificates of other issuers too. */
  readonly indirect: boolean
}

export interface CrlExtensionValues {
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier
  readonly issuerAltName: readonly GeneralName[]
  /** Octets of a number that is not negative. */
  readonly cRLNumber: Uint8Array
  /** The number of the full list that this one changes. */
  readonly deltaCRLIndicator: Uint8Array
  readonly issuingDistributionPoint: IssuingDistributionPoint
  readonly freshestCRL: readonly DistributionPoint[]
  readonly authorityInfoAccess: readonly AccessDescription[]
}

export interface EntryExtensionValues {
  readonly cRLReason: CrlReason
  readonly invalidityDate: Millis
  readonly certificateIssuer: readonly GeneralName[]
}

/** A number of lists: at most 20 octets (RFC 5280 5.2.3), with the sign's octet 21. */
const listNumber: Decoder<Uint8Array> = (bytes, from, to, what) => {
  const outer = new Der(bytes, from, to)
  outer.read(TAG.integer, what)
  outer.finish(what)
  checkInteger(bytes, outer.from, outer.to, what)
  if (bytes[outer.from]! > 0x7f || outer.to - outer.from > 21) throw new DerError('value', from, to, what)
  return outer.value()
}

const only = { 129: 'users', 130: 'authorities', 133: 'attributes' } as const

const { authorityKeyIdentifier, issuerAltName, freshestCRL, authorityInfoAccess } = certificateExtensions.decoders

export const crlExtensions: ExtensionTable<CrlExtensionValues> = /* @__PURE__ */ extensionTable<CrlExtensionValues>({
  authorityKeyIdentifier,
  issuerAltName,
  freshestCRL,
  authorityInfoAccess,
  cRLNumber: listNumber,
  deltaCRLIndicator: listNumber,
  issuingDistributionPoint(bytes, from, to, what) {
    const inner = whole(bytes, from, to, what)
    // RFC 5280 5.2.5: the extension must not be an empty sequence.
    if (inner.left === 0) throw new DerError('empty', from, to, what)
    const name = inner.optional(0xa0, what) ? readDistributionPointName(inner.contents(), what) : undefined
    const kinds: IssuingDistributionPoint['only'][] = []
    const flag = (tag: number): boolean => {
      if (!inner.optional(tag, what)) return false
      if (!booleanValue(bytes, inner.from, inner.to, what)) throw new DerError('default-encoded', from, to, what)
      return true
    }
    const kind = (tag: keyof typeof only): void => {
      if (flag(tag)) kinds.push(only[tag])
    }
    kind(0x81)
    kind(0x82)
    const reasons = inner.optional(0x83, what) ? namedBits(bytes, inner.from, inner.to, what) : undefined
    const indirect = flag(0x84)
    kind(0x85)
    inner.finish(what)
    if (kinds.length > 1) throw new DerError('value', from, to, what)
    return { name, only: kinds[0], reasons, indirect }
  },
})

export const entryExtensions: ExtensionTable<EntryExtensionValues> =
  /* @__PURE__ */ extensionTable<EntryExtensionValues>({
    cRLReason(bytes, from, to, what) {
      const outer = new Der(bytes, from, to)
      outer.read(TAG.enumerated, what)
      outer.finish(what)
      const reason = reasonNamed(smallInteger(bytes, outer.from, outer.to, what))
      if (reason === undefined) throw new DerError('value', from, to, what)
      return reason
    },
    invalidityDate(bytes, from, to, what) {
      const outer = new Der(bytes, from, to)
      outer.read(TAG.generalizedTime, what)
      outer.finish(what)
      return timeValue(outer.tag, bytes, outer.from, outer.to, what)
    },
    certificateIssuer(bytes, from, to, what) {
      const names = whole(bytes, from, to, what)
      return readGeneralNames(bytes, names.pos, names.end, what)
    },
  })
