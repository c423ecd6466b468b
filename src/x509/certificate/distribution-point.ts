/** DistributionPoint (RFC 5280 4.2.1.13): where the lists of revoked certificates are, and which of them is for which reasons. */
import { Der, DerError } from '../../asn1/der.ts'
import { namedBits } from '../../asn1/value.ts'
import { type RelativeName, readRelativeName } from './distinguished-name.ts'
import { type GeneralName, readGeneralNames } from './general-name.ts'

/** ReasonFlags: bit 0 is not used. */
export const REVOCATION_REASON = {
  keyCompromise: 0x2,
  cACompromise: 0x4,
  affiliationChanged: 0x8,
  superseded: 0x10,
  cessationOfOperation: 0x20,
  certificateHold: 0x40,
  privilegeWithdrawn: 0x80,
  aACompromise: 0x100,
} as const

export type DistributionPointName =
  | { readonly full: readonly GeneralName[] }
  /** Behind the name of whoever issues the list. */
  | { readonly relative: RelativeName }

export interface DistributionPoint {
  readonly name: DistributionPointName | undefined
  /** A set of `REVOCATION_REASON`; undefined: for all. */
  readonly reasons: number | undefined
  /** Undefined: whoever issued the certificate. */
  readonly crlIssuer: readonly GeneralName[] | undefined
}

/** The next DistributionPoint; the cursor moves past it. */
export const readDistributionPoint = (cursor: Der, what: string): DistributionPoint => {
  const point = cursor.inside(0x30, what)
  const { bytes } = point
  const { start, to } = cursor
  const name = point.optional(0xa0, what) ? readDistributionPointName(point.contents(), what) : undefined
  const reasons = point.optional(0x81, what) ? namedBits(bytes, point.from, point.to, what) : undefined
  const crlIssuer = point.optional(0xa2, what) ? readGeneralNames(bytes, point.from, point.to, what) : undefined
  point.finish(what)
  // RFC 5280 4.2.1.13: it must not consist of the reasons alone.
  if (name === undefined && crlIssuer === undefined) throw new DerError('empty', start, to, what)
  return { name, reasons, crlIssuer }
}

/** DistributionPointName, a CHOICE: `cursor` is over what the tag around it holds. */
export const readDistributionPointName = (cursor: Der, what: string): DistributionPointName => {
  cursor.any(what)
  const { tag, bytes, start, from, to } = cursor
  cursor.finish(what)
  if (tag === 0xa0) return { full: readGeneralNames(bytes, from, to, what) }
  if (tag === 0xa1) return { relative: readRelativeName(new Der(bytes, from, to), what) }
  throw new DerError('unexpected-tag', start, start + 1, what)
}
