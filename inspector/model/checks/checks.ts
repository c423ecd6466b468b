/**
 * Every check that was made in a run, passed or not, with the bytes that were checked; and those that were not made, with
 * the reason. What engines say of each message comes from their verdicts; what they do with every record and every segment
 * is counted from those.
 */
import type { Failure } from '../../../src/failures/index.ts'
import type { TraceRecord } from '../../../src/trace/recorder.ts'
import type { Carrier, Layer, MessageRecord, VerdictRecord } from '../../../src/trace/types.ts'
import { dissect } from '../../../src/wire/codec.ts'
import { fieldAt } from '../../../src/wire/field.ts'
import type { Parties, Party, Run } from '../run.ts'
import { notMade } from './not-made.ts'
import { whereOf } from './places.ts'

export interface CheckMade {
  readonly state: 'held' | 'failed'
  /** As the verdict calls it; its words are under this name, where there are some. */
  readonly check: string
  readonly party: Party
  readonly layer: Layer
  readonly at: number
  readonly rule: string | undefined
  /** What the engine adds, in its own words. */
  readonly about: string | undefined
  /** The bytes; several for a check that each record or segment went through. */
  readonly where: readonly Carrier[]
  /** How often it was made: as many as `where` where all are told. */
  readonly count: number
  readonly failure: Failure | undefined
}

/** Why nobody checked. */
export type WhyNot =
  /** It is encrypted, and there are no keys for it here. */
  | 'no keys'
  /** Nobody here knows whom the client trusts. */
  | 'no trust'
  /** Nobody had asked for it. */
  | 'not asked for'
  /** The exchange was over before. */
  | 'not reached'
  /** Only an end does that; here is what was seen of it from beside. */
  | 'not an end'

export interface CheckNotMade {
  readonly state: 'not made'
  readonly check: string
  readonly why: WhyNot
  /** How many times it would have been. */
  readonly count: number
  readonly where: readonly Carrier[]
}

export interface Checks {
  /** In the order in which they were made. */
  readonly made: readonly CheckMade[]
  readonly notMade: readonly CheckNotMade[]
  readonly held: number
  readonly failed: number
}

/** Places of one check that are told; all are counted. */
const MOST_PLACES = 200
/** Verdicts of one run; a peer that sends what is refused a million times fills no page. */
const MOST_ROWS = 2000

export const checksOf = ({ records, parties, origin }: Pick<Run, 'records' | 'parties' | 'origin'>): Checks => {
  const beside = origin.kind === 'file' || !records.some(isOfEngine)
  const looked = partiesLooking(parties)
  const verdicts = records.flatMap((entry, order) =>
    entry.type === 'verdict' ? [{ verdict: entry.record, order }] : [],
  )
  const made = [
    ...verdicts
      .filter(({ verdict }) => looked.has(verdict.host) && !saysNothing(verdict))
      .map(each => ofVerdict(each, records, looked)),
    ...[...looked].flatMap(([host, party]) => [
      ...recordChecks(records, host, party),
      ...(beside ? [] : windowChecks(records, host, party)),
    ]),
  ]
  const sorted = made.sort((a, b) => a.at - b.at || a.order - b.order).map(({ order: _, ...check }) => check)
  return {
    made: sorted.slice(0, MOST_ROWS),
    notMade: notMade(records, sorted, beside),
    held: sorted.filter(({ state }) => state === 'held').length,
    failed: sorted.filter(({ state }) => state === 'failed').length,
  }
}

/** Who only reads along tells the states of TCP, which are seen on the wire; those of the layers above are an end's own. */
const isOfEngine = (entry: TraceRecord): boolean =>
  entry.type === 'state' && (entry.record.layer === 'tls' || entry.record.layer === 'http')

const partiesLooking = ({ client, server, third }: Parties): ReadonlyMap<string, Party> =>
  new Map([client, server, third].flatMap(party => (party?.host === undefined ? [] : [[party.host, party] as const])))

type Ordered = CheckMade & { readonly order: number }

/** A check of revocation that says nothing about it was none: nobody had asked for it. */
export const saysNothing = ({ check, ok, about }: Pick<VerdictRecord, 'check' | 'ok' | 'about'>): boolean =>
  check === 'revocation' && ok && (about === undefined || about === 'not checked')

