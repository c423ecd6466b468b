/**
 * What the promise world is made of. Where bytes go is a parameter: kernel TCP (`node/`), our own TCP over a
 * link (`host.ts`) or a pair in memory (`memory.ts`); everything above is the same code. Promises are used to
 * open and to listen; bytes move by calls, so that a record or a request costs no turn of the event loop.
 */
import type { Clock } from '../../clock.ts'
import type { CryptoProvider, KeyDerivation } from '../../crypto/provider.ts'
import type { Bytes, Millis } from '../../engine.ts'
import type { Words } from '../../explain/words.ts'
import type { Failure, FailureCode, FailureError } from '../../failures/index.ts'
import type { Coder } from '../../http/coding.ts'
import type { Random } from '../../random.ts'
import type { CertificateCoder } from '../../tls/certificate/compression.ts'
import type { Established } from '../../tls/types.ts'
import type { TraceContext, TraceSink } from '../../trace/types.ts'
import type { TrustStore } from '../../x509/path/anchor.ts'
import type { CertificateFiles } from './credentials.ts'
import type { ClientShown } from './later-answers.ts'
import type { PublicKeyFiles } from './public-keys.ts'

export interface Address {
  readonly address: string
  readonly port: number
}

/** What whoever opens or accepts a stream wants to hear. */
export interface StreamHandler {
  /** `bytes` may be a view of a buffer that is used again after the call (see `pieces`): keep a copy, not the view. */
  data(bytes: Bytes): void
  /** The other side will send no more. */
  end(): void
  /** `write` said false earlier; there is room again. */
  drain(): void
  /** Where a stream can say it: what was written together has left, and is not looked at again. */
  sent?(pieces: readonly Bytes[]): void
  /** The last call: both directions are done, or `failure` says what cut them. */
  closed(failure: Failure | undefined): void
}

/** A byte stream in both directions, without promises. Nothing arrives before `handler` is set. */
export interface ByteStream {
  readonly local: Address
  readonly remote: Address
  /** Until it is set the other side waits: what had already been read is kept, no more than one buffer of it. */
  handler: StreamHandler
  /** `owned`: what `data` brings is never changed afterwards, so a view may be kept. Borrowed where undefined. */
  readonly pieces?: 'owned' | 'borrowed'
  /** For the layers above, so that their messages join the segments of this stream. */
  readonly trace: TraceContext | undefined
  /** Bytes written that have not left yet; undefined where the transport does not know. */
  readonly unsent?: number
  /** All pieces in one go; they are not changed afterwards. False: wait for `drain`. */
  write(pieces: readonly Bytes[]): boolean
  /** FIN after everything written. */
  end(): void
  /** RST, now. */
  reset(): void
  /** What was read already may still arrive, no more than one buffer of it. */
  pause(): void
  resume(): void
  /**
   * `unheld`: the process need not live on for it, whatever still comes. At first it does. False, or undefined: it never
   * does for this stream, so whoever waits holds it by a timer.
   */
  hold?(wanted: 'held' | 'unheld'): boolean
}

export interface Listener {
  readonly address: string
  readonly port: number
  /** Stops accepting; open streams go on. Handshakes of TLS that are under way may end for `grace` ms; 0 where undefined. */
  close(grace?: Millis): Promise<void>
}

export interface ConnectOptions {
  readonly host: string
  readonly port: number
  readonly signal?: AbortSignal | undefined
  /** Where the stream tells of its bytes, for transports that have no trace of their own. */
  readonly trace?: TraceSink | undefined
}

export interface ListenOptions {
  readonly host?: string | undefined
  readonly port: number
  /** Connections that wait for `accept`; the transport may know a lower limit. */
  readonly backlog?: number | undefined
  readonly trace?: TraceSink | undefined
}

export interface LookUpOptions {
  readonly signal?: AbortSignal | undefined
  readonly trace?: TraceSink | undefined
}

export interface Transport {
  /**
   * The addresses of a name, best first; undefined where the transport knows its peers by name. Rejects with
   * `FailureError`: dns/….
   */
  readonly lookUp?: (host: string, options: LookUpOptions) => Promise<readonly string[]>
  /** To one address of a host, where there is `lookUp`. Rejects with `FailureError`: tcp/refused, tcp/silence, … */
  connect(to: ConnectOptions): Promise<ByteStream>
  listen(on: ListenOptions, accept: (stream: ByteStream) => void): Promise<Listener>
}

/** Moments of one connection on its clock, as far as it came. */
export interface ConnectionTimes {
  readonly asked: Millis
  readonly connected: Millis
  /** When TLS was established; undefined for plain text. */
  readonly secured: Millis | undefined
}

/** What was agreed in the handshake, and why the peer is believed. */
export type TlsInfo = Omit<Established, 'type'>

