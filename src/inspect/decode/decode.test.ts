import { expect, test } from 'vitest'
import { formats } from '../../../test/support/formats.ts'
import { sequence } from '../../asn1/write.ts'
import { seeded } from '../../random.ts'
import { hexBytes, hexText, latin1Bytes } from '../../wire/bytes.ts'
import { decode, encode } from '../../wire/codec.ts'
import { allBroken, decodeAs, starred } from './decode.ts'
import { formatNamed, formatRows } from './formats.table.ts'
import { guess } from './guess.ts'
import { EmitError, emitted, jsonOfDecoded } from './json.ts'
import { titleOf } from './text.ts'
import { cookieHeader } from './text-formats.ts'

const bytes = (text: string): Uint8Array => hexBytes(text.replace(/\s+/g, ''))
const again = (input: Uint8Array, as: string): string =>
  hexText(emitted(JSON.parse(JSON.stringify(jsonOfDecoded(decodeAs(formatNamed(as)!, input)))) as unknown))

test('every format of the tree has a name', () => {
  const known = new Set(formatRows.map(({ codec }) => codec))
  expect(Object.entries(formats).flatMap(([name, codec]) => (known.has(codec) ? [] : [name]))).toEqual([])
  expect(new Set(formatRows.map(({ id }) => id)).size).toBe(formatRows.length)
})

const idOf = new Map(formatRows.map(({ codec, id }) => [codec, id]))

for (const [name, format] of Object.entries(formats))
  test(`${name}: decoded to JSON and written again it is the same, whole, cut and changed`, () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = seeded(seed)
      const wire = encode(format, format.sample(random.number))
      const changed = wire.slice()
      if (wire.length > 0) changed[random.below(wire.length)] = random.below(256)
      for (const input of [
        wire,
        wire.subarray(0, random.below(wire.length + 1)),
        changed,
        Uint8Array.of(...wire, 0, 7),
      ])
        expect(again(input, idOf.get(format)!), `seed ${seed}`).toBe(hexText(input))
    }
  })

/** A ClientHello in a record, with a list of groups that says it is longer than it is. */
const hello = (groupsLength: string): Uint8Array =>
  bytes(`16 0301 003d 01 000039 0303 ${'ab'.repeat(32)} 00 0002 1301 01 00
    000e 000a 000a ${groupsLength} 001d 0017 0018 0019`)

test('a length that is too great is told with what is left, at its place', () => {
  const { best } = guess(latin1Bytes(hexText(hello('0016'))))
  expect(titleOf(best!.decoded)).toBe('TLS record (handshake), TLS handshake message (ClientHello)')
  expect(allBroken(best!.decoded)).toEqual([
    {
      start: 56,
      end: 66,
      rule: 'wire/truncated',
      path: 'body.extensions.0.body.groups',
      says: 'length says 22, 8 bytes remain',
    },
  ])
})

test('what lies inside can be changed, and the lengths around it follow', () => {
  const json = jsonOfDecoded(decodeAs(formatNamed('tls.record')!, hello('0008'))) as never as {
    inside: [{ value: { body: { cipherSuites: number[] } } }]
  }
  json.inside[0].value.body.cipherSuites.push(0x1302)
  expect(hexText(emitted(json))).toBe(
    hexText(
      bytes(`16 0301 003f 01 00003b 0303 ${'ab'.repeat(32)} 00 0004 1301 1302 01 00
      000e 000a 000a 0008 001d 0017 0018 0019`),
    ),
  )
})

