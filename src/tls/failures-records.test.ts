/** Every failure of records and messages, provoked: what is reported, and the alert that the other side gets. */
import { describe, expect, test } from 'vitest'
import { ascii, concat } from '../../test/support/bytes.ts'
import { type Identity, keysOf, pair, record, recordsOf, Side, shuttle, step } from '../../test/support/tls.ts'
import { crypto, ec, expectFailure, noAnswers } from '../../test/support/tls-failures.ts'
import { sentence } from '../explain/index.ts'
import { recorder } from '../trace/recorder.ts'
import { decode, encode } from '../wire/codec.ts'
import type { TlsClientConfig } from './config.ts'
import { tlsClient, tlsServer } from './engine.ts'
import { Handshake } from './messages/tls12.ts'

/** An established pair with a trace, and the keys of both to forge records with. */
const established = (who: Identity = ec, client: Partial<TlsClientConfig> = {}) => {
  const trace = recorder()
  const both = pair({
    crypto,
    who,
    client: { trace: { sink: trace, flow: 'test', host: 'client' }, ...client },
    server: { trace: { sink: trace, flow: 'test', host: 'server' } },
  })
  shuttle(both)
  expect(both.server.established).toBeDefined()
  const keys = keysOf(crypto, trace.records, 1)
  const fromServer = (type: number, content: Uint8Array) => concat(...keys.server.seal(type, content))
  const fromClient = (type: number, content: Uint8Array) => concat(...keys.client.seal(type, content))
  return { both, fromServer, fromClient }
}

