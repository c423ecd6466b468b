/** What only a hostile or broken peer does, beyond what the tables of states refuse. */
import { describe, expect, test } from 'vitest'
import { ascii, concat } from '../../test/support/bytes.ts'
import {
  answersOf,
  changing,
  identity,
  type KeyKind,
  keysOf,
  type Pair,
  type PairOptions,
  pair,
  record,
  recordsOf,
  Side,
  shuttle,
} from '../../test/support/tls.ts'
import { sentence } from '../explain/index.ts'
import { FailureError } from '../failures/index.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { recorder } from '../trace/recorder.ts'
import { decode, encode } from '../wire/codec.ts'
import { tlsServer } from './engine.ts'
import { clientExtensions, extensionNumbers, serverExtensions } from './messages/extensions.ts'
import { type Bodies12, Handshake, type HandshakeName } from './messages/tls12.ts'
import { RecordInput } from './record/input.ts'
import type { Question } from './types.ts'

const crypto = nodeCrypto()
const ec = identity(crypto, 'p-256')

/** A handshake in which one message is rewritten in passing. */
const rewritten = <N extends HandshakeName>(
  name: N,
  change: (body: Bodies12[N]) => Bodies12[N],
  options: Partial<PairOptions> = {},
): Pair => {
  const both = pair({ crypto, who: ec, ...options })
  shuttle(both, changing(name, change))
  return both
}

/** The hello of a client with other extensions in the place of its own of the same kind. */
const saying =
  (values: Parameters<typeof clientExtensions>[0]) =>
  (body: Bodies12['ClientHello']): Bodies12['ClientHello'] => {
    const instead = clientExtensions(values)
    const others = body.extensions!.filter(({ type }) => !instead.some(extension => extension.type === type))
    return { ...body, extensions: [...others, ...instead] }
  }

describe('RFC 8422 5.3: the key of an ECDSA certificate must lie on a curve of the client', () => {
  test('a server does not choose a suite that its key cannot serve', () => {
    const who = identity(crypto, 'p-384')
    const both = rewritten('ClientHello', saying({ supportedGroups: { groups: [0x001d, 0x0017] } }), { who })
    expect(both.server.failure).toMatchObject({ code: 'tls/no-common-group', alert: 40 })
    expect(sentence(both.server.failure!)).toContain('secp384r1')
  })
  test('a client refuses a key on a curve that it did not offer', () => {
    const who = identity(crypto, 'p-384')
    const unaware = {
      ...who,
      certified: { chain: who.certified.chain, schemes: who.certified.schemes, key: who.pkcs8 },
    }
    const both = pair({ crypto, who: unaware, client: { groups: ['x25519', 'secp256r1'] } })
    shuttle(both)
    expect(both.client.failure).toMatchObject({ code: 'tls/certificate-kind', alert: 43 })
    expect(sentence(both.client.failure!)).toContain('secp384r1')
  })
  test('RSA and Ed25519 keys lie on none of them, and a client that names no groups leaves the choice to us', () => {
    for (const kind of ['rsa-2048', 'ed25519'] as KeyKind[]) {
      const both = pair({ crypto, who: identity(crypto, kind), client: { groups: ['x25519'] } })
      shuttle(both)
      expect(both.client.established, kind).toBeDefined()
      expect(both.server.established, kind).toBeDefined()
    }
    const groupless = rewritten('ClientHello', body => ({
      ...body,
      extensions: body.extensions!.filter(({ type }) => type !== extensionNumbers.supportedGroups),
    }))
    expect(groupless.server.failure?.code).not.toBe('tls/no-common-group')
  })
})

