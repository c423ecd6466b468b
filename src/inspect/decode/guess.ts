/**
 * Which format is meant, and how sure that is. Every format that begins like this is tried on every reading of what was
 * pasted; known numbers, lengths that fit, checksums and what lies inside speak for it, counted in bits. What is said as
 * confidence is its share among all of them and plain noise.
 */
import type { Bytes } from '../../engine.ts'
import { type Decoded, decodeAs } from './decode.ts'
import type { Format } from './format.ts'
import { formatNamed, formatRows } from './formats.table.ts'
import { type Part, type Reading, readings } from './notation.ts'

export interface Guess {
  readonly reading: Reading
  readonly decoded: Decoded
  /** From 0 to 1. */
  readonly confidence: number
}

export interface Guessed {
  /** The likeliest; undefined where nothing makes sense. */
  readonly best: Guess | undefined
  /** Others that are not out of the question, the likeliest first. */
  readonly others: readonly Guess[]
  /** All parts of the best, in their order. */
  readonly parts: readonly DecodedPart[]
  /** Something was longer than `MOST_BYTES` and was not looked at. */
  readonly tooLong: boolean
}
export interface DecodedPart {
  readonly part: Part
  readonly decoded: Decoded | undefined
  readonly confidence: number
}

/** No message of the protocols here is longer, besides lists of what was revoked; trees of more would fill a memory. */
export const MOST_BYTES: number = 1024 * 1024

/** Noise is taken for a message by so many bits. */
const NOISE = 10
/** Below this nobody should be told that it may be. */
const WORTH_SAYING = 0.02

/** By the words of PEM. */
const LABELS: Readonly<Record<string, string>> = {
  CERTIFICATE: 'der.certificate',
  'X509 CERTIFICATE': 'der.certificate',
  'TRUSTED CERTIFICATE': 'der.certificate',
  'CERTIFICATE REQUEST': 'der.request',
  'NEW CERTIFICATE REQUEST': 'der.request',
  'X509 CRL': 'der.crl',
  'PUBLIC KEY': 'der.public-key',
  'PRIVATE KEY': 'der.private-key',
  'ENCRYPTED PRIVATE KEY': 'der.encrypted-key',
  'EC PRIVATE KEY': 'der.ec-key',
  'RSA PRIVATE KEY': 'der.rsa-key',
}

/** What was pasted, or what is in a file; `as`: the format that somebody named. */
export const guess = (input: Bytes, as?: Format): Guessed => {
  let tooLong = false
  const candidates = readings(input).flatMap(reading => {
    const [first] = reading.parts
    if (reading.parts.some(({ bytes }) => bytes.length > MOST_BYTES)) tooLong = true
    if (first === undefined || first.bytes.length > MOST_BYTES) return []
    return candidatesFor(first, reading, as).map(decoded => ({ reading, decoded, bits: bitsOf(reading, decoded) }))
  })
  const sorted = candidates.toSorted((a, b) => b.bits - a.bits)
  const [top] = sorted
  if (top === undefined) return { best: undefined, others: [], parts: [], tooLong }
  const guesses = sorted.map(({ reading, decoded, bits }) => ({
    reading,
    decoded,
    confidence:
      as === undefined
        ? share(
            bits,
            sorted.map(each => each.bits),
          )
        : 1,
  }))
  const [best, ...rest] = guesses
  if (best === undefined || (as === undefined && best.confidence < WORTH_SAYING))
    return { best: undefined, others: [], parts: [], tooLong }
  return {
    best,
    others: as === undefined ? rest.filter(({ confidence }) => confidence >= WORTH_SAYING).slice(0, 4) : [],
    parts: best.reading.parts.map((part, i) => (i === 0 ? { part, ...best } : partGuessed(part, best.reading, as))),
    tooLong,
  }
}

const partGuessed = (part: Part, reading: Reading, as: Format | undefined): DecodedPart => {
  if (part.bytes.length > MOST_BYTES) return { part, decoded: undefined, confidence: 0 }
  const found = candidatesFor(part, reading, as).toSorted((a, b) => b.evidence - a.evidence)
  const [decoded] = found
  if (decoded === undefined) return { part, decoded: undefined, confidence: 0 }
  const confidence =
    as === undefined
      ? share(
          decoded.evidence,
          found.map(each => each.evidence),
        )
      : 1
  return confidence < WORTH_SAYING ? { part, decoded: undefined, confidence } : { part, decoded, confidence }
}

const candidatesFor = (part: Part, { notation }: Reading, as: Format | undefined): readonly Decoded[] => {
  if (as !== undefined) return [decodeAs(as, part.bytes)]
  const told = part.label === undefined ? undefined : LABELS[part.label]
  if (told !== undefined) return [decodeAs(formatNamed(told)!, part.bytes)]
  return formatRows
    .filter(({ id, begins }) => begins?.(part.bytes) === true && (notation !== 'text' || TEXTS.has(id)))
    .map(format => decodeAs(format, part.bytes))
}

/** What a text may be as it stands. */
const TEXTS: ReadonlySet<string> = new Set(['http.request', 'http.response', 'http.cookie', 'keylog'])

/** What PEM says that it is needs no other evidence. */
const bitsOf = ({ notation, unlikely }: Reading, { evidence }: Decoded): number =>
  (notation === 'PEM' ? 100 : evidence) - unlikely

/** 2^bits among all of them and noise. */
const share = (bits: number, all: readonly number[]): number => {
  const sum = [...all, NOISE].reduce((total, each) => total + 2 ** (each - bits), 0)
  return 1 / sum
}
