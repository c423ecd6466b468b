/** ML-KEM-768 (FIPS 203) in plain TypeScript; `node/agreement.ts` falls back on it where OpenSSL has none. */
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import { type Agreement, ML_KEM_768, offerOnce } from '../crypto/agreement.ts'
import type { Random } from '../random.ts'

/** FIPS 203 7.1 and 7.2: what key generation (d and z) and encapsulation (m) draw. */
const SEED_OCTETS = 64
const MESSAGE_OCTETS = 32

export const mlKem = (random: Random): Agreement => ({
  offer() {
    const seed = random.bytes(SEED_OCTETS)
    const { publicKey, secretKey } = ml_kem768.keygen(seed)
    seed.fill(0)
    return offerOnce(publicKey, ciphertext => {
      // FIPS 203 7.3: any ciphertext of the right length gives a secret; a wrong one gives one that nobody else has.
      const secret =
        ciphertext.length === ML_KEM_768.ciphertext ? ml_kem768.decapsulate(ciphertext, secretKey) : undefined
      secretKey.fill(0)
      return secret
    })
  },
  answer(share) {
    if (share.length !== ML_KEM_768.key) return undefined
    const message = random.bytes(MESSAGE_OCTETS)
    try {
      const { cipherText, sharedSecret } = ml_kem768.encapsulate(share, message)
      return { share: cipherText, secret: sharedSecret }
    } catch {
      // FIPS 203 7.2, modulus check: a coefficient that is not below q.
      return undefined
    } finally {
      message.fill(0)
    }
  },
})
