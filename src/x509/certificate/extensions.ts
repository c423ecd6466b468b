/** The extensions of RFC 5280 4.2, decoded from `bytes[from, to)`, the contents of extnValue. */
import { Der, DerError, TAG } from '../../asn1/der.ts'
import { booleanValue, namedBits, smallInteger } from '../../asn1/value.ts'
import { type DistributionPoint, readDistributionPoint } from './distribution-point.ts'
import { type Decoder, type ExtensionTable, each, extensionTable, oidNext, whole } from './extension-table.ts'
import { type GeneralName, readGeneralName, readGeneralNames } from './general-name.ts'
import { readTimestamps, type SignedCertificateTimestamp } from './sct.ts'

/** Bits of KeyUsage (RFC 5280 4.2.1.3). */
export const KEY_USAGE = {
  digitalSignature: 0x1,
  nonRepudiation: 0x2,
  keyEncipherment: 0x4,
  dataEncipherment: 0x8,
  keyAgreement: 0x10,
  keyCertSign: 0x20,
  cRLSign: 0x40,
  encipherOnly: 0x80,
  decipherOnly: 0x100,
} as const

export type KeyUsageName = keyof typeof KEY_USAGE

/** For people: `keyCertSign, cRLSign`. */
export const keyUsageText = (set: number): string =>
  Object.entries(KEY_USAGE)
    .filter(([, bit]) => (set & bit) !== 0)
    .map(([name]) => name)
    .join(', ')

export interface BasicConstraints {
  readonly ca: boolean
  readonly pathLength: number | undefined
}

export interface AuthorityKeyIdentifier {
  readonly keyIdentifier: Uint8Array | undefined
  readonly issuer: readonly GeneralName[] | undefined
  readonly serialNumber: Uint8Array | undefined
}

export interface NameConstraints {
  readonly permitted: readonly GeneralName[]
  readonly excluded: readonly GeneralName[]
}

export interface CertificatePolicy {
  readonly oid: string
  /** Types of its qualifiers. */
  readonly qualifiers: readonly string[]
}

export interface PolicyMapping {
  readonly issuerDomain: string
  readonly subjectDomain: string
}

export interface PolicyConstraints {
  readonly requireExplicitPolicy: number | undefined
  readonly inhibitPolicyMapping: number | undefined
}

export interface AccessDescription {
  readonly method: string
  readonly location: GeneralName
}

/** RFC 5280 4.2.1.8: something about the subject that is no name of it, each value as its element. */
export interface DirectoryAttribute {
  readonly type: string
  readonly values: readonly Uint8Array[]
}

/** What each extension that we know decodes to. */
export interface ExtensionValues {
  readonly subjectKeyIdentifier: Uint8Array
  readonly keyUsage: number
  readonly subjectAltName: readonly GeneralName[]
  readonly issuerAltName: readonly GeneralName[]
  readonly basicConstraints: BasicConstraints
  readonly nameConstraints: NameConstraints
  readonly certificatePolicies: readonly CertificatePolicy[]
  readonly policyMappings: readonly PolicyMapping[]
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier
  readonly policyConstraints: PolicyConstraints
  readonly extKeyUsage: readonly string[]
  readonly inhibitAnyPolicy: number
  readonly subjectDirectoryAttributes: readonly DirectoryAttribute[]
  readonly authorityInfoAccess: readonly AccessDescription[]
  readonly subjectInfoAccess: readonly AccessDescription[]
  readonly cRLDistributionPoints: readonly DistributionPoint[]
  readonly freshestCRL: readonly DistributionPoint[]
  /** RFC 7633: numbers of TLS extensions; 5 is status_request, an OCSP answer that must be stapled. */
  readonly tlsFeature: readonly number[]
  readonly sctList: readonly SignedCertificateTimestamp[]
  /** RFC 6960 4.2.2.2.1: the revocation of this OCSP responder need not be looked into. */
  readonly ocspNoCheck: true
  /** RFC 9608 2: its authority will never say whether it is revoked. */
  readonly noRevAvail: true
}
export type ExtensionName = keyof ExtensionValues

const altName: Decoder<GeneralName[]> = (bytes, from, to, what) => {
  const names = whole(bytes, from, to, what)
  return readGeneralNames(bytes, names.pos, names.end, what)
}

const accessDescriptions: Decoder<AccessDescription[]> = (bytes, from, to, what) =>
  each(whole(bytes, from, to, what), what, list => {
    const pair = list.inside(TAG.sequence, what)
    const access = { method: oidNext(pair, what), location: readGeneralName(pair, what) }
    pair.finish(what)
    return access
  })

const distributionPoints: Decoder<DistributionPoint[]> = (bytes, from, to, what) =>
  each(whole(bytes, from, to, what), what, list => readDistributionPoint(list, what))

const nullOnly: Decoder<true> = (bytes, from, to, what) => {
  const outer = new Der(bytes, from, to)
  outer.read(TAG.null, what)
  outer.finish(what)
  return true
}

