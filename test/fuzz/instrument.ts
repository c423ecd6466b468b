/**
 * Counts what runs. Every module of `src/` gets a counter at each function, branch, case, loop, catch and right side of
 * a logical operator, by splicing `c[7]++` into the text where acorn's tree says. Lines stay where they are, so traces
 * of the stack still fit the source map.
 */
import { type Node, parse } from 'acorn'

/** The global that the counters of a bundle live in; `campaign.ts` reads them. */
export const COUNTERS = '__barewireFuzzCounters'

export interface Instrumented {
  readonly code: string
  /** The first counter that is not taken. */
  readonly next: number
  /** Numbers and short strings of the module: what inputs are compared with. */
  readonly literals: readonly (number | string)[]
}

/** `code` with counters from `first` on. */
export const instrument = (code: string, first: number): Instrumented => {
  const splices = new Splices(first)
  const literals: (number | string)[] = []
  walk(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }), splices, literals)
  return { code: splices.into(code), next: splices.next, literals }
}

class Splices {
  next: number
  readonly #closing = new Map<number, string>()
  readonly #opening = new Map<number, string>()
  constructor(first: number) {
    this.next = first
  }
  /** Inside a block, at its beginning. */
  inside(at: number): void {
    this.#open(at, `${this.#count()};`)
  }
  statement(node: Node): void {
    this.#around(node, `{${this.#count()};`, '}')
  }
  expression(node: Node): void {
    this.#around(node, `(${this.#count()},`, ')')
  }
  /** An `else` for an `if` that has none. */
  otherwise(end: number): void {
    this.#close(end, ` else ${this.#count()};`)
  }
  into(code: string): string {
    const at = [...new Set([...this.#closing.keys(), ...this.#opening.keys()])].sort((a, b) => a - b)
    const parts = at.map((from, i) => {
      const text = code.slice(from, at[i + 1] ?? code.length)
      return (this.#closing.get(from) ?? '') + (this.#opening.get(from) ?? '') + text
    })
    return `const __c=globalThis.${COUNTERS};${code.slice(0, at[0] ?? code.length)}${parts.join('')}`
  }
  #count(): string {
    return `__c[${this.next++}]++`
  }
  #around({ start, end }: Node, before: string, after: string): void {
    this.#open(start, before)
    this.#close(end, after)
  }
  #open(at: number, text: string): void {
    this.#opening.set(at, (this.#opening.get(at) ?? '') + text)
  }
  /** Outer nodes come first: what closes an inner one stands before what closes them. */
  #close(at: number, text: string): void {
    this.#closing.set(at, text + (this.#closing.get(at) ?? ''))
  }
}

type Parts = Node & Readonly<Record<string, unknown>>

const walk = (node: Node, splices: Splices, literals: (number | string)[]): void => {
  const parts = node as Parts
  mark(parts, splices)
  if (node.type === 'Literal' && (typeof parts.value === 'number' || typeof parts.value === 'string'))
    literals.push(parts.value)
  for (const part of Object.values(parts))
    for (const child of Array.isArray(part) ? (part as unknown[]) : [part])
      if (isNode(child) && node.type !== 'ImportDeclaration') walk(child, splices, literals)
}

/** Puts the counters of one node. */
const mark = (node: Parts, splices: Splices): void => {
  const part = (name: string): Node => node[name] as Node
  const block = (body: Node): void => {
    if (body.type === 'BlockStatement') splices.inside(body.start + 1)
    else splices.statement(body)
  }
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ForStatement':
    case 'ForOfStatement':
    case 'ForInStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'CatchClause':
      block(part('body'))
      break
    case 'ArrowFunctionExpression':
      if (part('body').type === 'BlockStatement') block(part('body'))
      else splices.expression(part('body'))
      break
    case 'IfStatement':
      if (node.alternate === null) splices.otherwise(part('consequent').end)
      else block(part('alternate'))
      block(part('consequent'))
      break
    case 'ConditionalExpression':
      splices.expression(part('consequent'))
      splices.expression(part('alternate'))
      break
    case 'LogicalExpression':
      splices.expression(part('right'))
      break
    case 'SwitchCase':
      for (const first of (node.consequent as Node[]).slice(0, 1)) splices.inside(first.start)
      break
  }
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value
