/** Why a run failed, if it did, and everything that is known of it: an engine's own failure, or what is found by looking. */
import { seenWordsOf, toldDiagnosis } from '../../src/explain/seen-words.ts'
import type { Said, Words } from '../../src/explain/words.ts'
import { entryOf, type Failure } from '../../src/failures/index.ts'
import { fromOf } from '../../src/inspect/diagnosis/ends.ts'
import { type Diagnosis, diagnose } from '../../src/inspect/diagnosis/index.ts'
import { type FailureRow, failureRows } from '../../src/inspect/failure-rows.ts'
import type { Carrier, MessageRecord, Range } from '../../src/trace/types.ts'
import { shownChain } from './chain.ts'
import type { Scene } from './scene.ts'

export type Trouble =
  | { readonly kind: 'failure'; readonly code: string; readonly failure: Failure }
  | { readonly kind: 'diagnosis'; readonly code: string; readonly diagnosis: Diagnosis }

/** Bytes [start, end) of `message` show it. */
export interface Evidence {
  readonly message: MessageRecord
  readonly start: number
  readonly end: number
}

export interface CardRow {
  readonly label: string
  readonly texts: readonly string[]
}

export interface TroubleCard {
  readonly code: string
  readonly title: string
  readonly says: string
  readonly rows: readonly CardRow[]
  readonly steps: { readonly label: string; readonly said: readonly Said[] }
}

/** Undefined where nothing failed, as far as can be seen. */
export const troubleOf = (scene: Scene): Trouble | undefined => {
  const known = TROUBLES.get(scene)
  if (known !== undefined) return known.trouble
  const trouble = found(scene)
  TROUBLES.set(scene, { trouble })
  return trouble
}

const TROUBLES = new WeakMap<Scene, { readonly trouble: Trouble | undefined }>()

const found = ({ run, records, legs }: Scene): Trouble | undefined => {
  const { failure } = run
  if (failure !== undefined) return { kind: 'failure', code: failure.code, failure }
  // Engines of ours say what they failed with, live ones too; for others it is found by looking, when they are done.
  if (run.origin.kind !== 'file' || run.open === true || legs.length === 0) return undefined
  const diagnosis = diagnose(records, { date: run.date })
  return diagnosis === undefined ? undefined : { kind: 'diagnosis', code: diagnosis.code, diagnosis }
}

/** Everything that is known of it, in words. */
export const cardOf = (trouble: Trouble, scene: Scene, words: Words): TroubleCard => {
  const { code } = trouble
  const { card, language } = words
  if (trouble.kind === 'failure') {
    const { failure } = trouble
    const rows = failureRows(failure, { words, records: scene.records })
    return {
      code,
      title: headed(words.title(failure)),
      says: words.says(failure),
      rows: rows.map(({ key, texts }: FailureRow) => ({ label: card[key], texts })),
      steps: { label: card.tryThis, said: words.steps(failure) },
    }
  }
  const { diagnosis } = trouble
  const { title, says, next } = toldDiagnosis(diagnosis, language)
  const seen = seenWordsOf(language)
  const at = evidenceOf(trouble, scene)
  const rows: readonly CardRow[] = [
    { label: card.side, texts: [seen.sides[diagnosis.side]] },
    { label: seen.gaveUp, texts: diagnosis.by === undefined ? [] : [seen.ends[diagnosis.by]] },
    {
      label: card.where,
      texts: at === undefined ? [] : [`${seen.sides[fromOf(at.message)]} ${at.message.name}, ${at.start}..${at.end}`],
    },
  ]
  return {
    code,
    title: headed(title),
    says,
    rows: rows.filter(({ texts }) => texts.length > 0),
    steps: { label: card.tryThis, said: next.map(note => ({ command: undefined, note })) },
  }
}

/** A headline has no full stop. */
const headed = (title: string): string => title.replace(/[.。]$/, '')

/** Where it can be seen; undefined where no bytes show it. */
export const evidenceOf = (trouble: Trouble, scene: Scene): Evidence | undefined => {
  if (trouble.kind === 'diagnosis') return placed(trouble.diagnosis.at, scene)
  const { failure } = trouble
  const { at } = failure
  if (at !== undefined && at.message !== 0) return placed(at, scene)
  const inChain = at === undefined || typeof at.certificate !== 'number' ? undefined : shown(at.certificate, at, scene)
  if (inChain !== undefined) return inChain
  const verdict = scene.verdicts.find(
    each => !each.ok && each.failure?.code === failure.code && each.where !== undefined,
  )
  return placed(verdict?.where, scene) ?? alertOf(failure, scene) ?? resetOf(failure, scene)
}

const placed = (at: Carrier | undefined, { byId }: Scene): Evidence | undefined => {
  const message = at === undefined ? undefined : byId.get(at.message)
  if (at === undefined || message === undefined) return undefined
  return { message, start: at.start, end: Math.min(at.end, message.bytes.length) }
}

/** Bytes [start, end) of a certificate of the chain, in the message that brought it. */
const shown = (which: number, { start, end }: Range, { records, run }: Scene): Evidence | undefined => {
  const chain = shownChain(records, run.parties.client.host ?? '')
  const certificate = chain?.certificates[which]
  if (chain === undefined || certificate === undefined) return undefined
  const at = certificate.where.start
  return { message: chain.message, start: at + start, end: Math.min(at + end, certificate.where.end) }
}

/** A connection that was refused or cut off: the segment that says so. */
const resetOf = ({ code }: Failure, { own }: Scene): Evidence | undefined => {
  if (!code.startsWith('tcp/')) return undefined
  const message = own.findLast(m => m.layer === 'tcp' && m.direction === 'in' && /\bRST\b/.test(m.name))
  return message === undefined ? undefined : { message, start: 0, end: message.bytes.length }
}

/** What the other side said when it gave up, and what we said: the alert itself is what there is to see. */
const alertOf = (failure: Failure, { own }: Scene): Evidence | undefined => {
  const from = entryOf(failure).fault === 'peer' ? ['in', 'out'] : ['out', 'in']
  for (const direction of from) {
    const message = own.findLast(m => m.name === 'Alert' && m.direction === direction && m.bytes[0] === 2)
    if (message !== undefined) return { message, start: 0, end: message.bytes.length }
  }
  return undefined
}
