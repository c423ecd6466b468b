/**
 * A request for a certificate, as others bring it (PKCS#10), judged: its own signature, every name, every extension that it
 * asks for. What is left is a request that `certify` takes. Also one from a certificate, to have it again.
 */
import { OID } from '../asn1/oids.table.ts'
import type { CryptoProvider } from '../crypto/provider.ts'
import { addressText } from '../wire/address.ts'
import type { Certificate } from '../x509/certificate/certificate.ts'
import { type GeneralName, generalNameText } from '../x509/certificate/general-name.ts'
import { isHostName } from '../x509/path/names.ts'
import type { CertificateRequest as SigningRequest } from '../x509/request/request.ts'
import { type CertificateRequest, DAY } from './policy.ts'
import { type CertificateProfile, certificateProfiles, type ProfileName } from './profiles.table.ts'

/** What the asker does not decide. */
export interface Grant {
  readonly profile?: ProfileName | CertificateProfile | undefined
  readonly days?: number | undefined
  readonly by?: string | undefined
}

/**
 * What `request` asks for, as `certify` takes it. Throws RangeError for a request that was not signed by its own key, or
 * that asks for a name or an extension which `grant` does not give: nothing is left out silently.
 */
export const requestedIn = (request: SigningRequest, grant: Grant, crypto: CryptoProvider): CertificateRequest => {
  const why = request.notSignedByItsKey(crypto)
  if (why !== undefined) throw new RangeError(`the request ${why}`)
  const { profile = 'server', days, by } = grant
  const granted: CertificateProfile = typeof profile === 'string' ? certificateProfiles[profile] : profile
  for (const { oid } of request.extensions)
    if (!KNOWN.has(oid)) throw new RangeError(`nobody grants the extension ${oid}`)
  if (request.extension('basicConstraints')?.ca === true) throw new RangeError('it asks to be an authority')
  const usage = request.extension('keyUsage')
  if (usage !== undefined && (usage & ~granted.usage) !== 0)
    throw new RangeError(`it asks for a use of the key that the profile “${granted.name}” does not have`)
  const purpose = request.extension('extKeyUsage')?.find(each => !granted.purposes.includes(each))
  if (purpose !== undefined)
    throw new RangeError(`it asks for the purpose ${purpose}, which the profile “${granted.name}” does not have`)
  const named = request.names.map(nameOf)
  const { shortText } = request.subject
  // Old tools put the only name there.
  const names = named.length === 0 && isHostName(shortText) ? [shortText] : named
  const commonName = names.length === 0 ? {} : { commonName: names[0]! }
  return { names, ...commonName, publicKey: request.spki, profile: granted, days, by }
}

/** Those that are checked above, and the identifier of the key, which is made here. */
const KNOWN: ReadonlySet<string> = /* @__PURE__ */ new Set([
  OID.subjectAltName,
  OID.basicConstraints,
  OID.keyUsage,
  OID.extKeyUsage,
  OID.subjectKeyIdentifier,
])

const nameOf = (name: GeneralName): string => {
  if (name.type === 'dns') return name.text
  if (name.type === 'ip') return addressText(name.octets)
  throw new RangeError(`it asks for a name that is neither of DNS nor an address: ${generalNameText(name)}`)
}

/**
 * A request for what `certificate` says, for a key of its own or another, with as many days as it had unless `days` says
 * otherwise. Throws RangeError for names that cannot be written, `DerError` for a certificate that cannot be read.
 */
export const requestAgain = (certificate: Certificate, grant: Grant = {}): CertificateRequest => {
  const { spki: publicKey, notBefore, notAfter } = certificate
  const usage = certificate.extension('keyUsage') ?? certificateProfiles.server.usage
  const purposes = certificate.extension('extKeyUsage') ?? []
  const names = (certificate.extension('subjectAltName') ?? []).map(nameOf)
  const known = Object.values(certificateProfiles).find(
    profile => profile.usage === usage && `${profile.purposes}` === `${purposes}`,
  )
  const profile = grant.profile ?? known ?? { ...certificateProfiles.server, name: 'as before', usage, purposes }
  const commonName = certificate.subject.isEmpty ? undefined : certificate.subject.shortText
  const days = grant.days ?? Math.max(1, Math.floor((notAfter - notBefore) / DAY))
  return { names, commonName, publicKey, profile, days, by: grant.by }
}
