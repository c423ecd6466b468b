/**
 * What a server keeps so that its clients need not show and check certificates again: keys for tickets, or nothing but the
 * ears of the caller, who keeps sessions elsewhere (`newSession` and `resumeSession`, as with `node:tls`).
 */
import type { EventEmitter } from 'node:events'
import type { Bytes } from '../../engine.ts'
import { GIVEN_LENGTH, TicketKeeper } from '../../tls/session/tickets.ts'
import type { Question } from '../../tls/types.ts'
import { nodeWorld } from '../world.ts'
import type { SecureContext } from './context.ts'

type Wanted<A extends Question['about']> = Extract<Question, { about: A }> extends { wanted: infer W } ? W : never

export class Resumption {
  readonly #server: EventEmitter
  readonly #tickets: TicketKeeper
  /** Known outside: they do not change by themselves. */
  #given: Bytes | undefined

  constructor(server: EventEmitter, given?: Bytes) {
    this.#server = server
    this.#given = given
    this.#tickets = new TicketKeeper({ crypto: nodeWorld().crypto, given })
  }

  /** The keys of tickets, for other servers: from now on, where they were our own secret before, they stay as they are. */
  shared(): Bytes {
    if (this.#given === undefined) {
      this.#given = nodeWorld().crypto.random.bytes(GIVEN_LENGTH)
      this.#tickets.take(this.#given)
    }
    return this.#given.slice()
  }

  /** Sessions by their id only where somebody keeps them. */
  waysIn({ tickets }: SecureContext): readonly ('ticket' | 'session')[] {
    const kept = this.#server.listenerCount('resumeSession') > 0
    return [...(tickets ? (['ticket'] as const) : []), ...(kept ? (['session'] as const) : [])]
  }

  ticket(wanted: Wanted<'ticket'>): Bytes | undefined {
    const now = nodeWorld().clock.now()
    return 'seal' in wanted ? this.#tickets.seal(wanted.seal, now) : this.#tickets.open(wanted.open, now)
  }

  /** Rejects with what the caller's `resumeSession` calls back with. */
  session(wanted: Wanted<'session'>): Promise<Bytes | undefined> {
    return 'put' in wanted ? this.#keep(wanted.id, wanted.put) : this.#find(wanted.get)
  }

  #keep(id: Bytes, state: Bytes): Promise<undefined> {
    return new Promise(resolve => {
      const heard = this.#server.emit('newSession', Buffer.from(id), Buffer.from(state), () => resolve(undefined))
      if (!heard) resolve(undefined)
    })
  }

  #find(id: Bytes): Promise<Bytes | undefined> {
    return new Promise((resolve, reject) => {
      const found = (error: Error | null, state?: Uint8Array | null): void => {
        if (error != null) reject(error)
        else resolve(state == null ? undefined : new Uint8Array(state))
      }
      if (!this.#server.emit('resumeSession', Buffer.from(id), found)) resolve(undefined)
    })
  }
}
