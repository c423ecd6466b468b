/** `barewire inspect`: what is in a capture, in a run that is kept, or in what comes on standard input. */
import type { Conversation } from '../../../dissect/conversation.ts'
import { type Failure, FailureError, fail, isFailure } from '../../../failures/index.ts'
import { counted } from '../../../inspect/about.ts'
import { asTest } from '../../../inspect/as-test.ts'
import { whatWasBrought } from '../../../inspect/conversations/keeping.ts'
import { jsonOfCapture, jsonOfListed } from '../../../inspect/conversations/list.ts'
import { listedIn } from '../../../inspect/conversations/listed-in.ts'
import { type Filter, filterOf } from '../../../inspect/filter/filter.ts'
import { jsonOfFailure, line, lines, mark, renderFailure, type Shown } from '../../../inspect/index.ts'
import { meanings } from '../../../inspect/meanings.ts'
import { say, size } from '../../../inspect/style.ts'
import { systemClock } from '../../../node/clock.ts'
import { privacyOf } from '../../command.ts'
import { exitCodeOf } from '../../errors.ts'
import { typed } from '../../invocation.ts'
import type { Io } from '../../io.ts'
import { jsonLine } from '../../json.ts'
import { wordsFor } from '../../language.ts'
import { styleFor } from '../../story/style.ts'
import { writeAnnotated } from './annotated.ts'
import {
  conversationJson,
  followJson,
  followText,
  ladderText,
  messageJson,
  messageText,
  openedFor,
  type Scene,
} from './conversation.ts'
import { listText, runHead } from './list.ts'
import { type Look, lookAt } from './look.ts'
import { exported, exportedLine, jsonOfExported } from './objects.ts'
import type { InspectOptions } from './options.ts'
import { writePage } from './page.ts'
import { jsonOfRun, runLines } from './runs.ts'
import { runsOf } from './target.ts'
import { showOnPage } from './web.ts'

export const inspect = async (words: readonly string[], options: InspectOptions, io: Io): Promise<number> => {
  const [what, number, ...others] = words
  if (others.length > 0) throw usage(`A capture and the number of a conversation, not "${others[0]}" besides.`)
  if (what === undefined) return await tellRuns(options, io)
  const id = number === undefined ? undefined : conversationNumber(number)
  if (id === undefined && (options.message !== undefined || options.follow))
    throw usage(`--${options.follow ? 'follow' : 'message'} wants the number of a conversation: ${what} 1.`)
  const filter = options.filter === undefined ? undefined : filterOf(options.filter)
  if (isFailure(filter)) throw new FailureError(filter)
  const look = await lookAt(what, options, io)
  try {
    const { damage, frames } = look.capture
    if (frames === 0 && damage[0] !== undefined) throw new FailureError(damage[0].with({ where: what }))
    if (options.web) await showOnPage({ look, id, options, io })
    else if (options.exportObjects !== undefined) await exportObjects(look, id, options.exportObjects, options, io)
    else if (options.asTest !== undefined) await tellTest(look, id, options.asTest, options, io)
    else if (options.html !== undefined) await tellPage(look, id, filter, options, io)
    else if (options.output !== undefined) await tellAnnotated(look, options.output, options, io)
    else if (id === undefined) await tellList(look, filter, options, io)
    else await tellConversation(look, id, filter, options, io)
    return await tellDamage(damage, what, options, io)
  } finally {
    look.close()
  }
}

const usage = (got: string): FailureError => new FailureError(fail('cli/usage', { got }))

const conversationNumber = (word: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(word)) throw usage(`A conversation is a number of the list, not "${word}".`)
  return Number(word)
}

const tellRuns = async (options: InspectOptions, io: Io): Promise<number> => {
  if (options.web) {
    await showOnPage({ look: undefined, id: undefined, options, io })
    return 0
  }
  const runs = runsOf(io.env)
  const told = options.json
    ? (runs.map(run => jsonLine(jsonOfRun(run))).join('') as Shown)
    : lines(runLines(runs, systemClock.date(), styleFor(io.out, io.env, options)))
  await io.out.write(told)
  return 0
}

/** Lines that leave at once: a reader that has seen enough ends the work. */
const AT_ONCE = 500

const tellList = async (look: Look, filter: Filter | undefined, options: InspectOptions, io: Io): Promise<void> => {
  const style = styleFor(io.out, io.env, options)
  if (!options.json) {
    const told = listText(look, [...listedIn(look, filter)], filter, style)
    for (let at = 0; at < told.length; at += AT_ONCE) await io.out.write(lines(told.slice(at, at + AT_ONCE)))
    return
  }
  await io.out.write(jsonLine(jsonOfCapture(look.capture)))
  for (const row of listedIn(look, filter)) await io.out.write(jsonLine(jsonOfListed(row)))
}

/** Throws `inspect/no-conversation`. */
const conversationIn = (look: Look, id: number): Conversation => {
  const { conversations } = look.capture
  const conversation = conversations[id - 1]
  if (conversation !== undefined) return conversation
  const got = conversations.length === 0 ? 'none' : conversations.length === 1 ? '1' : `1 to ${conversations.length}`
  throw new FailureError(fail('inspect/no-conversation', { number: id, where: look.label, got }))
}

