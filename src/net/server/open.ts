/** The connections of one server that are open: how many there may be, and how they end when it does. */
import type { Clock } from '../../clock.ts'
import type { Millis } from '../../engine.ts'
import type { Listener } from '../stream/types.ts'
import type { ClientSeen } from './protocols.ts'

export class OpenConnections {
  readonly #clock: Clock
  readonly #most: number
  readonly #open = new Set<ClientSeen>()
  /** Those of them that send no more while they are answered, the first of them first. */
  readonly #leaving = new Set<ClientSeen>()
  #closing: 'no' | 'draining' | 'now' = 'no'
  /** Called when nothing is open any more. */
  readonly #emptied: (() => void)[] = []

  constructor(clock: Clock, most: number) {
    this.#clock = clock
    this.#most = most
  }

  /** Whether there is room for another one: who may be gone makes it for who is here, then who asks for nothing. */
  admits(): boolean {
    if (this.#closing === 'now') return false
    if (this.#open.size < this.#most) return true
    const [first = this.#longestIdle()] = this.#leaving
    if (first === undefined) return false
    this.gone(first)
    first.destroy()
    return true
  }
  /** As nginx, which takes back kept connections when it has no others; those whose head never ends are among them. */
  #longestIdle(): ClientSeen | undefined {
    for (const connection of this.#open) if (connection.idle) return connection
    return undefined
  }
  start(connection: ClientSeen): void {
    this.#open.add(connection)
    connection.start()
    if (this.#closing === 'draining') connection.retire()
  }
  left(connection: ClientSeen): void {
    if (this.#open.has(connection)) this.#leaving.add(connection)
  }
  gone(connection: ClientSeen): void {
    this.#leaving.delete(connection)
    this.#open.delete(connection)
    if (this.#open.size === 0) for (const tell of this.#emptied.splice(0)) tell()
  }

  /** Stops `listener` and lets everything end that was accepted; after `grace` ms the rest is cut. */
  async close(listener: Listener, grace: Millis): Promise<void> {
    const clock = this.#clock
    // What has arrived by now was accepted: it is read first. A timer that is set after long work is due at once, before
    // anything is read; the one that is set in it is due after a look at every socket.
    const soon = (): Promise<void> => new Promise(resolve => void clock.later(clock.now(), resolve))
    if (this.#closing === 'no' && grace > 0) await soon().then(soon)
    if (this.#closing === 'no') this.#closing = 'draining'
    const disarm = clock.later(clock.now() + grace, () => {
      this.#closing = 'now'
      for (const connection of [...this.#open]) connection.destroy()
    })
    const stopped = listener.close(grace)
    for (const connection of [...this.#open]) connection.retire()
    await stopped
    if (this.#open.size > 0) await new Promise<void>(resolve => void this.#emptied.push(resolve))
    disarm()
  }
}
