/** One request after another over the wire, and what their handlers are told. */
import type { Dispatcher } from 'undici'
import { errors } from 'undici'
import type { Millis } from '../../engine.ts'
import { type Facts, FailureError, fail } from '../../failures/index.ts'
import type { HeaderList, ResponseHead } from '../../http/types.ts'
import type { Answer, Pieces } from '../../net/client/seam.ts'
import { askToSwitch, type Switched } from '../../net/client/upgrade.ts'
import type { Wire } from '../../net/client/wire.ts'
import { Stall } from '../../net/stream/stall.ts'
import { toNode } from '../to-node.ts'
import { nodeWorld } from '../world.ts'
import { type Asked, askedOf } from './asked.ts'
import type { Busy } from './busy.ts'
import { Control } from './control.ts'
import { toldError } from './errors.ts'
import { checkHandler, type Listener, listenerOf, objectOf } from './handler.ts'

/** In ms, of a request that says nothing else: for the head of an answer, and between two pieces of its body. */
export interface Patience {
  readonly firstByte: Millis
  readonly idle: Millis
}

export class Running {
  readonly #wire: Wire
  readonly #patience: Patience
  readonly #busy: Busy
  readonly #failed: (error: unknown) => void
  readonly #controls = new Set<Control>()
  readonly #waiting: (() => void)[] = []
  #state: 'open' | 'closed' | 'destroyed' = 'open'
  /** Why it was destroyed, once it is. */
  reason: Error | undefined

  /** `failed` is told what handlers throw when they are told of an error. */
  constructor(wire: Wire, patience: Patience, busy: Busy, failed: (error: unknown) => void) {
    this.#wire = wire
    this.#patience = patience
    this.#busy = busy
    this.#failed = failed
  }

  get state(): 'open' | 'closed' | 'destroyed' {
    return this.#state
  }

