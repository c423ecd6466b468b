/** The hellos of `check`: read back as they were asked for, however they are cut. */
import { describe, expect, test } from 'vitest'
import { ClientHello } from '../../tls/messages/hello.ts'
import { joined } from '../../wire/bytes.ts'
import { decode } from '../../wire/codec.ts'
import { type HelloSpec, helloBytes, padding } from './hello.ts'

const random = { bytes: (count: number) => new Uint8Array(count).fill(7) }
const usual: HelloSpec = { version: 0x0303, suites: [0xc02b, 0x1301], versions: [0x0304], schemes: [0x0403] }

/** The versions of its records, their lengths, and the message in them. */
const read = (spec: HelloSpec) => {
  const bytes = helloBytes(spec, random)
  const versions = new Set<number>()
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + at)
    expect(view.getUint8(0)).toBe(22)
    versions.add(view.getUint16(1))
    pieces.push(bytes.subarray(at + 5, at + 5 + view.getUint16(3)))
    at += 5 + view.getUint16(3)
  }
  const message = joined(pieces)
  const [type, high, middle, low] = message
  expect([type, (high! << 16) | (middle! << 8) | low!]).toEqual([1, message.length - 4])
  return {
    versions: [...versions],
    lengths: pieces.map(({ length }) => length),
    hello: decode(ClientHello, message.subarray(4)),
  }
}

describe('a hello', () => {
  test.each([
    [0x0300, 0x0300],
    [0x0301, 0x0301],
    [0x0302, 0x0301],
    [0x0303, 0x0301],
  ])('RFC 9846 5.1, RFC 6101 5.2.1: of version %i is in records of %i', (version, wanted) => {
    const { versions, hello } = read({ version, suites: [0x002f, 0x0035], groups: [23] })
    expect(versions).toEqual([wanted])
    expect(hello).toMatchObject({ legacyVersion: version, compressionMethods: [0] })
    expect(hello.cipherSuites.slice(0, 2)).toEqual([0x002f, 0x0035])
    // RFC 5746 3.4: what has no extensions says it by a suite.
    expect(hello.cipherSuites.slice(2)).toEqual(version === 0x0300 ? [0x00ff] : [])
    expect(hello.extensions === undefined).toBe(version === 0x0300)
  })

  test('has a session that never was where it offers TLS 1.3 (RFC 9846 D.4), and none below', () => {
    expect(read(usual).hello.sessionId).toHaveLength(32)
    expect(read({ ...usual, versions: undefined }).hello.sessionId).toHaveLength(0)
  })

  test('is the same message in one record, in two, and behind a record of one byte', () => {
    const { hello, lengths } = read(usual)
    const [length = 0] = lengths
    expect(lengths).toEqual([length])
    const halves = read({ ...usual, cut: 'records' })
    expect(halves.lengths).toEqual([Math.floor(length / 2), Math.ceil(length / 2)])
    const tiny = read({ ...usual, cut: 'tiny' })
    expect(tiny.lengths).toEqual([1, length - 1])
    expect([halves.hello, tiny.hello]).toEqual([hello, hello])
  })

  test('RFC 9846 5.1: that is too long for a record goes on in the next', () => {
    const { lengths, hello } = read({ ...usual, more: [padding(40_000)] })
    expect(lengths.slice(0, -1)).toEqual([16_384, 16_384])
    expect(hello.extensions?.at(-1)).toMatchObject({ body: { zeros: new Uint8Array(40_000) } })
  })
})
