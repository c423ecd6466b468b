/** A connection in each state of RFC 9293 3.3.2, brought there by hand. */
import type { State } from '../../src/tcp/states.table.ts'
import type { TcpStackOptions } from '../../src/tcp/types.ts'
import { PEER, type Peer, peerOf, US } from './tcp.ts'

/** The next numbers of both sides: what the peer would send next, and one past the last that we sent. */
export interface InState {
  readonly t: Peer
  readonly theirs: number
  readonly ours: number
}
type Options = Partial<TcpStackOptions>

export const synSent = (options?: Options): InState => {
  const t = peerOf(options)
  t.connection = t.stack.connect(US, PEER, {}, t.now)
  t.us({ is: 'SYN', seq: 0, mss: 1460 })
  return { t, theirs: 0, ours: 1 }
}

/** By simultaneous open, so that the user already holds the connection. */
export const synReceived = (options?: Options): InState => {
  const { t } = synSent(options)
  t.peer({ is: 'SYN', seq: 0, mss: 1460 })
  t.us({ is: 'SYN ACK', seq: 0, ack: 1 })
  return { t, theirs: 1, ours: 1 }
}

/** By passive open: nobody holds it yet. */
export const halfOpen = (options?: Options): InState => {
  const t = peerOf(options)
  t.stack.listen({ port: US.port })
  t.peer({ is: 'SYN', seq: 0, mss: 1460, scale: 0 })
  t.us({ is: 'SYN ACK', seq: 0, ack: 1, mss: 1460, scale: 3 })
  return { t, theirs: 1, ours: 1 }
}

export const established = (options?: Options, window = 8000): InState => {
  const { t } = synSent(options)
  t.peer({ is: 'SYN ACK', seq: 0, ack: 1, mss: 1000, scale: 0, window })
  t.us({ is: 'ACK', seq: 1, ack: 1 })
  return { t, theirs: 1, ours: 1 }
}

export const finWait1 = (options?: Options): InState => {
  const { t } = established(options)
  t.open().finish(t.now)
  t.us({ is: 'FIN ACK', seq: 1, ack: 1 })
  return { t, theirs: 1, ours: 2 }
}

export const finWait2 = (options?: Options): InState => {
  const { t } = finWait1(options)
  t.peer({ is: 'ACK', seq: 1, ack: 2 })
  return { t, theirs: 1, ours: 2 }
}

export const closeWait = (options?: Options): InState => {
  const { t } = established(options)
  t.peer({ is: 'FIN ACK', seq: 1, ack: 1 })
  t.us({ is: 'ACK', seq: 1, ack: 2 })
  return { t, theirs: 2, ours: 1 }
}

const closing = (options?: Options): InState => {
  const { t } = finWait1(options)
  t.peer({ is: 'FIN ACK', seq: 1, ack: 1 })
  t.us({ is: 'ACK', seq: 2, ack: 2 })
  return { t, theirs: 2, ours: 2 }
}

const lastAck = (options?: Options): InState => {
  const { t } = closeWait(options)
  t.open().finish(t.now)
  t.us({ is: 'FIN ACK', seq: 1, ack: 2 })
  return { t, theirs: 2, ours: 2 }
}

export const timeWait = (options?: Options): InState => {
  const { t } = finWait2(options)
  t.peer({ is: 'FIN ACK', seq: 1, ack: 2 })
  t.us({ is: 'ACK', seq: 2, ack: 2 })
  return { t, theirs: 2, ours: 2 }
}

export const IN_STATE: Readonly<Partial<Record<State, (options?: Options) => InState>>> = {
  'SYN-SENT': synSent,
  'SYN-RECEIVED': synReceived,
  ESTABLISHED: established,
  'FIN-WAIT-1': finWait1,
  'FIN-WAIT-2': finWait2,
  'CLOSE-WAIT': closeWait,
  CLOSING: closing,
  'LAST-ACK': lastAck,
  'TIME-WAIT': timeWait,
}
