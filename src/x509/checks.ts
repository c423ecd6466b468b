/**
 * What must hold of a path from leaf to anchor (RFC 5280 6.1), one function per check. Each is given the whole path and
 * says the failures it finds, the one that matters most first; `path.ts` builds the paths and asks.
 */
import { oidName } from '../asn1/oid.ts'
import { OID } from '../asn1/oids.table.ts'
import type { Millis } from '../engine.ts'
import { type Facts, type Failure, type FailureCode, fail } from '../failures/index.ts'
import { algorithmOid } from './algorithm.ts'
import { type Certificate, placeIn, type Span } from './certificate.ts'
import { type Budget, MAX_NAME_COMPARISONS, violation } from './constraints.ts'
import { type ExtensionName, extensionName, KEY_USAGE, type KeyUsageName, keyUsageText } from './extensions.ts'
import { lints, lintsBroken, type Role } from './lints.table.ts'
import { policyFault } from './policy.ts'
import type { Profile } from './profile.ts'
import { publicKeyText } from './public-key.ts'
import type { Purpose } from './trusted.ts'

export interface CheckContext {
  /** Why the leaf is not for the name that was asked for. */
  readonly nameFault: (leaf: Certificate) => Failure | undefined
  readonly at: Millis
  readonly profile: Profile
  readonly purpose: Purpose
  readonly keyUsage: KeyUsageName | undefined
  readonly budget: Budget
  /** Its own key made its signature. */
  readonly isSelfSigned: (certificate: Certificate) => boolean
  /** Its public key is one that signatures can be checked with. */
  readonly isKey: (certificate: Certificate) => boolean
  /** The path ends in an anchor; false when the caller accepted a chain without one. */
  readonly anchored: boolean
}

export interface Check {
  readonly check: string
  readonly rule: string
  readonly run: (path: readonly Certificate[], context: CheckContext) => Failure[]
}

/** In the order in which their failures are worth telling. */
export const pathChecks: readonly Check[] = [
  { check: 'authorities', rule: 'RFC 5280 6.1.4', run: (path, context) => authorities(path, context) },
  { check: 'path length', rule: 'RFC 5280 6.1.4', run: (path, context) => pathLengths(path, context) },
  { check: 'dates', rule: 'RFC 5280 6.1.3', run: (path, context) => dates(path, context) },
  { check: 'key strength', rule: 'RFC 9325 4.5', run: (path, context) => strengths(path, context) },
  { check: 'purpose', rule: 'RFC 5280 4.2.1.12', run: (path, context) => purposes(path, context) },
  { check: 'critical extensions', rule: 'RFC 5280 4.2', run: (path, context) => criticals(path, context) },
  { check: 'name constraints', rule: 'RFC 5280 4.2.1.10', run: (path, context) => constraints(path, context) },
  { check: 'policies', rule: 'RFC 5280 6.1.5', run: (path, context) => policies(path, context) },
  {
    check: 'name',
    rule: 'RFC 9525 6.3',
    run: ([leaf], { nameFault }) => failures(nameFault(leaf!)),
  },
  { check: 'profile', rule: 'RFC 5280 4', run: (path, context) => profileRules(path, context) },
]

const failures = (failure: Failure | undefined): Failure[] => (failure === undefined ? [] : [failure])

/** A certificate by name, for facts. */
export const calledOf = (certificate: Certificate): string => `“${certificate.subject.shortText}”`

/** Where an extension stands, or where it should. */
const extensionAt = (certificate: Certificate, name: ExtensionName): Facts =>
  placeIn(certificate, extensionSpan(certificate, name) ?? certificate.spans.tbs)

const extensionSpan = (certificate: Certificate, name: ExtensionName): Span | undefined => {
  const found = certificate.find(name)
  return found === undefined ? undefined : { from: found.start, to: found.to }
}

const roleAt = (index: number, path: readonly Certificate[], anchored: boolean): Role =>
  index === 0 ? 'leaf' : anchored && index === path.length - 1 ? 'anchor' : 'intermediate'

/** The certificates that sign others: all but the leaf, and the anchor only if its limits count. */
const signers = (path: readonly Certificate[], { profile, anchored }: CheckContext): readonly Certificate[] =>
  anchored && !profile.anchor.limits ? path.slice(1, -1) : path.slice(1)

