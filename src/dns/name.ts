/**
 * Domain names on the wire (RFC 1035 3.1, 4.1.4) and as text (5.1: a dot or backslash inside a label is escaped, other
 * bytes that do not print are `\ddd`). The root is the empty text. Compression pointers may only lead backwards, so they
 * cannot loop.
 */
import { type Codec, leaf } from '../wire/codec.ts'
import { type Reader, WireError } from '../wire/reader.ts'

/** RFC 1035 2.3.4: octets of a name, lengths and the root's zero included. */
const MAXIMUM_NAME = 255
/** RFC 1035 2.3.4. */
const MAXIMUM_LABEL = 63
/**
 * Pointers that one name leads through: as many as it can have labels. Without a bound a message of 64 KB could name the
 * end of a chain of 8,000 pointers 8,000 times.
 */
const MAXIMUM_POINTERS = 127

export const Name: Codec<string> = leaf<string>(
  {
    read: r => readLabels(r).join('.'),
    write(w, value) {
      const labels = labelsOf(value)
      if (labels === undefined) throw new WireError('bad-value', w.length, '', `not a domain name: ${value}`)
      for (const label of labels) w.prefixed(1, () => w.put(label))
      w.uint(0, 1)
    },
    sample: random =>
      Array.from({ length: Math.floor(random() * 4) }, () =>
        String.fromCharCode(
          ...Array.from({ length: 1 + Math.floor(random() * 9) }, () => 97 + Math.floor(random() * 26)),
        ),
      ).join('.'),
  },
  { ref: 'RFC 1035 4.1.4', show: name => (name === '' ? '(root)' : name) },
)

/** The labels of a name's text as bytes; undefined when it is not one. A final dot is allowed. */
export const labelsOf = (name: string): Uint8Array[] | undefined => {
  if (name === '' || name === '.') return []
  const labels: number[][] = [[]]
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i)
    if (c === 0x2e) labels.push([])
    else if (c === 0x5c) {
      const ddd = /^\d{3}/.exec(name.slice(i + 1))?.[0]
      labels.at(-1)!.push(ddd === undefined ? name.charCodeAt(i + 1) : Number(ddd))
      i += ddd === undefined ? 1 : 3
    } else labels.at(-1)!.push(c)
  }
  if (labels.at(-1)!.length === 0) labels.pop()
  const legal = labels.every(l => l.length > 0 && l.length <= MAXIMUM_LABEL && l.every(octet => octet < 256))
  const size = labels.reduce((sum, l) => sum + l.length + 1, 1)
  return legal && size <= MAXIMUM_NAME ? labels.map(l => Uint8Array.from(l)) : undefined
}

/** RFC 4343: names are equal when they differ only in the case of ASCII letters or in a final dot. */
export const sameName = (a: string, b: string): boolean => normalName(a) === normalName(b)

/** Lower case, without the final dot: the form used as a key. */
export const normalName = (name: string): string =>
  name.replace(/[A-Z]/g, letter => letter.toLowerCase()).replace(/(?<!\\)\.$/, '')

/** Reads labels and follows pointers; the reader ends behind the name's own bytes. */
const readLabels = (r: Reader): string[] => {
  const labels: string[] = []
  let size = 1
  let at = r.pos
  let end: number | undefined
  let earliest = r.pos
  let pointers = 0
  const octet = (): number => {
    if (at >= (end === undefined ? r.end : r.bytes.length)) throw new WireError('truncated', at)
    return r.bytes[at++]!
  }
  for (let length = octet(); length !== 0; length = octet()) {
    if (length >= 0xc0) {
      const target = ((length & 0x3f) << 8) | octet()
      end ??= at
      if (target >= earliest) throw new WireError('bad-value', at - 2, '', 'a name pointer that does not lead back')
      if (++pointers > MAXIMUM_POINTERS)
        throw new WireError('too-long', at - 2, '', `a name of more than ${MAXIMUM_POINTERS} pointers`)
      at = earliest = target
      continue
    }
    if (length > MAXIMUM_LABEL) throw new WireError('bad-value', at - 1, '', `label type 0x${length.toString(16)}`)
    size += length + 1
    if (size > MAXIMUM_NAME) throw new WireError('too-long', at, '', `a name of more than ${MAXIMUM_NAME} octets`)
    const octets: number[] = []
    for (let i = 0; i < length; i++) octets.push(octet())
    labels.push(octets.map(textOf).join(''))
  }
  r.pos = end ?? at
  return labels
}

const textOf = (octet: number): string => {
  if (octet === 0x2e || octet === 0x5c) return `\\${String.fromCharCode(octet)}`
  if (octet > 0x20 && octet < 0x7f) return String.fromCharCode(octet)
  return `\\${String(octet).padStart(3, '0')}`
}
