/** What others can make a reader hold, at its bounds: one less is read, one more is not, and what is read says so. */
import { describe, expect, test } from 'vitest'
import { ascii, concat } from '../../../test/support/bytes.ts'
import {
  type Heard,
  heard,
  houseOf,
  secretsOf,
  sessionIn,
  sessionOf,
  type TalkOptions,
  type Tapped,
  talkBetween,
  told,
} from '../../../test/support/streams.ts'
import { identity } from '../../../test/support/tls.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { recorder } from '../../trace/recorder.ts'
import { streamReader } from './reader.ts'
import type { ExchangeFound, Finding } from './types.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')

/** A reader, and what it has found so far. */
const reading = () => {
  const findings: Finding[] = []
  const trace = recorder(Number.POSITIVE_INFINITY)
  const tell = (finding: Finding): void => void findings.push(finding)
  const reader = streamReader({ sink: trace, flow: 'one', secrets: { find: () => undefined }, crypto, tell })
  const failures = (): string[] =>
    trace.records.flatMap(({ type, record }) => (type === 'verdict' && record.failure ? [record.failure.code] : []))
  const exchanges = (): ExchangeFound[] => findings.flatMap(found => (found.about === 'exchange' ? [found] : []))
  return { reader, findings, failures, exchanges }
}
const get = (path: string): Uint8Array => ascii(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)

