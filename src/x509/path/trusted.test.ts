import { expect, test } from 'vitest'
import { certificateAuthority } from '../../ca/authority.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { trustStore } from './store.ts'
import { ChainTrusted, isTrusted, trustWithoutChecking } from './trusted.ts'
import { verifyChain } from './verify.ts'

const crypto = nodeCrypto()
const NOW = Date.UTC(2026, 0, 15)
const authority = certificateAuthority({ crypto, now: () => NOW, name: 'root' })
const { chain, publicKey } = authority.issue({ names: ['a.test'] })
const trust = trustStore([authority.certificate])
const question = { chain, name: 'a.test', purpose: 'server', keyUsage: 'digitalSignature' } as const
const takesProof = (proof: ChainTrusted): boolean => ChainTrusted.is(proof)

test('a literal is no proof: it does not compile, and it is not taken', () => {
  // @ts-expect-error its brand is private
  const forged: ChainTrusted = { proof: 'chain-trusted', publicKey, path: [], anchor: 'x', accepted: [] }
  expect(takesProof(forged)).toBe(false)
  const whole = { ...trustWithoutChecking(question, publicKey, 'a test'), ...question, mismatch: () => undefined }
  // @ts-expect-error nor with every member that a proof has
  expect(takesProof({ proof: 'chain-trusted', publicKey, path: [], anchor: 'x', accepted: [], ...whole })).toBe(false)
})

test('nobody outside can call the constructor, nor by way of a subclass', () => {
  const grounds = { proof: 'chain-trusted', publicKey, path: [], anchor: 'x', accepted: [] } as const
  // @ts-expect-error the key that it wants has a type of its own
  expect(() => new ChainTrusted(Symbol('ChainTrusted'), question, grounds)).toThrow(TypeError)
  const proof = trustWithoutChecking(question, publicKey, 'a test')
  const Again = proof.constructor as new (...args: unknown[]) => ChainTrusted
  expect(() => new Again(undefined, question, grounds)).toThrow(TypeError)
  class Mine extends Again {}
  expect(() => new Mine(undefined, question, grounds)).toThrow(TypeError)
})

test('a proof says what it is of, and that cannot be changed', () => {
  const shown = chain.map(der => Buffer.from(der))
  const proof = verifyChain({ ...question, chain: shown, at: NOW, trust, crypto })
  if (!isTrusted(proof)) throw new Error(proof.code)
  for (const der of shown) der.fill(0)
  proof.publicKey.fill(0)
  for (const der of [...proof.chain, ...proof.path]) der.fill(0)
  expect(() => Object.assign(proof, { name: 'b.test' })).toThrow(TypeError)
  expect(proof).toMatchObject({ proof: 'chain-trusted', anchor: 'root', accepted: [] })
  expect(proof.publicKey).toEqual(publicKey)
  expect(proof.chain).toEqual(chain)
  expect(proof.path).toEqual([chain[0], authority.certificate])
  expect([proof.name, proof.purpose, proof.keyUsage]).toEqual(['a.test', 'server', 'digitalSignature'])
  expect(proof.mismatch(question)).toBeUndefined()
})

test.each([
  ['The name', { name: 'b.test' }],
  ['The name', { name: undefined }],
  ['The purpose', { purpose: 'client' }],
  ['The use of the key', { keyUsage: 'keyEncipherment' }],
  ['The use of the key', { keyUsage: undefined }],
  ['The certificate', { certificateType: 'RawPublicKey' }],
  ['The chain', { chain: [] }],
  ['The chain', { chain: [authority.certificate] }],
  ['The chain', { chain: [...chain, authority.certificate] }],
] as const)('%s of another question is another: %j', (where, other) => {
  const proof = trustWithoutChecking(question, publicKey, 'a test')
  expect(proof.mismatch({ ...question, ...other })).toMatchObject({ where })
})

test('trust without checking says so by its name, its path and its reason', () => {
  const proof = trustWithoutChecking(question, publicKey, 'the key is pinned')
  expect(isTrusted(proof)).toBe(true)
  expect(proof.proof).toBe('trusted-without-checking')
  expect(proof.path).toEqual([])
  expect(proof.anchor).toBe('nobody: unchecked (the key is pinned)')
})
