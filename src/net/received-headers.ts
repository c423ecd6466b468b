/**
 * The `Headers` of a request that was received: what is asked by name is looked up in the head as it came, and a
 * `Headers` of the platform is made for everything else.
 */
import { ReceivedFields } from '../http/message/fields.ts'
import { isToken } from '../http/message/grammar.ts'
import type { LazyHeaders } from '../http/types.ts'
import { copyFields, standIn } from './stand-in.ts'

/** Properties and no private fields, so that they are found through a `Proxy` too, as what the platform keeps is. */
const FIELDS: unique symbol = Symbol('fields')
const REAL: unique symbol = Symbol('headers')

class ReceivedHeaders {
  readonly [FIELDS]: LazyHeaders;
  [REAL]: Headers | undefined = undefined

  constructor(fields: LazyHeaders) {
    this[FIELDS] = fields
  }

  get(name: string): string | null {
    if (this[REAL] !== undefined || !isName(name)) return realOf(this).get(name)
    const values = this[FIELDS].all(name)
    // How several are joined depends on the name.
    return values.length > 1 ? realOf(this).get(name) : (values[0] ?? null)
  }
  has(name: string): boolean {
    return this[REAL] === undefined && isName(name) ? this[FIELDS].has(name) : realOf(this).has(name)
  }
  forEach(told: (value: string, name: string, headers: Headers) => void, self?: unknown): void {
    const headers = this as unknown as Headers
    for (const [name, value] of realOf(this)) told.call(self, value, name, headers)
  }
  [Symbol.iterator](): IterableIterator<[string, string]> {
    return realOf(this).entries()
  }
}

const realOf = (one: ReceivedHeaders): Headers => (one[REAL] ??= new Headers(one[FIELDS].list() as [string, string][]))

const isName = (name: unknown): name is string => typeof name === 'string' && isToken(name)

let lazy: boolean | undefined

/** Asked once, before the first request. */
const isLazy = (): boolean => {
  if (lazy !== undefined) return lazy
  const model = new Headers([['a', 'b']])
  standIn(ReceivedHeaders.prototype, model, one => realOf(one as ReceivedHeaders))
  const one = new ReceivedHeaders(new ReceivedFields(new Uint8Array(0), []))
  one[REAL] = model
  const headers = one as unknown as Headers
  try {
    lazy = new Request('http://localhost/', { headers }).headers.has('a') && new Headers(headers).has('a')
  } catch {
    lazy = false
  }
  return lazy
}

/** A `Headers` with `fields`. */
export const receivedHeaders = (fields: LazyHeaders): Headers =>
  isLazy() ? (new ReceivedHeaders(fields) as unknown as Headers) : new Headers(fields.list() as [string, string][])

/**
 * From here on `handed`, which somebody asked for and may have changed, and `own`, which a `Request` keeps for itself,
 * are the same.
 */
export const adopt = (handed: Headers, own: Headers): void => {
  if (!(REAL in handed)) {
    copyFields(handed, own)
    return
  }
  const received = handed as unknown as ReceivedHeaders
  const changed = received[REAL]
  if (changed !== undefined && changed !== own) copyFields(changed, own)
  received[REAL] = own
}
