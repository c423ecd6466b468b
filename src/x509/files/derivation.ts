/**
 * Keys from passwords, which are meant to take long: up to seconds. Whatever reads or writes files under a password is a
 * generator that stops where a key is wanted; who runs it derives the key at once, or lets others have their turn meanwhile.
 */
import type { CryptoProvider, HashName, KeyDerivation, ScryptCosts } from '../../crypto/provider.ts'
import { joined } from '../../wire/bytes.ts'

/** A key that is wanted. What it costs has been taken from the `KeyWork` of its file. */
export type WantedKey =
  | {
      readonly kind: 'pbkdf2'
      readonly hash: HashName
      readonly password: Uint8Array
      readonly salt: Uint8Array
      readonly iterations: number
      readonly length: number
    }
  | {
      readonly kind: 'scrypt'
      readonly password: Uint8Array
      readonly salt: Uint8Array
      readonly costs: ScryptCosts
      readonly length: number
    }
  | {
      readonly kind: 'pkcs12'
      readonly hash: HashName
      readonly purpose: Pkcs12Purpose
      readonly password: Uint8Array
      readonly salt: Uint8Array
      readonly iterations: number
      readonly length: number
    }

/** RFC 7292 B.3: what a key is for. */
export const KEY = 1
export const IV = 2
export const MAC = 3
export type Pkcs12Purpose = typeof KEY | typeof IV | typeof MAC

/** Work that gets a key for each that it wants. */
export type Deriving<T> = Generator<WantedKey, T, Uint8Array>

/** Does it now: nobody else has a turn before it is done. */
export const atOnce = <T>(work: Deriving<T>, crypto: CryptoProvider): T => {
  let step = work.next()
  while (step.done !== true) step = work.next(derived(step.value, crypto))
  return step.value
}

/** Does it while others have their turns. Rejects with what the work throws. */
export const inTurns = async <T>(work: Deriving<T>, crypto: CryptoProvider, derivation: KeyDerivation): Promise<T> => {
  let step = work.next()
  while (step.done !== true) step = work.next(await derivedInTurns(step.value, crypto, derivation))
  return step.value
}

const derived = (wanted: WantedKey, crypto: CryptoProvider): Uint8Array => {
  switch (wanted.kind) {
    case 'pbkdf2':
      return crypto.pbkdf2(wanted.hash, wanted.password, wanted.salt, wanted.iterations, wanted.length)
    case 'scrypt':
      return crypto.scrypt(wanted.password, wanted.salt, wanted.costs, wanted.length)
    case 'pkcs12': {
      const steps = pkcs12Steps(wanted, crypto)
      let step = steps.next()
      while (step.done !== true) step = steps.next()
      return step.value
    }
    default:
      return wanted satisfies never
  }
}

const derivedInTurns = async (
  wanted: WantedKey,
  crypto: CryptoProvider,
  { pbkdf2, scrypt, turn }: KeyDerivation,
): Promise<Uint8Array> => {
  switch (wanted.kind) {
    case 'pbkdf2':
      return pbkdf2(wanted.hash, wanted.password, wanted.salt, wanted.iterations, wanted.length)
    case 'scrypt':
      return scrypt(wanted.password, wanted.salt, wanted.costs, wanted.length)
    case 'pkcs12': {
      const steps = pkcs12Steps(wanted, crypto)
      let step = steps.next()
      while (step.done !== true) {
        await turn()
        step = steps.next()
      }
      return step.value
    }
    default:
      return wanted satisfies never
  }
}

/** Bytes of a block of each hash, RFC 7292 B.2's v. */
const BLOCKS: Readonly<Record<HashName, number>> = { sha1: 64, sha256: 64, sha384: 128, sha512: 128 }

/** Hashes between two turns: some milliseconds. */
const HASHES = 1000

/** RFC 7292 B.2. Nobody's library has it: every step is a call. It stops after each thousand. */
function* pkcs12Steps(
  { hash, purpose, password, salt, iterations, length }: Extract<WantedKey, { readonly kind: 'pkcs12' }>,
  crypto: CryptoProvider,
): Generator<undefined, Uint8Array, undefined> {
  const v = BLOCKS[hash]
  const filled = (of: Uint8Array): Uint8Array =>
    Uint8Array.from({ length: v * Math.ceil(of.length / v) }, (_, i) => of[i % of.length]!)
  const I = joined([filled(salt), filled(password)])
  const diversifier = new Uint8Array(v).fill(purpose)
  const made: Uint8Array[] = []
  for (let size = 0; size < length; size += made.at(-1)!.length) {
    let block = crypto.digest(hash, diversifier, I)
    for (let i = 1; i < iterations; i++) {
      if (i % HASHES === 0) yield undefined
      block = crypto.digest(hash, block)
    }
    made.push(block)
    // Every block of I grows by the last result, repeated, and one.
    for (let at = 0; at < I.length; at += v) {
      let carry = 1
      for (let i = v - 1; i >= 0; i--) {
        carry += I[at + i]! + block[i % block.length]!
        I[at + i] = carry & 0xff
        carry >>= 8
      }
    }
  }
  return joined(made).slice(0, length)
}
