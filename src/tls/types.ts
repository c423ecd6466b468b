/** What a TLS connection offers upwards, and the questions that it asks instead of waiting. */
import type { GroupName } from '../crypto/provider.ts'
import type { Bytes, Chunk, Engine, Millis } from '../engine.ts'
import type { Failure } from '../failures/index.ts'
import type { CertificateTypeName, ChainTrusted } from '../x509/path/trusted.ts'
import type { QuestionId } from './question-id.ts'
import type { ExternalKey, KeyHash } from './session/external-key.ts'
import type { Session } from './session/session.ts'
import type { AnySuiteName } from './suites.table.ts'
import type { TlsVersion } from './version-name.ts'

export type { CertificateTypeName } from '../x509/path/trusted.ts'
export type { TlsVersion } from './version-name.ts'

export interface Established {
  readonly type: 'established'
  readonly version: TlsVersion
  /** IANA name: `TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256`. */
  readonly suite: string
  /** Named group of the key exchange: `x25519`. Undefined where there was none: a session of TLS 1.2 is resumed. */
  readonly group: string | undefined
  readonly alpn: string | undefined
  /** The name that the client asked for (SNI). */
  readonly serverName: string | undefined
  readonly resumed: boolean
  /** The peer's chain in DER, leaf first; empty when it sent none. A raw public key is alone in it. */
  readonly peerChain: readonly Bytes[]
  /** Which of both it is (RFC 7250). */
  readonly peerCertificateType: CertificateTypeName
  /** Why it is believed; undefined for a client that showed none, and for a peer that has shown `externalKey`. */
  readonly trusted: ChainTrusted | undefined
  /** The key from elsewhere that the peer has shown to have; undefined: none. Whom it belongs to is yours to know. */
  readonly externalKey?: { readonly identity: Bytes; readonly context: Bytes | undefined } | undefined
  /** The verify_data of both Finished, where they were to be told (`TlsConfig.finished`). */
  readonly finished?: { readonly own: Bytes; readonly peer: Bytes } | undefined
  /** Whether the server has taken the client's early data; undefined: there was none. */
  readonly earlyData?: 'accepted' | 'rejected' | undefined
}

export type TlsEvent =
  | Established
  /**
   * Data may be written before `established`: False Start of a client (RFC 7918), what a server says that does not wait for
   * its client (`TlsServerConfig.halfRtt`), or its answer to early data, which a copy may hear as well (RFC 9846 2.3).
   * `about`: of a server, what `established` will say, without what the client's Finished will show.
   */
  | { readonly type: 'writable'; readonly about?: Omit<Established, 'type'> }
  /** `bytes` is a buffer of its own: it may be kept, and is never changed. */
  | {
      readonly type: 'data'
      readonly bytes: Bytes
      /** Of a client that is not known to be there: it may be a copy (RFC 9846 8). */
      readonly early?: true
    }
  /** The peer sent close_notify: nothing was cut off. */
  | { readonly type: 'peer-closed' }
  | { readonly type: 'failure'; readonly failure: Failure }
  /** A client that was asked who it is when the handshake was over (`requestCertificate`); no chain: it would not say. */
  | {
      readonly type: 'client-certificate'
      readonly peerChain: readonly Bytes[]
      readonly trusted: ChainTrusted | undefined
    }
  /** For a client that wanted one: what may be resumed (`TlsClientConfig.session`), after `established`. There may be several. */
  | { readonly type: 'session'; readonly session: Session }
  | Ask

/** What a client said in its hello, as IANA numbers in its order. */
export interface Introduced {
  readonly serverName: string | undefined
  /** Of its signature schemes those that we know; in TLS 1.2 those that a suite in common can use. */
  readonly schemes: readonly number[]
  readonly suites: readonly number[]
  /** What it can check inside certificates, where it says so apart (RFC 9846 4.3.3); undefined: as `schemes`. */
  readonly certificateSchemes: readonly number[] | undefined
  /** Whom it trusts to issue our certificate: distinguished names in DER (RFC 9846 4.3.4). None: it does not say. */
  readonly authorities: readonly Bytes[]
  readonly groups: readonly number[]
  readonly versions: readonly number[]
  readonly alpn: readonly string[]
  /** What it takes of us (RFC 7250), in its order, as far as we know it. */
  readonly certificateTypes: readonly CertificateTypeName[]
  /** It wants an OCSP response with our chain (RFC 6066 8). */
  readonly ocsp: boolean
  /** The message itself, type and length included. */
  readonly raw: Bytes
}

