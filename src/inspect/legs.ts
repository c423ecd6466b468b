/** A run over one connection after another, such as redirects: a timeline for each, with what that connection says of itself. */
import { byConnection } from '../trace/connections.ts'
import { messagesOf, type TraceRecord } from '../trace/recorder.ts'
import { counted } from './about.ts'
import { agreed, hostAsked } from './agreed.ts'
import { type Digests, type TlsChoice, tlsChoice } from './choice.ts'
import { type Pieces, whole } from './pieces.ts'
import type { Shown } from './shown.ts'
import { line, mark, type Style, say } from './style.ts'
import { type Timeline, type TimelineFacts, timelineInPieces } from './timeline.ts'
import { renderTimeline } from './timeline-text.ts'

export interface Leg {
  readonly timeline: Timeline
  /** Scheme, host and port; empty where nothing says it. */
  readonly origin: string
  /** Milliseconds from the beginning of the run. */
  readonly began: number
  /** True where the connection before was encrypted and this one is not. */
  readonly downgrade: boolean
  /** Undefined in clear text, and where no server has answered. */
  readonly tls: TlsChoice | undefined
}

export interface LegsOptions {
  /** Where the address of a name came from that nobody was asked for. */
  readonly nameFrom?: ((host: string) => string) | undefined
  /** When the run was stopped, where it was: what nobody answered was waited for until then. */
  readonly until?: number | undefined
  /** For fingerprints; none are shown without. */
  readonly digests?: Digests | undefined
}

/** The connections in `records` in turn. */
export const legs = (records: readonly TraceRecord[], options: LegsOptions = {}): readonly Leg[] =>
  whole(legsInPieces(records, options))

export function* legsInPieces(
  records: readonly TraceRecord[],
  { nameFrom, until, digests }: LegsOptions = {},
): Pieces<readonly Leg[]> {
  const connections = byConnection(records.filter(({ type }) => type !== 'secret'))
  const start = startOf(connections[0] ?? [])
  const found: Leg[] = []
  let secured = false
  for (const [i, of] of connections.entries()) {
    yield
    const isLast = i === connections.length - 1
    const tls = tlsChoice(of, digests)
    const facts = {
      ...agreed(of),
      ...offerFact(tls),
      ...nameFact(of, nameFrom),
      ...(isLast && until !== undefined ? { until } : {}),
    }
    const isSecured = messagesOf(of).some(m => m.layer === 'tls')
    const downgrade = secured && !isSecured && messagesOf(of).some(m => m.layer === 'http')
    secured = isSecured
    const origin = originOf(of, isSecured)
    yield
    const timeline = yield* timelineInPieces(of, facts)
    found.push({ timeline, origin, began: startOf(of) - start, downgrade, tls })
  }
  return found
}

const DOWNGRADE = 'in clear text, though the connection before was encrypted'

/** One timeline as it is; several below each other, each with its number and where it led. */
export const renderLegs = (of: readonly Leg[], style: Style): Shown[] =>
  of.length === 1
    ? renderTimeline(of[0]!.timeline, style)
    : of.flatMap((leg, i) => [
        ...(i === 0 ? [] : [line(style)]),
        line(
          style,
          { text: ` ${i + 1}  ${leg.origin}`, tint: 'you' },
          {
            text: i === 0 ? '' : `  ${say(style, `from ${leg.began.toFixed(leg.began < 100 ? 1 : 0)} ms on`)}`,
            tint: 'quiet',
          },
        ),
        ...(leg.downgrade ? [line(style, { text: ` ${mark(style, '✗')} ${say(style, DOWNGRADE)}`, tint: 'bad' })] : []),
        ...renderTimeline(leg.timeline, style),
      ])

const startOf = (records: readonly TraceRecord[]): number =>
  records.reduce(
    (least, entry) => (entry.type === 'secret' ? least : Math.min(least, entry.record.at)),
    Number.POSITIVE_INFINITY,
  )

const originOf = (records: readonly TraceRecord[], isSecured: boolean): string => {
  const host = hostAsked(records)
  if (host === undefined) return ''
  const flow = messagesOf(records).find(m => m.layer === 'tcp')?.flow ?? ''
  const [, port] = /:(\d+)$/.exec(flow) ?? []
  const usual = isSecured ? '443' : '80'
  const name = host.includes(':') ? `[${host}]` : host
  return `${isSecured ? 'https' : 'http'}://${name}${port === undefined || port === usual ? '' : `:${port}`}`
}

const offerFact = (tls: TlsChoice | undefined): Pick<TimelineFacts, 'offer'> => {
  if (tls === undefined) return {}
  const { suites, groups } = tls.offered
  const chosen = [
    'offer',
    `chosen from ${counted(suites.length, 'suite')} and ${counted(groups.length, 'group')}`,
  ] as const
  return { offer: tls.ja4 === undefined ? [chosen] : [chosen, ['ja4', tls.ja4]] }
}

/** A name whose address was at hand: nobody was asked, so no message says it. */
const nameFact = (records: readonly TraceRecord[], nameFrom: LegsOptions['nameFrom']): Pick<TimelineFacts, 'name'> => {
  const messages = messagesOf(records)
  const asked = hostAsked(records)
  const flow = messages.find(m => m.layer === 'tcp')?.flow
  const address = flow === undefined ? undefined : /-\[?(.*?)\]?:\d+$/.exec(flow)?.[1]
  if (messages.some(m => m.layer === 'dns') || asked === undefined || address === undefined || address === asked)
    return {}
  return { name: { asked, address, from: nameFrom?.(asked) ?? '' } }
}
