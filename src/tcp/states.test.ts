/** Every state against every kind of segment. The names of the tests carry the section that binds. */
import { describe, expect, test } from 'vitest'
import { peerOf, type SegmentText, US } from '../../test/support/tcp.ts'
import { halfOpen, IN_STATE, synSent } from '../../test/support/tcp-states.ts'
import { STATES, type State, tcpStates } from './states.table.ts'

const SYNCHRONIZED = (Object.keys(STATES) as State[]).filter(state => STATES[state].synchronized)
const FAR = 10_000_000

for (const state of [...SYNCHRONIZED, 'SYN-SENT', 'SYN-RECEIVED'] as State[])
  test(`the constructor of ${state} reaches ${state}`, () => {
    const { t } = IN_STATE[state]!()
    t.nothing()
    t.state(state)
  })

/** A segment given, what we answer (undefined: nothing), and the state afterwards (undefined: the same). */
interface Row {
  readonly what: string
  readonly rule: string
  readonly segment: (theirs: number, ours: number) => SegmentText
  readonly answer?: (theirs: number, ours: number) => SegmentText
  readonly to?: Partial<Record<State, State>>
}
const asked = (theirs: number, ours: number): SegmentText => ({ is: 'ACK', seq: ours, ack: theirs, length: 0 })
const toClosed: Partial<Record<State, State>> = Object.fromEntries(
  SYNCHRONIZED.filter(state => state !== 'TIME-WAIT').map(state => [state, 'CLOSED']),
)

const rows: readonly Row[] = [
  {
    what: 'SYN in the window is challenged',
    rule: 'RFC 5961 4.2',
    segment: n => ({ is: 'SYN', seq: n }),
    answer: asked,
  },
  {
    what: 'SYN ACK in the window is challenged',
    rule: 'RFC 5961 4.2',
    segment: (n, m) => ({ is: 'SYN ACK', seq: n + 5, ack: m }),
    answer: asked,
  },
  {
    what: 'SYN outside the window is challenged',
    rule: 'RFC 5961 4.2',
    segment: n => ({ is: 'SYN', seq: n - 1000 }),
    answer: asked,
  },
  {
    what: 'RST at RCV.NXT resets, but in TIME-WAIT (RFC 1337 3)',
    rule: 'RFC 5961 3.2',
    segment: n => ({ is: 'RST', seq: n }),
    to: toClosed,
  },
  {
    what: 'RST elsewhere in the window is challenged',
    rule: 'RFC 5961 3.2',
    segment: n => ({ is: 'RST', seq: n + 10 }),
    answer: asked,
  },
  { what: 'RST below the window is dropped', rule: 'RFC 9293 3.10.7.4', segment: n => ({ is: 'RST', seq: n - 10 }) },
  { what: 'RST above the window is dropped', rule: 'RFC 9293 3.10.7.4', segment: n => ({ is: 'RST', seq: n + FAR }) },
  {
    what: 'an ACK of what was never sent is challenged',
    rule: 'RFC 5961 5.2',
    segment: (n, m) => ({ is: 'ACK', seq: n, ack: m + 1000 }),
    answer: asked,
  },
  {
    what: 'an ACK from long ago is challenged',
    rule: 'RFC 5961 5.2',
    segment: (n, m) => ({ is: 'ACK', seq: n, ack: m - 100_000 }),
    answer: asked,
  },
  {
    what: 'a segment without ACK is dropped',
    rule: 'RFC 9293 3.10.7.4',
    segment: n => ({ is: 'PSH', seq: n, text: 'hello' }),
  },
  {
    what: 'text below the window is acknowledged again',
    rule: 'RFC 9293 3.10.7.4',
    segment: (n, m) => ({ is: 'ACK', seq: n - 5, ack: m, text: 'older' }),
    answer: asked,
  },
  {
    what: 'text above the window is answered with what we expect',
    rule: 'RFC 9293 3.10.7.4',
    segment: (n, m) => ({ is: 'ACK', seq: n + FAR, ack: m, text: 'later' }),
    answer: asked,
  },
]

for (const state of SYNCHRONIZED)
  describe(state, () => {
    for (const row of rows)
      test(`${row.rule}: ${state}: ${row.what}`, () => {
        const { t, theirs, ours } = IN_STATE[state]!()
        const { length } = t.events
        t.peer(row.segment(theirs, ours))
        if (row.answer !== undefined) t.us(row.answer(theirs, ours))
        t.nothing()
        t.state(row.to?.[state] ?? state)
        if (row.to === undefined) expect(t.events.slice(length)).toEqual([])
        expect(t.open().readable).toBe(0)
      })
  })

