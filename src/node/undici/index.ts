/**
 * `barewire/node/undici`: a `Dispatcher` of undici over our client, so that its `fetch`, `request`, `WebSocket` and
 * interceptors run over our stack. undici is the caller's own: it is imported, and not among what Barewire brings.
 */
import { Dispatcher, errors } from 'undici'
import type { ResponseHead } from '../../http/types.ts'
import { type ClientOptions, wireOf } from '../../net/client/client.ts'
import type { Answer } from '../../net/client/seam.ts'
import { askToSwitch } from '../../net/client/upgrade.ts'
import type { Wire } from '../../net/client/wire.ts'
import { toNode } from '../to-node.ts'
import { nodeWorld } from '../world.ts'
import { bodyOf } from './body.ts'
import { Control, TimeLimit } from './control.ts'
import { asUndiciError } from './errors.ts'
import { type Listener, listenerOf, objectOf } from './handler.ts'

/** Of `client` those that concern connections; times as undici has them where `timeouts` does not say otherwise. */
export type UndiciOptions = Partial<Omit<ClientOptions, 'jar' | 'interceptors' | 'world'>>

/** undici's: for the head of an answer, and between two pieces of its body. */
const PATIENCE = 300_000

/** Throws `FailureError` for options that cannot work, as `client`. */
export const dispatcher = (options: UndiciOptions = {}): BarewireDispatcher => new BarewireDispatcher(options)

export class BarewireDispatcher extends Dispatcher {
  readonly #wire: Wire
  readonly #timeouts: { readonly firstByte: number; readonly idle: number }
  readonly #running = new Set<Control>()
  #idle: (() => void) | undefined
  #state: 'open' | 'closed' | 'destroyed' = 'open'

  constructor(options: UndiciOptions) {
    super()
    this.#timeouts = { firstByte: PATIENCE, idle: PATIENCE, ...options.timeouts }
    this.#wire = wireOf({ ...options, timeouts: this.#timeouts, world: nodeWorld() })
  }

  get closed(): boolean {
    return this.#state !== 'open'
  }
  get destroyed(): boolean {
    return this.#state === 'destroyed'
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const listener = listenerOf(handler)
    const control = new Control()
    this.#running.add(control)
    this.#run(options, listener, control)
      .catch((error: unknown) =>
        listener.onResponseError(control, asUndiciError(control.aborted ? control.reason : error)),
      )
      .finally(() => {
        control.over()
        this.#running.delete(control)
        if (this.#running.size === 0) this.#idle?.()
      })
    return true
  }

  /** Waits for what is under way. */
  override close(): Promise<void>
  override close(callback: () => void): void
  override close(callback?: () => void): Promise<void> | undefined {
    const done = this.#close()
    if (callback === undefined) return done
    void done.then(callback)
    return undefined
  }
  /** Ends what is under way with `error`. */
  override destroy(error?: Error | null): Promise<void>
  override destroy(callback: () => void): void
  override destroy(error: Error | null, callback: () => void): void
  override destroy(first?: Error | null | (() => void), second?: () => void): Promise<void> | undefined {
    const [error, callback] = typeof first === 'function' ? [null, first] : [first, second]
    this.#state = 'destroyed'
    for (const control of [...this.#running]) control.abort(error ?? new errors.ClientDestroyedError())
    this.#wire.close()
    const done = Promise.resolve()
    if (callback === undefined) return done
    void done.then(callback)
    return undefined
  }

  async #close(): Promise<void> {
    if (this.#state === 'open') this.#state = 'closed'
    if (this.#running.size > 0) {
      await new Promise<void>(resolve => {
        this.#idle = resolve
      })
    }
    this.#wire.close()
  }

  async #run(options: Dispatcher.DispatchOptions, listener: Listener, control: Control): Promise<void> {
    // As with undici's own, nothing is told before the caller has what `dispatch` gives.
    await undefined
    if (this.#state === 'destroyed') throw new errors.ClientDestroyedError()
    if (this.#state === 'closed') throw new errors.ClientClosedError()
    const url = urlOf(options)
    const headers = fieldsOf(options.headers)
    listener.onRequestStart(control, {})
    control.check()
    if (options.method === 'CONNECT' || options.upgrade)
      await this.#switch(url, headers, { options, listener, control })
    else await this.#ask(url, headers, { options, listener, control })
  }

  async #ask(url: URL, headers: Headers, { options, listener, control }: Asked): Promise<void> {
    const body = bodyOf(options.body, headers)
    const limit = new TimeLimit(nodeWorld().clock)
    const inform = (head: ResponseHead): void =>
      listener.onResponseStart(control, head.status, tell(control, head), head.reason)
    limit.start(options.headersTimeout, () => control.abort(new errors.HeadersTimeoutError()))
    let answer: Answer | undefined
    try {
      const { method } = options
      answer = await this.#wire.ask({
        url,
        method,
        headers,
        body,
        fields: 'as given',
        signal: control.signal,
        informed: inform,
      })
      limit.stop()
      control.check()
      const { head, pieces } = answer
      listener.onResponseStart(control, head.status, tell(control, head), head.reason)
      for (;;) {
        await control.unpaused()
        control.check()
        limit.start(options.bodyTimeout, () => control.abort(new errors.BodyTimeoutError()))
        const piece = await pieces.next()
        limit.stop()
        control.check()
        if (piece === undefined) break
        const { buffer, byteOffset, byteLength } = piece
        listener.onResponseData(control, Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength))
      }
      const { trailers } = pieces
      control.rawTrailers = trailers.flat().map(text => Buffer.from(text, 'latin1'))
      listener.onResponseEnd(control, objectOf(trailers))
    } catch (error) {
      answer?.pieces.cancel()
      throw error
    } finally {
      limit.stop()
    }
  }

