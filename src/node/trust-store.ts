/** What this machine trusts: its roots, those that the environment adds, and the local authority if there is one. */

import { readdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { english } from '../explain/en/index.ts'
import { Failure, fail } from '../failures/index.ts'
import { inWords } from '../net/told.ts'
import { latin1Text } from '../wire/bytes.ts'
import { Certificate, parseCertificate } from '../x509/certificate/certificate.ts'
import { certificatesOfAny } from '../x509/files/open.ts'
import { certificatesIn } from '../x509/files/pem.ts'
import { anchorsOfProgram } from '../x509/files/root-programs.ts'
import type { TrustStore } from '../x509/path/anchor.ts'
import { type AnchorToTrust, joinStores, trustStore } from '../x509/path/store.ts'
import { dataHome, localRoot } from './ca-files.ts'
import { nodeCrypto } from './crypto.ts'

/** Where systems keep the roots that they trust. */
interface Places {
  /** All in one file; the first that has any counts. */
  readonly bundles: readonly string[]
  /** A file each, where there is no bundle. */
  readonly folders: readonly string[]
}

/** Debian, Fedora, SUSE, RHEL's extracted form, OpenELEC, NixOS, Alpine and the BSDs; then FreeBSD's package. */
export const UNIX: Places = {
  bundles: [
    '/etc/ssl/certs/ca-certificates.crt',
    '/etc/pki/tls/certs/ca-bundle.crt',
    '/etc/ssl/ca-bundle.pem',
    '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
    '/etc/pki/tls/cacert.pem',
    '/etc/ssl/certs/ca-bundle.crt',
    '/etc/ssl/cert.pem',
    '/usr/local/share/certs/ca-root-nss.crt',
  ],
  // Most of Unix, FreeBSD, Android.
  folders: ['/etc/ssl/certs', '/etc/pki/tls/certs', '/usr/local/share/certs', '/system/etc/security/cacerts'],
}

/** Apple's roots as LibreSSL has them: what somebody added to a keychain is not among them. */
const DARWIN: Places = { bundles: ['/etc/ssl/cert.pem'], folders: [] }

/**
 * `SSL_CERT_FILE` and the folders in `SSL_CERT_DIR` in place of the system's bundle, `NODE_EXTRA_CA_CERTS` added to it,
 * as OpenSSL and Node have it. Rejects with `ca/trust-file` when a file that was named there cannot be used.
 */
export const systemTrustStore = async (env: NodeJS.ProcessEnv = process.env): Promise<TrustStore> => {
  const { SSL_CERT_FILE: file, SSL_CERT_DIR: folders, NODE_EXTRA_CA_CERTS: extra } = env
  const local = localAuthority(env)
  const named = [...(file ? [fromFile(file)] : []), ...(folders ? [fromFolders(folders)] : [])]
  return joinStores(
    ...(named.length === 0 ? [await systemRoots()] : named),
    ...(extra ? [fromFile(extra)] : []),
    ...(local === undefined ? [] : [trustStore([local], 'the authority of this machine')]),
  )
}

/** Who has no home folder has no authority there. */
export const localAuthority = (env: NodeJS.ProcessEnv): Uint8Array | undefined => {
  let home: string
  try {
    home = dataHome(env)
  } catch {
    return undefined
  }
  return localRoot(home)
}

/**
 * The certificates of a file, PEM, DER, PKCS#7 or PKCS#12 (under `password`, or none); damaged ones among others are left
 * out. p11-kit's files and CCADB's table bring purposes and dates along. Throws `FailureError`: `ca/trust-file` when none is
 * left, and those of `openFile` for a bundle.
 */
export const fromFile = (path: string, password?: string | undefined): TrustStore => {
  const file = contents(path)
  const anchors = anchorsOfProgram(latin1Text(file))
  if (anchors !== undefined)
    return readable(
      anchors.map(anchor => ({ ...anchor, source: path })),
      path,
    )
  const found = certificatesOfAny(file, password, nodeCrypto())
  if (found instanceof Failure) throw inWords(found.with({ where: path }), english)
  return readable(
    found.map(certificate => ({ certificate, source: path })),
    path,
  )
}

/** A store of those that can be read: one bad root among a hundred is no reason to trust nobody. */
const readable = (found: readonly AnchorToTrust[], where: string): TrustStore => {
  const anchors = found.filter(({ certificate }) => parseCertificate(certificate) instanceof Certificate)
  if (anchors.length > 0) return trustStore(anchors)
  const got = found.length === 0 ? 'holds no certificate' : 'holds no certificate that can be read'
  throw inWords(fail('ca/trust-file', { where, got }), english)
}

/** Every certificate in these folders, separated as in PATH; those that are not there count for nothing (OpenSSL). */
const fromFolders = (folders: string): TrustStore => {
  const found = folders
    .split(delimiter)
    .filter(folder => folder !== '')
    .map(folder => ({ folder, certificates: certificatesBelow(folder) }))
  return readable(
    found.flatMap(({ folder, certificates }) => certificates.map(certificate => ({ certificate, source: folder }))),
    folders,
  )
}

/** A root lies in a folder under its name, under its hash, and often in a bundle of all: once is enough. */
const certificatesBelow = (folder: string): readonly Uint8Array[] => {
  const names = unless(() => readdirSync(folder)) ?? []
  return [...new Map(names.flatMap(name => inFile(join(folder, name))).map(der => [latin1Text(der), der])).values()]
}

const inFile = (path: string): readonly Uint8Array[] =>
  unless(() => certificatesIn(new Uint8Array(readFileSync(path)))) ?? []

/** Undefined for what cannot be read: a folder among the files, or a link to a file that is gone. */
const unless = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

const contents = (path: string): Uint8Array => {
  try {
    return new Uint8Array(readFileSync(path))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw inWords(fail('ca/trust-file', { where: path, got: `cannot be read (${code})` }), english, error)
  }
}

/** What Node brings along, and from version 22.15 on what the system trusts. */
interface NodeRoots {
  readonly rootCertificates: readonly string[]
  readonly getCACertificates?: (type: 'system') => readonly string[]
}

/** Keychains and the registry of Windows are reached through Node where it can; the last resort is Mozilla's list in it. */
export const systemRoots = async (
  platform: NodeJS.Platform = process.platform,
  node?: NodeRoots,
): Promise<TrustStore> => {
  const found = platform !== 'darwin' && platform !== 'win32' ? rootsAt(UNIX) : undefined
  if (found !== undefined) return found
  const { rootCertificates, getCACertificates }: NodeRoots = node ?? (await import('node:tls'))
  const system = getCACertificates?.('system') ?? []
  if (system.length > 0) return inText(system, platform === 'darwin' ? 'keychain' : 'system store')
  return (platform === 'darwin' ? rootsAt(DARWIN) : undefined) ?? inText(rootCertificates, 'Mozilla, in Node')
}

const inText = (pems: readonly string[], source: string): TrustStore =>
  trustStore(certificatesIn(new TextEncoder().encode(pems.join('\n'))), source)

/**
 * The first of the bundles that has a certificate in it, else the first folder with any; undefined when none has. What
 * of a bundle cannot be read is left out by the store when it looks: reading a hundred roots to use one would cost more
 * than the handshake.
 */
export const rootsAt = ({ bundles, folders }: Places): TrustStore | undefined => {
  for (const [paths, read] of [
    [bundles, inFile],
    [folders, certificatesBelow],
  ] as const)
    for (const path of paths) {
      const certificates = read(path)
      if (certificates.some(der => parseCertificate(der) instanceof Certificate)) return trustStore(certificates, path)
    }
  return undefined
}
