import { expect, test } from 'vitest'
import { ascii, concat, hex, toHex } from '../../../test/support/bytes.ts'
import { rooms, withRoom } from '../../../test/support/rooms.ts'
import { node, platforms } from '../../../test/support/worlds.ts'
import { dissect } from '../../wire/codec.ts'
import { suites13 } from '../suites.table.ts'
import { Aead13Protection, type Padding } from './record-protection.ts'

const { crypto } = node
const fragmentOf = (pieces: readonly Uint8Array[]): Uint8Array => concat(...pieces).subarray(5)

test.each(platforms)('RFC 8448 3: %s: the records of the example come out, and open again', (_, world) => {
  const make = () =>
    new Aead13Protection(
      world.crypto,
      suites13[0]!,
      hex('17422dda596ed5d9acd890e3c63f5051'),
      hex('5b78923dee08579033e523d9'),
    )
  const [client, server] = [make(), make()]
  const data = Uint8Array.from({ length: 50 }, (_, i) => i)
  const first = client.seal(23, data)
  expect(toHex(concat(...first))).toBe(
    '1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20441e2b62974e1f5a6292a2977014bd1e3deae63aeebb21694915e4',
  )
  const second = client.seal(21, hex('0100'))
  expect(toHex(concat(...second))).toBe('1703030013c9872760655666b74d7ff1153efd6db6d0b0e3')
  expect([server.open(23, fragmentOf(first)), server.opened]).toEqual([data, 23])
  expect([server.open(23, fragmentOf(second)), server.opened]).toEqual([hex('0100'), 21])
  expect([client.sequence, server.sequence]).toEqual([2, 2])
})

const pair = (padding?: Padding, by = crypto) => {
  const suite = suites13[2]!
  const make = (pad?: Padding) =>
    new Aead13Protection(by, suite, new Uint8Array(32).fill(1), new Uint8Array(12).fill(2), pad)
  return { ours: make(padding), theirs: make() }
}

test('what was sealed opens in order and once, whatever lies in between', () => {
  for (const suite of suites13) {
    const make = () =>
      new Aead13Protection(crypto, suite, new Uint8Array(suite.keyLength).fill(3), new Uint8Array(12).fill(4))
    const [ours, theirs] = [make(), make()]
    for (let i = 0; i < 300; i++) {
      const fragment = fragmentOf(ours.seal(23, ascii(`record ${i}`)))
      const altered = fragment.map((byte, at) => (at === i % fragment.length ? byte ^ 1 : byte))
      expect(theirs.open(23, altered), 'altered').toBeUndefined()
      expect(theirs.open(22, fragment), 'under another type').toBeUndefined()
      expect(theirs.open(23, fragment)).toEqual(ascii(`record ${i}`))
      expect(theirs.open(23, fragment), 'twice').toBeUndefined()
    }
  }
  const { theirs } = pair()
  for (const length of [0, 1, 15, 16]) expect(theirs.open(23, new Uint8Array(length))).toBeUndefined()
})

test('RFC 9846 5.4: padding is taken off, and never makes a record too long', () => {
  for (const zeros of [1, 100, 1_000_000]) {
    const { ours, theirs } = pair(() => zeros)
    for (const length of [0, 1, 16_383, 16_384]) {
      const content = new Uint8Array(length).fill(7)
      const fragment = fragmentOf(ours.seal(22, content))
      expect(fragment.length).toBe(Math.min(length + 1 + zeros, 16_385) + 16)
      expect([theirs.open(23, fragment), theirs.opened]).toEqual([content, 22])
    }
  }
  // Content that ends with zeros is content: the type stands behind it.
  const { ours, theirs } = pair(() => 3)
  expect(theirs.open(23, fragmentOf(ours.seal(23, new Uint8Array(9))))).toEqual(new Uint8Array(9))
})

