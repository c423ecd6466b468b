/** tshark as an oracle: whether it is there, and what it makes of a capture file. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const tsharkMissing: boolean = spawnSync('tshark', ['--version']).status !== 0

/** Without the user's own profile, names not looked up, checksums looked at. */
const QUIET = ['-n', '-o', 'ip.check_checksum:TRUE', '-o', 'tcp.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE']

/** What `tshark -r FILE …` prints for these bytes. */
export const tshark = (capture: Uint8Array, ...options: readonly string[]): string => {
  const folder = mkdtempSync(join(tmpdir(), 'barewire-tshark-'))
  try {
    const file = join(folder, 'capture.pcapng')
    writeFileSync(file, capture)
    return execFileSync('tshark', ['-r', file, ...QUIET, ...options], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 512 * 1024 * 1024,
      env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, WIRESHARK_CONFIG_DIR: folder },
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** One value of each of `names` per frame; several in a frame are joined with a comma. */
export const tsharkFields = (
  capture: Uint8Array,
  names: readonly string[],
  ...options: readonly string[]
): string[][] =>
  tshark(capture, '-T', 'fields', '-E', 'separator=|', ...names.flatMap(name => ['-e', name]), ...options)
    .split('\n')
    .filter(line => line !== '')
    .map(line => line.split('|'))

/** Everything that tshark finds wrong or remarkable, one line per finding; an ordinary exchange has none. */
export const tsharkComplaints = (capture: Uint8Array): string[] =>
  tshark(
    capture,
    '-Y',
    '_ws.malformed or tcp.analysis.flags or ip.checksum.status == "Bad" or tcp.checksum.status == "Bad" or udp.checksum.status == "Bad"',
    '-T',
    'fields',
    '-e',
    'frame.number',
    '-e',
    '_ws.col.Info',
  )
    .split('\n')
    .filter(line => line !== '')
