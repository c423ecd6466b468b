/** Lists of revoked certificates and OCSP answers, whoever signed them: reading throws nothing, and what was read can be looked up. */
import { DerError } from '../../../src/asn1/der.ts'
import { OID } from '../../../src/asn1/oids.table.ts'
import { oid, sequence } from '../../../src/asn1/write.ts'
import { Failure } from '../../../src/failures/index.ts'
import { writeName } from '../../../src/x509/issue.ts'
import { parseRevocationList } from '../../../src/x509/revocation/crl.ts'
import { type CrlToWrite, crlTbs } from '../../../src/x509/revocation/crl-write.ts'
import { BasicOcspResponse, type CertificateId, parseOcspResponse } from '../../../src/x509/revocation/ocsp.ts'
import { parseOcspRequest, writeOcspRequest } from '../../../src/x509/revocation/ocsp-request.ts'
import { ocspAnswerTbs, writeOcspRefusal, writeOcspResponse } from '../../../src/x509/revocation/ocsp-write.ts'
import { writeSigned } from '../../../src/x509/signed.ts'
import type { Look, Target } from '../target.ts'

const at = Date.UTC(2026, 10, 20)
const algorithm = sequence(oid(OID.ecdsaWithSHA256))
const signature = Uint8Array.of(1, 2, 3)
const issuer = writeName([[OID.commonName, 'Root']])
const other = writeName([[OID.commonName, 'Other']])
const serial = (octet: number): Uint8Array => Uint8Array.of(octet)

const list = (parts: Partial<CrlToWrite> = {}): Uint8Array =>
  writeSigned(
    crlTbs({ issuer, thisUpdate: at, nextUpdate: at + 1000, number: 1, entries: [], ...parts }, algorithm),
    algorithm,
    signature,
  )

const entries: CrlToWrite['entries'] = [
  { serialNumber: serial(1), date: at },
  { serialNumber: serial(2), date: at, reason: 'keyCompromise', invalidityDate: at },
  { serialNumber: serial(3), date: at, reason: 'removeFromCRL', issuer: other },
]

export const revocationLists: Target = {
  name: 'x509/crl',
  longest: 2_048,
  seeds: () => [
    list(),
    list({ entries }),
    list({ entries, point: { urls: ['http://a.test/1'], only: 'users', reasons: 0x1fe, indirect: true } }),
    list({ base: 1, freshest: ['http://a.test/2'], authorityKeyIdentifier: serial(9) }),
  ],
  run(input, look) {
    const read = parseRevocationList(input)
    if (read instanceof Failure) {
      look.reached(`${read.where} ${read.expected}`)
      return
    }
    look.reached(`list ${read.version} ${read.size > 0} ${read.strange}`)
    let size = 0
    for (const entry of read.entries()) {
      size++
      if (read.find(entry.serialNumber, entry.issuer) === undefined) throw new Error('an entry is not found')
    }
    if (size !== read.size) throw new Error(`${size} entries, said are ${read.size}`)
  },
}

const id: CertificateId = {
  hash: 'sha1',
  issuerNameHash: new Uint8Array(20),
  issuerKeyHash: new Uint8Array(20),
  serialNumber: serial(5),
}
const answer = (more: Partial<Parameters<typeof ocspAnswerTbs>[0]> = {}): Uint8Array =>
  writeOcspResponse(
    ocspAnswerTbs({
      responder: { name: issuer },
      producedAt: at,
      answers: [{ id, about: { status: 'good' }, thisUpdate: at, nextUpdate: at + 1000 }],
      ...more,
    }),
    algorithm,
    signature,
    [sequence()],
  )

export const ocspMessages: Target = {
  name: 'x509/ocsp',
  longest: 2_048,
  seeds: () => [
    answer(),
    answer({
      responder: { keyHash: new Uint8Array(20) },
      nonce: serial(7),
      answers: [{ id, about: { status: 'revoked', date: at, reason: 'superseded' }, thisUpdate: at }],
    }),
    writeOcspRefusal('tryLater'),
    writeOcspRequest([
      id,
      { ...id, hash: 'sha256', issuerNameHash: new Uint8Array(32), issuerKeyHash: new Uint8Array(32) },
    ]),
    writeOcspRequest([id], serial(8)),
  ],
  run(input, look) {
    const response = parseOcspResponse(input)
    if (response instanceof Failure) look.reached(`answer ${response.where} ${response.expected}`)
    else if (response instanceof BasicOcspResponse) readAll(response, look)
    else look.reached(response.refused)
    const request = parseOcspRequest(input)
    look.reached(request instanceof Failure ? `request ${request.where} ${request.expected}` : 'request')
  },
}

/** Promises of logs are read when they are asked for, and may be broken. */
const readAll = (response: BasicOcspResponse, look: Look): void => {
  for (const { about, extensions } of response.answers) {
    look.reached(about.status)
    try {
      extensions.decodeAll()
    } catch (error) {
      if (!(error instanceof DerError)) throw error
    }
  }
}
