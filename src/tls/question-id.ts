/** What a question is known by, from the event to its answer. */
import type { Failure } from '../failures/index.ts'
import type { Place } from '../failures/registry.ts'
import type { Message } from './messages/message.ts'
import { placeOf } from './reading.ts'

/**
 * Names one question of one connection. It is compared as an object, not by its number: an answer that was meant for
 * another connection fits no question here.
 */
export class QuestionId {
  /** From 1 in each connection, for people. */
  readonly number: number
  /** The message whose certificates are asked about. */
  readonly #about: Message<'Certificate'> | undefined
  constructor(number: number, about?: Message<'Certificate'>) {
    this.number = number
    this.#about = about
    Object.freeze(this)
  }

  /** A failure of a certificate with the place of its bytes in the message that brought it. */
  located(failure: Failure): Failure {
    const about = this.#about
    const { certificate } = failure.at ?? {}
    if (about === undefined || about.id === 0 || certificate === undefined) return failure
    return failure.with({ at: () => inMessage(about, certificate, failure.at!) })
  }
}

const inMessage = (message: Message<'Certificate'>, index: number, { start, end }: Place): Place | undefined => {
  const der = message.body.chain[index]
  const field = placeOf(message, `chain.${index}`)()
  if (der === undefined || field === undefined) return undefined
  // Its length stands before it.
  const from = field.end - der.length
  return { message: message.id, start: from + start, end: Math.min(from + end, field.end), certificate: index }
}
