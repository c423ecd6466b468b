/** What the demo says to people. */
import { sentence } from '../failures/index.ts'
import type { FailureInfo } from '../failures/registry.ts'
import { type Style, wrap } from '../inspect/index.ts'
import type { Outcome } from '../lab/attacks/index.ts'
import type { CookieThread, Exchange } from '../lab/exchange.ts'

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

const SHOWN = 20

const threadLines = ({ text, plaintext, ciphertext }: CookieThread, { colour, unicode, width }: Style): string[] => {
  const line = unicode ? text : text.replaceAll('⊂', '<')
  const plain = String.fromCharCode(...plaintext.subarray(0, SHOWN))
  const hex = (bytes: Uint8Array): string =>
    Array.from(bytes.subarray(0, SHOWN), b => b.toString(16).padStart(2, '0')).join(' ')
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

const noticed = (by: 'client' | 'server', failure: FailureInfo, { colour, width }: Style): string[] => {
  const who = by === 'client' ? 'laptop' : 'shop'
  const lines = wrap(`the ${who} refuses: ${sentence(failure)}`, width - INDENT - failure.code.length - 2)
  return lines.map((text, i) =>
    i === 0 ? `${text.padEnd(width - INDENT - failure.code.length)}${colour.quiet(failure.code)}` : text,
  )
}

/** Where the packets are and what to do next. */
export const partingLines = (file: string, frames: number, command: string, { colour }: Style): string[] => [
  '',
  ` ${frames} frames of the first part are in ${colour.you(file)}, with the secrets to decrypt them.`,
  '',
  colour.quiet(' try'),
  `   wireshark ${file}`,
  `   ${command} demo -v tcp,tls,http`,
  `   ${command} get https://example.com/`,
  `   ${command} serve .`,
]
