/**
 * The local authority as files: `root.pem` and `root.key` in one folder, made on first use. The folder appears whole
 * (it is written beside and renamed), so two processes that start at once end up with the same authority.
 */

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir, hostname, userInfo } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { type CertificateAuthority, certificateAuthority, loadAuthority } from '../ca/authority.ts'
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Millis } from '../engine.ts'
import { english } from '../explain/en/index.ts'
import { FailureError, fail } from '../failures/index.ts'
import { inWords } from '../net/told.ts'
import { hexText } from '../wire/bytes.ts'
import { Certificate, parseCertificate } from '../x509/certificate.ts'
import { certificatesIn, pem } from '../x509/pem.ts'
import { privateKeyIn } from '../x509/private-key.ts'
import { nodeCrypto } from './crypto.ts'

export interface AuthorityFiles {
  /** The folder of this program's data; see `dataHome`. */
  readonly home?: string
  readonly crypto?: CryptoProvider
  /** The date, milliseconds since 1970. */
  readonly now?: () => Millis
}

/** A root with less left than this is replaced: leaf certificates and whoever trusts it need time. */
const RENEW_BEFORE: Millis = 30 * 86_400_000

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
  readonly authority: CertificateAuthority
  /** `made`: there was none. `renewed`: the one that was there had ended or was about to, and is trusted in vain now. */
  readonly since: 'made' | 'found' | 'renewed'
}

/** As `openLocalAuthority`, for whoever need not know how old it is. */
export const localAuthority = (files: AuthorityFiles = {}): CertificateAuthority => openLocalAuthority(files).authority

/** Whether an authority has so little time left that it is replaced. */
export const aboutToEnd = ({ notAfter }: CertificateAuthority, now: Millis): boolean => notAfter - now <= RENEW_BEFORE

/**
 * The local authority, made when there is none or it is about to end. Throws `FailureError`: `ca/key-readable`,
 * `ca/damaged`, `ca/unusable`.
 */
