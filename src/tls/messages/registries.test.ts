import { expect, test } from 'vitest'
import { NamedGroup } from './registries.table.ts'

/** TLS Supported Groups, as IANA lists them: runs of numbers, each from its first. */
const GROUPS: Readonly<Record<number, string>> = {
  1: 'sect163k1 sect163r1 sect163r2 sect193r1 sect193r2 sect233k1 sect233r1 sect239k1 sect283k1 sect283r1 sect409k1 sect409r1',
  13: 'sect571k1 sect571r1 secp160k1 secp160r1 secp160r2 secp192k1 secp192r1 secp224k1 secp224r1 secp256k1 secp256r1 secp384r1',
  25: 'secp521r1 brainpoolP256r1 brainpoolP384r1 brainpoolP512r1 x25519 x448',
  31: 'brainpoolP256r1tls13 brainpoolP384r1tls13 brainpoolP512r1tls13',
  41: 'curveSM2',
  256: 'ffdhe2048 ffdhe3072 ffdhe4096 ffdhe6144 ffdhe8192',
  512: 'MLKEM512 MLKEM768 MLKEM1024',
  4587: 'SecP256r1MLKEM768 X25519MLKEM768 SecP384r1MLKEM1024',
  25497: 'X25519Kyber768Draft00',
  65281: 'arbitrary_explicit_prime_curves arbitrary_explicit_char2_curves',
}

test('a group has the number that IANA gave it', () => {
  const listed = Object.entries(GROUPS).flatMap(([from, names]) =>
    names.split(' ').map((name, at): [string, number] => [name, Number(from) + at]),
  )
  const ours = Object.entries(NamedGroup.names).filter(([name]) => !name.startsWith('GREASE'))
  expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(listed))
})
