/** For each rule for issuers a certificate that keeps all of them but this one: what is changed in a good one. */
import { TAG } from '../../src/asn1/der.ts'
import { OID } from '../../src/asn1/oids.table.ts'
import {
  bitString,
  element,
  explicit,
  generalizedTime,
  integer,
  nothing,
  octetString,
  oid,
  sequence,
  setOf,
  time,
  truth,
  utf8String,
} from '../../src/asn1/write.ts'
import { ascii } from './bytes.ts'
import { crypto, rsa } from './certificate-parts.ts'
import {
  access,
  dns,
  type ExtensionForm,
  type Form,
  goodAuthority,
  goodResponder,
  goodRoot,
  goodServer,
  keyId,
  oids,
  point,
  policies,
  rsaKey,
  uri,
  usage,
} from './lint-forms.ts'

export const FORMS = { root: goodRoot, authority: goodAuthority, server: goodServer, responder: goodResponder } as const

const DV = '2.23.140.1.2.1'
const OV = '2.23.140.1.2.2'
const IV = '2.23.140.1.2.3'
const CPS = '1.3.6.1.5.5.7.2.1'
const NOTICE = '1.3.6.1.5.5.7.2.2'
const NAMED = goodServer.extensions[OID.subjectAltName]![0]

export type Change = Partial<Omit<Form, 'extensions'>> & { readonly extensions?: Form['extensions'] }
const at = (id: string, ...form: ExtensionForm): Change => ({ extensions: { [id]: form } })
const without = (id: string): Change => ({ extensions: { [id]: undefined } })
/** With a subject, subjectAltName must not be critical. */
const subject = (...attributes: Form['subject']): Change => ({
  subject: attributes,
  extensions: { [OID.subjectAltName]: [NAMED] },
})
const qualified = (...qualifiers: readonly Uint8Array[]): Change =>
  at(OID.certificatePolicies, sequence(sequence(oid(DV), sequence(...qualifiers))))
const notice = (...contents: readonly Uint8Array[]): Change => qualified(sequence(oid(NOTICE), sequence(...contents)))
const names = (...list: readonly Uint8Array[]): Change => at(OID.subjectAltName, sequence(...list), 'critical')
const valid = (from: string, to: string): Change => ({ from, to })
const country = [OID.countryName, 'DE'] as const
const limits = (base: Uint8Array): ExtensionForm => [sequence(explicit(0, sequence(base))), 'critical']
const validated = (policy: string, ...attributes: Form['subject']): Change => ({
  subject: attributes,
  extensions: { [OID.subjectAltName]: [NAMED], [OID.certificatePolicies]: [policies(policy)] },
})

export type Row = readonly [lint: string, kind: keyof typeof FORMS, change: Change, also?: readonly string[]]