/** Everything that may take time or policy. `reply` is the type that `answer` takes for it. */
export type Question =
  | {
      readonly about: 'client-hello'
      readonly hello: Introduced
      /** What this client is to be shown, or how it is to be treated. `none`: nothing; it is refused unless it has one of our keys (`psk`). */
      readonly reply: CertifiedKey | ServerPolicy | 'none' | Failure
    }
  | {
      readonly about: 'trust'
      /** DER, leaf first; a raw public key is alone in it, as SubjectPublicKeyInfo. */
      readonly chain: readonly Bytes[]
      /** What the chain is made of. Nobody vouches for a raw public key: it is known from elsewhere, or not at all. */
      readonly certificateType: CertificateTypeName
      /** What its owner must be called; undefined: any name will do, as for a client. */
      readonly name: string | undefined
      /** What the certificate must be for: what its owner is here. */
      readonly purpose: 'server' | 'client'
      /** What the key exchange wants of the key in the certificate (RFC 5246 7.4.2): keyEncipherment where RSA encrypts the secret. */
      readonly keyUsage: 'digitalSignature' | 'keyEncipherment'
      /** An OCSP response in DER, as the server stapled it; it vouches for nothing until it is checked. */
      readonly ocsp?: Bytes | undefined
      /** SignedCertificateTimestamps, as they came in the handshake. */
      readonly scts?: readonly Bytes[] | undefined
      readonly reply: ChainTrusted | Failure
    }
  | {
      /** A server wants to know who we are (RFC 5246 7.4.4). */
      readonly about: 'certificate'
      /** What it is to be: another is refused. */
      readonly certificateType: CertificateTypeName
      /** Signature schemes that it takes, as IANA numbers in its order, as far as we know them. */
      readonly schemes: readonly number[]
      /** Whom it trusts to issue: distinguished names in DER. None: it does not say. */
      readonly authorities: readonly Bytes[]
      /** `none` leaves it to the server whether to go on. */
      readonly reply: CertifiedKey | 'none' | Failure
    }
  | {
      /** RFC 5077: `state` is to be sealed so that only we can open it; `ticket` is to be opened. */
      readonly about: 'ticket'
      readonly wanted: { readonly seal: Bytes } | { readonly open: Bytes }
      /** `none`: no ticket is given; it cannot be opened. */
      readonly reply: Bytes | 'none' | Failure
    }
  | {
      /** RFC 5246 7.4.1.3: a state is to be kept under an id, or found again. */
      readonly about: 'session'
      readonly wanted: { readonly put: Bytes; readonly id: Bytes } | { readonly get: Bytes }
      /** `none`: there is none under this id; for a state to be kept it is the only answer. */
      readonly reply: Bytes | 'none' | Failure
    }
  | {
      /** RFC 9846 4.3.11: which of these, if any, is the identity of a key that we have from elsewhere. Some may be tickets. */
      readonly about: 'psk'
      /** In the client's order, the first eight. */
      readonly identities: readonly Bytes[]
      /** Of the suites that both know: a key for another hash counts as `none`. */
      readonly hashes: readonly KeyHash[]
      readonly reply: ExternalKey | 'none' | Failure
    }
  | {
      /** RFC 9846 8: `fresh` only where no early data has come with this binder, here or on any server with our tickets. */
      readonly about: 'early-data'
      readonly binder: Bytes
      /** When the ticket was given out, and when this hello came: milliseconds since 1970 (`TlsConfig.epoch`). */
      readonly issued: Millis
      readonly at: Millis
      readonly reply: 'fresh' | 'none' | Failure
    }
  | {
      readonly about: 'sign'
      readonly key: CertifiedKey
      readonly scheme: number
      readonly message: Bytes
      readonly reply: Bytes | Failure
    }
  | {
      /**
       * The bare RSA operation on what a client has encrypted (RFC 5246 7.4.7.1), asked only where suites with RSA key
       * exchange are named. The padding is for the engine to look at: whoever tells good from bad here decrypts for everybody.
       */
      readonly about: 'decrypt'
      readonly key: CertifiedKey
      readonly ciphertext: Bytes
      /** As long as the modulus, and overwritten. `none`, and a `Failure` too: it could not be done; the client hears nothing of it before its Finished. */
      readonly reply: Bytes | 'none' | Failure
    }

/**
 * How one client is treated, where that is not as the server's configuration has it; what is left out is as there. It is
 * chosen before a version, a session or a key is looked at: nobody comes back by rules that do not hold for the name that
 * he asks for.
 */
