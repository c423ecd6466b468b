/** What is kept of a connection: sessions, and the tickets and stores of a server. */
import { describe, expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { platforms } from '../../../test/support/worlds.ts'
import type { CryptoProvider } from '../../crypto/provider.ts'
import { nodeCrypto, seededNodeCrypto } from '../../node/crypto.ts'
import { seeded } from '../../random.ts'
import { trustWithoutChecking } from '../../x509/path/trusted.ts'
import { Secret } from '../secret.ts'
import { SessionCache } from './cache.ts'
import { factsOf, isFresh, Session, type SessionFacts, sessionOf } from './session.ts'
import { SessionStore } from './store.ts'
import { TicketKeeper } from './tickets.ts'

const crypto = nodeCrypto()
const HOUR = 3_600_000

const facts = (more: Partial<SessionFacts> = {}): SessionFacts => ({
  version: 'TLS 1.2',
  suite: 0xc02b,
  secret: new Secret(crypto.random.bytes(48)),
  id: new Uint8Array(0),
  ticket: ascii('a ticket'),
  lifetime: 7_200,
  obtained: 1_700_000_000_123,
  serverName: 'shop.test',
  alpn: 'h2',
  extendedMasterSecret: true,
  ageAdd: 0xfedc_ba98,
  maxEarlyData: 16_384,
  serverCertificateType: 'X509',
  clientCertificateType: 'X509',
  peerChain: [ascii('leaf'), ascii('issuer')],
  trusted: undefined,
  ...more,
})

describe('a session', () => {
  test('goes into bytes and comes back whole, but for the proof of trust', () => {
    const question = { chain: [ascii('leaf')], name: 'shop.test', purpose: 'server', keyUsage: undefined } as const
    const trusted = trustWithoutChecking(question, ascii('a key'), 'a test')
    const raw = { serverCertificateType: 'RawPublicKey', clientCertificateType: 'RawPublicKey' } as const
    for (const more of [
      {},
      raw,
      { externalIdentity: ascii('device-7'), peerChain: [] },
      { serverName: undefined, alpn: undefined, peerChain: [], extendedMasterSecret: false },
    ]) {
      const all = facts({ ...more, trusted })
      const { secret, ...others } = factsOf(Session.fromBytes(sessionOf(all).toBytes())!)
      const { secret: own, ...expected } = all
      expect(others).toEqual({ ...expected, trusted: undefined })
      expect(secret.reveal()).toEqual(own.reveal())
    }
  })
  test('keeps nothing of the bytes that it comes from, of a Buffer neither', () => {
    const bytes = Buffer.from(sessionOf(facts()).toBytes())
    const before = Buffer.from(bytes)
    const { secret, ticket } = factsOf(Session.fromBytes(bytes)!)
    secret.wipe()
    ticket.fill(0)
    expect(bytes).toEqual(before)
    expect(secret.reveal().slice().buffer).not.toBe(secret.reveal().buffer)
  })
  test('comes from no other bytes: cut, longer, of another layout, of no version', () => {
    const bytes = sessionOf(facts()).toBytes()
    for (let length = 0; length < bytes.length; length++)
      expect(Session.fromBytes(bytes.subarray(0, length)), `${length}`).toBeUndefined()
    expect(Session.fromBytes(Uint8Array.of(...bytes, 0))).toBeUndefined()
    for (const [at, value] of [
      [0, 2],
      [2, 0x02],
    ] as const) {
      const other = bytes.slice()
      other[at] = value
      expect(Session.fromBytes(other), `${at}`).toBeUndefined()
    }
  })
  test('comes whole or not at all from bytes that were damaged: of no type that nobody knows (RFC 7250)', () => {
    const bytes = sessionOf(facts({ serverCertificateType: 'RawPublicKey' })).toBytes()
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice()
      damaged[at]! ^= 0x40
      const session = Session.fromBytes(damaged)
      if (session === undefined) continue
      const { version, serverCertificateType, clientCertificateType } = factsOf(session)
      expect([version, serverCertificateType, clientCertificateType], `${at}`).toEqual([
        'TLS 1.2',
        'RawPublicKey',
        'X509',
      ])
    }
  })
  test('shows its secret to nobody, and cannot be made or changed', () => {
    const session = sessionOf(facts())
    expect(`${session} ${JSON.stringify({ session })}`).toBe('[session] {"session":"[session]"}')
    expect(Object.keys(session)).toEqual([])
    expect(() => new (Session as never as new (...given: unknown[]) => Session)(Symbol('Session'), facts())).toThrow(
      TypeError,
    )
    expect(Session.is(Object.create(Session.prototype))).toBe(false)
    expect(Session.is(session)).toBe(true)
    expect(session.suite).toBe('TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256')
  })
  test('is good from when it was obtained for as long as it lives; a second before is the work of a clock', () => {
    const own = facts({ obtained: 1_000, lifetime: 2 })
    expect([-1, 0, 2_999, 3_000].map(at => isFresh(own, at))).toEqual([false, true, true, false])
    expect(sessionOf(own).expires).toBe(3_000)
  })
})

