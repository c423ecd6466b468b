/** Certificates that nobody should believe, for tests of those who judge them. */
import { OID } from '../asn1/oids.table.ts'
import { certificateAuthority, selfSigned, signingAnything } from '../ca/authority.ts'
import { ocspAnswerFor, revocationList } from '../ca/revocation.ts'
import type { CertificateAuthority } from '../ca/types.ts'
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Bytes, Millis } from '../engine.ts'
import type { FailureCode } from '../failures/index.ts'
import { Certificate } from '../x509/certificate/certificate.ts'
import { randomSerial, subjectAltName, writeCertificate, writeName } from '../x509/issue.ts'
import type { Evidence } from '../x509/revocation/evidence.ts'

/**
 * `authority`, and all that it makes, without its checks: leaves that outlive it or lie outside its limits, authorities
 * where none may stand. What has no name at all, or one that cannot be written, it refuses too. Throws TypeError for an
 * authority that is not of `barewire/ca`.
 */
export const broken = (authority: CertificateAuthority): CertificateAuthority => signingAnything(authority)

/** What a server would show, and what is wrong with it. */
export interface BrokenChain {
  /** DER, leaf first, as it is sent. */
  readonly chain: readonly Bytes[]
  /** PrivateKeyInfo, DER: what the server has. */
  readonly privateKey: Bytes
  /** To be trusted. */
  readonly root: Bytes
  /** What `verifyChain` answers; undefined where the chain itself is good, and the key beside it is not. */
  readonly fails: FailureCode | undefined
  /** What is known of revocation; needed for `revoked` alone. */
  readonly evidence: Evidence
}

export interface BrokenOptions {
  readonly crypto: CryptoProvider
  readonly now: () => Millis
  /** What the server is called. */
  readonly name: string
  /** Who signs, where it is not a fresh one: an authority of `barewire/ca`. `untrusted` and `selfSigned` have no use for it. */
  readonly root?: CertificateAuthority | undefined
}

const DAY = 86_400_000

interface Setting extends BrokenOptions {
  readonly root: CertificateAuthority
  readonly middle: CertificateAuthority
}

type Made = Pick<BrokenChain, 'chain' | 'privateKey' | 'fails'> & Partial<BrokenChain>

