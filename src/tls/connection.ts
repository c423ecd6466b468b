/**
 * One TLS connection without I/O, for either role: records in, messages to the state, replies and data out. What is
 * allowed when is in the tables, what it means is in the states; here are the order of things, the limits, and the one
 * place where a failure becomes an alert. Read `tls12/states.table.ts` first, then `tls12/client/`.
 */
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Bytes, Chunk, Millis } from '../engine.ts'
import { type Facts, Failure, FailureError, fail } from '../failures/index.ts'
import type { TraceContext } from '../trace/types.ts'
import { hexText } from '../wire/bytes.ts'
import { Acting } from './acting.ts'
import { alertFor, CLOSE_NOTIFY, FATAL, USER_CANCELED, WARNING } from './alerts.ts'
import { HandshakeInput, type WholeMessage } from './handshake-input.ts'
import { longest, MAX_WAITING_BYTES } from './limits.ts'
import { readMessage } from './messages/handshake.ts'
import { HandshakeType } from './messages/registries.table.ts'
import type { QuestionId } from './question-id.ts'
import { ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE, HEADER_LENGTH } from './record/format.ts'
import { RecordInput, type RecordOnWire } from './record/input.ts'
import { Outgoing } from './record/outgoing.ts'
import { Patience } from './record/patience.ts'
import { parse, readAlert } from './record/reading.ts'
import { Refusal, refusal } from './refusal.ts'
import { replyFault } from './replies.ts'
import { type Context, type Role, type State, waitedFor } from './states.ts'
import { type TracedRecord, Tracing } from './tracing.ts'
import type { Pieces, Question, TlsConnection, TlsEvent } from './types.ts'

/** The state of a connection that was just made: no call has brought the time yet. */
const START = 'Start'

/** Level and description. */
const ALERT_LENGTH = 2

type Handler = (context: Context, input: unknown) => State

export class Connection implements TlsConnection {
  readonly #role: Role
  readonly #tracing: Tracing | undefined
  /** Where the connection stands. */
  readonly #acting: Acting
  readonly #records: RecordInput
  readonly #messages: HandshakeInput
  readonly #outgoing: Outgoing
  readonly #patience = new Patience()
  #ended = false
  #failure: Failure | undefined
  #peerClosed = false
  #refusedByPeer = false

  /** `epoch`: what `now` = 0 is in milliseconds since 1970. */
  constructor(role: Role, crypto: CryptoProvider, trace: TraceContext | undefined, epoch: Millis = 0) {
    this.#role = role
    this.#tracing = trace === undefined ? undefined : new Tracing(trace)
    this.#records = new RecordInput(role.side)
    this.#messages = new HandshakeInput((type, length, soFar) => this.#announced(type, length, soFar))
    this.#outgoing = new Outgoing(this.#tracing, () => this.#renewed())
    const parts = {
      role,
      epoch,
      crypto,
      tracing: this.#tracing,
      records: this.#records,
      messages: this.#messages,
      outgoing: this.#outgoing,
      patience: this.#patience,
    }
    this.#acting = new Acting(parts, { name: START })
  }

