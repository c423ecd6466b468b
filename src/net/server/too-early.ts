/** RFC 8470 5.2: what a copy could do a second time has to wait for the handshake. Clients are told so, and ask again. */
import type { Words } from '../../explain/words.ts'
import { fail } from '../../failures/index.ts'
import { answerTo } from '../../http/message/answers.ts'
import { SAFE_METHODS } from '../safe-methods.ts'
import type { NetStream } from '../stream/types.ts'
import type { ExchangeHandler } from './connection-options.ts'

/** `handler`, for a stream on which requests may come before its handshake is over. */
export const exceptTooEarly =
  (handler: ExchangeHandler, stream: NetStream, words: Words | undefined): ExchangeHandler =>
  exchange => {
    exchange.inEarlyData = stream.early === true
    const { method } = exchange.head
    if (!exchange.inEarlyData || SAFE_METHODS.has(method)) {
      handler(exchange)
      return
    }
    const failure = fail('http/too-early', { got: method, expected: [...SAFE_METHODS].join(', ') })
    const { status, headers, body } = answerTo(failure, { sentence: words?.sentence(failure) })
    exchange.respond(status, headers, body)
  }
