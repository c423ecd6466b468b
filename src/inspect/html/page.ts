/**
 * A capture as one page that needs nothing else: no network, no script, no font. What is in it is shown and cannot act:
 * every text is escaped, and the page forbids itself everything but its own style sheet.
 */
import { latin1Text } from '../../wire/bytes.ts'
import type { CaptureFacts, Listed } from '../conversations/list.ts'
import { size } from '../style.ts'
import {
  type Budget,
  conversationHtml,
  headlineOf,
  type PageConversation,
  saidOf,
  verdictHtml,
  type Wording,
  wentWell,
} from './conversation.ts'
import { Html, html, told } from './html.ts'
import { STYLE_SHEET } from './sheet.ts'

export type { PageConversation } from './conversation.ts'
export type { Body } from './message.ts'

export interface PageOptions extends Wording {
  /** What was looked at, as it was typed. */
  readonly label: string
  readonly contents: CaptureFacts
  /** Every conversation that is meant. */
  readonly rows: readonly Listed[]
  /** Those that are drawn, in their order; each is made when its turn comes. */
  readonly conversations: Iterable<PageConversation>
  readonly privacy: 'starred' | 'shown'
  readonly sha256: (text: string) => Uint8Array
  /** In octets. */
  readonly fileSize: number
}

/** What was drawn. */
export interface PageDrawn {
  readonly conversations: number
  readonly messages: number
}

/** Characters: what browsers open at once. */
const MOST_PAGE = 24_000_000
/** Lines of the list; the rest is counted. */
const MOST_ROWS = 1000
const MOST_TEXT = 300

/** Pieces of the page, in their order. */
export function* pageHtml(options: PageOptions): Generator<string, PageDrawn> {
  const { words, rows } = options
  const budget: Budget = { left: MOST_PAGE, messages: 0 }
  let drawn = 0
  for (const page of options.conversations) {
    if (drawn === 0) yield* beginning(options, rows.length === 1 ? page : undefined)
    if (budget.left < 1) break
    const { id } = page.listed.conversation
    const title =
      rows.length === 1
        ? html`${words.conversation(id)}`
        : html`${headed(page, options)} <span class="number">${id}</span>`
    for (const piece of conversationHtml(page, title, options, budget)) yield piece.text
    drawn++
  }
  if (drawn === 0) yield* beginning(options, undefined)
  const more = rows.length - drawn
  yield html`${more === 0 ? '' : html`<p class="left-out">${words.moreConversations(more)}</p>`}</main></body></html>
`.text
  return { conversations: drawn, messages: budget.messages }
}

/** `only`: the page is about one conversation. */
function* beginning(options: PageOptions, only: PageConversation | undefined): Generator<string> {
  const { language, label, words, rows, contents, privacy } = options
  yield html`<!doctype html>
<html lang="${language === 'zh' ? 'zh-Hans' : 'en'}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyFor(options)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${label} · barewire</title>
<style>${Html.of(STYLE_SHEET)}</style></head>
<body><header><b>barewire</b><span>${told(label, MOST_TEXT)}</span></header>
<main>
<div class="head"><h1>${headOf(options, only)}</h1><p class="quiet">${countsText(options)}</p></div>
<p class="privacy" role="note">${privacy === 'shown' ? words.shown : words.starred}</p>
`.text
  for (const { code } of contents.damage) yield html`<p class="bad">✗ ${words.damage}: <code>${code}</code></p>`.text
  if (only === undefined && rows.length > 0) yield* listHtml(rows, words.list, words)
}

const headed = (page: PageConversation, wording: Wording): Html =>
  html`${verdictHtml(wentWell(page))}${headlineOf(page, wording)}`

const headOf = (options: PageOptions, only: PageConversation | undefined): Html => {
  const { rows, words } = options
  if (only !== undefined) return headed(only, options)
  const failed = rows.filter(({ summary }) => summary.ok === false).length
  return failed === 0
    ? html`${words.conversations(rows.length)}`
    : html`<span class="bad">✗</span> ${words.conversations(rows.length)}, ${words.failed(failed)}`
}

const countsText = ({ contents, words, fileSize }: PageOptions): string => {
  const { frames, duration, start } = contents
  const when = Number.isNaN(start)
    ? []
    : [
        new Date(start)
          .toISOString()
          .replace('T', ' ')
          .replace(/\.\d+Z$/, ' UTC'),
      ]
  return [words.frames(frames), `${(duration / 1000).toFixed(3)} s`, words.fileSize(size(fileSize)), ...when].join(
    ' · ',
  )
}

function* listHtml(rows: readonly Listed[], title: string, words: Wording['words']): Generator<string> {
  yield html`<nav aria-labelledby="list"><h2 id="list">${title}</h2><ol class="list">
`.text
  for (const row of rows.slice(0, MOST_ROWS)) {
    const { conversation, summary } = row
    yield html`<li><a href="#c${conversation.id}"><span>${verdictHtml(summary.ok)}</span> <span class="number">${conversation.id}</span> <span class="who">${told(summary.ends, MOST_TEXT)}</span> <span class="how">${told(summary.spoken, MOST_TEXT)}</span> <span class="came">${told(saidOf(summary), MOST_TEXT)}</span></a></li>
`.text
  }
  const more = rows.length - MOST_ROWS
  yield html`</ol>${more > 0 ? html`<p class="left-out">${words.moreConversations(more)}</p>` : ''}</nav>
`.text
}

const base64 = (bytes: Uint8Array): string => btoa(latin1Text(bytes))

/** Nothing but this very style sheet: no script, no request, no form, no frame. */
const policyFor = ({ sha256 }: PageOptions): string =>
  `default-src 'none'; style-src 'sha256-${base64(sha256(STYLE_SHEET))}'; base-uri 'none'; form-action 'none'`
