/** Failures in words: what a language has to bring (total by type), and how it is used. Read `en/tcp.ts` next. */
import type { Failure, FailureCode, Fault } from '../failures/index.ts'
import type { AlertNumber } from '../tls/alerts.table.ts'
import type { FileProblem } from './file-problems.ts'
import { type Note, stepsFor, type Told } from './steps.ts'

export type Language = 'en' | 'zh'

/** One code in one language. */
export interface Explanation {
  readonly title: string
  readonly says: (told: Told) => string
  readonly because?: readonly string[] | ((told: Told) => readonly string[])
}

/** The words for a family of failures: none is missing, none too many. */
export type WordsOf<Family> = { readonly [Code in keyof Family]: Explanation }
export type Explanations = Readonly<Record<FailureCode, Explanation>>

export interface AlertMeaning {
  readonly means: string
  /** What usually lies behind it when a peer sends it to us. */
  readonly likely: string
}
export type AlertWords = Readonly<Record<AlertNumber, AlertMeaning>>

export type FileWords = Readonly<Record<FileProblem, string>>

/** What stands around the sentences where a failure is shown with everything that is known. */
export interface Card {
  readonly expected: string
  readonly got: string
  readonly where: string
  readonly side: string
  readonly did: string
  readonly because: string
  readonly tryThis: string
  readonly elsewhere: string
  readonly rule: string
  readonly below: string
  /** The certificates of the other side. */
  readonly showed: string
  /** Bytes that are not shown. */
  readonly moreBytes: (count: number) => string
  readonly sides: Readonly<Record<Fault, string>>
  /** We sent an alert and closed. */
  readonly closed: (alert: number) => string
  /** A message of the trace and a range of bytes in it. */
  readonly bytes: (message: CardMessage, start: number, end: number) => string
  /** A certificate of the chain, from 0 for the leaf, or the root that was not sent, and a range of bytes in it. */
  readonly bytesIn: (certificate: number | 'anchor', start: number, end: number) => string
  /** A fact as engines give it (`where`, `got`, `expected`), in the words of this language. */
  readonly fact: (fact: string) => string
}
export interface CardMessage {
  readonly direction: 'in' | 'out'
  readonly name: string
  readonly id: number
}

/** A whole language. */
export interface Dictionary {
  readonly explanations: Explanations
  readonly notes: Readonly<Record<Note, string>>
  readonly card: Card
  /** What stands between two sentences; a space where undefined. */
  readonly gap?: string
}

/** A step in words. */
export interface Said {
  readonly command: string | undefined
  readonly note: string | undefined
}

/** A language at work. */
export interface Words {
  readonly language: Language
  readonly card: Card
  /** What happened, in a few words that hold for every case of the code. */
  title(failure: Failure): string
  /** What happened here, with the facts. */
  says(failure: Failure): string
  /** Title and what happened, in one line. */
  sentence(failure: Failure): string
  /** What it may come from, the likeliest first. */
  because(failure: Failure): readonly string[]
  /** Commands to copy, each with a note where it needs one, and advice without a command. */
  steps(failure: Failure): readonly Said[]
  /** The same as lines: a note behind a command is a comment for a shell. */
  tryThis(failure: Failure): readonly string[]
}

/** What is put between a command and its note: for a shell the note is a comment, so the whole line can be copied. */
export const BEFORE_NOTE = '     # '

export const bound = (language: Language, { explanations, notes, card, gap = ' ' }: Dictionary): Words => {
  const says = (failure: Failure): string => explanations[failure.code].says(failure)
  const steps = (failure: Failure): readonly Said[] =>
    stepsFor(failure).map(({ command, note }) => ({ command, note: note === undefined ? undefined : notes[note] }))
  return {
    language,
    card,
    title: failure => explanations[failure.code].title,
    says,
    sentence: failure => `${explanations[failure.code].title}${gap}${says(failure)}`,
    because(failure) {
      const { because = [] } = explanations[failure.code]
      return typeof because === 'function' ? because(failure) : because
    },
    steps,
    tryThis: failure =>
      steps(failure).map(({ command, note }) => [command, note].filter(part => part !== undefined).join(BEFORE_NOTE)),
  }
}
