/** Our failures as the errors that code written for `node:tls` looks for: Node's `code`, our `FailureError` as `cause`. */
import { english } from '../../explain/en/index.ts'
import { elsewhere } from '../../explain/index.ts'
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import { inWords } from '../../net/told.ts'
import { alertReasons } from './names.table.ts'

/** An error with Node's code; `cause` is the `FailureError` with the whole story. */
export interface TlsError extends Error {
  code: string
  /** Which side of which connection, where it is known. */
  host?: string
  port?: number
  /** For `ERR_TLS_CERT_ALTNAME_INVALID`: the names that the certificate has. */
  reason?: string
  cert?: object
}

/** `cause` is what was thrown below, if something was. */
export const nodeError = (failure: Failure, cause?: unknown, Kind: ErrorConstructor = Error): TlsError => {
  // What opens a key is called otherwise here.
  const told = failure.code === 'net/key-encrypted' ? failure.with({ expected: 'passphrase' }) : failure
  const whole = inWords(told, english, cause)
  const error: TlsError = Object.assign(new Kind(whole.message, { cause: whole }), { code: nodeCode(failure) })
  const { host, port } = failure.context ?? {}
  if (host !== undefined) error.host = host
  if (port !== undefined) error.port = port
  return error
}

/** What was thrown, when it is one of ours, as Node would have it; anything else as it is. */
export const asNodeError = (thrown: unknown): Error => {
  if (thrown instanceof FailureError) return nodeError(thrown.failure, thrown.cause)
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

/** OpenSSL 3.2 has renamed its reasons: code that compares them compares with those of the Node that runs it. */
const NEWER_OPENSSL = !/^(?:1\.|3\.[01]\.)/.test(process.versions.openssl)
const opensslCode = (reason: string): string =>
  `ERR_SSL_${NEWER_OPENSSL ? reason.replace(/^SSLV3_ALERT_/, 'SSL/TLS_ALERT_') : reason}`

/** The code that Node has for it; OpenSSL's reason where Node has no code of its own. */
export const nodeCode = (failure: Pick<Failure, 'code' | 'number'>): string => {
  const reason = failure.code === 'tls/alert-received' ? alertReasons[failure.number ?? 0] : undefined
  if (reason !== undefined) return opensslCode(reason)
  const { node, openssl } = elsewhere(failure)
  // Some have two, and some a word behind it: the last code is the one of Node's own.
  const known = typeof node === 'string' ? node.match(/\b[A-Z][A-Z0-9_]{3,}\b/g)?.at(-1) : undefined
  if (known !== undefined) return known
  const text = typeof openssl === 'string' ? /^[0-9A-F]{8} (.+)$/.exec(openssl)?.[1] : undefined
  if (text !== undefined) return opensslCode(constant(text))
  return OWN[failure.code] ?? `ERR_${constant(failure.code)}`
}

const OWN: Readonly<Record<string, string>> = {
  'net/handshake-timeout': 'ERR_TLS_HANDSHAKE_TIMEOUT',
  'net/key-mismatch': 'ERR_OSSL_X509_KEY_VALUES_MISMATCH',
  'net/bad-tls-options': 'ERR_INVALID_ARG_VALUE',
  'net/bad-certificate': 'ERR_INVALID_ARG_VALUE',
  'net/bad-key': 'ERR_INVALID_ARG_VALUE',
  'net/key-encrypted': 'ERR_MISSING_PASSPHRASE',
  'tls/bad-server-name': 'ERR_INVALID_ARG_VALUE',
  'tls/binder-wrong': 'ERR_SSL_BINDER_DOES_NOT_VERIFY',
  'tls/bad-external-key': 'ERR_INVALID_ARG_VALUE',
  'tls/no-exporter': 'ERR_TLS_INVALID_STATE',
}

const constant = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9]+/g, '_')

/** For what was asked and cannot be done: at the call, with the name of the option or method and the reason. */
export const unsupported = (where: string, why: string): TlsError =>
  Object.assign(badValue(where, `is not supported: ${why}`), { code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM' })

/** For a value that is none. */
export const badValue = (where: string, got: string, cause?: unknown): TlsError =>
  nodeError(fail('net/bad-tls-options', { where, got }), cause, TypeError)

/** For a number that is too large, or too small. */
export const outOfRange = (where: string, expected: string, given: number): TlsError => {
  const failure = fail('net/bad-tls-options', { where, got: `must be ${expected}, and is ${given}` })
  return Object.assign(nodeError(failure, undefined, RangeError), { code: 'ERR_OUT_OF_RANGE' })
}

/** For a value of a kind that it cannot be. */
export const badType = (where: string, expected: string, given: unknown): TlsError => {
  const got = `must be ${expected}, and is ${given === null ? 'null' : `of type ${typeof given}`}`
  return Object.assign(badValue(where, got), { code: 'ERR_INVALID_ARG_TYPE' })
}

/** What `make` throws, with Node's codes. */
export const inNodesWords = <T>(make: () => T): T => {
  try {
    return make()
  } catch (error) {
    throw asNodeError(error)
  }
}
