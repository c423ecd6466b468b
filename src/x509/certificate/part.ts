/** Parts of a certificate by name, for whoever says where something is wrong. */
import type { Span } from '../signed.ts'
import type { Certificate } from './certificate.ts'
import type { ExtensionName } from './extensions.ts'

export type Part = ExtensionName | keyof Certificate['spans'] | 'issuer' | 'subject'

/** Its bytes in the certificate; of an extension that is missing, what should hold it. */
export const spanOf = (certificate: Certificate, part: Part): Span => {
  const { spans } = certificate
  if (part === 'issuer' || part === 'subject') return { from: certificate[part].from, to: certificate[part].to }
  if (isField(spans, part)) return spans[part]
  const found = certificate.find(part)
  return found === undefined ? spans.tbs : { from: found.start, to: found.to }
}

const isField = (spans: Certificate['spans'], part: string): part is keyof Certificate['spans'] =>
  Object.hasOwn(spans, part)
