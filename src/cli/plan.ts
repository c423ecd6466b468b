/** `--explain`: what a command is going to do, layer by layer, told in the place of doing it. */

import { counted } from '../inspect/about.ts'
import { line, lines, type Shown, type Style, widthOf, wrap } from '../inspect/index.ts'
import { say } from '../inspect/style.ts'
import { versionsOf } from '../tls/hello/offer.ts'
import { DEFAULT_GROUPS, suites13Named, suitesNamed } from '../tls/suites.table.ts'
import type { TrustStore } from '../x509/path/anchor.ts'
import type { CommonOptions } from './command.ts'
import type { Io } from './io.ts'
import { jsonLine } from './json.ts'
import { styleFor } from './story/style.ts'
import type { TlsOptions } from './tls.ts'

export type PlanLayer =
  | 'name'
  | 'tcp'
  | 'proxy'
  | 'tls'
  | 'trust'
  | 'request'
  | 'body'
  | 'answer'
  | 'cookies'
  | 'hsts'
  | 'files'

export interface PlanStep {
  readonly layer: PlanLayer
  /** A sentence or a header field each. */
  readonly says: readonly string[]
}

export interface Plan {
  /** What it is about: a URL, a folder. */
  readonly about: string
  readonly steps: readonly PlanStep[]
}

/** The product of the command, so it goes to standard output. */
export const tellPlans = async (plans: readonly Plan[], options: CommonOptions, io: Io): Promise<void> => {
  if (options.json) {
    for (const { about, steps } of plans)
      for (const { layer, says } of steps) await io.out.write(jsonLine({ type: 'plan', about, layer, says: [...says] }))
    return
  }
  const style = styleFor(io.out, io.env, options)
  const told = plans.flatMap(plan => planLines(plan, style))
  await io.out.write(
    lines([...told, line(style, { text: ` ${say(style, 'Nothing of this was done.')}`, tint: 'quiet' })]),
  )
}

const BODY = 12

const planLines = ({ about, steps }: Plan, style: Style): Shown[] => [
  line(style, { text: ` ${about}`, tint: 'you' }),
  ...steps.flatMap(({ layer, says }) =>
    says
      .flatMap(text => wrap(say(style, text), widthOf(style) - BODY))
      .map((text, i) =>
        line(style, { text: i === 0 ? ` ${say(style, layer)}` : '', tint: 'quiet' }, { text, column: BODY }),
      ),
  ),
]

/** What may be agreed on. Throws `tls/nothing-to-speak`. */
export const offerText = ({ tls: versions, suites, groups }: Pick<TlsOptions, 'tls' | 'suites' | 'groups'>): string => {
  const spoken = versionsOf({ versions, suites })
  // Those of a version that is not spoken are not offered.
  const named = [
    ...(spoken.includes('TLS 1.3') ? suites13Named(suites) : []),
    ...(spoken.includes('TLS 1.2') ? suitesNamed(suites) : []),
  ]
  const curves = groups ?? DEFAULT_GROUPS
  return `${spoken.join(' or ')}; ${counted(named.length, 'cipher suite')}; ${counted(curves.length, 'group')}: ${curves.join(', ')}`
}

export const rootsText = ({ size }: TrustStore, from: string): string => `${counted(size, 'root')}: ${from}`
