/**
 * Private keys as files bring them: PKCS#8 (RFC 5958), SEC 1 (RFC 5915) and PKCS#1 (RFC 8017), PEM or DER, unencrypted.
 * All leave as PKCS#8 in DER, which is what the crypto provider takes.
 */
import { checkDer } from '../../asn1/check.ts'
import { Der, DerError, TAG } from '../../asn1/der.ts'
import { oidText } from '../../asn1/oid.ts'
import { OID } from '../../asn1/oids.table.ts'
import { smallInteger } from '../../asn1/value.ts'
import { integer, nothing, octetString, oid, sequence } from '../../asn1/write.ts'
import { latin1Text, plain } from '../../wire/bytes.ts'
import type { FileContents } from './file-contents.ts'
import { pemBlocks } from './pem.ts'

export interface PrivateKey {
  readonly type: 'rsa' | 'rsa-pss' | 'ecdsa' | 'ed25519' | 'other'
  readonly pkcs8: Uint8Array
}

const what = 'private key'

/** The first private key of a file, PEM or DER; undefined when there is none that can be read and is not encrypted. */
export const privateKeyIn = (file: FileContents): PrivateKey | undefined => {
  if (typeof file !== 'string' && file[0] === TAG.sequence) return privateKeyFrom(plain(file))
  for (const { label, der } of pemBlocks(typeof file === 'string' ? file : latin1Text(file))) {
    if (label === 'PRIVATE KEY' || label === 'EC PRIVATE KEY' || label === 'RSA PRIVATE KEY') return privateKeyFrom(der)
  }
  return undefined
}

/** The key in a structure in DER, whichever of the three it is; undefined when it is none. */
export const privateKeyFrom = (der: Uint8Array): PrivateKey | undefined => {
  try {
    checkDer(der, 0, der.length, what)
    return fromDer(der)
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}

/** All three begin with a version; what follows it tells them apart. */
const fromDer = (der: Uint8Array): PrivateKey => {
  const key = new Der(der).inside(TAG.sequence, what)
  key.read(TAG.integer, what)
  switch (key.peek()) {
    case TAG.octetString:
      return fromSec1(der)
    case TAG.integer:
      return { type: 'rsa', pkcs8: sequence(integer(0), sequence(oid(OID.rsaEncryption), nothing), octetString(der)) }
    default:
      return fromPkcs8(der)
  }
}

/** RFC 5958 2: version, algorithm, key, and in version 2 attributes and the public key. */
const fromPkcs8 = (der: Uint8Array): PrivateKey => {
  const info = new Der(der).inside(TAG.sequence, what)
  info.read(TAG.integer, what)
  if (smallInteger(der, info.from, info.to, what) > 1) throw new DerError('value', info.from, info.to, what)
  const algorithm = info.inside(TAG.sequence, what)
  algorithm.read(TAG.oid, what)
  info.read(TAG.octetString, what)
  return { type: typeOf(oidText(der, algorithm.from, algorithm.to)), pkcs8: der }
}

/** RFC 5915 3: the curve stands in [0], and moves to the algorithm. */
const fromSec1 = (der: Uint8Array): PrivateKey => {
  const key = new Der(der).inside(TAG.sequence, what)
  key.read(TAG.integer, what)
  key.read(TAG.octetString, what)
  const parameters = key.inside(0xa0, what)
  parameters.read(TAG.oid, what)
  const algorithm = sequence(oid(OID.ecPublicKey), parameters.element())
  return { type: 'ecdsa', pkcs8: sequence(integer(0), algorithm, octetString(der)) }
}

/** The key type for an algorithm identifier. */
const typeOf = (algorithm: string): PrivateKey['type'] => {
  switch (algorithm) {
    case OID.rsaEncryption:
      return 'rsa'
    case OID.rsassaPss:
      return 'rsa-pss'
    case OID.ecPublicKey:
      return 'ecdsa'
    case OID.ed25519:
      return 'ed25519'
    default:
      return 'other'
  }
}
