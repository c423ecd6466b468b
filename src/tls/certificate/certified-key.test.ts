import { expect, test } from 'vitest'
import { DerError } from '../../asn1/der.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { certifiedKey, isKeyElsewhere } from './certified-key.ts'

test('a key elsewhere is an object that signs, and nothing else is', () => {
  expect(isKeyElsewhere({ sign: () => new Uint8Array(0) })).toBe(true)
  for (const value of [undefined, null, () => 0, 'sign', {}, { sign: 1 }, new Uint8Array(3)])
    expect(isKeyElsewhere(value), String(value)).toBe(false)
})

test('a chain without a leaf, or with one that is no certificate, makes no key to show', () => {
  for (const chain of [[], [new Uint8Array(0)], [Uint8Array.of(0x30, 0)]])
    expect(() => certifiedKey({ chain, privateKey: new Uint8Array(0) })).toThrow(DerError)
})

test('RFC 9846 4.5.2: the key to show is that of the first certificate of its chain', () => {
  const root = certificateAuthority({ crypto: nodeCrypto(), now: () => 0, name: 'root', key: 'p-384' })
  const { certificate, privateKey } = root.issue({ names: ['shop.test'], key: 'ed25519' })
  expect(certifiedKey({ chain: [certificate, root.certificate], privateKey })).toMatchObject({
    schemes: [0x0807],
    group: undefined,
  })
})
