/** Rules of the CA/Browser Forum's Baseline Requirements, version 2.2.6, for what names of subjects hold and how it is written. */
import { TAG } from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.table.ts'
import type { Certificate } from '../certificate/certificate.ts'
import { attributes, lengthOf, reservedPolicies, tagOf } from './look.ts'
import { ATTRIBUTE, POLICY } from './oids.table.ts'
import type { LintRule } from './types.ts'

const BASELINE = Date.UTC(2012, 6, 1)
const PROFILES = Date.UTC(2023, 8, 15)

const TEXT = [TAG.utf8String, TAG.printableString]
const PRINTABLE = [TAG.printableString]

/** CA/B BR 7.1.4.2: attributes in the order in which they stand, what they are written in, and their most characters. */
const WRITTEN: readonly (readonly [type: string, tags: readonly number[], most: number])[] = [
  [OID.domainComponent, [TAG.ia5String], 63],
  [OID.countryName, PRINTABLE, 2],
  [OID.stateOrProvinceName, TEXT, 128],
  [OID.localityName, TEXT, 128],
  [ATTRIBUTE.postalCode, TEXT, 40],
  [ATTRIBUTE.streetAddress, TEXT, 128],
  [OID.organizationName, TEXT, 64],
  [ATTRIBUTE.surname, TEXT, 64],
  [ATTRIBUTE.givenName, TEXT, 64],
  [OID.organizationalUnitName, TEXT, 64],
  [OID.commonName, TEXT, 64],
]
const ORDER = WRITTEN.map(([type]) => type)

/** The same for those that stand anywhere. */
const WRITTEN_BESIDES: typeof WRITTEN = [
  [ATTRIBUTE.businessCategory, TEXT, 128],
  [ATTRIBUTE.jurisdictionCountry, PRINTABLE, 2],
  [ATTRIBUTE.jurisdictionState, TEXT, 128],
  [ATTRIBUTE.jurisdictionLocality, TEXT, 128],
  [ATTRIBUTE.serialNumber, PRINTABLE, 64],
  [ATTRIBUTE.organizationIdentifier, TEXT, Infinity],
]

const FORMS = new Map([...WRITTEN, ...WRITTEN_BESIDES].map(([type, tags, most]) => [type, { tags, most }]))

/** CA/B BR 7.1.2.7.3, 7.1.2.7.4: these may stand in a name several times. */
const REPEATED: readonly string[] = [OID.domainComponent, ATTRIBUTE.streetAddress]

/** ISO 3166-1 alpha-2, and XX, which stands for what has no code there. */
const COUNTRIES: ReadonlySet<string> = /* @__PURE__ */ new Set(
  (
    'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ ' +
    'CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO ' +
    'FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE ' +
    'JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO ' +
    'MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW ' +
    'PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM ' +
    'TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK XX'
  ).split(' '),
)

const authorities = ['root', 'authority'] as const
const held = ['root', 'authority', 'server', 'responder'] as const

const has = ({ subject }: Certificate, type: string): boolean =>
  attributes(subject).some(one => one.type === type && one.text !== '')

/** A server whose certificate says that it is of one of these kinds. */
const claims = (certificate: Certificate, ...policies: readonly string[]): boolean =>
  reservedPolicies(certificate).some(policy => policies.includes(policy))

