/**
 * Own chains, completed: intermediate certificates are given as `ca` as often as in `cert`, and OpenSSL sends both. Roots
 * are left out (RFC 5246 7.4.2): whoever believes one has it.
 */
import type { OwnCertificate } from '../../net/stream/credentials.ts'
import type { Certificate } from '../../x509/certificate/certificate.ts'
import type { TrustStore } from '../../x509/path/anchor.ts'
import { x509 } from './peer.ts'

export const completed = ({ certified, certificates }: OwnCertificate, known: TrustStore): OwnCertificate => {
  // What stands in a file and leads nowhere stays behind what leads upwards.
  const top = certificates.findIndex(
    (one, i) => one === undefined || certificates[i + 1]?.subject.key !== one.issuer.key,
  )
  const above: Certificate[] = []
  for (let next = issuerOf(certificates[top], known); next !== undefined; next = issuerOf(next, known)) {
    if (next.issuer.key === next.subject.key || certificates.includes(next) || above.includes(next)) break
    above.push(next)
  }
  if (above.length === 0) return { certified, certificates }
  const chain = certified.chain.toSpliced(top + 1, 0, ...above.map(({ der }) => der))
  return { certified: { ...certified, chain }, certificates: certificates.toSpliced(top + 1, 0, ...above) }
}

/** Several may have its name: the one whose key has signed it. */
export const issuerOf = (one: Certificate | undefined, known: TrustStore): Certificate | undefined => {
  const candidates = one === undefined ? [] : known.bySubject(one.issuer.key)
  return candidates.map(({ certificate }) => certificate).find(({ der }) => signed(der, one!.der))
}

const signed = (issuer: Uint8Array, subject: Uint8Array): boolean => {
  const key = x509(issuer)?.publicKey
  return key !== undefined && x509(subject)?.verify(key) === true
}
