/**
 * PKCS#12 (RFC 7292), written: keys with their certificates under one password, as OpenSSL 3, Java 17 and today's systems
 * do: PBES2 with AES-256, and HMAC-SHA-256.
 */
import { TAG } from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.table.ts'
import { element, explicit, integer, nothing, octetString, oid, sequence, setOf } from '../../asn1/write.ts'
import type { CryptoProvider, KeyDerivation } from '../../crypto/provider.ts'
import { sameOctets } from '../../wire/bytes.ts'
import { atOnce, type Deriving, inTurns, MAC } from './derivation.ts'
import { sealedKey } from './encrypted-key.ts'
import { FILE_OID } from './oids.table.ts'
import { encrypted, KeyWork, passwordOf, pkcs12Key } from './password.ts'

export interface Pkcs12Entry {
  /** PrivateKeyInfo, DER. */
  readonly privateKey: Uint8Array
  /** Its certificate, DER, and those above it. */
  readonly chain: readonly Uint8Array[]
  /** What people see it by; Java asks for it. */
  readonly friendlyName?: string | undefined
}

export interface Pkcs12ToWrite {
  readonly entries: readonly Pkcs12Entry[]
  /** Certificates besides, without a key: roots. */
  readonly certificates?: readonly Uint8Array[] | undefined
  /**
   * Steps of each derivation; fewer are for tests. The MAC's derivation is slower than that of `encryptPrivateKey`, and who
   * guesses takes the easier of both, so all have the same.
   */
  readonly iterations?: number | undefined
}

/** Fifty times what OpenSSL writes, and a fifth of a second where hashes are called from JavaScript. */
const ITERATIONS = 100_000

const data = (contents: Uint8Array): Uint8Array => sequence(oid(FILE_OID.data), explicit(0, octetString(contents)))

/**
 * The file, DER. An empty password is one; files without any protection are not written. Throws RangeError for an entry
 * without a certificate.
 */
export const writePkcs12 = (toWrite: Pkcs12ToWrite, password: string, crypto: CryptoProvider): Uint8Array =>
  atOnce(written(toWrite, password, crypto), crypto)

/** The same, while others have their turns. Rejects with RangeError. */
export const writePkcs12InTurns = (
  toWrite: Pkcs12ToWrite,
  password: string,
  crypto: CryptoProvider,
  derivation: KeyDerivation,
): Promise<Uint8Array> => inTurns(written(toWrite, password, crypto), crypto, derivation)

function* written(
  { entries, certificates = [], iterations = ITERATIONS }: Pkcs12ToWrite,
  password: string,
  crypto: CryptoProvider,
): Deriving<Uint8Array> {
  const keys: Uint8Array[] = []
  const bags: Uint8Array[] = []
  const already: Uint8Array[] = []
  const add = (certificate: Uint8Array, attributes: readonly Uint8Array[]): void => {
    already.push(certificate)
    bags.push(certBag(certificate, attributes))
  }
  for (const { privateKey, chain, friendlyName } of entries) {
    const [leaf] = chain
    if (leaf === undefined) throw new RangeError('a key in PKCS#12 stands with its certificate')
    // As everybody makes it: any octets would do.
    const attributes = attributesOf(friendlyName, crypto.hash('sha1').update(leaf).digest())
    const shrouded = yield* sealedKey(privateKey, password, crypto, { iterations })
    keys.push(sequence(oid(FILE_OID.shroudedKeyBag), explicit(0, shrouded), ...attributes))
    add(leaf, attributes)
  }
  for (const certificate of [...entries.flatMap(({ chain }) => chain.slice(1)), ...certificates])
    if (!already.some(one => sameOctets(one, certificate))) add(certificate, attributesOf(undefined, undefined))
  const sealed = yield* encrypted(sequence(...bags), passwordOf(password), crypto, iterations)
  const content = sequence(oid(FILE_OID.data), sealed.algorithm, element(0x80, sealed.ciphertext))
  const safe = sequence(
    ...(bags.length === 0 ? [] : [sequence(oid(FILE_OID.encryptedData), explicit(0, sequence(integer(0), content)))]),
    ...(keys.length === 0 ? [] : [data(sequence(...keys))]),
  )
  return sequence(integer(3), data(safe), yield* macData(safe, password, crypto, iterations))
}

function* macData(
  safe: Uint8Array,
  password: string,
  crypto: CryptoProvider,
  iterations: number,
): Deriving<Uint8Array> {
  const salt = crypto.random.bytes(16).slice()
  const opening = { crypto, password: passwordOf(password), work: new KeyWork() }
  const key = yield* pkcs12Key('sha256', MAC, salt, iterations, 32, opening)
  const digest = sequence(sequence(oid(OID.sha256), nothing), octetString(crypto.hmac('sha256', key, safe)))
  return sequence(digest, octetString(salt), integer(iterations))
}

const certBag = (certificate: Uint8Array, attributes: readonly Uint8Array[]): Uint8Array =>
  sequence(
    oid(FILE_OID.certBag),
    explicit(0, sequence(oid(FILE_OID.x509Certificate), explicit(0, octetString(certificate)))),
    ...attributes,
  )

/** None where there is nothing to say: an empty set is not read by everybody. */
const attributesOf = (friendlyName: string | undefined, localKeyId: Uint8Array | undefined): readonly Uint8Array[] => {
  const all = [
    ...(friendlyName === undefined ? [] : [sequence(oid(FILE_OID.friendlyName), setOf(bmpString(friendlyName)))]),
    ...(localKeyId === undefined ? [] : [sequence(oid(FILE_OID.localKeyId), setOf(octetString(localKeyId)))]),
  ]
  return all.length === 0 ? [] : [setOf(...all)]
}

/** The password's form without the zeros behind it. */
const bmpString = (text: string): Uint8Array => element(TAG.bmpString, passwordOf(text).bmp.subarray(0, -2))
