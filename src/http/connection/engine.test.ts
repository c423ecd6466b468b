import { describe, expect, test } from 'vitest'
import { ascii, tearings } from '../../../test/support/bytes.ts'
import { checked } from '../../../test/support/checked.ts'
import { allEvents, drain, runServer, sentText, story } from '../../../test/support/http-story.ts'
import { seeded } from '../../random.ts'
import type { HttpConnection } from '../types.ts'
import { httpClient, httpServer } from './engine.ts'

const random = seeded(9112)

/** Head, body and end of one message, as text and as what the reader must say: used in both directions. */
const requests: readonly { name: string; wire: string; story: string[] }[] = [
  {
    name: 'a request without a body',
    wire: 'GET /cart?x=1 HTTP/1.1\r\nHost: shop.test\r\n\r\n',
    story: ['GET /cart?x=1 1.1 | Host: shop.test', 'end'],
  },
  {
    name: 'a request with a length',
    wire: 'POST /buy HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 5\r\n\r\nhello',
    story: ['POST /buy 1.1 | Host: shop.test | Content-Length: 5', 'body hello', 'end'],
  },
  {
    name: 'a chunked request with trailers',
    wire: 'PUT /f HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nSum: 7\r\n\r\n',
    story: ['PUT /f 1.1 | Host: a | Transfer-Encoding: chunked', 'body hello', 'end Sum: 7'],
  },
]
const responses: readonly { name: string; method: string; wire: string; story: string[] }[] = [
  {
    name: 'a response with a length',
    method: 'GET',
    wire: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi',
    story: ['200 OK 1.1 | Content-Length: 2', 'body hi', 'end'],
  },
  {
    name: 'a chunked response',
    method: 'GET',
    wire: 'HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n',
    story: ['404 Not Found 1.1 | Transfer-Encoding: chunked', 'body no', 'end'],
  },
  {
    name: 'RFC 9110 9.3.2: an answer to HEAD has no body, whatever its length says',
    method: 'HEAD',
    wire: 'HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n',
    story: ['200 OK 1.1 | Content-Length: 200', 'end'],
  },
  {
    name: 'RFC 9110 15.3.5: 204 has no body',
    method: 'GET',
    wire: 'HTTP/1.1 204 No Content\r\n\r\n',
    story: ['204 No Content 1.1', 'end'],
  },
  {
    name: 'RFC 9110 15.4.5: 304 has no body, though it may give the length of one',
    method: 'GET',
    wire: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n',
    story: ['304 Not Modified 1.1 | Content-Length: 10', 'end'],
  },
  {
    name: 'RFC 9110 15.2: informational responses come before the final one',
    method: 'GET',
    wire: 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    story: ['103 Early Hints 1.1 | Link: </a.css>', '200 OK 1.1 | Content-Length: 0', 'end'],
  },
]

const asking = (method: string): HttpConnection => {
  const client = checked(httpClient())
  client.send({ type: 'request', method, target: '/', headers: [['Host', 'a']] }, 0)
  drain(client)
  return client
}

describe('messages in both directions', () => {
  for (const each of requests) {
    for (const { how, chunks } of tearings(ascii(each.wire), random.number)) {
      test(`${each.name} is read ${how}`, () => {
        expect(runServer(chunks)).toEqual(each.story)
      })
    }
    test(`${each.name} is read in two, wherever it is cut`, () => {
      const whole = ascii(each.wire)
      for (let at = 1; at < whole.length; at++)
        expect(runServer([whole.subarray(0, at), whole.subarray(at)]), `at ${at}`).toEqual(each.story)
    })
    test(`${each.name} is written as it was read`, () => {
      const server = httpServer()
      server.receive(ascii(each.wire), 0)
      const client = httpClient()
      for (const event of allEvents(server)) {
        if (event.type === 'request') client.send({ ...event, target: event.target, headers: event.headers.list() }, 0)
        if (event.type === 'body') client.send(event, 0)
        if (event.type === 'message-end') client.send({ type: 'end', trailers: event.trailers }, 0)
      }
      expect(sentText(client)).toBe(each.wire)
    })
  }
  for (const each of responses) {
    for (const { how, chunks } of tearings(ascii(each.wire), random.number)) {
      test(`${each.name}: read ${how}`, () => {
        const client = asking(each.method)
        client.send({ type: 'end' }, 0)
        drain(client)
        const events = chunks.flatMap(chunk => {
          client.receive(chunk, 1)
          return drain(client, 1)
        })
        expect(story(events)).toEqual(each.story)
      })
    }
    test(`${each.name}: written as it was read`, () => {
      const client = asking(each.method)
      client.receive(ascii(each.wire), 0)
      const server = httpServer()
      server.receive(ascii(`${each.method} / HTTP/1.1\r\nHost: a\r\n\r\n`), 0)
      for (const event of allEvents(client)) {
        if (event.type === 'response')
          server.send({ type: 'response', status: event.status, headers: event.headers.list() }, 0)
        if (event.type === 'body') server.send(event, 0)
        if (event.type === 'message-end') server.send({ type: 'end', trailers: event.trailers }, 0)
      }
      expect(sentText(server)).toBe(each.wire)
    })
  }
})

test('RFC 9112 9.3.2: what comes ahead is told once in each exchange', () => {
  const server = checked(httpServer())
  const request = ascii('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  const paused = (): number => story(drain(server)).filter(line => line === 'paused').length
  const told: number[] = []
  for (let i = 0; i < 3; i++) {
    let times = 0
    for (let k = 0; k < 3; k++) {
      server.receive(request, 0)
      times += paused()
    }
    server.send({ type: 'response', status: 200, headers: [], body: new Uint8Array(0) }, 0)
    times += paused()
    told.push(times)
    server.nextCycle(0)
    told.push(paused())
  }
  expect(told).toEqual([1, 1, 0, 1, 0, 1])
})

test('requests that came before the end of the stream are answered, and then it is over', () => {
  const server = checked(httpServer())
  const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
  server.receive(ascii(request.repeat(2)), 0)
  expect(story(drain(server))).toEqual(['GET / 1.1 | Host: a', 'end', 'paused'])
  server.receive('end', 0)
  const told: string[][] = []
  for (let i = 0; i < 2; i++) {
    told.push(story(drain(server)))
    server.send({ type: 'response', status: 200, headers: [], body: new Uint8Array(0) }, 0)
    drain(server)
    if (server.reusable) server.nextCycle(0)
  }
  // What comes behind the end is nobody's.
  server.receive(ascii(request), 0)
  told.push(story(drain(server)))
  expect(told).toEqual([[], ['GET / 1.1 | Host: a', 'end', 'peer-closed'], []])
  expect(server.reusable).toBe(false)
})
