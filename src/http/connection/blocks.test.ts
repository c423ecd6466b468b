/** Fields that were encoded before are written by a way of their own: it gives the octets of the long way, or the failure. */
import { expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { checked } from '../../../test/support/checked.ts'
import { drain, sentText } from '../../../test/support/http-story.ts'
import { FailureError } from '../../failures/index.ts'
import { type HeaderBlock, headerBlock } from '../message/header-block.ts'
import type { HeaderList, HttpConfig } from '../types.ts'
import { httpServer } from './engine.ts'

const ASKED = [
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
  'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n',
  'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n',
]
const FIELDS: readonly HeaderList[] = [
  [],
  [['A', 'b']],
  [['Content-Length', '2']],
  [['Content-Length', '3']],
  [['Transfer-Encoding', 'chunked']],
  [['Connection', 'close']],
  [['Connection', 'keep-alive']],
  [['Date', 'yesterday']],
]
const STATUS = [99, 100, 101, 103, 199, 200, 201, 204, 205, 206, 304, 404, 500, 599, 777, 1000, 200.5]
const BODIES = ['', 'hi', 'x'.repeat(10_000)]

interface Asked {
  readonly request: string
  readonly status: number
  readonly body: string
  readonly date: string | undefined
}
const answer = (headers: HeaderList | HeaderBlock, { request, status, body, date }: Asked): string => {
  const config: HttpConfig = date === undefined ? {} : { date: () => date }
  const server = checked(httpServer(config))
  server.receive(ascii(request), 0)
  drain(server)
  try {
    server.send({ type: 'response', status, headers, body: ascii(body) }, 0)
  } catch (error) {
    if (error instanceof FailureError) return `${error.code} ${error.failure.where} ${error.failure.got}`
    throw error
  }
  return `${sentText(server)} ${server.reusable}`
}

test('whatever is asked and answered, a block of fields and their list are sent alike', () => {
  let written = 0
  for (const fields of FIELDS) {
    const block = headerBlock(fields)
    for (const request of ASKED) {
      // The same block again and again, with another status, length and date each time.
      for (const date of [undefined, 'Sun, 06 Nov 1994 08:49:37 GMT']) {
        for (const status of STATUS) {
          for (const body of BODIES) {
            const asked = { request, status, body, date }
            const long = answer(fields, asked)
            expect(answer(block, asked)).toBe(long)
            if (long.startsWith('HTTP/1.1 ')) written++
          }
        }
      }
    }
  }
  expect(written).toBeGreaterThan(1000)
})

test('one block in answers of several lengths, statuses and seconds', () => {
  const block = headerBlock([['A', 'b']])
  const of = (status: number, body: string, date: string | undefined) =>
    answer(block, { request: ASKED[0]!, status, body, date })
  expect(of(200, 'hi', 'D1')).toBe('HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 2\r\nDate: D1\r\n\r\nhi true')
  expect(of(200, 'hello world', 'D2')).toBe(
    'HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 11\r\nDate: D2\r\n\r\nhello world true',
  )
  expect(of(404, '', undefined)).toBe('HTTP/1.1 404 Not Found\r\nA: b\r\nContent-Length: 0\r\n\r\n true')
})
