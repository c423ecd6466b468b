import { expect, test } from 'vitest'
import { at, crypto, DAY, leaf, middle, root } from '../../../test/support/chains.ts'
import { ocspBy, serialOf, subjectOf } from '../../../test/support/revocation.ts'
import { DerError } from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.table.ts'
import {
  bitString,
  element,
  explicit,
  generalizedTime,
  integer,
  nothing,
  octetString,
  oid,
  sequence,
  time,
  truth,
} from '../../asn1/write.ts'
import { Certificate } from '../certificate/certificate.ts'
import { BasicOcspResponse, certificateId, parseOcspResponse, readOcspResponse } from './ocsp.ts'
import { parseOcspRequest, writeCertificateId, writeOcspRequest } from './ocsp-request.ts'
import { writeOcspRefusal } from './ocsp-write.ts'

const [shop] = leaf()
const issuer = new Certificate(middle.certificate)
const id = certificateId(serialOf(shop!), issuer, 'sha1', crypto)

const basic = (der: Uint8Array): BasicOcspResponse => {
  const response = readOcspResponse(der)
  if (!(response instanceof BasicOcspResponse)) throw new Error(response.refused)
  return response
}

const fault = (read: () => unknown): string => {
  try {
    read()
  } catch (error) {
    if (error instanceof DerError) return `${error.what}: ${error.rule}`
    throw error
  }
  return 'none'
}

const name = explicit(1, subjectOf(middle.certificate))
const single = (...fields: readonly Uint8Array[]): Uint8Array => sequence(writeCertificateId(id), ...fields)
const good = element(0x80)
const now = generalizedTime(at)
/** An answer with these fields as what is signed. */
const raw = (fields: readonly Uint8Array[], ...behind: readonly Uint8Array[]): Uint8Array =>
  sequence(
    element(0x0a, Uint8Array.of(0)),
    explicit(
      0,
      sequence(
        oid('1.3.6.1.5.5.7.48.1.1'),
        octetString(
          sequence(sequence(...fields), sequence(oid(OID.ecdsaWithSHA256)), bitString(Uint8Array.of(1)), ...behind),
        ),
      ),
    ),
  )

test('an answer says who gives it, when, and what of which certificate', () => {
  const answer = basic(
    ocspBy(middle, shop!, {
      about: { status: 'revoked', date: at - 5000, reason: 'superseded' },
      nonce: Uint8Array.of(7),
    }),
  )
  expect('name' in answer.responder && answer.responder.name.text).toBe('CN=Test Intermediate')
  expect(answer.producedAt).toBe(at)
  expect(answer.answers).toHaveLength(1)
  expect(answer.answers[0]).toMatchObject({
    about: { status: 'revoked', date: at - 5000, reason: 'superseded' },
    thisUpdate: at - DAY,
    nextUpdate: at + DAY,
  })
  expect(answer.answers[0]?.id).toEqual(id)
  expect(answer.extensions.value('ocspNonce')).toEqual(Uint8Array.of(7))
  expect(answer.certificates).toEqual([])
  expect(answer.signatureAlgorithm).toEqual({ key: 'ecdsa', hash: 'sha256' })
})

test('good, unknown, revoked without a reason, and without a next update', () => {
  const about = (status: Parameters<typeof ocspBy>[2]) => basic(ocspBy(middle, shop!, status)).answers[0]
  expect(about({ about: { status: 'good' } })?.about).toEqual({ status: 'good' })
  expect(about({ about: { status: 'unknown' } })?.about).toEqual({ status: 'unknown' })
  expect(about({ about: { status: 'revoked', date: at, reason: undefined } })?.about).toEqual({
    status: 'revoked',
    date: at,
    reason: undefined,
  })
  expect(about({ nextUpdate: undefined })?.nextUpdate).toBeUndefined()
})

test('a responder may be named by the hash of its key, and bring certificates', () => {
  const keyHash = crypto.hash('sha1').update(issuer.keyOctets).digest()
  const answer = basic(ocspBy(middle, shop!, { responder: { keyHash }, certificates: [root.certificate] }))
  expect(answer.responder).toEqual({ keyHash })
  expect(answer.certificates).toEqual([root.certificate])
})

test('certificates are called by SHA-1 or SHA-256 of their issuer', () => {
  const [one] = basic(ocspBy(middle, shop!, { hash: 'sha256' })).answers
  expect(one?.id).toMatchObject({ hash: 'sha256', serialNumber: serialOf(shop!) })
  expect(one?.id.issuerKeyHash).toEqual(crypto.hash('sha256').update(issuer.keyOctets).digest())
  expect(one?.id.issuerNameHash).toEqual(crypto.hash('sha256').update(subjectOf(middle.certificate)).digest())
  const strange = sequence(sequence(oid('1.2.3'), integer(5)), octetString(now), octetString(now), integer(1))
  const fields = [name, now, sequence(sequence(strange, good, now))]
  expect(basic(raw(fields)).answers[0]?.id.hash).toBeUndefined()
})

