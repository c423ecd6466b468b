/** Extensions (RFC 5280 4.1.2.9) as they stand: certificates, requests and lists all carry them so. */
import { type Der, DerError, TAG } from '../../asn1/der.ts'
import { oidText } from '../../asn1/oid.ts'
import { booleanValue } from '../../asn1/value.ts'

/** RFC 5280 knows seventeen; real certificates have about ten. */
export const MAX_EXTENSIONS = 64

export interface Extension {
  readonly oid: string
  readonly critical: boolean
  /** The whole Extension. */
  readonly start: number
  /** The contents of extnValue. */
  readonly from: number
  readonly to: number
}

/** The next element, which must be Extensions: SEQUENCE SIZE (1..MAX) OF Extension. Throws `DerError`. */
export const readExtensions = (holder: Der): Extension[] => {
  const items = holder.inside(TAG.sequence, 'extensions')
  if (items.left === 0) throw new DerError('empty', holder.start, holder.to, 'extensions')
  const extensions: Extension[] = []
  while (items.left > 0) {
    const item = items.inside(TAG.sequence, 'extension')
    const start = items.start
    item.read(TAG.oid, 'extnID')
    const oid = oidText(item.bytes, item.from, item.to)
    let critical = false
    if (item.optional(TAG.boolean, 'critical')) {
      critical = booleanValue(item.bytes, item.from, item.to, 'critical')
      if (!critical) throw new DerError('default-encoded', item.start, item.to, 'critical')
    }
    item.read(TAG.octetString, 'extnValue')
    // RFC 5280 4.2: a certificate must not include more than one instance of an extension.
    if (extensions.some(e => e.oid === oid)) throw new DerError('value', start, items.to, 'extension (a second one)')
    extensions.push({ oid, critical, start, from: item.from, to: item.to })
    item.finish('extension')
    if (extensions.length > MAX_EXTENSIONS) throw new DerError('too-big', start, items.end, 'extensions')
  }
  return extensions
}
