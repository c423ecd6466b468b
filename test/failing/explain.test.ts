/**
 * Exchanges between others that fail, captured as they passed: without being told which end is whose, what is found is the
 * right cause and the right side. What each program does there is its own; what it says about it nobody here has written.
 */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { openCapture } from '../../src/dissect/capture.ts'
import { judge } from '../conformance/suites/tshark.ts'
import { tsharkMissing } from '../interop/tshark.ts'
import { installed } from '../support/peers.ts'
import { temporaryFolder } from '../support/peers-chain.ts'
import { captured } from '../support/peers-io.ts'
import { failedAnswers } from './answers.ts'
import { refusedCertificates } from './certificates.ts'
import { furtherFailures } from './further.ts'
import { goodExchanges } from './good.ts'
import { failedHandshakes } from './handshakes.ts'
import { oddFailures } from './odd.ts'
import { cannotRecord, type Recorded, recordApart } from './recording.ts'

const bad = [...refusedCertificates, ...failedHandshakes, ...failedAnswers, ...oddFailures, ...furtherFailures]
const unable = cannotRecord()
const lacking = (needs: readonly string[]): readonly string[] => needs.filter(program => !installed(program))

const folder = temporaryFolder('failing')
const portOf = new Map<string, number>()
let recorded: Recorded | undefined
let found: readonly Told[] = []

interface Told {
  readonly conversation: number
  readonly code: string
  readonly side: string
  readonly title: string
  readonly alike: readonly number[]
}

beforeAll(async () => {
  if (unable !== undefined) return
  recorded = await recordApart(folder.path)
  for (const { name, port } of recorded.played) portOf.set(name, port)
  const io = captured({ env: {} })
  expect(await main(['explain', recorded.file, '--keys', recorded.keyLog, '--json'], io)).toBe(0)
  found = io
    .stdout()
    .trimEnd()
    .split('\n')
    .map(text => JSON.parse(text) as Told)
}, 240_000)
afterAll(folder.remove)

/** What was found of the exchange on `port`. */
const foundOn = (port: number): readonly Told[] => {
  const bytes = readFileSync(recorded!.file)
  conversations ??= openCapture({ size: bytes.length, read: (from, to) => bytes.subarray(from, to) }).conversations
  const ids = new Set(conversations.filter(({ server }) => server.port === port).map(({ id }) => id))
  // A program is tried until it listens: until then it refuses.
  return found.filter(({ conversation }) => ids.has(conversation))
}
let conversations: ReturnType<typeof openCapture>['conversations'] | undefined

const why = (needs: readonly string[]): string => {
  if (unable !== undefined) return ` (skipped: ${unable})`
  const programs = lacking(needs)
  return programs.length === 0 ? '' : ` (skipped: ${programs.join(', ')} not installed)`
}

describe('an exchange that fails has its cause and side named', () => {
  for (const { name, code, side, needs } of bad)
    test.skipIf(why(needs) !== '')(`${name}${why(needs)}`, () => {
      const told = foundOn(portOf.get(name)!).map(each => `${each.code} ${each.side}`)
      const right = [code].flat().map(each => `${each} ${side}`)
      expect(told.filter(each => right.includes(each)).length, `found ${told.join(', ')}`).toBe(1)
    })
})

test.skipIf(why(bad.flatMap(({ needs }) => needs)) !== '')('they are 80 and more, of peers of many kinds', () => {
  const peers = new Set(bad.flatMap(({ needs }) => needs))
  console.log(`${bad.length} exchanges that fail, of ${[...peers].sort().join(', ')}`)
  expect(new Set(bad.map(({ name }) => name)).size).toBeGreaterThanOrEqual(80)
})

describe('an exchange that does not fail has nothing to be explained', () => {
  for (const { name, needs } of goodExchanges)
    test.skipIf(why(needs) !== '')(`${name}${why(needs)}`, () => {
      const told = foundOn(portOf.get(name)!).map(each => each.code)
      expect(told.filter(each => each !== 'tcp/refused')).toEqual([])
    })
})

/** Without it nothing can be compared. */
const alone = unable ?? (tsharkMissing ? 'tshark not installed' : undefined)

test.skipIf(alone !== undefined)(
  `tshark sees the same connections, the same fields at the same places, and the same values${alone === undefined ? '' : ` (skipped: ${alone})`}`,
  async () => {
    const cases = await judge(recorded!.file, recorded!.keyLog)
    expect(cases.filter(({ outcome }) => outcome !== 'passed').map(({ detail }) => detail)).toEqual([])
    // A comparison of nothing would pass too.
    const counts = Object.fromEntries(cases.map(({ kind, count }) => [kind, count]))
    expect(counts.connections).toBeGreaterThan(100)
    expect(counts.places).toBeGreaterThan(20_000)
    expect(counts.values).toBeGreaterThan(4_000)
    expect(counts.objects).toBeGreaterThan(10)
  },
  240_000,
)
