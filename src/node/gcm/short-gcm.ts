/**
 * AES-GCM for short records. An object of OpenSSL's GCM serves one record and costs more than everything that it does for
 * a few hundred octets; one of AES serves a connection for its life. So AES alone is OpenSSL's here, all blocks of a
 * record in one call, and the rest of GCM is `module.ts`. What comes out is the same to the last bit.
 */
import { type Cipher, createCipheriv, type KeyObject } from 'node:crypto'
import { ADDITIONAL, BLOCK, DATA, END, type GcmModule, gcmModule, HASH_KEY, MOST, NONCE, STREAM } from './module.ts'

/** Not with `--jitless`: there OpenSSL does it all. */
const compiles = 'WebAssembly' in globalThis

/** With a nonce of another length the first counter block is a hash of it (SP 800-38D 7.1). */
const NONCE_LENGTH = 12

/** Whether it fits, and this way is the faster one. Lengths in octets. */
export const isShort = (text: number, nonce: number, additional: number): boolean =>
  compiles && text <= MOST && nonce === NONCE_LENGTH && additional <= BLOCK

interface Workplace extends GcmModule {
  readonly octets: Uint8Array
  /** Views of the data by their length: each costs as much as copying what it shows. */
  readonly views: (Uint8Array | undefined)[]
}

let made: Workplace | undefined

/** One for all connections, made when the first short record comes. Between records it is all zeros. */
export const workplace = (): Workplace => {
  if (made === undefined) {
    const { counters, seal, open, memory } = gcmModule()
    made = { counters, seal, open, memory, octets: new Uint8Array(memory.buffer), views: [] }
  }
  return made
}

export class ShortGcm {
  readonly #aes: Cipher
  readonly #hashKey: Uint8Array

  constructor(name: 'aes-128-ecb' | 'aes-256-ecb', key: KeyObject) {
    // ECB is AES as it is: block by block, each by itself.
    this.#aes = createCipheriv(name, key, null).setAutoPadding(false)
    this.#hashKey = new Uint8Array(this.#aes.update(new Uint8Array(BLOCK)))
  }

  /** Ciphertext and the tag behind it. */
  sealInto(target: Uint8Array, at: number, nonce: Uint8Array, additional: Uint8Array, plaintext: Uint8Array): void {
    const { octets, seal, views } = workplace()
    const { length } = plaintext
    this.#prepare(nonce, additional, plaintext)
    seal(length, additional.length)
    target.set((views[length] ??= octets.subarray(DATA, DATA + length + BLOCK)), at)
    octets.fill(0, 0, END)
  }

  open(nonce: Uint8Array, additional: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array): Uint8Array | undefined {
    const { octets, open } = workplace()
    const { length } = ciphertext
    this.#prepare(nonce, additional, ciphertext)
    octets.set(tag, DATA + length)
    const plaintext = open(length, additional.length) === 0 ? octets.slice(DATA, DATA + length) : undefined
    octets.fill(0, 0, END)
    return plaintext
  }

  #prepare(nonce: Uint8Array, additional: Uint8Array, data: Uint8Array): void {
    const { octets, counters } = workplace()
    octets.set(this.#hashKey, HASH_KEY)
    octets.set(nonce, NONCE)
    octets.set(additional, ADDITIONAL)
    octets.set(data, DATA)
    const blocks = 1 + Math.ceil(data.length / BLOCK)
    counters(blocks)
    const stream = this.#aes.update(octets.subarray(STREAM, STREAM + blocks * BLOCK))
    octets.set(stream, STREAM)
    stream.fill(0)
  }
}
