/** How long a server waits for its clients. */
import type { Millis } from '../../engine.ts'

export interface ServerTimeouts {
  /** Between requests. */
  readonly idle: Millis
  /** From the first byte of a head to its last. */
  readonly head: Millis
  /** Without a byte moving, in either direction, while one is waited for. */
  readonly body: Millis
}

/** nginx: keepalive_timeout 75 s, client_header_timeout 60 s, client_body_timeout and send_timeout 60 s. Node: 5, 60, none. */
export const SERVER_TIMEOUTS: ServerTimeouts = { idle: 60_000, head: 30_000, body: 60_000 }
