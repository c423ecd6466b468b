/** One conversation: who, how and what, why it failed, and its ladder of messages, each of which opens. */
import { wordsOf } from '../../explain/languages.ts'
import { seenWordsOf, toldDiagnosis } from '../../explain/seen-words.ts'
import type { SheetWords } from '../../explain/sheet/index.ts'
import type { Language } from '../../explain/words.ts'
import { messagesOf, type TraceRecord } from '../../trace/recorder.ts'
import type { MessageRecord } from '../../trace/types.ts'
import type { Listed } from '../conversations/list.ts'
import { fromOf } from '../diagnosis/ends.ts'
import type { Diagnosis } from '../diagnosis/types.ts'
import type { Ladder, LadderLine } from '../ladder.ts'
import { meanings } from '../meanings.ts'
import { hexLines, milliseconds, size } from '../style.ts'
import { type Html, html, told } from './html.ts'
import { type Body, HEX_COLUMNS, indexOf, messageHtml, preformatted } from './message.ts'

export interface PageConversation {
  readonly listed: Listed
  readonly diagnosis: Diagnosis | undefined
  readonly ladder: Ladder
  /** As far as they may be shown. */
  readonly records: readonly TraceRecord[]
  /** By the id of the head. */
  readonly bodies: ReadonlyMap<number, Body>
}

/** What a page may still hold, and what it holds. */
export interface Budget {
  /** Characters; below 1 nothing more is drawn, and the rest is counted. */
  left: number
  messages: number
}

export interface Wording {
  readonly language: Language
  readonly words: SheetWords
}

/** Messages of one conversation; the rest is counted. */
const MOST_MESSAGES = 500
const MOST_TEXT = 300
/** Of what a diagnosis points at. */
const MOST_HEX_LINES = 4

/** `title`: what stands over it; the page itself may have said what came of it. */
export function* conversationHtml(
  page: PageConversation,
  title: Html,
  wording: Wording,
  budget: Budget,
): Generator<Html> {
  const { listed, diagnosis, records } = page
  yield html`<section id="c${listed.conversation.id}">
<h2>${title}</h2>
${factsHtml(page, wording)}`
  if (diagnosis !== undefined) yield diagnosisHtml(diagnosis, records, wording)
  yield* ladderHtml(page, wording, budget)
  yield html`</section>
`
}

/** The mark in front of a conversation; undefined: nobody can tell. */
export const verdictHtml = (ok: boolean | undefined): Html =>
  ok === undefined ? html`` : ok ? html`<span class="good">✓ </span>` : html`<span class="bad">✗ </span>`

/** An answer that says no went well as far as its bytes go. */
export const wentWell = ({ listed: { summary }, diagnosis }: PageConversation): boolean | undefined =>
  diagnosis === undefined ? summary.ok : false

/** What came of it, in a sentence where it failed. */
export const headlineOf = ({ listed: { summary }, diagnosis }: PageConversation, { language }: Wording): Html =>
  told(diagnosis === undefined ? saidOf(summary) : toldDiagnosis(diagnosis, language).title, MOST_TEXT)

export const saidOf = ({ what, spoken }: Listed['summary']): string => what.join(', ') || spoken

const factsHtml = ({ listed, diagnosis }: PageConversation, { words }: Wording): Html => {
  const { conversation, summary, secrets } = listed
  const { labels } = words
  const { frames, start, end } = conversation
  const keys = [
    [summary.reading, summary.why].filter(Boolean).join(': '),
    secrets.used > 0 ? words.secretsUsed(secrets.used) : '',
  ]
  const counts = `${words.frames(frames.client + frames.server)}, ${milliseconds(end - start)} ${labels.milliseconds}`
  const rows: readonly (readonly [label: string, value: string, more: string])[] = [
    [labels.ends, summary.ends, ''],
    [labels.spoken, summary.spoken, keys.filter(Boolean).join(', ')],
    // Where it failed, the headline is another.
    diagnosis === undefined ? [labels.what, counts, ''] : [labels.what, saidOf(summary), counts],
  ]
  return html`<dl class="facts">${rows.map(
    ([label, value, more]) =>
      html`<div><dt>${label}</dt><dd>${told(value, MOST_TEXT)}</dd>${more === '' ? '' : html`<dd class="quiet">${more}</dd>`}</div>`,
  )}</dl>
`
}

