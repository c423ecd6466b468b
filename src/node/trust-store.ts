/** What this machine trusts: its roots, those that the environment adds, and the local authority if there is one. */

import { readdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { english } from '../explain/en/index.ts'
import { fail } from '../failures/index.ts'
import { inWords } from '../net/told.ts'
import { latin1Text } from '../wire/bytes.ts'
import { Certificate, parseCertificate } from '../x509/certificate.ts'
import { certificatesIn } from '../x509/pem.ts'
import { joinStores, trustStore } from '../x509/store.ts'
import type { TrustStore } from '../x509/types.ts'
import { dataHome, localRoot } from './ca-files.ts'

/** Bundles by distribution: Debian, Fedora, SUSE, RHEL's extracted form, Alpine and the BSDs. */
export const BUNDLES: readonly string[] = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

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
    ...(local === undefined ? [] : [trustStore([local])]),
  )
}

/** Who has no home folder has no authority there. */
const localAuthority = (env: NodeJS.ProcessEnv): Uint8Array | undefined => {
  let home: string
  try {
    home = dataHome(env)
  } catch {
    return undefined
  }
  return localRoot(home)
}

/**
 * The certificates of a PEM or DER file; damaged ones among others are left out. Throws `FailureError` `ca/trust-file`
 * when none is left.
 */
export const fromFile = (path: string): TrustStore => readable(certificatesIn(contents(path)), path)

/** A store of those that can be read: one bad root among a hundred is no reason to trust nobody. */
const readable = (found: readonly Uint8Array[], where: string): TrustStore => {
  const certificates = found.filter(der => parseCertificate(der) instanceof Certificate)
  if (certificates.length > 0) return trustStore(certificates)
  const got = found.length === 0 ? 'holds no certificate' : 'holds no certificate that can be read'
  throw inWords(fail('ca/trust-file', { where, got }), english)
}

/** Every certificate in these folders, separated as in PATH; those that are not there count for nothing (OpenSSL). */
const fromFolders = (folders: string): TrustStore => {
  const found = folders
    .split(delimiter)
    .filter(folder => folder !== '')
    .flatMap(folder => certificatesBelow(folder))
  // A root lies there under its name, under its hash, and often in a bundle of all.
  const certificates = new Map(found.map(der => [latin1Text(der), der]))
  return readable([...certificates.values()], folders)
}

const certificatesBelow = (folder: string): Uint8Array[] => {
  const names = unless(() => readdirSync(folder)) ?? []
  return names.flatMap(name => unless(() => certificatesIn(new Uint8Array(readFileSync(join(folder, name))))) ?? [])
}

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

const systemRoots = async (): Promise<TrustStore> => {
  if (process.platform !== 'darwin' && process.platform !== 'win32') {
    const found = firstBundle(BUNDLES)
    if (found !== undefined) return found
  }
  return fromNode()
}

/**
 * The first of these files that has a certificate in it; undefined when none has. What of it cannot be read is left out
 * by the store when it looks: reading a hundred roots to use one would cost more than the handshake.
 */
export const firstBundle = (paths: readonly string[]): TrustStore | undefined => {
  for (const path of paths) {
    const certificates = unless(() => certificatesIn(new Uint8Array(readFileSync(path)))) ?? []
    if (certificates.some(der => parseCertificate(der) instanceof Certificate)) return trustStore(certificates)
  }
  return undefined
}

/** Keychains and registries are reached through Node where it can, else Mozilla's list that Node carries. */
const fromNode = async (): Promise<TrustStore> => {
  const tls = (await import('node:tls')) as typeof import('node:tls') & {
    getCACertificates?: (type: 'system') => readonly string[]
  }
  const system = tls.getCACertificates?.('system') ?? []
  const text = (system.length > 0 ? system : tls.rootCertificates).join('\n')
  return trustStore(certificatesIn(new TextEncoder().encode(text)))
}
