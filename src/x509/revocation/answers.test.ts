import { expect, test } from 'vitest'
import { ask, at, below, crypto, DAY, failure, leaf, middle, root } from '../../../test/support/chains.ts'
import { chain, ocsp, shop, state } from '../../../test/support/evidence.ts'
import { type Issuer, ocspBy, revoking, serialOf, subjectOf } from '../../../test/support/revocation.ts'
import { OID } from '../../asn1/oids.table.ts'
import { element, explicit, generalizedTime, nothing, octetString, oid, sequence, truth } from '../../asn1/write.ts'
import type { Bytes } from '../../engine.ts'
import { Certificate } from '../certificate/certificate.ts'
import { extKeyUsage, signatureFor } from '../issue.ts'
import { isTrusted } from '../path/trusted.ts'
import { verifyChain } from '../path/verify.ts'
import { certificateId } from './ocsp.ts'
import { writeCertificateId } from './ocsp-request.ts'
import { writeOcspResponse } from './ocsp-write.ts'

test('an OCSP answer of the issuer says good, revoked or that it knows nothing (RFC 6960 2.2)', () => {
  expect(state(ocsp(ocspBy(middle, shop)))).toBe('good by ocsp')
  expect(state(ocsp(ocspBy(middle, shop, { hash: 'sha256' })))).toBe('good by ocsp')
  expect(state(ocsp(ocspBy(middle, shop, { about: { status: 'unknown' } })))).toBe('unknown')
  const revoked = ocspBy(middle, shop, { about: { status: 'revoked', date: at - DAY, reason: 'superseded' } })
  expect(state(ocsp(revoked))).toBe('revoked')
  expect(failure(ask(chain, { evidence: ocsp(revoked) }))).toMatchObject({ got: 'superseded' })
  const keyHash = crypto.hash('sha1').update(new Certificate(middle.certificate).keyOctets).digest()
  expect(state(ocsp(ocspBy(middle, shop, { responder: { keyHash } })))).toBe('good by ocsp')
  expect(state(ocsp(ocspBy(middle, shop, { responder: { keyHash: new Uint8Array(20) } })))).toBe('signature')
})

test('an answer about another certificate, out of its time, or of another key says nothing', () => {
  expect(state(ocsp(ocspBy(middle, leaf()[0]!)))).toBe('of-another')
  expect(state(ocsp(ocspBy(root, shop)))).toBe('of-another')
  // An issuer of the same name with another key, or of another name with the same key.
  const id = certificateId(serialOf(shop), new Certificate(middle.certificate), 'sha1', crypto)
  for (const other of [{ issuerNameHash: new Uint8Array(20) }, { issuerKeyHash: new Uint8Array(20) }]) {
    const answers = [
      { id: { ...id, ...other }, about: { status: 'good' }, thisUpdate: at - DAY, nextUpdate: at + DAY } as const,
    ]
    expect(state(ocsp(ocspBy(middle, shop, { answers })))).toBe('of-another')
  }
  expect(state(ocsp(ocspBy(middle, shop, { thisUpdate: at + 1000 })))).toBe('not-yet')
  expect(state(ocsp(ocspBy(middle, shop, { nextUpdate: at })))).toBe('out-of-date')
  expect(state(ocsp(ocspBy(middle, shop, { nextUpdate: undefined })))).toBe('good by ocsp')
  expect(state(ocsp(ocspBy(middle, shop)), chain, { maxAge: DAY - 1 })).toBe('out-of-date')
  const { notBefore, notAfter } = new Certificate(shop)
  expect(state(ocsp(ocspBy(middle, shop, { producedAt: notBefore - 1000 })))).toBe('out-of-date')
  expect(state(ocsp(ocspBy(middle, shop, { producedAt: notBefore })))).toBe('good by ocsp')
  expect(state(ocsp(ocspBy(middle, shop, { producedAt: notAfter + 1000 })))).toBe('out-of-date')
  const other = { certificate: middle.certificate, keyPair: root.keyPair }
  expect(state(ocsp(ocspBy(middle, shop, { signer: other })))).toBe('signature')
  expect(state(ocsp(Uint8Array.of(0x30, 3, 10, 1, 6)))).toBe('refused')
  expect(state(ocsp(Uint8Array.of(1)))).toBe('malformed')
})

const signsAnswers = [extKeyUsage([OID.OCSPSigning])]
const issuerIsMiddle = { ...root, name: 'Test Intermediate', keyPair: middle.keyPair }

