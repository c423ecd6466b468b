/**
 * What a run is made from: a seed, an exchange, and one thing that is changed in it. It fits into a link as
 * `tls13-7-drop-8`, and the same plan gives the same run to the last byte, on every platform.
 */

import type { Millis } from '../../src/engine.ts'
import type { BrokenKind } from '../../src/lab/broken.ts'

/** Over which a laptop signs in at a shop and is known at its second request. */
export const SCENARIOS = ['tls13', 'tls12'] as const
export type Scenario = (typeof SCENARIOS)[number]

/** What the one in the middle of the wire does, whose place everybody believes to be the shop's. */
export const MIDDLES = ['listens', 'forges', 'strips', 'swaps', 'alters', 'repeats', 'cuts'] as const
export type MiddleDoes = (typeof MIDDLES)[number]

/** What it does where nothing is encrypted. */
export const PLAINS = ['read', 'rewritten'] as const
export type PlainIs = (typeof PLAINS)[number]

/** What is the matter with the shop, or with the way to it. */
export const SERVERS = ['down', 'silent', 'slow', 'stranger', 'unknown'] as const
export type ServerIs = (typeof SERVERS)[number]

/** The lab's, by name alone: what makes them is loaded when one is played. */
const BROKEN: Readonly<Record<BrokenKind, true>> = {
  expired: true,
  notYet: true,
  expiredIntermediate: true,
  wrongName: true,
  onlyCommonName: true,
  noIntermediate: true,
  untrusted: true,
  selfSigned: true,
  forClients: true,
  byALeaf: true,
  tooDeep: true,
  outsideLimits: true,
  badSignature: true,
  malformed: true,
  strangeCondition: true,
  revoked: true,
  wrongKey: true,
}
export const CERTIFICATES: readonly BrokenKind[] = Object.keys(BROKEN) as BrokenKind[]

/** One bit of one frame: the frame's number on the laptop's cable, a byte in it and a bit in that, 7 the highest. */
export interface BitPlace {
  readonly frame: number
  readonly byte: number
  readonly bit: number
}

/** Frames are counted from 1 as the laptop's cable carries them, both ways: the numbers that its messages show. */
export type Change =
  /** `noise` leaves the checksums as they were; whoever flips a bit on purpose makes them right again. */
  | ({ readonly kind: 'flip' | 'noise' } & BitPlace)
  | { readonly kind: 'drop' | 'duplicate'; readonly frame: number }
  | { readonly kind: 'delay'; readonly frame: number; readonly by: Millis }
  | { readonly kind: 'certificate'; readonly is: BrokenKind }
  /** What the laptop offers instead: another version alone, or what the shop does not have. */
  | { readonly kind: 'offer'; readonly is: Offer }
  | { readonly kind: 'middle'; readonly does: MiddleDoes }
  | { readonly kind: 'plain'; readonly is?: PlainIs | undefined }
  | { readonly kind: 'server'; readonly is: ServerIs }
  | { readonly kind: 'password' }

/** What the machines know nothing of. */
export type WireChange = Extract<Change, { readonly frame: number }>

export const isOnWire = (change: Change | undefined): change is WireChange => change !== undefined && 'frame' in change

/** `version`: the other one of both, alone. `rsa`: key exchange in which the client encrypts the secret. */
export const OFFERS = ['version', 'suites', 'groups', 'rsa'] as const
export type Offer = (typeof OFFERS)[number]

export interface Plan {
  readonly scenario: Scenario
  /** 0 to 4,294,967,295. */
  readonly seed: number
  readonly change?: Change | undefined
}

/** `tls13-7-drop-8`: letters, digits and hyphens, so that an address can hold it as it is. */
export const planText = ({ scenario, seed, change }: Plan): string =>
  [scenario, seed, ...(change === undefined ? [] : wordsOf(change))].join('-')

/** `drop-8`, `certificate-expired`. */
export const changeText = (change: Change): string => wordsOf(change).join('-')

