/**
 * One TLS connection without I/O, for either role: records in, messages to the state, replies and data out. What is
 * allowed when is in the tables, what it means is in the states; here are the order of things, the limits, and the one
 * place where a failure becomes an alert. Read `tls12/states.table.ts` first, then `tls12/client.ts`.
 */
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Bytes, Chunk, Millis } from '../engine.ts'
import { type Facts, Failure, FailureError, fail } from '../failures/index.ts'
import type { TraceContext } from '../trace/types.ts'
import { decode, encode } from '../wire/codec.ts'
import { alertFor, CLOSE_NOTIFY, FATAL, HANDSHAKE_FAILURE, NO_RENEGOTIATION, WARNING } from './alerts.ts'
import { HandshakeInput, type WholeMessage } from './handshake-input.ts'
import { longest, MAX_PLAINTEXT, MAX_WAITING_BYTES } from './limits.ts'
import { HandshakeType } from './messages/registries.table.ts'
import { type Bodies, Handshake, type HandshakeName } from './messages/tls12.ts'
import { Outgoing } from './outgoing.ts'
import { Patience } from './patience.ts'
import { QuestionId } from './question-id.ts'
import { parse, placeOf, readAlert } from './reading.ts'
import { ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE, HEADER_LENGTH } from './record-format.ts'
import { RecordInput, type RecordOnWire } from './record-input.ts'
import type { RecordProtection } from './record-protection.ts'
import { Refusal, refusal } from './refusal.ts'
import { replyFault } from './replies.ts'
import type { Secret } from './secret.ts'
import { type Check, type Context, type Message, type Role, type State, waitedFor } from './states.ts'
import { type TracedRecord, Tracing } from './tracing.ts'
import { Transcript } from './transcript.ts'
import type { Ask, Pieces, Question, TlsConnection, TlsEvent } from './types.ts'

/** The state of a connection that was just made: no call has brought the time yet. */
const START = 'Start'

type Handler = (context: Context, input: unknown) => State

export class Connection implements TlsConnection {
  readonly #role: Role
  readonly #tracing: Tracing | undefined
  readonly #context: Context
  readonly #records: RecordInput
  readonly #messages = new HandshakeInput((type, length, soFar) => this.#announced(type, length, soFar))
  readonly #outgoing: Outgoing
  readonly #patience = new Patience()
  #reading: RecordProtection | undefined
  #state: State = { name: START }
  #events: TlsEvent[] = []
  /** The time of the call that is under way. */
  #now: Millis = 0
  #asked: Ask | undefined
  /** What the handshake derives its keys from, wiped when it is over in whatever way. */
  #secret: Secret | undefined
  #asks = 0
  #ended = false
  #failure: Failure | undefined
  #closing = false
  #peerClosed = false
  #certificateWanted = false
  #refusedByPeer = false

  constructor(role: Role, crypto: CryptoProvider, trace: TraceContext | undefined) {
    this.#role = role
    this.#tracing = trace === undefined ? undefined : new Tracing(trace)
    this.#records = new RecordInput(role.side)
    this.#outgoing = new Outgoing(this.#tracing)
    this.#context = this.#contextFor(crypto)
  }

