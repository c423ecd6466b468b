/**
 * What must hold of a path from leaf to anchor (RFC 5280 6.1), one function per check. Each is given the whole path and
 * says the failures it finds, the one that matters most first; `verify.ts` builds the paths and asks.
 */
import { oidName } from '../../asn1/oid.ts'
import { OID } from '../../asn1/oids.table.ts'
import type { Millis } from '../../engine.ts'
import { type Facts, type Failure, type FailureCode, fail } from '../../failures/index.ts'
import { type Certificate, placeIn } from '../certificate/certificate.ts'
import {
  certificateExtensions,
  type ExtensionName,
  KEY_USAGE,
  type KeyUsageName,
  keyUsageText,
  type NameConstraints,
} from '../certificate/extensions.ts'
import { spanOf } from '../certificate/part.ts'
import type { RevocationOutcome } from '../revocation/judgement.ts'
import type { Span } from '../signed.ts'
import type { TransparencyOutcome } from '../transparency/judgement.ts'
import type { Anchor } from './anchor.ts'
import { type Budget, MAX_NAME_COMPARISONS, violation } from './constraints.ts'
import {
  calledOf,
  extensionAt,
  extensionSpan,
  noKey,
  notAuthority,
  notTrustedFor,
  outOfDate,
  weakKey,
} from './fitness.ts'
import { lints, lintsBroken, type Role } from './lints.table.ts'
import type { PolicyOutcome } from './policy.ts'
import type { Profile } from './profile.ts'
import type { Purpose } from './trusted.ts'

export interface CheckContext {
  /** Why the leaf is not for the name that was asked for. */
  readonly nameFault: (leaf: Certificate) => Failure | undefined
  readonly at: Millis
  readonly profile: Profile
  readonly purpose: Purpose
  readonly keyUsage: KeyUsageName | undefined
  readonly budget: Budget
  readonly policies: (path: readonly Certificate[], anchor: Anchor | undefined) => PolicyOutcome
  readonly revocation: (path: readonly Certificate[]) => RevocationOutcome
  /** `not-checked` where no logs are known. */
  readonly transparency: (path: readonly Certificate[]) => TransparencyOutcome
  /** Lists that the certificate names are asked for, so that they are processed. */
  readonly listsCount: boolean
  /** Its own key made its signature. */
  readonly isSelfSigned: (certificate: Certificate) => boolean
  /** Its public key is one that signatures can be checked with. */
  readonly isKey: (certificate: Certificate) => boolean
  /** Where the path ends; undefined when the caller accepted a chain that ends nowhere. */
  readonly anchor: Anchor | undefined
}

/** A certificate, and what of it is looked at. */
export type Looked = readonly [certificate: Certificate, span: Span]

export interface Check {
  readonly check: string
  readonly rule: string
  readonly run: (path: readonly Certificate[], context: CheckContext) => Failure[]
  /** For whoever wants to see it: which certificates the check is about, and which bytes of them. */
  readonly looksAt: (path: readonly Certificate[], context: CheckContext) => readonly Looked[]
}

