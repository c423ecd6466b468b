/** What may be agreed on in TLS 1.2 beside suite, group and key: evidence, limits of records, False Start, exporters. */
import { describe, expect, test } from 'vitest'
import { ascii, concat } from '../../test/support/bytes.ts'
import {
  type Answers,
  answersOf,
  changing,
  identity,
  keysOf,
  type Pair,
  type PairOptions,
  pair,
  record,
  recordsOf,
  shuttle,
  step,
  type Wire,
} from '../../test/support/tls.ts'
import { platforms } from '../../test/support/worlds.ts'
import { FailureError } from '../failures/index.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { recorder } from '../trace/recorder.ts'
import { encode } from '../wire/codec.ts'
import { extensionNumbers, taggedExtensions } from './messages/extensions.ts'
import { HandshakeType } from './messages/registries.table.ts'
import { type Bodies12, Handshake } from './messages/tls12.ts'
import type { CertifiedKey } from './types.ts'

const crypto = nodeCrypto()
const ec = identity(crypto, 'p-256')
const GCM = 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'
const CBC = [
  'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA',
  'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384',
] as const

const met = (options: Partial<PairOptions> = {}, wire?: Wire): Pair => {
  const both = pair({ crypto, who: ec, ...options })
  shuttle(both, wire)
  return both
}
/** Data goes both ways. */
const expectTalk = (both: Pair): void => {
  expect([both.client.failure, both.server.failure]).toEqual([undefined, undefined])
  both.client.tls.write(ascii('hello'), 0)
  both.server.tls.write(ascii('good day'), 0)
  shuttle(both)
  expect([both.server.data, both.client.data]).toEqual([ascii('hello'), ascii('good day')])
}
const adding = (extensions: Parameters<typeof taggedExtensions<'serverHello12'>>[0]): Wire =>
  changing('ServerHello', body => ({
    ...body,
    extensions: [...body.extensions!, ...taggedExtensions<'serverHello12'>(extensions)],
  }))

/** A server that has evidence for its certificate. */
const with_ =
  (more: Partial<CertifiedKey>): Answers =>
  question =>
    question.about === 'client-hello' ? { ...ec.certified, ...more } : answersOf(crypto, ec)(question)
const evidence = { ocsp: ascii('an OCSP response'), scts: [ascii('one'), ascii('two')] }
const trustAsked = ({ client: { events } }: Pair) =>
  events.flatMap(event => (event.type === 'ask' && event.question.about === 'trust' ? [event.question] : []))

describe('RFC 6066 8, RFC 6962 3.3: what vouches for a certificate', () => {
  test('comes with the question of trust, where it was asked for', () => {
    const both = met({ client: { evidence: ['ocsp', 'scts'] }, serverAnswers: with_(evidence) })
    expect(trustAsked(both)).toEqual([
      {
        about: 'trust',
        chain: ec.certified.chain,
        certificateType: 'X509',
        name: 'shop.test',
        purpose: 'server',
        keyUsage: 'digitalSignature',
        ...evidence,
      },
    ])
    expectTalk(both)
  })
  test('does not come to those who do not ask, nor from those who have none', () => {
    for (const options of [
      { serverAnswers: with_(evidence) },
      { client: { evidence: ['ocsp', 'scts'] as const } },
      { client: { evidence: ['ocsp', 'scts'] as const }, serverAnswers: with_({ scts: [] }) },
    ]) {
      const both = met(options)
      expect(trustAsked(both).map(({ ocsp, scts }) => [ocsp, scts])).toEqual([[undefined, undefined]])
      expectTalk(both)
    }
  })
  test('a server that promises a response and leaves it out is asked about without it', () => {
    const both = met(
      { client: { evidence: ['ocsp'] }, serverAnswers: with_(evidence) },
      changing('CertificateStatus', () => undefined),
    )
    expect(trustAsked(both).map(({ ocsp }) => ocsp)).toEqual([undefined])
    // And it was believed; only the two have not seen the same handshake.
    expect(both.server.failure?.code).toBe('tls/record-damaged')
  })
  test('tls/illegal-value: a response of another kind', () => {
    const both = met(
      { client: { evidence: ['ocsp'] }, serverAnswers: with_(evidence) },
      changing('CertificateStatus', body => ({ ...body, statusType: 2 })),
    )
    expect(both.client.failure).toMatchObject({
      code: 'tls/illegal-value',
      where: 'CertificateStatus.statusType',
      alert: 47,
    })
  })
  test('tls/unoffered-extension: evidence that nobody asked for', () => {
    for (const extensions of [{ statusRequest: {} }, { signedCertificateTimestamp: { timestamps: [ascii('one')] } }]) {
      const both = met({}, adding(extensions))
      expect(both.client.failure).toMatchObject({ code: 'tls/unoffered-extension', alert: 110 })
    }
  })
  test('a response in the place of the certificate is refused', () => {
    const both = pair({ crypto, who: ec, client: { evidence: ['ocsp'] } })
    step(both, () => both.client.tls.state === 'WaitCertificate')
    const body = { statusType: 1, response: ascii('x') }
    both.client.touch(record(22, encode(Handshake, { type: HandshakeType.names.CertificateStatus!, body })))
    expect(both.client.failure?.code).toBe('tls/unexpected-message')
  })
})

