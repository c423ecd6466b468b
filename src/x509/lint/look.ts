/** What rules ask of a certificate, beside what it decodes to. The certificate has passed `decodeAll`. */
import { Der, TAG } from '../../asn1/der.ts'
import { oidText } from '../../asn1/oid.ts'
import { stringValue } from '../../asn1/value.ts'
import type { Certificate } from '../certificate/certificate.ts'
import type { Attribute, DistinguishedName } from '../certificate/distinguished-name.ts'
import { type ExtensionName, KEY_USAGE, type KeyUsageName } from '../certificate/extensions.ts'
import type { GeneralName } from '../certificate/general-name.ts'
import { POLICY } from './oids.table.ts'

export const isCritical = (certificate: Certificate, name: ExtensionName): boolean =>
  certificate.find(name)?.critical === true

export const isOrdinary = (certificate: Certificate, name: ExtensionName): boolean =>
  certificate.find(name)?.critical === false

export const lacks = (certificate: Certificate, name: ExtensionName): boolean => certificate.find(name) === undefined

export const attributes = (name: DistinguishedName): readonly Attribute[] => name.parts.flat()

/** Texts of attributes in subject and issuer. */
export const bothNames = ({ subject, issuer }: Certificate): readonly Attribute[] => [
  ...attributes(subject),
  ...attributes(issuer),
]

/** The tag of an attribute's value. */
export const tagOf = ({ der }: Certificate, attribute: Attribute): number => der[attribute.from]!

/** Characters, as code points. */
export const lengthOf = (text: string): number => [...text].length

export const hasUsage = (certificate: Certificate, ...names: readonly KeyUsageName[]): boolean => {
  const set = certificate.extension('keyUsage') ?? 0
  return names.some(name => (set & KEY_USAGE[name]) !== 0)
}

/** It has keyUsage, with something in it that is none of these. */
export const usesBeyond = (certificate: Certificate, ...allowed: readonly KeyUsageName[]): boolean => {
  const others = (Object.keys(KEY_USAGE) as KeyUsageName[]).filter(name => !allowed.includes(name))
  return hasUsage(certificate, ...others)
}

export const purposesOf = (certificate: Certificate): readonly string[] => certificate.extension('extKeyUsage') ?? []

export const altNames = (certificate: Certificate): readonly GeneralName[] =>
  certificate.extension('subjectAltName') ?? []

export const dnsNames = (certificate: Certificate): readonly string[] =>
  altNames(certificate).flatMap(name => (name.type === 'dns' ? [name.text] : []))

/** Texts of the names of these types in both alternative names. */
export const textsOf = (certificate: Certificate, type: 'dns' | 'email' | 'uri'): readonly string[] =>
  [...altNames(certificate), ...(certificate.extension('issuerAltName') ?? [])].flatMap(name =>
    name.type === type ? [name.text] : [],
  )

export const policiesOf = (certificate: Certificate): readonly string[] =>
  (certificate.extension('certificatePolicies') ?? []).map(({ oid }) => oid)

/** Those of CA/B BR 7.1.6.1: at most one each. */
export const reservedPolicies = (certificate: Certificate): readonly string[] =>
  policiesOf(certificate).filter(oid => RESERVED.has(oid))

const RESERVED: ReadonlySet<string> = /* @__PURE__ */ new Set<string>([
  POLICY.domain,
  POLICY.organization,
  POLICY.individual,
  POLICY.extended,
])

/** Undefined where it is not HTTP, whether or not in TLS, or no URL at all. */
export const httpUrl = (name: GeneralName): URL | undefined => {
  if (name.type !== 'uri' || !URL.canParse(name.text)) return undefined
  const url = new URL(name.text)
  return /^https?:$/.test(url.protocol) ? url : undefined
}

/** What a notice to the user says (RFC 5280 4.2.1.4), as far as rules go. */
export interface UserNotice {
  readonly hasReference: boolean
  readonly text: { readonly tag: number; readonly characters: string } | undefined
}

/** The qualifiers of all policies: addresses of practice statements, and notices. */
export interface Qualifiers {
  readonly statements: readonly string[]
  readonly notices: readonly UserNotice[]
}

/** Throws `DerError` for qualifiers that are not as they are defined: `decodeAll` knows their types alone. */
export const qualifiersOf = (certificate: Certificate): Qualifiers => {
  const statements: string[] = []
  const notices: UserNotice[] = []
  const found = certificate.find('certificatePolicies')
  if (found === undefined) return { statements, notices }
  const policies = new Der(certificate.der, found.from, found.to).inside(TAG.sequence, 'certificatePolicies')
  while (policies.left > 0) {
    const policy = policies.inside(TAG.sequence, 'policyInformation')
    policy.read(TAG.oid, 'policyIdentifier')
    if (policy.left === 0) continue
    const qualifiers = policy.inside(TAG.sequence, 'policyQualifiers')
    while (qualifiers.left > 0) {
      const one = qualifiers.inside(TAG.sequence, 'policyQualifierInfo')
      one.read(TAG.oid, 'policyQualifierId')
      const type = oidText(one.bytes, one.from, one.to)
      if (type === POLICY.practiceStatement) {
        one.read(TAG.ia5String, 'cPSuri')
        statements.push(stringValue(TAG.ia5String, one.bytes, one.from, one.to, 'cPSuri') ?? '')
      } else if (type === POLICY.userNotice) notices.push(readNotice(one.inside(TAG.sequence, 'userNotice')))
    }
  }
  return { statements, notices }
}

const readNotice = (notice: Der): UserNotice => {
  const hasReference = notice.left > 0 && notice.peek() === TAG.sequence
  if (hasReference) notice.any('noticeRef')
  if (notice.left === 0) return { hasReference, text: undefined }
  notice.any('explicitText')
  const { tag, bytes, from, to } = notice
  return { hasReference, text: { tag, characters: stringValue(tag, bytes, from, to, 'explicitText') ?? '' } }
}

/** The two numbers of an RSA key (RFC 8017 A.1.1), without a sign octet; undefined for other keys. */
export const rsaNumbers = (certificate: Certificate): { modulus: Uint8Array; exponent: Uint8Array } | undefined => {
  if (!certificate.publicKey.type.startsWith('rsa')) return undefined
  const numbers = new Der(certificate.keyOctets).inside(TAG.sequence, 'key')
  const next = (): Uint8Array => {
    numbers.read(TAG.integer, 'key')
    return numbers.bytes.subarray(numbers.from, numbers.to)
  }
  return { modulus: next(), exponent: next() }
}
