/**
 * Regular expressions whose time is bounded: all states are walked at once (Thompson 1968), so no text that a peer sent can
 * make a pattern take longer than its own length times that of the text. Known are characters, `.`, classes, `\d \w \s`
 * and their opposites, groups, `|`, `* + ? {n,m}`, `^`, `$`, and `(?i)` in front for either case.
 */

/** What is wrong with a pattern, and at which of its characters. */
export class PatternError extends Error {
  readonly at: number

  constructor(at: number, message: string) {
    super(message)
    this.name = 'PatternError'
    this.at = at
  }
}

export interface Pattern {
  /** Whether any part of `text` fits; only its first 65,536 characters are looked at. */
  test(text: string): boolean
}

/** Longer patterns are nobody's, and each costs its steps at each character. */
const LONGEST_PATTERN = 200
const MOST_STEPS = 2000
const MOST_REPEATS = 100
const LONGEST_TEXT = 65_536
const DEEPEST_GROUP = 20

type Fits = (code: number) => boolean
type Step =
  | { readonly op: 'one'; readonly fits: Fits }
  | { readonly op: 'both'; readonly first: number; readonly second: number }
  | { readonly op: 'edge'; readonly edge: 'start' | 'end' }
  | { readonly op: 'found' }

/** Throws PatternError. */
export const pattern = (text: string): Pattern => {
  if (text.length > LONGEST_PATTERN) throw new PatternError(LONGEST_PATTERN, `at most ${LONGEST_PATTERN} characters`)
  const anyCase = text.startsWith('(?i)')
  const tree = new PatternReader(text, anyCase ? 4 : 0, anyCase).whole()
  const steps: Step[] = []
  lay(tree, steps)
  steps.push({ op: 'found' })
  return { test: given => runs(steps, given.slice(0, LONGEST_TEXT)) }
}

type Node =
  | { readonly kind: 'one'; readonly fits: Fits }
  | { readonly kind: 'edge'; readonly edge: 'start' | 'end' }
  | { readonly kind: 'row' | 'either'; readonly parts: readonly Node[] }
  | { readonly kind: 'repeat'; readonly part: Node; readonly least: number; readonly most: number }

class PatternReader {
  readonly #text: string
  readonly #anyCase: boolean
  #at: number
  #depth = 0

  constructor(text: string, at: number, anyCase: boolean) {
    this.#text = text
    this.#at = at
    this.#anyCase = anyCase
  }

