/** Values of a kind that they cannot be are refused at the call, as Node does it: JavaScript would take them for something else. */
import { badType, outOfRange } from './errors.ts'

const TEXTS = ['ciphers', 'passphrase', 'ecdhCurve', 'sigalgs', 'pskIdentityHint'] as const
const NUMBERS = ['handshakeTimeout', 'sessionTimeout'] as const
const FUNCTIONS = ['SNICallback', 'checkServerIdentity'] as const

const MOST = 2 ** 31 - 1

/** Throws `TlsError` with Node's codes. */
export const checkKinds = (options: object): void => {
  const given = options as Readonly<Record<string, unknown>>
  for (const name of TEXTS)
    if (given[name] != null && typeof given[name] !== 'string') throw badType(name, 'a string', given[name])
  for (const name of NUMBERS)
    if (given[name] != null && typeof given[name] !== 'number') throw badType(name, 'a number', given[name])
  // Null too: who has no check of the name left must not find that out later.
  for (const name of FUNCTIONS)
    if (given[name] !== undefined && typeof given[name] !== 'function') throw badType(name, 'a function', given[name])
  const { servername, sessionTimeout, pskCallback } = given
  if (pskCallback != null && typeof pskCallback !== 'function') throw badType('pskCallback', 'a function', pskCallback)
  if (servername && typeof servername !== 'string') throw badType('servername', 'a string', servername)
  if (typeof sessionTimeout === 'number') checkWithin('sessionTimeout', sessionTimeout, 0)
}

/** Of `exportKeyingMaterial`. */
export const checkExport = (length: unknown, label: unknown, context: unknown): void => {
  if (typeof length !== 'number') throw badType('length', 'a number', length)
  if (typeof label !== 'string') throw badType('label', 'a string', label)
  if (context !== undefined && !ArrayBuffer.isView(context)) throw badType('context', 'bytes', context)
  checkWithin('length', length, 1)
}

/** A whole number of 31 bits. */
export const checkWithin = (name: string, value: number, least: number): void => {
  if (Number.isInteger(value) && value >= least && value <= MOST) return
  throw outOfRange(name, `a whole number from ${least} to ${MOST}`, value)
}
