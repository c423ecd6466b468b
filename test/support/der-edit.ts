/** One element of an encoding put in place of another: the lengths around it are made to fit, and nothing else changes. */

interface Header {
  readonly from: number
  readonly to: number
}

const headerAt = (der: Uint8Array, at: number): Header => {
  const first = der[at + 1]!
  const octets = first < 0x80 ? 0 : first & 0x7f
  let length = octets === 0 ? first : 0
  for (let i = 0; i < octets; i++) length = length * 256 + der[at + 2 + i]!
  return { from: at + 2 + octets, to: at + 2 + octets + length }
}

/** The shortest length, as DER has it. */
export const tlv = (tag: number, contents: Uint8Array): Uint8Array => {
  const { length } = contents
  const header = length < 0x80 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Uint8Array.of(tag, ...header, ...contents)
}

/** An element that `wanted` may look at. */
export interface Element {
  readonly tag: number
  readonly contents: Uint8Array
  readonly whole: Uint8Array
  /** Tags of those around it, the outermost first. */
  readonly within: readonly number[]
}

/**
 * `der` with `put(element)` in place of the first element that is wanted, whatever bytes those are. OCTET STRINGs are looked
 * into, as extensions are DER again. Throws when none is.
 */
export const edited = (
  der: Uint8Array,
  wanted: (element: Element) => boolean,
  put: (element: Element) => Uint8Array,
): Uint8Array => {
  let done = false
  const each = (from: number, to: number, within: readonly number[]): Uint8Array => {
    const out: number[] = []
    for (let at = from; at < to; ) {
      const header = headerAt(der, at)
      const tag = der[at]!
      const whole = der.subarray(at, header.to)
      const element = { tag, contents: der.subarray(header.from, header.to), whole, within }
      if (done) out.push(...whole)
      else if (wanted(element)) {
        done = true
        out.push(...put(element))
      } else if (opens(der, tag, header)) out.push(...tlv(tag, each(header.from, header.to, [...within, tag])))
      else out.push(...whole)
      at = header.to
    }
    return Uint8Array.from(out)
  }
  const made = each(0, der.length, [])
  if (!done) throw new Error('no element is the one that was meant')
  return made
}

/** Constructed, or an OCTET STRING that one SEQUENCE, BIT STRING or INTEGER fills. */
const opens = (der: Uint8Array, tag: number, { from, to }: Header): boolean =>
  (tag & 0x20) !== 0 || (tag === 0x04 && [0x30, 0x03, 0x02].includes(der[from]!) && headerAt(der, from).to === to)
