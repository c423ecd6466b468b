import { expect, test } from 'vitest'
import { CERTIFICATES, type Change, MIDDLES, OFFERS, PLAINS, type Plan, planText, readPlan, SERVERS } from './plan.ts'

const place = { frame: 21, byte: 94, bit: 3 }
const changes: readonly (Change | undefined)[] = [
  undefined,
  { kind: 'flip', ...place },
  { kind: 'noise', ...place },
  { kind: 'drop', frame: 8 },
  { kind: 'duplicate', frame: 8 },
  { kind: 'delay', frame: 8, by: 500 },
  ...CERTIFICATES.map((is): Change => ({ kind: 'certificate', is })),
  ...OFFERS.map((is): Change => ({ kind: 'offer', is })),
  ...MIDDLES.map((does): Change => ({ kind: 'middle', does })),
  ...SERVERS.map((is): Change => ({ kind: 'server', is })),
  ...PLAINS.map((is): Change => ({ kind: 'plain', is })),
  { kind: 'plain' },
  { kind: 'password' },
]

test('every plan can be read back from its text, which an address holds as it is', () => {
  for (const change of changes)
    for (const scenario of ['tls13', 'tls12'] as const) {
      const plan: Plan = { scenario, seed: 7, ...(change && { change }) }
      expect(readPlan(planText(plan))).toEqual(plan)
      expect(encodeURIComponent(planText(plan))).toBe(planText(plan))
    }
})

test('a plan says what it is in its own words', () => {
  expect(planText({ scenario: 'tls12', seed: 4_294_967_295 })).toBe('tls12-4294967295')
  expect(planText({ scenario: 'tls13', seed: 7, change: { kind: 'flip', ...place } })).toBe('tls13-7-flip-21-94-3')
})

test.each([
  '',
  'tls13',
  'tls13-',
  'tls14-7',
  'tls13--7',
  'tls13-07',
  'tls13-1e3',
  'tls13-4294967296',
  'tls13-7-',
  'tls13-7-drop',
  'tls13-7-drop-0',
  'tls13-7-drop-8-9',
  'tls13-7-drop-8.5',
  'tls13-7-flip-1-1-8',
  'tls13-7-flip-1-1514-0',
  'tls13-7-delay-1-60001',
  'tls13-7-certificate',
  'tls13-7-certificate-good',
  'tls13-7-certificate-toString',
  'tls13-7-offer-toString',
  'tls13-7-plain-read-twice',
  'tls13-7-password-x',
  'tls13-7-constructor',
])('%j is no plan', text => expect(readPlan(text)).toBeUndefined())
