/** What the page knows of captures and of the run that goes on, besides the runs that are open. */
import type { FailureCode } from '../../../src/failures/table.ts'
import type { Contents } from '../../model/contents.ts'
import type { Live } from '../../model/live.ts'
import type { Secrets } from '../../sources/file/said.ts'

/** Why something cannot be shown. */
export type Missing =
  | { readonly kind: 'failure'; readonly code: FailureCode }
  | { readonly kind: 'unreadable' | 'empty' | 'not here' | 'no conversation' | 'no run' }
  | { readonly kind: 'not served'; readonly status: number }

/** A capture that can be opened. */
export interface Listing {
  /** In the address. */
  readonly id: string
  /** May come from elsewhere: text, never markup. */
  readonly name: string
  /** Of a run that is kept: when, as ISO 8601 has it. */
  readonly date?: string | undefined
  /** It was given to the page, which forgets it. */
  readonly isOwn: boolean
  /** In bytes, where it is known. */
  readonly size?: number | undefined
  readonly contents?: Contents | undefined
  /** The part that was read, until the index is there. */
  readonly progress?: number | undefined
  readonly missing?: Missing | undefined
}

export interface LiveState {
  readonly live: Live
  readonly link: 'connecting' | 'open' | 'lost' | 'again' | 'ended'
  /** Another for everything that came. */
  readonly version: number
}

export interface Captures {
  readonly all: readonly Listing[]
  /** Whether the page knows what it was opened with. */
  readonly isListed: boolean
  /** That were given. */
  readonly secrets: Secrets
  readonly live: LiveState | undefined
  /** Records of the conversation that is being opened. */
  readonly opening: number | undefined
  /** Why the run that the address names is not here. */
  readonly missing: Missing | undefined
  /** Opens captures; key logs and private keys among them are for all of them. */
  give(files: readonly File[]): void
}
