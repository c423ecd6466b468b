import { expect, test } from 'vitest'
import { DerError } from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.table.ts'
import { element, explicit, oid, sequence, setOf, utf8String } from '../../asn1/write.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { Certificate } from '../certificate/certificate.ts'
import { decodeExtension } from '../certificate/extension-table.ts'
import { certificateExtensions } from '../certificate/extensions.ts'
import { writeCertificate, writeName } from '../issue.ts'
import { MAX_NAME_COMPARISONS, violation } from './constraints.ts'

const ca = certificateAuthority({ crypto: nodeCrypto(), now: () => 0, name: 'Root' })
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const tags = { email: 0x81, dns: 0x82, uri: 0x86 } as const
type Text = keyof typeof tags
const text = (kind: Text, value: string): Uint8Array => element(tags[kind], bytes(value))
const directory = (...names: readonly string[]): Uint8Array =>
  explicit(4, writeName(names.map(n => [OID.organizationName, n])))
const other = explicit(0, oid('1.2.3'), explicit(0, utf8String('x')))
const address = (...octets: readonly number[]): Uint8Array => element(0x87, Uint8Array.from(octets))

const leaf = (names: readonly Uint8Array[], commonName?: string): Certificate =>
  new Certificate(
    ca.issue({
      names: [],
      commonName: commonName ?? (names.length === 0 ? 'somebody' : undefined),
      extensions: names.length === 0 ? [] : [{ oid: OID.subjectAltName, critical: false, value: sequence(...names) }],
    }).certificate,
  )
const leafOf = (subject: Uint8Array): Certificate => {
  const { spki } = new Certificate(ca.certificate)
  const parts = { issuer: subject, subject, notBefore: 0, notAfter: 1000, spki, extensions: [] }
  return new Certificate(writeCertificate({ ...parts, serialNumber: Uint8Array.of(1) }, ca.keyPair, nodeCrypto()))
}
const limits = (permitted: readonly Uint8Array[], excluded: readonly Uint8Array[] = []) => {
  const trees = (of: readonly Uint8Array[]) => of.map(base => sequence(base))
  const value = sequence(
    ...(permitted.length === 0 ? [] : [explicit(0, ...trees(permitted))]),
    ...(excluded.length === 0 ? [] : [explicit(1, ...trees(excluded))]),
  )
  return decodeExtension(certificateExtensions, 'nameConstraints', value, 0, value.length)
}
const outcome = (permitted: readonly Uint8Array[], excluded: readonly Uint8Array[], names: readonly Uint8Array[]) =>
  violation(limits(permitted, excluded), leaf(names), { comparisons: 0 })?.kind

test.each([
  ['host', 'example.com', 'a@example.com', true],
  ['host, letter case', 'EXAMPLE.com', 'a@example.COM', true],
  ['host below', 'example.com', 'a@mail.example.com', false],
  ['hosts below a domain', '.example.com', 'a@mail.example.com', true],
  ['the domain itself', '.example.com', 'a@example.com', false],
  ['one mailbox', 'a@example.com', 'a@example.com', true],
  ['the local part has case', 'A@example.com', 'a@example.com', false],
  ['an asterisk is a letter', '*@example.com', 'a@example.com', false],
] as const)('mailboxes: %s (RFC 5280 4.2.1.10)', (_, limit, name, inside) => {
  expect(outcome([text('email', limit)], [], [text('email', name)])).toBe(inside ? undefined : 'not-permitted')
  expect(outcome([], [text('email', limit)], [text('email', name)])).toBe(inside ? 'excluded' : undefined)
})

test('a mailbox that is none, or in quotation marks, cannot be compared, so it is refused', () => {
  for (const name of ['a@b@example.com', '"a"@example.com', 'a\\b@example.com', '(a)b@example.com'])
    expect(outcome([text('email', 'example.com')], [], [text('email', name)]), name).toBe('malformed-name')
  expect(outcome([], [text('email', '"a"@example.com')], [text('email', 'b@example.com')])).toBe('malformed-limit')
})

test('a limit of mailboxes without text excludes all of them and permits none', () => {
  const [nothing, name] = [text('email', ''), text('email', 'a@example.com')]
  expect([outcome([nothing], [], [name]), outcome([], [nothing], [name])]).toEqual(['not-permitted', 'excluded'])
})

test('letter case means nothing in the emailAddress of a subject: what may be excluded is (RFC 5280 4.1.2.6)', () => {
  const of = (permitted: readonly Uint8Array[], excluded: readonly Uint8Array[], value: Uint8Array) => {
    const subject = sequence(setOf(sequence(oid(OID.emailAddress), value)))
    return violation(limits(permitted, excluded), leafOf(subject), { comparisons: 0 })?.kind
  }
  const [limit, mailbox] = [text('email', 'A@example.com'), element(0x16, bytes('a@EXAMPLE.com'))]
  expect([of([], [limit], mailbox), of([limit], [], mailbox)]).toEqual(['excluded', 'not-permitted'])
  expect(of([text('email', 'a@example.com')], [text('email', 'b@example.com')], mailbox)).toBeUndefined()
  // A value that is no string is nobody's mailbox.
  expect(of([], [limit], element(0x04, bytes('a@example.com')))).toBe('malformed-name')
})

