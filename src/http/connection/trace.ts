/** What a connection tells the trace: its heads with their place in the stream, its states, and what it refused. */
import type { Bytes, Millis } from '../../engine.ts'
import type { Failure } from '../../failures/index.ts'
import type { TraceContext } from '../../trace/types.ts'
import { requestHeadFormat, responseHeadFormat } from '../message/head-format.ts'
import type { BodyFraming } from '../types.ts'
import type { Piece } from './incoming.ts'

type Kind = 'request' | 'response'
const formats = { request: requestHeadFormat, response: responseHeadFormat }

export class HttpTrace {
  readonly #context: TraceContext
  readonly #receives: Kind

  constructor(context: TraceContext, receives: Kind) {
    this.#context = context
    this.#receives = receives
  }

  received(kind: Kind, piece: Piece, skip: number, name: string, body: BodyFraming, now: Millis): void {
    const { sink, flow, host } = this.#context
    const id = sink.nextId()
    const bytes = skip === 0 ? piece.bytes : piece.bytes.subarray(skip)
    const start = piece.stream + skip
    sink.message({
      id,
      layer: 'http',
      flow,
      host,
      direction: 'in',
      at: now,
      name,
      format: formats[kind],
      bytes,
      stream: { start, end: start + bytes.length },
    })
    sink.verdict({
      layer: 'http',
      flow,
      host,
      at: now,
      check: 'framing',
      ok: true,
      rule: 'RFC 9112 6.3',
      about: framingText(body),
      where: { message: id, start: 0, end: bytes.length },
    })
  }

  sent(kind: Kind, bytes: Bytes, start: number, name: string, now: Millis): void {
    const { sink, flow, host } = this.#context
    sink.message({
      id: sink.nextId(),
      layer: 'http',
      flow,
      host,
      direction: 'out',
      at: now,
      name,
      format: formats[kind],
      bytes,
      stream: { start, end: start + bytes.length },
    })
  }

  state(from: string, to: string, now: Millis): void {
    const { sink, flow, host } = this.#context
    if (from !== to) sink.state({ layer: 'http', flow, host, from, to, at: now })
  }

  /** Records what was refused; the failure then points to it. */
  failed(failure: Failure, piece: Piece | undefined, now: Millis): Failure {
    const { sink, flow, host } = this.#context
    const rule = failure.rule === undefined ? {} : { rule: failure.rule }
    const verdict = { layer: 'http', flow, host, at: now, check: 'message', ok: false, ...rule } as const
    if (piece === undefined) {
      sink.verdict({ ...verdict, failure })
      return failure
    }
    const id = sink.nextId()
    sink.message({
      id,
      layer: 'http',
      flow,
      host,
      direction: 'in',
      at: now,
      name: 'refused head',
      format: formats[this.#receives],
      bytes: piece.bytes,
      stream: { start: piece.stream, end: piece.stream + piece.bytes.length },
    })
    const at = { message: id, start: failure.at?.start ?? 0, end: failure.at?.end ?? piece.bytes.length }
    const told = failure.with({ at })
    sink.verdict({ ...verdict, where: at, failure: told })
    return told
  }
}

/** In words, for a verdict. */
export const framingText = (body: BodyFraming): string => {
  switch (body.kind) {
    case 'none':
      return 'no body'
    case 'length':
      return `body of ${body.length} bytes`
    case 'chunked':
      return 'chunked body'
    case 'until-close':
      return 'body until the connection closes'
    default:
      return body satisfies never
  }
}
