/** A judgement as verdicts of the trace: each check once, for whoever follows the exchange. */
import type { Millis } from '../../engine.ts'
import type { Failure } from '../../failures/index.ts'
import { Certificate } from '../certificate/certificate.ts'
import type { RevocationState } from '../revocation/evidence.ts'
import type { TransparencyState } from '../transparency/types.ts'
import { type ChainTrusted, isTrusted } from './trusted.ts'
import type { ChainRequest } from './types.ts'

/** A check of the path that decided, and whether it held. */
export interface Verdict {
  readonly check: string
  readonly rule: string
  readonly failure: Failure | undefined
}

/** Says each check once to whoever follows the exchange. */
export const tell = (
  request: ChainRequest,
  result: ChainTrusted | Failure,
  verdicts: readonly Verdict[],
  leaf: Certificate | Failure,
): void => {
  const { trace, now = 0 } = request
  if (trace === undefined) return
  const { sink, flow, host } = trace
  const known: Readonly<Record<string, string>> =
    isTrusted(result) && leaf instanceof Certificate
      ? {
          chain: `trusted by ${result.anchor}`,
          dates: timeLeft(leaf, request.at),
          ...(request.revocation === undefined ? {} : { revocation: revocationText(result.revocation[0]) }),
          ...(request.transparency === undefined ? {} : { transparency: countText(result.transparency) }),
        }
      : {}
  for (const { check, rule, failure } of verdicts) {
    const ok = failure === undefined
    const about = ok ? known[check] : undefined
    const words = about === undefined ? {} : { about }
    sink.verdict({ layer: 'tls', flow, host, at: now, check, ok, rule, ...words, ...(ok ? {} : { failure }) })
  }
  if (verdicts.length > 0 || isTrusted(result)) return
  sink.verdict({ layer: 'tls', flow, host, at: now, check: 'chain', ok: false, rule: 'RFC 5280 6.1', failure: result })
}

/** Of the leaf. */
const revocationText = (state: RevocationState | undefined): string =>
  state === undefined ? 'not checked' : state.status === 'good' ? `good by ${state.by}` : state.status.replace('-', ' ')

const countText = (state: TransparencyState): string => {
  if (state.status === 'not-checked') return 'not checked'
  const good = state.timestamps.filter(({ fault }) => fault === undefined).length
  return `good timestamps: ${good} of ${state.timestamps.length}`
}

const HOUR = 3_600_000

/** How long the leaf still holds: `61 days left`. */
const timeLeft = (leaf: Certificate, at: Millis): string => {
  const hours = Math.floor((leaf.notAfter - at) / HOUR)
  const [amount, unit] = hours < 48 ? [hours, 'hour'] : [Math.floor(hours / 24), 'day']
  return `${amount} ${unit}${amount === 1 ? '' : 's'} left`
}
