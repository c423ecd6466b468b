import { expect, test } from 'vitest'
import { ascii, concat } from '../../../test/support/bytes.ts'
import { ethernet, pcapFile, pcapngBlocks, udpPacket } from '../../../test/support/made-captures.ts'
import { decode, list } from '../../wire/codec.ts'
import { Block, type EnhancedPacket, LittleEndianBlock } from '../format.ts'
import { bytesSource, captureFrames, type Source } from './index.ts'
import { LittleEndianPcapHeader, LittleEndianPcapRecord, PcapHeader, PcapRecord } from './pcap-format.ts'

const frame = ethernet(udpPacket('10.0.0.1:5000', '10.0.0.2:9', ascii('hello')))
const TIME = 1_795_000_000_123_456n
const read = (bytes: Uint8Array) => {
  const frames = captureFrames(bytesSource(bytes))
  const list = [...frames].map(each => ({ ...each, bytes: each.bytes.slice() }))
  return {
    ...frames,
    list,
    start: frames.start,
    damage: frames.damage.map(({ code, where, number, got, expected }) => ({ code, where, number, got, expected })),
  }
}

for (const order of ['big', 'little'] as const) {
  const make = pcapngBlocks(order)

  test(`pcap, ${order}-endian: frames with their times, in micro- and in nanoseconds`, () => {
    for (const [unit, scale, step] of [
      ['us', 1n, 250n],
      ['ns', 1000n, 250_001n],
    ] as const) {
      const packets = [TIME * scale, TIME * scale + step].map(time => ({ time, bytes: frame }))
      const { list, start, damage } = read(pcapFile(order, 1, packets, unit))
      expect(damage).toEqual([])
      expect(start).toBeCloseTo(1_795_000_000_123.456, 3)
      expect(list.map(each => [each.number, each.offset, each.at, each.linkType])).toEqual([
        [1, 40, 0, 1],
        [2, 40 + frame.length + 16, unit === 'us' ? 0.25 : 0.250001, 1],
      ])
      expect(list[1]?.bytes).toEqual(frame)
    }
  })

  test(`pcapng, ${order}-endian: enhanced, obsolete and simple packets, each with what its interface says`, () => {
    const nanoseconds = make.option(9, Uint8Array.of(9))
    const file = concat(
      make.section(),
      make.interface(1, 20),
      make.interface(101, 0, make.option(2, ascii('tun0')), nanoseconds),
      make.packet(0, { time: TIME, bytes: frame }, make.option(1, ascii('a remark'))),
      make.packet(1, { time: TIME * 1000n + 5n, bytes: frame.subarray(14), originalLength: 99 }),
      make.obsoletePacket(0, { time: TIME - 1000n, bytes: frame }),
      make.simplePacket(frame),
    )
    const { list, interfaces, damage } = read(file)
    expect(damage).toEqual([])
    expect(interfaces.map(each => [each.linkType, each.name])).toEqual([
      [1, undefined],
      [101, 'tun0'],
    ])
    expect(list.map(each => [each.number, each.at, each.linkType, each.bytes.length, each.originalLength])).toEqual([
      [1, 0, 1, frame.length, frame.length],
      [2, 0.000005, 101, frame.length - 14, 99],
      [3, -1, 1, frame.length, frame.length],
      [4, -1, 1, 20, frame.length],
    ])
    expect(list.map(each => each.comments)).toEqual([['a remark'], [], [], []])
  })

  test(`pcapng, ${order}-endian: secrets, names and comments count wherever they stand, the end included`, () => {
    const file = concat(
      make.section(make.option(1, ascii('of the file'))),
      make.interface(1),
      make.packet(0, { time: TIME, bytes: frame }),
      make.names([10, 0, 0, 1], ascii('client.test'), ascii('other.test')),
      make.secrets(ascii('CLIENT_RANDOM 00 01\n')),
    )
    const { secrets, names, comments, list } = read(file)
    expect(list.length).toBe(1)
    expect(secrets).toEqual(['CLIENT_RANDOM 00 01\n'])
    expect([...names]).toEqual([['10.0.0.1', ['client.test', 'other.test']]])
    expect(comments).toEqual(['of the file'])
  })
}

test('sections of both byte orders in one file have interfaces of their own', () => {
  const [big, little] = [pcapngBlocks('big'), pcapngBlocks('little')]
  const file = concat(
    ...[big.section(), big.interface(1), big.packet(0, { time: TIME, bytes: frame })],
    ...[little.section(), little.interface(101), little.packet(0, { time: TIME, bytes: frame.subarray(14) })],
  )
  expect(read(file).list.map(each => [each.linkType, each.interface.number, each.at])).toEqual([
    [1, 0, 0],
    [101, 1, 0],
  ])
})

