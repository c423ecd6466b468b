/** TRACE (RFC 9110 9.3.8): the request comes back as it arrived, without what it has of secrets. */
import { latin1Bytes } from '../../wire/bytes.ts'
import type { Exchange } from './exchange.ts'

/** What a page must not learn of the requests that a browser makes for it, by the names that are in use. */
const SECRET = /authorization|cookie|token|secret|password|api-?key|session/i

export const answerTrace = (exchange: Exchange): void => {
  const { target, version, headers } = exchange.head
  const fields = headers.list().filter(([name]) => !SECRET.test(name))
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`)
  const message = latin1Bytes(`TRACE ${target} HTTP/${version}\r\n${lines.join('')}\r\n`)
  exchange.respond(200, [['content-type', 'message/http']], message)
}
