/**
 * `barewire/node/undici`: a `Dispatcher` of undici over our client, so that its `fetch`, `request`, `WebSocket` and
 * interceptors run over our stack. undici is the caller's own: it is imported, and not among what Barewire brings.
 * Events are undici's: `connect`, `disconnect`, `connectionError` and `drain`, each with origin, `[dispatcher]` and error.
 */
import type { EventEmitter } from 'node:events'
import { Dispatcher, errors } from 'undici'
import { type ClientOptions, wireOf } from '../../net/client/client.ts'
import type { ConnectionListener } from '../../net/client/types.ts'
import { PER_ORIGIN } from '../../net/client/wire.ts'
import { nodeWorld } from '../world.ts'
import { Busy } from './busy.ts'
import { endOf, toldError } from './errors.ts'
import { Running } from './running.ts'

/** Of `client` those that concern connections; times as undici has them where `timeouts` does not say otherwise. */
export interface UndiciOptions extends Partial<Omit<ClientOptions, 'jar' | 'interceptors' | 'world'>> {
  /** What undici's `WebSocket` takes of a message: fragments, bytes; 131,072 and 128 MB where undefined, as undici. */
  readonly webSocket?: { readonly maxFragments?: number; readonly maxPayloadSize?: number } | undefined
}

/** undici's: for the head of an answer, and between two pieces of its body. */
const PATIENCE = 300_000

/** Throws `FailureError` for options that cannot work, as `client`. */
export const dispatcher = (options: UndiciOptions = {}): BarewireDispatcher => new BarewireDispatcher(options)

export class BarewireDispatcher extends Dispatcher {
  // Not `#`: `compose` makes a Proxy, which has no private fields.
  private readonly running: Running
  /** undici's `WebSocket` asks for it, and has no limits without. */
  readonly webSocketOptions: { readonly maxFragments: number; readonly maxPayloadSize: number }

  constructor({ webSocket, ...options }: UndiciOptions) {
    super()
    this.webSocketOptions = { maxFragments: 131_072, maxPayloadSize: 128 * 1024 * 1024, ...webSocket }
    const patience = { firstByte: PATIENCE, idle: PATIENCE, ...options.timeouts }
    // Each request has its own limits, which may be longer than those of the others.
    const timeouts = { ...options.timeouts, firstByte: Number.POSITIVE_INFINITY, idle: Number.POSITIVE_INFINITY }
    // What a listener throws is no request's failure.
    const emit = (event: string, ...facts: unknown[]): void =>
      queueMicrotask(() => (this as EventEmitter).emit(event, ...facts))
    const about = (event: string, { origin }: { readonly origin: string }, ...facts: unknown[]): void =>
      emit(event, new URL(origin), [this], ...facts)
    const connections: ConnectionListener = {
      opened: url => about('connect', url),
      refused: (url, error) => about('connectionError', url, toldError(error)),
      over: (url, why) => about('disconnect', url, this.running.reason ?? endOf(why)),
    }
    const wire = wireOf({ ...options, timeouts, world: nodeWorld(), connections })
    const busy = new Busy(options.perOrigin ?? PER_ORIGIN, origin => {
      if (!this.closed) about('drain', { origin })
    })
    this.running = new Running(wire, patience, busy, error => emit('error', error))
  }

  get closed(): boolean {
    return this.running.state !== 'open'
  }
  get destroyed(): boolean {
    return this.running.state === 'destroyed'
  }

  /** False: the next request to the same origin would wait for a connection; `drain` says when it would not. */
  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return this.running.start(options, handler)
  }

  /** Waits for what is under way. */
  override close(): Promise<void>
  override close(callback: () => void): void
  override close(callback?: () => void): Promise<void> | undefined {
    return answered(() => this.running.close(), callback)
  }
  /** Ends what is under way with `error`. */
  override destroy(error?: Error | null): Promise<void>
  override destroy(callback: () => void): void
  override destroy(error: Error | null, callback: () => void): void
  override destroy(first?: Error | null | (() => void), second?: () => void): Promise<void> | undefined {
    const [error, callback] = typeof first === 'function' ? [null, first] : [first, second]
    return answered(() => this.running.destroy(error), callback)
  }
}

/** As undici does it: a promise where there is no callback. */
const answered = (
  work: () => Promise<void>,
  callback: ((error: unknown, nothing: null) => void) | undefined,
): Promise<void> | undefined => {
  if (callback === undefined) return work()
  if (typeof callback !== 'function') throw new errors.InvalidArgumentError('invalid callback')
  work().then(
    () => queueMicrotask(() => callback(null, null)),
    (error: unknown) => queueMicrotask(() => callback(error, null)),
  )
  return undefined
}
