/** What a server tells of each request: for access lines. */
import type { Millis } from '../../engine.ts'
import type { Failure } from '../../failures/index.ts'
import type { Address, ConnectionInfo } from '../stream/types.ts'
import type { Exchange } from './exchange.ts'

/** One answered request, or one that could not be answered: for access lines. */
export interface Served {
  readonly remote: Address
  /** Undefined when the client did not get as far as a connection: its TLS handshake failed. */
  readonly connection: ConnectionInfo | undefined
  /** Undefined when the failure came before a request was understood. */
  readonly method: string | undefined
  readonly target: string | undefined
  readonly status: number | undefined
  /** Body bytes sent, after coding. */
  readonly bytes: number
  /** From the head of the request to the last byte of the answer. */
  readonly milliseconds: Millis
  /** 1 for the first request of a connection. */
  readonly number: number
  readonly failure: Failure | undefined
}

export const servedLine = (exchange: Exchange, now: Millis, failure: Failure | undefined): Served => ({
  remote: exchange.connection.remote,
  connection: exchange.connection,
  method: exchange.head.method,
  target: exchange.head.target,
  status: exchange.status,
  bytes: exchange.head.method === 'HEAD' ? 0 : exchange.sent,
  milliseconds: now - exchange.started,
  number: exchange.number,
  failure,
})

/** A client that did not get as far as a request. */
export const refusedLine = (
  remote: Address,
  failure: Failure,
  connection: ConnectionInfo | undefined = undefined,
): Served => ({
  remote,
  connection,
  method: undefined,
  target: undefined,
  status: failure.status,
  bytes: 0,
  milliseconds: 0,
  number: 0,
  failure,
})

/** Tells of a connection that ended by a failure and not with a request. */
export const tellRefused = (
  { served }: { readonly served: ((line: Served) => void) | undefined },
  info: ConnectionInfo,
  failure: Failure,
): void => served?.(refusedLine(info.remote, failure, info))

/** The other side, or somebody between, broke the rules of TLS: told also when no request was under way. Who leaves, leaves. */
export const isBreach = (failure: Failure | undefined): failure is Failure =>
  failure?.fault === 'peer' && failure.code.startsWith('tls/') && failure.code !== 'tls/cut-short'
