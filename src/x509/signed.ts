/**
 * What certificates, lists of revoked ones, OCSP answers and requests for certificates have in common (RFC 5280 4.1.1):
 * something to be signed, by which algorithm, and the signature. Read as offsets, like all else here.
 */
import { checkDer } from '../asn1/check.ts'
import { Der, DerError, TAG } from '../asn1/der.ts'
import { bitString, sequence } from '../asn1/write.ts'
import type { SignatureAlgorithm } from '../crypto/provider.ts'
import { plain } from '../wire/bytes.ts'
import { readSignatureAlgorithm } from './certificate/algorithm.ts'

export interface Span {
  readonly from: number
  readonly to: number
}

/** How a signed object is called in ASN.1, and how large one may be. */
export interface SignedKind {
  readonly what: string
  /** The part that is signed. */
  readonly tbs: string
  /** In octets, of the whole. */
  readonly maxSize: number
}

export interface SignedSpans {
  /** The whole element, as it is signed. */
  readonly tbs: Span
  /** The AlgorithmIdentifier outside of what is signed. */
  readonly algorithm: Span
  /** The octets of the signature itself. */
  readonly signature: Span
}

/** The three parts of SEQUENCE { tbs, AlgorithmIdentifier, BIT STRING }; getters look, they do not copy. */
export class SignedParts {
  readonly der: Uint8Array
  readonly spans: SignedSpans
  constructor(der: Uint8Array, spans: SignedSpans) {
    this.der = der
    this.spans = spans
  }

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

  /** RFC 5280 4.1.1.2, 5.1.1.2: the identifier inside of what is signed, just passed by `tbs`, is that outside. */
  checkAlgorithm(tbs: Der): void {
    const { from, to } = this.spans.algorithm
    let same = tbs.to - tbs.start === to - from
    for (let i = 0; same && i < to - from; i++) same = this.der[from + i] === this.der[tbs.start + i]
    if (!same) throw new DerError('value', from, to, 'signatureAlgorithm')
  }
}

export interface SignedReading {
  readonly parts: SignedParts
  /** Over the contents of what is signed. */
  readonly tbs: Der
}

/** The parts of an encoding that is nothing else, all of it held to DER. Throws `DerError`. */
export const readSigned = (encoding: Uint8Array, kind: SignedKind): SignedReading => {
  const { what, maxSize } = kind
  const der = plain(encoding)
  if (der.length > maxSize) throw new DerError('too-big', 0, der.length, what)
  checkDer(der, 0, der.length, what)
  const outer = new Der(der).inside(TAG.sequence, what)
  const reading = readSignedParts(outer, kind)
  outer.finish(what)
  return reading
}

/** The parts at the cursor, which moves past them. That they are DER is the caller's to check. Throws `DerError`. */
export const readSignedParts = (outer: Der, { tbs: what }: SignedKind): SignedReading => {
  const { bytes } = outer
  const tbs = outer.inside(TAG.sequence, what)
  const tbsSpan = { from: outer.start, to: outer.to }
  outer.read(TAG.sequence, 'signatureAlgorithm')
  const algorithm = { from: outer.start, to: outer.to }
  outer.read(TAG.bitString, 'signatureValue')
  // A signature is whole octets.
  if (bytes[outer.from] !== 0) throw new DerError('bit-string-padding', outer.from, outer.to, 'signatureValue')
  return {
    parts: new SignedParts(bytes, { tbs: tbsSpan, algorithm, signature: { from: outer.from + 1, to: outer.to } }),
    tbs,
  }
}

/** The encoding from its three parts, and what some kinds have behind them. */
export const writeSigned = (
  tbs: Uint8Array,
  algorithm: Uint8Array,
  signature: Uint8Array,
  ...behind: readonly Uint8Array[]
): Uint8Array => sequence(tbs, algorithm, bitString(signature), ...behind)
