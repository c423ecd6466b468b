import { expect, test } from 'vitest'
import { lessonTests, scene } from '../../../test/inspector/lesson-tests.ts'
import type { BesideDrawing } from '../drawings.ts'
import { layoutOf } from '../layout.ts'

lessonTests('one-trip', 'unseen', 'retry', 'schedule', 'early')

test('TLS 1.3 saves one round trip, and none with a shop that does not speak it', async () => {
  for (const change of ['near', 'far']) {
    const { facts } = await scene('one-trip', change, 3)
    expect(facts.saved).toBeCloseTo(2 * Number(facts.oneWay), 6)
  }
  const { facts } = await scene('one-trip', 'old', 3)
  expect(facts.freshAsk).toBe(facts.oldAsk)
})

test('both versions are drawn by one measure of time, and each as if it were alone', async () => {
  const { steps } = await scene('one-trip', 'near', 3)
  const { parts } = steps.at(-1)!.drawings[0] as BesideDrawing<string>
  const [old, fresh] = parts.map(({ ladder }) => layoutOf(ladder, 280))
  expect(fresh!.ticks).toEqual(old!.ticks)
  expect(fresh!.height).toBe(old!.height)
  const [hello, answer] = [0, 1].map(i => [old!.arrows[i]!.points, fresh!.arrows[i]!.points])
  expect(hello![1]).toEqual(hello![0])
  expect(answer![1]).toEqual(answer![0])
  const late = (layout: typeof old) => layout!.arrows.find(({ text }) => text.startsWith('GET'))!.points[0]!.y
  expect(late(fresh)).toBeLessThan(late(old))
})

test('a recording holds the certificate in TLS 1.2 and not in TLS 1.3, and the name in both', async () => {
  const seen = { nameSeen: '✓', pathSeen: '✗', answerSeen: '✗' }
  expect((await scene('unseen', 'tls12', 3)).fixed).toMatchObject({ ...seen, certificateSeen: '✓' })
  const { fixed } = await scene('unseen', 'tls13', 3)
  expect(fixed).toMatchObject({ ...seen, certificateSeen: '✗' })
  expect(fixed?.read).toBe('ClientHello, ServerHello, ChangeCipherSpec, ChangeCipherSpec')
})

test('a group that the shop does not have costs a round trip and another share; no group in common, the visit', async () => {
  const { facts, fixed } = await scene('retry', 'retry', 3)
  expect(fixed).toMatchObject({ hellos: 2, differs: 'key_share' })
  expect(facts.requestAt).toBeCloseTo(4 * Number(facts.oneWay), 6)
  const { facts: liked } = await scene('retry', 'liked', 3)
  expect(liked.requestAt).toBeCloseTo(2 * Number(liked.oneWay), 6)
  expect((await scene('retry', 'nothing', 3)).fixed).toMatchObject({
    alert: 'handshake_failure',
    failure: 'tls/nothing-in-common',
  })
})

test('the secrets worked out from the run are those that the engine logged', async () => {
  for (const seed of [3, 4, 5]) expect((await scene('schedule', 'whole', seed)).fixed?.fits).toBe('✓')
})

test('one bit of Certificate makes other keys of all that follows, and of nothing before', async () => {
  expect((await scene('schedule', 'altered', 3)).fixed?.differs).toBe('flightHash clientTraffic serverTraffic key iv')
})

test('early data saves the whole round trip before the request, and patience half of it', async () => {
  const { facts, fixed } = await scene('early', 'early', 3)
  expect(fixed?.secondAsk).toBe(0)
  expect(facts.secondAnswer).toBeCloseTo(2 * Number(facts.oneWay), 6)
  const { facts: patient } = await scene('early', 'patient', 3)
  expect(patient.secondAsk).toBeCloseTo(2 * Number(patient.oneWay), 6)
})

test('a copy of the first flight is taken by a shop that forgets, and by no other', async () => {
  expect((await scene('early', 'guarded', 3)).fixed).toEqual({ asked: 1, orders: 1, copies: 0 })
  expect((await scene('early', 'unguarded', 3)).fixed).toEqual({ asked: 1, orders: 2, copies: 1 })
})