export const certificateExtensions: ExtensionTable<ExtensionValues> = /* @__PURE__ */ extensionTable<ExtensionValues>({
  subjectKeyIdentifier(bytes, from, to, what) {
    const outer = new Der(bytes, from, to)
    outer.read(TAG.octetString, what)
    outer.finish(what)
    if (outer.from === outer.to) throw new DerError('empty', from, to, what)
    return outer.value()
  },

  keyUsage(bytes, from, to, what) {
    const outer = new Der(bytes, from, to)
    outer.read(TAG.bitString, what)
    outer.finish(what)
    const set = namedBits(bytes, outer.from, outer.to, what)
    // RFC 5280 4.2.1.3: at least one bit must be set.
    if (set === 0) throw new DerError('empty', outer.from, outer.to, what)
    return set
  },

  subjectAltName: altName,
  issuerAltName: altName,

  basicConstraints(bytes, from, to, what) {
    const inner = whole(bytes, from, to, what)
    let ca = false
    if (inner.optional(TAG.boolean, what)) {
      ca = booleanValue(bytes, inner.from, inner.to, what)
      if (!ca) throw new DerError('default-encoded', inner.start, inner.to, what)
    }
    let pathLength: number | undefined
    if (inner.optional(TAG.integer, what)) pathLength = smallInteger(bytes, inner.from, inner.to, what)
    inner.finish(what)
    return { ca, pathLength }
  },

  nameConstraints(bytes, from, to, what) {
    const inner = whole(bytes, from, to, what)
    // RFC 5280 4.2.1.10: the extension must not be an empty sequence.
    if (inner.left === 0) throw new DerError('empty', from, to, what)
    const permitted = inner.optional(0xa0, what) ? subtrees(inner.contents(), what) : []
    const excluded = inner.optional(0xa1, what) ? subtrees(inner.contents(), what) : []
    inner.finish(what)
    return { permitted, excluded }
  },

  certificatePolicies(bytes, from, to, what) {
    const policies = each(whole(bytes, from, to, what), what, list => {
      const info = list.inside(TAG.sequence, what)
      const oid = oidNext(info, what)
      const qualifiers = info.left === 0 ? [] : each(info.inside(TAG.sequence, what), what, q => qualifier(q, what))
      info.finish(what)
      return { oid, qualifiers }
    })
    // RFC 5280 4.2.1.4: a policy must not appear more than once.
    if (new Set(policies.map(p => p.oid)).size !== policies.length) throw new DerError('value', from, to, what)
    return policies
  },

  policyMappings: (bytes, from, to, what) =>
    each(whole(bytes, from, to, what), what, list => {
      const pair = list.inside(TAG.sequence, what)
      const mapping = { issuerDomain: oidNext(pair, what), subjectDomain: oidNext(pair, what) }
      pair.finish(what)
      return mapping
    }),

  authorityKeyIdentifier(bytes, from, to, what) {
    const inner = whole(bytes, from, to, what)
    const keyIdentifier = inner.optional(0x80, what) ? inner.value() : undefined
    const issuer = inner.optional(0xa1, what) ? readGeneralNames(bytes, inner.from, inner.to, what) : undefined
    const serialNumber = inner.optional(0x82, what) ? inner.value() : undefined
    inner.finish(what)
    if ((issuer === undefined) !== (serialNumber === undefined)) throw new DerError('value', from, to, what)
    return { keyIdentifier, issuer, serialNumber }
  },

  policyConstraints(bytes, from, to, what) {
    const inner = whole(bytes, from, to, what)
    // RFC 5280 4.2.1.11: the extension must not be an empty sequence.
    if (inner.left === 0) throw new DerError('empty', from, to, what)
    const skip = (tag: number): number | undefined =>
      inner.optional(tag, what) ? smallInteger(bytes, inner.from, inner.to, what) : undefined
    const constraints = { requireExplicitPolicy: skip(0x80), inhibitPolicyMapping: skip(0x81) }
    inner.finish(what)
    return constraints
  },

  extKeyUsage: (bytes, from, to, what) => each(whole(bytes, from, to, what), what, list => oidNext(list, what)),

  inhibitAnyPolicy(bytes, from, to, what) {
    const outer = new Der(bytes, from, to)
    outer.read(TAG.integer, what)
    outer.finish(what)
    return smallInteger(bytes, outer.from, outer.to, what)
  },

  subjectDirectoryAttributes: (bytes, from, to, what) =>
    each(whole(bytes, from, to, what), what, list => {
      const attribute = list.inside(TAG.sequence, what)
      const type = oidNext(attribute, what)
      const set = attribute.inside(TAG.set, what)
      attribute.finish(what)
      const values = each(set, what, value => {
        value.any(what)
        return value.element()
      })
      return { type, values }
    }),

  authorityInfoAccess: accessDescriptions,
  subjectInfoAccess: accessDescriptions,
  cRLDistributionPoints: distributionPoints,
  freshestCRL: distributionPoints,

  tlsFeature: (bytes, from, to, what) =>
    each(whole(bytes, from, to, what), what, list => {
      list.read(TAG.integer, what)
      return smallInteger(bytes, list.from, list.to, what)
    }),

  sctList(bytes, from, to, what) {
    const outer = new Der(bytes, from, to)
    outer.read(TAG.octetString, what)
    outer.finish(what)
    return readTimestamps(outer.value(), outer.from, what)
  },

  ocspNoCheck: nullOnly,
  noRevAvail: nullOnly,
})

/** PolicyQualifierInfo: its type; what it says is for people and stays where it is. */
const qualifier = (list: Der, what: string): string => {
  const info = list.inside(TAG.sequence, what)
  const type = oidNext(info, what)
  info.any(what)
  info.finish(what)
  return type
}

/** GeneralSubtrees. RFC 5280 4.2.1.10: minimum is zero (so absent in DER) and maximum is absent. */
const subtrees = (list: Der, what: string): GeneralName[] =>
  each(list, what, cursor => {
    const tree = cursor.inside(TAG.sequence, what)
    const base = readGeneralName(tree, what, 'limit')
    if (tree.optional(0x80, what)) {
      const zero = smallInteger(tree.bytes, tree.from, tree.to, what) === 0
      throw new DerError(zero ? 'default-encoded' : 'value', tree.start, tree.to, what)
    }
    tree.finish(what)
    return base
  })
