import { expect, test } from 'vitest'
import { concat, toHex } from '../../../test/support/bytes.ts'
import { node } from '../../../test/support/worlds.ts'
import { rsaSuites, suites, suites13 } from '../suites.table.ts'
import { CbcProtection } from '../tls12/cbc-protection.ts'
import { AeadProtection } from '../tls12/record-protection.ts'
import { Aead13Protection } from '../tls13/record-protection.ts'
import type { RecordProtection } from './protection.ts'
import { writeNonce, writeSequence } from './sequence.ts'

test('RFC 5246 6.1: a sequence number has 64 bits, and goes on beyond 32', () => {
  const out = new Uint8Array(8)
  const written = (sequence: number): string => {
    writeSequence(out, sequence)
    return toHex(out)
  }
  expect(written(0)).toBe('0000000000000000')
  expect(written(0x0102_0304)).toBe('0000000001020304')
  expect(written(0xffff_ffff)).toBe('00000000ffffffff')
  expect(written(0x1_0000_0000)).toBe('0000000100000000')
  expect(written(Number.MAX_SAFE_INTEGER)).toBe('001fffffffffffff')
})

test('RFC 9846 5.3: the nonce of a record is the IV with its number XORed into the end', () => {
  const nonce = new Uint8Array(12)
  const mixed = (sequence: number): string => {
    writeNonce(new DataView(nonce.buffer), 0xa1a2_a3a4 | 0, 0xb000_0000 | 0, 0xc000_0000 | 0, sequence)
    return toHex(nonce)
  }
  expect(mixed(0)).toBe('a1a2a3a4b0000000c0000000')
  expect(mixed(257)).toBe('a1a2a3a4b0000000c0000101')
  expect(mixed(0x1_ffff_ffff)).toBe('a1a2a3a4b00000013fffffff')
  expect(mixed(0)).toBe('a1a2a3a4b0000000c0000000')
})

const key = (length: number): Uint8Array => new Uint8Array(length).fill(5)
type Kind = readonly [name: string, make: () => RecordProtection]
const { crypto } = node
const kinds: readonly Kind[] = [
  ...suites13.map(
    (suite): Kind => [suite.name, () => new Aead13Protection(crypto, suite, key(suite.keyLength), key(12))],
  ),
  ...[...suites, ...rsaSuites].flatMap((suite): Kind[] => {
    const { name, keyLength } = suite
    if (suite.mode === 'aead')
      return [[name, () => new AeadProtection(crypto, suite, key(keyLength), key(suite.fixedIvLength))]]
    return (['mac-then-encrypt', 'encrypt-then-mac'] as const).map(order => [
      `${name} ${order}`,
      () => new CbcProtection(crypto, suite, key(48), key(keyLength), order),
    ])
  }),
]

test.each(kinds)('%s: whoever has missed records goes on with a later one, and goes back', (_, make) => {
  const [ours, theirs] = [make(), make()]
  const fragments = Array.from({ length: 5 }, (_, i) => concat(...ours.seal(23, Uint8Array.of(i))).subarray(5))
  expect(theirs.open(23, fragments[3]!)).toBeUndefined()
  for (const number of [3, 0, 4]) {
    theirs.goTo(number)
    expect([theirs.sequence, theirs.open(23, fragments[number]!)]).toEqual([number, Uint8Array.of(number)])
  }
  expect([ours.sequence, theirs.sequence, theirs.opened]).toEqual([5, 5, 23])
})

/** A provider that seals later what is written into the room that it gives, and notes for how much. */
const later = () => {
  const rooms: { room: Uint8Array; plaintext: number; additional: Uint8Array }[] = []
  const aead: typeof crypto.aead = (...of) => ({
    ...crypto.aead(...of),
    sealLater(head, _, additional, plaintext) {
      const room = new Uint8Array(head + plaintext + 16).fill(0xee)
      rooms.push({ room, plaintext, additional: additional.slice() })
      return room
    },
  })
  return { rooms, crypto: { ...crypto, aead } }
}

test('a record that is sealed later lies in the room for it: header, number, content, type and zeros', () => {
  const content = Uint8Array.of(1, 2, 3)
  for (const suite of suites) {
    if (suite.mode !== 'aead') continue
    const { rooms, crypto: own } = later()
    const { recordIvLength } = suite
    const ours = new AeadProtection(own, suite, key(suite.keyLength), key(suite.fixedIvLength))
    ours.goTo(258)
    const [record, ...more] = ours.seal(23, content)
    expect([record, more, rooms[0]!.plaintext, ours.sequence]).toEqual([rooms[0]!.room, [], 3, 259])
    const number = Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 2)
    const head = concat(Uint8Array.of(23, 3, 3, 0, recordIvLength + 3 + 16), number.subarray(0, recordIvLength))
    expect(toHex(record!)).toBe(toHex(concat(head, content, new Uint8Array(16).fill(0xee))))
    expect(toHex(rooms[0]!.additional)).toBe(toHex(concat(number, Uint8Array.of(23, 3, 3, 0, 3))))
  }
  for (const zeros of [0, 2]) {
    const { rooms, crypto: own } = later()
    const ours = new Aead13Protection(own, suites13[0]!, key(16), key(12), () => zeros)
    const [record, ...more] = ours.seal(22, content)
    const head = Uint8Array.of(23, 3, 3, 0, 3 + 1 + zeros + 16)
    expect([more, rooms[0]!.plaintext, ours.sequence]).toEqual([[], 4 + zeros, 1])
    const inner = concat(content, Uint8Array.of(22), new Uint8Array(zeros))
    expect(toHex(record!)).toBe(toHex(concat(head, inner, new Uint8Array(16).fill(0xee))))
    expect(toHex(rooms[0]!.additional)).toBe(toHex(head))
  }
})
