/** What a TLS connection is made of. Everything that decides about trust or keys is asked for later, not set here. */
import type { CryptoProvider, GroupName } from '../crypto/provider.ts'
import type { Bytes, Millis } from '../engine.ts'
import type { TraceContext } from '../trace/types.ts'
import type { CertificateCoder } from './certificate/compression.ts'
import type { ExternalKey } from './session/external-key.ts'
import type { Session } from './session/session.ts'
import type { AnySuiteName } from './suites.table.ts'
import type { CertificateTypeName, TlsVersion } from './types.ts'

export type Renegotiation = 'declined' | 'fatal'

interface TlsConfig {
  readonly crypto: CryptoProvider
  /** Undefined: nothing is recorded, and it costs nothing. */
  readonly trace?: TraceContext | undefined
  /**
   * What `now` = 0 is in milliseconds since 1970, for how old a session is; 0 when left out: `now` counts from there
   * itself.
   */
  readonly epoch?: Millis | undefined
  /** Application protocols by preference (RFC 7301): `['http/1.1']`. None: the extension is not used. */
  readonly alpn?: readonly string[] | undefined
  /** Versions that are spoken, whatever their order: the newest that both know is used. Both when left out. */
  readonly versions?: readonly TlsVersion[] | undefined
  /**
   * Cipher suites of all versions by preference; the usual ones when left out. A version of which none is named is not
   * spoken.
   */
  readonly suites?: readonly AnySuiteName[] | undefined
  /** Key-exchange groups by preference; `DEFAULT_GROUPS` when left out. */
  readonly groups?: readonly GroupName[] | undefined
  /** Signature schemes that the peer may use, as IANA numbers by preference; all that we know when left out. */
  readonly schemes?: readonly number[] | undefined
  /**
   * Signature schemes that the peer may use inside its certificates, where they are others (RFC 9846 4.3.3): IANA numbers.
   * The peer is told, and whoever answers `trust` judges. Those of `schemes` when left out.
   */
  readonly certificateSchemes?: readonly number[] | undefined
  /**
   * How many zeros go behind so many bytes of content in a record of TLS 1.3 (RFC 9846 5.4), so that its length tells less;
   * what does not fit into the record is left out. None when left out. Called for every record.
   */
  readonly padding?: ((contentLength: number) => number) | undefined
  /**
   * How certificates may be compressed in TLS 1.3 (RFC 8879), best first: `nodeCertificateCoders`. They are offered to the
   * peer, and used where it offers them. None when left out.
   */
  readonly certificateCoders?: readonly CertificateCoder[] | undefined
  /**
   * What the peer may show (RFC 7250), best first: `['RawPublicKey', 'X509']`. Whoever answers `trust` is told which it is.
   * X.509 alone when left out.
   */
  readonly peerCertificateTypes?: readonly CertificateTypeName[] | undefined
  /**
   * RFC 7627. It is always offered and always used when the peer knows it; `required` also refuses peers that do not.
   * `preferred` when left out.
   */
  readonly extendedMasterSecret?: 'preferred' | 'required' | undefined
  /**
   * What a peer hears that asks to negotiate again: `declined` is a warning, and the connection goes on (RFC 5246
   * 7.2.2); `fatal` ends it at the first time, as BoringSSL does. `declined` when left out.
   */
  readonly renegotiation?: Renegotiation | undefined
  /** `kept`: the secret of TLS 1.2 stays for `exportKeyingMaterial` (RFC 5705). Wiped after the handshake when left out. */
  readonly exporters?: 'kept' | undefined
  /** `told`: `Established.finished` has what both Finished say. Forgotten when left out. */
  readonly finished?: 'told' | undefined
  /**
   * Bytes of content in a record that we take (RFC 8449): 64 to 16,384, for whoever is short of memory. The client says
   * nothing of it when left out; the server then takes records of full size.
   */
  readonly recordSizeLimit?: number | undefined
}

