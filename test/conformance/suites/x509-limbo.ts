/** Path validation cases in the format of C2SP/x509-limbo (`limbo-schema.json`), each against the profile it is for. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { isPublicSuffix } from '../../../src/net/public-suffix.ts'
import { nodeCrypto } from '../../../src/node/crypto.ts'
import { certificatesIn, pemBlocks } from '../../../src/x509/files/pem.ts'
import { deployed, type Profile, profiles, rfc5280, webpki } from '../../../src/x509/path/profile.ts'
import { trustStore } from '../../../src/x509/path/store.ts'
import { isTrusted } from '../../../src/x509/path/trusted.ts'
import { verifyChain } from '../../../src/x509/path/verify.ts'
import { ascii } from '../../support/bytes.ts'
import type { CaseResult, Suite } from '../suite.ts'
import { limboReasons } from '../x509-limbo.table.ts'

export interface LimboCase {
  readonly id: string
  readonly features: readonly string[] | null
  readonly validation_kind: 'SERVER' | 'CLIENT'
  readonly trusted_certs: readonly string[]
  readonly untrusted_intermediates: readonly string[]
  readonly peer_certificate: string
  readonly validation_time: string | null
  readonly extended_key_usage: readonly string[] | null
  readonly expected_result: 'SUCCESS' | 'FAILURE'
  readonly expected_peer_name: { readonly kind: string; readonly value: string } | null
  readonly expected_peer_names?: readonly { readonly kind: string; readonly value: string }[] | null
  readonly max_chain_depth: number | null
  /** PEM; with any, each certificate must be known not to be revoked. */
  readonly crls?: readonly string[] | null
}

/** A case may take this long; a hostile chain must not stop whoever checks it. */
const TIME_LIMIT = 1000

/** The namespaces whose expectations are those of public certificates; everything else is RFC 5280. */
const profileFor = (id: string): Profile => (/^(webpki|online)::/.test(id) ? webpki : rfc5280)

const crypto = nodeCrypto()
const der = (pem: string): Uint8Array => certificatesIn(ascii(pem))[0] ?? new Uint8Array()

const casesIn = (data: string): readonly LimboCase[] | undefined => {
  const file = [join(data, 'x509/limbo.json.gz'), join(data, 'limbo.json.gz'), join(data, 'limbo.json'), data].find(
    name => existsSync(name) && /\.json(\.gz)?$/.test(name),
  )
  if (file === undefined) return undefined
  const raw = readFileSync(file)
  const text = (file.endsWith('.gz') ? gunzipSync(raw) : raw).toString('utf8')
  return (JSON.parse(text) as { testcases: readonly LimboCase[] }).testcases
}

/** What we say about a case under a profile. */
const judge = (limbo: LimboCase, profile: Profile): ReturnType<typeof verifyChain> =>
  verifyChain({
    chain: [der(limbo.peer_certificate), ...limbo.untrusted_intermediates.map(der)],
    name: limbo.expected_peer_name?.value,
    at: limbo.validation_time === null ? Date.now() : Date.parse(limbo.validation_time),
    trust: trustStore(limbo.trusted_certs.map(der)),
    crypto,
    profile: limbo.max_chain_depth === null ? profile : { ...profile, maxIntermediates: limbo.max_chain_depth },
    purpose: limbo.validation_kind === 'CLIENT' ? 'client' : 'server',
    isRegistrySuffix: domain => isPublicSuffix(domain, 'icann'),
    ...(limbo.crls?.length && {
      evidence: { crls: limbo.crls.flatMap(pem => pemBlocks(pem).map(block => block.der)) },
      revocation: { mode: 'hard' },
    }),
  })

const run = (limbo: LimboCase): CaseResult => {
  const { id } = limbo
  const started = performance.now()
  const result = judge(limbo, profileFor(id))
  const took = performance.now() - started
  const accepted = isTrusted(result)
  const got = isTrusted(result) ? 'accepted' : result.code
  if (accepted !== (limbo.expected_result === 'SUCCESS')) {
    const detail = isTrusted(result) ? 'trusted' : `${got}: ${result.where ?? ''} ${result.got ?? ''}`
    return { id, outcome: 'failed', kind: accepted ? 'false-accept' : 'false-reject', got, detail }
  }
  const wanted: readonly string[] = limboReasons.find(([cases]) => cases.test(id))?.[1] ?? []
  if (!accepted && !wanted.includes(got)) {
    const expected = wanted.length === 0 ? 'no row in x509-limbo.table.ts' : wanted.join(' or ')
    return { id, outcome: 'failed', kind: 'other-reason', got, detail: `${got}, expected ${expected}` }
  }
  // What protects the reader must not depend on the profile: `deployed` may only forgive what binds issuers.
  const usual = judge(limbo, deployed)
  if (isTrusted(usual) && !isTrusted(result) && !forgivable.has(result.code) && result.got !== 'unnumbered')
    return { id, outcome: 'failed', kind: 'false-accept', detail: `deployed trusts it despite ${result.code}` }
  if (took > TIME_LIMIT) return { id, outcome: 'failed', kind: 'slow', detail: `${Math.round(took)} ms` }
  return { id, outcome: 'passed' }
}

