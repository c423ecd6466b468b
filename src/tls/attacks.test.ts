/**
 * The attacks on TLS 1.2 that have a name, each as its attacker would run it against us. Those on TLS 1.3 are in
 * `tls13/attacks.test.ts`; `attacks-elsewhere.test.ts` lists what other files prove.
 */
import { describe, expect, test } from 'vitest'
import { ascii, concat, hex } from '../../test/support/bytes.ts'
import {
  changing,
  identity,
  keysOf,
  type Pair,
  type PairOptions,
  pair,
  record,
  recordsOf,
  Side,
  shuttle,
  step,
} from '../../test/support/tls.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { recorder } from '../trace/recorder.ts'
import { decode, encode } from '../wire/codec.ts'
import { tlsClient, tlsServer } from './engine.ts'
import { clientView } from './messages/extensions.ts'
import { HandshakeType } from './messages/registries.table.ts'
import { type Bodies12, Handshake, type HandshakeName } from './messages/tls12.ts'
import { DEFAULT_SUITES, suites } from './suites.table.ts'
import type { Question } from './types.ts'

const crypto = nodeCrypto()
const ec = identity(crypto, 'p-256')
const rsa = identity(crypto, 'rsa-2048')

/** A handshake with somebody on the path who changes one message. */
const changed = <N extends HandshakeName>(
  name: N,
  change: (body: Bodies12[N]) => Bodies12[N],
  options: Partial<PairOptions> = {},
): Pair => {
  const both = pair({ crypto, who: ec, ...options })
  shuttle(both, changing(name, change))
  return both
}

/** An established pair, and what can be sealed by whoever has the keys of each side. */
const established = (options: Partial<PairOptions> = {}) => {
  const trace = recorder()
  const context = (host: string) => ({ trace: { sink: trace, flow: 'attack', host } })
  const both = pair({
    crypto,
    who: ec,
    ...options,
    client: { ...context('client'), ...options.client },
    server: { ...context('server'), ...options.server },
  })
  shuttle(both)
  const keys = keysOf(crypto, trace.records, 1)
  return {
    ...both,
    fromClient: (type: number, content: Uint8Array) => concat(...keys.client.seal(type, content)),
    fromServer: (type: number, content: Uint8Array) => concat(...keys.server.seal(type, content)),
  }
}

/** One message of a flight, as its record. */
const messageOf = (flight: readonly Uint8Array[], name: HandshakeName): Uint8Array => {
  const found = flight.find(each => each[0] === 22 && each[5] === HandshakeType.names[name])
  if (found === undefined) throw new Error(`no ${name} in the flight`)
  return found
}

/** What a server answers to a hello, record by record. */
const answered = (both: Pair): Uint8Array[] => recordsOf(concat(...both.server.touch(concat(...both.client.touch()))))

const neverBoth = ({ client, server }: Pair): void => {
  expect([client.established, server.established]).toEqual([undefined, undefined])
}

/** Numbers of IANA that nobody should ever hear from us. */
const EXPORT = { TLS_RSA_EXPORT_WITH_RC4_40_MD5: 0x0003, TLS_RSA_EXPORT_WITH_DES40_CBC_SHA: 0x0008 }
const DHE_EXPORT = { TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA: 0x0014, TLS_DHE_DSS_EXPORT_WITH_DES40_CBC_SHA: 0x0011 }
const BROKEN = {
  TLS_RSA_WITH_NULL_SHA: 0x0002,
  TLS_RSA_WITH_RC4_128_SHA: 0x0005,
  TLS_ECDHE_RSA_WITH_RC4_128_SHA: 0xc011,
  TLS_RSA_WITH_DES_CBC_SHA: 0x0009,
  TLS_RSA_WITH_3DES_EDE_CBC_SHA: 0x000a,
  TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA: 0xc012,
  TLS_DH_anon_WITH_AES_128_GCM_SHA256: 0x00a6,
  TLS_ECDH_anon_WITH_AES_128_CBC_SHA: 0xc018,
  TLS_ECDHE_ECDSA_WITH_NULL_SHA: 0xc006,
}

