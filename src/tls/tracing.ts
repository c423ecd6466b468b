/**
 * What a TLS connection tells the trace. A protected record is recorded with its content in the place of the
 * ciphertext, so that every byte keeps the position that it has on the wire; handshake messages name the records that
 * carry them; application data is the stream of the layer above (`payload`).
 */
import type { Bytes, Millis } from '../engine.ts'
import type { Failure } from '../failures/index.ts'
import type { Carrier, Range, TraceContext } from '../trace/types.ts'
import { joined } from '../wire/bytes.ts'
import type { Codec, Tagged } from '../wire/codec.ts'
import { alertText } from './alerts.table.ts'
import { Alert, ChangeCipherSpec } from './messages/tls12.ts'
import { APPLICATION_DATA, HEADER_LENGTH, PlainRecord } from './record/format.ts'
import type { RecordProtection } from './record/protection.ts'

type Direction = 'in' | 'out'

/** What is inside a record, for whoever lays messages into it. */
export interface TracedRecord {
  readonly id: number
  /** Offset of the content in the record. */
  readonly at: number
}

const KIND: Readonly<Record<number, string>> = {
  20: 'ChangeCipherSpec record',
  21: 'Alert record',
  22: 'Handshake record',
  23: 'ApplicationData record',
}

export class Tracing {
  readonly #context: TraceContext
  /** Bytes of application data so far. */
  readonly #stream: Record<Direction, number> = { in: 0, out: 0 }
  constructor(context: TraceContext) {
    this.#context = context
  }
  /**
   * `wire`: the record as it was sent or received; `content`: what the protection hid, undefined when there was none;
   * `inside`: its content type, which TLS 1.3 hides too.
   */
  record(
    direction: Direction,
    at: Millis,
    wire: readonly Bytes[],
    start: number,
    protection: Pick<RecordProtection, 'prefixLength' | 'format'> | undefined,
    content: Bytes | undefined,
    inside: number,
  ): TracedRecord {
    const { sink, flow, host } = this.#context
    const id = sink.nextId()
    // A copy: what the trace keeps must never change.
    const bytes = joined(wire)
    const contentAt = HEADER_LENGTH + (protection?.prefixLength ?? 0)
    if (content !== undefined) bytes.set(content, contentAt)
    const length = content?.length ?? bytes.length - HEADER_LENGTH
    const payload = inside === APPLICATION_DATA && content !== undefined ? this.#advance(direction, length) : undefined
    const opaque = protection !== undefined && content === undefined
    sink.message({
      id,
      layer: 'record',
      flow,
      host,
      direction,
      at,
      name: KIND[inside] ?? `record of type ${inside}`,
      format: protection?.format ?? (PlainRecord as Codec<unknown>),
      bytes,
      stream: { start, end: start + bytes.length },
      ...(payload === undefined ? {} : { payload: { ...payload, at: contentAt } }),
      ...(protection === undefined ? {} : { sealed: true }),
      about: opaque ? `${length} bytes, not readable` : `${length} bytes`,
    })
    return { id, at: contentAt }
  }
  /** A message of the protocols above the record layer, with the records that carry it. Returns its id. */
  message(
    direction: Direction,
    at: Millis,
    name: string,
    format: Codec<unknown>,
    bytes: Bytes,
    carriedBy: readonly Carrier[],
    about: string | undefined,
  ): number {
    const { sink, flow, host } = this.#context
    const id = sink.nextId()
    sink.message({
      id,
      layer: 'tls',
      flow,
      host,
      direction,
      at,
      name,
      format,
      bytes,
      carriedBy,
      ...(about === undefined ? {} : { about }),
    })
    return id
  }
  handshake(
    direction: Direction,
    at: Millis,
    name: string,
    format: Codec<Tagged>,
    bytes: Bytes,
    carriedBy: readonly Carrier[],
  ): number {
    return this.message(direction, at, name, format as Codec<unknown>, bytes, carriedBy, undefined)
  }
  /** Alert and ChangeCipherSpec: one message in one record. */
  small(
    direction: Direction,
    at: Millis,
    kind: 'Alert' | 'ChangeCipherSpec',
    bytes: Bytes,
    record: TracedRecord,
  ): number {
    const copy = bytes.slice()
    const carriedBy = [{ message: record.id, start: record.at, end: record.at + bytes.length }]
    const about = kind === 'Alert' ? `${copy[0] === 1 ? 'warning' : 'fatal'} ${alertText(copy[1] ?? 0)}` : undefined
    const format = (kind === 'Alert' ? Alert : ChangeCipherSpec) as Codec<unknown>
    return this.message(direction, at, kind, format, copy, carriedBy, about)
  }
  state(from: string, to: string, at: Millis, because: number): void {
    const { sink, flow, host } = this.#context
    sink.state({ layer: 'tls', flow, host, from, to, at, ...(because === 0 ? {} : { because }) })
  }
  /** `label`: as a key log names it. */
  secret(label: string, clientRandom: Bytes, secret: Bytes): void {
    const { sink, flow, host } = this.#context
    sink.secret({ flow, host, label, clientRandom, secret })
  }
  /** `found`: why it failed, or what the check that passed was about. */
  verdict(check: string, at: Millis, found: Failure | string | undefined, where: Carrier): void {
    const { sink, flow, host } = this.#context
    const verdict = { layer: 'tls', flow, host, at, check, where } as const
    if (found === undefined) sink.verdict({ ...verdict, ok: true })
    else if (typeof found === 'string') sink.verdict({ ...verdict, ok: true, about: found })
    else {
      const { rule } = found
      sink.verdict({ ...verdict, ok: false, failure: found, ...(rule === undefined ? {} : { rule }) })
    }
  }
  /** So much of the stream above went by unseen. */
  missed(direction: Direction, length: number): void {
    this.#advance(direction, length)
  }
  #advance(direction: Direction, length: number): Range {
    const start = this.#stream[direction]
    this.#stream[direction] = start + length
    return { start, end: start + length }
  }
}
