/** Which certificate of a path breaks the demand for a policy. The paths are written from the anchor down to the leaf. */
import { expect, test } from 'vitest'
import { OID } from '../../asn1/oids.table.ts'
import { integer, oid, sequence } from '../../asn1/write.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { seeded } from '../../random.ts'
import { Certificate } from '../certificate/certificate.ts'
import { type ExtensionToWrite, writeCertificate, writeName } from '../issue.ts'
import { bothDemand, checkPolicies, type PolicyDemands } from './policy.ts'

/** What a certificate says about policies; numbers count certificates. */
interface Says {
  readonly named?: readonly string[]
  readonly demand?: number
  readonly noMapping?: number
  readonly noAny?: number
  readonly maps?: readonly (readonly [issuer: string, subject: string])[]
  readonly selfIssued?: true
}

const crypto = nodeCrypto()
const key = crypto.generateKeyPair('p-256')
const [P, Q, ANY] = ['1.2.3', '1.2.4', '2.5.29.32.0']

const extensionsOf = (says: Says): ExtensionToWrite[] => {
  const { named, demand, noMapping, noAny, maps } = says
  const extensions: ExtensionToWrite[] = []
  const add = (id: string, value: Uint8Array): void => void extensions.push({ oid: id, critical: true, value })
  if (named !== undefined) add(OID.certificatePolicies, sequence(...named.map(id => sequence(oid(id)))))
  const limits = [
    ...(demand === undefined ? [] : [Uint8Array.of(0x80, 1, demand)]),
    ...(noMapping === undefined ? [] : [Uint8Array.of(0x81, 1, noMapping)]),
  ]
  if (limits.length > 0) add(OID.policyConstraints, sequence(...limits))
  if (noAny !== undefined) add(OID.inhibitAnyPolicy, integer(noAny))
  if (maps !== undefined) add(OID.policyMappings, sequence(...maps.map(([a, b]) => sequence(oid(a), oid(b)))))
  return extensions
}

/** From the anchor down. */
const pathOf = (says: readonly Says[]): readonly Certificate[] =>
  says.map(
    (one, i) =>
      new Certificate(
        writeCertificate(
          {
            serialNumber: Uint8Array.of(i + 1),
            issuer: writeName([[OID.commonName, one.selfIssued === true ? `CA ${i}` : 'the one above']]),
            subject: writeName([[OID.commonName, `CA ${i}`]]),
            notBefore: 0,
            notAfter: 1000,
            spki: key.spki,
            extensions: extensionsOf(one),
          },
          key,
          crypto,
        ),
      ),
  )

/** The place of the fault: 0 is the anchor. */
const fault = (
  says: readonly Says[],
  anchor: 'the anchor limits' | 'the anchor does not limit' = 'the anchor does not limit',
  demands: PolicyDemands = {},
): number | undefined => {
  const path = pathOf(says)
  const found = checkPolicies(path.toReversed(), { limits: anchor === 'the anchor limits' }, demands).fault
  return found === undefined ? undefined : path.indexOf(found)
}

/** The policies that are valid in the end, or `refused`. */
const valid = (says: readonly Says[], demands: PolicyDemands = {}): readonly string[] | 'refused' => {
  const { fault: found, policies } = checkPolicies(pathOf(says).toReversed(), { limits: false }, demands)
  return found === undefined ? policies : 'refused'
}

const ROOT: Says = {}
const p: Says = { named: [P] }
const nothing: Says = {}

test('who demands no policy gets none: however long the path is', () => {
  expect(fault([ROOT, nothing, nothing, nothing, nothing], 'the anchor limits')).toBeUndefined()
  expect(fault([ROOT, nothing, nothing, nothing, nothing])).toBeUndefined()
  expect(fault([nothing])).toBeUndefined()
})

test('a demand holds from as many certificates further down as it says (RFC 5280 4.2.1.11)', () => {
  const below = (demand: number) => fault([ROOT, { named: [P], demand }, nothing, nothing, nothing])
  expect([0, 1, 2, 3, 4].map(below)).toEqual([2, 3, 4, 4, undefined])
})

test('a demand does not end by being met, and the later one does not weaken the earlier', () => {
  expect(fault([ROOT, { named: [P], demand: 0 }, p, p, nothing])).toBe(4)
  expect(fault([ROOT, { named: [P], demand: 0 }, { named: [P], demand: 5 }, nothing])).toBe(3)
  expect(fault([ROOT, { named: [P], demand: 0 }, p, p, p])).toBeUndefined()
})

