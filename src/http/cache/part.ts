/** A part of a response that is kept whole: one range of it needs nobody else (RFC 9110 14.2, RFC 9111 3.3). */

import { listed } from '../message/listed.ts'
import { type ByteRange, contentRange, rangesOf } from '../semantics/ranges.ts'
import type { HeaderList } from '../types.ts'
import type { Mode } from './decide.ts'
import type { CacheRequest, Stored } from './stored.ts'

/** Fields that make more of it: what they compare with is for the origin to say. */
const CONDITIONS = ['if-none-match', 'if-modified-since', 'if-match', 'if-unmodified-since', 'if-range']
/** What asks for the newest, or for nothing that is kept. */
const ELSEWHERE: ReadonlySet<Mode> = new Set(['no-store', 'reload', 'no-cache'])

/** What a request wants a part of, where a cache may give it; undefined for any other. */
export const rangeOf = ({ method, fields }: CacheRequest, mode: Mode): string | undefined => {
  if (method !== 'GET' || ELSEWHERE.has(mode)) return undefined
  return CONDITIONS.every(name => fields.get(name) === undefined) ? fields.get('range') : undefined
}

export interface Part {
  readonly range: ByteRange
  /** To be said instead of what was said of the whole. */
  readonly headers: HeaderList
}

/**
 * The part of a body of `size` octets that `range` names; undefined where there is none or several, and of a body that is
 * coded: who has a part of that can read nothing.
 */
export const partOfStored = (
  { status, headers }: Pick<Stored, 'status' | 'headers'>,
  range: string,
  size: number,
): Part | undefined => {
  if (status !== 200 || listed(headers).has('content-encoding')) return undefined
  const ranges = rangesOf(range, size)
  if (ranges === undefined || ranges === 'unsatisfiable' || ranges.length !== 1) return undefined
  const [only] = ranges as [ByteRange]
  const others = headers.filter(([name]) => !OF_THE_WHOLE.has(name.toLowerCase()))
  const length = `${only.end - only.start}`
  return {
    range: only,
    headers: [...others, ['Content-Range', contentRange(only, size)], ['Content-Length', length]],
  }
}

const OF_THE_WHOLE = new Set(['content-length', 'content-range'])
