/**
 * What one reading direction is under: its keys, how much a record may hold, and what happens to a record that cannot be
 * opened. A new epoch begins only where nothing of the one before is unread.
 */
import type { Bytes } from '../engine.ts'
import { MAX_PLAINTEXT } from './limits.ts'
import { APPLICATION_DATA } from './record/format.ts'
import type { RecordProtection } from './record/protection.ts'
import { refusal } from './refusal.ts'

export class ReadEpoch {
  readonly protection: RecordProtection | undefined
  /** Bytes of content that a record may hold. */
  mostContent: number = MAX_PLAINTEXT
  /** Bytes of records that may be passed over because they cannot be opened (RFC 9846 4.3.10), and how many of them came. */
  #mayPass: number | undefined
  #passed = 0
  constructor(protection?: RecordProtection) {
    this.protection = protection
  }
  passOver(bytes: number): void {
    this.#mayPass = bytes
  }
  /**
   * Whether a record is to be passed over: early data that nobody wants. The first that opens ends it. Throws a `Refusal`
   * when there is too much of it.
   */
  passes(type: number, fragment: Bytes): boolean {
    if (this.#mayPass === undefined || type !== APPLICATION_DATA) return false
    this.#passed += Math.max(1, fragment.length)
    if (this.#passed > this.#mayPass) throw refusal('tls/too-much-passed-over', { number: this.#mayPass })
    return true
  }
  opened(): void {
    this.#mayPass = undefined
  }
}
