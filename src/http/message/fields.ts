/** Received field lines: offsets into the head's own bytes; a string is made when somebody reads it. */
import type { Bytes } from '../../engine.ts'
import { latin1Text } from '../../wire/bytes.ts'
import type { HeaderList, LazyHeaders } from '../types.ts'
import { isWord } from './grammar.ts'

/** Numbers per field line in `offsets`: name start, name end, value start, value end. */
export const PER_FIELD = 4

/** RFC 9110 5.3: its values contain commas of their own. */
const NEVER_JOINED = 'set-cookie'

export class ReceivedFields implements LazyHeaders {
  readonly #bytes: Bytes
  readonly #offsets: readonly number[]
  #list: HeaderList | undefined

  constructor(bytes: Bytes, offsets: readonly number[]) {
    this.#bytes = bytes
    this.#offsets = offsets
  }
  get count(): number {
    return this.#offsets.length / PER_FIELD
  }
  has(name: string): boolean {
    return this.#find(name.toLowerCase(), 0) >= 0
  }
  get(name: string): string | undefined {
    const lower = name.toLowerCase()
    let at = this.#find(lower, 0)
    if (at < 0) return undefined
    let joined = this.#value(at)
    if (lower === NEVER_JOINED) return joined
    while ((at = this.#find(lower, at + PER_FIELD)) >= 0) joined += `, ${this.#value(at)}`
    return joined
  }
  all(name: string): readonly string[] {
    const lower = name.toLowerCase()
    const values: string[] = []
    for (let at = this.#find(lower, 0); at >= 0; at = this.#find(lower, at + PER_FIELD)) values.push(this.#value(at))
    return values
  }
  list(): HeaderList {
    if (this.#list !== undefined) return this.#list
    const list: (readonly [string, string])[] = []
    for (let at = 0; at < this.#offsets.length; at += PER_FIELD) {
      list.push([latin1Text(this.#bytes, this.#offsets[at]!, this.#offsets[at + 1]!), this.#value(at)])
    }
    return (this.#list = list)
  }
  #find(lower: string, from: number): number {
    const offsets = this.#offsets
    for (let at = from; at < offsets.length; at += PER_FIELD) {
      if (isWord(this.#bytes, offsets[at]!, offsets[at + 1]!, lower)) return at
    }
    return -1
  }
  #value(at: number): string {
    return latin1Text(this.#bytes, this.#offsets[at + 2]!, this.#offsets[at + 3]!)
  }
}
