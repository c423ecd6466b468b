/** Rules of RFC 5280 and the RFCs that add to it, beside those that profiles refuse for (`path/lints.table.ts`). */
import { TAG } from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.table.ts'
import type { Certificate } from '../certificate/certificate.ts'
import type { KeyUsageName } from '../certificate/extensions.ts'
import type { GeneralName } from '../certificate/general-name.ts'
import { isFullName, isUri } from './hosts.ts'
import {
  attributes,
  bothNames,
  hasUsage,
  isCritical,
  isOrdinary,
  lacks,
  lengthOf,
  policiesOf,
  purposesOf,
  qualifiersOf,
  tagOf,
  textsOf,
  usesBeyond,
} from './look.ts'
import { ATTRIBUTE, POLICY, PRECERTIFICATE } from './oids.table.ts'
import type { LintRule } from './types.ts'

const authorities = ['root', 'authority'] as const
const leaves = ['server', 'responder', 'other'] as const

/** RFC 5280 A.1, upper bounds in characters. */
const LONGEST: Readonly<Record<string, number>> = {
  [OID.commonName]: 64,
  [OID.organizationName]: 64,
  [OID.organizationalUnitName]: 64,
  [OID.localityName]: 128,
  [OID.stateOrProvinceName]: 128,
  [OID.countryName]: 2,
  [OID.emailAddress]: 255,
  [ATTRIBUTE.serialNumber]: 64,
  [ATTRIBUTE.title]: 64,
  [ATTRIBUTE.surname]: 32_768,
  [ATTRIBUTE.givenName]: 32_768,
}

/** RFC 5280 A.1: what these are written in, and nothing else. */
const WRITTEN_IN: Readonly<Record<string, number>> = {
  [OID.countryName]: TAG.printableString,
  [ATTRIBUTE.serialNumber]: TAG.printableString,
  [ATTRIBUTE.dnQualifier]: TAG.printableString,
  [OID.emailAddress]: TAG.ia5String,
  [OID.domainComponent]: TAG.ia5String,
}

const OLD_STRINGS: readonly number[] = [TAG.teletexString, TAG.bmpString, TAG.universalString]

