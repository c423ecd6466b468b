import { expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { drain } from '../../../test/support/http-story.ts'
import { seeded } from '../../random.ts'
import type { MessageRecord, StateRecord, TraceSink, VerdictRecord } from '../../trace/types.ts'
import { decode, dissect, encode } from '../../wire/codec.ts'
import { fieldAt } from '../../wire/field.ts'
import { requestHeadFormat, responseHeadFormat } from '../message/head-format.ts'
import type { HttpConnection } from '../types.ts'
import { httpClient, httpServer } from './engine.ts'

const recorder = () => {
  const messages: MessageRecord[] = []
  const verdicts: VerdictRecord[] = []
  const states: StateRecord[] = []
  let id = 0
  const sink: TraceSink = {
    nextId: () => ++id,
    message: record => messages.push(record),
    state: record => states.push(record),
    secret: () => {},
    verdict: record => verdicts.push(record),
  }
  return { messages, verdicts, states, context: { sink, flow: 'f', host: 'h' } }
}
const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes)

test('a head is walked into its lines, so that a cookie has its byte range', () => {
  const wire = ascii('GET /cart?x=1 HTTP/1.1\r\nHost: shop.test\r\nCookie:  sid=abc \r\n\r\n')
  const root = dissect(requestHeadFormat, wire, 'request')
  expect(fieldAt(root, 'requestLine.target')).toMatchObject({ start: 4, end: 13, text: '/cart?x=1' })
  const cookie = fieldAt(root, 'Cookie.value')!
  expect(text(wire.subarray(cookie.start, cookie.end))).toBe('sid=abc')
  expect(fieldAt(root, 'end')).toMatchObject({ start: wire.length - 2, end: wire.length })
  expect(root.note).toBeUndefined()
})

test('RFC 9112 3: a target that is missing is shown where it is missing, not taken from what follows', () => {
  const root = dissect(requestHeadFormat, ascii('GET  HTTP/1.1\r\n\r\n'), 'request')
  expect(fieldAt(root, 'requestLine.target')).toMatchObject({ start: 4, end: 4, text: '' })
  expect(fieldAt(root, 'requestLine.version')).toMatchObject({ start: 5, end: 13, text: 'HTTP/1.1' })
})

test('a head is written as it is read', () => {
  const random = seeded(7)
  for (const format of [requestHeadFormat, responseHeadFormat]) {
    for (let i = 0; i < 200; i++) {
      const value = format.sample(random.number)
      expect(decode(format, encode(format, value))).toEqual(value)
    }
  }
})

test('the walk of a broken or torn head goes as far as its lines make sense', () => {
  const wire = ascii('GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n')
  const root = dissect(requestHeadFormat, wire, 'request')
  expect(root.children!.map(field => field.name)).toEqual(['requestLine', 'Host'])
  expect(root.note).toContain('no header')
  for (let end = 0; end < wire.length; end++) dissect(requestHeadFormat, wire.subarray(0, end), 'request')
})

test('every head is recorded once with its place in the stream, on both sides, torn or not', () => {
  const out = recorder()
  const client = httpClient({ trace: out.context })
  const into = recorder()
  const server = httpServer({ trace: into.context })
  let stream = ''
  for (const target of ['/one', '/two']) {
    client.send(
      {
        type: 'request',
        method: 'POST',
        target,
        headers: [
          ['Host', 'a'],
          ['Cookie', 'sid=1'],
        ],
        body: ascii('hello'),
      },
      0,
    )
    const pieces = client.pollTransmit(3)!
    stream += pieces.map(text).join('')
    for (const byte of pieces.flatMap(piece => [...piece])) server.receive(Uint8Array.of(byte), 4)
    drain(server, 4)
    server.send({ type: 'response', status: 200, headers: [], body: ascii('x') }, 0)
    for (const piece of server.pollTransmit(5)!) client.receive(piece, 6)
    drain(client, 6)
    server.nextCycle(0)
    client.nextCycle(0)
  }
  const requests = (from: typeof out) => from.messages.filter(each => each.format === requestHeadFormat)
  for (const side of [out, into]) {
    expect(requests(side).map(each => each.name)).toEqual(['POST /one', 'POST /two'])
    for (const each of requests(side)) {
      expect(text(each.bytes)).toBe(stream.slice(each.stream!.start, each.stream!.end))
      expect(each.bytes.length).toBe(each.stream!.end - each.stream!.start)
    }
  }
  expect(into.verdicts.map(each => each.about)).toEqual(['body of 5 bytes', 'body of 5 bytes'])
  expect(out.messages.filter(each => each.direction === 'in').map(each => each.name)).toEqual(['200 OK', '200 OK'])
  expect(into.states[0]).toMatchObject({ from: 'wait-request', to: 'wait-request-body' })
})