test('a refusal is told by its name, and nothing may come with it', () => {
  const refused = (status: Parameters<typeof writeOcspRefusal>[0]) => readOcspResponse(writeOcspRefusal(status))
  expect(refused('malformedRequest')).toEqual({ refused: 'malformedRequest' })
  expect(refused('internalError')).toEqual({ refused: 'internalError' })
  expect(refused('tryLater')).toEqual({ refused: 'tryLater' })
  expect(refused('sigRequired')).toEqual({ refused: 'sigRequired' })
  expect(refused('unauthorized')).toEqual({ refused: 'unauthorized' })
  expect(writeOcspRefusal('unauthorized')).toEqual(Uint8Array.of(0x30, 3, 0x0a, 1, 6))
  const status = (octet: number, ...more: Uint8Array[]) =>
    fault(() => readOcspResponse(sequence(element(0x0a, Uint8Array.of(octet)), ...more)))
  expect(status(4)).toBe('responseStatus: value')
  expect(status(0)).toBe('responseBytes: truncated')
  expect(status(6, explicit(0, nothing))).toBe('ocspResponse: trailing')
})

test('a responder that is neither a name nor a key is refused where it stands', () => {
  const answer = raw([explicit(3, nothing), now, sequence(single(good, now))])
  let error: unknown
  try {
    readOcspResponse(answer)
  } catch (thrown) {
    error = thrown
  }
  const { at: from, end } = error as { at: number; end: number }
  expect([answer[from], end - from]).toEqual([0xa3, 1])
})

test('an answer that is not as RFC 6960 4.2.1 has it is refused with the field', () => {
  const list = sequence(single(good, now))
  const broken = (...fields: Uint8Array[]) => fault(() => readOcspResponse(raw(fields)))
  expect(broken(name, now, list)).toBe('none')
  // The default version, spelled out, as responders in use have it.
  expect(broken(explicit(0, integer(0)), name, now, list)).toBe('none')
  expect(broken(explicit(0, integer(1)), name, now, list)).toBe('version: value')
  expect(broken(explicit(0, integer(0), nothing), name, now, list)).toBe('version: trailing')
  expect(broken(explicit(3, nothing), now, list)).toBe('responderID: unexpected-tag')
  expect(broken(explicit(2, octetString(new Uint8Array(20))), now, list)).toBe('none')
  expect(broken(explicit(2, octetString(new Uint8Array(19))), now, list)).toBe('responderID: value')
  expect(broken(explicit(2, octetString(new Uint8Array(20)), nothing), now, list)).toBe('responderID: trailing')
  expect(broken(explicit(1, subjectOf(middle.certificate), nothing), now, list)).toBe('responderID: trailing')
  expect(broken(name, time(at), list)).toBe('producedAt: unexpected-tag')
  expect(broken(name, now, list, nothing)).toBe('tbsResponseData: trailing')
  expect(broken(name, now, sequence(single(good, now, nothing)))).toBe('singleResponse: trailing')
  expect(broken(name, now, sequence(single(element(0x80, Uint8Array.of(1)), now)))).toBe('certStatus: null-not-empty')
  expect(broken(name, now, sequence(single(element(0x83), now)))).toBe('certStatus: unexpected-tag')
  expect(broken(name, now, sequence(single(explicit(1, now, nothing), now)))).toBe('certStatus: trailing')
  const reason = (octet: number, ...more: Uint8Array[]) =>
    broken(
      name,
      now,
      sequence(single(explicit(1, now, explicit(0, element(0x0a, Uint8Array.of(octet)), ...more)), now)),
    )
  expect(reason(1)).toBe('none')
  expect(reason(7)).toBe('revocationReason: value')
  expect(reason(1, nothing)).toBe('revocationReason: trailing')
  expect(broken(name, now, sequence(single(good, now, explicit(0, now, now))))).toBe('nextUpdate: trailing')
  const nonce = (octets: number) =>
    broken(
      name,
      now,
      list,
      explicit(1, sequence(sequence(oid(OID.ocspNonce), octetString(octetString(new Uint8Array(octets)))))),
    )
  expect(nonce(0)).toBe('ocspNonce: empty')
  expect(nonce(128)).toBe('none')
  expect(nonce(129)).toBe('ocspNonce: too-big')
  const short = sequence(
    sequence(oid(OID.sha1)),
    octetString(new Uint8Array(19)),
    octetString(new Uint8Array(20)),
    integer(1),
  )
  expect(broken(name, now, sequence(sequence(short, good, now)))).toBe('certID: value')
  const strange = sequence(
    sequence(oid(OID.sha1), integer(1)),
    octetString(new Uint8Array(20)),
    octetString(new Uint8Array(20)),
    integer(1),
  )
  expect(broken(name, now, sequence(sequence(strange, good, now)))).toBe('certID: trailing')
  const many = (count: number) => broken(name, now, sequence(...Array.from({ length: count }, () => single(good, now))))
  expect(many(256)).toBe('none')
  expect(many(257)).toBe('responses: too-big')
  const behind = (count: number) =>
    fault(() =>
      readOcspResponse(raw([name, now, list], explicit(0, sequence(...new Array<Uint8Array>(count).fill(sequence()))))),
    )
  expect(behind(8)).toBe('none')
  expect(behind(9)).toBe('certs: too-big')
  const other = sequence(element(0x0a, Uint8Array.of(0)), explicit(0, sequence(oid('1.2.3'), octetString(nothing))))
  expect(fault(() => readOcspResponse(other))).toBe('responseType: value')
  expect(fault(() => readOcspResponse(new Uint8Array(65_537)))).toBe('ocspResponse: too-big')
  expect(parseOcspResponse(middle.certificate)).toMatchObject({ code: 'tls/certificate-malformed' })
})

