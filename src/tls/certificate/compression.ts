/**
 * Compressed certificates (RFC 8879). How bytes are compressed is a parameter, as the platform has it; here is what must be
 * true of them, and what keeps a small message from becoming a large one.
 */
import type { Bytes } from '../../engine.ts'
import { decode, encode } from '../../wire/codec.ts'
import { longest } from '../limits.ts'
import type { Message } from '../messages/message.ts'
import { CertificateCompressionAlgorithm } from '../messages/registries.table.ts'
import { type Bodies13, Certificate, type CompressedCertificate } from '../messages/tls13.ts'
import { parse } from '../record/reading.ts'
import { refusal } from '../refusal.ts'

/** One way to compress, in both directions. It is synchronous: a chain is a few kilobytes. */
export interface CertificateCoder {
  readonly algorithm: 'zlib' | 'brotli' | 'zstd'
  compress(data: Bytes): Bytes
  /**
   * What all of `data` stands for, if that is exactly `length` bytes; undefined otherwise. It must stop when more than
   * `length` bytes would come out.
   */
  decompress(data: Bytes, length: number): Bytes | undefined
}

/** IANA number of what a coder speaks, for compress_certificate. */
export const algorithmOf = ({ algorithm }: CertificateCoder): number =>
  CertificateCompressionAlgorithm.names[algorithm]!

/** What compress_certificate says; undefined without coders: the extension is left out. */
export const compressions = (coders: readonly CertificateCoder[] = []): { algorithms: number[] } | undefined =>
  coders.length === 0 ? undefined : { algorithms: coders.map(algorithmOf) }

/** The first of our coders that the peer reads: `algorithms` is what its compress_certificate lists. */
export const commonCoder = (
  coders: readonly CertificateCoder[],
  algorithms: readonly number[],
): CertificateCoder | undefined => coders.find(coder => algorithms.includes(algorithmOf(coder)))

/** A Certificate, to be sent in its place as CompressedCertificate. */
export const compressed = (coder: CertificateCoder, certificate: Certificate): CompressedCertificate => {
  const body = encode(Certificate, certificate)
  return { algorithm: algorithmOf(coder), uncompressedLength: body.length, compressed: coder.compress(body) }
}

/**
 * The Certificate that a message stands for. `coders` are those that we offered, all of them. Throws a `Refusal` for any
 * other, for what would become longer than a Certificate may be, and for what does not become what it announces.
 */
export const expanded = (
  coders: readonly CertificateCoder[],
  { body, id }: Message<'CompressedCertificate', Bodies13>,
): Certificate => {
  const { algorithm, uncompressedLength } = body
  const coder = commonCoder(coders, [algorithm])
  if (coder === undefined)
    throw refusal(
      'tls/compression-unknown',
      {
        got: CertificateCompressionAlgorithm.nameOf(algorithm),
        expected: coders.map(each => each.algorithm).join(', '),
      },
      id,
    )
  const most = longest('Certificate')
  if (uncompressedLength > most)
    throw refusal('tls/compression-too-long', { got: `${uncompressedLength}`, number: most }, id)
  // RFC 8879 4: of an empty message nothing can come, and some decoders take a limit of nothing for none.
  const plain = uncompressedLength === 0 ? undefined : coder.decompress(body.compressed, uncompressedLength)
  if (plain?.length !== uncompressedLength)
    throw refusal('tls/compression-broken', { got: coder.algorithm, number: uncompressedLength }, id)
  return parse('Certificate', () => decode(Certificate, plain))
}
