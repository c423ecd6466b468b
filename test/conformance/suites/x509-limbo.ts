/** Path validation cases in the format of C2SP/x509-limbo (`limbo-schema.json`), each against the profile it is for. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { nodeCrypto } from '../../../src/node/crypto.ts'
import { explainChain } from '../../../src/x509/path.ts'
import { certificatesIn } from '../../../src/x509/pem.ts'
import { deployed, type Profile, rfc5280, webpki } from '../../../src/x509/profile.ts'
import { trustStore } from '../../../src/x509/store.ts'
import { isTrusted } from '../../../src/x509/trusted.ts'
import type { ChainOutcome } from '../../../src/x509/types.ts'
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
const judge = (limbo: LimboCase, profile: Profile): ChainOutcome =>
  explainChain({
    chain: [der(limbo.peer_certificate), ...limbo.untrusted_intermediates.map(der)],
    name: limbo.expected_peer_name?.value,
    at: limbo.validation_time === null ? Date.now() : Date.parse(limbo.validation_time),
    trust: trustStore(limbo.trusted_certs.map(der)),
    crypto,
    profile: limbo.max_chain_depth === null ? profile : { ...profile, maxIntermediates: limbo.max_chain_depth },
    purpose: limbo.validation_kind === 'CLIENT' ? 'client' : 'server',
  })

const REVOCATION = 'revocation lists are not read yet'

const run = (limbo: LimboCase): CaseResult => {
  const { id } = limbo
  if (limbo.features?.includes('has-crl') === true) {
    return { id, outcome: 'skipped', detail: REVOCATION }
  }
  const started = performance.now()
  const { result } = judge(limbo, profileFor(id))
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
  const usual = judge(limbo, deployed).result
  if (isTrusted(usual) && !isTrusted(result) && !forgivable.has(result.code))
    return { id, outcome: 'failed', kind: 'false-accept', detail: `deployed trusts it despite ${result.code}` }
  if (took > TIME_LIMIT) return { id, outcome: 'failed', kind: 'slow', detail: `${Math.round(took)} ms` }
  return { id, outcome: 'passed' }
}

/** Broken rules for issuers, and a leaf that names no purpose, which RFC 5280 4.2.1.12 allows. */
const forgivable: ReadonlySet<string> = new Set(['tls/certificate-profile', 'tls/certificate-purpose'])

const COMMON_NAME = {
  because:
    'its common name is not in subjectAltName, which CA/B BR 7.1.4.3 forbids and webpki::cn::not-in-san demands to be refused',
  got: 'tls/certificate-profile',
} as const

export const suite: Suite = {
  name: 'x509-limbo',
  listed: {
    'webpki::nc::nc-permits-dns-san-pattern': COMMON_NAME,
    'webpki::san::exact-localhost-ip-san': { ...COMMON_NAME, whole: true },
    'webpki::san::leftmost-wildcard-san': { ...COMMON_NAME, whole: true },
  },
  skips: { [REVOCATION]: 3 },
  async run(data) {
    return casesIn(data)?.map(run)
  },
}
