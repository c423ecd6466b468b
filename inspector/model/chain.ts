/** The certificates that one side showed, each with where it lies in its message. */
import { Failure } from '../../src/failures/index.ts'
import { chainIn, toldBy } from '../../src/inspect/handshake.ts'
import type { TraceRecord } from '../../src/trace/recorder.ts'
import type { Carrier, MessageRecord } from '../../src/trace/types.ts'
import { type Certificate, malformedUnless, parseCertificate } from '../../src/x509/certificate/certificate.ts'
import type { Span } from '../../src/x509/signed.ts'

export interface ShownCertificate {
  readonly der: Uint8Array
  /** Where it lies in the message. */
  readonly where: Carrier
  /** Or why it cannot be read. */
  readonly certificate: Certificate | Failure
}

export interface ShownChain {
  readonly message: MessageRecord
  /** Leaf first, as they came. */
  readonly certificates: readonly ShownCertificate[]
}

/** Certificates of one chain that are looked at; the rest is counted by whoever shows them. */
export const MOST_CERTIFICATES = 16

/** The first chain that came in at `host`, or went out from it. */
export const shownChain = (
  records: readonly TraceRecord[],
  host: string,
  direction: MessageRecord['direction'] = 'in',
  flow?: string,
): ShownChain | undefined => {
  for (const entry of records) {
    if (entry.type !== 'message' || entry.record.host !== host || entry.record.direction !== direction) continue
    const message = entry.record
    if (flow !== undefined && message.flow !== flow) continue
    const chain = chainOf(message)
    if (chain !== undefined) return chain
  }
  return undefined
}

/** The certificates of one message; undefined where it shows none. */
export const chainOf = (message: MessageRecord): ShownChain | undefined => {
  if (message.layer !== 'tls' || message.name !== 'Certificate') return undefined
  const chain = chainIn(toldBy(message))
  if (chain === undefined || chain.length === 0) return undefined
  return { message, certificates: chain.slice(0, MOST_CERTIFICATES).map(der => shownIn(message, der)) }
}

const shownIn = (message: MessageRecord, der: Uint8Array): ShownCertificate => {
  const start = der.byteOffset - message.bytes.byteOffset
  return { der, where: { message: message.id, start, end: start + der.length }, certificate: readable(der) }
}

/** Read to the end: no later look at it can throw. */
export const readable = (der: Uint8Array): Certificate | Failure => {
  const certificate = parseCertificate(der)
  if (certificate instanceof Failure) return certificate
  return malformedUnless(() => certificate.decodeAll())
}

/** A range of a certificate as one of the message that holds it. */
export const placeIn = ({ where }: ShownCertificate, { from, to }: Span): Carrier => ({
  message: where.message,
  start: where.start + from,
  end: where.start + to,
})