/** Why a certificate may not sign others; undefined when it may. */
export const notAuthority = (certificate: Certificate, role: Role, profile: Profile): Failure | undefined => {
  if (role === 'anchor' && !profile.anchor.limits) return undefined
  const refuse = (got: string, name: ExtensionName): Failure =>
    fail('tls/certificate-not-ca', {
      where: calledOf(certificate),
      got,
      expected: 'basicConstraints with cA, keyUsage with keyCertSign',
      ...extensionAt(certificate, name),
    })
  const basic = certificate.extension('basicConstraints')
  if (basic === undefined && (role !== 'anchor' || profile.anchor.saysAuthority))
    return refuse('it has no basicConstraints', 'basicConstraints')
  if (basic !== undefined && !basic.ca) return refuse('its basicConstraints say so', 'basicConstraints')
  const usage = certificate.extension('keyUsage')
  if (usage !== undefined && (usage & KEY_USAGE.keyCertSign) === 0)
    return refuse('its key may not sign certificates', 'keyUsage')
  return undefined
}

const authorities: Check['run'] = (path, context) =>
  signers(path, context).flatMap(certificate =>
    failures(notAuthority(certificate, roleAt(path.indexOf(certificate), path, context.anchored), context.profile)),
  )

/** RFC 5280 6.1.4 (l), (m): self-issued certificates do not count, nor does the leaf. */
const pathLengths: Check['run'] = (path, context) => {
  const { profile } = context
  const counting = path.slice(1).map(certificate => !certificate.isSelfIssued)
  const below = (index: number): number => counting.slice(0, index - 1).filter(Boolean).length
  const found = signers(path, context).flatMap(certificate => {
    const index = path.indexOf(certificate)
    const most = certificate.extension('basicConstraints')?.pathLength
    if (most === undefined || below(index) <= most) return []
    return [
      fail('tls/certificate-path-length', {
        where: calledOf(certificate),
        expected: `${most} further authorit${most === 1 ? 'y' : 'ies'}`,
        got: `${below(index)}`,
        ...extensionAt(certificate, 'basicConstraints'),
      }),
    ]
  })
  const intermediates = below(path.length - (context.anchored ? 1 : 0))
  if (intermediates <= profile.maxIntermediates) return found
  const expected = `${profile.maxIntermediates} intermediates`
  return [...found, fail('tls/certificate-path-length', { where: 'This profile', expected, got: `${intermediates}` })]
}

const dateText = (date: Millis): string => new Date(date).toISOString().replace('.000Z', 'Z')

/** RFC 5280 4.1.2.5: both ends are part of the time; whole seconds, so the last one ends with its last fraction. */
export const outOfDate = (certificate: Certificate, now: Millis): Failure | undefined => {
  const second = Math.floor(now / 1000) * 1000
  const facts = (limit: Millis): Facts => ({
    where: calledOf(certificate),
    expected: dateText(limit),
    got: dateText(second),
    ...placeIn(certificate, certificate.spans.validity),
  })
  if (second < certificate.notBefore) return fail('tls/certificate-not-yet', facts(certificate.notBefore))
  // Said the other way round, so that nothing but a date between the two can pass.
  return second <= certificate.notAfter ? undefined : fail('tls/certificate-expired', facts(certificate.notAfter))
}

const dates: Check['run'] = (path, { at: now, profile, anchored }) =>
  path.flatMap((certificate, i) =>
    anchored && i > 0 && i === path.length - 1 && !profile.anchor.dates ? [] : failures(outOfDate(certificate, now)),
  )

/** Why the key of a certificate is not one to rely on. */
export const weakKey = (certificate: Certificate, role: Role, profile: Profile): Failure | undefined => {
  if (role === 'anchor' && !profile.anchor.limits) return undefined
  const key = certificate.publicKey
  const weak =
    key.type === 'other' || ((key.type === 'rsa' || key.type === 'rsa-pss') && key.bits < profile.minimumRsaBits)
  if (!weak) return undefined
  return fail('tls/certificate-algorithm', {
    where: calledOf(certificate),
    got: key.type === 'other' ? `a ${publicKeyText(key)}` : `an ${publicKeyText(key)} key`,
    expected: `RSA of ${profile.minimumRsaBits} bits, P-256 or Ed25519`,
    ...placeIn(certificate, certificate.spans.publicKey),
  })
}

