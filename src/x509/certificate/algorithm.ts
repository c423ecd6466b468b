/** AlgorithmIdentifiers of signatures (RFC 4055, RFC 5758, RFC 8410), with exactly the parameters they must have. */
import { Der, DerError, TAG } from '../../asn1/der.ts'
import { oidText } from '../../asn1/oid.ts'
import { OID } from '../../asn1/oids.table.ts'
import { smallInteger } from '../../asn1/value.ts'
import { HASH_LENGTH } from '../../crypto/hash.ts'
import type { HashName, SignatureAlgorithm } from '../../crypto/provider.ts'

/** RFC 4055 5: of RSA they must be NULL, and must be accepted when they are absent all the same; OpenSSL and GnuTLS do. */
type Parameters = 'null' | 'absent'

const plain: Readonly<Record<string, { algorithm: SignatureAlgorithm; parameters: Parameters }>> = {
  [OID.sha1WithRSAEncryption]: { algorithm: { key: 'rsa-pkcs1', hash: 'sha1' }, parameters: 'null' },
  [OID.sha256WithRSAEncryption]: { algorithm: { key: 'rsa-pkcs1', hash: 'sha256' }, parameters: 'null' },
  [OID.sha384WithRSAEncryption]: { algorithm: { key: 'rsa-pkcs1', hash: 'sha384' }, parameters: 'null' },
  [OID.sha512WithRSAEncryption]: { algorithm: { key: 'rsa-pkcs1', hash: 'sha512' }, parameters: 'null' },
  [OID.ecdsaWithSHA1]: { algorithm: { key: 'ecdsa', hash: 'sha1' }, parameters: 'absent' },
  [OID.ecdsaWithSHA256]: { algorithm: { key: 'ecdsa', hash: 'sha256' }, parameters: 'absent' },
  [OID.ecdsaWithSHA384]: { algorithm: { key: 'ecdsa', hash: 'sha384' }, parameters: 'absent' },
  [OID.ecdsaWithSHA512]: { algorithm: { key: 'ecdsa', hash: 'sha512' }, parameters: 'absent' },
  [OID.ed25519]: { algorithm: { key: 'ed25519', hash: undefined }, parameters: 'absent' },
}

const hashes: Readonly<Record<string, HashName>> = {
  [OID.sha256]: 'sha256',
  [OID.sha384]: 'sha384',
  [OID.sha512]: 'sha512',
}

/** The algorithm in `bytes[from, to)`; undefined when it is none of ours or its parameters are not as they must be. */
export const readSignatureAlgorithm = (
  bytes: Uint8Array,
  from = 0,
  to: number = bytes.length,
): SignatureAlgorithm | undefined => {
  try {
    const cursor = new Der(bytes, from, to).inside(TAG.sequence, 'signatureAlgorithm')
    cursor.read(TAG.oid, 'signatureAlgorithm')
    const oid = oidText(bytes, cursor.from, cursor.to)
    if (oid === OID.rsassaPss) {
      const hash = readPssHash(cursor)
      return hash === undefined ? undefined : { key: 'rsa-pss', hash }
    }
    const known = plain[oid]
    if (known === undefined) return undefined
    if (known.parameters === 'null' && cursor.left > 0) {
      cursor.read(TAG.null, 'signatureAlgorithm')
      if (cursor.from !== cursor.to) return undefined
    }
    cursor.finish('signatureAlgorithm')
    return known.algorithm
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}

/** The OID of the algorithm in `bytes[from, to)`, for people. */
export const algorithmOid = (bytes: Uint8Array, from: number, to: number): string => {
  const cursor = new Der(bytes, from, to).inside(TAG.sequence, 'signatureAlgorithm')
  cursor.read(TAG.oid, 'signatureAlgorithm')
  return oidText(bytes, cursor.from, cursor.to)
}

/**
 * RFC 4055 3.1, the parameters of RSASSA-PSS: the same hash for message and mask, a salt as long as the hash; what CAs use
 * and nothing else. The hash, or undefined for other parameters; throws `DerError` for what are none.
 */
export const readPssHash = (cursor: Der): HashName | undefined => {
  const what = 'RSASSA-PSS parameters'
  const parameters = cursor.inside(TAG.sequence, what)
  cursor.finish(what)
  const hashOf = (holder: Der): HashName | undefined => {
    const algorithm = holder.inside(TAG.sequence, what)
    algorithm.read(TAG.oid, what)
    const oid = oidText(algorithm.bytes, algorithm.from, algorithm.to)
    if (algorithm.left > 0) algorithm.read(TAG.null, what)
    algorithm.finish(what)
    holder.finish(what)
    return hashes[oid]
  }
  const message = hashOf(parameters.inside(0xa0, what))
  const masks = parameters.inside(0xa1, what)
  const mask = masks.inside(TAG.sequence, what)
  masks.finish(what)
  mask.read(TAG.oid, what)
  if (oidText(mask.bytes, mask.from, mask.to) !== OID.mgf1) return undefined
  const masked = hashOf(mask)
  const salt = parameters.inside(0xa2, what)
  salt.read(TAG.integer, what)
  salt.finish(what)
  const octets = smallInteger(salt.bytes, salt.from, salt.to, what)
  parameters.finish(what)
  if (message === undefined || masked !== message || octets !== HASH_LENGTH[message]) return undefined
  return message
}
