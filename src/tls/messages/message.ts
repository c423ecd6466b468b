/** A message of the handshake as the states see it. */
import type { Bytes } from '../../engine.ts'
import type { Codec, Tagged } from '../../wire/codec.ts'
import type { Bodies12 } from './tls12.ts'

/** What can be told of any message: for its place in a failure and in the trace. */
export interface AnyMessage {
  readonly name: string
  readonly bytes: Bytes
  /** Its number in the trace; 0: not traced. */
  readonly id: number
  /** How it was read: the versions lay out messages of one name differently. */
  readonly format: Codec<Tagged>
}

interface MessageOf<N extends string, Body> extends AnyMessage {
  readonly name: N
  readonly body: Body
}

/** A parsed message; `B`: what the messages of its version say. */
export type Message<N extends keyof B & string, B = Bodies12> = MessageOf<N, B[N]>
