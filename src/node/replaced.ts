/**
 * The program's `Request` and `fetch`, which take requests of ours too, on platforms that keep what they know of a
 * `Request` in private fields (Node 24): nothing can stand there in the place of one, and making one of theirs for each
 * exchange costs more than the exchange.
 */
import type { Replace } from '../net/stream/types.ts'

type Real = Parameters<Replace['request']>[1]

let own: { readonly Request: typeof Request; readonly fetch: typeof fetch } | undefined

/** What is in its place already stays. */
export const replace: Replace = {
  response: quick => {
    globalThis.Response = quick
  },
  request: (quick, real) => {
    own = {
      Request: own?.Request === Request ? Request : takingRequest(Request, real),
      fetch: own?.fetch === fetch ? fetch : takingFetch(fetch, real),
    }
    Object.assign(globalThis, own)
    Object.defineProperty(quick, 'constructor', { value: own.Request, configurable: true })
  },
}

const takingFetch = (theirs: typeof fetch, real: Real): typeof fetch =>
  new Proxy(theirs, { apply: (target, self, given) => Reflect.apply(target, self, given.map(real)) })

/** `Theirs`, but that its constructor and its methods take what stands in for one; what others made of it are some too. */
const takingRequest = (Theirs: typeof Request, real: Real): typeof Request => {
  const taking = class Request extends Theirs {
    constructor(...given: ConstructorParameters<typeof Theirs>) {
      super(...(given.map(real) as typeof given))
    }
    static override readonly [Symbol.hasInstance] = function (this: unknown, one: unknown): boolean {
      return this === taking ? one instanceof Theirs : Function.prototype[Symbol.hasInstance].call(this as never, one)
    }
  }
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(Theirs.prototype))) {
    if (name === 'constructor' || typeof value !== 'function') continue
    const method = value as (...all: unknown[]) => unknown
    const forwarded = function (this: unknown, ...given: unknown[]): unknown {
      return method.apply(real(this), given)
    }
    Object.defineProperty(taking.prototype, name, { value: forwarded, configurable: true, writable: true })
  }
  return taking
}
