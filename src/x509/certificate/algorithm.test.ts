import { expect, test } from 'vitest'
import { OID } from '../../asn1/oids.table.ts'
import { explicit, integer, nothing, oid, sequence, utf8String } from '../../asn1/write.ts'
import { readSignatureAlgorithm } from './algorithm.ts'

const read = (id: string, ...parameters: readonly Uint8Array[]) =>
  readSignatureAlgorithm(sequence(oid(id), ...parameters))

test('RFC 4055 5: parameters of RSA are NULL, and accepted when they are absent', () => {
  const rsa = { key: 'rsa-pkcs1', hash: 'sha256' }
  expect(read(OID.sha256WithRSAEncryption, nothing)).toEqual(rsa)
  expect(read(OID.sha256WithRSAEncryption)).toEqual(rsa)
  expect(read(OID.sha256WithRSAEncryption, utf8String('x'))).toBeUndefined()
  expect(read(OID.sha256WithRSAEncryption, nothing, nothing)).toBeUndefined()
  expect(read(OID.sha256WithRSAEncryption, Uint8Array.of(5, 1, 0))).toBeUndefined()
})

test('RFC 5758 3.2, RFC 8410 3: of ECDSA and Ed25519 they are absent', () => {
  expect(read(OID.ecdsaWithSHA384)).toEqual({ key: 'ecdsa', hash: 'sha384' })
  expect(read(OID.ed25519)).toEqual({ key: 'ed25519', hash: undefined })
  expect(read(OID.ecdsaWithSHA384, nothing)).toBeUndefined()
  expect(read(OID.ed25519, nothing)).toBeUndefined()
})

test('RFC 4055 2.1, 3.1: the hash of RSASSA-PSS is the same in all its places, with NULL beside it or nothing', () => {
  const pss = (hash: Uint8Array, masks: Uint8Array) => {
    const mask = sequence(oid(OID.mgf1), masks)
    const parameters = sequence(explicit(0, hash), explicit(1, mask), explicit(2, integer(32)))
    return read(OID.rsassaPss, parameters)
  }
  const [bare, full] = [sequence(oid(OID.sha256)), sequence(oid(OID.sha256), nothing)]
  const expected = { key: 'rsa-pss', hash: 'sha256' }
  for (const hash of [bare, full]) for (const masks of [bare, full]) expect(pss(hash, masks)).toEqual(expected)
  expect(pss(sequence(oid(OID.sha256), integer(1)), bare)).toBeUndefined()
  expect(pss(bare, sequence(oid(OID.sha384)))).toBeUndefined()
})

test('an algorithm that is none of ours is none, and so is what is no AlgorithmIdentifier', () => {
  expect(read('1.2.3')).toBeUndefined()
  expect(readSignatureAlgorithm(sequence(nothing))).toBeUndefined()
  expect(readSignatureAlgorithm(Uint8Array.of(0x30, 1))).toBeUndefined()
})
