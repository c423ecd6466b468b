/** Every handshake message so far, under one hash (RFC 5246 7.4.9). The hash is known only after the hellos. */
import type { CryptoProvider, Hash, HashName } from '../crypto/provider.ts'
import type { Bytes } from '../engine.ts'
import { joined } from '../wire/bytes.ts'
import { messageHash } from './messages/tls13.ts'

/**
 * Up to so many bytes the messages are hashed anew whenever somebody wants to know: that costs less than an object for the
 * hash, and a copy of it each time. A handshake with certificates of elliptic curves has half of this.
 */
const MOST_GATHERED = 4096

export class Transcript {
  /** The messages themselves: while they are few, and beyond for as long as somebody may sign them. */
  #raw: Bytes[] | undefined = []
  #size = 0
  #keep = false
  #known: { readonly crypto: CryptoProvider; readonly name: HashName } | undefined
  /** Of messages that are many. */
  #hash: Hash | undefined
  /** Of everything so far: often several want it before there is more. */
  #digest: Bytes | undefined
  #released = false
  /** Type, length and body of a message, in the order in which they went over the wire. It must not change any more. */
  add(message: Bytes): void {
    if (this.#released) return
    this.#digest = undefined
    this.#raw?.push(message)
    this.#size += message.length
    if (this.#hash !== undefined) this.#hash.update(message)
    else this.#settle()
  }
  /** RFC 5246 7.4.8: a client signs the messages themselves, with a hash of its own choice. Before `useHash`. */
  keepRaw(): void {
    this.#keep = true
  }
  /** The messages so far. Throws when they were not kept. */
  raw(): Bytes {
    if (this.#raw === undefined || (this.#known !== undefined && !this.#keep))
      throw new Error('the messages of this transcript were not kept')
    return joined(this.#raw)
  }
  forgetRaw(): void {
    this.#keep = false
    if (this.#hash !== undefined) this.#raw = undefined
  }
  useHash(crypto: CryptoProvider, name: HashName): void {
    if (this.#released) return
    this.#known = { crypto, name }
    this.#hash = undefined
    this.#digest = undefined
    this.#settle()
  }
  /** As `useHash`, unless there is one already. */
  useHashOnce(crypto: CryptoProvider, name: HashName): void {
    if (this.#known === undefined) this.useHash(crypto, name)
  }
  /** RFC 9846 4.5.1: when a HelloRetryRequest comes, a message with the hash stands for everything before it. */
  replaceByHash(crypto: CryptoProvider, name: HashName): void {
    const hash = this.digest()
    this.#raw = []
    this.#size = 0
    this.useHash(crypto, name)
    this.add(messageHash(hash))
  }
  /** A transcript that goes on from here on its own, as that of a hello whose last part is not written yet. */
  fork(): Transcript {
    const other = new Transcript()
    other.#raw = this.#raw?.slice()
    other.#size = this.#size
    other.#keep = this.#keep
    other.#known = this.#known
    other.#hash = this.#hash?.copy()
    other.#released = this.#released
    return other
  }
  /**
   * Both sides have agreed on it: an idle connection need not hold it, nor what comes later. What takes its place is one
   * for all connections.
   */
  released(): Transcript {
    this.#release()
    return RELEASED
  }
  #release(): void {
    this.#released = true
    this.#known = undefined
    this.#hash = undefined
    this.#digest = undefined
    this.#raw = undefined
  }
  /** The hash of everything so far, not to be changed; more may follow. Throws before `useHash` and after `released`: that binds nothing. */
  digest(): Bytes {
    if (this.#known === undefined) throw new Error('a transcript without a hash binds nothing')
    const { crypto, name } = this.#known
    this.#digest ??= this.#hash?.copy().digest() ?? crypto.digest(name, ...this.#raw!)
    return this.#digest
  }

  /** What has become many goes under a hash that goes on with what follows. */
  #settle(): void {
    if (this.#known === undefined || this.#size <= MOST_GATHERED) return
    this.#hash = this.#known.crypto.hash(this.#known.name)
    for (const message of this.#raw!) this.#hash.update(message)
    if (!this.#keep) this.#raw = undefined
  }
}

const RELEASED = new Transcript()
RELEASED.released()
