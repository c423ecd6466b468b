/** What can be shown but will be refused by whoever checks it: said at the call, once. */
import { type Failure, fail } from '../../failures/index.ts'
import { outOfDate } from '../../x509/path/fitness.ts'
import { inWords } from '../told.ts'
import type { OwnCertificate } from './credentials.ts'
import type { World } from './types.ts'

export interface Warned {
  /**
   * Told at the call what others will refuse although we can show it: `net/certificate-dates`. Where undefined, the world
   * tells it (`World.warned`).
   */
  readonly warned?: ((warning: Failure) => void) | undefined
}

/**
 * A certificate that is out of date is no error: a restart must not take down what ran the day before, and those who
 * test clients want one.
 */
export const warnAbout = (own: readonly OwnCertificate[], { warned }: Warned, world: World): void => {
  const tell = warned ?? ((warning: Failure) => world.warned?.(inWords(warning, world.words)))
  for (const warning of own.flatMap(one => datesOf(one, world.clock.date()))) tell(warning)
}

/** Of everything that is sent; the date of a root matters to nobody (RFC 5280 6.1). */
const datesOf = ({ certificates }: OwnCertificate, now: number): readonly Failure[] =>
  certificates.flatMap((one, i) => {
    const problem = one === undefined || (i > 0 && one.isSelfIssued) ? undefined : outOfDate(one, now)
    if (problem === undefined) return []
    const { code, where = '', expected = '', got = '' } = problem
    return fail('net/certificate-dates', {
      where,
      expected: `${code === 'tls/certificate-expired' ? 'until' : 'from'} ${expected}`,
      got,
    })
  })
