/**
 * What the states of a connection do to it, and what follows from it for the connection: keys, capabilities, questions,
 * secrets. The order in which things happen is in `connection.ts`.
 */
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Bytes, Millis } from '../engine.ts'
import type { Failure, FailureCode } from '../failures/index.ts'
import type { Facts } from '../failures/registry.ts'
import { type Codec, encode, type Tagged } from '../wire/codec.ts'
import { CERTIFICATE_REQUIRED, HANDSHAKE_FAILURE, NO_RENEGOTIATION, WARNING } from './alerts.ts'
import { ReadEpoch } from './epoch.ts'
import type { HandshakeInput } from './handshake-input.ts'
import { MAX_CIPHERTEXT_13, MAX_PLAINTEXT } from './limits.ts'
import { HandshakeType } from './messages/registries.table.ts'
import { QuestionId, type Shown } from './question-id.ts'
import type { RecordInput } from './record/input.ts'
import type { Outgoing } from './record/outgoing.ts'
import type { Patience } from './record/patience.ts'
import type { RecordProtection } from './record/protection.ts'
import { placeOf } from './record/reading.ts'
import { type Refusal, refusal } from './refusal.ts'
import type { Secret } from './secret.ts'
import type { Session } from './session/session.ts'
import type { AnyMessage, Check, Context, Role, State } from './states.ts'
import type { Tracing } from './tracing.ts'
import { Transcript } from './transcript.ts'
import type { Ask, Established, TlsEvent } from './types.ts'
import { UNDECIDED, type Version } from './version.ts'

/** What a connection is put together from. */
export interface Parts {
  readonly role: Role
  /** What `now` = 0 is in milliseconds since 1970. */
  readonly epoch: Millis
  readonly crypto: CryptoProvider
  readonly tracing: Tracing | undefined
  readonly records: RecordInput
  readonly messages: HandshakeInput
  readonly outgoing: Outgoing
  readonly patience: Patience
}

// biome-ignore lint/suspicious/noExplicitAny: one object serves the states of every version, each with its own messages
export class Acting implements Context<any> {
  readonly crypto: CryptoProvider
  transcript: Transcript = new Transcript()
  /** What is to be told: nearly always one thing or nothing, and an array keeps the room that it ever had. */
  #next: TlsEvent | undefined
  #behind: TlsEvent[] | undefined
  state: State
  /** The time of the call that is under way. */
  now: Millis = 0
  /** What is read is under this. */
  reading: ReadEpoch = new ReadEpoch()
  format: Codec<Tagged> = UNDECIDED.format
  #written: Codec<Tagged> = UNDECIDED.format
  unbound: ReadonlySet<string> = UNDECIDED.unbound
  alertLevels: boolean = UNDECIDED.alertLevels
  /** Protected records all look like application data (RFC 9846 5.2). */
  disguised = false
  readable = false
  /** Bytes of early data that may still come. */
  earlyLeft = 0
  writable = false
  /** The handshake is over: close_notify and the end of the stream mean what they say. */
  done = false
  closing = false
  asked: Ask | undefined
  /** Every key was overwritten: nothing is read any more, and nothing said. */
  forgotten = false
  #certificateWanted = false
  /** Undefined: not to be told, or told. */
  #finished: { own?: Bytes; peer?: Bytes } | undefined
  readonly #parts: Parts
  /** Of the handshake, and of the connection for as long as it lives. */
  readonly #passing: { wipe(): void }[] = []
  #kept: { wipe(): void }[] = []
  #asks = 0
  /** Of what is under the next keys. */
  #mostContent = MAX_PLAINTEXT

  constructor(parts: Parts, state: State) {
    this.#parts = parts
    this.crypto = parts.crypto
    this.state = state
    this.#finished = parts.role.finished && {}
  }

