/** Whether a server reads on, and whom it waits for, in each situation. */
import { expect, test } from 'vitest'
import { EARLY } from './ahead.ts'
import type { Exchange } from './exchange.ts'
import { flowOf } from './flow.ts'

const of = (state: Partial<Exchange>): Exchange =>
  ({ requested: false, reading: false, paused: false, answered: false, early: 0, head: {}, ...state }) as Exchange

const IDLE = undefined
const CALM = { ahead: false, full: false }
const FULL = { ahead: false, full: true }
const AHEAD = { ahead: true, full: false }

test.each<[string, Exchange | undefined, { ahead: boolean; full: boolean }, { pause: boolean; waiting: boolean }]>([
  ['between requests', IDLE, CALM, { pause: false, waiting: false }],
  ['the last answer has not left, and no request is read before it has', IDLE, FULL, { pause: true, waiting: true }],
  ['enough is here of the next requests', IDLE, AHEAD, { pause: true, waiting: false }],
  ['a body comes that nobody reads yet', of({}), CALM, { pause: false, waiting: true }],
  ['as much of it as is taken in early', of({ early: EARLY }), CALM, { pause: true, waiting: false }],
  ['and it was answered', of({ early: EARLY, answered: true }), CALM, { pause: false, waiting: true }],
  ['a body is read', of({ reading: true }), CALM, { pause: false, waiting: true }],
  ['more slowly than it comes', of({ reading: true, paused: true }), CALM, { pause: true, waiting: false }],
  [
    'and is answered meanwhile',
    of({ reading: true, paused: true, answered: true }),
    CALM,
    { pause: true, waiting: true },
  ],
  ['an answer has no room, but its request still comes', of({ reading: true }), FULL, { pause: false, waiting: true }],
  ['an answer has no room, and its request is whole', of({ requested: true }), FULL, { pause: true, waiting: true }],
  ['the handler thinks about a whole request', of({ requested: true }), CALM, { pause: false, waiting: false }],
  [
    'the client waits for 100 and the handler has not said whether it wants the body',
    of({ head: { expectsContinue: true } as Exchange['head'] }),
    CALM,
    { pause: false, waiting: false },
  ],
])('%s', (_what, exchange, crowd, expected) => {
  expect(flowOf(exchange, crowd)).toMatchObject({ ...crowd, ...expected })
})
