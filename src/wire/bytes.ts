/** What every layer does with bytes and the language does not bring: joining them, and their text forms. */

/** One new array with all pieces in it; a list and not parameters, because a call takes only so many. */
export const joined = (pieces: readonly Uint8Array[]): Uint8Array => {
  let size = 0
  for (const piece of pieces) size += piece.length
  const whole = new Uint8Array(size)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/** Equal length and content. Not in constant time: for what is no secret. */
export const sameOctets = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  if (a !== b) for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/**
 * The same octets as a plain Uint8Array, without a copy. Node's Buffer is a Uint8Array by type but not by behaviour: its
 * `slice` is a view and its text form is not a list of numbers. What comes from outside goes through here.
 */
export const plain = (bytes: Uint8Array): Uint8Array =>
  Object.getPrototypeOf(bytes) === Uint8Array.prototype
    ? bytes
    : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** `16 03 01` with a space as `separator`. */
export const hexText = (bytes: Uint8Array, separator = ''): string => {
  let text = ''
  for (let i = 0; i < bytes.length; i++) text += (i === 0 ? '' : separator) + HEX[bytes[i]!]!
  return text
}

/** `00` to `ff`. */
const HEX: readonly string[] = /* @__PURE__ */ Array.from({ length: 256 }, (_, octet) =>
  octet.toString(16).padStart(2, '0'),
)

/** Octets of hexadecimal digits, of which there is an even number. */
export const hexBytes = (digits: string): Uint8Array => {
  const bytes = new Uint8Array(digits.length >> 1)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

/**
 * `bytes[start, end)` as Latin-1: every octet is the character of its number, so positions in text are positions in
 * bytes. (`TextDecoder('latin1')` reads windows-1252, which changes 0x80 to 0x9f.) Eight at a time, because every HTTP
 * head comes by here, and not all at once, because a call takes only so many arguments.
 */
export const latin1Text = (bytes: Uint8Array, start = 0, end: number = bytes.length): string => {
  let text = ''
  let at = start
  for (; at + 8 <= end; at += 8) {
    text += String.fromCharCode(
      bytes[at]!,
      bytes[at + 1]!,
      bytes[at + 2]!,
      bytes[at + 3]!,
      bytes[at + 4]!,
      bytes[at + 5]!,
      bytes[at + 6]!,
      bytes[at + 7]!,
    )
  }
  for (; at < end; at++) text += String.fromCharCode(bytes[at]!)
  return text
}

/** The octets of Latin-1 text. Characters above U+00FF are the caller's mistake: only their low octet is written. */
export const latin1Bytes = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
