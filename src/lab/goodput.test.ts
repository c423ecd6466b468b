/** What TCP makes of a wire: goodput by loss and by bottleneck, in virtual time, so the same to the last digit each time. */
import { expect, test } from 'vitest'
import { hostTransport } from '../net/stream/host.ts'
import type { Faults } from './faults.ts'
import { network } from './network.ts'

const PIECE = new Uint8Array(1 << 20)

/** Megabits per second of `size` bytes from a client to a server, connecting included; both have large buffers. */
const goodput = (faults: Faults, size: number): number => {
  const net = network(faults)
  const tcp = { sendBuffer: 8 << 20, receiveBuffer: 8 << 20 }
  const [client, server] = [net.host('client', { tcp }), net.host('server', { tcp })]
  let [sent, received, done] = [0, 0, 0]
  server.listen({ port: 80 }, connection => ({
    event() {
      while (connection.readable > 0) received += connection.read(1 << 20, net.clock.now()).length
      if (received === size && done === 0) done = net.clock.now()
    },
  }))
  client.connect({ address: server.address, port: 80 }, connection => ({
    event() {
      for (let taken = 1; sent < size && taken > 0; sent += taken)
        taken = connection.write(PIECE.subarray(0, Math.min(PIECE.length, size - sent)), net.clock.now())
      if (sent === size) connection.finish(net.clock.now())
    },
  }))
  net.clock.run()
  return (size * 8) / done / 1000
}

const table = (rows: readonly number[], columns: readonly number[], cell: (row: number, column: number) => number) =>
  rows.map(row => `${[`${row}`, ...columns.map(c => cell(row, c).toFixed(2))].map(t => t.padStart(8)).join('')}`)

// A change of these numbers is a change of TCP: read why, then write down what is true now.

test('4 MB without a bottleneck, in Mbit/s: loss in percent down, round trip in ms across', () => {
  const cell = (loss: number, roundTrip: number) => goodput({ loss: loss / 100, delay: roundTrip / 2 }, 4e6)
  expect(table([0, 0.1, 1, 5], [2, 20, 200], cell)).toEqual([
    '       0 1523.81  152.38   15.24',
    '     0.1  147.47   14.75    1.17',
    '       1   37.56    4.77    0.48',
    '       5    1.69    0.90    0.17',
  ])
})

test('10 MB over a bottleneck and a round trip of 20 ms, in Mbit/s: its rate down, its queue in frames across', () => {
  const cell = (rate: number, queue: number) => goodput({ rate: rate * 1e6, queue, delay: 10 }, 1e7)
  expect(table([10, 100, 1000], [20, 100, 1000], cell)).toEqual([
    '      10    6.77    8.80    8.27',
    '     100   19.30   41.41   42.47',
    '    1000   35.50   50.05  100.26',
  ])
})

test('RFC 5681 3.1: without a bottleneck nothing is slower than with one, though each flight arrives as one batch', () => {
  const free = goodput({ delay: 25 }, 1e7)
  expect(free).toBeGreaterThan(goodput({ delay: 25, rate: 1e9, queue: 10_000 }, 1e7))
})

/**
 * What a stream with buffers of one size makes of them, in percent of a full one (256 KB) per round trip: over ten round
 * trips when slow start is over. `piece` is what the writer writes at once; it waits whenever it is asked to.
 */
const ofWindow = async (roundTrip: number, rate: number | undefined, piece: number): Promise<number> => {
  const faults = { delay: roundTrip / 2, ...(rate === undefined ? {} : { rate: rate * 1e6 }) }
  const net = network({ ...faults, turn: () => new Promise(setImmediate) })
  const [from, to] = [net.host('from'), net.host('to')]
  let received = 0
  const listener = await hostTransport(to, { keepAlive: 'off' }).listen({ port: 80 }, stream => {
    stream.handler = { data: bytes => void (received += bytes.length), end() {}, drain() {}, closed() {} }
  })
  const stream = await hostTransport(from, { keepAlive: 'off' }).connect({ host: listener.address, port: 80 })
  const data = new Uint8Array(piece)
  const write = (): void => {
    while (stream.write([data]));
  }
  stream.handler = { data() {}, end() {}, drain: write, closed() {} }
  const at = (time: number): Promise<number> => new Promise(done => net.clock.later(time, () => done(received)))
  const [before, after] = [at(15 * roundTrip), at(25 * roundTrip)]
  write()
  const moved = (await after) - (await before)
  stream.reset()
  await net.clock.idle()
  return (100 * moved) / (10 * 262_144)
}

test('a stream that its buffers limit fills them once per round trip, whether acknowledgments come at once or in a row', async () => {
  const rows: (readonly number[])[] = []
  for (const [roundTrip, rate] of [[50], [50, 100], [50, 1000], [20, 1000], [200, 100]] as const) {
    const percent = [await ofWindow(roundTrip, rate, 1000), await ofWindow(roundTrip, rate, 1_000_000)]
    rows.push([roundTrip, rate ?? Number.POSITIVE_INFINITY, ...percent.map(Math.round)])
  }
  expect(rows).toEqual([
    [50, Number.POSITIVE_INFINITY, 100, 100],
    [50, 100, 94, 94],
    [50, 1000, 95, 94],
    [20, 1000, 94, 94],
    [200, 100, 94, 96],
  ])
})