test('RFC 9846 5.4: a record of zeros alone has no type, and one that is too long is not cut to size', () => {
  const { ours, theirs } = pair()
  expect([theirs.open(23, fragmentOf(ours.seal(0, new Uint8Array(40)))), theirs.opened]).toEqual([new Uint8Array(0), 0])
  const nothing = node.crypto.aead('chacha20-poly1305', new Uint8Array(32).fill(1))
  const nonce = new Uint8Array(12).fill(2)
  nonce[11]! ^= 1
  const { tag } = nothing.seal(nonce, hex('1703030010'), new Uint8Array(0))
  expect([theirs.open(23, tag), theirs.opened]).toEqual([new Uint8Array(0), 0])
  // Inside: one byte, its type, and zeros up to one byte more than may be.
  const inner = new Uint8Array(16_386)
  inner.set([9, 22])
  nonce[11]! ^= 1 ^ 2
  const sealed = nothing.seal(nonce, hex('1703034012'), inner)
  expect(theirs.open(23, concat(sealed.ciphertext, sealed.tag))).toHaveLength(16_386)
  expect(theirs.mostFragment).toBe(16_640)
})

test.each(rooms)('a short record is one piece; a long one, %s: header, ciphertext and tag', (how, withRoom) => {
  const { ours, theirs } = pair(() => 3, withRoom(crypto))
  for (const [length, pieces] of [
    [0, [25]],
    [4071, [4096]],
    [4072, [5, 4076, 16]],
    [16_384, [5, 16_385, 16]],
  ] as const) {
    const content = new Uint8Array(length).fill(7)
    const record = ours.seal(23, content)
    expect(record.map(piece => piece.length)).toEqual(
      how === 'in room' ? [pieces.reduce<number>((a, b) => a + b, 0)] : pieces,
    )
    expect(theirs.open(23, fragmentOf(record))).toEqual(content)
  }
})

test('a key is used up when its suite says so', () => {
  const suite = { ...suites13[0]!, mostRecords: 2 }
  const protection = new Aead13Protection(crypto, suite, new Uint8Array(16), new Uint8Array(12))
  protection.seal(23, ascii('one'))
  expect(protection.usedUp).toBe(false)
  protection.seal(23, ascii('two'))
  expect(protection.usedUp).toBe(true)
  expect(suites13.map(each => each.mostRecords)).toEqual([23_726_566, 23_726_566, Number.MAX_SAFE_INTEGER])
})

test('the format of a record says where its content, its sealed type, its padding and its tag lie', () => {
  const { ours, theirs } = pair(() => 4)
  const record = concat(...ours.seal(22, ascii('message')))
  theirs.open(23, record.subarray(5))
  for (const { format } of [ours, theirs]) {
    const field = dissect(format, record, 'record')
    const fragment = field.children!.find(({ name }) => name === 'fragment')!
    expect(fragment.children!.map(({ name, start, end }) => [name, start, end])).toEqual([
      ['length', 3, 5],
      ['content', 5, 12],
      ['encryptedType', 12, 13],
      ['encryptedPadding', 13, 17],
      ['tag', 17, 33],
    ])
  }
})

test('what could not be sealed leaves nothing in the zeros of the next record', () => {
  let fails = true
  const own = {
    ...crypto,
    aead: (...of: Parameters<typeof crypto.aead>) => {
      const aead = withRoom(crypto, undefined).aead(...of)
      const seal: typeof aead.seal = (...parts) => {
        if (fails) throw new Error('out of order')
        return aead.seal(...parts)
      }
      return { ...aead, seal }
    },
  }
  const { ours, theirs } = pair(() => 100, own)
  expect(() => ours.seal(23, new Uint8Array(9_000).fill(7))).toThrow('out of order')
  fails = false
  theirs.goTo(1)
  const content = new Uint8Array(8_000).fill(1)
  expect(theirs.open(23, fragmentOf(ours.seal(23, content)))).toEqual(content)
})
