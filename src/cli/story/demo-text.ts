/** What the demo says to people. */

import { english, type Words } from '../../explain/index.ts'
import type { Failure } from '../../failures/index.ts'
import { columnsOf, legible, line, mark, type Shown, type Style, type Tint, wrap } from '../../inspect/index.ts'
import { say } from '../../inspect/style.ts'
import type { Outcome } from '../../lab/attacks/index.ts'
import type { CookieThread, Exchange } from '../../lab/exchange.ts'
import { hexText, latin1Text } from '../../wire/bytes.ts'

/** The first part: who is on the wire, the timeline, and one cookie followed down to its bytes. */
export const demoLines = (exchange: Exchange, story: readonly Shown[], style: Style): Shown[] => {
  const [laptop, shop] = exchange.machines
  const intro = `Two machines on a wire in memory: ${laptop?.name} (${laptop?.address}) signs in at https://${shop?.name} (${shop?.address}) and is known at its second request. Every layer on both sides is Barewire; the time is virtual.`
  return [
    line(style),
    ...wrap(say(style, intro), style.width).map(text => line(style, { text })),
    line(style),
    ...story,
    line(style),
    ...exchange.answers.map(({ request, status, body }) =>
      line(style, { text: ` ${request.padEnd(13)} ${status}  ` }, { text: inWords(body), tint: 'server' }),
    ),
    ...(exchange.cookie === undefined ? [] : [line(style), ...threadLines(exchange.cookie, style)]),
  ]
}

/** The text of a small page. */
const inWords = (html: string): string => /<p>(.*)<\/p>/.exec(html)?.[1] ?? html.trim()

/** Bytes side by side as hex and as characters. */
const SHOWN = 20
const HEX = 14

const threadLines = ({ text, plaintext, ciphertext }: CookieThread, style: Style): Shown[] => {
  const { unicode, width } = style
  const thread = unicode ? text : text.replaceAll('⊂', '<')
  const shown = Math.max(8, Math.min(SHOWN, Math.floor((width - HEX - 3) / 4)))
  const plain = latin1Text(plaintext, 0, shown)
  const hex = (bytes: Uint8Array): string => hexText(bytes.subarray(0, shown), ' ')
  return [
    ...wrap(thread, width - 2).map((part, i) => line(style, { text: ` ${i === 0 ? '' : '  '}${part}` })),
    line(style, { text: `   ${say(style, 'you say')}    ${hex(plaintext)}   ` }, { text: plain, tint: 'you' }),
    line(style, { text: `   ${say(style, 'the wire')}   ` }, { text: hex(ciphertext), tint: 'secret' }),
  ]
}

/** One attack; the first over each protocol has a heading. */
export const outcomeLines = (outcome: Outcome, first: boolean, style: Style, words: Words = english): Shown[] => {
  const harm = outcome.expected === 'succeeds' && outcome.over === 'http'
  const sign = !outcome.asExpected ? '?' : mark(style, harm ? '✗' : '✓')
  const tint = harm || !outcome.asExpected ? 'bad' : 'good'
  const does = wrap(say(style, `it ${outcome.does}`), style.width - INDENT)
  return [
    ...(first ? heading(outcome.over, style) : []),
    ...does.map((text, i) =>
      line(
        style,
        ...(i === 0 ? [{ text: ` ${sign}`, tint } as const, { text: ` ${text}` }] : [{ text: `   ${text}` }]),
      ),
    ),
    ...consequences(outcome, style, words),
  ]
}

const INDENT = 5

const heading = (over: Outcome['over'], style: Style): Shown[] => {
  const rubric = line(style, { text: ` ${say(style, `over ${over}://`)}`, tint: 'quiet' })
  if (over === 'https') return [line(style), rubric]
  const why =
    'The same wire with a third machine on it, mallory. It told the laptop by ARP that it is the shop; this is why HTTPS exists.'
  return [line(style), ...wrap(say(style, why), style.width).map(text => line(style, { text })), line(style), rubric]
}

const consequences = (outcome: Outcome, style: Style, words: Words): Shown[] => {
  const room = style.width - INDENT
  const below = (text: string, tint: Tint): Shown => line(style, { text, tint, column: INDENT })
  if (outcome.expected === 'succeeds') {
    const plain = outcome.over === 'http'
    const verb = plain ? 'and has' : 'and has no more than'
    return wrap(
      [say(style, verb), outcome.learned.map(text => say(style, text)).join(say(style, '; '))].join(say(style, ': ')),
      room,
    ).map(text => below(text, plain ? 'bad' : 'quiet'))
  }
  const { by, code } = outcome.expected
  const failure = by === 'client' ? outcome.client.failure : outcome.server.find(each => each.code === code)
  return failure === undefined ? [below(say(style, 'nobody noticed'), 'bad')] : noticed(by, failure, style, words)
}

const noticed = (by: 'client' | 'server', failure: Failure, style: Style, words: Words): Shown[] => {
  const who = by === 'client' ? 'laptop' : 'shop'
  const room = style.width - INDENT
  const told = wrap(`${say(style, `the ${who} refuses: `)}${words.sentence(failure)}`, room)
  // The code stands behind the sentence, at the right; nobody has to read across it.
  const fits = columnsOf(told.at(-1)!) + 2 + failure.code.length <= room
  const code = { text: failure.code, column: style.width - failure.code.length, tint: 'quiet' as const }
  const rows = told.map(text => ({ text, column: INDENT }))
  return [
    ...rows.slice(0, -1).map(text => line(style, text)),
    ...(fits ? [line(style, rows.at(-1)!, code)] : [line(style, rows.at(-1)!), line(style, code)]),
  ]
}

/** Where the packets are and what to do next. */
export const partingLines = (file: string, frames: number, command: string, style: Style): Shown[] => {
  const where = `${frames} frames of the first part are in ${file}, with the secrets to decrypt them.`
  const tries = [
    `wireshark ${file}`,
    `${command} demo -v tcp,tls,http`,
    `${command} get https://example.com/`,
    `${command} serve .`,
  ]
  return [
    line(style),
    ...wrap(say(style, where), style.width - 1).map(text => line(style, { text: ` ${text}` })),
    line(style),
    line(style, { text: ` ${say(style, 'try')}`, tint: 'quiet' }),
    ...tries.map(text => legible(`   ${text}`, style)),
  ]
}
