/** The padding of RSAES-PKCS1-v1_5, made here so that both providers draw it from their own randomness. */
import type { Random } from '../random.ts'

/** RFC 8017 7.2.1: two octets before the padding, at least eight of it, and one behind it. */
const LEAST_PADDING = 11

/** RFC 8017 7.2.1, step 2: 0, 2, nonzero random octets, 0, message. Undefined when `length` leaves no room for it. */
export const encryptionBlock = (random: Random, length: number, message: Uint8Array): Uint8Array | undefined => {
  const padding = length - message.length - 3
  if (length < message.length + LEAST_PADDING) return undefined
  const block = new Uint8Array(length)
  block[1] = 2
  for (let filled = 0; filled < padding; ) {
    for (const octet of random.bytes(padding - filled)) if (octet !== 0) block[2 + filled++] = octet
  }
  block.set(message, length - message.length)
  return block
}
