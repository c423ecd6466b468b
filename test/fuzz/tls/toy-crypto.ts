/**
 * Cryptography with the shape of the real one and none of its strength or cost, so that thousands of handshakes fit
 * into a second and inputs reach what lies behind the keys. Ciphertext is the plaintext; tags and signatures are
 * hashes, so a change is noticed. `credulous` notices nothing: every tag, signature and Finished is taken, and the
 * fuzzer speaks as a peer that has the keys and lies.
 */
import type { Aead, CryptoProvider, GroupName, KeyAnswer } from '../../../src/crypto/provider.ts'
import { seededNodeCrypto } from '../../../src/node/crypto.ts'
import { seeded } from '../../../src/random.ts'
import { concat } from '../../support/bytes.ts'

export type Belief = 'careful' | 'credulous'

const TAG_LENGTH = 16
/** Bytes of an RSA modulus. */
const MODULUS = 256
/** Bytes of the client's share and of the server's. */
const SHARES: Readonly<Record<GroupName, readonly [number, number]>> = {
  x25519: [32, 32],
  secp256r1: [65, 65],
  secp384r1: [97, 97],
  secp521r1: [133, 133],
  X25519MLKEM768: [1_216, 1_120],
}

export const toyCrypto = (seed: number, belief: Belief): CryptoProvider => {
  const real = seededNodeCrypto(seeded(seed))
  const share = (group: GroupName, length: number): Uint8Array => {
    const bytes = real.random.bytes(length)
    if (group.startsWith('secp')) bytes[0] = 4
    return bytes
  }
  const digest = (...pieces: readonly Uint8Array[]): Uint8Array =>
    real
      .hash('sha256')
      .update(concat(...pieces))
      .digest()
  const acceptable = (group: GroupName, theirs: Uint8Array, lengths: readonly number[]): boolean =>
    lengths.includes(theirs.length) && (!group.startsWith('secp') || theirs[0] === 4) && theirs.some(byte => byte !== 0)
  /** Both sides know both shares: their digest is the secret, and 32 bytes whatever the group. */
  const secretOf = (a: Uint8Array, b: Uint8Array): Uint8Array =>
    Buffer.compare(a, b) < 0 ? digest(a, b) : digest(b, a)
  return {
    ...real,
    aead: (_, key) => toyAead(digest, key.slice(), belief),
    offerShare(group) {
      const own = share(group, SHARES[group][0])
      return {
        share: own,
        secret: answer => (acceptable(group, answer, SHARES[group]) ? secretOf(own, answer) : undefined),
      }
    },
    answerShare(group, theirs): KeyAnswer | undefined {
      const own = share(group, SHARES[group][1])
      return acceptable(group, theirs, SHARES[group]) ? { share: own, secret: secretOf(own, theirs) } : undefined
    },
    // A block as PKCS#1 has it, that anybody can read.
    rsaEncrypt: (_, message) =>
      concat(Uint8Array.of(0, 2), new Uint8Array(MODULUS - 3 - message.length).fill(0xff), Uint8Array.of(0), message),
    rsaRaw: (_, ciphertext) => (ciphertext.length === MODULUS ? ciphertext.slice() : undefined),
    sign: (_, __, message) => digest(message),
    verify: (_, __, message, signature) => belief === 'credulous' || Buffer.compare(signature, digest(message)) === 0,
    equal: (a, b) => a.length === b.length && (belief === 'credulous' || Buffer.compare(a, b) === 0),
  }
}

const toyAead = (digest: (...pieces: readonly Uint8Array[]) => Uint8Array, key: Uint8Array, belief: Belief): Aead => {
  const tagOf = (...pieces: readonly Uint8Array[]): Uint8Array => digest(key, ...pieces).slice(0, TAG_LENGTH)
  return {
    seal: (nonce, additional, plaintext, tail = new Uint8Array(0)) => ({
      ciphertext: plaintext.slice(),
      tag: concat(tail, tagOf(nonce, additional, concat(plaintext, tail))),
    }),
    sealInto(target, at, nonce, additional, plaintext) {
      target.set(concat(plaintext, tagOf(nonce, additional, plaintext)), at)
    },
    open: (nonce, additional, ciphertext, tag) =>
      belief === 'credulous' || Buffer.compare(tag, tagOf(nonce, additional, ciphertext)) === 0
        ? ciphertext.slice()
        : undefined,
    wipe: () => {},
  }
}
