/** The extensions of RFC 5280 4.2, decoded from `bytes[from, to)`, the contents of extnValue. */
import { checkDer } from '../asn1/check.ts'
import { Der, DerError, TAG } from '../asn1/der.ts'
import { oidText } from '../asn1/oid.ts'
import { OID } from '../asn1/oids.table.ts'
import { booleanValue, namedBits, smallInteger } from '../asn1/value.ts'
import { type GeneralName, readGeneralName, readGeneralNames } from './general-name.ts'

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
  readonly authorityInfoAccess: readonly AccessDescription[]
}
export type ExtensionName = keyof ExtensionValues

type Decoder<T> = (bytes: Uint8Array, from: number, to: number, what: string) => T

/** A cursor over the contents of the SEQUENCE that fills `bytes[from, to)`, when nothing follows it. */
const whole = (bytes: Uint8Array, from: number, to: number, what: string): Der => {
  const outer = new Der(bytes, from, to)
  const inner = outer.inside(TAG.sequence, what)
  outer.finish(what)
  return inner
}

/** Every element of SEQUENCE SIZE (1..MAX) OF. */
const each = <T>(cursor: Der, what: string, item: (cursor: Der) => T): T[] => {
  if (cursor.left === 0) throw new DerError('empty', cursor.pos, cursor.end, what)
  const items: T[] = []
  while (cursor.left > 0) items.push(item(cursor))
  return items
}

const oidNext = (cursor: Der, what: string): string => {
  cursor.read(TAG.oid, what)
  return oidText(cursor.bytes, cursor.from, cursor.to)
}

const altName: Decoder<GeneralName[]> = (bytes, from, to, what) => {
  const names = whole(bytes, from, to, what)
  return readGeneralNames(bytes, names.pos, names.end, what)
}

const decoders: { readonly [N in ExtensionName]: Decoder<ExtensionValues[N]> } = {
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

  authorityInfoAccess: (bytes, from, to, what) =>
    each(whole(bytes, from, to, what), what, list => {
      const pair = list.inside(TAG.sequence, what)
      const access = { method: oidNext(pair, what), location: readGeneralName(pair, what) }
      pair.finish(what)
      return access
    }),
}

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
    tree.finish(what)
    return base
  })

const namesByOid: ReadonlyMap<string, ExtensionName> = new Map(
  (Object.keys(decoders) as ExtensionName[]).map(name => [OID[name], name]),
)

/** The name under which we decode this extension; undefined when we only keep it. */
export const extensionName = (oid: string): ExtensionName | undefined => namesByOid.get(oid)

/** Throws `DerError`. */
export const decodeExtension = <N extends ExtensionName>(
  name: N,
  bytes: Uint8Array,
  from: number,
  to: number,
): ExtensionValues[N] => {
  checkDer(bytes, from, to, name)
  return decoders[name](bytes, from, to, name)
}