describe.each([
  ['FREAK, CVE-2015-0204', EXPORT],
  ['Logjam, CVE-2015-4000', DHE_EXPORT],
  ['RC4, Sweet32, NULL and anonymous suites, CVE-2013-2566, CVE-2016-2183', BROKEN],
] as const)('%s', (_, weak) => {
  test.each(Object.entries(weak))('%s is never agreed on', (name, number) => {
    expect(suites.map(suite => [suite.id, suite.name])).not.toContainEqual([number, name])
    const offered = changed('ClientHello', body => ({ ...body, cipherSuites: [number] }), { who: rsa })
    expect(offered.server.failure).toMatchObject({ code: 'tls/no-common-suite', alert: 40 })
    neverBoth(offered)
    const chosen = changed('ServerHello', body => ({ ...body, cipherSuite: number }), { who: rsa })
    expect(chosen.client.failure).toMatchObject({ code: 'tls/wrong-suite', alert: 47 })
    neverBoth(chosen)
  })
  test('our own hello offers none of it', () => {
    const [hello] = recordsOf(concat(...pair({ crypto, who: ec }).client.touch()))
    const { body } = decode(Handshake, hello!.subarray(5))
    for (const number of Object.values(weak))
      expect((body as Bodies12['ClientHello']).cipherSuites).not.toContain(number)
  })
})

test('FREAK, CVE-2015-0204: a temporary RSA key in the place of a share is not a key exchange that we know', () => {
  // ServerKeyExchange of RSA_EXPORT: modulus and exponent, each with a length, and a signature.
  const exported = concat(hex('0040'), new Uint8Array(64).fill(0xc5), hex('0003 010001 0080'), new Uint8Array(128))
  const both = pair({ crypto, who: rsa })
  const flight = answered(both)
  both.client.touch(concat(messageOf(flight, 'ServerHello'), messageOf(flight, 'Certificate')))
  both.client.touch(record(22, concat(hex('0c 0000'), Uint8Array.of(exported.length), exported)))
  expect(both.client.failure?.alert).toBe(50)
})

test('Logjam, CVE-2015-4000: parameters of finite fields are none of ours, signed or not', () => {
  const both = pair({ crypto, who: ec })
  const flight = answered(both)
  both.client.touch(concat(messageOf(flight, 'ServerHello'), messageOf(flight, 'Certificate')))
  // dh_p, dh_g and dh_Ys of 512 bits.
  const params = concat(hex('0040'), new Uint8Array(64).fill(0xd3), hex('0001 02 0040'), new Uint8Array(64).fill(7))
  both.client.touch(record(22, concat(hex('0c 00'), Uint8Array.of(params.length >> 8, params.length), params)))
  expect(both.client.failure?.code).toBe('tls/bad-message')
})

test('a signed share of another connection, of the same server: the randoms are signed with it', () => {
  const before = messageOf(answered(pair({ crypto, who: ec })), 'ServerKeyExchange')
  const both = pair({ crypto, who: ec })
  shuttle(both, bytes => recordsOf(bytes).map(each => (each[0] === 22 && each[5] === 12 ? before : each)))
  expect(both.client.failure).toMatchObject({ code: 'tls/signature-wrong', alert: 51 })
  neverBoth(both)
})

test('an elliptic curve of the attacker: RFC 8422 5.4 leaves nothing but named ones', () => {
  for (const curveType of [1, 2]) {
    const both = changed('ServerKeyExchange', body => ({ ...body, params: { ...body.params, curveType } }))
    expect(both.client.failure?.alert, `${curveType}`).toBe(47)
    neverBoth(both)
  }
})

