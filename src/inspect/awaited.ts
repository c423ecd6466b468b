/** What the one who speaks first is waiting for, from what was said so far. */
import { serverView } from '../tls/messages/extensions.ts'
import { TLS_1_3 } from '../tls/messages/registries.table.ts'
import type { TraceRecord } from '../trace/recorder.ts'
import type { MessageRecord } from '../trace/types.ts'
import { toldBy } from './handshake.ts'

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

/** What comes next in the handshake of a client, where nothing is resumed. */
const handshake = (last: MessageRecord, otherwise: string): string => {
  const told = toldBy(last)
  const { name } = last
  if (last.direction === 'out')
    return name === 'ClientHello'
      ? 'ServerHello'
      : name === 'Finished' && told?.in !== 'TLS 1.3'
        ? 'Finished'
        : otherwise
  if (told?.name === 'ServerHello' && serverView(told.body.extensions ?? []).supportedVersions?.version === TLS_1_3)
    return 'EncryptedExtensions'
  return (told?.in === 'TLS 1.3' ? NEXT_13 : NEXT_12)[name] ?? otherwise
}

/** RFC 5246 7.3. */
const NEXT_12: Readonly<Record<string, string>> = {
  ServerHello: 'Certificate',
  Certificate: 'ServerKeyExchange',
  ServerKeyExchange: 'ServerHelloDone',
  NewSessionTicket: 'Finished',
  ChangeCipherSpec: 'Finished',
}

/** RFC 9846 2. */
const NEXT_13: Readonly<Record<string, string>> = {
  EncryptedExtensions: 'Certificate',
  CertificateRequest: 'Certificate',
  Certificate: 'CertificateVerify',
  CompressedCertificate: 'CertificateVerify',
  CertificateVerify: 'Finished',
}
