/** What lessons are played on: what the seed decides besides the engines' own dice, and small questions to records. */
import type { Millis } from '../../src/engine.ts'
import { type SeededRandom, seeded } from '../../src/random.ts'
import { messagesOf, type TraceRecord } from '../../src/trace/recorder.ts'
import type { MessageRecord, StateRecord } from '../../src/trace/types.ts'
import { dissect } from '../../src/wire/codec.ts'
import { type Field, fieldAt } from '../../src/wire/field.ts'
import type { Lifeline } from './ladder.ts'

export const LAPTOP = 'laptop'
export const SHOP = 'shop.test'
export const MALLORY = 'mallory'

export const PAIR: readonly Lifeline[] = [
  { host: LAPTOP, side: 'client' },
  { host: SHOP, side: 'server' },
]
export const THREE: readonly Lifeline[] = [
  { host: LAPTOP, side: 'client' },
  { host: MALLORY, side: 'third' },
  { host: SHOP, side: 'server' },
]

/** Dice for a lesson: the same for the same seed, others than those of the machines. */
export interface Dice extends SeededRandom {
  between(from: number, to: number): number
  pick<T>(list: readonly T[]): T
  /** One way, in tenths of a millisecond so that it can be read. */
  delay(from?: number, to?: number): Millis
}

export const dice = (seed: number, lesson: string): Dice => {
  const random = seeded([...lesson].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), seed * 7919) | 0)
  const between = (from: number, to: number): number => from + random.below(to - from + 1)
  return {
    ...random,
    between,
    pick: list => list[random.below(list.length)]!,
    delay: (from = 1.1, to = 4.9) => between(Math.round(from * 10), Math.round(to * 10)) / 10,
  }
}

/** Addresses of laptop and shop: neighbours, and not always the same ones. */
export const addresses = (random: Dice): { readonly laptop: string; readonly shop: string; readonly third: string } => {
  const laptop = random.between(2, 29)
  return {
    laptop: `10.0.0.${laptop}`,
    shop: `10.0.0.${random.between(80, 99)}`,
    third: `10.0.0.${random.between(60, 79)}`,
  }
}

/** The hardware address of a network card: not always the same one either. */
export const card = (random: Dice): Uint8Array =>
  Uint8Array.of(2, 0, 0, random.between(0, 255), random.between(0, 255), random.between(0, 255))

/** Times are told in milliseconds with as many digits as a person reads. */
export const ms = (at: Millis): number => Math.round(at * 100) / 100

/** The messages of a layer as one host saw them. */
export const seenBy = (
  records: readonly TraceRecord[],
  host: string,
  layer: MessageRecord['layer'],
  direction?: MessageRecord['direction'],
): MessageRecord[] =>
  messagesOf(records).filter(
    m => m.host === host && m.layer === layer && (direction === undefined || m.direction === direction),
  )

/** The one that must be there: a lesson whose run lacks it is broken. */
export const found = <T>(what: T | undefined, name: string): T => {
  if (what === undefined) throw new RangeError(`this run has no ${name}`)
  return what
}

export const treeOf = (message: MessageRecord): Field =>
  dissect(found(message.format, `format of ${message.name}`), message.bytes, message.name)

/** The number at a path of a message's fields. */
export const numberAt = (message: MessageRecord, path: string): number => {
  const value = fieldAt(treeOf(message), path)?.value
  if (typeof value !== 'number') throw new RangeError(`${message.name} has no number ${path}`)
  return value
}

/** The value at a path in words. */
export const textAt = (message: MessageRecord, path: string): string =>
  found(fieldAt(treeOf(message), path)?.text, `${message.name}.${path}`)

export const sequenceOf = (message: MessageRecord): number => numberAt(message, 'header.sequenceNumber')
export const acknowledgmentOf = (message: MessageRecord): number => numberAt(message, 'header.acknowledgmentNumber')
/** Of an IPv4 packet or a TCP segment, options included. */
export const headerOf = (message: MessageRecord): number =>
  4 * numberAt(message, message.layer === 'tcp' ? 'header.dataOffset' : 'header.internetHeaderLength')

/** The moves of a host's state machines of a layer. */
export const statesOf = (
  records: readonly TraceRecord[],
  host: string,
  layer: StateRecord['layer'] = 'tcp',
): StateRecord[] =>
  records.flatMap(entry =>
    entry.type === 'state' && entry.record.host === host && entry.record.layer === layer ? [entry.record] : [],
  )

/** Records from `begin` on, with times that count from there. Secrets have no time and stay. */
export const since = (records: readonly TraceRecord[], begin: Millis): TraceRecord[] =>
  records.flatMap(entry => {
    if (entry.type === 'secret') return [entry]
    if (entry.record.at < begin) return []
    return [{ ...entry, record: { ...entry.record, at: ms(entry.record.at - begin) } } as TraceRecord]
  })

/** The TCP segments of these control bits that a host sent or received. */
export const segments = (
  records: readonly TraceRecord[],
  host: string,
  direction: MessageRecord['direction'],
  name: string,
): MessageRecord[] => seenBy(records, host, 'tcp', direction).filter(m => m.name === name)
