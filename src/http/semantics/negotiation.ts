/** Which content coding to answer with, and which to expect (RFC 9110 12.4.2, 12.5.3, 8.4). */
import { type Failure, fail } from '../../failures/index.ts'
import type { ContentCoding } from '../coding.ts'
import { isToken, members } from '../message/grammar.ts'

/** Members of Accept-Encoding that are looked at; the rest is ignored. Browsers send at most six. */
const MEMBERS = 32

interface Accepted {
  readonly coding: string
  /** 0 to 1. */
  readonly weight: number
}

/** The members of an Accept-Encoding value; malformed ones are left out. */
const acceptedCodings = (value: string): readonly Accepted[] =>
  members(value)
    .slice(0, MEMBERS)
    .flatMap(member => {
      const [coding = '', ...parameters] = member.split(';').map(part => part.trim().toLowerCase())
      const q = parameters.find(parameter => parameter.startsWith('q='))?.slice(2) ?? '1'
      if (!isToken(coding) || !/^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(q)) return []
      return [{ coding: coding === 'x-gzip' ? 'gzip' : coding, weight: Number(q) }]
    })

/**
 * The best of `offered` (in our order of preference) and `identity` for this Accept-Encoding; undefined when the client
 * takes none of them, not even identity. A response that could have been coded says `Vary: Accept-Encoding`.
 */
export const chooseCoding = (
  acceptEncoding: string | undefined,
  offered: readonly ContentCoding[],
): ContentCoding | 'identity' | undefined => {
  // RFC 9110 12.5.3: without the field any coding may be used; an empty one wants identity. Identity is safe for both.
  if (acceptEncoding === undefined || acceptEncoding.trim() === '') return 'identity'
  const accepted = acceptedCodings(acceptEncoding)
  const weightOf = (coding: string): number | undefined =>
    accepted.find(each => each.coding === coding)?.weight ?? accepted.find(each => each.coding === '*')?.weight
  let best: ContentCoding | undefined
  let weight = 0
  for (const coding of offered) {
    const own = weightOf(coding) ?? 0
    if (own > weight) {
      best = coding
      weight = own
    }
  }
  // Identity is acceptable unless it is refused; it wins only where it is named and weighs more.
  const identity = accepted.find(each => each.coding === 'identity')?.weight
  if (best === undefined) return (weightOf('identity') ?? 1) > 0 ? 'identity' : undefined
  return identity !== undefined && identity > weight ? 'identity' : best
}

/** Codings of one message that are undone. More than one is legal and unheard of; curl stops at 5. */
const LAYERS = 2

/**
 * The codings of Content-Encoding in the order in which they are to be undone (the last applied first); identity and
 * empty members left out.
 */
export const codingsToUndo = (
  contentEncoding: string | undefined,
  known: readonly ContentCoding[],
): readonly ContentCoding[] | Failure => {
  if (contentEncoding === undefined) return []
  const undo: ContentCoding[] = []
  for (const member of members(contentEncoding.toLowerCase())) {
    if (member === '' || member === 'identity') continue
    const coding = known.find(each => each === member || `x-${each}` === member)
    if (coding === undefined || undo.length === LAYERS) {
      return fail('http/unknown-content-encoding', { got: contentEncoding.slice(0, 80) })
    }
    undo.unshift(coding)
  }
  return undo
}

/**
 * Media types that compression makes smaller (`text/html; charset=utf-8` too). Not event streams: a compressor would
 * keep each event back until many have gathered.
 */
export const isCompressible = (contentType: string | undefined): boolean =>
  contentType !== undefined &&
  /^(?:text\/(?!event-stream)|application\/(?:json|javascript|xml|wasm|manifest\+json|graphql|.*\+(?:json|xml)|x-ndjson)\b|image\/svg\+xml|font\/(?:ttf|otf))/i.test(
    contentType,
  )