  get state(): string {
    return this.#acting.state.name
  }
  get closed(): boolean {
    return (this.#acting.closing || this.#failure !== undefined) && this.#outgoing.empty
  }

  receive(input: Chunk, now: Millis): void {
    this.#begin(now)
    if (this.#acting.forgotten || this.#peerClosed) return
    if (input === 'end') this.#ended = true
    else this.#records.push(input)
    this.#guarded(() => this.#pump())
    this.#messages.keep()
    this.#records.keep()
  }
  advance(now: Millis): void {
    this.#begin(now)
  }
  pollTransmit(now: Millis): Pieces | undefined {
    this.#begin(now)
    return this.#outgoing.empty ? undefined : this.#outgoing.take()
  }
  pollEvent(): TlsEvent | undefined {
    return this.#acting.told()
  }
  /** TLS has no timers of its own; how long a handshake may take is the driver's to say. */
  nextDeadline(): Millis | undefined {
    return undefined
  }

  write(plaintext: Bytes, now: Millis): void {
    this.#begin(now)
    if (this.#failure !== undefined) return
    if (this.#acting.closing) throw new FailureError(fail('tls/write-after-close', { where: 'close()' }))
    if (!this.#acting.writable) throw new FailureError(fail('tls/write-too-early', { where: this.state }))
    if (plaintext.length === 0) return
    this.#guarded(() => {
      this.#acting.state.beforeData?.(this.#acting as never)
      this.#outgoing.data(plaintext, now)
    })
  }
  sent(pieces: Pieces): void {
    // Whoever listens keeps the records.
    if (this.#tracing === undefined) for (const piece of pieces) this.#acting.crypto.spent?.(piece)
  }
  updateKeys(now: Millis): void {
    this.#begin(now)
    const { state, closing, writable } = this.#acting
    if (closing || !writable || this.#failure !== undefined) return
    this.#guarded(() => state.renew?.(this.#acting as never, 'asking'))
  }
  requestCertificate(now: Millis): void {
    this.#begin(now)
    const { state, closing, done } = this.#acting
    if (this.#failure !== undefined) return
    if (!done || closing || state.requestCertificate?.(this.#acting as never) !== true)
      throw new FailureError(fail('tls/no-later-certificate', { where: this.state }))
  }
  exportKeyingMaterial(label: string, context: Bytes | undefined, length: number): Bytes {
    const { done, forgotten, state } = this.#acting
    const made = done && !forgotten ? state.exportKeyingMaterial?.(label, context, length) : undefined
    if (made === undefined) throw new FailureError(fail('tls/no-exporter', { where: this.state, got: label }))
    return made
  }
  close(now: Millis): void {
    this.#begin(now)
    const acting = this.#acting
    if (acting.closing || this.#failure !== undefined) return
    acting.closing = true
    this.#outgoing.alert(WARNING, CLOSE_NOTIFY, now)
    // Nobody waits for the rest of a handshake that was given up.
    if (!acting.done || this.#peerClosed) acting.forget()
    if (!acting.done) this.#enter({ name: 'Closed' }, 0)
  }
  abandon(): void {
    this.#acting.closing = true
    this.#acting.forget()
  }
  answer(id: QuestionId, reply: Question['reply'], now: Millis): void {
    this.#begin(now)
    if (this.#acting.forgotten) return
    const fault = replyFault(this.#acting.asked, id, reply)
    if (fault !== undefined) throw new FailureError(fault)
    const asked = this.#acting.asked!
    this.#acting.asked = undefined
    const { about } = asked.question
    // Bleichenbacher: that a ciphertext could not be decrypted is nothing that its sender may hear.
    const tells = about !== 'decrypt'
    if (reply instanceof Failure && tells) {
      this.#fail(id.located(reply), 0)
      return
    }
    this.#guarded(() => {
      this.#step(about, reply instanceof Failure ? 'none' : reply, 0)
      this.#pump()
    })
    this.#messages.keep()
    this.#records.keep()
  }

  /** Every call brings the time; with the first of them the connection begins, and a client says hello. */
  #begin(now: Millis): void {
    this.#acting.now = now
    if (this.state === START && !this.#acting.forgotten) this.#enter(this.#role.start(this.#acting), 0)
  }

  /** Works off what was received, until a question is open or nothing whole is left. */
  #pump(): void {
    while (this.#acting.asked === undefined && this.#failure === undefined && !this.#peerClosed) {
      const message = this.#messages.next()
      if (message !== undefined) {
        this.#handshakeMessage(message)
        continue
      }
      const record = this.#records.next()
      if (record === undefined) {
        if (this.#ended) this.#end()
        return
      }
      this.#record(record)
    }
    if (this.#acting.asked !== undefined && this.#records.waiting > MAX_WAITING_BYTES)
      throw refusal('tls/too-much-waiting', { number: MAX_WAITING_BYTES })
  }

  #record({ type, bytes, start }: RecordOnWire): void {
    const { reading } = this.#acting
    const protection = this.#inClear(type, bytes.length) ? undefined : reading.protection
    const fragment = bytes.subarray(HEADER_LENGTH)
    const content = protection === undefined ? fragment : protection.open(type, fragment)
    const readable = protection === undefined ? undefined : content
    const inside = readable === undefined ? type : protection!.opened
    const traced = this.#tracing?.record('in', this.#acting.now, [bytes], start, protection, readable, inside)
    if ((content === undefined || protection === undefined) && reading.passes(type, fragment)) return
    if (content === undefined) {
      const at = traced === undefined ? {} : { at: { message: traced.id, start: 0, end: bytes.length } }
      throw refusal('tls/record-damaged', { number: protection!.sequence, ...at }, traced?.id)
    }
    if (protection !== undefined) reading.opened()
    if (content.length > reading.mostContent)
      throw refusal('tls/content-too-long', { got: `${content.length}`, number: reading.mostContent })
    if (inside === CHANGE_CIPHER_SPEC && protection !== undefined && this.#acting.disguised)
      throw this.#misplaced('a protected ChangeCipherSpec')
    if (inside === APPLICATION_DATA) this.#applicationData(content)
    else this.#protocol(inside, content, traced)
  }

  /**
   * RFC 9846 5: a ChangeCipherSpec is never protected, and everything else that is looks like application data. A peer that
   * could not read our hello has no keys for the alert that says so (6).
   */
  #inClear(type: number, length: number): boolean {
    const { disguised, done, reading } = this.#acting
    if (!disguised || type === APPLICATION_DATA || reading.protection === undefined) return false
    if (type === CHANGE_CIPHER_SPEC) return true
    const early = !done && reading.protection.sequence === 0
    if (type === ALERT && early && length === HEADER_LENGTH + ALERT_LENGTH) return true
    throw this.#unexpected('a record in clear text')
  }

  /** The fast path: nothing but a test of the state lies between a record and its event. */
  #applicationData(content: Bytes): void {
    if (!this.#acting.readable || !this.#messages.empty) throw this.#misplaced('ApplicationData')
    if (content.length === 0) {
      this.#patience.emptyRecord()
      return
    }
    this.#patience.data()
    if (this.#acting.done) this.#acting.tell({ type: 'data', bytes: content })
    else this.#early(content)
  }

  /** RFC 9846 4.3.10: "a server receiving more than max_early_data_size bytes … SHOULD terminate the connection". */
  #early(content: Bytes): void {
    const acting = this.#acting
    acting.earlyLeft -= content.length
    if (acting.earlyLeft < 0) throw refusal('tls/too-much-early-data', { number: content.length + acting.earlyLeft })
    acting.tell({ type: 'data', bytes: content, early: true })
  }

  #protocol(type: number, content: Bytes, traced: TracedRecord | undefined): void {
    // RFC 5246 6.2.1: "Implementations MUST NOT send zero-length fragments of Handshake, Alert, or ChangeCipherSpec".
    if (content.length === 0) throw this.#misplaced('an empty record')
    if (type === ALERT) {
      if (traced !== undefined) this.#tracing?.small('in', this.#acting.now, 'Alert', content, traced)
      this.#alert(content)
      return
    }
    this.#patience.message()
    if (type === HANDSHAKE) {
      this.#messages.push(content, traced?.id ?? 0, traced?.at ?? 0)
      return
    }
    if (type !== CHANGE_CIPHER_SPEC) throw this.#misplaced(`a record of type ${type}`)
    const because =
      traced === undefined ? 0 : this.#tracing!.small('in', this.#acting.now, 'ChangeCipherSpec', content, traced)
    if (content.length !== 1 || content[0] !== 1)
      throw refusal('tls/bad-change-cipher-spec', {
        where: 'ChangeCipherSpec',
        got: hexText(content.subarray(0, 8), ' '),
        expected: 'it is the one byte 1',
      })
    if (this.#role.table.ways(this.state, 'ChangeCipherSpec').length === 0) throw this.#misplaced('ChangeCipherSpec')
    this.#step('ChangeCipherSpec', undefined, because)
  }

  #alert(content: Bytes): void {
    const { level, description } = readAlert(content)
    if (description === CLOSE_NOTIFY) {
      if (!this.#acting.done) throw this.#cut('close_notify')
      this.#peerClosed = true
      if (this.#acting.closing) this.#acting.forget()
      this.#acting.tell({ type: 'peer-closed' })
      return
    }
    if (description === USER_CANCELED || (level === WARNING && this.#acting.alertLevels)) {
      this.#patience.warning()
      return
    }
    this.#refusedByPeer = true
    throw this.#acting.alerted(description)
  }

  /** What a message is and how long it will be is checked before it is gathered. */
  #announced(type: number, length: number, soFar: () => WholeMessage): void {
    const name = HandshakeType.nameOf(type)
    // RFC 5246 7.4.1.1: it is empty. Something with a body is none, whatever else it is: ciphertext without its keys.
    const known = this.#role.table.ways(this.state, name).length > 0 && (name !== 'HelloRequest' || length === 0)
    const most = known ? longest(name) : 0
    if (known && length <= most) return
    const { bytes, carriedBy } = soFar()
    const id = this.#tracing?.handshake('in', this.#acting.now, name, this.#acting.format, bytes, carriedBy) ?? 0
    const onward = this.#role.table.ways(this.state, 'ChangeCipherSpec').some(next => next !== this.state)
    if (!known && onward) throw this.#misplaced('Handshake')
    if (!known) throw this.#unexpected(name, { message: id, start: 0, end: bytes.length })
    throw refusal('tls/message-too-long', { where: name, got: `${length}`, number: most }, id)
  }

  #handshakeMessage({ type, bytes, carriedBy }: WholeMessage): void {
    const { format, unbound, transcript, now } = this.#acting
    const known = HandshakeType.nameOf(type)
    const id = this.#tracing?.handshake('in', now, known, format, bytes, carriedBy) ?? 0
    const { name, body } = parse(known, () => readMessage(format, bytes), { message: id, bytes })
    if (!unbound.has(name)) transcript.add(bytes)
    this.#acting.finishes('peer', name, bytes)
    this.#step(name, { name, body, bytes, id, format }, id)
  }

  /** One transition: refused before the state sees it when the table does not have the input. */
  #step(name: string, input: unknown, because: number): void {
    const { state } = this.#acting
    const ways = this.#role.table.ways(state.name, name)
    if (ways.length === 0) throw this.#unexpected(name)
    const handler = (state as unknown as Readonly<Record<string, Handler>>)[name]!
    const next = handler.call(state, this.#acting, input)
    if (!ways.includes(next.name)) throw new RangeError(`${name} leads to ${ways.join(' or ')}, not to ${next.name}`)
    this.#enter(next, because)
  }

  #enter(next: State, because: number): void {
    const from = this.state
    this.#acting.state = next
    if (from !== next.name) this.#tracing?.state(from, next.name, this.#acting.now, because)
  }

  /** A record of another kind than those that may come now. */
  #misplaced(got: string): Refusal {
    return refusal('tls/unexpected-record', {
      where: this.state,
      expected: waitedFor(this.#role.table, this.state),
      got,
    })
  }

  #unexpected(got: string, at?: Facts['at']): Refusal {
    const expected = waitedFor(this.#role.table, this.state)
    const place = at === undefined ? {} : { at }
    return refusal('tls/unexpected-message', { where: this.state, expected, got, ...place }, at?.message)
  }

  #end(): void {
    this.#ended = false
    if (!this.#acting.done) throw this.#cut('end of the stream')
    // RFC 5246 7.2.1: whoever closed first need not wait for the answer. RFC 9846 6.1: there it says nothing of what is read.
    if (!this.#acting.closing || !this.#acting.alertLevels)
      throw refusal('tls/cut-short', this.#records.waiting > 0 ? { got: 'in the middle of a record' } : {})
    this.#acting.forget()
  }

  #cut(got: string): Refusal {
    return refusal('tls/handshake-cut', {
      got,
      expected: waitedFor(this.#role.table, this.state),
      where: this.state,
    })
  }

  #guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.#fail(error.failure, error.because)
    }
  }

  /** New keys for those that are used up; false where there are none to be had. */
  #renewed(): boolean {
    const { state } = this.#acting
    state.renew?.(this.#acting as never, 'not asking')
    return state.renew !== undefined
  }

  /** The one place where a failure becomes an alert, and where a connection becomes a failed one for good. */
  #fail(failure: Failure, because: number): void {
    this.#failure = failure
    const alert = alertFor(failure)
    // RFC 5246 7.2.2: after a fatal alert both sides close, and nothing is said any more.
    if (alert !== undefined && !this.#acting.closing && !this.#refusedByPeer)
      this.#outgoing.alert(FATAL, alert, this.#acting.now)
    this.#acting.forget()
    this.#enter({ name: 'Failed' }, because)
    this.#acting.tell({ type: 'failure', failure })
  }
}
