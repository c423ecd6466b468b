/** What two exchanges have that can be laid side by side. A is the one that works, where one does. */

/** Which of the two. */
export type Letter = 'A' | 'B'
export const LETTERS = ['A', 'B'] as const satisfies readonly Letter[]

/** Something of each. */
export type Each<T> = Readonly<Record<Letter, T>>

/** One field: what is compared, and what is shown of it. */
export interface Fact {
  /** Each of a list; none for what is only there. */
  readonly values: readonly string[]
  /** The same, starred where it is private. */
  readonly texts: readonly string[]
}

/** Fields of one message, or of what stands for it, by their path below it. */
export interface Part {
  /** `ClientHello`, `request`, `answer 2`. */
  readonly name: string
  readonly facts: ReadonlyMap<string, Fact>
}

/** How a side of a difference stands there; undefined: the field is not there. */
export type Cell = Shown | undefined

interface Shown {
  /** What only this side has; all of it where little is the same. */
  readonly texts: readonly string[]
  /** How many values both have that are not among `texts`. */
  readonly shared: number
}

export interface Difference {
  readonly part: string
  /** Below the part. */
  readonly field: string
  readonly cells: Each<Cell>
}

/** A step of an exchange: what one end said. */
export interface Step {
  readonly from: 'client' | 'server'
  /** Steps with the same key are the same, whatever their fields say. */
  readonly key: string
  readonly text: string
}

/** How one ended. */
export interface Ending {
  readonly how: 'FIN' | 'RST' | undefined
  readonly by: 'client' | 'server' | undefined
}

export interface Course {
  readonly steps: readonly Step[]
  readonly ending: Ending
}

/** Where the two courses part. */
export interface Parting {
  /** The first that only one has, or that differs; undefined where that side said nothing more. */
  readonly first: Each<Step | undefined>
  /** The last that each said. */
  readonly last: Each<Step | undefined>
  readonly ending: Each<Ending>
}

export interface ComparedPart {
  readonly name: string
  readonly differs: number
  readonly of: number
}

export interface Comparison {
  /** Parts that both have, with how many of their fields differ. */
  readonly parts: readonly ComparedPart[]
  readonly differences: readonly Difference[]
  /** Lists with the same values in another order: it is not counted. */
  readonly reordered: readonly string[]
  /** Undefined where both went the same way. */
  readonly parting: Parting | undefined
}
