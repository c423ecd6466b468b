/**
 * Header fields as they are written: checked once, written often. A server that sends the same fields with every
 * response makes a block of them and pays for checking and encoding a single time.
 */
import type { Bytes } from '../engine.ts'
import type { HeaderList } from './types.ts'

/** What the fields say about the framing of their message. */
export interface OutgoingFacts {
  readonly length: number | undefined
  readonly chunked: boolean
  readonly connection: 'close' | 'keep-alive' | undefined
  readonly hasDate: boolean
  readonly hosts: number
}

/** Made by `headerBlock`. */
export interface HeaderBlock {
  readonly list: HeaderList
  /** The field lines, each with its CRLF. */
  readonly bytes: Bytes
  readonly facts: OutgoingFacts
}
