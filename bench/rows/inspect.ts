/**
 * `inspect/list-1gb`: a capture of 1 GB (several thousand connections, most of it bulk) read, and its connections listed
 * with their bytes, times and retransmissions. The peer is `tshark -q -z conv,tcp`. Each is a process of its own, timed from
 * its start to its end; what one of ours held at most, and how long a conversation took to open, stands beside.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { seeded } from '../../src/random.ts'
import { connection, ethernet, pcapngBlocks } from '../../test/support/made-captures.ts'
import type { BenchRow } from '../row.ts'

const SIZE = 1_000_000_000
const CONNECTIONS = 4000
/** Connections that are open at the same time. */
const AT_ONCE = 40
const TEXT = new Uint8Array(1448).fill(0x61)

interface Shared {
  readonly folder: string
  readonly file: string
}
let shared: Shared | undefined

/** Connections of some 250 kB each, their packets mixed; one packet in two hundred is sent again. */
const makeCapture = (): Shared => {
  const folder = mkdtempSync(join(tmpdir(), 'barewire-bench-'))
  const file = join(folder, 'list.pcapng')
  const out = openSync(file, 'w')
  const random = seeded(1)
  const make = pcapngBlocks('little')
  const pieces: Uint8Array[] = [make.section(), make.interface(1)]
  let written = 0
  let time = 1_795_000_000_000_000n
  const flush = (): void => {
    writeSync(out, Buffer.concat(pieces.splice(0)))
  }
  const put = (packet: Uint8Array): void => {
    time += 10n
    const block = make.packet(0, { time, bytes: ethernet(packet) })
    written += block.length
    pieces.push(block)
    if (pieces.length >= 1000) flush()
  }
  const each = SIZE / CONNECTIONS
  const flowing: Iterator<Uint8Array>[] = []
  for (let i = 0; i < CONNECTIONS || flowing.length > 0; ) {
    while (flowing.length < AT_ONCE && i < CONNECTIONS) flowing.push(packetsOf(i++, each, random.number))
    const at = random.below(flowing.length)
    const { value, done } = flowing[at]!.next()
    if (done === true) flowing.splice(at, 1)
    else put(value)
  }
  flush()
  closeSync(out)
  if (written < SIZE * 0.95) throw new Error(`only ${written} bytes`)
  return { folder, file }
}

const packetsOf = function* (i: number, size: number, random: () => number): Generator<Uint8Array> {
  const flow = connection(`10.${i >> 8}.${i & 255}.1:${20_000 + i}`, '192.0.2.7:443')
  yield flow.syn()
  yield flow.synAck()
  yield flow.ack('client')
  yield flow.says('client', TEXT.subarray(0, 500))
  for (let sent = 0; sent < size; sent += 2 * (TEXT.length + 90) + 90) {
    const first = flow.says('server', TEXT)
    yield first
    yield flow.says('server', TEXT)
    if (random() < 0.005) yield first
    yield flow.ack('client')
  }
  yield flow.fin('server')
  yield flow.fin('client')
  yield flow.ack('server')
}

const captured = (): string => {
  shared ??= makeCapture()
  return shared.file
}

interface Listed {
  readonly seconds: number
  readonly megabytes: number
  readonly opened: number
  readonly conversations: number
}
let last: Listed | undefined

const program = fileURLToPath(new URL('../processes/list-capture.js', import.meta.url))
const timed = (work: () => string): { readonly seconds: number; readonly text: string } => {
  const before = performance.now()
  const text = work()
  return { seconds: (performance.now() - before) / 1000, text }
}

export const rows: readonly BenchRow[] = [
  {
    bench: 'inspect/list-1gb',
    unit: 's',
    peer: 'tshark -q -z conv,tcp',
    goal: 3,
    better: 'less',
    rounds: 3,
    async ours() {
      const file = captured()
      const { seconds, text } = timed(() => execFileSync(process.execPath, [program, file], { encoding: 'utf8' }))
      last = { ...(JSON.parse(text) as Omit<Listed, 'seconds'>), seconds }
      if (last.conversations !== CONNECTIONS) throw new Error(`${last.conversations} conversations`)
      return seconds
    },
    async theirs() {
      const file = captured()
      const { seconds, text } = timed(() =>
        execFileSync('tshark', ['-n', '-r', file, '-q', '-z', 'conv,tcp'], {
          encoding: 'utf8',
          maxBuffer: 64 * 1024 * 1024,
          stdio: ['ignore', 'pipe', 'ignore'],
        }),
      )
      const count = text.split('\n').filter(line => line.includes('<->')).length
      if (count !== CONNECTIONS) throw new Error(`tshark lists ${count} conversations`)
      return seconds
    },
    beside: () =>
      last === undefined
        ? ''
        : `${last.megabytes.toFixed(0)} MB held, a conversation opens in ${last.opened.toFixed(0)} ms`,
    async close() {
      if (shared !== undefined) rmSync(shared.folder, { recursive: true })
    },
  },
]
