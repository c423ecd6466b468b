/** What a peer may do without end and without sense: counted, and refused when it is too often. */
import type { Renegotiation } from '../config.ts'
import {
  MAX_CHANGE_CIPHER_SPECS,
  MAX_EMPTY_RECORDS,
  MAX_KEY_UPDATES,
  MAX_RENEGOTIATION_REQUESTS,
  MAX_WARNINGS,
} from '../limits.ts'
import { refusal } from '../refusal.ts'

export class Patience {
  #warnings = 0
  #emptyRecords = 0
  #renegotiations = 0
  #keyUpdates = 0
  #changeCipherSpecs = 0
  /** A warning alert; so many in a row. */
  warning(): void {
    if (++this.#warnings > MAX_WARNINGS) throw refusal('tls/too-many-warnings', { number: this.#warnings })
  }
  /** A record of application data without any; so many in a row. */
  emptyRecord(): void {
    if (++this.#emptyRecords > MAX_EMPTY_RECORDS)
      throw refusal('tls/too-many-empty-records', { number: this.#emptyRecords })
  }
  /** A request to negotiate again; so many over the life of a connection. */
  renegotiation(choice: Renegotiation): void {
    const most = choice === 'fatal' ? 0 : MAX_RENEGOTIATION_REQUESTS
    if (++this.#renegotiations > most) throw refusal('tls/renegotiation', { number: this.#renegotiations })
  }
  /** A KeyUpdate; so many without data between them. */
  keyUpdate(): void {
    if (++this.#keyUpdates > MAX_KEY_UPDATES) throw refusal('tls/too-many-key-updates', { number: this.#keyUpdates })
  }
  /** A ChangeCipherSpec that says nothing; so many in a handshake. */
  changeCipherSpec(): void {
    if (++this.#changeCipherSpecs > MAX_CHANGE_CIPHER_SPECS)
      throw refusal('tls/unexpected-message', { expected: 'no more ChangeCipherSpec', got: 'another one' })
  }
  /** A message of another kind came: warnings are no longer in a row. */
  message(): void {
    this.#warnings = 0
  }
  /** Data came. */
  data(): void {
    this.#emptyRecords = 0
    this.#keyUpdates = 0
    this.#warnings = 0
  }
}
