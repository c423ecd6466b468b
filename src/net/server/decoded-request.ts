/** A request whose body is what its sender meant: of a type that is understood, and no longer coded. */
import type { Bytes } from '../../engine.ts'
import { Failure, FailureError, fail } from '../../failures/index.ts'
import { expansionLimits, guarded } from '../../http/coding.ts'
import { chooseType, codingsToUndo } from '../../http/semantics/negotiation.ts'
import { Source } from '../stream/source.ts'
import { through } from '../stream/through.ts'
import { told } from '../told.ts'
import { blamed } from './blame.ts'
import { plainAnswer } from './plain-answer.ts'
import type { About } from './serve.ts'

export interface Understood {
  /** Media types of bodies that are taken: `application/json`, `text/*`. All of them, if undefined. */
  readonly types?: readonly string[] | undefined
  /** Bytes of the body when it is decoded. More of them are `http/expands-too-far`, or `http/body-too-big` as they came. */
  readonly bytes?: number | undefined
}

/**
 * The request with its body decoded as Content-Encoding says, without that field; or the 415 to answer, which says what
 * would be taken (RFC 9110 15.5.16). Reading rejects with `http/bad-encoding` for what is broken and
 * `http/expands-too-far` for a bomb, few bytes that become very many; with `http/body-too-big` for what was not coded. A
 * handler of `serve` that lets them pass is answered for with their status.
 */
export const decodedRequest = (
  request: Request,
  { types, bytes = expansionLimits.bytes }: Understood,
  { world: { coders, clock, words } }: Pick<About, 'world'>,
): Request | Response => {
  if (request.body === null) return request
  const type = request.headers.get('content-type') ?? ''
  if (types !== undefined && chooseType(types.join(', '), [type]) === undefined) {
    const expected = types.join(', ')
    return plainAnswer(fail('http/unsupported-media-type', { got: type.slice(0, 80), expected }), words, [
      ['accept', expected],
    ])
  }
  const known = coders.map(({ coding }) => coding)
  const undo = codingsToUndo(request.headers.get('content-encoding') ?? undefined, known)
  if (undo instanceof Failure) return plainAnswer(undo, words, [['accept-encoding', known.join(', ') || 'identity']])
  const headers = new Headers(request.headers)
  for (const name of ['content-encoding', ...(undo.length > 0 ? ['content-length'] : [])]) headers.delete(name)
  const source = new Source(request.body, clock)
  let next = (): Promise<Bytes | undefined> => source.next()
  for (const coding of undo) {
    const coder = coders.find(one => one.coding === coding)!
    next = through(next, guarded(coder, { ...expansionLimits, bytes }), clock)
  }
  let came = 0
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const piece = await next()
          came += piece?.length ?? 0
          if (came > bytes) throw new FailureError(fail('http/body-too-big', { number: bytes }))
          if (piece === undefined) controller.close()
          else controller.enqueue(piece)
        } catch (error) {
          source.cancel(error)
          throw blamed(told(error, words))
        }
      },
      cancel: reason => source.cancel(reason),
    },
    { highWaterMark: 0 },
  )
  const { method, url, signal } = request
  return new Request(url, { method, headers, signal, body, duplex: 'half' })
}
