/**
 * Certificates and keys as people have them, PEM or DER, to what TLS wants. Everything that can be wrong with them is
 * found here, at the call: a server that begins to listen with a key of another certificate would fail every client.
 */
import { DerError } from '../../asn1/der.ts'
import type { CryptoProvider, KeyDerivation, SignatureAlgorithm } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { Failure, type FailureCode, FailureError, fail, type GivenFacts } from '../../failures/index.ts'
import { certifiedKey, isKeyElsewhere, type KeyElsewhere, rawKey } from '../../tls/certificate/certified-key.ts'
import { schemesOf } from '../../tls/certificate/key.ts'
import type { CertifiedKey } from '../../tls/types.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { Certificate, parseCertificate } from '../../x509/certificate/certificate.ts'
import { publicKeyText, readPublicKey, spkiOf } from '../../x509/certificate/public-key.ts'
import { type Content, contentsOf, type FileContents } from '../../x509/files/file-contents.ts'
import { certificatesOfAny, inTheClear, inTheClearInTurns } from '../../x509/files/open.ts'
import { certificatesIn } from '../../x509/files/pem.ts'
import { privateKeyIn } from '../../x509/files/private-key.ts'
import type { TrustStore } from '../../x509/path/anchor.ts'
import { calledOf } from '../../x509/path/fitness.ts'
import { joinStores, trustStore } from '../../x509/path/store.ts'
import { publicKeysIn } from './public-keys.ts'

/** One file, or several. A file is PEM as text or bytes, or DER; its name is not enough. */
export type CertificateFiles = FileContents | readonly FileContents[]

export interface Credentials {
  /**
   * Own certificates, each with its intermediate ones in the same file or beside it. Several where keys of several kinds
   * or for several names are at hand: the first that fits the name and that the peer can check is shown.
   * A bare public key (PEM `PUBLIC KEY`) is shown to peers that take one (RFC 7250).
   */
  readonly cert?: CertificateFiles | undefined
  /**
   * Their private keys (PKCS#8, PKCS#1 or SEC 1), in any order, or keys that live elsewhere, in the order of `cert`.
   * Undefined: they are in the files of `cert`. PKCS#12 may stand in both places.
   */
  readonly key?: FileContents | KeyElsewhere | readonly (FileContents | KeyElsewhere)[] | undefined
  /** Of the files of `cert` and `key` that are under one. */
  readonly password?: string | undefined
}

/** A certificate of ours, and what is known of it. */
export interface OwnCertificate {
  readonly certified: CertifiedKey
  /** Its chain; undefined for what is not as RFC 5280 has it: others may take that all the same. */
  readonly certificates: readonly (Certificate | undefined)[]
}

/** A certificate of a file. */
interface Held {
  readonly der: Bytes
  readonly where: string
  readonly certificate: Certificate | undefined
  readonly spki: Bytes
  /** It is the key alone. */
  readonly bare?: true
}

type HeldFile = readonly Held[]
type Key = Bytes | KeyElsewhere

const refusal = (code: FailureCode, facts: GivenFacts): FailureError => new FailureError(fail(code, facts))

/**
 * Throws `FailureError`: `net/bad-certificate`, `net/bad-key`, `net/key-encrypted`, `net/key-mismatch`,
 * `net/bad-tls-options`, and those of `openFile`. In the order of `cert`.
 */
export const ownCertificates = (
  { cert, key, password }: Credentials,
  crypto: CryptoProvider,
): readonly OwnCertificate[] => {
  if (cert === undefined) throw refusal('net/bad-tls-options', { where: 'key', got: 'given without cert' })
  const clear = <T>([file, where]: readonly [T, string]): readonly [T | FileContents, string] => [
    isFile(file) ? opened(file, where, password, crypto) : file,
    where,
  ]
  const given = each(cert, 'cert').map(clear)
  const files = given.map(([file, where]) => certificatesOf(file, where))
  const keys = key === undefined ? given.filter(([file]) => holdsKey(file)) : each(key, 'key').map(clear)
  if (keys.length === 0) {
    const got = key === undefined ? 'missing, and cert has no private key in it either' : 'an empty list'
    throw refusal('net/bad-tls-options', { where: 'key', got })
  }
  const owned = new Map<Held, Key>()
  for (const [one, where] of keys) {
    if (isKeyElsewhere(one)) owned.set(firstWithout(owned, where, files), one)
    else {
      const pkcs8 = privateKeyOf(one, where)
      for (const held of fitting(pkcs8, where, files.flat(), crypto)) owned.set(held, pkcs8)
    }
  }
  const leaves = files.flat().filter(held => owned.has(held))
  const chains = leaves.map(leaf => chainOf(leaf, files, owned))
  allUsed(files, chains)
  return leaves.map((leaf, i) => ownCertificate(leaf, chains[i]!, owned.get(leaf)!))
}

