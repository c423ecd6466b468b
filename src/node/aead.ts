/** AES-GCM and ChaCha20-Poly1305 from Node (OpenSSL): where many records are sealed, without an object for each. */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'
import type { Aead, AeadName } from '../crypto/provider.ts'
import { plain } from '../wire/bytes.ts'
import { type KeyHolder, loadKoffi, type OpenSslAeads, openSslAeads } from './openssl.ts'

const TAG = { authTagLength: 16 } as const

/** Only CCM has to know the length of the plaintext beforehand; Node's types ask for it all the same. */
const NO_LENGTH = {} as { readonly plaintextLength: number }

/** Octets of a key, written anew for each use. */
const KEY = new Int32Array(8)
const LONG_KEY = new Uint8Array(KEY.buffer)
const SHORT_KEY = new Uint8Array(KEY.buffer, 0, 16)

/**
 * The key in words: a `KeyObject` costs as much as a record, a fifth more for each because it is locked, and a kilobyte for
 * as long as the connection lives; an array of sixteen bytes a quarter of that.
 */
export class NodeAead implements Aead, KeyHolder {
  readonly #name: 'chacha20-poly1305'
  readonly #direct: () => OpenSslAeads | undefined
  /** 16 or 32; 0: it was overwritten. */
  #length: number
  #key0: number
  #key1: number
  #key2: number
  #key3: number
  #key4: number
  #key5: number
  #key6: number
  #key7: number
  /** `direct` gives OpenSSL's own functions, once there are any. */
  constructor(name: AeadName, key: Uint8Array, direct: () => OpenSslAeads | undefined = directly) {
    const length = name === 'aes-128-gcm' ? 16 : 32
    if (key.length !== length) throw new RangeError(`a key of ${name} has ${length} octets`)
    // Node's types know the option authTagLength for this name only; it means the same for GCM, where leaving it out
    // would let a shortened tag pass.
    this.#name = name as 'chacha20-poly1305'
    this.#direct = direct
    this.#length = length
    LONG_KEY.set(key)
    this.#key0 = KEY[0]!
    this.#key1 = KEY[1]!
    this.#key2 = KEY[2]!
    this.#key3 = KEY[3]!
    this.#key4 = KEY[4]!
    this.#key5 = KEY[5]!
    this.#key6 = KEY[6]!
    this.#key7 = KEY[7]!
    KEY.fill(0)
  }
  wipe(): void {
    this.#direct()?.forget(this.#name, this)
    this.#length = this.#key0 = this.#key1 = this.#key2 = this.#key3 = 0
    this.#key4 = this.#key5 = this.#key6 = this.#key7 = 0
    SEALING.forget(this)
    OPENING.forget(this)
  }
  /** For whoever seals elsewhere, and overwrites it then. */
  copyKey(into: Uint8Array): void {
    into.set(this.#key())
  }
  #keyFor(latest: Latest): Uint8Array | KeyObject {
    return WANTS_OBJECT ? (latest.of(this) ?? latest.made(this, this.#key())) : this.#key()
  }
  /** Good until the next use of any key. */
  #key(): Uint8Array {
    if (this.#length === 0) throw new Error('this key was overwritten')
    KEY[0] = this.#key0
    KEY[1] = this.#key1
    KEY[2] = this.#key2
    KEY[3] = this.#key3
    if (this.#length === 16) return SHORT_KEY
    KEY[4] = this.#key4
    KEY[5] = this.#key5
    KEY[6] = this.#key6
    KEY[7] = this.#key7
    return LONG_KEY
  }
  room(length: number): Uint8Array | undefined {
    return this.#direct() === undefined ? undefined : newRoom(length)
  }
  seal(nonce: Uint8Array, additional: Uint8Array, plaintext: Uint8Array): { ciphertext: Uint8Array; tag: Uint8Array } {
    const openSsl = this.#direct()
    if (openSsl !== undefined) {
      const { length } = plaintext
      const target = new Uint8Array(length + TAG.authTagLength)
      if (openSsl.seal(this.#name, this, { nonce, additional, plaintext, target, at: 0 }))
        return { ciphertext: target.subarray(0, length), tag: target.subarray(length) }
    }
    return this.#sealByNode(nonce, additional, plaintext)
  }
  #sealByNode(
    nonce: Uint8Array,
    additional: Uint8Array,
    plaintext: Uint8Array,
  ): { ciphertext: Uint8Array; tag: Uint8Array } {
    const cipher = createCipheriv(this.#name, this.#keyFor(SEALING), nonce, TAG)
    cipher.setAAD(additional, NO_LENGTH)
    const ciphertext = plain(cipher.update(plaintext))
    if (CAN_TRANSFER && ciphertext.length === ciphertext.buffer.byteLength) sealed.add(ciphertext)
    cipher.final()
    return { ciphertext, tag: plain(cipher.getAuthTag()) }
  }
  sealInto(target: Uint8Array, at: number, nonce: Uint8Array, additional: Uint8Array, plaintext: Uint8Array): void {
    if (this.#direct()?.seal(this.#name, this, { nonce, additional, plaintext, target, at })) return
    const { ciphertext, tag } = this.#sealByNode(nonce, additional, plaintext)
    target.set(ciphertext, at)
    target.set(tag, at + ciphertext.length)
    spent(ciphertext)
  }
  open(nonce: Uint8Array, additional: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array): Uint8Array | undefined {
    if (tag.length !== TAG.authTagLength) return undefined
    const openSsl = this.#direct()
    if (openSsl !== undefined) {
      const plaintext = openSsl.open(this.#name, this, nonce, additional, ciphertext, tag)
      if (plaintext !== 'other') return plaintext
    }
    const decipher = createDecipheriv(this.#name, this.#keyFor(OPENING), nonce, TAG)
    decipher.setAuthTag(tag)
    decipher.setAAD(additional, NO_LENGTH)
    const plaintext = decipher.update(ciphertext)
    try {
      decipher.final()
    } catch {
      return undefined
    }
    return plain(plaintext)
  }
}

/** Loading costs as much as thousands of records save: a command that asks once does without. */
const BEFORE_LOADING = 256
let used = 0
let direct: OpenSslAeads | undefined

const directly = (): OpenSslAeads | undefined => {
  if (used < BEFORE_LOADING && ++used === BEFORE_LOADING) direct = openSslAeads(loadKoffi)
  return direct
}

/** Whether OpenSSL's own functions can be called in this process; where that was not asked yet, they are loaded now. */
export const callsOpenSsl = (): boolean => {
  if (used < BEFORE_LOADING) {
    used = BEFORE_LOADING
    direct = openSslAeads(loadKoffi)
  }
  return direct !== undefined
}

/** Since V8 11.4, of Node 21. */
interface Transferable extends ArrayBuffer {
  transfer?(length: number): ArrayBuffer
}
const CAN_TRANSFER = (ArrayBuffer.prototype as Transferable).transfer !== undefined

/** What `seal` made, and nobody has given back. */
const sealed = new WeakSet<Uint8Array>()

/** Bytes of room for a full record of either version, and of the least that gets so much. */
const FULL = 16_448
const NEARLY_FULL = 12_288
/** A megabyte: what writers give the kernel in one turn. */
const MOST_FREE = 64
const free: Uint8Array[] = []
const lent = new WeakSet<Uint8Array>()

const newRoom = (length: number): Uint8Array => {
  if (length < NEARLY_FULL || length > FULL) return new Uint8Array(length)
  const room = (free.pop() ?? new Uint8Array(FULL)).subarray(0, length)
  lent.add(room)
  return room
}

/**
 * OpenSSL gets new memory for each record, 16 KiB of it, and there it stays until V8 collects: Node 24 then marks the whole
 * heap for every 64 MB, by three threads. To detach it frees it now, and the next record is written where the cache is warm.
 */
export const spent = (ciphertext: Uint8Array): void => {
  if (lent.delete(ciphertext)) {
    if (free.length < MOST_FREE) free.push(new Uint8Array(ciphertext.buffer))
  } else if (sealed.delete(ciphertext)) (ciphertext.buffer as Transferable).transfer?.(0)
}

/**
 * Node 24 asks of everything that is no `KeyObject` whether it is a `CryptoKey`, and finds out by an exception: 11 µs with
 * its stack, three times what a short record costs.
 */
const WANTS_OBJECT = Number.parseInt(process.versions.node, 10) >= 24

/** The object for the key that was used last: records of one connection often come one behind the other. */
class Latest {
  #user: NodeAead | undefined
  #key: KeyObject | undefined
  of(user: NodeAead): KeyObject | undefined {
    return this.#user === user ? this.#key : undefined
  }
  made(user: NodeAead, octets: Uint8Array): KeyObject {
    this.#user = user
    this.#key = createSecretKey(octets)
    return this.#key
  }
  /** OpenSSL overwrites a key when it is collected. */
  forget(user: NodeAead): void {
    if (this.#user === user) this.#user = this.#key = undefined
  }
}
const SEALING = new Latest()
const OPENING = new Latest()
