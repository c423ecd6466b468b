/** What is told of a judgement step by step, and the report of every path with everything that is wrong with it. */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { ask, at, authority, below, crypto, DAY, leaf, middle, root } from '../../../test/support/chains.ts'
import { OID } from '../../asn1/oids.table.ts'
import type { Bytes } from '../../engine.ts'
import { isFailure } from '../../failures/index.ts'
import { broken } from '../../lab/broken.ts'
import { latin1Text } from '../../wire/bytes.ts'
import { KEY_USAGE } from '../certificate/extensions.ts'
import { basicConstraints, keyUsage, writeCertificate, writeName } from '../issue.ts'
import { type ExplainedPath, explainChain } from './explain.ts'
import { rfc5280 } from './profile.ts'
import type { Step } from './steps.ts'
import type { ChainRequest } from './types.ts'
import { verifyChain } from './verify.ts'

const sha256 = (der: Bytes): string => createHash('sha256').update(der).digest('hex')
const stepsOf = (request: ChainRequest): Step[] => {
  const steps: Step[] = []
  verifyChain({ ...request, steps: step => steps.push(step) })
  return steps
}
const faultsOf = ({ checks }: ExplainedPath): (string | undefined)[] =>
  checks.flatMap(({ failure }) => (failure === undefined ? [] : [failure.code]))

/** An authority's name and key under another issuer. */
const cross = (issuer: typeof root, subject: typeof root, notAfter = at + DAY): Bytes =>
  writeCertificate(
    {
      serialNumber: Uint8Array.of(5),
      issuer: writeName([[OID.commonName, issuer.name]]),
      subject: writeName([[OID.commonName, subject.name]]),
      notBefore: at - DAY,
      notAfter,
      spki: subject.keyPair.spki,
      extensions: [basicConstraints({ ca: true, pathLength: undefined }), keyUsage(KEY_USAGE.keyCertSign)],
    },
    issuer.keyPair,
    crypto,
  )

test('each step is told once, in its order, with the certificates that it is about', () => {
  const chain = leaf()
  const steps = stepsOf(ask(chain))
  expect(steps.slice(0, 5).map(({ type }) => type)).toEqual(['candidate', 'edge', 'candidate', 'edge', 'path'])
  const [subject, issuer, anchor] = [chain[0]!, middle.certificate, root.certificate].map((der, i) => ({
    index: i === 2 ? 'anchor' : i,
    fingerprint: sha256(der),
  }))
  expect(steps[0]).toMatchObject({ child: subject, issuer: { ...issuer, subject: 'CN=Test Intermediate' } })
  expect(steps[0]).toMatchObject({ role: 'intermediate' })
  expect(steps[3]).toMatchObject({
    type: 'edge',
    child: issuer,
    issuer: anchor,
    role: 'anchor',
    signature: 'good',
    failure: undefined,
  })
  expect(steps[4]).toMatchObject({ path: 0, anchored: true, certificates: [subject, issuer, anchor] })
  expect(steps.at(-1)).toEqual({ type: 'end', path: 0, failure: undefined })
  expect(steps.filter(({ type }) => type === 'end')).toHaveLength(1)
})

test('a check that holds says which bytes of which certificate it looked at', () => {
  const chain = leaf()
  const all = [...chain.slice(0, 2), root.certificate]
  const checks = stepsOf(ask(chain)).filter(step => step.type === 'check')
  expect(checks.every(({ failure, accepted }) => failure === undefined && !accepted)).toBe(true)
  const bytes = (name: string) =>
    checks
      .filter(({ check }) => check === name)
      .map(({ certificate, span }) => {
        const { index } = certificate!
        return { index, text: latin1Text(all[index === 'anchor' ? 2 : index]!, span!.from, span!.to) }
      })
  expect(bytes('name')).toMatchObject([{ index: 0, text: expect.stringContaining('*.shop.test') }])
  expect(bytes('chain')).toMatchObject([{ index: 'anchor', text: expect.stringContaining('Test Root') }])
  // In UTC, as the certificate writes it: of all three.
  expect(bytes('dates').map(({ index, text }) => [index, /\d{12}Z/.test(text)])).toEqual([
    [0, true],
    [1, true],
    ['anchor', true],
  ])
  expect(bytes('signatures').map(({ index }) => index)).toEqual([0, 1])
  expect(bytes('authorities').map(({ index }) => index)).toEqual([1, 'anchor'])
  const looked = new Set(checks.map(({ check }) => check))
  for (const check of ['key strength', 'purpose', 'critical extensions', 'profile']) expect(looked).toContain(check)
})

test('limits that apply are told where they stand: name constraints, path lengths, policies', () => {
  const limited = broken(root.intermediate({ name: 'Limited', permitted: ['shop.test', '10.0.0.5/32'] }))
  const checks = stepsOf(ask(leaf({}, limited))).filter(step => step.type === 'check')
  const about = (name: string) => checks.filter(({ check }) => check === name).map(c => c.certificate?.index)
  expect(about('name constraints')).toEqual([1])
  expect(about('policies')).toEqual([])
  expect(about('path length')).toContain(1)
})

