/**
 * PKCS#12 (RFC 7292), read: the certificates and private keys of a `.p12` or `.pfx`, modern and old (see `password.ts` for
 * the ciphers). The MAC is looked at before anything is believed, so a wrong password is told from a broken file.
 */
import { Der, DerError, TAG } from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.table.ts'
import { stringValue } from '../../asn1/value.ts'
import { HASH_LENGTH } from '../../crypto/hash.ts'
import type { CryptoProvider, HashName, KeyDerivation } from '../../crypto/provider.ts'
import { FailureError } from '../../failures/index.ts'
import { derOf, implicitOctets } from './ber.ts'
import { atOnce, type Deriving, inTurns, MAC } from './derivation.ts'
import { openEncryptedKey } from './encrypted-key.ts'
import { FILE_OID } from './oids.table.ts'
import {
  decrypted,
  derivation,
  KeyWork,
  nextNumber,
  nextOctets,
  nextOid,
  type Opening,
  passwordOf,
  pkcs12Key,
  prfOf,
  unsupported,
} from './password.ts'
import { MAX_BUNDLE_SIZE } from './pkcs7.ts'
import { type PrivateKey, privateKeyFrom } from './private-key.ts'
import { refusal } from './refusal.ts'

/** What a bag says of itself. */
interface BagNames {
  readonly friendlyName: string | undefined
  /** The same in a key and in its certificate. */
  readonly localKeyId: Uint8Array | undefined
}

export interface Pkcs12Key extends PrivateKey, BagNames {}
export interface Pkcs12Certificate extends BagNames {
  readonly der: Uint8Array
}

export interface Pkcs12 {
  readonly keys: readonly Pkcs12Key[]
  /** In the order of the file. */
  readonly certificates: readonly Pkcs12Certificate[]
  /** Types of what else is in it: lists of revoked ones, secrets. */
  readonly others: readonly string[]
}

const what = 'pfx'
/** A trust store has some hundreds. */
const MAX_BAGS = 4096
/** Bags in bags: nobody writes them, though they may be. */
const MAX_DEPTH = 4

/**
 * What is in the file, which may be BER. `password`: undefined where there is none, which is not the same as an empty one;
 * files that were made with the one are opened with the other all the same, as every tool does.
 * Throws `DerError`, and `FailureError`: `file/password-wrong`, `file/password-needed`, `file/cipher-unsupported`,
 * `file/too-much-work`.
 */
export const readPkcs12 = (file: Uint8Array, password: string | undefined, crypto: CryptoProvider): Pkcs12 =>
  atOnce(pkcs12In(file, password, crypto), crypto)

/** The same, while others have their turns. */
export const readPkcs12InTurns = (
  file: Uint8Array,
  password: string | undefined,
  crypto: CryptoProvider,
  derivation: KeyDerivation,
): Promise<Pkcs12> => inTurns(pkcs12In(file, password, crypto), crypto, derivation)

export function* pkcs12In(file: Uint8Array, password: string | undefined, crypto: CryptoProvider): Deriving<Pkcs12> {
  if (file.length > MAX_BUNDLE_SIZE) throw new DerError('too-big', 0, file.length, what)
  const pfx = new Der(derOf(file, what)).inside(TAG.sequence, what)
  if (nextNumber(pfx, 'version') !== 3) throw new DerError('value', pfx.start, pfx.to, 'version')
  const safe = contentOf(pfx)
  const work = new KeyWork()
  const candidates =
    password === undefined || password === '' ? [passwordOf(''), passwordOf(undefined)] : [passwordOf(password)]
  const openings = candidates.map(each => ({ crypto, password: each, work }))
  const mac = pfx.left > 0 ? macOf(pfx.inside(TAG.sequence, 'macData')) : undefined
  pfx.finish(what)
  const right: Opening[] = []
  for (const opening of openings) if (mac === undefined || (yield* mac(opening, safe))) right.push(opening)
  if (right.length === 0) throw closed(password)
  const found = yield* openedWith(right, safe, mac !== undefined)
  if (found !== undefined) return found
  if (mac === undefined) throw closed(password)
  throw refusal('file/malformed', { where: what, got: 'holds what its password does not open' })
}

const closed = (password: string | undefined): Error =>
  refusal(password === undefined ? 'file/password-needed' : 'file/password-wrong')

