/** What can be drawn at a step. Data only: places on the paper are found in `layout.ts`, colours in the style. */
import type { Millis } from '../../src/engine.ts'
import type { Failure } from '../../src/failures/index.ts'
import type { MessageRecord, Range } from '../../src/trace/types.ts'
import type { Ladder } from './ladder.ts'

/** Whose it is, or how it went; the drawing gives it a colour and says it in another way too. */
export type Tone = 'plain' | 'client' | 'server' | 'third' | 'secret' | 'good' | 'bad' | 'quiet'

/** Messages between machines over time, drawn as far as the run has come. */
export interface LadderDrawing<L extends string> {
  readonly kind: 'ladder'
  readonly ladder: Ladder<L>
  /** How far time has come. */
  readonly now: Millis
  /** Numbers of the arrows that are there. */
  readonly drawn: readonly number[]
  /** Numbers of those that this step speaks of. */
  readonly fresh: readonly number[]
  /** Whose moments make the measure of time, where it is not this one's alone. */
  readonly measure?: Ladder<L>
}

/** Two exchanges side by side where there is room: what is at one height is at one time. */
export interface BesideDrawing<L extends string> {
  readonly kind: 'beside'
  readonly parts: readonly { readonly label: L; readonly ladder: LadderDrawing<L> }[]
}

/** One message as its fields and its bytes. */
export interface MessageDrawing {
  readonly kind: 'message'
  readonly message: MessageRecord
  /** Dotted path of the field that is chosen. */
  readonly field?: string
  /** Bytes of it that are marked, where they are no field. */
  readonly marked?: Range
  /** Dotted path of a certificate in it: that one is shown, and the field is one of its own. */
  readonly certificate?: string
}

/** One thing in another in another: the outermost first. */
export interface WrappingDrawing<L extends string> {
  readonly kind: 'wrapping'
  readonly wraps: readonly Wrap<L>[]
}
export interface Wrap<L extends string> {
  readonly label: L
  readonly bytes: number
  /** Where in it the next one lies; undefined for the innermost. */
  readonly inner?: { readonly start: number; readonly end: number }
  readonly fresh: boolean
}

export type Cell<L extends string> =
  | { readonly label: L }
  /** As it is: names, numbers. */
  | { readonly text: string; readonly tone?: Tone }
  /** Bytes, bits, letters: in columns. */
  | { readonly code: string; readonly tone?: Tone }
  /** What an engine refused, in the words of the registry. */
  | { readonly failure: Failure }

export interface Row<L extends string> {
  readonly cells: readonly Cell<L>[]
  readonly fresh?: boolean
  readonly tone?: Tone
}

export interface TableDrawing<L extends string> {
  readonly kind: 'table'
  readonly head?: readonly L[]
  readonly rows: readonly Row<L>[]
}

export interface Picture<L extends string> {
  readonly label: L
  readonly width: number
  readonly height: number
  /** A byte a pixel, 0 for black. */
  readonly grey: Uint8Array
}
export interface PicturesDrawing<L extends string> {
  readonly kind: 'pictures'
  readonly pictures: readonly Picture<L>[]
}

/** A pot of paint, and from which others it was mixed. */
export interface Pot<L extends string> {
  readonly label: L
  readonly who: 'client' | 'server' | 'third' | 'both'
  /** Red, green, blue, 0 to 255. */
  readonly colour: readonly [number, number, number]
  /** Column and row in which it stands. */
  readonly place: readonly [column: number, row: number]
  /** Places in the list. */
  readonly mixedOf?: readonly number[]
  readonly hidden: boolean
  readonly fresh: boolean
}
export interface PaintDrawing<L extends string> {
  readonly kind: 'paint'
  readonly pots: readonly Pot<L>[]
}

/** Bytes over time: when which part of a stream was sent, and what was acknowledged. */
export interface PlotDrawing<L extends string> {
  readonly kind: 'plot'
  readonly sent: readonly PlotSegment[]
  readonly acknowledged: readonly { readonly at: Millis; readonly upTo: number }[]
  readonly now: Millis
  readonly end: Millis
  readonly bytes: number
  readonly labels: { readonly lost: L; readonly again: L; readonly acknowledged: L; readonly sent: L }
}
export interface PlotSegment {
  readonly at: Millis
  readonly start: number
  readonly end: number
  readonly fate: 'arrived' | 'lost' | 'again'
}

/** Certificates, each signed by the next. */
export interface ChainDrawing<L extends string> {
  readonly kind: 'chain'
  readonly cards: readonly Card<L>[]
}
export interface Card<L extends string> {
  readonly title: string
  readonly rows: readonly Row<L>[]
  /** Whether the signature by the next card fits; undefined where nobody has looked yet. */
  readonly signed?: boolean | undefined
  readonly fresh: boolean
}

export type Drawing<L extends string> =
  | LadderDrawing<L>
  | BesideDrawing<L>
  | MessageDrawing
  | WrappingDrawing<L>
  | TableDrawing<L>
  | PicturesDrawing<L>
  | PaintDrawing<L>
  | PlotDrawing<L>
  | ChainDrawing<L>
