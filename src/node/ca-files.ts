/**
 * The local authority as files of one folder, made on first use: `root.pem` and `root.key`; `intermediate.pem`, the
 * authority that signs, with its key; `inventory.db`; `authority.json` where it has an address. The folder appears whole (it
 * is written beside and renamed), so two processes that start at once end up with the same authority.
 */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, hostname, userInfo } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { certificateAuthority, loadAuthority } from '../ca/authority.ts'
import { limitsIn } from '../ca/contents.ts'
import { DEVELOPMENT_NAMES } from '../ca/development.table.ts'
import { digestOf } from '../ca/log.ts'
import { isPublishedIn } from '../ca/published.ts'
import type { CertificateAuthority, KeyKind } from '../ca/types.ts'
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Millis } from '../engine.ts'
import { english } from '../explain/en/index.ts'
import { FailureError, fail } from '../failures/index.ts'
import { inWords } from '../net/told.ts'
import { hexText } from '../wire/bytes.ts'
import { Certificate } from '../x509/certificate/certificate.ts'
import { encryptPrivateKey } from '../x509/files/encrypted-key.ts'
import { certificatesIn, pem } from '../x509/files/pem.ts'
import type { KeyPair } from '../x509/issue.ts'
import { isHostName } from '../x509/path/names.ts'
import { addressIn, keepAddress, placesAt } from './ca-address.ts'
import { aboutFiles, exists, onlyOursToRead, onlyOursToWrite } from './ca-guard.ts'
import { type InventoryFile, makeInventory, openInventory } from './ca-inventory.ts'
import { authorityIn, damaged, type Place } from './ca-read.ts'
import { nodeCrypto } from './crypto.ts'
import { writeWhole } from './whole-file.ts'

export interface AuthorityFiles {
  /** The folder of this program's data; see `dataHome`. */
  readonly home?: string | undefined
  readonly crypto?: CryptoProvider | undefined
  /** The date, milliseconds since 1970. */
  readonly now?: () => Millis
  /** How the authority is made where there is none. */
  readonly fresh?: FreshAuthority | undefined
  /** Of keys that are encrypted; from the file that `$BAREWIRE_CA_PASSWORD_FILE` names when not given. */
  readonly password?: string | undefined
}

export interface FreshAuthority {
  /** The names that it signs for; `DEVELOPMENT_NAMES` and this machine's own when not given, all for an empty list. */
  readonly permitted?: readonly string[] | undefined
  /** Of root and intermediate. */
  readonly key?: KeyKind | undefined
  readonly name?: string | undefined
  /** Whether its keys are encrypted under the password. */
  readonly keys?: 'clear' | 'encrypted' | undefined
  /** Where `barewire ca serve` will tell what it revoked: `http://localhost:14001`. Stands in all that it signs. */
  readonly url?: string | undefined
}

/** A root with less left than this is replaced: leaf certificates and whoever trusts it need time. */
const RENEW_BEFORE: Millis = 30 * 86_400_000
/** An intermediate is replaced earlier, which nobody notices: what it signs is to last for a year. */
const RENEW_INTERMEDIATE_BEFORE: Millis = 400 * 86_400_000

/**
 * `$BAREWIRE_HOME`, else `barewire` below `$XDG_DATA_HOME` (ignored when relative, as its specification wants) or
 * `~/.local/share`. Throws `FailureError` `ca/unusable` for a user without a home folder, as in many containers.
 */
export const dataHome = (env: NodeJS.ProcessEnv = process.env): string => {
  if (env.BAREWIRE_HOME) return env.BAREWIRE_HOME
  const data = env.XDG_DATA_HOME ?? ''
  return join(isAbsolute(data) ? data : join(userHome(), '.local', 'share'), 'barewire')
}

const userHome = (): string => {
  let home = ''
  try {
    home = homedir()
  } catch {
    // No HOME, and no entry for this user id.
  }
  // An empty HOME would put the authority into the current folder, whoever may write there.
  if (isAbsolute(home)) return home
  throw inWords(
    fail('ca/unusable', { where: 'HOME', got: 'does not say where the home folder of this user is' }),
    english,
  )
}

/** Where the root certificate of the local authority is, or will be. */
export const authorityPath = (home: string = dataHome()): string => join(home, 'ca', 'root.pem')

