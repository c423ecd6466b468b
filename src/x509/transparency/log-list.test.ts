import { expect, test } from 'vitest'
import { at, crypto, DAY } from '../../../test/support/chains.ts'
import { rsaKey } from '../../../test/support/lint-forms.ts'
import { alpha, beta } from '../../../test/support/logs.ts'
import { Failure } from '../../failures/index.ts'
import { logListOf } from '../../lab/certificate-log.ts'
import { hexText } from '../../wire/bytes.ts'
import { readLogList } from './log-list.ts'

// biome-ignore lint/suspicious/noExplicitAny: a list is bent in all ways
type Bent = any

const bent = (change: (list: Bent, log: Bent) => void): string => {
  const list = JSON.parse(logListOf([alpha, beta], at))
  change(list, list.operators[0].logs[0])
  const read = readLogList(JSON.stringify(list), crypto)
  return read instanceof Failure ? `${read.code}: ${read.where} ${read.got}` : `${read.logs.size} logs`
}
const FIRST = 'ca/log-list: operators[0].logs[0]'

test('a list as browsers publish it is read, and what it has besides is left', () => {
  const json = logListOf(
    [
      alpha,
      [
        beta,
        {
          state: 'retired',
          since: at - DAY,
          interval: { from: at, until: at + DAY },
          before: [{ operator: 'Y', until: at }],
        },
      ],
    ],
    at,
  )
  const read = readLogList(new TextEncoder().encode(json), crypto)
  if (read instanceof Failure) throw new Error(read.got)
  expect(read.at).toBe(at)
  expect([...read.logs.keys()]).toEqual([hexText(alpha.id), hexText(beta.id)])
  expect([...read.logs.values()]).toMatchObject([
    {
      name: 'Alpha',
      operator: 'A',
      kind: 'rfc6962',
      previousOperators: [],
      state: { name: 'usable' },
      interval: undefined,
    },
    {
      name: 'Beta',
      operator: 'B',
      state: { name: 'retired', since: at - DAY },
      interval: { from: at, until: at + DAY },
      previousOperators: [{ name: 'Y', until: at }],
    },
  ])
  expect(bent(list => (list.operators[0].more = [1]))).toBe('2 logs')
  expect(bent(list => delete list.log_list_timestamp)).toBe('2 logs')
  expect(bent((_, log) => delete log.state)).toBe('2 logs')
})

test('logs that are read in another way count as well, and a log without a name has its address', () => {
  const list = JSON.parse(logListOf([alpha, beta], at))
  const [first, second] = list.operators
  first.tiled_logs = first.logs
  delete first.logs
  delete first.tiled_logs[0].description
  first.tiled_logs[0].submission_url = 'https://alpha.test/'
  delete second.logs[0].description
  const read = readLogList(JSON.stringify(list), crypto)
  expect(read instanceof Failure ? read.got : [...read.logs.values()]).toMatchObject([
    { kind: 'tiled', name: 'https://alpha.test/' },
    { kind: 'rfc6962', name: hexText(beta.id) },
  ])
})

test('what is no list says where', () => {
  const read = (json: string | Uint8Array): unknown => {
    const list = readLogList(json, crypto)
    return list instanceof Failure ? `${list.code}: ${list.where} ${list.got}` : 'read'
  }
  expect(read('{')).toBe('ca/log-list: The list is not JSON')
  expect(read(Uint8Array.of(0xff))).toBe('ca/log-list: The list is not JSON')
  expect(read(new Uint8Array(4 * 1024 * 1024 + 1))).toBe('ca/log-list: The list is longer than 4194304 bytes')
  expect(read('[]')).toBe('ca/log-list: The list is not an object')
  expect(read('null')).toBe('ca/log-list: The list is not an object')
  expect(read('{}')).toBe('ca/log-list: operators is not an array')
  expect(bent(list => (list.operators = {}))).toBe('ca/log-list: operators is not an array')
  expect(bent(list => (list.operators[1] = 3))).toBe('ca/log-list: operators[1] is not an object')
  expect(bent(list => delete list.operators[0].name)).toBe('ca/log-list: operators[0].name is not a text')
  expect(bent(list => (list.operators[0].name = ''))).toBe('ca/log-list: operators[0].name is not a text')
  expect(bent(list => (list.operators[0].logs = 'x'))).toBe('ca/log-list: operators[0].logs is not an array')
  expect(bent(list => (list.operators[0].tiled_logs = 'x'))).toBe(
    'ca/log-list: operators[0].tiled_logs is not an array',
  )
  expect(bent(list => (list.log_list_timestamp = 'today'))).toBe(
    'ca/log-list: log_list_timestamp is not a time such as 2026-01-31T00:00:00Z',
  )
})

