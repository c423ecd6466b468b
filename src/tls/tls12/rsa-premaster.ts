/**
 * The premaster secret that a client encrypted to the server's key (RFC 5246 7.4.7.1), read without telling anybody
 * whether it was well made: whoever learns that can decrypt with the key (Bleichenbacher 1998, ROBOT 2017). A block that
 * is wrong in any way gives the random one, and the Finished of the client then fails like any other.
 */
import type { Bytes } from '../../engine.ts'
import { Secret } from '../secret.ts'

const PREMASTER_LENGTH = 48
/** RFC 8017 7.2.2: 0, 2, at least eight octets that are not zero, 0. */
const LEAST_PADDING = 8

/**
 * `block`: what the bare RSA operation gave, as long as the modulus; undefined when the ciphertext was none for this key,
 * which its sender knows. `version`: the one in the ClientHello. `random`: 48 bytes, drawn before the decryption. `block`
 * and `random` are overwritten. Which bytes are read and written, and in which order, depends on lengths alone.
 */
export const premasterOf = (block: Bytes | undefined, version: number, random: Bytes): Secret => {
  const premaster = random.slice()
  random.fill(0)
  if (premaster.length !== PREMASTER_LENGTH) throw new RangeError('a premaster secret has 48 bytes')
  if (block === undefined || block.length < 3 + LEAST_PADDING + PREMASTER_LENGTH) return new Secret(premaster)
  const start = block.length - PREMASTER_LENGTH
  let wrong = block[0]! | (block[1]! ^ 2) | block[start - 1]!
  for (let i = 2; i < start - 1; i++) wrong |= isZero(block[i]!)
  wrong |= (block[start]! ^ (version >> 8)) | (block[start + 1]! ^ (version & 0xff))
  /** All ones for a good block, zero for a wrong one. Not by a minus, whose zero would be a number of another kind (-0). */
  const take = ~(isZero(wrong) - 1)
  for (let i = 0; i < PREMASTER_LENGTH; i++) {
    const octet = block[start + i]!
    premaster[i] = (octet & take) | (premaster[i]! & ~take)
  }
  for (let i = 0; i < block.length; i++) block[i] = 0
  return new Secret(premaster)
}

/** 1 for zero, 0 for any other number below 2^31, without a branch. */
const isZero = (value: number): number => ((value - 1) & ~value) >>> 31
