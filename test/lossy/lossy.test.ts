/**
 * Exchanges of curl, nginx and Python over the kernel's TCP, on a wire that loses, doubles and overtakes: what passed beside
 * either end is read by us, by tshark and by tcptrace, and all say the same of it.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { judge } from '../conformance/suites/tshark.ts'
import { exportedBodies, identityOf } from '../conformance/tshark/objects.ts'
import { read } from '../conformance/tshark/ours.ts'
import { tsharkMissing } from '../interop/tshark.ts'
import { installed, run } from '../support/peers.ts'
import { temporaryFolder } from '../support/peers-chain.ts'
import { ourCounts, theirCounts } from './tcptrace.ts'
import { weathers } from './weathers.ts'

/** Why it cannot be played here; undefined where it can. */
const cannot = ((): string | undefined => {
  const absent = ['curl', 'nginx', 'python3', 'ip', 'nsenter'].filter(program => !installed(program))
  if (absent.length > 0) return `${absent.join(', ')} not installed`
  const tap = ['-n', 'ip', 'tuntap', 'add', 'probe', 'mode', 'tap']
  return spawnSync('unshare', tap, { stdio: 'ignore' }).status === 0
    ? undefined
    : 'needs the right to capture: root, network namespaces and TAP devices'
})()
const skipped = (...reasons: readonly (string | undefined)[]): string | undefined =>
  [cannot, ...reasons].find(reason => reason !== undefined)
const told = (reason: string | undefined): string => (reason === undefined ? '' : ` (skipped: ${reason})`)

const folder = temporaryFolder('lossy')
afterAll(folder.remove)

const play = async (...where: readonly string[]): Promise<void> => {
  const main = ['--import', import.meta.resolve('tsx'), fileURLToPath(new URL('main.ts', import.meta.url)), ...where]
  const { code, stderr } = await run('unshare', ['-n', process.execPath, ...main], { limit: 240_000 })
  expect(code, stderr).toBe(0)
}
beforeAll(async () => {
  if (cannot === undefined) await play(folder.path)
}, 250_000)

const captures = Object.keys(weathers).flatMap(weather =>
  ['client', 'server'].map(end => ({
    weather,
    name: `${weather}, beside the ${end}`,
    path: `${weather}-${end}.pcapng`,
  })),
)
const inFolder = (path: string): string => join(folder.path, path)
const keysOf = (weather: string): string => inFolder(`${weather}.keys`)
const readOf = (path: string, weather: string) =>
  read(new Uint8Array(readFileSync(inFolder(path))), [readFileSync(keysOf(weather), 'latin1')])

const noTshark = skipped(tsharkMissing ? 'tshark not installed' : undefined)
describe.skipIf(noTshark !== undefined)(
  `tshark says the same of connections, segments, fields and bodies${told(noTshark)}`,
  () => {
    for (const { weather, name, path } of captures)
      test(name, async ({ task }) => {
        // The kernel plays it otherwise each time, and tshark guesses by the times: what is run again is played again.
        const again = join(folder.path, `again-${path}`)
        if ((task.result?.retryCount ?? 0) > 0) await play(again, weather)
        const cases = existsSync(again)
          ? await judge(join(again, path), join(again, `${weather}.keys`))
          : await judge(inFolder(path), keysOf(weather))
        expect(cases.filter(({ outcome }) => outcome !== 'passed').map(({ detail }) => detail)).toEqual([])
        const counts = Object.fromEntries(cases.map(({ kind, count }) => [kind, count]))
        expect(counts).toMatchObject({ connections: 6, objects: 12 })
        expect(counts.segments).toBeGreaterThan(3)
        expect(counts.places).toBeGreaterThan(10_000)
        expect(counts.values).toBeGreaterThan(300)
      }, 120_000)
  },
)

const noTcptrace = skipped(installed('tcptrace') ? undefined : 'tcptrace not installed')
describe.skipIf(noTcptrace !== undefined)(
  `tcptrace counts the same segments, bytes and late segments${told(noTcptrace)}`,
  () => {
    for (const { weather, name, path } of captures)
      test(name, () => {
        const ours = ourCounts(readOf(path, weather))
        expect(ours).toEqual(theirCounts(inFolder(path)))
        expect(ours.length).toBe(6)
      }, 60_000)
  },
)

/** How often each file was said by either side. */
const SAID = { 'random.bin': 5, 'text.txt': 3, 'small.txt': 2 }
const PYTHON = identityOf(new Uint8Array(90_000).fill('p'.charCodeAt(0)))

describe.skipIf(cannot !== undefined)(`every body is in the capture as the server had it${told(cannot)}`, () => {
  for (const { weather, name, path } of captures)
    test(name, async () => {
      const expected = Object.entries(SAID).flatMap(([file, times]) =>
        Array<string>(times).fill(identityOf(readFileSync(inFolder(`root/${file}`)))),
      )
      const bodies = await exportedBodies(readOf(path, weather).capture)
      expect([...bodies.whole].sort()).toEqual([...expected, PYTHON, PYTHON].sort())
      expect(bodies).toMatchObject({ open: [], doubtful: 0 })
    }, 60_000)
})
