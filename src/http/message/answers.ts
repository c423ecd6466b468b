/** What a server says about a failure: a whole message with its status and a body that a person understands. */
import type { Failure } from '../../failures/index.ts'
import type { HeaderList, Outgoing } from '../types.ts'
import { headerBlock } from './header-block.ts'
import { reasons } from './reasons.table.ts'

export interface AnswerOptions {
  /** The failure in words (`barewire/explain`); without it the body has its code alone. */
  readonly sentence?: string | undefined
  readonly headers?: HeaderList | undefined
}

/**
 * The answer to a failure: its status, or 500. Plain text, never sniffed as anything else, because it may quote what
 * the client sent. After a failure of the connection's own engine the connection closes; the engine adds that itself.
 */
export const answerTo = (
  failure: Failure,
  { sentence, headers = [] }: AnswerOptions = {},
): Outgoing & { readonly type: 'response' } => {
  const status = failure.status ?? 500
  const said = sentence === undefined ? '' : `${sentence}\n`
  const text = `${status} ${reasons[status] ?? 'Error'}\n\n${said}${failure.code}\n`
  // RFC 9110 15.5.6: 405 says what is allowed.
  const allow: HeaderList = status === 405 ? [['Allow', failure.expected ?? '']] : []
  return {
    type: 'response',
    status,
    headers: headerBlock([
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['X-Content-Type-Options', 'nosniff'],
      ...allow,
      ...headers,
    ]),
    body: utf8(text),
  }
}

const encoder = new TextEncoder()
const utf8 = (text: string): Uint8Array => encoder.encode(text)