test('expired and for another name: an explanation goes on after the first fault, verification does not', () => {
  const old = leaf({ notAfter: at - DAY, notBefore: at - 2 * DAY })
  const request = ask(old, { name: 'other.test' })
  const first = stepsOf(request).filter(step => step.type === 'check' && step.failure !== undefined)
  expect(first).toMatchObject([{ check: 'dates', failure: { code: 'tls/certificate-expired' } }])
  const { result, paths } = explainChain(request)
  expect(result).toMatchObject({ code: 'tls/certificate-expired' })
  expect(paths.map(faultsOf)).toEqual([['tls/certificate-expired', 'tls/certificate-name']])
  expect(paths[0]!.failure).toMatchObject({ code: 'tls/certificate-expired' })
  // What holds is told beside it.
  const dates = paths[0]!.checks.filter(({ check }) => check === 'dates')
  expect(dates.map(({ certificate, failure }) => [certificate?.index, failure?.code])).toEqual([
    [0, 'tls/certificate-expired'],
    [1, undefined],
    ['anchor', undefined],
  ])
})

test('an expired authority, one that is none and one that nobody trusts are told with all other faults of their paths', () => {
  const none = below('None', [])
  const end = below('end', [], { ...root, name: 'None', keyPair: none.keyPair })
  const { result, paths } = explainChain(ask([end.certificate, none.certificate]))
  expect(result).toMatchObject({ code: 'tls/certificate-not-ca' })
  expect(paths.map(faultsOf)).toEqual([['tls/certificate-not-ca', 'tls/certificate-name']])

  const expired = root.intermediate({ name: 'Expired', notAfter: at - DAY, notBefore: at - 2 * DAY })
  const two = explainChain(ask(leaf({}, expired), { name: 'other.test' }))
  expect(two.paths.map(faultsOf)).toEqual([['tls/certificate-expired', 'tls/certificate-name']])

  const stranger = explainChain(ask(leaf({ notAfter: at - DAY, notBefore: at - 2 * DAY }), { roots: [] }))
  expect(stranger.result).toMatchObject({ code: 'tls/certificate-untrusted' })
  expect(stranger.paths).toMatchObject([{ anchored: false }])
  expect(stranger.paths.map(faultsOf)).toEqual([['tls/certificate-untrusted', 'tls/certificate-expired']])
})

test('every candidate path is told, those after a good one too, and whose issuer only has the name', () => {
  const other = authority('Other Root')
  const crossed = broken(root.intermediate({ name: 'Crossed' }))
  const chain = [
    leaf({}, crossed)[0]!,
    crossed.certificate,
    cross(other, crossed as typeof root),
    cross(root, crossed as typeof root, at - DAY / 2),
    root.intermediate({ name: 'Crossed' }).certificate,
  ]
  const { result, paths, refused, limit } = explainChain(ask(chain))
  expect(isFailure(result)).toBe(false)
  expect(limit).toBeUndefined()
  expect(paths.map(({ certificates, anchored }) => [certificates.map(c => c.index).join(' '), anchored])).toEqual([
    ['0 1 anchor', true],
    ['0 2', false],
    ['0 3 anchor', true],
  ])
  expect(paths.map(faultsOf)).toEqual([[], ['tls/certificate-untrusted'], ['tls/certificate-expired']])
  expect(refused).toMatchObject([
    { child: { index: 0 }, issuer: { index: 4 }, signature: 'bad', failure: { code: 'tls/certificate-signature' } },
  ])
})

test('a signature of a weak kind does not hide the rest', () => {
  const strict = { ...rfc5280, hashes: new Set([]), lints: new Set([]) } as typeof rfc5280
  const { paths } = explainChain(ask(leaf(), { profile: strict, name: 'other.test' }))
  expect(paths.map(faultsOf)).toEqual([
    ['tls/certificate-algorithm', 'tls/certificate-algorithm', 'tls/certificate-name'],
  ])
})

test('what the caller accepts is told as accepted, and is not why a path is refused', () => {
  const request = ask(leaf({ notAfter: at - DAY, notBefore: at - 2 * DAY }), { accept: ['tls/certificate-expired'] })
  const { result, paths } = explainChain(request)
  expect(isFailure(result)).toBe(false)
  expect(paths).toMatchObject([{ failure: undefined }])
  expect(paths[0]!.checks.filter(({ accepted }) => accepted)).toMatchObject([
    { check: 'dates', failure: { code: 'tls/certificate-expired' } },
  ])
})

test('certificates that cannot be read are told, the leaf too', () => {
  const [own, above] = leaf()
  const damaged = above!.slice(0, -1)
  const { unreadable, paths } = explainChain(ask([own!, damaged]))
  expect(unreadable).toMatchObject([{ code: 'tls/certificate-malformed', at: { certificate: 1 } }])
  expect(paths.map(faultsOf)).toEqual([['tls/chain-incomplete']])
  expect(explainChain(ask([damaged]))).toMatchObject({ unreadable: [{ at: { certificate: 0 } }], paths: [] })
})

test('where a bound ends the search, the explanation says so', () => {
  const names = Array.from({ length: 70 }, (_, i) => i)
  const twin = authority('Twin')
  const certificates = names.map(i => cross(root, twin as typeof root, at - DAY / 2 - i * 1000))
  const { paths, limit } = explainChain(ask([leaf({}, twin)[0]!, ...certificates]))
  expect(limit).toMatchObject({ code: 'tls/chain-too-complex', got: 'paths', number: 64 })
  expect(paths).toHaveLength(64)
  expect(explainChain(ask(leaf())).limit).toBeUndefined()
})
