import { expect, test } from 'vitest'
import { lessonTests, scene } from '../../../test/inspector/lesson-tests.ts'

lessonTests('rsa-exchange', 'ecdhe', 'finished', 'false-start', 'resumption')

test('with RSA key exchange TLS 1.2 has twelve steps, and the shop signs nothing', async () => {
  const { steps, fixed } = await scene('rsa-exchange', 'rsa', 3)
  expect(steps.map(({ name }) => name)).toEqual([
    'hello',
    'serverHello',
    'certificate',
    'done',
    'keyExchange',
    'change',
    'finished',
    'serverChange',
    'serverFinished',
    'request',
    'answer',
    'goodbye',
  ])
  expect(fixed).toMatchObject({ signed: 0, decrypted: 1, keyBytes: 262 })
})

test('a key that is stolen later opens a recording of the one, and nothing of the other', async () => {
  expect((await scene('rsa-exchange', 'stolen', 3)).fixed).toMatchObject({ stolenMessages: 2 })
  expect((await scene('ecdhe', 'stolen', 3)).fixed).toMatchObject({ stolenMessages: 0, signed: 1, decrypted: 0 })
})

test('a ClientHello that was changed on the way ends at Finished', async () => {
  const { fixed } = await scene('finished', 'altered', 3)
  expect(fixed).toEqual({
    offered: 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
    heard: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    chosen: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    failedIn: 'WaitFinished',
    alert: 'bad_record_mac',
    failure: 'tls/alert-received',
  })
})

test('False Start and resumption each save one round trip', async () => {
  const [patient, early] = await Promise.all(['patient', 'early'].map(change => scene('false-start', change, 3)))
  const trip = 2 * Number(patient!.facts.oneWay)
  expect(Number(patient!.facts.requestAt) - Number(early!.facts.requestAt)).toBeCloseTo(trip, 6)
  const { facts } = await scene('resumption', 'ticket', 3)
  expect(Number(facts.firstAt) - Number(facts.secondAt)).toBeCloseTo(2 * Number(facts.oneWay), 6)
  const { facts: forgotten } = await scene('resumption', 'forgotten', 3)
  expect(forgotten.secondAt).toBe(forgotten.firstAt)
})
