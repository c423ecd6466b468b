import { expect, test } from 'vitest'
import { type CaseResult, judge, type Suite } from './suite.ts'

const suite: Suite = {
  name: 'three',
  listed: {
    meant: { because: 'a reason', got: 'tls/certificate-name' },
    elsewhere: { because: 'another', got: 'accepted', whole: true },
  },
  skips: { 'not ours': 1 },
  run: async () => undefined,
}
const results: readonly CaseResult[] = [
  { id: 'good', outcome: 'passed' },
  { id: 'meant', outcome: 'failed', kind: 'false-reject', got: 'tls/certificate-name' },
  { id: 'skipped', outcome: 'skipped', detail: 'not ours' },
]
/** The results with one changed, by id; undefined takes it out. */
const changed = (id: string, change: Partial<CaseResult> | undefined): readonly CaseResult[] =>
  results.flatMap(each => (each.id !== id ? [each] : change === undefined ? [] : [{ ...each, ...change }]))

test('results that are as listed are right', () => {
  expect(judge(suite, results)).toEqual({
    counts: { passed: 1, failed: 0, listed: 1, skipped: 1, 'false-reject': 1 },
    wrong: [],
    listed: ['listed   meant  a reason'],
  })
})

test('a case that fails and is not listed is wrong', () => {
  const { wrong, counts } = judge(
    suite,
    changed('good', { outcome: 'failed', kind: 'false-accept', detail: 'trusted' }),
  )
  expect(wrong).toEqual(['failed   good  false-accept  trusted'])
  expect(counts).toMatchObject({ passed: 0, failed: 1, 'false-accept': 1 })
})

test('a listed case that fails for another reason, passes, is skipped or is gone is wrong', () => {
  const wrong = (change: Partial<CaseResult> | undefined) => judge(suite, changed('meant', change)).wrong
  expect(wrong({ got: 'tls/certificate-expired' })).toEqual([
    'fails otherwise than listed: meant  got tls/certificate-expired, listed tls/certificate-name',
  ])
  expect(wrong({ outcome: 'passed' })).toEqual(['passes although listed as failing: meant'])
  expect(wrong({ outcome: 'skipped', detail: 'not ours' })).toContain('skipped although listed as failing: meant')
  expect(wrong(undefined)).toEqual(['listed but not in the set: meant'])
})

test('one skip more, one less or one for another reason is wrong', () => {
  const more: readonly CaseResult[] = [...results, { id: 'fourth', outcome: 'skipped', detail: 'not ours' }]
  expect(judge(suite, more).wrong).toEqual(['2 cases are skipped (not ours), listed are 1'])
  expect(judge(suite, changed('skipped', undefined)).wrong).toEqual(['0 cases are skipped (not ours), listed are 1'])
  expect(judge(suite, changed('skipped', { detail: 'too slow' })).wrong).toEqual([
    '0 cases are skipped (not ours), listed are 1',
    '1 cases are skipped (too slow), listed are 0',
  ])
})

test('in the whole set more may be skipped, and the cases that only it has must be there', () => {
  const more: readonly CaseResult[] = [...results, { id: 'fourth', outcome: 'skipped', detail: 'not ours' }]
  expect(judge(suite, more, 'whole').wrong).toEqual(['listed but not in the set: elsewhere'])
  const all: readonly CaseResult[] = [...more, { id: 'elsewhere', outcome: 'failed', got: 'accepted' }]
  expect(judge(suite, all, 'whole').wrong).toEqual([])
})

test('of a few cases chosen by name neither the skips nor what is not among them counts, but failures do', () => {
  expect(judge(suite, [{ id: 'good', outcome: 'passed' }], 'some').wrong).toEqual([])
  expect(judge(suite, [{ id: 'good', outcome: 'failed' }], 'some').wrong).toEqual(['failed   good    '])
})

test('a name that two cases have is wrong: one would hide the other', () => {
  expect(judge(suite, [...results, { id: 'good', outcome: 'passed' }]).wrong).toEqual([
    'there are two cases of this name: good',
  ])
})
