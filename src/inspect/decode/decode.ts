/**
 * Bytes as a tree of layers: each with its format, its fields, where it is broken, and what lies inside. Nothing here
 * throws for what bytes say; how deep and how much is bounded. `guess.ts` chooses the format where nobody names it.
 */
import type { Bytes } from '../../engine.ts'
import type { Range } from '../../trace/types.ts'
import { type Field, fields } from '../../wire/field.ts'
import { Reader, WireError } from '../../wire/reader.ts'
import type { Format, Inner } from './format.ts'
import { formatNamed } from './formats.table.ts'

/** Where the bytes stop making sense. Positions are those of the whole input. */
export interface Broken extends Range {
  /** `wire/truncated`. */
  readonly rule: string
  /** The dotted path of the field. */
  readonly path: string
  /** `length says 22, 20 bytes remain`. */
  readonly says: string
}

export interface Decoded {
  readonly format: Format
  readonly name: string | undefined
  readonly bytes: Bytes
  /** Where `bytes` begin in the whole input. */
  readonly start: number
  /** Ranges are those of the whole input. */
  readonly field: Field
  /** Undefined where they are broken. */
  readonly value: unknown
  readonly broken: Broken | undefined
  /** Bytes at the end that belong to nobody: padding, the next message. */
  readonly behind: number
  readonly inside: readonly Inside[]
  /** Bits that speak for this format, what lies inside included. */
  readonly evidence: number
}
export interface Inside {
  readonly path: readonly (string | number)[]
  readonly decoded: Decoded
}

/** Packets in packets, messages in records: no honest nesting is deeper. */
const MOST_LAYERS = 12
/** Messages inside of one; more stay bytes. */
const MOST_INSIDE = 512
/** Inside a layer a format must have so many bits to be believed without being announced. */
const BELIEVED = 8

interface Where {
  readonly start: number
  readonly layer: number
}
const OUTERMOST: Where = { start: 0, layer: 0 }

/** `bytes` as `format`, as far as that goes. */
export const decodeAs = (format: Format, bytes: Bytes, where: Where = OUTERMOST): Decoded => {
  const { field, value, error, pos } = walked(format, bytes)
  const behind = error === undefined ? bytes.length - pos : 0
  const isWhole = error === undefined && (behind === 0 || (format.ends === 'itself' && where.layer > 0))
  const broken = error !== undefined ? brokenAt(field, error) : derNote(field, format)
  const trailing =
    isWhole || error !== undefined
      ? undefined
      : {
          start: pos,
          end: bytes.length,
          rule: 'wire/trailing',
          path: '',
          says: `${behind} ${behind === 1 ? 'byte is' : 'bytes are'} left over behind its end`,
        }
  const inside = error === undefined ? insideOf(format, value, bytes, where) : []
  const own = ownEvidence(format, { field, value, bytes, wrong: broken ?? trailing })
  return {
    format,
    name: nameIn(format, value, bytes),
    bytes,
    start: where.start,
    field: moved(field, where.start),
    value,
    broken: shifted(broken ?? trailing, where.start),
    behind,
    inside,
    evidence: own + inside.reduce((sum, { decoded }) => sum + Math.max(-20, Math.min(40, decoded.evidence)), 0),
  }
}

const nameIn = (format: Format, value: unknown, bytes: Bytes): string | undefined =>
  bytes.length === 0 ? undefined : format.named?.(value, bytes)

interface Walked {
  readonly field: Field
  readonly value: unknown
  readonly error: WireError | undefined
  readonly pos: number
}

const walked = ({ codec, title }: Format, bytes: Bytes): Walked => {
  const out: Field[] = []
  const reader = new Reader(bytes)
  const root = (): Field => out[0] ?? { name: title, start: 0, end: reader.pos }
  try {
    const value = codec.walk(reader, title, out)
    return { field: root(), value, error: undefined, pos: reader.pos }
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    return { field: root(), value: undefined, error, pos: reader.pos }
  }
}

const shifted = (broken: Broken | undefined, by: number): Broken | undefined =>
  broken === undefined ? undefined : { ...broken, start: broken.start + by, end: broken.end + by }

/** Ranges as they are in the whole input. */
const moved = (field: Field, by: number): Field =>
  by === 0
    ? field
    : {
        ...field,
        start: field.start + by,
        end: field.end + by,
        ...(field.children === undefined ? {} : { children: field.children.map(child => moved(child, by)) }),
      }

/** The innermost field with a note, with its path, and the field around it. */
const damaged = (root: Field): { field: Field; path: string } => {
  const names: string[] = []
  let field = root
  for (;;) {
    const below = field.children?.findLast(child => child.note !== undefined)
    if (below === undefined) return { field, path: names.join('.') }
    field = below
    names.push(field.name)
  }
}

const brokenAt = (root: Field, error: WireError): Broken => {
  const { field, path } = damaged(root)
  const detail = / byte \d+: (.*)$/s.exec(error.message)?.[1]
  const length = field.children?.length === 1 ? field.children[0] : undefined
  const says =
    error.rule === 'truncated' && length?.name === 'length' && typeof length.value === 'number'
      ? `length says ${length.value}, ${error.at - length.end} bytes remain`
      : (detail ?? SAYS[error.rule])
  const start = Math.min(field.start, error.at)
  return { start, end: Math.max(error.at, start), rule: `wire/${error.rule}`, path: path || error.path, says }
}

