/**
 * Rules for those who issue certificates, one line each: where written, which profiles refuse for it, and the test.
 * A reader is not harmed when one is broken, which is why `deployed` has none of them.
 */
import { TAG } from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.table.ts'
import { hasTrailingZeros } from '../../asn1/value.ts'
import { ipAddress, parseIp } from '../../wire/address.ts'
import { sameOctets } from '../../wire/bytes.ts'
import type { Certificate } from '../certificate/certificate.ts'
import { type ExtensionName, KEY_USAGE } from '../certificate/extensions.ts'
import type { Part } from '../certificate/part.ts'

export type Role = 'leaf' | 'intermediate' | 'anchor'
export type ProfileName = 'path' | 'rfc5280' | 'webpki' | 'deployed'

export interface Lint {
  /** What is wrong, as it follows "The certificate: ". */
  readonly says: string
  readonly rule: string
  /** Where it is wrong. */
  readonly of: Part
  readonly refusedBy: readonly ProfileName[]
  /** Every role when not given. */
  readonly roles?: readonly Role[]
  readonly broken: (certificate: Certificate, selfSigned: () => boolean) => boolean
}

const both = ['rfc5280', 'webpki'] as const
const issued = ['leaf', 'intermediate'] as const
const authorities = ['intermediate', 'anchor'] as const
const has = (certificate: Certificate, name: ExtensionName, critical: 'critical' | 'not critical'): boolean => {
  const found = certificate.find(name)
  return found !== undefined && found.critical === (critical === 'critical')
}

/** RFC 1034 3.5 as RFC 5280 4.2.1.6 wants it; a whole left-most label may be `*`. */
const dnsSyntax = /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i
/** RFC 5321 4.1.2 without quoted local parts. */
const mailboxSyntax = /^[^@\s]+@[^@\s]+$/

export type LintId =
  | 'serial-number'
  | 'serial-number-length'
  | 'issuer-empty'
  | 'authority-unnamed'
  | 'unnamed-alt-name'
  | 'named-alt-name-critical'
  | 'dns-name-syntax'
  | 'mailbox-syntax'
  | 'authority-key-missing'
  | 'authority-key-critical'
  | 'root-names-authority'
  | 'root-names-other-key'
  | 'subject-key-missing'
  | 'subject-key-critical'
  | 'basic-constraints-not-critical'
  | 'path-length-without-authority'
  | 'signs-without-authority'
  | 'name-constraints-in-leaf'
  | 'name-constraints-not-critical'
  | 'constraint-leading-period'
  | 'policy-constraints-not-critical'
  | 'inhibit-any-policy-not-critical'
  | 'key-usage-zeros'
  | 'information-access-critical'
  | 'purpose-critical'
  | 'purpose-any'
  | 'purpose-mixed'
  | 'root-purpose'
  | 'common-name'
  | 'common-name-spelling'
  | 'rsa-size'
  | 'wide-time'