export const openLocalAuthority = (files: AuthorityFiles = {}): OpenedAuthority => {
  const { home = dataHome(), crypto = nodeCrypto(), now = Date.now } = files
  const folder = join(home, 'ca')
  try {
    const present = load(folder, crypto, now)
    if (present !== undefined && !aboutToEnd(present, now())) return { authority: present, since: 'found' }
    if (present !== undefined) retire(folder, present.certificate, crypto)
    const created = create(home, folder, crypto, now)
    const authority = load(folder, crypto, now)
    if (authority === undefined)
      throw inWords(fail('ca/unusable', { where: folder, got: 'disappeared again' }), english)
    return { authority, since: present !== undefined ? 'renewed' : created ? 'made' : 'found' }
  } catch (error) {
    if (error instanceof FailureError) throw error
    const { code = '', message } = error as NodeJS.ErrnoException
    const got = code in reasons ? `${reasons[code]} (${code})` : code || message
    throw inWords(fail('ca/unusable', { where: folder, got }), english, error)
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'cannot be read or written by this user',
  EPERM: 'cannot be changed by this user',
  EROFS: 'lies on a file system that is read-only',
  ENOSPC: 'cannot be written, the disk is full',
  EDQUOT: 'cannot be written, the quota is used up',
  ENOTDIR: 'lies below something that is no folder',
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

/**
 * Whoever can write here, or in the folder that it lies in, can put an authority of their own in its place, and we would
 * trust it for every name. In a folder with the sticky bit (`/tmp`) others can only add, and what they own is refused.
 */
const onlyOursToWrite = (path: string): void => {
  const found = statSync(path)
  // Windows has neither; there the user's profile folder protects the file.
  if (process.platform === 'win32') return
  const refuse = (got: string): never => {
    throw inWords(fail('ca/unusable', { where: path, got }), english)
  }
  const ours = process.getuid?.() ?? 0
  if (found.uid !== ours && found.uid !== 0) refuse(`belongs to another user (${found.uid}, and this one is ${ours})`)
  const sticky = found.isDirectory() && (found.mode & 0o1000) !== 0
  if (sticky || (found.mode & 0o022) === 0) return
  refuse(`can be written by others (0${(found.mode & 0o777).toString(8)}); chmod go-w would mend that`)
}

const load = (folder: string, crypto: CryptoProvider, now: () => Millis): CertificateAuthority | undefined => {
  const paths = { certificate: join(folder, 'root.pem'), key: join(folder, 'root.key') }
  if (!exists(folder)) return undefined
  const damaged = (where: string, got: string): FailureError =>
    inWords(fail('ca/damaged', { where, got, expected: folder }), english)
  for (const path of [paths.certificate, paths.key]) if (!exists(path)) throw damaged(path, 'is not there')
  for (const place of [folder, paths.certificate, dirname(folder)]) onlyOursToWrite(place)
  const { mode } = statSync(paths.key)
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw inWords(fail('ca/key-readable', { where: paths.key, got: `0${(mode & 0o777).toString(8)}` }), english)
  onlyOursToWrite(paths.key)
  const [der] = certificatesIn(new Uint8Array(readFileSync(paths.certificate)))
  const certificate = der === undefined ? undefined : parseCertificate(der)
  if (der === undefined || !(certificate instanceof Certificate))
    throw damaged(paths.certificate, 'holds no certificate that can be read')
  const key = privateKeyIn(new Uint8Array(readFileSync(paths.key)))
  if (key === undefined) throw damaged(paths.key, 'holds no private key that can be read')
  let authority: CertificateAuthority
  try {
    authority = loadAuthority(crypto, now, der, key.pkcs8)
  } catch {
    throw damaged(paths.certificate, 'holds no certificate of an authority')
  }
  if (!signs(authority, crypto)) throw damaged(paths.key, `is not the key of ${paths.certificate}`)
  return authority
}

/** Whether the key makes signatures that the certificate's key confirms. */
const signs = (authority: CertificateAuthority, crypto: CryptoProvider): boolean => {
  try {
    const { certificate, publicKey } = authority.issue({ names: ['probe.invalid'] })
    const probe = new Certificate(certificate)
    const algorithm = probe.signatureAlgorithm
    return (
      publicKey.length > 0 &&
      algorithm !== undefined &&
      crypto.verify(algorithm, authority.keyPair.spki, probe.tbs, probe.signature)
    )
  } catch {
    return false
  }
}

/** False when another process was first. */
const create = (home: string, folder: string, crypto: CryptoProvider, now: () => Millis): boolean => {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  onlyOursToWrite(home)
  const beside = mkdtempSync(join(home, 'ca-'))
  try {
    chmodSync(beside, 0o700)
    const authority = certificateAuthority({ crypto, now, name: rootName() })
    writeFileSync(join(beside, 'root.key'), pem('PRIVATE KEY', authority.keyPair.pkcs8), { mode: 0o600, flush: true })
    writeFileSync(join(beside, 'root.pem'), pem('CERTIFICATE', authority.certificate), { mode: 0o644, flush: true })
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
 * be recognised where it was trusted; its key is of no more use to anybody but a thief.
 */
const retire = (folder: string, certificate: Uint8Array, crypto: CryptoProvider): void => {
  const digest = crypto.hash('sha256').update(certificate).digest()
  const name = hexText(digest.subarray(0, 8))
  try {
    const aside = `${folder}-until-${name}`
    renameSync(folder, aside)
    rmSync(join(aside, 'root.key'), { force: true })
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(code)) throw error
  }
}

/** Seen in the lists of browsers and systems, so it says whose it is. */
const rootName = (): string => {
  let user = 'user'
  try {
    user = userInfo().username
  } catch {
    // No entry for this user id, as in many containers.
  }
  return `barewire CA of ${user}@${hostname()}`.slice(0, 64)
}

const exists = (path: string): boolean => {
  try {
    statSync(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
