/** What a question is known by, from the event to its answer. */
import type { Bytes } from '../engine.ts'
import type { Failure } from '../failures/index.ts'
import type { Place } from '../failures/registry.ts'
import type { AnyMessage } from './messages/message.ts'
import { placeOf } from './record/reading.ts'

/** The message whose certificates are asked about, and where they lie in it. */
export interface Shown {
  readonly message: AnyMessage
  readonly chain: readonly Bytes[]
  /** The field of the certificate with this number. */
  readonly path: (index: number) => string
}

/**
 * Names one question of one connection. It is compared as an object, not by its number: an answer that was meant for
 * another connection fits no question here.
 */
export class QuestionId {
  /** From 1 in each connection, for people. */
  readonly number: number
  readonly #about: Shown | undefined
  constructor(number: number, about?: Shown) {
    this.number = number
    this.#about = about
  }

  /** A failure of a certificate with the place of its bytes in the message that brought it. */
  located(failure: Failure): Failure {
    const about = this.#about
    const { certificate } = failure.at ?? {}
    if (about === undefined || about.message.id === 0 || typeof certificate !== 'number') return failure
    return failure.with({ at: () => inMessage(about, certificate, failure.at!) })
  }
}

const inMessage = ({ message, chain, path }: Shown, index: number, { start, end }: Place): Place | undefined => {
  const der = chain[index]
  const field = placeOf(message, path(index))()
  if (der === undefined || field === undefined) return undefined
  // Its length stands before it.
  const from = field.end - der.length
  return { message: message.id, start: from + start, end: Math.min(from + end, field.end), certificate: index }
}
