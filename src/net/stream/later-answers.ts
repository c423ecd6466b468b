/** Clients that are asked who they are when the handshake is over (RFC 9846 4.7.2): for each request a promise. */
import type { Clock } from '../../clock.ts'
import type { Millis } from '../../engine.ts'
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import type { TlsEvent } from '../../tls/types.ts'

/** What a client says to that: no chain, if it would not say. */
export type ClientShown = Omit<Extract<TlsEvent, { readonly type: 'client-certificate' }>, 'type'>

interface Waiting {
  readonly resolve: (shown: ClientShown) => void
  readonly reject: (error: unknown) => void
  disarm(): void
}

export class LaterAnswers {
  readonly #clock: Clock
  readonly #patience: Millis
  /** The first that was asked first: requests are alike, so any answer is one to it. */
  readonly #waiting: Waiting[] = []

  constructor(clock: Clock, patience: Millis) {
    this.#clock = clock
    this.#patience = patience
  }
  /** Rejects with what `send` throws, with `net/handshake-timeout` without an answer, and with what ends the connection. */
  ask(send: () => void): Promise<ClientShown> {
    return new Promise((resolve, reject) => {
      const number = this.#patience
      const late = (): void => this.#reject(waiting, fail('net/handshake-timeout', { where: 'The client', number }))
      const waiting = { resolve, reject, disarm: this.#clock.later(this.#clock.now() + number, late) }
      this.#waiting.push(waiting)
      try {
        send()
      } catch (error) {
        this.#leave(waiting)
        reject(error)
      }
    })
  }
  came(shown: ClientShown): void {
    const waiting = this.#waiting.shift()
    waiting?.disarm()
    waiting?.resolve(shown)
  }
  /** The connection is over. */
  lost(failure: Failure): void {
    for (const waiting of [...this.#waiting]) this.#reject(waiting, failure)
  }
  #reject(waiting: Waiting, failure: Failure): void {
    this.#leave(waiting)
    waiting.reject(new FailureError(failure))
  }
  #leave(waiting: Waiting): void {
    waiting.disarm()
    const at = this.#waiting.indexOf(waiting)
    if (at >= 0) this.#waiting.splice(at, 1)
  }
}
