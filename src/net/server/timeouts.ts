/** How long a server waits for its clients. */
import type { Millis } from '../../engine.ts'

export interface ServerTimeouts {
  /** For the first byte of the first request; as `idle` where undefined. */
  readonly first?: Millis
  /** Between requests. */
  readonly idle: Millis
  /** From the first byte of a head to its last. */
  readonly head: Millis
  /** Without a byte moving, in either direction, while one is waited for. */
  readonly body: Millis
  /**
   * For a request's body: so long it may come more slowly than `ServerRates.request`, then it is `http/body-too-slow`. It
   * goes on while the handler does not read.
   */
  readonly request: Millis
  /** For what waits to leave: so long it may be taken more slowly than `ServerRates.answer`, then it is `net/client-too-slow`. */
  readonly taking: Millis
  /**
   * After the client has said that it sends no more (FIN), which is how most clients leave: without a byte of an answer.
   * The handler's signals fire at once; one that only closed its own side still gets what is answered in this time.
   */
  readonly left: Millis
}

/** How many bytes a second a client has to move, where it is waited for: a connection is not to be had for a byte a minute. */
export interface ServerRates {
  /** Of a request's body. */
  readonly request: number
  /** Of an answer, while some of it waits to leave. Long polls and streams of events have nothing that waits. */
  readonly answer: number
}

/**
 * Kestrel: 240 bytes/s either way, after 5 s; Apache (mod_reqtimeout): 500 bytes/s for bodies, after 20 s; node and nginx:
 * none. Ours have more patience: a stream is asked every few seconds, and the system's buffers hide what leaves for longer.
 */
export const SERVER_RATES: ServerRates = { request: 1_000, answer: 240 }

/**
 * nginx: keepalive_timeout 75 s, client_header_timeout 60 s, client_body_timeout and send_timeout 60 s. Node: 5, 60, none;
 * 300 s for a whole request; a client that sends FIN is left at once, by nginx as a proxy too.
 */
export const SERVER_TIMEOUTS: ServerTimeouts = {
  idle: 60_000,
  head: 30_000,
  body: 60_000,
  request: 300_000,
  taking: 300_000,
  left: 10_000,
}