export interface ConnectionInfo {
  readonly local: Address
  readonly remote: Address
  /** Name in the trace and in log lines: the same for all layers of this connection. */
  readonly flow: string
  /** Undefined for plain text. */
  readonly tls: TlsInfo | undefined
  readonly times: ConnectionTimes
  /**
   * Of a server with `postHandshakeAuth`: asks the client who it is, now that the handshake is over, and judges what it shows
   * as in a handshake. An empty chain: it would not say. Rejects with `FailureError`: `tls/no-later-certificate` where the
   * client has not offered it (TLS 1.2 has none), before the handshake is over and while four requests are unanswered;
   * `net/handshake-timeout` after the time that a handshake may take; what ends the connection. What stands before the
   * answer must be read for it to come: of a request, its body.
   */
  readonly requestCertificate?: (() => Promise<ClientShown>) | undefined
}

/** A stream that knows what it runs over: plain TCP or TLS. */
export interface NetStream extends ByteStream {
  readonly connection: ConnectionInfo
  /**
   * True of a server's stream while the handshake is not over (`earlyData`, `halfRtt`): what comes meanwhile is early data,
   * maybe a copy of what somebody else has sent, and what is written goes to whoever sent the hello, which may be a copy too
   * (RFC 9846 8).
   */
  readonly early?: boolean
}

/** Puts what is ours in the places of the program's classes. */
export interface Replace {
  response(quick: typeof Response): void
  /** From here on `Request`, the constructor of `quick`, and `fetch` take whatever `real` makes a real one of. */
  request(quick: object, real: <T>(one: T) => T): void
}

/** Everything that is not a protocol, in one value: `node/world.ts` has Node's, `web/world.ts` that of a page, `lab` a virtual one. */
export interface World {
  readonly clock: Clock
  readonly random: Random
  readonly crypto: CryptoProvider
  /** Opens files under a password while others have their turns; at once where undefined. */
  readonly derivation?: KeyDerivation | undefined
  readonly transport: Transport
  readonly coders: readonly Coder[]
  /** How certificates are compressed (RFC 8879); not at all where undefined. */
  readonly certificateCoders?: readonly CertificateCoder[] | undefined
  /** The roots that are believed where the caller names none. */
  trust(): TrustStore | Promise<TrustStore>
  /**
   * True for a name below which anyone may register names: no cookie is set for it. With `icann` only for those of
   * registries (`co.uk`), not of companies (`github.io`): no wildcard of a certificate counts there.
   */
  isPublicSuffix(domain: string, section?: 'icann'): boolean
  /** What a `blob:` URL of this platform stands for; undefined where nobody knows it. */
  readonly blobOf?: ((url: string) => Blob | undefined | Promise<Blob | undefined>) | undefined
  /** Told what is no failure yet but will be one for others, where a call names nobody who wants to hear it. */
  readonly warned?: ((warning: FailureError) => void) | undefined
  /** Where the platform's own classes are slow: see `serve`, and `responses` of `client`. */
  readonly replace?: Replace | undefined
  /** How errors and answers to failures speak (`barewire/explain`); without words they show codes and facts. */
  readonly words?: Words | undefined
}

/** How long each step may take, in milliseconds; each ends in a failure of its own name. */
export interface Timeouts {
  /** Until one of a client's connections to the same origin is free, where there may be no more: `net/pool-waits`. */
  readonly turn: number
  /** Until the name has an address: `dns/timeout`. */
  readonly name: number
  /** TCP handshake, with whichever address answers first: `tcp/silence`. */
  readonly connect: number
  /** From the first byte of TLS to `established`: `net/handshake-timeout`. */
  readonly handshake: number
  /** From the end of the request to the head of the answer: `http/head-timeout`. */
  readonly firstByte: number
  /** Between two pieces of a body, in either direction: `net/idle-timeout`. */
  readonly idle: number
}

/** Connect as curl's default would not wait (300 s) but browsers do; the others as undici's (300 s) are too patient for a person. */
export const DEFAULT_TIMEOUTS: Timeouts = {
  name: 10_000,
  turn: 60_000,
  connect: 10_000,
  handshake: 10_000,
  firstByte: 60_000,
  idle: 60_000,
}

/** How much is believed: which roots, and which failures are accepted by name. */
export interface TrustOptions {
  /** Roots; without it and without `ca` those of the world (the system's and the local CA's). */
  readonly trust?: TrustStore | undefined
  /** Roots as files have them, PEM or DER; with `trust` both count. */
  readonly ca?: CertificateFiles | undefined
  /**
   * Public keys that are believed without anybody who vouches for them, PEM (`PUBLIC KEY`) or DER: whoever shows one, bare
   * (RFC 7250) or in a certificate of whatever name and date, is believed. Roots count beside them only where they are named.
   */
  readonly publicKeys?: PublicKeyFiles | undefined
  /** Certificate failures after which to go on all the same: `['tls/certificate-expired']`. Kept in `tls.trusted.accepted`. */
  readonly accept?: readonly FailureCode[] | undefined
}
