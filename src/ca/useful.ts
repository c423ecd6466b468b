/**
 * What an authority does not sign, because nobody would believe it below this authority: it would end after its issuer,
 * lie outside its limits, or stand too deep below it (RFC 5280 4.2.1.9, 4.2.1.10, 6.1). Whoever wants such certificates,
 * to see them refused, gets them from `broken` of `barewire/lab`.
 */
import type { Certificate } from '../x509/certificate/certificate.ts'
import { violation } from '../x509/path/constraints.ts'

/** `issuers` are those above, the nearest first, the root last. Throws RangeError with the reason. */
export const mustBeUseful = (made: Certificate, issuers: readonly Certificate[]): void => {
  const { notBefore, notAfter } = made
  if (notAfter < notBefore) throw new RangeError(`it would end (${day(notAfter)}) before it begins (${day(notBefore)})`)
  const isAuthority = made.extension('basicConstraints')?.ca === true
  for (const [depth, issuer] of issuers.entries()) {
    const name = `“${issuer.subject.shortText}”`
    if (notAfter > issuer.notAfter)
      throw new RangeError(`it would end (${day(notAfter)}) after ${name} does (${day(issuer.notAfter)})`)
    const allowed = issuer.extension('basicConstraints')?.pathLength ?? Number.POSITIVE_INFINITY
    if (isAuthority && depth >= allowed)
      throw new RangeError(`${name} has as many authorities below itself as it allows (${allowed})`)
    const limits = issuer.extension('nameConstraints')
    const fault = limits && violation(limits, made, { comparisons: 0 })
    if (fault === undefined) continue
    const what =
      fault.kind === 'too-many' ? 'its names are too many to compare' : `“${fault.name}” is ${WORDS[fault.kind]}`
    throw new RangeError(`${what}: see the limits of ${name}`)
  }
}

const WORDS = {
  excluded: 'excluded',
  'not-permitted': 'not among what is permitted',
  'malformed-limit': 'a limit that cannot be understood',
  'malformed-name': 'a name that cannot be compared',
} as const

const day = (at: number): string => new Date(at).toISOString().slice(0, 10)