/** Where one change cannot but break other rules too, they stand behind it. */
export const WEB: readonly Row[] = [
  ['serial-number', 'server', { serial: Uint8Array.of(0) }, ['serial-number-entropy']],
  ['serial-number-length', 'server', { serial: new Uint8Array(21).fill(1) }],
  ['issuer-empty', 'server', { issuer: [] }],
  [
    'authority-unnamed',
    'authority',
    { subject: [] },
    ['unnamed-alt-name', 'authority-country', 'authority-organization', 'authority-common-name'],
  ],
  ['unnamed-alt-name', 'server', at(OID.subjectAltName, NAMED)],
  ['named-alt-name-critical', 'server', { subject: [country] }],
  ['dns-name-syntax', 'server', names(dns('a_b.example.org'))],
  [
    'mailbox-syntax',
    'server',
    names(dns('a.example.org'), element(0x81, ascii('a b@example.org'))),
    ['server-alt-name-form'],
  ],
  ['authority-key-missing', 'server', without(OID.authorityKeyIdentifier)],
  ['authority-key-critical', 'server', at(OID.authorityKeyIdentifier, sequence(element(0x80, keyId(2))), 'critical')],
  [
    'root-names-authority',
    'root',
    at(
      OID.authorityKeyIdentifier,
      sequence(element(0x80, keyId(1)), element(0xa1, dns('a.test')), element(0x82, Uint8Array.of(1))),
    ),
  ],
  ['root-names-other-key', 'root', at(OID.authorityKeyIdentifier, sequence(element(0x80, keyId(9))))],
  ['subject-key-missing', 'authority', without(OID.subjectKeyIdentifier)],
  ['subject-key-critical', 'authority', at(OID.subjectKeyIdentifier, octetString(keyId(2)), 'critical')],
  ['basic-constraints-not-critical', 'authority', at(OID.basicConstraints, sequence(truth, integer(0)))],
  ['path-length-without-authority', 'server', at(OID.basicConstraints, sequence(integer(0)), 'critical')],
  ['signs-without-authority', 'server', at(OID.keyUsage, usage(0x1, 0x20), 'critical'), ['server-usage']],
  ['name-constraints-in-leaf', 'server', at(OID.nameConstraints, ...limits(dns('example.org')))],
  ['constraint-leading-period', 'authority', at(OID.nameConstraints, ...limits(dns('.example.org')))],
  [
    'policy-constraints-not-critical',
    'authority',
    at(OID.policyConstraints, sequence(element(0x80, Uint8Array.of(0)))),
  ],
  ['inhibit-any-policy-not-critical', 'authority', at(OID.inhibitAnyPolicy, integer(0))],
  ['key-usage-zeros', 'server', at(OID.keyUsage, bitString(Uint8Array.of(0x80)), 'critical')],
  [
    'information-access-critical',
    'server',
    at(OID.authorityInfoAccess, access([OID.caIssuers, uri('http://lists.example.org/issuer.cer')]), 'critical'),
  ],
  ['purpose-critical', 'server', at(OID.extKeyUsage, oids(OID.serverAuth), 'critical')],
  [
    'purpose-any',
    'server',
    at(OID.extKeyUsage, oids(OID.serverAuth, OID.anyExtendedKeyUsage)),
    ['server-purpose-other'],
  ],
  ['purpose-mixed', 'server', at(OID.extKeyUsage, oids(OID.serverAuth, OID.timeStamping)), ['server-purpose-other']],
  ['root-purpose', 'root', at(OID.extKeyUsage, oids(OID.serverAuth))],
  ['common-name', 'server', subject([OID.commonName, 'A shop']), ['subject-common-name']],
  [
    'common-name-spelling',
    'server',
    subject([OID.commonName, 'SHOP.example.org']),
    ['common-name', 'subject-common-name'],
  ],
  ['rsa-size', 'server', { spki: rsaKey(2050) }],
  ['wide-time', 'server', { dates: sequence(time(Date.UTC(2026, 3, 1)), generalizedTime(Date.UTC(2026, 5, 1))) }],

  ['unique-identifier', 'server', { unique: [element(0x81, Uint8Array.of(0, 1))] }],
  ['unique-identifier', 'server', { unique: [element(0x82, Uint8Array.of(0, 1))] }],
  ['validity-backwards', 'server', valid('2026-06-01', '2026-05-31')],
  [
    'signature-parameters',
    'server',
    { algorithm: sequence(oid(OID.sha256WithRSAEncryption)) },
    ['signature-algorithm'],
  ],
  [
    'attribute-type',
    'authority',
    { subject: [[...country, TAG.utf8String], ...goodAuthority.subject.slice(1)] },
    ['subject-encoding'],
  ],
  ['attribute-type', 'server', { issuer: [[...country, TAG.utf8String]] }],
  [
    'attribute-old-string',
    'authority',
    { subject: [...goodAuthority.subject.slice(0, 2), [OID.commonName, 'Issuer', TAG.teletexString]] },
    ['subject-encoding'],
  ],
  [
    'attribute-length',
    'authority',
    { subject: [...goodAuthority.subject.slice(0, 2), [OID.commonName, 'x'.repeat(65)]] },
    ['subject-length'],
  ],
  [
    'attribute-empty',
    'authority',
    { subject: [...goodAuthority.subject.slice(0, 2), [OID.commonName, '']] },
    ['authority-common-name'],
  ],
  [
    'mailbox-in-subject',
    'responder',
    { subject: [...goodResponder.subject, [OID.emailAddress, 'a@example.org', TAG.ia5String]] },
  ],
  ['dns-name-length', 'server', names(dns(`${'a.'.repeat(122)}example.org`))],
  ['uri-syntax', 'server', names(dns('a.example.org'), uri('/only/a/path')), ['server-alt-name-form']],
  ['uri-syntax', 'server', names(dns('a.example.org'), uri('https://nowhere/')), ['server-alt-name-form']],
  ['issuer-alt-name-critical', 'authority', at(OID.issuerAltName, sequence(dns('a.example.org')), 'critical')],
  ['issuer-alt-name-syntax', 'authority', at(OID.issuerAltName, sequence(dns(' ')))],
  ['issuer-alt-name-syntax', 'authority', at(OID.issuerAltName, sequence(element(0x81, ascii('<a@b.test>'))))],
  ['key-usage-missing', 'authority', without(OID.keyUsage), ['path-length-without-authority']],
  [
    'key-usage-rsa',
    'server',
    { spki: rsaKey(2048), ...at(OID.keyUsage, usage(0x1, 0x10), 'critical') },
    ['server-usage'],
  ],
  ['key-usage-ec', 'server', at(OID.keyUsage, usage(0x1, 0x4), 'critical'), ['server-usage']],
  [
    'key-usage-ed25519',
    'server',
    { spki: crypto.generateKeyPair('ed25519').spki, ...at(OID.keyUsage, usage(0x1, 0x10), 'critical') },
    ['key-algorithm', 'server-usage'],
  ],
  ['key-usage-against-purpose', 'responder', at(OID.keyUsage, usage(0x10), 'critical'), ['responder-usage']],
  [
    'purpose-any-critical',
    'server',
    at(OID.extKeyUsage, oids(OID.serverAuth, OID.anyExtendedKeyUsage), 'critical'),
    ['purpose-critical', 'purpose-any', 'server-purpose-other'],
  ],
  [
    'policy-any-qualifier',
    'authority',
    at(OID.certificatePolicies, sequence(sequence(oid(OID.anyPolicy), sequence(sequence(oid('1.2.3'), nothing))))),
    ['policy-qualifier', 'policy-qualifier-form'],
  ],
  [
    'notice-reference',
    'server',
    notice(sequence(utf8String('Example'), sequence(integer(1)))),
    ['policy-qualifier', 'policy-qualifier-form'],
  ],
  [
    'notice-type',
    'server',
    notice(element(TAG.visibleString, ascii('text'))),
    ['policy-qualifier', 'policy-qualifier-form'],
  ],
  [
    'notice-ascii',
    'server',
    notice(element(TAG.ia5String, ascii('text'))),
    ['policy-qualifier', 'policy-qualifier-form'],
  ],
  ['notice-length', 'server', notice(utf8String('€'.repeat(201))), ['policy-qualifier', 'policy-qualifier-form']],
  ['notice-control', 'server', notice(utf8String('a\u0007')), ['policy-qualifier', 'policy-qualifier-form']],
  ['notice-form', 'server', notice(utf8String('u\u0308')), ['policy-qualifier', 'policy-qualifier-form']],
  [
    'policy-mapped-any',
    'authority',
    at(OID.policyMappings, sequence(sequence(oid(DV), oid(OID.anyPolicy))), 'critical'),
  ],
  ['policy-mapped-unsaid', 'authority', at(OID.policyMappings, sequence(sequence(oid('1.2.3'), oid(DV))), 'critical')],
  ['policy-mapping-ordinary', 'authority', at(OID.policyMappings, sequence(sequence(oid(DV), oid('1.2.3'))))],
  [
    'directory-attributes-critical',
    'server',
    at(OID.subjectDirectoryAttributes, sequence(sequence(oid('1.2.3'), setOf(integer(1)))), 'critical'),
    ['server-extension-other'],
  ],
  ['constraint-form', 'authority', at(OID.nameConstraints, ...limits(element(0x88, Uint8Array.of(42, 3))))],
  ['constraint-host', 'authority', at(OID.nameConstraints, ...limits(uri('http://example.org/')))],
  ['fresh-lists-critical', 'authority', at(OID.freshestCRL, sequence(point(uri('http://a.example.org/'))), 'critical')],
  [
    'subject-information-critical',
    'authority',
    at(OID.subjectInfoAccess, access(['1.3.6.1.5.5.7.48.5', uri('http://a.example.org/')]), 'critical'),
  ],
  ['no-check-critical', 'responder', at(OID.ocspNoCheck, nothing, 'critical')],
  [
    'precertificate-timestamps',
    'server',
    {
      extensions: {
        '1.3.6.1.4.1.11129.2.4.3': [nothing, 'critical'],
        [OID.sctList]: [octetString(Uint8Array.of(0, 3, 0, 1, 9))],
      },
    },
  ],
  [
    'never-revoked-critical',
    'server',
    {
      extensions: { [OID.noRevAvail]: [nothing, 'critical'], [OID.cRLDistributionPoints]: undefined },
      to: '2026-04-07',
    },
    ['server-extension-other'],
  ],
  ['never-revoked-authority', 'authority', at(OID.noRevAvail, nothing), ['never-revoked-and-lists']],
  ['never-revoked-and-lists', 'server', at(OID.noRevAvail, nothing), ['server-extension-other']],

  [
    'version',
    'server',
    { version: [] },
    [
      'unnamed-alt-name',
      'authority-key-missing',
      'server-alt-name-missing',
      'server-purpose-missing',
      'server-usage-missing',
      'server-access-missing',
      'server-lists-missing',
      'server-policies-missing',
    ],
  ],
  ['serial-number-entropy', 'server', { serial: Uint8Array.of(1, 2, 3, 4, 5, 6, 7) }],
  ['signature-algorithm', 'server', { algorithm: sequence(oid(OID.ecdsaWithSHA1)) }],
  ['key-algorithm', 'server', { spki: crypto.generateKeyPair('ed25519').spki }, ['server-usage']],
  ['rsa-short', 'server', { spki: rsaKey(2040) }],
  ['rsa-exponent', 'server', { spki: rsaKey(2048, 65_535) }],
  [
    'rsa-factor',
    'server',
    {
      spki: rsa(
        Uint8Array.from({ length: 256 }, () => 0xff),
        65_537,
      ),
    },
  ],

  ['root-validity', 'root', valid('2026-04-01', '2034-03-30')],
  ['root-validity', 'root', valid('2026-04-01', '2051-04-02')],
  ['root-issuer', 'root', { issuer: [[OID.countryName, 'de'], ...goodRoot.issuer.slice(1)] }],
  ['root-authority-key', 'root', without(OID.authorityKeyIdentifier), ['authority-key-missing']],
  ['root-path-length', 'root', at(OID.basicConstraints, sequence(truth, integer(1)), 'critical')],
  ['root-policies', 'root', at(OID.certificatePolicies, policies(OID.anyPolicy))],
  ['root-lists', 'root', at(OID.cRLDistributionPoints, sequence(point(uri('http://lists.example.org/1'))))],

  ['authority-usage-ordinary', 'authority', at(OID.keyUsage, usage(0x20, 0x40))],
  [
    'authority-signs-certificates',
    'authority',
    at(OID.keyUsage, usage(0x40), 'critical'),
    ['path-length-without-authority'],
  ],
  ['authority-signs-lists', 'authority', at(OID.keyUsage, usage(0x20), 'critical')],
  ['authority-usage', 'authority', at(OID.keyUsage, usage(0x20, 0x40, 0x2), 'critical')],
  ['authority-purpose-missing', 'authority', without(OID.extKeyUsage)],
  ['authority-purpose-critical', 'authority', at(OID.extKeyUsage, oids(OID.serverAuth), 'critical')],
  ['authority-purposes', 'authority', at(OID.extKeyUsage, oids(OID.serverAuth, OID.emailProtection))],
  ['authority-purposes', 'authority', at(OID.extKeyUsage, oids(OID.anyExtendedKeyUsage, OID.serverAuth))],
  ['authority-policies-missing', 'authority', without(OID.certificatePolicies)],
  ['authority-policies', 'authority', at(OID.certificatePolicies, policies(OID.anyPolicy, DV))],
  ['authority-policies', 'authority', at(OID.certificatePolicies, policies(DV, OV))],
  ['authority-policies', 'authority', at(OID.certificatePolicies, policies('1.2.3'))],
  ['authority-lists-missing', 'authority', without(OID.cRLDistributionPoints)],
  ['authority-access-missing', 'authority', without(OID.authorityInfoAccess)],
  ['authority-constraints-ordinary', 'authority', at(OID.nameConstraints, limits(dns('example.org'))[0])],
  [
    'authority-key-names',
    'server',
    at(
      OID.authorityKeyIdentifier,
      sequence(element(0x80, keyId(2)), element(0xa1, dns('a.test')), element(0x82, Uint8Array.of(1))),
    ),
  ],
  ['policies-critical', 'server', at(OID.certificatePolicies, policies(DV), 'critical')],
  [
    'policy-qualifier',
    'server',
    qualified(sequence(oid(CPS), element(TAG.ia5String, ascii('https://example.org/cps')))),
  ],
  ['policy-qualifier-form', 'server', notice(utf8String('text')), ['policy-qualifier']],
  [
    'practice-statement-address',
    'server',
    qualified(sequence(oid(CPS), element(TAG.ia5String, ascii('ftp://example.org/cps')))),
    ['policy-qualifier'],
  ],
  [
    'lists-critical-forbidden',
    'server',
    at(OID.cRLDistributionPoints, sequence(point(uri('http://lists.example.org/1'))), 'critical'),
  ],
  ['lists-address', 'server', at(OID.cRLDistributionPoints, sequence(point(uri('https://lists.example.org/1'))))],
  ['lists-address', 'server', at(OID.cRLDistributionPoints, sequence(point(uri('ldap://lists.example.org/1'))))],
  [
    'lists-parted',
    'server',
    at(
      OID.cRLDistributionPoints,
      sequence(
        sequence(
          element(0xa0, element(0xa0, uri('http://lists.example.org/1'))),
          element(0x81, Uint8Array.of(5, 0x60)),
        ),
      ),
    ),
  ],
  [
    'lists-several',
    'server',
    at(
      OID.cRLDistributionPoints,
      sequence(point(uri('http://lists.example.org/1')), point(uri('http://lists.example.org/2'))),
    ),
  ],
  [
    'access-method',
    'server',
    at(
      OID.authorityInfoAccess,
      access([OID.caIssuers, uri('http://a.example.org/')], ['1.2.3', uri('http://b.example.org/')]),
    ),
  ],
  ['access-address', 'server', at(OID.authorityInfoAccess, access([OID.caIssuers, uri('https://a.example.org/')]))],
  [
    'access-twice',
    'server',
    at(
      OID.authorityInfoAccess,
      access([OID.caIssuers, uri('http://a.example.org/')], [OID.caIssuers, uri('http://a.example.org/')]),
    ),
  ],
  ['timestamps-critical', 'server', at(OID.sctList, octetString(Uint8Array.of(0, 3, 0, 1, 9)), 'critical')],

  ['server-validity', 'server', valid('2026-04-01', '2026-10-18')],
  ['server-validity-full', 'server', valid('2026-04-01', '2026-10-17')],
  [
    'server-alt-name-missing',
    'server',
    subject(country).extensions === undefined
      ? {}
      : { subject: [country], extensions: { [OID.subjectAltName]: undefined } },
  ],
  ['server-alt-name-form', 'server', names(dns('a.example.org'), element(0x81, ascii('a@example.org')))],
  ['server-internal-name', 'server', names(dns('shop.local'))],
  ['server-internal-name', 'server', names(dns('shop'))],
  ['server-reserved-address', 'server', names(element(0x87, Uint8Array.of(192, 168, 1, 1)))],
  ['server-reserved-label', 'server', names(dns('ab--c.example.org'))],
  ['server-reserved-label', 'server', names(dns('xn--99999999999.example.org'))],
  ['server-reverse-zone', 'server', names(dns('1.168.192.in-addr.arpa'))],
  ['server-registry-wildcard', 'server', names(dns('*.co.uk'))],
  ['server-purpose-missing', 'server', without(OID.extKeyUsage)],
  ['server-purpose-missing', 'server', at(OID.extKeyUsage, oids(OID.clientAuth))],
  [
    'server-purpose-precertificate',
    'server',
    at(OID.extKeyUsage, oids(OID.serverAuth, '1.3.6.1.4.1.11129.2.4.4')),
    ['server-purpose-other'],
  ],
  ['server-purpose-other', 'server', at(OID.extKeyUsage, oids(OID.serverAuth, '1.2.3'))],
  ['server-usage-missing', 'server', without(OID.keyUsage)],
  ['server-usage-ordinary', 'server', at(OID.keyUsage, usage(0x1))],
  ['server-usage', 'server', at(OID.keyUsage, usage(0x1, 0x2), 'critical')],
  ['server-usage-signature', 'server', { spki: rsaKey(2048), ...at(OID.keyUsage, usage(0x4), 'critical') }],
  ['server-usage-signature-ec', 'server', at(OID.keyUsage, usage(0x10), 'critical'), ['server-usage-pending']],
  ['server-usage-pending', 'server', at(OID.keyUsage, usage(0x1, 0x10), 'critical')],
  ['server-usage-pending', 'server', { spki: rsaKey(2048), ...at(OID.keyUsage, usage(0x1, 0x8), 'critical') }],
  ['server-basic-constraints', 'server', at(OID.basicConstraints, sequence())],
  ['server-subject-key', 'server', at(OID.subjectKeyIdentifier, octetString(keyId(4)))],
  ['server-access-missing', 'server', without(OID.authorityInfoAccess)],
  ['server-access-issuer', 'server', at(OID.authorityInfoAccess, access([OID.ocsp, uri('http://a.example.org/')]))],
  ['server-access-internal', 'server', at(OID.authorityInfoAccess, access([OID.caIssuers, uri('http://lists/1')]))],
  ['server-lists-missing', 'server', without(OID.cRLDistributionPoints)],
  ['server-policies-missing', 'server', without(OID.certificatePolicies)],
  ['server-policy', 'server', at(OID.certificatePolicies, policies('1.2.3'))],
  ['server-policy-any', 'server', at(OID.certificatePolicies, policies(DV, OID.anyPolicy))],
  ['server-policy-order', 'server', at(OID.certificatePolicies, policies('1.2.3', DV))],
  ['server-extension-other', 'server', at('1.2.3', nothing)],

  ['responder-no-check', 'responder', without(OID.ocspNoCheck)],
  ['responder-usage', 'responder', at(OID.keyUsage, usage(0x1))],
  ['responder-usage', 'responder', at(OID.keyUsage, usage(0x1, 0x2), 'critical')],
  ['responder-purpose', 'responder', at(OID.extKeyUsage, oids(OID.OCSPSigning, OID.timeStamping))],
  ['responder-alt-name', 'responder', at(OID.subjectAltName, sequence(dns('a.example.org')))],
  ['responder-lists', 'responder', at(OID.cRLDistributionPoints, sequence(point(uri('http://lists.example.org/1'))))],
  ['responder-policies', 'responder', at(OID.certificatePolicies, policies('1.2.3'))],

  [
    'subject-several-in-one',
    'authority',
    { subject: [goodAuthority.subject.slice(0, 2) as [], goodAuthority.subject[2]!] },
  ],
  ['subject-order', 'authority', { subject: goodAuthority.subject.toReversed() }],
  ['subject-twice', 'authority', { subject: [country, ...goodAuthority.subject] }],
  [
    'subject-encoding',
    'authority',
    { subject: [...goodAuthority.subject.slice(0, 2), [OID.commonName, 'Issuer', TAG.bmpString]] },
    ['attribute-old-string'],
  ],
  [
    'subject-length',
    'authority',
    { subject: [country, ['2.5.4.17', '1'.repeat(41)], ...goodAuthority.subject.slice(1)] },
  ],
  ['subject-country', 'authority', { subject: [[OID.countryName, 'UK'], ...goodAuthority.subject.slice(1)] }],
  [
    'subject-nothing-said',
    'server',
    validated(OV, country, [OID.localityName, ' - '], [OID.organizationName, 'Example']),
  ],
  [
    'subject-unit',
    'server',
    validated(
      OV,
      country,
      [OID.localityName, 'Bonn'],
      [OID.organizationName, 'Example'],
      [OID.organizationalUnitName, 'One'],
    ),
  ],
  ['subject-common-name', 'server', subject([OID.commonName, 'shop.example.org'])],
  ['authority-country', 'authority', { subject: goodAuthority.subject.slice(1) }],
  ['authority-organization', 'authority', { subject: [country, goodAuthority.subject[2]!] }],
  ['authority-common-name', 'authority', { subject: goodAuthority.subject.slice(0, 2) }],
  [
    'authority-unit',
    'authority',
    { subject: [...goodAuthority.subject.slice(0, 2), [OID.organizationalUnitName, 'One'], goodAuthority.subject[2]!] },
  ],
  ['domain-validated-subject', 'server', subject(country, [OID.organizationName, 'Example'])],
  ['organization-validated-name', 'server', validated(OV, country, [OID.localityName, 'Bonn'])],
  [
    'organization-validated-person',
    'server',
    validated(OV, country, [OID.localityName, 'Bonn'], [OID.organizationName, 'Example'], ['2.5.4.4', 'Doe']),
  ],
  ['individual-validated-name', 'server', validated(IV, country, [OID.localityName, 'Bonn'], ['2.5.4.4', 'Doe'])],
  ['validated-country', 'server', validated(OV, [OID.localityName, 'Bonn'], [OID.organizationName, 'Example'])],
  ['validated-place', 'server', validated(OV, country, [OID.organizationName, 'Example'])],
]

