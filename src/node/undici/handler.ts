/** undici has two forms of handlers: that of its version 7, and the one before, which its own `fetch` still has. */
import type { Duplex } from 'node:stream'
import { type Dispatcher, errors } from 'undici'
import type { HeaderList } from '../../http/types.ts'
import type { Control } from './control.ts'

export type Fields = Record<string, string | string[]>

export interface Listener {
  /** The first byte of an answer came. */
  onResponseStarted(): void
  onRequestStart(control: Control, context: object): void
  onRequestUpgrade(control: Control, status: number, headers: Fields, socket: Duplex): void
  onResponseStart(control: Control, status: number, headers: Fields, reason: string): void
  onResponseData(control: Control, bytes: Buffer): void
  onResponseEnd(control: Control, trailers: Fields): void
  onResponseError(control: Control, error: Error): void
}

/** Throws undici's `InvalidArgumentError` for what nobody can be told by. */
export const listenerOf = (handler: Dispatcher.DispatchHandler): Listener => {
  if (typeof handler !== 'object' || handler === null)
    throw new errors.InvalidArgumentError('handler must be an object')
  const before = handler.onRequestStart === undefined
  check(handler, [before ? 'onError' : 'onResponseError'])
  return before ? before7(handler) : since7(handler)
}

/** Throws the same for a handler that cannot be told all of such a request. */
export const checkHandler = (handler: Dispatcher.DispatchHandler, switches: boolean): void => {
  if (handler.onRequestStart !== undefined) check(handler, switches ? ['onRequestUpgrade'] : [])
  else check(handler, switches ? ['onConnect', 'onUpgrade'] : ['onConnect', 'onHeaders', 'onData', 'onComplete'])
}

const check = (handler: object, names: readonly string[]): void => {
  const missing = names.find(name => typeof (handler as Record<string, unknown>)[name] !== 'function')
  if (missing !== undefined) throw new errors.InvalidArgumentError(`invalid ${missing} method`)
}

const since7 = (handler: Dispatcher.DispatchHandler): Listener => ({
  onResponseStarted: () => (handler as Before).onResponseStarted?.(),
  onRequestStart: (control, context) => handler.onRequestStart?.(control, context),
  onRequestUpgrade: (...facts) => handler.onRequestUpgrade?.(...facts),
  onResponseStart: (...facts) => handler.onResponseStart?.(...facts),
  onResponseData: (...facts) => handler.onResponseData?.(...facts),
  onResponseEnd: (...facts) => handler.onResponseEnd?.(...facts),
  onResponseError: (...facts) => handler.onResponseError?.(...facts),
})

type Before = Dispatcher.DispatchHandler & {
  onConnect?(abort: (error?: Error) => void, context: object): void
  onResponseStarted?(): void
  onHeaders?(status: number, headers: Buffer[] | null, resume: () => void, reason: string): boolean
}

const before7 = (given: Dispatcher.DispatchHandler): Listener => {
  const handler = given as Before
  return {
    onResponseStarted: () => handler.onResponseStarted?.(),
    onRequestStart: (control, context) => handler.onConnect?.(reason => control.abort(reason), context),
    onRequestUpgrade: (control, status, _headers, socket) => handler.onUpgrade?.(status, control.rawHeaders, socket),
    onResponseStart(control, status, _headers, reason) {
      const more = handler.onHeaders?.(status, control.rawHeaders, () => control.resume(), reason)
      // What comes before the answer has no body that could wait: fetch says false to it and never asks for more.
      if (more === false && status >= 200) control.pause()
    },
    onResponseData(control, bytes) {
      if (handler.onData?.(bytes) === false) control.pause()
    },
    onResponseEnd: control => handler.onComplete?.(control.rawTrailers as never),
    onResponseError: (_control, error) => handler.onError?.(error),
  }
}

/** Small letters; what comes more than once is a list. */
export const objectOf = (list: HeaderList): Fields => {
  const fields: Fields = {}
  for (const [name, value] of list) {
    const key = name.toLowerCase()
    const before = Object.hasOwn(fields, key) ? fields[key] : undefined
    const now = before === undefined ? value : [before, value].flat()
    Object.defineProperty(fields, key, { value: now, enumerable: true, writable: true, configurable: true })
  }
  return fields
}
