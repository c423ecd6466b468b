/**
 * How states are written. A table (data) says which inputs a state takes and which state follows; a class per state
 * has one method per input of its row. `Handles` binds the two: a method that is missing, or that leads elsewhere, does
 * not compile, and the connection refuses every other input before a method runs.
 */
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Bytes, Millis } from '../engine.ts'
import type { FailureCode } from '../failures/index.ts'
import type { Facts } from '../failures/registry.ts'
import type { States } from '../machine.ts'
import type { ChainTrusted } from '../x509/path/trusted.ts'
import type { Renegotiation } from './config.ts'
import type { AnyMessage, Message } from './messages/message.ts'
import type { Bodies12 } from './messages/tls12.ts'
import type { Shown } from './question-id.ts'
import type { RecordProtection } from './record/protection.ts'
import type { Refusal } from './refusal.ts'
import type { Secret } from './secret.ts'
import type { ExternalKey } from './session/external-key.ts'
import type { Session } from './session/session.ts'
import type { Transcript } from './transcript.ts'
import type { Ask, CertifiedKey, Established, ServerPolicy } from './types.ts'
import type { Version } from './version.ts'

export type { AnyMessage, Message } from './messages/message.ts'

/** The replies to questions: inputs like messages, named for what was asked. */
export interface Replies {
  trust: ChainTrusted
  'client-hello': CertifiedKey | ServerPolicy | 'none'
  psk: ExternalKey | 'none'
  certificate: CertifiedKey | 'none'
  ticket: Bytes | 'none'
  session: Bytes | 'none'
  sign: Bytes
  decrypt: Bytes | 'none'
  'early-data': 'fresh' | 'none'
}

/** Everything that a state can be given. ApplicationData is not in it: the connection hands it on by itself. */
export type Input<I, B> = I extends keyof B & string
  ? Message<I, B>
  : I extends keyof Replies
    ? Replies[I]
    : I extends 'ChangeCipherSpec'
      ? undefined
      : never

/**
 * The inputs of a state in words, for failures: what leads on. What may always come (HelloRequest, in TLS 1.3
 * ChangeCipherSpec) is never waited for, and a HelloRetryRequest is a ServerHello by its type.
 */
export const waitedFor = (table: States, state: string): string => {
  const inputs = table.inputs(state).filter(name => name !== 'HelloRequest' && name !== 'HelloRetryRequest')
  const onward = inputs.filter(name => table.ways(state, name).some(next => next !== state))
  return (onward.length > 0 ? onward : inputs).join(' or ')
}

type Moves<T extends States> = T['moves'][number]

/**
 * One state of a table: its name, and a method for each input that it takes (ApplicationData has none). `B`: the messages
 * of its version.
 */
export type Handles<T extends States, N extends Moves<T>[0], B = Bodies12> = { readonly name: N } & {
  [I in Exclude<Extract<Moves<T>, readonly [N, ...unknown[]]>[1], 'ApplicationData'>]: (
    context: Context<B>,
    input: Input<I, B>,
  ) => { readonly name: Extract<Moves<T>, readonly [N, I, ...unknown[]]>[2] }
}

export interface State {
  readonly name: string
  /** What a fatal alert means that comes now, where more is known than its number. */
  refused?(alert: number): Refusal | undefined
  /** Takes new keys for what we send (RFC 9846 4.7.3); without it a connection ends when they are used up. */
  renew?(context: Context<never>, request: 'asking' | 'not asking'): void
  /** Before data goes out. */
  beforeData?(context: Context<never>): void
  /** Asks who the client is, behind the handshake (RFC 9846 4.7.2); false where that cannot be. */
  requestCertificate?(context: Context<never>): boolean
  /** RFC 5705; undefined when there is nothing to make it of. */
  exportKeyingMaterial?(label: string, context: Bytes | undefined, length: number): Bytes | undefined
}

/** Of any number of connections. */
export interface Role {
  readonly side: 'client' | 'server'
  readonly table: States
  readonly renegotiation: Renegotiation
  /** What both Finished say is kept until `established` tells it. */
  readonly finished?: 'told' | undefined
  /** Makes the first state; a client sends its hello here. */
  start(context: Context): State
}