describe('records', () => {
  test('tls/record-damaged: any bit of a record, a replay, a record left out; nothing of it is passed on', () => {
    for (const suite of [
      'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
      'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
    ] as const) {
      const { length } = established(ec, { suites: [suite] }).fromServer(23, ascii('secret'))
      for (let at = 5; at < length; at++) {
        const { both, fromServer: send } = established(ec, { suites: [suite] })
        both.client.touch(send(23, ascii('secret')).map((byte, i) => (i === at ? byte ^ 0x80 : byte)))
        expectFailure(both.client, 'tls/record-damaged')
        expect(both.client.data).toHaveLength(0)
      }
    }
    const replay = established()
    const first = replay.fromServer(23, ascii('pay once'))
    replay.both.client.touch(first)
    const alert = concat(...replay.both.client.touch(first))
    expectFailure(replay.both.client, 'tls/record-damaged')
    expect(replay.both.client.data).toEqual(ascii('pay once'))
    replay.both.server.touch(alert)
    expect(replay.both.server.failure).toMatchObject({ code: 'tls/alert-received', number: 20 })
    const gap = established()
    gap.fromServer(23, ascii('lost'))
    gap.both.client.touch(gap.fromServer(23, ascii('after')))
    expectFailure(gap.both.client, 'tls/record-damaged')
    const short = established()
    short.both.client.touch(record(23, new Uint8Array(23)))
    expectFailure(short.both.client, 'tls/record-damaged')
  })
  test('tls/record-too-long, tls/content-too-long: RFC 5246 6.2.1 and 6.2.3: 2^14 bytes plain, 2^14 + 2048 protected, 2^14 decrypted', () => {
    const plain = new Side(tlsServer({ crypto }), noAnswers)
    const sent = concat(...plain.touch(Uint8Array.of(22, 3, 1, 0x40, 0x01)))
    expectFailure(plain, 'tls/record-too-long', sent)
    const { both } = established()
    both.client.touch(Uint8Array.of(23, 3, 3, 0x48, 0x01))
    expectFailure(both.client, 'tls/record-too-long')
    const inside = established()
    inside.both.client.touch(inside.fromServer(23, new Uint8Array(16_385)))
    expectFailure(inside.both.client, 'tls/content-too-long')
    const fits = established()
    fits.both.client.touch(fits.fromServer(23, new Uint8Array(16_384)))
    expect(fits.both.client.data).toHaveLength(16_384)
  })
  test('tls/record-version: another version than was agreed', () => {
    const { both } = established()
    both.client.touch(record(23, new Uint8Array(40), 0x0302))
    expectFailure(both.client, 'tls/record-version')
    const early = pair({ crypto, who: ec })
    early.client.touch()
    early.client.touch(concat(record(21, Uint8Array.of(1, 112), 0x0301), record(22, new Uint8Array(4), 0x0404)))
    expectFailure(early.client, 'tls/record-version')
  })
  test('tls/too-many-empty-records: so many in a row, counted anew after data', () => {
    const { both, fromServer } = established()
    const empty = () => both.client.touch(fromServer(23, new Uint8Array(0)))
    for (let i = 0; i < 32; i++) empty()
    both.client.touch(fromServer(23, ascii('x')))
    for (let i = 0; i < 32; i++) empty()
    expect(both.client.failure).toBeUndefined()
    empty()
    expectFailure(both.client, 'tls/too-many-empty-records')
  })
  test('tls/too-many-warnings: so many in a row, before and after the handshake', () => {
    const { both, fromServer } = established()
    for (let i = 0; i < 4; i++) both.client.touch(fromServer(21, Uint8Array.of(1, 90)))
    expect(both.client.failure).toBeUndefined()
    both.client.touch(fromServer(21, Uint8Array.of(1, 90)))
    expectFailure(both.client, 'tls/too-many-warnings')
    const early = pair({ crypto, who: ec })
    early.client.touch()
    for (let i = 0; i <= 4; i++) early.client.touch(record(21, Uint8Array.of(1, 112)))
    expectFailure(early.client, 'tls/too-many-warnings')
  })
  test('tls/too-much-waiting: what comes while a question is open has an end', () => {
    const both = pair({ crypto, who: ec, clientAnswers: noAnswers })
    shuttle(both)
    expect(both.client.tls.state).toBe('WaitTrust')
    const piece = record(22, new Uint8Array(16_384))
    for (let held = 0; held < 131_072 + piece.length && both.client.failure === undefined; held += piece.length)
      both.client.touch(piece)
    expectFailure(both.client, 'tls/too-much-waiting')
  })
  test('tls/cut-short: the stream ends without close_notify, between records or inside one', () => {
    const { both } = established()
    expect(both.client.touch('end')).toEqual([])
    expectFailure(both.client, 'tls/cut-short')
    both.server.touch(Uint8Array.of(23, 3, 3))
    both.server.touch('end')
    expectFailure(both.server, 'tls/cut-short')
    expect(both.server.failure?.got).toBe('in the middle of a record')
  })
  test('RFC 5246 7.2.1: after close_notify the end is no failure, and what follows is ignored', () => {
    const { both, fromServer } = established()
    both.client.touch(concat(fromServer(21, Uint8Array.of(1, 0)), fromServer(23, ascii('ghost'))))
    both.client.touch('end')
    expect(both.client.has('peer-closed')).toBe(true)
    expect(both.client.failure).toBeUndefined()
    expect(both.client.data).toHaveLength(0)
    both.client.tls.write(ascii('still mine'), 0)
    both.server.touch(concat(...both.client.touch()))
    expect(both.server.data).toEqual(ascii('still mine'))
    both.server.tls.close(0)
    both.server.touch()
    both.server.touch('end')
    expect(both.server.failure, 'whoever closed first need not wait').toBeUndefined()
  })
  test('RFC 9846 6.1: in TLS 1.3 our close_notify says nothing of what we read, to its end', () => {
    for (const ended of [true, false]) {
      const both = pair({ crypto, who: ec, versions: ['TLS 1.3'] })
      shuttle(both)
      both.server.tls.close(0)
      both.client.touch(concat(...both.server.touch()))
      both.client.tls.write(ascii('an answer'), 0)
      if (ended) both.client.tls.close(0)
      both.server.touch(concat(...both.client.touch()))
      both.server.touch('end')
      expect(both.server.data).toEqual(ascii('an answer'))
      expect(both.server.failure?.code).toBe(ended ? undefined : 'tls/cut-short')
    }
  })
})