/** In the order in which their failures are worth telling. */
export const pathChecks: readonly Check[] = [
  {
    check: 'authorities',
    rule: 'RFC 5280 6.1.4',
    run: (path, context) => authorities(path, context),
    looksAt: (path, context) => signers(path, context).map(looked('basicConstraints')),
  },
  {
    check: 'path length',
    rule: 'RFC 5280 6.1.4',
    run: (path, context) => pathLengths(path, context),
    looksAt: (path, context) =>
      signers(path, context)
        .filter(one => one.extension('basicConstraints')?.pathLength !== undefined)
        .map(looked('basicConstraints')),
  },
  {
    check: 'trust store',
    rule: 'RFC 5937',
    run: (path, { anchor, purpose }) => (anchor === undefined ? [] : failures(notTrustedFor(path, anchor, purpose))),
    looksAt: (path, { anchor }) => (anchor === undefined ? [] : [[path.at(-1)!, path.at(-1)!.spans.tbs]]),
  },
  {
    check: 'dates',
    rule: 'RFC 5280 6.1.3',
    run: (path, context) => dates(path, context),
    looksAt: (path, context) => dated(path, context).map(one => [one, one.spans.validity]),
  },
  {
    check: 'key strength',
    rule: 'RFC 9325 4.5',
    run: (path, context) => strengths(path, context),
    looksAt: (path, context) => [path[0]!, ...signers(path, context)].map(one => [one, one.spans.publicKey]),
  },
  {
    check: 'purpose',
    rule: 'RFC 5280 4.2.1.12',
    run: (path, context) => purposes(path, context),
    looksAt: (path, context) =>
      [path[0]!, ...signers(path, context).filter(has('extKeyUsage'))].map(looked('extKeyUsage')),
  },
  {
    check: 'critical extensions',
    rule: 'RFC 5280 4.2',
    run: (path, context) => criticals(path, context),
    looksAt: (path, context) => [path[0]!, ...signers(path, context)].map(one => [one, one.spans.tbs]),
  },
  {
    check: 'name constraints',
    rule: 'RFC 5280 4.2.1.10',
    run: (path, context) => constraints(path, context),
    looksAt: (path, context) => signers(path, context).filter(has('nameConstraints')).map(looked('nameConstraints')),
  },
  {
    check: 'policies',
    rule: 'RFC 5280 6.1.5',
    run: (path, context) => policies(path, context),
    looksAt: path => path.filter(has('certificatePolicies')).map(looked('certificatePolicies')),
  },
  {
    check: 'name',
    rule: 'RFC 9525 6.3',
    run: ([leaf], { nameFault }) => failures(nameFault(leaf!)),
    looksAt: ([leaf]) => [looked('subjectAltName')(leaf!)],
  },
  {
    check: 'profile',
    rule: 'RFC 5280 4',
    run: (path, context) => profileRules(path, context),
    looksAt: (path, context) => [path[0]!, ...signers(path, context)].map(one => [one, one.spans.tbs]),
  },
  {
    check: 'revocation',
    rule: 'RFC 5280 6.3',
    run: (path, context) => [...context.revocation(path).failures],
    // Where nobody was asked, nothing was looked at; the state of each certificate says so.
    looksAt: (path, context) => {
      const { states } = context.revocation(path)
      return path
        .filter((_, i) => states[i] !== undefined && states[i].status !== 'not-checked')
        .map(one => [one, one.spans.serialNumber])
    },
  },
]

/** Last, and only where the caller knows logs: otherwise nothing was checked, and nothing is said to hold. */
export const transparencyCheck: Check = {
  check: 'transparency',
  rule: 'RFC 6962 5.2',
  run: (path, context) => failures(context.transparency(path).failure),
  looksAt: ([leaf]) => [looked('sctList')(leaf!)],
}

const failures = (failure: Failure | undefined): Failure[] => (failure === undefined ? [] : [failure])

const looked =
  (name: ExtensionName) =>
  (certificate: Certificate): Looked => [certificate, extensionSpan(certificate, name) ?? certificate.spans.tbs]

const has =
  (name: ExtensionName) =>
  (certificate: Certificate): boolean =>
    certificate.find(name) !== undefined

const roleAt = (index: number, path: readonly Certificate[], anchor: Anchor | undefined): Role =>
  index === 0 ? 'leaf' : anchor !== undefined && index === path.length - 1 ? 'anchor' : 'intermediate'

/** The certificates that sign others: all but the leaf, and the anchor only if its limits count. */
const signers = (path: readonly Certificate[], { profile, anchor }: CheckContext): readonly Certificate[] =>
  anchor !== undefined && !profile.anchor.limits ? path.slice(1, -1) : path.slice(1)

const authorities: Check['run'] = (path, context) =>
  signers(path, context).flatMap(certificate =>
    failures(notAuthority(certificate, roleAt(path.indexOf(certificate), path, context.anchor), context.profile)),
  )

const tooLong = (where: string, most: number, got: number, place: Facts): Failure =>
  fail('tls/certificate-path-length', {
    where,
    expected: `${most} further authorit${most === 1 ? 'y' : 'ies'}`,
    got: `${got}`,
    ...place,
  })

