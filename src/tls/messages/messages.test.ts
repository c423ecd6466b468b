import { describe, expect, test } from 'vitest'
import { toHex } from '../../../test/support/bytes.ts'
import { seeded } from '../../random.ts'
import { type Codec, decode, dissect, encode } from '../../wire/codec.ts'
import { fieldAt } from '../../wire/field.ts'
import { WireError } from '../../wire/reader.ts'
import { PlainRecord } from '../record-format.ts'
import { ChaChaRecord, GcmRecord } from '../tls12/record-format.ts'
import {
  clientExtensions,
  clientView,
  duplicateOf,
  extensionNumbers,
  serverExtensions,
  serverView,
} from './extensions.ts'
import { Alert, bodies, ChangeCipherSpec, Handshake } from './tls12.ts'

const SEED = 2026
const ROUNDS = 400

const formats: Record<string, Codec<unknown>> = {
  ...(bodies as unknown as Record<string, Codec<unknown>>),
  Handshake: Handshake as Codec<unknown>,
  Alert: Alert as Codec<unknown>,
  ChangeCipherSpec: ChangeCipherSpec as Codec<unknown>,
  PlainRecord: PlainRecord as Codec<unknown>,
  GcmRecord: GcmRecord as Codec<unknown>,
  ChaChaRecord: ChaChaRecord as Codec<unknown>,
}

describe('what is written, read and written again is the same', () => {
  for (const [name, format] of Object.entries(formats))
    test(name, () => {
      const random = seeded(SEED)
      for (let round = 0; round < ROUNDS; round++) {
        const bytes = encode(format, format.sample(random.number))
        const about = `seed ${SEED}, round ${round}: ${toHex(bytes)}`
        expect(toHex(encode(format, decode(format, bytes))), about).toBe(toHex(bytes))
        const tree = dissect(format, bytes, name)
        expect(tree.note, about).toBeUndefined()
        expect([tree.start, tree.end], about).toEqual([0, bytes.length])
      }
    })
})

/** A hello without extensions is whole, so a hello may end where they begin; everything else must not end early. */
const wholeAt = (name: string, bytes: Uint8Array, length: number): boolean => {
  if (name !== 'ClientHello' && name !== 'ServerHello') return false
  const before = fieldAt(dissect(formats[name]!, bytes, name), 'extensions')?.start
  return length === before
}

describe('every truncation ends in a WireError, with a tree as far as it makes sense', () => {
  for (const [name, format] of Object.entries(formats))
    test(name, () => {
      const random = seeded(SEED)
      for (let round = 0; round < 40; round++) {
        const bytes = encode(format, format.sample(random.number))
        for (let length = 0; length < bytes.length; length++) {
          if (wholeAt(name, bytes, length)) continue
          const cut = bytes.subarray(0, length)
          const about = `seed ${SEED}, round ${round}, ${length} of ${toHex(bytes)}`
          expect(() => decode(format, cut), about).toThrow(WireError)
          expect(dissect(format, cut, name).note, about).toBeDefined()
        }
      }
    })
})

test('bytes behind a message are refused', () => {
  for (const [name, format] of Object.entries(formats)) {
    if (name.endsWith('Record') || name === 'Handshake') continue
    const random = seeded(SEED)
    const value = format.sample(random.number)
    const hello = name === 'ClientHello' || name === 'ServerHello'
    const bytes = encode(format, hello ? { ...(value as object), extensions: [] } : value)
    expect(() => decode(format, Uint8Array.of(...bytes, 0)), name).toThrow(WireError)
  }
})

test('unknown extensions, suites and groups keep their bytes', () => {
  const body = {
    legacyVersion: 0x0303,
    random: new Uint8Array(32),
    sessionId: new Uint8Array(0),
    cipherSuites: [0x0a0a, 0xc02b],
    compressionMethods: [0],
    extensions: [
      { type: 0x1a1a, body: Uint8Array.of(1, 2, 3) },
      { type: extensionNumbers.supportedGroups, body: { groups: [0x2a2a, 29] } },
    ],
  }
  const bytes = encode(Handshake, { type: 1, body })
  expect(decode(Handshake, bytes).body).toEqual(body)
})

test('lists that the RFCs begin at one are not empty', () => {
  const { supportedGroups, signatureAlgorithms, alpn, serverName, pointFormats } = extensionNumbers
  for (const [type, hex] of [
    [supportedGroups, [0, 0]],
    [signatureAlgorithms, [0, 0]],
    [alpn, [0, 0]],
    [alpn, [0, 1, 0]],
    [serverName, [0, 0]],
    [serverName, [0, 3, 0, 0, 0]],
    [pointFormats, [0]],
  ] as const) {
    const extension = [type >> 8, type & 0xff, 0, hex.length, ...hex]
    const hello = [3, 3, ...new Uint8Array(32), 0, 0, 2, 0xc0, 0x2b, 1, 0, 0, extension.length, ...extension]
    const whole = Uint8Array.of(1, 0, 0, hello.length, ...hello)
    expect(() => decode(Handshake, whole), `extension ${type}: ${hex}`).toThrow(WireError)
  }
})

test('extensions by name and by number are the same', () => {
  const client = { alpn: { protocols: ['h2'] }, extendedMasterSecret: {} }
  expect(clientView(clientExtensions(client))).toEqual(client)
  const server = { serverName: {}, renegotiationInfo: { renegotiatedConnection: new Uint8Array(0) } }
  expect(serverView(serverExtensions(server))).toEqual(server)
  expect(duplicateOf(clientExtensions(client))).toBeUndefined()
  expect(duplicateOf([...clientExtensions(client), ...clientExtensions(client)])).toBe(16)
})
