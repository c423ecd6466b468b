/**
 * How states are written. A table (data) says which inputs a state takes and which state follows; a class per state
 * has one method per input of its row. `Handles` binds the two: a method that is missing, or that leads elsewhere, does
 * not compile, and the connection refuses every other input before a method runs.
 */
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Bytes } from '../engine.ts'
import type { FailureCode } from '../failures/index.ts'
import type { Facts } from '../failures/registry.ts'
import type { States } from '../machine.ts'
import type { ChainTrusted } from '../x509/trusted.ts'
import type { Renegotiation } from './config.ts'
import type { Message } from './messages/message.ts'
import type { Bodies, HandshakeName } from './messages/tls12.ts'
import type { RecordProtection } from './record-protection.ts'
import type { Refusal } from './refusal.ts'
import type { Secret } from './secret.ts'
import type { Transcript } from './transcript.ts'
import type { Ask, CertifiedKey, Established } from './types.ts'

export type { Message } from './messages/message.ts'

/** The replies to questions: inputs like messages, named for what was asked. */
export interface Replies {
  trust: ChainTrusted
  'certificate-for-name': CertifiedKey
  sign: Bytes
}

/** Everything that a state can be given. ApplicationData is not in it: the connection hands it on by itself. */
export type Input<I> = I extends HandshakeName
  ? Message<I>
  : I extends keyof Replies
    ? Replies[I]
    : I extends 'ChangeCipherSpec'
      ? undefined
      : never

/** The inputs of a state in words, for failures. A HelloRequest may always come and is never waited for. */
export const waitedFor = (table: States, state: string): string =>
  table
    .inputs(state)
    .filter(name => name !== 'HelloRequest')
    .join(' or ')

type Moves<T extends States> = T['moves'][number]

/** One state of a table: its name, and a method for each input that it takes (ApplicationData has none). */
export type Handles<T extends States, N extends Moves<T>[0]> = { readonly name: N } & {
  [I in Exclude<Extract<Moves<T>, readonly [N, ...unknown[]]>[1], 'ApplicationData'>]: (
    context: Context,
    input: Input<I>,
  ) => { readonly name: Extract<Moves<T>, readonly [N, I, ...unknown[]]>[2] }
}

export interface State {
  readonly name: string
  /** What a fatal alert means that comes now, where more is known than its number. */
  refused?(alert: number): Refusal | undefined
}

export interface Role {
  readonly side: 'client' | 'server'
  readonly table: States
  readonly renegotiation: Renegotiation
  /** Whether a message of the peer is added to the transcript before its state sees it. */
  readonly entersTranscript: (name: HandshakeName) => boolean
  /** Makes the first state; a client sends its hello here. */
  start(context: Context): State
}

/** What a state may do to its connection. */
export interface Context {
  readonly crypto: CryptoProvider
  readonly transcript: Transcript
  /** Sends a handshake message and adds it to the transcript. */
  send<N extends HandshakeName>(name: N, body: Bodies[N]): void
  changeCipherSpec(): void
  /** Everything that is sent from here on is protected by this. */
  protectWrites(protection: RecordProtection): void
  /** Everything that is read from here on must be protected by this. */
  protectReads(protection: RecordProtection): void
  /** From here on every record must name this version. */
  agreeOnVersion(version: number): void
  /** Stops reading until the reply comes, as an input of that name. `about`: the message whose chain it is about. */
  ask(question: Ask['question'], about?: Message<'Certificate'>): void
  /** The secret of this handshake, for the key log; it is wiped when the handshake is over or given up. */
  secret(clientRandom: Bytes, secret: Secret): void
  /** A check was made and passed. */
  passed(check: Check, message: Message): void
  /** A check failed, to be thrown: `path` names the field at fault in the message. */
  refusal(check: Check, message: Message, code: FailureCode, path: string, facts: Facts): Refusal
  /** The peer wants to negotiate again, or asks for a hello while we are at it: no. */
  refuseRenegotiation(): void
  /** An alert 40 now means that the server wanted a certificate. */
  certificateWasWanted(): void
  established(about: Omit<Established, 'type'>): void
}

/** The checks of the handshake, as verdicts name them. */
export type Check = 'key exchange' | 'signature' | 'Finished' | 'hello'