/** What happened, whose side it is, who gave up, which bytes show it, what to do. */
const diagnosisHtml = (diagnosis: Diagnosis, records: readonly TraceRecord[], { language }: Wording): Html => {
  const { title, says, next } = toldDiagnosis(diagnosis, language)
  const seen = seenWordsOf(language)
  const { card } = wordsOf(language)
  const { code, side, by, at } = diagnosis
  const shown = at === undefined ? undefined : messagesOf(records).find(({ id }) => id === at.message)
  const row = (label: string, values: readonly Html[]): Html =>
    values.length === 0 ? html`` : html`<dt>${label}</dt>${values.map(value => html`<dd>${value}</dd>`)}`
  return html`<div class="failure"><h3>${told(title, MOST_TEXT)} <code>${code}</code></h3>
<p>${told(says, MOST_TEXT * 2)}</p><dl>${row(card.side, [html`${seen.sides[side]}`])}${row(
    seen.gaveUp,
    by === undefined ? [] : [html`${seen.ends[by]}`],
  )}${
    shown === undefined || at === undefined
      ? ''
      : row(card.showed, [
          html`${seen.sides[fromOf(shown)]} ${told(shown.name, MOST_TEXT)}, ${at.start}..${at.end}`,
          preformatted(
            hexLines(shown.bytes, at.start, Math.min(at.end, shown.bytes.length), MOST_HEX_LINES, HEX_COLUMNS),
          ),
        ])
  }${row(
    card.tryThis,
    next.map(text => told(text, MOST_TEXT * 2)),
  )}</dl></div>
`
}

function* ladderHtml(page: PageConversation, wording: Wording, budget: Budget): Generator<Html> {
  const { ladder, records, listed } = page
  const { words } = wording
  if (ladder.lines.length === 0) {
    yield html`<p class="quiet">${words.nothing}</p>`
    return
  }
  yield html`<div class="ends"><span>${words.labels.milliseconds}</span><span class="client">${told(ladder.left, MOST_TEXT)}</span><span class="server">${told(ladder.right, MOST_TEXT)}</span><span>${words.labels.bytes}</span></div>
<ol class="ladder">
`
  const byId = new Map(messagesOf(records).map(message => [message.id, message]))
  const index = indexOf(records)
  let drawn = 0
  let last = ''
  for (const line of ladder.lines) {
    if (drawn >= MOST_MESSAGES || budget.left < 1) break
    const message = byId.get(line.id)
    if (message === undefined) continue
    const time = (line.at - listed.conversation.start).toFixed(1)
    const context = {
      index,
      words,
      // Each message is read by itself, so each tells all of its meanings.
      means: meanings(wording.language)(message.layer),
      body: page.bodies.get(line.id),
    }
    const row = rowHtml(line, time === last ? '' : time, message, words)
    const piece = html`<li class="${classOf(line)}"><details><summary>${row}</summary><div class="open" id="c${listed.conversation.id}/m${line.id}">${messageHtml(message, context)}</div></details></li>
`
    last = time
    drawn++
    budget.messages++
    budget.left -= piece.text.length
    yield piece
  }
  const more = ladder.lines.length - drawn
  yield html`</ol>${more === 0 ? '' : html`<p class="left-out">${words.moreMessages(more)}</p>`}`
}

const classOf = ({ direction, sealed, lost, ok }: LadderLine): string =>
  [direction, sealed ? 'sealed' : '', lost ? 'lost' : '', ok === false ? 'wrong' : ''].filter(Boolean).join(' ')

/** A lock; colour and double line say the same, and so does the text beside it. */
const LOCK = html`<svg viewBox="0 0 12 14" width="10" height="12" aria-hidden="true"><path d="M3 6V4a3 3 0 0 1 6 0v2M1.5 6h9v7h-9z" fill="none" stroke="currentColor" stroke-width="1.4"/></svg>`

const rowHtml = (line: LadderLine, time: string, { name }: MessageRecord, words: SheetWords): Html => {
  const { direction, about, sealed, lost, again, ok, bytes } = line
  // The size stands at the end of the line.
  const sentence =
    about === '' || /^\d+ bytes$/.test(about) ? '' : html`<span class="about">${told(about, MOST_TEXT)}</span>`
  const note = [lost ? words.lost : '', again ? words.again : ''].filter(Boolean).join(', ')
  return html`<span class="ms">${time}</span><span class="lane"><span class="said"><b>${told(name, MOST_TEXT)}</b>${
    sealed ? html`<span class="lock">${LOCK}<span class="unseen">${words.sealed}</span></span>` : ''
  }${sentence}${
    ok === undefined
      ? ''
      : html`<span class="${ok ? 'good' : 'bad'}"><span aria-hidden="true">${ok ? '✓' : '✗'}</span><span class="unseen">${ok ? words.held : words.failedCheck}</span></span>`
  }${note === '' ? '' : html`<span class="bad">${note}</span>`}<span class="unseen">${words.direction[direction]}</span></span></span><span class="size">${size(bytes)}</span>`
}
