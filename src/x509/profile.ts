/**
 * What is demanded of a chain, as data. `rfc5280` is the standard to the letter, `webpki` what the CA/Browser Forum
 * demands of public certificates, `deployed` (used when nobody chooses) all that protects whoever connects, without
 * the rules that only bind those who issue: home-made authorities often leave out a key identifier, and no one is
 * harmed by that. All three refuse the same forged, expired, misnamed, misused and malformed chains.
 */
import type { HashName } from '../crypto/provider.ts'
import { type LintId, lintsOf } from './lints.table.ts'

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

export const rfc5280: Profile = {
  ...common,
  name: 'rfc5280',
  lints: lintsOf('rfc5280'),
  leafWithoutPurpose: 'accepted',
  anyPurpose: 'counts',
  leafAuthority: 'accepted',
  trustedLeaf: 'refused',
}

export const webpki: Profile = {
  ...common,
  name: 'webpki',
  lints: lintsOf('webpki'),
  leafWithoutPurpose: 'refused',
  anyPurpose: 'ignored',
  leafAuthority: 'refused',
  trustedLeaf: 'refused',
}

export const deployed: Profile = {
  ...common,
  name: 'deployed',
  lints: lintsOf('deployed'),
  leafWithoutPurpose: 'accepted',
  anyPurpose: 'counts',
  leafAuthority: 'refused',
  trustedLeaf: 'accepted',
}

export const profiles: Readonly<Record<'rfc5280' | 'webpki' | 'deployed', Profile>> = { rfc5280, webpki, deployed }
