/**
 * What engines say about an exchange: messages, state changes, secrets and verdicts, never single fields. A sink that is
 * undefined costs nothing (`trace?.message({…})` does not even build its argument).
 *
 * The vertical thread. A message lies in the layer below in one of three ways, and the engine says what it knows:
 * - `carriedBy`: "my bytes are bytes [start, end) of message N" (an IP packet received in a frame);
 * - `carries`: the same from the container's side, where the inner message was made first (sending);
 * - `stream`: "I am bytes [start, end) of the byte stream of my flow and direction in the layer below", where a stream
 *   lies between (a TLS record over TCP, an HTTP message over TLS); the message that brought those bytes said so with
 *   `payload`. Offsets count from the first byte of the stream.
 * A TLS record gives two streams upwards: its `payload` is application data only; handshake messages, alerts and
 * ChangeCipherSpec say `carriedBy`. A protected record is recorded with its content in the place of the ciphertext:
 * header, explicit nonce and tag stay, and AEAD ciphertext is as long as its plaintext, so every byte has the position
 * that it has on the wire. `trace/thread.ts` joins all of this.
 */

import type { Bytes, Millis } from '../engine.ts'
import type { Failure } from '../failures/index.ts'
import type { Codec } from '../wire/codec.ts'

export const LAYERS = [
  'ethernet',
  'arp',
  'ip',
  'icmp',
  'udp',
  'dns',
  'tcp',
  'record',
  'tls',
  'http',
  'session',
] as const
export type Layer = (typeof LAYERS)[number]

export interface Range {
  readonly start: number
  readonly end: number
}

/** Bytes [start, end) of message `message`. */
export interface Carrier extends Range {
  readonly message: number
}

export interface MessageRecord {
  /** From `sink.nextId()`: unique, ascending. */
  readonly id: number
  readonly layer: Layer
  /** One conversation as this layer sees it; the layers above and below of one connection share it. */
  readonly flow: string
  /** Which machine or program saw it. */
  readonly host: string
  readonly direction: 'in' | 'out'
  readonly at: Millis
  /** The message's own name: `ClientHello`, `SYN ACK`, `GET /cart`. */
  readonly name: string
  /** For `format.walk`; undefined where the bytes are text or opaque. */
  readonly format: Codec<unknown> | undefined
  /** These very bytes, decrypted where they were encrypted. Never changed afterwards. */
  readonly bytes: Bytes
  /** Where these bytes lie, in order: several when they were put together from pieces. */
  readonly carriedBy?: readonly Carrier[]
  /** What lies inside: here `message` is the inner one, and the range is where it lies in *these* bytes. */
  readonly carries?: readonly Carrier[]
  readonly stream?: Range
  /** Which part of the stream given to the layer above this message brings, and at which of its own bytes that begins. */
  readonly payload?: Range & { readonly at: number }
  /** Of a segment that leaves: what its sender goes by. */
  readonly sending?: Sending
  /** True for a protected record: what lies at these positions on the wire is ciphertext. */
  readonly sealed?: boolean
  /** More about it in words, for a line of a ladder: `31 suites, shop.test`. */
  readonly about?: string
}

/** What TCP knows of the way to its peer. */
export interface Sending {
  /** cwnd: bytes that may be unacknowledged. */
  readonly window: number
  /** The time-out that would send the first of them again. */
  readonly timeOut: Millis
  /** SRTT; undefined before the first measurement. */
  readonly roundTrip?: Millis
}

export interface StateRecord {
  readonly layer: Layer
  readonly flow: string
  readonly host: string
  readonly from: string
  readonly to: string
  readonly at: Millis
  /** The message that caused it, if one did. */
  readonly because?: number
}

/** A line of an NSS key log. */
export interface SecretRecord {
  readonly flow: string
  readonly host: string
  /** `CLIENT_RANDOM` for TLS 1.2. */
  readonly label: string
  readonly clientRandom: Bytes
  readonly secret: Bytes
}

/** A check that was made, passed or not. */
export interface VerdictRecord {
  readonly layer: Layer
  readonly flow: string
  readonly host: string
  readonly at: Millis
  /** What was checked, in words: `name`, `dates`, `chain`, `signature`, `Finished`. */
  readonly check: string
  readonly ok: boolean
  readonly rule?: string
  readonly about?: string
  /** The bytes that were checked. */
  readonly where?: Carrier
  readonly failure?: Failure
}

export interface TraceSink {
  nextId(): number
  message(record: MessageRecord): void
  state(record: StateRecord): void
  secret(record: SecretRecord): void
  verdict(record: VerdictRecord): void
}

/** What an engine is given: the sink and who it is. Undefined when nobody looks. */
export interface TraceContext {
  readonly sink: TraceSink
  readonly flow: string
  readonly host: string
}
