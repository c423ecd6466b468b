/** Every handshake message so far, under one hash (RFC 5246 7.4.9). The hash is known only after the ServerHello. */
import type { CryptoProvider, Hash, HashName } from '../crypto/provider.ts'
import type { Bytes } from '../engine.ts'

export class Transcript {
  #early: Bytes[] = []
  #hash: Hash | undefined
  #released = false
  /** Type, length and body of a message, in the order in which they went over the wire. */
  add(message: Bytes): void {
    if (this.#released) return
    if (this.#hash === undefined) this.#early.push(message)
    else this.#hash.update(message)
  }
  useHash(crypto: CryptoProvider, name: HashName): void {
    const hash = crypto.hash(name)
    for (const message of this.#early) hash.update(message)
    this.#early = []
    this.#hash = hash
  }
  /** Both sides have agreed on it: an idle connection need not hold it, nor what comes later. */
  release(): void {
    this.#released = true
    this.#hash = undefined
  }
  /** The hash of everything so far; more may follow. Throws before `useHash` and after `release`: that binds nothing. */
  digest(): Bytes {
    if (this.#hash === undefined) throw new Error('a transcript without a hash binds nothing')
    return this.#hash.copy().digest()
  }
}