/** Why the leaf's key is none: a point that is not on its curve passes every check of its form. */
const noKey = (leaf: Certificate, isKey: CheckContext['isKey']): Failure | undefined =>
  leaf.publicKey.type === 'other' || isKey(leaf)
    ? undefined
    : fail('tls/certificate-malformed', {
        where: `subjectPublicKeyInfo of ${calledOf(leaf)}`,
        got: 'holds no public key',
        expected: 'RFC 5280 4.1.2.7',
        ...placeIn(leaf, leaf.spans.publicKey),
      })

/** Why this certificate's signature is not of a kind that counts. */
export const weakSignature = (certificate: Certificate, profile: Profile): Failure | undefined => {
  const algorithm = certificate.signatureAlgorithm
  if (algorithm !== undefined && (algorithm.hash === undefined || profile.hashes.has(algorithm.hash))) return undefined
  const { from, to } = certificate.spans.algorithm
  return fail('tls/certificate-algorithm', {
    where: calledOf(certificate),
    got: `the signature ${oidName(algorithmOid(certificate.der, from, to))}${algorithm === undefined ? ', which cannot be checked here' : ''}`,
    expected: 'ECDSA, RSA or Ed25519 with SHA-256 or better',
    ...placeIn(certificate, { from, to }),
  })
}

const strengths: Check['run'] = (path, { profile, anchored, isKey }) => [
  ...failures(noKey(path[0]!, isKey)),
  ...path.flatMap((certificate, i) => failures(weakKey(certificate, roleAt(i, path, anchored), profile))),
]

const purposeOids: Readonly<Record<Exclude<Purpose, 'any'>, string>> = {
  server: OID.serverAuth,
  client: OID.clientAuth,
}

/** RFC 5280 4.2.1.12, and as everywhere in practice: an authority's purposes limit those below it. */
const purposes: Check['run'] = (path, context) => {
  const { purpose, profile, anchored } = context
  const found: Failure[] = []
  const [leaf] = path
  const alone = path.length === 1 && anchored
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
])

/** Policy qualifiers that RFC 5280 4.2.1.4 defines: a URI of the practice statement, and a notice to the user. */
const knownQualifiers = ['1.3.6.1.5.5.7.2.1', '1.3.6.1.5.5.7.2.2']

/** RFC 5280 4.2: refuse the certificate when a critical extension is not recognised or cannot be processed. */
const criticals: Check['run'] = (path, context) =>
  [path[0]!, ...signers(path, context)].flatMap(certificate =>
    certificate.extensions.flatMap(({ oid, critical, start, to }) => {
      if (!critical) return []
      const name = extensionName(oid)
      const strange =
        name === 'certificatePolicies' &&
        certificate.extension(name)?.some(p => p.qualifiers.some(q => !knownQualifiers.includes(q))) === true
      if (name !== undefined && processed.has(name) && !strange) return []
      const facts = { where: calledOf(certificate), got: oidName(oid), expected: 'extensions of RFC 5280' }
      return [fail('tls/certificate-critical', { ...facts, ...placeIn(certificate, { from: start, to }) })]
    }),
  )

/** RFC 5280 6.1.3 (b), (c): of each authority for all below it, except self-issued ones on the way. */
const constraints: Check['run'] = (path, context) => {
  for (const authority of signers(path, context)) {
    const limits = authority.extension('nameConstraints')
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
      // The limits, or the names where the limits are those of a root that was not sent.
      const place = { ...extensionAt(certificate, 'subjectAltName'), ...extensionAt(authority, 'nameConstraints') }
      return [fail('tls/certificate-constraint', { ...facts, ...place })]
    }
  }
  return []
}

const policies: Check['run'] = (path, { profile }) => {
  const fault = policyFault(path, profile.anchor)
  if (fault === undefined) return []
  const facts = { where: calledOf(path.at(-1)!), got: calledOf(fault) }
  return [fail('tls/certificate-policy', { ...facts, ...extensionAt(fault, 'certificatePolicies') })]
}

const profileRules: Check['run'] = (path, { profile, anchored, isSelfSigned }) =>
  path.flatMap((certificate, i) => {
    const role = roleAt(i, path, anchored)
    if (role === 'anchor' && !profile.anchor.limits) return []
    return lintsBroken(certificate, role, profile.lints, () => isSelfSigned(certificate)).map(id =>
      fail('tls/certificate-profile' satisfies FailureCode, {
        where: calledOf(certificate),
        got: lints[id].says,
        expected: lints[id].rule,
        ...placeIn(certificate, certificate.spans.tbs),
      }),
    )
  })
