/**
 * The log of an authority: what it did, in order, each line with a digest over itself and the line before. A line that
 * was changed, taken out or put between does not fit any more; that the end was cut off shows in the inventory.
 */
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Bytes, Millis } from '../engine.ts'
import { hexText } from '../wire/bytes.ts'

export interface LogLine {
  readonly at: Millis
  /** `listed`: a CRL got its number. `taken-over`: it was there before there was an inventory. */
  readonly what: 'reserved' | 'issued' | 'revoked' | 'listed' | 'taken-over'
  /** In hex; empty where the line is about no certificate. */
  readonly serial: string
  readonly by: string
  /** Of `reserved` the issuer, of `issued` and `taken-over` the SHA-256 of the certificate, the reason of `revoked`, the number of `listed`. */
  readonly detail: string
}

export interface LogEntry extends LogLine {
  /** From 1 on, without gaps. */
  readonly number: number
  /** SHA-256, in hex. */
  readonly digest: string
}

/** `line` behind `before`, the last one so far. */
export const nextEntry = (crypto: CryptoProvider, before: LogEntry | undefined, line: LogLine): LogEntry => {
  const number = (before?.number ?? 0) + 1
  return { ...line, number, digest: digestOfLine(crypto, before?.digest ?? '', { ...line, number }) }
}

/** The number of the first line that is not as it was written; undefined when all are. */
export const brokenLine = (crypto: CryptoProvider, log: readonly LogEntry[]): number | undefined => {
  let before: LogEntry | undefined
  for (const entry of log) {
    const expected = nextEntry(crypto, before, entry)
    if (expected.number !== entry.number || expected.digest !== entry.digest) return expected.number
    before = entry
  }
  return undefined
}

/** SHA-256 in hex. */
export const digestOf = (bytes: Bytes, crypto: CryptoProvider): string =>
  hexText(crypto.hash('sha256').update(bytes).digest())

const digestOfLine = (
  crypto: CryptoProvider,
  before: string,
  { number, at, what, serial, by, detail }: LogLine & { readonly number: number },
): string => digestOf(new TextEncoder().encode(JSON.stringify([before, number, at, what, serial, by, detail])), crypto)
