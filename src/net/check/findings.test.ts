/** What is thought of the sessions of a server; other findings are tested where they are found. */
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