describe('SMACK, SKIP-TLS, CVE-2014-6593: what makes a connection safe cannot be left out', () => {
  const names = ['Certificate', 'ServerKeyExchange', 'ServerHelloDone'] as const
  test.each(names)('a server that leaves out its %s', name => {
    const both = pair({ crypto, who: ec })
    for (const each of answered(both)) if (each[5] !== HandshakeType.names[name]) both.client.touch(each)
    // The attacker goes straight on to the end.
    both.client.touch(concat(record(20, Uint8Array.of(1)), record(22, concat(hex('14 00000c'), new Uint8Array(12)))))
    expect(both.client.failure).toMatchObject({ alert: 10 })
    neverBoth(both)
  })
  test('a server that sends Finished in the clear, without ChangeCipherSpec', () => {
    const both = pair({ crypto, who: ec })
    both.client.touch(concat(...answered(both)))
    expect(both.client.tls.state).toBe('WaitChangeCipherSpec')
    both.client.touch(record(22, concat(hex('14 00000c'), new Uint8Array(12))))
    expect(both.client.failure).toMatchObject({ code: 'tls/unexpected-record', alert: 10 })
    both.client.touch(record(23, ascii('believe me')))
    expect(both.client.data).toHaveLength(0)
  })
  test('a client that goes on without its share', () => {
    const both = pair({ crypto, who: ec })
    answered(both)
    both.server.touch(concat(record(20, Uint8Array.of(1)), record(22, concat(hex('14 00000c'), new Uint8Array(12)))))
    expect(both.server.failure).toMatchObject({ alert: 10 })
    neverBoth(both)
  })
  test('data in the clear are nobody’s data, before the handshake and in every moment of it', () => {
    for (const side of ['client', 'server'] as const)
      for (let records = 0; records < 9; records++) {
        const both = pair({ crypto, who: ec })
        let given = 0
        step(both, () => given++ >= records)
        if (both[side].established !== undefined) continue
        both[side].touch(record(23, ascii('GET / HTTP/1.1\r\n\r\n')))
        expect(both[side].failure?.alert, `${side} after ${records} records`).toBeDefined()
        expect(both[side].data).toHaveLength(0)
      }
  })
})

describe('old versions', () => {
  test.each([
    ['POODLE, CVE-2014-3566: SSL 3.0', 0x0300],
    ['BEAST, CVE-2011-3389: TLS 1.0', 0x0301],
    ['TLS 1.1', 0x0302],
  ])('%s is spoken by neither side', (_, version) => {
    const asked = changed('ClientHello', body => ({ ...body, legacyVersion: version }))
    expect(asked.server.failure).toMatchObject({ code: 'tls/no-common-version', alert: 70 })
    neverBoth(asked)
    const answer = changed('ServerHello', body => ({ ...body, legacyVersion: version }))
    expect(answer.client.failure).toMatchObject({ code: 'tls/no-common-version', alert: 70 })
    neverBoth(answer)
  })
  test('DROWN, CVE-2016-0800: a hello of SSL 2.0 is no TLS, and nothing is said to it', () => {
    const server = new Side(tlsServer({ crypto }), () => undefined)
    // Length with its high bit, CLIENT-HELLO, version 2, and three kinds of cipher.
    expect(server.touch(concat(hex('8022 01 0002 0009 0000 0010 010080 020080 060040'), new Uint8Array(16)))).toEqual(
      [],
    )
    expect(server.failure).toMatchObject({ code: 'tls/not-tls' })
  })
})

test('SLOTH, CVE-2015-7575: MD5 and SHA-1 sign nothing, and are asked of nobody', () => {
  const [hello] = recordsOf(concat(...pair({ crypto, who: ec }).client.touch()))
  const { extensions = [] } = decode(Handshake, hello!.subarray(5)).body as Bodies12['ClientHello']
  const offered = clientView(extensions).signatureAlgorithms!.schemes
  expect(offered.length).toBeGreaterThan(3)
  // The hash stands in the upper byte: 1 is MD5, 2 SHA-1, 3 SHA-224.
  expect(offered.filter(scheme => scheme >> 8 <= 3)).toEqual([])
  for (const scheme of [0x0101, 0x0103, 0x0201, 0x0203]) {
    const both = changed('ServerKeyExchange', body => ({ ...body, scheme }))
    expect(both.client.failure?.code, scheme.toString(16)).toBe('tls/wrong-scheme')
    neverBoth(both)
  }
})

describe('CRIME, CVE-2012-4929: nothing is ever compressed', () => {
  test('a client offers no compression', () => {
    const [hello] = recordsOf(concat(...pair({ crypto, who: ec }).client.touch()))
    expect((decode(Handshake, hello!.subarray(5)).body as Bodies12['ClientHello']).compressionMethods).toEqual([0])
  })
  test('a server takes none that is offered', () => {
    const both = pair({ crypto, who: ec })
    const [hello] = recordsOf(concat(...both.client.touch()))
    const { type, body } = decode(Handshake, hello!.subarray(5))
    const deflate = { ...(body as Bodies12['ClientHello']), compressionMethods: [1, 64, 0] }
    const flight = recordsOf(concat(...both.server.touch(record(22, encode(Handshake, { type, body: deflate })))))
    const { body: chosen } = decode(Handshake, messageOf(flight, 'ServerHello').subarray(5))
    expect((chosen as Bodies12['ServerHello']).compressionMethod).toBe(0)
  })
})