describe('messages', () => {
  test('tls/bad-message: a message that does not fit its form, with the path of the field and its place', () => {
    const both = pair({ crypto, who: ec })
    shuttle(both, bytes =>
      recordsOf(bytes).map(each => {
        const changed = each.slice()
        if (each[5] === 2) changed[5 + 4 + 34] = 33
        return changed
      }),
    )
    expectFailure(both.client, 'tls/bad-message')
    expect(both.client.failure?.where).toMatch(/^ServerHello\.\w+/)
    expect(both.server.failure).toMatchObject({ code: 'tls/alert-received', number: 50 })
  })
  test('RFC 9846 5: tls/bad-change-cipher-spec: other than the one byte 1', () => {
    for (const content of [[2], [1, 1], [0]]) {
      const both = pair({ crypto, who: ec })
      step(both, () => both.server.tls.state === 'WaitChangeCipherSpec')
      const sent = concat(...both.server.touch(record(20, Uint8Array.from(content))))
      expect(both.server.failure?.expected, `${content}`).toBe('it is the one byte 1')
      expectFailure(both.server, 'tls/bad-change-cipher-spec', sent)
    }
  })
  test('tls/bad-alert: alerts of the wrong size', () => {
    for (const bad of [record(21, Uint8Array.of(2)), record(21, Uint8Array.of(2, 40, 0))]) {
      const side = new Side(tlsClient({ crypto, serverName: 'shop.test' }), noAnswers)
      side.touch()
      side.touch(bad)
      expectFailure(side, 'tls/bad-alert')
    }
  })
  test('tls/alert-level: an alert of a level that does not exist', () => {
    const side = new Side(tlsClient({ crypto, serverName: 'shop.test' }), noAnswers)
    side.touch()
    side.touch(record(21, Uint8Array.of(3, 40)))
    expectFailure(side, 'tls/alert-level')
  })
  test('tls/message-too-long: announced is enough', () => {
    const side = new Side(tlsServer({ crypto }), noAnswers)
    const sent = concat(...side.touch(record(22, Uint8Array.of(1, 2, 1, 69))))
    expectFailure(side, 'tls/message-too-long', sent)
  })
  test('tls/unexpected-record: data or ChangeCipherSpec between two fragments of a message', () => {
    for (const type of [20, 23]) {
      const both = pair({ crypto, who: ec })
      both.server.touch(record(22, Uint8Array.of(1, 0, 0)))
      both.server.touch(record(type, Uint8Array.of(1)))
      expectFailure(both.server, 'tls/unexpected-record')
    }
  })
  test('tls/renegotiation: no each time, until it is too often', () => {
    const { both, fromServer } = established()
    const request = Uint8Array.of(0, 0, 0, 0)
    for (let i = 0; i < 4; i++) {
      const reply = concat(...both.client.touch(fromServer(22, request)))
      both.server.touch(reply)
    }
    expect(both.client.failure ?? both.server.failure).toBeUndefined()
    both.client.tls.write(ascii('goes on'), 0)
    both.server.touch(concat(...both.client.touch()))
    expect(both.server.data).toEqual(ascii('goes on'))
    both.client.touch(fromServer(22, request))
    expectFailure(both.client, 'tls/renegotiation')
    const other = established()
    const hello = decode(Handshake, recordsOf(concat(...pair({ crypto, who: ec }).client.touch()))[0]!.subarray(5))
    const bytes = encode(Handshake, hello)
    for (let i = 0; i <= 4; i++) other.both.server.touch(other.fromClient(22, bytes))
    expectFailure(other.both.server, 'tls/renegotiation')
  })
  test('tls/alert-received: a fatal alert is named, with what usually lies behind it', () => {
    const side = new Side(tlsServer({ crypto }), noAnswers)
    expect(side.touch(record(21, Uint8Array.of(2, 48)))).toEqual([])
    expectFailure(side, 'tls/alert-received')
    expect(sentence(side.failure!)).toContain('48 unknown_ca')
    expect(sentence(side.failure!)).toContain('trust store')
    const strange = new Side(tlsServer({ crypto }), noAnswers)
    strange.touch(record(21, Uint8Array.of(2, 200)))
    expect(sentence(strange.failure!)).toContain('200 unknown alert')
  })
})
