/** What is thought of sessions, of CBC and of STARTTLS; other findings are tested where they are found. */
import { expect, test } from 'vitest'
import { findingsIn } from './findings.ts'
import { type Observed, type Sessions, unasked } from './types.ts'

const NONE = { ids: false, tickets: false } as const
const of = (tls12: object | undefined, tls13: object | undefined): readonly (readonly string[])[] => {
  const sessions = {
    tls12: tls12 === undefined ? unasked('pointless') : { ...NONE, ...tls12 },
    tls13:
      tls13 === undefined
        ? unasked('pointless')
        : { tickets: 2, resumed: true, reused: false, lifetime: 7_200, earlyData: 0, ...tls13 },
  } as unknown as Sessions
  return findingsIn({ observed: { sessions } as Observed, unsteady: false })
    .filter(({ code }) => code !== 'unanswered')
    .map(({ code, got }) => [code, ...got])
}

test('tickets live for a week at most (RFC 9846 4.7.1)', () => {
  expect(of({ tickets: true }, { lifetime: 604_800 })).toEqual([])
  expect(of({ tickets: true }, { lifetime: 604_801 })).toEqual([['ticket-long', '604801']])
})

test('early data is told with its size', () => {
  expect(of({ ids: true }, { earlyData: 16_384 })).toEqual([['early-data', '16384']])
})

test('that nothing is resumed is said where no version does it, and each was asked', () => {
  const none = { tickets: 0, resumed: false, lifetime: 0 }
  expect(of({}, none)).toEqual([['no-resumption']])
  expect(of({}, undefined)).toEqual([['no-resumption']])
  expect(of(undefined, none)).toEqual([['no-resumption']])
  expect(of({ ids: true }, none)).toEqual([])
  expect(of({ tickets: true }, none)).toEqual([])
  expect(of({}, {})).toEqual([])
  expect(of(undefined, undefined)).toEqual([])
})

const codesOf = (observed: object): readonly string[] =>
  findingsIn({ observed: observed as Observed, unsteady: false }).map(({ code }) => code)

test('RFC 7366: encrypt_then_mac takes from CBC what was wrong with it, and nothing from other suites', () => {
  const suites = [
    {
      version: 'TLS 1.2',
      order: 'server',
      suites: ['TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA', 'TLS_RSA_WITH_RC4_128_SHA', 'TLS_RSA_WITH_3DES_EDE_CBC_SHA'],
    },
  ]
  const weak = (extensions?: object): readonly string[] =>
    codesOf({ suites, extensions }).filter(code => /^suite-(?:cbc|rc4|3des)$/.test(code))
  expect(weak().toSorted()).toEqual(['suite-3des', 'suite-cbc', 'suite-rc4'])
  expect(weak({ encryptThenMac: false })).toContain('suite-cbc')
  expect(weak({ encryptThenMac: unasked('pointless') })).toContain('suite-cbc')
  expect(weak({ encryptThenMac: true }).toSorted()).toEqual(['suite-3des', 'suite-rc4'])
})

test('RFC 3207 4.2: that a server keeps what stood in clear before TLS is said of who does, and of nobody else', () => {
  const of = (injection: unknown) => codesOf({ starttls: { protocol: 'smtp', injection } })
  expect(of(true)).toContain('starttls-injection')
  expect(of(false)).not.toContain('starttls-injection')
  expect(of(unasked('unable'))).not.toContain('starttls-injection')
})
