/**
 * TLS 1.2 and 1.3 between two others: records are cut, opened where secrets are at hand, and told as the engine tells its own
 * (`tls/tracing.ts`); what is inside goes to a reader of its own. What the handshake means is in `negotiation.ts`.
 */
import type { Bytes, Millis } from '../../../engine.ts'
import { type Failure, fail } from '../../../failures/index.ts'
import type { WholeMessage } from '../../../tls/handshake-input.ts'
import { MAX_PLAINTEXT } from '../../../tls/limits.ts'
import { messageName, readMessage } from '../../../tls/messages/handshake.ts'
import type { AnyMessage } from '../../../tls/messages/message.ts'
import { TLS_1_2, TLS_1_3 } from '../../../tls/messages/registries.table.ts'
import {
  ALERT,
  APPLICATION_DATA,
  CHANGE_CIPHER_SPEC,
  HANDSHAKE,
  HEADER_LENGTH,
  PlainRecord,
} from '../../../tls/record/format.ts'
import { parse } from '../../../tls/record/reading.ts'
import { Refusal } from '../../../tls/refusal.ts'
import { CbcProtection } from '../../../tls/tls12/cbc-protection.ts'
import { TAG_LENGTH } from '../../../tls/tls12/record-format.ts'
import { type TracedRecord, Tracing } from '../../../tls/tracing.ts'
import type { Codec, Tagged } from '../../../wire/codec.ts'
import type { Ending, Side, StreamReader } from '../../types.ts'
import type { StreamContext, Unread } from '../types.ts'
import type { CutRecord } from './cutter.ts'
import { EARLY, type Key, trafficLabel, updated } from './keys.ts'
import { type Doors, Negotiation } from './negotiation.ts'
import { TlsSide, TooLong } from './side.ts'

/** Bytes of an alert. */
const ALERT_LENGTH = 2
const CLOSE_NOTIFY = 0
const CLIENT_HELLO = 1

/** Early data that is kept until the server has said whether it takes it. No server of ours announces as much. */
const MOST_EARLY = 1_048_576

/** Of a record that nobody here opens: what is behind its header is bytes. */
const UNOPENED = { prefixLength: 0, format: PlainRecord as Codec<unknown> }

interface EarlyData {
  readonly bytes: Bytes
  readonly offset: number
  readonly at: Millis
}

export class TlsReader implements StreamReader, Doors {
  readonly #context: StreamContext
  readonly #tracing: Tracing
  readonly #sides: Readonly<Record<Side, TlsSide>>
  readonly #inside: StreamReader
  #negotiation: Negotiation
  /** Bytes of application data so far. */
  readonly #stream: Record<Side, number> = { client: 0, server: 0 }
  #early: EarlyData[] | 'accepted' | 'rejected' = []
  #earlySize = 0
  /** Bytes behind those. */
  #earlyLeft = 0
  readonly #closed = new Set<Side>()
  readonly #ended = new Set<Side>()

  /** `inside`: for what the records hold. */
  constructor(context: StreamContext, inside: StreamReader) {
    this.#context = context
    this.#inside = inside
    this.#tracing = new Tracing({ sink: context.sink, flow: context.flow, host: 'client' })
    this.#sides = { client: new TlsSide('client', context), server: new TlsSide('server', context) }
    this.#negotiation = new Negotiation(context, this)
  }

  data(from: Side, bytes: Bytes, offset: number, at: Millis): void {
    const side = this.#sides[from]
    side.cutter.push(bytes, offset)
    this.#pump(side, at)
  }

  gap(from: Side, length: number, at: Millis): void {
    const side = this.#sides[from]
    side.cutter.gap(length)
    this.#pump(side, at)
  }

  end(from: Side, how: Ending, at: Millis): void {
    if (this.#ended.has(from)) return
    this.#ended.add(from)
    const side = this.#sides[from]
    side.cutter.end()
    this.#pump(side, at)
    side.tellUnread()
    if (!this.#closed.has(from)) this.#inside.end(from, how, at)
    this.#closed.add(from)
    if (this.#ended.size === 2) this.#over()
  }

  #over(): void {
    const { ring } = this.#negotiation
    const { client, server } = this.#sides
    ring?.close(label => client.tried(label) || server.tried(label))
    this.#context.tell?.(this.#negotiation.found(this.#context.flow))
  }

  #pump(side: TlsSide, at: Millis): void {
    for (;;) {
      const record = side.cutter.next()
      if (record === undefined) return
      if (record.behind > 0) this.#isBehind(side, record.behind, at)
      if (record.torn) this.#tornRecord(side, record, at)
      else this.#record(side, record, at)
    }
  }

  /** Records are missing, nobody knows how many. */
  #isBehind(side: TlsSide, bytes: number, at: Millis): void {
    side.lost(bytes)
    side.forgetMessages()
    this.#negotiation.missed()
    if (this.#stream[side.of] > 0) this.#inside.gap(side.of, 0, at)
  }

  /** Part of it was never captured: it cannot be opened, and what it held is counted where that can be told. */
  #tornRecord(side: TlsSide, { type, bytes, start }: CutRecord, at: Millis): void {
    side.unread('lost', start, bytes.length, 1)
    const { opening } = side
    side.pass()
    if (type !== APPLICATION_DATA) {
      side.forgetMessages()
      this.#negotiation.missed()
      return
    }
    if (opening === undefined) return
    const around = this.#negotiation.version === TLS_1_3 ? 1 + TAG_LENGTH : opening.prefixLength + TAG_LENGTH
    // How much of a record under CBC is padding nobody knows who cannot open it.
    const padded = opening instanceof CbcProtection
    const length = padded ? 0 : Math.max(0, bytes.length - HEADER_LENGTH - around)
    this.#tracing.missed(side.direction, length)
    this.#stream[side.of] += length
    this.#inside.gap(side.of, length, at)
  }