test('certificates that are self-issued do not count, neither for the demand nor for the rest (RFC 5280 6.1.4 (h))', () => {
  const own: Says = { selfIssued: true }
  expect(fault([ROOT, { named: [P], demand: 2 }, own, own, nothing])).toBeUndefined()
  expect(fault([ROOT, { named: [P], demand: 2 }, own, nothing, nothing])).toBe(4)
  const ownP: Says = { named: [P], selfIssued: true }
  const mapping: Says = { named: [P], maps: [[P, Q]] }
  expect(fault([ROOT, { named: [P], demand: 0, noMapping: 1 }, ownP, mapping, { named: [Q] }])).toBeUndefined()
  expect(fault([ROOT, { named: [P], demand: 0, noMapping: 1 }, p, mapping, { named: [Q] }])).toBe(4)
})

test('a leaf may demand for itself, also one that is trusted itself (RFC 5280 6.1.5 (b))', () => {
  expect(fault([ROOT, nothing, { demand: 0 }])).toBe(2)
  expect(fault([ROOT, nothing, { demand: 1 }])).toBeUndefined()
  expect(fault([ROOT, p, { named: [P], demand: 0 }])).toBeUndefined()
  expect(fault([{ demand: 0 }])).toBe(0)
})

test('only what every certificate above named is valid; anyPolicy names what was valid (RFC 5280 6.1.3 (d))', () => {
  const top: Says = { named: [P], demand: 0 }
  expect(fault([ROOT, top, { named: [P, Q] }, { named: [Q] }])).toBe(3)
  expect(fault([ROOT, top, { named: [ANY] }, { named: [P] }])).toBeUndefined()
  expect(fault([ROOT, top, { named: [ANY] }, { named: [Q] }])).toBe(3)
  expect(fault([ROOT, top, { named: [Q] }, { named: [Q] }])).toBe(2)
  expect(fault([ROOT, { named: [ANY], demand: 0 }, { named: [ANY] }, { named: [Q] }])).toBeUndefined()
  expect(fault([ROOT, { named: [ANY], demand: 0 }, { named: [ANY] }, nothing])).toBe(3)
})

test('anyPolicy ends after as many certificates as an authority says, not for self-issued ones (RFC 5280 4.2.1.14)', () => {
  const any: Says = { named: [ANY] }
  const ownAny: Says = { named: [ANY], selfIssued: true }
  const top = (noAny: number): Says => ({ named: [ANY], demand: 0, noAny })
  expect(fault([ROOT, top(0), any, p])).toBe(2)
  expect(fault([ROOT, top(1), any, p])).toBeUndefined()
  expect(fault([ROOT, top(1), any, any, p])).toBe(3)
  expect(fault([ROOT, top(1), { named: [ANY], noAny: 7 }, any, p])).toBe(3)
  expect(fault([ROOT, top(0), ownAny, p])).toBeUndefined()
  expect(fault([ROOT, top(1), ownAny, any, p])).toBeUndefined()
  expect(fault([ROOT, top(0), ownAny])).toBe(2)
})

test('a mapped policy goes on under the name below it, and no longer under its own (RFC 5280 6.1.4 (b))', () => {
  const top: Says = { named: [P], demand: 0 }
  const mapping: Says = { named: [P], maps: [[P, Q]] }
  expect(fault([ROOT, top, mapping, { named: [Q] }])).toBeUndefined()
  expect(fault([ROOT, top, mapping, { named: [P] }])).toBe(3)
  expect(fault([ROOT, top, { named: [P], maps: [[Q, '1.2.5']] }, { named: ['1.2.5'] }])).toBe(3)
  expect(fault([ROOT, { named: [ANY], demand: 0 }, { named: [ANY], maps: [[P, Q]] }, { named: [Q] }])).toBeUndefined()
})

test('where mapping is forbidden, what is mapped is valid no more (RFC 5280 6.1.4 (b) (2))', () => {
  const mapping: Says = { named: [P], maps: [[P, Q]] }
  const top = (noMapping: number): Says => ({ named: [P], demand: 0, noMapping })
  expect(fault([ROOT, top(0), mapping, { named: [Q] }])).toBe(3)
  expect(fault([ROOT, top(0), mapping, { named: [P] }])).toBe(3)
  expect(fault([ROOT, top(1), mapping, { named: [Q] }])).toBeUndefined()
})