/** RFC 5280 4.2.1.12: with which uses of the key each purpose is consistent. */
const USES: Readonly<Record<string, readonly KeyUsageName[]>> = {
  [OID.serverAuth]: ['digitalSignature', 'keyEncipherment', 'keyAgreement'],
  [OID.clientAuth]: ['digitalSignature', 'keyAgreement'],
  [OID.codeSigning]: ['digitalSignature'],
  [OID.emailProtection]: ['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'keyAgreement'],
  [OID.timeStamping]: ['digitalSignature', 'nonRepudiation'],
  [OID.OCSPSigning]: ['digitalSignature', 'nonRepudiation'],
}

const SIGNS = ['digitalSignature', 'nonRepudiation', 'keyCertSign', 'cRLSign'] as const

const isWeb = (name: GeneralName): boolean => name.type === 'uri' && /^(https?|ldaps?):\/\//i.test(name.text)

const constraintsOf = (certificate: Certificate): readonly GeneralName[] => {
  const limits = certificate.extension('nameConstraints')
  return limits === undefined ? [] : [...limits.permitted, ...limits.excluded]
}

const RFC_8813 = Date.UTC(2020, 7, 1)
const RFC_6818 = Date.UTC(2013, 0, 1)

export const rfcRules: Readonly<Record<string, LintRule>> = {
  'unique-identifier': {
    says: 'it has a unique identifier of subject or issuer',
    rule: 'RFC 5280 4.1.2.8',
    level: 'error',
    of: 'tbs',
    // What follows the key: [1] and [2], or the extensions.
    broken: c => c.der[c.spans.publicKey.to] === 0x81 || c.der[c.spans.publicKey.to] === 0x82,
  },
  'validity-backwards': {
    says: 'it ends before it begins',
    rule: 'RFC 5280 4.1.2.5',
    level: 'error',
    of: 'validity',
    broken: c => c.notAfter < c.notBefore,
  },
  'signature-parameters': {
    says: 'its signature by RSA has no parameters, where NULL belongs',
    rule: 'RFC 4055 5',
    level: 'error',
    of: 'algorithm',
    broken: c => c.signatureAlgorithm?.key === 'rsa-pkcs1' && c.der[c.spans.algorithm.to - 2] !== TAG.null,
  },
  'attribute-type': {
    says: 'a country, serial number, mailbox or domain in its names is written in another type of string than it must be',
    rule: 'RFC 5280 A.1',
    level: 'error',
    of: 'subject',
    broken: c =>
      bothNames(c).some(one => {
        const wanted = WRITTEN_IN[one.type]
        return wanted !== undefined && tagOf(c, one) !== wanted
      }),
  },
  'attribute-old-string': {
    says: 'a text in its subject is neither UTF8String nor PrintableString',
    rule: 'RFC 5280 4.1.2.6',
    level: 'warning',
    of: 'subject',
    broken: c => attributes(c.subject).some(one => OLD_STRINGS.includes(tagOf(c, one))),
  },
  'attribute-length': {
    says: 'a text in its subject has more characters than its attribute may have',
    rule: 'RFC 5280 A.1',
    level: 'error',
    of: 'subject',
    broken: c => attributes(c.subject).some(({ type, text = '' }) => lengthOf(text) > (LONGEST[type] ?? Infinity)),
  },
  'attribute-empty': {
    says: 'an attribute of its subject is empty',
    rule: 'RFC 5280 A.1',
    level: 'error',
    of: 'subject',
    broken: c => attributes(c.subject).some(({ text }) => text === ''),
  },
  'mailbox-in-subject': {
    says: 'a mailbox stands in its subject and not in subjectAltName',
    rule: 'RFC 5280 4.1.2.6',
    level: 'error',
    of: 'subject',
    broken: c => {
      const names = c.extension('subjectAltName') ?? []
      const mailboxes = names.flatMap(name => (name.type === 'email' ? [name.text.toLowerCase()] : []))
      return c.subject.all(OID.emailAddress).some(mailbox => !mailboxes.includes(mailbox.toLowerCase()))
    },
  },
  'dns-name-length': {
    says: 'a DNS name in subjectAltName has more than 253 characters',
    rule: 'RFC 1034 3.1',
    level: 'error',
    of: 'subjectAltName',
    broken: c => textsOf(c, 'dns').some(name => name.length > 253),
  },
  'uri-syntax': {
    says: 'a URI among its alternative names is relative, or its host is neither a full name nor an address',
    rule: 'RFC 5280 4.2.1.6',
    level: 'error',
    of: 'subjectAltName',
    broken: c => textsOf(c, 'uri').some(uri => !isUri(uri)),
  },
  'issuer-alt-name-critical': {
    says: 'issuerAltName is critical',
    rule: 'RFC 5280 4.2.1.7',
    level: 'warning',
    of: 'issuerAltName',
    broken: c => isCritical(c, 'issuerAltName'),
  },
  'issuer-alt-name-syntax': {
    says: 'a DNS name or mailbox in issuerAltName is not written like one',
    rule: 'RFC 5280 4.2.1.7',
    level: 'error',
    of: 'issuerAltName',
    broken: c =>
      c
        .extension('issuerAltName')
        ?.some(
          name =>
            (name.type === 'dns' && !/^(?!-)([a-z0-9-]{1,63}\.)*[a-z0-9-]{1,63}$/i.test(name.text)) ||
            (name.type === 'email' && !/^[^@\s<>]+@[^@\s<>]+$/.test(name.text)),
        ) === true,
  },
  'key-usage-missing': {
    says: 'an authority does not say what its key is for',
    rule: 'RFC 5280 4.2.1.3',
    level: 'error',
    of: 'keyUsage',
    kinds: authorities,
    broken: c => lacks(c, 'keyUsage'),
  },
  'key-usage-ordinary': {
    says: 'keyUsage is not critical',
    rule: 'RFC 5280 4.2.1.3',
    level: 'warning',
    of: 'keyUsage',
    unless: 'webpki',
    broken: c => isOrdinary(c, 'keyUsage'),
  },
  'key-usage-rsa': {
    says: 'keyUsage has what an RSA key cannot be used for: agreement of keys',
    rule: 'RFC 3279 2.3.1',
    level: 'error',
    of: 'keyUsage',
    broken: c => c.publicKey.type === 'rsa' && hasUsage(c, 'keyAgreement', 'encipherOnly', 'decipherOnly'),
  },
  'key-usage-rsa-authority': {
    says: 'keyUsage of an authority has encryption beside signatures',
    rule: 'RFC 3279 2.3.1',
    level: 'warning',
    of: 'keyUsage',
    kinds: authorities,
    unless: 'webpki',
    broken: c => c.publicKey.type === 'rsa' && hasUsage(c, 'keyEncipherment', 'dataEncipherment'),
  },
  'key-usage-ec': {
    says: 'keyUsage has encryption, which an EC key cannot be used for',
    rule: 'RFC 8813 3',
    level: 'error',
    of: 'keyUsage',
    since: RFC_8813,
    broken: c => c.publicKey.type === 'ecdsa' && hasUsage(c, 'keyEncipherment', 'dataEncipherment'),
  },
  'key-usage-ed25519': {
    says: 'keyUsage of an Ed25519 key has something else than signatures',
    rule: 'RFC 9295 3',
    level: 'error',
    of: 'keyUsage',
    broken: c => c.publicKey.type === 'ed25519' && usesBeyond(c, ...SIGNS),
  },
  'key-usage-against-purpose': {
    says: 'no use of its key is consistent with a purpose in extKeyUsage',
    rule: 'RFC 5280 4.2.1.12',
    level: 'error',
    of: 'keyUsage',
    kinds: leaves,
    broken: c =>
      !lacks(c, 'keyUsage') &&
      purposesOf(c).some(purpose => {
        const uses = USES[purpose]
        return uses !== undefined && !hasUsage(c, ...uses)
      }),
  },
  'purpose-any-critical': {
    says: 'extKeyUsage allows everything and yet is critical',
    rule: 'RFC 5280 4.2.1.12',
    level: 'warning',
    of: 'extKeyUsage',
    broken: c => isCritical(c, 'extKeyUsage') && purposesOf(c).includes(OID.anyExtendedKeyUsage),
  },
  'subject-key-missing-leaf': {
    says: 'subjectKeyIdentifier is missing',
    rule: 'RFC 5280 4.2.1.2',
    level: 'warning',
    of: 'subjectKeyIdentifier',
    kinds: leaves,
    unless: 'webpki',
    broken: c => lacks(c, 'subjectKeyIdentifier'),
  },
  'policy-any-qualifier': {
    says: 'anyPolicy has a qualifier that is neither an address nor a notice',
    rule: 'RFC 5280 4.2.1.4',
    level: 'error',
    of: 'certificatePolicies',
    broken: c =>
      c
        .extension('certificatePolicies')
        ?.some(
          ({ oid, qualifiers }) =>
            oid === OID.anyPolicy &&
            qualifiers.some(one => one !== POLICY.practiceStatement && one !== POLICY.userNotice),
        ) === true,
  },
  'notice-reference': {
    says: 'a notice to the user refers to another document',
    rule: 'RFC 5280 4.2.1.4',
    level: 'warning',
    of: 'certificatePolicies',
    broken: c => qualifiersOf(c).notices.some(({ hasReference }) => hasReference),
  },
  'notice-type': {
    says: 'a notice to the user is no UTF8String',
    rule: 'RFC 6818 3',
    level: 'warning',
    of: 'certificatePolicies',
    since: RFC_6818,
    broken: c => noticeTexts(c).some(({ tag }) => tag !== TAG.utf8String && tag !== TAG.ia5String),
  },
  'notice-ascii': {
    says: 'a notice to the user is an IA5String',
    rule: 'RFC 6818 3',
    level: 'error',
    of: 'certificatePolicies',
    since: RFC_6818,
    broken: c => noticeTexts(c).some(({ tag }) => tag === TAG.ia5String),
  },
  'notice-length': {
    says: 'a notice to the user has more than 200 characters',
    rule: 'RFC 6818 3',
    level: 'error',
    of: 'certificatePolicies',
    broken: c => noticeTexts(c).some(({ characters }) => lengthOf(characters) > 200),
  },
  'notice-control': {
    says: 'a notice to the user has control characters in it',
    rule: 'RFC 6818 3',
    level: 'warning',
    of: 'certificatePolicies',
    broken: c => noticeTexts(c).some(({ characters }) => /\p{Cc}/u.test(characters)),
  },
  'notice-form': {
    says: 'a notice to the user is not in normalization form C',
    rule: 'RFC 6818 3',
    level: 'warning',
    of: 'certificatePolicies',
    since: RFC_6818,
    broken: c =>
      noticeTexts(c).some(
        ({ tag, characters }) => tag === TAG.utf8String && characters !== characters.normalize('NFC'),
      ),
  },
  'policy-mapped-any': {
    says: 'policyMappings has anyPolicy',
    rule: 'RFC 5280 4.2.1.5',
    level: 'error',
    of: 'policyMappings',
    broken: c =>
      c
        .extension('policyMappings')
        ?.some(({ issuerDomain, subjectDomain }) => [issuerDomain, subjectDomain].includes(OID.anyPolicy)) === true,
  },
  'policy-mapped-unsaid': {
    says: 'policyMappings has a policy of the issuer that certificatePolicies does not have',
    rule: 'RFC 5280 4.2.1.5',
    level: 'warning',
    of: 'policyMappings',
    broken: c =>
      c.extension('policyMappings')?.some(({ issuerDomain }) => !policiesOf(c).includes(issuerDomain)) === true,
  },
  'policy-mapping-ordinary': {
    says: 'policyMappings is not critical',
    rule: 'RFC 5280 4.2.1.5',
    level: 'warning',
    of: 'policyMappings',
    broken: c => isOrdinary(c, 'policyMappings'),
  },
  'directory-attributes-critical': {
    says: 'subjectDirectoryAttributes is critical',
    rule: 'RFC 5280 4.2.1.8',
    level: 'error',
    of: 'subjectDirectoryAttributes',
    broken: c => isCritical(c, 'subjectDirectoryAttributes'),
  },
  'constraint-form': {
    says: 'nameConstraints limits names of a form that nobody compares: x400Address, ediPartyName or registeredID',
    rule: 'RFC 5280 4.2.1.10',
    level: 'warning',
    of: 'nameConstraints',
    broken: c => constraintsOf(c).some(({ type }) => type === 'x400' || type === 'edi' || type === 'registered-id'),
  },
  'constraint-host': {
    says: 'a limit of URIs in nameConstraints is no host or domain',
    rule: 'RFC 5280 4.2.1.10',
    level: 'error',
    of: 'nameConstraints',
    broken: c => constraintsOf(c).some(name => name.type === 'uri' && !isFullName(name.text.replace(/^\./, ''))),
  },
  'lists-critical': {
    says: 'cRLDistributionPoints is critical',
    rule: 'RFC 5280 4.2.1.13',
    level: 'warning',
    of: 'cRLDistributionPoints',
    unless: 'webpki',
    broken: c => isCritical(c, 'cRLDistributionPoints'),
  },
  'lists-without-address': {
    says: 'a point in cRLDistributionPoints has no address of HTTP or LDAP',
    rule: 'RFC 5280 4.2.1.13',
    level: 'warning',
    of: 'cRLDistributionPoints',
    unless: 'webpki',
    broken: c =>
      c
        .extension('cRLDistributionPoints')
        ?.some(({ name }) => name !== undefined && 'full' in name && !name.full.some(isWeb)) === true,
  },
  'fresh-lists-critical': {
    says: 'freshestCRL is critical',
    rule: 'RFC 5280 4.2.1.15',
    level: 'error',
    of: 'freshestCRL',
    broken: c => isCritical(c, 'freshestCRL'),
  },
  'issuer-without-address': {
    says: 'authorityInfoAccess says where the issuer is, and not by HTTP or LDAP',
    rule: 'RFC 5280 4.2.2.1',
    level: 'warning',
    of: 'authorityInfoAccess',
    unless: 'webpki',
    broken: c => {
      const issuers = c.extension('authorityInfoAccess')?.filter(({ method }) => method === OID.caIssuers) ?? []
      return issuers.length > 0 && !issuers.some(({ location }) => isWeb(location))
    },
  },
  'subject-information-critical': {
    says: 'subjectInfoAccess is critical',
    rule: 'RFC 5280 4.2.2.2',
    level: 'error',
    of: 'subjectInfoAccess',
    broken: c => isCritical(c, 'subjectInfoAccess'),
  },
  'no-check-critical': {
    says: 'ocspNoCheck is critical',
    rule: 'RFC 6960 4.2.2.2.1',
    level: 'warning',
    of: 'ocspNoCheck',
    broken: c => isCritical(c, 'ocspNoCheck'),
  },
  'precertificate-timestamps': {
    says: 'a precertificate has timestamps in it',
    rule: 'RFC 6962 3.1',
    level: 'error',
    of: 'sctList',
    broken: c => !lacks(c, 'sctList') && c.extensions.some(({ oid }) => oid === PRECERTIFICATE.poison),
  },
  'never-revoked-critical': {
    says: 'noRevAvail is critical',
    rule: 'RFC 9608 2',
    level: 'error',
    of: 'noRevAvail',
    broken: c => isCritical(c, 'noRevAvail'),
  },
  'never-revoked-authority': {
    says: 'noRevAvail stands in the certificate of an authority',
    rule: 'RFC 9608 3',
    level: 'error',
    of: 'noRevAvail',
    kinds: authorities,
    broken: c => !lacks(c, 'noRevAvail'),
  },
  'never-revoked-and-lists': {
    says: 'noRevAvail says that nobody will tell, and yet it says who does',
    rule: 'RFC 9608 3',
    level: 'error',
    of: 'noRevAvail',
    broken: c =>
      !lacks(c, 'noRevAvail') &&
      (!lacks(c, 'cRLDistributionPoints') ||
        !lacks(c, 'freshestCRL') ||
        c.extension('authorityInfoAccess')?.some(({ method }) => method === OID.ocsp) === true),
  },
}

const noticeTexts = (certificate: Certificate): readonly { readonly tag: number; readonly characters: string }[] =>
  qualifiersOf(certificate).notices.flatMap(({ text }) => (text === undefined ? [] : [text]))
