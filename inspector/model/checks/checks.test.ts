import { expect, test } from 'vitest'
import type { TraceRecord } from '../../../src/trace/recorder.ts'
import type { Carrier } from '../../../src/trace/types.ts'
import { dissect } from '../../../src/wire/codec.ts'
import { fieldOver } from '../../../src/wire/field.ts'
import { LAPTOP, overheard, type Played, type PlayOptions, play } from '../../../test/support/played.ts'
import type { Parties } from '../run.ts'
import { type CheckMade, type Checks, checksOf } from './checks.ts'

const BOTH: Parties = {
  client: { host: LAPTOP, name: LAPTOP },
  server: { host: 'shop.test', name: 'shop.test' },
}
const ASIDE: Parties = { client: { host: 'client', name: '10.0.0.2' }, server: { host: undefined, name: '10.0.0.3' } }

const origin = { kind: 'live', command: 'get' } as const
const file = { kind: 'file', file: 'x.pcapng', conversation: 1 } as const

const played = async (options: PlayOptions = {}): Promise<Checks & { readonly records: Played['records'] }> => {
  const { records } = await play(options)
  return { ...checksOf({ records, parties: BOTH, origin }), records }
}
const of = ({ made }: Checks, check: string, party = LAPTOP): CheckMade[] =>
  made.filter(each => each.check === check && each.party.name === party)

/** What stands where a check looked: message and field. */
const lookedAt = (records: readonly TraceRecord[], [where]: readonly Carrier[]): readonly (string | number)[] => {
  const entry = records.find(each => each.type === 'message' && each.record.id === where?.message)
  if (entry?.type !== 'message' || where === undefined) return []
  const { format, bytes, name } = entry.record
  return [
    name,
    format === undefined ? '' : fieldOver(dissect(format, bytes, name), where.start).path,
    where.end - where.start,
  ]
}

test('every verdict of both ends is there, in the order in which it fell, with a mark', async () => {
  const { made, held, failed, records } = await played()
  const verdicts = records.filter(({ type }) => type === 'verdict').length
  // One of revocation that nobody had asked for is none; tags and windows of both sides are counted beside.
  expect(made.length).toBe(verdicts - 1 + 4)
  expect([held, failed]).toEqual([made.length, 0])
  expect(made.map(({ at }) => at)).toEqual(made.map(({ at }) => at).toSorted((a, b) => a - b))
})

test('a check shows the bytes that it looked at: the name, the dates, the signature, Finished, a cookie', async () => {
  const checks = await played()
  const seen = (check: string) => lookedAt(checks.records, of(checks, check)[0]!.where)
  expect(seen('Finished')).toEqual(['Finished', 'type', 36])
  expect(seen('signature').slice(0, 1)).toEqual(['CertificateVerify'])
  expect(seen('name').slice(0, 1)).toEqual(['Certificate'])
  expect(seen('cookie').slice(0, 2)).toEqual(['200 OK', 'set-cookie.name'])
  expect(of(checks, 'framing').map(({ where }) => lookedAt(checks.records, where)[0])).toEqual(['200 OK', '200 OK'])
  const [name] = of(checks, 'name')
  const message = checks.records.find(each => each.type === 'message' && each.record.id === name!.where[0]!.message)
  const { start, end } = name!.where[0]!
  const bytes = message?.type === 'message' ? message.record.bytes.subarray(start, end) : new Uint8Array(0)
  expect(new TextDecoder('latin1').decode(bytes)).toContain('shop.test')
})

test('what is done with every record and every segment is counted, and each place is told', async () => {
  const checks = await played()
  const [tags] = of(checks, 'record tags')
  // The server's flight, its ticket, two answers, its goodbye.
  expect([tags!.count, tags!.rule]).toEqual([5, 'RFC 9846 5.2'])
  expect(lookedAt(checks.records, tags!.where)).toEqual(['Handshake record', 'fragment.tag', 16])
  expect(of(checks, 'record tags', 'shop.test')[0]!.count).toBe(4)
  const [window] = of(checks, 'sequence number in the window')
  expect([window!.count, window!.where[0]!.start, window!.where[0]!.end]).toEqual([window!.where.length, 4, 8])
})

