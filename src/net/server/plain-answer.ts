/** What a handler answers when it cannot do what it was asked for. */
import type { Words } from '../../explain/words.ts'
import type { Failure } from '../../failures/index.ts'
import { answerTo } from '../../http/message/answers.ts'
import type { HeaderList } from '../../http/types.ts'

/** The answer to a failure, as a `Response`. */
export const plainAnswer = (failure: Failure, words: Words | undefined, fields: HeaderList = []): Response => {
  const { status, headers, body } = answerTo(failure, { sentence: words?.sentence(failure), headers: fields })
  const list = 'list' in headers ? headers.list : headers
  return new Response(body as Uint8Array<ArrayBuffer>, { status, headers: list as [string, string][] })
}
