/** What a first flight says of the key exchange, of the chain and of what is asked for, and where reading ends. */
import { describe, expect, test } from 'vitest'
import { concat } from '../../../test/support/bytes.ts'
import { ExtensionType, NamedGroup } from '../../tls/messages/registries.table.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { FirstFlight, type Until } from './first-flight.ts'

const u16 = (value: number): readonly number[] => [value >> 8, value & 0xff]
const u24 = (value: number): readonly number[] => [value >> 16, ...u16(value & 0xffff)]
const message = (type: number, ...body: readonly number[]): Uint8Array =>
  Uint8Array.of(type, ...u24(body.length), ...body)
const record = (content: Uint8Array, type = 22): Uint8Array =>
  concat(Uint8Array.of(type, 3, 3, ...u16(content.length)), content)
const hello = (suite: number, { version = 0x0303, extensions = [] as readonly number[] } = {}): Uint8Array =>
  message(
    2,
    ...u16(version),
    ...Array<number>(32).fill(7),
    0,
    ...u16(suite),
    0,
    ...u16(extensions.length),
    ...extensions,
  )
const DONE = message(14)
const ECDHE = 0xc02b
const DHE = 0x009e

const read = (until: Until, ...messages: readonly Uint8Array[]) =>
  new FirstFlight(until).push(concat(...messages.map(each => record(each))))

describe('the key exchange', () => {
  const curve = (...rest: readonly number[]) => message(12, 3, 0, 23, 2, 8, 9, ...rest)
  test.each([
    [
      'RFC 8422 5.4: a curve by its number, and the scheme of TLS 1.2',
      hello(ECDHE),
      curve(4, 3, 0, 0),
      { group: 23, scheme: 0x0403 },
    ],
    ['nothing is signed', hello(ECDHE), curve(), { group: 23, scheme: undefined }],
    ['what is signed is cut off', hello(ECDHE), curve(4, 3, 0), { group: 23, scheme: undefined }],
    [
      'before TLS 1.2 nobody says with what',
      hello(ECDHE, { version: 0x0302 }),
      curve(4, 3, 0, 0),
      { group: 23, scheme: undefined },
    ],
    ['a curve of its own', hello(ECDHE), message(12, 1, 0, 23, 2, 8, 9), { group: undefined, scheme: undefined }],
    ['a point that is cut off', hello(ECDHE), message(12, 3, 0, 23, 3, 8, 9), { group: undefined, scheme: undefined }],
    [
      'RFC 5246 7.4.3: numbers',
      hello(DHE),
      message(12, 0, 2, 0x80, 1, 0, 1, 2, 0, 1, 3, 4, 1, 0, 0),
      { dhBits: 16, scheme: 0x0401, group: undefined },
    ],
    [
      'a prime with zeros in front',
      hello(DHE),
      message(12, 0, 4, 0, 0, 1, 0, 0, 1, 2, 0, 1, 3),
      { dhBits: 9, scheme: undefined },
    ],
    ['a prime of zeros', hello(DHE), message(12, 0, 2, 0, 0, 0, 1, 2, 0, 1, 3), { dhBits: 0 }],
    ['a prime of one', hello(DHE), message(12, 0, 1, 1, 0, 1, 2, 0, 1, 3), { dhBits: 1 }],
    ['numbers that are cut off', hello(DHE), message(12, 0, 2, 0x80, 1, 0, 1, 2, 0, 2, 3), { dhBits: undefined }],
  ])('%s', (_, first, exchange, said) => {
    expect(read('exchange', first, exchange)).toMatchObject({ kind: 'flight', ...said })
  })

  test('RFC 9846 4.3.8: of TLS 1.3 the group stands in the share, and nothing more is read', () => {
    const share = (...content: readonly number[]) => [
      ...u16(ExtensionType.names.key_share!),
      ...u16(content.length),
      ...content,
    ]
    const version = [...u16(ExtensionType.names.supported_versions!), 0, 2, 3, 4]
    const of = (...content: readonly number[]) => hello(0x1301, { extensions: [...version, ...share(...content)] })
    const group = u16(NamedGroup.names.x25519!)
    for (const until of ['hello', 'exchange', 'flight'] as const) {
      expect(read(until, of(...group))).toMatchObject({ kind: 'flight', version: 0x0304, group: 29 })
      expect(read(until, of(0))).toMatchObject({ version: 0x0304, group: undefined })
      expect(read(until, hello(0x1301, { extensions: version }))).toMatchObject({ group: undefined, isRetry: false })
    }
    const short = [...u16(ExtensionType.names.supported_versions!), 0, 1, 3]
    expect(read('hello', hello(ECDHE, { extensions: short }))).toMatchObject({ version: 0x0303 })
  })
})

