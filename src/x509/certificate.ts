/**
 * A certificate as offsets into its own bytes (RFC 5280 4.1). Reading holds the whole encoding to DER and the skeleton
 * to its definition; extensions are decoded on first use. What a CA should have done otherwise but no reader is hurt by
 * is not refused here: see `lints.table.ts`. Read `path.ts` for whether to trust it.
 */
import { checkDer } from '../asn1/check.ts'
import { Der, DerError, TAG } from '../asn1/der.ts'
import { oidText } from '../asn1/oid.ts'
import { derRules } from '../asn1/rules.table.ts'
import { booleanValue, checkBitString, smallInteger, timeValue } from '../asn1/value.ts'
import type { SignatureAlgorithm } from '../crypto/provider.ts'
import type { Millis } from '../engine.ts'
import { type Facts, type Failure, fail, type Place } from '../failures/index.ts'
import { latin1Text, plain } from '../wire/bytes.ts'
import { readSignatureAlgorithm } from './algorithm.ts'
import { type DistinguishedName, readName } from './distinguished-name.ts'
import { decodeExtension, type ExtensionName, type ExtensionValues, extensionName } from './extensions.ts'
import { type PublicKey, readPublicKey } from './public-key.ts'

/** TLS allows 16 MiB; the largest certificate seen in public logs is below 64 KiB, and a chain is at most this too. */
export const MAX_CERTIFICATE_SIZE: number = 256 * 1024
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

export interface Span {
  readonly from: number
  readonly to: number
}

/** Reads a certificate; what is wrong with it comes back as `tls/certificate-malformed` with the byte range. */
export const parseCertificate = (der: Uint8Array): Certificate | Failure => malformedUnless(() => new Certificate(der))

