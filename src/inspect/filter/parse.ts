/**
 * The language of filters: `tls.alert or (tcp.port == 443 and not tcp.retransmission)`. A name is a layer, or a layer and
 * a field of its declared format; relations are `== != < <= > >= contains matches`; values are numbers, words, texts in
 * quotes, bytes as `16:03:01`.
 */
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import { ExtensionType, HandshakeType } from '../../tls/messages/registries.table.ts'
import type { Layer } from '../../trace/types.ts'
import { fieldNames, LAYER_NAMES, OWN_NAMES, PAIRS, REMARKS } from './names.table.ts'
import { PatternError, pattern } from './pattern.ts'
import { type Expression, type FilterName, type FilterValue, plainName, RELATIONS, type Relation } from './types.ts'

const LONGEST = 1000
const DEEPEST = 50

interface Token {
  readonly text: string
  readonly start: number
  readonly kind: 'word' | 'quoted' | 'sign' | 'end'
}

/** The filter, or `inspect/filter` with the place of the first mistake. */
export const parseFilter = (text: string): Expression | Failure => {
  try {
    return new FilterReader(text).whole()
  } catch (error) {
    if (error instanceof FailureError) return error.failure
    throw error
  }
}

class FilterReader {
  readonly #text: string
  readonly #tokens: readonly Token[]
  #next = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
    if (text.length > LONGEST) throw this.#wrong(LONGEST, text.length, `at most ${LONGEST} characters`)
    this.#tokens = this.#cut()
  }

  whole(): Expression {
    const found = this.#either()
    const token = this.#peek()
    if (token.kind !== 'end')
      throw this.#unlike(token, token.text === ')' ? 'a ( before it' : 'and, or, or nothing more')
    return found
  }

  #either(): Expression {
    return this.#joined('or', ['or', '||'], () => this.#joined('and', ['and', '&&'], () => this.#one()))
  }

  #joined(kind: 'or' | 'and', signs: readonly string[], part: () => Expression): Expression {
    const parts = [part()]
    while (this.#takes(...signs)) parts.push(part())
    return parts.length === 1 ? parts[0]! : { kind, parts }
  }

  #one(): Expression {
    if (++this.#depth > DEEPEST) throw this.#unlike(this.#peek(), `at most ${DEEPEST} levels`)
    const found = this.#unjoined()
    this.#depth--
    return found
  }

  #unjoined(): Expression {
    if (this.#takes('not', '!')) return { kind: 'not', part: this.#one() }
    const opened = this.#peek()
    if (this.#takes('(')) {
      const inner = this.#either()
      if (!this.#takes(')')) throw this.#unlike(opened, 'a ) for it')
      return inner
    }
    const name = this.#name()
    const relation = this.#relation()
    return relation === undefined
      ? { kind: 'there', name }
      : { kind: 'compared', name, relation, value: this.#value(relation) }
  }

  #name(): FilterName {
    const token = this.#peek()
    if (token.kind !== 'word' || KEYWORDS.has(token.text.toLowerCase()))
      throw this.#unlike(token, 'a name such as tls.alert')
    this.#next++
    const [first = '', ...path] = token.text.split('.')
    const layer = LAYER_NAMES[first.toLowerCase()]
    if (layer === undefined)
      throw this.#wrong(token.start, token.start + first.length, `a layer: ${Object.values(LAYERS).join(', ')}`)
    let start = token.start + first.length + 1
    for (const word of path) {
      const near = unknown(layer, word)
      if (near !== undefined) throw this.#wrong(start, start + word.length, near)
      start += word.length + 1
    }
    return { layer, path: path.map(plainName) }
  }

  #relation(): Relation | undefined {
    const { text } = this.#peek()
    const found = RELATIONS.find(relation => relation === text.toLowerCase())
    if (found === undefined && /^[=<>~]/.test(text)) throw this.#unlike(this.#peek(), RELATIONS.join(' '))
    if (found !== undefined) this.#next++
    return found
  }

  #value(relation: Relation): FilterValue {
    const token = this.#peek()
    if (token.kind !== 'quoted' && (token.kind !== 'word' || KEYWORDS.has(token.text.toLowerCase())))
      throw this.#unlike(token, 'a value: 443, "shop.test", 16:03:01')
    this.#next++
    const { text } = token
    const isNumber = token.kind === 'word' && /^(?:\d+(?:\.\d+)?|0x[\da-f]+)$/i.test(text)
    const isBytes = /^[\da-f]{2}(?::[\da-f]{2})+$/i.test(text)
    if (/^[<>]/.test(relation) && !isNumber) throw this.#unlike(token, 'a number')
    return {
      text,
      number: isNumber ? Number(text) : undefined,
      bytes: isBytes ? Uint8Array.from(text.split(':'), pair => Number.parseInt(pair, 16)) : undefined,
      pattern: relation === 'matches' ? this.#pattern(token) : undefined,
    }
  }

  #pattern(token: Token): FilterValue['pattern'] {
    try {
      return pattern(token.text)
    } catch (error) {
      if (!(error instanceof PatternError)) throw error
      const at = token.start + error.at + (token.kind === 'quoted' ? 1 : 0)
      throw this.#wrong(at, Math.min(at + 1, this.#text.length), error.message)
    }
  }

  #peek(): Token {
    return this.#tokens[this.#next]!
  }

  #takes(...texts: readonly string[]): boolean {
    const token = this.#peek()
    if (token.kind === 'quoted' || !texts.includes(token.text.toLowerCase())) return false
    this.#next++
    return true
  }

  #cut(): Token[] {
    const tokens: Token[] = []
    let at = 0
    while (at < this.#text.length) {
      const [space = ''] = /^\s*/.exec(this.#text.slice(at)) ?? []
      at += space.length
      if (at === this.#text.length) break
      const token = this.#token(at)
      tokens.push(token)
      at = token.start + token.text.length + (token.kind === 'quoted' ? 2 : 0)
    }
    return [...tokens.map(unquoted), { text: '', start: this.#text.length, kind: 'end' }]
  }

  /** Of a quoted one the text between the quotes, as it was typed. */
  #token(start: number): Token {
    const rest = this.#text.slice(start)
    const quote = /^["']/.exec(rest)?.[0]
    if (quote !== undefined) {
      for (let end = 1; end < rest.length; end++) {
        if (rest[end] === '\\') end++
        else if (rest[end] === quote) return { text: rest.slice(1, end), start, kind: 'quoted' }
      }
      throw this.#wrong(start, this.#text.length, `another ${quote} at its end`)
    }
    const [sign] = /^(?:[=!<>~]=|&&|\|\||[()!<>=~&|])/.exec(rest) ?? []
    if (sign !== undefined) return { text: sign, start, kind: 'sign' }
    const [word = rest[0]!] = /^[^\s()!<>=~&|"']+/.exec(rest) ?? []
    return { text: word, start, kind: 'word' }
  }

  #unlike(token: Token, expected: string): FailureError {
    const length = token.kind === 'quoted' ? token.text.length + 2 : token.text.length
    return this.#wrong(token.start, token.start + length, expected)
  }

  #wrong(start: number, end: number, expected: string): FailureError {
    const got = this.#text.slice(start, Math.min(end, start + LONGEST_SHOWN))
    return new FailureError(
      fail('inspect/filter', {
        got: got === '' ? 'its end' : got,
        expected,
        where: `${this.#text.slice(0, start)}▸${this.#text.slice(start)}`,
        number: start + 1,
      }),
    )
  }
}

const LONGEST_SHOWN = 40
const KEYWORDS: ReadonlySet<string> = new Set(['and', 'or', 'not', 'contains', 'matches'])
const LAYERS: readonly Layer[] = [...new Set(Object.values(LAYER_NAMES))]

/** `\"` is a quote, `\\` a backslash; every other backslash is for a pattern. */
const unquoted = (token: Token): Token =>
  token.kind === 'quoted' ? { ...token, text: token.text.replace(/\\(["'])/g, '$1') } : token

/** What could be meant, where `word` is no name of the layer; undefined where it is one. */
const unknown = (layer: Layer, word: string): string | undefined => {
  if (layer === 'http') return word === '' ? 'the name of a field' : undefined
  const known = namesOf(layer)
  const wanted = plainName(word)
  if (known.some(name => plainName(name) === wanted)) return undefined
  const near = known.filter(name => isNear(plainName(name), wanted)).slice(0, 4)
  return near.length > 0
    ? `${near.join(', ')}`
    : `a name of ${layer}: ${[...known].sort().slice(0, 8).join(', ')} and others`
}

/** Everything that may stand behind a layer. */
export const namesOf = (layer: Layer): readonly string[] => {
  const messages =
    layer === 'tls'
      ? ['alert', 'changeCipherSpec', ...Object.keys(HandshakeType.names), ...Object.keys(ExtensionType.names)]
      : []
  return [
    ...new Set([
      ...OWN_NAMES,
      ...Object.keys(REMARKS[layer] ?? {}),
      ...Object.keys(PAIRS[layer] ?? {}),
      ...(layer === 'http'
        ? ['request', 'response', 'method', 'target', 'version', 'status', 'reason']
        : fieldNames[layer]),
      ...messages,
    ]),
  ]
}

const isNear = (name: string, wanted: string): boolean =>
  (wanted.length > 2 && (name.includes(wanted) || wanted.includes(name))) || distance(name, wanted) <= 2

/** Letters to change, add or leave out. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}
