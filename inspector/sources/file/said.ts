/** What the page and the worker that reads a file say to each other. The page asks for each batch, so nothing piles up. */
import type { PackedFailure } from '../../../src/inspect/packed/packed.ts'

/** What was given beside captures. */
export interface Secrets {
  /** NSS format. */
  readonly keyLogs: readonly string[]
  /** Of servers, PrivateKeyInfo in DER: for RSA key exchange. */
  readonly privateKeys: readonly Uint8Array[]
}

export interface Opening {
  readonly type: 'open'
  readonly file: File
  readonly secrets: Secrets
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
