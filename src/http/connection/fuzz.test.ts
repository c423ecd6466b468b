import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { checked, sameTorn } from '../../../test/support/checked.ts'
import { drain, runServer, story } from '../../../test/support/http-story.ts'
import { seeded } from '../../random.ts'
import { parseSetCookie } from '../cookies/index.ts'
import { httpClient } from './engine.ts'

/** Pieces that messages are made of, good and bad, so that chance gets behind the first line. */
const pieces = [
  'GET / HTTP/1.1\r\n',
  'POST /x HTTP/1.1\r\n',
  'GET / HTTP/1.0\r\n',
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'Host: a\r\n',
  'Content-Length: 5\r\n',
  'Content-Length: 3\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Connection: close\r\n',
  'Expect: 100-continue\r\n',
  'X: y\r\n',
  ' fold\r\n',
  '\r\n',
  '\n',
  '\r',
  '5\r\nhello\r\n',
  '5;a="b"\r\nhello\r\n',
  '0\r\n\r\n',
  '0\r\nT: u\r\n\r\n',
  'hello',
  '\x16\x03\x01',
  '\0',
  ': ',
  'a',
]
const piece = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...pieces).map(ascii) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 12 }) },
)
const stream = fc.array(piece, { maxLength: 24 }).map(list => Uint8Array.from(list.flatMap(bytes => [...bytes])))
const limits = { startLine: 60, head: 120, fields: 6, chunkLine: 12, chunkExtensions: 16, trailers: 24, body: 40 }

const torn = (bytes: Uint8Array, seed: number): Uint8Array[] => {
  const random = seeded(seed)
  const chunks: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + random.below(9)
    chunks.push(bytes.slice(at, at + size))
    at += size
  }
  return chunks
}

const runClient = (chunks: readonly Uint8Array[], method: string, input: 'borrowed' | 'owned'): string[] => {
  const client = checked(httpClient({ limits, input }), { input })
  client.send({ type: 'request', method, target: '/', headers: [['Host', 'a']], body: new Uint8Array(0) }, 0)
  const events = drain(client)
  for (const chunk of [...chunks, 'end' as const]) {
    client.receive(chunk, 0)
    events.push(...drain(client))
  }
  return story(events)
}

test('a server never throws, and tearing changes nothing', () => {
  fc.assert(
    fc.property(stream, fc.integer(), (bytes, seed) => {
      const whole = sameTorn(bytes, seeded(seed).number, chunks => runServer([...chunks, 'end'], { limits }))
      expect(runServer([...torn(bytes, seed), 'end'], { limits, input: 'owned' })).toEqual(whole)
    }),
    { seed: 9112, numRuns: 4000 },
  )
})

test('a client never throws, and tearing changes nothing', () => {
  fc.assert(
    fc.property(stream, fc.constantFrom('GET', 'HEAD'), fc.integer(), (bytes, method, seed) => {
      const whole = sameTorn(bytes, seeded(seed).number, chunks => runClient(chunks, method, 'borrowed'))
      expect(runClient(torn(bytes, seed), method, 'owned')).toEqual(whole)
    }),
    { seed: 9110, numRuns: 4000 },
  )
})

test('borrowed bytes may be overwritten as soon as receive returns', () => {
  fc.assert(
    fc.property(stream, fc.integer(), (bytes, seed) => {
      const whole = runClient([bytes], 'GET', 'borrowed')
      const client = httpClient({ limits })
      client.send({ type: 'request', method: 'GET', target: '/', headers: [['Host', 'a']], body: new Uint8Array(0) }, 0)
      drain(client)
      const events = []
      for (const chunk of torn(bytes, seed)) {
        client.receive(chunk, 0)
        chunk.fill(0x2a)
        events.push(...drain(client))
      }
      client.receive('end', 0)
      expect(story([...events, ...drain(client)])).toEqual(whole)
    }),
    { seed: 5, numRuns: 1000 },
  )
})

test('Set-Cookie of any kind is a cookie or a failure', () => {
  const word = fc.constantFrom(
    'a',
    '=',
    ';',
    ' ',
    '\t',
    'Domain',
    'Path=/',
    'Max-Age=',
    'Expires=',
    '1',
    'Secure',
    '"',
    '\0',
    '\xe9',
  )
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), words => {
      const outcome = parseSetCookie(words.join(''))
      expect('code' in outcome || typeof outcome.name === 'string').toBe(true)
    }),
    { seed: 6265, numRuns: 3000 },
  )
})
