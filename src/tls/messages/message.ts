/** A message of the handshake as the states see it. */
import type { Bytes } from '../../engine.ts'
import type { Bodies, HandshakeName } from './tls12.ts'

/** A parsed message, its very bytes, and its number in the trace (0: not traced). */
export interface Message<N extends HandshakeName = HandshakeName> {
  readonly name: N
  readonly body: Bodies[N]
  readonly bytes: Bytes
  readonly id: number
}
