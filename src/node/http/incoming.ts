/**
 * `IncomingMessage`: Node's own class, with its rules for fields, filled by an `Exchange`. What it does is put on the
 * object itself: Express gives requests and responses another prototype, behind which the methods of ours would be lost.
 */
import { IncomingMessage as NodeMessage } from 'node:http'
import type { Socket } from 'node:net'
import { english } from '../../explain/en/index.ts'
import type { Failure } from '../../failures/index.ts'
import type { HeaderList } from '../../http/types.ts'
import type { BodyReader, Exchange } from '../../net/server/exchange.ts'
import { inWords } from '../../net/told.ts'
import type { Carrier } from '../from-node.ts'
import { changed } from './inside.ts'

/** A client that left, as Node says it; `cause` is the `FailureError`. */
const abortedBy = (failure: Failure): Error =>
  Object.assign(new Error('aborted', { cause: inWords(failure, english) }), { code: 'ECONNRESET' })

export class IncomingMessage extends NodeMessage {
  constructor(socket: Carrier, exchange: Exchange) {
    super(socket as Socket)
    const { head } = exchange
    this.method = head.method
    this.url = head.target
    this.httpVersion = head.version
    this.httpVersionMajor = 1
    this.httpVersionMinor = head.version === '1.0' ? 0 : 1
    addFields(this, head.headers.list())
    const reading = new Reading(this, exchange)
    Object.assign(this, {
      _read: () => reading.readOn(),
      _destroy: (error: Error | null, done: (error?: Error | null) => void) => reading.destroyed(error, done),
    })
    readings.set(this, reading)
    if (head.framing.kind === 'none') reading.end()
    else if (!head.expectsContinue) reading.begin()
  }
}

/** By the method of Node's parser, which counts them: as trailers of a message that is complete, as headers before. */
const addFields = (message: NodeMessage, fields: HeaderList): void => {
  const flat = fields.flat()
  const known = (): number => message.rawHeaders.length + message.rawTrailers.length
  const before = known()
  ;(message as unknown as { _addHeaderLines(flat: string[], count: number): void })._addHeaderLines(flat, flat.length)
  if (known() !== before + flat.length) throw changed('IncomingMessage._addHeaderLines', 'does not keep fields')
}

const readings = new WeakMap<NodeMessage, Reading>()

/** The hand of the server on a message: what of it is no affair of whoever handles requests. */
export const readingOf = (message: IncomingMessage): Reading => readings.get(message)!

class Reading implements BodyReader {
  readonly #message: NodeMessage
  readonly #exchange: Exchange
  #begun = false
  #ended = false
  /** Somebody has read. Before that, what comes is kept up to the message's mark, as Node does. */
  #consumed = false
  #lost = false
  /** Answered before the client was asked for it: it need not come. */
  #left = false

  constructor(message: NodeMessage, exchange: Exchange) {
    this.#message = message
    this.#exchange = exchange
  }

  /** From here on the client is asked for the body: one that waits for `100 Continue` gets it. */
  begin(): void {
    if (this.#begun || this.#ended) return
    this.#begun = true
    this.#exchange.read(this)
  }
  readOn(): void {
    this.#consumed = true
    if (this.#ended) return
    if (this.#begun) this.#exchange.resume()
    else this.begin()
  }
  /** The answer is complete: nobody reads any more who has not begun. */
  answered(): void {
    if (this.#consumed) return
    if (this.#begun) this.#exchange.ignore()
    else if (!this.#ended) {
      this.#left = true
      this.#ended = true
      this.#message.push(null)
    }
    // As Node: whoever stopped and listens does not get the first of it for the whole.
    this.#message.removeAllListeners('data')
    this.#message.resume()
  }
  /** Nothing more comes; the connection sees to its end itself, which may have an answer to send yet. */
  lost(failure: Failure): void {
    this.#lost = true
    if (!this.#message.destroyed && !this.#message.readableEnded) this.#message.destroy(abortedBy(failure))
  }

  data(bytes: Uint8Array): void {
    if (this.#message.destroyed) return
    const { buffer, byteOffset, byteLength } = bytes
    if (!this.#message.push(Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength))) this.#exchange.pause()
  }
  end(): void {
    this.#ended = true
    this.#message.complete = true
    addFields(this.#message, this.#exchange.trailers)
    if (!this.#message.destroyed) this.#message.push(null)
  }
  failed(failure: Failure): void {
    this.#ended = true
    this.lost(failure)
  }

  destroyed(error: Error | null, done: (error?: Error | null) => void): void {
    const message = this.#message
    const { socket } = message
    if (!this.#left && !(message.readableEnded && message.complete)) {
      message.aborted = true
      message.emit('aborted')
      if (!this.#lost && !socket.destroyed) socket.destroy(error ?? undefined)
    }
    // As Node: an error that nobody listens to is none.
    process.nextTick(() => done(message.listenerCount('error') > 0 ? error : null))
  }
}