/** A chain of three that is good, but for one thing. */
const kinds = {
  expired: ({ middle, name, now }) => ({
    ...middle.issue({ names: [name], notBefore: now() - 3 * DAY, notAfter: now() - DAY }),
    fails: 'tls/certificate-expired',
  }),
  notYet: ({ middle, name, now }) => ({
    ...middle.issue({ names: [name], notBefore: now() + DAY, notAfter: now() + 3 * DAY }),
    fails: 'tls/certificate-not-yet',
  }),
  expiredIntermediate: ({ root, name, now }) => ({
    ...root
      .intermediate({ name: 'Intermediate of last year', notBefore: now() - 3 * DAY, notAfter: now() - DAY })
      .issue({ names: [name] }),
    fails: 'tls/certificate-expired',
  }),
  wrongName: ({ middle, name }) => ({ ...middle.issue({ names: [`not.${name}`] }), fails: 'tls/certificate-name' }),
  onlyCommonName: ({ middle, name }) => ({
    ...middle.issue({ names: [], commonName: name }),
    fails: 'tls/certificate-name',
  }),
  noIntermediate: ({ middle, name }) => {
    const { chain, privateKey } = middle.issue({ names: [name] })
    return { chain: chain.slice(0, 1), privateKey, fails: 'tls/chain-incomplete' }
  },
  untrusted: ({ crypto, now, name }) => {
    const stranger = certificateAuthority({ crypto, now, name: 'Root that nobody knows' })
    const { chain, privateKey } = stranger.intermediate({ name: 'Below it' }).issue({ names: [name] })
    return { chain: [...chain, stranger.certificate], privateKey, fails: 'tls/certificate-untrusted' }
  },
  selfSigned: ({ crypto, now, name }) => {
    const { chain, privateKey } = selfSigned(crypto, now, { names: [name] })
    return { chain, privateKey, fails: 'tls/certificate-self-signed' }
  },
  forClients: ({ middle, name }) => ({
    ...middle.issue({ names: [name], profile: 'client' }),
    fails: 'tls/certificate-purpose',
  }),
  byALeaf: ({ crypto, middle, now, name }) => {
    const leaf = middle.issue({ names: ['leaf.test'] })
    const [own, at] = [crypto.generateKeyPair('p-256'), now()]
    const certificate = writeCertificate(
      {
        serialNumber: randomSerial(crypto),
        issuer: new Certificate(leaf.certificate).subject.der,
        subject: writeName([[OID.commonName, name]]),
        notBefore: at - DAY,
        notAfter: at + DAY,
        spki: own.spki,
        extensions: [subjectAltName([name])],
      },
      { spki: leaf.publicKey, pkcs8: leaf.privateKey },
      crypto,
    )
    return { chain: [certificate, ...leaf.chain], privateKey: own.pkcs8, fails: 'tls/certificate-not-ca' }
  },
  tooDeep: ({ middle, name }) => ({
    ...middle.intermediate({ name: 'One too deep' }).issue({ names: [name] }),
    fails: 'tls/certificate-path-length',
  }),
  outsideLimits: ({ root, name }) => ({
    ...root.intermediate({ name: 'For others', permitted: [`not.${name}`] }).issue({ names: [name] }),
    fails: 'tls/certificate-constraint',
  }),
  badSignature: ({ middle, name }) => {
    const { chain, privateKey } = middle.issue({ names: [name] })
    const leaf = chain[0]!.slice()
    leaf[leaf.length - 1]! ^= 1
    return { chain: [leaf, ...chain.slice(1)], privateKey, fails: 'tls/certificate-signature' }
  },
  malformed: ({ middle, name }) => {
    const { chain, privateKey } = middle.issue({ names: [name] })
    return { chain: [chain[0]!.slice(0, -1), ...chain.slice(1)], privateKey, fails: 'tls/certificate-malformed' }
  },
  strangeCondition: ({ middle, name }) => ({
    ...middle.issue({ names: [name], extensions: [{ oid: '1.3.6.1.4.1.99999.1', critical: true, value: NULL }] }),
    fails: 'tls/certificate-critical',
  }),
  revoked: ({ crypto, now, middle, name }) => {
    const { serial, chain, privateKey } = middle.issue({ names: [name] })
    middle.revoke(serial, 'keyCompromise')
    const options = { crypto, now: now() }
    const evidence = { crls: [revocationList(middle, options)], stapled: ocspAnswerFor(middle, serial, options) }
    return { chain, privateKey, fails: 'tls/certificate-revoked', evidence }
  },
  wrongKey: ({ crypto, middle, name }) => ({
    ...middle.issue({ names: [name] }),
    privateKey: crypto.generateKeyPair('p-256').pkcs8,
    fails: undefined,
  }),
} as const satisfies Record<string, (setting: Setting) => Made>

const NULL = Uint8Array.of(5, 0)

export type BrokenKind = keyof typeof kinds

/** What `brokenChain` makes. */
export const brokenKinds = Object.keys(kinds) as readonly BrokenKind[]

/** A chain with exactly this wrong, below a root of its own where none is given. */
export const brokenChain = (kind: BrokenKind, options: BrokenOptions): BrokenChain => {
  const { crypto, now } = options
  const root = broken(options.root ?? certificateAuthority({ crypto, now, name: 'Root' }))
  const middle = root.intermediate({ name: 'Intermediate' })
  const { chain, privateKey, fails, evidence = {} }: Made = kinds[kind]({ ...options, root, middle })
  return { chain, privateKey, root: root.certificate, fails, evidence }
}
