/** One direction's protection of records, as the record layer sees it. Each version brings its own. */
import type { Bytes } from '../../engine.ts'
import type { Codec } from '../../wire/codec.ts'

export interface RecordProtection {
  /** How many records were sealed or opened. */
  readonly sequence: number
  /**
   * True when the key may seal nothing more than the message that changes it (RFC 9846 4.7.3), or, in TLS 1.2, the alert
   * that ends the connection.
   */
  readonly usedUp: boolean
  /** Bytes between the header of a record and its content. */
  readonly prefixLength: number
  /** How the record that was sealed or opened last lies on the wire. */
  readonly format: Codec<unknown>
  /**
   * What is in the record that was opened last: a content type, in TLS 1.3 the one inside; 0 when there was none to be
   * found, which no type is.
   */
  readonly opened: number
  /** Bytes that the fragment of a record may have. */
  readonly mostFragment: number
  /** The record as pieces for one write, the header in front. `most`: bytes of content and padding, where that is less than usual. */
  seal(type: number, content: Bytes, most?: number): readonly Bytes[]
  /** The content of a fragment, in a buffer of its own; undefined when it was altered. Sets `opened`. */
  open(type: number, fragment: Bytes): Bytes | undefined
  /** What is opened or sealed next is the record with this number: for readers of what others said, who may have missed some. */
  goTo(sequence: number): void
  /** Overwrites the keys: their successors have taken over. */
  wipe(): void
}
