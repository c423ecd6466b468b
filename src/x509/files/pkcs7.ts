/**
 * Bundles of certificates as PKCS#7 (RFC 5652 5.1, the degenerate case of SignedData, in which nobody signs anything), read
 * and written. Signatures in one are not looked at: what is in the bundle is not believed for being there.
 */
import { Der, DerError, TAG } from '../../asn1/der.ts'
import { element, explicit, integer, oid, sequence } from '../../asn1/write.ts'
import { derOf } from './ber.ts'
import { FILE_OID } from './oids.table.ts'
import { nextOid } from './password.ts'

/** The bundles of all roots of a system have less than half a megabyte. */
export const MAX_BUNDLE_SIZE: number = 8 * 1024 * 1024

const what = 'signedData'

/** Every certificate of the bundle, in its order, as it stands. Throws `DerError`; `bundle` may be BER. */
export const certificatesOfPkcs7 = (bundle: Uint8Array): Uint8Array[] => {
  if (bundle.length > MAX_BUNDLE_SIZE) throw new DerError('too-big', 0, bundle.length, what)
  const outer = new Der(derOf(bundle, what)).inside(TAG.sequence, what)
  const { bytes } = outer
  if (nextOid(outer, 'contentType') !== FILE_OID.signedData)
    throw new DerError('value', outer.from, outer.to, 'contentType')
  const content = outer.inside(0xa0, what)
  outer.finish(what)
  const signed = content.inside(TAG.sequence, what)
  content.finish(what)
  signed.read(TAG.integer, 'version')
  signed.read(TAG.set, 'digestAlgorithms')
  signed.read(TAG.sequence, 'encapContentInfo')
  const found: Uint8Array[] = []
  if (signed.optional(0xa0, 'certificates')) {
    const set = new Der(bytes, signed.from, signed.to)
    while (set.left > 0) {
      set.any('certificates')
      // Others (RFC 5652 10.2.2) have tags of their own: attribute certificates, which are none of TLS's.
      if (set.tag === TAG.sequence) found.push(set.element().slice())
    }
  }
  return found
}

/** A bundle of these, in DER but for their order, which is kept: readers take the first for the leaf. */
export const pkcs7 = (certificates: readonly Uint8Array[]): Uint8Array =>
  sequence(
    oid(FILE_OID.signedData),
    explicit(
      0,
      sequence(
        integer(1),
        element(TAG.set),
        sequence(oid(FILE_OID.data)),
        explicit(0, ...certificates),
        element(TAG.set),
      ),
    ),
  )
