import { expect, test } from 'vitest'
import { fail } from '../../failures/index.ts'
import { plain } from '../../inspect/index.ts'
import type { Served } from '../../net/server/served.ts'
import { accessEvent, accessLines } from './access.ts'

const time = new Date('2026-11-20T12:01:07Z')
const remote = { address: '192.168.1.9', port: 4000 }
const answered: Served = {
  remote,
  connection: undefined,
  method: 'GET',
  target: '/app.js',
  status: 200,
  bytes: 48_120,
  milliseconds: 3.2,
  number: 2,
  failure: undefined,
}

test('an answered request is one line: what, status, size, connection, time', () => {
  const [line, ...more] = accessLines(answered, time, plain())
  expect(line).toMatch(/ \d\d:01:07 {2}GET \/app\.js +200 +48\.1 kB {2}same connection +3\.2 ms$/)
  expect(more).toEqual([])
  const took = (milliseconds: number) => accessLines({ ...answered, milliseconds }, time, plain())[0]
  expect(took(9.94)).toMatch(/ 9\.9 ms$/)
  expect(took(10.2)).toMatch(/ 10 ms$/)
})

test('a line of a request stays one line on a terminal of 60 and more columns', () => {
  const target = `/${'long/'.repeat(40)}`
  for (const columns of [60, 72, 80, 100]) {
    for (const [text] of [
      accessLines(answered, time, plain(columns)),
      accessLines({ ...answered, target }, time, plain(columns)),
    ]) {
      expect([...text!].length).toBeLessThanOrEqual(columns)
      expect(text).toMatch(/ 200 .*3\.2 ms$/)
    }
  }
})

test('control characters in a target are shown, not obeyed', () => {
  const [line] = accessLines({ ...answered, target: '/\u001b[2J\r\nGET /forged' }, time, plain())
  expect(line).not.toContain('\u001b')
  expect(line).not.toContain('\n')
})

test('a client that refuses our certificate is explained, with what to do', () => {
  const failure = fail('tls/alert-received', { number: 48, got: 'unknown_ca' })
  const lines = accessLines(
    { ...answered, method: undefined, status: undefined, failure },
    time,
    plain(),
    '/ca/root.pem',
  )
  expect(lines[0]).toContain('192.168.1.9 hung up after our certificate: alert 48 unknown_ca.')
  expect(lines[1]).toContain('Let it trust /ca/root.pem')
})

test('any other failure is a line with its sentence and code', () => {
  const failure = fail('tcp/reset', { where: 'the client' })
  const lines = accessLines({ ...answered, method: undefined, status: undefined, failure }, time, plain())
  expect(lines[0]).toContain('The connection was cut.')
  expect(lines.join(' ')).toContain('(tcp/reset)')
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(100)
})

test('a request that was never answered has no line of its own, only its failure', () => {
  const failure = fail('tcp/reset', { where: 'the client' })
  for (const open of [{ status: undefined }, { method: undefined }]) {
    const lines = accessLines({ ...answered, ...open, failure }, time, plain())
    expect(lines[0]).toContain('The connection was cut.')
    expect(lines.join('\n')).not.toMatch(/undefined|app\.js/)
  }
})

test('the same as an object for programs', () => {
  expect(accessEvent(answered, time)).toMatchObject({
    type: 'request',
    time: '2026-11-20T12:01:07.000Z',
    remote,
    method: 'GET',
    status: 200,
    failure: null,
  })
})
