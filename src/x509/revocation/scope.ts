/** Which list is about which certificate (RFC 5280 6.3.3 (b)): issuers, distribution points, kinds of certificates. */
import type { Certificate } from '../certificate/certificate.ts'
import { relativeNameKey } from '../certificate/distinguished-name.ts'
import type { DistributionPoint, DistributionPointName } from '../certificate/distribution-point.ts'
import type { GeneralName } from '../certificate/general-name.ts'
import type { RevocationList } from './crl.ts'

/** RFC 5280 6.3.3, behind (l): a list that no distribution point names is as good, when the issuer signed it. */
const UNNAMED: DistributionPoint = { name: undefined, reasons: undefined, crlIssuer: undefined }

/** A set of `REVOCATION_REASON`: all of them. Bit 0 is set by some, and means nothing. */
export const ALL_REASONS = 0x1fe

/** Where the certificate says that lists are, and that there may be one that it does not name. */
export const distributionPoints = (certificate: Certificate): readonly DistributionPoint[] => [
  ...(certificate.extension('cRLDistributionPoints') ?? []),
  UNNAMED,
]

/** For which reasons the list speaks about this certificate when found at this point; 0: not at all. */
export const reasonsCovered = (list: RevocationList, point: DistributionPoint, certificate: Certificate): number => {
  const own = list.extension('issuingDistributionPoint')
  // (b) (1): of the certificate's issuer, or of the issuer that the point names, in an indirect list.
  if (point.crlIssuer === undefined) {
    if (list.issuer.key !== certificate.issuer.key) return 0
  } else if (own?.indirect !== true || !directories(point.crlIssuer).includes(list.issuer.key)) return 0
  const wanted = (point.reasons ?? ALL_REASONS) & ALL_REASONS
  if (own === undefined) return wanted
  // (b) (2) (i)
  if (own.name !== undefined && !namesMeet(list, own.name, point, certificate)) return 0
  // (b) (2) (ii) to (iv)
  const isAuthority = certificate.extension('basicConstraints')?.ca === true
  if (own.only === 'attributes') return 0
  if (own.only === 'authorities' && !isAuthority) return 0
  if (own.only === 'users' && (isAuthority || certificate.version < 3)) return 0
  // (d)
  return (own.reasons ?? ALL_REASONS) & wanted
}

const namesMeet = (
  list: RevocationList,
  own: DistributionPointName,
  point: DistributionPoint,
  certificate: Certificate,
): boolean => {
  const listed = namesOf(own, list.der, list.issuer.key)
  const wanted =
    point.name === undefined
      ? (point.crlIssuer ?? []).map(keyOf)
      : namesOf(point.name, certificate.der, directories(point.crlIssuer ?? [])[0] ?? certificate.issuer.key)
  return wanted.some(name => name !== undefined && listed.includes(name))
}

/** `issuer`: whose name a relative name is behind (RFC 5280 4.2.1.13). */
const namesOf = (name: DistributionPointName, bytes: Uint8Array, issuer: string): readonly (string | undefined)[] =>
  'full' in name ? name.full.map(keyOf) : [`directory:${issuer}\n${relativeNameKey(bytes, name.relative)}`]

/** Equal for equal names; undefined for kinds that name no list. */
const keyOf = (name: GeneralName): string | undefined => {
  if (name.type === 'uri' || name.type === 'dns' || name.type === 'email') return `${name.type}:${name.text}`
  return name.type === 'directory' ? `directory:${name.name.key}` : undefined
}

const directories = (names: readonly GeneralName[]): string[] =>
  names.flatMap(name => (name.type === 'directory' ? [name.name.key] : []))

/** RFC 5280 6.3.3 (c): the delta is of the same issuer and scope, begins at or before the full list and goes on behind it. */
export const changes = (delta: RevocationList, full: RevocationList): boolean => {
  const base = delta.extension('deltaCRLIndicator')
  const [from, to] = [full.extension('cRLNumber'), delta.extension('cRLNumber')]
  if (base === undefined || from === undefined || to === undefined) return false
  return (
    delta.issuer.key === full.issuer.key &&
    extensionText(delta, '2.5.29.28') === extensionText(full, '2.5.29.28') &&
    extensionText(delta, '2.5.29.35') === extensionText(full, '2.5.29.35') &&
    compareNumbers(base, from) <= 0 &&
    compareNumbers(from, to) <= 0
  )
}

const extensionText = (list: RevocationList, oid: string): string => {
  const found = list.extensions.find(e => e.oid === oid)
  return found === undefined ? '' : String(list.der.subarray(found.from, found.to))
}

/** Octets of numbers that are not negative, the shortest ones. */
export const compareNumbers = (a: Uint8Array, b: Uint8Array): number => {
  const [x, y] = [significant(a), significant(b)]
  if (x.length !== y.length) return x.length - y.length
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return x[i]! - y[i]!
  return 0
}

const significant = (octets: Uint8Array): Uint8Array => (octets[0] === 0 ? octets.subarray(1) : octets)
