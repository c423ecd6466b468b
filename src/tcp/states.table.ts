/**
 * The state machine of RFC 9293 3.3.2 as data: eleven states, what each may do, and every transition with what causes
 * it. `Tcb.move` follows this table and nothing else; the diagram in the documentation is made from it.
 */
import { type Move, machine } from '../machine.ts'

export type State =
  | 'CLOSED'
  | 'LISTEN'
  | 'SYN-SENT'
  | 'SYN-RECEIVED'
  | 'ESTABLISHED'
  | 'FIN-WAIT-1'
  | 'FIN-WAIT-2'
  | 'CLOSE-WAIT'
  | 'CLOSING'
  | 'LAST-ACK'
  | 'TIME-WAIT'

/** What moves a connection from one state to another. */
export type Cause =
  | 'active open'
  | 'passive open'
  | 'close'
  | 'abort'
  | 'rcv SYN'
  | 'rcv SYN ACK'
  | 'rcv ACK of SYN'
  | 'rcv FIN'
  | 'rcv ACK of FIN'
  | 'rcv RST'
  | 'time-out'

/** What a state allows. */
export interface Traits {
  /** In words: what it waits for. */
  readonly waitsFor: string
  /** The peer's SYN is acknowledged (RFC 9293 3.5.2: "synchronized state"). */
  readonly synchronized: boolean
  /** The user may still write. */
  readonly writes: boolean
  /** Data (old or new) and FIN are sent. */
  readonly transmits: boolean
  /** Text of the peer is taken in. */
  readonly reads: boolean
}

const traits = (waitsFor: string, ...may: readonly ('synchronized' | 'writes' | 'transmits' | 'reads')[]): Traits => ({
  waitsFor,
  synchronized: may.includes('synchronized'),
  writes: may.includes('writes'),
  transmits: may.includes('transmits'),
  reads: may.includes('reads'),
})

/** RFC 9293 3.3.2, the meanings of the states. */
export const STATES: Readonly<Record<State, Traits>> = {
  CLOSED: traits('nothing: there is no connection'),
  LISTEN: traits('a SYN from anyone'),
  'SYN-SENT': traits('a SYN for the SYN that was sent', 'writes'),
  'SYN-RECEIVED': traits('the acknowledgment of our SYN', 'writes', 'reads'),
  ESTABLISHED: traits('data, or a close from either side', 'synchronized', 'writes', 'transmits', 'reads'),
  'FIN-WAIT-1': traits('the acknowledgment of our FIN, or a FIN', 'synchronized', 'transmits', 'reads'),
  'FIN-WAIT-2': traits('a FIN from the peer', 'synchronized', 'reads'),
  'CLOSE-WAIT': traits('a close from our user', 'synchronized', 'writes', 'transmits'),
  CLOSING: traits('the acknowledgment of our FIN', 'synchronized', 'transmits'),
  'LAST-ACK': traits('the acknowledgment of our FIN', 'synchronized', 'transmits'),
  'TIME-WAIT': traits('two segment lifetimes to pass', 'synchronized'),
}

const SYNCHRONIZED = (Object.keys(STATES) as State[]).filter(state => STATES[state].synchronized)
const OPEN = SYNCHRONIZED.filter(state => state !== 'TIME-WAIT')
/** The peer has sent FIN and was sent ours: RST would tell it nothing. */
const KNOWS_THE_END: readonly State[] = ['TIME-WAIT', 'CLOSING', 'LAST-ACK']

/**
 * RFC 9293 Figure 5, with the transitions that its text adds. Where the figure has two things at once they happen one
 * after the other: a close in SYN-RECEIVED waits for ESTABLISHED, and FIN with the ACK of our FIN goes by FIN-WAIT-2. A
 * listener is not a connection here, so what is said of LISTEN is how one begins.
 */
const MOVES: readonly Move<State, Cause>[] = [
  ['CLOSED', 'passive open', 'LISTEN', 'RFC 9293 3.10.1'],
  ['CLOSED', 'active open', 'SYN-SENT', 'RFC 9293 3.10.1', 'SYN'],
  ['LISTEN', 'rcv SYN', 'SYN-RECEIVED', 'RFC 9293 3.10.7.2', 'SYN ACK'],
  ['SYN-SENT', 'rcv SYN ACK', 'ESTABLISHED', 'RFC 9293 3.10.7.3', 'ACK'],
  ['SYN-SENT', 'rcv SYN', 'SYN-RECEIVED', 'RFC 9293 3.10.7.3', 'SYN ACK'],
  ['SYN-SENT', 'close', 'CLOSED', 'RFC 9293 3.10.4'],
  ['SYN-SENT', 'abort', 'CLOSED', 'RFC 9293 3.10.5'],
  ['SYN-SENT', 'rcv RST', 'CLOSED', 'RFC 9293 3.10.7.3'],
  ['SYN-SENT', 'time-out', 'CLOSED', 'RFC 9293 3.8.3'],
  ['SYN-RECEIVED', 'rcv ACK of SYN', 'ESTABLISHED', 'RFC 9293 3.10.7.4'],
  ['SYN-RECEIVED', 'abort', 'CLOSED', 'RFC 9293 3.10.5', 'RST'],
  ['SYN-RECEIVED', 'rcv RST', 'CLOSED', 'RFC 9293 3.10.7.4'],
  ['SYN-RECEIVED', 'time-out', 'CLOSED', 'RFC 9293 3.8.3'],
  ['ESTABLISHED', 'close', 'FIN-WAIT-1', 'RFC 9293 3.10.4', 'FIN'],
  ['ESTABLISHED', 'rcv FIN', 'CLOSE-WAIT', 'RFC 9293 3.10.7.4', 'ACK'],
  ['FIN-WAIT-1', 'rcv ACK of FIN', 'FIN-WAIT-2', 'RFC 9293 3.10.7.4'],
  ['FIN-WAIT-1', 'rcv FIN', 'CLOSING', 'RFC 9293 3.10.7.4', 'ACK'],
  ['FIN-WAIT-2', 'rcv FIN', 'TIME-WAIT', 'RFC 9293 3.10.7.4', 'ACK'],
  ['CLOSE-WAIT', 'close', 'LAST-ACK', 'RFC 9293 3.10.4', 'FIN'],
  ['CLOSING', 'rcv ACK of FIN', 'TIME-WAIT', 'RFC 9293 3.10.7.4'],
  ['LAST-ACK', 'rcv ACK of FIN', 'CLOSED', 'RFC 9293 3.10.7.4'],
  ['TIME-WAIT', 'time-out', 'CLOSED', 'RFC 9293 3.10.8'],
  // Differs from RFC 9293 3.10.7.4 in TIME-WAIT, where RST changes nothing (RFC 1337 3, fix F1).
  ...OPEN.map(from => [from, 'rcv RST', 'CLOSED', 'RFC 9293 3.10.7.4'] as const),
  ...SYNCHRONIZED.map(from =>
    KNOWS_THE_END.includes(from)
      ? ([from, 'abort', 'CLOSED', 'RFC 9293 3.10.5'] as const)
      : ([from, 'abort', 'CLOSED', 'RFC 9293 3.10.5', 'RST'] as const),
  ),
  ...OPEN.map(from => [from, 'time-out', 'CLOSED', 'RFC 9293 3.8.3'] as const),
]

export const tcpStates = machine('TCP (RFC 9293 3.3.2)', MOVES)