test('a resolution of 2^-10 s and an offset of seconds are counted in', () => {
  const make = pcapngBlocks('big')
  const offset = new Uint8Array(8)
  new DataView(offset.buffer).setBigInt64(0, 1000n)
  const file = concat(
    make.section(),
    make.interface(1),
    make.interface(1, 0, make.option(9, Uint8Array.of(0x8a)), make.option(14, offset)),
    make.packet(0, { time: 1_500_000n, bytes: frame }),
    make.packet(1, { time: 1024n + 512n, bytes: frame }),
    make.packet(1, { time: 1024n + 513n, bytes: frame }),
  )
  const { list, start } = read(file)
  expect(start).toBe(1500)
  expect(list.map(each => each.at)).toEqual([0, 1_000_000, 1_000_000 + 1000 / 1024])
})

test('what is no capture is capture/not-a-capture', () => {
  for (const [bytes, got] of [
    [Uint8Array.of(0x1f, 0x8b, 8, 0, 0), '1f 8b 08 00'],
    [Uint8Array.of(1, 2), undefined],
    [new Uint8Array(0), undefined],
  ] as const) {
    expect(read(bytes).damage).toMatchObject([{ code: 'capture/not-a-capture', got }])
  }
})

test('a file that ends in the middle is capture/cut-short, and everything before it is given', () => {
  const make = pcapngBlocks('little')
  const head = concat(make.section(), make.interface(1))
  const packet = make.packet(0, { time: TIME, bytes: frame })
  const number = head.length + packet.length
  for (const left of [1, 7, 8, 11, 12, packet.length - 1]) {
    const { list, damage } = read(concat(head, packet, packet.subarray(0, left)))
    expect(list.length).toBe(1)
    const expected = left < 12 ? '12' : `${packet.length}`
    expect(damage).toMatchObject([{ code: 'capture/cut-short', number, expected, got: `${left}` }])
  }
  const old = pcapFile('big', 1, [{ time: TIME, bytes: frame }])
  expect(read(old.subarray(0, old.length - 1))).toMatchObject({
    list: [],
    damage: [{ code: 'capture/cut-short', number: 24 }],
  })
  expect(read(old.subarray(0, 10))).toMatchObject({ list: [], damage: [{ code: 'capture/cut-short', number: 0 }] })
})

test('another length behind a block than in front of it is capture/malformed, and nothing behind it is read', () => {
  const make = pcapngBlocks('little')
  const packet = make.packet(0, { time: TIME, bytes: frame })
  const broken = packet.slice()
  broken[broken.length - 4] = 1
  const head = concat(make.section(), make.interface(1), packet)
  const { list, damage } = read(concat(head, broken, packet))
  expect(list.length).toBe(1)
  expect(damage).toMatchObject([{ code: 'capture/malformed', number: head.length, where: 'length behind the block' }])
})

test('lengths at their extremes read nothing that is not there', () => {
  const make = pcapngBlocks('big')
  const head = concat(make.section(), make.interface(1))
  for (const length of [0, 1, 4, 11, 13, 0x7fff_fffc, 0xffff_fffc, 0xffff_ffff]) {
    const bytes = concat(head, make.packet(0, { time: TIME, bytes: frame }))
    new DataView(bytes.buffer).setUint32(head.length + 4, length)
    const { list, damage } = read(bytes)
    expect([list.length, damage.length], `${length}`).toEqual([0, 1])
    const captured = concat(head, make.packet(0, { time: TIME, bytes: frame }))
    new DataView(captured.buffer).setUint32(head.length + 20, length)
    const { list: found } = read(captured)
    expect(found.length, `${length}`).toBe(length > frame.length ? 0 : 1)
  }
  const old = pcapFile('little', 1, [{ time: TIME, bytes: frame }])
  new DataView(old.buffer).setUint32(24 + 8, 0xffff_ffff, true)
  expect(read(old).damage).toMatchObject([{ code: 'capture/malformed', where: 'captured length', got: '4294967295' }])
})

test('more interfaces than any machine has are capture/too-much', () => {
  const make = pcapngBlocks('big')
  const file = concat(make.section(), ...Array<Uint8Array>(4097).fill(make.interface(1)))
  const { interfaces, damage } = read(file)
  expect(interfaces.length).toBe(4096)
  expect(damage).toMatchObject([{ code: 'capture/too-much', where: 'interfaces', number: 4096 }])
})

test('of names 65,536 addresses are kept, of comments on the file 1,024', () => {
  const make = pcapngBlocks('big')
  const address = (i: number): number[] => [10, i >> 16, (i >> 8) & 255, i & 255]
  const names = Array.from({ length: 65_537 }, (_, i) => make.names(address(i), ascii('a')))
  const comments = Array.from({ length: 1025 }, (_, i) => make.option(1, ascii(`${i}`)))
  const found = read(concat(make.section(...comments), ...names))
  expect(found.names.size).toBe(65_536)
  expect([found.names.has('10.0.255.255'), found.names.has('10.1.0.0')]).toEqual([true, false])
  expect([found.comments.length, found.comments.at(-1)]).toEqual([1024, '1023'])
  expect(found.damage).toEqual([])
})