/** The value, or the failure for the `DerError` on the way. */
export const malformedUnless = <T>(read: () => T, where?: string, index?: number): T | Failure => {
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

/** A range of a certificate as the place of a failure. */
const placeAt = ({ from, to }: Span, certificate: number | undefined): Place => ({
  message: 0,
  start: from,
  end: to,
  ...(certificate === undefined ? {} : { certificate }),
})

/** For failures: where in the chain it lies; nothing for a root, which the peer need not have sent. */
export const placeIn = ({ index }: Certificate, span: Span | undefined): Facts =>
  span === undefined || index === undefined ? {} : { at: placeAt(span, index) }

export class Certificate {
  readonly der: Uint8Array
  /** Its place in the chain that a peer showed, 0 for the leaf; undefined for others, such as roots. */
  readonly index: number | undefined
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
  readonly extensions: readonly Extension[]
  /** Where things are, for failures and the field tree. */
  readonly spans: {
    readonly tbs: Span
    readonly serialNumber: Span
    readonly algorithm: Span
    readonly validity: Span
    readonly publicKey: Span
    readonly signature: Span
  }
  readonly #known = new Map<ExtensionName, unknown>()
  #publicKey: PublicKey | undefined
  #fingerprint: string | undefined
  #keyFingerprint: string | undefined

  /** `index`: where it stands in the peer's chain. Throws `DerError`. */
  constructor(encoding: Uint8Array, index?: number) {
    this.index = index
    const der = plain(encoding)
    if (der.length > MAX_CERTIFICATE_SIZE) throw new DerError('too-big', 0, der.length, 'certificate')
    checkDer(der, 0, der.length, 'certificate')
    this.der = der
    const outer = new Der(der).inside(TAG.sequence, 'certificate')
    const tbs = outer.inside(TAG.sequence, 'tbsCertificate')
    const tbsSpan = { from: outer.start, to: outer.to }
    outer.read(TAG.sequence, 'signatureAlgorithm')
    const algorithm = { from: outer.start, to: outer.to }
    outer.read(TAG.bitString, 'signatureValue')
    // A signature is whole octets.
    if (der[outer.from] !== 0) throw new DerError('bit-string-padding', outer.from, outer.to, 'signatureValue')
    const signature = { from: outer.from + 1, to: outer.to }
    outer.finish('certificate')

    this.version = readVersion(tbs)
    tbs.read(TAG.integer, 'serialNumber')
    const serialNumber = { from: tbs.from, to: tbs.to }
    this.serialNumber = tbs.value()
    tbs.read(TAG.sequence, 'signature')
    // RFC 5280 4.1.1.2: the same algorithm identifier inside and outside of what is signed.
    if (!sameBytes(der, tbs.start, tbs.to, algorithm.from, algorithm.to))
      throw new DerError('value', algorithm.from, algorithm.to, 'signatureAlgorithm')
    this.issuer = readName(tbs, 'issuer')
    const validity = tbs.inside(TAG.sequence, 'validity')
    const validitySpan = { from: tbs.start, to: tbs.to }
    this.notBefore = readTime(validity, 'notBefore')
    this.notAfter = readTime(validity, 'notAfter')
    validity.finish('validity')
    this.subject = readName(tbs, 'subject')
    tbs.read(TAG.sequence, 'subjectPublicKeyInfo')
    const publicKey = { from: tbs.start, to: tbs.to }
    this.spans = { tbs: tbsSpan, serialNumber, algorithm, validity: validitySpan, publicKey, signature }
    for (const tag of [0x81, 0x82]) {
      if (!tbs.optional(tag, 'uniqueIdentifier')) continue
      if (this.version === 1) throw new DerError('value', tbs.start, tbs.to, 'uniqueIdentifier')
      checkBitString(der, tbs.from, tbs.to, 'uniqueIdentifier')
    }
    this.extensions = tbs.left === 0 ? [] : readExtensions(tbs, this.version)
    tbs.finish('tbsCertificate')
  }

  /** The decoded extension, undefined when absent. Throws `DerError` when it is malformed: see `decodeAll`. */
  extension<N extends ExtensionName>(name: N): ExtensionValues[N] | undefined {
    if (this.#known.has(name)) return this.#known.get(name) as ExtensionValues[N] | undefined
    const found = this.find(name)
    const value = found === undefined ? undefined : decodeExtension(name, this.der, found.from, found.to)
    this.#known.set(name, value)
    return value
  }

  /** The extension as it stands. */
  find(name: ExtensionName): Extension | undefined {
    return this.extensions.find(e => extensionName(e.oid) === name)
  }

  /** Decodes the key and every extension that we know, so that no later access can throw. Throws `DerError`. */
  decodeAll(): this {
    for (const { oid } of this.extensions) {
      const name = extensionName(oid)
      if (name !== undefined) this.extension(name)
    }
    void this.publicKey
    return this
  }

  /** SubjectPublicKeyInfo, DER: a view. */
  get spki(): Uint8Array {
    return this.der.subarray(this.spans.publicKey.from, this.spans.publicKey.to)
  }

  /** Throws `DerError`. */
  get publicKey(): PublicKey {
    this.#publicKey ??= readPublicKey(this.der, this.spans.publicKey.from, this.spans.publicKey.to)
    return this.#publicKey
  }

  /** What the issuer signed: a view. */
  get tbs(): Uint8Array {
    return this.der.subarray(this.spans.tbs.from, this.spans.tbs.to)
  }

  get signature(): Uint8Array {
    return this.der.subarray(this.spans.signature.from, this.spans.signature.to)
  }

  /** Undefined when it is none of those that we check. */
  get signatureAlgorithm(): SignatureAlgorithm | undefined {
    return readSignatureAlgorithm(this.der, this.spans.algorithm.from, this.spans.algorithm.to)
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

const readExtensions = (tbs: Der, version: number): Extension[] => {
  const list = tbs.inside(0xa3, 'extensions')
  if (version !== 3) throw new DerError('value', tbs.start, tbs.to, 'extensions')
  const items = list.inside(TAG.sequence, 'extensions')
  list.finish('extensions')
  if (items.left === 0) throw new DerError('empty', list.start, list.to, 'extensions')
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

const sameBytes = (bytes: Uint8Array, a: number, aEnd: number, b: number, bEnd: number): boolean => {
  if (aEnd - a !== bEnd - b) return false
  for (let i = 0; i < aEnd - a; i++) if (bytes[a + i] !== bytes[b + i]) return false
  return true
}
