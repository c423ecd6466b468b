/** Which of the files that somebody gave are captures, and which are key logs. */
import { keyLogLines } from '../../../src/dissect/key-log.ts'

export interface Sorted {
  readonly captures: readonly File[]
  /** Their texts. */
  readonly keyLogs: readonly string[]
}

/** Octets of a key log; some 200,000 secrets. */
const MOST_KEY_LOG = 64 * 1024 * 1024
/** Enough of a text to see whether it is a key log. */
const FIRST = 64 * 1024

/** What is neither is taken for a capture, which then says what is wrong with it. */
export const sorted = async (files: readonly File[]): Promise<Sorted> => {
  const captures: File[] = []
  const keyLogs: string[] = []
  for (const file of files) {
    const isKeyLog = file.size <= MOST_KEY_LOG && isKeyLogText(await textOf(file.slice(0, FIRST)))
    if (isKeyLog) keyLogs.push(await textOf(file))
    else captures.push(file)
  }
  return { captures, keyLogs }
}

/** Files that cannot be read are told of when they are opened. */
const textOf = (file: Blob): Promise<string> => file.text().catch(() => '')

const isKeyLogText = (text: string): boolean => {
  for (const { fault } of keyLogLines(text)) return fault === undefined || fault === 'secret length'
  return false
}
