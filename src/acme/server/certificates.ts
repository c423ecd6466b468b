/** Certificates of an ACME server: handed out (RFC 8555 7.4.2) and revoked (7.6). */
import type { Millis } from '../../engine.ts'
import { fromBase64url } from '../../wire/base64url.ts'
import { sameOctets } from '../../wire/bytes.ts'
import { Certificate } from '../../x509/certificate/certificate.ts'
import { pem } from '../../x509/files/pem.ts'
import { memberOf, textOf } from '../json.ts'
import { refusal } from '../problem.ts'
import type { CertificateRecord } from '../store.ts'
import { ownerOf, type Signed, saying } from './authenticate.ts'
import { type Answer, type Desk, leafOf } from './desk.ts'
import type { AcmeQuestion } from './types.ts'

/** `alternate`: which of the other chains; 0 is the first. */
export const certificate = (desk: Desk, signed: Signed, id: string, alternate: number): Answer => {
  const found = desk.certificate(id)
  const chain = found?.chains[alternate]
  if (found === undefined || chain === undefined || found.account !== ownerOf(signed).id)
    throw refusal('unauthorized', 'this account has no such certificate', { status: 404 })
  const links = found.chains.flatMap((_, i) =>
    i === alternate ? [] : [`<${desk.url('cert', id, ...(i === 0 ? [] : [String(i)]))}>;rel="alternate"`],
  )
  return {
    status: 200,
    headers: links.map(link => ['link', link]),
    text: {
      type: 'application/pem-certificate-chain',
      text: chain.map(each => pem('CERTIFICATE', fromBase64url(each)!)).join(''),
    },
  }
}

/** RFC 5280 5.3.1: what a subscriber may say of a certificate of his own. */
const REASONS: readonly number[] = [0, 1, 3, 4, 5, 9]

/** A certificate to be revoked. */
export interface Revoking {
  readonly record: CertificateRecord
  readonly question: AcmeQuestion
}

/**
 * RFC 8555 7.6: who has it from us, who has shown to have all its names, or who has its key may have it revoked. Throws
 * `Refusal`.
 */
export const revocation = (desk: Desk, signed: Signed, now: Millis): Revoking => {
  const asked = saying(signed)
  const text = textOf(asked, 'certificate')
  const der = text === undefined ? undefined : fromBase64url(text)
  if (der === undefined) throw refusal('malformed', 'certificate is the certificate in base64url')
  const given = memberOf(asked, 'reason')
  const reason = given === undefined ? 0 : given
  if (typeof reason !== 'number' || !REASONS.includes(reason))
    throw refusal('badRevocationReason', `the reason is one of ${REASONS.join(', ')}`)
  const record = desk.certificateOf(der)
  // Nobody learns here which certificates there are.
  if (record === undefined || !mayRevoke(desk, signed, record, now))
    throw refusal('unauthorized', 'no such certificate can be revoked with this key')
  if (record.revoked) throw refusal('alreadyRevoked', 'the certificate is revoked already')
  const by = signed.account === undefined ? 'acme, by its own key' : `acme ${signed.account.id}`
  return { record, question: { about: 'revocation', certificate: der, reason, by } }
}

const mayRevoke = (desk: Desk, { account, spki }: Signed, record: CertificateRecord, now: Millis): boolean =>
  account === undefined
    ? sameOctets(new Certificate(leafOf(record)).spki, spki)
    : record.account === account.id || desk.holds(account.id, record.identifiers, now)
