/** What is told of a judgement: each check to the trace, and where in the chain a fault lies. */
import { expect, test } from 'vitest'
import { ask, at, authority, crypto, failure, leaf, middle, root } from '../../../test/support/chains.ts'
import { OID } from '../../asn1/oids.table.ts'
import { sequence, time } from '../../asn1/write.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import type { CertificateAuthority, LeafOptions } from '../../ca/types.ts'
import type { Bytes } from '../../engine.ts'
import { broken } from '../../lab/broken.ts'
import type { VerdictRecord } from '../../trace/types.ts'
import { latin1Text } from '../../wire/bytes.ts'
import { Certificate } from '../certificate/certificate.ts'
import { writeName } from '../issue.ts'
import type { ChainRequest } from './types.ts'
import { verifyChain } from './verify.ts'

test('each check is told to the trace once, with its failure', () => {
  const verdicts: VerdictRecord[] = []
  const sink = {
    nextId: () => 1,
    message: () => {},
    state: () => {},
    secret: () => {},
    verdict: (v: VerdictRecord) => verdicts.push(v),
  }
  const trace = { sink, flow: 'f', host: 'h' }
  verifyChain(ask(leaf(), { trace, now: 7 }))
  expect(verdicts.every(v => v.ok && v.at === 7 && v.flow === 'f')).toBe(true)
  expect(verdicts.map(v => v.check)).toEqual(
    expect.arrayContaining(['chain', 'signatures', 'dates', 'purpose', 'name']),
  )
  verdicts.length = 0
  verifyChain(ask(leaf(), { trace, name: 'x.test' }))
  expect(verdicts.filter(v => !v.ok)).toMatchObject([{ check: 'name', failure: { code: 'tls/certificate-name' } }])
  verdicts.length = 0
  verifyChain(ask(leaf(), { trace, roots: [] }))
  expect(verdicts).toMatchObject([{ check: 'chain', ok: false, failure: { code: 'tls/certificate-untrusted' } }])
})

test('how long a leaf still holds is told in hours for two days, and in days from then on', () => {
  const left = (hours: number): string | undefined => {
    const told: VerdictRecord[] = []
    const silent = { nextId: () => 1, message: () => {}, state: () => {}, secret: () => {} }
    const sink = { ...silent, verdict: (v: VerdictRecord) => told.push(v) }
    verifyChain(ask(leaf({ notAfter: at + hours * 3_600_000 }), { trace: { sink, flow: 'f', host: 'h' } }))
    return told.find(({ check }) => check === 'dates')?.about
  }
  expect([1, 2, 47, 48, 71, 72].map(left)).toEqual([
    '1 hour left',
    '2 hours left',
    '47 hours left',
    '2 days left',
    '2 days left',
    '3 days left',
  ])
})

/** The validity of a certificate as it must stand there. */
const dates = (der: Bytes): Bytes => {
  const { notBefore, notAfter } = new Certificate(der)
  return sequence(time(notBefore), time(notAfter))
}

test('a failure says in which certificate of the chain its bytes lie, by number: names may be equal', () => {
  const chain = (intermediate: CertificateAuthority, options: Partial<LeafOptions> = {}) => {
    const [own, above] = leaf(options, intermediate)
    return [own!, middle.certificate, authority('Twin').certificate, above!]
  }
  const bytesOf = (shown: readonly Bytes[], more: Partial<ChainRequest> = {}) => {
    const { at: place, code } = failure(ask(shown, more))
    const bytes = shown[Number(place?.certificate)]!.subarray(place!.start, place!.end)
    return { code, certificate: place?.certificate, bytes }
  }
  const old = root.intermediate({ name: 'Twin', notAfter: at - 1000 })
  const expired = bytesOf(chain(old))
  expect(expired).toMatchObject({ code: 'tls/certificate-expired', certificate: 3 })
  expect(expired.bytes).toEqual(dates(old.certificate))
  const name = bytesOf(chain(root.intermediate({ name: 'Twin' })), { name: 'other.test' })
  expect(name).toMatchObject({ code: 'tls/certificate-name', certificate: 0 })
  expect(latin1Text(name.bytes)).toContain('*.shop.test')
  const stranger = authority('Stranger')
  const issuer = bytesOf([...leaf({}, stranger.intermediate({ name: 'Twin' }))])
  expect(issuer).toMatchObject({ code: 'tls/certificate-untrusted', certificate: 1 })
  expect(issuer.bytes).toEqual(writeName([[OID.commonName, 'Stranger']]))
  const limited = bytesOf(chain(root.intermediate({ name: 'Twin', excluded: ['shop.test'] })))
  expect(limited).toMatchObject({ code: 'tls/certificate-constraint', certificate: 3 })
  expect(latin1Text(limited.bytes)).toContain('shop.test')
})

test('a fault of a root lies in the anchor, or where the peer sent it', () => {
  const ended = broken(certificateAuthority({ crypto, now: () => at, name: 'Ended', notAfter: at - 1000 }))
  const chain = leaf({}, ended)
  const roots = [ended.certificate]
  expect(failure(ask(chain, { roots }))).toMatchObject({ code: 'tls/certificate-expired', where: '“Ended”' })
  const { at: place } = failure(ask(chain, { roots }))
  expect(place).toMatchObject({ message: 0, certificate: 'anchor' })
  expect(ended.certificate.subarray(place!.start, place!.end)).toEqual(dates(ended.certificate))
  expect(failure(ask([...chain, ended.certificate], { roots })).at).toMatchObject({ certificate: 1 })
})