describe('renegotiation, CVE-2009-3555', () => {
  test('the hello of a victim behind the data of the attacker begins nothing', () => {
    const attacker = established()
    attacker.client.tls.write(ascii('GET /transfer?to=attacker HTTP/1.1\r\nX: '), 0)
    attacker.server.touch(concat(...attacker.client.touch()))
    const victim = recordsOf(concat(...pair({ crypto, who: ec }).client.touch()))[0]!
    const asked: Question['about'][] = attacker.server.events.flatMap(event =>
      event.type === 'ask' ? [event.question.about] : [],
    )
    // The attacker's first record was its data; the keys of the test count by themselves.
    attacker.fromClient(23, new Uint8Array(0))
    const answer = attacker.server.touch(attacker.fromClient(22, victim.subarray(5)))
    expect(attacker.client.touch(concat(...answer))).toEqual([])
    expect(attacker.server.failure).toBeUndefined()
    expect(attacker.server.events.filter(event => event.type === 'established')).toHaveLength(1)
    expect(attacker.server.events.filter(event => event.type === 'ask')).toHaveLength(asked.length)
    // What the victim sends next is no continuation of the request.
    attacker.server.touch(record(22, victim.subarray(5)))
    expect(attacker.server.failure?.code).toBe('tls/record-damaged')
    expect(attacker.server.data).toEqual(ascii('GET /transfer?to=attacker HTTP/1.1\r\nX: '))
  })
  test('CVE-2011-1473: thousands of hellos on one connection cost one signature', () => {
    const { client, server, fromClient } = established()
    const hello = recordsOf(concat(...pair({ crypto, who: ec }).client.touch()))[0]!.subarray(5)
    let sent = 0
    for (let i = 0; i < 2_000; i++) sent += concat(...server.touch(fromClient(22, hello))).length
    expect(server.events.filter(event => event.type === 'ask' && event.question.about === 'sign')).toHaveLength(1)
    expect(server.failure).toMatchObject({ code: 'tls/renegotiation' })
    expect(sent).toBeLessThan(300)
    expect(client.failure).toBeUndefined()
  })
  test('CVE-2016-8610: warnings with hello requests between them, in the clear, come to an end', () => {
    const client = new Side(tlsClient({ crypto, serverName: 'shop.test' }), () => undefined)
    client.touch()
    let rounds = 0
    for (; rounds < 1_000 && client.failure === undefined; rounds++) {
      client.touch(record(21, Uint8Array.of(1, 112)))
      client.touch(record(22, Uint8Array.of(0, 0, 0, 0)))
    }
    expect(client.failure?.code).toBe('tls/renegotiation')
    expect(rounds).toBeLessThan(10)
  })
  test('warnings between the bytes of one message come to an end with the message', () => {
    const server = new Side(tlsServer({ crypto }), () => undefined)
    server.touch(record(22, hex('01 000020')))
    let records = 0
    for (; records < 1_000 && server.failure === undefined; records++) {
      server.touch(record(21, Uint8Array.of(1, 112)))
      server.touch(record(22, Uint8Array.of(0)))
    }
    expect(server.failure).toBeDefined()
    expect(records).toBeLessThan(34)
  })
})

describe('floods of nothing', () => {
  test('empty records of data with warnings between them come to an end', () => {
    const { client, fromServer } = established()
    let records = 0
    for (; records < 1_000 && client.failure === undefined; records++) {
      client.touch(fromServer(23, new Uint8Array(0)))
      if (records % 4 === 3) client.touch(fromServer(21, Uint8Array.of(1, 90)))
    }
    expect(client.failure?.code).toMatch(/^tls\/too-many-(empty-records|warnings)$/)
    expect(records).toBeLessThan(40)
  })
  test('an empty record of anything else is one too many', () => {
    for (const type of [20, 21, 22]) {
      const server = new Side(tlsServer({ crypto }), () => undefined)
      server.touch(record(type, new Uint8Array(0)))
      expect(server.failure?.alert, `${type}`).toBe(10)
    }
  })
  test('a hello in records of one byte is a hello; nothing is answered before it is whole', () => {
    const both = pair({ crypto, who: ec })
    const [hello] = recordsOf(concat(...both.client.touch()))
    const fragment = hello!.subarray(5)
    for (const byte of fragment.subarray(0, -1)) expect(both.server.touch(record(22, Uint8Array.of(byte)))).toEqual([])
    expect(both.server.touch(record(22, fragment.subarray(-1)))).not.toEqual([])
    expect(both.server.failure).toBeUndefined()
  })
})