test('a request is read as it was written', () => {
  const other = certificateId(Uint8Array.of(9), issuer, 'sha256', crypto)
  const request = parseOcspRequest(writeOcspRequest([id, other], Uint8Array.of(1, 2, 3)))
  expect(request).toEqual({ ids: [id, other], nonce: Uint8Array.of(1, 2, 3), strange: undefined })
  expect(parseOcspRequest(writeOcspRequest([id]))).toMatchObject({ ids: [id], nonce: undefined })
  expect(() => writeOcspRequest([{ ...id, hash: undefined }])).toThrow(RangeError)
})

test('a request may be signed, say who asks, and have extensions; a critical one that is strange is told', () => {
  const question = sequence(writeCertificateId(id))
  const read = (...fields: Uint8Array[]) =>
    parseOcspRequest(sequence(sequence(...fields), explicit(0, sequence(nothing))))
  const extensions = (...critical: Uint8Array[]) => sequence(sequence(oid('1.2.3'), ...critical, octetString(nothing)))
  expect(read(explicit(0, integer(0)), explicit(1, name), sequence(question))).toMatchObject({ ids: [id] })
  expect(read(explicit(0, integer(1)), sequence(question))).toMatchObject({ code: 'tls/certificate-malformed' })
  expect(read(sequence(question), explicit(2, extensions()))).toMatchObject({ strange: undefined })
  expect(read(sequence(question), explicit(2, extensions(truth)))).toMatchObject({ strange: '1.2.3' })
  const one = sequence(writeCertificateId(id), explicit(0, extensions(truth)))
  expect(read(sequence(one))).toMatchObject({ strange: '1.2.3' })
  const nonce = sequence(sequence(oid(OID.ocspNonce), truth, octetString(octetString(Uint8Array.of(5)))))
  expect(read(sequence(question), explicit(2, nonce))).toMatchObject({ nonce: Uint8Array.of(5), strange: undefined })
})

test('a request for nothing, for too much, or too long is refused', () => {
  const read = (list: readonly Uint8Array[], ...more: Uint8Array[]) =>
    parseOcspRequest(sequence(sequence(sequence(...list), ...more)))
  const question = sequence(writeCertificateId(id))
  const malformed = { code: 'tls/certificate-malformed' }
  expect(read([])).toMatchObject({ ...malformed, where: 'requestList' })
  expect(read(new Array<Uint8Array>(64).fill(question))).not.toMatchObject(malformed)
  expect(read(new Array<Uint8Array>(65).fill(question))).toMatchObject({ ...malformed, where: 'requestList' })
  expect(read([question], nothing)).toMatchObject({ ...malformed, where: 'tbsRequest' })
  expect(read([sequence(writeCertificateId(id), nothing)])).toMatchObject({ ...malformed, where: 'request' })
  const tooLong = { ...malformed, where: 'ocspRequest', expected: expect.stringContaining('too-big') }
  expect(parseOcspRequest(new Uint8Array(16_385))).toMatchObject(tooLong)
  expect(parseOcspRequest(new Uint8Array(16_384))).not.toMatchObject(tooLong)
})