const SAYS = {
  truncated: 'the bytes end in the middle of it',
  trailing: 'bytes are left over behind its end',
  'too-long': 'it is longer than it may be',
  'bad-value': 'it cannot have this value',
} as const

/** DER is read tolerantly, and a note says what is wrong with it. */
const derNote = (root: Field, format: Format): Broken | undefined => {
  if (!format.id.startsWith('der.')) return undefined
  const { field, path } = root.note === undefined ? firstNoted(root) : { field: root, path: '' }
  if (field.note === undefined) return undefined
  return { start: field.start, end: field.end, rule: 'asn1/der', path, says: field.note }
}

const firstNoted = (root: Field): { field: Field; path: string } => {
  for (const each of fields(root)) if (each.field.note !== undefined) return each
  return { field: root, path: '' }
}

const insideOf = (format: Format, value: unknown, bytes: Bytes, { start, layer }: Where): Inside[] => {
  if (layer >= MOST_LAYERS) return []
  const found: Inside[] = []
  for (const inner of (format.inside?.(value, bytes) ?? []).slice(0, MOST_INSIDE)) {
    const part = at(value, inner.path)
    if (!(part instanceof Uint8Array) || part.length === 0) continue
    const where = { start: start + part.byteOffset - bytes.byteOffset, layer: layer + 1 }
    const decoded = likeliest(inner, part, where)
    if (decoded !== undefined) found.push({ path: inner.path, decoded })
  }
  return found
}

/** What stands at a path of a value. */
export const at = (value: unknown, path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((here, key) => (here as Record<string | number, unknown> | undefined)?.[key], value)

const likeliest = ({ as, how }: Inner, bytes: Bytes, where: Where): Decoded | undefined => {
  const candidates = as
    .map(id => formatNamed(id)!)
    .filter(({ begins }) => how === 'surely' || begins === undefined || begins(bytes))
    .map(format => decodeAs(format, bytes, where))
    .toSorted((a, b) => b.evidence - a.evidence)
  const [best] = candidates
  if (best === undefined || how === 'surely') return best
  if (best.evidence >= BELIEVED || (best.broken === undefined && as.length === 1)) return best
  return undefined
}

interface Looked {
  readonly field: Field
  readonly value: unknown
  readonly bytes: Bytes
  readonly wrong: Broken | undefined
}

const ownEvidence = (format: Format, { field, value, bytes, wrong }: Looked): number => {
  const special =
    value === undefined && wrong !== undefined ? earlyEvidence(format, bytes) : format.evidence?.(value, bytes)
  const tree = format.id.startsWith('der.') ? 0 : treeEvidence(field)
  if (wrong === undefined) return (special ?? 0) + tree + (format.ends === undefined ? 6 : 4)
  const read = bytes.length === 0 ? 0 : wrong.start / bytes.length
  return (special ?? 0) + tree - 10 - Math.round((1 - Math.min(1, read)) * 10)
}

/** What speaks for it when there is no value: evidence that reads one says nothing then. */
const earlyEvidence = (format: Format, bytes: Bytes): number | undefined =>
  format.evidence === undefined || format.evidence.length === 0 || READS_VALUE.has(format.id)
    ? 10
    : format.evidence(undefined, bytes)

const READS_VALUE: ReadonlySet<string> = new Set(['tls.records'])

/** Numbers of a registry that are known speak for a format, others against it; so do lengths that fit. */
const treeEvidence = (root: Field): number => {
  let bits = 0
  let seen = 0
  for (const { field } of fields(root)) {
    if (++seen > MOST_LOOKED || bits > MOST_BITS) break
    if (field.name === 'length' && typeof field.value === 'number') bits += 4
    else if (typeof field.value === 'number' && field.text !== undefined && field.bits === undefined)
      bits += field.text.startsWith('unknown (0x') ? -5 : 2
  }
  return bits
}
const MOST_LOOKED = 2000
const MOST_BITS = 60

/** Everything in it that is broken, outermost first. */
export const allBroken = (decoded: Decoded): readonly Broken[] => [
  ...(decoded.broken === undefined ? [] : [decoded.broken]),
  ...decoded.inside.flatMap(({ decoded: inner }) => allBroken(inner)),
]

/** What in it is private; ranges of the whole input. */
export const privateRanges = (decoded: Decoded): readonly Range[] => {
  const { format, value, bytes, field, start, inside } = decoded
  const own = format.secrets?.(value, bytes, field) ?? []
  // Ranges of text are counted in the message, those of fields in the input.
  const base = format.id.startsWith('http.') ? start : 0
  return [
    ...own.map(range => ({ start: range.start + base, end: range.end + base })),
    ...inside.flatMap(({ decoded: inner }) => privateRanges(inner)),
  ].filter(range => range.end > range.start)
}

/** The same with stars for what is private, and whether there was any. */
export const starred = (decoded: Decoded): { readonly decoded: Decoded; readonly isStarred: boolean } => {
  const ranges = privateRanges(decoded)
  if (ranges.length === 0) return { decoded, isStarred: false }
  const bytes = decoded.bytes.slice()
  for (const { start, end } of ranges) bytes.fill(STAR, start, end)
  const again = decodeAs(decoded.format, bytes)
  return { decoded: again, isStarred: true }
}
const STAR = 0x2a
