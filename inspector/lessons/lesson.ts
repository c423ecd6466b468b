/**
 * What a lesson is: a run of the engines that the reader can change, steps over it, and one question that is answered by
 * running it. A lesson knows no language: it names things, and the words of a language say them. Read `play.ts` next, then
 * `connection/old-syn.ts`.
 */
import type { Millis } from '../../src/engine.ts'
import type { LabPlatform } from '../../src/lab/world.ts'
import type { TraceRecord } from '../../src/trace/recorder.ts'
import type { Drawing } from './drawings.ts'

/** The names that a lesson gives, each said by the words of a language. */
export interface Names {
  readonly step: string
  readonly change: string
  /** Answers to choose from; `right` and `wrong` where the reader writes the answer. */
  readonly choice: string
  /** What is written into drawings and tables. */
  readonly label: string
}

/** What the platform brings: primitives, dice, turns. With the same seed the same run. */
export interface Stage {
  platform(seed: number): LabPlatform
}

/** Numbers and words of a run, by the names that stand in braces in the texts. */
export type Facts = Readonly<Record<string, string | number>>

/** One played run of a lesson. */
export interface Scene<N extends Names = Names> {
  /** What the engines said; empty where there is arithmetic alone. */
  readonly records: readonly TraceRecord[]
  /** What the seed decides: another seed changes every one. */
  readonly facts: Facts
  /** What protocols fix, counted or read in this run all the same: a header's length, the number of a rule's tries. */
  readonly fixed?: Facts
  readonly steps: readonly Step<N>[]
  /** The exchange as a file, where the lesson offers it. */
  readonly file?: { readonly name: string; readonly bytes: Uint8Array }
}

export interface Step<N extends Names = Names> {
  readonly name: N['step']
  /** When it happens, where there is time. */
  readonly at?: Millis | undefined
  /** Below one another. */
  readonly drawings: readonly Drawing<N['label']>[]
}

export interface Played {
  readonly seed: number
  readonly change: string
}

/** One of the answers. Whether it is right is found in the run, never written here. */
export interface Choice<N extends Names = Names> {
  readonly name: N['choice']
  /** The run that proves it or shows it wrong. */
  readonly change: N['change']
  /** The step of it that does. */
  readonly see: N['step']
  holds(scene: Scene<N>): boolean
}

export interface Choosing<N extends Names = Names> {
  readonly kind: 'choosing'
  /** The run whose facts question and choices name; the first where undefined. */
  readonly about?: N['change']
  readonly choices: readonly Choice<N>[]
}

/** The reader writes what the run will say. */
export interface Writing<N extends Names = Names> {
  readonly kind: 'writing'
  /** The run that is asked about. */
  readonly change: N['change']
  readonly see: N['step']
  /** What keyboard a telephone shows. */
  readonly asks: 'number' | 'text'
  /** What the run says. */
  answer(scene: Scene<N>): string
}

export interface Lesson<N extends Names = Names> {
  readonly id: string
  /** What the reader may choose; the first one is what the prose and the question speak of. */
  readonly changes: readonly [N['change'], ...N['change'][]]
  readonly question: Choosing<N> | Writing<N>
  play(stage: Stage, how: { readonly seed: number; readonly change: N['change'] }): Promise<Scene<N>>
}

/** What a language says of a lesson. Facts stand in braces: `{oldNumber}`; backticks mark what is written as on the wire. */
export interface LessonWords<N extends Names = Names> {
  readonly title: string
  /** One paragraph each. Every fact is one of the first change's run. */
  readonly prose: readonly string[]
  readonly changes: Readonly<Record<N['change'], string>>
  readonly steps: Readonly<Record<N['step'], string>>
  readonly labels: Readonly<Record<N['label'], string>>
  readonly question: string
  readonly choices: Readonly<Record<Exclude<N['choice'], 'right' | 'wrong'>, string>>
  /** What is said when it was run. */
  readonly answers: Readonly<Record<N['choice'], string>>
}
