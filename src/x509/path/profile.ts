/**
 * What is demanded of a chain, as data. `pathOnly` is RFC 5280 section 6 and no more; `rfc5280` the standard to the letter,
 * with the duties of those who issue; `webpki` what the CA/Browser Forum demands of public certificates. `deployed` (used
 * when nobody chooses) is what browsers do: all that protects whoever connects, without the rules that only bind those
 * who issue: home-made authorities often leave out a key identifier, and no one is harmed by that. All four refuse the
 * same forged, expired, misnamed and malformed chains, and what is too weak to be relied on. `notHeld` says the rest.
 */
import type { HashName } from '../../crypto/provider.ts'
import { type LintId, lints, lintsOf, type ProfileName } from './lints.table.ts'

export interface Profile {
  readonly name: string
  /** Rules for issuers whose violation refuses. */
  readonly lints: ReadonlySet<LintId>
  /** What of a trusted root is looked at; RFC 5280 6.1.1 takes its name and key only. */
  readonly anchor: {
    readonly dates: boolean
    /** basicConstraints, keyUsage, purposes, name constraints, policies, key strength. */
    readonly limits: boolean
    /** basicConstraints must be there. */
    readonly saysAuthority: boolean
  }
  /** A leaf without extendedKeyUsage serves every purpose (RFC 5280 4.2.1.12), or none. */
  readonly leafWithoutPurpose: 'accepted' | 'refused'
  /** Whether anyExtendedKeyUsage counts as the purpose asked for. */
  readonly anyPurpose: 'counts' | 'ignored'
  /** A leaf that is an authority. */
  readonly leafAuthority: 'accepted' | 'refused'
  /** A leaf that is itself in the trust store needs no issuer, or does. */
  readonly trustedLeaf: 'accepted' | 'refused'
  /** Lists of revoked certificates without a number, or with a critical one, where a certificate is not on them. */
  readonly unnumberedLists: 'accepted' | 'refused'
  readonly hashes: ReadonlySet<HashName>
  readonly minimumRsaBits: number
  /** Intermediates between leaf and root, self-issued ones apart. */
  readonly maxIntermediates: number
}

/** RFC 9155 and RFC 9325 4.5: nothing below SHA-256. */
const hashes: ReadonlySet<HashName> = /* @__PURE__ */ new Set<HashName>(['sha256', 'sha384', 'sha512'])

const common = {
  anchor: { dates: true, limits: true, saysAuthority: true },
  hashes,
  /** RFC 9325 4.5. */
  minimumRsaBits: 2048,
  /** Public chains have at most four; BoringSSL allows as many as ten certificates by default. */
  maxIntermediates: 10,
} as const

export const pathOnly: Profile = {
  ...common,
  name: 'path',
  lints: lintsOf('path'),
  anchor: { dates: false, limits: false, saysAuthority: false },
  leafWithoutPurpose: 'accepted',
  anyPurpose: 'counts',
  leafAuthority: 'accepted',
  trustedLeaf: 'refused',
  unnumberedLists: 'accepted',
}

export const rfc5280: Profile = {
  ...common,
  name: 'rfc5280',
  lints: lintsOf('rfc5280'),
  leafWithoutPurpose: 'accepted',
  anyPurpose: 'counts',
  leafAuthority: 'accepted',
  trustedLeaf: 'refused',
  unnumberedLists: 'refused',
}

export const webpki: Profile = {
  ...common,
  name: 'webpki',
  lints: lintsOf('webpki'),
  leafWithoutPurpose: 'refused',
  anyPurpose: 'ignored',
  leafAuthority: 'refused',
  trustedLeaf: 'refused',
  unnumberedLists: 'refused',
}

export const deployed: Profile = {
  ...common,
  name: 'deployed',
  lints: lintsOf('deployed'),
  leafWithoutPurpose: 'accepted',
  anyPurpose: 'counts',
  leafAuthority: 'refused',
  trustedLeaf: 'accepted',
  unnumberedLists: 'accepted',
}

export const profiles: Readonly<Record<ProfileName, Profile>> = { path: pathOnly, rfc5280, webpki, deployed }

/** A rule that a profile does not refuse for. */
export interface RuleNotHeld {
  readonly says: string
  readonly rule: string
}

/** What this profile lets pass although a document forbids it: rules for issuers, purposes, and limits of roots. */
export const notHeld = (profile: Profile): readonly RuleNotHeld[] => [
  ...(Object.keys(lints) as LintId[]).filter(id => !profile.lints.has(id)).map(id => lints[id]),
  ...settings.filter(({ isHeld }) => !isHeld(profile)),
]

const settings: readonly (RuleNotHeld & { readonly isHeld: (profile: Profile) => boolean })[] = [
  {
    says: 'a leaf names no purpose',
    rule: 'CA/B BR 7.1.2.7.6',
    isHeld: ({ leafWithoutPurpose }) => leafWithoutPurpose === 'refused',
  },
  {
    says: 'a purpose is only allowed as any purpose',
    rule: 'CA/B BR 7.1.2.7.10',
    isHeld: ({ anyPurpose }) => anyPurpose === 'ignored',
  },
  {
    says: 'an authority is used as a leaf',
    rule: 'CA/B BR 7.1.2.7.8',
    isHeld: ({ leafAuthority }) => leafAuthority === 'refused',
  },
  {
    says: 'a leaf is trusted by itself, without an issuer',
    rule: 'RFC 5280 6.1',
    isHeld: ({ trustedLeaf }) => trustedLeaf === 'refused',
  },
  {
    says: 'a list of revoked certificates has no number, or a critical one',
    rule: 'RFC 5280 5.2.3',
    isHeld: ({ unnumberedLists }) => unnumberedLists === 'refused',
  },
  { says: 'a root is out of date', rule: 'RFC 5280 6.1.3', isHeld: ({ anchor }) => anchor.dates },
  { says: 'a root’s own limits are broken', rule: 'RFC 5937 3', isHeld: ({ anchor }) => anchor.limits },
]
