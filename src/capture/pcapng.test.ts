import { expect, test } from 'vitest'
import { ascii, hex, toHex } from '../../test/support/bytes.ts'
import { blocksOf, clock, file, packetsOf } from '../../test/support/pcapng.ts'
import { seeded } from '../random.ts'
import { ip } from '../wire/address.ts'
import { decode, dissect, encode, list } from '../wire/codec.ts'
import { Reader } from '../wire/reader.ts'
import { Block, block, DECRYPTION_SECRETS, NAME_RESOLUTION } from './format.ts'
import { pcapngWriter } from './index.ts'

test('the first bytes of a file are those that the format prescribes', () => {
  const out = file()
  pcapngWriter(out.write)
  expect(out.bytes()).toEqual(hex('0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c'))
})

test('a packet has its time in units of its interface, its direction and our comment', () => {
  for (const [resolution, units] of [
    ['us', 1_795_000_000_000_250n],
    ['ns', 1_795_000_000_000_250_000n],
  ] as const) {
    const out = file()
    const writer = pcapngWriter(out.write)
    const wire = writer.addInterface({ name: 'wire', resolution })
    writer.packet(ascii('hello'), { interface: wire, date: clock.date(), direction: 'out', comments: ['first'] })
    const [packet] = packetsOf(out.bytes())
    expect(packet?.head).toMatchObject({ interface: 0, capturedLength: 5, originalLength: 5 })
    expect((BigInt(packet!.head.timestampHigh) << 32n) | BigInt(packet!.head.timestampLow)).toBe(units)
    expect(packet?.body.data).toEqual(ascii('hello'))
    expect(packet?.body.options).toEqual([
      { code: 1, value: ascii('first') },
      { code: 2, value: Uint8Array.of(0, 0, 0, 2) },
      { code: 0, value: new Uint8Array(0) },
    ])
  }
})

test('a date that no file can hold is the nearest that it can', () => {
  const [first, last] = [0n, 0xffff_ffff_ffff_ffffn]
  for (const resolution of ['us', 'ns'] as const) {
    const out = file()
    const writer = pcapngWriter(out.write)
    writer.addInterface({ name: 'wire', resolution })
    for (const date of [Number.NaN, Number.NEGATIVE_INFINITY, -1, 0, 1e17, Number.POSITIVE_INFINITY])
      writer.packet(ascii('x'), { interface: 0, date })
    writer.finish(Number.NaN)
    const times = packetsOf(out.bytes()).map(
      ({ head }) => (BigInt(head.timestampHigh) << 32n) | BigInt(head.timestampLow),
    )
    expect(times).toEqual([first, first, first, first, last, last])
  }
})

/** Addresses with their names, as name resolution blocks have them. */
const namesIn = (bytes: Uint8Array) =>
  blocksOf(bytes).flatMap(b => {
    if (b.head.type !== NAME_RESOLUTION) return []
    const [record, end] = (b.body.body as { records: { code: number; value: Uint8Array }[] }).records
    const size = record!.code === 1 ? 4 : 16
    expect(end).toEqual({ code: 0, value: new Uint8Array(0) })
    const list = new TextDecoder().decode(record!.value.subarray(size))
    expect(list.at(-1)).toBe('\0')
    return [{ address: toHex(record!.value.subarray(0, size)), names: list.slice(0, -1).split('\0') }]
  })

test('names that one record does not hold have several, and what is no name is left out', () => {
  const out = file()
  const writer = pcapngWriter(out.write)
  const names = Array.from({ length: 300 }, (_, i) => `${i}-`.padEnd(250, 'n'))
  writer.names(ip('10.0.0.1').octets, ...names, 'x'.repeat(70_000), '', '\0')
  writer.names(ip('::1').octets, 'gr\u00fcn.test', 'a\0b')
  writer.names(ip('10.0.0.2').octets)
  writer.names(ip('10.0.0.3').octets, '')
  const [first, second, third, ...more] = namesIn(out.bytes())
  expect([...first!.names, ...second!.names]).toEqual(names)
  expect([first!.address, second!.address]).toEqual(['0a000001', '0a000001'])
  expect(third).toEqual({ address: '00000000000000000000000000000001', names: ['gr\u00fcn.test', 'ab'] })
  expect(more).toEqual([])
})