  #record(side: TlsSide, record: CutRecord, at: Millis): void {
    const { type, bytes, start } = record
    const { direction } = side
    if (!this.#isSealed(side, record)) {
      const traced = this.#tracing.record(direction, at, [bytes], start, undefined, undefined, type)
      this.#content(side, type, bytes.subarray(HEADER_LENGTH), traced, at)
      return
    }
    const opened = side.open(record)
    if (opened === undefined) {
      const damaged = side.opening
      const traced = this.#tracing.record(direction, at, [bytes], start, damaged ?? UNOPENED, undefined, type)
      this.#unopened(side, record, traced, at)
      return
    }
    const { key, content } = opened
    side.tellUnread()
    if (key.opened === 1) this.#negotiation.ring?.used(key.label)
    const inside = key.protection.opened
    const traced = this.#tracing.record(direction, at, [bytes], start, key.protection, content, inside)
    if (inside === APPLICATION_DATA) this.#applicationData(side, key, content, at)
    else this.#content(side, inside, content, traced, at)
  }

  /**
   * RFC 9846 5: what TLS 1.3 protects looks like application data. Before, whatever follows a ChangeCipherSpec is protected;
   * who has not seen one knows a protected alert by its length.
   */
  #isSealed(side: TlsSide, { type, bytes }: CutRecord): boolean {
    if (type === APPLICATION_DATA) return true
    if (side.sealed) return !this.#isSecondHello(side, type, bytes)
    return type === ALERT && bytes.length !== HEADER_LENGTH + ALERT_LENGTH
  }

  /** RFC 9846 appendix D.4: it stands in the clear behind a ChangeCipherSpec. Who did not see the HelloRetryRequest knows it by its length. */
  #isSecondHello({ of }: TlsSide, type: number, bytes: Bytes): boolean {
    if (of === 'server' || type !== HANDSHAKE || this.#negotiation.version !== undefined) return false
    const [kind, high = 0, middle = 0, low = 0] = bytes.subarray(HEADER_LENGTH)
    return kind === CLIENT_HELLO && ((high << 16) | (middle << 8) | low) === bytes.length - HEADER_LENGTH - 4
  }

  #unopened(side: TlsSide, { bytes, start }: CutRecord, traced: TracedRecord, at: Millis): void {
    const { why, more } = this.#whyNot(side)
    side.unread(why, start, bytes.length, 1, more)
    if (why !== 'damaged') return
    const { sequence } = side.opening!
    const where = { message: traced.id, start: 0, end: bytes.length }
    this.#tracing.verdict('record', at, fail('tls/record-damaged', { number: sequence, at: where }), where)
    side.pass()
  }

  #whyNot(side: TlsSide): { readonly why: Unread['why']; readonly more: Partial<Unread> } {
    const { ring, notSpoken } = this.#negotiation
    const clientRandom = ring?.clientRandom
    const more = clientRandom === undefined ? {} : { clientRandom }
    if (notSpoken !== undefined) return { why: 'not-spoken', more: { ...more, what: notSpoken } }
    if (ring !== undefined && this.#isEarly(side)) {
      ring.missing(EARLY)
      return { why: 'no-secrets', more }
    }
    if (ring === undefined || this.#negotiation.version === undefined)
      return { why: side.keys.length === 0 ? 'no-hello' : 'unfit-secrets', more }
    if (side.keys.some(key => key.opened > 0)) return { why: side.isLost ? 'out-of-step' : 'damaged', more }
    const labels = this.#negotiation.labelsFor(side.of)
    for (const label of labels) ring.missing(label)
    // Half a key log opens what comes later; what it does not open needs the other half.
    return { why: side.keys.length < labels.length ? 'no-secrets' : 'unfit-secrets', more }
  }

  /** What the client sends before it goes on with the handshake, where nobody knows the secret of early data. */
  #isEarly({ of, keys }: TlsSide): boolean {
    const { offer, earlyKeys } = this.#negotiation
    if (of === 'server' || offer?.extensions.earlyData === undefined) return false
    return earlyKeys.length === 0 && keys.every(key => key.opened === 0)
  }

  #applicationData(side: TlsSide, key: Key, content: Bytes, at: Millis): void {
    const offset = this.#stream[side.of]
    this.#stream[side.of] += content.length
    if (content.length === 0) return
    if (key.stage !== 'early' || this.#early === 'accepted') this.#inside.data(side.of, content, offset, at)
    else if (this.#early === 'rejected') return
    else if (this.#earlyLeft > 0 || this.#earlySize + content.length > MOST_EARLY) this.#earlyLeft += content.length
    else {
      this.#earlySize += content.length
      this.#early.push({ bytes: content.slice(), offset, at })
    }
  }

  #content(side: TlsSide, type: number, content: Bytes, traced: TracedRecord, at: Millis): void {
    if (content.length === 0) return
    if (type === ALERT) {
      this.#tracing.small(side.direction, at, 'Alert', content, traced)
      if (content[1] === CLOSE_NOTIFY && content.length === ALERT_LENGTH) this.#closes(side.of, at)
      return
    }
    if (type === CHANGE_CIPHER_SPEC) {
      this.#tracing.small(side.direction, at, 'ChangeCipherSpec', content, traced)
      this.#changesKeys(side)
      return
    }
    if (type === HANDSHAKE) this.#handshake(side, content, traced, at)
  }

  #closes(of: Side, at: Millis): void {
    if (this.#closed.has(of)) return
    this.#closed.add(of)
    this.#inside.end(of, 'FIN', at)
  }

  /** RFC 9846 5: in TLS 1.3 it says nothing, and may come before the ServerHello with early data or a second hello alone. */
  #changesKeys(side: TlsSide): void {
    const { version, retried, offer } = this.#negotiation
    const early = side.of === 'client' && offer?.extensions.earlyData !== undefined
    if (version === TLS_1_3 || (version === undefined && (retried || early))) return
    side.sealed = true
    side.forgetMessages()
    side.keys = version === TLS_1_2 ? this.#negotiation.sessionKeys(side.of) : []
  }

  #handshake(side: TlsSide, content: Bytes, traced: TracedRecord, at: Millis): void {
    side.messages.push(content, traced.id, traced.at)
    try {
      for (;;) {
        const message = side.messages.next()
        if (message === undefined) return
        this.#message(side, message, at)
      }
    } catch (error) {
      if (!(error instanceof TooLong)) throw error
      const where = { message: traced.id, start: traced.at, end: traced.at + content.length }
      const failure = fail('tls/message-too-long', { where: 'Handshake', number: MAX_PLAINTEXT, at: where })
      this.#tracing.verdict('message', at, failure, where)
      side.forgetMessages()
      this.#negotiation.missed()
    }
  }

  #message(side: TlsSide, { bytes, carriedBy }: WholeMessage, at: Millis): void {
    const name = messageName(bytes)
    if (name === 'ClientHello' && this.#negotiation.over) this.#anew()
    const format = this.#negotiation.formatFor(side.of)
    const id = this.#tracing.handshake(side.direction, at, name, format, bytes, carriedBy)
    const said = { name, bytes, id, format, from: side.of, at }
    try {
      const { body } = parse(name, () => readMessage(format, bytes), { message: id, bytes })
      this.#negotiation.message(said, body)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.#negotiation.missed()
      this.verdict('message', said, at, error.failure)
    }
  }

  /** RFC 5246 7.4.1.1: under the keys that there are, others are agreed on. */
  #anew(): void {
    this.#over()
    this.#negotiation = new Negotiation(this.#context, this)
  }

  // What the handshake brings about.

  opensWith(of: Side, keys: readonly Key[]): void {
    this.#sides[of].keys = keys
  }
  reaches(of: Side, stage: Key['stage']): void {
    const side = this.#sides[of]
    const from = side.keys.findIndex(key => key.stage === stage)
    if (from >= 0) side.keys = side.keys.slice(from)
    else if (stage === 'application') side.keys = []
  }
  renewsKeys(of: Side): void {
    const side = this.#sides[of]
    const [key] = side.keys
    side.generation++
    const known =
      key?.traffic && this.#negotiation.ring?.key(trafficLabel(of, side.generation), 'application', key.traffic.suite)
    const next = known ?? (key && updated(this.#context.crypto, key))
    side.keys = next === undefined ? [] : [next]
  }
  earlyData(outcome: 'accepted' | 'rejected'): void {
    const held = this.#early
    this.#early = outcome
    if (outcome === 'rejected' || !Array.isArray(held)) return
    for (const { bytes, offset, at } of held) this.#inside.data('client', bytes, offset, at)
    const last = held.at(-1)
    if (last !== undefined && this.#earlyLeft > 0) this.#inside.gap('client', this.#earlyLeft, last.at)
  }
  verdict(check: string, message: AnyMessage, at: Millis, found: Failure | string | undefined): void {
    this.#tracing.verdict(check, at, found, { message: message.id, start: 0, end: message.bytes.length })
  }
  expanded(from: Side, message: AnyMessage, at: Millis, format: Codec<Tagged>, bytes: Bytes): void {
    const carriedBy = [{ message: message.id, start: 0, end: message.bytes.length }]
    this.#tracing.handshake(this.#sides[from].direction, at, 'Certificate', format, bytes, carriedBy)
  }
}
