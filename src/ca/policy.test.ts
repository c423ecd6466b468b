import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { broken } from '../lab/broken.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { Certificate } from '../x509/certificate/certificate.ts'
import { certificateAuthority } from './authority.ts'
import { type CertificateRequest, type Policy, usualPolicy } from './policy.ts'
import { certificateProfiles } from './profiles.table.ts'

const crypto = nodeCrypto()
const at = Date.UTC(2026, 10, 20, 12, 0, 0, 7)
const now = () => at
const DAY = 86_400_000
const root = (policy?: Policy) => certificateAuthority({ crypto, now, name: 'Root', policy })
const contents = (der: Uint8Array) => {
  const leaf = new Certificate(der)
  return { usage: leaf.extension('keyUsage'), purposes: leaf.extension('extKeyUsage'), ends: leaf.notAfter }
}

test.each([
  ['server', ['1.3.6.1.5.5.7.3.1']],
  ['client', ['1.3.6.1.5.5.7.3.2']],
  ['peer', ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']],
  ['responder', ['1.3.6.1.5.5.7.3.9']],
] as const)('the profile %s says what the key is for, and lasts a week', (profile, purposes) => {
  const ca = root()
  const { certificate, serial } = ca.issue({ names: ['a.test'], profile })
  expect(contents(certificate)).toEqual({ usage: 1, purposes, ends: at - 7 + 7 * DAY })
  expect(ca.inventory.find(serial)?.profile).toBe(profile)
})

test('a profile of your own is as good, and an authority signs lists and answers too', () => {
  const mail = { name: 'mail', usage: 5, purposes: ['1.3.6.1.5.5.7.3.4'], days: 3, mostDays: 4 }
  const ca = root()
  const { certificate, serial } = ca.issue({ names: [], commonName: 'me', profile: mail })
  expect(contents(certificate)).toEqual({ usage: 5, purposes: ['1.3.6.1.5.5.7.3.4'], ends: at - 7 + 3 * DAY })
  expect(ca.inventory.find(serial)).toMatchObject({ profile: 'mail', subject: 'CN=me', names: [] })
  expect(contents(ca.issue({ names: ['a.test'], profile: { ...mail, purposes: [] } }).certificate).purposes).toBe(
    undefined,
  )
  expect(contents(ca.certificate).usage).toBe(0x61)
})

test('purposes and usage of a request go before those of its profile', () => {
  const { certificate } = root().issue({ names: ['a.test'], profile: 'server', purposes: ['client'], usage: 4 })
  expect(contents(certificate)).toMatchObject({ usage: 4, purposes: ['1.3.6.1.5.5.7.3.2'] })
})

test('a server gets 825 days and no more, however they are asked for; who needs more has a profile of his own', () => {
  const ca = root()
  const names = ['a.test']
  expect(contents(ca.issue({ names, days: 825 }).certificate).ends).toBe(at - 7 + 825 * DAY)
  expect(() => ca.issue({ names, days: 826 })).toThrow(
    '826 days are too many for the profile “server”: it has at most 825',
  )
  expect(() => ca.issue({ names, notAfter: at + 900 * DAY })).toThrow(RangeError)
  expect(() => ca.issue({ names, notBefore: at + 100 * DAY, notAfter: at + 1000 * DAY })).toThrow(RangeError)
  expect(ca.issue({ names, notBefore: at + 100 * DAY, notAfter: at + 900 * DAY }).notAfter).toBe(at + 900 * DAY)
  const profile = { ...certificateProfiles.server, mostDays: undefined }
  expect(ca.issue({ names, days: 1000, profile }).notAfter).toBe(at - 7 + 1000 * DAY)
  expect(broken(ca).issue({ names, days: 1000 }).notAfter).toBe(at - 7 + 1000 * DAY)
})

test('a wildcard that no client takes is not signed', () => {
  const ca = root()
  expect(() => ca.issue({ names: ['a.test', '*.test'] })).toThrow('“*.test” is for nobody')
  expect(() => ca.issue({ names: ['*.localhost'] })).toThrow(RangeError)
  expect(ca.issue({ names: ['*.a.test', 'test'] }).serial).toMatch(/./)
  expect(broken(ca).issue({ names: ['*.test'] }).serial).toMatch(/./)
})

test('a key that is weak, or none, gets no certificate', () => {
  const ca = root()
  const { publicKey: short } = generateKeyPairSync('rsa', {
    modulusLength: 1024,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  })
  expect(() => ca.certify({ names: ['a.test'], publicKey: new Uint8Array(short) })).toThrow('has 1024 bits, and 2048')
  const ed448 = new Uint8Array(generateKeyPairSync('ed448').publicKey.export({ type: 'spki', format: 'der' }))
  const unknown = 'nobody can use its key, of type 1.3.101.113'
  expect(() => ca.certify({ names: ['a.test'], publicKey: ed448 })).toThrow(unknown)
  const { spki } = crypto.generateKeyPair('p-256')
  const off = spki.slice()
  off[off.length - 1]! ^= 1
  expect(() => ca.certify({ names: ['a.test'], publicKey: off })).toThrow('its public key is none')
  expect(ca.inventory.log()).toEqual([])
  expect(ca.certify({ names: ['a.test'], publicKey: spki }).publicKey).toEqual(spki)
})

test('a policy of your own changes what is written, or refuses; it does not judge what a broken authority signs', () => {
  const asked: CertificateRequest[] = []
  const ca = root((request, context) => {
    asked.push(request)
    if (request.by === 'stranger') throw new RangeError('not for strangers')
    return usualPolicy({ ...request, days: 1 }, context)
  })
  expect(ca.issue({ names: ['a.test'], days: 90, by: 'friend' }).notAfter).toBe(at - 7 + DAY)
  expect(asked[0]).toMatchObject({ names: ['a.test'], days: 90, by: 'friend' })
  expect(() => ca.issue({ names: ['a.test'], by: 'stranger' })).toThrow('not for strangers')
  expect(() => ca.intermediate({ name: 'Middle' }).issue({ names: ['a.test'], by: 'stranger' })).toThrow(RangeError)
  expect(broken(ca).issue({ names: ['a.test'], by: 'stranger', days: 2 }).notAfter).toBe(at - 7 + 2 * DAY)
})