const tellConversation = async (
  look: Look,
  id: number,
  filter: Filter | undefined,
  options: InspectOptions,
  io: Io,
): Promise<void> => {
  const style = styleFor(io.out, io.env, options)
  const conversation = conversationIn(look, id)
  const scene: Scene = {
    label: look.label,
    told: () => look.told(conversation),
    ...openedFor(look, conversation, filter, options),
    options,
    filter,
    style,
    typed: text => typed(text, io.env),
    means: meanings(wordsFor(io.env, options.lang).language),
  }
  const rows = function* (): Generator<Shown> {
    for (const row of runHead(look, style)) yield lines([row])
    for (const row of peopleText(scene)) yield lines([row])
  }
  for (const text of gathered(options.json ? jsonTexts(scene) : rows())) await io.out.write(text)
}

/** Characters that leave at once. */
const GATHER = 64 * 1024

/** A million small pieces are written in some thousand. */
function* gathered(texts: Iterable<Shown>): Generator<Shown> {
  let waiting = ''
  for (const text of texts) {
    waiting += text
    if (waiting.length < GATHER) continue
    yield waiting as Shown
    waiting = ''
  }
  yield waiting as Shown
}

const peopleText = (scene: Scene): Iterable<Shown> => {
  const { message, follow } = scene.options
  if (message !== undefined) return messageText(scene, message)
  return follow ? followText(scene) : ladderText(scene)
}

const jsonTexts = (scene: Scene): Iterable<Shown> => {
  const { message, follow } = scene.options
  if (message !== undefined) return messageJson(scene, message)
  return follow ? followJson(scene) : conversationJson(scene)
}

/** Octets of the streams of one conversation. */
const MOST_EXPORTED = 1024 * 1024 * 1024

const exportObjects = async (
  look: Look,
  id: number | undefined,
  folder: string,
  options: InspectOptions,
  io: Io,
): Promise<void> => {
  const style = styleFor(io.out, io.env, options)
  const wanted = id === undefined ? look.capture.conversations : [conversationIn(look, id)]
  let count = 0
  for (const conversation of wanted) {
    if (conversation.kind !== 'TCP') continue
    for await (const each of exported(look.open(conversation, whatWasBrought(MOST_EXPORTED)), folder)) {
      count++
      await io.out.write(options.json ? jsonLine(jsonOfExported(each)) : lines([exportedLine(each, style)]))
    }
  }
  if (count === 0 && !options.json)
    await io.out.write(
      lines([line(style, { text: ` ${say(style, 'No bodies of HTTP are in it, or none that could be read.')}` })]),
    )
}

const tellAnnotated = async (look: Look, path: string, options: InspectOptions, io: Io): Promise<void> => {
  const { frames, comments, secrets, left } = await writeAnnotated(look, path)
  const style = styleFor(io.out, io.env, options)
  const most = left === 0 ? [] : [`none for ${counted(left, 'record')} in the middle`]
  const counts = [counted(frames, 'frame'), counted(comments, 'comment'), counted(secrets, 'secret'), ...most]
  const said = `${path}: ${say(style, counts.join(', '))}`
  await io.out.write(
    options.json
      ? jsonLine({ type: 'annotated', path, frames, comments, secrets, left })
      : lines([line(style, { text: ` ${mark(style, '✓')} `, tint: 'good' }, { text: said })]),
  )
}

/** Throws `cli/usage` where nothing of HTTP could be replayed. */
const tellTest = async (
  look: Look,
  id: number | undefined,
  side: 'client' | 'server',
  options: InspectOptions,
  io: Io,
): Promise<void> => {
  if (id === undefined) throw usage(`--as-test wants the number of a conversation: ${look.label} 1.`)
  const { text, tests } = asTest(look.open(conversationIn(look, id), whatWasBrought()), {
    side,
    label: look.label,
    privacy: privacyOf(options),
  })
  if (tests === 0) throw usage(`Conversation ${id} has no exchange of HTTP of which every byte is there to be read.`)
  // Printable ASCII: every other octet is escaped in it.
  await io.out.write(options.json ? jsonLine({ type: 'test', side, tests, text }) : new TextEncoder().encode(text))
}

const tellPage = async (
  look: Look,
  id: number | undefined,
  filter: Filter | undefined,
  options: InspectOptions,
  io: Io,
): Promise<void> => {
  const path = options.html ?? ''
  const only = id === undefined ? undefined : conversationIn(look, id)
  const { bytes, conversations, messages } = await writePage({ look, only, filter, options, env: io.env }, path)
  const style = styleFor(io.out, io.env, options)
  const counts = [size(bytes), counted(conversations, 'conversation'), counted(messages, 'message')]
  const said = `${path}: ${say(style, counts.join(', '))}`
  await io.out.write(
    options.json
      ? jsonLine({ type: 'sheet', path, bytes, conversations, messages })
      : lines([line(style, { text: ` ${mark(style, '✓')} `, tint: 'good' }, { text: said })]),
  )
}

/** Everything in front of the damage was told; then what is wrong with the file. */
const tellDamage = async (
  damage: readonly Failure[],
  where: string,
  options: InspectOptions,
  io: Io,
): Promise<number> => {
  const style = styleFor(io.err, io.env, options)
  const words = wordsFor(io.env, options.lang)
  for (const each of damage) {
    const failure = each.where === undefined ? each.with({ where }) : each
    if (options.json) await io.out.write(jsonLine(jsonOfFailure(failure)))
    else await io.err.write(lines(renderFailure(failure, { style, words, typed: text => typed(text, io.env) })))
  }
  return damage[0] === undefined ? 0 : exitCodeOf(damage[0])
}