test('anyPolicy cannot be mapped, in neither direction (RFC 5280 6.1.4 (a))', () => {
  expect(fault([ROOT, { named: [P], maps: [[P, ANY]] }, p])).toBe(1)
  expect(fault([ROOT, { named: [P], maps: [[ANY, P]] }, p])).toBe(1)
  expect(fault([ROOT, { named: [P], maps: [[P, Q]] }, p])).toBeUndefined()
})

test('what an anchor says counts where the profile lets anchors limit (RFC 5937)', () => {
  const anchor: Says = { named: [P], demand: 0 }
  expect(fault([anchor, { named: [Q] }], 'the anchor limits')).toBe(1)
  expect(fault([anchor, { named: [Q] }])).toBeUndefined()
  expect(fault([{ demand: 0 }, { named: [Q] }], 'the anchor limits')).toBeUndefined()
  expect(fault([{ demand: 0 }, nothing], 'the anchor limits')).toBe(1)
})

test('the caller may demand a policy, and one of those it knows (RFC 5280 6.1.1 (c), (e))', () => {
  expect(valid([ROOT, p, p])).toEqual([P])
  expect(valid([ROOT, p, p], { acceptable: [P, Q] })).toEqual([P])
  expect(valid([ROOT, p, p], { acceptable: [Q] })).toEqual([])
  expect(valid([ROOT, p, p], { acceptable: [Q], required: true })).toBe('refused')
  expect(valid([ROOT, p, nothing])).toEqual([])
  expect(valid([ROOT, p, nothing], { required: true })).toBe('refused')
  expect(valid([ROOT, { named: [P], demand: 0 }, p], { acceptable: [Q] })).toBe('refused')
  expect(valid([ROOT, p, p], { acceptable: [ANY], required: true })).toEqual([P])
})

test('anyPolicy all the way down stands for every policy that the caller knows', () => {
  const any: Says = { named: [ANY] }
  expect(valid([ROOT, any, any])).toEqual([ANY])
  expect(valid([ROOT, any, any], { acceptable: [P, Q], required: true })).toEqual([P, Q])
  expect(valid([ROOT, any, { named: [ANY, P] }], { acceptable: [Q], required: true })).toEqual([Q])
  expect(valid([ROOT, any, p], { acceptable: [Q], required: true })).toBe('refused')
})

test('a mapped policy is valid under the name that the authorities above know (RFC 9618 5.6)', () => {
  const mapping: Says = { named: [P], maps: [[P, Q]] }
  expect(valid([ROOT, mapping, { named: [Q] }])).toEqual([P])
  expect(valid([ROOT, mapping, { named: [Q] }], { acceptable: [Q], required: true })).toBe('refused')
  expect(valid([ROOT, { named: [ANY], maps: [[P, Q]] }, { named: [Q] }])).toEqual([P])
  const both: Says = {
    named: [P, Q],
    maps: [
      [P, '1.2.9'],
      [Q, '1.2.9'],
    ],
  }
  expect(valid([ROOT, both, { named: ['1.2.9'] }])).toEqual([P, Q])
})

test('the caller may forbid mappings and anyPolicy (RFC 5280 6.1.1 (f), (g))', () => {
  const mapping: Says = { named: [P], maps: [[P, Q]] }
  expect(valid([ROOT, mapping, { named: [Q] }], { mappingInhibited: true })).toEqual([])
  expect(valid([ROOT, { named: [ANY] }, p])).toEqual([P])
  expect(valid([ROOT, { named: [ANY] }, p], { anyPolicyInhibited: true })).toEqual([])
  expect(valid([ROOT, { named: [ANY], selfIssued: true }, p], { anyPolicyInhibited: true })).toEqual([P])
})

test('mappings that branch at every depth cost what they are long (RFC 9618 2)', () => {
  const names = Array.from({ length: 30 }, (_, i) => `1.2.${i + 100}`)
  const maps = names.flatMap(from => names.map(to => [from, to] as const))
  const path = pathOf([ROOT, ...Array.from({ length: 12 }, () => ({ named: names, maps })), { named: names }])
  // The tree of RFC 5280 would have 30^13 leaves here.
  expect(checkPolicies(path.toReversed(), { limits: false }).policies).toEqual(expect.arrayContaining(names))
})

