/**
 * What a reader of two byte streams is given besides `DissectContext`, and what it finds besides records: data, no text,
 * for lists, reports and whoever looks further. A finding is told once, as soon as it is sure.
 */
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes, Millis } from '../../engine.ts'
import type { CertificateCoder } from '../../tls/certificate/compression.ts'
import type { Range } from '../../trace/types.ts'
import type { DissectContext, Side } from '../types.ts'

export interface StreamContext extends DissectContext {
  readonly crypto: CryptoProvider
  /** Keys of servers, PKCS #8 in DER: they open what RSA alone has agreed on (RFC 5246 7.4.7.1). */
  readonly privateKeys?: readonly Bytes[] | undefined
  /** How a Certificate is expanded (RFC 8879); without them it stays compressed. */
  readonly certificateCoders?: readonly CertificateCoder[] | undefined
  /** When the capture began, in milliseconds since 1970: certificates are then judged by their dates. */
  readonly start?: Millis | undefined
  readonly tell?: ((finding: Finding) => void) | undefined
}

/** `flow`: that of the records; inside of a tunnel it has the tunnel's end behind it, as in a live run. */
export type Finding = ProtocolFound | SecretFound | SessionFound | Unread | ExchangeFound

/** What is spoken from here on, by the first bytes of both sides. */
export interface ProtocolFound {
  readonly about: 'protocol'
  readonly flow: string
  readonly protocol: StreamProtocol
  /** Inside of what: nothing for the stream itself. */
  readonly inside: 'stream' | 'TLS' | 'tunnel'
}

/** `unknown`: opaque bytes. All but TLS and HTTP/1.1 are named and not read. */
export type StreamProtocol =
  | 'TLS'
  | 'HTTP/1.1'
  | 'HTTP/2'
  | 'WebSocket'
  | 'SSH'
  | 'SMTP'
  | 'FTP'
  | 'POP3'
  | 'IMAP'
  | 'PostgreSQL'
  | 'AMQP'
  | 'Redis'
  | 'VNC'
  | 'BitTorrent'
  | 'SOCKS'
  | 'PROXY protocol'
  | 'unknown'

/**
 * A secret that was looked for. `used`: something opened with it; `missing`: nobody wrote it down; `malformed`: it has not
 * the length that its use needs; `unfit`: nothing that it should open did, so it is of another session.
 */
export interface SecretFound {
  readonly about: 'secret'
  readonly flow: string
  /** As a key log names it; `RSA private key` for what was opened with one of `privateKeys`. */
  readonly label: string
  readonly clientRandom: Bytes
  readonly state: 'used' | 'missing' | 'malformed' | 'unfit'
}

/** A handshake, as far as the hellos say; told when the connection ends or negotiates anew. */
export interface SessionFound {
  readonly about: 'session'
  readonly flow: string
  readonly clientRandom: Bytes | undefined
  /** What was agreed on; undefined where no ServerHello was seen. */
  readonly version: string | undefined
  readonly suite: string | undefined
  readonly group: string | undefined
  /** What the server took; what the client offered where that is not to be seen is in `offered`. */
  readonly alpn: string | undefined
  readonly offered: { readonly alpn: readonly string[]; readonly versions: readonly string[] }
  readonly serverName: string | undefined
  readonly resumed: 'id' | 'ticket' | 'psk' | undefined
  readonly earlyData: 'accepted' | 'rejected' | 'offered' | undefined
  readonly retried: boolean
  readonly ja3: string | undefined
  readonly ja4: string | undefined
  readonly ja3s: string | undefined
  /** Whether the Finished of each side was right; undefined where nobody can tell. */
  readonly finished: Readonly<Record<Side, boolean | undefined>>
}

/**
 * Bytes that are not told as what they are, and why. `no-secrets`, `unfit-secrets`: see `SecretFound`; `no-hello`: the hellos
 * were not captured; `not-spoken`: version or suite is none that is read here; `lost`: they were never captured; `out-of-step`:
 * behind lost bytes no record opens any more; `damaged`: a record that does not open, where others did; `not-tls`: no record.
 */
export interface Unread {
  readonly about: 'unread'
  readonly flow: string
  readonly from: Side
  readonly why:
    | 'no-secrets'
    | 'unfit-secrets'
    | 'no-hello'
    | 'not-spoken'
    | 'lost'
    | 'out-of-step'
    | 'damaged'
    | 'not-tls'
    | 'not-http'
  /** Of the stream of that side: where it begins, and how many bytes it is so far. */
  readonly at: number
  readonly bytes: number
  /** Records, where there are some. */
  readonly records: number
  readonly clientRandom?: Bytes | undefined
  /** Of `not-spoken`: its name. */
  readonly what?: string | undefined
}

/** A request and its answer; told when both are over, or the connection is. */
export interface ExchangeFound {
  readonly about: 'exchange'
  readonly flow: string
  readonly request: HttpMessageFound | undefined
  /** The final one. */
  readonly response: HttpMessageFound | undefined
}

export interface HttpMessageFound {
  /** Id of the message record of its head. */
  readonly head: number
  readonly at: Millis
  /** The three parts of its first line. */
  readonly start: readonly [string, string, string]
  readonly headers: readonly (readonly [string, string])[]
  readonly body: BodyFound
}

export interface BodyFound {
  readonly framing: 'none' | 'length' | 'chunked' | 'until-close'
  /** Bytes of it that were seen, without chunk lines. */
  readonly length: number
  /**
   * Where they lie in the stream that carries HTTP, as `MessageRecord.payload` counts it. Chunks
   * are ranges of their own; beyond a bound they are left out.
   */
  readonly ranges: readonly Range[]
  readonly leftOut: boolean
  /** Content codings in the order in which they were applied; decoding is for whoever shows it. */
  readonly codings: readonly string[]
  /** False when it was cut short, or bytes of it were not captured. */
  readonly complete: boolean
  readonly trailers: readonly (readonly [string, string])[]
}
