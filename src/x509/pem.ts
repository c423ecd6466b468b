/** PEM (RFC 7468): text armour around DER. Text between blocks is skipped, as every tool does. */
import { latin1 } from '../asn1/value.ts'

export interface PemBlock {
  /** `CERTIFICATE`, `PRIVATE KEY`, … */
  readonly label: string
  readonly der: Uint8Array
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** All blocks in order; broken ones are left out. */
export const pemBlocks = (text: string): PemBlock[] => {
  const blocks: PemBlock[] = []
  for (const [, label, body] of text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/g)) {
    // RFC 1421 headers (`Proc-Type: …`) end with an empty line; what they announce is not for us to decode.
    const der = body!.includes(':') ? undefined : fromBase64(body!)
    if (der !== undefined) blocks.push({ label: label!, der })
  }
  return blocks
}

/** Every certificate of a file: PEM blocks, or one certificate in DER. */
export const certificatesIn = (file: Uint8Array): Uint8Array[] => {
  if (file[0] === 0x30 && !latin1(file, 0, Math.min(file.length, 64)).includes('-----BEGIN')) return [file]
  return pemBlocks(latin1(file))
    .filter(({ label }) => label === 'CERTIFICATE' || label === 'X509 CERTIFICATE')
    .map(({ der }) => der)
}

export const pem = (label: string, der: Uint8Array): string => {
  const lines = toBase64(der).match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

const values = /* @__PURE__ */ (() => {
  const table = new Int8Array(128).fill(-1)
  for (let i = 0; i < 64; i++) table[ALPHABET.charCodeAt(i)] = i
  return table
})()

const fromBase64 = (text: string): Uint8Array | undefined => {
  const out = new Uint8Array(Math.floor((text.length * 3) / 4))
  let length = 0
  let word = 0
  let count = 0
  let padding = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 10 || code === 13 || code === 32 || code === 9) continue
    if (code === 61) {
      padding++
      continue
    }
    const value = code < 128 ? values[code]! : -1
    if (value < 0 || padding > 0) return undefined
    word = (word << 6) | value
    if ((++count & 3) === 0) {
      out[length++] = (word >> 16) & 0xff
      out[length++] = (word >> 8) & 0xff
      out[length++] = word & 0xff
    }
  }
  const over = count & 3
  if (over === 1 || (over !== 0 && padding !== 4 - over) || (over === 0 && padding !== 0)) return undefined
  if (over === 2) out[length++] = (word >> 4) & 0xff
  if (over === 3) {
    out[length++] = (word >> 10) & 0xff
    out[length++] = (word >> 2) & 0xff
  }
  return out.slice(0, length)
}

const toBase64 = (bytes: Uint8Array): string => {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    text += ALPHABET[word >> 18]! + ALPHABET[(word >> 12) & 63]!
    text += i + 1 < bytes.length ? ALPHABET[(word >> 6) & 63]! : '='
    text += i + 2 < bytes.length ? ALPHABET[word & 63]! : '='
  }
  return text
}
