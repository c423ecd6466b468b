/**
 * A request for a certificate (PKCS#10, RFC 2986), read strictly: who asks for which names, and for which key. That the
 * asker has the key is seen from the signature; `certificateRequestIn` looks at it, so that whoever gets a request from
 * there may go on to whether to grant it.
 */
import { compareElements } from '../../asn1/check.ts'
import { type Der, DerError, TAG } from '../../asn1/der.ts'
import { oidText } from '../../asn1/oid.ts'
import { OID } from '../../asn1/oids.table.ts'
import { derRules } from '../../asn1/rules.table.ts'
import { smallInteger } from '../../asn1/value.ts'
import type { CryptoProvider } from '../../crypto/provider.ts'
import { type Failure, fail } from '../../failures/index.ts'
import { latin1Text, plain } from '../../wire/bytes.ts'
import { algorithmOid } from '../certificate/algorithm.ts'
import { type DistinguishedName, readName } from '../certificate/distinguished-name.ts'
import { type Extension, readExtensions } from '../certificate/extension-list.ts'
import { Extensions } from '../certificate/extension-table.ts'
import { certificateExtensions, type ExtensionName, type ExtensionValues } from '../certificate/extensions.ts'
import type { GeneralName } from '../certificate/general-name.ts'
import { type PublicKey, readPublicKey } from '../certificate/public-key.ts'
import type { FileContents } from '../files/file-contents.ts'
import { pemBlocks } from '../files/pem.ts'
import { readSigned, type SignedKind, type SignedParts } from '../signed.ts'

/** A key of 16,384 bits and a hundred names need less than a tenth of it. */
export const MAX_REQUEST_SIZE: number = 64 * 1024
/** Those of Windows have four. */
const MAX_ATTRIBUTES = 32

const KIND: SignedKind = {
  what: 'certificationRequest',
  tbs: 'certificationRequestInfo',
  maxSize: MAX_REQUEST_SIZE,
}

/** What stands in a request besides name and key (RFC 2985 5.4), as it stands. */
export interface RequestAttribute {
  readonly oid: string
  /** The elements of its set, DER: views. One at least. */
  readonly values: readonly Uint8Array[]
}

export class CertificateRequest {
  readonly der: Uint8Array
  readonly subject: DistinguishedName
  /** SubjectPublicKeyInfo, DER: a view. */
  readonly spki: Uint8Array
  readonly publicKey: PublicKey
  /** All of them, that of the extensions too. */
  readonly attributes: readonly RequestAttribute[]
  readonly #parts: SignedParts
  readonly #extensions: Extensions<ExtensionValues>

  /** Its signature is not looked at: see `signedByItsKey`. Throws `DerError`. */
  constructor(encoding: Uint8Array) {
    const { parts, tbs } = readSigned(encoding, KIND)
    const { der } = parts
    this.der = der
    this.#parts = parts
    tbs.read(TAG.integer, 'version')
    // RFC 2986 4.1: "It shall be 0 for this version of the standard."
    if (smallInteger(der, tbs.from, tbs.to, 'version') !== 0) throw new DerError('value', tbs.start, tbs.to, 'version')
    this.subject = readName(tbs, 'subject')
    tbs.read(TAG.sequence, 'subjectPKInfo')
    this.spki = tbs.element()
    this.publicKey = readPublicKey(der, tbs.start, tbs.to)
    const { attributes, requested } = readAttributes(tbs.inside(0xa0, 'attributes'))
    this.attributes = attributes
    this.#extensions = new Extensions(der, requested, certificateExtensions)
    this.#extensions.decodeAll()
    tbs.finish('certificationRequestInfo')
  }

  /** The extensions that the certificate is to have (RFC 2985 5.4.2). */
  get extensions(): readonly Extension[] {
    return this.#extensions.list
  }

  /** One of them, decoded; undefined when it is not asked for. */
  extension<N extends ExtensionName>(name: N): ExtensionValues[N] | undefined {
    return this.#extensions.value(name)
  }

