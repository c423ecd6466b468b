import { expect, test } from 'vitest'
import { DerError, TAG } from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.table.ts'
import { bitString, element, integer, nothing, octetString, oid, sequence } from '../../asn1/write.ts'
import { readPublicKey } from '../certificate/public-key.ts'
import { readPkcs8, readSpki } from './key-numbers.ts'

const ecKey = (curve: string, scalar: Uint8Array): Uint8Array => {
  const key = sequence(integer(1), octetString(scalar))
  return sequence(integer(0), sequence(oid(OID.ecPublicKey), oid(curve)), octetString(key))
}

test('RFC 5915 3: a private key on a curve is as long as the numbers of the curve, with its zeros', () => {
  const scalar = Uint8Array.from({ length: 32 }, (_, i) => i)
  expect(readPkcs8(ecKey(OID.secp256r1, scalar))).toMatchObject({ curve: 'p-256', scalar })
  expect(() => readPkcs8(ecKey(OID.secp256r1, scalar.subarray(1)))).toThrow(DerError)
  expect(() => readPkcs8(ecKey(OID.secp384r1, scalar))).toThrow(DerError)
})

test('nothing stands behind the parameters of a public key, nor in it behind its numbers', () => {
  const spki = (algorithm: readonly Uint8Array[], octets: Uint8Array) =>
    sequence(sequence(...algorithm), bitString(octets))
  const point = new Uint8Array(65).fill(4)
  const curve = [oid(OID.ecPublicKey), oid(OID.secp256r1)]
  expect(readSpki(spki(curve, point))).toEqual({ type: 'ecdsa', curve: 'p-256', point })
  expect(() => readSpki(spki([...curve, nothing], point))).toThrow(DerError)
  expect(() => readSpki(spki([oid(OID.ed25519), nothing], point))).toThrow(DerError)
  const rsa = [oid(OID.rsaEncryption), nothing]
  const numbers = [integer(new Uint8Array(256).fill(0xff)), integer(65_537)]
  expect(readSpki(spki(rsa, sequence(...numbers)))?.type).toBe('rsa')
  expect(() => readSpki(spki([...rsa, nothing], sequence(...numbers)))).toThrow(DerError)
  expect(() => readSpki(spki(rsa, sequence(...numbers, integer(1))))).toThrow(DerError)
  expect(readPublicKey(spki(rsa, sequence(...numbers)))).toMatchObject({ type: 'rsa', bits: 2048 })
  expect(() => readPublicKey(spki(rsa, sequence(...numbers, integer(1))))).toThrow(DerError)
})

test('a number of a key is positive: one whose first bit is set is none', () => {
  const numbers = (first: number) => sequence(element(TAG.integer, new Uint8Array(256).fill(first)), integer(65_537))
  const spki = (first: number) => sequence(sequence(oid(OID.rsaEncryption), nothing), bitString(numbers(first)))
  expect(readSpki(spki(0x7f))?.type).toBe('rsa')
  expect(() => readSpki(spki(0x80))).toThrow(DerError)
  expect(() => readPublicKey(spki(0x80))).toThrow(DerError)
})
