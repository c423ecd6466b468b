/** What a peer must not say between messages, before keys and before our turn: the order that no message shows. */
import { describe, expect, test } from 'vitest'
import { ascii, concat } from '../../test/support/bytes.ts'
import { identity, keysOf, type Pair, pair, record, recordsOf, Side, shuttle, step } from '../../test/support/tls.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { messagesOf, recorder } from '../trace/recorder.ts'
import { decode } from '../wire/codec.ts'
import { tlsServer } from './engine.ts'
import { HandshakeInput } from './handshake-input.ts'
import { Alert } from './messages/tls12.ts'
import { DEFAULT_SUITES } from './suites.table.ts'
import { Transcript } from './transcript.ts'

const crypto = nodeCrypto()
const ec = identity(crypto, 'p-256')
const rsa = identity(crypto, 'rsa-2048')

/** The alert that ends a flight, when it went out in the clear. */
const alertIn = (pieces: readonly Uint8Array[]): number | undefined => {
  const last = recordsOf(concat(...pieces)).at(-1)
  return last?.[0] === 21 ? decode(Alert, last.subarray(5)).description : undefined
}

/** A pair, run until `who` is in `state`. */
const until = (who: 'client' | 'server', state: string): Pair => {
  const both = pair({ crypto, who: ec })
  step(both, () => both[who].tls.state === state)
  expect(both[who].tls.state).toBe(state)
  return both
}

describe('nothing may be unread when keys change', () => {
  test('a client that waits for ChangeCipherSpec refuses it in the middle of a message', () => {
    const both = until('client', 'WaitChangeCipherSpec')
    both.client.touch(record(22, Uint8Array.of(0, 0)))
    both.client.touch(record(20, Uint8Array.of(1)))
    expect(both.client.failure).toMatchObject({ code: 'tls/excess-data', alert: 10 })
    expect(both.client.tls.state).toBe('Failed')
  })
  test('a server that waits for ChangeCipherSpec refuses it behind the first bytes of any message', () => {
    for (const begun of [[20], [20, 0, 0], [0, 0, 0]]) {
      const both = until('server', 'WaitChangeCipherSpec')
      both.server.touch(record(22, Uint8Array.from(begun)))
      both.server.touch(record(20, Uint8Array.of(1)))
      expect(both.server.failure, `${begun}`).toMatchObject({ code: 'tls/excess-data', alert: 10 })
    }
  })
  test('data in the middle of a message is refused, and is not passed on', () => {
    const trace = recorder()
    const context = (host: string) => ({ trace: { sink: trace, flow: 'test', host } })
    const both = pair({ crypto, who: ec, client: context('client'), server: context('server') })
    shuttle(both)
    const { server } = keysOf(crypto, trace.records, 1)
    both.client.touch(concat(...server.seal(22, Uint8Array.of(0, 0)), ...server.seal(23, ascii('x'))))
    expect(both.client.failure).toMatchObject({ code: 'tls/unexpected-record', where: 'Established' })
    expect(both.client.data).toHaveLength(0)
  })
})