export interface ServerPolicy {
  /** What this client is to be shown; `none` as in the reply. */
  readonly certificate: CertifiedKey | 'none'
  /** These five as in `TlsServerConfig`. Versions and suites of which nothing is left refuse the client. */
  readonly versions?: readonly TlsVersion[] | undefined
  readonly suites?: readonly AnySuiteName[] | undefined
  readonly groups?: readonly GroupName[] | undefined
  readonly alpn?: readonly string[] | undefined
  readonly peerCertificateTypes?: readonly CertificateTypeName[] | undefined
  readonly clientCertificate?: 'none' | 'asked' | 'required' | undefined
  readonly clientAuthorities?: readonly Bytes[] | undefined
}

export interface Ask<Q extends Question = Question> {
  readonly type: 'ask'
  readonly id: QuestionId
  readonly question: Q extends Question ? Omit<Q, 'reply'> : never
}

/** A chain and the signature schemes its key can make (IANA SignatureScheme numbers). The key itself stays outside. */
export interface CertifiedKey {
  /** DER, leaf first; or a SubjectPublicKeyInfo, alone. */
  readonly chain: readonly Bytes[]
  /** Which of both it is; X.509 when left out. */
  readonly certificateType?: CertificateTypeName | undefined
  readonly schemes: readonly number[]
  /** Of an ECDSA key: its curve, as an IANA NamedGroup number. A client that did not list it is refused (RFC 8422 5.3). */
  readonly group?: number | undefined
  /** An OCSP response for the leaf, DER: given to clients that ask for one. */
  readonly ocsp?: Bytes | undefined
  /** SignedCertificateTimestamps for the leaf: given to clients that ask for them. */
  readonly scts?: readonly Bytes[] | undefined
  /** It is shown whatever name was asked for: that was of no use, and is not acknowledged (RFC 6066 3). */
  readonly anyName?: boolean | undefined
  /** For whoever answers `sign`; the engine never looks at it. */
  readonly key: unknown
}

/** One outgoing flight as separate pieces for one corked write: record header, ciphertext, tag, never joined. */
export type Pieces = readonly Bytes[]

export interface TlsConnection extends Engine<Chunk, Pieces, TlsEvent> {
  /**
   * Plaintext to protect and send, at once: the caller may change it afterwards. Throws `FailureError` before
   * `established` and after `close`; a key that is used up ends the connection with `tls/key-used-up`. The peer's close_notify does not end our own direction.
   */
  write(plaintext: Bytes, now: Millis): void
  /** New keys for both directions (RFC 9846 4.7.3): ours now, the peer's when it hears of it. TLS 1.2 has none. */
  updateKeys(now: Millis): void
  /**
   * Asks a client who it is, when the handshake is over (RFC 9846 4.7.2): the question `trust` comes if it says so, then the
   * event `client-certificate`. Throws `FailureError` `tls/no-later-certificate` for a client, in TLS 1.2, without
   * `postHandshakeAuth` on both sides, before `established`, and while four requests are unanswered.
   */
  requestCertificate(now: Millis): void
  /**
   * A secret that both sides can make, for other protocols (RFC 5705): `label` is registered or begins with EXPERIMENTAL.
   * Throws `FailureError` `tls/no-exporter` before `established`, when both sides have said goodbye, and in TLS 1.2 without
   * `exporters` or extended master secret and for labels of TLS itself.
   */
  exportKeyingMaterial(label: string, context: Bytes | undefined, length: number): Bytes
  /** What `pollTransmit` gave has left, and nobody reads it again: what it takes in memory may be given back. */
  sent(pieces: Pieces): void
  /** close_notify; the driver sends FIN behind it. */
  close(now: Millis): void
  /** The stream below is gone, and no goodbye can be said or heard: keys and secrets are overwritten now. */
  abandon(): void
  /**
   * The reply to an `ask` event; may come at once or later. A `Failure` ends the connection with its alert. Throws
   * `FailureError`, and the question stays open: `tls/no-such-question` when it is not, or for a reply of another kind;
   * `tls/proof-mismatch` for a proof that was made for something else, or by somebody else.
   */
  answer(id: QuestionId, reply: Question['reply'], now: Millis): void
  /** True when nothing more will be sent: close_notify or a fatal alert is out, and pollTransmit has given everything. */
  readonly closed: boolean
  /** The state by its name in `tls12/states.table.ts`; `Failed`, or `Closed` in the middle of the handshake. */
  readonly state: string
}
