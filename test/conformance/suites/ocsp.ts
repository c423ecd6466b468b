/**
 * The answers of BoringSSL's `ocsp_unittest`: an answer, a certificate and its issuer each, and the request that is to be
 * made. What must come of each is in the table of `ocsp_unittest.cc`, which does not lie beside the data: it is here.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeCrypto } from '../../../src/node/crypto.ts'
import { sameOctets } from '../../../src/wire/bytes.ts'
import { Certificate, parseCertificate } from '../../../src/x509/certificate/certificate.ts'
import { pemBlocks } from '../../../src/x509/files/pem.ts'
import { judgeChain } from '../../../src/x509/path/judge-chain.ts'
import { type Profile, rfc5280 } from '../../../src/x509/path/profile.ts'
import { trustStore } from '../../../src/x509/path/store.ts'
import { isTrusted } from '../../../src/x509/path/trusted.ts'
import { certificateId } from '../../../src/x509/revocation/ocsp.ts'
import { writeOcspRequest } from '../../../src/x509/revocation/ocsp-request.ts'
import type { CaseResult, Suite } from '../suite.ts'

const AT = Date.UTC(2017, 2, 5)
const WEEK = 7 * 86_400_000

/** The answers of the set are signed with SHA-1, most of them. */
const profile: Profile = {
  ...rfc5280,
  lints: new Set(),
  anchor: { dates: false, limits: false, saysAuthority: false },
  minimumRsaBits: 1024,
  hashes: new Set(['sha1', 'sha256']),
}

const GOOD = [
  'good_response',
  'good_response_sha256',
  'good_response_invalid_serial',
  'good_response_next_update',
  'ocsp_sign_direct',
  'ocsp_sign_indirect',
  'ocsp_extra_certs',
  'has_version',
  'responder_name',
  'responder_id',
  'has_extension',
  'has_single_extension',
  'has_critical_ct_extension',
]
const REVOKED = ['revoke_response', 'revoke_response_reason', 'multiple_response_good_revoked']

const crypto = nodeCrypto()

const run = (folder: string, file: string): CaseResult[] => {
  const id = file.replace('.pem', '')
  const blocks = pemBlocks(readFileSync(join(folder, file), 'latin1'))
  const of = (label: string): Uint8Array => blocks.find(block => block.label === label)!.der
  const [leaf, issuer] = [of('CERTIFICATE'), of('CA CERTIFICATE')]
  const { result } = judgeChain({
    chain: [leaf],
    name: undefined,
    at: AT,
    trust: trustStore([issuer]),
    crypto,
    profile,
    purpose: 'any',
    evidence: { ocsp: [of('OCSP RESPONSE')] },
    revocation: { mode: 'hard', maxAge: WEEK },
  })
  const got = isTrusted(result) ? 'good' : result.code
  const expected = GOOD.includes(id)
    ? 'good'
    : REVOKED.includes(id)
      ? 'tls/certificate-revoked'
      : 'tls/revocation-unknown'
  const detail = isTrusted(result) ? `expected ${expected}` : `${got}: ${result.where ?? ''} ${result.got ?? ''}`
  const kind = isTrusted(result) ? 'false-accept' : 'false-reject'
  return [
    got === expected ? { id, outcome: 'passed' } : { id, outcome: 'failed', kind, got, detail },
    request(`${id} request`, of('OCSP REQUEST'), leaf, issuer),
  ]
}

/** The request for a certificate is the same, to the last octet. */
const request = (id: string, expected: Uint8Array, leaf: Uint8Array, issuer: Uint8Array): CaseResult => {
  const certificate = parseCertificate(leaf)
  if (!(certificate instanceof Certificate)) return { id, outcome: 'failed', kind: 'malformed', got: certificate.code }
  const name = certificateId(certificate.serialNumber, new Certificate(issuer), 'sha1', crypto)
  const own = writeOcspRequest([name])
  return sameOctets(own, expected)
    ? { id, outcome: 'passed' }
    : { id, outcome: 'failed', kind: 'other-octets', got: Buffer.from(own).toString('hex') }
}

const NOT_MINIMAL = {
  because: 'the serial number of its certificate is not DER (X.690 8.3.2), which the set lets pass by an option',
  got: 'tls/certificate-malformed',
}

export const suite: Suite = {
  name: 'ocsp',
  onlyByName: true,
  listed: {
    good_response_invalid_serial: NOT_MINIMAL,
    'good_response_invalid_serial request': NOT_MINIMAL,
  },
  skips: {},
  async run(data) {
    const folder = [data, join(data, 'ocsp_unittest'), join(data, 'pki/testdata/ocsp_unittest')].find(each =>
      existsSync(join(each, 'ocsp_sign_bad_indirect.pem')),
    )
    if (folder === undefined) return undefined
    return readdirSync(folder)
      .filter(file => file.endsWith('.pem'))
      .flatMap(file => run(folder, file))
  },
}
