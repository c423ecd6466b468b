/**
 * The state machine of RFC 9293 3.3.2 as data: eleven states, what each may do, and every transition with what causes
 * it. `Tcb.move` follows this table and nothing else; the diagram in the documentation is made from it.
 */

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

export interface Transition {
  readonly from: State
  readonly on: Cause
  readonly to: State
  /** What goes out with it. */
  readonly sends?: 'SYN' | 'SYN ACK' | 'ACK' | 'FIN' | 'RST'
  /** A section of RFC 9293. */
  readonly rule: string
}

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

const on = (from: State, cause: Cause, to: State, rule: string, sends?: Transition['sends']): Transition => ({
  from,
  on: cause,
  to,
  rule,
  ...(sends === undefined ? {} : { sends }),
})

/**
 * RFC 9293 Figure 5, with the transitions that its text adds. Where the figure has two things at once they happen one
 * after the other: a close in SYN-RECEIVED waits for ESTABLISHED, and FIN with the ACK of our FIN goes by FIN-WAIT-2. A
 * listener is not a connection here, so what is said of LISTEN is how one begins.
 */
export const TRANSITIONS: readonly Transition[] = [
  on('CLOSED', 'passive open', 'LISTEN', '3.10.1'),
  on('CLOSED', 'active open', 'SYN-SENT', '3.10.1', 'SYN'),
  on('LISTEN', 'rcv SYN', 'SYN-RECEIVED', '3.10.7.2', 'SYN ACK'),
  on('SYN-SENT', 'rcv SYN ACK', 'ESTABLISHED', '3.10.7.3', 'ACK'),
  on('SYN-SENT', 'rcv SYN', 'SYN-RECEIVED', '3.10.7.3', 'SYN ACK'),
  on('SYN-SENT', 'close', 'CLOSED', '3.10.4'),
  on('SYN-SENT', 'abort', 'CLOSED', '3.10.5'),
  on('SYN-SENT', 'rcv RST', 'CLOSED', '3.10.7.3'),
  on('SYN-SENT', 'time-out', 'CLOSED', '3.8.3'),
  on('SYN-RECEIVED', 'rcv ACK of SYN', 'ESTABLISHED', '3.10.7.4'),
  on('SYN-RECEIVED', 'abort', 'CLOSED', '3.10.5', 'RST'),
  on('SYN-RECEIVED', 'rcv RST', 'CLOSED', '3.10.7.4'),
  on('SYN-RECEIVED', 'time-out', 'CLOSED', '3.8.3'),
  on('ESTABLISHED', 'close', 'FIN-WAIT-1', '3.10.4', 'FIN'),
  on('ESTABLISHED', 'rcv FIN', 'CLOSE-WAIT', '3.10.7.4', 'ACK'),
  on('FIN-WAIT-1', 'rcv ACK of FIN', 'FIN-WAIT-2', '3.10.7.4'),
  on('FIN-WAIT-1', 'rcv FIN', 'CLOSING', '3.10.7.4', 'ACK'),
  on('FIN-WAIT-2', 'rcv FIN', 'TIME-WAIT', '3.10.7.4', 'ACK'),
  on('CLOSE-WAIT', 'close', 'LAST-ACK', '3.10.4', 'FIN'),
  on('CLOSING', 'rcv ACK of FIN', 'TIME-WAIT', '3.10.7.4'),
  on('LAST-ACK', 'rcv ACK of FIN', 'CLOSED', '3.10.7.4'),
  on('TIME-WAIT', 'time-out', 'CLOSED', '3.10.8'),
  // Differs from RFC 9293 3.10.7.4 in TIME-WAIT, where RST changes nothing (RFC 1337 3, fix F1).
  ...SYNCHRONIZED.filter(from => from !== 'TIME-WAIT').map(from => on(from, 'rcv RST', 'CLOSED', '3.10.7.4')),
  ...SYNCHRONIZED.map(from =>
    on(
      from,
      'abort',
      'CLOSED',
      '3.10.5',
      from === 'TIME-WAIT' || from === 'CLOSING' || from === 'LAST-ACK' ? undefined : 'RST',
    ),
  ),
  ...SYNCHRONIZED.filter(from => from !== 'TIME-WAIT').map(from => on(from, 'time-out', 'CLOSED', '3.8.3')),
]

const NEXT: ReadonlyMap<State, ReadonlyMap<Cause, State>> = new Map(
  (Object.keys(STATES) as State[]).map(state => [
    state,
    new Map(TRANSITIONS.filter(t => t.from === state).map(t => [t.on, t.to])),
  ]),
)

/** Where `cause` leads from `state`; undefined when the table has no such transition. */
export const nextState = (state: State, cause: Cause): State | undefined => NEXT.get(state)?.get(cause)
