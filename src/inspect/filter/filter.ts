/**
 * Which messages of a trace a filter means. What it says of a layer below is said of what carried the message:
 * `http.host == "shop.test" and tcp.port == 8443` are heads of HTTP in segments to that port.
 */
import { type Failure, isFailure } from '../../failures/index.ts'
import { messagesOf, type TraceRecord } from '../../trace/recorder.ts'
import { type Threads, threads } from '../../trace/thread.ts'
import { LAYERS, type Layer, type MessageRecord } from '../../trace/types.ts'
import { hexText, latin1Text } from '../../wire/bytes.ts'
import { dissect } from '../../wire/codec.ts'
import type { Field } from '../../wire/field.ts'
import { aboutOf } from '../about.ts'
import { PAIRS, REMARKS } from './names.table.ts'
import { parseFilter } from './parse.ts'
import { type Expression, type FilterName, type FilterValue, plainName, type Relation } from './types.ts'

export interface Filter {
  readonly text: string
  /** Layers that it speaks of, outside of `not`; none: it only says what is not meant. */
  readonly layers: ReadonlySet<Layer>
  /** The messages of one conversation that are meant, by number; those before `from` are only what others were carried by. */
  matching(records: readonly TraceRecord[], from?: number): ReadonlySet<number>
}

/** The filter that `text` says, or `inspect/filter`. */
export const filterOf = (text: string): Filter | Failure => {
  const expression = parseFilter(text)
  if (isFailure(expression)) return expression
  const layers = new Set(layersOf(expression))
  return {
    text,
    layers,
    matching(records, from = 0) {
      const scene = new Scene(records)
      const wanted = (layer: Layer): boolean => layers.size === 0 || layers.has(layer)
      const asked = from === 0 ? scene.messages : messagesOf(records.slice(from))
      const found = asked.filter(m => wanted(m.layer) && scene.holds(expression, m))
      return new Set(found.map(({ id }) => id))
    },
  }
}

const layersOf = (expression: Expression): readonly Layer[] => {
  switch (expression.kind) {
    case 'or':
    case 'and':
      return expression.parts.flatMap(layersOf)
    case 'not':
      return []
    case 'there':
    case 'compared':
      return [expression.name.layer]
    default:
      return expression satisfies never
  }
}

/** Something that may be compared: a number, words for it, bytes. */
interface Leaf {
  readonly number?: number | undefined
  readonly texts: readonly string[]
  readonly bytes?: Uint8Array | undefined
  /** What its name alone says: a flag that is 0 is there and says no. */
  readonly says: boolean
}

/** Values that are looked at below one field: a list of a megabyte may have as many. */
const MOST_LEAVES = 10_000

/** Field trees that are kept for what is asked next, which is of the same message or of what carried it. */
const MOST_TREES = 1_000

class Scene {
  readonly messages: readonly MessageRecord[]
  readonly #records: readonly TraceRecord[]
  readonly #fields = new Map<number, readonly Field[]>()
  #threads: Threads | undefined
  #failed: ReadonlySet<number> | undefined

  constructor(records: readonly TraceRecord[]) {
    this.#records = records
    this.messages = messagesOf(records)
  }

  holds(expression: Expression, message: MessageRecord): boolean {
    switch (expression.kind) {
      case 'or':
        return expression.parts.some(part => this.holds(part, message))
      case 'and':
        return expression.parts.every(part => this.holds(part, message))
      case 'not':
        return !this.holds(expression.part, message)
      case 'there':
        return this.#within(expression.name.layer, message).some(m => this.#isThere(expression.name, m))
      case 'compared': {
        const { name, relation, value } = expression
        return this.#within(name.layer, message).some(m => compares(this.#leaves(name, m), relation, value))
      }
      default:
        return expression satisfies never
    }
  }

  /** The message itself, or what carried it in that layer. */
  #within(layer: Layer, message: MessageRecord): readonly MessageRecord[] {
    if (message.layer === layer) return [message]
    if (LAYERS.indexOf(message.layer) < LAYERS.indexOf(layer)) return []
    this.#threads ??= threads(this.messages)
    const crumb = this.#threads.down(message.id).find(each => each.layer === layer)
    return [...new Set(crumb?.places.map(place => place.message))]
  }

  #isThere({ layer, path }: FilterName, message: MessageRecord): boolean {
    if (path.length === 0) return true
    const remark = remarkOf(layer, path)
    if (remark !== undefined) return remark.test(`${message.name} ${message.about ?? ''}`)
    if (path.length === 1 && plainName(message.name.split(' ')[0]!) === path[0]) return true
    return this.#leaves({ layer, path }, message).some(leaf => leaf.says)
  }

  #leaves({ layer, path }: FilterName, message: MessageRecord): readonly Leaf[] {
    const own = path.length === 1 ? this.#own(path[0]!, message) : undefined
    if (own !== undefined) return [own]
    const remark = remarkOf(layer, path)
    if (remark !== undefined) return [flag(remark.test(`${message.name} ${message.about ?? ''}`))]
    const ways = pairs(layer, path)
    const named = plainName(message.name.split(' ')[0]!)
    const roots = this.#fieldsOf(message)
    return ways.flatMap(way => {
      // A message is a place to begin at: tls.clienthello.random.
      const rest = way.length > 1 && way[0] === named ? way.slice(1) : way
      return roots.flatMap(field => fieldsAt(field, rest)).flatMap(leavesOf)
    })
  }

  #own(name: string, message: MessageRecord): Leaf | undefined {
    switch (name) {
      case 'name':
        return told(message.name)
      case 'about':
        return told(aboutOf(message))
      case 'length':
        return counted(message.bytes.length)
      case 'time':
        return counted(message.at)
      case 'number':
        return counted(message.id)
      case 'from':
        return told(message.direction === 'out' ? 'client' : 'server')
      case 'encrypted':
        return flag(message.sealed === true || this.#within('record', message).some(({ sealed }) => sealed === true))
      case 'failed':
        return flag(this.#refused().has(message.id))
      default:
        return undefined
    }
  }

  #refused(): ReadonlySet<number> {
    this.#failed ??= new Set(
      this.#records.flatMap(entry =>
        entry.type === 'verdict' && !entry.record.ok && entry.record.where !== undefined
          ? [entry.record.where.message]
          : [],
      ),
    )
    return this.#failed
  }

  #fieldsOf(message: MessageRecord): readonly Field[] {
    const known = this.#fields.get(message.id)
    if (known !== undefined) return known
    const { format, bytes, name } = message
    const found = format === undefined ? [] : (dissect(format, bytes, name).children ?? [])
    if (this.#fields.size >= MOST_TREES) this.#fields.clear()
    this.#fields.set(message.id, found)
    return found
  }
}