/** The local authority, and what became of the one before. */
export interface OpenedAuthority {
  /** Trusted by people and programs; signs intermediates alone. */
  readonly root: CertificateAuthority
  /** The intermediate below it, which signs everything else. */
  readonly issuer: CertificateAuthority
  readonly inventory: InventoryFile
  /** Where it tells what it revoked; see `FreshAuthority`. */
  readonly url: string | undefined
  /** `made`: there was none. `renewed`: the one that was there had ended or was about to, and is trusted in vain now. */
  readonly since: 'made' | 'found' | 'renewed'
}

/** The root of the local authority, for whoever need not know how old it is. */
export const localAuthority = (files: AuthorityFiles = {}): CertificateAuthority => openLocalAuthority(files).root

/** Whether an authority has so little time left that it is replaced. */
export const aboutToEnd = ({ notAfter }: CertificateAuthority, now: Millis): boolean => notAfter - now <= RENEW_BEFORE

/** The first line of the file that the environment names, which nobody else may read. Throws `ca/key-readable`. */
const passwordOf = ({ password }: AuthorityFiles): string | undefined => {
  const path = process.env.BAREWIRE_CA_PASSWORD_FILE
  if (password !== undefined || !path) return password
  return aboutFiles(path, () => {
    onlyOursToRead(path)
    return readFileSync(path, 'utf8').split(/\r?\n/)[0]!
  })
}

/**
 * The local authority, made when there is none or it is about to end. What an older version made is taken over: it gets an
 * inventory and an intermediate. Throws `FailureError`: `ca/key-readable`, `ca/damaged`, `ca/unusable`.
 */
export const openLocalAuthority = (files: AuthorityFiles = {}): OpenedAuthority => {
  const { fresh = {} } = files
  const place = placeOf(files)
  return aboutFiles(place.folder, () => {
    const present = load(place)
    if (present !== undefined && !aboutToEnd(present.root, place.now())) return { ...present, since: 'found' }
    if (present !== undefined) return successor(place, present, fresh)
    const created = create(place, fresh)
    return { ...still(place), since: created ? 'made' : 'found' }
  })
}

/**
 * The local authority that is there, however old it is: nothing is made or replaced. Throws as `openLocalAuthority` does,
 * and `ca/none` where there is none.
 */
export const foundLocalAuthority = (files: Omit<AuthorityFiles, 'fresh'> = {}): OpenedAuthority => {
  const place = placeOf(files)
  return aboutFiles(place.folder, () => ({ ...found(place), since: 'found' }))
}

/**
 * Another root in the place of the one that is there, for the same names, with the same name, and kept as that was. Who
 * trusted the old one does not trust it. Throws as `foundLocalAuthority` does.
 */
export const renewLocalAuthority = (files: Omit<AuthorityFiles, 'fresh'> = {}): OpenedAuthority => {
  const place = placeOf(files)
  return aboutFiles(place.folder, () => successor(place, found(place), {}))
}

const found = (place: Place): Loaded => {
  const present = load(place)
  if (present === undefined) throw inWords(fail('ca/none', { where: place.folder }), english)
  return present
}

const placeOf = (files: AuthorityFiles): Place => {
  const { home = dataHome(), crypto = nodeCrypto(), now = Date.now } = files
  return { home, folder: join(home, 'ca'), crypto, now, password: passwordOf(files) }
}

/** What was there a moment ago. */
const still = (place: Place): Loaded => {
  const present = load(place)
  if (present !== undefined) return present
  throw inWords(fail('ca/unusable', { where: place.folder, got: 'disappeared again' }), english)
}

/** As the one before was, where nothing else is asked for: nobody looks at what renews itself. */
const successor = (place: Place, present: Loaded, asked: FreshAuthority): OpenedAuthority => {
  const { permitted } = limitsIn(present.root.certificate)
  const fresh: FreshAuthority = {
    permitted: asked.permitted ?? permitted,
    name: asked.name ?? present.root.name,
    key: asked.key ?? kindOf(present.root),
    keys: asked.keys ?? keysIn(place.folder),
    url: asked.url ?? present.url,
  }
  retire(place, present)
  create(place, fresh)
  return { ...still(place), since: 'renewed' }
}

/** Lets the authority that is there tell what it revoked at this URL. Throws as `openLocalAuthority` does, and RangeError. */
export const addressLocalAuthority = (url: string, { home = dataHome() }: Pick<AuthorityFiles, 'home'> = {}): void => {
  const folder = join(home, 'ca')
  aboutFiles(folder, () => keepAddress(folder, url))
}

