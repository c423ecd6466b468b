import { describe, expect, test } from 'vitest'
import { concat, hex, toHex } from '../../../test/support/bytes.ts'
import { seeded } from '../../random.ts'
import { type Codec, decode, dissect, encode } from '../../wire/codec.ts'
import { fieldAt } from '../../wire/field.ts'
import { WireError } from '../../wire/reader.ts'
import { PlainRecord } from '../record/format.ts'
import { ChaChaRecord, GcmRecord } from '../tls12/record-format.ts'
import {
  CertificateExtension,
  ClientExtension,
  clientExtensions,
  clientView,
  duplicateOf,
  EncryptedExtension,
  extensionNumbers,
  extensionsIn,
  misplacedIn,
  type Place,
  RequestExtension,
  RetryExtension,
  ServerExtension,
  serverExtensions,
  serverView,
  TicketExtension,
  taggedExtensions,
} from './extensions.ts'
import { messageName, readMessage } from './handshake.ts'
import { ExtensionType } from './registries.table.ts'
import {
  Alert,
  bodies12,
  ChangeCipherSpec,
  EncryptedPremaster,
  Handshake,
  handshake12,
  handshake12Rsa,
  RawPublicKey,
} from './tls12.ts'
import { bindersLength, bodies13, handshake13, messageHash } from './tls13.ts'

const SEED = 2026
const ROUNDS = 400

const called = (prefix: string, bodies: object): Record<string, Codec<unknown>> =>
  Object.fromEntries(Object.entries(bodies).map(([name, codec]) => [`${prefix}${name}`, codec as Codec<unknown>]))

