/** `barewire explain FILE|@N [NUMBER]`: why exchanges failed that others had, or we. */
import type { Conversation } from '../../dissect/conversation.ts'
import { seenWordsOf, toldDiagnosis } from '../../explain/seen-words.ts'
import { quoted } from '../../explain/steps.ts'
import { FailureError, fail, isFailure } from '../../failures/index.ts'
import type { Opened } from '../../inspect/conversations/opened.ts'
import { type Diagnosed, diagnosed } from '../../inspect/diagnosis/capture.ts'
import { renderDiagnosis } from '../../inspect/diagnosis/text.ts'
import type { Diagnosis } from '../../inspect/diagnosis/types.ts'
import { type JsonObject, line, lines, ours, type Shown, type Style } from '../../inspect/index.ts'
import { objectsIn } from '../../inspect/objects.ts'
import { systemClock } from '../../node/clock.ts'
import { endpointText } from '../../wire/address.ts'
import { typed } from '../invocation.ts'
import type { Io } from '../io.ts'
import { jsonLine } from '../json.ts'
import { wordsFor } from '../language.ts'
import { runRecording } from '../recording.ts'
import { Outlet } from '../story/outlet.ts'
import { styleFor } from '../story/style.ts'
import { type Look, lookAt } from './inspect/look.ts'
import { decodedOf } from './inspect/objects.ts'
import type { InspectOptions } from './inspect/options.ts'

export type ExplainOptions = Pick<InspectOptions, 'keys' | 'privateKey' | 'json' | 'lang' | 'color' | 'showSecrets'>

/** Cards that are shown; a capture with more different failures is of something else than one exchange. */
const MOST_CARDS = 20

export const explainCapture = async (
  label: string,
  number: string | undefined,
  options: ExplainOptions,
  io: Io,
): Promise<number> => {
  const look = await lookAt(label, options as InspectOptions, io)
  try {
    const { capture } = look
    const [damage] = capture.damage
    if (capture.frames === 0 && damage !== undefined) throw new FailureError(damage.with({ where: label }))
    const wanted = number === undefined ? capture.conversations : [numbered(capture.conversations, number, label)]
    const found = await lookedThrough(look, wanted, options, io)
    if (options.json) for (const each of found) await io.out.write(jsonLine(jsonOfDiagnosed(each, options, io)))
    else await io.out.write(lines(cards(found, wanted.length, label, options, io)))
    return 0
  } finally {
    look.close()
  }
}

/** What is done before this needs no line. */
const PATIENCE = 1_000
const EVERY = 200

/** Of a long conversation the beginning and the end are kept: there it is that something fails. */
const lookedThrough = async (
  look: Look,
  wanted: readonly Conversation[],
  options: ExplainOptions,
  io: Io,
): Promise<readonly Diagnosed[]> => {
  const { language } = wordsFor(io.env, options.lang)
  const style = styleFor(io.err, io.env, options)
  const outlet = new Outlet(io.err, { missing: () => ours('') })
  let next = systemClock.now() + PATIENCE
  const found = await diagnosed(look.capture, {
    open: each => look.open(each, runRecording()),
    conversations: wanted,
    inBodies: brokenBody,
    async looked(count) {
      const now = systemClock.now()
      if (now < next) return
      next = now + EVERY
      outlet.status(line(style, { text: `  ${seenWordsOf(language).looking(count, wanted.length)}` }))
      // Whoever wants it to stop is heard.
      await new Promise(setImmediate)
    },
  })
  await outlet.settled()
  return found
}

/** A body looked at here expands to so much at most. */
const MOST_EXPANDED = 64 * 1024 * 1024

/** A whole body that says that it is compressed, and cannot be expanded. */
const brokenBody = async (opened: Opened): Promise<Diagnosis | undefined> => {
  for (const { of, bytes, codings, complete } of objectsIn(opened)) {
    if (!complete || bytes === undefined || codings.length === 0) continue
    const decoded = await decodedOf(bytes, codings, MOST_EXPANDED)
    if (isFailure(decoded) && decoded.code === 'http/bad-encoding')
      return { code: decoded.code, side: of === 'request' ? 'client' : 'server', certainty: 'seen' }
  }
  return undefined
}

/** Throws `inspect/no-conversation`. */
const numbered = (conversations: readonly Conversation[], number: string, where: string): Conversation => {
  const found = conversations[Number(number) - 1]
  if (found !== undefined && /^\d+$/.test(number)) return found
  const got = conversations.length === 0 ? 'none' : `1 to ${conversations.length}`
  throw new FailureError(fail('inspect/no-conversation', { number: Number(number), where, got }))
}

const cards = (
  found: readonly Diagnosed[],
  looked: number,
  label: string,
  options: ExplainOptions,
  io: Io,
): Shown[] => {
  const style = styleFor(io.out, io.env, options)
  const { language } = wordsFor(io.env, options.lang)
  const words = seenWordsOf(language)
  if (found.length === 0) return [line(style, { text: ` ${words.nothing(looked)}`, tint: 'good' })]
  const rows = found.slice(0, MOST_CARDS).flatMap((each, i) => [
    ...(i === 0 ? [] : [line(style)]),
    ...renderDiagnosis(each.diagnosis, {
      style,
      language,
      messages: each.shown === undefined ? [] : [each.shown],
      where: whereOf(each, words.alike),
    }),
    see(each, label, style, io),
  ])
  const more = found.length - MOST_CARDS
  return more <= 0 ? rows : [...rows, line(style), line(style, { text: ` ${words.more(more)}`, tint: 'quiet' })]
}

const see = ({ conversation: { id } }: Diagnosed, label: string, style: Style, { env }: Io): Shown =>
  line(style, { text: typed(`barewire inspect ${quoted(label)} ${id}`, env), column: 16, tint: 'quiet' })

const whereOf = ({ conversation, alike }: Diagnosed, more: (ids: readonly number[]) => string): string => {
  const { id, client, server } = conversation
  const named = ({ address, port }: Conversation['client']): string =>
    port === 0 ? address : endpointText(address, port)
  return `${id}  ${named(client)} → ${named(server)}${alike.length === 0 ? '' : `  ${more(alike)}`}`
}

const jsonOfDiagnosed = (
  { diagnosis, conversation, alike }: Diagnosed,
  options: ExplainOptions,
  io: Io,
): JsonObject => {
  const { code, side, by, certainty, got, expected, number, where, at } = diagnosis
  const { title, says, next } = toldDiagnosis(diagnosis, wordsFor(io.env, options.lang).language)
  return {
    type: 'diagnosis',
    conversation: conversation.id,
    flow: conversation.flow,
    code,
    certainty,
    side,
    ...(by === undefined ? {} : { gaveUp: by }),
    title,
    says,
    ...(expected === undefined ? {} : { expected }),
    ...(got === undefined ? {} : { got }),
    ...(number === undefined ? {} : { number }),
    ...(where === undefined ? {} : { where }),
    ...(at === undefined ? {} : { message: at.message, bytes: [at.start, at.end] }),
    next: [...next],
    alike: [...alike],
  }
}
