/** What a connection of HTTP/1.1 tells the trace, seen from between: as `http/connection/trace.ts` does it for one end. */
import type { Bytes, Millis } from '../../../engine.ts'
import { type Failure, fail } from '../../../failures/index.ts'
import { framingText } from '../../../http/connection/trace.ts'
import { requestHeadFormat, responseHeadFormat } from '../../../http/message/head-format.ts'
import type { TraceContext } from '../../../trace/types.ts'
import type { MessageBuilt } from './exchange.ts'
import type { Kind, SeenHead } from './head.ts'

const formats = { request: requestHeadFormat, response: responseHeadFormat }

export class HttpTelling {
  readonly #context: TraceContext
  constructor(context: TraceContext) {
    this.#context = context
  }
  /** Returns the id of the message. */
  head(head: SeenHead, at: Millis): number {
    const { kind, parts, bytes, start, failure, framing } = head
    const name = kind === 'request' ? `${parts[0]} ${parts[1]}` : `${parts[1]} ${parts[2]}`
    const id = this.#message(kind, bytes, start, name, at)
    const where = { message: id, start: 0, end: bytes.length }
    const { sink, flow, host } = this.#context
    if (failure !== undefined) this.#failed(failure, where, at)
    else {
      const about = framingText(framing)
      sink.verdict({ layer: 'http', flow, host, at, check: 'framing', ok: true, rule: 'RFC 9112 6.3', about, where })
    }
    return id
  }
  /** What was refused, with what came of a head. */
  broken(kind: Kind, failure: Failure, start: number, head: Bytes | undefined, at: Millis): void {
    if (head === undefined || head.length === 0) {
      this.#failed(failure, undefined, at)
      return
    }
    const id = this.#message(kind, head, start, 'refused head', at)
    this.#failed(failure, { message: id, start: 0, end: head.length }, at)
  }
  /** The stream of whoever sends `message` ended in the middle of it. */
  cut({ head: { bytes, framing }, found: { head, body } }: MessageBuilt, at: Millis): void {
    const expected = framing.kind === 'length' ? { expected: `${framing.length}` } : {}
    const failure = fail('http/body-cut-short', { ...expected, got: `${body.length}` })
    this.#failed(failure, { message: head, start: 0, end: bytes.length }, at)
  }
  #message(kind: Kind, bytes: Bytes, start: number, name: string, at: Millis): number {
    const { sink, flow, host } = this.#context
    const id = sink.nextId()
    const stream = { start, end: start + bytes.length }
    const direction = kind === 'request' ? 'out' : 'in'
    sink.message({ id, layer: 'http', flow, host, direction, at, name, format: formats[kind], bytes, stream })
    return id
  }
  /** `whole`: the message that the failure is about; its place is where in it. */
  #failed(failure: Failure, whole: { message: number; start: number; end: number } | undefined, at: Millis): void {
    const { sink, flow, host } = this.#context
    const rule = failure.rule === undefined ? {} : { rule: failure.rule }
    const verdict = { layer: 'http', flow, host, at, check: 'message', ok: false, ...rule } as const
    if (whole === undefined) {
      sink.verdict({ ...verdict, failure })
      return
    }
    const where = { ...whole, start: failure.at?.start ?? 0, end: failure.at?.end ?? whole.end }
    sink.verdict({ ...verdict, where, failure: failure.with({ at: where }) })
  }
}
