import { expect, test } from 'vitest'
import { made } from '../../../test/support/packed.ts'
import { fail } from '../../failures/index.ts'
import { playExchange } from '../../lab/exchange.ts'
import { taggedFrame } from '../../link/captured.ts'
import { nodePlatform } from '../../node/lab.ts'
import { sealedRecord } from '../../tls/tls13/record-format.ts'
import type { TraceRecord } from '../../trace/recorder.ts'
import { formatNamed, nameOfFormat } from './formats.table.ts'
import { packed, unpacker } from './packed.ts'

/** Through text and back. */
const again = (records: readonly TraceRecord[]): (TraceRecord | undefined)[] => {
  const unpack = unpacker()
  return records.map(entry => unpack(JSON.parse(JSON.stringify(packed(entry)))))
}

const checked = (records: readonly TraceRecord[]): void => {
  const back = again(records)
  expect(back).toEqual(records)
  for (const [i, entry] of records.entries()) {
    const other = back[i]
    // The very format: an equal one would have no name.
    if (entry.type === 'message' && other?.type === 'message') expect(other.record.format).toBe(entry.record.format)
  }
}

test('everything that both ends say in an exchange over HTTPS comes back as it was', async () => {
  const { records } = await playExchange(nodePlatform({ seed: 3 }), 3)
  expect(new Set(records.map(({ type }) => type))).toEqual(new Set(['message', 'state', 'secret', 'verdict']))
  checked(records)
})

for (const [name, records] of made)
  test(`what is said of ${name} comes back as it was`, async () => {
    const said = await records()
    expect(said.length).toBeGreaterThan(5)
    checked(said)
  })

test('a failure keeps its facts, its place and what was asked; its rule comes from the registry', () => {
  const failure = fail('tls/certificate-name', {
    got: 'a.test',
    expected: 'b.test',
    at: () => ({ message: 7, start: 1, end: 3, certificate: 0 }),
  }).within({ url: 'https://b.test/', host: 'b.test', port: 443 })
  const record = { layer: 'tls', flow: 'f', host: 'h', at: 1.5, check: 'name', ok: false, failure } as const
  const [back] = again([{ type: 'verdict', record }])
  if (back?.type !== 'verdict') throw new Error('no verdict')
  expect(back.record.failure?.context).toEqual({ url: 'https://b.test/', host: 'b.test', port: 443 })
  expect(JSON.parse(JSON.stringify(back.record.failure))).toEqual({
    got: 'a.test',
    expected: 'b.test',
    at: { message: 7, start: 1, end: 3, certificate: 0 },
    code: 'tls/certificate-name',
    fault: 'peer',
    rule: 'RFC 9525 6.3',
    alert: 42,
  })
})

test('formats that are made with numbers are named with them', () => {
  expect(nameOfFormat(taggedFrame(3))).toBe('TaggedFrame:3')
  expect(formatNamed('TaggedFrame:3')).toBe(taggedFrame(3))
  expect(formatNamed('SealedRecord:0')).toBe(sealedRecord(0))
  expect(formatNamed('CbcRecord:20:7')).toBeDefined()
})

const MESSAGE = {
  type: 'message',
  id: 1,
  layer: 'tcp',
  flow: 'f',
  host: 'h',
  direction: 'in',
  at: 0,
  name: 'SYN',
  bytes: 'AAEC',
}

test('what no trace says is nothing, whatever stands in it', () => {
  const unpack = unpacker()
  expect(unpack(MESSAGE)?.type).toBe('message')
  for (const wrong of [
    undefined,
    null,
    7,
    'message',
    [],
    {},
    { type: 'constructor' },
    { ...MESSAGE, type: '__proto__' },
    { ...MESSAGE, layer: 'toString' },
    { ...MESSAGE, layer: 3 },
    { ...MESSAGE, id: '1' },
    { ...MESSAGE, direction: 'up' },
    { ...MESSAGE, bytes: 'A' },
    { ...MESSAGE, bytes: '<script>' },
    { ...MESSAGE, carriedBy: [[1, 2]] },
    { ...MESSAGE, carriedBy: { length: 1 } },
    { ...MESSAGE, payload: [1, 2] },
    { ...MESSAGE, about: {} },
    { type: 'verdict', layer: 'tls', flow: 'f', host: 'h', at: 0, check: 'c', ok: true, failure: { code: 'toString' } },
    { type: 'secret', flow: 'f', host: 'h', label: 'l', clientRandom: '!', secret: '' },
  ])
    expect(unpack(wrong), JSON.stringify(wrong)).toBeUndefined()
})

test('a name that is no format leaves the bytes without one', () => {
  for (const format of [
    'Nothing',
    'constructor',
    'SealedRecord',
    'SealedRecord:-1',
    'SealedRecord:1:2',
    'SealedRecord:99999',
    'TaggedFrame:1e3',
  ])
    expect(unpacker()({ ...MESSAGE, format }), format).toMatchObject({ record: { format: undefined } })
})
