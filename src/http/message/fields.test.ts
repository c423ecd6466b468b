import { expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { allEvents } from '../../../test/support/http-story.ts'
import { httpServer } from '../connection/engine.ts'
import type { RequestHead } from '../types.ts'

const headOf = (...lines: string[]): RequestHead => {
  const server = httpServer()
  server.receive(ascii(`${lines.join('\r\n')}\r\n\r\n`), 0)
  const head = allEvents(server)[0]
  if (head?.type !== 'request') throw new Error(`no request: ${JSON.stringify(head)}`)
  return head
}
const lines = [
  ['Host', 'shop.test:8443'],
  ['Accept', 'a'],
  ['ACCEPT', 'b, c'],
  ['Set-Cookie', 'x=1, 2'],
  ['Set-Cookie', 'y=2'],
  ['Empty', ''],
  ['Latin', 'caf\xe9'],
] as const

test('headers are found in any case, joined with commas, Set-Cookie never', () => {
  const { headers } = headOf('GET /a?b HTTP/1.1', ...lines.map(([name, value]) => `${name}: \t${value} `))
  expect(headers.count).toBe(7)
  expect(headers.list()).toEqual(lines)
  expect(headers.get('accept')).toBe('a, b, c')
  expect(headers.all('Accept')).toEqual(['a', 'b, c'])
  expect(headers.get('set-cookie')).toBe('x=1, 2')
  expect(headers.all('SET-COOKIE')).toEqual(['x=1, 2', 'y=2'])
  expect(headers.get('empty')).toBe('')
  expect(headers.get('latin')).toBe('caf\xe9')
  expect([headers.has('host'), headers.has('hos'), headers.get('hostt')]).toEqual([true, false, undefined])
})

test('RFC 9112 3.2, 3.3: host and path come from the target, and from Host only where the target has none', () => {
  const about = (line: string, host = 'h') => {
    const { authority, path } = headOf(line, `Host: ${host}`)
    return [authority, path]
  }
  expect(about('GET /a?b HTTP/1.1', 'shop.test:8443')).toEqual(['shop.test:8443', '/a?b'])
  expect(about('GET http://other.test:81/x?y HTTP/1.1')).toEqual(['other.test:81', '/x?y'])
  expect(about('GET https://other.test HTTP/1.1')).toEqual(['other.test', '/'])
  expect(about('GET HTTP://[::1]?q HTTP/1.1')).toEqual(['[::1]', '/?q'])
  expect(about('OPTIONS * HTTP/1.1')).toEqual(['h', '*'])
  expect(about('OPTIONS http://other.test HTTP/1.1')).toEqual(['other.test', '*'])
})
