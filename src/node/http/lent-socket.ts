/** A socket of Node as the stream of one HTTP connection, which gives it back when that leaves HTTP. */
import type { Bytes, Millis } from '../../engine.ts'
import { connectionInfo } from '../../net/stream/connection-info.ts'
import type { ConnectionInfo, NetStream } from '../../net/stream/types.ts'
import { CarriedStream, type Carrier } from '../from-node.ts'

export class LentSocket extends CarriedStream implements NetStream {
  /** Node gives each read a buffer of its own. */
  readonly pieces = 'owned'
  readonly connection: ConnectionInfo
  readonly socket: Carrier
  /** It was given back. */
  taken = false
  #waiting: (() => void)[] = []
  readonly #listeners: (readonly ['close' | 'timeout', () => void])[] = []

  /** `now`: when it was accepted. */
  constructor(socket: Carrier, now: Millis) {
    super(socket, 'The client')
    this.socket = socket
    const times = { asked: now, connected: now, secured: undefined }
    this.connection = connectionInfo(this, { tls: undefined, times })
    this.listen('close', () => this.#flushed())
  }

  /** For as long as the socket is lent. */
  listen(event: 'close' | 'timeout', listener: () => void): void {
    this.#listeners.push([event, listener])
    this.socket.on(event, listener)
  }

  /** Calls `before` when the socket is ended or destroyed, by whoever has it: as with Node, what was said is sent first. */
  whenEnded(before: (how: 'end' | 'destroy') => void): void {
    const { socket } = this
    const { end, destroy } = socket
    const first =
      <Given extends unknown[], Result>(how: 'end' | 'destroy', then: (...given: Given) => Result) =>
      (...given: Given): Result => {
        before(how)
        return then.apply(socket, given)
      }
    Object.assign(socket, { end: first('end', end), destroy: first('destroy', destroy) })
  }

  /** Calls `done` when all that was written has been taken, or never will be; in a turn of its own. */
  whenFlushed(done: () => void): void {
    process.nextTick(() => {
      if (this.unsent === 0 || this.socket.destroyed) done()
      else this.#waiting.push(done)
    })
  }
  protected override drained(): void {
    super.drained()
    this.#flushed()
  }
  #flushed(): void {
    for (const done of this.#waiting.splice(0)) done()
  }

  /**
   * The socket back, out of the hands of `taken`, which had it last: with what was read of it already. Nothing of it is
   * heard here any more.
   */
  takeBack(taken: NetStream): Buffer {
    this.taken = true
    const own = this.socket as Partial<Carrier>
    delete own.end
    delete own.destroy
    delete own.setEncoding
    const read: Bytes[] = []
    taken.handler = { data: bytes => void read.push(bytes), end() {}, drain() {}, closed() {} }
    for (const [event, listener] of this.#listeners) this.socket.removeListener(event, listener)
    this.release()
    return Buffer.concat(read)
  }
}
