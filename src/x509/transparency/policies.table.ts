/** How many timestamps of which logs a certificate must have. */
import type { Millis } from '../../engine.ts'
import type { TimestampSource, TransparencyPolicyName } from './types.ts'

/** A timestamp that counts. */
export interface GoodTimestamp {
  readonly source: TimestampSource
  readonly logId: string
  readonly operator: string
  /** `retired` by now: it may only count beside others. */
  readonly log: 'in use' | 'retired'
}

/** What is missing, for facts. */
export interface Shortfall {
  readonly got: string
  readonly expected: string
}

export type TransparencyPolicy = (good: readonly GoodTimestamp[], lifetime: Millis) => Shortfall | undefined

const DAY: Millis = 86_400_000

/** From how many different logs, and whose. */
interface Wanted {
  readonly logs: number
  readonly operators: number
}

const fallsShort = (good: readonly GoodTimestamp[], { logs, operators }: Wanted): Shortfall | undefined => {
  const found = {
    logs: new Set(good.map(each => each.logId)).size,
    operators: new Set(good.map(each => each.operator)).size,
  }
  const expected = `logs: ${logs}, operators: ${operators}`
  if (found.logs < logs || found.operators < operators)
    return { got: `logs: ${found.logs}, operators: ${found.operators}`, expected }
  return good.some(({ log }) => log === 'in use') ? undefined : { got: 'only logs that are retired', expected }
}

/**
 * As of July 2026, https://googlechrome.github.io/CertificateTransparency/ct_policy.html. In the certificate: from 2
 * different logs where it holds for at most 180 days, else from 3; run by at least 2 operators; one of the logs is still in
 * use. Or in the handshake: 2 logs in use, of 2 operators. Those of OCSP answers do not count since Chrome 148. Differs from
 * Chrome in that an old list of logs does not end the demand: whoever makes it has brought the list.
 */
const chromium: TransparencyPolicy = (good, lifetime) => {
  const of = (source: TimestampSource): readonly GoodTimestamp[] => good.filter(each => each.source === source)
  const within = fallsShort(of('certificate'), { logs: lifetime > 180 * DAY ? 3 : 2, operators: 2 })
  if (within === undefined || fallsShort(of('tls'), { logs: 2, operators: 2 }) === undefined) return undefined
  return within
}

/** Undefined: it demands nothing. */
export const transparencyPolicies: Readonly<Record<TransparencyPolicyName, TransparencyPolicy | undefined>> = {
  off: undefined,
  chromium,
}
