/** What to answer with, of what the client would take: type, language, coding; and which coding to expect (RFC 9110 12, 8.4). */
import { type Failure, fail } from '../../failures/index.ts'
import type { ContentCoding } from '../coding.ts'
import { isToken, members } from '../message/grammar.ts'

/** Members of one field that are looked at; the rest is ignored. Browsers send at most ten. */
const MEMBERS = 64

/** RFC 9110 12.4.2. */
const QVALUE = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/

interface Accepted {
  /** In small letters. */
  readonly name: string
  readonly parameters: readonly string[]
  /** 0 to 1. */
  readonly weight: number
}

/** The members of an Accept, Accept-Language or Accept-Encoding value; malformed ones are left out. */
const acceptedOf = (value: string, isName: (name: string) => boolean = () => true): readonly Accepted[] =>
  members(value)
    .slice(0, MEMBERS)
    .flatMap(member => {
      const [name = '', ...rest] = member.split(';').map(part => part.trim().toLowerCase())
      const at = rest.findIndex(parameter => parameter.startsWith('q='))
      const q = at < 0 ? '1' : rest[at]!.slice(2)
      if (!isName(name) || !QVALUE.test(q)) return []
      return [{ name, parameters: at < 0 ? rest : rest.slice(0, at), weight: Number(q) }]
    })

const acceptedCodings = (value: string): readonly Accepted[] =>
  acceptedOf(value, isToken).map(each => (each.name === 'x-gzip' ? { ...each, name: 'gzip' } : each))

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
    accepted.find(each => each.name === coding)?.weight ?? accepted.find(each => each.name === '*')?.weight
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
  const identity = accepted.find(each => each.name === 'identity')?.weight
  if (best === undefined) return (weightOf('identity') ?? 1) > 0 ? 'identity' : undefined
  return identity !== undefined && identity > weight ? 'identity' : best
}

/** How exactly a range names a type: by its parameters, its subtype, its type; undefined where it does not. */
const closeness = ({ name, parameters }: Accepted, offered: string): number | undefined => {
  const [type = '', ...own] = offered.split(';').map(part => part.trim().toLowerCase())
  const [main = ''] = type.split('/')
  if (!parameters.every(parameter => own.includes(parameter))) return undefined
  if (name === type) return 2 + parameters.length
  if (name === `${main}/*`) return 1
  return name === '*/*' ? 0 : undefined
}

/**
 * The best of `offered` media types (in our order of preference) for this Accept; undefined when the client takes none of
 * them: 406, or the one that we like best all the same (RFC 9110 12.5.1). The closest range decides about a type.
 */
export const chooseType = <T extends string>(accept: string | undefined, offered: readonly T[]): T | undefined => {
  if (accept === undefined || accept.trim() === '') return offered[0]
  // A malformed range is the name of no type.
  const accepted = acceptedOf(accept)
  return heaviest(offered, type => {
    let best = -1
    let weight = 0
    for (const range of accepted) {
      const close = closeness(range, type)
      if (close === undefined || close <= best) continue
      best = close
      weight = range.weight
    }
    return weight
  })
}

/** The first of those that weigh most; undefined where all weigh nothing. */
const heaviest = <T>(offered: readonly T[], weightOf: (one: T) => number): T | undefined => {
  let best: T | undefined
  let most = 0
  for (const one of offered) {
    const weight = weightOf(one)
    if (weight <= most) continue
    best = one
    most = weight
  }
  return best
}

const isLanguageRange = (name: string): boolean => /^(?:\*|[a-z]{1,8}(?:-[a-z\d]{1,8})*)$/.test(name)

/**
 * The best of `offered` language tags for this Accept-Language, by lookup (RFC 4647 3.4): the client's languages in their
 * order, each shortened from its end until one is offered; what it refuses (`q=0`) is left out. Undefined when none fits:
 * then the language that most understand is better than 406 (RFC 9110 12.5.4).
 */
export const chooseLanguage = <T extends string>(
  acceptLanguage: string | undefined,
  offered: readonly T[],
): T | undefined => {
  if (acceptLanguage === undefined || acceptLanguage.trim() === '') return offered[0]
  const accepted = acceptedOf(acceptLanguage, isLanguageRange)
  const refused = accepted.filter(({ weight }) => weight === 0).map(({ name }) => name)
  const left = offered.filter(tag => !refused.some(name => isBelow(tag.toLowerCase(), name)))
  // Stable: of the same weight in the order of the field.
  const wanted = accepted.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight)
  for (const { name } of wanted) {
    // RFC 4647 3.4: `*` alone names none; it is for whoever has nothing better.
    if (name === '*') continue
    for (let range = name; range !== ''; range = shortened(range)) {
      const found = left.find(tag => tag.toLowerCase() === range)
      if (found !== undefined) return found
    }
  }
  return wanted.some(({ name }) => name === '*') ? left[0] : undefined
}

/** RFC 4647 3.3.1, for what is refused: `en` refuses `en-GB` as well. */
const isBelow = (tag: string, range: string): boolean => tag === range || tag.startsWith(`${range}-`)

/** Without its last subtag, and a single letter or digit that then stands last (RFC 4647 3.4). */
const shortened = (range: string): string => {
  const cut = range.slice(0, Math.max(0, range.lastIndexOf('-')))
  return /-[a-z\d]$/.test(cut) ? cut.slice(0, -2) : cut
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
      return fail('http/unknown-content-encoding', { got: contentEncoding.slice(0, 80), expected: known.join(', ') })
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