export const lints: Readonly<Record<LintId, Lint>> = {
  'serial-number': {
    says: 'its serial number is not positive',
    rule: 'RFC 5280 4.1.2.2',
    of: 'serialNumber',
    refusedBy: both,
    roles: issued,
    broken: c => c.serialNumber[0]! > 0x7f || c.serialNumber.every(octet => octet === 0),
  },
  'serial-number-length': {
    says: 'its serial number has more than 20 octets',
    rule: 'RFC 5280 4.1.2.2',
    of: 'serialNumber',
    refusedBy: both,
    roles: issued,
    broken: c => c.serialNumber.length > (c.serialNumber[0] === 0 ? 21 : 20),
  },
  'issuer-empty': {
    says: 'it does not say who issued it',
    rule: 'RFC 5280 4.1.2.4',
    of: 'issuer',
    refusedBy: both,
    broken: c => c.issuer.isEmpty,
  },
  'authority-unnamed': {
    says: 'the authority has no name',
    rule: 'RFC 5280 4.1.2.6',
    of: 'subject',
    refusedBy: both,
    roles: authorities,
    broken: c => c.subject.isEmpty,
  },
  'unnamed-alt-name': {
    says: 'its subject is empty and subjectAltName is not critical',
    rule: 'RFC 5280 4.2.1.6',
    of: 'subjectAltName',
    refusedBy: both,
    broken: c => c.subject.isEmpty && !has(c, 'subjectAltName', 'critical'),
  },
  'named-alt-name-critical': {
    says: 'its subject is not empty and yet subjectAltName is critical',
    rule: 'CA/B BR 7.1.2.7.12',
    of: 'subjectAltName',
    refusedBy: ['webpki'],
    roles: ['leaf'],
    broken: c => !c.subject.isEmpty && has(c, 'subjectAltName', 'critical'),
  },
  'dns-name-syntax': {
    says: 'a DNS name in subjectAltName is not written like one',
    rule: 'RFC 5280 4.2.1.6',
    of: 'subjectAltName',
    refusedBy: both,
    roles: issued,
    broken: c =>
      c.extension('subjectAltName')?.some(n => n.type === 'dns' && (!dnsSyntax.test(n.text) || isAddress(n.text))) ===
      true,
  },
  'mailbox-syntax': {
    says: 'a mailbox in subjectAltName is not written like one',
    rule: 'RFC 5280 4.2.1.6',
    of: 'subjectAltName',
    refusedBy: both,
    roles: issued,
    broken: c => c.extension('subjectAltName')?.some(n => n.type === 'email' && !mailboxSyntax.test(n.text)) === true,
  },
  'authority-key-missing': {
    says: 'authorityKeyIdentifier with the identifier of the key is missing',
    rule: 'RFC 5280 4.2.1.1',
    of: 'authorityKeyIdentifier',
    refusedBy: both,
    // A self-signed certificate may leave it out.
    broken: (c, selfSigned) => c.extension('authorityKeyIdentifier')?.keyIdentifier === undefined && !selfSigned(),
  },
  'authority-key-critical': {
    says: 'authorityKeyIdentifier is critical',
    rule: 'RFC 5280 4.2.1.1',
    of: 'authorityKeyIdentifier',
    refusedBy: both,
    broken: c => has(c, 'authorityKeyIdentifier', 'critical'),
  },
  'root-names-authority': {
    says: 'authorityKeyIdentifier of a root names issuer and serial number',
    rule: 'CA/B BR 7.1.2.1.3',
    of: 'authorityKeyIdentifier',
    refusedBy: ['webpki'],
    roles: ['anchor'],
    broken: c => c.extension('authorityKeyIdentifier')?.serialNumber !== undefined,
  },
  'root-names-other-key': {
    says: 'authorityKeyIdentifier of a root is not that of its own key',
    rule: 'CA/B BR 7.1.2.1.3',
    of: 'authorityKeyIdentifier',
    refusedBy: ['webpki'],
    roles: ['anchor'],
    broken: c => {
      const authority = c.extension('authorityKeyIdentifier')
      const own = c.extension('subjectKeyIdentifier')
      if (authority === undefined || !c.isSelfIssued) return false
      if (authority.keyIdentifier === undefined || own === undefined) return true
      return !sameOctets(authority.keyIdentifier, own)
    },
  },
  'subject-key-missing': {
    says: 'subjectKeyIdentifier is missing from an authority',
    rule: 'RFC 5280 4.2.1.2',
    of: 'subjectKeyIdentifier',
    refusedBy: both,
    roles: authorities,
    broken: c => c.extension('subjectKeyIdentifier') === undefined,
  },
  'subject-key-critical': {
    says: 'subjectKeyIdentifier is critical',
    rule: 'RFC 5280 4.2.1.2',
    of: 'subjectKeyIdentifier',
    refusedBy: both,
    broken: c => has(c, 'subjectKeyIdentifier', 'critical'),
  },
  'basic-constraints-not-critical': {
    says: 'basicConstraints of an authority is not critical',
    rule: 'RFC 5280 4.2.1.9',
    of: 'basicConstraints',
    refusedBy: both,
    roles: authorities,
    broken: c => has(c, 'basicConstraints', 'not critical'),
  },
  'path-length-without-authority': {
    says: 'it has a path length and is no authority that signs certificates',
    rule: 'RFC 5280 4.2.1.9',
    of: 'basicConstraints',
    refusedBy: both,
    broken: c => {
      const constraints = c.extension('basicConstraints')
      const signs = ((c.extension('keyUsage') ?? 0) & KEY_USAGE.keyCertSign) !== 0
      return constraints?.pathLength !== undefined && !(constraints.ca && signs)
    },
  },
  'signs-without-authority': {
    says: 'keyUsage has keyCertSign and basicConstraints no authority',
    rule: 'RFC 5280 4.2.1.3',
    of: 'keyUsage',
    refusedBy: both,
    roles: ['leaf'],
    broken: c =>
      ((c.extension('keyUsage') ?? 0) & KEY_USAGE.keyCertSign) !== 0 && c.extension('basicConstraints')?.ca !== true,
  },
  'name-constraints-in-leaf': {
    says: 'nameConstraints stands in a certificate that is no authority',
    rule: 'RFC 5280 4.2.1.10',
    of: 'nameConstraints',
    refusedBy: both,
    roles: ['leaf'],
    broken: c => c.find('nameConstraints') !== undefined && c.extension('basicConstraints')?.ca !== true,
  },
  'name-constraints-not-critical': {
    says: 'nameConstraints is not critical',
    rule: 'RFC 5280 4.2.1.10',
    of: 'nameConstraints',
    refusedBy: ['rfc5280'],
    broken: c => has(c, 'nameConstraints', 'not critical'),
  },
  'constraint-leading-period': {
    says: 'a DNS constraint begins with a period',
    rule: 'RFC 5280 4.2.1.10',
    of: 'nameConstraints',
    refusedBy: both,
    broken: c => {
      const constraints = c.extension('nameConstraints')
      const all = constraints === undefined ? [] : [...constraints.permitted, ...constraints.excluded]
      return all.some(n => n.type === 'dns' && n.text.startsWith('.'))
    },
  },
  'policy-constraints-not-critical': {
    says: 'policyConstraints is not critical',
    rule: 'RFC 5280 4.2.1.11',
    of: 'policyConstraints',
    refusedBy: both,
    broken: c => has(c, 'policyConstraints', 'not critical'),
  },
  'inhibit-any-policy-not-critical': {
    says: 'inhibitAnyPolicy is not critical',
    rule: 'RFC 5280 4.2.1.14',
    of: 'inhibitAnyPolicy',
    refusedBy: both,
    broken: c => has(c, 'inhibitAnyPolicy', 'not critical'),
  },
  'key-usage-zeros': {
    says: 'keyUsage ends in zero bits',
    rule: 'X.690 11.2.2',
    of: 'keyUsage',
    refusedBy: both,
    broken: c => {
      const found = c.find('keyUsage')
      return found !== undefined && hasTrailingZeros(c.der, found.from + 2, found.to)
    },
  },
  'information-access-critical': {
    says: 'authorityInfoAccess is critical',
    rule: 'RFC 5280 4.2.2.1',
    of: 'authorityInfoAccess',
    refusedBy: both,
    broken: c => has(c, 'authorityInfoAccess', 'critical'),
  },
  'purpose-critical': {
    says: 'extKeyUsage is critical',
    rule: 'CA/B BR 7.1.2.7.6',
    of: 'extKeyUsage',
    refusedBy: ['webpki'],
    roles: ['leaf'],
    broken: c => has(c, 'extKeyUsage', 'critical'),
  },
  'purpose-any': {
    says: 'extKeyUsage allows everything',
    rule: 'CA/B BR 7.1.2.7.10',
    of: 'extKeyUsage',
    refusedBy: ['webpki'],
    roles: ['leaf'],
    broken: c => c.extension('extKeyUsage')?.includes(OID.anyExtendedKeyUsage) === true,
  },
  'purpose-mixed': {
    says: 'extKeyUsage of a server allows code signing, time stamps, OCSP or mail as well',
    rule: 'CA/B BR 7.1.2.7.10',
    of: 'extKeyUsage',
    refusedBy: ['webpki'],
    roles: ['leaf'],
    broken: c => c.extension('extKeyUsage')?.some(oid => unmixable.includes(oid)) === true,
  },
  'root-purpose': {
    says: 'a root has extKeyUsage',
    rule: 'CA/B BR 7.1.2.1.2',
    of: 'extKeyUsage',
    refusedBy: ['webpki'],
    roles: ['anchor'],
    broken: c => c.find('extKeyUsage') !== undefined,
  },
  // What only describes (`My router`) misleads nobody who reads subjectAltName, and home-made authorities are full of it.
  'common-name': {
    says: 'its common name is not, letter for letter, one of the names in subjectAltName',
    rule: 'CA/B BR 7.1.4.3',
    of: 'subject',
    refusedBy: [],
    roles: ['leaf'],
    broken: c => {
      const names = hostsOf(c)
      return c.subject.all(OID.commonName).some(name => !names.includes(name))
    },
  },
  'common-name-spelling': {
    says: 'its common name is a host or an address in another spelling than that of subjectAltName',
    rule: 'CA/B BR 7.1.4.3',
    of: 'subject',
    refusedBy: ['webpki'],
    roles: ['leaf'],
    broken: c => {
      const names = hostsOf(c)
      return c.subject.all(OID.commonName).some(name => !names.includes(name) && isMisspelt(name, names))
    },
  },
  'rsa-size': {
    says: 'the size of its RSA key is no multiple of eight bits',
    rule: 'CA/B BR 6.1.5',
    of: 'publicKey',
    refusedBy: ['webpki'],
    broken: c => c.publicKey.type === 'rsa' && c.publicKey.bits % 8 !== 0,
  },
  'wide-time': {
    says: 'a date before 2050 is written as GeneralizedTime',
    rule: 'RFC 5280 4.1.2.5',
    of: 'validity',
    refusedBy: [],
    broken: c => {
      const { from, to } = c.spans.validity
      const wide = (at: number): boolean => c.der[at] === TAG.generalizedTime
      return (wide(from + 2) && c.notBefore < YEAR_2050) || (wide(to - 17) && c.notAfter < YEAR_2050)
    },
  },
}