describe('how much a record may hold', () => {
  const sizes = (both: Pair, from: 'client' | 'server'): number[] => {
    both[from].tls.write(new Uint8Array(20_000), 0)
    const other = from === 'client' ? both.server : both.client
    const before = other.events.length
    other.touch(concat(...both[from].touch()))
    return other.events.slice(before).map(event => (event.type === 'data' ? event.bytes.length : -1))
  }
  test('RFC 8449 4: each side keeps to what the other takes', () => {
    const both = met({ client: { recordSizeLimit: 1_000 }, server: { recordSizeLimit: 64 } })
    expectTalk(both)
    expect(new Set(sizes(both, 'client'))).toEqual(new Set([64, 32]))
    expect(new Set(sizes(both, 'server'))).toEqual(new Set([1_000]))
  })
  test('RFC 8449 4: it counts for what is protected: in the clear there may be more', () => {
    const both = met({ client: { recordSizeLimit: 64 } }, (bytes, direction) => {
      const records = recordsOf(bytes)
      if (direction === 'to-server' || records.some(each => each[0] !== 22)) return [bytes]
      const flight = concat(...records.map(each => each.subarray(5)))
      const hello = 4 + flight[3]!
      expect(flight.length).toBeGreaterThan(hello + 100)
      return [record(22, flight.subarray(0, hello)), record(22, flight.subarray(hello))]
    })
    expectTalk(both)
  })
  test('RFC 8449 4: a server without a limit of its own takes full records', () => {
    const both = met({ client: { recordSizeLimit: 1_000 } })
    expect(sizes(both, 'client')).toEqual([16_384, 3_616])
    expect(new Set(sizes(both, 'server'))).toEqual(new Set([1_000]))
  })
  test('a limit of our own that nobody may announce is a mistake of the caller', () => {
    for (const recordSizeLimit of [63, 16_385, 100.5, Number.NaN]) {
      expect(() => pair({ crypto, who: ec, client: { recordSizeLimit } }), `${recordSizeLimit}`).toThrow(RangeError)
      expect(() => pair({ crypto, who: ec, server: { recordSizeLimit } }), `${recordSizeLimit}`).toThrow(RangeError)
    }
  })
  test('tls/content-too-long: more than was asked for', () => {
    for (const [client, most] of [
      [{ recordSizeLimit: 64 }, 64],
      [{ maxFragmentLength: 512 as const }, 512],
    ] as const) {
      const trace = recorder()
      const context = (host: string) => ({ trace: { sink: trace, flow: 'test', host } })
      const both = met({ client: { ...client, ...context('client') }, server: context('server') })
      const { server } = keysOf(crypto, trace.records, 1)
      both.client.touch(concat(...server.seal(23, new Uint8Array(most))))
      expect(both.client.failure, `${most}`).toBeUndefined()
      both.client.touch(concat(...server.seal(23, new Uint8Array(most + 1))))
      expect(both.client.failure).toMatchObject({ code: 'tls/content-too-long', number: most, alert: 22 })
    }
  })
  test('RFC 6066 4: one length for both directions, and for the handshake too', () => {
    for (const bytes of [512, 1024, 2048, 4096] as const) {
      const sent: number[] = []
      const long = with_({ chain: [new Uint8Array(9_000).fill(1)] })
      const both = met({ client: { maxFragmentLength: bytes }, serverAnswers: long }, (each, direction) => {
        if (direction === 'to-client') sent.push(...recordsOf(each).map(one => one.length - 5))
        return [each]
      })
      expectTalk(both)
      expect(Math.max(...sent)).toBe(bytes)
      expect(Math.max(...sizes(both, 'client'), ...sizes(both, 'server'))).toBe(bytes)
    }
  })
  test('tls/illegal-value: limits that are none, another length than was asked for, both at once', () => {
    const small = met(
      { client: { recordSizeLimit: 1_000 } },
      changing('ClientHello', body => ({
        ...body,
        extensions: body.extensions!.map(each =>
          each.type === extensionNumbers.recordSizeLimit ? { ...each, body: { recordSizeLimit: 63 } } : each,
        ),
      })),
    )
    expect(small.server.failure).toMatchObject({ code: 'tls/illegal-value', got: 'record_size_limit 63', alert: 47 })
    const other = met(
      { client: { maxFragmentLength: 512 } },
      changing('ServerHello', body => ({
        ...body,
        extensions: body.extensions!.map(each =>
          each.type === extensionNumbers.maxFragmentLength ? { ...each, body: { maxFragmentLength: 2 } } : each,
        ),
      })),
    )
    expect(other.client.failure).toMatchObject({
      code: 'tls/illegal-value',
      got: 'max_fragment_length 1024',
      alert: 47,
    })
    const two = met(
      { client: { maxFragmentLength: 512, recordSizeLimit: 500 } },
      adding({ maxFragmentLength: { maxFragmentLength: 1 } }),
    )
    expect(two.client.failure).toMatchObject({ code: 'tls/illegal-value', alert: 47 })
  })
})

