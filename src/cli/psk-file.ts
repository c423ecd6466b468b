/**
 * `--psk FILE`: keys that both ends have (RFC 9257), a line for each as GnuTLS keeps them: `identity:hex`. A line of the file
 * is never repeated, in no message.
 */
import { stat } from 'node:fs/promises'
import { type Failure, FailureError, fail } from '../failures/index.ts'
import type { SharedKey } from '../net/stream/shared-keys.ts'
import { fileContents } from './demands.ts'

/** Servers look at the first few identities of a hello; each of ours costs a binder. */
export const MOST_OFFERED = 8

/** Throws `cli/usage` for a file without keys. `warned` hears of one that others can read too. */
export const keysIn = async (path: string, warned: (failure: Failure) => void): Promise<readonly SharedKey[]> => {
  const { mode } = await stat(path)
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    warned(fail('cli/key-readable', { where: path, got: `0${(mode & 0o777).toString(8)}` }))
  const lines = new TextDecoder().decode(fileContents(path)).split(/\r?\n/)
  const keys = lines.flatMap((text, i) => (text.trim() === '' ? [] : keyIn(text, `${path}, line ${i + 1}`)))
  const twice = keys.find(({ identity }, i) => keys.findIndex(other => other.identity === identity) < i)
  if (twice !== undefined) throw usage(`${path} has two keys of one identity.`)
  if (keys.length === 0) throw usage(`${path} has no line identity:key.`)
  return keys
}

const keyIn = (text: string, where: string): SharedKey => {
  // An identity may have a colon, a key in hex has none.
  const colon = text.lastIndexOf(':')
  const hex = text.slice(colon + 1).trim()
  if (colon < 1 || !/^(?:[0-9a-f]{2})+$/i.test(hex)) throw usage(`${where}: it wants identity:key, the key in hex.`)
  if (hex.length < 32) throw usage(`${where}: the key has ${hex.length / 2} bytes, and 16 are the least (RFC 9257 6).`)
  return { identity: identityIn(text.slice(0, colon)), key: bytesOf(hex) }
}

/** `#` and hex where the identity has what a line cannot have, as in the files of GnuTLS. */
const identityIn = (text: string): string =>
  /^#(?:[0-9a-f]{2})+$/i.test(text) ? new TextDecoder().decode(bytesOf(text.slice(1))) : text

const usage = (got: string): FailureError => new FailureError(fail('cli/usage', { got }))

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
