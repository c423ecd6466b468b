/**
 * What a fuzz target is. A layer adds one in `targets.ts`; `main.ts` fuzzes it, `corpus.test.ts` replays what was
 * found. Read `campaign.ts` next: the loop that knows which inputs are worth keeping.
 */
export interface Target {
  /** Layer and subject: `tls/client`. */
  readonly name: string
  /** Inputs to begin with when there is no corpus yet; they stay part of every campaign. */
  readonly seeds: () => readonly Uint8Array[]
  /** No mutation makes an input longer than this, in bytes. */
  readonly longest: number
  /** Cuts an input where it falls into parts, so that whole parts are moved, doubled and dropped. Joined, they are the input. */
  readonly parts?: (input: Uint8Array) => Uint8Array[]
  /** Byte strings that mean something to the target, besides the literals of its sources. */
  readonly words?: () => readonly Uint8Array[]
  /** The input in words, for whoever replays a crash. */
  readonly describe?: (input: Uint8Array) => readonly string[]
  /** Gives the input to what is tested. Throws when something that must hold does not. The same input does the same. */
  readonly run: (input: Uint8Array, look: Look) => void
}

export interface Look {
  /** Names something that was reached, where lines of code say too little: a state, or a state and what came there. */
  reached(what: string): void
  /** `thorough` for what is kept and replayed: checks that cost too much for every execution are made as well. */
  readonly depth: 'quick' | 'thorough'
}

/** Beginning with `name`, as files are called. */
export const fileName = (target: string): string => target.replaceAll('/', '-')
