/**
 * Chains of three in which one certificate is not what its authority meant, and signed all the same: what lies behind a
 * signature is reached, as by a careless or a hostile authority. The same number gives the same change.
 */
import { oidText } from '../../src/asn1/oid.ts'
import { oidNames } from '../../src/asn1/oids.table.ts'
import { bitString, sequence } from '../../src/asn1/write.ts'
import { certificateAuthority } from '../../src/ca/authority.ts'
import { seededNodeCrypto } from '../../src/node/crypto.ts'
import { type SeededRandom, seeded } from '../../src/random.ts'
import type { KeyPair } from '../../src/x509/issue.ts'
import { type DerNode, encoded, everyNode, leafNode, type Placed, parsed } from '../support/der-tree.ts'

export const NAME = 'shop.test'

export interface Resigned {
  /** What was done: `leaf subjectAltName octet`. */
  readonly change: string
  readonly leaf: Uint8Array
  readonly intermediate: Uint8Array
}

export interface Honest {
  readonly root: Uint8Array
  readonly leaf: Uint8Array
  readonly intermediate: Uint8Array
  /** Chain number `number`, with one certificate changed. */
  mutant(number: number): Resigned
}

/** Valid around `now`, in whole seconds. */
export const honestChain = (now: number): Honest => {
  const crypto = seededNodeCrypto(seeded(35))
  const root = certificateAuthority({
    crypto,
    now: () => now,
    name: 'Differential Root',
    permitted: ['test', '10.0.0.0/8'],
  })
  const issuing = root.intermediate({ name: 'Differential Issuing', permitted: ['shop.test', '10.1.0.0/16'] })
  const leaf = issuing.issue({ names: [NAME, '10.1.2.3'] }).certificate
  const signed = (tbs: DerNode, outer: Uint8Array, key: KeyPair): Uint8Array => {
    const octets = encoded(tbs)
    const signature = crypto.sign({ key: 'ecdsa', hash: 'sha256' }, key.pkcs8, octets)
    return sequence(octets, outer, bitString(signature))
  }
  const honest = { root: root.certificate, leaf, intermediate: issuing.certificate }
  return {
    ...honest,
    mutant(number) {
      const random = seeded(number)
      const who = random.below(3) === 0 ? 'intermediate' : 'leaf'
      const tbs = parsed(honest[who]).children![0]!
      const change = changed(tbs, random)
      // Inside and outside the same, or the difference would be all that is found.
      const outer = encoded(parsed(honest[who]).children![1]!)
      const key = who === 'leaf' ? issuing.keyPair : root.keyPair
      return { ...honest, [who]: signed(tbs, outer, key), change: `${who} ${change}` }
    },
  }
}

const FIELDS = [
  'version',
  'serialNumber',
  'signature',
  'issuer',
  'validity',
  'subject',
  'subjectPublicKeyInfo',
  'extensions',
]

/** Which field of a certificate the way leads to; an extension by its name. */
const fieldOf = (tbs: DerNode, [field = 0, , extension]: readonly number[]): string => {
  const name = FIELDS[field] ?? 'more'
  if (name !== 'extensions' || extension === undefined) return name
  const oid = tbs.children?.[field]?.children?.[0]?.children?.[extension]?.children?.[0]
  if (oid === undefined || oid.tag !== 6) return name
  const text = oidText(oid.octets, 0, oid.octets.length)
  return oidNames[text] ?? text
}

/** Changes one node, or two that are neighbours; says which and how. */
const changed = (tbs: DerNode, random: SeededRandom): string => {
  const places = everyNode(tbs)
  for (;;) {
    const placed = places[random.below(places.length)]!
    const field = fieldOf(tbs, placed.path)
    const [name, apply] = CHANGES[random.below(CHANGES.length)]!
    const before = encoded(tbs)
    if (!apply(placed, random)) continue
    const after = encoded(tbs)
    if (before.length !== after.length || before.some((octet, i) => octet !== after[i])) return `${field} ${name}`
  }
}

type Change = (placed: Placed, random: SeededRandom) => boolean

/** Tags of strings, numbers, and of choices in names and extensions. */
const TAGS = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1e, 0x30, 0x31]
const CONTEXT = [0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4]
/** Octets that are something: limits of numbers, of letters, and what ends texts. */
const TELLING = [0x00, 0x01, 0x02, 0x05, 0x7f, 0x80, 0xff, 0x20, 0x2a, 0x2e, 0x30, 0x39, 0x40, 0x41, 0x5a, 0x61]

const octetsChange =
  (change: (octets: Uint8Array, random: SeededRandom) => Uint8Array): Change =>
  ({ node }, random) => {
    if (node.children !== undefined) return false
    node.octets = change(node.octets, random)
    return true
  }

const isExtension = ({ children }: DerNode): boolean =>
  children !== undefined && children.length > 1 && children[0]!.tag === 0x06 && children.at(-1)!.tag === 0x04

const CHANGES: readonly (readonly [name: string, change: Change])[] = [
  ['dropped', ({ parent, index }) => parent.children!.splice(index, 1).length > 0],
  ['doubled', ({ parent, index, node }) => parent.children!.splice(index, 0, structuredClone(node)).length === 0],
  [
    'exchanged',
    ({ parent, index, node }) => {
      const other = parent.children![index + 1]
      if (other === undefined) return false
      parent.children!.splice(index, 2, other, node)
      return true
    },
  ],
  [
    'tag',
    ({ node }, random) => {
      const tags = (node.tag & 0x80) !== 0 ? CONTEXT : TAGS
      node.tag = tags[random.below(tags.length)]!
      return true
    },
  ],
  [
    'octet',
    octetsChange((octets, random) => {
      const made = octets.slice()
      if (made.length > 0) made[random.below(made.length)] = random.below(256)
      return made
    }),
  ],
  [
    'telling octet',
    octetsChange((octets, random) => {
      const made = octets.slice()
      const places = [0, made.length - 1, random.below(Math.max(1, made.length))]
      if (made.length > 0) made[places[random.below(3)]!] = TELLING[random.below(TELLING.length)]!
      return made
    }),
  ],
  ['zero in front', octetsChange(octets => Uint8Array.of(0, ...octets))],
  ['octet behind', octetsChange((octets, random) => Uint8Array.of(...octets, TELLING[random.below(TELLING.length)]!))],
  ['shorter', octetsChange(octets => octets.subarray(0, -1))],
  [
    'empty',
    ({ node }) => {
      node.octets = new Uint8Array()
      if (node.children !== undefined) node.children = []
      return true
    },
  ],
  [
    'long length',
    ({ node }) => {
      node.lengthZeros = 1
      return true
    },
  ],
  [
    'critical',
    ({ node }) => {
      if (!isExtension(node)) return false
      if (node.children!.length === 3) node.children!.splice(1, 1)
      else node.children!.splice(1, 0, leafNode(0x01, Uint8Array.of(0xff)))
      return true
    },
  ],
  [
    'unknown',
    ({ node }, random) => {
      if (!isExtension(node)) return false
      // 1.3.6.1.4.1.99999.n
      node.children![0]!.octets = Uint8Array.of(0x2b, 6, 1, 4, 1, 0x86, 0x8d, 0x1f, random.below(128))
      return true
    },
  ],
]
