/** What TLS over a byte stream is given: its engine, the time, and who answers. */
import type { Clock } from '../../clock.ts'
import type { Bytes } from '../../engine.ts'
import type { Session } from '../../tls/session/session.ts'
import type { Ask, Question, TlsConnection } from '../../tls/types.ts'
import type { NetStream } from './types.ts'

/** Replies to the engine's questions; what it throws becomes the failure of the handshake. */
export type Answerer = (question: Ask['question']) => Question['reply'] | Promise<Question['reply']>

export interface TlsStreamOptions {
  readonly engine: TlsConnection
  readonly clock: Clock
  readonly answer: Answerer
  /** What a client may resume later. */
  readonly session?: ((session: Session) => void) | undefined
  /**
   * By an alert of either side, and not by being cut short: what was kept of the connection is to be forgotten (RFC 5246
   * 7.2.2; 7.2.1 of those that are cut short).
   */
  readonly failed?: (() => void) | undefined
  /** When the connection was asked for, on `clock`. */
  readonly asked: number
  /** The handshake may take this long, in milliseconds. */
  readonly handshake: number
  /** Who is at the other end, for failures. */
  readonly where: string
  /** In clear text, for a client that spoke plain HTTP. */
  readonly toPlainHttp?: Bytes | undefined
  /** Has the stream of a client whose early data was taken, or that is written to, before the handshake is over. */
  readonly early?: ((stream: NetStream) => void) | undefined
  /** `allowed`: `ConnectionInfo.requestCertificate` is there. */
  readonly postHandshakeAuth?: 'allowed' | undefined
}
