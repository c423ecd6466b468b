/** NSS key log text: what Wireshark, curl and browsers read and write (`SSLKEYLOGFILE`), and pcapng carries in a DSB. */
import { hexText } from '../wire/bytes.ts'
import { sinkOf, type TraceRecord } from './recorder.ts'
import type { SecretRecord, TraceSink } from './types.ts'

/** `CLIENT_RANDOM <64 hex digits> <96 hex digits>` and a line feed. */
export const keyLogLine = (secret: SecretRecord): string =>
  `${secret.label} ${hexText(secret.clientRandom)} ${hexText(secret.secret)}\n`

/** Every secret of `records` once: both ends of one connection know the same. */
export const keyLog = (records: readonly TraceRecord[]): string => {
  const lines = new Set<string>()
  for (const entry of records) if (entry.type === 'secret') lines.add(keyLogLine(entry.record))
  return [...lines].join('')
}

/** A sink that writes each secret as a line; one that both ends of a connection tell, once. */
export const keyLogSink = (write: (line: string) => void): TraceSink => {
  const isNew = newSecrets()
  return sinkOf(entry => {
    if (entry.type !== 'secret') return
    const line = keyLogLine(entry.record)
    if (isNew(line)) write(line)
  })
}

/**
 * Lines that are remembered. Both ends of a connection tell its secrets within one handshake, so these are the handshakes
 * of some hundred connections at once; a line that is written twice is no harm. 300 bytes each.
 */
const REMEMBERED_LINES = 1024

/** Whether a line is none of those that came lately. */
export const newSecrets = (): ((line: string) => boolean) => {
  const seen = new Set<string>()
  return line => {
    if (seen.has(line)) return false
    const [oldest] = seen
    if (seen.size === REMEMBERED_LINES && oldest !== undefined) seen.delete(oldest)
    seen.add(line)
    return true
  }
}
