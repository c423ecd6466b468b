/** Which bytes a verdict was about: as it says, or where what it names stands. */
import { Failure } from '../../../src/failures/index.ts'
import type { TraceRecord } from '../../../src/trace/recorder.ts'
import type { Carrier, MessageRecord, VerdictRecord } from '../../../src/trace/types.ts'
import { dissect } from '../../../src/wire/codec.ts'
import type { Certificate } from '../../../src/x509/certificate/certificate.ts'
import type { ExtensionName } from '../../../src/x509/certificate/extensions.ts'
import type { Span } from '../../../src/x509/signed.ts'
import { placeIn, type ShownChain, shownChain } from '../chain.ts'

/** `order`: where in `records` the verdict stands. */
export const whereOf = (verdict: VerdictRecord, order: number, records: readonly TraceRecord[]): readonly Carrier[] => {
  const { where, check, host, flow, failure } = verdict
  const at = failure?.at
  // A failure points closer than the check that found it.
  if (at !== undefined && at.certificate === undefined && at.message !== 0) return [at]
  if (check.startsWith('cookie'))
    return headField(records, order, verdict, check === 'cookie' ? 'Set-Cookie' : 'Cookie')
  if (where !== undefined) return [where]
  if (verdict.layer !== 'tls' || check === 'hello') return []
  const chain = shownChain(records, host, 'in', flow)
  return chain === undefined ? [] : [inChain(chain, check, failure)]
}

const inChain = ({ certificates, message }: ShownChain, check: string, failure: Failure | undefined): Carrier => {
  const { certificate: index = 0, start = 0, end = 0 } = failure?.at ?? {}
  const whole = { message: message.id, start: 0, end: message.bytes.length }
  const shown = typeof index === 'number' ? certificates[index] : undefined
  if (shown === undefined) return whole
  if (failure?.at?.certificate !== undefined) return placeIn(shown, { from: start, to: end })
  const { certificate } = shown
  const span = certificate instanceof Failure ? undefined : spanOf(certificate, check)
  return span === undefined ? shown.where : placeIn(shown, span)
}

const EXTENSIONS: Readonly<Record<string, ExtensionName>> = {
  name: 'subjectAltName',
  purpose: 'extKeyUsage',
  authorities: 'basicConstraints',
  'name constraints': 'nameConstraints',
  policies: 'certificatePolicies',
}

/** What of a leaf each check looks at. */
const spanOf = (certificate: Certificate, check: string): Span | undefined => {
  const { spans } = certificate
  if (check === 'dates') return spans.validity
  if (check === 'signatures') return spans.signature
  if (check === 'key strength') return spans.publicKey
  if (check === 'revocation') return spans.serialNumber
  const name = EXTENSIONS[check]
  const found = name && certificate.find(name)
  return found && { from: found.start, to: found.to }
}

/** The field of the head that came last before a verdict, the one that names what the verdict names. */
const headField = (
  records: readonly TraceRecord[],
  order: number,
  { host, flow, about, failure }: VerdictRecord,
  name: string,
): readonly Carrier[] => {
  const cookie = failure?.where ?? about?.split(' ', 1)[0] ?? ''
  for (let i = order - 1; i >= 0; i--) {
    const entry = records[i]!
    if (entry.type !== 'message' || entry.record.layer !== 'http') continue
    if (entry.record.host !== host || entry.record.flow !== flow) continue
    return fieldNamed(entry.record, name, cookie)
  }
  return []
}

const fieldNamed = (head: MessageRecord, name: string, cookie: string): readonly Carrier[] => {
  if (head.format === undefined) return []
  const fields = dissect(head.format, head.bytes, head.name).children ?? []
  const named = fields.filter(field => field.name.toLowerCase() === name.toLowerCase())
  const field = named.find(({ text = '' }) => text.startsWith(`${cookie}=`)) ?? named[0]
  return field === undefined ? [] : [{ message: head.id, start: field.start, end: field.end }]
}
