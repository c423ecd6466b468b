/**
 * The master secret of a handshake in which RSA alone agreed on keys, with the private key of the server at hand (RFC 5246
 * 7.4.7.1). Nobody learns anything by the time that this takes: it is no oracle that peers can ask.
 */
import type { CryptoProvider, HashName } from '../../../crypto/provider.ts'
import type { Bytes } from '../../../engine.ts'
import { Secret } from '../../../tls/secret.ts'
import { type Binding, masterSecret } from '../../../tls/tls12/key-schedule.ts'

const PREMASTER_LENGTH = 48
/** RFC 8017 7.2.2: 0, 2, at least eight octets that are not zero, 0. */
const LEAST_BLOCK = 3 + 8 + PREMASTER_LENGTH

/** Undefined when the ciphertext is for none of these keys. */
export const masterFrom = (
  crypto: CryptoProvider,
  keys: readonly Bytes[],
  ciphertext: Bytes,
  hash: HashName,
  binding: Binding,
): Secret | undefined => {
  for (const key of keys) {
    const premaster = premasterIn(opened(crypto, key, ciphertext))
    if (premaster === undefined) continue
    const secret = new Secret(premaster)
    const master = masterSecret(crypto, hash, secret, binding)
    secret.wipe()
    return master
  }
  return undefined
}

/** A key that is not RSA, or of another length, opens nothing. */
const opened = (crypto: CryptoProvider, key: Bytes, ciphertext: Bytes): Bytes | undefined => {
  try {
    return crypto.rsaRaw(key, ciphertext)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

const premasterIn = (block: Bytes | undefined): Bytes | undefined => {
  if (block === undefined || block.length < LEAST_BLOCK || block[0] !== 0 || block[1] !== 2) return undefined
  const zero = block.indexOf(0, 2)
  const start = block.length - PREMASTER_LENGTH
  return zero === start - 1 ? block.slice(start) : undefined
}
