/**
 * What key agreements have in common on every platform: an offer is used once, and two of them make a hybrid
 * (draft-ietf-tls-ecdhe-mlkem 4): shares and secrets one behind the other, so that the result is as secret as the better.
 */
import { joined } from '../wire/bytes.ts'
import type { KeyAnswer, KeyOffer } from './provider.ts'

/** One group, or one KEM. */
export interface Agreement {
  offer(): KeyOffer
  answer(share: Uint8Array): KeyAnswer | undefined
}

/** The secret part, which `derive` holds, is let go of with the first use, whatever comes of it. */
export const offerOnce = (share: Uint8Array, derive: KeyOffer['secret']): KeyOffer => {
  let unused: KeyOffer['secret'] | undefined = derive
  return {
    share,
    secret(answer) {
      if (unused === undefined) throw new RangeError('an offer is for one use')
      const use = unused
      unused = undefined
      return use(answer)
    },
  }
}

/** A fresh key pair; `derive` is used once, and overwrites what it can of the secret part. */
export interface KeyPairMade {
  readonly share: Uint8Array
  derive(peer: Uint8Array): Uint8Array | undefined
}

/** In Diffie-Hellman both moves are the same. */
export const diffieHellmanOf = (make: () => KeyPairMade): Agreement => ({
  offer() {
    const { share, derive } = make()
    return offerOnce(share, derive)
  },
  answer(peer) {
    const { share, derive } = make()
    const secret = derive(peer)
    return secret === undefined ? undefined : { share, secret }
  },
})

/** FIPS 203, table 3: bytes of an encapsulation key and of a ciphertext of ML-KEM-768. */
export const ML_KEM_768 = { key: 1184, ciphertext: 1088 } as const
export const X25519_BYTES = 32

/** X25519MLKEM768: ML-KEM first, in the shares and in the secret (draft-ietf-tls-ecdhe-mlkem 4.1 to 4.3). */
export const hybrid = (mlKem: Agreement, x25519: Agreement): Agreement => ({
  offer() {
    const [first, second] = [mlKem.offer(), x25519.offer()]
    return offerOnce(joined([first.share, second.share]), answer => {
      if (answer.length !== ML_KEM_768.ciphertext + X25519_BYTES) return undefined
      const secret = first.secret(answer.subarray(0, ML_KEM_768.ciphertext))
      const other = second.secret(answer.subarray(ML_KEM_768.ciphertext))
      return both(secret, other)
    })
  },
  answer(share) {
    if (share.length !== ML_KEM_768.key + X25519_BYTES) return undefined
    const first = mlKem.answer(share.subarray(0, ML_KEM_768.key))
    if (first === undefined) return undefined
    const second = x25519.answer(share.subarray(ML_KEM_768.key))
    const secret = both(first.secret, second?.secret)
    return secret === undefined || second === undefined
      ? undefined
      : { share: joined([first.share, second.share]), secret }
  },
})

/** The two secrets as one; they themselves are overwritten. */
const both = (a: Uint8Array | undefined, b: Uint8Array | undefined): Uint8Array | undefined => {
  const secret = a === undefined || b === undefined ? undefined : joined([a, b])
  a?.fill(0)
  b?.fill(0)
  return secret
}