test('a log whose key is none, or is not the one of its id, is refused', () => {
  const keyed = (spki: Uint8Array) => (_: Bent, log: Bent) => {
    log.key = btoa(String.fromCharCode(...spki))
    log.log_id = btoa(String.fromCharCode(...crypto.digest('sha256', spki)))
  }
  expect(bent((_, log) => (log.log_id = btoa('x')))).toBe(`${FIRST}.log_id is of another key`)
  expect(bent((_, log) => (log.key = '?'))).toBe(`${FIRST}.key is not base64`)
  expect(bent((_, log) => (log.key = ''))).toBe(`${FIRST}.key is not a text`)
  expect(bent((_, log) => delete log.key)).toBe(`${FIRST}.key is not a text`)
  const none = `${FIRST}.key is not a key that a log may have (RFC 6962 2.1.4)`
  expect(bent(keyed(Uint8Array.of(1, 2)))).toBe(none)
  expect(bent(keyed(crypto.generateKeyPair('p-384').spki))).toBe(none)
  expect(bent(keyed(crypto.generateKeyPair('ed25519').spki))).toBe(none)
  const off = crypto.generateKeyPair('p-256').spki.slice()
  off[off.length - 1]! ^= 1
  expect(bent(keyed(off))).toBe(none)
  expect(bent(keyed(crypto.generateKeyPair('p-256').spki))).toBe('2 logs')
  expect(bent(keyed(rsaKey(2047)))).toBe(none)
  expect(bent(keyed(rsaKey(2048)))).toBe('2 logs')
})

test('a log is in the list once, in one state, for an interval that has a length', () => {
  expect(bent((list, log) => list.operators[1].logs.push(log))).toBe(
    'ca/log-list: operators[1].logs[1] is a log that the list has already',
  )
  const states = `${FIRST}.state is not one of pending, qualified, usable, readonly, retired, rejected`
  expect(bent((_, log) => (log.state = {}))).toBe(states)
  expect(bent((_, log) => (log.state = { best: {} }))).toBe(states)
  expect(bent((_, log) => (log.state.pending = log.state.usable))).toBe(states)
  expect(bent((_, log) => (log.state = []))).toBe(`${FIRST}.state is not an object`)
  expect(bent((_, log) => (log.state = { usable: 1 }))).toBe(`${FIRST}.state.usable is not an object`)
  expect(bent((_, log) => (log.state = { usable: { timestamp: '2026-01-31' } }))).toBe(
    `${FIRST}.state.usable is not a time such as 2026-01-31T00:00:00Z`,
  )
  const interval = (from: string, until: string) => (_: Bent, log: Bent) =>
    (log.temporal_interval = { start_inclusive: from, end_exclusive: until })
  expect(bent(interval('2026-01-01T00:00:00Z', '2026-07-01T00:00:00.5Z'))).toBe('2 logs')
  expect(bent(interval('2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'))).toBe(
    `${FIRST}.temporal_interval ends before it begins`,
  )
  expect(bent(interval('2026-01-01T00:00:00Z', '2026-02-31x'))).toBe(
    `${FIRST}.temporal_interval.end_exclusive is not a time such as 2026-01-31T00:00:00Z`,
  )
  expect(bent((_, log) => (log.previous_operators = [{ name: 'Y' }]))).toBe(
    `${FIRST}.previous_operators[0].end_time is not a text`,
  )
})

test('no more than 2000 logs are read', () => {
  // Keys differ in what nobody looks at: a point is one of two thousand only if it is on the curve, so the check is not real here.
  const anything = { ...crypto, isPublicKey: () => true }
  const spki = alpha.publicKey
  const entry = (i: number): object => {
    const own = spki.slice()
    own[own.length - 1] = i & 0xff
    own[own.length - 2] = i >> 8
    const log_id = btoa(String.fromCharCode(...crypto.digest('sha256', own)))
    return { description: `${i}`, key: btoa(String.fromCharCode(...own)), log_id }
  }
  const list = (count: number) =>
    readLogList(
      JSON.stringify({ operators: [{ name: 'A', logs: Array.from({ length: count }, (_, i) => entry(i)) }] }),
      anything,
    )
  expect(list(2000)).toMatchObject({ logs: { size: 2000 } })
  expect(list(2001)).toMatchObject({ code: 'ca/log-list', got: 'is more than 2000 logs' })
})
