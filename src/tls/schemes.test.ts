import { expect, test } from 'vitest'
import { schemeFor13 } from './schemes.table.ts'

test('RFC 9846 4.3.3: a scheme of TLS 1.3 is for one type of key, and of ECDSA for one curve', () => {
  const [P256, P384] = [0x0017, 0x0018]
  const named = (id: number, type: 'ecdsa' | 'rsa' | 'rsa-pss' | 'ed25519', group?: number) =>
    schemeFor13(id, { type, group })?.name
  expect(named(0x0403, 'ecdsa', P256)).toBe('ecdsa_secp256r1_sha256')
  expect(named(0x0403, 'ecdsa', P384)).toBeUndefined()
  expect(named(0x0403, 'rsa')).toBeUndefined()
  expect(named(0x0804, 'rsa')).toBe('rsa_pss_rsae_sha256')
  expect(named(0x0804, 'rsa-pss')).toBeUndefined()
  expect(named(0x0809, 'rsa-pss')).toBe('rsa_pss_pss_sha256')
  expect(named(0x0807, 'ecdsa', P256)).toBeUndefined()
  expect(named(0x0807, 'ed25519')).toBe('ed25519')
  expect(named(0x0401, 'rsa')).toBeUndefined()
})
