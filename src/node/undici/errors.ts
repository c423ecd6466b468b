/** Our failures as errors that code written for undici looks for: its classes and codes, our `FailureError` as `cause`. */
import { errors } from 'undici'
import { Failure, FailureError } from '../../failures/index.ts'
import type { Ending } from '../../net/client/types.ts'
import { told } from '../../net/told.ts'
import { nodeError } from '../tls/errors.ts'
import { nodeWorld } from '../world.ts'

/** Codes of Node that undici passes on as they are: its interceptors know them. */
const PASSED_ON = /^(?:E(?:CONN|NOT|AI_|HOST|NET|PIPE|TIMEDOUT)|CERT_|ERR_TLS|ERR_SSL|DEPTH_|SELF_|UNABLE_)/

export const asUndiciError = (thrown: unknown): Error => {
  if (thrown instanceof FailureError) return Object.assign(made(thrown.failure, thrown), { cause: thrown })
  return thrown instanceof Error ? thrown : new errors.RequestAbortedError(String(thrown))
}

/** The same, with its sentence in words. */
export const toldError = (thrown: unknown): Error => asUndiciError(told(thrown, nodeWorld().words))

/** What `disconnect` tells. Messages are undici's, since there is no other way to know one from another. */
export const endOf = (why: Ending): Error => {
  if (why instanceof Failure) return toldError(new FailureError(why))
  if (why === 'peer-closed') return new errors.SocketError('other side closed')
  return new errors.InformationalError(ENDINGS[why])
}
const ENDINGS = { idle: 'socket idle timeout', last: 'reset', unwanted: 'aborted', switched: 'upgrade' } as const

const made = (failure: Failure, thrown: FailureError): Error => {
  const { message } = thrown
  switch (failure.code) {
    case 'tcp/silence':
    case 'net/handshake-timeout':
    case 'dns/timeout':
      return new errors.ConnectTimeoutError(message)
    case 'http/head-timeout':
      return new errors.HeadersTimeoutError(message)
    case 'net/idle-timeout':
      return new errors.BodyTimeoutError(message)
    case 'net/client-closed':
      return new errors.ClientClosedError(message)
    case 'http/wrong-length':
      return new errors.RequestContentLengthMismatchError(message)
    case 'http/header-too-big':
      return new errors.HeadersOverflowError(message)
    case 'http/bad-outgoing':
    case 'net/bad-request':
    case 'net/bad-url':
      return new errors.InvalidArgumentError(message)
    // A connection that ended, in whatever way, before the answer was whole: what may be tried again is.
    case 'tcp/reset':
    case 'tls/cut-short':
    case 'http/no-answer':
    case 'http/head-cut-short':
    case 'http/body-cut-short':
    case 'http/upgrade-declined':
      return new errors.SocketError(message)
    default: {
      const error = nodeError(failure, thrown)
      if (PASSED_ON.test(error.code) || !failure.code.startsWith('http/')) return error
      return Object.assign(new errors.HTTPParserError(message), { code: error.code })
    }
  }
}
