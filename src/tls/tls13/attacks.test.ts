/** The attacks with a name that concern TLS 1.3, as their attacker would run them. Those of TLS 1.2 are in `../attacks.test.ts`. */
import { describe, expect, test } from 'vitest'
import { ascii, concat, hex } from '../../../test/support/bytes.ts'
import {
  answersOf,
  changing13,
  identity,
  type Pair,
  type PairOptions,
  pair,
  record,
  recordsOf,
  type Side,
  shuttle,
  step,
  without,
} from '../../../test/support/tls.ts'
import type { CryptoProvider } from '../../crypto/provider.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { extensionNumbers } from '../messages/extensions.ts'
import type { ClientHello, ServerHello } from '../messages/hello.ts'
import type { Ask } from '../types.ts'

const crypto = nodeCrypto()
const ec = identity(crypto, 'p-256')
const versions = ['TLS 1.3'] as const

/**
 * A peer that has the keys and lies: it seals something else of the same length in the place of what its engine says.
 * What is sealed is content, type and padding (RFC 9846 5.2).
 */
class Liar {
  readonly crypto: CryptoProvider
  #lie: (inner: Uint8Array) => Uint8Array = inner => inner
  constructor() {
    this.crypto = {
      ...crypto,
      aead: (name, key) => {
        const honest = crypto.aead(name, key)
        return {
          seal: (nonce, additional, inner) => honest.seal(nonce, additional, this.#lie(inner)),
          sealInto: (target, at, nonce, additional, inner) =>
            honest.sealInto(target, at, nonce, additional, this.#lie(inner)),
          open: (...sealed) => honest.open(...sealed),
          wipe: () => honest.wipe(),
        }
      },
    }
  }
  /** From now on everything that is sealed goes through `lie`, which keeps lengths. */
  lies(lie: (inner: Uint8Array) => Uint8Array): void {
    this.#lie = lie
  }
  /** One record with `inner` in it: at least two bytes, with the type and the padding. */
  record(side: Side, inner: Uint8Array): Uint8Array {
    this.#lie = () => inner
    side.tls.write(new Uint8Array(inner.length - 1), 0)
    const bytes = concat(...side.touch())
    this.#lie = same => same
    return bytes
  }
}

/** An established pair whose server lies. */
const established = (options: Partial<PairOptions> = {}) => {
  const liar = new Liar()
  const both = pair({ crypto, who: ec, versions, ...options, server: { crypto: liar.crypto, ...options.server } })
  shuttle(both)
  expect(both.client.tls.state).toBe('Established13')
  return { ...both, said: (inner: Uint8Array) => both.client.touch(liar.record(both.server, inner)) }
}

const HANDSHAKE = Uint8Array.of(22)
const DATA = Uint8Array.of(23)

/** A handshake in which somebody on the path changes the hellos of one kind. */
const changed = <B extends ClientHello | ServerHello>(
  type: 1 | 2,
  change: (body: B) => B,
  options: Partial<PairOptions> = {},
): Pair => {
  const both = pair({ crypto, who: ec, versions, ...options })
  shuttle(both, changing13(type, change))
  return both
}

const neverBoth = ({ client, server }: Pair): void => {
  expect([client.established, server.established]).toEqual([undefined, undefined])
}

describe('downgrade', () => {
  const both12and13 = { versions: ['TLS 1.3', 'TLS 1.2'] } as const
  test('RFC 9846 4.2.3: without supported_versions the server speaks TLS 1.2 and marks it, and the client sees the mark', () => {
    const both = changed<ClientHello>(1, without(extensionNumbers.supportedVersions), both12and13)
    expect(both.client.failure).toMatchObject({ code: 'tls/downgrade', alert: 47 })
    neverBoth(both)
  })
  test('a list of versions that was shortened on the way', () => {
    const both = changed<ClientHello>(
      1,
      hello => ({
        ...hello,
        extensions: hello.extensions!.map(each =>
          each.type === extensionNumbers.supportedVersions ? { ...each, body: { versions: [0x0303] } } : each,
        ),
      }),
      both12and13,
    )
    expect(both.client.failure).toMatchObject({ code: 'tls/downgrade', alert: 47 })
    neverBoth(both)
  })
  test('groups, schemes and suites taken out of the hello: what both agree on is not what was said', () => {
    for (const [what, change] of [
      ['suites', (hello: ClientHello) => ({ ...hello, cipherSuites: hello.cipherSuites.slice(1) })],
      [
        'schemes',
        (hello: ClientHello) => ({
          ...hello,
          extensions: hello.extensions!.map(each =>
            each.type === extensionNumbers.signatureAlgorithms ? { ...each, body: { schemes: [0x0403] } } : each,
          ),
        }),
      ],
      ['the name', without(extensionNumbers.serverName)],
    ] as const) {
      const both = changed<ClientHello>(1, change)
      // The transcript is in the keys of the handshake: the first record that is sealed cannot be opened.
      expect(both.client.failure, what).toMatchObject({ code: 'tls/record-damaged', alert: 20 })
      neverBoth(both)
    }
  })
})

describe('floods', () => {
  test('KeyUpdates without data between them come to an end, and are not each answered', () => {
    const both = pair({ crypto, who: ec, versions })
    shuttle(both)
    let updates = 0
    let answered = 0
    for (; updates < 1_000 && both.client.failure === undefined; updates++) {
      both.server.tls.updateKeys(0)
      answered += concat(...both.client.touch(concat(...both.server.touch()))).length
    }
    expect(both.client.failure).toMatchObject({ code: 'tls/too-many-key-updates', alert: 10 })
    expect(updates).toBeLessThan(40)
    expect(answered).toBeLessThan(100)
  })
  test('records that hold nothing but padding', () => {
    const { client, said } = established()
    let records = 0
    for (; records < 1_000 && client.failure === undefined; records++) said(concat(DATA, new Uint8Array(200)))
    expect(client.failure?.code).toBe('tls/too-many-empty-records')
    expect(records).toBeLessThan(40)
    expect(client.data).toHaveLength(0)
  })
  test('alerts that end nothing', () => {
    const { client, said } = established()
    let alerts = 0
    for (; alerts < 1_000 && client.failure === undefined; alerts++) said(Uint8Array.of(1, 90, 21))
    expect(client.failure).toMatchObject({ code: 'tls/too-many-warnings', alert: 10 })
    expect(alerts).toBe(5)
  })
  test('ChangeCipherSpec, which says nothing any more, before and after the hello of the server', () => {
    for (const state of ['WaitServerHello', 'WaitEncryptedExtensions'] as const) {
      const both = pair({ crypto, who: ec, versions })
      step(both, () => both.client.tls.state === state)
      let records = 0
      for (; records < 1_000 && both.client.failure === undefined; records++)
        both.client.touch(record(20, Uint8Array.of(1)))
      expect(both.client.failure?.alert, state).toBe(10)
      expect(records, state).toBeLessThan(40)
    }
  })
  test('tickets for a client that wants none leave nothing behind', () => {
    const { client, said } = established()
    const events = client.events.length
    // Lifetime, age_add, no nonce, a ticket of two bytes, no extensions.
    const ticket = hex('04 00000f 00000e10 00000000 00 0002abcd 0000')
    for (let i = 0; i < 100; i++) said(concat(ticket, HANDSHAKE))
    expect(client.failure).toBeUndefined()
    expect(client.events).toHaveLength(events)
  })
})

test('hello floods: hundreds of tickets in one hello cost one question', () => {
  const sealed = (question: Ask['question']) =>
    question.about === 'ticket'
      ? 'seal' in question.wanted
        ? question.wanted.seal
        : ('none' as const)
      : answersOf(crypto, ec)(question)
  const first = pair({
    crypto,
    who: ec,
    versions,
    client: { session: 'new' },
    server: { resumption: ['ticket'] },
    serverAnswers: sealed,
  })
  shuttle(first)
  const given = first.client.events.find(event => event.type === 'session')
  if (given?.type !== 'session') throw new Error('no session')
  const both = changed<ClientHello>(
    1,
    hello => ({
      ...hello,
      extensions: hello.extensions!.map(each => {
        if (each.type !== extensionNumbers.preSharedKey) return each
        const { identities, binders } = each.body as { identities: unknown[]; binders: unknown[] }
        const many = <T>(list: readonly T[]): T[] => Array.from({ length: 60 }, () => list[0]!)
        return { ...each, body: { identities: many(identities), binders: many(binders) } }
      }),
    }),
    { client: { session: given.session }, server: { resumption: ['ticket'] }, serverAnswers: sealed },
  )
  expect(both.server.events.filter(event => event.type === 'ask' && event.question.about === 'ticket')).toHaveLength(1)
  neverBoth(both)
})

describe('a hello that is asked for again', () => {
  const retrying = { client: { groups: ['x25519', 'secp256r1'] }, server: { groups: ['secp256r1'] } } as const
  test('is asked for once: a server that goes on asking is refused', () => {
    const both = pair({ crypto, who: ec, versions, ...retrying })
    const [retry] = recordsOf(concat(...both.server.touch(concat(...both.client.touch()))))
    expect(both.client.touch(retry)).not.toEqual([])
    expect(both.client.tls.state).toBe('WaitServerHelloAgain')
    both.client.touch(retry)
    expect(both.client.failure).toMatchObject({ code: 'tls/unexpected-message', alert: 10 })
  })
  test('cannot be another hello than before', () => {
    let hellos = 0
    const both = changed<ClientHello>(
      1,
      hello => (++hellos === 2 ? { ...hello, cipherSuites: hello.cipherSuites.toReversed() } : hello),
      retrying,
    )
    expect(hellos).toBe(2)
    expect(both.client.established).toBeUndefined()
    expect(both.server.established).toBeUndefined()
  })
})

describe('words in the clear, when there are keys', () => {
  test('no data, no alert, no message in the clear is taken by a side that is established', () => {
    for (const [what, bytes] of [
      ['data', record(23, ascii('a password, please?'))],
      ['close_notify', record(21, Uint8Array.of(1, 0))],
      ['a fatal alert', record(21, Uint8Array.of(2, 40))],
      ['a KeyUpdate', record(22, hex('18 000001 00'))],
      ['ChangeCipherSpec', record(20, Uint8Array.of(1))],
    ] as const)
      for (const side of ['client', 'server'] as const) {
        const both = established()
        both[side].touch(bytes)
        expect(both[side].has('peer-closed'), what).toBe(false)
        expect(both[side].data, what).toHaveLength(0)
        expect(both[side].failure?.code, `${what} to the ${side}`).toMatch(/^tls\/(unexpected-|record-)/)
      }
  })
  test('truncation: the end of the stream without close_notify is told as such', () => {
    const { client } = established()
    client.touch('end')
    expect(client.failure).toMatchObject({ code: 'tls/cut-short' })
  })
  test('EncryptedExtensions that are not encrypted', () => {
    const both = pair({ crypto, who: ec, versions })
    step(both, () => both.client.tls.state === 'WaitEncryptedExtensions')
    both.client.touch(record(22, hex('08 000002 0000')))
    expect(both.client.failure?.code).toMatch(/^tls\/(unexpected-|record-)/)
  })
})

describe('a server that has the keys and lies', () => {
  test('RFC 9846 5.2: a record of zeros has no type', () => {
    const { client, said } = established()
    said(new Uint8Array(40))
    expect(client.failure).toMatchObject({ alert: 10 })
  })
  test('RFC 9846 5.1: nothing may stand behind a message that changes keys, and no other type inside one', () => {
    for (const inner of [
      concat(hex('18 000001 00 04'), HANDSHAKE),
      concat(hex('18 000001 00 18 000001 00'), HANDSHAKE),
    ]) {
      const { client, said } = established()
      said(inner)
      expect(client.failure).toMatchObject({ alert: 10 })
    }
    const { client, said } = established()
    said(concat(hex('18 0000'), HANDSHAKE))
    said(concat(ascii('data'), DATA))
    expect(client.failure).toMatchObject({ alert: 10 })
    expect(client.data).toHaveLength(0)
  })
  test('Heartbleed, CVE-2014-0160: a heartbeat inside a record', () => {
    const { client, said } = established()
    said(concat(hex('01 4000 61'), Uint8Array.of(24)))
    expect(client.failure).toMatchObject({ alert: 10 })
  })
  test('renegotiation: neither a hello nor a request for one, nor for a certificate that was not offered', () => {
    for (const message of ['00 000000', '01 000002 0303', '0d 000003 00 0000', '0b 000004 00 000000', '14 000000']) {
      const { client, said } = established()
      said(concat(hex(message), HANDSHAKE))
      expect(client.failure, message).toMatchObject({ code: 'tls/unexpected-message', alert: 10 })
    }
  })
  test('SLOTH, CVE-2015-7575, and PKCS #1: schemes that sign nothing in TLS 1.3', () => {
    for (const scheme of [0x0201, 0x0203, 0x0101, 0x0401, 0x0503]) {
      const liar = new Liar()
      // CertificateVerify begins with its type, a length and the scheme.
      liar.lies(inner => {
        const at = inner.findIndex(
          (byte, i) => byte === 15 && inner[i + 1] === 0 && inner[i + 4] === 4 && inner[i + 5] === 3,
        )
        if (at < 0) return inner
        const copy = inner.slice()
        copy.set([scheme >> 8, scheme & 0xff], at + 4)
        return copy
      })
      const both = pair({ crypto, who: ec, versions, server: { crypto: liar.crypto } })
      shuttle(both)
      expect(both.client.failure?.code, scheme.toString(16)).toMatch(/^tls\/wrong-scheme$/)
      neverBoth(both)
    }
  })
})

describe('reflection', () => {
  test('a client does not talk to itself', () => {
    const both = pair({ crypto, who: ec, versions })
    const hello = concat(...both.client.touch())
    both.client.touch(hello)
    expect(both.client.failure).toMatchObject({ code: 'tls/unexpected-message', alert: 10 })
  })
  test('what a side has sealed it does not open', () => {
    const { client, server } = established()
    client.tls.write(ascii('pay 10 to Bob'), 0)
    const sent = concat(...client.touch())
    client.touch(sent)
    expect(client.failure?.code).toBe('tls/record-damaged')
    server.touch(concat(sent, sent))
    expect(server.data).toEqual(ascii('pay 10 to Bob'))
    expect(server.failure?.code).toBe('tls/record-damaged')
  })
})

test('points of small order, and shares of a wrong length, are refused by both sides', () => {
  for (const share of [new Uint8Array(32), Uint8Array.of(1, ...new Uint8Array(31)), new Uint8Array(31).fill(9)]) {
    const offered = changed<ClientHello>(1, hello => ({
      ...hello,
      extensions: hello.extensions!.map(each =>
        each.type === extensionNumbers.keyShare
          ? { ...each, body: { clientShares: [{ group: 0x001d, keyExchange: share }] } }
          : each,
      ),
    }))
    expect(offered.server.failure?.alert, `${share.length}`).toBe(47)
    neverBoth(offered)
    const answered = changed<ServerHello>(2, hello => ({
      ...hello,
      extensions: hello.extensions!.map(each =>
        each.type === extensionNumbers.keyShare
          ? { ...each, body: { serverShare: { group: 0x001d, keyExchange: share } } }
          : each,
      ),
    }))
    expect(answered.client.failure?.alert, `${share.length}`).toBe(47)
    neverBoth(answered)
  }
})