test('schemes of which none is known are refused at the call, on both sides', () => {
  expect(() => pair({ crypto, who: ec, client: { schemes: [0x0201] } })).toThrow(RangeError)
  expect(() => pair({ crypto, who: ec, server: { schemes: [] } })).toThrow(RangeError)
})

describe.each(platforms)('RFC 7366 on %s', (_, { crypto: own }) => {
  for (const suite of CBC)
    test(`${suite}: the MAC is over the ciphertext where both know it, and inside where one does not`, () => {
      for (const [wire, answered] of [
        [undefined, true],
        [
          changing('ClientHello', body => ({
            ...body,
            extensions: body.extensions!.filter(({ type }) => type !== extensionNumbers.encryptThenMac),
          })),
          false,
        ],
      ] as const) {
        let said: Bodies12['ServerHello'] | undefined
        const watching = changing('ServerHello', body => (said = body))
        const both = met(
          { client: { crypto: own, suites: [suite] }, server: { crypto: own, suites: [suite] } },
          (bytes, direction) =>
            direction === 'to-server' && wire ? wire(bytes, direction) : watching(bytes, direction),
        )
        expect(said?.extensions?.some(({ type }) => type === extensionNumbers.encryptThenMac)).toBe(answered)
        // What was taken out of the hello does not agree with the client's own.
        if (answered) expectTalk(both)
        else expect(both.server.failure).toBeDefined()
      }
    })
})

test('RFC 7366 3: encrypt-then-MAC with an AEAD is refused, and not offered without CBC', () => {
  const suites = [CBC[0], GCM] as const
  const both = met({ client: { suites }, server: { suites: [GCM] } }, adding({ encryptThenMac: {} }))
  expect(both.client.failure).toMatchObject({ code: 'tls/illegal-value', alert: 47 })
  let said: Bodies12['ClientHello'] | undefined
  met(
    {},
    changing('ClientHello', body => (said = body)),
  )
  expect(said?.extensions?.some(({ type }) => type === extensionNumbers.encryptThenMac)).toBe(false)
})