  /**
   * False where one more request to the same origin would have to wait. Throws undici's `InvalidArgumentError` for what is
   * no handler; the handler is told the rest.
   */
  start(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const listener = listenerOf(handler)
    const control = new Control()
    let asked: Asked
    try {
      if (this.#state === 'destroyed') throw new errors.ClientDestroyedError()
      if (this.#state === 'closed') throw new errors.ClientClosedError()
      asked = askedOf(options)
      checkHandler(handler, asked.method === 'CONNECT' || asked.upgrade !== undefined)
    } catch (error) {
      queueMicrotask(() => this.#tell(listener, control, error))
      return true
    }
    // A body that breaks while nobody reads it yet must not end the process.
    asked.body?.broken?.(error => control.fail(error))
    this.#controls.add(control)
    // The others have a connection each, which are not counted.
    const counted = asked.method !== 'CONNECT' && asked.upgrade === undefined
    const { origin } = asked.url
    const full = counted && this.#busy.began(origin)
    this.#run(asked, listener, control)
      .catch((error: unknown) => this.#tell(listener, control, control.because(error)))
      .finally(() => {
        control.over()
        asked.body?.drop?.()
        this.#controls.delete(control)
        if (counted) this.#busy.ended(origin)
        if (this.#controls.size === 0) for (const wake of this.#waiting.splice(0)) wake()
      })
    return !full
  }

  /** Takes no more, and waits for what is under way. Rejects with undici's `ClientDestroyedError`. */
  async close(): Promise<void> {
    if (this.#state === 'destroyed') throw new errors.ClientDestroyedError()
    this.#state = 'closed'
    await (this.#controls.size > 0 && new Promise<void>(resolve => this.#waiting.push(resolve)))
    await this.destroy()
  }

  /** Ends what is under way with `error`. */
  async destroy(error?: Error | null): Promise<void> {
    this.#state = 'destroyed'
    this.reason ??= error ?? new errors.ClientDestroyedError()
    for (const control of [...this.#controls]) control.fail(this.reason)
    this.#wire.close()
  }

  #tell(listener: Listener, control: Control, error: unknown): void {
    try {
      listener.onResponseError(control, toldError(error))
    } catch (thrown) {
      this.#failed(thrown)
    }
  }

  async #run(asked: Asked, listener: Listener, control: Control): Promise<void> {
    // As with undici's own, nothing is told before the caller has what `dispatch` gives.
    await undefined
    control.check()
    listener.onRequestStart(control, {})
    control.check()
    if (asked.method === 'CONNECT') hand(await this.#tunnel(asked, control.signal), listener, control)
    else await this.#ask(asked, listener, control)
  }

  async #ask(asked: Asked, listener: Listener, control: Control): Promise<void> {
    const { headersTimeout = this.#patience.firstByte, upgrade } = asked
    const { clock } = nodeWorld()
    const late = new Stall(clock, headersTimeout, () =>
      control.fail(lateError('http/head-timeout', asked, headersTimeout)),
    )
    // Not before it has a connection, nor while whoever gives the body has none: as undici counts.
    const waits = (whom: 'server' | 'body'): void => {
      late.stop()
      if (whom === 'server') late.start()
    }
    let started = false
    const start = ({ status, headers, reason }: ResponseHead): void => {
      if (!started) listener.onResponseStarted()
      started = true
      listener.onResponseStart(control, status, tell(control, headers.list()), reason)
    }
    const { url, target, method, headers, fields, once, body } = asked
    const { signal } = control
    const informed = guarded(control, start)
    const outline = { url, target, method, headers, fields, once, body, signal, informed, waits }
    let answer: Answer | Switched
    try {
      answer = await (upgrade === undefined ? this.#wire.ask(outline) : this.#wire.offer(outline, upgrade))
    } finally {
      late.end()
    }
    if ('stream' in answer) {
      hand(answer, listener, control)
      return
    }
    const { pieces } = answer
    try {
      control.check()
      start(answer.head)
      await this.#read(pieces, asked, { listener, control })
    } catch (error) {
      pieces.cancel()
      throw error
    }
  }

  async #read(pieces: Pieces, asked: Asked, { listener, control }: Told): Promise<void> {
    const { bodyTimeout = this.#patience.idle } = asked
    const late = new Stall(nodeWorld().clock, bodyTimeout, () =>
      control.fail(lateError('net/idle-timeout', asked, bodyTimeout)),
    )
    try {
      for (;;) {
        if (control.paused) {
          late.end()
          await control.unpaused()
        }
        control.check()
        // At once what came at once, as undici does it: whoever has the head may count on it.
        let piece = pieces.atHand?.()
        if (piece === undefined) {
          late.start()
          piece = (await pieces.next()) ?? 'end'
          late.stop()
          control.check()
        }
        if (piece === 'end') break
        const { buffer, byteOffset, byteLength } = piece
        listener.onResponseData(control, Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength))
      }
    } finally {
      late.end()
    }
    const { trailers } = pieces
    control.rawTrailers = trailers.flat().map(text => Buffer.from(text, 'latin1'))
    control.over()
    listener.onResponseEnd(control, objectOf(trailers))
  }

  async #tunnel({ url, target, headers, fields }: Asked, signal: AbortSignal): Promise<Switched> {
    const stream = await this.#wire.stream({ url, signal })
    const others = fields.filter(([name]) => name.toLowerCase() !== 'host')
    const list: HeaderList = [['Host', headers.get('host') ?? target!], ...others]
    const options = { ...this.#wire.speakingTo(url), timeouts: this.#patience, signal }
    return askToSwitch(stream, { method: 'CONNECT', target: target!, headers: list }, options)
  }
}

interface Told {
  readonly listener: Listener
  readonly control: Control
}

/** The stream is the handler's from here on. */
const hand = ({ stream, head }: Switched, listener: Listener, control: Control): void => {
  if (control.signal.aborted) stream.reset()
  control.check()
  control.over()
  const socket = toNode(stream)
  // As the sockets of undici are: nobody who has one of those ends it when the other side has ended.
  socket.allowHalfOpen = false
  try {
    listener.onRequestUpgrade(control, head.status, tell(control, head.headers.list()), socket)
  } catch (error) {
    // Whatever the handler made of it: nobody else ends it.
    socket.destroy(error instanceof Error ? error : new Error(String(error)))
  }
}

/** What a handler throws where the wire calls it is the request's failure, not the connection's. */
const guarded =
  <T>(control: Control, listen: (what: T) => void) =>
  (what: T): void => {
    try {
      listen(what)
    } catch (error) {
      control.fail(error)
    }
  }

const lateError = (code: 'http/head-timeout' | 'net/idle-timeout', { url }: Asked, number: Millis): Error => {
  const facts: Facts = { where: url.host, number }
  return toldError(new FailureError(fail(code, facts)))
}

const tell = (control: Control, list: HeaderList): Record<string, string | string[]> => {
  control.rawHeaders = list.flat().map(text => Buffer.from(text, 'latin1'))
  return objectOf(list)
}