/** A file of these pieces, a number being so many zeros, that is never in memory as a whole. */
const sourceOf = (...pieces: readonly (Uint8Array | number)[]): Source => {
  const sizeOf = (piece: Uint8Array | number): number => (typeof piece === 'number' ? piece : piece.length)
  return {
    size: pieces.reduce<number>((sum, piece) => sum + sizeOf(piece), 0),
    read(start, end) {
      const bytes = new Uint8Array(end - start)
      let at = 0
      for (const piece of pieces) {
        const [from, to] = [Math.max(start, at), Math.min(end, at + sizeOf(piece))]
        if (from < to && typeof piece !== 'number') bytes.set(piece.subarray(from - at, to - at), from - start)
        at += sizeOf(piece)
      }
      return bytes
    },
  }
}

test('a block without a packet is read up to 64 MiB, and of secrets as many bytes are kept: capture/too-much', () => {
  const make = pcapngBlocks('big')
  const packet = make.packet(0, { time: TIME, bytes: frame })
  const MEGABYTE = 1024 * 1024
  /** Secrets of so many zeros. */
  const secrets = (size: number): (Uint8Array | number)[] => {
    const words = (...values: number[]): Uint8Array => concat(...values.map(value => make.block(value).subarray(0, 4)))
    return [words(10, size + 20, 0x544c534b, size), size, words(size + 20)]
  }
  const readFrom = (...pieces: readonly (Uint8Array | number)[]) => {
    const frames = captureFrames(sourceOf(make.section(), make.interface(1), ...pieces, packet))
    const count = [...frames].length
    return [
      count,
      frames.secrets.map(({ length }) => length),
      frames.damage.map(({ where, number }) => `${where} ${number}`),
    ]
  }
  const most = secrets(64 * MEGABYTE - 20)
  expect(readFrom(...most, ...secrets(20), ...secrets(4))).toEqual([
    1,
    [64 * MEGABYTE - 20, 20],
    ['bytes of secrets 67108864'],
  ])
  expect(readFrom(...secrets(64 * MEGABYTE - 16))).toEqual([1, [], ['bytes in one block 67108864']])
}, 60_000)

test('a packet of an interface that was not described is damage, and those behind it are read', () => {
  const make = pcapngBlocks('big')
  const [there, missing] = [0, 7].map(on => make.packet(on, { time: TIME, bytes: frame }))
  const { list, damage } = read(concat(make.section(), make.interface(1), missing!, there!))
  expect(list.length).toBe(1)
  expect(damage).toMatchObject([{ code: 'capture/malformed', where: 'interface', got: '7' }])
})

test('the loops over packets find what the declarations say, in both formats and byte orders', () => {
  const packets = Array.from({ length: 40 }, (_, i) => ({
    time: TIME + BigInt(i * i),
    bytes: frame.subarray(0, i),
    originalLength: i * 3,
  }))
  for (const order of ['big', 'little'] as const) {
    const make = pcapngBlocks(order)
    const comment = make.option(1, ascii('a remark'))
    const blocks = packets.map((packet, i) => make.packet(0, packet, ...(i % 2 === 0 ? [comment] : [])))
    const file = concat(make.section(), make.interface(1), ...blocks)
    const declared = decode(list(order === 'big' ? Block : LittleEndianBlock), file).slice(2)
    const theirs = declared.map(({ body }) => {
      const { head, body: packet } = body.body as EnhancedPacket
      const units = BigInt(head.timestampHigh) * 2n ** 32n + BigInt(head.timestampLow)
      return [Number(units - TIME) / 1000, head.originalLength, packet.data, packet.options.length]
    })
    const found = read(file).list
    expect(found.map(each => [each.at, each.originalLength, each.bytes, each.comments.length])).toEqual(theirs)

    const old = pcapFile(order, 1, packets)
    const [Header, Record] =
      order === 'big' ? [PcapHeader, PcapRecord] : [LittleEndianPcapHeader, LittleEndianPcapRecord]
    expect(decode(Header, old.subarray(0, 24))).toMatchObject({ magic: 0xa1b2c3d4, major: 2, minor: 4, linkType: 1 })
    const records = decode(list(Record), old.subarray(24)).map(({ head, body }) => {
      const units = BigInt(head.seconds) * 1_000_000n + BigInt(head.fraction)
      return [Number(units - TIME) / 1000, head.originalLength, body.data]
    })
    expect(read(old).list.map(each => [each.at, each.originalLength, each.bytes])).toEqual(records)
  }
})