/** Whom to believe. */
interface Believed {
  readonly trust?: TrustStore | undefined
  readonly ca?: CertificateFiles | undefined
}

/** What opens bundles: PKCS#12 may be under a password. */
export interface Opener {
  readonly crypto: CryptoProvider
  readonly password?: string | undefined
}

/**
 * The roots of both; undefined where neither is given. Throws `FailureError` `net/bad-certificate` when a file holds no
 * certificate that can be read, and those of `openFile` for a bundle.
 */
export const believed = ({ trust, ca }: Believed, opener: Opener): TrustStore | undefined => {
  if (ca === undefined) return trust
  const found = trustStore(each(ca, 'ca').flatMap(([file, where]) => rootsIn(file, where, opener)))
  return trust === undefined ? found : joinStores(trust, found)
}

/** The names of these, DER: as far as they can be read. */
export const subjectsIn = (ca: CertificateFiles, opener: Opener): readonly Bytes[] =>
  each(ca, 'ca')
    .flatMap(([file, where]) => rootsIn(file, where, opener).map(parseCertificate))
    .flatMap(one => (one instanceof Certificate ? one.subject.der : []))

/** What of a bundle cannot be read is left out: one bad root among a hundred is no reason to trust nobody. */
const rootsIn = (file: FileContents, where: string, { password, crypto }: Opener): readonly Bytes[] => {
  const contents = contentsIn(file, where)
  const found = certificatesOfAny(file, password, crypto)
  if (found instanceof Failure) throw new FailureError(found.with({ where }))
  if (found.some(der => parseCertificate(der) instanceof Certificate)) return found
  const got = found.length > 0 ? 'holds no certificate that can be read' : inWordsOf(file, contents)
  throw refusal('net/bad-certificate', { where, got })
}

/** What of a world opens files. */
export interface PatientOpener extends Opener {
  readonly derivation?: KeyDerivation | undefined
}

/** Whether there is something in these that `openedInTurns` opens. */
export const opensInTurns = (ca: CertificateFiles, { derivation }: PatientOpener): boolean =>
  derivation !== undefined && each(ca, 'ca').some(([file]) => isFile(file) && isBundle(file))

/**
 * The same options with everything in the clear that can be opened, where the world lets others have their turns meanwhile:
 * a password is made to cost up to seconds. Rejects with what `ownCertificates` and `believed` throw of such a file.
 */
export const openedInTurns = async <T extends Credentials & Pick<Believed, 'ca'>>(
  options: T,
  { crypto, derivation }: Omit<PatientOpener, 'password'>,
): Promise<T> => {
  const { cert, key, ca, password } = options
  if (derivation === undefined) return options
  const open = async <F>(
    given: F | readonly F[],
    name: string,
    clear: typeof cleared,
  ): Promise<(F | FileContents)[]> => {
    const files: (F | FileContents)[] = []
    for (const [file, where] of each(given, name)) {
      const isClosed = isFile(file) && (isBundle(file) || (clear === cleared && password !== undefined))
      files.push(isClosed ? clear(await inTheClearInTurns(file, password, crypto, derivation), where) : file)
    }
    return files
  }
  return {
    ...options,
    ...(cert !== undefined && { cert: await open(cert, 'cert', cleared) }),
    ...(key !== undefined && { key: await open(key, 'key', cleared) }),
    ...(ca !== undefined && { ca: await open(ca, 'ca', orFailure) }),
  }
}

/** Whom to believe is said by certificates alone: what stands beside them needs no password. */
const orFailure = (clear: FileContents | Failure, where: string): FileContents => {
  if (!(clear instanceof Failure)) return clear
  throw new FailureError(clear.with({ where }))
}

