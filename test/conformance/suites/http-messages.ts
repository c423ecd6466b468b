/**
 * llhttp's message cases: what a parser reports of a message, and which ones it refuses. What follows a case's cut-off
 * is not compared; a case is passed when heads, bodies and ends are the same, and both accept or refuse for one reason.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FailureCode } from '../../../src/failures/index.ts'
import { httpClient, httpServer } from '../../../src/http/connection/engine.ts'
import type { HttpConnection, HttpEvent } from '../../../src/http/types.ts'
import type { CaseResult, Listed, Suite } from '../suite.ts'

interface MessageCase {
  readonly id: string
  readonly type: string
  readonly skipBody: boolean
  readonly input: Uint8Array
  readonly log: string
}

/** What either parser saw, in one vocabulary. */
interface Seen {
  readonly lines: readonly string[]
  readonly error: string | undefined
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, c => c.charCodeAt(0))

/** llhttp's notation: line ends are CRLF unless escaped, `\r`, `\n`, `\t`, `\f`, `\xNN` are octets. */
const inputOf = (block: string): string =>
  block
    .replace(/\n$/, '')
    .replace(/\\(\r\n|\r|\n)/g, '')
    .replace(/\r\n|\r|\n/g, '\r\n')
    .replace(/\\r/g, '\r')
    .replace(/\\n/g, '\n')
    .replace(/\\t/g, '\t')
    .replace(/\\f/g, '\f')
    .replace(/\\x([0-9a-fA-F]+)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))

/** The cases of one file: a heading, a meta comment, an `http` block and a `log` block. */
const casesOf = (file: string, text: string): MessageCase[] => {
  const cases: MessageCase[] = []
  const seen = new Map<string, number>()
  const pattern = /^#+ (.+)$|<!-- meta=(.+?) -->\s*```http\n([\s\S]*?)```[\s\S]*?```log\n([\s\S]*?)```/gm
  let heading = ''
  for (const match of text.matchAll(pattern)) {
    if (match[1] !== undefined) {
      heading = match[1]
      continue
    }
    const meta = JSON.parse(match[2]!) as { type: string; skipBody?: boolean }
    const name = `${file}: ${heading}`
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    const id = count === 1 ? name : `${name} (${count})`
    const input = bytesOf(Buffer.from(inputOf(match[3]!), 'utf8').toString('latin1'))
    cases.push({ id, type: meta.type, skipBody: meta.skipBody ?? false, input, log: match[4]! })
  }
  return cases
}

/** What llhttp reports: complete heads, bodies joined, complete messages, the first error. */
const expectedOf = (log: string): Seen => {
  const lines: string[] = []
  let error: string | undefined
  let current: Record<string, string> = {}
  let fields: [string, string][] = []
  for (const line of log.split('\n')) {
    const span = /span\[(\w+)\]=(?:"(.*)"|(cr|lf))$/.exec(line)
    const value = span?.[3] === 'cr' ? '\r' : span?.[3] === 'lf' ? '\n' : (span?.[2] ?? '').replaceAll('\\t', '\t')
    if (span !== null) {
      const kind = span[1]!
      if (kind === 'header_field') fields.push([value, ''])
      else if (kind === 'header_value') fields.at(-1)![1] += value
      else if (kind === 'body') addBody(lines, value)
      else current[kind] = (current[kind] ?? '') + value
    } else if (/message begin/.test(line)) {
      current = {}
      fields = []
    } else if (/headers complete/.test(line)) {
      const start = current.method === undefined ? /status=(\d+)/.exec(line)![1]! : `${current.method} ${current.url}`
      lines.push([start, ...fields.map(([name, text]) => `${name}:${text.trim()}`)].join('|'))
      fields = []
    } else if (/message complete/.test(line)) {
      // llhttp ends 1xx messages; here they are heads before the head.
      if (!/^1\d\d(\||$)/.test(lines.at(-1) ?? '')) lines.push('end')
    } else {
      const reason = /error code=\d+ reason="(.*)"/.exec(line)
      if (reason !== null) error ??= reason[1]!
    }
  }
  return { lines, error }
}

const addBody = (lines: string[], text: string): void => {
  const last = lines.at(-1)
  if (last?.startsWith('body ') === true) lines[lines.length - 1] = last + text
  else lines.push(`body ${text}`)
}

const see = (events: readonly HttpEvent[], lines: string[]): string | undefined => {
  for (const event of events) {
    switch (event.type) {
      case 'request':
      case 'response': {
        const start = event.type === 'request' ? `${event.method} ${event.target}` : `${event.status}`
        lines.push([start, ...event.headers.list().map(([name, value]) => `${name}:${value}`)].join('|'))
        break
      }
      case 'body':
        addBody(lines, String.fromCharCode(...event.bytes))
        break
      case 'message-end':
        lines.push('end')
        break
      case 'failure':
        return event.failure.code
      default:
        break
    }
  }
  return undefined
}

const eventsOf = (connection: HttpConnection): HttpEvent[] => {
  const events: HttpEvent[] = []
  for (let event = connection.pollEvent(); event !== undefined; event = connection.pollEvent()) events.push(event)
  while (connection.pollTransmit(0) !== undefined);
  return events
}

