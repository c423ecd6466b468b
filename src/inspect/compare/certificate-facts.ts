/** What a chain says of whom it is for, from when to when, and who vouches for it. */
import { DerError } from '../../asn1/der.ts'
import { Failure } from '../../failures/index.ts'
import { type Certificate, parseCertificate } from '../../x509/certificate/certificate.ts'
import { generalNameText } from '../../x509/certificate/general-name.ts'
import { publicKeyText } from '../../x509/certificate/public-key.ts'
import { dateText } from '../certificate.ts'
import { factOf } from './hello-facts.ts'
import type { Fact } from './types.ts'

/** Certificates of one chain that are looked at. */
const MOST_CHAIN = 16

export const chainFacts = (chain: readonly Uint8Array[]): ReadonlyMap<string, Fact> => {
  const facts = new Map<string, Fact>([['chain', factOf([`${chain.length}`])]])
  const read = chain.slice(0, MOST_CHAIN).map(der => parseCertificate(der))
  read.forEach((certificate, i) => {
    const prefix = i === 0 ? '' : `${i}.`
    const said =
      certificate instanceof Failure ? [['certificate', ['not readable']] as const] : certificateRows(certificate, i)
    for (const [name, values] of said) facts.set(prefix + name, factOf(values))
  })
  return facts
}

const certificateRows = (
  certificate: Certificate,
  index: number,
): readonly (readonly [name: string, values: readonly string[]])[] => {
  const { subject, issuer, notBefore, notAfter } = certificate
  return [
    ['subject', [subject.text]],
    ['issuer', [issuer.text]],
    ['notBefore', [dateText(notBefore)]],
    ['notAfter', [dateText(notAfter)]],
    ...(index > 0 ? [] : [['names', readable(() => namesOf(certificate))] as const]),
    ['publicKey', readable(() => [publicKeyText(certificate.publicKey)])],
  ]
}

const namesOf = (certificate: Certificate): readonly string[] =>
  (certificate.extension('subjectAltName') ?? []).map(generalNameText)

const readable = (read: () => readonly string[]): readonly string[] => {
  try {
    return read()
  } catch (error) {
    if (error instanceof DerError) return ['not readable']
    throw error
  }
}