  get date(): Millis {
    return this.now + this.#parts.epoch
  }
  tell(event: TlsEvent): void {
    if (this.#next === undefined) this.#next = event
    else if (this.#behind === undefined) this.#behind = [event]
    else this.#behind.push(event)
  }
  /** What was told, in order. */
  told(): TlsEvent | undefined {
    const event = this.#next
    this.#next = this.#behind?.shift()
    if (this.#next === undefined) this.#behind = undefined
    return event
  }

  speak<V>(version: Version<V>): Context<V> {
    this.format = version.format
    this.#written = version.written ?? version.format
    this.unbound = version.unbound as ReadonlySet<string>
    this.alertLevels = version.alertLevels
    this.disguised = version.disguised
    this.#parts.records.agreeOnVersion(version.record, version.disguised)
    this.#parts.outgoing.agreeOnVersion()
    return this
  }
  send(name: string, body: unknown, finish?: (bytes: Uint8Array) => void): void {
    this.#flightRead()
    const bytes = encode(this.#written, { type: HandshakeType.names[name]!, body })
    finish?.(bytes)
    this.finishes('own', name, bytes)
    this.transcript.add(bytes)
    this.#parts.outgoing.handshake(name, this.#written, bytes, this.now)
  }
  changeCipherSpec(): void {
    this.#allRead()
    this.#parts.outgoing.changeCipherSpec(this.now)
  }
  changeCipherSpecFirst(): void {
    this.#parts.outgoing.changeCipherSpecFirst()
  }
  protectWrites(protection: RecordProtection): void {
    this.#flightRead()
    this.#parts.outgoing.protect(protection)
  }
  replaceWrites(protection: RecordProtection): void {
    this.#parts.outgoing.protect(protection)
  }
  protectReads(protection: RecordProtection): void {
    this.#allRead()
    this.reading.protection?.wipe()
    this.reading = new ReadEpoch(protection)
    this.reading.mostContent = this.#mostContent
    this.#parts.records.expectProtected(protection.mostFragment)
  }
  passOver(bytes: number): void {
    this.#parts.records.expectProtected(MAX_CIPHERTEXT_13)
    this.reading.passOver(bytes)
  }
  limitWrites(bytes: number): void {
    this.#parts.outgoing.limit(bytes)
  }
  limitReads(bytes: number, from: 'next keys' | 'now'): void {
    this.#mostContent = bytes
    if (from === 'now') this.reading.mostContent = bytes
  }
  bareWrites(): void {
    this.#parts.outgoing.protect(undefined)
  }
  sendEarly(data: Bytes): void {
    this.#parts.outgoing.data(data, this.now)
  }
  mayReadEarly(bytes: number): void {
    this.readable = bytes > 0
    this.earlyLeft = bytes
  }
  mayWrite(about?: Omit<Established, 'type'>): void {
    this.writable = true
    this.tell({ type: 'writable', ...(about === undefined ? {} : { about }) })
  }
  mayNotRead(): void {
    this.readable = false
  }
  mayRead(): void {
    this.readable = true
  }
  clientShown(about: Pick<Established, 'peerChain' | 'trusted'>): void {
    this.tell({ type: 'client-certificate', ...about })
  }
  ask(question: Ask['question'], about?: Shown): void {
    this.asked = { type: 'ask', id: new QuestionId(++this.#asks, about), question }
    this.tell(this.asked)
  }
  secret(label: string, clientRandom: Bytes, secret: Secret, life?: 'kept'): void {
    const secrets = life === 'kept' ? this.#kept : this.#passing
    secrets.push(secret)
    this.#parts.tracing?.secret(label, clientRandom, secret.reveal().slice())
  }
  wipesLater(material: { wipe(): void }, life?: 'kept'): void {
    const materials = life === 'kept' ? this.#kept : this.#passing
    materials.push(material)
  }
  replaces(before: Secret, after: Secret): void {
    const at = this.#kept.indexOf(before)
    if (at >= 0) this.#kept[at] = after
  }
  passOverChangeCipherSpec(): void {
    this.#parts.patience.changeCipherSpec()
  }
  keysUpdated(): void {
    this.#parts.patience.keyUpdate()
  }
  expanded(message: AnyMessage, name: string, body: unknown): void {
    const { tracing } = this.#parts
    if (tracing === undefined) return
    const bytes = encode(this.format, { type: HandshakeType.names[name]!, body })
    const carriedBy = [{ message: message.id, start: 0, end: message.bytes.length }]
    tracing.handshake('in', this.now, name, this.format, bytes, carriedBy)
  }
  passed(check: Check, message: AnyMessage, about?: string): void {
    this.#verdict(check, message, about)
  }
  refusal(check: Check, message: AnyMessage, code: FailureCode, path: string, facts: Facts): Refusal {
    const where = path === '' ? message.name : `${message.name}.${path}`
    const refused = refusal(code, { ...facts, where, at: placeOf(message, path) }, message.id)
    this.#verdict(check, message, refused.failure)
    return refused
  }
  refuseRenegotiation(): void {
    const { patience, role, outgoing } = this.#parts
    patience.renegotiation(this.done ? role.renegotiation : 'declined')
    // RFC 5246 7.4.1.1: a request that comes in the middle of a handshake is ignored; and nothing follows close_notify.
    if (this.done && !this.closing) outgoing.alert(WARNING, NO_RENEGOTIATION, this.now)
  }
  certificateWasWanted(): void {
    this.#certificateWanted = true
  }
  session(session: Session): void {
    this.tell({ type: 'session', session })
  }
  established(about: Omit<Established, 'type'>): void {
    this.#allRead()
    this.transcript = this.transcript.released()
    this.#parts.outgoing.noFlights()
    this.#wipe(this.#passing)
    // With no room to grow: it is held for long.
    this.#kept = this.#kept.slice()
    this.done = true
    this.readable = true
    this.writable = true
    this.tell({ type: 'established', ...about, finished: this.#finished as Established['finished'] })
    this.#finished = undefined
  }
  /** What a Finished says, behind its type and length. */
  finishes(who: 'own' | 'peer', name: string, bytes: Bytes): void {
    if (name === 'Finished' && this.#finished) this.#finished[who] = bytes.slice(4)
  }

  /** What a fatal alert of the peer means, to be thrown. */
  alerted(description: number): Refusal {
    const wanted = description === CERTIFICATE_REQUIRED || (description === HANDSHAKE_FAILURE && !this.done)
    const code = wanted && this.#certificateWanted ? 'tls/client-certificate-wanted' : 'tls/alert-received'
    return this.state.refused?.(description) ?? refusal(code, { number: description })
  }

  /** The last word was said in both directions. */
  forget(): void {
    // First: what was said is sealed before the keys go.
    this.#parts.outgoing.wipe()
    this.#wipe(this.#passing)
    this.#wipe(this.#kept)
    this.reading.protection?.wipe()
    this.forgotten = true
  }
  #wipe(secrets: { wipe(): void }[]): void {
    for (const secret of secrets) secret.wipe()
    secrets.length = 0
  }
  /** What is said behind the handshake answers no flight: half a message of the peer's may be there. */
  #flightRead(): void {
    if (!this.done) this.#allRead()
  }
  /** Before we change keys or send a flight: whatever the peer has sent beyond it was not written for what follows. */
  #allRead(): void {
    if (this.#parts.messages.empty) return
    throw refusal('tls/excess-data', {
      where: this.state.name,
      expected: 'nothing more until it has our answer',
      got: 'more of the handshake',
    })
  }
  #verdict(check: Check, message: AnyMessage, found: Failure | string | undefined): void {
    const where = { message: message.id, start: 0, end: message.bytes.length }
    this.#parts.tracing?.verdict(check, this.now, found, where)
  }
}
