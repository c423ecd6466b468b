/** Suites of yesterday: the ciphers themselves, a server that chooses them, and what our client says to it. */
import { createCipheriv } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ascii, concat, hex, toHex } from '../../../test/support/bytes.ts'
import { answersOf, identity, record, Side } from '../../../test/support/tls.ts'
import { platforms } from '../../../test/support/worlds.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { seeded } from '../../random.ts'
import { tlsClient } from '../../tls/engine.ts'
import { suites } from '../../tls/suites.table.ts'
import { type WeakEvent, type WeakServer, type WeakSuiteName, weakServer, weakSuites } from '../index.ts'
import { WeakProtection } from './protection.ts'
import { Rc4 } from './rc4.ts'

const crypto = nodeCrypto()

const serverOf = (suite: WeakSuiteName, own = crypto): WeakServer => {
  const { certified, pkcs8 } = identity(own, 'p-256')
  return weakServer({ crypto: own, suite, chain: certified.chain, privateKey: pkcs8 })
}
const eventsOf = (server: WeakServer): WeakEvent[] => {
  const events: WeakEvent[] = []
  for (let event = server.pollEvent(); event !== undefined; event = server.pollEvent()) events.push(event)
  return events
}

for (const [platform, { crypto: own }] of platforms)
  for (const { id, name } of weakSuites)
    for (const versions of [['TLS 1.2'], ['TLS 1.3', 'TLS 1.2']] as const)
      test(`on ${platform} a client of ${versions.join(' and ')} refuses ${name}`, () => {
        const server = serverOf(name, own)
        const client = new Side(
          tlsClient({ crypto: own, serverName: 'shop.test', versions }),
          answersOf(own, identity(own, 'p-256')),
        )
        server.receive(concat(...client.touch()), 0)
        const said = client.touch(concat(...server.pollTransmit(0)!))
        expect(client.failure).toMatchObject({ code: 'tls/wrong-suite', alert: 47, got: `0x${id.toString(16)}` })
        server.receive(concat(...said), 0)
        expect(eventsOf(server)).toEqual([{ type: 'refused', alert: 47 }])
        expect(server.pollTransmit(0)).toBeUndefined()
      })

test('the engine of TLS knows none of them', () => {
  const numbers = weakSuites.map(({ id }) => id)
  expect(numbers).toEqual([0xc006, 0xc007, 0xc008, 0x0003, 0x0008])
  expect(suites.filter(({ id }) => numbers.includes(id))).toEqual([])
})

describe('RC4', () => {
  test.each([
    ['0102030405', 'b2396305f03dc027ccc3524a0a1118a86982944f18fc82d589c403a47a0d0919'],
    ['0102030405060708090a0b0c0d0e0f10', '9ac7cc9a609d1ef7b2932899cde41b975248c4959014126a6e8a84f11d1a9e1c'],
  ])('RFC 6229 2: the stream of %s', (key, first) => {
    expect(toHex(new Rc4(hex(key)).through(new Uint8Array(32)))).toBe(first)
  })
  test('goes on where it was', () => {
    const [whole, torn] = [new Rc4(ascii('Key')), new Rc4(ascii('Key'))]
    const text = ascii('Plaintext')
    expect(toHex(concat(torn.through(text.subarray(0, 4)), torn.through(text.subarray(4))))).toBe(
      toHex(whole.through(text)),
    )
    expect(toHex(new Rc4(ascii('Key')).through(text))).toBe('bbf316e8d940af0ad3')
  })
})

describe('records', () => {
  const random = seeded(5)
  test.each(weakSuites.slice(0, 3))('under $name open in order, once and unaltered', suite => {
    const [macKey, key] = [random.bytes(20), random.bytes(suite.keyLength)]
    const [ours, theirs] = [0, 1].map(() => new WeakProtection(crypto, suite, macKey, key))
    for (let length = 0; length < 40; length++) {
      const content = random.bytes(length)
      expect(theirs!.open(23, ours!.seal(23, content))).toEqual(content)
    }
    const altered = ours!.seal(23, ascii('hello'))
    altered[altered.length - 9]! ^= 1
    expect(theirs!.open(23, altered)).toBeUndefined()
    expect(theirs!.open(23, new Uint8Array(7))).toBeUndefined()
  })
  test('under triple DES are what OpenSSL makes of them', () => {
    const [macKey, key] = [random.bytes(20), random.bytes(24)]
    const content = ascii('hello')
    const sealed = new WeakProtection(crypto, weakSuites[2]!, macKey, key).seal(23, content)
    const mac = crypto.hmac('sha1', macKey, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 23, 3, 3, 0, 5), content)
    const cipher = createCipheriv('des-ede3-cbc', key, sealed.subarray(0, 8)).setAutoPadding(false)
    const text = concat(content, mac, new Uint8Array(7).fill(6))
    expect(sealed.subarray(8)).toEqual(new Uint8Array(cipher.update(text)))
  })
})

test('a client is greeted once', () => {
  const server = serverOf('TLS_RSA_EXPORT_WITH_RC4_40_MD5')
  const hello = concat(...new Side(tlsClient({ crypto, serverName: 'shop.test' }), () => undefined).touch())
  server.receive(hello, 0)
  expect(server.pollTransmit(0)).toHaveLength(3)
  server.receive(hello, 0)
  expect([server.pollTransmit(0), eventsOf(server)]).toEqual([undefined, [{ type: 'lost' }]])
})

test('nothing that a client sends makes it throw, and the end of the stream is an end', () => {
  const random = seeded(9)
  const client = new Side(tlsClient({ crypto, serverName: 'shop.test' }), () => undefined)
  const hello = concat(...client.touch())
  const ended = new Set<string>()
  for (let i = 0; i < 600; i++) {
    const server = serverOf('TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA')
    const bent = hello.slice()
    bent[5 + (random.bytes(1)[0]! % 200)] = random.bytes(1)[0]!
    server.receive(i % 2 === 0 ? hello : bent, 0)
    server.receive(record(22, concat(Uint8Array.of(16, 0, 0, 34, 33), random.bytes(33))), 0)
    server.receive(record(20, Uint8Array.of(1)), 0)
    server.receive(record(20 + (i % 5), random.bytes(48)), 0)
    server.receive('end', 0)
    const last = eventsOf(server).at(-1)
    ended.add(last?.type ?? 'nothing')
  }
  expect([...ended].sort()).toEqual(['lost', 'refused'])
})
