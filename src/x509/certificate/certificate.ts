/**
 * A certificate as offsets into its own bytes (RFC 5280 4.1). Reading holds the whole encoding to DER and the skeleton
 * to its definition; extensions are decoded on first use. What a CA should have done otherwise but no reader is hurt by
 * is not refused here: see `lints.table.ts`. Read `path/verify.ts` for whether to trust it.
 */
import { Der, DerError, TAG } from '../../asn1/der.ts'
import { derRules } from '../../asn1/rules.table.ts'
import { checkBitString, smallInteger, timeValue } from '../../asn1/value.ts'
import type { SignatureAlgorithm } from '../../crypto/provider.ts'
import type { Millis } from '../../engine.ts'
import { type Facts, type Failure, fail, type Place } from '../../failures/index.ts'
import { latin1Text } from '../../wire/bytes.ts'
import { readSigned, type SignedKind, type SignedParts, type SignedSpans, type Span } from '../signed.ts'
import { type DistinguishedName, readName } from './distinguished-name.ts'
import { type Extension, readExtensions } from './extension-list.ts'
import { Extensions } from './extension-table.ts'
import { certificateExtensions, type ExtensionName, type ExtensionValues } from './extensions.ts'
import { type PublicKey, readPublicKey } from './public-key.ts'

/** TLS allows 16 MiB; the largest certificate seen in public logs is below 64 KiB, and a chain is at most this too. */
export const MAX_CERTIFICATE_SIZE: number = 256 * 1024
const KIND: SignedKind = { what: 'certificate', tbs: 'tbsCertificate', maxSize: MAX_CERTIFICATE_SIZE }

/** Reads a certificate; what is wrong with it comes back as `tls/certificate-malformed` with the byte range. */
export const parseCertificate = (der: Uint8Array): Certificate | Failure => malformedUnless(() => new Certificate(der))

/** The value, or the failure for the `DerError` on the way. */
export const malformedUnless = <T>(read: () => T, where?: string, index?: ChainIndex): T | Failure => {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    const { says, rule } = derRules[error.rule]
    return fail('tls/certificate-malformed', {
      where: where === undefined ? error.what : `${error.what} of ${where}`,
      got: says,
      expected: `${error.rule}, ${rule}`,
      at: placeAt({ from: error.at, to: error.end }, index),
    })
  }
}

/** Which certificate of a path: its place in the chain that was shown, 0 for the leaf; or the anchor, which was not shown. */
export type ChainIndex = NonNullable<Place['certificate']>

/** A range of a certificate as the place of a failure. */
const placeAt = ({ from, to }: Span, certificate: ChainIndex | undefined): Place => ({
  message: 0,
  start: from,
  end: to,
  ...(certificate === undefined ? {} : { certificate }),
})

/** For failures: in which certificate of the path the bytes are; nothing for one that is in none. */
export const placeIn = ({ index }: Certificate, span: Span | undefined): Facts =>
  span === undefined || index === undefined ? {} : { at: placeAt(span, index) }

export class Certificate {
  readonly der: Uint8Array
  /** Undefined for one that is in no path. */
  readonly index: ChainIndex | undefined
  /** 1, 2 or 3. */
  readonly version: number
  /** Octets of the INTEGER, as they stand. */
  readonly serialNumber: Uint8Array
  readonly issuer: DistinguishedName
  readonly subject: DistinguishedName
  /** The first moment at which it is valid. */
  readonly notBefore: Millis
  /** The last second in which it is valid. */
  readonly notAfter: Millis
  /** Where things are, for failures and the field tree. */
  readonly spans: SignedSpans & {
    readonly serialNumber: Span
    readonly validity: Span
    readonly publicKey: Span
  }
  readonly #parts: SignedParts
  readonly #extensions: Extensions<ExtensionValues>
  #publicKey: PublicKey | undefined
  #fingerprint: string | undefined
  #keyFingerprint: string | undefined