describe('nothing may be unread when our flight begins', () => {
  test('a server refuses a hello with the beginning of the next flight behind it, before it sends anything', () => {
    for (const behind of [[16], [16, 0, 0, 33, 32, 1, 2], [16, 0, 0, 2, 1, 4]]) {
      const { client } = pair({ crypto, who: ec })
      const server = pair({ crypto, who: ec }).server
      const hello = recordsOf(concat(...client.touch()))[0]!.subarray(5)
      const sent = server.touch(record(22, concat(hello, Uint8Array.from(behind))))
      expect(server.failure, `${behind}`).toMatchObject({ code: 'tls/excess-data', alert: 10 })
      expect(recordsOf(concat(...sent)).map(each => each[0])).toEqual([21])
    }
  })
  test('a client refuses what follows ServerHelloDone in its record, a whole message or a part', () => {
    for (const behind of [[14, 0, 0, 0], [0, 0, 0, 0], [20], [20, 0, 0, 12, 1, 2]]) {
      const both = until('client', 'WaitCertificateRequestOrServerHelloDone')
      const sent = both.client.touch(record(22, Uint8Array.of(14, 0, 0, 0, ...behind)))
      expect(both.client.failure, `${behind}`).toMatchObject({ code: 'tls/excess-data', alert: 10 })
      expect(recordsOf(concat(...sent)).map(each => each[0])).toEqual([21])
    }
  })
  test('nothing of the handshake lies behind the Finished in its record', () => {
    for (const who of ['client', 'server'] as const) {
      const trace = recorder()
      const context = (host: string) => ({ trace: { sink: trace, flow: 'test', host } })
      const both = pair({ crypto, who: ec, client: context('client'), server: context('server') })
      step(both, () => both[who].tls.state === 'WaitFinished')
      const from = who === 'client' ? 'server' : 'client'
      const finished = messagesOf(trace.records).find(
        ({ name, host, direction }) => name === 'Finished' && host === from && direction === 'out',
      )!
      const keys = keysOf(crypto, trace.records, 0)[from]
      both[who].touch(concat(...keys.seal(22, concat(finished.bytes, Uint8Array.of(0, 0)))))
      expect(both[who].failure, who).toMatchObject({ code: 'tls/excess-data', alert: 10 })
      expect(both[who].has('established')).toBe(false)
    }
  })
  test('an empty record of data before the handshake is refused as a full one is', () => {
    for (const content of [new Uint8Array(0), ascii('x')]) {
      const client = pair({ crypto, who: ec }).client
      client.touch()
      client.touch(record(23, content))
      expect(client.failure).toMatchObject({ code: 'tls/unexpected-record', alert: 10 })
    }
  })
  test('whole messages are unread as much as parts of one', () => {
    const input = new HandshakeInput(() => undefined)
    expect(input.empty).toBe(true)
    input.push(Uint8Array.of(14, 0, 0, 0, 14, 0, 0, 0), 0, 0)
    expect(input.next()?.type).toBe(14)
    expect(input.empty).toBe(false)
    expect(input.next()?.type).toBe(14)
    expect(input.empty).toBe(true)
    input.push(Uint8Array.of(14), 0, 0)
    expect(input.next()).toBeUndefined()
    expect(input.empty).toBe(false)
  })
})

describe('a message is judged by its header', () => {
  test('a server that waits for a hello takes four bytes of a Certificate, not 64 KB', () => {
    const server = new Side(tlsServer({ crypto }), () => undefined)
    expect(alertIn(server.touch(record(22, Uint8Array.of(11, 0, 255, 255))))).toBe(10)
    expect(server.failure).toMatchObject({
      code: 'tls/unexpected-message',
      got: 'Certificate',
      where: 'WaitClientHello',
    })
  })
  test('tls/message-too-long: a hello longer than its syntax allows, or certificates of more than 64 KiB', () => {
    for (const [announced, code] of [
      [131_396, undefined],
      [131_397, 'tls/message-too-long'],
    ] as const) {
      const server = new Side(tlsServer({ crypto }), () => undefined)
      server.touch(record(22, Uint8Array.of(1, announced >> 16, (announced >> 8) & 255, announced & 255)))
      expect(server.failure?.code).toBe(code)
    }
    for (const [announced, code] of [
      [65_536, undefined],
      [65_537, 'tls/message-too-long'],
    ] as const) {
      const { client } = until('client', 'WaitCertificate')
      client.touch(record(22, Uint8Array.of(11, announced >> 16, (announced >> 8) & 255, announced & 255)))
      expect(client.failure?.code).toBe(code)
      if (code !== undefined) expect(client.failure).toMatchObject({ got: '65537', number: 65_536 })
    }
  })
  test('tls/message-too-long: names of CAs may have 64 KiB, a share and its signature 16', () => {
    for (const [state, type, fits] of [
      ['WaitCertificateRequestOrServerHelloDone', 13, 65_536],
      ['WaitServerKeyExchange', 12, 16_384],
    ] as const)
      for (const announced of [fits, fits + 1]) {
        const { client } = until('client', state)
        client.touch(record(22, Uint8Array.of(type, announced >> 16, (announced >> 8) & 255, announced & 255)))
        expect(client.failure?.code, `${type}`).toBe(announced === fits ? undefined : 'tls/message-too-long')
      }
  })
  test('a message that is refused by its header is in the trace as far as it came', () => {
    const trace = recorder()
    const server = new Side(
      tlsServer({ crypto, trace: { sink: trace, flow: 'test', host: 'server' } }),
      () => undefined,
    )
    server.touch(record(22, Uint8Array.of(11, 0, 255, 255, 7, 7)))
    const message = messagesOf(trace.records).find(({ name }) => name === 'Certificate')
    expect(message?.bytes).toEqual(Uint8Array.of(11, 0, 255, 255, 7, 7))
    expect(message?.carriedBy).toMatchObject([{ start: 5, end: 11 }])
    expect(server.failure?.at).toEqual({ message: message?.id, start: 0, end: 6 })
  })
  for (const suite of DEFAULT_SUITES.filter(name => name.startsWith('TLS_ECDHE')))
    test(`${suite}: a ChangeCipherSpec that was lost is told as what is missing`, () => {
      for (const side of ['client', 'server'] as const) {
        const both = pair({ crypto, who: suite.includes('RSA') ? rsa : ec, client: { suites: [suite] } })
        shuttle(both, (bytes, direction) =>
          recordsOf(bytes).filter(each => each[0] !== 20 || direction !== `to-${side}`),
        )
        expect(both[side].failure).toMatchObject({ code: 'tls/unexpected-record', where: 'WaitChangeCipherSpec' })
        expect(both[side].failure?.expected).toContain('ChangeCipherSpec')
      }
    })
  test('RFC 5246 7.4.1.1: a HelloRequest is empty; with a body it is none', () => {
    const { client } = until('client', 'WaitChangeCipherSpec')
    client.touch(record(22, Uint8Array.of(0, 0, 0, 1, 0)))
    expect(client.failure).toMatchObject({ code: 'tls/unexpected-record', alert: 10 })
  })
})