test('RFC 9293 3.10.7.4: RST tells the user in ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2 and CLOSE-WAIT: tcp/reset', () => {
  for (const state of SYNCHRONIZED.filter(each => each !== 'TIME-WAIT')) {
    const { t, theirs } = IN_STATE[state]!()
    const { length } = t.events
    t.peer({ is: 'RST', seq: theirs })
    const told = ['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSE-WAIT'].includes(state)
    expect(t.events.slice(length), state).toEqual(told ? ['tcp/reset', 'closed: reset'] : ['closed: done'])
    expect(t.stack.connections, state).toBe(0)
    expect(t.stack.nextDeadline(), state).toBeUndefined()
  }
})

test('RFC 9293 3.10.7.4: text in the window is taken in ESTABLISHED, FIN-WAIT-1 and FIN-WAIT-2, and in no other state', () => {
  for (const state of SYNCHRONIZED) {
    const { t, theirs, ours } = IN_STATE[state]!()
    t.peer({ is: 'PSH ACK', seq: theirs, ack: state === 'FIN-WAIT-1' ? ours - 1 : ours, text: 'hello' })
    const took = STATES[state].reads
    expect(took, state).toBe(['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'].includes(state))
    expect(String.fromCharCode(...t.open().read(100, 0)), state).toBe(took ? 'hello' : '')
    t.at(t.now + 100)
    if (took) t.us({ is: 'ACK', seq: ours, ack: theirs + 5 })
  }
})

test('RFC 9293 3.10.7.4: FIN in order leads from ESTABLISHED to CLOSE-WAIT, FIN-WAIT-1 to CLOSING, FIN-WAIT-2 to TIME-WAIT', () => {
  const leads: Partial<Record<State, State>> = {
    ESTABLISHED: 'CLOSE-WAIT',
    'FIN-WAIT-1': 'CLOSING',
    'FIN-WAIT-2': 'TIME-WAIT',
  }
  for (const [from, to] of Object.entries(leads) as [State, State][]) {
    const { t, theirs, ours } = IN_STATE[from]!()
    t.peer({ is: 'FIN ACK', seq: theirs, ack: from === 'FIN-WAIT-1' ? 1 : ours, text: 'bye' })
    t.us({ is: 'ACK', seq: ours, ack: theirs + 4 })
    t.state(to)
    expect(t.events).toContain('peer-finished')
    expect(t.open().readable).toBe(3)
  }
})

test('RFC 9293 3.10.7.4: FIN with the ACK of our FIN leads from FIN-WAIT-1 to TIME-WAIT', () => {
  const { t, theirs, ours } = IN_STATE['FIN-WAIT-1']!()
  t.peer({ is: 'FIN ACK', seq: theirs, ack: ours })
  t.us({ is: 'ACK', seq: 2, ack: 2 })
  t.state('TIME-WAIT')
  expect(t.events.slice(-2)).toEqual(['peer-finished', 'closed: done'])
})

test('RFC 9293 3.10.7.4: the ACK of our FIN leads to FIN-WAIT-2, TIME-WAIT or CLOSED', () => {
  const leads: Partial<Record<State, State>> = {
    'FIN-WAIT-1': 'FIN-WAIT-2',
    CLOSING: 'TIME-WAIT',
    'LAST-ACK': 'CLOSED',
  }
  for (const [from, to] of Object.entries(leads) as [State, State][]) {
    const { t, theirs, ours } = IN_STATE[from]!()
    t.peer({ is: 'ACK', seq: theirs, ack: ours })
    t.nothing()
    t.state(to)
  }
})

test('RFC 9293 3.10.7.4: a FIN that comes again in TIME-WAIT is acknowledged and starts 2 MSL anew', () => {
  const { t } = IN_STATE['TIME-WAIT']!()
  t.at(59_000)
  t.peer({ is: 'FIN ACK', seq: 1, ack: 2 })
  t.us({ is: 'ACK', seq: 2, ack: 2 })
  t.at(118_999)
  t.state('TIME-WAIT')
  t.at(119_000)
  t.state('CLOSED')
  expect(t.stack.connections).toBe(0)
})

test('RFC 9293 3.10.7.4: a FIN that is not the one that came before, or acknowledges something else, prolongs nothing', () => {
  for (const guess of [
    { seq: 0, ack: 2 },
    { seq: 1, ack: 1 },
    { seq: 1, ack: 2, text: 'x' },
    { seq: -5000, ack: 2 },
  ]) {
    const { t } = IN_STATE['TIME-WAIT']!()
    t.at(59_000)
    t.peer({ is: 'FIN ACK', ...guess })
    t.peer({ is: 'FIN', seq: 1 })
    t.whatever()
    t.at(60_000)
    t.state('CLOSED')
  }
})

