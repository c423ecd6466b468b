/** Certificates that break no rule for public servers, as forms to be filled in otherwise: one of each kind. */
import { TAG } from '../../src/asn1/der.ts'
import { OID } from '../../src/asn1/oids.table.ts'
import {
  element,
  explicit,
  integer,
  namedBitString,
  nothing,
  octetString,
  oid,
  sequence,
  setOf,
  time,
  truth,
  utf8String,
} from '../../src/asn1/write.ts'
import { ascii, hex } from './bytes.ts'
import { make, rsa, spki } from './certificate-parts.ts'

/** Type, text, and the tag of its string: PrintableString where none is given. */
export type AttributeForm = readonly [type: string, text: string, tag?: number]
/** What stands in an extension, and whether it is critical. */
export type ExtensionForm = readonly [value: Uint8Array, critical?: 'critical']

export interface Form {
  readonly version?: readonly Uint8Array[]
  readonly serial: Uint8Array
  readonly algorithm: Uint8Array
  readonly issuer: readonly AttributeForm[]
  readonly subject: readonly (AttributeForm | readonly AttributeForm[])[]
  /** `2026-01-01`, or with a time. */
  readonly from: string
  readonly to: string
  readonly dates?: Uint8Array
  readonly spki: Uint8Array
  /** Between key and extensions. */
  readonly unique?: readonly Uint8Array[]
  readonly extensions: Readonly<Record<string, ExtensionForm | undefined>>
}

export const string = (text: string, tag: number = TAG.printableString): Uint8Array =>
  tag === TAG.utf8String ? utf8String(text) : element(tag, ascii(text))

const name = (parts: Form['subject']): Uint8Array =>
  sequence(
    ...parts.map(part => {
      const list = (typeof part[0] === 'string' ? [part] : part) as readonly AttributeForm[]
      return setOf(...list.map(([type, text, tag]) => sequence(oid(type), string(text, tag))))
    }),
  )

const when = (text: string): Uint8Array => time(Date.parse(text.length > 10 ? text : `${text}T00:00:00Z`))

/** DER; nobody signed it. */
export const formed = (form: Form): Uint8Array =>
  make({
    ...(form.version === undefined ? {} : { version: form.version }),
    serial: integer(form.serial),
    inner: form.algorithm,
    outer: form.algorithm,
    issuer: name(form.issuer),
    dates: form.dates ?? sequence(when(form.from), when(form.to)),
    subject: name(form.subject),
    spki: form.spki,
    after: [
      ...(form.unique ?? []),
      ...(form.version === undefined
        ? [
            explicit(
              3,
              sequence(
                ...Object.entries(form.extensions).flatMap(([id, extension]) => {
                  if (extension === undefined) return []
                  const [value, critical] = extension
                  return [sequence(oid(id), ...(critical === undefined ? [] : [truth]), octetString(value))]
                }),
              ),
            ),
          ]
        : []),
    ],
  })

export const uri = (text: string): Uint8Array => element(0x86, ascii(text))
export const dns = (text: string): Uint8Array => element(0x82, ascii(text))
export const usage = (...bits: readonly number[]): Uint8Array => namedBitString(bits.reduce((set, bit) => set | bit, 0))
export const oids = (...list: readonly string[]): Uint8Array => sequence(...list.map(oid))
export const policies = (...list: readonly string[]): Uint8Array => sequence(...list.map(id => sequence(oid(id))))
export const access = (...list: readonly (readonly [method: string, location: Uint8Array])[]): Uint8Array =>
  sequence(...list.map(([method, location]) => sequence(oid(method), location)))
export const point = (...names: readonly Uint8Array[]): Uint8Array => sequence(element(0xa0, element(0xa0, ...names)))
export const keyId = (last: number): Uint8Array => Uint8Array.from({ length: 20 }, (_, i) => (i === 19 ? last : i))

