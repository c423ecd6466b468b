/**
 * Rules of the CA/Browser Forum's Baseline Requirements for TLS servers, version 2.2.6, beside those that profiles refuse for
 * (`path/lints.table.ts`) and those of RFC 5280 that they only repeat. `subject.table.ts` has those for names of subjects.
 */
import { Der, TAG } from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.table.ts'
import { hexText, sameOctets } from '../../wire/bytes.ts'
import type { Certificate } from '../certificate/certificate.ts'
import type { KeyUsageName } from '../certificate/extensions.ts'
import { isInternalName, isReservedAddress, isReservedLabel, labelsOf } from './hosts.ts'
import {
  altNames,
  dnsNames,
  hasUsage,
  httpUrl,
  isCritical,
  isOrdinary,
  lacks,
  policiesOf,
  purposesOf,
  qualifiersOf,
  reservedPolicies,
  rsaNumbers,
  usesBeyond,
} from './look.ts'
import { POLICY, PRECERTIFICATE } from './oids.table.ts'
import type { LintRule } from './types.ts'

const DAY = 86_400_000

/** When rules came in. Certificates that begin earlier are not held to them. */
const BASELINE = Date.UTC(2012, 6, 1)
/** Version 1.7.1: purposes of authorities, and how keys are written, DSA no more among them. */
const ENCODINGS = Date.UTC(2020, 7, 20)
/** Version 2.0.0: all that certificates may hold, as profiles. */
const PROFILES = Date.UTC(2023, 8, 15)
const SHORT_LIVED = Date.UTC(2024, 2, 15)
const SHORTER = Date.UTC(2026, 2, 15)

/** CA/B BR 6.3.2: days that a server's certificate may be valid, by when it begins; one less is recommended. */
const LIFETIMES: readonly (readonly [since: number, days: number])[] = [
  [Date.UTC(2029, 2, 15), 47],
  [Date.UTC(2027, 2, 15), 100],
  [SHORTER, 200],
  [Date.UTC(2020, 8, 1), 398],
  [Date.UTC(2018, 2, 1), 825],
]

const mostDays = ({ notBefore }: Certificate): number =>
  LIFETIMES.find(([since]) => notBefore >= since)?.[1] ?? Infinity

/** CA/B BR 1.6.1: the last second counts, which was written down in version 1.7.1; what is over a day is another. */
const daysOf = ({ notBefore, notAfter }: Certificate): number =>
  Math.ceil((notAfter - notBefore + (notBefore < ENCODINGS ? 0 : 1000)) / DAY)

/** CA/B BR 1.6.1, Short-lived Subscriber Certificate. */
const isShortLived = (certificate: Certificate): boolean =>
  certificate.notBefore >= SHORT_LIVED && daysOf(certificate) <= (certificate.notBefore >= SHORTER ? 7 : 10)

const authorities = ['root', 'authority'] as const

/** What a key of a server may be used for, by its type (CA/B BR 7.1.2.7.11). */
const SERVER_USES: Readonly<Record<string, readonly KeyUsageName[]>> = {
  rsa: ['digitalSignature', 'keyEncipherment', 'dataEncipherment'],
  ecdsa: ['digitalSignature', 'keyAgreement'],
}

const FOREIGN_PURPOSES: readonly string[] = [
  OID.codeSigning,
  OID.emailProtection,
  OID.timeStamping,
  OID.OCSPSigning,
  PRECERTIFICATE.signing,
]

/** CA/B BR 7.1.2.7.6: what a server's certificate has, and what of it was not recommended already. */
const SERVER_EXTENSIONS: readonly string[] = [
  OID.authorityInfoAccess,
  OID.authorityKeyIdentifier,
  OID.certificatePolicies,
  OID.extKeyUsage,
  OID.subjectAltName,
  OID.nameConstraints,
  OID.keyUsage,
  OID.basicConstraints,
  OID.cRLDistributionPoints,
  OID.sctList,
  OID.subjectKeyIdentifier,
  PRECERTIFICATE.poison,
]

