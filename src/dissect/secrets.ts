/** The secrets of key logs, to be looked up by whoever reads a conversation. */
import type { Bytes } from '../engine.ts'
import { hexBytes, hexText } from '../wire/bytes.ts'
import { keyLogLines } from './key-log.ts'
import type { Secrets } from './types.ts'

/** Three for each conversation that a capture is listed with (`network/table.ts`), and more. Some 250 bytes each. */
export const MOST_SECRETS = 400_000

export class KeyLogs implements Secrets {
  /** By label and client random, in hexadecimal digits. */
  readonly #secrets = new Map<string, string>()
  /** There were more than are kept: the first are. */
  isFull = false

  constructor(logs: readonly string[]) {
    for (const log of logs) this.#read(log)
  }

  find(label: string, clientRandom: Bytes): Bytes | undefined {
    const digits = this.#secrets.get(`${label} ${hexText(clientRandom)}`)
    return digits === undefined ? undefined : hexBytes(digits)
  }

  /** What is said twice is taken as it was said first. A secret of a wrong length is kept, so that it is told as that. */
  #read(log: string): void {
    for (const { words, fault } of keyLogLines(log)) {
      if (fault !== undefined && fault !== 'secret length') continue
      const [label, random, digits] = words as [string, string, string]
      const key = `${label} ${random.toLowerCase()}`
      if (this.#secrets.has(key)) continue
      if (this.#secrets.size === MOST_SECRETS) {
        this.isFull = true
        return
      }
      this.#secrets.set(key, digits)
    }
  }
}