describe('Heartbleed, CVE-2014-0160', () => {
  test('a heartbeat is no record of ours, before and after the handshake, and echoes nothing', () => {
    const request = concat(hex('01 4000'), ascii('a'))
    const early = new Side(tlsServer({ crypto }), () => undefined)
    expect(early.touch(record(24, request))).toEqual([])
    expect(early.failure).toMatchObject({ code: 'tls/not-tls' })
    const { server, fromClient } = established()
    const said = recordsOf(concat(...server.touch(fromClient(24, request))))
    expect(said.map(each => each[0])).toEqual([21])
    expect(server.failure?.alert).toBe(10)
  })
  test('who offers it is not taken up', () => {
    const both = pair({ crypto, who: ec })
    const [hello] = recordsOf(concat(...both.client.touch()))
    const { type, body } = decode(Handshake, hello!.subarray(5)) as { type: number; body: Bodies12['ClientHello'] }
    const offering = { ...body, extensions: [...body.extensions!, { type: 15, body: Uint8Array.of(1) }] }
    const flight = recordsOf(concat(...both.server.touch(record(22, encode(Handshake, { type, body: offering })))))
    const chosen = decode(Handshake, messageOf(flight, 'ServerHello').subarray(5)).body as Bodies12['ServerHello']
    expect(chosen.extensions!.map(extension => extension.type)).not.toContain(15)
  })
})

describe('reflection', () => {
  test('a client does not talk to itself: its hello, its share and its Finished come back to it', () => {
    const both = pair({ crypto, who: ec })
    const hello = concat(...both.client.touch())
    both.client.touch(hello)
    expect(both.client.failure).toMatchObject({ code: 'tls/unexpected-message', alert: 10 })
    const other = pair({ crypto, who: ec })
    const own = concat(...other.client.touch(concat(...answered(other))))
    const [, ...end] = recordsOf(own)
    expect(end.map(each => each[0])).toEqual([20, 22])
    other.client.touch(concat(...end))
    // Keys and labels differ by direction (RFC 5246 6.3, 7.4.9).
    expect(other.client.failure).toMatchObject({ code: 'tls/record-damaged', alert: 20 })
  })
  test('data that a side has sent are not taken for data of its peer', () => {
    const { client, server } = established()
    client.tls.write(ascii('pay 10 to Bob'), 0)
    const sent = concat(...client.touch())
    client.touch(sent)
    expect(client.failure?.code).toBe('tls/record-damaged')
    expect(client.data).toHaveLength(0)
    server.touch(concat(sent, sent))
    expect(server.data).toEqual(ascii('pay 10 to Bob'))
    expect(server.failure?.code).toBe('tls/record-damaged')
  })
})

test('no explicit nonce comes twice under a key of AES-GCM ("Nonce-Disrespecting Adversaries")', () => {
  const gcm = DEFAULT_SUITES.filter(suite => suite.includes('ECDSA') && suite.includes('GCM'))
  expect(gcm.length).toBeGreaterThan(0)
  for (const suite of gcm) {
    const { client } = established({ client: { suites: [suite] } })
    for (let i = 0; i < 500; i++) client.tls.write(Uint8Array.of(i), 0)
    const nonces = recordsOf(concat(...client.touch())).map(each => Buffer.from(each.subarray(5, 13)).toString('hex'))
    expect(nonces).toHaveLength(500)
    // The first record under the key was Finished, with 0.
    expect(new Set(['0000000000000000', ...nonces]).size).toBe(501)
  }
})

test('ALPACA: a server of another protocol or for another name is not taken, in either direction', () => {
  const protocol = pair({ crypto, who: ec, client: { alpn: ['http/1.1'] }, server: { alpn: ['smtp'] } })
  shuttle(protocol)
  expect(protocol.server.failure).toMatchObject({ code: 'tls/alpn-none', alert: 120 })
  neverBoth(protocol)
})
