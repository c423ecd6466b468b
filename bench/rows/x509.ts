/**
 * Reading certificates: the system's roots and a few leaves. Every extension that a side knows is decoded, and the subject
 * is made into text; what only one side can do (`node:crypto` decodes four extensions) is not asked of the other.
 */
import 'reflect-metadata'
import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import tls from 'node:tls'
import { AsnConvert } from '@peculiar/asn1-schema'
import * as asn1X509 from '@peculiar/asn1-x509'
import * as peculiar from '@peculiar/x509'
import forge from 'node-forge'
import { Certificate as PkijsCertificate } from 'pkijs'
import { certificateAuthority } from '../../src/ca/authority.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { UNIX } from '../../src/node/trust-store.ts'
import { Certificate } from '../../src/x509/certificate/certificate.ts'
import { certificatesIn } from '../../src/x509/files/pem.ts'
import { inTurn, perCpuSecond } from '../cpu.ts'
import type { BenchRow } from '../row.ts'

const certificates = (): Buffer[] => {
  const bundle = UNIX.bundles.find(path => existsSync(path))
  const text = bundle === undefined ? tls.rootCertificates.join('\n') : readFileSync(bundle, 'latin1')
  const roots = certificatesIn(new TextEncoder().encode(text))
  const ca = certificateAuthority({ crypto: nodeCrypto(), now: Date.now, name: 'Bench root' })
  const site = (count: number): string[] => Array.from({ length: count }, (_, i) => `host${i}.example.test`)
  const leaves = [1, 2, 5, 20, 100].map(count => ca.issue({ names: site(count) }).certificate)
  return [...roots, ...leaves].map(der => Buffer.from(der))
}

type Touch = (der: Buffer) => number

const ours: Touch = der => {
  const certificate = new Certificate(der).decodeAll()
  const names = certificate.extension('subjectAltName')?.length ?? 0
  const authority = certificate.extension('basicConstraints')?.ca === true ? 1 : 0
  return certificate.subject.text.length + certificate.notBefore + certificate.notAfter + names + authority
}

const nodes: Touch = der => {
  const certificate = new X509Certificate(der)
  const names = certificate.subjectAltName?.length ?? 0
  const usages = certificate.keyUsage?.length ?? 0
  const access = certificate.infoAccess?.length ?? 0
  const dates = Date.parse(certificate.validFrom) + Date.parse(certificate.validTo)
  return certificate.subject.length + dates + names + usages + access + (certificate.ca ? 1 : 0)
}

const pkijs: Touch = der => {
  const certificate = PkijsCertificate.fromBER(der)
  let sum = certificate.notBefore.value.getTime() + certificate.notAfter.value.getTime()
  for (const { value } of certificate.subject.typesAndValues) sum += String(value.valueBlock.value).length
  for (const { parsedValue } of certificate.extensions ?? []) sum += parsedValue === undefined ? 0 : 1
  return sum
}

const peculiarX509: Touch = der => {
  const certificate = new peculiar.X509Certificate(der)
  const dates = certificate.notBefore.getTime() + certificate.notAfter.getTime()
  return certificate.subject.length + certificate.extensions.length + dates
}

/** What each extension decodes to there. */
const DECODED: Readonly<Record<string, new () => unknown>> = {
  [asn1X509.id_ce_authorityKeyIdentifier]: asn1X509.AuthorityKeyIdentifier,
  [asn1X509.id_ce_basicConstraints]: asn1X509.BasicConstraints,
  [asn1X509.id_ce_cRLDistributionPoints]: asn1X509.CRLDistributionPoints,
  [asn1X509.id_ce_certificatePolicies]: asn1X509.CertificatePolicies,
  [asn1X509.id_ce_extKeyUsage]: asn1X509.ExtendedKeyUsage,
  [asn1X509.id_ce_keyUsage]: asn1X509.KeyUsage,
  [asn1X509.id_ce_nameConstraints]: asn1X509.NameConstraints,
  [asn1X509.id_ce_subjectAltName]: asn1X509.SubjectAlternativeName,
  [asn1X509.id_ce_subjectKeyIdentifier]: asn1X509.SubjectKeyIdentifier,
  [asn1X509.id_pe_authorityInfoAccess]: asn1X509.AuthorityInfoAccessSyntax,
}

const peculiarAsn1: Touch = der => {
  const { tbsCertificate } = AsnConvert.parse(der, asn1X509.Certificate)
  const { notBefore, notAfter } = tbsCertificate.validity
  let sum = notBefore.getTime().getTime() + notAfter.getTime().getTime()
  for (const { extnID, extnValue } of tbsCertificate.extensions ?? []) {
    const type = DECODED[extnID]
    sum += type === undefined || AsnConvert.parse(extnValue, type) === undefined ? 0 : 1
  }
  return sum + new peculiar.Name(tbsCertificate.subject).toString().length
}

const forges: Touch = der => {
  const certificate = forge.pki.certificateFromAsn1(forge.asn1.fromDer(der.toString('binary')))
  let sum = certificate.validity.notBefore.getTime() + certificate.validity.notAfter.getTime()
  for (const { value } of certificate.subject.attributes) sum += String(value).length
  return sum + certificate.extensions.length
}

let all: Buffer[] | undefined
const everyCertificate = (): readonly Buffer[] => (all ??= certificates())
/** The one kind of key that `node-forge` knows. */
const ofRsaKeys = (): readonly Buffer[] =>
  everyCertificate().filter(der => new Certificate(der).publicKey.type === 'rsa')

const perSecond = (some: readonly Buffer[], touch: Touch): number => {
  const next = inTurn(some)
  let sum = 0
  const rate = perCpuSecond(() => {
    sum += touch(next())
  })
  if (!(sum > 0)) throw new Error('nothing was read')
  return rate
}

const row = (peer: string, goal: number, theirs: Touch, some = everyCertificate): BenchRow => ({
  bench: 'x509/parse',
  unit: 'certs/cpu s',
  peer,
  goal,
  better: 'more',
  ours: async () => perSecond(some(), ours),
  theirs: async () => perSecond(some(), theirs),
})

export const rows: readonly BenchRow[] = [
  row('node:crypto', 8, nodes),
  row('pkijs', 5, pkijs),
  row('@peculiar/x509', 5, peculiarX509),
  row('@peculiar/asn1-x509', 5, peculiarAsn1),
  row('node-forge', 5, forges, ofRsaKeys),
]
