/** What the page and the worker that reads a file say to each other. The page asks for each batch, so nothing piles up. */
import type { PackedFailure } from '../../../src/inspect/packed/packed.ts'

export interface Opening {
  readonly type: 'open'
  readonly file: File
  /** Key logs (NSS format). */
  readonly keys: readonly string[]
  readonly privacy: 'starred' | 'shown'
}

export type Asking =
  | Opening
  | { readonly type: 'contents'; readonly ask: number }
  | { readonly type: 'conversation'; readonly ask: number; readonly number: number }
  | { readonly type: 'more'; readonly ask: number }
  | { readonly type: 'enough'; readonly ask: number }

export type Answer =
  | { readonly type: 'lines'; readonly ask: number; readonly lines: readonly object[]; readonly isLast: boolean }
  | { readonly type: 'progress'; readonly done: number; readonly of: number }
  /** `failure` undefined: the file cannot be read. */
  | { readonly type: 'failed'; readonly ask: number; readonly failure: PackedFailure | undefined }
