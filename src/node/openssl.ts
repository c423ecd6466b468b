/**
 * OpenSSL's AEADs without an object for each record. `node:crypto` makes one, 4 µs and something to collect, where AES itself
 * takes 0.2; Node exports OpenSSL's functions to addons on purpose (its manual, "C++ addons"), and `koffi`, an optional
 * package, calls them. Where it is missing, not allowed, or not at one with `node:crypto`, there is none.
 *
 * One context for each AEAD and direction: no connection holds memory outside of the heap, and none is ever freed too early.
 */
import { createCipheriv } from 'node:crypto'
import { createRequire } from 'node:module'
import type { AeadName } from '../crypto/provider.ts'

type Bytes = Uint8Array

/** Of OpenSSL's: an address. */
export type Pointer = unknown

export interface Calls {
  readonly newContext: () => Pointer
  readonly control: (context: Pointer, what: number, value: number, at: Bytes) => number
  readonly clearErrors: () => void
  readonly sealing: Steps
  readonly opening: Steps
}
/** The same for both directions. Each returns 1 when it succeeded. */
interface Steps {
  readonly begin: (context: Pointer, cipher: Pointer, engine: null, key: Bytes | null, iv: Bytes | null) => number
  readonly update: (context: Pointer, to: Bytes | null, length: Bytes, from: Bytes, size: number) => number
  readonly end: (context: Pointer, to: Bytes, length: Bytes) => number
}

const NONCE_LENGTH = 12
const TAG_LENGTH = 16
/** Longer ones, of which TLS has none, are `node:crypto`'s. */
const MOST_ADDITIONAL = 64
const MOST_DATA = 1024 * 1024

export const GET_TAG = 0x10
const SET_TAG = 0x11

export const CIPHERS: Readonly<Record<AeadName, { readonly symbol: string; readonly keyLength: number }>> = {
  'aes-128-gcm': { symbol: 'EVP_aes_128_gcm', keyLength: 16 },
  'aes-256-gcm': { symbol: 'EVP_aes_256_gcm', keyLength: 32 },
  'chacha20-poly1305': { symbol: 'EVP_chacha20_poly1305', keyLength: 32 },
}
const NAMES = Object.keys(CIPHERS) as AeadName[]

// What is short is copied here, so that its length is known to be right and it lies outside of the heap, where nothing moves.
const SCRATCH = new Uint8Array(256)
const NONCE = SCRATCH.subarray(0, NONCE_LENGTH)
const TAG = SCRATCH.subarray(16, 16 + TAG_LENGTH)
const WRITTEN = SCRATCH.subarray(32, 40)
const KEY = SCRATCH.subarray(64, 96)
const NO_OUTPUT = SCRATCH.subarray(96, 128)
const ADDITIONAL = SCRATCH.subarray(128, 128 + MOST_ADDITIONAL)
/** Where a short plaintext is until its tag is known to fit. */
const SHORT = new Uint8Array(512)

/** Whose key it is: the same object always has the same key. */
export interface KeyHolder {
  copyKey(into: Bytes): void
}