  async #switch(url: URL, headers: Headers, { options, listener, control }: Asked): Promise<void> {
    const { signal } = control
    const outline = { url, method: options.method, headers, body: undefined, signal, fields: 'as given' as const }
    const switched =
      options.method === 'CONNECT'
        ? this.#tunnel(url, headers, options.path, signal)
        : this.#wire.upgrade(outline, String(options.upgrade))
    const { stream, head } = await switched
    if (control.aborted) {
      stream.reset()
      control.check()
    }
    listener.onRequestUpgrade(control, head.status, tell(control, head), toNode(stream))
  }

  async #tunnel(url: URL, headers: Headers, target: string, signal: AbortSignal) {
    const stream = await this.#wire.stream({ url, signal })
    const list: [string, string][] = [['Host', headers.get('host') ?? target]]
    for (const [name, value] of headers) if (name !== 'host') list.push([name, value])
    const options = { clock: nodeWorld().clock, timeouts: this.#timeouts, where: url.host, signal }
    return askToSwitch(stream, { method: 'CONNECT', target, headers: list }, options)
  }
}

interface Asked {
  readonly options: Dispatcher.DispatchOptions
  readonly listener: Listener
  readonly control: Control
}

const tell = (control: Control, head: ResponseHead): Record<string, string | string[]> => {
  const list = head.headers.list()
  control.rawHeaders = list.flat().map(text => Buffer.from(text, 'latin1'))
  return objectOf(list)
}

const urlOf = ({ origin, path, query, method }: Dispatcher.DispatchOptions): URL => {
  if (origin === undefined) throw new errors.InvalidArgumentError('origin is missing: it says where to go')
  try {
    const base = new URL(String(origin))
    if (base.protocol !== 'http:' && base.protocol !== 'https:')
      throw new TypeError(`${base.protocol} is not asked here`)
    if (method === 'CONNECT') return base
    const url = new URL(`${base.origin}${path.startsWith('/') ? '' : '/'}${path}`)
    for (const [name, value] of Object.entries(query ?? {}))
      for (const each of [value].flat()) url.searchParams.append(name, String(each))
    return url
  } catch (error) {
    throw Object.assign(new errors.InvalidArgumentError('origin and path are no URL'), { cause: error })
  }
}

/** In each of the forms in which undici takes them. */
const fieldsOf = (given: Dispatcher.DispatchOptions['headers']): Headers => {
  const headers = new Headers()
  const add = (name: string, value: unknown): void => {
    for (const each of [value].flat()) if (each !== undefined && each !== null) headers.append(name, String(each))
  }
  try {
    if (Array.isArray(given) && !Array.isArray(given[0]))
      for (let i = 0; i + 1 < given.length; i += 2) add(String(given[i]), given[i + 1])
    else if (given && Symbol.iterator in given)
      for (const [name, value] of given as Iterable<[string, unknown]>) add(name, value)
    else for (const [name, value] of Object.entries(given ?? {})) add(name, value)
  } catch (error) {
    throw Object.assign(new errors.InvalidArgumentError('invalid headers'), { cause: error })
  }
  return headers
}