describe('RFC 7918: False Start', () => {
  const alpn = { alpn: ['h2'] }
  const early = (options: Partial<PairOptions>): boolean => {
    const both = pair({ crypto, who: ec, ...options })
    step(both, () => both.client.tls.state === 'WaitChangeCipherSpec')
    return both.client.has('writable')
  }
  test('data goes out before the server has finished, and none comes in before', () => {
    const both = pair({ crypto, who: ec, client: { ...alpn, falseStart: 'allowed' }, server: alpn })
    step(both, () => both.client.has('writable'))
    expect(both.client.tls.state).toBe('WaitChangeCipherSpec')
    expect(both.client.established).toBeUndefined()
    both.client.tls.write(ascii('early'), 0)
    const flight = concat(...both.client.touch())
    expect(recordsOf(flight).at(-1)![0]).toBe(23)
    both.client.touch(record(23, Uint8Array.of(1)))
    expect(both.client.failure?.code).toBe('tls/unexpected-record')
  })
  test('the server reads it behind the Finished, in one piece with it', () => {
    const both = pair({ crypto, who: ec, client: { ...alpn, falseStart: 'allowed' }, server: alpn })
    const answer = concat(...both.server.touch(concat(...both.client.touch())))
    const flight = [...both.client.touch(answer)]
    expect(both.client.tls.state).toBe('WaitChangeCipherSpec')
    both.client.tls.write(ascii('on time'), 0)
    const finished = concat(...both.server.touch(concat(...flight, ...both.client.touch())))
    expect(both.server.data).toEqual(ascii('on time'))
    both.client.touch(finished)
    expect(both.client.established).toBeDefined()
  })
  test('only where it is allowed, with ALPN, and with an AEAD', () => {
    expect(early({ client: { ...alpn, falseStart: 'allowed' }, server: alpn })).toBe(true)
    expect(early({ client: alpn, server: alpn })).toBe(false)
    expect(early({ client: { falseStart: 'allowed' } })).toBe(false)
    const suites = [CBC[0]]
    expect(early({ client: { ...alpn, suites, falseStart: 'allowed' }, server: { ...alpn, suites } })).toBe(false)
  })
})

describe('RFC 5705: exported secrets', () => {
  const kept = { client: { exporters: 'kept' }, server: { exporters: 'kept' } } as const
  const bothOf = ({ client, server }: Pair, label: string, context: Uint8Array | undefined, length: number) => [
    client.tls.exportKeyingMaterial(label, context, length),
    server.tls.exportKeyingMaterial(label, context, length),
  ]
  test('are the same on both sides, and others for another label, context, length or connection', () => {
    const both = met(kept)
    const seen = new Set<string>()
    const other = met(kept)
    for (const [pairOf, label, context] of [
      [both, 'EXPERIMENTAL one', undefined],
      [both, 'EXPERIMENTAL one', new Uint8Array(0)],
      [both, 'EXPERIMENTAL one', ascii('x')],
      [both, 'EXPERIMENTAL two', undefined],
      [other, 'EXPERIMENTAL one', undefined],
    ] as const) {
      const [mine, yours] = bothOf(pairOf, label, context, 40)
      expect(mine).toHaveLength(40)
      expect(mine).toEqual(yours)
      seen.add(`${mine}`)
    }
    expect(seen.size).toBe(5)
    expect(bothOf(both, 'EXPERIMENTAL one', undefined, 0)).toEqual([ascii(''), ascii('')])
  })
  test('tls/no-exporter: too early, not kept, for a label of TLS itself, for a context that is too long', () => {
    const refusedBy = (both: Pair, label = 'EXPERIMENTAL one', context?: Uint8Array): string[] =>
      [both.client, both.server].map(side => {
        try {
          side.tls.exportKeyingMaterial(label, context, 10)
          return 'nothing'
        } catch (error) {
          return error instanceof FailureError ? error.code : 'another error'
        }
      })
    const no = ['tls/no-exporter', 'tls/no-exporter']
    expect(refusedBy(pair({ crypto, who: ec, ...kept }))).toEqual(no)
    expect(refusedBy(met())).toEqual(no)
    const both = met(kept)
    for (const label of [
      'master secret',
      'extended master secret',
      'key expansion',
      'client finished',
      'server finished',
    ])
      expect(refusedBy(both, label), label).toEqual(no)
    expect(refusedBy(both, 'EXPERIMENTAL one', new Uint8Array(0xffff))).toEqual(['nothing', 'nothing'])
    expect(refusedBy(both, 'EXPERIMENTAL one', new Uint8Array(0x10000))).toEqual(no)
  })
})

test('RFC 7507 4: a client that comes with less says so, and a server of TLS 1.2 does not mind', () => {
  let said: Bodies12['ClientHello'] | undefined
  const both = met(
    { client: { fallback: 'signalled' } },
    changing('ClientHello', body => (said = body)),
  )
  expect(said?.cipherSuites.at(-1)).toBe(0x5600)
  expectTalk(both)
})
