/** Each rule for issuers: a certificate that keeps all of them, changed in one place, and what is said of it then. */
import { expect, test } from 'vitest'
import { crypto } from '../../../test/support/certificate-parts.ts'
import { ALONE, changed, FORMS, WEB } from '../../../test/support/lint-cases.table.ts'
import { type Form, formed, goodResponder, goodServer, oids } from '../../../test/support/lint-forms.ts'
import { OID } from '../../asn1/oids.table.ts'
import { oid, sequence } from '../../asn1/write.ts'
import { Failure } from '../../failures/index.ts'
import { lints } from '../path/lints.table.ts'
import { baselineRules } from './baseline.table.ts'
import { lintCertificate, rulesFor } from './lint.ts'
import { rfcRules } from './rfc.table.ts'
import { subjectRules } from './subject.table.ts'
import type { RuleSet } from './types.ts'

const DAY = 86_400_000

const outcome = (form: Form, rules?: RuleSet) => {
  const found = lintCertificate(formed(form), { crypto, rules, isRegistrySuffix: name => name === 'co.uk' })
  if (found instanceof Failure) throw new Error(`${found.code} ${found.where} ${found.got}`)
  return found
}
const broken = (form: Form, rules: RuleSet): string[] => outcome(form, rules).findings.map(({ lint }) => lint)

test.each(['root', 'authority', 'server', 'responder'] as const)('a good certificate of a %s breaks no rule', kind => {
  expect(outcome(FORMS[kind], 'webpki')).toEqual({ kind, rules: 'webpki', findings: [] })
})

for (const [i, [lint, kind, change, also = []]] of WEB.entries())
  test(`${lint} is found in the certificate of a ${kind} (${i})`, () => {
    expect(broken(changed(kind, change), 'webpki').toSorted()).toEqual([lint, ...also].toSorted())
  })

for (const [lint, kind, change] of ALONE)
  test(`${lint} is found in the certificate of a ${kind}, by the rules of the RFCs alone`, () => {
    expect(broken(changed(kind, change), 'rfc5280')).toEqual([lint])
    expect(broken(changed(kind, change), 'webpki')).not.toContain(lint)
  })

test('there is a certificate for every rule', () => {
  const all = [lints, rfcRules, baselineRules, subjectRules].flatMap(table => Object.keys(table))
  expect(new Set(all).size).toBe(all.length)
  expect([...new Set([...WEB, ...ALONE].map(([lint]) => lint))].toSorted()).toEqual(all.toSorted())
})

/** By the days on which documents came into force; certificates that begin earlier are not held to them. */
const SINCE: Readonly<Record<string, readonly string[]>> = {
  '2012-07-01': ['version', 'root-path-length', 'root-policies', 'authority-lists-missing', 'server-access-missing'],
  '2013-01-01': ['notice-type', 'notice-ascii', 'notice-form'],
  '2013-02-21': ['rsa-exponent', 'rsa-factor'],
  '2014-01-01': ['rsa-short'],
  '2016-01-01': ['signature-algorithm'],
  '2016-09-30': ['serial-number-entropy'],
  '2017-06-08': ['authority-common-name'],
  '2020-08-01': ['key-usage-ec'],
  '2020-08-20': ['key-algorithm', 'authority-purposes', 'authority-access-missing'],
  '2021-10-01': ['server-reserved-label'],
  '2022-09-01': ['subject-unit'],
  '2023-09-15': [
    'root-validity',
    'authority-usage',
    'access-address',
    'server-usage',
    'subject-order',
    'responder-usage',
  ],
  '2024-03-15': ['server-lists-missing'],
  '2026-03-15': ['server-reverse-zone'],
}
for (const [day, all] of Object.entries(SINCE))
  for (const lint of all)
    test(`${lint} is held against what begins on ${day}, and not the day before`, () => {
      const [, kind, change] = WEB.find(([each]) => each === lint)!
      const beginning = (from: number): Form => {
        const form = changed(kind, change)
        const length = Date.parse(form.to) - Date.parse(form.from)
        return { ...form, from: new Date(from).toISOString(), to: new Date(from + length).toISOString() }
      }
      const first = Date.parse(day)
      expect(broken(beginning(first), 'webpki')).toContain(lint)
      expect(broken(beginning(first - DAY), 'webpki')).not.toContain(lint)
    })

