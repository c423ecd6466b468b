import { expect, test } from 'vitest'
import { holdsAsAnInventory } from '../../test/support/inventories.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { Certificate } from '../x509/certificate/certificate.ts'
import { certificateAuthority, loadAuthority } from './authority.ts'
import { type Inventory, memoryInventory, revocationReason, stateOf } from './inventory.ts'

const crypto = nodeCrypto()
const at = Date.UTC(2026, 10, 20, 12)
const now = () => at
const root = (inventory?: Inventory) => certificateAuthority({ crypto, now, name: 'Root', inventory })

holdsAsAnInventory(() => memoryInventory(crypto))

test('what is issued stands in the inventory, with who asked for it', () => {
  const ca = root()
  const middle = ca.intermediate({ name: 'Middle' })
  const issued = middle.issue({ names: ['a.test', '10.0.0.1'], days: 2, by: 'somebody' })
  expect(issued.serial).toMatch(/^[4-7][0-9a-f]{39}$/)
  expect(middle.inventory).toBe(ca.inventory)
  const [below, leaf] = ca.inventory.entries()
  expect(below).toMatchObject({
    issuer: ca.id,
    subject: 'CN=Middle',
    profile: 'intermediate',
    names: [],
    by: 'library',
  })
  expect(below!.certificate).toEqual(middle.certificate)
  expect(leaf).toEqual({
    serial: issued.serial,
    issuer: middle.id,
    subject: 'CN=a.test',
    names: ['a.test', '10.0.0.1'],
    profile: 'server',
    notBefore: at - 3_600_000,
    notAfter: at + 2 * 86_400_000,
    key: Buffer.from(crypto.hash('sha256').update(issued.publicKey).digest()).toString('hex'),
    by: 'somebody',
    at,
    certificate: issued.certificate,
    revocation: undefined,
  })
  expect(ca.inventory.log().map(({ what, serial }) => [what, serial])).toEqual([
    ['reserved', below!.serial],
    ['issued', below!.serial],
    ['reserved', issued.serial],
    ['issued', issued.serial],
  ])
})

test('the serial number is in the inventory before anybody is asked to sign, and stays there without a signature', () => {
  const ca = root()
  const { spki: publicKey } = crypto.generateKeyPair('p-256')
  const { tbs, algorithm, complete } = ca.order({ names: ['a.test'], publicKey })
  const [entry] = ca.inventory.entries()
  expect([entry!.certificate, stateOf(entry!)]).toEqual([undefined, 'waiting'])
  const signature = crypto.sign(algorithm, ca.keyPair.pkcs8, tbs)
  const done = complete(signature)
  expect(done.serial).toBe(entry!.serial)
  expect(new Certificate(done.certificate).tbs).toEqual(tbs)
  expect(ca.inventory.find(done.serial)?.certificate).toEqual(done.certificate)
  expect(() => complete(signature)).toThrow(RangeError)
})

test('a signature by another key, or over something else, completes nothing', () => {
  const ca = root()
  const { spki: publicKey, pkcs8 } = crypto.generateKeyPair('p-256')
  const order = ca.order({ names: ['a.test'], publicKey })
  const other = ca.order({ names: ['b.test'], publicKey })
  expect(() => order.complete(crypto.sign(order.algorithm, pkcs8, order.tbs))).toThrow('not by the key of “Root”')
  expect(() => order.complete(crypto.sign(order.algorithm, ca.keyPair.pkcs8, other.tbs))).toThrow(RangeError)
  expect(ca.inventory.entries().map(stateOf)).toEqual(['waiting', 'waiting'])
})

test('an authority whose key lives elsewhere takes orders, and signs nothing by itself', () => {
  const ca = root()
  const keyless = loadAuthority(crypto, now, ca.certificate, undefined)
  const { spki: publicKey } = crypto.generateKeyPair('ed25519')
  const { algorithm, tbs, complete } = keyless.order({ names: ['a.test'], publicKey })
  const { certificate, chain, root: above } = complete(crypto.sign(algorithm, ca.keyPair.pkcs8, tbs))
  expect([chain, above]).toEqual([[certificate], ca.certificate])
  expect(() => keyless.keyPair).toThrow(TypeError)
  expect(() => keyless.issue({ names: ['a.test'] })).toThrow(TypeError)
  expect(() => keyless.intermediate({ name: 'Middle' })).toThrow(TypeError)
  expect(keyless.inventory.entries()).toHaveLength(1)
})

test('what is refused leaves no trace in the inventory', () => {
  const ca = certificateAuthority({ crypto, now, name: 'Root', days: 5, permitted: ['test'] })
  for (const wrong of [{ names: [] }, { names: ['a.test'], days: 6 }, { names: ['bank.example'] }, { names: ['a b'] }])
    expect(() => ca.issue(wrong), JSON.stringify(wrong)).toThrow(RangeError)
  expect(ca.inventory.log()).toEqual([])
})

test('a serial number that was there before is not used again; dice that show nothing else are told', () => {
  const ca = root()
  const taken = new Set<string>()
  const refusing = (most: number): Inventory => ({
    ...ca.inventory,
    reserve(entry) {
      taken.add(entry.serial)
      return taken.size > most && ca.inventory.reserve(entry)
    },
  })
  const again = (inventory: Inventory) => loadAuthority(crypto, now, ca.certificate, ca.keyPair.pkcs8, { inventory })
  const { serial } = again(refusing(3)).issue({ names: ['a.test'] })
  expect([taken.size, [...taken].at(-1)]).toEqual([4, serial])
  taken.clear()
  expect(() => again(refusing(4)).issue({ names: ['a.test'] })).toThrow('repeat themselves')
})

test('an authority revokes what is its own, and for good', () => {
  const ca = root()
  const middle = ca.intermediate({ name: 'Middle' })
  const { serial } = middle.issue({ names: ['a.test'] })
  expect(ca.revoke(serial)).toBe('unknown')
  expect(middle.revoke(serial, 'keyCompromise', 'me')).toBe('revoked')
  expect(middle.revoke(serial, 'superseded')).toBe('already')
  expect(ca.inventory.find(serial)?.revocation).toEqual({ at, reason: 'keyCompromise' })
  expect(ca.inventory.log().at(-1)).toMatchObject({ what: 'revoked', by: 'me' })
  const other = middle.issue({ names: ['b.test'] })
  expect(middle.revoke(other.serial)).toBe('revoked')
  expect(ca.inventory.find(other.serial)?.revocation?.reason).toBe('unspecified')
})

test('an intermediate from files sends itself along, and must have been signed by what is above it', () => {
  const ca = root()
  const middle = ca.intermediate({ name: 'Middle' })
  const load = (above: Uint8Array) =>
    loadAuthority(crypto, now, middle.certificate, middle.keyPair.pkcs8, { above: [above] })
  const { chain, root: top, certificate } = load(ca.certificate).issue({ names: ['a.test'] })
  expect([chain, top]).toEqual([[certificate, middle.certificate], ca.certificate])
  expect(() => load(root().certificate)).toThrow('“Middle” was not signed by “Root”')
  expect(() => load(certificateAuthority({ crypto, now, name: 'Other' }).certificate)).toThrow(RangeError)
})

test('a reason is one of RFC 5280 5.3.1 but that which takes a certificate off a list', () => {
  expect(['keyCompromise', 'certificateHold', 'removeFromCRL', 'toString', ''].map(revocationReason)).toEqual([
    'keyCompromise',
    'certificateHold',
    undefined,
    undefined,
    undefined,
  ])
})
