/** `--html FILE`: what is seen here, as one page for whoever has a browser and nothing else. */
import type { Conversation } from '../../../dissect/conversation.ts'
import { sheetWordsOf } from '../../../explain/sheet/index.ts'
import { type Listed, listed } from '../../../inspect/conversations/list.ts'
import { listedIn } from '../../../inspect/conversations/listed-in.ts'
import { diagnosisIn } from '../../../inspect/diagnosis/capture.ts'
import type { Filter } from '../../../inspect/filter/filter.ts'
import { bodiesIn } from '../../../inspect/html/bodies.ts'
import { type PageConversation, pageHtml } from '../../../inspect/html/page.ts'
import { nodeCrypto } from '../../../node/crypto.ts'
import { privacyOf } from '../../command.ts'
import type { Io } from '../../io.ts'
import { wordsFor } from '../../language.ts'
import { outputFile } from '../../output-file.ts'
import { laddered, shownOf } from './conversation.ts'
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

/** Conversations that are drawn, those that failed before others; a page with more is read by nobody. */
const MOST_CONVERSATIONS = 50

/** Throws `cli/file`, also where there is a file of that name: the capture itself may be it. */
export const writePage = async (request: PageRequest, path: string): Promise<PageWritten> => {
  const { look, only, filter, options, env } = request
  const file = await outputFile(path, { existing: 'refuse', mode: 0o600 })
  try {
    const { language } = wordsFor(env, options.lang)
    const crypto = nodeCrypto()
    const rows = only === undefined ? [...listedIn(look, filter)] : [listed(only, look.open(only))]
    const pieces = pageHtml({
      label: look.label,
      contents: look.capture,
      rows,
      conversations: drawn(rows, request),
      privacy: privacyOf(options),
      language,
      words: sheetWordsOf(language),
      sha256: text => crypto.digest('sha256', Buffer.from(text)),
      fileSize: look.source.size,
    })
    let bytes = 0
    for (;;) {
      const next = pieces.next()
      if (next.done === true) {
        await file.keep()
        return { bytes, ...next.value }
      }
      const piece = Buffer.from(next.value)
      bytes += piece.length
      await file.write(piece)
    }
  } finally {
    await file.close()
  }
}

function* drawn(rows: readonly Listed[], { look, options, filter }: PageRequest): Generator<PageConversation> {
  const failed = rows.filter(({ summary }) => summary.ok === false)
  const others = rows.filter(({ summary }) => summary.ok !== false)
  const chosen = new Set([...failed, ...others].slice(0, MOST_CONVERSATIONS))
  for (const { conversation } of rows.filter(row => chosen.has(row))) {
    const opened = look.open(conversation)
    const records = shownOf({ opened, options })
    yield {
      // The list may have told of it by its index alone.
      listed: listed(conversation, opened),
      diagnosis: diagnosisIn(look.capture, opened),
      ladder: laddered({ opened, options, filter }, records),
      records,
      bodies: bodiesIn(opened, privacyOf(options)),
    }
  }
}
