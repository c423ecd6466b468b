/**
 * A list of revoked certificates (RFC 5280 5) as offsets into its own bytes. Lists of public authorities reach tens of
 * megabytes, so no object is made for an entry: one pass holds all of them to DER, and a table of offsets, made when the
 * first serial number is looked for, finds one.
 */
import { checkDer } from '../../asn1/check.ts'
import { Der, DerError, TAG } from '../../asn1/der.ts'
import { checkInteger, smallInteger, timeValue } from '../../asn1/value.ts'
import type { SignatureAlgorithm } from '../../crypto/provider.ts'
import type { Bytes, Millis } from '../../engine.ts'
import type { Failure } from '../../failures/index.ts'
import { plain } from '../../wire/bytes.ts'
import { malformedUnless } from '../certificate/certificate.ts'
import { type DistinguishedName, readName } from '../certificate/distinguished-name.ts'
import { type Extension, readExtensions } from '../certificate/extension-list.ts'
import { Extensions } from '../certificate/extension-table.ts'
import { readSignedParts, type SignedKind, type SignedParts, type SignedSpans, type Span } from '../signed.ts'
import {
  type CrlExtensionValues,
  type CrlReason,
  crlExtensions,
  type EntryExtensionValues,
  entryExtensions,
} from './crl-extensions.table.ts'
import { serialIndex } from './serial-index.ts'

/** The largest public lists have had some 70 MB; whoever fetches one takes less (`MAX_FETCHED_OCTETS`). */
export const MAX_CRL_SIZE: number = 128 * 1024 * 1024

const KIND: SignedKind = { what: 'certificateList', tbs: 'tbsCertList', maxSize: MAX_CRL_SIZE }

/** One entry of a list. */
export interface Revoked {
  /** Octets of the INTEGER, as they stand: a view. */
  readonly serialNumber: Uint8Array
  readonly date: Millis
  /** RFC 5280 5.3.1: undefined is unspecified. */
  readonly reason: CrlReason | undefined
  readonly invalidityDate: Millis | undefined
}

/** From here on entries are of this issuer, by `DistinguishedName.key` (RFC 5280 5.3.3). */
interface IssuerChange {
  readonly at: number
  readonly issuer: string
}

/** Reads a list; what is wrong with it comes back as `tls/certificate-malformed` with the byte range. */
export const parseRevocationList = (der: Bytes): RevocationList | Failure =>
  malformedUnless(() => new RevocationList(der))

export class RevocationList {
  readonly der: Uint8Array
  /** 1 or 2. */
  readonly version: number
  readonly issuer: DistinguishedName
  readonly thisUpdate: Millis
  /** RFC 5280 5.1.2.5 demands it; lists of the first version may be without. */
  readonly nextUpdate: Millis | undefined
  /** How many entries there are. */
  readonly size: number
  /** A critical extension, of the list or of an entry, that is not understood: the list says nothing then (RFC 5280 5.2, 5.3). */
  readonly strange: string | undefined
  readonly #parts: SignedParts
  readonly #extensions: Extensions<CrlExtensionValues>
  /** The contents of revokedCertificates. */
  readonly #entries: Span
  readonly #issuers: readonly IssuerChange[]
  #index: ((serial: Uint8Array) => readonly number[]) | undefined