  /** Throws `DerError`. */
  constructor(encoding: Uint8Array, index?: ChainIndex) {
    this.index = index
    const { parts, tbs } = readSigned(encoding, KIND)
    const { der } = parts
    this.der = der
    this.#parts = parts

    this.version = readVersion(tbs)
    tbs.read(TAG.integer, 'serialNumber')
    const serialNumber = { from: tbs.from, to: tbs.to }
    this.serialNumber = tbs.value()
    tbs.read(TAG.sequence, 'signature')
    parts.checkAlgorithm(tbs)
    this.issuer = readName(tbs, 'issuer')
    const validity = tbs.inside(TAG.sequence, 'validity')
    const validitySpan = { from: tbs.start, to: tbs.to }
    this.notBefore = readTime(validity, 'notBefore')
    this.notAfter = readTime(validity, 'notAfter')
    validity.finish('validity')
    this.subject = readName(tbs, 'subject')
    tbs.read(TAG.sequence, 'subjectPublicKeyInfo')
    const publicKey = { from: tbs.start, to: tbs.to }
    this.spans = { ...parts.spans, serialNumber, validity: validitySpan, publicKey }
    for (const tag of [0x81, 0x82]) {
      if (!tbs.optional(tag, 'uniqueIdentifier')) continue
      if (this.version === 1) throw new DerError('value', tbs.start, tbs.to, 'uniqueIdentifier')
      checkBitString(der, tbs.from, tbs.to, 'uniqueIdentifier')
    }
    this.#extensions = new Extensions(der, tbs.left === 0 ? [] : extensionsAt(tbs, this.version), certificateExtensions)
    tbs.finish('tbsCertificate')
  }

  get extensions(): readonly Extension[] {
    return this.#extensions.list
  }

  /** The decoded extension, undefined when absent. Throws `DerError` when it is malformed: see `decodeAll`. */
  extension<N extends ExtensionName>(name: N): ExtensionValues[N] | undefined {
    return this.#extensions.value(name)
  }

  /** The extension as it stands. */
  find(name: ExtensionName): Extension | undefined {
    return this.#extensions.find(name)
  }

  /** Decodes the key and every extension that we know, so that no later access can throw. Throws `DerError`. */
  decodeAll(): this {
    this.#extensions.decodeAll()
    void this.publicKey
    return this
  }

  /** SubjectPublicKeyInfo, DER: a view. */
  get spki(): Uint8Array {
    return this.der.subarray(this.spans.publicKey.from, this.spans.publicKey.to)
  }

  /** The key itself, without its algorithm, tag and unused bits: what identifiers are hashed from. A view. */
  get keyOctets(): Uint8Array {
    const info = new Der(this.der, this.spans.publicKey.from, this.spans.publicKey.to).inside(TAG.sequence, 'key')
    info.any('algorithm')
    info.read(TAG.bitString, 'key')
    return this.der.subarray(info.from + 1, info.to)
  }

  /** Throws `DerError`. */
  get publicKey(): PublicKey {
    this.#publicKey ??= readPublicKey(this.der, this.spans.publicKey.from, this.spans.publicKey.to)
    return this.#publicKey
  }

  /** What the issuer signed: a view. */
  get tbs(): Uint8Array {
    return this.#parts.tbs
  }

  get signature(): Uint8Array {
    return this.#parts.signature
  }

  /** Undefined when it is none of those that we check. */
  get signatureAlgorithm(): SignatureAlgorithm | undefined {
    return this.#parts.signatureAlgorithm
  }

  /** Subject and issuer are the same name (RFC 5280 6.1), whoever signed it. */
  get isSelfIssued(): boolean {
    return this.subject.key === this.issuer.key
  }

  /** Equal for equal certificates. */
  get identity(): string {
    this.#fingerprint ??= latin1Text(this.der)
    return this.#fingerprint
  }

  /** Equal for certificates of the same key. */
  get keyIdentity(): string {
    this.#keyFingerprint ??= latin1Text(this.spki)
    return this.#keyFingerprint
  }
}

const readVersion = (tbs: Der): number => {
  if (!tbs.optional(0xa0, 'version')) return 1
  const { start, to } = tbs
  const inner = tbs.contents()
  inner.read(TAG.integer, 'version')
  inner.finish('version')
  const version = smallInteger(tbs.bytes, inner.from, inner.to, 'version')
  if (version === 0) throw new DerError('default-encoded', start, to, 'version')
  if (version > 2) throw new DerError('value', start, to, 'version')
  return version + 1
}

const readTime = (validity: Der, what: string): Millis => {
  validity.any(what)
  const { tag, bytes, start, from, to } = validity
  if (tag !== TAG.utcTime && tag !== TAG.generalizedTime) throw new DerError('unexpected-tag', start, start + 1, what)
  return timeValue(tag, bytes, from, to, what)
}

const extensionsAt = (tbs: Der, version: number): Extension[] => {
  const list = tbs.inside(0xa3, 'extensions')
  if (version !== 3) throw new DerError('value', tbs.start, tbs.to, 'extensions')
  const extensions = readExtensions(list)
  list.finish('extensions')
  return extensions
}