/** A MAC has said which password it is, or nothing has: then only paddings tell, and those of keys count too. */
function* openedWith(openings: readonly Opening[], safe: Uint8Array, confirmed: boolean): Deriving<Pkcs12 | undefined> {
  for (const opening of openings) {
    const reading = new Bags(opening)
    try {
      if (yield* reading.readSafe(safe)) return reading
    } catch (error) {
      const wrong = error instanceof FailureError && error.failure.code === 'file/password-wrong'
      if (confirmed || !wrong) throw error
    }
  }
  return undefined
}

/** RFC 7292 4.1: the AuthenticatedSafe, which is data. What is signed in place of a MAC is not read. */
const contentOf = (pfx: Der): Uint8Array => {
  const info = pfx.inside(TAG.sequence, 'authSafe')
  const type = nextOid(info, 'authSafe')
  if (type !== FILE_OID.data) throw unsupported(type)
  const holder = info.inside(0xa0, 'authSafe')
  info.finish('authSafe')
  const octets = nextOctets(holder, 'authSafe')
  holder.finish('authSafe')
  return octets
}

/** Whether a password confirms the octets. */
type Mac = (opening: Opening, octets: Uint8Array) => Deriving<boolean>

const HASHES: Readonly<Record<string, HashName>> = {
  [OID.sha1]: 'sha1',
  [OID.sha256]: 'sha256',
  [OID.sha384]: 'sha384',
  [OID.sha512]: 'sha512',
}

/** RFC 7292 4: HMAC under a key from appendix B, or PBMAC1 (RFC 9579). */
const macOf = (data: Der): Mac => {
  const digestInfo = data.inside(TAG.sequence, 'mac')
  const algorithm = digestInfo.inside(TAG.sequence, 'mac')
  const expected = nextOctets(digestInfo, 'mac')
  digestInfo.finish('mac')
  const salt = nextOctets(data, 'macSalt')
  const iterations = data.left > 0 ? nextNumber(data, 'iterations') : 1
  data.finish('macData')
  const id = nextOid(algorithm, 'mac')
  if (id === FILE_OID.pbmac1) return pbmac1(algorithm, expected)
  const hash = HASHES[id]
  if (hash === undefined) throw unsupported(id)
  return function* (opening, octets) {
    const key = yield* pkcs12Key(hash, MAC, salt, iterations, HASH_LENGTH[hash], opening)
    return opening.crypto.equal(opening.crypto.hmac(hash, key, octets), expected)
  }
}

/** RFC 9579: a key from PBKDF2, of the length that its parameters say, and an HMAC. */
const pbmac1 = (algorithm: Der, expected: Uint8Array): Mac => {
  const { bytes, pos, end } = algorithm
  return function* (opening, octets) {
    const parameters = new Der(bytes, pos, end).inside(TAG.sequence, 'PBMAC1-params')
    const derive = derivation(parameters, opening)
    const hash = prfOf(parameters)
    parameters.finish('PBMAC1-params')
    // RFC 9579 3: the length must be there, and is that of the hash in all files.
    return opening.crypto.equal(opening.crypto.hmac(hash, yield* derive(HASH_LENGTH[hash]), octets), expected)
  }
}

class Bags implements Pkcs12 {
  readonly keys: Pkcs12Key[] = []
  readonly certificates: Pkcs12Certificate[] = []
  readonly others: string[] = []
  readonly #opening: Opening
  #bags = 0
  constructor(opening: Opening) {
    this.#opening = opening
  }

