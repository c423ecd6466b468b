/** Records under ciphers that protect nothing any more: MAC first, then the cipher, if there is one (RFC 5246 6.2.3). */

import { decryptDes, encryptDes } from '../../crypto/old/des.ts'
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { joined, sameOctets } from '../../wire/bytes.ts'
import { Rc4 } from './rc4.ts'
import type { WeakSuite } from './suites.table.ts'

/** Of HMAC-SHA1. */
export const MAC_LENGTH = 20
/** Of triple DES. */
const BLOCK = 8

interface Cipher {
  encrypt(data: Bytes): Bytes
  /** Undefined when it has no right length or padding. */
  decrypt(data: Bytes): Bytes | undefined
}

const plain: Cipher = { encrypt: data => data, decrypt: data => data }

const stream = (key: Bytes): Cipher => {
  const rc4 = new Rc4(key)
  return { encrypt: data => rc4.through(data), decrypt: data => rc4.through(data) }
}

/** Whoever asks whether the padding was right is told so here; a hostile server has nothing to lose. */
const blocks = (crypto: CryptoProvider, key: Bytes): Cipher => ({
  encrypt(data) {
    const iv = crypto.random.bytes(BLOCK)
    const padding = BLOCK - (data.length % BLOCK)
    return joined([iv, encryptDes(key, iv, joined([data, new Uint8Array(padding).fill(padding - 1)]))])
  },
  decrypt(data) {
    if (data.length < 2 * BLOCK || data.length % BLOCK !== 0) return undefined
    const text = decryptDes(key, data.subarray(0, BLOCK), data.subarray(BLOCK))
    const padding = text.at(-1)! + 1
    return padding > text.length ? undefined : text.subarray(0, text.length - padding)
  },
})

/** One direction. */
export class WeakProtection {
  readonly #crypto: CryptoProvider
  readonly #macKey: Bytes
  readonly #cipher: Cipher
  #sequence = 0
  constructor(crypto: CryptoProvider, { cipher }: WeakSuite, macKey: Bytes, key: Bytes) {
    this.#crypto = crypto
    this.#macKey = macKey.slice()
    this.#cipher = cipher === 'rc4' ? stream(key) : cipher === '3des' ? blocks(crypto, key.slice()) : plain
  }
  /** The fragment of a record. */
  seal(type: number, content: Bytes): Bytes {
    return this.#cipher.encrypt(joined([content, this.#mac(type, content)]))
  }
  /** Undefined when the fragment was altered. */
  open(type: number, fragment: Bytes): Bytes | undefined {
    const inner = this.#cipher.decrypt(fragment)
    if (inner === undefined || inner.length < MAC_LENGTH) return undefined
    const end = inner.length - MAC_LENGTH
    const content = inner.slice(0, end)
    return sameOctets(this.#mac(type, content), inner.subarray(end)) ? content : undefined
  }
  #mac(type: number, content: Bytes): Bytes {
    const head = new Uint8Array(13)
    const { length } = content
    new DataView(head.buffer).setUint32(4, this.#sequence++)
    head.set([type, 3, 3, length >> 8, length & 0xff], 8)
    return this.#crypto.hmac('sha1', this.#macKey, head, content)
  }
}
