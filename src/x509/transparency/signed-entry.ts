/** What a log signs (RFC 6962 3.2): its timestamp, and the certificate, or what the certificate was before timestamps stood in it. */
import { Der, TAG } from '../../asn1/der.ts'
import { explicit, sequence } from '../../asn1/write.ts'
import type { CryptoProvider } from '../../crypto/provider.ts'
import { joined } from '../../wire/bytes.ts'
import { bytes, encode, prefixed, rest, struct, u8, u16 } from '../../wire/codec.ts'
import type { Certificate } from '../certificate/certificate.ts'
import { type SignedCertificateTimestamp, timestamp } from '../certificate/sct.ts'

/** The begin of what is signed. `signatureType` is certificate_timestamp(0). */
const head = struct({ version: u8, signatureType: u8, timestamp, entryType: u16 }, { ref: 'RFC 6962 3.2' })
const preCert = struct({ issuerKeyHash: bytes(32), tbsCertificate: prefixed(3, rest) }, { ref: 'RFC 6962 3.2' })
const octets24 = prefixed(3, rest)
const octets16 = prefixed(2, rest)

/** A certificate before it is signed, as its issuer shows it to logs. */
export interface Precertificate {
  /** TBSCertificate, DER, without timestamps (nor the poison that keeps it from being used). */
  readonly tbs: Uint8Array
  /**
   * SubjectPublicKeyInfo of whoever will sign the certificate: not of the precertificate signing certificate, where that
   * signed what logs are shown (RFC 6962 3.2).
   */
  readonly issuerKey: Uint8Array
}

/** LogEntryType and the entry. */
export type LogEntry =
  | { readonly type: 'x509_entry'; readonly certificate: Uint8Array }
  | ({ readonly type: 'precert_entry' } & Precertificate)

/** The octets over which the log's signature is. */
export const signedEntry = (
  { version, timestamp: at, extensions }: Pick<SignedCertificateTimestamp, 'version' | 'timestamp' | 'extensions'>,
  entry: LogEntry,
  crypto: CryptoProvider,
): Uint8Array => {
  const isPre = entry.type === 'precert_entry'
  return joined([
    encode(head, { version, signatureType: 0, timestamp: at, entryType: isPre ? 1 : 0 }),
    isPre
      ? encode(preCert, { issuerKeyHash: crypto.digest('sha256', entry.issuerKey), tbsCertificate: entry.tbs })
      : encode(octets24, entry.certificate),
    encode(octets16, extensions),
  ])
}

/**
 * What the TBSCertificate was before the timestamps were put into it: without their extension, and every other octet as it
 * stands. As it is where there are none.
 */
export const precertificateTbs = (certificate: Certificate): Uint8Array => {
  const found = certificate.find('sctList')
  if (found === undefined) return certificate.tbs
  const { der, spans } = certificate
  const fields = new Der(der, spans.tbs.from, spans.tbs.to).inside(TAG.sequence, 'tbsCertificate')
  const from = fields.pos
  while (fields.peek() !== EXTENSIONS) fields.any('tbsCertificate')
  const before = der.subarray(from, fields.pos)
  const list = fields.inside(EXTENSIONS, 'extensions').inside(TAG.sequence, 'extensions')
  const others = [der.subarray(list.pos, found.start), der.subarray(found.to, list.end)]
  // RFC 5280 4.1: a list of extensions has at least one.
  const isLast = others.every(part => part.length === 0)
  return sequence(before, ...(isLast ? [] : [explicit(3, sequence(...others))]))
}

const EXTENSIONS = 0xa3
