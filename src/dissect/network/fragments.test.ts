import { expect, test } from 'vitest'
import { ascii, concat } from '../../../test/support/bytes.ts'
import { captured, told } from '../../../test/support/dissected.ts'
import { ipPacket, PROTOCOL, udpBytes, udpPacket } from '../../../test/support/made-captures.ts'

/** A packet in pieces that begin at these places of its payload. */
const piecesOf = (packet: Uint8Array, starts: readonly number[], id: number): Uint8Array[] => {
  const [from, to, payload] =
    packet[0]! >>> 4 === 6
      ? [packet.subarray(8, 24), packet.subarray(24, 40), packet.subarray(40)]
      : [packet.subarray(12, 16), packet.subarray(16, 20), packet.subarray(20)]
  return starts.map((start, i) =>
    ipPacket([...from], [...to], PROTOCOL.udp, payload.subarray(start, starts[i + 1]), {
      id,
      fragmentOffset: start,
      moreFragments: i + 1 < starts.length,
    }),
  )
}

test('fragments of IPv4 and IPv6 are put together in any order, and the datagram says where its pieces lie', () => {
  for (const [from, to] of [
    ['10.0.0.1:5000', '10.0.0.2:53'],
    ['[fd00::1]:5000', '[fd00::2]:53'],
  ] as const) {
    const text = ascii('a datagram that is longer than one fragment')
    const [a, b, c] = piecesOf(udpPacket(from, to, text), [0, 16, 32], 9)
    const capture = captured([c!, a!, b!, b!])
    expect(capture.conversations.map(({ kind, frames, bytes }) => [kind, frames.client, bytes.client])).toEqual([
      ['UDP', 3, text.length],
      ['other', 1, 0],
    ])
    const datagram = told(capture).messages.find(({ layer }) => layer === 'udp')!
    expect(datagram.bytes).toEqual(udpBytes(from, to, text))
    const { messages } = told(capture)
    const joined = datagram.carriedBy!.map(({ message, start, end }) =>
      messages.find(({ id }) => id === message)!.bytes.subarray(start, end),
    )
    expect(concat(...joined)).toEqual(datagram.bytes)
  }
})

test('fragments that contradict each other make no packet, nor do those whose rest never came', () => {
  const packet = udpPacket('10.0.0.1:5000', '10.0.0.2:53', new Uint8Array(40))
  const other = udpPacket('10.0.0.1:5000', '10.0.0.2:53', new Uint8Array(40).fill(1))
  const [a, b] = piecesOf(packet, [0, 24], 9)
  const [, wrong] = piecesOf(other, [0, 16], 9)
  for (const pieces of [[a!, wrong!, b!], [a!], [b!]]) {
    const capture = captured(pieces)
    expect(capture.conversations).toMatchObject([
      { kind: 'other', protocol: 'fragments', frames: { client: pieces.length } },
    ])
    expect(told(capture).messages.some(({ layer }) => layer === 'udp')).toBe(false)
  }
})

test('thousands of the same fragment are each looked at once: comparing all with all would take minutes', () => {
  const [first] = piecesOf(udpPacket('10.0.0.1:5000', '10.0.0.2:53', new Uint8Array(1400)), [0, 1392], 9)
  const capture = captured(Array<Uint8Array>(8000).fill(first!))
  expect(capture.conversations).toMatchObject([{ kind: 'other', protocol: 'fragments', frames: { client: 8000 } }])
})

test('a piece behind the last one makes no packet', () => {
  const packet = udpPacket('10.0.0.1:5000', '10.0.0.2:53', new Uint8Array(40))
  const [, , behind] = piecesOf(packet, [0, 24, 32], 9)
  const [first, last] = piecesOf(packet.subarray(0, 20 + 24), [0, 16], 9)
  const capture = captured([first!, behind!, last!])
  expect(capture.conversations).toMatchObject([{ kind: 'other', protocol: 'fragments' }])
})

test('of packets in pieces no more than 64 are waited for: the oldest is given up', () => {
  const packets = Array.from({ length: 66 }, (_, i) =>
    piecesOf(udpPacket('10.0.0.1:5000', '10.0.0.2:53', new Uint8Array(40)), [0, 24], i),
  )
  const capture = captured([...packets.map(([first]) => first!), ...packets.map(([, last]) => last!).reverse()])
  expect(capture.conversations.map(({ kind, frames }) => [kind, frames.client])).toEqual([
    ['other', 4],
    ['UDP', 128],
  ])
})