/** Puts the authority aside, as one that has ended: the next use makes another. Throws as `openLocalAuthority` does. */
export const retireLocalAuthority = (files: Pick<AuthorityFiles, 'home' | 'password'> = {}): void => {
  const { home = dataHome() } = files
  const password = passwordOf(files)
  const place = { home, folder: join(home, 'ca'), crypto: nodeCrypto(), now: Date.now, password }
  aboutFiles(place.folder, () => {
    const present = load(place)
    if (present !== undefined) retire(place, present)
  })
}

/**
 * The root certificate when there is an authority already; nothing is made. Undefined also when it is damaged. Throws
 * `FailureError` `ca/unusable` when others could have put it there.
 */
export const localRoot = (home: string = dataHome()): Uint8Array | undefined => {
  const path = authorityPath(home)
  try {
    for (const place of [join(home, 'ca'), path, home]) onlyOursToWrite(place)
    return certificatesIn(new Uint8Array(readFileSync(path)))[0]
  } catch (error) {
    if (error instanceof FailureError) throw error
    return undefined
  }
}

type Loaded = Omit<OpenedAuthority, 'since'>

const load = (place: Place): Loaded | undefined => {
  const { folder, crypto } = place
  const paths = { certificate: join(folder, 'root.pem'), key: join(folder, 'root.key') }
  if (!exists(folder)) return undefined
  for (const path of [paths.certificate, paths.key]) if (!exists(path)) throw damaged(folder, path, 'is not there')
  for (const each of [folder, paths.certificate, dirname(folder)]) onlyOursToWrite(each)
  onlyOursToRead(paths.key)
  const database = join(folder, 'inventory.db')
  if (exists(database)) onlyOursToRead(database)
  // Checked before the inventory is made: what cannot be used is left as it is.
  const { authority: root, keyPair } = authorityIn(place, paths, {})
  makeInventory(database)
  const inventory = openInventory(database, crypto)
  try {
    adopt(root, inventory, place)
    const url = addressIn(folder)
    const places = placesAt(url)
    const own = { inventory, published: places.root }
    const whole = loadAuthority(crypto, place.now, root.certificate, keyPair.pkcs8, own)
    // Nothing lasts below a root that ends, and it is put aside.
    const issuer = aboutToEnd(whole, place.now()) ? whole : intermediateOf(place, whole, { inventory, places })
    return { root: whole, issuer, inventory, url }
  } catch (error) {
    inventory.close()
    throw error
  }
}

/** The root's own certificate is in the inventory too: it was signed before there could be one. */
const adopt = (root: CertificateAuthority, inventory: InventoryFile, { crypto, now }: Place): void => {
  const { serialNumber, subject, notBefore, notAfter, spki } = new Certificate(root.certificate)
  const serial = hexText(serialNumber)
  if (inventory.find(serial) !== undefined) return
  const [key, issuer, at] = [digestOf(spki, crypto), root.id, now()]
  const entry = { serial, issuer, subject: subject.text, names: [], profile: 'root', notBefore, notAfter, key, at }
  inventory.adopt({ ...entry, by: 'files' }, root.certificate)
}

interface Around {
  readonly inventory: InventoryFile
  readonly places: ReturnType<typeof placesAt>
}

/**
 * The intermediate of the folder, made where there is none. Where it has not much time left below its root, or the root has
 * another address than it says, it gets a new certificate and keeps its key: what it signed can still be revoked by it.
 */
const intermediateOf = (
  place: Place,
  root: CertificateAuthority,
  { inventory, places }: Around,
): CertificateAuthority => {
  const path = join(place.folder, 'intermediate.pem')
  if (!exists(path)) return newIntermediate(place, root, places)
  onlyOursToRead(path)
  const options = { inventory, above: [root.certificate], published: places.intermediate }
  const { authority: found, keyPair } = authorityIn(place, { certificate: path, key: path }, options)
  const lasts = found.notAfter - place.now() > RENEW_INTERMEDIATE_BEFORE || found.notAfter >= root.notAfter
  if (lasts && isPublishedIn(new Certificate(found.certificate), places.root)) return found
  return newIntermediate(place, root, places, keyPair)
}

