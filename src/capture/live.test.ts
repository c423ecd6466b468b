import { expect, test } from 'vitest'
import { ascii } from '../../test/support/bytes.ts'
import { blocksOf, file, packetsOf, typesOf } from '../../test/support/pcapng.ts'
import { type LiveFrame, liveCapture } from './live.ts'

// The types of blocks, draft-ietf-opsawg-pcapng 11.1.
const SECTION = 0x0a0d0d0a
const INTERFACE = 1
const STATISTICS = 5
const PACKET = 6
const SECRETS = 10

const line = (n: number): string => `CLIENT_RANDOM ${`${n}`.padStart(64, '0')} ${'ab'.repeat(48)}\n`
const frame = (text: string, more: Partial<LiveFrame> = {}): LiveFrame => ({
  bytes: ascii(text),
  date: 1_795_000_000_000,
  originalLength: text.length,
  interface: 'lo',
  linkType: 1,
  ...more,
})
const said = (bytes: Uint8Array): string[] => packetsOf(bytes).map(packet => String.fromCharCode(...packet.body.data))

test('a secret that is logged behind its frames stands in front of them', () => {
  const out = file()
  const live = liveCapture(out.write, { hold: 3000 })
  live.frame(frame('ServerHello'), 0)
  live.frame(frame('protected'), 1)
  expect(typesOf(out.bytes())).toEqual([SECTION, INTERFACE])
  live.secrets([line(1)])
  live.settle(2999)
  expect(typesOf(out.bytes())).toEqual([SECTION, INTERFACE, SECRETS])
  live.settle(3000)
  expect(said(out.bytes())).toEqual(['ServerHello'])
  live.finish(1_795_000_000_500, 0)
  expect(typesOf(out.bytes())).toEqual([SECTION, INTERFACE, SECRETS, PACKET, PACKET, STATISTICS])
  expect(said(out.bytes())).toEqual(['ServerHello', 'protected'])
})

test('without a hold each frame is written when it comes', () => {
  const out = file()
  const live = liveCapture(out.write, { hold: 0 })
  live.frame(frame('one'), 5)
  expect(said(out.bytes())).toEqual(['one'])
})

test('frames keep their order, and the eldest go when 32 MiB wait', () => {
  const out = file()
  const live = liveCapture(out.write, { hold: 3000 })
  const big = (first: number): LiveFrame => ({ ...frame(''), bytes: new Uint8Array(1_048_576).fill(first) })
  for (let n = 0; n < 31; n++) live.frame(big(n), 0)
  expect(packetsOf(out.bytes())).toEqual([])
  for (let n = 31; n < 34; n++) live.frame(big(n), 0)
  expect(packetsOf(out.bytes()).map(packet => packet.body.data[0])).toEqual([0, 1, 2])
  live.finish(0, 0)
  expect(packetsOf(out.bytes()).map(packet => packet.body.data[0])).toEqual(Array.from({ length: 34 }, (_, n) => n))
})

test('a line is written once, and lines that come together are one block', () => {
  const out = file()
  const live = liveCapture(out.write, { hold: 0 })
  live.secrets([line(1), line(2)])
  live.secrets([line(2)])
  live.secrets([line(2), line(3)])
  expect(typesOf(out.bytes())).toEqual([SECTION, SECRETS, SECRETS])
  expect(live.secretLines).toBe(3)
})

test('each interface is described once with its kind of link; it and its frames are counted', () => {
  const out = file()
  const live = liveCapture(out.write, { hold: 3000 })
  live.frame(frame('a'), 0)
  live.frame(frame('bc', { interface: 'tun0', linkType: 101, direction: 'out' }), 0)
  live.frame(frame('d'), 0)
  live.finish(1_795_000_000_500, 0)
  expect(typesOf(out.bytes())).toEqual([SECTION, INTERFACE, INTERFACE, PACKET, PACKET, PACKET, STATISTICS, STATISTICS])
  expect(packetsOf(out.bytes()).map(packet => packet.head.interface)).toEqual([0, 1, 0])
  expect([live.frames, live.bytes, live.interfaces]).toEqual([3, 4, ['lo', 'tun0']])
})

test('interfaces that are made anew without end share one from the 1025th on', () => {
  const out = file()
  const live = liveCapture(out.write, { hold: 0 })
  for (let n = 0; n < 1100; n++) live.frame(frame('x', { interface: `veth${n}` }), 0)
  expect(typesOf(out.bytes()).filter(type => type === INTERFACE)).toHaveLength(1025)
  expect(packetsOf(out.bytes()).at(-1)?.head.interface).toBe(1024)
})

/** The options of the statistics: code and value. */
const statistics = (bytes: Uint8Array): [number, string][][] =>
  blocksOf(bytes)
    .filter(block => block.head.type === STATISTICS)
    .map(block => {
      const { options } = block.body.body as { options: readonly { code: number; value: Uint8Array }[] }
      return options
        .filter(({ code }) => code !== 0)
        .map(({ code, value }) => [code, Buffer.from(value).toString('hex')])
    })

test('what the kernel lost stands in the statistics: as a number of the one interface, of several in words', () => {
  const one = file()
  const live = liveCapture(one.write, { hold: 0 })
  live.frame(frame('x'), 0)
  live.finish(0, 7)
  expect(statistics(one.bytes())).toEqual([
    [
      [4, '0000000000000001'],
      [7, '0000000000000007'],
    ],
  ])
  const two = file()
  const both = liveCapture(two.write, { hold: 0 })
  both.frame(frame('x'), 0)
  both.frame(frame('x', { interface: 'eth0' }), 0)
  both.finish(0, 7)
  const words = Buffer.from('The kernel had no room for 7 frames, of all interfaces together.').toString('hex')
  expect(statistics(two.bytes())).toEqual([
    [
      [4, '0000000000000001'],
      [1, words],
    ],
    [[4, '0000000000000001']],
  ])
})
