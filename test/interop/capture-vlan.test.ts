/** VLAN tags in a live capture: the kernel takes them out of what arrives, whether it has links for them or not. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { cannotCapture } from '../support/capture-right.ts'
import { packetsOf } from '../support/pcapng.ts'
import { installed, missing } from '../support/peers.ts'
import { temporaryFolder } from '../support/peers-chain.ts'
import { tshark, tsharkMissing } from './tshark.ts'

const folder = temporaryFolder('capture-vlan')
afterAll(folder.remove)

/** A network of its own, whose loopback is up; no other interface is touched. */
const inside = (command: string, ...words: readonly string[]): readonly string[] => [
  ...['-rn', 'sh', '-c', 'ip link set lo up && exec "$0" "$@"'],
  ...[command, ...words],
]
const NEEDED = ['unshare', 'ip', 'python3']
const hasNetwork = NEEDED.every(installed) && spawnSync('unshare', [...inside('true')]).status === 0
const why =
  (await cannotCapture()) ?? (hasNetwork ? undefined : missing(...NEEDED) || ' (skipped: no network of its own here)')

const HEAD = '00'.repeat(12)
const DATAGRAM = '0800 4500 0020 0001 0000 4011 0000 7f000001 7f000001 0009 0009 000c 0000 01020304'.replaceAll(' ', '')
const frames = {
  one: `${HEAD}81006007${DATAGRAM}`,
  two: `${HEAD}88a8000581000007${DATAGRAM}`,
  none: `${HEAD}${DATAGRAM}`,
  priority: `${HEAD}8100e000${DATAGRAM}`,
}

const SEND = `
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(('lo', 0))
for each in sys.argv[1:]: s.send(bytes.fromhex(each))
`

test.skipIf(why !== undefined)(
  `tags are where they were on the wire${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    const file = join(folder.path, 'vlan.pcapng')
    const bin = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url))
    const own = [process.execPath, '--import', 'tsx', bin, 'capture', '-i', 'lo', '-o', file, '--']
    const program = ['python3', '-c', SEND, ...Object.values(frames)]
    execFileSync('unshare', inside(own[0]!, ...own.slice(1), ...program), { stdio: 'ignore', timeout: 60_000 })
    const bytes = new Uint8Array(readFileSync(file))
    const kept = packetsOf(bytes).map(({ body }) => Buffer.from(body.data).toString('hex'))
    expect(kept).toEqual(Object.values(frames))
    if (tsharkMissing) return
    const fields = ['-T', 'fields', '-e', 'ieee8021ad.id', '-e', 'vlan.id', '-e', 'udp.length', '-e', 'frame.len']
    expect(
      tshark(bytes, ...fields)
        .trimEnd()
        .split('\n'),
    ).toEqual(['\t7\t12\t50', '5\t7\t12\t54', '\t\t12\t46', '\t0\t12\t50'])
  },
  90_000,
)