/** RFC 5280 6.1.4 (l), (m): self-issued certificates do not count, nor does the leaf. */
const pathLengths: Check['run'] = (path, context) => {
  const { profile } = context
  const counting = path.slice(1).map(certificate => !certificate.isSelfIssued)
  const below = (index: number): number => counting.slice(0, index - 1).filter(Boolean).length
  const found = signers(path, context).flatMap(certificate => {
    const index = path.indexOf(certificate)
    const most = certificate.extension('basicConstraints')?.pathLength
    if (most === undefined || below(index) <= most) return []
    return [tooLong(calledOf(certificate), most, below(index), extensionAt(certificate, 'basicConstraints'))]
  })
  const most = context.anchor?.constraints?.pathLength
  if (most !== undefined && path.length > 1 && below(path.length - 1) > most)
    found.push(tooLong(calledOf(path.at(-1)!), most, below(path.length - 1), {}))
  const intermediates = below(path.length - (context.anchor === undefined ? 0 : 1))
  if (intermediates <= profile.maxIntermediates) return found
  const expected = `${profile.maxIntermediates} intermediates`
  return [...found, fail('tls/certificate-path-length', { where: 'This profile', expected, got: `${intermediates}` })]
}

/** The certificates whose dates count. */
const dated: (path: readonly Certificate[], context: CheckContext) => readonly Certificate[] = (
  path,
  { profile, anchor },
) => (anchor !== undefined && path.length > 1 && !profile.anchor.dates ? path.slice(0, -1) : path)

const dates: Check['run'] = (path, context) =>
  dated(path, context).flatMap(certificate => failures(outOfDate(certificate, context.at)))

const strengths: Check['run'] = (path, { profile, anchor, isKey }) => [
  ...failures(noKey(path[0]!, isKey)),
  ...path.flatMap((certificate, i) => failures(weakKey(certificate, roleAt(i, path, anchor), profile))),
]

const purposeOids: Readonly<Record<Exclude<Purpose, 'any'>, string>> = {
  server: OID.serverAuth,
  client: OID.clientAuth,
}

/** RFC 5280 4.2.1.12, and as everywhere in practice: an authority's purposes limit those below it. */
const purposes: Check['run'] = (path, context) => {
  const { purpose, profile, anchor } = context
  const found: Failure[] = []
  const [leaf] = path
  const alone = path.length === 1 && anchor !== undefined
  const refuse = (certificate: Certificate, got: string, name: ExtensionName, expected: string): void => {
    const where = calledOf(certificate)
    found.push(fail('tls/certificate-purpose', { where, got, expected, ...extensionAt(certificate, name) }))
  }
  if (!alone && profile.leafAuthority === 'refused' && leaf!.extension('basicConstraints')?.ca === true)
    refuse(
      leaf!,
      'signing other certificates',
      'basicConstraints',
      purpose === 'client' ? 'a client, not an authority' : 'a server, not an authority',
    )
  const usage = leaf!.extension('keyUsage')
  if (context.keyUsage !== undefined && usage !== undefined && (usage & KEY_USAGE[context.keyUsage]) === 0)
    found.push(
      fail('tls/certificate-key-usage', {
        where: calledOf(leaf!),
        got: keyUsageText(usage),
        expected: context.keyUsage,
        ...extensionAt(leaf!, 'keyUsage'),
      }),
    )
  if (purpose === 'any') return found
  const wanted = purposeOids[purpose]
  for (const certificate of [leaf!, ...signers(path, context)]) {
    const usages = certificate.extension('extKeyUsage')
    if (usages === undefined) {
      if (certificate === leaf && profile.leafWithoutPurpose === 'refused')
        refuse(certificate, 'no purpose that it names', 'extKeyUsage', oidName(wanted))
      continue
    }
    if (usages.includes(wanted)) continue
    if (profile.anyPurpose === 'counts' && usages.includes(OID.anyExtendedKeyUsage)) continue
    refuse(certificate, usages.map(oidName).join(', '), 'extKeyUsage', oidName(wanted))
  }
  return found
}