describe.each(platforms)('tickets on %s', (_, { crypto }) => {
  test('open what was sealed, and each ticket is another', () => {
    const keeper = new TicketKeeper({ crypto })
    const tickets = [keeper.seal(ascii('state'), 0), keeper.seal(ascii('state'), 0)]
    expect(tickets[0]).not.toEqual(tickets[1])
    for (const ticket of tickets) expect(keeper.open(ticket, 1)).toEqual(ascii('state'))
    expect(tickets[0]).toHaveLength(16 + 12 + 5 + 16)
  })
  test('a forged ticket opens nothing: any bit changed, cut, empty, of another server', () => {
    const keeper = new TicketKeeper({ crypto })
    const ticket = keeper.seal(ascii('state'), 0)
    for (let bit = 0; bit < ticket.length * 8; bit++) {
      const forged = ticket.slice()
      forged[bit >> 3]! ^= 1 << (bit & 7)
      expect(keeper.open(forged, 0), `bit ${bit}`).toBeUndefined()
    }
    for (let length = 0; length < ticket.length; length++)
      expect(keeper.open(ticket.subarray(0, length), 0), `${length}`).toBeUndefined()
    expect(new TicketKeeper({ crypto }).open(ticket, 0)).toBeUndefined()
  })
})

describe('the keys of tickets', () => {
  test('change, open for a while, and are forgotten', () => {
    const keeper = new TicketKeeper({ crypto, rotation: HOUR, lifetime: 2 * HOUR })
    const first = keeper.seal(ascii('first'), 0)
    const same = keeper.seal(ascii('same'), HOUR - 1)
    const second = keeper.seal(ascii('second'), HOUR)
    expect(same.subarray(0, 16)).toEqual(first.subarray(0, 16))
    expect(second.subarray(0, 16)).not.toEqual(first.subarray(0, 16))
    expect(keeper.seal(ascii('third'), 2 * HOUR - 1).subarray(0, 16)).toEqual(second.subarray(0, 16))
    expect(keeper.open(first, 3 * HOUR - 1)).toEqual(ascii('first'))
    expect(keeper.open(first, 3 * HOUR)).toBeUndefined()
    expect(keeper.open(second, 3 * HOUR)).toEqual(ascii('second'))
    expect(keeper.open(first, 0), 'forgotten for good').toBeUndefined()
  })
  test('seal for half a day, and open for half a day more, where nobody says otherwise', () => {
    const keeper = new TicketKeeper({ crypto })
    const nameOf = (ticket: Uint8Array): Uint8Array => ticket.subarray(0, 16)
    const first = keeper.seal(ascii('state'), 0)
    expect(nameOf(keeper.seal(ascii('state'), 12 * HOUR - 1))).toEqual(nameOf(first))
    expect(nameOf(keeper.seal(ascii('state'), 12 * HOUR))).not.toEqual(nameOf(first))
    expect(keeper.open(first, 24 * HOUR - 1)).toEqual(ascii('state'))
    expect(keeper.open(first, 24 * HOUR)).toBeUndefined()
  })
  test('are overwritten where they were drawn', () => {
    const keys: Uint8Array[] = []
    const aead: CryptoProvider['aead'] = (name, key) => {
      keys.push(key)
      return crypto.aead(name, key)
    }
    new TicketKeeper({ crypto: { ...crypto, aead } }).seal(ascii('state'), 0)
    expect(keys).toEqual([new Uint8Array(32)])
  })
  test('of the future, where a clock was set back, neither seal nor open', () => {
    const keeper = new TicketKeeper({ crypto })
    const ticket = keeper.seal(ascii('state'), HOUR)
    const again = keeper.seal(ascii('state'), 0)
    expect(again.subarray(0, 16)).not.toEqual(ticket.subarray(0, 16))
    expect(keeper.open(ticket, 0)).toBeUndefined()
  })
  test('come from the random source that is given: the same seed gives the same ticket', () => {
    const sealed = () => new TicketKeeper({ crypto: seededNodeCrypto(seeded(7)) }).seal(ascii('state'), 0)
    expect(sealed()).toEqual(sealed())
  })
})

