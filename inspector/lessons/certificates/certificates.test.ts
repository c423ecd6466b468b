import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { parseCertificate } from '../../../src/x509/index.ts'
import { lessonTests, scene } from '../../../test/inspector/lesson-tests.ts'
import type { ChainDrawing, MessageDrawing } from '../drawings.ts'
import { opened } from '../opened.ts'

lessonTests('digest', 'signature', 'certificate', 'chain')

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

test('digests are those of others, and one bit changes about half of their bits', async () => {
  for (const seed of [3, 4, 5]) {
    const { facts } = await scene('digest', 'bit', seed)
    expect(sha256(`${facts.message}`)).toMatch(new RegExp(`^${facts.digest}`))
    expect(sha256(`${facts.flipped}`)).toMatch(new RegExp(`^${facts.otherDigest}`))
    expect(Math.abs(Number(facts.changed) - 128)).toBeLessThan(40)
  }
})

test.each(['given', 'pair', 'longer'])('a search in shortened digests finds two that are alike: %s', async change => {
  const { facts } = await scene('digest', change, 3)
  expect(facts.message).not.toBe(facts.other)
  for (const text of [facts.message, facts.other]) expect(sha256(`${text}`)).toMatch(new RegExp(`^${facts.short}`))
})

test('a signature fits its message and its key, and no other', async () => {
  const fits = async (change: string) => (await scene('signature', change, 3)).fixed?.fits
  expect(await Promise.all(['fits', 'altered', 'own', 'swapped'].map(fits))).toEqual(['✓', '✗', '✗', '✓'])
})

test('what Mallory shows is refused, each time at what is wrong with it', async () => {
  const failure = async (change: string) => (await scene('certificate', change, 3)).fixed?.failure
  expect(await Promise.all(['issued', 'replaced', 'selfMade', 'copied'].map(failure))).toEqual([
    '✓',
    'tls/certificate-signature',
    'tls/certificate-self-signed',
    'tls/signature-wrong',
  ])
})

test('each broken chain is refused by the verifier for what was broken', async () => {
  const verdict = async (change: string) => (await scene('chain', change, 3)).fixed?.verdict
  expect(await Promise.all(['good', 'expired', 'wrongName', 'missing', 'unknown', 'notCa'].map(verdict))).toEqual([
    '✓',
    'tls/certificate-expired',
    'tls/certificate-name',
    'tls/chain-incomplete',
    'tls/certificate-untrusted',
    'tls/certificate-not-ca',
  ])
})

test('the cards of a chain are joined by signatures that fit, up to the root', async () => {
  const { steps } = await scene('chain', 'good', 3)
  const { cards } = steps.at(-1)!.drawings[0] as ChainDrawing<string>
  expect(cards.map(({ title, signed }) => [title, signed])).toEqual([
    ['shop.test', true],
    ['Intermediate', true],
    ['Root', undefined],
  ])
})

test('a message that holds a certificate is opened at it, and one without it says so', async () => {
  const { steps } = await scene('certificate', 'issued', 3)
  const drawing = steps[0]!.drawings[0] as MessageDrawing
  const { bytes, tree } = opened(drawing)
  expect(parseCertificate(bytes)).toMatchObject({ subject: { text: 'CN=shop.test' } })
  expect(tree?.children?.map(({ name }) => name)).toEqual(['tbsCertificate', 'signatureAlgorithm', 'signatureValue'])
  expect(() => opened({ ...drawing, certificate: 'body.entries.9' })).toThrow(RangeError)
})
