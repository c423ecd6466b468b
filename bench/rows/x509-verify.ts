/**
 * A chain of three judged, signatures checked, of many leaves in turn: beside `node:crypto` by hand (issuer,
 * signature, dates and name, without constraints, purposes and path building), beside `pkijs`, and what a hostile chain
 * within the limits of TLS costs beside an honest one.
 */
import { X509Certificate } from 'node:crypto'
import { CertificateChainValidationEngine, Certificate as PkijsCertificate } from 'pkijs'
import { OID } from '../../src/asn1/oids.table.ts'
import { certificateAuthority } from '../../src/ca/authority.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { KEY_USAGE } from '../../src/x509/certificate/extensions.ts'
import { basicConstraints, keyUsage, writeCertificate, writeName } from '../../src/x509/issue.ts'
import { trustStore } from '../../src/x509/path/store.ts'
import { isTrusted } from '../../src/x509/path/trusted.ts'
import { verifyChain } from '../../src/x509/path/verify.ts'
import { inTurn, perCpuSecond, perCpuSecondOf } from '../cpu.ts'
import type { BenchRow } from '../row.ts'

/** A handshake message of ours holds 64 KiB: as many certificates as fit. */
const HOSTILE = 120
/** More leaves than public keys are kept: a client that meets a new site has not seen its key. */
const LEAVES = 400
const DAY = 86_400_000

const crypto = nodeCrypto()
const root = certificateAuthority({ crypto, now: Date.now, name: 'Bench root' })
const middle = root.intermediate({ name: 'Bench intermediate' })
const name = 'shop.test'
type Chain = readonly Uint8Array[]
const issued = (): Chain => middle.issue({ names: [name] }).chain
let made: readonly Chain[] | undefined
const chains = (): readonly Chain[] => (made ??= Array.from({ length: LEAVES }, issued))

const must = (judged: boolean): void => {
  if (!judged) throw new Error('judged otherwise than it must be')
}

const perSecond = (some: readonly Chain[], isRight: (chain: Chain) => boolean): number => {
  const next = inTurn(some)
  return perCpuSecond(() => must(isRight(next())))
}

const trust = trustStore([root.certificate])
const ours = (chain: Chain): boolean => isTrusted(verifyChain({ chain, name, at: Date.now(), trust, crypto }))

const nodeRoot = new X509Certificate(root.certificate)
const byHand = (chain: Chain): boolean => {
  const path = [...chain.map(der => new X509Certificate(der)), nodeRoot]
  const now = Date.now()
  return (
    path[0]!.checkHost(name) !== undefined &&
    path.every(one => Date.parse(one.validFrom) <= now && now <= Date.parse(one.validTo)) &&
    path.slice(0, -1).every((one, i) => one.checkIssued(path[i + 1]!) && one.verify(path[i + 1]!.publicKey))
  )
}

const pkijsRoot = PkijsCertificate.fromBER(root.certificate)
/** It does not compare names: that is left to whoever asks. */
const pkijs = async (chain: Chain): Promise<void> => {
  const certs = chain.map(der => PkijsCertificate.fromBER(der)).reverse()
  const engine = new CertificateChainValidationEngine({ trustedCerts: [pkijsRoot], certs })
  must((await engine.verify()).result)
}

/** Authorities of one name and many keys that issued one another: every way has to be tried. */
const hostile = (): Chain => {
  const keys = Array.from({ length: HOSTILE }, () => crypto.generateKeyPair('p-256'))
  const subject = writeName([[OID.commonName, 'Bench intermediate']])
  const signed = (i: number): Uint8Array =>
    writeCertificate(
      {
        serialNumber: Uint8Array.of(1, i),
        issuer: subject,
        subject,
        notBefore: Date.now() - DAY,
        notAfter: Date.now() + DAY,
        spki: keys[i]!.spki,
        extensions: [basicConstraints({ ca: true, pathLength: undefined }), keyUsage(KEY_USAGE.keyCertSign)],
      },
      keys[(i + 1) % HOSTILE]!,
      crypto,
    )
  return [issued()[0]!, ...keys.map((_, i) => signed(i))]
}
let pile: Chain | undefined

const verify = { bench: 'x509/verify', unit: 'chains/cpu s', better: 'more' } as const

export const rows: readonly BenchRow[] = [
  {
    ...verify,
    peer: 'node:crypto by hand',
    goal: 1.3,
    ours: async () => perSecond(chains(), ours),
    theirs: async () => perSecond(chains(), byHand),
  },
  {
    ...verify,
    peer: 'pkijs',
    goal: 2,
    ours: async () => perSecond(chains(), ours),
    theirs: async () => {
      const next = inTurn(chains())
      return perCpuSecondOf(() => pkijs(next()))
    },
  },
  {
    bench: 'x509/hostile',
    unit: 'ms',
    peer: '200 honest chains',
    goal: 1,
    better: 'less',
    ours: async () => 1000 / perSecond([(pile ??= hostile())], chain => !ours(chain)),
    theirs: async () => 200_000 / perSecond(chains(), ours),
    beside: () => `${HOSTILE} authorities of one name that sign each other`,
  },
]