/** Rules of the RFCs alone, which the CA/Browser Forum has otherwise. */
export const ALONE: readonly Row[] = [
  ['name-constraints-not-critical', 'authority', at(OID.nameConstraints, limits(dns('example.org'))[0])],
  ['key-usage-ordinary', 'responder', at(OID.keyUsage, usage(0x1))],
  ['key-usage-rsa-authority', 'authority', { spki: rsaKey(2048), ...at(OID.keyUsage, usage(0x4, 0x20), 'critical') }],
  ['subject-key-missing-leaf', 'responder', without(OID.subjectKeyIdentifier)],
  [
    'lists-critical',
    'authority',
    at(OID.cRLDistributionPoints, sequence(point(uri('http://lists.example.org/1'))), 'critical'),
  ],
  ['lists-without-address', 'authority', at(OID.cRLDistributionPoints, sequence(point(dns('lists.example.org'))))],
  ['issuer-without-address', 'authority', at(OID.authorityInfoAccess, access([OID.caIssuers, dns('a.example.org')]))],
]

/** The good certificate of this kind with the change. */
export const changed = (kind: keyof typeof FORMS, { extensions, ...rest }: Change): Form => {
  const form = FORMS[kind]
  return { ...form, ...rest, extensions: { ...form.extensions, ...extensions } }
}