/** The tree of RFC 5280 6.1.3 (d) to 6.1.5 (g), which grows with every way that leads to a policy. */
interface Leaf {
  readonly policy: string
  readonly parent: Leaf | undefined
  expected: readonly string[]
}
const byTree = (
  says: readonly Says[],
  { acceptable = [ANY], required = false }: PolicyDemands,
): readonly string[] | 'refused' => {
  let leaves: Leaf[] = [{ policy: ANY, parent: undefined, expected: [ANY] }]
  let explicit = required ? 0 : Number.POSITIVE_INFINITY
  for (const [i, { named, demand, maps = [] }] of says.entries()) {
    if (i === 0) continue
    const above = leaves
    const any = above.find(({ policy }) => policy === ANY)
    const made: Leaf[] = []
    const child = (policy: string, parent: Leaf): void => void made.push({ policy, parent, expected: [policy] })
    for (const policy of named ?? []) {
      if (policy === ANY) continue
      const parents = above.filter(({ expected }) => expected.includes(policy))
      for (const parent of parents) child(policy, parent)
      if (parents.length === 0 && any !== undefined) child(policy, any)
    }
    if (named?.includes(ANY) === true)
      for (const parent of above)
        for (const policy of parent.expected)
          if (!made.some(leaf => leaf.parent === parent && leaf.policy === policy)) child(policy, parent)
    leaves = made
    if (i === says.length - 1) {
      explicit--
      if (demand === 0) explicit = 0
      break
    }
    if (explicit <= 0 && leaves.length === 0) return 'refused'
    for (const from of new Set(maps.map(([issuer]) => issuer))) {
      const expected = maps.filter(([issuer]) => issuer === from).map(([, to]) => to)
      const those = leaves.filter(({ policy }) => policy === from)
      for (const leaf of those) leaf.expected = expected
      const wild = leaves.find(({ policy }) => policy === ANY)
      if (those.length === 0 && wild !== undefined) leaves.push({ policy: from, parent: wild.parent, expected })
    }
    explicit = Math.min(explicit - 1, demand ?? Number.POSITIVE_INFINITY)
  }
  const inDomainOfTheAnchor = new Set<string>()
  for (const leaf of leaves)
    for (let node: Leaf | undefined = leaf; node !== undefined; node = node.parent)
      if (node.policy !== ANY && node.parent?.policy === ANY) inDomainOfTheAnchor.add(node.policy)
  const wild = leaves.some(({ policy }) => policy === ANY)
  const found = acceptable.includes(ANY)
    ? wild
      ? [ANY]
      : [...inDomainOfTheAnchor]
    : acceptable.filter(policy => wild || inDomainOfTheAnchor.has(policy))
  return explicit <= 0 && found.length === 0 ? 'refused' : found
}

test('the graph says what the tree of RFC 5280 says, whatever the path', () => {
  const { number: random, below } = seeded(9618)
  const names = [P, Q, '1.2.5', '1.2.6']
  const some = (): string[] => [...names, ANY].filter(() => random() < 0.45)
  const outcomes = new Map<string, number>()
  for (let i = 0; i < 300; i++) {
    const says: Says[] = [ROOT]
    for (let depth = 1 + below(4); depth > 0; depth--) {
      const maps = names.flatMap(from => names.filter(() => random() < 0.12).map(to => [from, to] as const))
      says.push({
        ...(random() < 0.9 && { named: some() }),
        ...(random() < 0.3 && { demand: below(3) }),
        ...(maps.length > 0 && depth > 1 && { maps }),
      })
    }
    for (const one of says) if (one.named?.length === 0) Object.assign(one, { named: [P] })
    const demands: PolicyDemands = {
      ...(random() < 0.5 && { acceptable: names.filter(() => random() < 0.5) }),
      required: random() < 0.3,
    }
    const [ours, theirs] = [valid(says, demands), byTree(says, demands)]
    const sorted = (found: readonly string[] | 'refused') => (found === 'refused' ? found : found.toSorted())
    expect(sorted(ours), JSON.stringify({ says, demands })).toEqual(sorted(theirs))
    const kind = theirs === 'refused' ? theirs : theirs.length === 0 ? 'none' : theirs.includes(ANY) ? 'any' : 'some'
    outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1)
  }
  for (const kind of ['refused', 'none', 'any', 'some']) expect(outcomes.get(kind), kind).toBeGreaterThan(10)
})

test.each(['required', 'mappingInhibited', 'anyPolicyInhibited'] as const)(
  'what one of two demands is demanded: %s',
  what => {
    expect(bothDemand({ [what]: true }, {})[what]).toBe(true)
    expect(bothDemand({}, { [what]: true })[what]).toBe(true)
    expect(bothDemand({}, {})[what]).toBeFalsy()
  },
)
