/**
 * The server's engine beside llhttp: both read the same bytes, and where they do not read the same of them the difference
 * is one that `llhttp.table.ts` explains. An input that shows another is a crash, printed with its bytes.
 */
import { httpServer } from '../../../src/http/connection/engine.ts'
import { ascii } from '../../support/bytes.ts'
import { allEvents, drain } from '../../support/http-story.ts'
import { DIFFERENCES, type Difference } from '../llhttp.table.ts'
import { llhttpReading, type Reading } from '../llhttp.ts'
import type { Target } from '../target.ts'

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** What we read of it, every request answered as soon as it is complete. */
export const ourReading = (input: Uint8Array): Reading => {
  const server = httpServer()
  const lines: string[] = []
  let [refused, over]: [string | undefined, boolean] = [undefined, false]
  const fields = (list: readonly (readonly [string, string])[]): string[] =>
    list.map(([name, value]) => `| ${name}: ${value}`)
  const settle = (): void => {
    for (const event of allEvents(server)) {
      if (event.type === 'request') {
        lines.push(`${event.method} ${event.target} ${event.version}`, ...fields(event.headers.list()))
        over = event.upgrade.length > 0 || event.method === 'CONNECT'
      } else if (event.type === 'body') {
        if (lines.at(-1)?.startsWith('body ')) lines[lines.length - 1] += latin1(event.bytes)
        else lines.push(`body ${latin1(event.bytes)}`)
      } else if (event.type === 'message-end') lines.push('end', ...fields(event.trailers))
      else if (event.type === 'failure') refused = event.failure.code
    }
    if (refused !== undefined || !server.canRespond || !/^(end|\| )/.test(lines.at(-1) ?? '')) return
    if (lines.lastIndexOf('end') < lines.findLastIndex(line => / 1\.[01]$/.test(line))) return
    server.send({ type: 'response', status: 404, headers: [], body: new Uint8Array(0) }, 0)
    drain(server)
    over ||= !server.reusable
    if (over) return
    server.nextCycle(0)
    settle()
  }
  server.receive(input, 0)
  settle()
  return { lines, refused, over }
}

/** Where two readings of the same bytes part; undefined where they do not. */
export const differenceOf = (input: Uint8Array): Difference | undefined => {
  const [ours, theirs] = [ourReading(input), llhttpReading(input)]
  const text = latin1(input)
  const shared = ours.lines.findIndex((line, at) => line !== theirs.lines[at])
  const at = shared < 0 ? ours.lines.length : shared
  const [our, their] = [ours.lines[at], theirs.lines[at]]
  const found = (kind: Difference['kind']): Difference => ({ kind, ours, theirs, at, text })
  if (ours.refused !== undefined && theirs.refused !== undefined) {
    // Which of them tells a head or a piece of a body before it refuses is no difference.
    return our === undefined || their === undefined || bodyOfOther(our, their) ? undefined : found('other lines')
  }
  if (ours.refused !== undefined)
    return our === undefined || bodyOfOther(our, their) ? found('only we refuse') : found('other lines')
  if (theirs.refused !== undefined) {
    // A line is judged here when it has ended.
    const ended = ourReading(Buffer.concat([input, Buffer.from('\r\n\r\n')]))
    if (ended.refused !== undefined) return undefined
    return their === undefined || bodyOfOther(our, their) ? found('only llhttp refuses') : found('other lines')
  }
  if (our === undefined && their === undefined) return undefined
  return found('other lines')
}

const bodyOfOther = (our: string | undefined, their: string | undefined): boolean =>
  our === undefined ||
  their === undefined ||
  (our.startsWith('body ') && their.startsWith('body ') && (our.startsWith(their) || their.startsWith(our)))

export const againstLlhttp: Target = {
  name: 'http/llhttp',
  longest: 400,
  seeds: () =>
    [
      'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
      'POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\nHost: a\r\n\r\n',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a="b"\r\nhello\r\n0\r\nT: u\r\n\r\n',
      'HEAD http://a/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    ].map(ascii),
  words: () =>
    [
      '\r\n',
      '\r\n\r\n',
      ': ',
      ' HTTP/1.1\r\n',
      'chunked',
      'Transfer-Encoding: ',
      '0\r\n\r\n',
      'Content-Length: ',
      'CONNECT a:1',
      'Connection: ',
    ].map(ascii),
  describe: input => {
    const show = ({ lines, refused, over }: Reading) => JSON.stringify({ lines, refused, over })
    return [
      JSON.stringify(latin1(input)),
      `here:   ${show(ourReading(input))}`,
      `llhttp: ${show(llhttpReading(input))}`,
    ]
  },
  run(input, look) {
    const difference = differenceOf(input)
    if (difference === undefined) return
    const explained = DIFFERENCES.find(each => each.kind === difference.kind && each.is(difference))
    if (explained === undefined) {
      const { kind, ours, theirs, at } = difference
      throw new Error(
        `${kind} ${ours.refused ?? theirs.refused ?? ''}: here ${JSON.stringify(ours.lines[at])} ${ours.refused}, llhttp ${JSON.stringify(theirs.lines[at])} ${theirs.refused}`,
      )
    }
    look.reached(explained.name)
  },
}