test('another spelling of an excluded host does not pass by it', () => {
  for (const name of ['a@example.com.', 'a@example..com', 'a@[192.0.2.1]'])
    expect(outcome([], [text('email', 'example.com')], [text('email', name)])).toBe('malformed-name')
  expect(outcome([], [text('uri', 'example.com')], [text('uri', 'https://example.com./')])).toBe('malformed-name')
  for (const limit of ['@example.com', 'a@', 'example.com.'])
    expect(outcome([], [text('email', limit)], [text('email', 'a@example.com')])).toBe('malformed-limit')
  expect(outcome([], [text('uri', 'example.com.')], [])).toBe('malformed-limit')
})

test('names without a limit of their kind are work too', () => {
  const budget = { comparisons: MAX_NAME_COMPARISONS - 1 }
  const hosts = leaf([text('dns', 'a.test'), text('dns', 'b.test')])
  expect(violation(limits([address(10, 0, 0, 0, 255, 0, 0, 0)]), hosts, budget)).toEqual({ kind: 'too-many' })
})

test.each([
  ['host', 'example.com', 'https://example.com/a', true],
  ['host with port and user', 'example.com', 'https://u@example.com:8443', true],
  ['host below', 'example.com', 'https://a.example.com/', false],
  ['hosts below a domain', '.example.com', 'https://a.example.com/', true],
] as const)('URIs: %s', (_, limit, name, inside) => {
  expect(outcome([text('uri', limit)], [], [text('uri', name)])).toBe(inside ? undefined : 'not-permitted')
})

test('a DNS name that is none cannot be compared, so it is refused', () => {
  for (const name of ['a..example.com', '.example.com', 'a b.example.com', 'a.*.example.com', 'example.com.', ''])
    expect(outcome([text('dns', 'example.com')], [], [text('dns', name)])).toBe('malformed-name')
})

test('a URI without a host name cannot be compared, so it is refused', () => {
  for (const uri of ['urn:a:b', 'https://192.0.2.1/', 'https://[::1]/'])
    expect(outcome([text('uri', 'example.com')], [], [text('uri', uri)])).toBe('malformed-name')
})

test('directory names: the limit begins the name; the subject counts too', () => {
  expect(outcome([directory('A')], [], [directory('a', 'B')])).toBeUndefined()
  expect(outcome([directory('A', 'B')], [], [directory('A')])).toBe('not-permitted')
  expect(outcome([], [directory('A')], [directory('A', 'B')])).toBe('excluded')
  const named = leaf([], 'somebody')
  expect(violation(limits([directory('A')]), named, { comparisons: 0 })?.kind).toBe('not-permitted')
})

test('kinds without a comparison are refused where both sides have them', () => {
  expect(outcome([], [other], [other])).toBe('malformed-name')
  expect(outcome([], [other], [text('dns', 'a.test')])).toBeUndefined()
})

test('limits that cannot be understood refuse everything', () => {
  expect(outcome([address(10, 0, 0, 0, 255, 0, 255, 0)], [], [])).toBe('malformed-limit')
  expect(outcome([text('dns', 'a b')], [], [])).toBe('malformed-limit')
})

test('an address has 4 or 16 octets, and a limit of addresses twice as many (RFC 5280 4.2.1.6, 4.2.1.10)', () => {
  const octets = (count: number): Uint8Array => element(0x87, new Uint8Array(count))
  const read = (name: 'subjectAltName' | 'nameConstraints', count: number) => () => {
    const value = sequence(name === 'subjectAltName' ? octets(count) : explicit(0, sequence(octets(count))))
    return decodeExtension(certificateExtensions, name, value, 0, value.length)
  }
  for (const count of [0, 3, 4, 5, 8, 9, 15, 16, 17, 31, 32, 33, 64]) {
    if (count === 4 || count === 16) expect(read('subjectAltName', count)).not.toThrow()
    else expect(read('subjectAltName', count), `${count}`).toThrow(DerError)
    if (count === 8 || count === 32) expect(read('nameConstraints', count)).not.toThrow()
    else expect(read('nameConstraints', count), `${count}`).toThrow(DerError)
  }
})

test('limits of one kind say nothing of another', () => {
  expect(outcome([text('dns', 'a.test')], [], [address(10, 0, 0, 1)])).toBeUndefined()
  expect(outcome([address(10, 0, 0, 0, 255, 0, 0, 0)], [], [text('dns', 'a.test')])).toBeUndefined()
})

test('comparisons are counted before they are made', () => {
  const budget = { comparisons: MAX_NAME_COMPARISONS }
  expect(violation(limits([text('dns', 'a.test')]), leaf([text('dns', 'a.test')]), budget)).toEqual({
    kind: 'too-many',
  })
})
