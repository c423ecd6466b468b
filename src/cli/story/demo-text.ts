/** What the demo says to people. */

import { sentence } from '../../explain/index.ts'
import type { Failure } from '../../failures/index.ts'
import { type Style, wrap } from '../../inspect/index.ts'
import type { Outcome } from '../../lab/attacks/index.ts'
import type { CookieThread, Exchange } from '../../lab/exchange.ts'
import { hexText, latin1Text } from '../../wire/bytes.ts'

/** The first part: who is on the wire, the timeline, and one cookie followed down to its bytes. */
export const demoLines = (exchange: Exchange, story: readonly string[], style: Style): string[] => {
  const { colour } = style
  const [laptop, shop] = exchange.machines
  const intro = `Two machines on a wire in memory: ${laptop?.name} (${laptop?.address}) signs in at https://${shop?.name} (${shop?.address}) and is known at its second request. Every layer on both sides is Barewire; the time is virtual.`
  return [
    '',
    ...wrap(intro, style.width),
    '',
    ...story,
    '',
    ...exchange.answers.map(
      ({ request, status, body }) => ` ${request.padEnd(13)} ${status}  ${colour.server(inWords(body))}`,
    ),
    ...(exchange.cookie === undefined ? [] : ['', ...threadLines(exchange.cookie, style)]),
  ]
}

/** The text of a small page. */
const inWords = (html: string): string => /<p>(.*)<\/p>/.exec(html)?.[1] ?? html.trim()

/** Bytes side by side as hex and as characters. */
const SHOWN = 20
const HEX = 14

const threadLines = ({ text, plaintext, ciphertext }: CookieThread, { colour, unicode, width }: Style): string[] => {
  const line = unicode ? text : text.replaceAll('⊂', '<')
  const shown = Math.max(8, Math.min(SHOWN, Math.floor((width - HEX - 3) / 4)))
  const plain = latin1Text(plaintext, 0, shown)
  const hex = (bytes: Uint8Array): string => hexText(bytes.subarray(0, shown), ' ')
  return [
    ...wrap(line, width - 2).map((part, i) => ` ${i === 0 ? '' : '  '}${part}`),
    `   you say    ${hex(plaintext)}   ${colour.you(plain)}`,
    `   the wire   ${colour.secret(hex(ciphertext))}`,
  ]
}

/** One attack; the first over each protocol has a heading. */
export const outcomeLines = (outcome: Outcome, first: boolean, style: Style): string[] => {
  const { colour, unicode, width } = style
  const harm = outcome.expected === 'succeeds' && outcome.over === 'http'
  const sign = !outcome.asExpected ? '?' : harm ? (unicode ? '✗' : 'x') : unicode ? '✓' : 'ok'
  const tint = harm || !outcome.asExpected ? colour.bad : colour.good
  const lines = wrap(`it ${outcome.does}`, width - INDENT)
  return [
    ...(first ? heading(outcome.over, style) : []),
    ...lines.map((text, i) => (i === 0 ? ` ${tint(sign)} ${text}` : `   ${text}`)),
    ...consequences(outcome, style).map(text => `     ${text}`),
  ]
}

const INDENT = 5

const heading = (over: Outcome['over'], { colour, width }: Style): string[] =>
  over === 'http'
    ? [
        '',
        ...wrap(
          'The same wire with a third machine on it, mallory. It told the laptop by ARP that it is the shop; this is why HTTPS exists.',
          width,
        ),
        '',
        colour.quiet(' over http://'),
      ]
    : ['', colour.quiet(' over https://')]

const consequences = (outcome: Outcome, style: Style): string[] => {
  const { colour, width } = style
  const room = width - INDENT
  if (outcome.expected === 'succeeds') {
    const verb = outcome.over === 'http' ? 'and has' : 'and has no more than'
    const lines = wrap(`${verb}: ${outcome.learned.join('; ')}`, room)
    return outcome.over === 'http' ? lines.map(colour.bad) : lines.map(colour.quiet)
  }
  const { by, code } = outcome.expected
  const failure = by === 'client' ? outcome.client.failure : outcome.server.find(each => each.code === code)
  if (failure === undefined) return [colour.bad('nobody noticed')]
  return noticed(by, failure, style)
}

const noticed = (by: 'client' | 'server', failure: Failure, { colour, width }: Style): string[] => {
  const who = by === 'client' ? 'laptop' : 'shop'
  const room = width - INDENT
  // The code stands at the right of the first line; the others have all the room.
  const words = `the ${who} refuses: ${sentence(failure)}`
  const [first = ''] = wrap(words, room - failure.code.length - 2)
  return [
    `${first.padEnd(room - failure.code.length)}${colour.quiet(failure.code)}`,
    ...wrap(words.slice(first.length).trimStart(), room).filter(text => text !== ''),
  ]
}

/** Where the packets are and what to do next. */
export const partingLines = (file: string, frames: number, command: string, { colour, width }: Style): string[] => [
  '',
  ...wrap(`${frames} frames of the first part are in ${file}, with the secrets to decrypt them.`, width - 1).map(
    text => ` ${text.replace(file, colour.you(file))}`,
  ),
  '',
  colour.quiet(' try'),
  `   wireshark ${file}`,
  `   ${command} demo -v tcp,tls,http`,
  `   ${command} get https://example.com/`,
  `   ${command} serve .`,
]