const DOMAIN_VALIDATED = '2.23.140.1.2.1'
const own = (last: number): ExtensionForm => [octetString(keyId(last))]
const above = (last: number): ExtensionForm => [sequence(element(0x80, keyId(last)))]
const common = {
  serial: Uint8Array.from({ length: 16 }, (_, i) => i + 1),
  algorithm: sequence(oid(OID.ecdsaWithSHA256)),
  spki,
} as const
const rootName = [
  [OID.countryName, 'DE'],
  [OID.organizationName, 'Example'],
  [OID.commonName, 'Example Root'],
] as const
const issuerName = [...rootName.slice(0, 2), [OID.commonName, 'Example Issuer']] as readonly AttributeForm[]

export const goodRoot: Form = {
  ...common,
  issuer: rootName,
  subject: rootName,
  from: '2026-04-01',
  to: '2041-04-01',
  extensions: {
    [OID.authorityKeyIdentifier]: above(1),
    [OID.basicConstraints]: [sequence(truth), 'critical'],
    [OID.keyUsage]: [usage(0x20, 0x40), 'critical'],
    [OID.subjectKeyIdentifier]: own(1),
  },
}

export const goodAuthority: Form = {
  ...common,
  issuer: rootName,
  subject: issuerName,
  from: '2026-04-01',
  to: '2031-04-01',
  extensions: {
    [OID.authorityKeyIdentifier]: above(1),
    [OID.basicConstraints]: [sequence(truth, integer(0)), 'critical'],
    [OID.certificatePolicies]: [policies(DOMAIN_VALIDATED)],
    [OID.cRLDistributionPoints]: [sequence(point(uri('http://lists.example.org/root.crl')))],
    [OID.keyUsage]: [usage(0x1, 0x20, 0x40), 'critical'],
    [OID.subjectKeyIdentifier]: own(2),
    [OID.extKeyUsage]: [oids(OID.serverAuth)],
    [OID.authorityInfoAccess]: [access([OID.caIssuers, uri('http://lists.example.org/root.cer')])],
  },
}

export const goodServer: Form = {
  ...common,
  issuer: issuerName,
  subject: [],
  from: '2026-04-01',
  to: '2026-06-01',
  extensions: {
    [OID.authorityInfoAccess]: [access([OID.caIssuers, uri('http://lists.example.org/issuer.cer')])],
    [OID.authorityKeyIdentifier]: above(2),
    [OID.certificatePolicies]: [policies(DOMAIN_VALIDATED)],
    [OID.extKeyUsage]: [oids(OID.serverAuth)],
    [OID.subjectAltName]: [sequence(dns('shop.example.org'), dns('*.shop.example.org')), 'critical'],
    [OID.keyUsage]: [usage(0x1), 'critical'],
    [OID.cRLDistributionPoints]: [sequence(point(uri('http://lists.example.org/issuer.crl')))],
  },
}

export const goodResponder: Form = {
  ...common,
  issuer: issuerName,
  subject: [...rootName.slice(0, 2), [OID.commonName, 'Example Responder']] as readonly AttributeForm[],
  from: '2026-04-01',
  to: '2026-06-01',
  extensions: {
    [OID.authorityKeyIdentifier]: above(2),
    [OID.extKeyUsage]: [oids(OID.OCSPSigning)],
    [OID.ocspNoCheck]: [nothing],
    [OID.keyUsage]: [usage(0x1), 'critical'],
    [OID.subjectKeyIdentifier]: own(3),
  },
}

/** A key of so many bits whose modulus, the first number from 2^(bits - 1) that no small one divides, nobody can use. */
export const rsaKey = (bits: number, exponent = 65_537): Uint8Array => {
  let modulus = 2n ** BigInt(bits - 1) + 1n
  const hasFactor = (): boolean => {
    for (let by = 3n; by < 752n; by += 2n) if (modulus % by === 0n) return true
    return false
  }
  while (hasFactor()) modulus += 2n
  const digits = modulus.toString(16)
  return rsa(hex(digits.length % 2 === 0 ? digits : `0${digits}`), exponent)
}
