import { expect, test } from 'vitest'
import { hex, toHex } from '../../test/support/bytes.ts'
import { connection, ethernet, pcapFile } from '../../test/support/made-captures.ts'
import { bytesSource } from '../capture/read/index.ts'
import { recorder } from '../trace/recorder.ts'
import { openCapture } from './capture.ts'
import { KeyLogs } from './secrets.ts'

const RANDOM = 'ab'.repeat(32)
const [SHORT, LONG] = ['01'.repeat(32), '02'.repeat(48)]
const found = (logs: readonly string[], label: string, random = RANDOM): string | undefined => {
  const secret = new KeyLogs(logs).find(label, hex(random))
  return secret && toHex(secret)
}

test('a secret is found by its label and client random, in large letters or small, in any of the logs', () => {
  const logs = [
    `# one\n\nCLIENT_RANDOM ${RANDOM.toUpperCase()} ${LONG}\r\n`,
    `SERVER_TRAFFIC_SECRET_0 ${RANDOM} ${SHORT.toUpperCase()}`,
  ]
  expect(found(logs, 'CLIENT_RANDOM')).toBe(LONG)
  expect(found(logs, 'SERVER_TRAFFIC_SECRET_0')).toBe(SHORT)
  expect(found(logs, 'SERVER_TRAFFIC_SECRET_1')).toBeUndefined()
  expect(found(logs, 'CLIENT_RANDOM', 'ac'.repeat(32))).toBeUndefined()
})

test('what stands there twice is taken as it was said first, and what is no secret is not taken', () => {
  const log = `CLIENT_RANDOM ${RANDOM} ${LONG}\nCLIENT_RANDOM ${RANDOM} ${'03'.repeat(48)}\nCLIENT_RANDOM ${RANDOM}\n`
  expect(found([log], 'CLIENT_RANDOM')).toBe(LONG)
  expect(found([`EXPORTER_SECRET ${RANDOM} xyz`, `SECRET ${RANDOM} ${SHORT}`], 'EXPORTER_SECRET')).toBeUndefined()
})

test('a secret of a wrong length is found, so that whoever needs it can say so', () => {
  expect(found([`CLIENT_RANDOM ${RANDOM} ${SHORT}`], 'CLIENT_RANDOM')).toBe(SHORT)
})

test('of key logs 400,000 secrets are kept: more are capture/too-much, and the first are found', () => {
  const line = (n: number): string => `ECH_SECRET ${n.toString(16).padStart(64, '0')} 00\n`
  const log = Array.from({ length: 400_001 }, (_, n) => line(n)).join('')
  const { syn } = connection('10.0.0.1:4000', '10.0.0.2:443')
  const file = pcapFile('little', 1, [{ time: 1_795_000_000_000_000n, bytes: ethernet(syn()) }])
  const capture = openCapture(bytesSource(file), { keyLogs: [log] })
  expect(capture.damage).toMatchObject([{ code: 'capture/too-much', where: 'secrets', number: 400_000 }])
  capture.dissect(1, recorder(), ({ secrets }) => {
    const find = (n: number) => secrets.find('ECH_SECRET', hex(n.toString(16).padStart(64, '0')))
    expect([find(0), find(399_999), find(400_000)]).toEqual([Uint8Array.of(0), Uint8Array.of(0), undefined])
    return { data: () => {}, gap: () => {}, end: () => {} }
  })
  expect.assertions(2)
}, 60_000)
