/**
 * Capture files, whoever wrote them: nothing throws, every frame lies in the file, every record in the one that carries it,
 * and both streams of a connection are told byte by byte without a step back.
 */
import { bytesSource, captureFrames } from '../../../src/capture/read/index.ts'
import { openCapture } from '../../../src/dissect/capture.ts'
import type { Side, StreamReader } from '../../../src/dissect/types.ts'
import { messagesOf, recorder } from '../../../src/trace/recorder.ts'
import { ascii, concat } from '../../support/bytes.ts'
import { connection, ethernet, ipPacket, pcapFile, pcapngBlocks, udpPacket } from '../../support/made-captures.ts'
import type { Look, Target } from '../target.ts'

const TIME = 1_795_000_000_000_000n

const exchange = (client: string, server: string): Uint8Array[] => {
  const c = connection(client, server)
  const [syn, synAck, ack] = [c.syn(), c.synAck(), c.ack('client')]
  const [first, second, third] = ['GET / ', 'HTTP/1.1', '\r\n\r\n'].map(text => c.says('client', ascii(text)))
  const answer = c.says('server', ascii('HTTP/1.1 200 OK\r\n\r\n'))
  return [syn, synAck, ack, first!, third!, second!, second!, answer, c.fin('server'), c.rst('client')]
}

const fragments = (): Uint8Array[] => {
  const whole = udpPacket('10.0.0.1:53', '10.0.0.2:4000', new Uint8Array(40))
  const [from, to, payload] = [whole.subarray(12, 16), whole.subarray(16, 20), whole.subarray(20)]
  const cut = (start: number, end: number): Uint8Array =>
    ipPacket([...from], [...to], 17, payload.subarray(start, end), {
      id: 7,
      fragmentOffset: start,
      moreFragments: end < payload.length,
    })
  return [cut(0, 16), cut(32, 48), cut(16, 32)]
}

const pcapngOf = (order: 'big' | 'little'): Uint8Array => {
  const make = pcapngBlocks(order)
  const v6 = exchange('[fd00::1]:4000', '[fd00::2]:443')
  const v4 = exchange('10.0.0.1:4000', '10.0.0.2:80')
  return concat(
    make.section(make.option(1, ascii('a remark'))),
    make.interface(1, 0, make.option(9, Uint8Array.of(9))),
    make.interface(101, 96),
    ...v4.map((packet, i) => make.packet(0, { time: TIME + BigInt(i) * 500_000n, bytes: ethernet(packet) })),
    ...v6.map((packet, i) => make.packet(1, { time: TIME + BigInt(i), bytes: packet })),
    ...fragments().map(packet => make.obsoletePacket(0, { time: TIME, bytes: ethernet(packet, 5) })),
    make.simplePacket(ethernet(v4[0]!)),
    make.names([10, 0, 0, 1], ascii('client.test')),
    make.secrets(ascii(`CLIENT_RANDOM ${'00'.repeat(32)} ${'11'.repeat(48)}\n`)),
  )
}

const seeds = (): Uint8Array[] => {
  const packets = exchange('10.0.0.1:4000', '10.0.0.2:80')
  const cooked = Uint8Array.from([0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0])
  const old = (order: 'big' | 'little', linkType: number, head: Uint8Array): Uint8Array =>
    pcapFile(
      order,
      linkType,
      packets.map((packet, i) => ({ time: TIME + BigInt(i), bytes: concat(head, packet) })),
    )
  return [
    pcapngOf('big'),
    pcapngOf('little'),
    old('big', 113, cooked),
    old('little', 0, Uint8Array.of(2, 0, 0, 0)),
    old('little', 101, new Uint8Array(0)),
  ]
}

/** Throws when a stream is told with a step back or a hole that was not announced. */
const checkedReader = (look: Look): StreamReader => {
  const reached = { client: 0, server: 0 }
  const over = { client: false, server: false }
  const open = (from: Side): void => {
    if (over[from]) throw new Error(`${from} speaks after its end`)
  }
  return {
    data(from, bytes, offset) {
      open(from)
      if (bytes.length === 0 || offset !== reached[from]) throw new Error(`${from} at ${offset}, not ${reached[from]}`)
      reached[from] += bytes.length
    },
    gap(from, length) {
      open(from)
      if (!(length > 0)) throw new Error(`a gap of ${length}`)
      reached[from] += length
      look.reached('gap')
    },
    end(from, how) {
      open(from)
      over[from] = true
      look.reached(how)
    },
  }
}

export const captures: Target = {
  name: 'capture',
  longest: 4096,
  seeds,
  run(input, look) {
    let frames = 0
    const read = captureFrames(bytesSource(input))
    for (const { offset, bytes } of read) {
      frames++
      if (offset + bytes.length > input.length) throw new Error('a frame behind the end of the file')
    }
    const capture = openCapture(bytesSource(input))
    if (capture.frames !== frames) throw new Error(`${capture.frames} frames, and ${frames} one by one`)
    for (const { code, where } of capture.damage) look.reached(`${code} ${where ?? ''}`)
    for (const { id, kind, frames: sent, tcp } of capture.conversations) {
      look.reached(`${kind} ${tcp?.opened ?? ''} ${tcp?.closed ?? ''}`)
      const recording = recorder()
      capture.dissect(id, recording, () => checkedReader(look))
      const messages = new Map(messagesOf(recording.records).map(message => [message.id, message]))
      for (const { layer, about, bytes, payload, carriedBy = [] } of messages.values()) {
        if (layer === 'tcp') look.reached(`${about?.replace(/\d+/g, '')}`)
        if (payload !== undefined && payload.at + payload.end - payload.start > bytes.length) throw new Error('payload')
        for (const { message, start, end } of carriedBy) {
          const carrier = messages.get(message)
          if (carrier === undefined || start < 0 || end < start || end > carrier.bytes.length)
            throw new Error(`${layer} at ${start}..${end} of ${carrier?.bytes.length}`)
        }
      }
      if (sent.client + sent.server > frames) throw new Error('more frames than there are')
    }
  },
}