/** Cases leave out Host, which RFC 9112 3.2 demands: it is added in front of the first field, and left out again. */
const HOST = 'Host: case.test\r\n'
const withHost = (input: Uint8Array): Uint8Array => {
  const text = String.fromCharCode(...input)
  return bytesOf(
    text.replace(
      /^([^\r\n]+ HTTP\/1\.1\r\n)([\s\S]*?)(?=\r\n\r\n|$(?![\s\S]))/gm,
      (whole, line: string, fields: string) => (/^host *:/im.test(fields) ? whole : `${line}${HOST}${fields}`),
    ),
  )
}

/** A target has no fragment (RFC 9110 7.1), and a case that has one would never come to what it is about. */
const FRAGMENT = /^([^ \r\n]+ [^ #\r\n]*)#[^ \r\n]*/gm
const FRAGMENT_SEEN = /^([^ |]+ [^ #|]*)#[^|]*/
const withoutFragment = (input: Uint8Array): Uint8Array =>
  bytesOf(String.fromCharCode(...input).replace(FRAGMENT, '$1'))

const withoutFragments = ({ lines, error }: Seen): Seen => ({
  lines: lines.map(line => line.replace(FRAGMENT_SEEN, '$1')),
  error,
})

/** Whether the last head asks for a tunnel or another protocol. */
const offers = (lines: readonly string[]): boolean => {
  const head = lines.filter(line => line !== 'end' && !line.startsWith('body ')).at(-1) ?? ''
  return head.startsWith('CONNECT ') || (/\|upgrade:/i.test(head) && /\|connection:[^|]*upgrade/i.test(head))
}

const actualOf = ({ type, input }: MessageCase): Seen => {
  const lines: string[] = []
  const connection = type.startsWith('request') ? httpServer() : httpClient()
  const ask = () => {
    // llhttp takes a response without its request: what it switches to was asked for.
    const upgrade = /^HTTP\/1\.1 101 [\s\S]*?\r\nupgrade: *([^\r]*)/i.exec(String.fromCharCode(...input))?.[1]
    const offer =
      upgrade === undefined
        ? []
        : ([
            ['Upgrade', upgrade],
            ['Connection', 'upgrade'],
          ] as const)
    connection.send({ type: 'request', method: 'GET', target: '/', headers: [['Host', 'a'], ...offer] }, 0)
    connection.send({ type: 'end' }, 0)
  }
  if (connection.role === 'client') ask()
  connection.receive(type.startsWith('request') ? withHost(withoutFragment(input)) : input, 0)
  let error: string | undefined
  /** A case may stop in the middle of a head that is wrong already: a head is judged when it is complete. */
  let unfinished = true
  for (;;) {
    error = see(eventsOf(connection), lines)
    if (error === undefined && lines.length === 0 && unfinished) {
      unfinished = false
      const none = lines.length
      connection.receive(bytesOf('\r\n\r\n'), 0)
      error = see(eventsOf(connection), lines)
      lines.length = none
    }
    if (error !== undefined || lines.at(-1) !== 'end' || connection.switched) break
    if (connection.role === 'server') {
      // llhttp pauses behind what may be the last that is HTTP.
      if (offers(lines)) break
      connection.send({ type: 'response', status: 200, headers: [], body: new Uint8Array(0) }, 0)
      eventsOf(connection)
    }
    if (!connection.reusable) break
    const before = lines.length
    connection.nextCycle(0)
    if (connection.role === 'client') break
    error = see(eventsOf(connection), lines)
    if (error !== undefined || lines.length === before) break
  }
  return { lines: lines.map(line => line.replace('|Host:case.test', '')), error }
}

const compare = (each: MessageCase): CaseResult => {
  const { id } = each
  if (each.type.includes('lenient')) return { id, outcome: 'skipped', detail: LENIENT }
  if (each.skipBody) return { id, outcome: 'skipped', detail: SKIP_BODY }
  const expected = withoutFragments(expectedOf(each.log))
  const actual = actualOf(each)
  // After a message that closes the connection llhttp complains about more bytes; we read no further.
  const closing = expected.error === 'Data after `Connection: close`' || expected.error === 'Pause on CONNECT/Upgrade'
  const wantsError = expected.error !== undefined && !closing
  if (wantsError !== (actual.error !== undefined)) {
    const kind = wantsError ? 'false-accept' : 'false-reject'
    const detail = `llhttp: ${expected.error ?? 'accepts'}; here: ${actual.error ?? 'accepted'}`
    return { id, outcome: 'failed', kind, got: actual.error ?? 'accepted', detail }
  }
  if (wantsError) return compareRefusals(each, expected, actual)
  // A response stream holds several responses for llhttp; here each needs its own request.
  const first = expected.lines.indexOf('end') + 1
  const lines = each.type === 'response' && first > 0 ? expected.lines.slice(0, first) : expected.lines
  const same = JSON.stringify(lines) === JSON.stringify(actual.lines)
  if (same) return { id, outcome: 'passed' }
  return {
    id,
    outcome: 'failed',
    kind: 'different',
    detail: `${JSON.stringify(lines)} / ${JSON.stringify(actual.lines)}`,
  }
}

/** Both refuse: for the same reason, and after the same lines? */
const compareRefusals = ({ id }: MessageCase, expected: Seen, actual: Seen): CaseResult => {
  const { error: reason = '' } = expected
  const { error: got = '' } = actual
  if (REASONS[reason] !== got) {
    const wanted = REASONS[reason] ?? 'a code for it in the table'
    return {
      id,
      outcome: 'failed',
      kind: 'other-reason',
      got,
      detail: `llhttp: ${reason}; here: ${got}, not ${wanted}`,
    }
  }
  const before = TOLD_FIRST.has(reason) ? expected.lines.slice(0, -1) : expected.lines
  const [theirs, ours] = [JSON.stringify(before), JSON.stringify(actual.lines)]
  if (theirs === ours) return { id, outcome: 'passed' }
  return { id, outcome: 'failed', kind: 'different', got, detail: `before the error ${theirs} / ${ours}` }
}

/** What llhttp calls our failures. */
const REASONS: Readonly<Record<string, FailureCode>> = {
  "Content-Length can't be present with Transfer-Encoding": 'http/length-and-chunked',
  "Transfer-Encoding can't be present with Content-Length": 'http/length-and-chunked',
  'Content-Length overflow': 'http/bad-length',
  'Empty Content-Length': 'http/bad-length',
  'Invalid character in Content-Length': 'http/bad-length',
  'Duplicate Content-Length': 'http/two-lengths',
  'Expected LF after chunk data': 'http/bad-chunk',
  'Expected LF after chunk size': 'http/bad-chunk',
  'Invalid character in chunk extensions': 'http/bad-chunk',
  'Invalid character in chunk extensions quoted value': 'http/bad-chunk',
  'Invalid character in chunk size': 'http/bad-chunk',
  'Expected LF after headers': 'http/bare-carriage-return',
  'Missing expected LF after header value': 'http/bare-carriage-return',
  'Invalid `Transfer-Encoding` header value': 'http/bad-transfer-encoding',
  'Request has invalid `Transfer-Encoding`': 'http/bad-transfer-encoding',
  'Invalid header field char': 'http/space-before-colon',
  'Invalid header token': 'http/bad-header',
  'Pause on PRI/Upgrade': 'http/bad-target',
}

/** Of these llhttp tells the head before it judges it. */
const TOLD_FIRST = new Set(['Request has invalid `Transfer-Encoding`'])

const LENIENT = 'there is no lenient reading'
const SKIP_BODY = 'heads only, which is not a way to read here'

const NOT_LAST: Listed = {
  because: 'RFC 9112 6.1: a coding that is not known, or chunked not last, is refused instead of read to the end.',
  got: 'http/bad-transfer-encoding',
}
const OTHER: Listed = { because: 'RTSP and ICE are not HTTP (RFC 9112 2.3).', got: 'http/bad-start-line' }
const UNKNOWN: Listed = {
  because: 'RFC 9112 6.1: a coding that is not known is answered with 501; the body would come out as it is coded.',
  got: 'http/unknown-transfer-encoding',
}

const LISTED: Suite['listed'] = {
  'request-method: CONNECT with body': {
    because:
      'RFC 9110 9.3.6: CONNECT has no content; what has a length might be read as the first bytes in the tunnel.',
    got: 'http/tunnel-with-body',
  },
  'request-method: M-SEARCH request': {
    because: 'RFC 9112 3.2.4: the target * is for OPTIONS only; M-SEARCH belongs to SSDP.',
    got: 'http/bad-target',
  },
  'request-method: SOURCE request with ICE': OTHER,
  'request-method: OPTIONS request with RTSP': OTHER,
  'request-method: ANNOUNCE request with RTSP': OTHER,
  'request-transfer-encoding: POST with `chunked` as last transfer-encoding': UNKNOWN,
  'request-transfer-encoding: POST with `chunked` as last transfer-encoding (multiple headers)': UNKNOWN,
  'response-connection: HTTP 100 first, then 400': {
    because:
      'RFC 9112 2.2: empty lines are ignored before a request only; before a response they are a sign of desynchronisation.',
    got: 'http/bad-start-line',
  },
  'response-transfer-encoding: `chunked` before other transfer-encoding': NOT_LAST,
  'response-transfer-encoding: multiple transfer-encoding where chunked is not the last one': NOT_LAST,
  'response-transfer-encoding: `chunkedchunked` transfer-encoding does not enable chunked enconding': NOT_LAST,
}

export const suite: Suite = {
  name: 'http-messages',
  listed: LISTED,
  skips: { [LENIENT]: 18, [SKIP_BODY]: 1 },
  async run(data) {
    const folder = join(data, 'http/messages')
    if (!existsSync(folder)) return undefined
    return readdirSync(folder)
      .filter(file => file.endsWith('.md'))
      .sort()
      .flatMap(file => casesOf(file.replace(/\.md$/, ''), readFileSync(join(folder, file), 'utf8')))
      .map(compare)
  },
}
