/** PEM with the headers of RFC 1421 4.6, in which OpenSSL before 1.0 says how a key is encrypted. */
import { latin1Bytes } from '../../wire/bytes.ts'
import type { OldBlock } from './encrypted-key.ts'

/** Every private key that says so, in order; broken ones are left out, as `pemBlocks` does. */
export const oldBlocks = (text: string): OldBlock[] => {
  const blocks: OldBlock[] = []
  for (const [, , cipher, iv, body] of text.matchAll(
    /-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----\s+Proc-Type:\s*4,ENCRYPTED\s+DEK-Info:\s*([A-Z0-9-]{1,20}),([0-9A-Fa-f]{16,32})\r?\n([A-Za-z0-9+/=\s]*)-----END \1-----/g,
  )) {
    try {
      blocks.push({
        cipher: cipher!,
        iv: Uint8Array.from(iv!.match(/../g) ?? [], octet => Number.parseInt(octet, 16)),
        ciphertext: latin1Bytes(atob(body!)),
      })
    } catch {
      // No base64.
    }
  }
  return blocks
}