test.each([
  ['2018-03-01', 825],
  ['2020-09-01', 398],
  ['2026-03-15', 200],
  ['2027-03-15', 100],
  ['2029-03-15', 47],
])('of what begins on %s, %i days are the most, and the last second counts', (from, days) => {
  const until = (last: number) => {
    const end = new Date(Date.parse(from) + last).toISOString()
    return broken({ ...goodServer, from, to: end }, 'webpki').filter(lint => lint.startsWith('server-validity'))
  }
  // Before version 1.7.1 nobody had said so.
  const second = days === 825 ? 0 : 1000
  expect(until((days - 1) * DAY - second)).toEqual([])
  expect(until(days * DAY - second)).toEqual(['server-validity-full'])
  expect(until(days * DAY - second + 1000)).toEqual(['server-validity'])
})

test('what is short-lived need not say who tells whether it is revoked', () => {
  const of = (from: string, days: number) => {
    const { [OID.cRLDistributionPoints]: _, ...extensions } = goodServer.extensions
    const to = new Date(Date.parse(from) + days * DAY - 1000).toISOString()
    return broken({ ...goodServer, from, to, extensions }, 'webpki')
  }
  expect(of('2026-03-14', 10)).toEqual([])
  expect(of('2026-03-14', 11)).toEqual(['server-lists-missing'])
  expect(of('2026-03-15', 7)).toEqual([])
  expect(of('2026-03-15', 8)).toEqual(['server-lists-missing'])
})

test('a certificate is held to the rules of the CA/Browser Forum where it says so, or where it is asked', () => {
  const home = { ...goodServer, extensions: { ...goodServer.extensions, [OID.certificatePolicies]: undefined } }
  expect(outcome(home)).toMatchObject({ rules: 'rfc5280', findings: [{ lint: 'subject-key-missing-leaf' }] })
  expect(outcome(home, 'webpki').findings).toMatchObject([{ lint: 'server-policies-missing', level: 'error' }])
  expect(outcome(goodServer).rules).toBe('webpki')
  expect(rulesFor([formed(home)])).toBe('rfc5280')
  expect(rulesFor([formed(home), formed(goodServer)])).toBe('webpki')
  expect(rulesFor([Uint8Array.of(1, 2, 3)])).toBe('rfc5280')
})

test('what a certificate is there for is read from what it says of itself', () => {
  const purposes = (...list: readonly string[]) => {
    const extensions = { ...goodResponder.extensions, [OID.extKeyUsage]: [oids(...list)] as const }
    return outcome({ ...goodResponder, extensions }).kind
  }
  expect(purposes(OID.OCSPSigning)).toBe('responder')
  expect(purposes(OID.clientAuth)).toBe('other')
  expect(purposes(OID.anyExtendedKeyUsage)).toBe('server')
  expect(purposes(OID.serverAuth, OID.OCSPSigning)).toBe('server')
})

test('a finding says where it is, how bad, and by which rule', () => {
  const form = changed('server', { serial: Uint8Array.of(7) })
  const der = formed(form)
  const [finding] = outcome(form).findings
  expect(finding).toMatchObject({
    lint: 'serial-number-entropy',
    level: 'warning',
    says: 'its serial number is too short for 64 random bits',
    rule: 'CA/B BR 7.1.2.7',
  })
  expect([...der.subarray(finding!.span.from, finding!.span.to)]).toEqual([7])
  const [missing] = outcome(changed('server', { extensions: { [OID.keyUsage]: undefined } })).findings
  // Where it should be: in what was signed.
  expect(der[missing!.span.from]).toBe(0x30)
  expect(missing).toMatchObject({ lint: 'server-usage-missing', span: { from: 4 } })
})

test('what cannot be read is a failure, with its place', () => {
  expect(lintCertificate(Uint8Array.of(0x30, 1), { crypto })).toMatchObject({ code: 'tls/certificate-malformed' })
  // A qualifier that only the rules look into.
  const policy = sequence(sequence(oid('1.2.3'), sequence(sequence(oid('1.3.6.1.5.5.7.2.1'), oid('1.2.3')))))
  const bad = changed('server', { extensions: { [OID.certificatePolicies]: [policy] } })
  expect(lintCertificate(formed(bad), { crypto })).toMatchObject({ code: 'tls/certificate-malformed', where: 'cPSuri' })
})

test('every rule has its source', () => {
  for (const table of [rfcRules, baselineRules, subjectRules])
    for (const { rule } of Object.values(table)) expect(rule).toMatch(/^(RFC \d+ [A\d.]+|CA\/B BR [\d.]+)$/)
})
