/** Two connections beside each other: what both have in one row, what one has alone by itself, within any width. */
import { expect, test } from 'vitest'
import { ascii } from '../../test/support/bytes.ts'
import type { TraceRecord } from '../trace/recorder.ts'
import type { MessageRecord } from '../trace/types.ts'
import { legs, plain, renderBeside } from './index.ts'

let ids = 0
const message = (at: number, port: number, direction: 'in' | 'out', name: string): TraceRecord => {
  const layer: MessageRecord['layer'] = /^(GET|200|304)/.test(name) ? 'http' : 'tls'
  const flow = `127.0.0.1:${port}-127.0.0.1:443`
  return {
    type: 'message',
    record: { id: ++ids, at, layer, direction, name, flow, host: 'me', format: undefined, bytes: ascii(name) },
  }
}
const connected = (at: number, port: number): TraceRecord => ({
  type: 'state',
  record: {
    layer: 'tcp',
    flow: `127.0.0.1:${port}-127.0.0.1:443`,
    host: 'me',
    from: 'SYN-SENT',
    to: 'ESTABLISHED',
    at,
  },
})

const run = (): TraceRecord[] => [
  connected(0, 1),
  message(10, 1, 'out', 'ClientHello'),
  message(20, 1, 'in', 'ServerHello'),
  message(20, 1, 'in', 'Certificate'),
  message(21, 1, 'out', 'Finished'),
  message(22, 1, 'in', 'Finished'),
  message(23, 1, 'out', 'GET /'),
  message(30, 1, 'in', '200 OK'),
  message(31, 1, 'in', 'NewSessionTicket'),
  connected(100, 2),
  message(101, 2, 'out', 'ClientHello'),
  message(104, 2, 'in', 'ServerHello'),
  message(104, 2, 'in', 'Finished'),
  message(105, 2, 'out', 'Finished'),
  message(106, 2, 'out', 'GET /'),
  message(109, 2, 'in', '304 Not Modified'),
]

test('messages of both stand in one row with times of their own, others alone; tickets do not count', () => {
  const records = run()
  const lines = renderBeside(records, legs(records), plain(60))
  expect(lines?.slice(1, -1)).toEqual([
    ' tcp connected           0.0  │ tcp connected           0.0',
    ' → ClientHello          10.0  │ → ClientHello           1.0',
    ' ← ServerHello          20.0  │ ← ServerHello           4.0',
    ' ← Certificate          20.0  │',
    ' → Finished             21.0  │',
    ' ← Finished             22.0  │ ← Finished              4.0',
    '                              │ → Finished              5.0',
    ' → GET /                23.0  │ → GET /                 6.0',
    ' ← 200 OK               30.0  │ ← 304 Not Modified      9.0',
  ])
})

test('it is for two connections, and fits into any width', () => {
  const records = run()
  const one = records.slice(0, 9)
  expect(renderBeside(one, legs(one), plain(80))).toBeUndefined()
  const three = [...records, connected(200, 3), message(201, 3, 'out', 'ClientHello')]
  expect(renderBeside(three, legs(three), plain(80))).toBeUndefined()
  for (const width of [40, 60, 80, 100])
    for (const line of renderBeside(records, legs(records), plain(width)) ?? [])
      expect([...line].length).toBeLessThanOrEqual(width)
})
