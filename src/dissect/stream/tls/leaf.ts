/** What can be said of a certificate that others were shown: facts, no trust, since nobody here knows whom they trust. */
import type { Bytes, Millis } from '../../../engine.ts'
import type { Failure } from '../../../failures/index.ts'
import type { AnyMessage } from '../../../tls/messages/message.ts'
import { Certificate, malformedUnless } from '../../../x509/certificate/certificate.ts'
import { outOfDate } from '../../../x509/path/fitness.ts'
import { checkName } from '../../../x509/path/names.ts'

interface Fact {
  readonly check: 'dates' | 'name'
  /** Undefined where it holds. */
  readonly found: Failure | undefined
}

/** Dates that have a name in words (ECMA-262 21.4.1.1). */
const LATEST: Millis = 8.64e15

/** `date`, of the handshake, and `name`, that the client asked for: each is judged where it is known. */
export const certificateFacts = (
  message: AnyMessage,
  shown: Bytes,
  name: string | undefined,
  date: Millis | undefined,
): readonly Fact[] => {
  const facts = malformedUnless((): readonly Fact[] => {
    const leaf = new Certificate(shown, 0)
    const dated = date !== undefined && Math.abs(date) < LATEST
    return [
      ...(dated ? [{ check: 'dates', found: located(message, shown, outOfDate(leaf, date)) } as const] : []),
      ...(name === undefined
        ? []
        : [{ check: 'name', found: located(message, shown, checkName(leaf, name)) } as const]),
    ]
  })
  return Array.isArray(facts) ? facts : []
}

/** The place is one in the certificate; here it becomes one in the message. */
const located = ({ id, bytes }: AnyMessage, shown: Bytes, failure: Failure | undefined): Failure | undefined => {
  const { at } = failure ?? {}
  if (failure === undefined || at === undefined || shown.buffer !== bytes.buffer) return failure
  const from = shown.byteOffset - bytes.byteOffset
  return failure.with({ at: { message: id, start: from + at.start, end: from + at.end } })
}