describe('hellos', () => {
  test('RFC 5246 7.4.1.2, 7.4.1.3: a session id has at most 32 bytes', () => {
    const identified = (to: 'to-server' | 'to-client', length: number): Pair => {
      const both = pair({ crypto, who: ec })
      shuttle(both, (bytes, direction) =>
        recordsOf(bytes).map(each => {
          if (direction !== to || each[0] !== 22 || each[5]! > 2) return each
          // Behind type, length, version and random; what we send has none.
          const message = concat(each.subarray(5, 43), Uint8Array.of(length), new Uint8Array(length), each.subarray(44))
          message[2] = (message.length - 4) >> 8
          message[3] = message.length - 4
          return record(22, message)
        }),
      )
      return both
    }
    for (const to of ['to-server', 'to-client'] as const) {
      const [who, message, code] =
        to === 'to-server'
          ? (['server', 'ClientHello', 'tls/bad-hello'] as const)
          : (['client', 'ServerHello', 'tls/bad-message'] as const)
      expect(identified(to, 33)[who].failure).toMatchObject({
        code,
        where: `${message}.sessionId`,
        alert: 50,
      })
      expect(identified(to, 32)[who].failure?.code).not.toBe(code)
    }
  })
  test('RFC 5246 7.4.1.4.1: a server "MUST NOT send" signature_algorithms', () => {
    const both = rewritten('ServerHello', body => ({
      ...body,
      extensions: [
        ...serverExtensions({ renegotiationInfo: { renegotiatedConnection: new Uint8Array(0) } }),
        { type: extensionNumbers.signatureAlgorithms, body: Uint8Array.of(0, 2, 4, 3) },
      ],
    }))
    expect(both.client.failure).toMatchObject({ code: 'tls/unoffered-extension', alert: 110 })
  })
  test('RFC 6066 3: a name is a host name of at most 255 characters: nothing else reaches whoever looks up a certificate', () => {
    const label = 'a'.repeat(51)
    const longest = `${label}.${label}.${label}.${label}.${'b'.repeat(47)}`
    for (const [body, fine] of [
      ['shop.test', true],
      ['_dmarc.Shop.test.', true],
      [longest, true],
      [`${longest}c`, false],
      ['x'.repeat(10_000), false],
      ['../../etc/passwd', false],
      ['<b>', false],
      ['a\x1b[2Jb', false],
      ['b\xfccher.test', false],
    ] as const) {
      const asked: Question['about'][] = []
      const both = rewritten('ClientHello', saying({ serverName: { names: [{ type: 0, body }] } }), {
        serverAnswers: question => {
          asked.push(question.about)
          return answersOf(crypto, ec)(question)
        },
      })
      expect(asked.includes('client-hello'), body.slice(0, 20)).toBe(fine)
      if (!fine) expect(both.server.failure?.code, body.slice(0, 20)).toBe('tls/illegal-value')
    }
  })
  test('names of protocols that no terminal should obey are shown, not obeyed', () => {
    const evil = 'h2\x1b[2J\r\n\x9b'
    const server = rewritten('ClientHello', saying({ alpn: { protocols: [evil] } }), { server: { alpn: ['http/1.1'] } })
    expect(server.server.failure?.code).toBe('tls/alpn-none')
    const client = rewritten(
      'ServerHello',
      body => ({
        ...body,
        extensions: body.extensions!.map(each =>
          each.type === extensionNumbers.alpn ? { type: each.type, body: { protocols: [evil] } } : each,
        ),
      }),
      { client: { alpn: ['h2'] }, server: { alpn: ['h2'] } },
    )
    expect(client.client.failure?.code).toBe('tls/wrong-protocol')
    for (const failure of [server.server.failure!, client.client.failure!]) {
      expect(sentence(failure)).toContain('h2')
      expect(sentence(failure)).not.toMatch(/[^\x20-\x7e“”]/)
    }
  })
})

test('a hello of 64 KB makes no failure of 64 KB', () => {
  const many = Array.from({ length: 5_000 }, () => 0x0403)
  const cases: [Parameters<typeof clientExtensions>[0], string, Partial<PairOptions>?][] = [
    [{ signatureAlgorithms: { schemes: many } }, 'tls/no-common-scheme', { who: identity(crypto, 'ed25519') }],
    [{ signatureAlgorithms: { schemes: many.map(() => 0x0201) } }, 'tls/no-common-scheme'],
    [{ supportedGroups: { groups: many.map(() => 0x1a1a) } }, 'tls/no-common-group'],
    [{ supportedGroups: { groups: many.map(() => 0x001d) } }, 'tls/no-common-group'],
    [{ supportedVersions: { versions: many.slice(0, 127).map(() => 0x0304) } }, 'tls/no-common-version'],
  ]
  for (const [values, code, options] of cases) {
    const both = rewritten('ClientHello', saying(values), options)
    expect(both.server.failure?.code).toBe(code)
    expect(sentence(both.server.failure!).length, code).toBeLessThan(400)
  }
  const compressed = rewritten('ClientHello', body => ({
    ...body,
    compressionMethods: many.slice(0, 255).map(() => 1),
  }))
  expect(compressed.server.failure?.code).toBe('tls/no-null-compression')
  expect(sentence(compressed.server.failure!).length).toBeLessThan(400)
})

/** How often a whole message is taken apart into fields while `step` runs. */
const takenApart = (step: () => void): number => {
  const { walk } = Handshake
  let times = 0
  Handshake.walk = (...args) => {
    times++
    return walk(...args)
  }
  try {
    step()
  } finally {
    Handshake.walk = walk
  }
  return times
}

