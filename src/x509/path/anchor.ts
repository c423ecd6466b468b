/** What a path may end in, and where it is looked for. `store.ts` makes stores. */
import type { Bytes, Millis } from '../../engine.ts'
import type { Certificate } from '../certificate/certificate.ts'
import type { NameConstraints } from '../certificate/extensions.ts'
import type { PolicyDemands } from './policy.ts'
import type { Purpose } from './trusted.ts'

/** What is demanded of all that lies below an anchor, besides what its certificate says itself (RFC 5914, RFC 5937). */
export interface AnchorConstraints {
  readonly names?: NameConstraints | undefined
  /** Most authorities below it, self-issued ones apart. */
  readonly pathLength?: number | undefined
  readonly policies?: PolicyDemands | undefined
}

/** A certificate that is trusted because we say so, and how far. */
export interface Anchor {
  readonly certificate: Certificate
  /** For whose certificates it is trusted; for all if undefined. */
  readonly purposes: readonly Exclude<Purpose, 'any'>[] | undefined
  readonly constraints: AnchorConstraints | undefined
  /** Leaves that became valid after this moment are not trusted: how root programs take an authority out (CCADB). */
  readonly distrustAfter: Millis | undefined
  /** For people: the file or store that it came from. */
  readonly source: string | undefined
}

/** The certificates that are trusted because we say so. Made by `trustStore`. */
export interface TrustStore {
  /** Anchors with this subject, by `DistinguishedName.key`. */
  bySubject(key: string): readonly Anchor[]
  /** The very certificate, when it is in the store. */
  find(der: Bytes): Anchor | undefined
  readonly size: number
}
