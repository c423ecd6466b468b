/** Names of subjects and issuers (RFC 5280 4.1.2.4): attributes, comparison (RFC 5280 7.1), text (RFC 4514). */
import { Der, DerError, TAG } from '../../asn1/der.ts'
import { oidName, oidText } from '../../asn1/oid.ts'
import { stringValue } from '../../asn1/value.ts'
import { latin1Text } from '../../wire/bytes.ts'

export interface Attribute {
  readonly type: string
  /** Undefined when the value is no string. */
  readonly text: string | undefined
  /** The value's element in the certificate. */
  readonly from: number
  readonly to: number
}

/** A relative distinguished name: one attribute nearly always. */
export type RelativeName = readonly Attribute[]

/** `bytes[from, to)` is a SEQUENCE of SETs, checked when it was read. */
export class DistinguishedName {
  readonly bytes: Uint8Array
  readonly from: number
  readonly to: number
  #parts: readonly RelativeName[] | undefined
  #keys: readonly string[] | undefined
  #key: string | undefined
  #shortText: string | undefined
  constructor(bytes: Uint8Array, from: number, to: number) {
    this.bytes = bytes
    this.from = from
    this.to = to
  }

  get isEmpty(): boolean {
    return this.bytes[this.from + 1] === 0
  }

  get der(): Uint8Array {
    return this.bytes.subarray(this.from, this.to)
  }

  get parts(): readonly RelativeName[] {
    this.#parts ??= partsOf(this.bytes, this.from, this.to)
    return this.#parts
  }

  /** One text per relative name; two names are the same when all of these are (RFC 5280 7.1). */
  get keys(): readonly string[] {
    this.#keys ??= this.parts.map(part => relativeNameKey(this.bytes, part))
    return this.#keys
  }

  /** Equal for equal names. */
  get key(): string {
    this.#key ??= this.keys.join('\n')
    return this.#key
  }

  /** The texts of every attribute of this type. */
  all(type: string): string[] {
    return this.parts.flatMap(part => part.flatMap(a => (a.type === type && a.text !== undefined ? [a.text] : [])))
  }

  /** For people, most specific last, as in the certificate: `C=DE, O=Example, CN=Example Root`. */
  get text(): string {
    if (this.isEmpty) return '(no name)'
    return this.parts.map(part => part.map(attributeText).join('+')).join(', ')
  }

  /** The attribute that people know it by: the common name, else the organization, else everything. */
  get shortText(): string {
    if (this.#shortText === undefined) {
      const best = this.all('2.5.4.3').at(-1) ?? this.all('2.5.4.11').at(-1) ?? this.all('2.5.4.10').at(-1)
      this.#shortText = best === undefined ? this.text : printable(best)
    }
    return this.#shortText
  }
}

const attributeText = ({ type, text }: Attribute): string => `${oidName(type)}=${printable(text ?? '#')}`

/** Equal for equal relative names; `bytes` is what it was read from. */
export const relativeNameKey = (bytes: Uint8Array, part: RelativeName): string =>
  part.length === 1
    ? keyOf(bytes, part[0]!)
    : part
        .map(attribute => keyOf(bytes, attribute))
        .sort()
        .join('+')

/** Reads a name and holds it to its definition; the cursor moves past it. */
export const readName = (cursor: Der, what: string): DistinguishedName => {
  cursor.read(TAG.sequence, what)
  const { bytes, start, from, to } = cursor
  walkName(new Der(bytes, from, to), what, undefined)
  return new DistinguishedName(bytes, start, to)
}

/** A text that a terminal shows as it is: control characters and direction marks become `?`. */
export const printable = (text: string): string =>
  /^[ -~]{0,200}$/.test(text) ? text : text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?').slice(0, 200)

const partsOf = (bytes: Uint8Array, from: number, to: number): RelativeName[] => {
  const parts: RelativeName[] = []
  walkName(new Der(bytes, from, to).inside(TAG.sequence, 'name'), 'name', parts)
  return parts
}

const walkName = (sequence: Der, what: string, parts: RelativeName[] | undefined): void => {
  while (sequence.left > 0) {
    const part: Attribute[] | undefined = parts === undefined ? undefined : []
    walkRelativeName(sequence.inside(TAG.set, what), what, part)
    if (part !== undefined) parts?.push(part)
  }
}

const walkRelativeName = (set: Der, what: string, part: Attribute[] | undefined): void => {
  const { bytes } = set
  // RFC 5280 4.1.2.4: SET SIZE (1..MAX).
  if (set.left === 0) throw new DerError('empty', set.pos, set.end, what)
  while (set.left > 0) {
    const pair = set.inside(TAG.sequence, what)
    pair.read(TAG.oid, what)
    const { from, to } = pair
    pair.any(what)
    if (isNamedString(bytes, from, to) && !STRINGS.has(pair.tag))
      throw new DerError('unexpected-tag', pair.start, pair.start + 1, what)
    checkText(pair, what)
    part?.push({
      type: oidText(bytes, from, to),
      text: stringValue(pair.tag, bytes, pair.from, pair.to, what),
      from: pair.start,
      to: pair.to,
    })
    pair.finish(what)
  }
}

/** The attributes of a RelativeDistinguishedName; `set` is over the contents of the SET. */
export const readRelativeName = (set: Der, what: string): RelativeName => {
  const part: Attribute[] = []
  walkRelativeName(set, what, part)
  return part
}

/** The attributes 2.5.4.3 (commonName) to 2.5.4.12 (title) are strings (RFC 5280 appendix A); others may be anything. */
const isNamedString = (bytes: Uint8Array, from: number, to: number): boolean =>
  to - from === 3 && bytes[from] === 0x55 && bytes[from + 1] === 4 && bytes[from + 2]! >= 3 && bytes[from + 2]! <= 12

const STRINGS: ReadonlySet<number> = /* @__PURE__ */ new Set<number>([
  TAG.utf8String,
  TAG.printableString,
  TAG.teletexString,
  TAG.bmpString,
  TAG.universalString,
  TAG.ia5String,
  TAG.numericString,
  TAG.visibleString,
])

/** A NUL inside a name once let certificates say one thing to people and another to programs. */
const checkText = (element: Der, what: string): void => {
  const { tag, bytes, from, to } = element
  if (tag === TAG.bitString || (tag & 0x20) !== 0) return
  const width = tag === TAG.bmpString ? 2 : tag === TAG.universalString ? 4 : 1
  for (let i = from; i < to; i += width) {
    let character = 0
    for (let j = i; j < i + width && j < to; j++) character |= bytes[j]!
    if (character === 0) throw new DerError('string-character', i, i + width, what)
  }
}

/**
 * RFC 5280 7.1: strings compare without case and with runs of spaces as one, whatever their string type. Other values
 * compare by their bytes. Letters outside ASCII keep their case, as in other implementations.
 */
const keyOf = (bytes: Uint8Array, attribute: Attribute): string => {
  const { type, text, from, to } = attribute
  if (text === undefined) return `${type}#${latin1Text(bytes, from, to)}`
  const folded = /[^ -~]/.test(text) ? text.replace(/[A-Z]+/g, letters => letters.toLowerCase()) : text.toLowerCase()
  // Line feeds and `+` separate the parts of a key, so a text must not be able to imitate them.
  return `${type}=${escapeKey(folded.trim().replace(/\s{2,}|[^\S ]/g, ' '))}`
}

const escapeKey = (text: string): string =>
  /[\n+\\]/.test(text) ? text.replace(/[\n+\\]/g, c => `\\${c.charCodeAt(0)}`) : text
