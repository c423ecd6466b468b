/** Signed certificate timestamps (RFC 6962 3.2, 3.3): what a log promises to have taken in, in certificates, OCSP and TLS. */
import { DerError } from '../../asn1/der.ts'
import type { Millis } from '../../engine.ts'
import {
  bytes,
  type Codec,
  decode,
  encode,
  type Infer,
  leaf,
  list,
  prefixed,
  rest,
  struct,
  u8,
  u16,
} from '../../wire/codec.ts'
import { WireError } from '../../wire/reader.ts'

/** Milliseconds since 1970 in 64 bits; what a number cannot hold is no time. */
export const timestamp: Codec<Millis> = leaf(
  {
    read(reader) {
      const at = reader.pos
      const value = reader.u32() * 0x1_0000_0000 + reader.u32()
      if (!Number.isSafeInteger(value)) throw new WireError('bad-value', at)
      return value
    },
    write(writer, value) {
      writer.uint(Math.floor(value / 0x1_0000_0000), 4)
      writer.uint(value % 0x1_0000_0000, 4)
    },
    sample: random => Math.floor(random() * 0x200_0000_0000),
  },
  { ref: 'RFC 6962 3.2' },
)

/** SignedCertificateTimestamp of version 1. */
export const signedCertificateTimestamp = struct(
  {
    version: u8,
    /** SHA-256 of the log's key. */
    logId: bytes(32),
    timestamp,
    extensions: prefixed(2, rest),
    /** As SignatureScheme of TLS: 0x0403 is ECDSA with SHA-256, 0x0401 RSA. */
    algorithm: u16,
    signature: prefixed(2, rest),
  },
  { ref: 'RFC 6962 3.2' },
)
export type SignedCertificateTimestamp = Infer<typeof signedCertificateTimestamp>

const serializedList = prefixed(2, list(prefixed(2, rest)))

/**
 * Those of version 1 in a SignedCertificateTimestampList, which is all of `octets`; others are not known here, and left
 * out. Throws `DerError` with the places in the certificate; `at`: where the list begins there.
 */
export const readTimestamps = (octets: Uint8Array, at: number, what: string): SignedCertificateTimestamp[] => {
  try {
    const found = decode(serializedList, octets)
    if (found.length === 0) throw new DerError('empty', at, at + octets.length, what)
    return found.flatMap(one => {
      if (one.length === 0) throw new DerError('empty', at, at + octets.length, what)
      return one[0] === 0 ? [decode(signedCertificateTimestamp, one)] : []
    })
  } catch (error) {
    if (error instanceof WireError) throw new DerError('value', at, at + octets.length, what)
    throw error
  }
}

/** SignedCertificateTimestampList, from timestamps as logs give them (RFC 6962 3.3). Throws `WireError` for too many. */
export const writeTimestamps = (timestamps: readonly Uint8Array[]): Uint8Array =>
  encode(serializedList, [...timestamps])