test('RFC 1337 3: neither RST nor an old text ends TIME-WAIT early', () => {
  const { t } = IN_STATE['TIME-WAIT']!()
  t.peer({ is: 'RST', seq: 2 })
  t.peer({ is: 'RST ACK', seq: 2, ack: 2 })
  t.nothing()
  t.at(59_999)
  t.state('TIME-WAIT')
})

describe('SYN-SENT', () => {
  const one = (segment: SegmentText, answer: SegmentText | undefined, to: State, ...events: string[]): void => {
    const { t } = synSent()
    t.peer(segment)
    if (answer !== undefined) t.us(answer)
    t.nothing()
    t.state(to)
    expect(t.events).toEqual(events)
  }
  test('RFC 9293 3.10.7.3: an ACK of what was not sent is answered with RST at SEG.ACK', () =>
    one({ is: 'ACK', seq: 0, ack: 7 }, { is: 'RST', seq: 7 }, 'SYN-SENT'))
  test('RFC 9293 3.10.7.3: SYN ACK with a wrong ACK is answered with RST', () =>
    one({ is: 'SYN ACK', seq: 0, ack: 0 }, { is: 'RST', seq: 0 }, 'SYN-SENT'))
  test('RFC 9293 3.10.7.3: RST with a wrong ACK is dropped', () =>
    one({ is: 'RST ACK', seq: 0, ack: 7 }, undefined, 'SYN-SENT'))
  test('RFC 9293 3.10.7.3: RST without ACK is dropped', () => one({ is: 'RST', seq: 0 }, undefined, 'SYN-SENT'))
  test('RFC 9293 3.10.7.3: RST with our ACK refuses: tcp/refused', () =>
    one({ is: 'RST ACK', seq: 0, ack: 1 }, undefined, 'CLOSED', 'tcp/refused', 'closed: reset'))
  test('RFC 9293 3.10.7.3: a bare ACK of our SYN is dropped', () =>
    one({ is: 'ACK', seq: 0, ack: 1 }, undefined, 'SYN-SENT'))
  test('RFC 9293 3.10.7.3: FIN or text without SYN is dropped', () =>
    one({ is: 'FIN ACK', seq: 0, ack: 1, text: 'x' }, undefined, 'SYN-SENT'))
  test('RFC 9293 3.10.7.3: SYN ACK establishes and is acknowledged', () =>
    one({ is: 'SYN ACK', seq: 0, ack: 1 }, { is: 'ACK', seq: 1, ack: 1 }, 'ESTABLISHED', 'connected'))
  test('RFC 9293 3.10.7.3: text that comes with SYN ACK is taken', () =>
    one(
      { is: 'SYN ACK', seq: 0, ack: 1, text: 'hi' },
      { is: 'ACK', seq: 1, ack: 3 },
      'ESTABLISHED',
      'connected',
      'readable',
    ))
  test('RFC 9293 3.10.7.3: SYN alone is a simultaneous open', () =>
    one({ is: 'SYN', seq: 0 }, { is: 'SYN ACK', seq: 0, ack: 1 }, 'SYN-RECEIVED'))
})