/** Certificate and key are one file: they change together, or not at all. */
const newIntermediate = (
  place: Place,
  root: CertificateAuthority,
  { intermediate: published }: Around['places'],
  keyPair?: KeyPair,
): CertificateAuthority => {
  const { folder } = place
  // Its own limits besides the root's: some programs look at those of a root, and some do not.
  const limits = limitsIn(root.certificate)
  const key = kindOf(root)
  const made = root.intermediate({ name: intermediateName(root.name), ...limits, published, key, keyPair, by: 'files' })
  // As the root's key is kept, so is this one.
  const text = pem('CERTIFICATE', made.certificate) + keyText(made.keyPair.pkcs8, keysIn(folder), place)
  writeWhole(join(folder, 'intermediate.pem'), text, 0o600, 'replace')
  return made
}

/** How the keys of a folder are kept. */
const keysIn = (folder: string): 'clear' | 'encrypted' =>
  readFileSync(join(folder, 'root.key'), 'latin1').includes('ENCRYPTED') ? 'encrypted' : 'clear'

/** Of a root that was made here: those of older versions have P-256. */
const kindOf = ({ certificate }: CertificateAuthority): KeyKind => {
  const { publicKey } = new Certificate(certificate)
  if (publicKey.type === 'rsa') return 'rsa-2048'
  if (publicKey.type === 'ed25519') return 'ed25519'
  return publicKey.type === 'ecdsa' && publicKey.curve === 'p-384' ? 'p-384' : 'p-256'
}

const keyText = (pkcs8: Uint8Array, keys: FreshAuthority['keys'], { folder, password, crypto }: Place): string => {
  if (keys !== 'encrypted') return pem('PRIVATE KEY', pkcs8)
  if (password === undefined)
    throw inWords(fail('file/password-needed', { where: folder, expected: 'BAREWIRE_CA_PASSWORD_FILE' }), english)
  return pem('ENCRYPTED PRIVATE KEY', encryptPrivateKey(pkcs8, password, crypto))
}

/** False when another process was first. */
const create = (place: Place, { permitted, key, name, keys, url }: FreshAuthority): boolean => {
  const { home, folder, crypto, now } = place
  mkdirSync(home, { recursive: true, mode: 0o700 })
  onlyOursToWrite(home)
  const beside = mkdtempSync(join(home, 'ca-'))
  try {
    chmodSync(beside, 0o700)
    const limits = permitted ?? [...DEVELOPMENT_NAMES, ...ownName()]
    const root = certificateAuthority({ crypto, now, name: name ?? rootName(), key, permitted: limits, pathLength: 1 })
    writeFileSync(join(beside, 'root.key'), keyText(root.keyPair.pkcs8, keys, place), { mode: 0o600, flush: true })
    writeFileSync(join(beside, 'root.pem'), pem('CERTIFICATE', root.certificate), { mode: 0o644, flush: true })
    if (url !== undefined) keepAddress(beside, url)
    load({ ...place, folder: beside })?.inventory.close()
    renameSync(beside, folder)
    return true
  } catch (error) {
    rmSync(beside, { recursive: true, force: true })
    const { code = '' } = error as NodeJS.ErrnoException
    // Another process was first; its authority is as good.
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(code)) throw error
    if (!exists(folder)) throw error
    return false
  }
}

/**
 * Puts an old authority aside under its own name, so that of two processes only one can do it. Its certificate stays, to
 * be recognised where it was trusted, and the inventory; its keys are of no more use to anybody but a thief.
 */
const retire = ({ folder, crypto }: Place, { root, inventory }: Loaded): void => {
  inventory.close()
  const digest = crypto.hash('sha256').update(root.certificate).digest()
  const name = hexText(digest.subarray(0, 8))
  try {
    const aside = `${folder}-until-${name}`
    renameSync(folder, aside)
    for (const file of ['root.key', 'intermediate.pem']) rmSync(join(aside, file), { force: true })
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(code)) throw error
  }
}

/** RFC 5280 Appendix A: ub-common-name. */
const MAX_NAME = 64

/** Seen in the lists of browsers and systems, so it says whose it is. */
const rootName = (): string => {
  let user = 'user'
  try {
    user = userInfo().username
  } catch {
    // No entry for this user id, as in many containers.
  }
  return `barewire CA of ${user}@${hostname()}`.slice(0, MAX_NAME)
}

const intermediateName = (root: string): string => `${root.slice(0, MAX_NAME - ', issuing'.length)}, issuing`

/** What this machine is called is its own. */
const ownName = (): readonly string[] => {
  const name = hostname().toLowerCase()
  return isHostName(name) ? [name] : []
}