const remarkOf = (layer: Layer, path: readonly string[]): RegExp | undefined =>
  path.length === 1
    ? Object.entries(REMARKS[layer] ?? {}).find(([name]) => plainName(name) === path[0])?.[1]
    : undefined

const pairs = (layer: Layer, path: readonly string[]): readonly (readonly string[])[] => {
  const pair = path.length === 1 ? PAIRS[layer]?.[path[0]!] : undefined
  return pair === undefined ? [path] : pair.map(name => [plainName(name)])
}

/** Fields below `field`, itself included, to which the names of `path` lead in turn; others may lie between. */
const fieldsAt = (field: Field, path: readonly string[]): readonly Field[] => {
  const [first, ...rest] = path
  const children = field.children ?? []
  if (!namesFor(field).includes(first!)) return children.flatMap(child => fieldsAt(child, path))
  if (rest.length > 0) return children.flatMap(child => fieldsAt(child, rest))
  return [field]
}

/** Its name; of an element with a type also the name of that: an extension is `server_name` besides `3`. */
const namesFor = ({ name, children }: Field): readonly string[] => {
  const type = children?.[0]?.name === 'type' ? children[0].text : undefined
  return type === undefined ? [plainName(name)] : [plainName(name), plainName(type)]
}

const leavesOf = (field: Field): readonly Leaf[] => {
  const found: Leaf[] = []
  const waiting = [field]
  for (let each = waiting.pop(); each !== undefined && found.length < MOST_LEAVES; each = waiting.pop()) {
    if (each === field || each.children === undefined) found.push(leafOf(each))
    waiting.push(...(each.children ?? []).slice(0, MOST_LEAVES))
  }
  return found
}

const leafOf = ({ value, text, bits }: Field): Leaf => {
  const texts = text === undefined ? [] : [text]
  if (typeof value === 'number') return { number: value, texts, says: bits === undefined || value !== 0 }
  if (value instanceof Uint8Array) return { texts, bytes: value, says: true }
  if (typeof value === 'string') return { number: numeric(value), texts: [...texts, value], says: true }
  return { number: numeric(text), texts, says: true }
}

const numeric = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined

const told = (text: string): Leaf => ({ texts: [text], says: text !== '' })
const counted = (number: number): Leaf => ({ number, texts: [], says: true })
const flag = (says: boolean): Leaf => ({ number: says ? 1 : 0, texts: [says ? 'yes' : 'no'], says })

/** `!=`: it is there, and nowhere what is said. */
const compares = (leaves: readonly Leaf[], relation: Relation, value: FilterValue): boolean => {
  if (relation === '!=') return leaves.length > 0 && !leaves.some(leaf => equals(leaf, value))
  return leaves.some(leaf => related(leaf, relation, value))
}

const related = (leaf: Leaf, relation: Exclude<Relation, '!='>, value: FilterValue): boolean => {
  const { number } = leaf
  const bound = value.number ?? Number.NaN
  switch (relation) {
    case '==':
      return equals(leaf, value)
    case '<':
      return number !== undefined && number < bound
    case '<=':
      return number !== undefined && number <= bound
    case '>':
      return number !== undefined && number > bound
    case '>=':
      return number !== undefined && number >= bound
    case 'contains':
      return formsOf(leaf).some(text => text.includes(value.text)) || holdsBytes(leaf, value)
    case 'matches':
      return formsOf(leaf).some(text => value.pattern?.test(text) ?? false)
    default:
      return relation satisfies never
  }
}

const equals = (leaf: Leaf, { text, number, bytes }: FilterValue): boolean => {
  if (number !== undefined && leaf.number !== undefined) return leaf.number === number
  if (leaf.texts.includes(text)) return true
  if (leaf.bytes === undefined) return false
  return bytes === undefined ? latin1Text(leaf.bytes) === text : hexText(leaf.bytes) === hexText(bytes)
}

const formsOf = ({ texts, bytes, number }: Leaf): readonly string[] => [
  ...texts,
  ...(bytes === undefined ? [] : [latin1Text(bytes)]),
  ...(texts.length === 0 && number !== undefined ? [`${number}`] : []),
]

const holdsBytes = (leaf: Leaf, { bytes }: FilterValue): boolean =>
  bytes !== undefined && leaf.bytes !== undefined && latin1Text(leaf.bytes).includes(latin1Text(bytes))
