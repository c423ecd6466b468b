/** What TCP offers upwards and speaks downwards. One connection is an engine; the stack is an engine of connections. */
import type { Bytes, Engine } from '../engine.ts'
import type { FailureInfo } from '../failures/registry.ts'
import type { Endpoint } from '../wire/address.ts'
import type { Frame } from '../wire/frame.ts'

export type TcpEvent =
  | { readonly type: 'connected' }
  | { readonly type: 'readable' }
  | { readonly type: 'writable' }
  | { readonly type: 'peer-finished' }
  | { readonly type: 'closed'; readonly why: 'done' | 'reset' | 'timeout' }
  | { readonly type: 'failure'; readonly failure: FailureInfo }

/** Frames that come in and go out begin at the TCP header; `from` and `to` are set. */
export interface TcpConnection extends Engine<Frame, Frame, TcpEvent> {
  readonly local: Endpoint
  readonly remote: Endpoint
  /** One of the eleven states of RFC 9293 3.3.2, by its name there. */
  readonly state: string
  /** Takes as much as the send buffer has room for and says how much: that is the back pressure. Bytes are copied. */
  write(data: Bytes): number
  /** Up to `max` bytes that arrived in order; reading is what opens the window again. Empty when there are none. */
  read(max: number): Bytes
  /** No more to send: FIN follows the last byte. */
  finish(): void
  /** RST, now. */
  reset(): void
}

export type TcpStackEvent =
  | { readonly type: 'accepted'; readonly connection: TcpConnection }
  | { readonly type: 'connection'; readonly connection: TcpConnection; readonly event: TcpEvent }
