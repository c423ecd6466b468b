/** Where an authority says what it revoked, as it stands in what it signs (RFC 5280 4.2.1.13, 4.2.2.1). */
import { context } from '../asn1/der.ts'
import { OID } from '../asn1/oids.table.ts'
import { element, explicit, nothing, oid, sequence } from '../asn1/write.ts'
import { latin1Bytes, sameOctets } from '../wire/bytes.ts'
import type { Certificate } from '../x509/certificate/certificate.ts'
import type { ExtensionToWrite } from '../x509/issue.ts'

/** URLs; what is not given does not stand there. */
export interface Published {
  /** Its list of revoked certificates. */
  readonly list?: string | undefined
  readonly ocsp?: string | undefined
  /** The authority's own certificate. */
  readonly certificate?: string | undefined
}

/**
 * Where `revocationHandler` has them for the authority of this name when it is mounted at `base`. Throws RangeError for a
 * base that is none: nobody asks for them but by `http:`, as they are signed and trust would have to be asked for again.
 */
export const publishedAt = (base: string, name: string): Published => {
  const url = URL.canParse(base) ? new URL(base) : undefined
  if (url?.protocol !== 'http:' || `${url.search}${url.hash}${url.username}` !== '')
    throw new RangeError(`“${base}” is no URL of http: without anything behind its path`)
  const plain = url.href.replace(/\/$/, '')
  return { list: `${plain}/${name}.crl`, ocsp: `${plain}/ocsp`, certificate: `${plain}/${name}.cer` }
}

export const publishedExtensions = ({ list, ocsp, certificate }: Published): readonly ExtensionToWrite[] => {
  const access = [...described(OID.ocsp, ocsp), ...described(OID.caIssuers, certificate)]
  return [
    ...(list === undefined
      ? []
      : [plainExtension(OID.cRLDistributionPoints, sequence(explicit(0, explicit(0, uri(list)))))]),
    ...(access.length === 0 ? [] : [plainExtension(OID.authorityInfoAccess, ...access)]),
  ]
}

/** RFC 6960 4.2.2.2.1: its state is not asked for, as the answer would be its own. */
export const ocspNoCheck: ExtensionToWrite = { oid: OID.ocspNoCheck, critical: false, value: nothing }

const plainExtension = (id: string, ...values: readonly Uint8Array[]): ExtensionToWrite => ({
  oid: id,
  critical: false,
  value: sequence(...values),
})

const described = (method: string, url: string | undefined): readonly Uint8Array[] =>
  url === undefined ? [] : [sequence(oid(method), uri(url))]

const uri = (url: string): Uint8Array => element(context(6), latin1Bytes(url))

/** Whether a certificate says just this of its issuer. */
export const isPublishedIn = (certificate: Certificate, published: Published): boolean => {
  const wanted = publishedExtensions(published)
  return [OID.cRLDistributionPoints, OID.authorityInfoAccess].every(id => {
    const there = certificate.extensions.find(each => each.oid === id)
    const value = wanted.find(each => each.oid === id)?.value
    if (there === undefined || value === undefined) return there === undefined && value === undefined
    return sameOctets(certificate.der.subarray(there.from, there.to), value)
  })
}
