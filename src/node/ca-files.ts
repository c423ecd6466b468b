/**
 * The local authority as files: `root.pem` and `root.key` in one folder, made on first use. The folder appears whole
 * (it is written beside and renamed), so two processes that start at once end up with the same authority.
 */

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir, hostname, userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'
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

/**
 * The local authority, made when there is none or it is about to end. Throws `FailureError`: `ca/key-readable`,
 * `ca/damaged`, `ca/unusable`.
 */
export const localAuthority = (files: AuthorityFiles = {}): CertificateAuthority => {
  const { home = dataHome(), crypto = nodeCrypto(), now = Date.now } = files
  const folder = join(home, 'ca')
  try {
    const present = load(folder, crypto, now)
    if (present !== undefined && present.notAfter - now() > RENEW_BEFORE) return present
    if (present !== undefined) retire(folder, present.certificate, crypto)
    create(home, folder, crypto, now)
    const made = load(folder, crypto, now)
    if (made === undefined) throw inWords(fail('ca/unusable', { where: folder, got: 'disappeared again' }), english)
    return made
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
    for (const place of [join(home, 'ca'), path]) onlyOursToWrite(place)
    return certificatesIn(new Uint8Array(readFileSync(path)))[0]
  } catch (error) {
    if (error instanceof FailureError) throw error
    return undefined
  }
}

/** Whoever can write here can put an authority of their own in its place, and we would trust it for every name. */
const onlyOursToWrite = (path: string): void => {
  const { mode } = statSync(path)
  if (process.platform === 'win32' || (mode & 0o022) === 0) return
  const got = `can be written by others (0${(mode & 0o777).toString(8)}); chmod go-w would mend that`
  throw inWords(fail('ca/unusable', { where: path, got }), english)
}

const load = (folder: string, crypto: CryptoProvider, now: () => Millis): CertificateAuthority | undefined => {
  const paths = { certificate: join(folder, 'root.pem'), key: join(folder, 'root.key') }
  if (!exists(folder)) return undefined
  const damaged = (where: string, got: string): FailureError =>
    inWords(fail('ca/damaged', { where, got, expected: folder }), english)
  for (const path of [paths.certificate, paths.key]) if (!exists(path)) throw damaged(path, 'is not there')
  for (const place of [folder, paths.certificate]) onlyOursToWrite(place)
  const { mode } = statSync(paths.key)
  // Windows has no such bits; there the user's profile folder protects the file.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw inWords(fail('ca/key-readable', { where: paths.key, got: `0${(mode & 0o777).toString(8)}` }), english)
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

const create = (home: string, folder: string, crypto: CryptoProvider, now: () => Millis): void => {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const beside = mkdtempSync(join(home, 'ca-'))
  try {
    chmodSync(beside, 0o700)
    const authority = certificateAuthority({ crypto, now, name: rootName() })
    writeFileSync(join(beside, 'root.key'), pem('PRIVATE KEY', authority.keyPair.pkcs8), { mode: 0o600, flush: true })
    writeFileSync(join(beside, 'root.pem'), pem('CERTIFICATE', authority.certificate), { mode: 0o644, flush: true })
    renameSync(beside, folder)
  } catch (error) {
    rmSync(beside, { recursive: true, force: true })
    const { code } = error as NodeJS.ErrnoException
    // Another process was first; its authority is as good.
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'EPERM') throw error
    if (!exists(folder)) throw error
  }
}

/** Puts an old authority aside under its own name, so that of two processes only one can do it. */
const retire = (folder: string, certificate: Uint8Array, crypto: CryptoProvider): void => {
  const digest = crypto.hash('sha256').update(certificate).digest()
  const name = hexText(digest.subarray(0, 8))
  try {
    renameSync(folder, `${folder}-until-${name}`)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw error
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
