/** What every list of extensions in TLS 1.3 has to hold to, and what a signature there is of. */
import type { Bytes } from '../../engine.ts'
import type { FailureCode } from '../../failures/index.ts'
import { joined, latin1Bytes } from '../../wire/bytes.ts'
import type { Tagged } from '../../wire/codec.ts'
import { duplicateOf, misplacedIn, type Place } from '../messages/extensions.ts'
import { ExtensionType } from '../messages/registries.table.ts'
import type { Bodies13 } from '../messages/tls13.ts'
import { FinishedVerified, KnowsKey } from '../proofs.ts'
import type { Refusal } from '../refusal.ts'
import { type ExternalKey, identityText } from '../session/external-key.ts'
import type { AnyMessage, Check, Context, Message } from '../states.ts'

interface Listed {
  readonly list: readonly Tagged[]
  readonly place: Place
  /** Where the list lies in the message. */
  readonly path?: string
  /** What may be answered; undefined: anything, and what is not understood is passed over. */
  readonly offered?: readonly Tagged[] | undefined
}

/** RFC 9846 4.3: nothing twice, nothing where it does not belong, nothing in an answer that was not asked for. */
export const checkList = <B>(
  context: Context<B>,
  message: AnyMessage,
  { list, place, path = 'extensions', offered }: Listed,
  check: Check = 'hello',
): void => {
  const twice = duplicateOf(list)
  if (twice !== undefined)
    throw context.refusal(check, message, 'tls/extension-twice', path, {
      got: ExtensionType.nameOf(twice),
      expected: 'it may be there once',
    })
  const unasked = offered === undefined ? -1 : list.findIndex(({ type }) => !offered.some(each => each.type === type))
  if (unasked >= 0)
    throw context.refusal(check, message, 'tls/unoffered-extension', `${path}.${unasked}`, {
      got: ExtensionType.nameOf(list[unasked]!.type),
      expected: offered!.map(({ type }) => ExtensionType.nameOf(type)).join(', '),
    })
  checkPlaces(context, message, { list, place, path }, check)
}

/** The last of these alone. */
export const checkPlaces = <B>(
  context: Context<B>,
  message: AnyMessage,
  { list, place, path = 'extensions' }: Omit<Listed, 'offered'>,
  check: Check = 'hello',
): void => {
  const misplaced = misplacedIn(list, place)
  if (misplaced !== undefined)
    throw context.refusal(check, message, 'tls/illegal-extension', `${path}.${misplaced}`, {
      got: ExtensionType.nameOf(list[misplaced]!.type),
      expected: `it does not belong into ${message.name}`,
    })
}

/** RFC 9846 4.5.3: 64 spaces, who signs, a zero, and the hash of everything up to the certificate. */
export const signedContent = (who: 'client' | 'server', transcriptHash: Bytes): Bytes =>
  joined([latin1Bytes(`${' '.repeat(64)}TLS 1.3, ${who} CertificateVerify\0`), transcriptHash])

/** The other side's Finished has shown that it has the key. */
export const shownKey = <B>(
  context: Context<B>,
  message: AnyMessage,
  key: ExternalKey,
  finished: FinishedVerified,
): KnowsKey => {
  context.passed('external key', message, identityText(key))
  return KnowsKey.shown(key, finished)
}

/** A hello that says what it must not. */
export const illegal = <B>(
  context: Context<B>,
  message: AnyMessage,
  path: string,
  got: string,
  expected: string,
  code: FailureCode = 'tls/illegal-value',
): Refusal => context.refusal('hello', message, code, path, { got, expected })

/** RFC 9846 6: what does not fit its syntax is a decode_error, and a Finished is as long as the hash of the suite. */
export const checkFinished = (
  context: Context<Bodies13>,
  message: Message<'Finished', Bodies13>,
  expected: Bytes,
): FinishedVerified => {
  const { verifyData } = message.body
  if (verifyData.length !== expected.length)
    throw context.refusal('Finished', message, 'tls/bad-message', 'verifyData', {
      got: `${verifyData.length} bytes instead of ${expected.length}`,
    })
  const finished = FinishedVerified.check(context.crypto, expected, verifyData)
  if (finished === undefined) throw context.refusal('Finished', message, 'tls/finished-wrong', 'verifyData', {})
  return finished
}
