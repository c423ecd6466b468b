/** What the one who speaks first is waiting for, from what was said so far. */
import type { TraceRecord } from '../trace/recorder.ts'
import type { MessageRecord } from '../trace/types.ts'

/** `ServerHello`, `an address for shop.test`; `else` where nothing was said yet, or where it was the other side's turn no more. */
export const awaited = (records: readonly TraceRecord[], otherwise: string): string => {
  const last = records.findLast(
    (entry): entry is { type: 'message'; record: MessageRecord } =>
      entry.type === 'message' && SPEAKS.has(entry.record.layer),
  )?.record
  if (last === undefined) return otherwise
  switch (last.layer) {
    case 'dns':
      return last.direction === 'out' ? `an address for ${last.flow.replace(/^lookup /, '')}` : `${last.name} to answer`
    case 'tls':
      return handshake(last, otherwise)
    case 'http':
      if (last.direction === 'out') return `the answer to ${last.name}`
      return /^1\d\d\b/.test(last.name) ? 'the answer' : 'the rest of the answer'
    default:
      return otherwise
  }
}

const SPEAKS: ReadonlySet<string> = new Set(['dns', 'tls', 'http'])

/** RFC 5246 7.3: what comes next in the handshake of a client. */
const handshake = ({ name, direction }: MessageRecord, otherwise: string): string => {
  if (direction === 'out') return name === 'ClientHello' ? 'ServerHello' : name === 'Finished' ? 'Finished' : otherwise
  const next: Readonly<Record<string, string>> = {
    ServerHello: 'Certificate',
    Certificate: 'ServerKeyExchange',
    ServerKeyExchange: 'ServerHelloDone',
    NewSessionTicket: 'Finished',
    ChangeCipherSpec: 'Finished',
  }
  return next[name] ?? otherwise
}
