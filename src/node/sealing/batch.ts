/** Records of one key that are sealed together, later: from the first that is laid into it until they can be sent. */
import type { AeadName } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { keyIn, MOST_RECORDS, plan, ROOM, sizeOf } from './job.ts'

/** Who waits for a batch. */
export interface Reader {
  /** Its records are there. */
  sealed(): void
  /** They never will be. */
  lost(): void
}

export class Batch {
  readonly name: AeadName
  /** Whose turn it is when several have something to seal. */
  readonly owner: object
  /** Undefined: it was moved to a thread. */
  memory: ArrayBuffer | undefined
  /** `open`: more can be laid into it. */
  state: 'open' | 'under way' | 'sealed' | 'lost' = 'open'
  count = 0
  /** Bytes of records. */
  used = 0
  /** When it is sealed. */
  records: Bytes | undefined
  /** Undefined where nobody waits yet, or any more. */
  reader: Reader | undefined

  /** `copyKey` writes the key where it is told. */
  constructor(memory: ArrayBuffer, name: AeadName, owner: object, copyKey: (into: Bytes) => void) {
    this.memory = memory
    this.name = name
    this.owner = owner
    copyKey(keyIn(memory, name))
  }
  /** Room for a record with its head, to be filled in at once; undefined: there is none left. */
  add(head: number, nonce: Bytes, additional: Bytes, plaintext: number): Bytes | undefined {
    const size = sizeOf(head, plaintext)
    if (this.memory === undefined || this.count === MOST_RECORDS || this.used + size > ROOM) return undefined
    plan(this.memory, this.count, { head, plaintext, nonce, additional })
    const record = new Uint8Array(this.memory, this.used, size)
    this.count++
    this.used += size
    return record
  }
}
