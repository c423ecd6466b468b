/** How much a record may hold, where less than usual was agreed on (RFC 6066 4, RFC 8449). */
import type { TlsServerConfig } from '../config.ts'
import { MAX_PLAINTEXT } from '../limits.ts'
import type { ClientExtensions, ServerExtensions } from '../messages/extensions.ts'
import { MaxFragmentLength } from '../messages/registries.table.ts'
import type { AnyMessage, Context } from '../states.ts'

/** RFC 8449 4: "Endpoints MUST NOT send a "record_size_limit" extension with a value smaller than 64." */
const LEAST_LIMIT = 64

/** Throws RangeError for a limit of our own that nobody may announce: a mistake of the caller, told at the call. */
export const checkOwnLimit = (size: number | undefined): void => {
  if (size === undefined || (Number.isInteger(size) && size >= LEAST_LIMIT && size <= MAX_PLAINTEXT)) return
  throw new RangeError(`recordSizeLimit is ${size}; it may be ${LEAST_LIMIT} to ${MAX_PLAINTEXT}`)
}

/** What a client asks for: its own limit, or one for both. */
export interface Limits {
  readonly size: number | undefined
  /** The code of RFC 6066 4. */
  readonly fragment: number | undefined
}

export const limitsIn = <B>(
  context: Context<B>,
  message: AnyMessage,
  { recordSizeLimit, maxFragmentLength }: Pick<ClientExtensions, 'recordSizeLimit' | 'maxFragmentLength'>,
): Limits => {
  const size = recordSizeLimit?.recordSizeLimit
  const fragment = maxFragmentLength?.maxFragmentLength
  if (size !== undefined && size < LEAST_LIMIT)
    throw wrong(context, message, `record_size_limit ${size}`, 'at least 64')
  if (fragment !== undefined && bytesOf(fragment) === undefined)
    throw wrong(context, message, `max_fragment_length ${fragment}`, '1 to 4')
  return { size, fragment }
}

/** The server holds to what the client asks for, and says what it takes itself. */
export const serverLimits = <B>(
  context: Context<B>,
  { size, fragment }: Limits,
  { recordSizeLimit: own }: TlsServerConfig,
  beside: OwnLimits['beside'],
): Pick<ServerExtensions, 'recordSizeLimit' | 'maxFragmentLength'> => {
  if (size !== undefined) {
    const recordSizeLimit = own ?? MAX_PLAINTEXT + beside
    context.limitWrites(Math.min(size - beside, MAX_PLAINTEXT))
    context.limitReads(Math.min(recordSizeLimit - beside, MAX_PLAINTEXT), 'next keys')
    return { recordSizeLimit: { recordSizeLimit } }
  }
  // RFC 8449 5: "A server that supports the "record_size_limit" extension MUST ignore a "max_fragment_length"" beside it.
  if (fragment === undefined) return {}
  both(context, fragment)
  return { maxFragmentLength: { maxFragmentLength: fragment } }
}

interface OwnLimits {
  readonly size: number | undefined
  /** Bytes. */
  readonly fragment: number | undefined
  /** Bytes in a record beside its content that count: the type, in TLS 1.3 (RFC 8449 4). */
  readonly beside: 0 | 1
}

/** What the server answered to our own limits. */
export const clientLimits = <B>(
  context: Context<B>,
  message: AnyMessage,
  found: Pick<ClientExtensions, 'recordSizeLimit' | 'maxFragmentLength'>,
  own: OwnLimits,
): void => {
  const { size, fragment } = limitsIn(context, message, found)
  if (size !== undefined && fragment !== undefined)
    throw wrong(context, message, 'record_size_limit and max_fragment_length', 'one of them')
  if (size !== undefined) {
    context.limitWrites(Math.min(size - own.beside, MAX_PLAINTEXT))
    // In TLS 1.3 what comes is protected already when the answer does.
    const most = Math.min((own.size ?? MAX_PLAINTEXT + own.beside) - own.beside, MAX_PLAINTEXT)
    context.limitReads(most, own.beside === 1 ? 'now' : 'next keys')
  }
  if (fragment === undefined) return
  // RFC 6066 4: another length than the one that was asked for: illegal_parameter.
  if (bytesOf(fragment) !== own.fragment)
    throw wrong(context, message, `max_fragment_length ${MaxFragmentLength.nameOf(fragment)}`, `${own.fragment}`)
  both(context, fragment)
}

/** RFC 6066 4: from the hellos on, and in both directions. */
const both = <B>(context: Context<B>, fragment: number): void => {
  const bytes = bytesOf(fragment)!
  context.limitWrites(bytes)
  context.limitReads(bytes, 'now')
}

const bytesOf = (fragment: number): number | undefined =>
  fragment >= 1 && fragment <= 4 ? Number(MaxFragmentLength.nameOf(fragment)) : undefined

const wrong = <B>(context: Context<B>, message: AnyMessage, got: string, expected: string) =>
  context.refusal('hello', message, 'tls/illegal-value', 'extensions', { got, expected })
