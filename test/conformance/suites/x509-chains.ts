/** BoringSSL's `verify_certificate_chain_unittest`: chains with the errors that each certificate must give. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { nodeCrypto } from '../../../src/node/crypto.ts'
import { certificatesIn } from '../../../src/x509/files/pem.ts'
import { type Profile, rfc5280 } from '../../../src/x509/path/profile.ts'
import { trustStore } from '../../../src/x509/path/store.ts'
import { isTrusted, type Purpose } from '../../../src/x509/path/trusted.ts'
import { verifyChain } from '../../../src/x509/path/verify.ts'
import { ascii } from '../../support/bytes.ts'
import type { CaseResult, Suite } from '../suite.ts'

interface ChainCase {
  readonly id: string
  /** PEM, leaf first, each the issuer of the one before; the last is what `last_cert_trust` says of it. */
  readonly chain: readonly string[]
  readonly last_cert_trust: string
  /** `YYMMDDHHMMSSZ`, or DEFAULT. */
  readonly utc_time: string
  readonly key_purpose: string
  readonly digest_policy?: string
  readonly expected_errors: string
  readonly should_validate: boolean
}

/** `DEFAULT` in the set. */
const DEFAULT_TIME: number = Date.UTC(2021, 9, 5, 12)

/** What BoringSSL means by each kind of trust, in our terms. */
const anchors: Readonly<Record<string, Profile['anchor']>> = {
  TRUSTED_ANCHOR: { dates: false, limits: false, saysAuthority: false },
  TRUSTED_ANCHOR_WITH_EXPIRATION: { dates: true, limits: false, saysAuthority: false },
  TRUSTED_ANCHOR_WITH_CONSTRAINTS: { dates: false, limits: true, saysAuthority: false },
  TRUSTED_ANCHOR_WITH_REQUIRE_BASIC_CONSTRAINTS: { dates: false, limits: false, saysAuthority: true },
  TRUSTED_ANCHOR_WITH_EXPIRATION_AND_CONSTRAINTS: { dates: true, limits: true, saysAuthority: false },
  TRUSTED_ANCHOR_OR_LEAF: { dates: false, limits: false, saysAuthority: false },
  TRUSTED_LEAF: { dates: false, limits: false, saysAuthority: false },
  TRUSTED_LEAF_REQUIRE_SELF_SIGNED: { dates: false, limits: false, saysAuthority: false },
}

/** Purposes of other worlds: signatures on pictures, group messaging. */
const foreignPurpose = /^(C2PA|MLS)/
const FOREIGN = 'its purpose is not one of ours'

const purposeOf = (keyPurpose: string): Purpose =>
  keyPurpose.startsWith('SERVER_AUTH') ? 'server' : keyPurpose.startsWith('CLIENT_AUTH') ? 'client' : 'any'

const NOBODY = ['tls/certificate-untrusted', 'tls/certificate-self-signed', 'tls/chain-incomplete']

/** Which of our codes says what an error of theirs says; the first row that fits. */
const codes: readonly (readonly [RegExp, readonly string[]])[] = [
  [/VerifySignedData failed/, ['tls/certificate-signature']],
  [/Time is after notAfter/, ['tls/certificate-expired']],
  [/Time is before notBefore/, ['tls/certificate-not-yet']],
  [/Unacceptable (signature algorithm|public key)/, ['tls/certificate-algorithm']],
  [/indicating it is a CA when it should not be/, ['tls/certificate-purpose']],
  [/Basic Constraints|keyCertSign/, ['tls/certificate-not-ca']],
  [/max_path_length/, ['tls/certificate-path-length']],
  [/not permitted for this use/, ['tls/certificate-profile']],
  [/extended key usage/i, ['tls/certificate-purpose']],
  [/Unconsumed critical/, ['tls/certificate-critical']],
  [/Too many name constraints checks/, ['tls/chain-too-complex']],
  [/No valid policy/, ['tls/certificate-policy']],
  [/not a trust anchor|Distrusted by trust store/, NOBODY],
]

const crypto = nodeCrypto()