test('what is no address has no name: RangeError, and nothing is written', () => {
  const out = file()
  const writer = pcapngWriter(out.write)
  const before = out.pieces.length
  for (const size of [0, 3, 5, 15, 17]) expect(() => writer.names(new Uint8Array(size), 'a')).toThrow(RangeError)
  expect(out.pieces.length).toBe(before)
})

test('a comment that is too long for an option is cut between two characters', () => {
  for (const [text, kept] of [
    ['x'.repeat(70_000), 65_535],
    [`${'x'.repeat(65_534)}\u00e9`, 65_534],
    [`${'x'.repeat(65_533)}\u00e9`, 65_535],
    [`${'x'.repeat(65_533)}\u{1f600}`, 65_533],
  ] as const) {
    const out = file()
    pcapngWriter(out.write, { comments: [text] })
    const [head] = blocksOf(out.bytes())
    const { value } = (head!.body.body as { options: { value: Uint8Array }[] }).options[0]!
    expect(value.length).toBe(kept)
    expect(text.startsWith(new TextDecoder('utf-8', { fatal: true }).decode(value))).toBe(true)
  }
})

test('every block is a multiple of 32 bits and says its length twice, whatever the sizes inside', () => {
  const random = seeded(7)
  const out = file()
  const writer = pcapngWriter(out.write, { application: 'barewire', comments: ['a', 'bc', 'def'] })
  writer.addInterface({ name: 'wire', description: 'x'.repeat(5) })
  for (let size = 0; size < 40; size++) {
    writer.packet(random.bytes(size), { interface: 0, date: size, comments: ['c'.repeat(size)] })
    writer.secrets(`CLIENT_RANDOM ${'0'.repeat(size)}\n`)
    writer.names(ip('10.0.0.1').octets, 'n'.repeat(size))
  }
  writer.finish(50)
  for (const piece of out.pieces) {
    const view = new DataView(piece.buffer, piece.byteOffset, piece.length)
    expect(piece.length % 4).toBe(0)
    expect(view.getUint32(4)).toBe(piece.length)
    expect(view.getUint32(piece.length - 4)).toBe(piece.length)
  }
  expect(encode(list(Block), blocksOf(out.bytes()))).toEqual(out.bytes())
  const tree = dissect(list(Block), out.bytes(), 'file')
  expect(tree.note).toBeUndefined()
  expect(tree.children?.length).toBe(out.pieces.length)
})

test('a block whose second length is not its first is refused, and both are written as the body needs', () => {
  const good = block(DECRYPTION_SECRETS, { secretsType: 1, secrets: ascii('x'), options: [] })
  const bad = good.slice()
  new DataView(bad.buffer).setUint32(good.length - 4, good.length + 4)
  expect(() => decode(Block, bad)).toThrow(`bad-value at byte ${good.length - 4}: 28 bytes, and 24 in front`)
  expect(dissect(Block, bad, 'block').note).toContain('bad-value')
  const value = decode(Block, good)
  const wrong = { head: { ...value.head, totalLength: 400 }, body: { ...value.body, totalLengthAgain: 8 } }
  expect(encode(Block, wrong)).toEqual(good)
})

test('a block whose length cannot be is refused where it stands', () => {
  const good = block(DECRYPTION_SECRETS, { secretsType: 1, secrets: ascii('x'), options: [] })
  for (const length of [0, 8, 11, 13, 0xffff_fffc]) {
    const bad = good.slice()
    new DataView(bad.buffer).setUint32(4, length)
    expect(() => decode(Block, bad), `${length}`).toThrow(length < 14 ? 'bad-value at byte 4' : 'truncated at byte 24')
  }
  expect(() => Block.read(new Reader(good.subarray(0, 10)))).toThrow(/truncated/)
})