const formats: Record<string, Codec<unknown>> = {
  ...called('', bodies12),
  ...called('1.3 ', bodies13),
  Handshake: handshake12.codec as Codec<unknown>,
  'RSA Handshake': handshake12Rsa.codec as Codec<unknown>,
  '1.3 Handshake': handshake13.codec as Codec<unknown>,
  EncryptedPremaster: EncryptedPremaster as Codec<unknown>,
  RawPublicKey: RawPublicKey as Codec<unknown>,
  ClientExtension: ClientExtension as Codec<unknown>,
  ServerExtension: ServerExtension as Codec<unknown>,
  RetryExtension: RetryExtension as Codec<unknown>,
  EncryptedExtension: EncryptedExtension as Codec<unknown>,
  RequestExtension: RequestExtension as Codec<unknown>,
  CertificateExtension: CertificateExtension as Codec<unknown>,
  TicketExtension: TicketExtension as Codec<unknown>,
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

test('what may be there once is there in some samples and not in others', () => {
  const random = seeded(SEED)
  const lengths = Array.from({ length: ROUNDS }, () => RawPublicKey.sample(random.number).chain.length)
  expect([...new Set(lengths)].sort()).toEqual([0, 1])
})

/** A Finished of TLS 1.3 is as long as a hash, and how long it is stands before it. */
const FINISHED = '1.3 Finished'
/** A hello without extensions is whole, so a hello may end where they begin; nothing else may end early. */
const isHello = (name: string): boolean => /(ClientHello|ServerHello|HelloRetryRequest)$/.test(name)
const wholeAt = (name: string, bytes: Uint8Array, length: number): boolean => {
  if (name === FINISHED) return length >= 32
  if (!isHello(name)) return false
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
    if (name.endsWith('Record') || name === FINISHED) continue
    const random = seeded(SEED)
    const value = format.sample(random.number)
    const hello = isHello(name)
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

test('RFC 9846 4.3: an extension stands where the table lets it, and nowhere else', () => {
  const table: Record<string, string> = {
    server_name: 'CH EE',
    max_fragment_length: 'CH EE',
    status_request: 'CH CR CT',
    supported_groups: 'CH EE',
    signature_algorithms: 'CH CR',
    application_layer_protocol_negotiation: 'CH EE',
    signed_certificate_timestamp: 'CH CR CT',
    client_certificate_type: 'CH EE',
    server_certificate_type: 'CH EE',
    padding: 'CH',
    compress_certificate: 'CH CR',
    record_size_limit: 'CH EE',
    key_share: 'CH SH HRR',
    pre_shared_key: 'CH SH',
    psk_key_exchange_modes: 'CH',
    early_data: 'CH EE NST',
    cookie: 'CH HRR',
    supported_versions: 'CH SH HRR',
    certificate_authorities: 'CH CR',
    oid_filters: 'CR',
    post_handshake_auth: 'CH',
    signature_algorithms_cert: 'CH CR',
    encrypted_client_hello: 'CH HRR EE',
    // TLS 1.2 only: a client that speaks both says them too.
    ec_point_formats: 'CH',
    encrypt_then_mac: 'CH',
    extended_master_secret: 'CH',
    session_ticket: 'CH',
    renegotiation_info: 'CH',
  }
  const places: Record<string, Place> = {
    CH: 'clientHello',
    SH: 'serverHello',
    HRR: 'helloRetryRequest',
    EE: 'encryptedExtensions',
    CR: 'certificateRequest',
    CT: 'certificate',
    NST: 'newSessionTicket',
  }
  const ours = Object.values(extensionNumbers).map(ExtensionType.nameOf)
  expect([...ours].sort()).toEqual(Object.keys(table).sort())
  for (const [name, where] of Object.entries(table))
    for (const [short, place] of Object.entries(places)) {
      const extension = { type: ExtensionType.names[name]!, body: new Uint8Array(0) }
      const stands = misplacedIn([{ type: 0x1a1a, body: new Uint8Array(0) }, extension], place) === undefined
      expect(stands, `${name} in ${short}`).toBe(where.split(' ').includes(short))
    }
  expect(misplacedIn([{ type: 0x1a1a, body: {} }, ...clientExtensions({ cookie: { cookie } })], 'serverHello')).toBe(1)
})

const cookie = Uint8Array.of(1)

test('TLS 1.2 has its answers in the ServerHello', () => {
  const stands = Object.entries(extensionNumbers).flatMap(([key, type]) =>
    misplacedIn([{ type, body: {} }], 'serverHello12') === undefined ? [key] : [],
  )
  expect(stands.sort()).toEqual(
    [
      ...['alpn', 'clientCertificateType', 'encryptThenMac', 'extendedMasterSecret', 'maxFragmentLength'],
      ...['pointFormats', 'recordSizeLimit', 'renegotiationInfo', 'serverCertificateType', 'serverName'],
      ...['sessionTicket', 'signedCertificateTimestamp', 'statusRequest'],
    ].sort(),
  )
})

test('an extension that has no business in a message keeps its bytes, and no view has it', () => {
  const body = { extensions: [{ type: extensionNumbers.keyShare, body: Uint8Array.of(0, 29) }] }
  const bytes = encode(handshake13.codec, { type: 8, body })
  expect(decode(handshake13.codec, bytes).body).toEqual(body)
  expect(extensionsIn(body.extensions, 'encryptedExtensions')).toEqual({})
  expect(extensionsIn(body.extensions, 'helloRetryRequest'), 'read for another place').toEqual({})
  expect(serverView([{ type: extensionNumbers.pointFormats, body: Uint8Array.of(1, 0) }])).toEqual({})
})

test('RFC 9846 4.2.4: a HelloRetryRequest is a ServerHello with one random; its key_share names a group', () => {
  const random = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c'
  const wire = (drawn: string) => {
    const body = hex(`0303 ${drawn} 00 1301 00 000c 002b00020304 003300020018`)
    return concat(Uint8Array.of(2, 0, 0, body.length), body)
  }
  const again = wire(random)
  for (const { codec } of [handshake12, handshake12Rsa, handshake13]) {
    const { name, body } = readMessage(codec, again)
    expect(name).toBe('HelloRetryRequest')
    expect(extensionsIn((body as { extensions: [] }).extensions, 'helloRetryRequest')).toEqual({
      supportedVersions: { version: 0x0304 },
      keyShare: { selectedGroup: 24 },
    })
    expect(toHex(encode(codec, { type: 2, body }))).toBe(toHex(again))
    expect(() => decode(codec, wire(`${random.slice(0, -1)}d`))).toThrow(WireError)
  }
  expect(messageName(Uint8Array.of(11, 0, 0, 0))).toBe('Certificate')
  expect(messageName(again.subarray(0, 37))).toBe('ServerHello')
})

test('RFC 8448 3: the ServerHello and the EncryptedExtensions of the first trace', () => {
  const hello = `020000560303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e26928001301
    00002e00330024001d0020c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f002b00020304`
  const { name, body } = readMessage(handshake13.codec, hex(hello))
  expect(name).toBe('ServerHello')
  expect(body).toMatchObject({ legacyVersion: 0x0303, cipherSuite: 0x1301 })
  expect(serverView((body as { extensions: [] }).extensions)).toEqual({
    keyShare: {
      serverShare: {
        group: 29,
        keyExchange: hex('c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f'),
      },
    },
    supportedVersions: { version: 0x0304 },
  })
  const encrypted = '080000240022000a00140012001d00170018001901000101010201030104001c0002400100000000'
  const answer = readMessage(handshake13.codec, hex(encrypted))
  expect(answer.name).toBe('EncryptedExtensions')
  expect(extensionsIn((answer.body as { extensions: [] }).extensions, 'encryptedExtensions')).toEqual({
    supportedGroups: { groups: [29, 23, 24, 25, 256, 257, 258, 259, 260] },
    recordSizeLimit: { recordSizeLimit: 16_385 },
    serverName: {},
  })
})

test('RFC 9846 4.3.11: binders are 32 to 255 bytes, and stand at the end of a hello', () => {
  const identity = { identity: Uint8Array.of(7), obfuscatedTicketAge: 5 }
  const offer = (length: number) =>
    encode(ClientExtension, {
      type: extensionNumbers.preSharedKey,
      body: { identities: [identity], binders: [new Uint8Array(length)] },
    })
  expect(() => offer(31)).toThrow(WireError)
  const bytes = offer(32)
  expect(bindersLength([new Uint8Array(32)])).toBe(35)
  expect(toHex(bytes.subarray(0, bytes.length - 35))).toBe('0029002c000700010700000005')
  const short = offer(32).subarray(0, -1)
  short[3]! -= 1
  short[14]! -= 1
  short[15]! -= 1
  expect(() => decode(ClientExtension, short)).toThrow(/31 bytes where 32 to 255 belong/)
  expect(() => offer(256)).toThrow(WireError)
})

const [seven, eight] = [Uint8Array.of(7), Uint8Array.of(8)]
const signed = { scheme: 0x0403, signature: eight }
test.each([
  ['RFC 5077 3.3', handshake12, 4, { lifetimeHint: 0x01020304, ticket: seven }, '04000007 01020304 0001 07'],
  ['RFC 6066 8', handshake12, 22, { statusType: 1, response: seven }, '16000005 01 000001 07'],
  [
    'RFC 8422 5.4',
    handshake12,
    12,
    { params: { curveType: 3, group: 29, publicKey: seven }, ...signed },
    '0c00000a 03 001d 01 07 0403 0001 08',
  ],
  [
    'RFC 5246 7.4.4',
    handshake12,
    13,
    { types: [64], schemes: [0x0403], authorities: [seven] },
    '0d00000b 01 40 0002 0403 0003 0001 07',
  ],
  ['RFC 5246 7.4.8', handshake12, 15, signed, '0f000005 0403 0001 08'],
  ['RFC 9846 4.4.2', handshake13, 13, { context: seven, extensions: [] }, '0d000004 01 07 0000'],
  ['RFC 9846 4.5.3', handshake13, 15, signed, '0f000005 0403 0001 08'],
  [
    'RFC 9846 4.7.1',
    handshake13,
    4,
    { lifetime: 1, ageAdd: 2, nonce: seven, ticket: eight, extensions: [] },
    '0400000f 00000001 00000002 01 07 0001 08 0000',
  ],
  ['RFC 9846 4.7.3', handshake13, 24, { request: 1 }, '18000001 01'],
  [
    'RFC 8879 4',
    handshake13,
    25,
    { algorithm: 1, uncompressedLength: 5, compressed: seven },
    '19000009 0001 000005 000001 07',
  ],
])('%s: the message to its last byte', (_section, { codec }, type, body, bytes) => {
  expect(toHex(encode(codec, { type, body }))).toBe(bytes.replaceAll(' ', ''))
  expect(decode(codec, hex(bytes)).body).toEqual(body)
})

test('one name of a message may say other things in another version', () => {
  const leaf = Uint8Array.of(0x30, 0)
  const old = encode(handshake12.codec, { type: 11, body: { chain: [leaf] } })
  expect(toHex(old)).toBe('0b0000080000050000023000')
  const body = {
    context: new Uint8Array(0),
    entries: [
      {
        certificate: leaf,
        extensions: taggedExtensions<'certificate'>({ statusRequest: { statusType: 1, response: Uint8Array.of(9) } }),
      },
    ],
  }
  const bytes = encode(handshake13.codec, { type: 11, body })
  expect(toHex(bytes)).toBe('0b000014000000100000023000000900050005010000 0109'.replace(' ', ''))
  expect(decode(handshake13.codec, bytes).body).toEqual(body)
  const key = encode(handshake12Rsa.codec, { type: 16, body: { encryptedPremaster: Uint8Array.of(1, 2) } })
  expect(toHex(key)).toBe('1000000400020102')
  expect(toHex(encode(Handshake, { type: 16, body: { publicKey: Uint8Array.of(1, 2) } }))).toBe('10000003020102')
})

test('RFC 9846 4.5.1: a hello before a HelloRetryRequest stands in the transcript as its hash', () => {
  expect(toHex(messageHash(new Uint8Array(32).fill(0xab)))).toBe(`fe000020${'ab'.repeat(32)}`)
})
