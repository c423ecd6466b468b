/** A decoded message for people: what it looks like, its tree with byte ranges, what is broken, and its bytes beside it. */
import { hexText } from '../../wire/bytes.ts'
import type { Field } from '../../wire/field.ts'
import type { Shown } from '../shown.ts'
import { columnsOf } from '../shown.ts'
import { hexLines, line, mark, moreBytes, type Piece, type Style, say, size, widthOf, wrap } from '../style.ts'
import type { Broken, Decoded, Inside } from './decode.ts'
import type { Guess } from './guess.ts'

export interface TextOptions {
  readonly style: Style
  /** Octets of each field beside it. */
  readonly bytes?: 'beside' | undefined
  /** Rows that are shown; of more the number is told. */
  readonly most?: number | undefined
}

/** A tree of a hello has some hundred rows. */
const MOST_ROWS = 2000
/** Fields below this are counted: a terminal has no more columns, and nothing honest is deeper. */
const DEEPEST = 40
/** Columns of a name beside which values still stand in one column. */
const LONGEST = 24
/** Octets of a value in the tree, and beside it. */
const SHORT = 16
const BESIDE = 8

/** `TLS record, handshake, ClientHello`: all layers, as far as each has one thing in it. */
export const titleOf = (decoded: Decoded): string => {
  const parts: string[] = []
  for (let here: Decoded | undefined = decoded; here !== undefined; here = here.inside[0]?.decoded) {
    const { format, name } = here
    if (!(format.id === 'tls.messages' && here.inside.length > 0) || parts.length === 0)
      parts.push(name === undefined ? format.title : `${format.title} (${name})`)
    if (here.inside.length > 1) {
      const names = here.inside.slice(1, 6).map(({ decoded: other }) => other.name ?? other.format.title)
      const more = here.inside.length - 1 - names.length
      const first = here.inside[0]!.decoded
      parts.push([first.name ?? first.format.title, ...names, ...(more > 0 ? [`${more} more`] : [])].join(', '))
      break
    }
  }
  return parts.join(' ⊂ ').replaceAll(' ⊂ ', ', ')
}

/** `(98 %)`: never more certain than that. */
export const percent = (confidence: number): string => `${Math.min(100, Math.floor(confidence * 100 + 0.5))} %`

/** The first lines: what it is taken for, how sure that is, how it was written, what else it may be. */
export const headLines = (best: Guess, others: readonly Guess[], style: Style, named: boolean): Shown[] => {
  const { reading, decoded, confidence } = best
  const width = widthOf(style)
  const how = say(style, `${reading.notation}, ${size(decoded.bytes.length)}`)
  const what = `${named ? '' : say(style, 'looks like: ')}${titleOf(decoded)}${named ? '' : ` (${percent(confidence)})`}`
  const rows = wrap(what, width - 2)
  const beside = columnsOf(rows.at(-1) ?? '') + columnsOf(how) + 4 <= width
  return [
    ...rows.map((text, i) => {
      const last: Piece[] =
        i === rows.length - 1 && beside ? [{ text: how, column: width - columnsOf(how), tint: 'quiet' }] : []
      return line(style, { text: ` ${text}`, tint: 'you' }, ...last)
    }),
    ...(beside ? [] : [line(style, { text: ` ${how}`, tint: 'quiet' })]),
    ...(reading.remark === undefined ? [] : [line(style, { text: ` ${say(style, reading.remark)}`, tint: 'quiet' })]),
    ...others.map(other =>
      line(style, {
        text: ` ${say(style, 'or: ')}${titleOf(other.decoded)} (${percent(other.confidence)}), ${say(style, `as ${other.reading.notation}`)}`,
        tint: 'quiet',
      }),
    ),
  ]
}

interface Row {
  readonly depth: number
  /** Columns of the longest name among its neighbours. */
  readonly names: number
  /** Where it is defined, if not where the field around it is. */
  readonly ref: string
  readonly field: Field
  /** What it holds is shown below it. */
  readonly holds?: boolean
  /** A layer of its own. */
  readonly layer?: Decoded | undefined
  readonly broken?: Broken | undefined
}

/** The tree, each layer below the field that holds it. */
export const treeLines = (decoded: Decoded, { style, bytes, most = MOST_ROWS }: TextOptions): Shown[] => {
  const rows: Row[] = []
  const walk = new TreeWalk(rows, most)
  walk.layer(decoded, 0, '')
  const gutter = Math.max(...rows.map(({ field }) => rangeOf(field).length)) + 2
  const shown = rows.map(row =>
    rowLine(row, { style, gutter, octets: bytes === undefined ? undefined : decoded.bytes }),
  )
  const more = walk.count - rows.length
  return [
    ...shown.flat(),
    ...(more > 0
      ? [line(style, { text: ` ${say(style, `and ${more} fields more: --json tells all`)}`, tint: 'quiet' })]
      : []),
  ]
}

class TreeWalk {
  count = 0
  readonly #rows: Row[]
  readonly #most: number
  constructor(rows: Row[], most: number) {
    this.#rows = rows
    this.#most = most
  }

  layer(decoded: Decoded, depth: number, outer: string): void {
    const { field, inside, broken, behind } = decoded
    const ref = field.ref === outer ? '' : (field.ref ?? '')
    this.#add({ depth, names: 0, ref, field, layer: decoded, broken: broken?.path === '' ? broken : undefined })
    this.#children(field, depth + 1, { inside, broken, ref: field.ref ?? '' })
    if (behind > 0) this.#add({ depth: depth + 1, names: 0, ref: '', field: behindField(decoded), broken: undefined })
  }

