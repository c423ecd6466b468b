/** Every handshake message so far, under one hash (RFC 5246 7.4.9). The hash is known only after the hellos. */
import type { CryptoProvider, Hash, HashName } from '../crypto/provider.ts'
import type { Bytes } from '../engine.ts'
import { joined } from '../wire/bytes.ts'
import { messageHash } from './messages/tls13.ts'

export class Transcript {
  /** The messages themselves: until the hash is known, and beyond for as long as somebody may sign them. */
  #raw: Bytes[] | undefined = []
  #keep = false
  #hash: Hash | undefined
  /** Of all that is in `#hash`: often several want it before there is more. */
  #digest: Bytes | undefined
  #released = false
  /** Type, length and body of a message, in the order in which they went over the wire. */
  add(message: Bytes): void {
    if (this.#released) return
    this.#raw?.push(message)
    this.#hash?.update(message)
    this.#digest = undefined
  }
  /** RFC 5246 7.4.8: a client signs the messages themselves, with a hash of its own choice. Before `useHash`. */
  keepRaw(): void {
    this.#keep = true
  }
  /** The messages so far. Throws when they were not kept. */
  raw(): Bytes {
    if (this.#raw === undefined) throw new Error('the messages of this transcript were not kept')
    return joined(this.#raw)
  }
  forgetRaw(): void {
    this.#keep = false
    if (this.#hash !== undefined) this.#raw = undefined
  }
  useHash(crypto: CryptoProvider, name: HashName): void {
    this.#hash = crypto.hash(name)
    this.#digest = undefined
    for (const message of this.#raw ?? []) this.#hash.update(message)
    if (!this.#keep) this.#raw = undefined
  }
  /** As `useHash`, unless there is one already. */
  useHashOnce(crypto: CryptoProvider, name: HashName): void {
    if (this.#hash === undefined) this.useHash(crypto, name)
  }
  /** RFC 9846 4.5.1: when a HelloRetryRequest comes, a message with the hash stands for everything before it. */
  replaceByHash(crypto: CryptoProvider, name: HashName): void {
    const hash = this.digest()
    this.#hash = crypto.hash(name)
    this.add(messageHash(hash))
  }
  /** A transcript that goes on from here on its own, as that of a hello whose last part is not written yet. */
  fork(): Transcript {
    const other = new Transcript()
    other.#raw = this.#raw?.slice()
    other.#keep = this.#keep
    other.#hash = this.#hash?.copy()
    other.#released = this.#released
    return other
  }
  /** Both sides have agreed on it: an idle connection need not hold it, nor what comes later. */
  release(): void {
    this.#released = true
    this.#hash = undefined
    this.#digest = undefined
    this.#raw = undefined
  }
  /** The hash of everything so far, not to be changed; more may follow. Throws before `useHash` and after `release`: that binds nothing. */
  digest(): Bytes {
    if (this.#hash === undefined) throw new Error('a transcript without a hash binds nothing')
    this.#digest ??= this.#hash.copy().digest()
    return this.#digest
  }
}
