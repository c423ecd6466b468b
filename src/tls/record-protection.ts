/** One direction's protection of records, as the record layer sees it. Each version brings its own. */
import type { Bytes } from '../engine.ts'
import type { Codec } from '../wire/codec.ts'

export interface RecordProtection {
  /** How many records were sealed or opened. */
  readonly sequence: number
  /** True when the key may seal nothing more than the alert that ends the connection. */
  readonly usedUp: boolean
  /** Bytes between the header of a record and its content. */
  readonly prefixLength: number
  /** How a record lies on the wire. */
  readonly format: Codec<unknown>
  /** The record as pieces for one write. */
  seal(type: number, plaintext: Bytes): readonly Bytes[]
  /** The content of a fragment, in a buffer of its own; undefined when it was altered. */
  open(type: number, fragment: Bytes): Bytes | undefined
}