test('what is left of a fragment is copied once, however often more arrives', () => {
  let copies = 0
  class Counted extends Uint8Array {
    override slice(from?: number, to?: number): Uint8Array<ArrayBuffer> {
      copies++
      return new Counted(super.subarray(from, to)) as Uint8Array<ArrayBuffer>
    }
  }
  const input = new HandshakeInput(() => undefined)
  const fragment = new Counted([14, 0, 0, 0, 14, 0, 0, 0])
  input.push(fragment, 0, 0)
  expect(input.next()?.type).toBe(14)
  for (let i = 0; i < 1_000; i++) input.keep()
  fragment.fill(99)
  expect(copies).toBe(1)
  expect(input.next()?.bytes).toEqual(Uint8Array.of(14, 0, 0, 0))
})

test('a transcript without a hash has no digest: it would bind nothing', () => {
  const transcript = new Transcript()
  transcript.add(Uint8Array.of(1, 2, 3))
  expect(() => transcript.digest()).toThrow('binds nothing')
  transcript.useHash(crypto, 'sha256')
  expect(transcript.digest()).toEqual(
    crypto
      .hash('sha256')
      .update(Uint8Array.of(1, 2, 3))
      .digest(),
  )
  transcript.released()
  expect(() => transcript.digest()).toThrow('binds nothing')
  transcript.add(Uint8Array.of(4))
  transcript.useHash(crypto, 'sha256')
  expect(() => transcript.digest(), 'what comes after the handshake is not kept').toThrow('binds nothing')
})

test('a message that is refused before it is whole is pointed at: in the trace by its number, without one by 0', () => {
  const trace = recorder()
  for (const context of [undefined, { sink: trace, flow: 'one', host: 'client' }]) {
    const { client } = pair({ crypto, who: ec, client: { trace: context } })
    client.touch()
    client.touch(record(22, Uint8Array.of(14, 0, 0, 9)))
    const told = messagesOf(trace.records).find(({ name }) => name === 'ServerHelloDone')
    expect(client.failure).toMatchObject({ code: 'tls/unexpected-message', got: 'ServerHelloDone' })
    expect(client.failure!.at).toEqual({ message: context === undefined ? 0 : told!.id, start: 0, end: 4 })
  }
})