test('the issuer may have others answer, whom it has signed for this with its own key (RFC 6960 4.2.2.2)', () => {
  const clerk = below('Responder', signsAnswers, issuerIsMiddle)
  const by = (signer: Issuer, certificates: readonly Bytes[] = [signer.certificate]) =>
    ocsp(ocspBy(middle, shop, { signer, certificates }))
  expect(state(by(clerk))).toBe('good by ocsp')
  expect(state({ ...by(clerk, []), certificates: [clerk.certificate] })).toBe('good by ocsp')
  expect(state(by(clerk, []))).toBe('signature')
  // Not for this, not by the issuer itself, not in date.
  expect(state(by(below('Responder', [extKeyUsage([OID.serverAuth])], issuerIsMiddle)))).toBe('signature')
  expect(state(by(below('Responder', [], issuerIsMiddle)))).toBe('signature')
  expect(state(by(below('Responder', signsAnswers, root)))).toBe('signature')
  expect(
    state(by(below('Responder', signsAnswers, { ...root, name: 'Test Intermediate', keyPair: root.keyPair }))),
  ).toBe('signature')
  const late = verifyChain(
    ask(leaf({ notAfter: at + 3 * DAY }), {
      at: at + 1.5 * DAY,
      evidence: by(clerk),
      revocation: { mode: 'hard', scope: 'leaf' },
    }),
  )
  expect(isTrusted(late)).toBe(false)
  // Revoked itself, by a list that is at hand.
  expect(state({ ...by(clerk), crls: [revoking(middle, clerk.certificate)] })).not.toBe('good by ocsp')
})

test('keys of one name are tried in turn, four of them at most', () => {
  const clerk = below('Responder', signsAnswers, issuerIsMiddle)
  const others = Array.from({ length: 4 }, () => below('Responder', signsAnswers, issuerIsMiddle).certificate)
  const behind = (before: readonly Bytes[]) =>
    ocsp(ocspBy(middle, shop, { signer: clerk, certificates: [...before, clerk.certificate] }))
  expect(state(behind(others.slice(1)))).toBe('good by ocsp')
  expect(state(behind(others))).toBe('signature')
})

test('a critical extension in an answer that nobody knows makes it say nothing', () => {
  const own = (id: string, ...critical: Uint8Array[]) =>
    explicit(1, sequence(sequence(oid(id), ...critical, octetString(nothing))))
  const answer = (single: readonly Uint8Array[], whole: readonly Uint8Array[]) => {
    const id = certificateId(serialOf(shop), new Certificate(middle.certificate), 'sha1', crypto)
    const { algorithm, identifier } = signatureFor(middle.keyPair.spki)
    const said = sequence(writeCertificateId(id), element(0x80), generalizedTime(at - DAY), ...single)
    const tbs = sequence(explicit(1, subjectOf(middle.certificate)), generalizedTime(at), sequence(said), ...whole)
    return ocsp(writeOcspResponse(tbs, identifier, crypto.sign(algorithm, middle.keyPair.pkcs8, tbs)))
  }
  expect(state(answer([], []))).toBe('good by ocsp')
  expect(state(answer([own('1.2.3', truth)], []))).toBe('strange')
  expect(state(answer([own('1.2.3')], []))).toBe('good by ocsp')
  expect(state(answer([], [own('1.2.3', truth)]))).toBe('strange')
  expect(state(answer([], [own('1.2.3')]))).toBe('good by ocsp')
  // What logs promise, which need not be read to know what the responder says.
  expect(state(answer([own(OID.ocspSctList, truth)], []))).toBe('good by ocsp')
  const nonce = sequence(sequence(oid(OID.ocspNonce), truth, octetString(octetString(Uint8Array.of(1)))))
  expect(state(answer([], [explicit(1, nonce)]))).toBe('good by ocsp')
})

test('of several words of one answer the worst counts, and of good ones the earliest end', () => {
  const id = certificateId(serialOf(shop), new Certificate(middle.certificate), 'sha1', crypto)
  const saying = (...all: readonly (readonly ['good' | 'unknown', until: number | undefined])[]) =>
    ocsp(
      ocspBy(middle, shop, {
        answers: all.map(([status, nextUpdate]) => ({ id, about: { status }, thisUpdate: at - DAY, nextUpdate })),
      }),
    )
  const until = (evidence: ReturnType<typeof saying>) => {
    const trusted = verifyChain(ask(chain, { evidence, revocation: { mode: 'hard', scope: 'leaf' } }))
    const [first] = isTrusted(trusted) ? trusted.revocation : []
    return first?.status === 'good' ? first.until : 'nothing'
  }
  expect(until(saying(['good', at + DAY]))).toBe(at + DAY)
  expect(until(saying(['good', undefined]))).toBe(undefined)
  expect(until(saying(['good', at + 2 * DAY], ['good', at + DAY], ['good', undefined]))).toBe(at + DAY)
  expect(state(saying(['unknown', at + DAY], ['good', at + DAY]))).toBe('unknown')
})

test('whatever says good, what says revoked is heard', () => {
  const revoked = ocspBy(middle, shop, { about: { status: 'revoked', date: at, reason: undefined } })
  expect(state({ ocsp: [ocspBy(middle, shop), revoked] })).toBe('revoked')
  expect(state({ ocsp: [ocspBy(middle, shop)], crls: [revoking(middle, shop)] })).toBe('revoked')
  expect(state({ ocsp: [ocspBy(middle, shop), ocspBy(middle, shop, { about: { status: 'unknown' } })] })).toBe(
    'good by ocsp',
  )
})