/** CA/B BR 7.1.3.2, whole AlgorithmIdentifiers. */
const SIGNATURES: ReadonlySet<string> = /* @__PURE__ */ new Set([
  '300d06092a864886f70d01010b0500',
  '300d06092a864886f70d01010c0500',
  '300d06092a864886f70d01010d0500',
  '304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120',
  '304106092a864886f70d01010a3034a00f300d06096086480165030402020500a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130',
  '304106092a864886f70d01010a3034a00f300d06096086480165030402030500a11c301a06092a864886f70d010108300d06096086480165030402030500a203020140',
  '300a06082a8648ce3d040302',
  '300a06082a8648ce3d040303',
  '300a06082a8648ce3d040304',
])

/** CA/B BR 7.1.3.1, whole AlgorithmIdentifiers. */
const KEYS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  '300d06092a864886f70d0101010500',
  '301306072a8648ce3d020106082a8648ce3d030107',
  '301006072a8648ce3d020106052b81040022',
  '301006072a8648ce3d020106052b81040023',
])

const keyAlgorithm = ({ spki }: Certificate): string => {
  const info = new Der(spki).inside(TAG.sequence, 'key')
  info.any('algorithm')
  return hexText(info.element())
}

/** The odd primes below 752 and two, by which no modulus can be divided (CA/B BR 6.1.6). */
const SMALL_PRIMES: readonly number[] = /* @__PURE__ */ (() => {
  const primes: number[] = []
  for (let n = 2; n < 752; n++) if (primes.every(prime => n % prime !== 0)) primes.push(n)
  return primes
})()

const remainder = (octets: Uint8Array, by: number): number =>
  octets.reduce((left, octet) => (left * 256 + octet) % by, 0)

/** As a number where it is one, which all are that anybody uses. */
const smallExponent = (octets: Uint8Array): number => octets.reduce((value, octet) => value * 256 + octet, 0)

const accessOf = (certificate: Certificate) => certificate.extension('authorityInfoAccess') ?? []
const pointsOf = (certificate: Certificate) => certificate.extension('cRLDistributionPoints') ?? []