/** Each with its name for failures: `cert`, or `cert[1]` of several. */
const each = <T>(given: T | readonly T[], name: string): readonly (readonly [T, string])[] =>
  Array.isArray(given)
    ? (given as readonly T[]).map((one, i) => [one, given.length === 1 ? name : `${name}[${i}]`])
    : [[given as T, name]]

const certificatesOf = (file: FileContents, where: string): HeldFile => {
  const contents = contentsIn(file, where)
  const found = certificatesIn(file)
  const wrong = (got: string): FailureError => refusal('net/bad-certificate', { where, got })
  if (!contents.includes('a certificate') && contents.includes('a public key'))
    return publicKeysIn(file, where).map(spki => ({ der: spki, where, certificate: undefined, spki, bare: true }))
  if (!contents.includes('a certificate')) throw wrong(inWordsOf(file, contents))
  if (found.length < contents.filter(content => content === 'a certificate').length)
    throw wrong('holds a certificate whose text is damaged')
  return found.map((der, i) => {
    const held = heldOf(der, where)
    if (held === undefined) throw wrong(`holds a certificate that cannot be read (number ${i + 1})`)
    return held
  })
}

const heldOf = (der: Bytes, where: string): Held | undefined => {
  const parsed = parseCertificate(der)
  const certificate = parsed instanceof Certificate ? parsed : undefined
  const spki = certificate?.spki ?? spkiIn(der)
  return spki && { der, where, certificate, spki }
}

const isFile = (file: unknown): file is FileContents => typeof file === 'string' || file instanceof Uint8Array

/** A bundle, or a key whose password is given, becomes PEM in the clear; an encrypted key may be there and not needed. */
const opened = (
  file: FileContents,
  where: string,
  password: string | undefined,
  crypto: CryptoProvider,
): FileContents =>
  isBundle(file) || password !== undefined ? cleared(inTheClear(file, password, crypto), where) : file

const isBundle = (file: FileContents): boolean => contentsOf(file).some(content => content.endsWith('bundle'))

const cleared = (clear: FileContents | Failure, where: string): FileContents => {
  if (!(clear instanceof Failure)) return clear
  if (clear.code === 'file/password-needed') throw refusal('net/key-encrypted', { where })
  throw new FailureError(clear.with({ where: clear.where === undefined ? where : `${where} (${clear.where})` }))
}

/** What is no file at all is refused here, whatever the types say. */
const contentsIn = (file: FileContents, where: string): readonly Content[] => {
  if (isFile(file)) return contentsOf(file)
  const got = file === null ? 'null' : Array.isArray(file) ? 'a list in a list' : `a value of type ${typeof file}`
  throw refusal('net/bad-tls-options', { where, got, expected: 'PEM as text, or bytes' })
}

/** Most often somebody gave the name of the file. */
const inWordsOf = (file: FileContents, contents: readonly Content[]): string => {
  if (contents.length > 0) return `holds ${[...new Set(contents)].join(', ')}`
  if (file.length === 0) return 'is empty'
  return typeof file === 'string' && !file.includes('\n')
    ? 'is no PEM: the contents of the file are wanted, not its name'
    : 'is neither PEM nor DER'
}

const holdsKey = (file: FileContents): boolean => contentsOf(file).some(content => content.endsWith('private key'))

/** PKCS#8. */
const privateKeyOf = (file: FileContents, where: string): Bytes => {
  const contents = contentsIn(file, where)
  const key = privateKeyIn(file)
  if (key !== undefined && key.type !== 'other') return key.pkcs8
  if (contents.includes('an encrypted private key')) throw refusal('net/key-encrypted', { where })
  const wrong = (got: string): FailureError => refusal('net/bad-key', { where, got })
  if (key !== undefined) throw wrong('is of a kind that is not used here')
  if (contents.includes('a private key')) throw wrong('cannot be read')
  throw wrong(inWordsOf(file, contents))
}

/** The certificates of a key: those whose key confirms what this one signs. One at least. */
const fitting = (key: Bytes, where: string, held: readonly Held[], crypto: CryptoProvider): readonly Held[] => {
  const trial = trialOf(key, crypto)
  const found = held.filter(one => trial.fits(one.spki))
  if (found.length > 0) return found
  if (trial.problem !== undefined) throw refusal('net/bad-key', { where, got: trial.problem })
  const expected = [...new Set(held.map(nameOf))].slice(0, LISTED).join('; ')
  throw refusal('net/key-mismatch', { where, expected })
}