  /** Throws `DerError`. */
  constructor(encoding: Bytes) {
    const der = plain(encoding)
    if (der.length > MAX_CRL_SIZE) throw new DerError('too-big', 0, der.length, KIND.what)
    const whole = new Der(der)
    const outer = whole.inside(TAG.sequence, KIND.what)
    whole.finish(KIND.what)
    const { parts, tbs } = readSignedParts(outer, KIND)
    outer.finish(KIND.what)
    const { algorithm } = parts.spans
    checkDer(der, algorithm.from, algorithm.to, 'signatureAlgorithm')
    this.der = der
    this.#parts = parts

    this.version = readVersion(tbs)
    tbs.read(TAG.sequence, 'signature')
    parts.checkAlgorithm(tbs)
    this.issuer = readName(tbs, 'issuer')
    checkDer(der, tbs.start, tbs.to, 'issuer')
    // RFC 5280 5.1.2.3: it must not be empty.
    if (this.issuer.isEmpty) throw new DerError('empty', tbs.start, tbs.to, 'issuer')
    this.thisUpdate = readTime(tbs, 'thisUpdate')
    this.nextUpdate = isTime(tbs.peek()) ? readTime(tbs, 'nextUpdate') : undefined
    const hasEntries = tbs.optional(TAG.sequence, 'revokedCertificates')
    this.#entries = hasEntries ? { from: tbs.from, to: tbs.to } : { from: 0, to: 0 }
    // RFC 5280 5.1.2.6: when nothing is revoked, the list of it must be absent.
    if (hasEntries && tbs.from === tbs.to) throw new DerError('empty', tbs.start, tbs.to, 'revokedCertificates')
    this.#extensions = new Extensions(der, this.#readExtensions(tbs), crlExtensions)
    this.#extensions.decodeAll()
    tbs.finish(KIND.tbs)

    const indirect = this.extension('issuingDistributionPoint')?.indirect === true
    const seen = checkEntries(new Der(der, this.#entries.from, this.#entries.to), this.version, indirect)
    this.size = seen.size
    this.#issuers = seen.issuers
    this.strange = seen.strange ?? this.#extensions.list.find(e => e.critical && !PROCESSED.has(e.oid))?.oid
  }

  #readExtensions(tbs: Der): readonly Extension[] {
    if (!tbs.optional(0xa0, 'crlExtensions')) return []
    // RFC 5280 5.1.2.1: only the second version has them.
    if (this.version === 1) throw new DerError('value', tbs.start, tbs.to, 'crlExtensions')
    const holder = tbs.contents()
    const list = readExtensions(holder)
    holder.finish('crlExtensions')
    return list
  }

  get extensions(): readonly Extension[] {
    return this.#extensions.list
  }

  extension<N extends keyof CrlExtensionValues>(name: N): CrlExtensionValues[N] | undefined {
    return this.#extensions.value(name)
  }

  get spans(): SignedSpans {
    return this.#parts.spans
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

  /**
   * The entry of the certificate with this serial number, whose issuer has the name `issuer` (`DistinguishedName.key`).
   * Of several the first that does not take a hold back.
   */
  find(serialNumber: Uint8Array, issuer: string = this.issuer.key): Revoked | undefined {
    this.#index ??= serialIndex(this.der, this.#entries.from, this.#entries.to)
    let best: Revoked | undefined
    for (const at of this.#index(serialNumber)) {
      if (this.#issuerAt(at) !== issuer) continue
      const entry = entryAt(this.der, at)
      if (entry.reason !== 'removeFromCRL') return entry
      best ??= entry
    }
    return best
  }

  /** All entries, in their order, with the keys of their issuers: for whoever shows a list. */
  *entries(): Generator<Revoked & { readonly issuer: string }> {
    const cursor = new Der(this.der, this.#entries.from, this.#entries.to)
    while (cursor.left > 0) {
      cursor.read(TAG.sequence, 'entry')
      yield { ...entryAt(this.der, cursor.start), issuer: this.#issuerAt(cursor.start) }
    }
  }

  #issuerAt(at: number): string {
    let low = 0
    let high = this.#issuers.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#issuers[middle]!.at <= at) low = middle + 1
      else high = middle
    }
    return low === 0 ? this.issuer.key : this.#issuers[low - 1]!.issuer
  }
}

/** Critical extensions whose meaning is carried out, by identifier. */
const PROCESSED: ReadonlySet<string> = new Set(['2.5.29.20', '2.5.29.27', '2.5.29.28', '2.5.29.35'])

const readVersion = (tbs: Der): number => {
  if (!tbs.optional(TAG.integer, 'version')) return 1
  if (smallInteger(tbs.bytes, tbs.from, tbs.to, 'version') !== 1)
    throw new DerError('value', tbs.start, tbs.to, 'version')
  return 2
}

const isTime = (tag: number): boolean => tag === TAG.utcTime || tag === TAG.generalizedTime

const readTime = (cursor: Der, what: string): Millis => {
  cursor.any(what)
  const { tag, bytes, start, from, to } = cursor
  if (!isTime(tag)) throw new DerError('unexpected-tag', start, start + 1, what)
  return timeValue(tag, bytes, from, to, what)
}

interface EntriesSeen {
  readonly size: number
  readonly issuers: readonly IssuerChange[]
  readonly strange: string | undefined
}

/** Holds every entry to its definition. */
const checkEntries = (entries: Der, version: number, indirect: boolean): EntriesSeen => {
  const { bytes } = entries
  const issuers: IssuerChange[] = []
  let strange: string | undefined
  let size = 0
  // Nearly all entries have the same extensions, a reason alone: what was found right once is not read again.
  let right = { from: 0, to: 0 }
  while (entries.left > 0) {
    const entry = entries.inside(TAG.sequence, 'entry')
    const at = entries.start
    size++
    entry.read(TAG.integer, 'userCertificate')
    checkInteger(bytes, entry.from, entry.to, 'userCertificate')
    readTime(entry, 'revocationDate')
    if (entry.left === 0) continue
    const { pos, end } = entry
    if (version === 1) throw new DerError('value', pos, end, 'crlEntryExtensions')
    if (sameRange(bytes, right, { from: pos, to: end })) continue
    const found = readEntryExtensions(entry)
    entry.finish('entry')
    const issuer = found.value('certificateIssuer')
    strange ??= found.list.find(e => e.critical && entryExtensions.nameOf(e.oid) === undefined)?.oid
    if (issuer === undefined) right = { from: pos, to: end }
    // RFC 5280 5.3.3: only an indirect list has entries of others.
    else if (!indirect) strange ??= '2.5.29.29'
    else {
      const directory = issuer.find(name => name.type === 'directory')
      if (directory === undefined) throw new DerError('value', pos, end, 'certificateIssuer')
      issuers.push({ at, issuer: directory.name.key })
    }
  }
  return { size, issuers, strange }
}

const readEntryExtensions = (entry: Der): Extensions<EntryExtensionValues> => {
  const found = new Extensions(entry.bytes, readExtensions(entry), entryExtensions)
  found.decodeAll()
  return found
}
const sameRange = (bytes: Uint8Array, a: Span, b: Span): boolean => {
  const length = b.to - b.from
  if (a.to - a.from !== length) return false
  for (let i = 0; i < length; i++) if (bytes[a.from + i] !== bytes[b.from + i]) return false
  return true
}

/** The entry that begins at `at`, checked before. */
const entryAt = (bytes: Uint8Array, at: number): Revoked => {
  const entry = new Der(bytes, at).inside(TAG.sequence, 'entry')
  entry.read(TAG.integer, 'userCertificate')
  const serialNumber = entry.value()
  const date = readTime(entry, 'revocationDate')
  const extensions = entry.left === 0 ? undefined : readEntryExtensions(entry)
  return {
    serialNumber,
    date,
    reason: extensions?.value('cRLReason'),
    invalidityDate: extensions?.value('invalidityDate'),
  }
}
