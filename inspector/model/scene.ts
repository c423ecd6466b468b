/** What every region draws from, found once for each run: its messages, how they lie in each other, its connections. */
import type { Millis } from '../../src/engine.ts'
import { exchanges, type HttpExchange } from '../../src/inspect/exchanges.ts'
import { type Leg, legsInPieces } from '../../src/inspect/legs.ts'
import { type Pieces, whole } from '../../src/inspect/pieces.ts'
import { messagesOf, type TraceRecord } from '../../src/trace/recorder.ts'
import { type Threads, threads } from '../../src/trace/thread.ts'
import type { MessageRecord, VerdictRecord } from '../../src/trace/types.ts'
import type { Run } from './run.ts'

export interface Scene {
  readonly run: Run
  /** Of all hosts. */
  readonly messages: readonly MessageRecord[]
  readonly byId: ReadonlyMap<number, MessageRecord>
  /** What the client recorded, and what nobody in particular did. */
  readonly records: readonly TraceRecord[]
  /** Of `records`. */
  readonly own: readonly MessageRecord[]
  readonly verdicts: readonly VerdictRecord[]
  /** The client's connections in turn; for the eyes of another host see `legsOf`. */
  readonly legs: readonly Leg[]
  /** Of the client, in order. Found when they are first asked for. */
  readonly exchanges: readonly HttpExchange[]
  readonly start: Millis
  readonly end: Millis
  /** Over the messages of all hosts. Made when it is first asked for. */
  readonly threads: Threads
}

/** The same run gives the same object, until its records grow. */
export const sceneOf = (run: Run): Scene => whole(sceneInPieces(run))

export function* sceneInPieces(run: Run): Pieces<Scene> {
  const known = SCENES.get(run.records)
  if (known !== undefined && known.run === run) return known
  const scene = yield* made(run)
  SCENES.set(run.records, scene)
  return scene
}

const SCENES = new WeakMap<readonly TraceRecord[], Scene>()

/** Records of one host; those of nobody count as everybody's: they were decided before there was a connection. */
export const recordsOf = (records: readonly TraceRecord[], host: string | undefined): readonly TraceRecord[] =>
  host === undefined ? records : records.filter(({ record }) => record.host === host || record.host === '')

function* made(run: Run): Pieces<Scene> {
  const messages = messagesOf(run.records)
  const { host } = run.parties.client
  const records = recordsOf(run.records, host)
  const own = messages.filter(message => host === undefined || message.host === host)
  const legs = yield* legsInPieces(records)
  yield
  let index: Threads | undefined
  let asked: readonly HttpExchange[] | undefined
  return {
    run,
    messages,
    byId: new Map(messages.map(message => [message.id, message])),
    records,
    own,
    verdicts: records.flatMap(entry => (entry.type === 'verdict' ? [entry.record] : [])),
    legs,
    start: own.reduce((least, { at }) => Math.min(least, at), own[0]?.at ?? 0),
    end: own.reduce((most, { at }) => Math.max(most, at), own[0]?.at ?? 0),
    get exchanges() {
      asked ??= exchanges(own)
      return asked
    },
    get threads() {
      index ??= threads(messages)
      return index
    },
  }
}
