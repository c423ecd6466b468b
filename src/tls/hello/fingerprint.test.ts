import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { concat } from '../../../test/support/bytes.ts'
import { identity, pair, recordsOf } from '../../../test/support/tls.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { seeded } from '../../random.ts'
import { encode, type Tagged } from '../../wire/codec.ts'
import { type Digest, ja3, ja3Hash, ja3s, ja4, ja4Raw } from '../index.ts'
import { ClientHello, ServerHello } from '../messages/hello.ts'
import { Handshake } from '../messages/tls12.ts'

const md5: Digest = data => createHash('md5').update(data).digest()
const sha256: Digest = data => createHash('sha256').update(data).digest()

interface Said {
  readonly version?: number
  readonly suites: readonly number[]
  readonly types?: readonly number[]
  readonly groups?: readonly number[]
  readonly formats?: readonly number[]
  readonly schemes?: readonly number[]
  readonly versions?: readonly number[]
  readonly protocols?: readonly string[]
}

const NAME = { names: [{ type: 0, body: 'shop.test' }] }

/** The ClientHello of somebody who says this, with extensions in the order of `types`. */
const helloOf = (said: Said): Uint8Array => {
  const bodies: Readonly<Record<number, unknown>> = {
    0: NAME,
    10: { groups: said.groups },
    11: { formats: said.formats },
    13: { schemes: said.schemes },
    16: { protocols: said.protocols },
    43: { versions: said.versions },
    5: { head: 1, body: { responders: [], extensions: new Uint8Array(0) } },
    18: {},
    23: {},
    27: { algorithms: [2] },
    35: { ticket: new Uint8Array(0) },
    45: { modes: [1] },
    51: { clientShares: [] },
    21: { zeros: new Uint8Array(7) },
    65037: { data: new Uint8Array(3) },
    65281: { renegotiatedConnection: new Uint8Array(0) },
  }
  const extensions = said.types?.map((type): Tagged => ({ type, body: bodies[type] ?? new Uint8Array(2) }))
  return encode(Handshake, {
    type: 1,
    body: {
      legacyVersion: said.version ?? 0x0303,
      random: new Uint8Array(32),
      sessionId: new Uint8Array(0),
      cipherSuites: said.suites,
      compressionMethods: [0],
      extensions,
    },
  })
}

const CHROME_SUITES = [
  ...[0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8],
  ...[0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035],
]
const CHROME_SCHEMES = [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601]

/** What a Chromium of the end of 2025 says, as tls.browserleaks.com shows it, with GREASE where Chromium has it. */
const chromium: Said = {
  suites: [0x8a8a, ...CHROME_SUITES],
  types: [0x2a2a, 45, 51, 16, 0xfe0d, 23, 17_613, 0, 11, 10, 43, 0xff01, 35, 18, 5, 13, 27, 0xcaca],
  groups: [0x6a6a, 4588, 29, 23, 24],
  formats: [0],
  schemes: CHROME_SCHEMES,
  versions: [0xdada, 0x0304, 0x0303],
  protocols: ['h2', 'http/1.1'],
}

describe('JA3', () => {
  test('the examples of its README: with extensions and without any', () => {
    const full = helloOf({
      version: 0x0301,
      suites: [47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4],
      types: [0, 10, 11],
      groups: [23, 24, 25],
      formats: [0],
    })
    expect(ja3(full)).toBe('769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0')
    expect(ja3Hash(ja3(full)!, md5)).toBe('ada70206e40642a3e4461f35503241d5')
    const bare = helloOf({ version: 0x0301, suites: [4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99] })
    expect(ja3(bare)).toBe('769,4-5-10-9-100-98-3-6-19-18-99,,,')
    expect(ja3Hash(ja3(bare)!, md5)).toBe('de350869b8c85de67a350c8d186f11e6')
  })
  test('RFC 8701: GREASE is in none of it', () => {
    expect(ja3(helloOf(chromium))).toBe(
      '771,4865-4866-4867-49195-49199-49196-49200-52393-52392-49171-49172-156-157-47-53,' +
        '45-51-16-65037-23-17613-0-11-10-43-65281-35-18-5-13-27,4588-29-23-24,0',
    )
    expect(ja3Hash(ja3(helloOf(chromium))!, md5)).toBe('98487aa16281980e7d1120d399efb6a4')
  })
  test('of a ServerHello it has the suite that was chosen', () => {
    const extensions = [0xff01, 0, 11, 16].map(type => ({
      type,
      body: { 65281: { renegotiatedConnection: new Uint8Array(0) }, 0: {}, 11: { formats: [0] } }[type] ?? {
        protocols: ['h2'],
      },
    }))
    const body = {
      legacyVersion: 0x0303,
      random: new Uint8Array(32),
      sessionId: new Uint8Array(0),
      cipherSuite: 0xc02f,
    }
    const bytes = (list: Tagged[] | undefined) =>
      encode(Handshake, { type: 2, body: { ...body, compressionMethod: 0, extensions: list } })
    expect(ja3s(bytes(extensions))).toBe('771,49199,65281-0-11-16')
    expect(ja3s(bytes(undefined))).toBe('771,49199,')
  })
})