const LISTED = 4

const PROBE = latin1Bytes('Does this key belong to this certificate?')

interface Trial {
  fits(spki: Bytes): boolean
  /** Why it could not sign. */
  readonly problem: string | undefined
}

/** One signature for each kind of key, however many certificates there are. */
const trialOf = (key: Bytes, crypto: CryptoProvider): Trial => {
  const made = new Map<SignatureAlgorithm, Bytes | undefined>()
  let problem: string | undefined
  const signature = (algorithm: SignatureAlgorithm): Bytes | undefined => {
    try {
      return crypto.sign(algorithm, key, PROBE)
    } catch (error) {
      problem ??= `does not sign: ${error instanceof Error ? error.message : 'unknown'}`
      return undefined
    }
  }
  const type = privateKeyIn(key)?.type
  return {
    fits(spki) {
      const [scheme] = schemesOf(spki)
      if (scheme === undefined || scheme.keyType !== type) return false
      const { algorithm } = scheme
      if (!made.has(algorithm)) made.set(algorithm, signature(algorithm))
      const bytes = made.get(algorithm)
      return bytes !== undefined && crypto.verify(algorithm, spki, PROBE, bytes)
    },
    get problem() {
      return problem
    },
  }
}

/** A key that cannot be tried belongs to the first file that has none. */
const firstWithout = (owned: ReadonlyMap<Held, Key>, where: string, files: readonly HeldFile[]): Held => {
  const [leaf] = files.find(file => !file.some(held => owned.has(held))) ?? []
  if (leaf === undefined) throw refusal('net/bad-tls-options', { where, got: 'one more than there are certificates' })
  return leaf
}

/**
 * The leaf and what leads upwards from it (RFC 5246 7.4.2: each certifies the one before), from its own file before the
 * others; what else stands in its file follows, as every server sends it.
 */
const chainOf = (leaf: Held, files: readonly HeldFile[], owned: ReadonlyMap<Held, Key>): HeldFile => {
  const own = (files.find(file => file.includes(leaf)) ?? []).filter(held => !owned.has(held))
  const above = [...own, ...files.flat().filter(held => !owned.has(held))]
  const chain = [leaf]
  for (;;) {
    const issuer = chain.at(-1)?.certificate?.issuer.key
    const next = above.find(one => one.certificate?.subject.key === issuer && !chain.includes(one))
    if (issuer === undefined || next === undefined) break
    chain.push(next)
  }
  return [...chain, ...own.filter(held => !chain.includes(held))]
}

/** What belongs to no chain was given by mistake: most often its key is missing. */
const allUsed = (files: readonly HeldFile[], chains: readonly HeldFile[]): void => {
  const used = new Set(chains.flat())
  const stray = files.find(file => !file.some(held => used.has(held)))?.[0]
  if (stray !== undefined) throw refusal('net/key-mismatch', { where: 'key', expected: nameOf(stray) })
}

const ownCertificate = (leaf: Held, chain: HeldFile, privateKey: Key): OwnCertificate => {
  const certified = leaf.bare
    ? rawKey({ publicKey: leaf.spki, privateKey })
    : certifiedKey({ chain: chain.map(({ der }) => der), privateKey })
  if (certified.schemes.length === 0)
    throw refusal('net/bad-certificate', {
      where: leaf.where,
      got: `has a key that does not sign here: ${keyText(leaf)}`,
    })
  return { certified, certificates: chain.map(({ certificate }) => certificate) }
}

/** `“shop.test” (EC P-256)`. */
const nameOf = (held: Held): string =>
  `${held.certificate === undefined ? (held.bare ? 'a bare key' : 'a certificate') : calledOf(held.certificate)} (${keyText(held)})`

const keyText = ({ spki }: Held): string => {
  try {
    return publicKeyText(readPublicKey(spki))
  } catch (error) {
    if (error instanceof DerError) return 'a malformed key'
    throw error
  }
}

/** Of a certificate that breaks a rule somewhere else. */
const spkiIn = (der: Bytes): Bytes | undefined => {
  try {
    return spkiOf(der)
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}
