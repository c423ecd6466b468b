/** Which of the files that somebody gave are captures, and which hold secrets for them. */
import { keyLogLines } from '../../../src/dissect/key-log.ts'
import { type Failure, isFailure } from '../../../src/failures/index.ts'
import type { Secrets } from '../../sources/file/said.ts'

export interface Sorted extends Secrets {
  readonly captures: readonly File[]
  /** Keys that cannot be read, and why. */
  readonly refused: readonly (readonly [file: File, failure: Failure])[]
}

/** Octets of a key log; some 200,000 secrets. */
const MOST_KEY_LOG = 64 * 1024 * 1024
/** Octets of a file of private keys and the certificates beside them. */
const MOST_KEYS = 1024 * 1024
/** Enough of a text to see whether it is a key log. */
const FIRST = 64 * 1024

/** What is neither is taken for a capture, which then says what is wrong with it. */
export const sorted = async (files: readonly File[]): Promise<Sorted> => {
  const captures: File[] = []
  const keyLogs: string[] = []
  const privateKeys: Uint8Array[] = []
  const refused: [File, Failure][] = []
  for (const file of files) {
    const isKeyLog = file.size <= MOST_KEY_LOG && isKeyLogText(await textOf(file.slice(0, FIRST)))
    const keys = isKeyLog ? [] : await keysIn(file)
    if (isKeyLog) keyLogs.push(await textOf(file))
    else if (isFailure(keys)) refused.push([file, keys])
    else if (keys.length > 0) privateKeys.push(...keys)
    else captures.push(file)
  }
  return { captures, keyLogs, privateKeys, refused }
}

const keysIn = async (file: File): Promise<readonly Uint8Array[] | Failure> => {
  const bytes = file.size > MOST_KEYS ? new Uint8Array(0) : await bytesOf(file)
  if (!looksLikeKeys(bytes)) return []
  const { privateKeysIn } = await import('../../sources/file/private-keys.ts')
  return privateKeysIn(bytes)
}

/** A SEQUENCE of DER that is longer than 127 octets, or PEM: a text, which captures that carry one are not. */
const looksLikeKeys = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0x30 && (bytes[1] ?? 0) > 0x7f) ||
  (!bytes.includes(0) && new TextDecoder().decode(bytes).includes('-----BEGIN '))

/** Files that cannot be read are told of when they are opened. */
const textOf = (file: Blob): Promise<string> => file.text().catch(() => '')
const bytesOf = async (file: Blob): Promise<Uint8Array> => {
  const octets = await file.arrayBuffer().catch(() => new ArrayBuffer(0))
  return new Uint8Array(octets)
}

const isKeyLogText = (text: string): boolean => {
  for (const { fault } of keyLogLines(text)) return fault === undefined || fault === 'secret length'
  return false
}
