/** Reading certificates: the system's roots and a few leaves; subject, dates, names and extensions are touched. */
import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import tls from 'node:tls'
import { certificateAuthority } from '../../src/ca/authority.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { BUNDLES } from '../../src/node/trust-store.ts'
import { Certificate } from '../../src/x509/certificate.ts'
import { certificatesIn } from '../../src/x509/pem.ts'
import type { BenchRow } from '../row.ts'

/** Each measurement lasts about this long. */
const SPAN = 400

const certificates = (): Buffer[] => {
  const bundle = BUNDLES.find(path => existsSync(path))
  const text = bundle === undefined ? tls.rootCertificates.join('\n') : readFileSync(bundle, 'latin1')
  const roots = certificatesIn(new TextEncoder().encode(text))
  const ca = certificateAuthority({ crypto: nodeCrypto(), now: Date.now, name: 'Bench root' })
  const site = (count: number): string[] => Array.from({ length: count }, (_, i) => `host${i}.example.test`)
  const leaves = [1, 2, 5, 20, 100].map(count => ca.issue({ names: site(count) }).certificate)
  return [...roots, ...leaves].map(der => Buffer.from(der))
}

const perSecond = (all: readonly Buffer[], touch: (der: Buffer) => number): number => {
  let count = 0
  let sum = 0
  const started = performance.now()
  let took = 0
  do {
    for (const der of all) sum += touch(der)
    count += all.length
    took = performance.now() - started
  } while (took < SPAN)
  if (sum === 0) throw new Error('nothing was read')
  return (count / took) * 1000
}

/** Every extension that we know is decoded, and the name made into text, as the peer does for its own properties. */
const ours = (der: Buffer): number => {
  const certificate = new Certificate(der).decodeAll()
  const names = certificate.extension('subjectAltName')?.length ?? 0
  const authority = certificate.extension('basicConstraints')?.ca === true ? 1 : 0
  return certificate.subject.text.length + certificate.notBefore + certificate.notAfter + names + authority
}

const theirs = (der: Buffer): number => {
  const certificate = new X509Certificate(der)
  const names = certificate.subjectAltName?.length ?? 0
  const usages = certificate.keyUsage?.length ?? 0
  const dates = Date.parse(certificate.validFrom) + Date.parse(certificate.validTo)
  return certificate.subject.length + dates + names + usages + (certificate.ca ? 1 : 0)
}

let all: Buffer[] | undefined

export const rows: readonly BenchRow[] = [
  {
    bench: 'x509/parse',
    unit: 'certs/s',
    peer: 'node:crypto',
    goal: 12,
    better: 'more',
    ours: async () => perSecond((all ??= certificates()), ours),
    theirs: async () => perSecond((all ??= certificates()), theirs),
  },
]