/** Broken rules for issuers (with lists that have no number), and a leaf that names no purpose, which RFC 5280 4.2.1.12 allows. */
const forgivable: ReadonlySet<string> = new Set(['tls/certificate-profile', 'tls/certificate-purpose'])

/** As `run`, under `webpki` whatever the case is for, and without a look at the reason. */
const runAlone = (limbo: LimboCase): CaseResult => {
  const { id } = limbo
  const started = performance.now()
  const result = judge(limbo, webpki)
  const took = performance.now() - started
  const accepted = isTrusted(result)
  const got = isTrusted(result) ? 'accepted' : result.code
  if (took > TIME_LIMIT) return { id, outcome: 'failed', kind: 'slow', detail: `${Math.round(took)} ms` }
  if (accepted === (limbo.expected_result === 'SUCCESS')) return { id, outcome: 'passed' }
  return { id, outcome: 'failed', kind: accepted ? 'false-accept' : 'false-reject', got, detail: got }
}

const NOT_IN_SAN = {
  because:
    'the set refuses a common name that is not in subjectAltName here, and trusts it in 404 other cases (CA/B BR 7.1.4.3); no reader looks at it',
  got: 'accepted',
} as const
const OF_A_COMPANY = {
  because:
    'CA/B BR 3.2.2.6 forbids wildcards below a registry, not below a company; those of s3.amazonaws.com are in use, and Chromium takes them',
  got: 'accepted',
  whole: true,
} as const

/** One profile for all cases, as others are judged by this set. */
export const alone: Suite = {
  name: 'x509-limbo-webpki',
  listed: {
    'webpki::cn::not-in-san': NOT_IN_SAN,
    'webpki::cn::punycode-not-in-san': NOT_IN_SAN,
    'webpki::san::public-suffix-private-namespace-wildcard-san': OF_A_COMPANY,
    'rfc5280::nc::permitted-dns-match-noncritical': {
      because: 'the set trusts the same chain in webpki::nc::permitted-dns-match-noncritical (`conflicts_with`)',
      got: 'accepted',
    },
    'rfc5280::eku::ee-without-eku': {
      because: 'the set refuses the same chain in webpki::eku::ee-without-eku (`conflicts_with`)',
      got: 'tls/certificate-purpose',
    },
    'rfc5280::ca-as-leaf': {
      because: 'the set refuses the same chain in webpki::ca-as-leaf (`conflicts_with`)',
      got: 'tls/certificate-purpose',
    },
    'pathlen::validation-ignores-pathlen-in-leaf': {
      because: 'the leaf is an authority, for which webpki::ca-as-leaf must be refused',
      got: 'tls/certificate-purpose',
      whole: true,
    },
  },
  skips: {},
  async run(data) {
    return casesIn(data)?.map(runAlone)
  },
}

export const suite: Suite = {
  name: 'x509-limbo',
  listed: {
    'webpki::cn::not-in-san': NOT_IN_SAN,
    'webpki::cn::punycode-not-in-san': NOT_IN_SAN,
    'webpki::san::public-suffix-private-namespace-wildcard-san': OF_A_COMPANY,
  },
  skips: {},
  async run(data) {
    return casesIn(data)?.map(run)
  },
  async tables(data) {
    const cases = casesIn(data) ?? []
    return Object.values(profiles).map(profile => {
      const trusted = cases.map(limbo => isTrusted(judge(limbo, profile)))
      const wrong = (sense: boolean): number =>
        cases.filter((limbo, i) => trusted[i] === sense && sense !== (limbo.expected_result === 'SUCCESS')).length
      const [accepts, rejects] = [wrong(true), wrong(false)]
      const right = cases.length - accepts - rejects
      return `${profile.name} for all: ${right} of ${cases.length} right, ${accepts} false accepts, ${rejects} false rejects`
    })
  },
}
