/** What a certificate authority (`barewire/ca`) answers to the questions of an ACME server. */
import { DerError } from '../asn1/der.ts'
import { type RevocationReason, revocationReason } from '../ca/inventory.ts'
import type { CertificateAuthority } from '../ca/types.ts'
import { hexText } from '../wire/bytes.ts'
import { Certificate } from '../x509/certificate/certificate.ts'
import { CRL_REASON } from '../x509/revocation/crl-extensions.table.ts'
import { problem } from './problem.ts'
import type { AcmeAnswer, AuthorityQuestion } from './server/types.ts'

/** Signing and revoking, by the authority of the moment: its policy and its limits decide. */
export const answersOf =
  (authority: () => CertificateAuthority) =>
  (question: AuthorityQuestion): AcmeAnswer =>
    question.about === 'certificate' ? certified(authority(), question) : revoked(authority(), question)

const certified = (
  authority: CertificateAuthority,
  { spki, identifiers, notBefore, notAfter, by }: Extract<AuthorityQuestion, { readonly about: 'certificate' }>,
): AcmeAnswer => {
  try {
    const names = identifiers.map(({ value }) => value)
    return { chain: authority.certify({ publicKey: spki, names, notBefore, notAfter, by }).chain }
  } catch (error) {
    // What it will not sign, in its own words.
    if (error instanceof RangeError) return problem('rejectedIdentifier', error.message)
    if (error instanceof DerError) return problem('badCSR', error.message)
    throw error
  }
}

const revoked = (
  authority: CertificateAuthority,
  { certificate, reason, by }: Extract<AuthorityQuestion, { readonly about: 'revocation' }>,
): AcmeAnswer => {
  const serial = hexText(new Certificate(certificate).serialNumber)
  switch (authority.revoke(serial, reasonOf(reason), by)) {
    case 'revoked':
      return 'done'
    case 'already':
      return problem('alreadyRevoked', 'the certificate is revoked already')
    case 'unknown':
      return problem('unauthorized', 'the authority knows no such certificate')
  }
}

const reasonOf = (number: number): RevocationReason | undefined => {
  const name = Object.entries(CRL_REASON).find(([, value]) => value === number)?.[0]
  return name === undefined ? undefined : revocationReason(name)
}
