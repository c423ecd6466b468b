/**
 * What the reader of a file decrypts with: as everywhere in a page, and with the private keys of servers besides. Nobody
 * can ask this from outside, so that the time which it takes tells nobody of a key.
 */
import { DerError } from '../../../src/asn1/der.ts'
import type { CryptoProvider } from '../../../src/crypto/provider.ts'
import { webCrypto } from '../../../src/web/crypto.ts'
import { readPkcs8, rsaPrivateNumbers } from '../../../src/x509/files/key-numbers.ts'
import { numberOf, type RsaNumbers, rsaDecrypt } from '../../runs/rsa-key.ts'

export const readingCrypto = (): CryptoProvider => ({
  ...webCrypto(),
  rsaRaw: (pkcs8, ciphertext) => rsaDecrypt(numbersOf(pkcs8), ciphertext),
})

/** Throws RangeError for a key that is not RSA. */
const numbersOf = (pkcs8: Uint8Array): RsaNumbers => {
  try {
    const key = readPkcs8(pkcs8)
    if (key?.type === 'rsa') {
      const { n, p, q, dp, dq, qi } = rsaPrivateNumbers(key.key)
      return { n: numberOf(n), p: numberOf(p), q: numberOf(q), dp: numberOf(dp), dq: numberOf(dq), qi: numberOf(qi) }
    }
  } catch (error) {
    if (!(error instanceof DerError)) throw error
  }
  throw new RangeError('this key decrypts nothing')
}