/** Extensions whose meaning is carried out by the checks here, or which bind nobody but the issuer. */
const processed: ReadonlySet<ExtensionName> = new Set([
  'keyUsage',
  'subjectAltName',
  'issuerAltName',
  'basicConstraints',
  'nameConstraints',
  'certificatePolicies',
  'policyMappings',
  'policyConstraints',
  'extKeyUsage',
  'inhibitAnyPolicy',
  // Lints refuse them as critical where a profile says so; there is nothing in them to act on.
  'subjectKeyIdentifier',
  'authorityKeyIdentifier',
  'authorityInfoAccess',
  'ocspNoCheck',
  'noRevAvail',
  'tlsFeature',
])

/** Policy qualifiers that RFC 5280 4.2.1.4 defines: a URI of the practice statement, and a notice to the user. */
const knownQualifiers = ['1.3.6.1.5.5.7.2.1', '1.3.6.1.5.5.7.2.2']

/** RFC 5280 4.2: refuse the certificate when a critical extension is not recognised or cannot be processed. */
const criticals: Check['run'] = (path, context) =>
  [path[0]!, ...signers(path, context)].flatMap(certificate =>
    certificate.extensions.flatMap(({ oid, critical, start, to }) => {
      if (!critical) return []
      const name = certificateExtensions.nameOf(oid)
      const strange =
        name === 'certificatePolicies' &&
        certificate.extension(name)?.some(p => p.qualifiers.some(q => !knownQualifiers.includes(q))) === true
      if (name === 'cRLDistributionPoints' && context.listsCount) return []
      if (name !== undefined && processed.has(name) && !strange) return []
      const facts = { where: calledOf(certificate), got: oidName(oid), expected: 'extensions of RFC 5280' }
      return [fail('tls/certificate-critical', { ...facts, ...placeIn(certificate, { from: start, to }) })]
    }),
  )

/** RFC 5280 6.1.3 (b), (c): of each authority for all below it, except self-issued ones on the way; and of the anchor. */
const constraints: Check['run'] = (path, context) => {
  const own = context.anchor?.constraints?.names
  const limiting: [authority: Certificate, limits: NameConstraints | undefined][] = [
    ...(own === undefined ? [] : [[path.at(-1)!, own] satisfies [Certificate, NameConstraints]]),
    ...signers(path, context).map((one): [Certificate, NameConstraints | undefined] => [
      one,
      one.extension('nameConstraints'),
    ]),
  ]
  for (const [authority, limits] of limiting) {
    if (limits === undefined) continue
    for (let i = path.indexOf(authority) - 1; i >= 0; i--) {
      const certificate = path[i]!
      if (i > 0 && certificate.isSelfIssued) continue
      const broken = violation(limits, certificate, context.budget)
      if (broken === undefined) continue
      if (broken.kind === 'too-many')
        return [fail('tls/chain-too-complex', { number: MAX_NAME_COMPARISONS, got: 'comparisons of names' })]
      const words = {
        excluded: 'excluded',
        'not-permitted': 'not among those permitted',
        'malformed-limit': 'a limit that cannot be understood',
        'malformed-name': 'not a name that can be compared with the limits',
      }[broken.kind]
      const facts = { where: calledOf(authority), got: broken.name, expected: words }
      // The limits; the names where the limits are the trust store's, which are in no certificate.
      const place =
        limits === own ? extensionAt(certificate, 'subjectAltName') : extensionAt(authority, 'nameConstraints')
      return [fail('tls/certificate-constraint', { ...facts, ...place })]
    }
  }
  return []
}

const policies: Check['run'] = (path, context) => {
  const { fault } = context.policies(path, context.anchor)
  if (fault === undefined) return []
  const facts = { where: calledOf(path.at(-1)!), got: calledOf(fault) }
  return [fail('tls/certificate-policy', { ...facts, ...extensionAt(fault, 'certificatePolicies') })]
}

const profileRules: Check['run'] = (path, { profile, anchor, isSelfSigned }) =>
  path.flatMap((certificate, i) => {
    const role = roleAt(i, path, anchor)
    if (role === 'anchor' && !profile.anchor.limits) return []
    return lintsBroken(certificate, role, profile.lints, () => isSelfSigned(certificate)).map(id =>
      fail('tls/certificate-profile' satisfies FailureCode, {
        where: calledOf(certificate),
        got: lints[id].says,
        expected: lints[id].rule,
        ...placeIn(certificate, spanOf(certificate, lints[id].of)),
      }),
    )
  })
