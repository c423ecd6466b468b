/** What this machine trusts: its roots, those that the environment adds, and the local authority if there is one. */
import { readFileSync } from 'node:fs'
import { FailureError, fail } from '../../failures/index.ts'
import { certificatesIn } from '../../x509/pem.ts'
import { joinStores, trustStore } from '../../x509/store.ts'
import type { TrustStore } from '../../x509/types.ts'
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
 * `SSL_CERT_FILE` in place of the system's bundle, `NODE_EXTRA_CA_CERTS` added to it, as OpenSSL and Node have it.
 * Rejects with `ca/trust-file` when a file that was named there cannot be used.
 */
export const systemTrustStore = async (env: NodeJS.ProcessEnv = process.env): Promise<TrustStore> => {
  const named = env.SSL_CERT_FILE
  const extra = env.NODE_EXTRA_CA_CERTS
  const local = localRoot(dataHome(env))
  return joinStores(
    named ? fromFile(named) : await systemRoots(),
    ...(extra ? [fromFile(extra)] : []),
    ...(local === undefined ? [] : [trustStore([local])]),
  )
}

/** The certificates of a PEM or DER file. Throws `FailureError` `ca/trust-file`. */
export const fromFile = (path: string): TrustStore => {
  const certificates = certificatesIn(contents(path))
  if (certificates.length === 0)
    throw new FailureError(fail('ca/trust-file', { where: path, got: 'holds no certificate' }))
  return trustStore(certificates)
}

const contents = (path: string): Uint8Array => {
  try {
    return new Uint8Array(readFileSync(path))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new FailureError(fail('ca/trust-file', { where: path, got: `cannot be read (${code})` }), { cause: error })
  }
}

const systemRoots = async (): Promise<TrustStore> => {
  if (process.platform !== 'darwin' && process.platform !== 'win32') {
    for (const path of BUNDLES) {
      try {
        const certificates = certificatesIn(new Uint8Array(readFileSync(path)))
        if (certificates.length > 0) return trustStore(certificates)
      } catch {
        // The next distribution's place.
      }
    }
  }
  return fromNode()
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