const unmixable: readonly string[] = [OID.codeSigning, OID.emailProtection, OID.timeStamping, OID.OCSPSigning]

const YEAR_2050 = 2_524_608_000_000

/** The names in subjectAltName that hosts are asked for by, as they are written. */
const hostsOf = (certificate: Certificate): readonly string[] =>
  (certificate.extension('subjectAltName') ?? []).flatMap(n =>
    n.type === 'dns' ? [n.text] : n.type === 'ip' ? [addressText(n.octets)] : [],
  )

/** A domain in capitals or in its own letters, an address with zeros or in numbers that only old programs read. */
const isMisspelt = (name: string, names: readonly string[]): boolean => {
  const address = parseIp(name)
  if (address !== undefined) return address.text !== name
  if (/^(0x[\da-f]+|\d+)(\.(0x[\da-f]+|\d+)){0,3}$/i.test(name)) return true
  if (/[^\0-\x7f]/.test(name)) return /^[^\s.]+(\.[^\s.]+)+$/.test(name)
  return names.includes(name.toLowerCase())
}

const isAddress = (text: string): boolean => parseIp(text) !== undefined
const addressText = (octets: Uint8Array): string =>
  octets.length === 4 || octets.length === 16 ? ipAddress(octets).text : ''

/** The lints that a profile refuses for. */
export const lintsOf = (profile: ProfileName): ReadonlySet<LintId> =>
  new Set((Object.keys(lints) as LintId[]).filter(id => lints[id].refusedBy.includes(profile)))

/** The rules of `among` that this certificate breaks. It must have passed `decodeAll`. */
export const lintsBroken = (
  certificate: Certificate,
  role: Role,
  among: ReadonlySet<LintId>,
  selfSigned: () => boolean,
): LintId[] => {
  // As in the default, for every certificate of every path.
  if (among.size === 0) return []
  return (Object.keys(lints) as LintId[]).filter(id => {
    const lint = lints[id]
    return among.has(id) && (lint.roles ?? [role]).includes(role) && lint.broken(certificate, selfSigned)
  })
}
