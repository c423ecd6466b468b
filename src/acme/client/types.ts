/** What goes into an ACME client and what comes out. */
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes, Millis } from '../../engine.ts'
import type { Failure } from '../../failures/index.ts'
import type { KeyPair } from '../../x509/issue.ts'
import type { Identifier } from '../identifiers.ts'
import type { ChallengeType } from '../store.ts'

/** A request to be made; redirects are not followed. */
export interface HttpAsk {
  readonly id: number
  readonly method: 'GET' | 'HEAD' | 'POST'
  readonly url: string
  /** `application/jose+json` where there is a body. */
  readonly body: Bytes | undefined
}

/** What came of it. */
export interface HttpAnswer {
  readonly id: number
  readonly came:
    | {
        readonly status: number
        /** By names in small letters; several of a name joined with commas. */
        readonly headers: Readonly<Record<string, string>>
        readonly body: Bytes
      }
    | Failure
}

/** What must be found by whoever looks, until `over`. */
export interface ChallengeToShow {
  readonly type: ChallengeType
  /** Without `*.`. */
  readonly identifier: Identifier
  readonly token: string
  /** For http-01: the body (RFC 8555 8.3). */
  readonly keyAuthorization: string
  /** SHA-256 of it: for tls-alpn-01 (RFC 8737 3). */
  readonly digest: Bytes
  /** For dns-01: name and text of the record (RFC 8555 8.4). */
  readonly record: { readonly name: string; readonly text: string }
}

export type AcmeClientEvent =
  /** It goes on when `answer` says that it is in place. */
  | { readonly type: 'ask'; readonly id: number; readonly challenge: ChallengeToShow }
  /** Nobody looks at it any more. */
  | { readonly type: 'over'; readonly challenge: ChallengeToShow }
  | { readonly type: 'account'; readonly url: string }
  /** DER, leaf first. */
  | { readonly type: 'certificate'; readonly chain: readonly Bytes[] }
  | { readonly type: 'revoked' }
  /** The last that is said. */
  | { readonly type: 'failure'; readonly failure: Failure }

/** An account from elsewhere (RFC 8555 7.3.4), as the authority gives it out. */
export interface ExternalAccount {
  readonly kid: string
  /** The HMAC key. */
  readonly key: Bytes
}

export interface AcmeClientOptions {
  readonly crypto: CryptoProvider
  /** Milliseconds since 1970 at the time 0 of the engine. */
  readonly epoch: Millis
  readonly directory: string
  /** Of the account, which is made where the server does not know it. */
  readonly accountKey: KeyPair
  /** An address for news about certificates. */
  readonly email?: string | undefined
  /** Whoever runs this has read the terms of service, if there are any. */
  readonly terms?: 'agreed' | undefined
  readonly external?: ExternalAccount | undefined
  readonly job: AcmeJob
}

export interface CertificateJob {
  readonly wants: 'certificate'
  readonly identifiers: readonly Identifier[]
  /** Not the key of the account. */
  readonly key: KeyPair
  /** What can be shown, best first. */
  readonly challenges: readonly ChallengeType[]
}

export interface RevocationJob {
  readonly wants: 'revocation'
  /** DER. */
  readonly certificate: Bytes
  /** RFC 5280 5.3.1; unspecified where undefined. */
  readonly reason?: number | undefined
}

export type AcmeJob = CertificateJob | RevocationJob