describe('HTTP', () => {
  test('of requests without answers 1,024 wait; the oldest is told when another comes', () => {
    const { reader, exchanges } = reading()
    const one = get('/0000')
    const all = concat(...Array.from({ length: 1024 }, (_, i) => get(`/${`${i}`.padStart(4, '0')}`)))
    reader.data('client', all, 0, 0)
    expect(exchanges()).toEqual([])
    reader.data('client', one, all.length, 0)
    expect(exchanges()).toMatchObject([{ request: { start: ['GET', '/0000', 'HTTP/1.1'] }, response: undefined }])
  })

  test('of a body the places of 65,536 chunks are kept, and all of its bytes are counted', () => {
    const head = ascii('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
    const body = (chunks: number) => {
      const result = heard(crypto, [
        ['client', get('/')],
        ['server', concat(head, ascii('1\r\nx\r\n'.repeat(chunks)), ascii('0\r\n\r\n'))],
      ])
      const [found] = result.findings.filter(each => each.about === 'exchange')
      return found!.response!.body
    }
    expect(body(65_536)).toMatchObject({ length: 65_536, leftOut: false, complete: true })
    const more = body(65_537)
    expect(more).toMatchObject({ length: 65_537, leftOut: true, complete: true })
    expect(more.ranges.length).toBe(65_536)
  })

  test('behind an offer to speak something else 262,144 bytes wait for the answer', () => {
    const { reader, failures } = reading()
    const offer = ascii('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n')
    reader.data('client', offer, 0, 0)
    reader.data('client', new Uint8Array(262_144), offer.length, 0)
    expect(failures()).toEqual([])
    reader.data('client', new Uint8Array(1), offer.length + 262_144, 0)
    expect(failures().length).toBe(1)
  })

  test('behind a hole a request is found whose first line is at most 8,192 bytes long, in however many pieces', () => {
    const found = (length: number): string[] => {
      const { reader, exchanges } = reading()
      const line = ascii(`GET /${'x'.repeat(length - 16)} HTTP/1.1\r\n`)
      reader.data('client', ascii('GET / HTTP/1.1\r\nHo'), 0, 0)
      reader.gap('client', 100, 0)
      let at = 118
      for (const piece of [line.subarray(0, -2), line.subarray(-2), ascii('Host: a\r\n\r\n')]) {
        reader.data('client', piece, at, 0)
        at += piece.length
      }
      reader.end('client', 'FIN', 0)
      reader.end('server', 'FIN', 0)
      return exchanges().map(({ request }) => request!.start[0])
    }
    expect(found(8_192)).toEqual(['GET'])
    expect(found(8_195)).toEqual([])
  })

  test('tunnels in tunnels are followed six deep', () => {
    const connect = (i: number): Tapped => [
      ['client', ascii(`CONNECT h${i}:443 HTTP/1.1\r\nHost: h${i}\r\n\r\n`)],
      ['server', ascii('HTTP/1.1 200 OK\r\n\r\n')],
    ]
    const { trace } = heard(crypto, Array.from({ length: 10 }, (_, i) => connect(i)).flat())
    const names = told(trace.records, ['http']).map(message => (message as { name: string }).name)
    expect(names.filter(name => name.startsWith('CONNECT'))).toEqual([0, 1, 2, 3, 4, 5].map(i => `CONNECT h${i}:443`))
  })
})

const talk = (options: Partial<TalkOptions>) => talkBetween({ crypto, who, ...options })
const withSecrets = ({ tap, ends }: ReturnType<typeof talk>, other: Tapped = tap): Heard =>
  heard(crypto, other, { secrets: secretsOf(ends.records) })

describe('TLS', () => {
  test('a megabyte of early data waits for the answer of the server; the rest of it is a hole in the stream', () => {
    const options = {
      versions: ['TLS 1.3'],
      serverAnswers: houseOf(crypto, who),
      server: { resumption: ['ticket'], earlyData: 4_000_000 },
    } as const
    const session = sessionOf(talk({ ...options, client: { session: 'new' } }))
    const sent = (length: number) => {
      const head = ascii(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`)
      const run = talk({ ...options, client: { session, earlyData: concat(head, new Uint8Array(length)) } })
      const { findings, trace } = withSecrets(run)
      const found = findings.flatMap(each => (each.about === 'exchange' ? [each.request!] : []))
      const failures = trace.records.filter(({ type, record }) => type === 'verdict' && record.failure !== undefined)
      expect(failures).toEqual([])
      // What is said behind it is read as it is.
      expect(found.map(({ start }) => start[0])).toEqual(['POST', 'GET'])
      return found[0]!.body
    }
    expect(sent(1_000_000)).toMatchObject({ length: 1_000_000, complete: true })
    const cut = sent(3_000_000)
    expect(cut.complete).toBe(false)
    expect(cut.length).toBeLessThanOrEqual(1_048_576)
    expect(cut.length).toBeGreaterThan(1_000_000)
  })

  test('a message may say that it is 524,288 bytes long, and no more: tls/message-too-long', () => {
    const announced = (length: number): string[] => {
      const { reader, failures } = reading()
      const header = Uint8Array.of(22, 3, 1, 0, 4, 1, length >> 16, length >> 8, length)
      reader.data('client', header, 0, 0)
      return failures()
    }
    expect(announced(524_288)).toEqual([])
    expect(announced(524_289)).toEqual(['tls/message-too-long'])
  })

  test('behind lost records 8,192 numbers are tried for the next one, over the life of a connection', () => {
    const LINES = 9_000
    const run = talk({
      versions: ['TLS 1.3'],
      before: ({ both, carry }) => {
        for (let i = 0; i < LINES; i++) both.server.tls.write(Uint8Array.of(i), 0)
        carry()
      },
    })
    // Header, one octet, its type and the tag.
    const size = 5 + 1 + 1 + 16
    const without = (lost: number): Tapped =>
      run.tap.flatMap(([from, bytes]): Tapped => {
        if (from !== 'server' || typeof bytes === 'number' || bytes.length < LINES * size) return [[from, bytes]]
        // The first one opens, so that the key is known to fit.
        const start = bytes.length - (LINES - 1) * size
        return [
          [from, bytes.slice(0, start)],
          [from, lost * size],
          [from, bytes.slice(start + lost * size)],
        ]
      })
    const why = (lost: number): string[] =>
      withSecrets(run, without(lost)).findings.flatMap(found => (found.about === 'unread' ? [found.why] : []))
    expect(why(8_191)).not.toContain('out-of-step')
    expect(why(8_192)).toContain('out-of-step')
  })

  test('a handshake of more than a megabyte is read, and not computed again', () => {
    const run = talk({ versions: ['TLS 1.2'] })
    const message = (length: number): Uint8Array => {
      const size = (count: number) => [count >> 16, count >> 8, count]
      const certificate = concat(
        Uint8Array.of(11, ...size(length), ...size(length - 3), ...size(length - 6)),
        new Uint8Array(length - 6),
      )
      const pieces: Uint8Array[] = []
      for (let at = 0; at < certificate.length; at += 16_384) {
        const piece = certificate.subarray(at, at + 16_384)
        pieces.push(Uint8Array.of(22, 3, 3, piece.length >> 8, piece.length), piece)
      }
      return concat(...pieces)
    }
    const finished = (lengths: readonly number[]) => {
      const flight = run.tap.findIndex(([from], i) => from === 'client' && i > 0)
      const more: Tapped = lengths.map(length => ['server', message(length)])
      return sessionIn(withSecrets(run, [...run.tap.slice(0, flight), ...more, ...run.tap.slice(flight)]))
    }
    expect(finished([])).toMatchObject({ finished: { client: true, server: true } })
    // What nobody said who was there makes it wrong, as long as it counts.
    expect(finished([500_000, 500_000])).toMatchObject({ finished: { client: false, server: false } })
    expect(finished([500_000, 500_000, 100_000])).toMatchObject({ finished: { client: undefined, server: undefined } })
  })
})
