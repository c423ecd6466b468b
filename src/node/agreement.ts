/** Key agreement from Node (OpenSSL): X25519, the NIST curves, and ML-KEM beside X25519. */
import crypto, {
  createECDH,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type ECDH,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import { type Agreement, diffieHellmanOf, hybrid, ML_KEM_768, offerOnce, X25519_BYTES } from '../crypto/agreement.ts'
import type { EcGroup } from '../crypto/deterministic.ts'
import type { GroupName } from '../crypto/provider.ts'
import type { Random } from '../random.ts'
import { mlKem } from '../web/ml-kem.ts'
import { plain } from '../wire/bytes.ts'

/** With a `seeded` source, every choice is drawn from it. */
export const agreement = (group: GroupName, random: Random, seeded: Random | undefined): Agreement => {
  switch (group) {
    case 'x25519':
      return x25519Agreement(seeded)
    case 'secp256r1':
    case 'secp384r1':
    case 'secp521r1':
      return ecAgreement(group, seeded)
    case 'X25519MLKEM768':
      // OpenSSL does not say what encapsulation draws, so a seeded run takes the one in TypeScript everywhere.
      return hybrid(seeded === undefined && hasMlKem() ? nodeMlKem : mlKem(random), x25519Agreement(seeded))
    default:
      return group satisfies never
  }
}

export const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
export const fromBase64url = (text: string): Uint8Array => plain(Buffer.from(text, 'base64url'))

/** PrivateKeyInfo of an X25519 key (RFC 8410 7) up to the 32 bytes themselves. */
const PKCS8_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex')

/** A key of RFC 8410 with a drawn secret part; `prefix` is its PrivateKeyInfo up to the 32 bytes themselves. */
export const rawPrivate = (prefix: Uint8Array, seeded: Random): KeyObject =>
  createPrivateKey({ key: Buffer.concat([prefix, seeded.bytes(32)]), format: 'der', type: 'pkcs8' })

interface X25519Pair {
  readonly privateKey: KeyObject
  readonly publicKey: JsonWebKey
}

/** Node's types do not know the form `jwk` here. */
const made = crypto as unknown as {
  generateKeyPairSync(type: 'x25519', options: { readonly publicKeyEncoding: { readonly format: 'jwk' } }): X25519Pair
}

/**
 * Exported while it is made, and not behind it: `KeyObject.export` holds a lock of the pair while it allocates, and when
 * that brings a collection, the job that has made the pair waits for the same lock in the same thread, for ever.
 */
const EXPORTED = { publicKeyEncoding: { format: 'jwk' } } as const

const seededX25519 = (seeded: Random): X25519Pair => {
  const privateKey = rawPrivate(PKCS8_X25519, seeded)
  return { privateKey, publicKey: createPublicKey(privateKey).export({ format: 'jwk' }) }
}

const x25519Agreement = (seeded: Random | undefined): Agreement =>
  diffieHellmanOf(() => {
    const { privateKey, publicKey: own } =
      seeded === undefined ? made.generateKeyPairSync('x25519', EXPORTED) : seededX25519(seeded)
    return {
      share: fromBase64url(own.x ?? ''),
      derive(peer) {
        if (peer.length !== X25519_BYTES) return undefined
        try {
          const secret = plain(diffieHellman({ privateKey, publicKey: publicX25519(peer) }))
          // RFC 7748 6.1: a point of small order gives zero, whatever the private key.
          return secret.every(byte => byte === 0) ? undefined : secret
        } catch {
          return undefined
        }
      },
    }
  })

/**
 * Node 24 finds out by four exceptions that a JWK is no key already. They stay inside it, and with their stacks each costs
 * 5 µs, more than what is done here.
 */
const publicX25519 = (octets: Uint8Array): KeyObject => {
  const { stackTraceLimit } = Error
  // `set`, and no assignment: where built-in objects are frozen this does nothing.
  Reflect.set(Error, 'stackTraceLimit', 0)
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: base64url(octets) }, format: 'jwk' })
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  }
}

/** OpenSSL's and JWK's names, and the bytes of a number. */
export const CURVES = {
  secp256r1: { name: 'prime256v1', crv: 'P-256', bytes: 32 },
  secp384r1: { name: 'secp384r1', crv: 'P-384', bytes: 48 },
  secp521r1: { name: 'secp521r1', crv: 'P-521', bytes: 66 },
} as const

const ecAgreement = (group: EcGroup, seeded: Random | undefined): Agreement =>
  diffieHellmanOf(() => {
    const { name, bytes } = CURVES[group]
    const ecdh = createECDH(name)
    if (seeded === undefined) ecdh.generateKeys()
    else seedPrivate(ecdh, group, seeded)
    return {
      share: plain(ecdh.getPublicKey()),
      derive(peer) {
        // RFC 8422 5.4.1: uncompressed points only; OpenSSL would take the other forms too.
        if (peer.length !== 1 + 2 * bytes || peer[0] !== 4) return undefined
        try {
          return plain(ecdh.computeSecret(peer))
        } catch {
          return undefined
        }
      },
    }
  })

/**
 * Draws until the number lies in [1, order); a draw fails with probability below 2^-32. Only one bit of P-521's first
 * byte belongs to the number.
 */
export const seedPrivate = (ecdh: ECDH, group: EcGroup, seeded: Random): Uint8Array => {
  for (;;) {
    const scalar = seeded.bytes(CURVES[group].bytes)
    if (group === 'secp521r1') scalar[0]! &= 1
    try {
      ecdh.setPrivateKey(scalar)
      return scalar
    } catch {
      // Zero, or not below the order of the group.
    }
  }
}

/** What `node:crypto` has since Node 24.7, when OpenSSL 3.5 is below it. */
interface KemFunctions {
  generateKeyPairSync(type: 'ml-kem-768'): { publicKey: KeyObject; privateKey: KeyObject }
  encapsulate(key: KeyObject): { sharedKey: Uint8Array; ciphertext: Uint8Array }
  decapsulate(key: KeyObject, ciphertext: Uint8Array): Uint8Array
}
const kem = crypto as unknown as KemFunctions

let mlKemFound: boolean | undefined
const hasMlKem = (): boolean => {
  if (mlKemFound !== undefined) return mlKemFound
  try {
    kem.generateKeyPairSync('ml-kem-768')
    mlKemFound = typeof kem.encapsulate === 'function'
  } catch {
    mlKemFound = false
  }
  return mlKemFound
}

/** SubjectPublicKeyInfo of an ML-KEM-768 key (RFC 9935 4) up to the key itself. */
const SPKI_ML_KEM_768 = Buffer.from('308204b2300b0609608648016503040402038204a100', 'hex')

const nodeMlKem: Agreement = {
  offer() {
    const { publicKey, privateKey } = kem.generateKeyPairSync('ml-kem-768')
    const spki = publicKey.export({ format: 'der', type: 'spki' })
    return offerOnce(plain(spki).slice(SPKI_ML_KEM_768.length), ciphertext =>
      ciphertext.length === ML_KEM_768.ciphertext ? plain(kem.decapsulate(privateKey, ciphertext)) : undefined,
    )
  },
  answer(share) {
    if (share.length !== ML_KEM_768.key) return undefined
    try {
      const key = Buffer.concat([SPKI_ML_KEM_768, share])
      const { sharedKey, ciphertext } = kem.encapsulate(createPublicKey({ key, format: 'der', type: 'spki' }))
      return { share: plain(ciphertext), secret: plain(sharedKey) }
    } catch {
      // FIPS 203 7.2, modulus check: a coefficient that is not below q.
      return undefined
    }
  },
}