test('in TLS 1.2 the tags are told with its own rule', async () => {
  const checks = await played({ tls: { versions: ['TLS 1.2'] } })
  expect(of(checks, 'record tags')[0]!.rule).toBe('RFC 5246 6.2.3.3')
})

test('a certificate for another name fails at the name, at its bytes, and what comes later is not reached', async () => {
  const checks = await played({ names: ['admin.shop.test'] })
  const [name] = of(checks, 'name')
  expect([name!.state, name!.failure?.code, checks.failed]).toEqual(['failed', 'tls/certificate-name', 1])
  const message = checks.records.find(each => each.type === 'message' && each.record.id === name!.where[0]!.message)
  const { start, end } = name!.where[0]!
  const text =
    message?.type === 'message' ? new TextDecoder('latin1').decode(message.record.bytes.subarray(start, end)) : ''
  expect(text).toContain('admin.shop.test')
  expect(checks.notMade.map(({ check, why }) => [check, why])).toEqual([
    ['signature', 'not reached'],
    ['Finished', 'not reached'],
    ['revocation', 'not asked for'],
    ['transparency', 'not asked for'],
  ])
})

test('nobody asked for revocation or logs, so nobody says that they hold', async () => {
  const checks = await played()
  expect(of(checks, 'revocation')).toEqual([])
  expect(checks.notMade.map(({ check, why }) => [check, why])).toEqual([
    ['revocation', 'not asked for'],
    ['transparency', 'not asked for'],
  ])
})

test('who has the frames and no keys checks little, and says what was not checked and why', async () => {
  const { records } = overheard(await play())
  const checks = checksOf({ records, parties: ASIDE, origin: file })
  expect(checks.notMade.map(({ check, why, count }) => [check, why, count])).toEqual([
    ['record tags', 'no keys', 9],
    ['signature', 'no keys', 1],
    ['Finished', 'no keys', 1],
    ['name', 'no keys', 1],
    ['dates', 'no keys', 1],
    ['chain', 'no keys', 1],
    ['sequence number in the window', 'not an end', 1],
  ])
  expect(checks.notMade[0]!.where.length).toBe(9)
  const in12 = checksOf({
    records: overheard(await play({ tls: { versions: ['TLS 1.2'] } })).records,
    parties: ASIDE,
    origin: file,
  })
  expect(in12.made.map(({ check, state }) => [check, state])).toEqual([
    ['dates', 'held'],
    ['name', 'held'],
    ['signature', 'held'],
  ])
  expect(in12.notMade.map(({ check, why }) => [check, why])).toContainEqual(['chain', 'no trust'])
})

test('a segment that is refused is a row of its own and none of those in the window', async () => {
  const { records } = await play()
  const last = records.findLast(
    entry =>
      entry.type === 'message' &&
      entry.record.layer === 'tcp' &&
      entry.record.host === LAPTOP &&
      entry.record.direction === 'in',
  )
  if (last?.type !== 'message') throw new Error('no segment came')
  const { flow, id } = last.record
  const where = { message: id, start: 0, end: 20 }
  const verdict = {
    layer: 'tcp',
    flow,
    host: LAPTOP,
    at: 99,
    check: 'sequence number in the window',
    ok: false,
    where,
  } as const
  const before = of(checksOf({ records, parties: BOTH, origin }), 'sequence number in the window')[0]!.count
  const checks = checksOf({ records: [...records, { type: 'verdict', record: verdict }], parties: BOTH, origin })
  expect(of(checks, 'sequence number in the window').map(({ state, count }) => [state, count])).toEqual([
    ['held', before - 1],
    ['failed', 1],
  ])
})

test('without TLS there are no checks of it, made or not', async () => {
  const checks = await played({ plain: true })
  expect(new Set(checks.made.map(({ layer }) => layer))).toEqual(new Set(['tcp', 'http', 'session']))
  expect(checks.notMade).toEqual([])
})
