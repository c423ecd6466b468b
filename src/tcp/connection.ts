/** What the user of a connection holds: the user calls of RFC 9293 3.10.2 to 3.10.5. */
import type { Bytes, Millis } from '../engine.ts'
import type { Failure } from '../failures/index.ts'
import type { TraceContext } from '../trace/types.ts'
import type { Endpoint } from '../wire/address.ts'
import { windowUpdateIsDue } from './emit.ts'
import { type State, tcpStates } from './states.table.ts'
import { NEVER, type Tcb } from './tcb.ts'
import type { TcpConnection } from './types.ts'

const NOTHING = new Uint8Array(0)

export class Connection implements TcpConnection {
  readonly #tcb: Tcb

  constructor(tcb: Tcb) {
    this.#tcb = tcb
    tcb.connection = this
  }
  get local(): Endpoint {
    return this.#tcb.local
  }
  get remote(): Endpoint {
    return this.#tcb.remote
  }
  get flow(): string {
    return this.#tcb.flow
  }
  get trace(): TraceContext | undefined {
    return this.#tcb.trace
  }
  get state(): State {
    return this.#tcb.state
  }
  get failure(): Failure | undefined {
    return this.#tcb.failure
  }
  get readable(): number {
    const tcb = this.#tcb
    // RFC 9293 3.10.7.2: text that came with a SYN waits for the handshake to be done.
    return tcb.state === 'SYN-RECEIVED' ? 0 : tcb.received.readable
  }
  get writable(): number {
    return this.#mayWrite ? this.#tcb.send.free : 0
  }
  get unacknowledged(): number {
    return this.#tcb.send.length
  }
  get noDelay(): boolean {
    return this.#tcb.noDelay
  }
  set noDelay(value: boolean) {
    this.#tcb.noDelay = value
    this.#tcb.surroundings.wake(this.#tcb)
  }

  write(data: Bytes, _now: Millis): number {
    const tcb = this.#tcb
    if (!this.#mayWrite) return 0
    const taken = tcb.send.append(data, 0, data.length)
    if (taken < data.length) tcb.wantsRoom = true
    if (taken > 0) tcb.surroundings.wake(tcb)
    return taken
  }

  read(max: number, now: Millis): Bytes {
    const count = Math.min(max, this.readable)
    if (count <= 0) return NOTHING
    const bytes = new Uint8Array(count)
    this.readInto(bytes, now)
    return bytes
  }

  readInto(target: Bytes, _now: Millis): number {
    const tcb = this.#tcb
    if (this.readable === 0) return 0
    const count = tcb.received.take(target)
    if (tcb.traits.reads && tcb.finAt === undefined && windowUpdateIsDue(tcb)) {
      tcb.ackNow = true
      tcb.surroundings.wake(tcb)
    }
    return count
  }

  finish(now: Millis): void {
    const tcb = this.#tcb
    if (tcb.state === 'SYN-SENT') {
      // RFC 9293 3.10.4: nothing has been agreed on yet, so there is nothing to close.
      tcb.move('close', now)
      tcb.end('done')
      return
    }
    if (!this.#mayWrite) return
    tcb.fin = 'queued'
    tcb.wantsRoom = false
    // In SYN-RECEIVED the close waits for ESTABLISHED (RFC 9293 3.10.4).
    if (tcb.state !== 'SYN-RECEIVED') tcb.move('close', now)
    tcb.surroundings.wake(tcb)
  }

  reset(now: Millis): void {
    abort(this.#tcb, now)
  }

  get #mayWrite(): boolean {
    return this.#tcb.traits.writes && this.#tcb.fin === 'open'
  }
}

/** RFC 9293 3.10.5: RST where the peer knows of the connection, and it is gone. */
export const abort = (tcb: Tcb, now: Millis): void => {
  const move = tcpStates.moves.find(([state, cause]) => state === tcb.state && cause === 'abort')
  if (move === undefined) return
  const [, , , , sends] = move
  const over = tcb.state === 'TIME-WAIT'
  tcb.move('abort', now)
  if (sends === 'RST') tcb.owes = 'RST'
  tcb.closeAt = NEVER
  if (!over) tcb.end('reset')
  tcb.surroundings.wake(tcb)
}
