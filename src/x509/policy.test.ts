/** Which certificate of a path breaks the demand for a policy. The paths are written from the anchor down to the leaf. */
import { expect, test } from 'vitest'
import { OID } from '../asn1/oids.table.ts'
import { integer, oid, sequence } from '../asn1/write.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { Certificate } from './certificate.ts'
import { type ExtensionToWrite, writeCertificate, writeName } from './issue.ts'
import { policyFault } from './policy.ts'

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

/** The place of the fault: 0 is the anchor. */
const fault = (
  says: readonly Says[],
  anchor: 'the anchor limits' | 'the anchor does not limit' = 'the anchor does not limit',
): number | undefined => {
  const path = says.map(
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
  const found = policyFault(path.toReversed(), { limits: anchor === 'the anchor limits' })
  return found === undefined ? undefined : path.indexOf(found)
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
