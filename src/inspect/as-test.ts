/** An exchange of a capture as a test for vitest: one side is replayed byte for byte, the other is Barewire's own. */
import type { ExchangeFound, HttpMessageFound } from '../dissect/stream/types.ts'
import type { Side } from '../dissect/types.ts'
import { messagesOf } from '../trace/recorder.ts'
import { latin1Text } from '../wire/bytes.ts'
import { findingsOf, type Opened } from './conversations/opened.ts'
import { bytesIn, type Followed, followed } from './follow.ts'

export interface AsTestOptions {
  /** Who is replayed. */
  readonly side: Side
  /** As it was typed. */
  readonly label: string
  readonly privacy: 'starred' | 'shown'
}

/** Exchanges of one conversation; the rest is left out. */
const MOST_EXCHANGES = 20

export interface AsTest {
  readonly text: string
  readonly tests: number
}

/** Exchanges of which bytes are missing are left out: nothing can be expected of them. */
export const asTest = (opened: Opened, { side, label, privacy }: AsTestOptions): AsTest => {
  const found = findingsOf(opened, 'exchange')
    .flatMap(exchange => caseOf(exchange, opened, privacy))
    .slice(0, MOST_EXCHANGES)
  const tests = found.map(side === 'server' ? replayedServer : replayedClient)
  const head = side === 'server' ? SERVER_HEAD : CLIENT_HEAD
  const from = `What the ${side} said in conversation ${opened.conversation.id} of ${commented(label)}, replayed.`
  const starred = privacy === 'starred' ? ' Values of cookies and credentials are starred.' : ''
  return { text: `/** ${from}${starred} */\n${head}${tests.join('\n')}`, tests: tests.length }
}

/** Nothing in it ends the comment or its line. */
const commented = (text: string): string => JSON.stringify(text).replaceAll('*/', '*\\/')

interface Case {
  readonly name: string
  readonly request: HttpMessageFound
  readonly response: HttpMessageFound
  /** All of it, as it was on the wire. */
  readonly asked: Uint8Array
  readonly answered: Uint8Array
}

const caseOf = (exchange: ExchangeFound, opened: Opened, privacy: AsTestOptions['privacy']): Case[] => {
  const { request, response, flow } = exchange
  if (request === undefined || response === undefined) return []
  const stream = followed(opened.records, flow, privacy)
  const asked = wholeOf(request, 'client', opened, stream)
  const answered = wholeOf(response, 'server', opened, stream)
  if (asked === undefined || answered === undefined) return []
  return [
    { name: `${request.start[0]} ${request.start[1]} gets ${response.start[1]}`, request, response, asked, answered },
  ]
}

/** Head and body with its chunk lines; undefined where bytes of it are not in the capture. */
const wholeOf = (
  { head, body }: HttpMessageFound,
  from: Side,
  { records }: Opened,
  stream: Followed,
): Uint8Array | undefined => {
  const place = messagesOf(records).find(({ id }) => id === head)?.stream
  if (place === undefined || body.leftOut || !body.complete || body.trailers.length > 0) return undefined
  const end = body.ranges.at(-1)?.end ?? place.end
  const whole = bytesIn(stream, from, [{ start: place.start, end }])
  if (whole === undefined || body.framing !== 'chunked') return whole
  // The last chunk has no octets of the body in it, and no range.
  const last = new TextEncoder().encode(body.length === 0 ? '0\r\n\r\n' : '\r\n0\r\n\r\n')
  return Uint8Array.from([...whole, ...last])
}

/** Latin-1 as a literal of TypeScript: every octet is one character. */
const literal = (bytes: Uint8Array): string => quoted(latin1Text(bytes))

/** Printable ASCII stands as it is; nothing of it ends the literal. */
const quoted = (text: string): string =>
  `'${text.replace(/[^\x20-\x7e]|['\\]/g, character => {
    const known = { '\r': '\\r', '\n': '\\n', "'": "\\'", '\\': '\\\\' }[character]
    const code = character.charCodeAt(0)
    return (
      known ?? (code > 0xff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\x${code.toString(16).padStart(2, '0')}`)
    )
  })}'`

const SERVER_HEAD = `import { fetch, listen } from 'barewire'
import { labWorld } from 'barewire/lab'
import { nodePlatform } from 'barewire/lab/node'
import { expect, test } from 'vitest'

const octets = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, each => each.charCodeAt(0))

/** \`fetch\`, to a server that says \`answer\` to whoever has sent a head. */
const asked = async (method: string, target: string, answer: string, body?: string) => {
  const lab = labWorld(nodePlatform({ seed: 1 }), { seed: 1 })
  const { world, host } = lab.machine('replayed.test')
  await listen({ world, host: host.address.text, port: 80 }, stream => {
    let heard = ''
    stream.handler = {
      data(bytes) {
        const before = heard.includes('\\r\\n\\r\\n')
        heard += Array.from(bytes, each => String.fromCharCode(each)).join('')
        if (before || !heard.includes('\\r\\n\\r\\n')) return
        stream.write([octets(answer)])
        stream.end()
      },
      end() {},
      drain() {},
      closed() {},
    }
  })
  const init = { method, redirect: 'manual' as const, ...(body === undefined ? {} : { body: octets(body) }) }
  const got = await fetch(\`http://replayed.test\${target}\`, { ...init, world: lab.machine('client').world })
  const { status, headers } = got
  const whole = { status, headers, text: new TextDecoder('latin1').decode(await got.arrayBuffer()) }
  lab.close()
  return whole
}
`