export interface TlsClientConfig extends TlsConfig {
  /**
   * Sent with the first hello, where `session` allows so much of it (RFC 9846 2.3). Whoever has the wire can have it arrive
   * twice, and it has no forward secrecy. `Established.earlyData` says whether it was taken; if not, it is yours to send again.
   */
  readonly earlyData?: Bytes | undefined
  /**
   * Groups of which a share is sent with the first hello of TLS 1.3 (RFC 9846 4.3.8), among `groups`. The first of
   * `groups` when left out; none of them: the server asks for the one that it likes.
   */
  readonly shares?: readonly GroupName[] | undefined
  /**
   * The name that the certificate must be for: a host name in ASCII (A-labels for other scripts), or an IP address
   * without brackets. A host name is sent as SNI (RFC 6066 3). `tlsClient` throws `FailureError` for anything else.
   */
  readonly serverName: string
  /**
   * A session to resume, or `new`: there is none yet, but one is wanted. One that does not suit (another name, a suite
   * that is not offered, too old) counts as `new`. Left out: sessions are not spoken of.
   */
  readonly session?: Session | 'new' | undefined
  /**
   * Keys that the server has too (TLS 1.3), best first, behind that of `session`: `ExternalKey.of`, `ExternalKey.imported`.
   * A server that has none of them shows its certificate, and `trust` is asked.
   */
  readonly psk?: readonly ExternalKey[] | undefined
  /** `refused`: a server that has none of `psk` is refused, whatever it could show. They are taken when left out. */
  readonly certificates?: 'refused' | undefined
  /** What the answer to `certificate` may show (RFC 7250), best first: the server chooses. X.509 alone when left out. */
  readonly ownCertificateTypes?: readonly CertificateTypeName[] | undefined
  /** What the server is to bring along with its chain, for the question `trust`: OCSP (RFC 6066 8), SCTs (RFC 6962 3.3). */
  readonly evidence?: readonly ('ocsp' | 'scts')[] | undefined
  /** Bytes of content in a record, both ways (RFC 6066 4). The newer `recordSizeLimit` goes before it. */
  readonly maxFragmentLength?: 512 | 1024 | 2048 | 4096 | undefined
  /**
   * `allowed`: data may be written before the server's Finished has come (RFC 7918), with forward secrecy, an AEAD and ALPN
   * only. The event `writable` tells.
   */
  readonly falseStart?: 'allowed' | undefined
  /** `signalled`: this is another attempt with less than we can do, after one that failed (RFC 7507 4). */
  readonly fallback?: 'signalled' | undefined
  /** Whom we trust to issue the server's certificate, as distinguished names in DER (RFC 9846 4.3.4). The server is not told when left out. */
  readonly serverAuthorities?: readonly Bytes[] | undefined
  /**
   * `allowed`: a server of TLS 1.3 may ask who we are at any time (RFC 9846 4.7.2); the questions `certificate` and `sign`
   * come then too, and until they are answered nothing is read, up to 128 KiB. Such a request ends the connection when left
   * out.
   */
  readonly postHandshakeAuth?: 'allowed' | undefined
  /** `sent`: numbers without a meaning are among those that we offer (RFC 8701), to find out who chokes on them. */
  readonly grease?: 'sent' | undefined
}

export interface TlsServerConfig extends TlsConfig {
  /**
   * `asked`: for clients of TLS 1.3 that offer keys the question `psk` comes, so that they may do without certificates. Not
   * where `clientCertificate` is `required`: a key is none. Never when left out.
   */
  readonly psk?: 'asked' | undefined
  /**
   * Bytes of early data that are taken from a client that comes back with TLS 1.3 (RFC 9846 2.3, 8); none when left out.
   * It may be a copy that somebody sends again: the question `early-data` is asked each time, and what comes is marked.
   */
  readonly earlyData?: number | undefined
  /**
   * Whether clients are to say who they are (RFC 5246 7.4.4): `asked` takes one that shows nothing, `required` refuses it;
   * whoever shows a certificate is held to it. `none` when left out.
   */
  readonly clientCertificate?: 'none' | 'asked' | 'required' | undefined
  /** Who may have issued it: distinguished names in DER. None: the client is not told. */
  readonly clientAuthorities?: readonly Bytes[] | undefined
  /**
   * `allowed`: data may be written as soon as our flight is out, before the client's Finished has come (RFC 9846 4.5.4); the
   * event `writable` tells. Only who has sent the hello can read it, but that it is there, and in time, nobody knows yet: what
   * answers early data may answer a copy. Not where clients are asked for a certificate.
   */
  readonly halfRtt?: 'allowed' | undefined
  /** `allowed`: `requestCertificate` may be called for clients of TLS 1.3 that offer it; the transcript is kept for it. */
  readonly postHandshakeAuth?: 'allowed' | undefined
  /** Whose order decides among the suites that both know: ours when left out. */
  readonly suiteOrder?: 'client' | undefined
  /** Which of the questions `ticket` and `session` are answered; none when left out: every handshake is a full one. */
  readonly resumption?: readonly ('ticket' | 'session')[] | undefined
  /** Seconds for which a session may be resumed, from the handshake on in which the certificates were shown; half a day when left out. */
  readonly sessionLifetime?: number | undefined
}