export const subjectRules: Readonly<Record<string, LintRule>> = {
  'subject-several-in-one': {
    says: 'a part of its subject has more than one attribute',
    rule: 'CA/B BR 7.1.4.1',
    level: 'error',
    of: 'subject',
    kinds: held,
    since: PROFILES,
    broken: c => c.subject.parts.some(part => part.length > 1),
  },
  'subject-order': {
    says: 'the attributes of its subject do not stand in their order',
    rule: 'CA/B BR 7.1.4.1',
    level: 'error',
    of: 'subject',
    kinds: held,
    since: PROFILES,
    broken: c => {
      const places = attributes(c.subject).flatMap(({ type }) => (ORDER.includes(type) ? [ORDER.indexOf(type)] : []))
      return places.some((place, i) => i > 0 && place < places[i - 1]!)
    },
  },
  'subject-twice': {
    says: 'an attribute stands in its subject twice',
    rule: 'CA/B BR 7.1.4.1',
    level: 'error',
    of: 'subject',
    kinds: held,
    since: PROFILES,
    broken: c => {
      const types = attributes(c.subject).flatMap(({ type }) => (REPEATED.includes(type) ? [] : [type]))
      return new Set(types).size < types.length
    },
  },
  'subject-encoding': {
    says: 'an attribute of its subject is written in another type of string than it must be',
    rule: 'CA/B BR 7.1.4.2',
    level: 'error',
    of: 'subject',
    kinds: held,
    since: PROFILES,
    broken: c => attributes(c.subject).some(one => FORMS.get(one.type)?.tags.includes(tagOf(c, one)) === false),
  },
  'subject-length': {
    says: 'an attribute of its subject has more characters than it may have',
    rule: 'CA/B BR 7.1.4.2',
    level: 'error',
    of: 'subject',
    kinds: held,
    since: PROFILES,
    broken: c =>
      attributes(c.subject).some(({ type, text = '' }) => lengthOf(text) > (FORMS.get(type)?.most ?? Infinity)),
  },
  'subject-country': {
    says: 'the country in its subject is no code of ISO 3166-1',
    rule: 'CA/B BR 7.1.2.7.4',
    level: 'error',
    of: 'subject',
    kinds: held,
    since: BASELINE,
    broken: c => c.subject.all(OID.countryName).some(code => !COUNTRIES.has(code)),
  },
  'subject-nothing-said': {
    says: 'an attribute of its subject has only signs for nothing in it',
    rule: 'CA/B BR 7.1.2.7.4',
    level: 'error',
    of: 'subject',
    kinds: ['server'],
    since: BASELINE,
    broken: c => attributes(c.subject).some(({ text }) => text !== undefined && /^[\s.*_-]+$/.test(text)),
  },
  'subject-unit': {
    says: 'its subject has an organizational unit',
    rule: 'CA/B BR 7.1.2.7.4',
    level: 'error',
    of: 'subject',
    kinds: ['server'],
    since: Date.UTC(2022, 8, 1),
    broken: c => has(c, OID.organizationalUnitName),
  },
  'subject-common-name': {
    says: 'its subject has a common name, which nobody looks at',
    rule: 'CA/B BR 7.1.2.7.2',
    level: 'warning',
    of: 'subject',
    kinds: ['server'],
    since: PROFILES,
    broken: c => has(c, OID.commonName),
  },

  'authority-country': {
    says: 'the subject of an authority has no country',
    rule: 'CA/B BR 7.1.2.10.2',
    level: 'error',
    of: 'subject',
    kinds: authorities,
    since: BASELINE,
    broken: c => !has(c, OID.countryName),
  },
  'authority-organization': {
    says: 'the subject of an authority has no organization',
    rule: 'CA/B BR 7.1.2.10.2',
    level: 'error',
    of: 'subject',
    kinds: authorities,
    since: BASELINE,
    broken: c => !has(c, OID.organizationName),
  },
  'authority-common-name': {
    says: 'the subject of an authority has no common name',
    rule: 'CA/B BR 7.1.2.10.2',
    level: 'error',
    of: 'subject',
    kinds: authorities,
    since: Date.UTC(2017, 5, 8),
    broken: c => !has(c, OID.commonName),
  },
  'authority-unit': {
    says: 'the subject of an authority has an organizational unit',
    rule: 'CA/B BR 7.1.2.10.2',
    level: 'error',
    of: 'subject',
    kinds: authorities,
    since: PROFILES,
    broken: c => has(c, OID.organizationalUnitName),
  },

  'domain-validated-subject': {
    says: 'only its domain was validated, and its subject has more than a country and a common name',
    rule: 'CA/B BR 7.1.2.7.2',
    level: 'error',
    of: 'subject',
    kinds: ['server'],
    since: PROFILES,
    broken: c =>
      claims(c, POLICY.domain) &&
      attributes(c.subject).some(({ type }) => type !== OID.countryName && type !== OID.commonName),
  },
  'organization-validated-name': {
    says: 'its organization was validated, and its subject names none',
    rule: 'CA/B BR 7.1.2.7.4',
    level: 'error',
    of: 'subject',
    kinds: ['server'],
    since: BASELINE,
    broken: c => claims(c, POLICY.organization, POLICY.extended) && !has(c, OID.organizationName),
  },
  'organization-validated-person': {
    says: 'its organization was validated, and its subject names a person',
    rule: 'CA/B BR 7.1.2.7.4',
    level: 'error',
    of: 'subject',
    kinds: ['server'],
    since: PROFILES,
    broken: c => claims(c, POLICY.organization) && (has(c, ATTRIBUTE.surname) || has(c, ATTRIBUTE.givenName)),
  },
  'individual-validated-name': {
    says: 'a person was validated, and its subject has not both surname and given name',
    rule: 'CA/B BR 7.1.2.7.3',
    level: 'error',
    of: 'subject',
    kinds: ['server'],
    since: PROFILES,
    broken: c => claims(c, POLICY.individual) && !(has(c, ATTRIBUTE.surname) && has(c, ATTRIBUTE.givenName)),
  },
  'validated-country': {
    says: 'an organization or a person was validated, and its subject has no country',
    rule: 'CA/B BR 7.1.2.7.4',
    level: 'error',
    of: 'subject',
    kinds: ['server'],
    since: BASELINE,
    broken: c => claims(c, POLICY.organization, POLICY.individual) && !has(c, OID.countryName),
  },
  'validated-place': {
    says: 'an organization or a person was validated, and its subject has neither state nor locality',
    rule: 'CA/B BR 7.1.2.7.4',
    level: 'error',
    of: 'subject',
    kinds: ['server'],
    since: BASELINE,
    broken: c =>
      claims(c, POLICY.organization, POLICY.individual) &&
      !has(c, OID.stateOrProvinceName) &&
      !has(c, OID.localityName),
  },
}
