import { expect, test } from 'vitest'
import { OID } from '../asn1/oids.table.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { Certificate } from '../x509/certificate/certificate.ts'
import { generalNameText } from '../x509/certificate/general-name.ts'
import { basicConstraints, extKeyUsage, keyUsage } from '../x509/issue.ts'
import { CertificateRequest } from '../x509/request/request.ts'
import { certificateRequest, type RequestToWrite } from '../x509/request/write.ts'
import { certificateAuthority } from './authority.ts'
import { unlessRefused } from './refused.ts'
import { requestAgain, requestedIn } from './request.ts'

const crypto = nodeCrypto()
const at = Date.UTC(2026, 10, 20, 12)
const now = () => at
const key = crypto.generateKeyPair('p-256')
const ca = certificateAuthority({ crypto, now, name: 'Root', permitted: ['test', '10.0.0.0/8'] })
const asking = (parts: Partial<RequestToWrite>) =>
  new CertificateRequest(certificateRequest({ key, names: ['a.test'], ...parts }, crypto))
const granted = (parts: Partial<RequestToWrite>, grant: Parameters<typeof requestedIn>[1] = {}) =>
  ca.certify(requestedIn(asking(parts), grant, crypto))
const namesIn = (der: Uint8Array) => new Certificate(der).extension('subjectAltName')?.map(generalNameText)

test('a request becomes a certificate for its key and all of its names', () => {
  const { certificate, publicKey, serial } = granted(
    { names: ['a.test', '*.a.test', '10.0.0.5'] },
    { by: 'me', days: 3 },
  )
  expect(publicKey).toEqual(key.spki)
  expect(namesIn(certificate)).toEqual(['a.test', '*.a.test', '10.0.0.5'])
  expect(new Certificate(certificate).subject.text).toBe('CN=a.test')
  expect(new Certificate(certificate).notAfter).toBe(at + 3 * 86_400_000)
  expect(ca.inventory.find(serial)).toMatchObject({ by: 'me', profile: 'server' })
})

test('a request with a common name alone is for that, where a host can be called so', () => {
  expect(namesIn(granted({ names: [], subject: [[OID.commonName, 'b.test']] }).certificate)).toEqual(['b.test'])
  expect(() => granted({ names: [], subject: [[OID.commonName, 'Some Body']] })).toThrow(RangeError)
})

test('what it asks for and the profile gives is granted, what it does not give is refused and not left out', () => {
  const digitalSignature = keyUsage(1)
  const server = extKeyUsage([OID.serverAuth])
  const nothing = basicConstraints({ ca: false, pathLength: undefined })
  expect(granted({ extensions: [digitalSignature, server, nothing] }).certificate.length).toBeGreaterThan(300)
  expect(granted({ extensions: [extKeyUsage([OID.clientAuth])] }, { profile: 'client' }).serial).toHaveLength(40)
  const wrong =
    (...extensions: NonNullable<RequestToWrite['extensions']>) =>
    () =>
      granted({ extensions })
  expect(wrong(keyUsage(0x21))).toThrow('it asks for a use of the key that the profile “server” does not have')
  expect(wrong(extKeyUsage([OID.serverAuth, OID.clientAuth]))).toThrow('it asks for the purpose 1.3.6.1.5.5.7.3.2')
  expect(wrong(basicConstraints({ ca: true, pathLength: 0 }))).toThrow('it asks to be an authority')
  const tlsFeature = { oid: '1.3.6.1.5.5.7.1.24', critical: false, value: Uint8Array.of(0x30, 3, 2, 1, 5) }
  expect(wrong(tlsFeature)).toThrow('nobody grants the extension 1.3.6.1.5.5.7.1.24')
})

test('names outside the limits, of other kinds, or that no host has are refused', () => {
  expect(() => granted({ names: ['bank.com'] })).toThrow('“bank.com” is not among what is permitted')
  expect(() => granted({ names: ['192.0.2.1'] })).toThrow(RangeError)
  const mail = (value: readonly number[]) => ({
    oid: OID.subjectAltName,
    critical: false,
    value: Uint8Array.of(...value),
  })
  // rfc822Name a@b
  expect(() =>
    granted({ names: [], subject: [[OID.commonName, 'x']], extensions: [mail([0x30, 5, 0x81, 3, 97, 64, 98])] }),
  ).toThrow('neither of DNS nor an address: email a@b')
})

test('a request that its own key did not sign gets nothing', () => {
  const der = asking({}).der.slice()
  der[der.length - 1]! ^= 1
  expect(() => requestedIn(new CertificateRequest(der), {}, crypto)).toThrow('its own key does not confirm')
})

test('a certificate is asked for again as it was: names, purposes, days, and a key of its own or another', () => {
  const first = ca.issue({ names: ['a.test', '10.0.0.1'], days: 5, profile: 'client' })
  const before = new Certificate(first.certificate)
  const again = requestAgain(before, { by: 'renewal' })
  expect(again).toMatchObject({ names: ['a.test', '10.0.0.1'], commonName: 'a.test', days: 5, by: 'renewal' })
  const after = new Certificate(ca.certify(again).certificate)
  for (const name of ['subjectAltName', 'extKeyUsage', 'keyUsage'] as const)
    expect(JSON.stringify(after.extension(name))).toBe(JSON.stringify(before.extension(name)))
  expect([after.subject.text, after.spki]).toEqual([before.subject.text, before.spki])
  expect(ca.inventory.entries().at(-1)).toMatchObject({ profile: 'client', by: 'renewal' })
  const { publicKey: _, ...contents } = again
  expect(new Certificate(ca.issue(contents).certificate).spki).not.toEqual(before.spki)
  expect(requestAgain(before, { days: 2, profile: 'server' })).toMatchObject({ days: 2, profile: 'server' })
})

test('one with a profile of its own, or without a common name, is asked for as that', () => {
  const profile = { name: 'mine', usage: 5, purposes: [OID.serverAuth], days: 2, mostDays: undefined }
  const { certificate } = ca.issue({ names: ['a.test'], profile, commonName: undefined })
  const after = new Certificate(ca.certify(requestAgain(new Certificate(certificate))).certificate)
  expect([after.extension('keyUsage'), after.extension('extKeyUsage'), after.subject.isEmpty]).toEqual([
    5,
    [OID.serverAuth],
    true,
  ])
})

test('judging says what certifying would, and keeps nothing', () => {
  const before = ca.inventory.log().length
  const { spki: publicKey } = key
  expect(() => ca.judge({ names: ['bank.com'], publicKey })).toThrow('“bank.com” is not among what is permitted')
  expect(() => ca.judge({ names: ['a.test'], days: 4000, publicKey })).toThrow(RangeError)
  ca.judge({ names: ['a.test'], publicKey })
  expect(ca.inventory.log()).toHaveLength(before)
})

test('what is refused is a failure for whoever goes on: ca/refused', () => {
  expect(unlessRefused(ca, () => ca.issue({ names: ['bank.com'] }))).toMatchObject({
    code: 'ca/refused',
    where: 'Root',
    got: '“bank.com” is not among what is permitted: see the limits of “Root”',
  })
  const twice = [extKeyUsage([OID.clientAuth])]
  expect(unlessRefused(ca, () => ca.issue({ names: ['a.test'], extensions: twice }))).toMatchObject({
    code: 'ca/refused',
  })
  expect(unlessRefused(ca, () => 7)).toBe(7)
  const defect = () => {
    throw new TypeError('a defect')
  }
  expect(() => unlessRefused(ca, defect)).toThrow('a defect')
})