  /** The names that the certificate is to be for. Common names are not among them: nobody looks there for a host. */
  get names(): readonly GeneralName[] {
    return this.extension('subjectAltName') ?? []
  }

  /** For people: why its signature is not that of its own key; undefined when it is. */
  notSignedByItsKey(crypto: CryptoProvider): string | undefined {
    const { algorithm } = this.#parts.spans
    const { signatureAlgorithm, tbs, signature } = this.#parts
    if (signatureAlgorithm === undefined)
      return `is signed with an algorithm that is not checked here: ${algorithmOid(this.der, algorithm.from, algorithm.to)}`
    if (!crypto.isPublicKey(this.spki)) return 'has a public key that is none'
    return crypto.verify(signatureAlgorithm, this.spki, tbs, signature)
      ? undefined
      : 'has a signature that its own key does not confirm'
  }
}

/**
 * The one request of a file, PEM or DER, when its signature is that of its own key. Otherwise a failure: `file/malformed`
 * or `file/request-signature`.
 */
export const certificateRequestIn = (file: FileContents, crypto: CryptoProvider): CertificateRequest | Failure => {
  const der = requestOf(file)
  if (der === undefined)
    return fail('file/malformed', { where: KIND.what, got: 'is not one request for a certificate in PEM or DER' })
  try {
    const request = new CertificateRequest(der)
    const got = request.notSignedByItsKey(crypto)
    return got === undefined ? request : fail('file/request-signature', { where: request.subject.shortText, got })
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    const { says, rule } = derRules[error.rule]
    const at = { message: 0, start: error.at, end: error.end }
    return fail('file/malformed', { where: error.what, got: says, expected: `${error.rule}, ${rule}`, at })
  }
}

/** RFC 7468 7: the second label is that of old tools. */
const LABELS: readonly string[] = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST']

const requestOf = (file: FileContents): Uint8Array | undefined => {
  if (typeof file !== 'string' && file[0] === TAG.sequence) return plain(file)
  const blocks = pemBlocks(typeof file === 'string' ? file : latin1Text(file))
  const [found, second] = blocks.filter(({ label }) => LABELS.includes(label))
  return second === undefined ? found?.der : undefined
}

interface Attributes {
  readonly attributes: readonly RequestAttribute[]
  /** What the one for extensions asks for. */
  readonly requested: readonly Extension[]
}

/** RFC 2986 4.1: `[0] SET OF`, ascending as every set in DER, and each type once (X.501 8.2). */
const readAttributes = (set: Der): Attributes => {
  const attributes: RequestAttribute[] = []
  let requested: readonly Extension[] = []
  let before = -1
  while (set.left > 0) {
    const attribute = set.inside(TAG.sequence, 'attribute')
    const { bytes, start, to } = set
    if (before >= 0 && compareElements(bytes, before, start, to) > 0)
      throw new DerError('set-order', start, to, 'attributes')
    before = start
    attribute.read(TAG.oid, 'attribute')
    const oid = oidText(bytes, attribute.from, attribute.to)
    if (attributes.some(one => one.oid === oid)) throw new DerError('value', start, to, 'attribute (a second one)')
    attribute.read(TAG.set, 'attribute')
    if (oid === OID.extensionRequest) requested = requestedIn(attribute.contents())
    attributes.push({ oid, values: elementsOf(attribute.contents()) })
    attribute.finish('attribute')
    if (attributes.length > MAX_ATTRIBUTES) throw new DerError('too-big', start, set.end, 'attributes')
  }
  return { attributes, requested }
}

/** RFC 2985 5.4.2: a single value. */
const requestedIn = (values: Der): readonly Extension[] => {
  const extensions = readExtensions(values)
  values.finish('extensionRequest')
  return extensions
}

const elementsOf = (set: Der): Uint8Array[] => {
  if (set.left === 0) throw new DerError('empty', set.pos, set.end, 'attribute')
  const elements: Uint8Array[] = []
  while (set.left > 0) {
    set.any('attribute')
    elements.push(set.element())
  }
  return elements
}