const ofVerdict = (
  { verdict, order }: { readonly verdict: VerdictRecord; readonly order: number },
  records: readonly TraceRecord[],
  looked: ReadonlyMap<string, Party>,
): Ordered => {
  const { check, ok, at, rule, about, failure, layer, host } = verdict
  return {
    state: ok ? 'held' : 'failed',
    check,
    party: looked.get(host)!,
    layer,
    at,
    rule: rule ?? failure?.rule,
    about,
    where: whereOf(verdict, order, records),
    count: 1,
    failure,
    order,
  }
}

/** RFC 9846 5.2, RFC 5246 6.2.3.3: what came in protected and was read had a tag that fits. */
const recordChecks = (records: readonly TraceRecord[], host: string, party: Party): readonly Ordered[] => {
  const damaged = new Set(
    records.flatMap(entry =>
      entry.type === 'verdict' && entry.record.check === 'record' && entry.record.where !== undefined
        ? [entry.record.where.message]
        : [],
    ),
  )
  const opened = found(records, host, message => isOpened(message) && !damaged.has(message.id))
  return byFlow(opened).map(list => ({
    ...counted(list, party),
    check: 'record tags',
    rule: ruleOf(list[0]!.message),
    where: list.slice(0, MOST_PLACES).map(({ message }) => tagIn(message)),
  }))
}

const isOpened = ({ layer, direction, sealed, about }: MessageRecord): boolean =>
  layer === 'record' && direction === 'in' && sealed === true && !/not readable/.test(about ?? '')

const TAGS = ['fragment.tag', 'fragment.mac', 'fragment.encryptedMac']

/** Where the form of its protected records is said: not the same in each version. */
const ruleOf = ({ format, bytes, name }: MessageRecord): string | undefined => {
  const tree = format && dissect(format, bytes, name)
  return tree?.ref ?? tree?.children?.find(({ ref }) => ref !== undefined)?.ref
}

/** Where a record has what protects it; all of it where its form does not say. */
export const tagIn = ({ id, format, bytes, name }: MessageRecord): Carrier => {
  const tree = format && dissect(format, bytes, name)
  const field = tree && TAGS.map(path => fieldAt(tree, path)).find(each => each !== undefined)
  return { message: id, start: field?.start ?? 0, end: field?.end ?? bytes.length }
}

/** RFC 9293 3.10.7.4: what came behind the handshake and was not refused lay in the window. */
const windowChecks = (records: readonly TraceRecord[], host: string, party: Party): readonly Ordered[] => {
  const open = new Set<string>()
  const refused = new Set<number>()
  for (const entry of records) {
    if (
      entry.type === 'verdict' &&
      entry.record.layer === 'tcp' &&
      !entry.record.ok &&
      entry.record.where !== undefined
    )
      refused.add(entry.record.where.message)
  }
  const inside: Found[] = []
  records.forEach((entry, order) => {
    if (entry.type === 'state' && entry.record.layer === 'tcp' && entry.record.host === host) {
      if (entry.record.to === 'ESTABLISHED') open.add(entry.record.flow)
      if (entry.record.to === 'CLOSED') open.delete(entry.record.flow)
    }
    if (entry.type !== 'message' || entry.record.host !== host) return
    const { layer, direction, flow, id } = entry.record
    if (layer === 'tcp' && direction === 'in' && open.has(flow) && !refused.has(id))
      inside.push({ message: entry.record, order })
  })
  return byFlow(inside).map(list => ({
    ...counted(list, party),
    check: 'sequence number in the window',
    rule: 'RFC 9293 3.10.7.4',
    where: list.slice(0, MOST_PLACES).map(({ message: { id } }) => ({ message: id, start: 4, end: 8 })),
  }))
}

interface Found {
  readonly message: MessageRecord
  readonly order: number
}

const found = (
  records: readonly TraceRecord[],
  host: string,
  wanted: (message: MessageRecord) => boolean,
): readonly Found[] =>
  records.flatMap((entry, order) =>
    entry.type === 'message' && entry.record.host === host && wanted(entry.record)
      ? [{ message: entry.record, order }]
      : [],
  )

const byFlow = (list: readonly Found[]): readonly (readonly Found[])[] => {
  const flows = new Map<string, Found[]>()
  for (const each of list) {
    const known = flows.get(each.message.flow)
    if (known === undefined) flows.set(each.message.flow, [each])
    else known.push(each)
  }
  return [...flows.values()]
}

const counted = (list: readonly Found[], party: Party): Omit<Ordered, 'check' | 'rule' | 'where'> => ({
  state: 'held',
  party,
  layer: list[0]!.message.layer,
  at: list[0]!.message.at,
  about: undefined,
  count: list.length,
  failure: undefined,
  order: list[0]!.order,
})