const CLIENT_HEAD = `import { connect, serve } from 'barewire'
import { labWorld } from 'barewire/lab'
import { nodePlatform } from 'barewire/lab/node'
import { expect, test } from 'vitest'

const octets = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, each => each.charCodeAt(0))

/** What \`serve\` makes of the octets of \`request\`, and the octets that it answers with. */
const served = async (request: string, answer: () => Response) => {
  const lab = labWorld(nodePlatform({ seed: 1 }), { seed: 1 })
  const { world, host } = lab.machine('replayed.test')
  const heard: { method: string; url: string; headers: Headers; text: string }[] = []
  const handler = async (asked: Request): Promise<Response> => {
    const { method, url, headers } = asked
    heard.push({ method, url, headers, text: new TextDecoder('latin1').decode(await asked.arrayBuffer()) })
    return answer()
  }
  await serve(handler, { world, host: host.address.text, port: 80 })
  const stream = await connect({ host: 'replayed.test', port: 80, world: lab.machine('client').world })
  let said = ''
  const over = new Promise<void>(resolve => {
    stream.handler = {
      data(bytes) {
        said += Array.from(bytes, each => String.fromCharCode(each)).join('')
      },
      end: resolve,
      drain() {},
      closed: () => resolve(),
    }
  })
  stream.write([octets(request)])
  stream.end()
  await over
  lab.close()
  return { heard, said }
}
`

/** Of one connection, or about a body that is not as it was on the wire when it is compared. */
const PASSING =
  /^(connection|keep-alive|transfer-encoding|content-length|content-encoding|set-cookie|trailer|upgrade|date)$/i

const headersOf = ({ headers }: HttpMessageFound, bytes: Uint8Array): readonly (readonly [string, string])[] => {
  // As they are in the bytes that are replayed: starred where those are.
  const head = latin1Text(bytes).split('\r\n\r\n', 1)[0] ?? ''
  const counts = new Map<string, number>()
  for (const [name] of headers) counts.set(name.toLowerCase(), (counts.get(name.toLowerCase()) ?? 0) + 1)
  return [...head.matchAll(/^([^\s:]+):[ \t]*(.*?)[ \t]*$/gm)].flatMap(([, name = '', value = '']) =>
    PASSING.test(name) || counts.get(name.toLowerCase()) !== 1 ? [] : [[name.toLowerCase(), value] as const],
  )
}

const bodyOf = (bytes: Uint8Array): string => latin1Text(bytes).slice(latin1Text(bytes).indexOf('\r\n\r\n') + 4)

const isPlain = ({ body }: HttpMessageFound): boolean => body.framing !== 'chunked' && body.codings.length === 0

const expectations = (of: string, message: HttpMessageFound, bytes: Uint8Array): readonly string[] => [
  ...headersOf(message, bytes).map(
    ([name, value]) => `  expect(${of}.headers.get(${quoted(name)})).toBe(${quoted(value)})`,
  ),
  ...(isPlain(message) ? [`  expect(${of}.text).toBe(${quoted(bodyOf(bytes))})`] : []),
]

const replayedServer = ({ name, request, response, asked, answered }: Case): string => {
  const [method, target] = request.start
  const sent = request.body.length > 0 && isPlain(request) ? [quoted(bodyOf(asked))] : []
  const words = [quoted(method), quoted(target), literal(answered), ...sent].join(', ')
  return `
test(${quoted(name)}, async () => {
  const got = await asked(${words})
  expect(got.status).toBe(${Number(response.start[1])})
${expectations('got', response, answered).join('\n')}
})
`
}

/** Statuses that have no body (RFC 9110 6.4.1). */
const BODILESS: ReadonlySet<number> = new Set([101, 204, 205, 304])

const replayedClient = ({ name, request, response, asked, answered }: Case): string => {
  const [method, target] = request.start
  const status = Number(response.start[1])
  const body = BODILESS.has(status) ? 'null' : `octets(${quoted(isPlain(response) ? bodyOf(answered) : '')})`
  const ends =
    isPlain(response) && !BODILESS.has(status) && method !== 'HEAD'
      ? [`  expect(said.endsWith(${quoted(bodyOf(answered))})).toBe(true)`]
      : []
  return `
test(${quoted(name)}, async () => {
  const { heard, said } = await served(${literal(asked)}, () => new Response(${body}, { status: ${status} }))
  expect(heard).toHaveLength(1)
  const [got] = heard as [(typeof heard)[0]]
  expect(got.method).toBe(${quoted(method)})
  expect(new URL(got.url).pathname + new URL(got.url).search).toBe(${quoted(target)})
${expectations('got', request, asked).join('\n')}
  expect(said.split(' ', 2)).toEqual(['HTTP/1.1', '${status}'])
${ends.join('\n')}
})
`
}
