/**
 * `barewire demo`: a whole exchange on a wire in memory, then the same wire with a third machine on it. Here the story
 * is the product, so it goes to standard output.
 */

import { sentence } from '../../explain/index.ts'
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import { jsonOfFailure, jsonOfTimeline, line, lines, type Shown, type Style, timeline } from '../../inspect/index.ts'
import { type Attack, attacks, type Outcome, playAttack } from '../../lab/attacks/index.ts'
import { type Exchange, LAPTOP, playExchange } from '../../lab/exchange.ts'
import { nodePlatform } from '../../node/lab.ts'
import { redact } from '../../trace/redact.ts'
import { labCapture } from '../capture-file.ts'
import { type CommonOptions, type KeepOptions, privacyOf, type WebOptions } from '../command.ts'
import { connectionFacts } from '../facts.ts'
import { invocation } from '../invocation.ts'
import type { Io } from '../io.ts'
import { jsonLine, jsonRecords } from '../json.ts'
import { keeping, seeIt } from '../kept.ts'
import { wordsFor } from '../language.ts'
import { demoLines, outcomeLines, partingLines } from '../story/demo-text.ts'
import { storyLines } from '../story/story.ts'
import { styleFor } from '../story/style.ts'
import { QUIET } from '../verbosity.ts'
import { interruptedBy, pageLine, Watched } from '../web/watched.ts'

export interface DemoOptions extends CommonOptions, KeepOptions, WebOptions {
  readonly pcapng: string
  readonly seed?: number | undefined
}

export const demo = async (options: DemoOptions, io: Io): Promise<number> => {
  const style = styleFor(io.out, io.env, options)
  const platform = nodePlatform({ seed: options.seed })
  const seed = options.seed ?? 1
  const kept = keeping(options, io.env)
  const capture = labCapture({ path: options.pcapng, kept }, platform.date)
  const exchange = await playExchange(platform, seed, capture.sink).finally(() => capture.close())
  const isKept = kept?.keep({ command: `demo --seed ${seed}` }) ?? false
  await tellExchange(exchange, options, style, io)
  const surprises: Outcome[] = []
  for (const attack of attacks) {
    const outcome = await playAttack(platform, attack, { seed })
    if (!outcome.asExpected) surprises.push(outcome)
    await tellOutcome(attack, outcome, options, style, io)
  }
  if (options.json) await io.out.write(jsonLine({ type: 'capture', file: options.pcapng, frames: capture.sink.frames }))
  else {
    await say(io, partingLines(options.pcapng, capture.sink.frames, invocation(io.env), style))
    if (isKept) await say(io, [line(style), seeIt(io.env, style)])
  }
  if (options.web) await shown(exchange, { seed, date: platform.date }, options, io)
  if (surprises.length === 0 && exchange.answers.every(({ status }) => status === 200)) return 0
  throw new FailureError(fail('cli/check', { got: surprises.map(({ id }) => id).join(', ') || 'the exchange itself' }))
}

/** The exchange on a page, until somebody has looked enough. */
const shown = async (
  { records }: Exchange,
  { seed, date }: { readonly seed: number; readonly date: number },
  options: DemoOptions,
  io: Io,
): Promise<void> => {
  const watching = { command: `demo --seed ${seed}`, privacy: privacyOf(options), date }
  const watched = await Watched.open(watching, io.env)
  try {
    watched.happened(records)
    watched.over(undefined)
    const stopped = interruptedBy(io)
    const { url } = watched
    const style = styleFor(io.out, io.env, options)
    const text = pageLine(style, 'the page stays until Ctrl-C', url)
    await io.out.write(options.json ? jsonLine({ type: 'web', url, live: false }) : lines([line(style), text]))
    await stopped
  } finally {
    await watched.close()
  }
}

const say = (io: Io, list: readonly Shown[]): Promise<void> => io.out.write(lines(list))

const tellExchange = async (exchange: Exchange, options: DemoOptions, style: Style, io: Io): Promise<void> => {
  const { connection, records, cookie } = exchange
  const facts = { host: LAPTOP, ...connectionFacts(connection) }
  if (!options.json) {
    const shown = privacyOf(options) === 'shown' ? records : redact(records)
    const story = storyLines(shown, {
      style,
      verbosity: options.verbose ?? QUIET,
      facts,
      language: wordsFor(io.env, options.lang).language,
    })
    await say(io, demoLines(exchange, story, style))
    return
  }
  const { machines, answers, cookies } = exchange
  await io.out.write(
    jsonLine({
      type: 'exchange',
      machines: machines.map(each => ({ ...each })),
      answers: answers.map(each => ({ ...each })),
      cookies,
    }),
  )
  const asLine = jsonRecords(privacyOf(options))
  for (const entry of records) {
    const told = asLine(entry, detailOf(options))
    if (told !== undefined) await io.out.write(told)
  }
  await io.out.write(jsonLine(jsonOfTimeline(timeline(records, facts))))
  if (cookie !== undefined) {
    const where = cookie.crumbs.map(({ layer, places }) => ({
      layer,
      places: places.map(({ message, start, end }) => ({ message: message.id, bytes: [start, end] })),
    }))
    await io.out.write(jsonLine({ type: 'thread', text: cookie.text, where }))
  }
}

const detailOf = ({ verbose = QUIET }: DemoOptions) => [
  ...(verbose.level > 1 ? ['fields' as const] : []),
  ...(verbose.level > 2 ? ['bytes' as const] : []),
]

const tellOutcome = async (
  attack: Attack,
  outcome: Outcome,
  options: DemoOptions,
  style: Style,
  io: Io,
): Promise<void> => {
  if (!options.json) {
    await say(io, outcomeLines(outcome, attack.id === firstOver(attack.over), style, wordsFor(io.env, options.lang)))
    return
  }
  const { client, server, expected, learned, id, over, does, asExpected } = outcome
  await io.out.write(
    jsonLine({
      type: 'attack',
      id,
      over,
      does,
      expected: expected === 'succeeds' ? expected : { ...expected },
      asExpected,
      learned,
      client:
        client.failure === undefined
          ? { status: client.status, body: client.body }
          : { failure: named(client.failure) },
      server: server.map(named),
    }),
  )
}

const firstOver = (over: Attack['over']): string | undefined => attacks.find(attack => attack.over === over)?.id

const named = (failure: Failure) => ({ ...jsonOfFailure(failure), sentence: sentence(failure) })
