/**
 * Captures read by tshark and by us: every field that both name lies at the same place with the same bytes, what was
 * decrypted and put together has the same values, there are the same connections, and bodies of HTTP are the same files.
 * DIR is any folder of captures; secrets are in them or in a key log `NAME.keys` beside `NAME.pcapng` (or `.pcap`).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tsharkMissing } from '../../interop/tshark.ts'
import type { CaseResult, Suite } from '../suite.ts'
import {
  type Compared,
  compareConnections,
  comparePlaces,
  compareSegments,
  compareValues,
  theirSegments,
} from '../tshark/compare.ts'
import { compareObjects } from '../tshark/objects.ts'
import { read } from '../tshark/ours.ts'
import { count, theirsOf } from '../tshark/theirs.ts'

/** Differences that are told of each case; `BAREWIRE_TOLD` tells more. */
const MOST_TOLD = Number(process.env.BAREWIRE_TOLD ?? 3)

export interface Judged extends CaseResult {
  /** What was compared. */
  readonly count: number
}

/** Of the last run: what was compared in all, and what was set aside for which reason. */
interface Totals {
  captures: number
  /** Files that tshark refuses. */
  readonly unread: string[]
  readonly compared: Map<string, number>
  readonly aside: Map<string, number>
}
const newTotals = (): Totals => ({ captures: 0, unread: [], compared: new Map(), aside: new Map() })
let last = newTotals()

/** What differs between tshark's reading and ours of the capture at `path`, a case each; `keys` is a key log, if it is there. */
export const judge = async (
  path: string,
  keys = path.replace(/\.\w+$/, '.keys'),
  name = path,
  totals = newTotals(),
): Promise<Judged[]> => {
  const file = new Uint8Array(readFileSync(path))
  const keyLogs = existsSync(keys) ? [readFileSync(keys, 'latin1')] : []
  const ours = read(file, keyLogs)
  // Where nothing but an alert is said tshark does not guess that it is TLS.
  const options = [
    ...['-o', 'tcp.reassemble_out_of_order:TRUE'],
    // Machines that leave checksums to their cards capture wrong ones.
    ...['ip', 'tcp', 'udp'].flatMap(layer => ['-o', `${layer}.check_checksum:FALSE`]),
    ...(keyLogs.length === 0 ? [] : ['-o', `tls.keylog_file:${keys}`]),
    ...[...ours.tlsPorts].flatMap(port => ['-d', `tcp.port==${port},tls`]),
  ]
  const theirs = theirsOf(ours, options)
  const segments = theirSegments(file, theirs.frames)
  const found: Readonly<Record<string, Compared>> = {
    connections: compareConnections(ours, segments),
    segments: compareSegments(ours, segments, theirs.aside),
    places: comparePlaces(ours, theirs),
    values: compareValues(ours, theirs),
    objects: await compareObjects(ours, theirs, options),
  }
  totals.captures++
  for (const [reason, number] of theirs.aside) count(totals.aside, reason, number)
  return Object.entries(found).map(([kind, { wrong, count: compared }]) => {
    count(totals.compared, kind, compared)
    return {
      id: `${name}: ${kind}`,
      kind,
      count: compared,
      outcome: wrong.length === 0 ? 'passed' : 'failed',
      detail: wrong.length === 0 ? '' : `${wrong.length} of ${compared}: ${wrong.slice(0, MOST_TOLD).join('; ')}`,
    }
  })
}

/** tshark ended with an error: it says of a file that it cannot read it. */
const isRefusal = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('Command failed: tshark')

/** A capture that ends us is a failure of its own, and others are still read. */
const judged = async (data: string, name: string, totals: Totals): Promise<readonly CaseResult[]> => {
  try {
    return await judge(join(data, name), undefined, name, totals)
  } catch (error) {
    if (isRefusal(error)) {
      totals.unread.push(name)
      return []
    }
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return [{ id: name, outcome: 'failed', kind: 'not-read', detail: detail.slice(0, 600) }]
  }
}

export const suite: Suite = {
  name: 'tshark',
  onlyByName: true,
  listed: {},
  skips: {},
  async run(data, cases) {
    last = newTotals()
    const wanted = cases === undefined ? undefined : new RegExp(cases)
    const names = readdirSync(data, { recursive: true, encoding: 'utf8' })
      .filter(name => /\.p?cap(ng)?$/.test(name) && wanted?.test(name) !== false)
      .sort()
    if (names.length === 0 || tsharkMissing) return undefined
    const results: CaseResult[] = []
    for (const name of names) results.push(...(await judged(data, name, last)))
    return results
  },
  async tables() {
    return [
      `${last.captures} captures; compared: ${[...last.compared].map(([kind, number]) => `${number} ${kind}`).join(', ')}`,
      ...(last.unread.length === 0 ? [] : [`tshark does not read ${last.unread.length}: ${last.unread.join(', ')}`]),
      ...[...last.aside].map(([reason, number]) => `set aside: ${number}: ${reason}`),
    ]
  },
}
