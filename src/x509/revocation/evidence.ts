/**
 * What is known about the revocation of certificates when a chain is judged, what of it is demanded, and what comes out.
 * Judging never waits: what would be needed besides is told (`Need`), and whoever can fetch it asks again.
 */
import type { Bytes, Millis } from '../../engine.ts'
import type { Certificate } from '../certificate/certificate.ts'
import type { RevocationList } from './crl.ts'
import type { CrlReason } from './crl-extensions.table.ts'
import type { OcspResponse } from './ocsp.ts'

/** Nothing in it is believed before its signature is checked. */
export interface Evidence {
  /** Full lists and deltas, in any order: DER, or read already by whoever keeps them. */
  readonly crls?: readonly (Bytes | RevocationList)[] | undefined
  readonly ocsp?: readonly (Bytes | OcspResponse)[] | undefined
  /** The OCSP answer that the peer brought along; `none`: it was asked for one and brought none (RFC 7633). */
  readonly stapled?: Bytes | 'none' | undefined
  /** SignedCertificateTimestamps that came in the handshake. */
  readonly scts?: readonly Bytes[] | undefined
  readonly filters?: readonly RevocationFilter[] | undefined
  /** Of issuers of lists and of responders, when the chain has them not: DER. */
  readonly certificates?: readonly Bytes[] | undefined
}

/** What is known of many certificates at once and was checked by whoever brings it: a filter as CRLite's, a list of blocked keys. */
export interface RevocationFilter {
  /** For people. */
  readonly name: string
  /** Whether it says anything about this certificate: when it does, what is not revoked is good. */
  covers(certificate: Certificate, issuer: Certificate): boolean
  isRevoked(certificate: Certificate, issuer: Certificate): boolean
}

/**
 * `off`: only what is at hand counts, and nothing is asked for. `soft`: what is missing is asked for; whoever does not get
 * it goes on. `hard`: a certificate about which nothing is known is refused. What is revoked is refused by all three.
 */
export type RevocationMode = 'off' | 'soft' | 'hard'

export interface RevocationDemands {
  readonly mode: RevocationMode
  /** Lists and answers older than this do not count, whatever they say themselves; no limit if undefined. */
  readonly maxAge?: Millis | undefined
  /** The certificates that must be looked into: all but the anchor if undefined. */
  readonly scope?: 'leaf' | 'chain' | undefined
}

/** Why a piece of evidence does not count. */
export type EvidenceFault =
  | 'malformed'
  /** The responder would not answer. */
  | 'refused'
  /** Of another issuer, or about another certificate. */
  | 'of-another'
  /** Not about this kind of certificate, or for another distribution point. */
  | 'out-of-scope'
  | 'not-yet'
  | 'out-of-date'
  /** A critical extension that we do not know. */
  | 'strange'
  /** A list without a number, or with a critical one, under a profile that refuses such (RFC 5280 5.2.3). */
  | 'unnumbered'
  /** Nobody who may sign it is known, or the signature does not fit. */
  | 'signature'
  /** Signed by a kind of signature that does not count any more. */
  | 'weak'
  /** The responder does not know the certificate. */
  | 'unknown'
  /** Only for some of the reasons for which certificates are revoked. */
  | 'reasons'

/** What is known of one certificate. */
export type RevocationState =
  | {
      readonly status: 'good'
      readonly by: 'crl' | 'ocsp' | 'filter'
      /** Until when that is known; undefined: nobody said. */
      readonly until: Millis | undefined
    }
  | {
      readonly status: 'not-checked'
      /** The evidence that was looked at and why it did not count; empty: there was none. */
      readonly faults: readonly EvidenceFault[]
    }
  /** Its authority never tells, and says so in the certificate (RFC 9608): nothing is asked for, and nothing held against it. */
  | { readonly status: 'not-published' }
  /** In a proof only where the caller accepts `tls/certificate-revoked` by name. */
  | {
      readonly status: 'revoked'
      readonly by: 'crl' | 'ocsp' | 'filter'
      readonly date?: Millis
      readonly reason?: CrlReason | undefined
    }

/** What to fetch to know more: with it in `Evidence` the same question has another answer. */
export interface Need {
  readonly kind: 'crl' | 'ocsp'
  /** `http:`; others cannot be fetched without a question of trust on the way. */
  readonly url: string
  /** DER. */
  readonly issuer: Bytes
  readonly certificate: Bytes
}
