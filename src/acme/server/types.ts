/** What goes into an ACME server and what comes out. */
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes, Millis } from '../../engine.ts'
import type { Identifier } from '../identifiers.ts'
import type { Problem } from '../problem.ts'
import type { AcmeStore, ChallengeType } from '../store.ts'
import type { AcmeLimits } from './limits.ts'

/** A request as HTTP brings it, whole. */
export interface AcmeRequest {
  /** The caller's: its answer has the same. */
  readonly id: number
  readonly method: string
  /** Behind `base`: `/new-order`. */
  readonly path: string
  readonly contentType: string | undefined
  readonly body: Bytes
}

export interface AcmeReply {
  readonly id: number
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Bytes
}

/** What takes time, or is somebody else’s to decide. */
export type AcmeQuestion =
  | {
      readonly about: 'challenge'
      readonly type: ChallengeType
      readonly identifier: Identifier
      readonly token: string
      /** RFC 8555 8.1: what must be found, or what the digest of must be found. */
      readonly keyAuthorization: string
    }
  | {
      readonly about: 'certificate'
      /** PKCS#10, DER; its signature, key and names were checked against the order. */
      readonly csr: Bytes
      /** SubjectPublicKeyInfo of the request. */
      readonly spki: Bytes
      /** All that may stand in it. */
      readonly identifiers: readonly Identifier[]
      readonly notBefore: Millis | undefined
      readonly notAfter: Millis | undefined
      /** Who asked, for a log: `acme ID`. */
      readonly by: string
    }
  | {
      readonly about: 'revocation'
      /** DER. */
      readonly certificate: Bytes
      /** RFC 5280 5.3.1. */
      readonly reason: number
      readonly by: string
    }

export type AcmeAnswer =
  /** To `challenge`: it was found. To `revocation`: it is done. */
  | 'done'
  /** To `certificate`: DER, leaf first, without the root; and other chains that lead elsewhere. */
  | { readonly chain: readonly Bytes[]; readonly alternates?: readonly (readonly Bytes[])[] | undefined }
  | Problem

export interface AcmeAsk {
  readonly id: number
  readonly question: AcmeQuestion
}

/** Where somebody has to look. */
export type ChallengeQuestion = Extract<AcmeQuestion, { readonly about: 'challenge' }>
/** What an authority has to do. */
export type AuthorityQuestion = Exclude<AcmeQuestion, ChallengeQuestion>

export interface AcmeServerOptions {
  readonly crypto: CryptoProvider
  /** Where clients reach it, without a slash at the end: `https://localhost:14000/acme`. */
  readonly base: string
  /** The date (milliseconds since 1970) at the time 0 of the engine. */
  readonly epoch: Millis
  /** In memory where undefined. */
  readonly store?: AcmeStore | undefined
  /** Why no certificate may be ordered for this; undefined: it may. */
  readonly refuses: (identifier: Identifier) => string | undefined
  /** Those that are offered; all three where undefined. Wildcards have dns-01 alone, addresses the other two. */
  readonly challenges?: readonly ChallengeType[] | undefined
  /** Only who shows an account from elsewhere (RFC 8555 7.3.4) gets one here: its key by its name, at least 16 octets. */
  readonly externalAccounts?: ((kid: string) => Bytes | undefined) | undefined
  /** A URL; whoever makes an account must agree. */
  readonly termsOfService?: string | undefined
  readonly limits?: Partial<AcmeLimits> | undefined
}