test('a message that JSON does not describe is refused with the place', () => {
  const refusal = (json: unknown): string => {
    try {
      return hexText(emitted(json))
    } catch (error) {
      expect(error).toBeInstanceOf(EmitError)
      return `${(error as EmitError).where}: ${(error as EmitError).message}`
    }
  }
  const alert = { format: 'tls.alert', value: { level: 2, description: 40 } }
  expect(refusal(alert)).toBe('0228')
  expect(refusal({ ...alert, value: { level: 2, description: 400 } })).toBe('value: 400 does not fit in 1 bytes')
  expect(refusal({ ...alert, format: 'x' })).toBe('format: there is no format x')
  expect(refusal({ ...alert, value: [] })).toMatch(/^value/)
  expect(refusal({ format: 'tls.random', value: 'abc' })).toMatch(/^value: .*32 belong$/)
  expect(refusal({ format: 'der.any', value: 'abc' })).toBe('value: bytes belong here, as { "hex": "…" }')
  expect(refusal({ format: 'der.any', value: { length: 1e12 } })).toBe('value.length: it is too long')
  expect(refusal({ format: 'der.any', value: { hex: '1' } })).toBe(
    'value.hex: hexadecimal digits belong here, two for each byte',
  )
  expect(refusal({ format: 'der.any', value: { inside: 3 } })).toBe('value: there is no message 3 inside')
  expect(refusal({ ...alert, starred: true })).toBe(': its secrets are starred: decode it with --show-secrets')
  expect(refusal('x')).toBe(': an object belongs here')
  let deep: unknown = { hex: '' }
  for (let i = 0; i < 10_000; i++) deep = [deep]
  expect(refusal({ format: 'der.any', value: deep })).toMatch(/: it is nested too deeply$/)
  let layers: unknown = alert
  for (let i = 0; i < 10_000; i++) layers = { format: 'der.any', value: { inside: 0 }, inside: [layers] }
  expect(refusal(layers)).toMatch(/: it is nested too deeply$/)
})

test('ten thousand levels of DER, and packets in packets, end where somebody could still read them', () => {
  let nested = Uint8Array.of(5, 0)
  for (let i = 0; i < 10_000; i++) nested = new Uint8Array(sequence(nested))
  expect(guess(nested).best?.decoded.format.id).toBe('der.any')
  let inner = bytes('4500 0014 0000 0000 4001 0000 0a000001 0a000002')
  for (let i = 0; i < 40; i++)
    inner = Uint8Array.of(
      ...[
        0x45,
        0,
        (inner.length + 28) >> 8,
        (inner.length + 28) & 255,
        0,
        0,
        0,
        0,
        64,
        1,
        0,
        0,
        10,
        0,
        0,
        1,
        10,
        0,
        0,
        2,
      ],
      ...[3, 3, 0, 0, 0, 0, 0, 0],
      ...inner,
    )
  let layers = 0
  for (let at = guess(inner).best?.decoded; at !== undefined; at = at.inside[0]?.decoded) layers++
  expect(layers).toBe(13)
})

test('cookies, credentials, secrets of a key log and numbers of a private key are starred, and nothing else', () => {
  const shown = (text: string): string => {
    const { best } = guess(latin1Bytes(text))
    const { decoded, isStarred } = starred(best!.decoded)
    return `${isStarred} ${JSON.stringify(jsonOfDecoded(decoded, 'fields'))}`
  }
  const request = shown('GET / HTTP/1.1\nHost: shop.test\nCookie: sid=hush\nAuthorization: Bearer hush')
  expect(request).toContain('shop.test')
  expect(request).not.toContain('hush')
  expect(shown('Set-Cookie: sid=hush; Path=/cart')).toMatch(/^true .*Path/)
  expect(shown('Set-Cookie: sid=hush; Path=/cart')).not.toContain('hush')
  const line = `CLIENT_RANDOM ${'ab'.repeat(32)} ${'cd'.repeat(48)}`
  expect(shown(line)).toContain('abab')
  expect(shown(line)).not.toContain('cdcd')
  expect(shown('HTTP/1.1 200 OK\nServer: x')).toMatch(/^false /)
})

test('a cookie header that ends in semicolons is written as it is read, empty parts and all', () => {
  for (const [text, parts] of [
    ['Cookie:;;', ['', '', '']],
    ['Cookie: a=b; ', ['a=b', '']],
    ['Set-Cookie: a=b; ; Path=/', ['a=b', '', 'Path=/']],
  ] as const) {
    const read = decode(cookieHeader, latin1Bytes(text))
    expect(read.parts).toEqual(parts)
    expect(decode(cookieHeader, encode(cookieHeader, read))).toEqual(read)
  }
})