/** What a state may do to its connection. */
export interface Context<B = Bodies12> {
  readonly crypto: CryptoProvider
  readonly transcript: Transcript
  /** The time of the call that is under way, in milliseconds since 1970 (`TlsConfig.epoch`). */
  readonly date: Millis
  /** We have said close_notify: nothing may follow it. */
  readonly closing: boolean
  /** From here on messages are those of this version, and every record names it. */
  speak<V>(version: Version<V>): Context<V>
  /**
   * Sends a handshake message and adds it to the transcript. `finish` may change its last bytes, which depend on the ones
   * before them.
   */
  send<N extends keyof B & string>(name: N, body: B[N], finish?: (bytes: Uint8Array) => void): void
  changeCipherSpec(): void
  /** The same, before the next record that goes out: alone it would be a packet of its own. */
  changeCipherSpecFirst(): void
  /** Everything that is sent from here on is protected by this. */
  protectWrites(protection: RecordProtection): void
  /** Other keys for what we send, in the middle of the peer's flight: more of it may lie in the same record. */
  replaceWrites(protection: RecordProtection): void
  /** Everything that is read from here on must be protected by this. */
  protectReads(protection: RecordProtection): void
  /** So many bytes of records that cannot be opened are passed over, until the first that can. */
  passOver(bytes: number): void
  /** What is sent from here on is in clear again: early data was not wanted. */
  bareWrites(): void
  /** Sends data before its time. */
  sendEarly(data: Bytes): void
  /** So many bytes of data may come before the handshake is over. */
  mayReadEarly(bytes: number): void
  /** Application data may be sent from here on; `about`: to a client whose early data was taken. */
  mayWrite(about?: Omit<Established, 'type'>): void
  /** Records that we send hold no more than this. */
  limitWrites(bytes: number): void
  /** Records that come under the keys to come, or at once, hold no more than this. */
  limitReads(bytes: number, from: 'next keys' | 'now'): void
  /** No application data may come until it may again. */
  mayNotRead(): void
  mayRead(): void
  /** A client was asked who it is when the handshake was over, and this is its answer. */
  clientShown(about: Pick<Established, 'peerChain' | 'trusted'>): void
  /** Stops reading until the reply comes, as an input of that name. `about`: the message whose chain it is about. */
  ask(question: Ask['question'], about?: Shown): void
  /**
   * A secret under its name in a key log. It is wiped when the handshake is over or given up, or with the connection when
   * it is `kept`.
   */
  secret(label: string, clientRandom: Bytes, secret: Secret, life?: 'kept'): void
  /** The same life as `secret`, for what is no secret of the key log. */
  wipesLater(material: { wipe(): void }, life?: 'kept'): void
  /** A kept secret was wiped, and has a successor. */
  replaces(before: Secret, after: Secret): void
  /** RFC 9846 5: it says nothing. */
  passOverChangeCipherSpec(): void
  /** The peer has new keys for what it sends. */
  keysUpdated(): void
  /** What a message stands for, in the trace: as one of its own that the message carries. */
  expanded<N extends keyof B & string>(message: AnyMessage, name: N, body: B[N]): void
  /** A check was made and passed; `about` says of what. */
  passed(check: Check, message: AnyMessage, about?: string): void
  /** A check failed, to be thrown: `path` names the field at fault in the message. */
  refusal(check: Check, message: AnyMessage, code: FailureCode, path: string, facts: Facts): Refusal
  /** The peer wants to negotiate again, or asks for a hello while we are at it: no. */
  refuseRenegotiation(): void
  /** An alert 40 now means that the server wanted a certificate. */
  certificateWasWanted(): void
  /** What may be resumed later, for whoever keeps it. */
  session(session: Session): void
  /** The handshake is over: data may flow both ways. */
  established(about: Omit<Established, 'type'>): void
}

/** The checks of the handshake, as verdicts name them. */
export type Check = 'key exchange' | 'signature' | 'Finished' | 'external key' | 'hello' | 'key update'
