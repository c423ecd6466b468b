/**
 * NIST's PKITS as BoringSSL has it in `pki/testdata/nist-pkits`: certificates, lists, and per case the path from anchor to
 * leaf, what the caller demands of policies, and which policies are valid in the end.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeCrypto } from '../../../src/node/crypto.ts'
import { pathOnly } from '../../../src/x509/path/profile.ts'
import { trustStore } from '../../../src/x509/path/store.ts'
import { isTrusted } from '../../../src/x509/path/trusted.ts'
import { verifyChain } from '../../../src/x509/path/verify.ts'
import type { CaseResult, Suite } from '../suite.ts'

interface PkitsCase {
  readonly id: string
  /** File names without `.crt`, the anchor first. */
  readonly certificates: readonly string[]
  /** File names without `.crl`. */
  readonly lists: readonly string[]
  readonly shouldValidate: boolean
  readonly acceptable: readonly string[]
  readonly constrained: readonly string[]
  readonly required: boolean
  readonly mappingInhibited: boolean
  readonly anyPolicyInhibited: boolean
}

const ANY_POLICY = '2.5.29.32.0'
const NIST_POLICY = '2.16.840.1.101.3.2.1.48'

/** When the set was published. */
const PUBLISHED: number = Date.UTC(2011, 3, 15)

const DSA = { because: 'nobody signs with DSA any more (RFC 9155, CA/B BR 7.1.3)', got: 'tls/certificate-algorithm' }

const crypto = nodeCrypto()

const policiesIn = (names: string): string[] =>
  names
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '')
    .map(name => (name === 'anyPolicy' ? ANY_POLICY : name.replace('NIST-test-policy-', `${NIST_POLICY}.`)))

const quoted = (text: string): string[] => [...text.matchAll(/"([^"]+)"/g)].map(([, name]) => name!)

const casesIn = (text: string): PkitsCase[] =>
  text.split('WRAPPED_TYPED_TEST_P(').flatMap(body => {
    const certificates = /certs\[\] = \{([^}]*)\}/.exec(body)?.[1]
    const lists = /crls\[\] = \{([^}]*)\}/.exec(body)?.[1] ?? ''
    const number = /test_number = "([^"]+)"/.exec(body)?.[1]
    // Several cases of a number differ in what the caller demands.
    const part = /^\s*\w+,\s*\w*?(Subpart\d+)?\)/.exec(body)?.[1]
    if (certificates === undefined || number === undefined) return []
    const id = part === undefined ? number : `${number} ${part}`
    const said = (name: string): string | undefined => new RegExp(`info\\.${name}\\(([^)]*)\\)`).exec(body)?.[1]
    const set = (name: string, otherwise: string): string[] =>
      policiesIn([...(said(name) ?? `"${otherwise}"`).matchAll(/"([^"]*)"/g)].map(([, part]) => part).join(''))
    return [
      {
        id,
        certificates: quoted(certificates),
        lists: quoted(lists),
        shouldValidate: body.includes('should_validate = true'),
        acceptable: set('SetInitialPolicySet', 'anyPolicy'),
        constrained: set('SetUserConstrainedPolicySet', 'NIST-test-policy-1'),
        required: said('SetInitialExplicitPolicy') === 'true',
        mappingInhibited: said('SetInitialPolicyMappingInhibit') === 'true',
        anyPolicyInhibited: said('SetInitialInhibitAnyPolicy') === 'true',
      },
    ]
  })

const run = (folder: string, one: PkitsCase): CaseResult => {
  const { id, certificates, lists, shouldValidate, constrained, ...policies } = one
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)))
  const [anchor, ...others] = certificates.map(name => read(`certs/${name}.crt`))
  const chain = others.toReversed()
  const trust = trustStore([anchor!])
  const result = verifyChain({
    chain,
    name: undefined,
    at: PUBLISHED,
    trust,
    crypto,
    profile: pathOnly,
    purpose: 'any',
    policies,
    evidence: { crls: lists.map(name => read(`crls/${name}.crl`)) },
    // Each certificate of a path is on a list of the set, or the path is not good.
    revocation: { mode: 'hard' },
  })
  const trusted = isTrusted(result)
  const got = isTrusted(result) ? 'accepted' : result.code
  if (trusted !== shouldValidate) {
    const detail = isTrusted(result) ? 'accepted' : `${got}: ${result.where ?? ''} ${result.got ?? ''}`
    return { id, outcome: 'failed', kind: trusted ? 'false-accept' : 'false-reject', got, detail }
  }
  if (!isTrusted(result)) return { id, outcome: 'passed' }
  const [ours, theirs] = [result.policies.toSorted().join(' '), constrained.toSorted().join(' ')]
  if (ours === theirs) return { id, outcome: 'passed' }
  return { id, outcome: 'failed', kind: 'other-policies', got: ours, detail: `expected ${theirs}, got ${ours}` }
}

export const suite: Suite = {
  name: 'pkits',
  onlyByName: true,
  listed: { '4.1.4': DSA, '4.1.5': DSA },
  skips: {},
  async run(data) {
    const folder = [data, join(data, 'nist-pkits'), join(data, 'pki/testdata/nist-pkits')].find(each =>
      existsSync(join(each, 'pkits_testcases-inl.h')),
    )
    if (folder === undefined) return undefined
    return casesIn(readFileSync(join(folder, 'pkits_testcases-inl.h'), 'utf8')).map(one => run(folder, one))
  },
}