  #add(row: Row): void {
    this.count++
    if (this.#rows.length < this.#most) this.#rows.push(row)
  }

  #children(field: Field, depth: number, around: Around): void {
    const names = Math.min(
      LONGEST,
      Math.max(0, ...(field.children ?? []).slice(0, 100).map(({ name }) => columnsOf(name))),
    )
    for (const child of field.children ?? []) {
      const ref = child.ref ?? ''
      // The innermost note is the one that says what is wrong.
      const inner = around.inside.filter(({ decoded }) => sameRange(child, decoded))
      const isDamage = child.note !== undefined && !child.children?.some(({ note }) => note !== undefined)
      this.#add({
        depth,
        names,
        holds: inner.length > 0,
        ref: ref === around.ref ? '' : ref,
        field: child,
        broken: isDamage ? around.broken : undefined,
      })
      if (inner.length > 0 && (child.children === undefined || child.children.length === 0))
        for (const { decoded } of inner) this.layer(decoded, depth + 1, around.ref)
      else if (depth < DEEPEST && !isPair(child))
        this.#children(child, depth + 1, ref === '' ? around : { ...around, ref })
    }
  }
}
interface Around {
  readonly inside: readonly Inside[]
  readonly broken: Broken | undefined
  readonly ref: string
}

/** Bytes at the end that belong to nobody. */
const behindField = ({ start, bytes, behind }: Decoded): Field => {
  const end = start + bytes.length
  return { name: 'behind it', start: end - behind, end, value: bytes.subarray(bytes.length - behind) }
}

const sameRange = (field: Field, { start, bytes }: Decoded): boolean =>
  field.start === start && field.end === start + bytes.length

/** A header field: its name and its value lie in it, and say nothing that it does not say. */
const isPair = ({ children }: Field): boolean =>
  children?.length === 2 && children[0]!.name === 'name' && children[1]!.name === 'value'

const rangeOf = ({ start, end }: Field): string => `${start}..${end}`

interface RowPlace {
  readonly style: Style
  readonly gutter: number
  readonly octets: Uint8Array | undefined
}

const rowLine = (
  { depth, names, ref, field, holds, layer, broken }: Row,
  { style, gutter, octets }: RowPlace,
): Shown[] => {
  const width = widthOf(style)
  const indent = 1 + gutter + Math.min(depth, DEEPEST) * 2
  const title =
    layer === undefined
      ? field.name
      : layer.name === undefined
        ? layer.format.title
        : `${layer.format.title}: ${layer.name}`
  const value = layer !== undefined || holds === true ? '' : valueText(field)
  const isBad = field.note !== undefined || broken !== undefined
  const pieces: Piece[] = [
    { text: broken === undefined ? ' ' : mark(style, '✗'), tint: 'bad' },
    { text: rangeOf(field), column: 2, tint: isBad ? 'bad' : 'quiet' },
    { text: title, column: indent, tint: layer !== undefined ? 'server' : undefined },
  ]
  const beside = octets === undefined || layer !== undefined || field.children?.length ? '' : besideText(octets, field)
  const right = beside === '' ? ref : beside
  const room = width - indent - Math.max(names, columnsOf(title)) - 2 - (right === '' ? 0 : right.length + 2)
  if (value !== '' && room > 4)
    pieces.push({ text: clipped(value, room, style), column: indent + Math.max(names, columnsOf(title)) + 2 })
  if (right !== '' && room > 0) pieces.push({ text: right, column: width - right.length, tint: 'quiet' })
  const told = broken === undefined ? [] : [brokenLine(broken, style, indent)]
  return [line(style, ...pieces), ...told]
}

const brokenLine = ({ says, rule }: Broken, style: Style, indent: number): Shown =>
  line(
    style,
    { text: say(style, says), column: Math.min(indent, 30), tint: 'bad' },
    { text: rule, column: widthOf(style) - rule.length, tint: 'quiet' },
  )

const besideText = (octets: Uint8Array, { start, end, bits }: Field): string => {
  if (bits !== undefined && bits[0] > 0) return ''
  const shown = hexText(octets.subarray(start, Math.min(end, start + BESIDE)), ' ')
  return end - start > BESIDE ? `${shown} …` : shown
}

const clipped = (text: string, room: number, style: Style): string =>
  columnsOf(text) <= room ? text : `${[...text].slice(0, Math.max(1, room - 1)).join('')}${mark(style, '…')}`

const valueText = ({ text, value, children }: Field): string => {
  if (text !== undefined) return text
  if (children !== undefined && children.length > 0) return ''
  if (value instanceof Uint8Array) {
    const digits = hexText(value.subarray(0, SHORT))
    return value.length > SHORT ? `${digits}… (${value.length} bytes)` : digits
  }
  if (typeof value === 'number') return `${value}`
  return value === undefined || typeof value === 'object' ? '' : String(value)
}

/** What is broken, in a line each, for whoever reads only the end. */
export const brokenLines = (list: readonly Broken[], style: Style): Shown[] =>
  list.map(({ start, end, path, says, rule }) =>
    line(
      style,
      { text: `${mark(style, '✗')} `, tint: 'bad' },
      { text: `${start}..${end} ${path === '' ? '' : `${path}: `}${say(style, says)}`, tint: 'bad' },
      { text: rule, column: widthOf(style) - rule.length, tint: 'quiet' },
    ),
  )

/** All bytes, sixteen in a line. */
export const dumpLines = (bytes: Uint8Array, style: Style, most: number): Shown[] =>
  hexLines(bytes, 0, bytes.length, most, widthOf(style) - 2, moreBytes(style)).map(text =>
    line(style, { text, column: 1, tint: 'quiet' }),
  )
