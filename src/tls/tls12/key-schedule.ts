/** From the shared secret to keys (RFC 5246 5, 6.3, 8.1; RFC 7627 4). */
import type { CryptoProvider, HashName } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { Secret } from '../secret.ts'
import type { Suite } from '../suites.table.ts'
import { AeadProtection } from './record-protection.ts'

const MASTER_SECRET_LENGTH = 48
const VERIFY_DATA_LENGTH = 12

/** RFC 5246 5: PRF(secret, label, seed) = P_hash(secret, label + seed), cut to `length` bytes. */
export const prf = (
  crypto: CryptoProvider,
  hash: HashName,
  secret: Secret,
  label: string,
  seeds: readonly Bytes[],
  length: number,
): Bytes => {
  const key = secret.reveal()
  const seed = [latin1Bytes(label), ...seeds]
  const out = new Uint8Array(length)
  let a = crypto.hmac(hash, key, ...seed)
  for (let at = 0; at < length; at += a.length) {
    const block = crypto.hmac(hash, key, a, ...seed)
    out.set(block.subarray(0, length - at), at)
    block.fill(0)
    const next = crypto.hmac(hash, key, a)
    a.fill(0)
    a = next
  }
  a.fill(0)
  return out
}

/** What the master secret is bound to: the whole handshake (RFC 7627) or only the two randoms (RFC 5246 8.1). */
export type Binding =
  | { readonly to: 'handshake'; readonly sessionHash: Bytes }
  | { readonly to: 'randoms'; readonly client: Bytes; readonly server: Bytes }

export const masterSecret = (crypto: CryptoProvider, hash: HashName, premaster: Secret, binding: Binding): Secret => {
  const [label, seeds] =
    binding.to === 'handshake'
      ? ['extended master secret', [binding.sessionHash]]
      : ['master secret', [binding.client, binding.server]]
  return new Secret(prf(crypto, hash, premaster, label, seeds, MASTER_SECRET_LENGTH))
}

/** RFC 5246 6.3: keys and IVs in the order client, server; an AEAD needs no MAC keys. */
export const trafficKeys = (
  crypto: CryptoProvider,
  suite: Suite,
  master: Secret,
  clientRandom: Bytes,
  serverRandom: Bytes,
): { client: AeadProtection; server: AeadProtection } => {
  const { keyLength, fixedIvLength } = suite
  const length = 2 * (keyLength + fixedIvLength)
  const block = prf(crypto, suite.hash, master, 'key expansion', [serverRandom, clientRandom], length)
  const part = (from: number, count: number): Bytes => block.subarray(from, from + count)
  const ivs = 2 * keyLength
  const keys = {
    client: new AeadProtection(crypto, suite, part(0, keyLength), part(ivs, fixedIvLength)),
    server: new AeadProtection(crypto, suite, part(keyLength, keyLength), part(ivs + fixedIvLength, fixedIvLength)),
  }
  block.fill(0)
  return keys
}

/** RFC 5246 7.4.9. */
export const verifyData = (
  crypto: CryptoProvider,
  hash: HashName,
  master: Secret,
  whose: 'client finished' | 'server finished',
  transcriptHash: Bytes,
): Bytes => prf(crypto, hash, master, whose, [transcriptHash], VERIFY_DATA_LENGTH)
