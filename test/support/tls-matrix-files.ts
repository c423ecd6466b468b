/** Certificates of every kind for the matrix of TLS peers, by a root of ours, in memory and as files in PEM. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { certificateAuthority } from '../../src/ca/authority.ts'
import type { Issued } from '../../src/ca/types.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { pem } from '../../src/x509/files/pem.ts'
import type { Leaf } from './peers-chain.ts'
import { type CertificateKind, FACETS } from './tls-matrix.ts'

export const matrixFiles = (folder: string) => {
  const authority = certificateAuthority({ crypto: nodeCrypto(), now: Date.now, name: 'matrix root' })
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const inFiles = (name: string, { chain, privateKey }: Issued): Leaf & { readonly cert: string } => {
    const [leaf, ...above] = chain.map(der => pem('CERTIFICATE', der))
    const cert = [leaf, ...above].join('')
    const key = file(`${name}.key`, pem('PRIVATE KEY', privateKey))
    return { key, certificate: file(`${name}.leaf.pem`, leaf!), chain: file(`${name}.pem`, cert), cert }
  }
  const ROOT = pem('CERTIFICATE', authority.certificate)
  const rootFile = file('root.pem', ROOT)
  const own = authority.issue({ names: [], commonName: 'somebody', purposes: ['client'] })
  const ownFiles = inFiles('own', own)
  const OWN = { cert: ownFiles.cert, key: pem('PRIVATE KEY', own.privateKey) }
  const issued = Object.fromEntries(
    FACETS.certificate.map(key => [key, authority.issue({ names: ['localhost'], key })]),
  ) as Record<CertificateKind, Issued>
  const files = Object.fromEntries(FACETS.certificate.map(kind => [kind, inFiles(kind, issued[kind])])) as Record<
    CertificateKind,
    ReturnType<typeof inFiles>
  >
  return { ROOT, OWN, rootFile, ownFiles, issued, files }
}
