/** The handshake messages that were heard, under one hash: what the ends have bound, as long as none of it is missing. */
import type { CryptoProvider, HashName } from '../../../crypto/provider.ts'
import type { Bytes } from '../../../engine.ts'
import { Transcript } from '../../../tls/transcript.ts'

/** Bytes of one handshake: two long chains with room to spare. Whoever says more is not recomputed. */
const MOST = 1_048_576

export class Heard {
  readonly #crypto: CryptoProvider
  #transcript = new Transcript()
  #hash: HashName | undefined
  #size = 0
  /** Nothing is missing so far, and it is not over. */
  #whole = true
  constructor(crypto: CryptoProvider) {
    this.#crypto = crypto
    this.#transcript.keepRaw()
  }
  add(bytes: Bytes): void {
    if (!this.#whole) return
    this.#size += bytes.length
    if (this.#size > MOST) this.release()
    else this.#transcript.add(bytes)
  }
  missed(): void {
    this.release()
  }
  use(hash: HashName | undefined): void {
    if (hash === undefined) this.release()
    if (hash === undefined || this.#hash !== undefined) return
    this.#hash = hash
    this.#transcript.useHash(this.#crypto, hash)
  }
  /** RFC 9846 4.5.1: a HelloRetryRequest comes. */
  retry(hash: HashName | undefined): void {
    const first = this.#hash === undefined
    this.use(hash)
    if (hash !== undefined && first && this.#whole) this.#transcript.replaceByHash(this.#crypto, hash)
  }
  /** The hash of everything so far; undefined where it would not be that of the ends. */
  digest(): Bytes | undefined {
    return this.#whole && this.#hash !== undefined ? this.#transcript.digest() : undefined
  }
  /** The messages so far. */
  raw(): Bytes | undefined {
    return this.#whole ? this.#transcript.raw() : undefined
  }
  release(): void {
    this.#whole = false
    this.#transcript = this.#transcript.released()
  }
}
