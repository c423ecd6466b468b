/** What stands in the certificates of leaves and of authorities, from their plans. */
import type { Bytes } from '../engine.ts'
import { addressText } from '../wire/address.ts'
import { Certificate } from '../x509/certificate/certificate.ts'
import type { GeneralName } from '../x509/certificate/general-name.ts'
import {
  authorityKeyIdentifier,
  basicConstraints,
  type CertificateToWrite,
  type ExtensionToWrite,
  extKeyUsage,
  keyUsage,
  nameConstraints,
  subjectKeyIdentifier,
} from '../x509/issue.ts'
import type { CertificatePlan } from './policy.ts'
import { certificateProfiles } from './profiles.table.ts'

/** For which names it may sign: DNS names with all below them, or networks such as `10.0.0.0/8`. */
export interface Limits {
  /** Of these kinds only these; all when not given. */
  readonly permitted?: readonly string[] | undefined
  readonly excluded?: readonly string[] | undefined
}

/** Of a leaf. `identifier` is that of its key. */
export const contentsOf = (
  { subject, notBefore, notAfter, publicKey, usage, purposes, extensions }: CertificatePlan,
  identifier: Bytes,
  issuer: Bytes,
): Omit<CertificateToWrite, 'serialNumber' | 'issuer'> => ({
  subject,
  notBefore,
  notAfter,
  spki: publicKey,
  extensions: [
    basicConstraints({ ca: false, pathLength: undefined }),
    keyUsage(usage),
    ...(purposes.length === 0 ? [] : [extKeyUsage(purposes)]),
    subjectKeyIdentifier(identifier),
    authorityKeyIdentifier(issuer),
    ...extensions,
  ],
})

/** Of an authority, but for the identifiers of keys. */
export const authorityExtensions = (
  { permitted = [], excluded = [] }: Limits,
  pathLength: number | undefined,
): ExtensionToWrite[] => [
  basicConstraints({ ca: true, pathLength }),
  keyUsage(certificateProfiles.intermediate.usage),
  ...(permitted.length + excluded.length === 0 ? [] : [nameConstraints(permitted, excluded)]),
]

/** The limits that an authority's certificate says it has, of the kinds that can be written; those of others are left out. */
export const limitsIn = (certificate: Bytes): Limits => {
  const limits = new Certificate(certificate).extension('nameConstraints')
  return {
    permitted: (limits?.permitted ?? []).flatMap(limitText),
    excluded: (limits?.excluded ?? []).flatMap(limitText),
  }
}

const limitText = (limit: GeneralName): string[] => {
  if (limit.type === 'dns') return [limit.text]
  if (limit.type !== 'ip') return []
  const half = limit.octets.length / 2
  const ones = limit.octets.subarray(half).reduce((sum, octet) => sum + octet.toString(2).replaceAll('0', '').length, 0)
  return [`${addressText(limit.octets.subarray(0, half))}/${ones}`]
}