describe('reading ends', () => {
  const chain = message(11, ...u24(9), ...u24(2), 1, 2, ...u24(1), 3)
  const status = message(22, 1, ...u24(2), 5, 6)
  const request = message(13, 0)
  const exchange = message(12, 3, 0, 23, 1, 8)
  test('behind the hello, behind the key exchange, or behind all of it', () => {
    const all = [hello(ECDHE), chain, status, exchange, request, DONE]
    expect(read('hello', all[0]!)).toMatchObject({ chain: undefined, ocsp: undefined, wantsCertificate: false })
    expect(read('exchange', ...all.slice(0, 3))).toBeUndefined()
    expect(read('exchange', ...all.slice(0, 4))).toMatchObject({ group: 23, wantsCertificate: false })
    expect(read('flight', ...all.slice(0, 5))).toBeUndefined()
    expect(read('flight', ...all)).toMatchObject({
      chain: [Uint8Array.of(1, 2), Uint8Array.of(3)],
      ocsp: Uint8Array.of(5, 6),
      group: 23,
      wantsCertificate: true,
    })
    expect(read('flight', hello(0x002f), DONE)).toMatchObject({
      chain: undefined,
      ocsp: undefined,
      wantsCertificate: false,
    })
    expect(read('exchange', hello(0x002f), DONE)).toMatchObject({ kind: 'flight', group: undefined })
  })

  test('where a server stops after its hello, with an alert, another record, or no word', () => {
    const behind = (type: number, ...content: readonly number[]) => {
      const flight = new FirstFlight('flight')
      return flight.push(concat(record(hello(ECDHE)), record(Uint8Array.of(...content), type))) ?? flight.ended()
    }
    for (const said of [behind(21, 2, 40), behind(23, 1), behind(20, 1), behind(22)])
      expect(said).toMatchObject({ kind: 'flight' })
    const silent = new FirstFlight('hello')
    expect([silent.push(record(hello(ECDHE)).subarray(0, 40)), silent.ended()]).toEqual([undefined, undefined])
    // What would begin SSL 2.0 does not, behind a hello.
    const flight = new FirstFlight('flight')
    expect(flight.push(concat(record(hello(ECDHE)), Uint8Array.of(0x80, 3, 4, 0, 1)))).toMatchObject({
      kind: 'nonsense',
    })
  })

  test.each([
    ['a record of type 23 first', record(Uint8Array.of(1), 23)],
    ['a record of type 20 first', record(Uint8Array.of(1), 20)],
    ['a message of type 11 first', record(chain)],
    ['a message that cannot be read', record(message(2, 3, 3))],
    ['a message of more than 131072 bytes', record(Uint8Array.of(2, ...u24(131_073)))],
    ['"SSH-2.0-x"', latin1Bytes('SSH-2.0-x')],
    ['"HTTP/1.1 400 Bad"', latin1Bytes('HTTP/1.1 400 Bad Request')],
    ['1f 20 7e 7e 0a', Uint8Array.of(0x1f, 0x20, 0x7e, 0x7e, 0x0a)],
    ['7f 20 20 20 20', latin1Bytes('\x7f    ')],
    ['19 03 03 00 00', Uint8Array.of(25, 3, 3, 0, 0)],
    ['13 03 03 00 00', Uint8Array.of(19, 3, 3, 0, 0)],
    ['16 02 03 00 00', Uint8Array.of(22, 2, 3, 0, 0)],
  ])('at nonsense: %s', (got, bytes) => {
    expect(new FirstFlight('hello').push(bytes)).toEqual({ kind: 'nonsense', got })
  })

  test('text is shown as text, and a message may be as long as that', () => {
    expect(new FirstFlight('hello').push(latin1Bytes(' ~ ~ '))).toEqual({ kind: 'nonsense', got: '" ~ ~ "' })
    expect(read('flight', Uint8Array.of(2, ...u24(131_072)))).toBeUndefined()
    expect(new FirstFlight('hello').push(Uint8Array.of(24, 3, 3, 0, 1))).toBeUndefined()
    expect(new FirstFlight('hello').push(record(Uint8Array.of(1), 24))).toMatchObject({
      got: 'a record of type 24 first',
    })
  })
})
