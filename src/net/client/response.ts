/** An answer becomes a `Response`: status, fields, and a body that is decoded and flows as it is read. */
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { FailureError, fail } from '../../failures/index.ts'
import { joined } from '../../wire/bytes.ts'
import { told } from '../told.ts'
import { decoded, streamOf } from './answer-body.ts'
import { integrityFailure, integrityOf, MOST_CHECKED } from './integrity.ts'
import { type FetchResponse, type ResponseOptions, realResponse } from './real-response.ts'
import { receivedResponse } from './received-response.ts'
import type { Answer } from './seam.ts'

export type { FetchResponse } from './real-response.ts'

/** Statuses that never have a body (fetch standard, 2.2.3). */
const NULL_BODY = new Set([101, 204, 205, 304])

export const responseOf = (answer: Answer, options: ResponseOptions): FetchResponse => {
  const bodiless = hasNoBody(answer, options)
  if (bodiless) answer.pieces.discard()
  return (
    receivedResponse(answer, options, bodiless) ??
    realResponse(answer, options, bodiless ? null : streamOf(answer, options))
  )
}

/** As `responseOf` when all of the body has come and has one of the digests; rejects with `net/integrity-mismatch`. */
export const checkedResponseOf = async (
  answer: Answer,
  { integrity, crypto, ...options }: ResponseOptions & { readonly integrity: string; readonly crypto: CryptoProvider },
): Promise<FetchResponse> => {
  const { pieces } = answer
  try {
    const next = decoded(answer, options)
    const held: Bytes[] = []
    let size = 0
    // Fetch standard, 4.1: without a body there is nothing that could be right.
    if (hasNoBody(answer, options)) throw new FailureError(fail('net/integrity-mismatch', { got: 'that of no body' }))
    for (let piece = await next(); piece !== undefined; piece = await next()) {
      size += piece.length
      const got = `that of more than ${MOST_CHECKED} bytes`
      if (size > MOST_CHECKED) throw new FailureError(fail('net/integrity-mismatch', { got }))
      held.push(piece)
    }
    const whole = joined(held)
    const failure = integrityFailure(integrityOf(integrity), whole, (hash, bytes) =>
      crypto.hash(hash).update(bytes).digest(),
    )
    if (failure !== undefined) throw new FailureError(failure)
    return realResponse(answer, options, whole)
  } catch (error) {
    pieces.cancel()
    throw told(error, undefined, { ...options.context(), ...pieces.progress })
  }
}

const hasNoBody = ({ head }: Answer, { method }: ResponseOptions): boolean =>
  method === 'HEAD' || NULL_BODY.has(head.status)