describe('refusing a hello costs no more than taking it', () => {
  const crowd = Array.from({ length: 1_000 }, (_, i) => ({ type: 0x4000 + i, body: new Uint8Array(0) }))
  const hello = (change: (body: Bodies12['ClientHello']) => Bodies12['ClientHello']): Uint8Array => {
    const [first] = recordsOf(concat(...pair({ crypto, who: ec }).client.touch()))
    const { type, body } = decode(Handshake, first!.subarray(5))
    return encode(Handshake, { type, body: change(body as Bodies12['ClientHello']) })
  }
  const crowded = (body: Bodies12['ClientHello']) => ({ ...body, extensions: [...body.extensions!, ...crowd] })
  const broken = hello(body => saying({ supportedVersions: { versions: [0x0303] } })(crowded(body)))
  broken[broken.length - 3] = 9
  for (const [what, code, message] of [
    ['no suite in common', 'tls/no-common-suite', hello(body => ({ ...crowded(body), cipherSuites: [0x002f] }))],
    [
      '2,000 unknown suites',
      'tls/no-common-suite',
      hello(body => ({ ...body, cipherSuites: crowd.map(({ type }) => type) })),
    ],
    ['no protocol in common', 'tls/alpn-none', hello(saying({ alpn: { protocols: crowd.map((_, i) => `p${i}`) } }))],
    ['an extension twice', 'tls/extension-twice', hello(body => ({ ...body, extensions: [...crowd, ...crowd] }))],
    ['a malformed last extension', 'tls/bad-extension', broken],
  ] as const)
    test(`${what}: the message is taken apart when somebody looks, and then once`, () => {
      const server = new Side(tlsServer({ crypto, alpn: ['http/1.1'] }), answersOf(crypto, ec))
      expect(takenApart(() => server.touch(record(22, message)))).toBe(0)
      expect(server.failure?.code).toBe(code)
      expect(sentence(server.failure!).length).toBeLessThan(500)
      const looks = takenApart(() => expect(server.failure?.at).toEqual(server.failure?.at))
      expect(looks).toBeLessThanOrEqual(1)
      expect(server.failure?.at?.start).toBeGreaterThan(0)
    })
})

describe('memory and time', () => {
  test('bytes that wait for an answer are kept in few pieces, however small they come', () => {
    const both = pair({ crypto, who: ec, serverAnswers: () => undefined })
    both.server.touch(concat(...both.client.touch()))
    expect(both.server.tls.state).toBe('WaitPolicy')
    const input = new RecordInput('server')
    const whole = record(
      22,
      Uint8Array.from({ length: 16_000 }, (_, i) => i),
    )
    for (const byte of whole.subarray(0, 5_000)) {
      input.push(Uint8Array.of(byte))
      input.keep()
      expect(input.pieces).toBeLessThan(16)
    }
    input.push(whole.subarray(5_000))
    expect(input.waiting).toBe(whole.length)
    input.keep()
    expect(input.next()?.bytes).toEqual(whole)
    expect(input.waiting).toBe(0)
  })
  test('tls/too-much-waiting: byte by byte as well', () => {
    const both = pair({ crypto, who: ec, serverAnswers: () => undefined })
    both.server.touch(concat(...both.client.touch()))
    for (let i = 0; i < 131_072; i++) both.server.touch(Uint8Array.of(0))
    expect(both.server.failure).toBeUndefined()
    both.server.touch(Uint8Array.of(0))
    expect(both.server.failure?.code).toBe('tls/too-much-waiting')
  })
})

describe('after goodbye', () => {
  test('RFC 5246 7.2.1: nothing is sent after close_notify, not even a no to negotiating again', () => {
    const trace = recorder()
    const context = (host: string) => ({ trace: { sink: trace, flow: 'test', host } })
    const both = pair({ crypto, who: ec, client: context('client'), server: context('server') })
    shuttle(both)
    const keys = keysOf(crypto, trace.records, 1)
    both.client.tls.close(0)
    expect(both.client.touch()).not.toEqual([])
    expect(both.client.touch(concat(...keys.server.seal(22, Uint8Array.of(0, 0, 0, 0))))).toEqual([])
    expect(both.client.tls.closed).toBe(true)
    both.client.touch(concat(...keys.server.seal(23, ascii('still here'))))
    expect(both.client.data).toEqual(ascii('still here'))
  })
})

test('tls/no-such-question: answers that could not be sent are refused before anything is', () => {
  for (const [about, reply] of [
    ['client-hello', { ...ec.certified, chain: [] }],
    ['client-hello', { ...ec.certified, chain: [new Uint8Array(0)] }],
    ['client-hello', { ...ec.certified, chain: 'abc' }],
    ['client-hello', undefined],
    ['client-hello', 7],
    ['sign', undefined],
    ['sign', new Uint8Array(65_536)],
  ] as const) {
    const answers = answersOf(crypto, ec)
    const server = new Side(tlsServer({ crypto }), question =>
      question.about === about ? undefined : answers(question),
    )
    const { client } = pair({ crypto, who: ec })
    server.touch(concat(...client.touch()))
    const ask = server.events.at(-1)
    if (ask?.type !== 'ask') throw new Error('nothing was asked')
    expect(() => server.tls.answer(ask.id, reply as never, 0), `${about}: ${String(reply)}`).toThrow(FailureError)
    // The question is still open.
    server.tls.answer(ask.id, answers(ask.question)!, 0)
    expect(server.failure).toBeUndefined()
    expect(server.touch()).not.toEqual([])
  }
})