describe('a store of sessions', () => {
  const id = (number: number): Uint8Array => Uint8Array.of(number)
  test('gives what it was given, until it is too old', () => {
    const store = new SessionStore({ lifetime: 100 })
    store.put(id(1), ascii('one'), 0)
    expect([store.get(id(1), 99), store.get(id(2), 0)]).toEqual([ascii('one'), undefined])
    expect(store.get(id(1), 100)).toBeUndefined()
    expect(store.size).toBe(0)
  })
  test('keeps 16 MiB for half a day, where nobody says otherwise', () => {
    const store = new SessionStore()
    const MIB = 1024 * 1024
    store.put(id(1), new Uint8Array(15 * MIB), 0)
    store.put(id(2), new Uint8Array(MIB), 0)
    expect(store.size).toBe(2)
    expect(store.get(id(1), 12 * HOUR - 1)?.length).toBe(15 * MIB)
    store.put(id(3), new Uint8Array(1), 1)
    expect([store.get(id(1), 1)?.length, store.size]).toEqual([undefined, 2])
    expect(store.get(id(2), 12 * HOUR)?.length).toBeUndefined()
    expect(store.size).toBe(1)
  })
  test('drops what is too old when something new comes, and counts it no more', () => {
    const store = new SessionStore({ bytes: 8, lifetime: 100 })
    store.put(id(1), new Uint8Array(4), 0)
    store.put(id(2), new Uint8Array(4), 99)
    expect(store.size).toBe(2)
    store.put(id(2), new Uint8Array(4), 100)
    expect(store.size).toBe(1)
    store.put(id(3), new Uint8Array(4), 100)
    expect(store.size).toBe(2)
  })
  test('RFC 5246 7.2.2: forgets what is to be forgotten, and has room for others then', () => {
    const store = new SessionStore({ bytes: 8 })
    for (const [number, at] of [
      [1, 0],
      [2, 1],
    ] as const)
      store.put(id(number), new Uint8Array(4), at)
    store.forget(id(1))
    store.forget(id(3))
    expect([store.get(id(1), 1), store.get(id(2), 1), store.size]).toEqual([undefined, new Uint8Array(4), 1])
    store.put(id(3), new Uint8Array(4), 2)
    expect(store.size).toBe(2)
  })
  test('holds no more bytes than it may: the oldest goes', () => {
    const store = new SessionStore({ bytes: 8 })
    for (let i = 0; i < 1_000; i++) store.put(id(i & 255), new Uint8Array(4), i)
    expect(store.size).toBe(2)
    store.put(id(1), new Uint8Array(11), 1_000)
    expect(store.size).toBe(0)
    store.put(id(2), new Uint8Array(8), 1_001)
    store.put(id(2), new Uint8Array(8), 1_002)
    expect(store.get(id(2), 1_002)).toHaveLength(8)
  })
})

describe('the sessions of a client', () => {
  const session = (more: Partial<SessionFacts>) => sessionOf(facts({ obtained: 0, ...more }))
  test('of TLS 1.2 are used again, of TLS 1.3 once each, the newest first', () => {
    const cache = new SessionCache()
    const old = session({})
    cache.keep('shop', old)
    expect([cache.take('shop', 0), cache.take('shop', 1)]).toEqual([old, old])
    const tickets = [1, 2, 3, 4, 5].map(ageAdd => session({ version: 'TLS 1.3', ageAdd }))
    for (const ticket of tickets) cache.keep('blog', ticket)
    const taken = [1, 2, 3, 4, 5].map(() => cache.take('blog', 0))
    expect(taken.map(each => each && factsOf(each).ageAdd)).toEqual([5, 4, 3, 2, undefined])
  })
  test('are forgotten when they expire, and when there are too many', () => {
    const cache = new SessionCache()
    cache.keep('shop', session({ lifetime: 1 }))
    expect(cache.take('shop', 1_000)).toBeUndefined()
    expect(cache.size).toBe(0)
    for (let i = 0; i < 501; i++) {
      cache.keep(`${i}`, session({}))
      cache.take('0', 0)
    }
    expect(cache.size).toBe(500)
    expect([cache.take('0', 0) === undefined, cache.take('1', 0)]).toEqual([false, undefined])
  })
  test('are no more than 8 MiB of what servers have sent, whatever each of them sends', () => {
    const cache = new SessionCache()
    const long = session({ peerChain: [new Uint8Array(1024 * 1024 - 8)], ticket: new Uint8Array(8) })
    for (let i = 0; i < 9; i++) cache.keep(`${i}`, long)
    expect(cache.size).toBe(8)
    for (let i = 0; i < 20; i++) cache.keep('8', long)
    cache.forget('7')
    cache.keep('9', long)
    expect(cache.size).toBe(8)
    expect([cache.take('0', 0), cache.take('1', 0)]).toEqual([undefined, long])
  })
})