describe('SYN-RECEIVED', () => {
  test('RFC 9293 3.10.7.4: the ACK of our SYN establishes; an accepted connection is told of', () => {
    const { t } = halfOpen()
    t.peer({ is: 'ACK', seq: 1, ack: 1 })
    t.state('ESTABLISHED')
    t.nothing()
    expect(t.events).toEqual(['accepted'])
  })
  test('RFC 9293 3.10.7.4: an ACK that is not acceptable is answered with RST at SEG.ACK', () => {
    const { t } = halfOpen()
    t.peer({ is: 'ACK', seq: 1, ack: 99 })
    t.us({ is: 'RST', seq: 99 })
    expect(t.stack.connections).toBe(1)
  })
  test('RFC 9293 3.10.7.4: RST after a passive open returns to LISTEN without a word', () => {
    const { t } = halfOpen()
    t.peer({ is: 'RST', seq: 1 })
    t.nothing()
    expect([t.stack.connections, t.events]).toEqual([0, []])
  })
  test('RFC 9293 3.10.7.4: another SYN in the window returns a passive open to LISTEN', () => {
    const { t } = halfOpen()
    t.peer({ is: 'SYN', seq: 50 })
    t.nothing()
    expect([t.stack.connections, t.events]).toEqual([0, []])
  })
  test('RFC 9293 3.10.7.4: RST after an active open refuses: tcp/refused', () => {
    const { t } = IN_STATE['SYN-RECEIVED']!()
    t.peer({ is: 'RST', seq: 1 })
    expect(t.events).toEqual(['tcp/refused', 'closed: reset'])
  })
  test('the same SYN again gets the same SYN ACK again', () => {
    const { t } = halfOpen()
    t.peer({ is: 'SYN', seq: 0, mss: 1460, scale: 0 })
    t.us({ is: 'SYN ACK', seq: 0, ack: 1, mss: 1460 })
    t.nothing()
  })
  test.each(['early', 'e'])('RFC 9293 3.10.7.2: text that came with the SYN waits for the handshake: %s', text => {
    const t = peerOf()
    t.stack.listen({ port: US.port })
    t.peer({ is: 'SYN', seq: 0, mss: 1460, text })
    t.us({ is: 'SYN ACK', seq: 0, ack: 1 + text.length })
    expect(t.events).toEqual([])
    t.peer({ is: 'ACK', seq: 1 + text.length, ack: 1 })
    expect(t.events).toEqual(['accepted', 'readable'])
    expect(String.fromCharCode(...t.open().read(99, 0))).toBe(text)
  })
  test('RFC 9293 3.10.7.4: text and FIN on the third segment are taken', () => {
    const { t } = halfOpen()
    t.peer({ is: 'FIN ACK', seq: 1, ack: 1, text: 'GET /' })
    t.us({ is: 'ACK', seq: 1, ack: 7 })
    t.state('CLOSE-WAIT')
    expect(t.events).toEqual(['accepted', 'readable', 'peer-finished'])
  })
  test('RFC 9293 3.10.4: a close waits for ESTABLISHED', () => {
    const { t } = IN_STATE['SYN-RECEIVED']!()
    t.open().finish(t.now)
    t.state('SYN-RECEIVED')
    t.peer({ is: 'ACK', seq: 1, ack: 1 })
    t.state('FIN-WAIT-1')
    t.us({ is: 'FIN ACK', seq: 1, ack: 1 })
  })
})

describe('LISTEN and CLOSED', () => {
  const at = (port: number, segment: SegmentText, answer: SegmentText | undefined): void => {
    const t = peerOf()
    t.stack.listen({ port })
    t.peer(segment)
    if (answer !== undefined) t.us(answer)
    t.nothing()
    expect(t.stack.connections).toBe(0)
    expect(t.pool.outstanding).toBe(0)
  }
  test('RFC 9293 3.10.7.2: RST to a listener is dropped', () => at(US.port, { is: 'RST', seq: 0 }, undefined))
  test('RFC 9293 3.10.7.2: RST counts before SYN: both together open nothing', () =>
    at(US.port, { is: 'SYN RST', seq: 0 }, undefined))
  test('RFC 9293 3.10.7.2: ACK to a listener is answered with RST', () =>
    at(US.port, { is: 'ACK', seq: 0, ack: 9 }, { is: 'RST', seq: 9 }))
  test('RFC 9293 3.10.7.2: text without SYN to a listener is dropped', () =>
    at(US.port, { is: 'PSH', seq: 0, text: 'x' }, undefined))
  test('RFC 9293 3.10.7.1: SYN to nobody is answered with RST ACK of its length', () =>
    at(1, { is: 'SYN', seq: 0, text: 'abc' }, { is: 'RST ACK', seq: 0, ack: 4 }))
  test('RFC 9293 3.10.7.1: ACK to nobody is answered with RST at SEG.ACK', () =>
    at(1, { is: 'ACK', seq: 0, ack: 77 }, { is: 'RST', seq: 77 }))
  test('RFC 9293 3.10.7.1: RST to nobody is dropped', () => at(1, { is: 'RST ACK', seq: 0, ack: 1 }, undefined))
})

test('RFC 9293 3.10.5: abort sends RST from the states in which the peer knows of us, and none from the others', () => {
  for (const [state, reach] of Object.entries(IN_STATE)) {
    const { t, theirs, ours } = reach()
    t.open().reset(t.now)
    const sends = tcpStates.moves.find(([from, on]) => from === state && on === 'abort')?.[4]
    if (sends === 'RST') t.us({ is: 'RST ACK', seq: ours, ack: theirs })
    t.nothing()
    t.state('CLOSED')
    expect(t.stack.connections, state).toBe(0)
    expect(sends === 'RST', state).toBe(!['SYN-SENT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'].includes(state))
  }
})
