/** Captures of very many small things, read by the command: what it needs does not grow with them beyond a place for each. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SYN } from '../../src/tcp/segment.ts'
import { connection, pcapFile, tcpPacket } from '../support/made-captures.ts'
import { temporaryFolder } from '../support/peers-chain.ts'
import { barewire } from '../support/peers-command.ts'

const folder = temporaryFolder('inspect-many')
afterAll(folder.remove)
const RAW = 101
const LIMIT = 240_000

/** A pcap of packets, a microsecond apart, as many as `packet` is asked for. */
const file = (name: string, count: number, packet: (i: number) => Uint8Array): string => {
  const path = join(folder.path, name)
  const packets = Array.from({ length: count }, (_, i) => packet(i))
  const bytes = new Uint8Array(packets.reduce((sum, { length }) => sum + 16 + length, 24))
  const view = new DataView(bytes.buffer)
  bytes.set(pcapFile('little', RAW, []))
  let at = 24
  for (const [i, one] of packets.entries()) {
    view.setUint32(at, 1_795_000_000 + Math.floor(i / 1_000_000), true)
    view.setUint32(at + 4, i % 1_000_000, true)
    view.setUint32(at + 8, one.length, true)
    view.setUint32(at + 12, one.length, true)
    bytes.set(one, at + 16)
    at += 16 + one.length
  }
  writeFileSync(path, bytes)
  return path
}

/** MiB; Node and what it loads are some 150 of them. */
const MOST_MEMORY = 450

/** How much garbage may lie before it is collected differs between versions of Node: what is live is asked for here. */
const NODE_OPTIONS = '--max-old-space-size=128'

const read = async (command: 'inspect' | 'explain', path: string, ...more: readonly string[]): Promise<string> => {
  const { code, stdout, stderr, peakMemory } = await barewire([command, path, ...more], {
    limit: LIMIT,
    env: { NODE_OPTIONS },
  })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(peakMemory ?? 0).toBeLessThan(MOST_MEMORY)
  return stdout
}

test(
  'a million packets of one byte',
  async () => {
    const path = file('junk.pcap', 1_000_000, () => Uint8Array.of(0))
    expect(await read('inspect', path)).toMatch(/^ 1 conversation {2}1000000 frames .*\n 1 · no packets of IP /)
    expect(await read('explain', path)).toContain('Nothing failed')
  },
  LIMIT,
)

describe('a million segments that bring one byte each, of one connection', () => {
  const c = connection('10.0.0.1:4000', '10.0.0.2:443')
  const opening = [c.syn(), c.synAck(), c.ack('client')]
  let path = ''
  beforeAll(() => {
    path = file('tiny.pcap', 1_000_003, i => opening[i] ?? c.says(i % 2 === 0 ? 'client' : 'server', Uint8Array.of(65)))
  }, LIMIT)
  const many = (name: string, look: () => Promise<void>) => test(name, look, LIMIT)

  many('are listed, and nothing is wrong with them', async () => {
    expect(await read('inspect', path)).toMatch(/10\.0\.0\.1:4000 → 10\.0\.0\.2:443 .* 500 kB → 500 kB ←/)
    expect(await read('explain', path, '1')).toContain('Nothing failed')
  })

  many('say no more than SYN when one looks at what was said', async () => {
    expect(await read('inspect', path, '1')).toMatch(/ SYN .*#2\n.* SYN ACK .*#4\n\n one of them/)
  })

  many('are left out of the middle of a ladder, which says so', async () => {
    const ladder = await read('inspect', path, '1', '--layer', 'segments')
    expect(ladder).toMatch(/#100\n/)
    const { stdout } = await barewire(['inspect', path, '1', '--message', '1000000'], { limit: LIMIT })
    expect(stdout).toMatch(/^ #1000000 [→←] PSH ACK {2}1 bytes\n/)
  })

  many('are followed as far as that can be read', async () => {
    const { stdout } = await barewire(['inspect', path, '1', '--follow', '--json'], {
      limit: LIMIT,
      env: { NODE_OPTIONS },
    })
    expect(stdout).toMatch(/^{"v":1,"type":"said","from":"server","at":0.003,.*"text":"A"/)
  })

  many('are all of them told to programs', async () => {
    const { code, bytes, peakMemory } = await barewire(['inspect', path, '1', '--json'], {
      limit: LIMIT,
      env: { NODE_OPTIONS },
    })
    expect(code).toBe(0)
    expect(bytes).toBeGreaterThan(400_000_000)
    expect(peakMemory ?? 0).toBeLessThan(MOST_MEMORY)
  })
})

test(
  'ten thousand connections of which nothing came but SYN',
  async () => {
    const syn = (i: number): Uint8Array =>
      tcpPacket({ from: `10.1.${i >> 8}.${i & 255}:${1024 + i}`, to: '10.0.0.2:443', seq: i, control: SYN })
    const path = file('half.pcap', 10_000, syn)
    const list = await read('inspect', path)
    expect(list.match(/^ +\d+ ✗ .* nobody answered/gm)).toHaveLength(10_000)
    expect(await read('explain', path)).toContain('SYN was not answered.')
  },
  LIMIT,
)
