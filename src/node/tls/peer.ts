/** What is known of the peer and of the connection, in the shapes that `node:tls` gives. */
import { X509Certificate } from 'node:crypto'
import type { CipherNameAndProtocol, DetailedPeerCertificate, EphemeralKeyInfo, PeerCertificate } from 'node:tls'
import type { Bytes } from '../../engine.ts'
import type { TlsInfo } from '../../net/stream/types.ts'
import { sameOctets } from '../../wire/bytes.ts'
import { groupInfo, opensslName, versionNames } from './names.table.ts'

/** As OpenSSL reads it; undefined for what it cannot read, which is the peer's to decide. */
export const x509 = (der: Bytes | undefined): X509Certificate | undefined => {
  if (der === undefined) return undefined
  try {
    return new X509Certificate(der)
  } catch {
    return undefined
  }
}

/** The first, with `issuerCertificate`, which only Node's own TLS could set: undefined in the last of them. */
export const linked = (chain: readonly Bytes[]): X509Certificate | undefined => {
  const certificates = chain.map(x509)
  certificates.forEach((one, i) => {
    if (one !== undefined) Object.defineProperty(one, 'issuerCertificate', { value: issuerAmong(one, certificates, i) })
  })
  return certificates[0]
}

/** It stands behind what it has signed (RFC 5246 7.4.2), or somewhere else. */
const issuerAmong = (
  one: X509Certificate,
  others: readonly (X509Certificate | undefined)[],
  at: number,
): X509Certificate | undefined => others.find((other, i) => i !== at && other !== undefined && one.checkIssued(other))

/** Node's object for a certificate: subject, names, dates, fingerprints, the DER. Empty where there is none. */
export const legacyCertificate = (der: Bytes | undefined): PeerCertificate =>
  (x509(der)?.toLegacyObject() ?? {}) as PeerCertificate

/**
 * With the certificate of its issuer in it, and so on to the last that is known; one that is its own issuer is so here
 * too. `chain`: leaf first.
 */
export const detailedCertificate = (chain: readonly Bytes[]): DetailedPeerCertificate => {
  const [leaf, ...others] = chain.map(x509)
  if (leaf === undefined) return {} as DetailedPeerCertificate
  const certificates = [leaf, ...others.filter(each => each !== undefined)]
  const objects = certificates.map(each => each.toLegacyObject() as DetailedPeerCertificate)
  certificates.forEach((certificate, i) => {
    const issuer = certificates.findIndex(other => certificate.checkIssued(other))
    if (issuer >= 0) objects[i]!.issuerCertificate = objects[issuer]!
  })
  return objects[0]!
}

/** The path that was believed, or else what the peer showed. */
export const chainOf = (tls: TlsInfo): readonly Bytes[] => {
  const path = tls.trusted?.path ?? []
  const [leaf] = tls.peerChain
  return path.length > 0 && leaf !== undefined && sameOctets(path[0]!, leaf) ? path : tls.peerChain
}

export const cipherOf = ({ suite, version }: TlsInfo): CipherNameAndProtocol => ({
  name: opensslName(suite),
  standardName: suite,
  version: versionNames[version],
})

/** RFC 8422 names, as OpenSSL has them; empty for a group that it does not describe either. */
export const ephemeralKeyOf = ({ group }: TlsInfo): EphemeralKeyInfo | object => (group && groupInfo[group]) || {}
