/** An AEAD whose long records are sealed in threads: what it gives for them is filled later. */
import type { AeadName } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { NodeAead } from '../aead.ts'
import { Batch } from './batch.ts'
import type { Pool } from './pool.ts'

/** What a batch begins with is longer: a short record alone is sealed at once. */
const LEAST_FIRST = 8 * 1024

export class LaterAead extends NodeAead {
  readonly #pool: Pool
  readonly #name: AeadName
  #batch: Batch | undefined
  constructor(name: AeadName, key: Bytes, pool: Pool) {
    super(name, key)
    this.#name = name
    this.#pool = pool
  }
  /** Everything that follows is laid into the batch that is open: what is sealed at once would come before it. */
  sealLater(head: number, nonce: Bytes, additional: Bytes, plaintext: number): Bytes | undefined {
    const open = this.#batch?.state === 'open' ? this.#batch : undefined
    const record = open?.add(head, nonce, additional, plaintext)
    if (record !== undefined) return record
    if (open !== undefined) this.#pool.seal(open)
    this.#batch = undefined
    if (plaintext < LEAST_FIRST || !this.#pool.ready) return undefined
    this.#batch = new Batch(this.#pool.memory(), this.#name, this, into => this.copyKey(into))
    this.#pool.opened(this.#batch)
    return this.#batch.add(head, nonce, additional, plaintext)
  }
  /** What was promised has the key already. */
  override wipe(): void {
    if (this.#batch !== undefined) this.#pool.seal(this.#batch)
    this.#batch = undefined
    super.wipe()
  }
}