  whole(): Node {
    const node = this.#either()
    if (this.#at < this.#text.length) throw this.#wrong('a ( before it')
    return node
  }

  #either(): Node {
    if (++this.#depth > DEEPEST_GROUP) throw this.#wrong('groups that lie less deep')
    const parts = [this.#row()]
    while (this.#takes('|')) parts.push(this.#row())
    this.#depth--
    return parts.length === 1 ? parts[0]! : { kind: 'either', parts }
  }

  #row(): Node {
    const parts: Node[] = []
    while (this.#at < this.#text.length && !'|)'.includes(this.#text[this.#at]!)) parts.push(this.#repeated())
    return { kind: 'row', parts }
  }

  #repeated(): Node {
    const part = this.#single()
    const repeats = this.#repeats()
    if (repeats === undefined) return part
    if (part.kind === 'edge') throw this.#wrong('something that can repeat')
    const [least, most] = repeats
    return { kind: 'repeat', part, least, most }
  }

  #repeats(): readonly [least: number, most: number] | undefined {
    if (this.#takes('*')) return [0, Number.POSITIVE_INFINITY]
    if (this.#takes('+')) return [1, Number.POSITIVE_INFINITY]
    if (this.#takes('?')) return [0, 1]
    const [whole, least, comma, most] = /^\{(\d+)(,?)(\d*)\}/.exec(this.#text.slice(this.#at)) ?? []
    if (whole === undefined) return undefined
    const from = Number(least)
    const to = comma === '' ? from : most === '' ? Number.POSITIVE_INFINITY : Number(most)
    if (from > MOST_REPEATS || (to !== Number.POSITIVE_INFINITY && to > MOST_REPEATS))
      throw this.#wrong(`at most ${MOST_REPEATS} times`)
    if (to < from) throw this.#wrong('the smaller number first')
    this.#at += whole.length
    return [from, to]
  }

  #single(): Node {
    const character = this.#text[this.#at]!
    if ('*+?'.includes(character)) throw this.#wrong('something before it to repeat')
    this.#at++
    switch (character) {
      case '^':
        return { kind: 'edge', edge: 'start' }
      case '$':
        return { kind: 'edge', edge: 'end' }
      case '.':
        return { kind: 'one', fits: code => code !== 0x0a }
      case '(': {
        if (this.#text.startsWith('?:', this.#at)) this.#at += 2
        const opened = this.#at - 1
        const inner = this.#either()
        if (!this.#takes(')')) throw new PatternError(opened, 'a ) for it')
        return inner
      }
      case '[':
        return { kind: 'one', fits: this.#class(this.#at - 1) }
      case '\\':
        return { kind: 'one', fits: this.#escape() }
      default:
        return { kind: 'one', fits: this.#character(character.charCodeAt(0)) }
    }
  }

  #class(opened: number): Fits {
    const opposite = this.#takes('^')
    const members: Fits[] = []
    // A ] in front is a member.
    for (let first = true; first || this.#text[this.#at] !== ']'; first = false) {
      if (this.#at >= this.#text.length) throw new PatternError(opened, 'a ] for it')
      members.push(this.#member())
    }
    this.#at++
    return opposite ? code => !members.some(fits => fits(code)) : code => members.some(fits => fits(code))
  }

  #member(): Fits {
    const character = this.#text[this.#at++]!
    if (character === '\\') return this.#escape()
    const from = character.charCodeAt(0)
    const isRange = this.#text[this.#at] === '-' && !['\\', ']', undefined].includes(this.#text[this.#at + 1])
    if (!isRange) return this.#character(from)
    const to = this.#text.charCodeAt(this.#at + 1)
    if (to < from) throw this.#wrong('the lower end of a range first')
    this.#at += 2
    return this.#inCase(code => code >= from && code <= to)
  }

  #escape(): Fits {
    const character = this.#text[this.#at++]
    if (character === undefined) throw new PatternError(this.#at - 2, 'something behind it')
    const known = CLASSES[character.toLowerCase()]
    if (known !== undefined) return character === character.toLowerCase() ? known : code => !known(code)
    const control = CONTROLS[character]
    if (control === undefined && /[a-zA-Z0-9]/.test(character)) {
      this.#at--
      throw this.#wrong(`an escape that means something, not \\${character}`)
    }
    return this.#character(control ?? character.charCodeAt(0))
  }

  #character(wanted: number): Fits {
    return this.#inCase(code => code === wanted)
  }

  /** In either case, where that was asked for. */
  #inCase(fits: Fits): Fits {
    return this.#anyCase ? code => fits(code) || fits(otherCase(code)) : fits
  }

  #takes(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #wrong(message: string): PatternError {
    return new PatternError(this.#at, message)
  }
}

const CLASSES: Readonly<Record<string, Fits>> = {
  d: code => code >= 0x30 && code <= 0x39,
  w: code => (code >= 0x30 && code <= 0x39) || ((code | 0x20) - 0x61) >>> 0 < 26 || code === 0x5f,
  s: code => code === 0x20 || (code >= 0x09 && code <= 0x0d),
}
const CONTROLS: Readonly<Record<string, number>> = { n: 0x0a, r: 0x0d, t: 0x09 }

const otherCase = (code: number): number => {
  const character = String.fromCharCode(code)
  const lower = character.toLowerCase()
  return (lower === character ? character.toUpperCase() : lower).charCodeAt(0)
}

const lay = (node: Node, steps: Step[]): void => {
  if (steps.length > MOST_STEPS) throw new PatternError(0, 'a pattern that repeats less')
  switch (node.kind) {
    case 'one':
      steps.push({ op: 'one', fits: node.fits })
      return
    case 'edge':
      steps.push({ op: 'edge', edge: node.edge })
      return
    case 'row':
      for (const part of node.parts) lay(part, steps)
      return
    case 'either':
      layEither(node.parts, steps)
      return
    case 'repeat':
      layRepeat(node.part, node.least, node.most, steps)
      return
    default:
      node satisfies never
  }
}

const layEither = ([first, ...others]: readonly Node[], steps: Step[]): void => {
  if (first === undefined) return
  if (others.length === 0) {
    lay(first, steps)
    return
  }
  const fork = steps.push(NOWHERE) - 1
  lay(first, steps)
  const leave = steps.push(NOWHERE) - 1
  steps[fork] = { op: 'both', first: fork + 1, second: steps.length }
  layEither(others, steps)
  steps[leave] = { op: 'both', first: steps.length, second: steps.length }
}

const layRepeat = (part: Node, least: number, most: number, steps: Step[]): void => {
  for (let i = 0; i < least; i++) {
    const before = steps.length
    lay(part, steps)
    // What takes no steps would be repeated 100 times in each of 20 groups.
    if (steps.length === before) break
  }
  if (most === Number.POSITIVE_INFINITY) {
    const fork = steps.push(NOWHERE) - 1
    lay(part, steps)
    steps.push({ op: 'both', first: fork, second: fork })
    steps[fork] = { op: 'both', first: fork + 1, second: steps.length }
    return
  }
  const forks: number[] = []
  for (let i = least; i < most; i++) {
    forks.push(steps.push(NOWHERE) - 1)
    lay(part, steps)
  }
  for (const fork of forks) steps[fork] = { op: 'both', first: fork + 1, second: steps.length }
}

/** Its place is taken when it is known where it leads. */
const NOWHERE: Step = { op: 'both', first: 0, second: 0 }

const runs = (steps: readonly Step[], text: string): boolean => {
  let now = new States(steps.length)
  let next = new States(steps.length)
  for (let at = 0; at <= text.length; at++) {
    // A fit may begin at each character.
    if (enter(steps, 0, { at, length: text.length }, now)) return true
    const code = text.charCodeAt(at)
    next.clear()
    for (const state of now.list) {
      const step = steps[state]!
      if (at < text.length && step.op === 'one' && step.fits(code)) {
        if (enter(steps, state + 1, { at: at + 1, length: text.length }, next)) return true
      }
    }
    const before = now
    now = next
    next = before
  }
  return false
}

/** Where one can be without a character more; true where that is the end. */
const enter = (
  steps: readonly Step[],
  from: number,
  place: { readonly at: number; readonly length: number },
  states: States,
): boolean => {
  const waiting = [from]
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    if (!states.add(state)) continue
    const step = steps[state]!
    if (step.op === 'found') return true
    if (step.op === 'both') waiting.push(step.second, step.first)
    else if (step.op === 'edge' && (step.edge === 'start' ? place.at === 0 : place.at === place.length))
      waiting.push(state + 1)
  }
  return false
}

/** A set of steps that is emptied at once. */
class States {
  list: number[] = []
  readonly #stamps: Uint32Array
  #stamp = 1

  constructor(size: number) {
    this.#stamps = new Uint32Array(size)
  }

  add(state: number): boolean {
    if (this.#stamps[state] === this.#stamp) return false
    this.#stamps[state] = this.#stamp
    this.list.push(state)
    return true
  }

  clear(): void {
    this.#stamp++
    this.list = []
  }
}
