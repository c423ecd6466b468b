/** What one transfer was made of, measured where it happens: for `-w`. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Bytes, Millis } from '../../engine.ts'
import type { Failure } from '../../failures/index.ts'
import type { ResponseHead } from '../../http/types.ts'
import type { Answer, Interceptor } from '../../index.ts'
import { overPieces } from '../../net/client/seam.ts'
import type { ConnectionInfo } from '../../net/stream/types.ts'
import { systemClock } from '../../node/clock.ts'
import { sinkOf } from '../../trace/recorder.ts'
import type { TraceSink } from '../../trace/types.ts'

/** Several transfers go on at once, over one client: each knows what happens on its behalf. */
const current = new AsyncLocalStorage<Meter>()

/** The first of the interceptors: sees each request of a transfer, those after redirects too. */
export const metering: Interceptor = (outline, next) => {
  const meter = current.getStore()
  return meter === undefined ? next(outline) : meter.asked(outline, next)
}

/** Hears when names are answered. */
export const meteredNames = (): TraceSink =>
  sinkOf(entry => {
    if (entry.type !== 'message' || entry.record.layer !== 'dns' || entry.record.direction !== 'in') return
    const meter = current.getStore()
    if (meter !== undefined) meter.named = entry.record.at
  })

type Outline = Parameters<Interceptor>[0]
type Ask = Parameters<Interceptor>[1]

export class Meter {
  readonly url: URL
  /** Which URL of the command line, from 0. */
  readonly number: number
  readonly began: Millis = systemClock.now()
  ended: Millis = this.began
  /** When a name was answered, if one was asked for. */
  named: Millis | undefined
  /** When the last request began, and when the head of its answer had come. */
  askedAt: Millis = this.began
  answeredAt: Millis | undefined
  requests = 0
  connections = 0
  /** Bytes of the last request's body, of the last answer's body as it came, and of the heads of all answers. */
  sent = 0
  received = 0
  headBytes = 0
  outline: Outline | undefined
  head: ResponseHead | undefined
  connection: ConnectionInfo | undefined
  failure: Failure | undefined

  constructor(url: URL, number: number) {
    this.url = url
    this.number = number
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    return current.run(this, work)
  }

  /** Another attempt of `--retry`: what came of the one before does not count. */
  again(): void {
    this.requests = 0
    this.headBytes = 0
    this.head = undefined
    this.answeredAt = undefined
  }

  async asked(outline: Outline, next: Ask): Promise<Answer> {
    this.requests++
    this.askedAt = systemClock.now()
    this.outline = outline
    this.sent = 0
    this.received = 0
    this.head = undefined
    const sent = (bytes: number): void => {
      this.sent = bytes
      outline.sent?.(bytes)
    }
    const answer = await next({ ...outline, sent })
    this.answeredAt = systemClock.now()
    const { head, connection, pieces } = answer
    if (connection.flow !== this.connection?.flow && connection.times.asked >= this.began) this.connections++
    this.head = head
    this.connection = connection
    this.headBytes += headLength(head)
    const read = async (): Promise<Bytes | undefined> => {
      const piece = await pieces.next()
      this.received += piece?.length ?? 0
      return piece
    }
    return { ...answer, pieces: overPieces(pieces, read) }
  }
}

/** As it is usually written: one space behind each colon. */
const headLength = ({ version, status, reason, headers }: ResponseHead): number =>
  `HTTP/${version} ${status} ${reason}\r\n\r\n`.length +
  headers.list().reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0)
