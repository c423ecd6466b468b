/** The table of states itself: every move of it is reached, and no other. */
import { describe, expect, test } from 'vitest'
import { PEER, peerOf, US } from '../../test/support/tcp.ts'
import { IN_STATE, type InState } from '../../test/support/tcp-states.ts'
import { recorder } from '../trace/recorder.ts'
import { Memory } from './memory.ts'
import { type Cause, STATES, type State, tcpStates } from './states.table.ts'
import { Tcb } from './tcb.ts'
import type { TcpStackOptions } from './types.ts'

describe('the table', () => {
  test('has the eleven states of RFC 9293 3.3.2, each reachable from CLOSED and each with a way back to it', () => {
    expect(Object.keys(STATES).length).toBe(11)
    const reach = (start: State, edge: (move: (typeof tcpStates.moves)[number]) => [State, State]): Set<State> => {
      const seen = new Set<State>([start])
      for (const state of seen) for (const t of tcpStates.moves) if (edge(t)[0] === state) seen.add(edge(t)[1])
      return seen
    }
    expect(reach('CLOSED', ([from, , to]) => [from, to]).size).toBe(11)
    expect(reach('CLOSED', ([from, , to]) => [to, from]).size).toBe(11)
  })
  /** What causes each move, and how the connection gets to where the move begins. */
  const reach: Readonly<Partial<Record<State, (options: Partial<TcpStackOptions>) => InState>>> = {
    CLOSED: options => ({ t: peerOf(options), theirs: 0, ours: 0 }),
    LISTEN: options => {
      const t = peerOf(options)
      t.stack.listen({ port: US.port })
      return { t, theirs: 0, ours: 0 }
    },
    ...IN_STATE,
  }
  const causes: Readonly<Record<Cause, (at: InState, from: State) => void>> = {
    'active open': ({ t }) => void (t.connection = t.stack.connect(US, PEER, {}, t.now)),
    'passive open': ({ t }) => {
      t.stack.listen({ port: US.port })
      t.peer({ is: 'SYN', seq: 0 })
      t.us({ is: 'SYN ACK' })
    },
    close: ({ t }) => t.open().finish(t.now),
    abort: ({ t }) => t.open().reset(t.now),
    'rcv SYN': ({ t }) => t.peer({ is: 'SYN', seq: 0 }),
    'rcv SYN ACK': ({ t }) => t.peer({ is: 'SYN ACK', seq: 0, ack: 1 }),
    'rcv ACK of SYN': ({ t }) => t.peer({ is: 'ACK', seq: 1, ack: 1 }),
    'rcv FIN': ({ t, theirs, ours }, from) =>
      t.peer({ is: 'FIN ACK', seq: theirs, ack: from === 'FIN-WAIT-1' ? ours - 1 : ours }),
    'rcv ACK of FIN': ({ t, theirs, ours }) => t.peer({ is: 'ACK', seq: theirs, ack: ours }),
    'rcv RST': ({ t, theirs }, from) => t.peer({ is: 'RST ACK', seq: theirs, ack: from === 'SYN-SENT' ? 1 : 0 }),
    'time-out': ({ t }, from) => {
      if (STATES[from].writes && from !== 'SYN-SENT') t.open().write(new Uint8Array(1), t.now)
      t.at(10_000_000)
      // What was sent again on the way.
      t.whatever()
    },
  }
  for (const [from, on, to, , sends] of tcpStates.moves)
    test(`${from} leads to ${to} by ${on}${sends === undefined ? ' and sends nothing' : ` and sends ${sends}`}`, () => {
      const sink = recorder()
      const at = reach[from]!({ trace: { sink, host: 'here' } })
      const before = sink.records.length
      causes[on](at, from)
      const moves = sink.records.slice(before).flatMap(r => (r.type === 'state' ? [[r.record.from, r.record.to]] : []))
      if (sends !== undefined) at.t.us({ is: sends === 'FIN' || sends === 'RST' ? `${sends} ACK` : sends })
      at.t.nothing()
      expect(moves.find(([begins]) => begins === from)).toEqual([from, to])
    })
  test('a move that is not in it throws: a defect must not go unseen', () => {
    const tcb = new Tcb({ local: US, remote: PEER, origin: 'active' }, 1000, {}, { memory: new Memory() } as never)
    expect(tcpStates.find('CLOSED', 'rcv SYN')).toBeUndefined()
    expect(() => tcb.move('rcv SYN', 0)).toThrow('no way from CLOSED by rcv SYN')
  })
})
