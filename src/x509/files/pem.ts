/** PEM (RFC 7468): text armour around DER. Text between blocks is skipped, as every tool does. */
import { latin1Bytes, latin1Text, plain } from '../../wire/bytes.ts'

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
export const certificatesIn = (file: Uint8Array | string): Uint8Array[] => {
  if (typeof file === 'string') return certificatesIn(latin1Bytes(file))
  if (isDer(file)) return [plain(file)]
  return pemBlocks(latin1Text(file))
    .filter(({ label }) => label === 'CERTIFICATE' || label === 'X509 CERTIFICATE')
    .map(({ der }) => der)
}

/** A SEQUENCE of more than 127 octets, which no text begins with: 0x30 alone is also the digit 0. */
export const isDer = (file: Uint8Array): boolean => file[0] === 0x30 && (file[1] ?? 0) > 0x7f

export const pem = (label: string, der: Uint8Array): string => {
  const lines = toBase64(der).match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

/** The octets, or undefined for what is no base64. White space does not count. */
const fromBase64 = (text: string): Uint8Array | undefined => {
  let octets: string
  try {
    octets = atob(text)
  } catch {
    return undefined
  }
  const out = new Uint8Array(octets.length)
  for (let i = 0; i < octets.length; i++) out[i] = octets.charCodeAt(i)
  return out
}

export const toBase64 = (bytes: Uint8Array): string => {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    text += ALPHABET[word >> 18]! + ALPHABET[(word >> 12) & 63]!
    text += i + 1 < bytes.length ? ALPHABET[(word >> 6) & 63]! : '='
    text += i + 2 < bytes.length ? ALPHABET[word & 63]! : '='
  }
  return text
}