class Context {
  readonly #calls: Calls
  readonly #steps: Steps
  readonly #context: Pointer
  #holder: KeyHolder | undefined
  constructor(calls: Calls, steps: Steps, cipher: Pointer) {
    this.#calls = calls
    this.#steps = steps
    this.#context = calls.newContext()
    if (!isPointer(this.#context) || !isPointer(cipher)) throw new Error('OpenSSL gives no context')
    if (steps.begin(this.#context, cipher, null, null, null) !== 1) throw new Error('OpenSSL does not know the cipher')
  }
  /** Everything but the tag; `to` may be `from`. False: OpenSSL refuses. */
  run(holder: KeyHolder, nonce: Bytes, additional: Bytes, from: Bytes, to: Bytes): boolean {
    const { begin, update } = this.#steps
    NONCE.set(nonce)
    ADDITIONAL.set(additional)
    if (this.#holder === holder) {
      if (begin(this.#context, null, null, null, NONCE) !== 1) return this.#refused()
    } else {
      this.#holder = undefined
      holder.copyKey(KEY)
      const isTaken = begin(this.#context, null, null, KEY, NONCE) === 1
      KEY.fill(0)
      if (!isTaken) return this.#refused()
      this.#holder = holder
    }
    if (additional.length > 0 && update(this.#context, null, WRITTEN, ADDITIONAL, additional.length) !== 1)
      return this.#refused()
    return from.length === 0 || update(this.#context, to, WRITTEN, from, from.length) === 1 || this.#refused()
  }
  /** Into `TAG`. */
  tag(): boolean {
    const isDone =
      this.#steps.end(this.#context, NO_OUTPUT, WRITTEN) === 1 &&
      this.#calls.control(this.#context, GET_TAG, TAG_LENGTH, TAG) === 1
    return isDone || this.#refused()
  }
  fits(tag: Bytes): boolean {
    TAG.set(tag)
    const isRight =
      this.#calls.control(this.#context, SET_TAG, TAG_LENGTH, TAG) === 1 &&
      this.#steps.end(this.#context, NO_OUTPUT, WRITTEN) === 1
    return isRight || this.#refused()
  }
  /** Overwrites the holder's key. */
  forget(holder: KeyHolder): void {
    if (this.#holder !== holder) return
    this.#holder = undefined
    this.#steps.begin(this.#context, null, null, KEY, null)
  }
  /** What OpenSSL notes of it is not left for `node:crypto` to find. */
  #refused(): false {
    this.#calls.clearErrors()
    return false
  }
}

/** koffi gives null for none. */
const isPointer = (value: Pointer): boolean => value !== null && value !== undefined

export class OpenSslAeads {
  readonly #sealing: Readonly<Record<AeadName, Context>>
  readonly #opening: Readonly<Record<AeadName, Context>>
  /** Throws where something is missing. */
  constructor(koffi: typeof import('koffi')) {
    const { calls, cipher } = callsOf(koffi)
    const of = (steps: Steps) => {
      const contexts = NAMES.map(name => [name, new Context(calls, steps, cipher(CIPHERS[name].symbol))])
      return Object.fromEntries(contexts) as Record<AeadName, Context>
    }
    this.#sealing = of(calls.sealing)
    this.#opening = of(calls.opening)
  }
  /**
   * Ciphertext and tag into `target` from `at`, where the plaintext may lie already. False: nothing was written, it has to be
   * sealed by another. Throws where OpenSSL refuses.
   */
  seal(
    name: AeadName,
    holder: KeyHolder,
    {
      nonce,
      additional,
      plaintext,
      target,
      at,
    }: Record<'nonce' | 'additional' | 'plaintext' | 'target', Bytes> & { readonly at: number },
  ): boolean {
    const end = at + plaintext.length
    if (!isUsual(nonce, additional, plaintext) || at < 0 || end + TAG_LENGTH > target.length) return false
    const off =
      plaintext.buffer === target.buffer ? plaintext.byteOffset - target.byteOffset - at : Number.POSITIVE_INFINITY
    if (off !== 0 && Math.abs(off) < plaintext.length) return false
    const context = this.#sealing[name]
    const to = off === 0 ? plaintext : target.subarray(at, end)
    if (!context.run(holder, nonce, additional, plaintext, to) || !context.tag())
      throw new Error('OpenSSL seals nothing')
    target.set(TAG, end)
    return true
  }
  /** The plaintext; undefined: the tag does not fit. 'other': it has to be opened by another. */
  open(
    name: AeadName,
    holder: KeyHolder,
    nonce: Bytes,
    additional: Bytes,
    ciphertext: Bytes,
    tag: Bytes,
  ): Bytes | undefined | 'other' {
    if (!isUsual(nonce, additional, ciphertext) || tag.length !== TAG_LENGTH) return 'other'
    const context = this.#opening[name]
    const { length } = ciphertext
    const isShort = length <= SHORT.length
    const plaintext = isShort ? SHORT : new Uint8Array(length)
    const isOpened = context.run(holder, nonce, additional, ciphertext, plaintext)
    const isRight = isOpened && context.fits(tag)
    const given = isRight && isShort ? plaintext.slice(0, length) : plaintext
    if (isShort || !isRight) plaintext.fill(0, 0, length)
    return isRight ? given : isOpened ? undefined : 'other'
  }
  forget(name: AeadName, holder: KeyHolder): void {
    this.#sealing[name].forget(holder)
    this.#opening[name].forget(holder)
  }
}

const isUsual = (nonce: Bytes, additional: Bytes, data: Bytes): boolean =>
  nonce.length === NONCE_LENGTH && additional.length <= MOST_ADDITIONAL && data.length <= MOST_DATA

/** It uses nothing but what it is given, because its text runs in threads too. */
export const callsOf = (koffi: typeof import('koffi')): { calls: Calls; cipher: (symbol: string) => Pointer } => {
  const library = koffi.load(null)
  const func = <F>(signature: string): F => library.func(signature) as unknown as F
  const steps = (name: string): Steps => ({
    begin: func(`int EVP_${name}Init_ex(void *context, void *cipher, void *engine, void *key, void *iv)`),
    update: func(`int EVP_${name}Update(void *context, void *to, void *length, void *from, int size)`),
    end: func(`int EVP_${name}Final_ex(void *context, void *to, void *length)`),
  })
  const calls: Calls = {
    newContext: func('void *EVP_CIPHER_CTX_new()'),
    control: func('int EVP_CIPHER_CTX_ctrl(void *context, int what, int value, void *at)'),
    clearErrors: func('void ERR_clear_error()'),
    sealing: steps('Encrypt'),
    opening: steps('Decrypt'),
  }
  return { calls, cipher: symbol => func<() => Pointer>(`void *${symbol}()`)() }
}

/** Undefined where there is none, or where it is not at one with `node:crypto`. */
export const openSslAeads = (load: () => typeof import('koffi')): OpenSslAeads | undefined => {
  try {
    const aeads = new OpenSslAeads(load())
    return NAMES.every(name => isRight(aeads, name)) ? aeads : undefined
  } catch {
    return undefined
  }
}

/** Loads koffi. Not in Deno, which would ask its user, nor in Bun: neither has OpenSSL. */
export const loadKoffi = (): typeof import('koffi') => {
  if ('deno' in process.versions || 'bun' in process.versions) throw new Error('OpenSSL is not there')
  return createRequire(import.meta.url)('koffi') as typeof import('koffi')
}
/** Where threads load it from. Throws where there is none. */
export const koffiFile = (): string => createRequire(import.meta.url).resolve('koffi')

/** Whether it does what `node:crypto` does, with a short record and a long one, and refuses a tag that does not fit. */
const isRight = (aeads: OpenSslAeads, name: AeadName): boolean => {
  const key = pattern(CIPHERS[name].keyLength, 1)
  const holder = { copyKey: (into: Bytes) => into.set(key) }
  const [nonce, additional] = [pattern(NONCE_LENGTH, 2), pattern(13, 3)]
  return [19, 1025].every(length => {
    const plaintext = pattern(length, 4)
    const cipher = createCipheriv(name as 'chacha20-poly1305', key, nonce, { authTagLength: TAG_LENGTH })
    cipher.setAAD(additional, { plaintextLength: length })
    const ciphertext = cipher.update(plaintext)
    cipher.final()
    const tag = cipher.getAuthTag()
    const target = new Uint8Array(length + TAG_LENGTH)
    const isSealed = aeads.seal(name, holder, { nonce, additional, plaintext, target, at: 0 })
    if (!isSealed || !Buffer.concat([ciphertext, tag]).equals(target)) return false
    const open = () => aeads.open(name, holder, nonce, additional, ciphertext, tag)
    const opened = open()
    tag[0]! ^= 1
    return opened instanceof Uint8Array && plaintext.equals(opened) && open() === undefined
  })
}

const pattern = (length: number, factor: number): Buffer => Buffer.from(Array.from({ length }, (_, i) => i * factor))
