/** How long a server waits for its clients. */
import type { Millis } from '../../engine.ts'

export interface ServerTimeouts {
  /** Between requests. */
  readonly idle: Millis
  /** From the first byte of a head to its last. */
  readonly head: Millis
  /** Without a byte moving, in either direction, while one is waited for. */
  readonly body: Millis
  /**
   * For all of a request's body, and one more for each of its bytes: `http/body-too-slow`. It goes on while the handler
   * does not read.
   */
  readonly request: Millis
  /**
   * After the client has said that it sends no more (FIN), which is how most clients leave: without a byte of an answer.
   * The handler's signals fire at once; one that only closed its own side still gets what is answered in this time.
   */
  readonly left: Millis
}

/**
 * nginx: keepalive_timeout 75 s, client_header_timeout 60 s, client_body_timeout and send_timeout 60 s. Node: 5, 60, none;
 * 300 s for a whole request; a client that sends FIN is left at once, by nginx as a proxy too.
 */
export const SERVER_TIMEOUTS: ServerTimeouts = {
  idle: 60_000,
  head: 30_000,
  body: 60_000,
  request: 300_000,
  left: 10_000,
}