const run = (chain: ChainCase): CaseResult => {
  const { id, key_purpose: purpose, last_cert_trust: trust } = chain
  if (foreignPurpose.test(purpose)) return { id, outcome: 'skipped', detail: FOREIGN }
  const certificates = chain.chain.map(pem => certificatesIn(ascii(pem))[0]!)
  const anchor = anchors[trust]
  const strict = purpose.endsWith('STRICT')
  const profile: Profile = {
    ...rfc5280,
    lints: new Set(strict || purpose.endsWith('STRICT_LEAF') ? ['purpose-mixed'] : []),
    anchor: anchor ?? rfc5280.anchor,
    trustedLeaf: trust.startsWith('TRUSTED_LEAF') || trust.endsWith('OR_LEAF') ? 'accepted' : 'refused',
    // STRICT and STRICT_LEAF are theirs for what public certificates must say.
    anyPurpose: strict ? 'ignored' : 'counts',
    leafWithoutPurpose: strict || purpose.endsWith('STRICT_LEAF') ? 'refused' : 'accepted',
    leafAuthority: strict || purpose.endsWith('STRICT_LEAF') ? 'refused' : 'accepted',
    minimumRsaBits: 1024,
    hashes: chain.digest_policy === 'STRONG' ? rfc5280.hashes : new Set([...rfc5280.hashes, 'sha1']),
  }
  const result = verifyChain({
    chain: anchor === undefined || certificates.length === 1 ? certificates : certificates.slice(0, -1),
    name: undefined,
    at: timeOf(chain.utc_time),
    trust: trustStore(anchor === undefined ? [] : certificates.slice(-1)),
    crypto,
    profile,
    purpose: purposeOf(purpose),
  })
  const trusted = isTrusted(result)
  const got = isTrusted(result) ? 'accepted' : result.code
  if (trusted !== chain.should_validate) {
    const detail = isTrusted(result) ? chain.expected_errors : `${got}: ${result.where ?? ''} ${result.got ?? ''}`
    return { id, outcome: 'failed', kind: trusted ? 'false-accept' : 'false-reject', got, detail }
  }
  if (trusted) return { id, outcome: 'passed' }
  const wanted = wantedCodes(chain.expected_errors)
  if (wanted.includes(got)) return { id, outcome: 'passed' }
  return { id, outcome: 'failed', kind: 'other-reason', got, detail: `${got}, expected ${wanted.join(' or ')}` }
}

/** Of the reasons that the set gives one must be ours; a reason without a row here is nobody's. */
const wantedCodes = (errors: string): readonly string[] =>
  errors
    .split('\n')
    .filter(line => line.startsWith('ERROR'))
    .flatMap(line => codes.find(([words]) => words.test(line))?.[1] ?? [])

const timeOf = (text: string): number =>
  text === 'DEFAULT' ? DEFAULT_TIME : Date.parse(text.replace(/^(..)(..)(..)(..)(..)(..)Z$/, '20$1-$2-$3T$4:$5:$6Z'))

export const suite: Suite = {
  name: 'x509-chains',
  listed: {
    'target-eku-clientauth/clientauth-strict': {
      because:
        'RFC 5280 4.2.1.12 and CA/B BR ask no extKeyUsage of an authority; BoringSSL does for clients under this purpose',
      got: 'accepted',
    },
    'incorrect-trust-anchor/main': {
      because:
        'the anchor has another name than the issuer (RFC 5280 6.1.3 (a)(4)), so it is untrusted and no signature is checked',
      got: 'tls/certificate-untrusted',
    },
    'target-selfissued/trusted_anchor': {
      because: 'its own name but not its own key signed it, which tells more than that nobody trusts it',
      got: 'tls/certificate-signature',
    },
    'target-and-intermediate/distrusted-root-expired': {
      because: 'the root is neither trusted nor valid yet; of two true reasons its dates are told',
      got: 'tls/certificate-not-yet',
    },
  },
  skips: { [FOREIGN]: 6 },
  async run(data) {
    const file = join(data, 'x509/chains.json.gz')
    if (!existsSync(file)) return undefined
    const cases = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as Record<string, ChainCase>
    return Object.values(cases).map(run)
  },
}