test('heads that come one right behind the other have their places in the stream, wherever it is cut', () => {
  const stream = ['/one', '/two', '/three']
    .map(target => `POST ${target} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello`)
    .join('')
  const answer = (server: HttpConnection) => {
    while (drain(server).some(({ type }) => type === 'message-end')) {
      server.send({ type: 'response', status: 204, headers: [], body: ascii('') }, 0)
      drain(server)
      server.nextCycle(0)
    }
  }
  for (let cut = 1; cut < 2 * stream.length; cut++) {
    const { messages, context } = recorder()
    const server = httpServer({ trace: context })
    const at = cut % stream.length
    server.receive(ascii(stream.slice(0, at)), 0)
    if (cut < stream.length) answer(server)
    server.receive(ascii(stream.slice(at)), 0)
    answer(server)
    const heads = messages.filter(({ direction }) => direction === 'in')
    expect(heads.map(({ name }) => name)).toEqual(['POST /one', 'POST /two', 'POST /three'])
    for (const { bytes, stream: place } of heads) expect(text(bytes)).toBe(stream.slice(place!.start, place!.end))
  }
})

test('a refusal points to the bytes that were refused', () => {
  const { messages, verdicts, context } = recorder()
  const server = httpServer({ trace: context })
  const wire = 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'
  server.receive(ascii(wire), 0)
  const event = drain(server).find(each => each.type === 'failure')
  const { at } = event!.type === 'failure' ? event!.failure : { at: undefined }
  expect(at?.message).toBe(messages[0]!.id)
  expect(text(messages[0]!.bytes.subarray(at!.start, at!.end))).toBe('Content-Length: 2\r\n')
  expect(verdicts.at(-1)).toMatchObject({ ok: false, rule: 'RFC 9112 6.3' })
})

test('a refusal of what never came is a verdict that points nowhere', () => {
  const { messages, verdicts, context } = recorder()
  const client = httpClient({ trace: context })
  client.send({ type: 'request', method: 'GET', target: '/', headers: [['Host', 'a']] }, 0)
  client.send({ type: 'end' }, 0)
  drain(client)
  client.receive('end', 7)
  drain(client, 7)
  expect(messages.map(({ direction }) => direction)).toEqual(['out'])
  expect(verdicts).toMatchObject([{ at: 7, flow: 'f', host: 'h', ok: false, failure: { code: 'http/no-answer' } }])
  expect(verdicts[0]!.where).toBeUndefined()
})

test('a message that is sent and the steps that it makes have the time of the command', () => {
  const told = recorder()
  const server = httpServer({ trace: told.context })
  server.receive(ascii('GET / HTTP/1.1\r\nHost: a\r\n\r\n'), 10)
  drain(server, 10)
  server.send({ type: 'response', status: 200, headers: [], body: ascii('x') }, 9000)
  drain(server, 9500)
  server.nextCycle(12_000)
  drain(server, 12_000)
  expect(told.messages.map(m => [m.name, m.at])).toEqual([
    ['GET /', 10],
    ['200', 9000],
  ])
  expect(told.states.map(s => [s.to, s.at])).toEqual([
    ['wait-request-body', 10],
    ['request-done', 10],
    ['wait-response-body', 9000],
    ['response-done', 9000],
    ['wait-request', 12_000],
    ['wait-response', 12_000],
  ])
})
