/** Which of its forms a handler answers with (RFC 9110 12), and what it says where none will do. */
import { fail } from '../../failures/index.ts'
import { chooseLanguage, chooseType } from '../../http/semantics/negotiation.ts'
import { plainAnswer } from './plain-answer.ts'
import type { About } from './serve.ts'

export interface Offered<T extends string, L extends string> {
  /** Media types, the one that we like best first. */
  readonly types?: readonly T[] | undefined
  /** Language tags; the first is for whoever understands none of them. */
  readonly languages?: readonly L[] | undefined
}

export interface Negotiated<T extends string, L extends string> {
  readonly type: T | undefined
  readonly language: L | undefined
  /** Content-Type, Content-Language and Vary, for the answer. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * What this client likes best, or the 406 to answer when it takes none of the types (RFC 9110 15.5.7). Of languages there is
 * always one: a page in another one is better than none.
 */
export const negotiate = <T extends string = never, L extends string = never>(
  request: Request,
  { types, languages }: Offered<T, L>,
  { world }: Pick<About, 'world'>,
): Negotiated<T, L> | Response => {
  const accept = request.headers.get('accept') ?? undefined
  const type = types && chooseType(accept, types)
  const vary = [...(types === undefined ? [] : ['accept']), ...(languages === undefined ? [] : ['accept-language'])]
  const varies: [string, string][] = vary.length === 0 ? [] : [['vary', vary.join(', ')]]
  if (types !== undefined && type === undefined) {
    const failure = fail('http/not-acceptable', { got: (accept ?? '').slice(0, 80), expected: types.join(', ') })
    return plainAnswer(failure, world.words, varies)
  }
  const language =
    languages && (chooseLanguage(request.headers.get('accept-language') ?? undefined, languages) ?? languages[0])
  const headers = Object.fromEntries([
    ...(type === undefined ? [] : [['content-type', type]]),
    ...(language === undefined ? [] : [['content-language', language]]),
    ...varies,
  ])
  return { type, language, headers }
}
