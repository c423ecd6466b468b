/** What a certificate must be on its own to stand in a path, and where in it the fault lies: `checks.ts` has what a path must be. */
import { oidName } from '../../asn1/oid.ts'
import type { Millis } from '../../engine.ts'
import { type Facts, type Failure, fail } from '../../failures/index.ts'
import { algorithmOid } from '../certificate/algorithm.ts'
import { type Certificate, placeIn } from '../certificate/certificate.ts'
import { type ExtensionName, KEY_USAGE } from '../certificate/extensions.ts'
import { publicKeyText } from '../certificate/public-key.ts'
import type { Span } from '../signed.ts'
import type { Anchor } from './anchor.ts'
import type { Role } from './lints.table.ts'
import type { Profile } from './profile.ts'
import type { Purpose } from './trusted.ts'

/** A certificate by name, for facts. */
export const calledOf = (certificate: Certificate): string => `“${certificate.subject.shortText}”`

/** Where an extension stands, or where it should. */
export const extensionAt = (certificate: Certificate, name: ExtensionName): Facts =>
  placeIn(certificate, extensionSpan(certificate, name) ?? certificate.spans.tbs)

export const extensionSpan = (certificate: Certificate, name: ExtensionName): Span | undefined => {
  const found = certificate.find(name)
  return found === undefined ? undefined : { from: found.start, to: found.to }
}

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

export const dateText = (date: Millis): string => new Date(date).toISOString().replace('.000Z', 'Z')

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

/** Why the trust store does not give this anchor for this leaf. */
export const notTrustedFor = (
  path: readonly Certificate[],
  { purposes, distrustAfter }: Anchor,
  purpose: Purpose,
): Failure | undefined => {
  const [leaf] = path
  const root = path.at(-1)!
  if (purposes !== undefined && purpose !== 'any' && !purposes.includes(purpose))
    return fail('tls/certificate-distrusted', {
      where: calledOf(root),
      got: `only for ${purposes.map(one => `${one}s`).join(' and ') || 'nothing'}`,
      expected: `${purpose}s`,
      ...placeIn(root, root.subject),
    })
  // Said this way round, so that what is no date lets nothing pass.
  if (distrustAfter === undefined || leaf!.notBefore <= distrustAfter) return undefined
  return fail('tls/certificate-distrusted', {
    where: calledOf(root),
    got: `only for certificates issued until ${dateText(distrustAfter)}`,
    expected: dateText(leaf!.notBefore),
    ...placeIn(leaf!, leaf!.spans.validity),
  })
}

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
export const noKey = (leaf: Certificate, isKey: (certificate: Certificate) => boolean): Failure | undefined =>
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