  get state(): string {
    return this.#state.name
  }
  get closed(): boolean {
    return (this.#closing || this.#failure !== undefined) && this.#outgoing.empty
  }

  receive(input: Chunk, now: Millis): void {
    this.#begin(now)
    if (this.#deaf || this.#peerClosed) return
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
    return this.#events.shift()
  }
  /** TLS has no timers of its own; how long a handshake may take is the driver's to say. */
  nextDeadline(): Millis | undefined {
    return undefined
  }

  write(plaintext: Bytes, now: Millis): void {
    this.#begin(now)
    if (this.#failure !== undefined) return
    if (this.#closing) throw new FailureError(fail('tls/write-after-close', { where: 'close()' }))
    if (this.#state.name !== 'Established')
      throw new FailureError(fail('tls/write-too-early', { where: this.#state.name }))
    if (plaintext.length > 0) this.#guarded(() => this.#outgoing.data(plaintext, now))
  }
  close(now: Millis): void {
    this.#begin(now)
    if (this.#closing || this.#failure !== undefined) return
    this.#closing = true
    this.#outgoing.alert(WARNING, CLOSE_NOTIFY, this.#now)
    // Nobody waits for the rest of a handshake that was given up.
    if (this.#state.name === 'Established') return
    this.#secret?.wipe()
    this.#enter({ name: 'Closed' }, 0)
  }
  answer(id: QuestionId, reply: Question['reply'], now: Millis): void {
    this.#begin(now)
    if (this.#deaf) return
    const fault = replyFault(this.#asked, id, reply)
    if (fault !== undefined) throw new FailureError(fault)
    const asked = this.#asked!
    this.#asked = undefined
    if (reply instanceof Failure) {
      this.#fail(id.located(reply), 0)
      return
    }
    this.#guarded(() => {
      this.#step(asked.question.about, reply, 0)
      this.#pump()
    })
    this.#messages.keep()
    this.#records.keep()
  }

  /** Every call brings the time; with the first of them the connection begins, and a client says hello. */
  #begin(now: Millis): void {
    this.#now = now
    if (this.#state.name === START) this.#enter(this.#role.start(this.#context), 0)
  }

  /** Nothing that comes matters any more. */
  get #deaf(): boolean {
    return this.#failure !== undefined || this.#state.name === 'Closed'
  }

  /** Works off what was received, until a question is open or nothing whole is left. */
  #pump(): void {
    while (this.#asked === undefined && this.#failure === undefined && !this.#peerClosed) {
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
    if (this.#asked !== undefined && this.#records.waiting > MAX_WAITING_BYTES)
      throw refusal('tls/too-much-waiting', { number: MAX_WAITING_BYTES })
  }

  #record({ type, bytes, start }: RecordOnWire): void {
    const protection = this.#reading
    const fragment = bytes.subarray(HEADER_LENGTH)
    const content = protection === undefined ? fragment : protection.open(type, fragment)
    const readable = protection === undefined ? undefined : content
    const traced = this.#tracing?.record('in', this.#now, [bytes], start, protection, readable)
    if (content === undefined) {
      const at = traced === undefined ? {} : { at: { message: traced.id, start: 0, end: bytes.length } }
      throw refusal('tls/record-damaged', { number: protection!.sequence, ...at }, traced?.id)
    }
    if (content.length > MAX_PLAINTEXT)
      throw refusal('tls/record-too-long', { got: `${content.length}`, number: MAX_PLAINTEXT })
    if (type === APPLICATION_DATA) this.#applicationData(content)
    else this.#protocol(type, content, traced)
  }

  /** The fast path: nothing but a test of the state lies between a record and its event. */
  #applicationData(content: Bytes): void {
    if (this.#state.name !== 'Established' || !this.#messages.empty) throw this.#unexpected('ApplicationData')
    if (content.length === 0) {
      this.#patience.emptyRecord()
      return
    }
    this.#patience.data()
    this.#events.push({ type: 'data', bytes: content })
  }

  #protocol(type: number, content: Bytes, traced: TracedRecord | undefined): void {
    // RFC 5246 6.2.1: "Implementations MUST NOT send zero-length fragments of Handshake, Alert, or ChangeCipherSpec".
    if (content.length === 0) throw this.#unexpected('an empty record')
    if (type === ALERT) {
      if (traced !== undefined) this.#tracing?.small('in', this.#now, 'Alert', content, traced)
      this.#alert(content)
      return
    }
    this.#patience.message()
    if (type === HANDSHAKE) {
      this.#messages.push(content, traced?.id ?? 0, traced?.at ?? 0)
      return
    }
    if (type !== CHANGE_CIPHER_SPEC) throw this.#unexpected(`a record of type ${type}`)
    const because =
      traced === undefined ? 0 : this.#tracing!.small('in', this.#now, 'ChangeCipherSpec', content, traced)
    // RFC 9846 5: "unexpected_message" for any other value.
    if (content.length !== 1 || content[0] !== 1) throw this.#unexpected('a ChangeCipherSpec other than the one byte 1')
    this.#step('ChangeCipherSpec', undefined, because)
  }

  #alert(content: Bytes): void {
    const { level, description } = readAlert(content)
    if (description === CLOSE_NOTIFY) {
      if (this.#state.name !== 'Established') throw this.#cut('close_notify')
      this.#peerClosed = true
      this.#events.push({ type: 'peer-closed' })
      return
    }
    if (level === WARNING) {
      this.#patience.warning()
      return
    }
    this.#refusedByPeer = true
    const wanted = this.#certificateWanted && description === HANDSHAKE_FAILURE && this.#state.name !== 'Established'
    const code = wanted ? 'tls/client-certificate-wanted' : 'tls/alert-received'
    throw this.#state.refused?.(description) ?? refusal(code, { number: description })
  }

  /** What a message is and how long it will be is checked before it is gathered. */
  #announced(type: number, length: number, soFar: () => WholeMessage): void {
    const name = HandshakeType.nameOf(type)
    // RFC 5246 7.4.1.1: it is empty. Something with a body is none, whatever else it is: ciphertext without its keys.
    const known =
      this.#role.table.find(this.#state.name, name) !== undefined && (name !== 'HelloRequest' || length === 0)
    const most = known ? longest(name as HandshakeName) : 0
    if (known && length <= most) return
    const { bytes, carriedBy } = soFar()
    const id = this.#tracing?.handshake('in', this.#now, name, bytes, carriedBy) ?? 0
    if (!known) throw this.#unexpected(name, { message: id, start: 0, end: bytes.length })
    throw refusal('tls/message-too-long', { where: name, got: `${length}`, number: most }, id)
  }

  #handshakeMessage({ type, bytes, carriedBy }: WholeMessage): void {
    const name = HandshakeType.nameOf(type)
    const id = this.#tracing?.handshake('in', this.#now, name, bytes, carriedBy) ?? 0
    const known = name as HandshakeName
    const body = parse(name, () => decode(Handshake, bytes).body as Bodies[typeof known], { message: id, bytes })
    const message: Message = { name: known, body, bytes, id }
    if (this.#role.entersTranscript(known)) this.#context.transcript.add(bytes)
    this.#step(name, message, id)
  }

  /** One transition: refused before the state sees it when the table does not have the input. */
  #step(name: string, input: unknown, because: number): void {
    const to = this.#role.table.find(this.#state.name, name)
    if (to === undefined) throw this.#unexpected(name)
    const handler = (this.#state as unknown as Readonly<Record<string, Handler>>)[name]!
    const next = handler.call(this.#state, this.#context, input)
    if (next.name !== to) throw new RangeError(`${name} leads to ${to}, not to ${next.name}`)
    this.#enter(next, because)
  }

  #enter(next: State, because: number): void {
    const from = this.#state.name
    this.#state = next
    if (from !== next.name) this.#tracing?.state(from, next.name, this.#now, because)
  }

  #unexpected(got: string, at?: Facts['at']): Refusal {
    const expected = waitedFor(this.#role.table, this.#state.name)
    const place = at === undefined ? {} : { at }
    return refusal('tls/unexpected-message', { where: this.#state.name, expected, got, ...place }, at?.message)
  }

  #end(): void {
    this.#ended = false
    if (this.#state.name !== 'Established') throw this.#cut('end of the stream')
    // RFC 5246 7.2.1: whoever closed first need not wait for the answer.
    if (!this.#closing)
      throw refusal('tls/cut-short', this.#records.waiting > 0 ? { got: 'in the middle of a record' } : {})
  }

  /** Before we change keys or send a flight: whatever the peer has sent beyond it was not written for what follows. */
  #allRead(): void {
    if (this.#messages.empty) return
    const facts = {
      where: this.#state.name,
      expected: 'nothing more until it has our answer',
      got: 'more of the handshake',
    }
    throw refusal('tls/unexpected-message', facts)
  }

  #cut(got: string): Refusal {
    return refusal('tls/handshake-cut', {
      got,
      expected: waitedFor(this.#role.table, this.#state.name),
      where: this.#state.name,
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

  /** The one place where a failure becomes an alert, and where a connection becomes a failed one for good. */
  #fail(failure: Failure, because: number): void {
    this.#failure = failure
    this.#secret?.wipe()
    const alert = alertFor(failure)
    // RFC 5246 7.2.2: after a fatal alert both sides close, and nothing is said any more.
    if (alert !== undefined && !this.#closing && !this.#refusedByPeer) this.#outgoing.alert(FATAL, alert, this.#now)
    this.#enter({ name: 'Failed' }, because)
    this.#events.push({ type: 'failure', failure })
  }

  #contextFor(crypto: CryptoProvider): Context {
    const transcript = new Transcript()
    return {
      crypto,
      transcript,
      send: (name, body) => {
        this.#allRead()
        const bytes = encode(Handshake, { type: HandshakeType.names[name]!, body })
        transcript.add(bytes)
        this.#outgoing.handshake(name, bytes, this.#now)
      },
      changeCipherSpec: () => {
        this.#allRead()
        this.#outgoing.changeCipherSpec(this.#now)
      },
      protectWrites: protection => {
        this.#allRead()
        this.#outgoing.protect(protection)
      },
      protectReads: protection => {
        this.#allRead()
        this.#reading = protection
        this.#records.expectProtected()
      },
      agreeOnVersion: version => {
        this.#records.agreeOnVersion(version)
        this.#outgoing.agreeOnVersion()
      },
      ask: (question, about) => {
        this.#asked = { type: 'ask', id: new QuestionId(++this.#asks, about), question }
        this.#events.push(this.#asked)
      },
      secret: (clientRandom, secret) => {
        this.#secret = secret
        this.#tracing?.secret(clientRandom, secret.reveal().slice())
      },
      passed: (check, message) => this.#verdict(check, message, undefined),
      refusal: (check, message, code, path, facts) => {
        const where = path === '' ? message.name : `${message.name}.${path}`
        const refused = refusal(code, { ...facts, where, at: placeOf(message, path) }, message.id)
        this.#verdict(check, message, refused.failure)
        return refused
      },
      refuseRenegotiation: () => {
        const established = this.#state.name === 'Established'
        this.#patience.renegotiation(established ? this.#role.renegotiation : 'declined')
        // RFC 5246 7.4.1.1: a request that comes in the middle of a handshake is ignored; and nothing follows close_notify.
        if (established && !this.#closing) this.#outgoing.alert(WARNING, NO_RENEGOTIATION, this.#now)
      },
      certificateWasWanted: () => {
        this.#certificateWanted = true
      },
      established: about => {
        transcript.release()
        this.#secret?.wipe()
        this.#events.push({ type: 'established', ...about })
      },
    }
  }

  #verdict(check: Check, message: Message, failure: Failure | undefined): void {
    this.#tracing?.verdict(check, this.#now, failure, {
      message: message.id,
      start: 0,
      end: message.bytes.length,
    })
  }
}
