/**
 * Conversations, retransmissions and streams of captures as tshark finds them, and as we do. The captures are made here,
 * of connections over a bad line: with losses before and behind the place of the capture, overtaking, and segments that
 * were sent again for nothing.
 */
import { expect, test } from 'vitest'
import { bytesSource } from '../../src/capture/read/index.ts'
import { openCapture } from '../../src/dissect/capture.ts'
import { seeded } from '../../src/random.ts'
import { recorder } from '../../src/trace/recorder.ts'
import { compareConnections, compareSegments, theirSegments } from '../conformance/tshark/compare.ts'
import { read } from '../conformance/tshark/ours.ts'
import { concat, toHex } from '../support/bytes.ts'
import { connection, ethernet, pcapngBlocks } from '../support/made-captures.ts'
import { tshark, tsharkFields, tsharkMissing } from './tshark.ts'

const missing = tsharkMissing ? ' (skipped: no tshark here)' : ''

interface Timed {
  /** Microseconds since the beginning. */
  readonly at: number
  readonly bytes: Uint8Array
}

/** One connection that begins at `start`; its packets as they pass the place of the capture. */
const badLine = (i: number, start: number, random: ReturnType<typeof seeded>): Timed[] => {
  const v6 = i % 3 === 2
  const [client, server] = v6
    ? [`[fd00::${i + 1}]:${4000 + i}`, '[fd00::ff]:443']
    : [`10.0.0.${i + 1}:${4000 + i}`, '10.0.1.1:443']
  // Numbers that pass zero on the way.
  const flow = connection(client, server, { client: 0xffff_fff0, server: 0xffff_f000 })
  const packets: Timed[] = []
  let at = start
  const pass = (bytes: Uint8Array, later = 0): void => void packets.push({ at: at + later, bytes })
  const step = (by: number): void => void (at += by)
  pass(flow.syn())
  step(10_000)
  pass(flow.synAck())
  step(10_000)
  pass(flow.ack('client'))
  const ask = (): void => {
    step(1000)
    pass(flow.says('client', new Uint8Array(100).fill(0x41)))
  }
  ask()
  for (let n = 0; n < 60; n++) {
    const text = Uint8Array.from({ length: 200 + random.below(1000) }, () => 97 + random.below(26))
    const before = flow.next.server
    const bytes = flow.says('server', text)
    step(500)
    const fate = random.below(20)
    if (fate === 0) {
      // Lost before it was captured: later ones come, and are acknowledged twice each, until it is sent again.
      const hole = { ack: before }
      for (let k = 0; k < 3; k++) {
        pass(flow.says('server', new Uint8Array(300).fill(0x30 + k)))
        step(300)
        pass(flow.ack('client', hole))
        step(300)
      }
      step(300_000)
      pass(flow.packet('server', 0x18, { seq: before, text }))
    } else if (fate === 1) {
      // Overtaken by the next one.
      pass(flow.says('server', new Uint8Array(500).fill(0x2e)))
      pass(bytes, 100)
      step(400)
    } else if (fate === 2) {
      // Lost behind the capture, and sent again.
      pass(bytes)
      step(300_000)
      pass(flow.packet('server', 0x18, { seq: before, text }))
    } else if (fate === 3) {
      // Acknowledged, and sent again all the same.
      pass(bytes)
      step(500)
      pass(flow.ack('client'))
      step(200_000)
      pass(flow.packet('server', 0x18, { seq: before, text }))
    } else {
      pass(bytes)
      if (fate === 4) ask()
    }
    step(400)
    pass(flow.ack('client'))
  }
  step(1000)
  pass(flow.fin('server'))
  step(1000)
  pass(flow.fin('client'))
  step(1000)
  pass(flow.ack('server'))
  return packets
}

const captureOf = (seed: number): Uint8Array => {
  const random = seeded(seed)
  const packets = Array.from({ length: 6 }, (_, i) => badLine(i, i * 7001, random)).flat()
  const make = pcapngBlocks('little')
  return concat(
    make.section(),
    make.interface(1),
    ...packets
      .sort((a, b) => a.at - b.at)
      .map(({ at, bytes }) => make.packet(0, { time: 1_795_000_000_000_000n + BigInt(at), bytes: ethernet(bytes) })),
  )
}

/** For each stream its lines in hex; those of the second end begin with a tabulator. */
const followedBy = (file: Uint8Array, count: number): string[][] => {
  const found: string[][] = []
  const asked = Array.from({ length: count }, (_, i) => ['-z', `follow,tcp,raw,${i}`]).flat()
  for (const text of tshark(file, '-q', ...asked)
    .split('Filter: tcp.stream eq ')
    .slice(1)) {
    found[Number.parseInt(text, 10)] = text.split('\n').filter(line => /^\t?(?:[0-9a-f]{2})+$/.test(line))
  }
  return found
}

for (const seed of [1, 2]) {
  test.skipIf(tsharkMissing)(
    `frames belong to the same streams and are called the same, seed ${seed}${missing}`,
    () => {
      const capture = captureOf(seed)
      const [ours, theirs] = [read(capture, []), theirSegments(capture)]
      expect(compareConnections(ours, theirs)).toEqual({ wrong: [], count: 6 })
      const { wrong, count } = compareSegments(ours, theirs, new Map())
      expect(wrong).toEqual([])
      expect(count).toBeGreaterThan(20)
    },
  )

  test.skipIf(tsharkMissing)(`both streams of each connection have the same bytes, seed ${seed}${missing}`, () => {
    const file = captureOf(seed)
    const capture = openCapture(bytesSource(file))
    const followed = followedBy(file, capture.conversations.length)
    for (const { id } of capture.conversations) {
      const said = { client: [] as Uint8Array[], server: [] as Uint8Array[] }
      const ends: string[] = []
      capture.dissect(id, recorder(), () => ({
        data: (from, bytes) => void said[from].push(bytes.slice()),
        gap: (from, length) => void ends.push(`${from} gap ${length}`),
        end: (from, how) => void ends.push(`${from} ${how}`),
      }))
      expect(ends.sort()).toEqual(['client FIN', 'server FIN'])
      const lines = followed[id - 1]!
      const [client, server] = [
        lines.filter(line => !line.startsWith('\t')),
        lines.filter(line => line.startsWith('\t')),
      ]
      expect(toHex(concat(...said.client))).toBe(client.join(''))
      expect(toHex(concat(...said.server))).toBe(server.map(line => line.slice(1)).join(''))
    }
  })

  test.skipIf(tsharkMissing)(
    `the list of conversations has the same ends, frames and bytes, seed ${seed}${missing}`,
    () => {
      const file = captureOf(seed)
      const theirs = tsharkFields(file, ['tcp.stream', 'tcp.srcport', 'frame.len'])
      const ours = openCapture(bytesSource(file)).conversations
      for (const { id, client, frames, wireBytes } of ours) {
        const mine = theirs.filter(([stream]) => stream === `${id - 1}`)
        const from = (port: boolean): string[][] => mine.filter(([, source]) => (source === `${client.port}`) === port)
        const sum = (rows: string[][]): number => rows.reduce((total, [, , length]) => total + Number(length), 0)
        expect([frames.client, frames.server]).toEqual([from(true).length, from(false).length])
        expect([wireBytes.client, wireBytes.server]).toEqual([sum(from(true)), sum(from(false))])
      }
      expect(ours.length).toBe(6)
    },
  )
}
