/** base64url without padding (RFC 4648 5, RFC 7515 2): what JOSE, ACME and ids in URLs are written in. */
import { latin1Text } from './bytes.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

const VALUES: readonly number[] = Array.from({ length: 128 }, (_, code) => ALPHABET.indexOf(String.fromCharCode(code)))

export const base64url = (bytes: Uint8Array): string =>
  btoa(latin1Text(bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

/**
 * The octets; undefined for any other character (padding and white space too), for a length that no octets have, and where
 * bits behind the last octet are set: two texts never mean the same octets (RFC 4648 3.5).
 */
export const fromBase64url = (text: string): Uint8Array | undefined => {
  if (text.length % 4 === 1) return undefined
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let word = 0
  let bits = 0
  let at = 0
  for (let i = 0; i < text.length; i++) {
    const value = VALUES[text.charCodeAt(i)] ?? -1
    if (value < 0) return undefined
    word = ((word << 6) | value) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = (word >> bits) & 0xff
  }
  return (word & ((1 << bits) - 1)) === 0 ? bytes : undefined
}