export const baselineRules: Readonly<Record<string, LintRule>> = {
  version: {
    says: 'it is not of version 3',
    rule: 'CA/B BR 7.1.1',
    level: 'error',
    of: 'tbs',
    since: BASELINE,
    broken: c => c.version !== 3,
  },
  'serial-number-entropy': {
    says: 'its serial number is too short for 64 random bits',
    rule: 'CA/B BR 7.1.2.7',
    level: 'warning',
    of: 'serialNumber',
    since: Date.UTC(2016, 8, 30),
    broken: c => c.serialNumber.length < 8,
  },
  'signature-algorithm': {
    says: 'its signature is of an algorithm, or written in a form, that is not allowed',
    rule: 'CA/B BR 7.1.3.2',
    level: 'error',
    of: 'algorithm',
    since: Date.UTC(2016, 0, 1),
    broken: c => !SIGNATURES.has(hexText(c.der.subarray(c.spans.algorithm.from, c.spans.algorithm.to))),
  },
  'key-algorithm': {
    says: 'its key is of an algorithm, or written in a form, that is not allowed',
    rule: 'CA/B BR 7.1.3.1',
    level: 'error',
    of: 'publicKey',
    since: BASELINE,
    broken: c => {
      if (c.notBefore >= ENCODINGS) return !KEYS.has(keyAlgorithm(c))
      return c.publicKey.type === 'other' && c.publicKey.oid !== OID.dsa
    },
  },
  'rsa-short': {
    says: 'its RSA key has fewer than 2048 bits',
    rule: 'CA/B BR 6.1.5',
    level: 'error',
    of: 'publicKey',
    since: Date.UTC(2014, 0, 1),
    broken: c => c.publicKey.type === 'rsa' && c.publicKey.bits < 2048,
  },
  'rsa-exponent': {
    says: 'the exponent of its RSA key is below 65537',
    rule: 'CA/B BR 6.1.6',
    level: 'warning',
    of: 'publicKey',
    since: Date.UTC(2013, 1, 21),
    broken: c => smallExponent(rsaNumbers(c)?.exponent ?? Uint8Array.of(1, 0, 1)) < 65_537,
  },
  'rsa-factor': {
    says: 'the modulus of its RSA key has a small factor',
    rule: 'CA/B BR 6.1.6',
    level: 'warning',
    of: 'publicKey',
    since: Date.UTC(2013, 1, 21),
    broken: c => {
      const numbers = rsaNumbers(c)
      return numbers !== undefined && SMALL_PRIMES.some(prime => remainder(numbers.modulus, prime) === 0)
    },
  },

  'root-validity': {
    says: 'a root is valid for less than 2922 or for more than 9132 days',
    rule: 'CA/B BR 7.1.2.1.1',
    level: 'error',
    of: 'validity',
    kinds: ['root'],
    since: PROFILES,
    broken: c => daysOf(c) < 2922 || daysOf(c) > 9132,
  },
  'root-issuer': {
    says: 'the issuer of a root is not written as its subject is',
    rule: 'CA/B BR 7.1.2.1',
    level: 'error',
    of: 'issuer',
    kinds: ['root'],
    since: PROFILES,
    broken: c => !sameOctets(c.issuer.der, c.subject.der),
  },
  'root-authority-key': {
    says: 'authorityKeyIdentifier is missing from a root',
    rule: 'CA/B BR 7.1.2.1.2',
    level: 'warning',
    of: 'authorityKeyIdentifier',
    kinds: ['root'],
    since: PROFILES,
    broken: c => lacks(c, 'authorityKeyIdentifier'),
  },
  'root-path-length': {
    says: 'basicConstraints of a root has a path length',
    rule: 'CA/B BR 7.1.2.1.4',
    level: 'warning',
    of: 'basicConstraints',
    kinds: ['root'],
    since: BASELINE,
    broken: c => c.extension('basicConstraints')?.pathLength !== undefined,
  },
  'root-policies': {
    says: 'a root has certificatePolicies',
    rule: 'CA/B BR 7.1.2.1.2',
    level: 'warning',
    of: 'certificatePolicies',
    kinds: ['root'],
    since: BASELINE,
    broken: c => !lacks(c, 'certificatePolicies'),
  },
  'root-lists': {
    says: 'a root has cRLDistributionPoints',
    rule: 'CA/B BR 7.1.2.11.2',
    level: 'warning',
    of: 'cRLDistributionPoints',
    kinds: ['root'],
    since: PROFILES,
    broken: c => !lacks(c, 'cRLDistributionPoints'),
  },

  'authority-usage-ordinary': {
    says: 'keyUsage of an authority is not critical',
    rule: 'CA/B BR 7.1.2.10.7',
    level: 'error',
    of: 'keyUsage',
    kinds: authorities,
    since: BASELINE,
    broken: c => isOrdinary(c, 'keyUsage'),
  },
  'authority-signs-certificates': {
    says: 'keyUsage of an authority lacks keyCertSign',
    rule: 'CA/B BR 7.1.2.10.7',
    level: 'error',
    of: 'keyUsage',
    kinds: authorities,
    since: BASELINE,
    broken: c => !lacks(c, 'keyUsage') && !hasUsage(c, 'keyCertSign'),
  },
  'authority-signs-lists': {
    says: 'keyUsage of an authority lacks cRLSign',
    rule: 'CA/B BR 7.1.2.10.7',
    level: 'error',
    of: 'keyUsage',
    kinds: authorities,
    since: BASELINE,
    broken: c => !lacks(c, 'keyUsage') && !hasUsage(c, 'cRLSign'),
  },
  'authority-usage': {
    says: 'keyUsage of an authority has more than signatures of certificates, lists and data',
    rule: 'CA/B BR 7.1.2.10.7',
    level: 'error',
    of: 'keyUsage',
    kinds: authorities,
    since: PROFILES,
    broken: c => usesBeyond(c, 'digitalSignature', 'keyCertSign', 'cRLSign'),
  },
  'authority-purpose-missing': {
    says: 'extKeyUsage is missing from an intermediate authority',
    rule: 'CA/B BR 7.1.2.6.1',
    level: 'error',
    of: 'extKeyUsage',
    kinds: ['authority'],
    since: PROFILES,
    broken: c => lacks(c, 'extKeyUsage'),
  },
  'authority-purpose-critical': {
    says: 'extKeyUsage of an authority is critical',
    rule: 'CA/B BR 7.1.2.6.1',
    level: 'error',
    of: 'extKeyUsage',
    kinds: ['authority'],
    since: PROFILES,
    broken: c => isCritical(c, 'extKeyUsage'),
  },
  'authority-purposes': {
    says: 'extKeyUsage of an authority for servers has purposes beside those of TLS',
    rule: 'CA/B BR 7.1.2.10.6',
    level: 'error',
    of: 'extKeyUsage',
    kinds: ['authority'],
    since: ENCODINGS,
    broken: c => {
      const purposes = purposesOf(c)
      // Of a cross-certificate everything may be allowed (7.1.2.2.4), if nothing else is.
      if (purposes.includes(OID.anyExtendedKeyUsage)) return purposes.length > 1
      return purposes.includes(OID.serverAuth) && purposes.some(purpose => FOREIGN_PURPOSES.includes(purpose))
    },
  },
  'authority-policies-missing': {
    says: 'certificatePolicies is missing from an intermediate authority',
    rule: 'CA/B BR 7.1.2.6.1',
    level: 'error',
    of: 'certificatePolicies',
    kinds: ['authority'],
    since: BASELINE,
    broken: c => lacks(c, 'certificatePolicies'),
  },
  'authority-policies': {
    says: 'certificatePolicies of an authority has neither anyPolicy alone nor exactly one reserved policy',
    rule: 'CA/B BR 7.1.2.10.5',
    level: 'error',
    of: 'certificatePolicies',
    kinds: ['authority'],
    since: PROFILES,
    broken: c => {
      const policies = policiesOf(c)
      if (lacks(c, 'certificatePolicies') || isOutsideTls(c)) return false
      return policies.includes(OID.anyPolicy) ? policies.length > 1 : reservedPolicies(c).length !== 1
    },
  },
  'authority-lists-missing': {
    says: 'cRLDistributionPoints is missing from an intermediate authority',
    rule: 'CA/B BR 7.1.2.11.2',
    level: 'error',
    of: 'cRLDistributionPoints',
    kinds: ['authority'],
    since: BASELINE,
    broken: c => lacks(c, 'cRLDistributionPoints'),
  },
  'authority-access-missing': {
    says: 'authorityInfoAccess is missing from an intermediate authority',
    rule: 'CA/B BR 7.1.2.6.1',
    level: 'warning',
    of: 'authorityInfoAccess',
    kinds: ['authority'],
    since: ENCODINGS,
    broken: c => lacks(c, 'authorityInfoAccess'),
  },
  'authority-constraints-ordinary': {
    says: 'nameConstraints is not critical',
    rule: 'CA/B BR 7.1.2.10.8',
    level: 'warning',
    of: 'nameConstraints',
    kinds: authorities,
    since: BASELINE,
    broken: c => isOrdinary(c, 'nameConstraints'),
  },

  'authority-key-names': {
    says: 'authorityKeyIdentifier names issuer and serial number',
    rule: 'CA/B BR 7.1.2.11.1',
    level: 'error',
    of: 'authorityKeyIdentifier',
    kinds: ['authority', 'server', 'responder'],
    since: PROFILES,
    broken: c => c.extension('authorityKeyIdentifier')?.serialNumber !== undefined,
  },
  'policies-critical': {
    says: 'certificatePolicies is critical',
    rule: 'CA/B BR 7.1.2.7.6',
    level: 'error',
    of: 'certificatePolicies',
    since: BASELINE,
    broken: c => isCritical(c, 'certificatePolicies'),
  },
  'policy-qualifier': {
    says: 'certificatePolicies has qualifiers',
    rule: 'CA/B BR 7.1.2.7.9',
    level: 'warning',
    of: 'certificatePolicies',
    kinds: ['authority', 'server'],
    since: PROFILES,
    broken: c => c.extension('certificatePolicies')?.some(({ qualifiers }) => qualifiers.length > 0) === true,
  },
  'policy-qualifier-form': {
    says: 'certificatePolicies has another qualifier than the address of a practice statement',
    rule: 'CA/B BR 7.1.2.7.9',
    level: 'error',
    of: 'certificatePolicies',
    since: PROFILES,
    broken: c =>
      c
        .extension('certificatePolicies')
        ?.some(({ qualifiers }) => qualifiers.some(one => one !== POLICY.practiceStatement)) === true,
  },
  'practice-statement-address': {
    says: 'the address of a practice statement is no HTTP URL',
    rule: 'CA/B BR 7.1.2.7.9',
    level: 'error',
    of: 'certificatePolicies',
    since: PROFILES,
    broken: c => qualifiersOf(c).statements.some(text => !/^https?:\/\/./i.test(text) || !URL.canParse(text)),
  },
  'lists-critical-forbidden': {
    says: 'cRLDistributionPoints is critical',
    rule: 'CA/B BR 7.1.2.11.2',
    level: 'error',
    of: 'cRLDistributionPoints',
    since: BASELINE,
    broken: c => isCritical(c, 'cRLDistributionPoints'),
  },
  'lists-address': {
    says: 'a point in cRLDistributionPoints has not HTTP URLs alone',
    rule: 'CA/B BR 7.1.2.11.2',
    level: 'error',
    of: 'cRLDistributionPoints',
    since: PROFILES,
    broken: c =>
      pointsOf(c).some(
        ({ name }) =>
          name === undefined || !('full' in name) || name.full.some(one => httpUrl(one)?.protocol !== 'http:'),
      ),
  },
  'lists-parted': {
    says: 'a point in cRLDistributionPoints is for some reasons, or of another issuer',
    rule: 'CA/B BR 7.1.2.11.2',
    level: 'error',
    of: 'cRLDistributionPoints',
    since: PROFILES,
    broken: c => pointsOf(c).some(({ reasons, crlIssuer }) => reasons !== undefined || crlIssuer !== undefined),
  },
  'lists-several': {
    says: 'cRLDistributionPoints has more than one point',
    rule: 'CA/B BR 7.1.2.11.2',
    level: 'warning',
    of: 'cRLDistributionPoints',
    since: PROFILES,
    broken: c => pointsOf(c).length > 1,
  },
  'access-method': {
    says: 'authorityInfoAccess has something else than OCSP and the certificate of the issuer',
    rule: 'CA/B BR 7.1.2.7.7',
    level: 'error',
    of: 'authorityInfoAccess',
    since: PROFILES,
    broken: c => accessOf(c).some(({ method }) => method !== OID.ocsp && method !== OID.caIssuers),
  },
  'access-address': {
    says: 'an address in authorityInfoAccess is no HTTP URL',
    rule: 'CA/B BR 7.1.2.7.7',
    level: 'error',
    of: 'authorityInfoAccess',
    since: PROFILES,
    broken: c => accessOf(c).some(({ location }) => httpUrl(location)?.protocol !== 'http:'),
  },
  'access-twice': {
    says: 'authorityInfoAccess has an address twice',
    rule: 'CA/B BR 7.1.2.7.7',
    level: 'error',
    of: 'authorityInfoAccess',
    since: PROFILES,
    broken: c => {
      const all = accessOf(c).map(({ method, location }) => `${method} ${location.type === 'uri' ? location.text : ''}`)
      return new Set(all).size < all.length
    },
  },
  'timestamps-critical': {
    says: 'the list of signed certificate timestamps is critical',
    rule: 'CA/B BR 7.1.2.7.6',
    level: 'error',
    of: 'sctList',
    since: PROFILES,
    broken: c => isCritical(c, 'sctList'),
  },
  'server-validity': {
    says: 'it is valid for more days than a certificate of its date may be',
    rule: 'CA/B BR 6.3.2',
    level: 'error',
    of: 'validity',
    kinds: ['server'],
    broken: c => daysOf(c) > mostDays(c),
  },
  'server-validity-full': {
    says: 'it is valid for as many days as a certificate of its date may be, to the last',
    rule: 'CA/B BR 6.3.2',
    level: 'warning',
    of: 'validity',
    kinds: ['server'],
    broken: c => daysOf(c) === mostDays(c),
  },
  'server-alt-name-missing': {
    says: 'subjectAltName is missing, or has neither a DNS name nor an address',
    rule: 'CA/B BR 7.1.2.7.12',
    level: 'error',
    of: 'subjectAltName',
    kinds: ['server'],
    since: BASELINE,
    broken: c => !altNames(c).some(({ type }) => type === 'dns' || type === 'ip'),
  },
  'server-alt-name-form': {
    says: 'subjectAltName has something else than DNS names and addresses',
    rule: 'CA/B BR 7.1.2.7.12',
    level: 'error',
    of: 'subjectAltName',
    kinds: ['server'],
    since: BASELINE,
    broken: c => altNames(c).some(({ type }) => type !== 'dns' && type !== 'ip'),
  },
  'server-internal-name': {
    says: 'a DNS name in subjectAltName leads nowhere on the Internet',
    rule: 'CA/B BR 7.1.2.7.12',
    level: 'error',
    of: 'subjectAltName',
    kinds: ['server'],
    since: BASELINE,
    broken: c => dnsNames(c).some(isInternalName),
  },
  'server-reserved-address': {
    says: 'an address in subjectAltName is none on the Internet',
    rule: 'CA/B BR 7.1.2.7.12',
    level: 'error',
    of: 'subjectAltName',
    kinds: ['server'],
    since: BASELINE,
    broken: c => altNames(c).some(name => name.type === 'ip' && isReservedAddress(name.octets)),
  },
  'server-reserved-label': {
    says: 'a label in subjectAltName is reserved, or begins with xn-- and is no Punycode',
    rule: 'CA/B BR 7.1.2.7.12',
    level: 'error',
    of: 'subjectAltName',
    kinds: ['server'],
    since: Date.UTC(2021, 9, 1),
    broken: c => dnsNames(c).some(name => labelsOf(name).some(isReservedLabel)),
  },
  'server-reverse-zone': {
    says: 'a DNS name in subjectAltName is in a zone that leads from addresses to names',
    rule: 'CA/B BR 7.1.2.7.12',
    level: 'error',
    of: 'subjectAltName',
    kinds: ['server'],
    since: SHORTER,
    broken: c => dnsNames(c).some(name => /(^|\.)(in-addr|ip6)\.arpa$/i.test(name)),
  },
  'server-registry-wildcard': {
    says: 'a wildcard in subjectAltName stands for every name of a registry',
    rule: 'CA/B BR 3.2.2.6',
    level: 'error',
    of: 'subjectAltName',
    kinds: ['server'],
    since: BASELINE,
    broken: (c, { isRegistrySuffix }) =>
      dnsNames(c).some(name => name.startsWith('*.') && isRegistrySuffix?.(name.slice(2).toLowerCase()) === true),
  },
  'server-purpose-missing': {
    says: 'extKeyUsage is missing, or does not have servers in it',
    rule: 'CA/B BR 7.1.2.7.10',
    level: 'error',
    of: 'extKeyUsage',
    kinds: ['server'],
    since: BASELINE,
    broken: c => !purposesOf(c).includes(OID.serverAuth),
  },
  'server-purpose-precertificate': {
    says: 'extKeyUsage allows the signing of precertificates',
    rule: 'CA/B BR 7.1.2.7.10',
    level: 'error',
    of: 'extKeyUsage',
    kinds: ['server'],
    since: PROFILES,
    broken: c => purposesOf(c).includes(PRECERTIFICATE.signing),
  },
  'server-purpose-other': {
    says: 'extKeyUsage has a purpose beside servers and clients',
    rule: 'CA/B BR 7.1.2.7.10',
    level: 'warning',
    of: 'extKeyUsage',
    kinds: ['server'],
    since: BASELINE,
    broken: c => purposesOf(c).some(purpose => purpose !== OID.serverAuth && purpose !== OID.clientAuth),
  },
  'server-usage-missing': {
    says: 'keyUsage is missing',
    rule: 'CA/B BR 7.1.2.7.6',
    level: 'warning',
    of: 'keyUsage',
    kinds: ['server'],
    since: PROFILES,
    broken: c => lacks(c, 'keyUsage'),
  },
  'server-usage-ordinary': {
    says: 'keyUsage is not critical',
    rule: 'CA/B BR 7.1.2.7.6',
    level: 'error',
    of: 'keyUsage',
    kinds: ['server'],
    since: PROFILES,
    broken: c => isOrdinary(c, 'keyUsage'),
  },
  'server-usage': {
    says: 'keyUsage has what a server with such a key must not have',
    rule: 'CA/B BR 7.1.2.7.11',
    level: 'error',
    of: 'keyUsage',
    kinds: ['server'],
    since: PROFILES,
    broken: c => usesBeyond(c, ...(SERVER_USES[c.publicKey.type] ?? [])),
  },
  'server-usage-signature': {
    says: 'keyUsage of a server lacks digitalSignature, without which there is no TLS 1.3',
    rule: 'CA/B BR 7.1.2.7.11',
    level: 'warning',
    of: 'keyUsage',
    kinds: ['server'],
    since: PROFILES,
    broken: c => c.publicKey.type === 'rsa' && !lacks(c, 'keyUsage') && !hasUsage(c, 'digitalSignature'),
  },
  'server-usage-signature-ec': {
    says: 'keyUsage of a server with an EC key lacks digitalSignature',
    rule: 'CA/B BR 7.1.2.7.11',
    level: 'error',
    of: 'keyUsage',
    kinds: ['server'],
    since: PROFILES,
    broken: c => c.publicKey.type === 'ecdsa' && !lacks(c, 'keyUsage') && !hasUsage(c, 'digitalSignature'),
  },
  'server-usage-pending': {
    says: 'keyUsage has dataEncipherment or keyAgreement, which will be forbidden',
    rule: 'CA/B BR 7.1.2.7.11',
    level: 'warning',
    of: 'keyUsage',
    kinds: ['server'],
    since: PROFILES,
    broken: c => hasUsage(c, c.publicKey.type === 'ecdsa' ? 'keyAgreement' : 'dataEncipherment'),
  },
  'server-basic-constraints': {
    says: 'basicConstraints of a server is not critical',
    rule: 'CA/B BR 7.1.2.7.6',
    level: 'error',
    of: 'basicConstraints',
    kinds: ['server'],
    since: PROFILES,
    broken: c => isOrdinary(c, 'basicConstraints'),
  },
  'server-subject-key': {
    says: 'a server has a subjectKeyIdentifier, which nobody looks for',
    rule: 'CA/B BR 7.1.2.7.6',
    level: 'warning',
    of: 'subjectKeyIdentifier',
    kinds: ['server'],
    since: PROFILES,
    broken: c => !lacks(c, 'subjectKeyIdentifier'),
  },
  'server-access-missing': {
    says: 'authorityInfoAccess is missing',
    rule: 'CA/B BR 7.1.2.7.6',
    level: 'error',
    of: 'authorityInfoAccess',
    kinds: ['server'],
    since: BASELINE,
    broken: c => lacks(c, 'authorityInfoAccess'),
  },
  'server-access-issuer': {
    says: 'authorityInfoAccess does not say where the certificate of the issuer is',
    rule: 'CA/B BR 7.1.2.7.7',
    level: 'warning',
    of: 'authorityInfoAccess',
    kinds: ['server'],
    since: BASELINE,
    broken: c => !lacks(c, 'authorityInfoAccess') && !accessOf(c).some(({ method }) => method === OID.caIssuers),
  },
  'server-access-internal': {
    says: 'an address in authorityInfoAccess leads nowhere on the Internet',
    rule: 'CA/B BR 7.1.2.7.7',
    level: 'warning',
    of: 'authorityInfoAccess',
    kinds: ['server'],
    since: BASELINE,
    broken: c =>
      accessOf(c).some(({ location }) => {
        const url = httpUrl(location)
        return url !== undefined && isInternalName(url.hostname)
      }),
  },
  'server-lists-missing': {
    says: 'it says neither where lists of revoked certificates are nor who answers by OCSP, and is not short-lived',
    rule: 'CA/B BR 7.1.2.11.2',
    level: 'error',
    of: 'cRLDistributionPoints',
    kinds: ['server'],
    since: SHORT_LIVED,
    broken: c =>
      lacks(c, 'cRLDistributionPoints') && !accessOf(c).some(({ method }) => method === OID.ocsp) && !isShortLived(c),
  },
  'server-policies-missing': {
    says: 'certificatePolicies is missing',
    rule: 'CA/B BR 7.1.2.7.6',
    level: 'error',
    of: 'certificatePolicies',
    kinds: ['server'],
    since: BASELINE,
    broken: c => lacks(c, 'certificatePolicies'),
  },
  'server-policy': {
    says: 'certificatePolicies has not exactly one reserved policy',
    rule: 'CA/B BR 7.1.2.7.9',
    level: 'error',
    of: 'certificatePolicies',
    kinds: ['server'],
    since: PROFILES,
    broken: c => !lacks(c, 'certificatePolicies') && reservedPolicies(c).length !== 1,
  },
  'server-policy-any': {
    says: 'certificatePolicies has anyPolicy',
    rule: 'CA/B BR 7.1.2.7.9',
    level: 'error',
    of: 'certificatePolicies',
    kinds: ['server'],
    since: PROFILES,
    broken: c => policiesOf(c).includes(OID.anyPolicy),
  },
  'server-policy-order': {
    says: 'the reserved policy is not the first one',
    rule: 'CA/B BR 7.1.2.7.9',
    level: 'warning',
    of: 'certificatePolicies',
    kinds: ['server'],
    since: PROFILES,
    broken: c => reservedPolicies(c).length === 1 && policiesOf(c)[0] !== reservedPolicies(c)[0],
  },
  'server-extension-other': {
    says: 'it has an extension that is not among those of servers',
    rule: 'CA/B BR 7.1.2.7.6',
    level: 'warning',
    of: 'tbs',
    kinds: ['server'],
    since: PROFILES,
    broken: c => c.extensions.some(({ oid }) => !SERVER_EXTENSIONS.includes(oid)),
  },

  'responder-no-check': {
    says: 'ocspNoCheck is missing from a responder',
    rule: 'CA/B BR 7.1.2.8.6',
    level: 'error',
    of: 'ocspNoCheck',
    kinds: ['responder', 'server'],
    since: BASELINE,
    broken: c => purposesOf(c).includes(OID.OCSPSigning) && lacks(c, 'ocspNoCheck'),
  },
  'responder-usage': {
    says: 'keyUsage of a responder is not critical, or has not digitalSignature alone',
    rule: 'CA/B BR 7.1.2.8.7',
    level: 'error',
    of: 'keyUsage',
    kinds: ['responder'],
    since: PROFILES,
    broken: c => !isCritical(c, 'keyUsage') || !hasUsage(c, 'digitalSignature') || usesBeyond(c, 'digitalSignature'),
  },
  'responder-purpose': {
    says: 'extKeyUsage of a responder has another purpose too',
    rule: 'CA/B BR 7.1.2.8.5',
    level: 'error',
    of: 'extKeyUsage',
    kinds: ['responder'],
    since: PROFILES,
    broken: c => purposesOf(c).length > 1,
  },
  'responder-alt-name': {
    says: 'a responder has subjectAltName',
    rule: 'CA/B BR 7.1.2.8.2',
    level: 'error',
    of: 'subjectAltName',
    kinds: ['responder'],
    since: PROFILES,
    broken: c => !lacks(c, 'subjectAltName'),
  },
  'responder-lists': {
    says: 'a responder has cRLDistributionPoints',
    rule: 'CA/B BR 7.1.2.8.2',
    level: 'error',
    of: 'cRLDistributionPoints',
    kinds: ['responder'],
    since: PROFILES,
    broken: c => !lacks(c, 'cRLDistributionPoints'),
  },
  'responder-policies': {
    says: 'a responder has certificatePolicies',
    rule: 'CA/B BR 7.1.2.8.2',
    level: 'warning',
    of: 'certificatePolicies',
    kinds: ['responder'],
    since: PROFILES,
    broken: c => !lacks(c, 'certificatePolicies'),
  },
}

/** CA/B BR 7.1.2.3: an authority whose purposes leave servers out. */
const isOutsideTls = (certificate: Certificate): boolean => {
  const purposes = certificate.extension('extKeyUsage')
  return purposes !== undefined && !purposes.includes(OID.serverAuth) && !purposes.includes(OID.anyExtendedKeyUsage)
}
