/**
 * A head that others sent, whatever is wrong with it: the strict reader says what, and the rest is read as most recipients
 * would, so that the bytes behind it still make sense.
 */
import type { Bytes } from '../../../engine.ts'
import { type Failure, isFailure } from '../../../failures/index.ts'
import { type Asked, acceptRequest, acceptResponse } from '../../../http/connection/accept.ts'
import type { HttpLimits } from '../../../http/limits.ts'
import { ReceivedFields } from '../../../http/message/fields.ts'
import type { HeadReader } from '../../../http/message/head-reader.ts'
import type { BodyFraming, HeaderList } from '../../../http/types.ts'
import { latin1Text } from '../../../wire/bytes.ts'

export type Kind = 'request' | 'response'

/** What others hold to is not ours to say: only what is held and counted is bounded. */
export const LIMITS: HttpLimits = {
  startLine: 65_536,
  head: 262_144,
  fields: 2_000,
  emptyLines: 16,
  chunkLine: 8_192,
  chunkExtensions: 1_048_576,
  trailers: 65_536,
  body: Number.MAX_SAFE_INTEGER,
  ahead: 0,
  informational: Number.MAX_SAFE_INTEGER,
}

export interface SeenHead {
  readonly kind: Kind
  readonly bytes: Bytes
  /** Where it begins in the stream. */
  readonly start: number
  /** The three parts of its first line. */
  readonly parts: readonly [string, string, string]
  readonly headers: HeaderList
  readonly framing: BodyFraming
  /** What Upgrade lists, where it counts. */
  readonly upgrade: readonly string[]
  /** Why a recipient would refuse it. */
  readonly failure: Failure | undefined
}

export const fieldOf = (headers: HeaderList, name: string): string | undefined => {
  const values = headers.flatMap(([each, value]) => (each.toLowerCase() === name ? [value] : []))
  return values.length === 0 ? undefined : values.join(', ')
}

/** A head that the strict reader has read; `bytes` begin where it began, after empty lines from `reader.start` on. */
export const readHead = (kind: Kind, bytes: Bytes, start: number, reader: HeadReader, asked: Asked): SeenHead => {
  const accepted =
    kind === 'request' ? acceptRequest(bytes, reader, LIMITS) : acceptResponse(bytes, reader, asked, LIMITS)
  const own = bytes.subarray(reader.start)
  const parts = firstLine(own)
  const headers = new ReceivedFields(bytes, reader.offsets).list()
  const base = { kind, bytes: own, start: start + reader.start, parts, headers }
  if (isFailure(accepted)) {
    const failure = movedBack(accepted, reader.start)
    return { ...base, framing: looseFraming(base, asked), upgrade: looseUpgrade(headers), failure }
  }
  const { framing } = accepted
  const upgrade = accepted.type === 'request' ? accepted.upgrade : looseUpgrade(headers)
  return { ...base, framing, upgrade, failure: undefined }
}

/** The same with its place `count` bytes before. */
export const movedBack = (failure: Failure, count: number): Failure =>
  failure.at === undefined || count === 0
    ? failure
    : failure.with({ at: { ...failure.at, start: failure.at.start - count, end: failure.at.end - count } })

/** A head that the strict reader has refused; undefined where it is none at all. */
export const looseHead = (
  kind: Kind,
  bytes: Bytes,
  start: number,
  failure: Failure,
  asked: Asked,
): SeenHead | undefined => {
  const parts = firstLine(bytes)
  if (!(kind === 'request' ? parts[2] : parts[0]).startsWith('HTTP/')) return undefined
  const headers = looseFields(bytes)
  const base = { kind, bytes, start, parts, headers }
  return { ...base, framing: looseFraming(base, asked), upgrade: looseUpgrade(headers), failure }
}

/** Where a head ends whose lines end in any way: behind the first empty line; undefined when there is none yet. */
export const looseEnd = (bytes: Bytes): number | undefined => {
  for (let lf = bytes.indexOf(LF); lf >= 0; lf = bytes.indexOf(LF, lf + 1)) {
    if (bytes[lf + 1] === LF) return lf + 2
    if (bytes[lf + 1] === CR && bytes[lf + 2] === LF) return lf + 3
  }
  return undefined
}

const CR = 0x0d
const LF = 0x0a

const firstLine = (bytes: Bytes): [string, string, string] => {
  const lf = bytes.indexOf(LF)
  const line = latin1Text(bytes, 0, lf < 0 ? bytes.length : lf).replace(/\r$/, '')
  const [one = '', two = '', ...rest] = line.split(' ')
  return [one, two, rest.join(' ')]
}

/** Lines with a colon; a folded one goes on with the value before (RFC 9112 5.2). */
const looseFields = (bytes: Bytes): HeaderList => {
  const list: [string, string][] = []
  for (const raw of latin1Text(bytes).split('\n').slice(1, LIMITS.fields)) {
    const line = raw.replace(/\r$/, '')
    const last = list.at(-1)
    const colon = line.indexOf(':')
    if ((line.startsWith(' ') || line.startsWith('\t')) && last !== undefined) last[1] = `${last[1]} ${line.trim()}`
    else if (colon > 0) list.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()])
  }
  return list
}

const NONE: BodyFraming = { kind: 'none' }

const looseFraming = (
  { kind, parts, headers }: Pick<SeenHead, 'kind' | 'parts' | 'headers'>,
  { method }: Asked,
): BodyFraming => {
  const status = Number(parts[1])
  if (kind === 'response' && (method === 'HEAD' || status < 200 || status === 204 || status === 304)) return NONE
  if (/\bchunked\b/i.test(fieldOf(headers, 'transfer-encoding') ?? '')) return { kind: 'chunked' }
  const length = /^\d{1,15}/.exec(fieldOf(headers, 'content-length') ?? '')?.[0]
  if (length !== undefined) return { kind: 'length', length: Number(length) }
  return kind === 'request' ? NONE : { kind: 'until-close' }
}

const looseUpgrade = (headers: HeaderList): readonly string[] => {
  const connection = fieldOf(headers, 'connection') ?? ''
  const upgrade = fieldOf(headers, 'upgrade')
  return upgrade === undefined || !/\bupgrade\b/i.test(connection) ? [] : upgrade.split(',').map(each => each.trim())
}
