/** Frames of the network in memory are right as they are: what is mended must be what was there. */
import { expect, test } from 'vitest'
import { mendChecksums } from './checksums.ts'
import { network } from './network.ts'

/** Frames that two hosts exchange: ARP, a look-up by UDP, a connection by TCP. */
const frames = (): Uint8Array[] => {
  const net = network()
  const [a, b] = [net.host('a'), net.host('b')]
  const seen: Uint8Array[] = []
  net.tap(({ what, bytes }) => {
    if (what === 'passed') seen.push(bytes)
  })
  b.listen({ port: 80 }, () => ({ event() {} }))
  b.udp(9, { datagram() {} })
  a.connect({ address: b.address, port: 80 }, () => ({ event() {} }))
  a.udp(0, { datagram() {} }).send({ address: b.address, port: 9 }, Uint8Array.of(1, 2, 3))
  net.clock.run(1_000)
  return seen
}
const ARP = 0x06
const protocolOf = (frame: Uint8Array): string =>
  frame[13] === ARP ? 'ARP' : ({ 6: 'TCP', 17: 'UDP' }[frame[23]!] ?? `${frame[23]}`)

test('a right frame stays as it is, byte by byte', () => {
  const all = frames()
  expect(new Set(all.map(protocolOf))).toEqual(new Set(['ARP', 'TCP', 'UDP']))
  for (const frame of all) {
    const copy = frame.slice()
    mendChecksums(copy)
    expect(copy).toEqual(frame)
  }
})

test.each([
  ['TCP', 50],
  ['UDP', 40],
] as const)('of a changed frame with %s only the checksums change with it, and again as they were', (protocol, at) => {
  const frame = frames().find(each => protocolOf(each) === protocol)!
  const copy = frame.slice()
  copy[22]! -= 1
  copy[34]! ^= 1
  mendChecksums(copy)
  const inner = at
  const changed = [...frame.keys()].filter(i => copy[i] !== frame[i])
  expect(changed).toEqual([22, 24, 34, inner])
  copy[22]! += 1
  copy[34]! ^= 1
  mendChecksums(copy)
  expect(copy).toEqual(frame)
})

test('what is too short, cut, or no IPv4 stays as it is', () => {
  const tcp = frames().find(each => protocolOf(each) === 'TCP')!
  const lying = (change: (frame: Uint8Array) => void): Uint8Array => {
    const frame = tcp.slice()
    change(frame)
    return frame
  }
  const all = [
    new Uint8Array(0),
    tcp.slice(0, 20),
    tcp.slice(0, 40),
    lying(frame => void (frame[14] = 0x65)),
    lying(frame => void (frame[14] = 0x44)),
    lying(frame => void (frame[14] = 0x4f)),
    lying(frame => void (frame[16] = 0xff)),
  ]
  for (const frame of all) {
    const copy = frame.slice()
    mendChecksums(copy)
    expect(copy).toEqual(frame)
  }
})
