/** `--html FILE`: what is seen here, in the page of the inspector, as one file for whoever has a browser and nothing else. */
import type { Conversation } from '../../../dissect/conversation.ts'
import { whatWasSaid } from '../../../inspect/conversations/keeping.ts'
import { jsonOfCapture, jsonOfListed, type Listed, listed } from '../../../inspect/conversations/list.ts'
import { listedIn } from '../../../inspect/conversations/listed-in.ts'
import type { Filter } from '../../../inspect/filter/filter.ts'
import { inPage, writtenLines } from '../../../inspect/packed/capture-lines.ts'
import { pageAsOneFile } from '../../../node/inspector/page-files.ts'
import { privacyOf } from '../../command.ts'
import type { Io } from '../../io.ts'
import { wordsFor } from '../../language.ts'
import { outputFile } from '../../output-file.ts'
import { GIVEN } from '../../web/shelf.ts'
import type { Look } from './look.ts'
import type { InspectOptions } from './options.ts'

export interface PageRequest {
  readonly look: Look
  /** The only one that was asked for. */
  readonly only: Conversation | undefined
  readonly filter: Filter | undefined
  readonly options: InspectOptions
  readonly env: Io['env']
}

export interface PageWritten {
  readonly bytes: number
  readonly conversations: number
  readonly messages: number
}

/** Conversations that are written, those that failed before others; a page with more is read by nobody. */
const MOST_CONVERSATIONS = 50
/** Characters of what is captured: what browsers open at once, beside the page itself. */
const MOST_TEXT = 24_000_000

/** Throws `inspect/no-page`, and `cli/file`, also where there is a file of that name: the capture itself may be it. */
export const writePage = async (request: PageRequest, path: string): Promise<PageWritten> => {
  const { look, only, filter, options, env } = request
  const { language } = wordsFor(env, options.lang)
  const page = pageAsOneFile(language, env.BAREWIRE_PAGE_FOLDER || undefined)
  const file = await outputFile(path, { existing: 'refuse', mode: 0o600 })
  try {
    const rows = only === undefined ? [...listedIn(look, filter)] : [listed(only, look.open(only, whatWasSaid()))]
    const pieces = written(rows, request)
    let bytes = 0
    const write = async (text: string): Promise<void> => {
      const piece = Buffer.from(text)
      bytes += piece.length
      await file.write(piece)
    }
    await write(page.before)
    for (;;) {
      const next = pieces.next()
      if (next.done !== true) {
        await write(next.value)
        continue
      }
      await write(page.after)
      await file.keep()
      return { bytes, ...next.value }
    }
  } finally {
    await file.close()
  }
}

/** An element that no browser runs, and the page reads (`inspector/sources/written.ts`). */
const element = (name: string, lines: readonly string[]): string =>
  `\n<script type="application/x-ndjson" id="${name}">\n${lines.join('\n')}\n</script>`

function* written(
  rows: readonly Listed[],
  { look, options }: PageRequest,
): Generator<string, Omit<PageWritten, 'bytes'>> {
  const failed = rows.filter(({ summary }) => summary.ok === false)
  const others = rows.filter(({ summary }) => summary.ok !== false)
  const inside: Listed[] = []
  let [left, messages] = [MOST_TEXT, 0]
  for (const { conversation } of [...failed, ...others].slice(0, MOST_CONVERSATIONS)) {
    if (left < 1) break
    const found = writtenLines(look, conversation, privacyOf(options), left)
    left -= found.lines.reduce((sum, line) => sum + line.length, 0)
    messages += found.messages
    // The list may have told of it by its index alone.
    inside.push(listed(conversation, look.open(conversation, whatWasSaid())))
    yield element(`captures/${GIVEN}/${conversation.id}`, found.lines)
  }
  inside.sort((a, b) => a.conversation.id - b.conversation.id)
  const head = { v: 1, ...jsonOfCapture(look.capture), conversations: rows.length }
  yield element(`captures/${GIVEN}`, [head, ...inside.map(jsonOfListed)].map(inPage))
  yield element('captures', [inPage({ v: 1, type: 'file', id: GIVEN, name: look.label })])
  return { conversations: inside.length, messages }
}
