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

/** A sink that writes each secret as a line, once. */
export const keyLogSink = (write: (line: string) => void): TraceSink => {
  const seen = new Set<string>()
  return sinkOf(entry => {
    if (entry.type !== 'secret') return
    const line = keyLogLine(entry.record)
    if (seen.has(line)) return
    seen.add(line)
    write(line)
  })
}
