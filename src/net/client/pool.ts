/** Connections of one client, by origin: a bounded number each, kept for a while after their last request. */
import type { Clock } from '../../clock.ts'
import type { Millis } from '../../engine.ts'
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import { Stall } from '../stream/stall.ts'
import type { ClientConnection, Lifecycle } from './types.ts'

export interface PoolOptions {
  readonly clock: Clock
  /** Connections to one origin at once; more requests wait for one of them. */
  readonly perOrigin: number
  /** How long a connection without a request is kept; 0: each is closed after its first. */
  readonly idle: Millis
  /** How long a request waits for one of them. */
  readonly turn: Millis
}

interface Origin {
  open: number
  /** With the time that each has been without a request. */
  readonly connections: Map<ClientConnection, Stall>
  /** The one used last is the last. */
  readonly idle: ClientConnection[]
  readonly waiting: ((error: FailureError | undefined) => void)[]
}

export class Pool {
  readonly #options: PoolOptions
  readonly #origins = new Map<string, Origin>()
  readonly #all = new Set<ClientConnection>()
  #closed = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /**
   * Gives `ask` a connection to `key` that takes another request, or one that `open` makes; waits for its turn where there
   * are too many. `ask` makes its request before it returns.
   */
  async use<T>(
    key: string,
    open: (lifecycle: Lifecycle) => Promise<ClientConnection>,
    ask: (connection: ClientConnection) => T,
    { which = 'any', signal }: { readonly which?: 'any' | 'new'; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<T> {
    for (;;) {
      if (this.#closed) throw new FailureError(fail('net/client-closed'))
      const origin = this.#origin(key)
      if (signal?.aborted) {
        // Its turn may just have come: the next in line has it.
        origin.waiting.shift()?.(undefined)
        throw signal.reason
      }
      const kept = which === 'any' ? this.#kept(origin) : undefined
      if (kept !== undefined) return this.#lend(origin, kept, ask)
      if (which === 'new' || origin.open < this.#options.perOrigin) {
        const opened = await this.#open(key, origin, open)
        if (this.#closed) opened.abort(fail('net/client-closed'))
        else if (signal?.aborted) opened.close('unwanted')
        else return this.#lend(origin, opened, ask)
        continue
      }
      await this.#turn(key, origin, signal)
    }
  }

  /** Ends idle connections, cuts the others, and refuses what is asked later. */
  close(): void {
    this.#closed = true
    for (const origin of this.#origins.values()) {
      for (const connection of origin.idle.splice(0)) {
        origin.connections.get(connection)?.end()
        this.#all.delete(connection)
        connection.close(fail('net/client-closed'))
      }
      for (const wake of origin.waiting.splice(0)) wake(new FailureError(fail('net/client-closed')))
    }
    for (const connection of this.#all) connection.abort(fail('net/client-closed'))
  }

  #lend<T>(origin: Origin, connection: ClientConnection, ask: (connection: ClientConnection) => T): T {
    try {
      return ask(connection)
    } finally {
      // Nothing was asked, because it could not be sent. On a new one something may have been said early.
      if (connection.idle && connection.requests === 0) connection.close('unwanted')
      else if (connection.idle && connection.capacity > 0) this.#keep(origin, connection)
    }
  }

  async #open(
    key: string,
    origin: Origin,
    open: (lifecycle: Lifecycle) => Promise<ClientConnection>,
  ): Promise<ClientConnection> {
    origin.open++
    try {
      const connection = await open({
        free: free => this.#keep(origin, free),
        gone: gone => this.#forget(key, origin, gone),
      })
      this.#all.add(connection)
      this.#limit(origin, connection, this.#options.idle)
      return connection
    } catch (error) {
      this.#left(key, origin)
      throw error
    }
  }

  /** How long `connection` is kept without a request. */
  #limit(origin: Origin, connection: ClientConnection, limit: Millis): void {
    const expired = (): void => {
      remove(origin.idle, connection)
      connection.close('idle')
    }
    const { clock } = this.#options
    origin.connections.get(connection)?.end()
    origin.connections.set(connection, new Stall(clock.unheld ?? clock, limit, expired))
  }

  #origin(key: string): Origin {
    let origin = this.#origins.get(key)
    if (origin === undefined) {
      origin = { open: 0, connections: new Map(), idle: [], waiting: [] }
      this.#origins.set(key, origin)
    }
    return origin
  }

  /** The one used last: the others may then reach their idle time. */
  #kept(origin: Origin): ClientConnection | undefined {
    for (let last = origin.idle.pop(); last !== undefined; last = origin.idle.pop()) {
      origin.connections.get(last)?.stop()
      if (last.capacity > 0) return last
    }
    for (const connection of origin.connections.keys()) if (connection.capacity > 0) return connection
    return undefined
  }

  #keep(origin: Origin, connection: ClientConnection): void {
    if (connection.idle) {
      const limit = Math.min(this.#options.idle, connection.keptFor)
      if (limit <= 0 || this.#closed) {
        connection.close('last')
        return
      }
      remove(origin.idle, connection)
      origin.idle.push(connection)
      if (origin.connections.get(connection)?.limit !== limit) this.#limit(origin, connection, limit)
      origin.connections.get(connection)?.start()
    }
    origin.waiting.shift()?.(undefined)
  }

  #forget(key: string, origin: Origin, connection: ClientConnection): void {
    this.#all.delete(connection)
    origin.connections.get(connection)?.end()
    origin.connections.delete(connection)
    remove(origin.idle, connection)
    this.#left(key, origin)
  }

  #left(key: string, origin: Origin): void {
    origin.open--
    if (origin.open === 0 && origin.waiting.length === 0) this.#origins.delete(key)
    else origin.waiting.shift()?.(undefined)
  }

  #turn(key: string, origin: Origin, signal: AbortSignal | undefined): Promise<void> {
    const { clock, turn } = this.#options
    return new Promise((resolve, reject) => {
      let disarm = (): void => {}
      const settle = (): void => {
        disarm()
        signal?.removeEventListener('abort', abort)
      }
      const wake = (error: FailureError | undefined): void => {
        settle()
        if (error === undefined) resolve()
        else reject(error)
      }
      const giveUp = (error: unknown): void => {
        settle()
        origin.waiting.splice(origin.waiting.indexOf(wake), 1)
        reject(error)
      }
      const abort = (): void => giveUp(signal!.reason)
      signal?.addEventListener('abort', abort, { once: true })
      if (turn !== Number.POSITIVE_INFINITY) {
        disarm = clock.later(clock.now() + turn, () => giveUp(new FailureError(this.#stuck(key, origin))))
      }
      origin.waiting.push(wake)
    })
  }

  #stuck(key: string, { connections }: Origin): Failure {
    const unread = [...connections.keys()].filter(connection => connection.unread).length
    const facts = { where: key, number: this.#options.turn, expected: `${connections.size}`, got: `${unread}` }
    return fail('net/pool-waits', facts)
  }
}

const remove = (list: ClientConnection[], connection: ClientConnection): void => {
  const at = list.indexOf(connection)
  if (at >= 0) list.splice(at, 1)
}
