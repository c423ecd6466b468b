/** Bytes for tests: hex in, and every way of tearing an input apart. */
import { hexText, joined, latin1Bytes } from '../../src/wire/bytes.ts'

/** Bytes from hex; white space is ignored. */
export const hex = (text: string): Uint8Array => {
  const digits = text.replace(/\s+/g, '')
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16))
}

export const toHex = (bytes: Uint8Array): string => hexText(bytes)

export const ascii = (text: string): Uint8Array => latin1Bytes(text)

export const concat = (...pieces: readonly Uint8Array[]): Uint8Array => joined(pieces)

/** The same bytes whole, one by one, and in random pieces: every parser must give the same for all three. */
export const tearings = (bytes: Uint8Array, random: () => number): { how: string; chunks: Uint8Array[] }[] => {
  const torn: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + Math.floor(random() * 40)
    torn.push(bytes.slice(at, at + size))
    at += size
  }
  return [
    { how: 'whole', chunks: [bytes] },
    { how: 'byte by byte', chunks: Array.from(bytes, b => Uint8Array.of(b)) },
    { how: 'torn', chunks: torn },
  ]
}