describe('JA4', () => {
  test('the example of its description', () => {
    const types = [0x1a1a, 27, 0, 51, 16, 17_513, 23, 45, 13, 5, 35, 18, 43, 0xff01, 11, 10, 21, 0xbaba]
    const hello = helloOf({ ...chromium, types })
    expect(ja4(hello, sha256)).toBe('t13d1516h2_8daaf6152771_e5627efa2ab1')
    expect(ja4(hello, sha256, 'q')).toBe('q13d1516h2_8daaf6152771_e5627efa2ab1')
  })
  test('a Chromium as tls.browserleaks.com shows it, hashed and not', () => {
    expect(ja4(helloOf(chromium), sha256)).toBe('t13d1516h2_8daaf6152771_d8a2da3f94cd')
    expect(ja4Raw(helloOf(chromium))).toBe(
      't13d1516h2_002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9_' +
        '0005,000a,000b,000d,0012,0017,001b,0023,002b,002d,0033,44cd,fe0d,ff01_' +
        '0403,0804,0401,0503,0805,0501,0806,0601',
    )
  })
  test('names of protocols by their ends, in hex where these are no letters and digits: the examples of its description', () => {
    const endsOf = (...protocol: number[]) =>
      ja4(helloOf({ ...chromium, protocols: [String.fromCharCode(...protocol)] }), sha256)?.slice(8, 10)
    expect(endsOf(0xab)).toBe('ab')
    expect(endsOf(0xab, 0xcd)).toBe('ad')
    expect(endsOf(0x30, 0xab)).toBe('3b')
    expect(endsOf(0x30, 0x31, 0xab, 0xcd)).toBe('3d')
    expect(endsOf(0x30, 0xab, 0xcd, 0x31)).toBe('01')
    expect(endsOf(0x68)).toBe('hh')
    expect(endsOf(0x0a, 0x0a)).toBe('00')
  })
  test('a client that says little: counts of two digits, no name, no protocol, nothing to hash', () => {
    expect(ja4(helloOf({ version: 0x0301, suites: [0x0a0a] }), sha256)).toBe('t10i000000_000000000000_000000000000')
    expect(ja4(helloOf({ version: 0x0305, suites: [5] }), sha256)?.slice(0, 10)).toBe('t00i010000')
    const crowd = Array.from({ length: 120 }, (_, i) => 0x4000 + i)
    expect(ja4(helloOf({ suites: crowd, types: crowd }), sha256)?.slice(0, 10)).toBe('t12i999900')
  })
})

describe('any bytes', () => {
  const all = (bytes: Uint8Array) => [ja3(bytes), ja3s(bytes), ja4(bytes, sha256), ja4Raw(bytes)]
  test('what is no hello has no fingerprint', () => {
    expect(all(new Uint8Array(0))).toEqual([undefined, undefined, undefined, undefined])
    expect(all(Uint8Array.of(11, 0, 0, 0))).toEqual([undefined, undefined, undefined, undefined])
    expect(all(concat(helloOf(chromium), Uint8Array.of(0)))).toEqual([undefined, undefined, undefined, undefined])
    expect(all(helloOf(chromium).subarray(0, -1))).toEqual([undefined, undefined, undefined, undefined])
  })
  test('an extension that cannot be read counts, and what it says does not', () => {
    const hello = helloOf({ suites: [47], types: [10], groups: [29, 23] })
    hello[hello.length - 5] = 9
    expect(ja3(hello)).toBe('771,47,10,,')
  })
  test('noise and random legal hellos end in a text or in undefined', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = seeded(seed)
      const [type, codec] = seed % 2 === 0 ? ([1, ClientHello] as const) : ([2, ServerHello] as const)
      const legal = encode(Handshake, { type, body: codec.sample(random.number) })
      expect(all(legal).filter(each => each !== undefined).length, `seed ${seed}`).toBe(type === 1 ? 3 : 1)
      legal[random.below(legal.length)] = random.below(256)
      all(legal)
      all(random.bytes(80))
    }
  })
  test('our own hello has one', () => {
    const crypto = nodeCrypto()
    const [first] = recordsOf(concat(...pair({ crypto, who: identity(crypto, 'p-256') }).client.touch()))
    expect(ja4(first!.subarray(5), sha256)).toMatch(/^t1[23]d\d{4}00_[0-9a-f]{12}_[0-9a-f]{12}$/)
  })
})
