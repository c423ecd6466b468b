/** `barewire check HOST`: what a server of HTTPS offers, row by row, and what is thought of it. */
import { findingsIn as wordsIn } from '../../explain/check/index.ts'
import type { Words } from '../../explain/index.ts'
import type { Grade } from '../../failures/findings.table.ts'
import type { Failure } from '../../failures/index.ts'
import { type JsonObject, line, lines, mark, type Shown, type Style, widthOf, wrap } from '../../inspect/index.ts'
import { say } from '../../inspect/style.ts'
import { check } from '../../net/check/check.ts'
import { type Finding, findingsIn, isAtLeast } from '../../net/check/findings.ts'
import { FAMILIES, type Family, type Report } from '../../net/check/types.ts'
import type { StartTlsName } from '../../net/stream/starttls/protocols.table.ts'
import { nodeWorld } from '../../node/world.ts'
import { endpointText } from '../../wire/address.ts'
import { renderChecked } from '../check/rows.ts'
import type { CommonOptions, WebOptions } from '../command.ts'
import { typed } from '../invocation.ts'
import type { Io } from '../io.ts'
import { jsonLine } from '../json.ts'
import { wordsFor } from '../language.ts'
import { type FixedAddress, serverIn } from '../options.ts'
import { beginRun } from '../run.ts'
import { styleFor } from '../story/style.ts'
import { rootsIn } from '../trust.ts'

export interface CheckOptions extends CommonOptions, WebOptions {
  readonly only?: readonly Family[] | undefined
  readonly skip?: readonly Family[] | undefined
  readonly starttls?: StartTlsName | undefined
  readonly sni?: string | undefined
  readonly resolve?: readonly FixedAddress[] | undefined
  readonly trust?: readonly string[] | undefined
  readonly http?: number | undefined
  readonly failOn?: Grade | 'never' | undefined
  readonly why?: true | undefined
  readonly timeout?: number | undefined
  readonly maxTime?: number | undefined
  readonly parallel?: number | undefined
  readonly most?: number | undefined
  readonly pcapng?: string | undefined
}

/** Something that was asked for did not hold. */
const NOT_PASSED = 9

export const checkServer = async (what: string, options: CheckOptions, io: Io): Promise<number> => {
  const { host, port } = serverIn(what, options.starttls)
  const where = endpointText(host, port)
  const run = await beginRun(options, io, { form: 'log', awaits: where, title: `check ${where}` })
  try {
    const { report, failures } = await run.until(
      check({
        world: { ...nodeWorld(), ...(options.trust && { trust: rootsOf(options.trust) }) },
        host,
        port,
        starttls: options.starttls,
        sni: options.sni,
        address: options.resolve?.find(fixed => fixed.host === host && fixed.port === port)?.address,
        families: familiesIn(options),
        plainPort: options.http,
        lanes: options.parallel,
        most: options.most,
        timeout: options.timeout,
        maxTime: options.maxTime,
        signal: run.signal,
        trace: run.trace,
        progress: ({ connections, families }) =>
          run.status(`${say(run.style, `${connections} connections`)}: ${families.join(', ')}`),
      }),
    )
    run.status('')
    const findings = findingsIn(report)
    const bar = options.failOn ?? 'bad'
    const exit = bar !== 'never' && findings.some(one => isAtLeast(one, bar)) ? NOT_PASSED : 0
    const style = styleFor(io.out, io.env, options)
    if (options.json) for (const event of eventsOf(report, findings, exit)) await run.out.write(jsonLine(event))
    else await run.out.write(lines(told(report, findings, failures, { where, style, options, io })))
    return exit
  } catch (error) {
    return run.explain(error)
  } finally {
    await run.end()
  }
}

const rootsOf = (files: readonly string[]) => {
  const roots = rootsIn(files)
  return () => roots
}

const familiesIn = ({ only, skip = [] }: CheckOptions): readonly Family[] =>
  (only ?? FAMILIES).filter(family => !skip.includes(family))

const eventsOf = (report: Report, findings: readonly Finding[], exit: number): readonly JsonObject[] => {
  const { observed, others, ...about } = report
  const words = wordsIn('en')
  return [
    ...Object.entries(observed)
      .filter(([, answers]) => answers !== undefined)
      .map(([family, answers]) => ({ type: 'answers', family, answers }) as unknown as JsonObject),
    ...findings.map(({ code, grade, rule, attacks = [], got }): JsonObject => {
      const { says, next } = words[code]
      return {
        type: 'finding',
        code,
        grade,
        rule: rule ?? null,
        attacks: [...attacks],
        got: [...got],
        says: says(got),
        next,
      }
    }),
    { type: 'checked', ...about, others: [...others], exit },
  ]
}

interface Telling {
  /** Host and port. */
  readonly where: string
  readonly style: Style
  readonly options: CheckOptions
  readonly io: Io
}

const told = (
  report: Report,
  findings: readonly Finding[],
  failures: readonly Failure[],
  telling: Telling,
): readonly Shown[] => {
  const { where, style, options } = telling
  const { address, others, observed, connections, took } = report
  const beside =
    others.length === 0 ? '' : `, ${say(style, `not ${others.length === 1 ? others[0] : `${others.length} others`}`)}`
  const said = findings.filter(one => options.why === true || isAtLeast(one, 'weak'))
  const kept = findings.length - said.length
  const more = kept === 0 ? '' : `  ${say(style, `${kept} more could be better: --why`)}`
  return [
    line(style, { text: ` ${where}`, tint: 'you' }, { text: `  ${address}${beside}`, tint: 'quiet' }),
    ...renderChecked(observed, style),
    ...(said.length === 0 ? [] : [line(style)]),
    ...said.flatMap(one => findingLines(one, failures, telling)),
    line(style),
    line(style, {
      text: ` ${say(style, `${connections} connections, ${(took / 1000).toFixed(1)} s`)}${findings.length === 0 ? `  ${say(style, 'nothing to mend')}` : more}`,
      tint: 'quiet',
    }),
  ]
}

const SIGNS = { bad: ['✗', 'bad'], weak: ['!', 'secret'], note: ['·', 'quiet'] } as const

const findingLines = (
  finding: Finding,
  failures: readonly Failure[],
  { where, style, options, io }: Telling,
): Shown[] => {
  const { grade, code, rule, attacks = [] } = finding
  const [sign, tint] = SIGNS[grade]
  const words = wordsFor(io.env, options.lang)
  const { says, next } = wordsIn(words.language)[code]
  const width = widthOf(style) - 3
  const names = attacks.length === 0 ? '' : ` [${attacks.join('; ')}]`
  const text = wrap(`${says(inWords(finding, failures, words))}${names}`, width)
  const behind = [rule, typed(next.replace('HOST:PORT', where), io.env)].filter(each => each !== undefined).join('   ')
  return [
    ...text.map((part, i) =>
      line(style, { text: i === 0 ? ` ${mark(style, sign)}` : '', tint }, { text: part, column: 3 }),
    ),
    ...(options.why === true
      ? wrap(behind, width - 2).map(part => line(style, { text: part, column: 5, tint: 'quiet' }))
      : []),
  ]
}

/** Of a chain that is not believed, why. */
const inWords = ({ code, got }: Finding, failures: readonly Failure[], words: Words): readonly string[] => {
  const failure = code === 'chain-refused' ? failures.find(one => one.code === got[1]) : undefined
  return failure === undefined ? got : [got[0]!, words.sentence(failure).replace(/[.。]$/, '')]
}
