/**
 * A run: one conversation as the page shows it, whoever recorded it. The engines in the page, a file and the live feed all
 * make one; every region draws from it and knows nothing else. Read `src/trace/types.ts` for what records say.
 */
import type { Bytes, Millis } from '../../src/engine.ts'
import type { Failure } from '../../src/failures/index.ts'
import type { TraceRecord } from '../../src/trace/recorder.ts'

/** One of the machines. */
export interface Party {
  /** As `host` in the records. Undefined: nobody looked from there, it is known by what came from it alone. */
  readonly host: string | undefined
  /** What people call it: a name or an address. */
  readonly name: string
  readonly address?: string | undefined
}

export interface Parties {
  /** Who began; the left side of every drawing. */
  readonly client: Party
  readonly server: Party
  /** Whoever sits between the two and does more than pass frames on. */
  readonly third?: Party | undefined
}

/** How to play it once more, to the last byte. */
export interface Recipe {
  readonly scenario: string
  /** What was changed, as an address has it; empty for nothing. */
  readonly change: string
  readonly seed: number
}

export type Origin =
  | { readonly kind: 'engines'; readonly recipe: Recipe }
  | { readonly kind: 'file'; readonly file: string; readonly conversation: number }
  | { readonly kind: 'live'; readonly command: string }

export interface Run {
  /** In the address: `@1`, or a name of its own. Unique in the page. */
  readonly id: string
  /** For the list of runs: `shop.test, seed 7`, the name of a file. May come from elsewhere: text, never markup. */
  readonly name: string
  readonly origin: Origin
  readonly parties: Parties
  /** In the order in which they were told, secrets among them where they are known. Grows only by a new array. */
  readonly records: readonly TraceRecord[]
  /** Milliseconds since 1970 at `at` 0 of the records; undefined where nobody knows. */
  readonly date: Millis | undefined
  /** The authorities that the client trusts, DER; undefined where nobody says. */
  readonly trusted?: readonly Bytes[] | undefined
  /** What the client gave up with, where it was an engine of ours; otherwise it is found by looking. */
  readonly failure?: Failure | undefined
  /** Whether values of cookies, credentials and bodies are in it, or stars; undefined: nothing in it is private. */
  readonly privacy?: 'starred' | 'shown' | undefined
  /** Records that were not kept. */
  readonly dropped?: number | undefined
  /** True while it may go on. */
  readonly open?: boolean | undefined
}