  /** AuthenticatedSafe: its parts are data, or data under a password. False when that is not this one. */
  *readSafe(octets: Uint8Array): Deriving<boolean> {
    const list = new Der(derOf(octets, 'authSafe')).inside(TAG.sequence, 'authSafe')
    while (list.left > 0) {
      const info = list.inside(TAG.sequence, 'contentInfo')
      const type = nextOid(info, 'contentInfo')
      const holder = info.inside(0xa0, 'contentInfo')
      info.finish('contentInfo')
      const contents = type === FILE_OID.data ? nextOctets(holder, 'contentInfo') : yield* this.#encrypted(type, holder)
      if (contents === undefined) return false
      holder.finish('contentInfo')
      if (!(yield* this.#readContents(contents, 0))) return false
    }
    return true
  }

  /** RFC 5652 8. */
  *#encrypted(type: string, holder: Der): Deriving<Uint8Array | undefined> {
    // Enveloped for somebody’s public key: RFC 7292 has it, and nobody writes it.
    if (type !== FILE_OID.encryptedData) throw unsupported(type)
    const data = holder.inside(TAG.sequence, 'encryptedData')
    data.read(TAG.integer, 'version')
    const content = data.inside(TAG.sequence, 'encryptedContentInfo')
    nextOid(content, 'contentType')
    const algorithm = new Der(content.bytes, content.pos, content.end)
    content.read(TAG.sequence, 'encryptionAlgorithm')
    content.any('encryptedContent')
    if ((content.tag & ~0x20) !== 0x80)
      throw new DerError('unexpected-tag', content.start, content.from, 'encryptedContent')
    return yield* decrypted(algorithm, implicitOctets(content.tag, content.value(), 'encryptedContent'), this.#opening)
  }

  /** SafeContents. False when they make no sense, as under a wrong password whose padding looks right. */
  *#readContents(octets: Uint8Array, depth: number): Deriving<boolean> {
    if (octets[0] !== TAG.sequence) return false
    const list = new Der(derOf(octets, 'safeContents')).inside(TAG.sequence, 'safeContents')
    while (list.left > 0) {
      if (++this.#bags > MAX_BAGS) throw new DerError('too-big', list.pos, list.end, 'safeContents')
      yield* this.#readBag(list.inside(TAG.sequence, 'safeBag'), depth)
    }
    return true
  }

  *#readBag(bag: Der, depth: number): Deriving<void> {
    const type = nextOid(bag, 'bagId')
    const holder = bag.inside(0xa0, 'bagValue')
    holder.any('bagValue')
    const value = holder.element()
    holder.finish('bagValue')
    const names = namesOf(bag)
    switch (type) {
      case FILE_OID.keyBag: {
        const key = privateKeyFrom(value.slice())
        if (key === undefined) throw new DerError('value', holder.start, holder.to, 'keyBag')
        this.keys.push({ ...key, ...names })
        return
      }
      case FILE_OID.shroudedKeyBag:
        this.keys.push({ ...(yield* openEncryptedKey(value, this.#opening)), ...names })
        return
      case FILE_OID.certBag:
        this.#certificate(new Der(value).inside(TAG.sequence, 'certBag'), names)
        return
      case FILE_OID.safeContentsBag:
        if (depth >= MAX_DEPTH) throw new DerError('too-deep', holder.start, holder.to, 'safeContentsBag')
        yield* this.#readContents(value, depth + 1)
        return
      default:
        this.others.push(type)
    }
  }

  #certificate(bag: Der, names: BagNames): void {
    const type = nextOid(bag, 'certId')
    // An SDSI certificate is the other kind, of which there are none.
    if (type !== FILE_OID.x509Certificate) {
      this.others.push(type)
      return
    }
    const holder = bag.inside(0xa0, 'certValue')
    this.certificates.push({ der: nextOctets(holder, 'certValue').slice(), ...names })
    holder.finish('certValue')
  }
}

/** RFC 7292 4.2: bagAttributes; what we do not know says nothing. */
const namesOf = (bag: Der): BagNames => {
  let friendlyName: string | undefined
  let localKeyId: Uint8Array | undefined
  if (bag.left > 0) {
    const set = bag.inside(TAG.set, 'bagAttributes')
    bag.finish('bagAttributes')
    while (set.left > 0) {
      const attribute = set.inside(TAG.sequence, 'bagAttribute')
      const type = nextOid(attribute, 'bagAttribute')
      const values = attribute.inside(TAG.set, 'bagAttribute')
      attribute.finish('bagAttribute')
      if (values.left === 0) continue
      values.any('bagAttribute')
      if (type === FILE_OID.friendlyName && values.tag === TAG.bmpString)
        friendlyName ??= stringValue(values.tag, values.bytes, values.from, values.to, 'friendlyName')
      if (type === FILE_OID.localKeyId && values.tag === TAG.octetString) localKeyId ??= values.value().slice()
    }
  }
  return { friendlyName, localKeyId }
}