/** Undefined for a text that is no plan. */
export const readPlan = (text: string): Plan | undefined => {
  const [scenario, seed, ...words] = text.split('-')
  if (!isOne(SCENARIOS, scenario)) return undefined
  const number = numberIn(seed, MOST_SEED)
  if (number === undefined) return undefined
  if (words.length === 0) return { scenario, seed: number }
  const change = readChange(words)
  return change === undefined ? undefined : { scenario, seed: number, change }
}

const MOST_SEED = 0xffff_ffff
/** Of a run there are some fifty; a plan for a frame that never comes changes nothing. */
const MOST_FRAME = 9_999
/** Largest frame on the wire (IEEE 802.3: 1518, without its check sequence). */
const MOST_BYTE = 1_513
/** A minute, after which every time-out has struck. */
const MOST_DELAY: Millis = 60_000

const wordsOf = (change: Change): readonly (string | number)[] => {
  const { kind } = change
  switch (kind) {
    case 'flip':
    case 'noise':
      return [kind, change.frame, change.byte, change.bit]
    case 'drop':
    case 'duplicate':
      return [kind, change.frame]
    case 'delay':
      return [kind, change.frame, change.by]
    case 'certificate':
    case 'offer':
    case 'server':
      return [kind, change.is]
    case 'middle':
      return [kind, change.does]
    case 'plain':
      return change.is === undefined ? [kind] : [kind, change.is]
    case 'password':
      return [kind]
    default:
      return change satisfies never
  }
}

const readChange = ([kind, ...rest]: readonly string[]): Change | undefined => {
  switch (kind) {
    case 'flip':
    case 'noise': {
      const [frame, byte, bit] = numbersIn(rest, [MOST_FRAME, MOST_BYTE, 7])
      return frame === undefined || frame === 0 || byte === undefined || bit === undefined
        ? undefined
        : { kind, frame, byte, bit }
    }
    case 'drop':
    case 'duplicate': {
      const [frame] = numbersIn(rest, [MOST_FRAME])
      return frame === undefined || frame === 0 ? undefined : { kind, frame }
    }
    case 'delay': {
      const [frame, by] = numbersIn(rest, [MOST_FRAME, MOST_DELAY])
      return frame === undefined || frame === 0 || by === undefined ? undefined : { kind, frame, by }
    }
    default:
      return readNamed(kind, rest)
  }
}

const readNamed = (kind: string | undefined, [word, ...more]: readonly string[]): Change | undefined => {
  if (more.length > 0) return undefined
  switch (kind) {
    case 'certificate':
      return isOne(CERTIFICATES, word) ? { kind, is: word } : undefined
    case 'offer':
      return isOne(OFFERS, word) ? { kind, is: word } : undefined
    case 'server':
      return isOne(SERVERS, word) ? { kind, is: word } : undefined
    case 'middle':
      return isOne(MIDDLES, word) ? { kind, does: word } : undefined
    case 'plain':
      if (word === undefined) return { kind }
      return isOne(PLAINS, word) ? { kind, is: word } : undefined
    case 'password':
      return word === undefined ? { kind } : undefined
    default:
      return undefined
  }
}

const isOne = <T extends string>(all: readonly T[], word: string | undefined): word is T =>
  (all as readonly (string | undefined)[]).includes(word)

/** As many as there are bounds, each a whole number up to its bound; none where one of them is not. */
const numbersIn = (words: readonly string[], bounds: readonly number[]): readonly number[] => {
  if (words.length !== bounds.length) return []
  const numbers = words.map((word, i) => numberIn(word, bounds[i]!))
  return numbers.every(number => number !== undefined) ? numbers : []
}

/** Written in one way only, so that two links never mean the same run. */
const numberIn = (word: string | undefined, most: number): number | undefined =>
  word !== undefined && /^(?:0|[1-9]\d{0,9})$/.test(word) && Number(word) <= most ? Number(word) : undefined
