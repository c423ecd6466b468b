/**
 * Holds a certificate to the rules for whoever issues it. None of this says whether to trust it: `path/verify.ts` does,
 * and refuses for far less.
 */
import { OID } from '../../asn1/oids.table.ts'
import type { CryptoProvider } from '../../crypto/provider.ts'
import { type Failure, isFailure } from '../../failures/index.ts'
import { Certificate, malformedUnless } from '../certificate/certificate.ts'
import { spanOf } from '../certificate/part.ts'
import { type LintId, lints, lintsBroken, type Role } from '../path/lints.table.ts'
import type { SuffixTest } from '../path/names.ts'
import { baselineRules } from './baseline.table.ts'
import { qualifiersOf, reservedPolicies } from './look.ts'
import { rfcRules } from './rfc.table.ts'
import { subjectRules } from './subject.table.ts'
import type { About, CertificateKind, Finding, LintRule, RuleSet } from './types.ts'

export interface LintOptions {
  readonly crypto: CryptoProvider
  /** By default `rulesFor` this certificate alone. */
  readonly rules?: RuleSet | undefined
  /** Without it no wildcard is too wide. */
  readonly isRegistrySuffix?: SuffixTest | undefined
}

export interface LintOutcome {
  readonly kind: CertificateKind
  readonly rules: RuleSet
  /** In the order of the rules. */
  readonly findings: readonly Finding[]
}

/** What is wrong with the certificate (DER) and by which rule; or `tls/certificate-malformed`, where it cannot be read. */
export const lintCertificate = (der: Uint8Array, options: LintOptions): LintOutcome | Failure => {
  const read = malformedUnless(() => {
    const certificate = new Certificate(der).decodeAll()
    qualifiersOf(certificate)
    return certificate
  })
  return isFailure(read) ? read : findingsIn(read, options)
}

/** What these certificates, DER, claim to keep: the rules of the CA/Browser Forum where one of them asserts a policy of its. */
export const rulesFor = (chain: readonly Uint8Array[]): RuleSet =>
  chain.some(der => malformedUnless(() => reservedPolicies(new Certificate(der)).length > 0) === true)
    ? 'webpki'
    : 'rfc5280'

const findingsIn = (certificate: Certificate, options: LintOptions): LintOutcome => {
  const { crypto, isRegistrySuffix } = options
  const rules = options.rules ?? (reservedPolicies(certificate).length > 0 ? 'webpki' : 'rfc5280')
  const kind = kindOf(certificate)
  const isSelfSigned = (): boolean => {
    const { signatureAlgorithm: algorithm, spki, tbs, signature, isSelfIssued } = certificate
    return isSelfIssued && algorithm !== undefined && crypto.verify(algorithm, spki, tbs, signature)
  }
  const refusing = refusedFor(rules, kind)
  const refused = lintsBroken(certificate, ROLES[kind], refusing, isSelfSigned).map(lint => {
    const { says, rule, of } = lints[lint]
    return { lint, level: 'error', says, rule, span: spanOf(certificate, of) } as const
  })
  const about = { kind, isRegistrySuffix }
  const tables = rules === 'webpki' ? [rfcRules, baselineRules, subjectRules] : [rfcRules]
  const broken = tables.flatMap(table =>
    Object.entries(table).flatMap(([lint, one]): Finding[] => {
      if (!applies(one, certificate, about, rules) || !one.broken(certificate, about)) return []
      const { level, says, rule, of } = one
      return [{ lint, level, says, rule, span: spanOf(certificate, of) }]
    }),
  )
  return { kind, rules, findings: [...refused, ...broken] }
}

/** Rules that profiles refuse for are for both sets; but where the CA/Browser Forum makes an exception, it counts. */
const refusedFor = (rules: RuleSet, kind: CertificateKind): ReadonlySet<LintId> =>
  new Set(
    (Object.keys(lints) as LintId[]).filter(id => {
      const { rule, refusedBy, roles } = lints[id]
      if (!rule.startsWith('CA/B')) return rules === 'rfc5280' || refusedBy.length === 0 || refusedBy.includes('webpki')
      // What they say of leaves they say of servers.
      return rules === 'webpki' && (kind === 'server' || roles?.includes('leaf') !== true)
    }),
  )

const applies = (rule: LintRule, { notBefore }: Certificate, { kind }: About, rules: RuleSet): boolean =>
  rule.unless !== rules && (rule.kinds ?? [kind]).includes(kind) && notBefore >= (rule.since ?? -Infinity)

const ROLES: Readonly<Record<CertificateKind, Role>> = {
  root: 'anchor',
  authority: 'intermediate',
  server: 'leaf',
  responder: 'leaf',
  other: 'leaf',
}

const kindOf = (certificate: Certificate): CertificateKind => {
  const { isSelfIssued, subject } = certificate
  if (certificate.extension('basicConstraints')?.ca === true)
    return isSelfIssued && !subject.isEmpty ? 'root' : 'authority'
  const purposes = certificate.extension('extKeyUsage')
  if (reservedPolicies(certificate).length > 0) return 'server'
  if (purposes === undefined || purposes.includes(OID.serverAuth) || purposes.includes(OID.anyExtendedKeyUsage))
    return 'server'
  return purposes.includes(OID.OCSPSigning) ? 'responder' : 'other'
}
