/** The world in which lessons about TLS and HTTP are played: a laptop and a shop, as far apart as the seed says. */
import type { Millis } from '../../src/engine.ts'
import { FailureError, FetchError } from '../../src/failures/index.ts'
import { type LabPlatform, type LabWorld, labWorld, type Machine } from '../../src/lab/world.ts'
import { type Recording, recorder, type TraceRecord } from '../../src/trace/recorder.ts'
import type { MessageRecord } from '../../src/trace/types.ts'
import { type Arrow, arrowsOf, type Lifeline, type Said } from './ladder.ts'
import type { Stage } from './lesson.ts'
import { addresses, card, type Dice, dice, found, LAPTOP, SHOP } from './stage.ts'

export interface Play {
  readonly platform: LabPlatform
  readonly world: LabWorld
  readonly laptop: Machine
  readonly server: Machine
  readonly random: Dice
  readonly trace: Recording
  /** Lets so much time pass. */
  wait(time: Millis): Promise<void>
}

export interface Played<T> {
  readonly records: readonly TraceRecord[]
  readonly outcome: T
}

export interface Setting {
  readonly seed: number
  /** Parts its dice from those of other lessons. */
  readonly lesson: string
  /** Somebody will take the shop's place: it must be heard before the shop and after it (`lies: 'asked'`). */
  readonly third?: 'expected' | undefined
  /** One way, in milliseconds, from the least to the most that the seed may make of it. */
  readonly away?: readonly [from: Millis, to: Millis] | undefined
  readonly capture?: ((piece: Uint8Array) => void) | undefined
}

/** Opens the world, plays in it, closes it. */
export const inWorld = async <T>(
  stage: Stage,
  { seed, lesson, capture, third, away = [1.1, 4.9] }: Setting,
  work: (play: Play) => Promise<T>,
): Promise<Played<T>> => {
  const platform = stage.platform(seed)
  const random = dice(seed, lesson)
  const trace = recorder()
  const at = addresses(random)
  const world = labWorld(platform, { seed, delay: random.delay(...away), trace, capture })
  try {
    const cards = dice(seed, 'cards')
    const laptop = world.machine(LAPTOP, { address: at.laptop, hardwareAddress: card(cards) })
    const near = third === undefined ? {} : { faults: { delay: random.delay(0.7, 1.3) } }
    const server = world.machine(SHOP, { address: at.shop, hardwareAddress: card(cards), ...near })
    const wait = (time: Millis): Promise<void> =>
      new Promise(done => world.network.clock.later(world.network.clock.now() + time, done))
    const outcome = await work({ platform, world, laptop, server, random, trace, wait })
    await wait(QUIET)
    return { records: [...trace.records], outcome }
  } finally {
    world.close()
  }
}

/** Why something asked for did not come about; undefined where it did. */
export const failureOf = (asked: Promise<unknown>): Promise<string | undefined> =>
  asked.then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof FailureError || error instanceof FetchError) return error.failure.code
      throw error
    },
  )

/** After it nothing is under way any more but TIME-WAIT. */
const QUIET: Millis = 500

/**
 * The messages of TLS and HTTP between machines; those that records sealed are drawn so. What came and was not read any
 * more, because of what stood in front of it, is left out.
 */
export const talkOf = <L extends string>(
  records: readonly TraceRecord[],
  lifelines: readonly Lifeline[],
  say: (message: MessageRecord) => Said<L> | undefined = message => ({ text: message.name }),
): Arrow<L>[] => {
  const sealed = sealedIn(records)
  return arrowsOf<L>(records, lifelines, (message, arrived) => {
    if ((message.layer !== 'tls' && message.layer !== 'http') || arrived === undefined) return undefined
    const said = say(message)
    return said && { look: sealed(message) ? 'sealed' : 'plain', ...said }
  })
}

const sealedIn = (records: readonly TraceRecord[]): ((message: MessageRecord) => boolean) => {
  const sealed = new Set<number>()
  const flows = new Set<string>()
  for (const entry of records) {
    if (entry.type !== 'message' || entry.record.sealed !== true) continue
    sealed.add(entry.record.id)
    for (const { message } of entry.record.carries ?? []) sealed.add(message)
    if (entry.record.payload !== undefined) flows.add(entry.record.flow)
  }
  return ({ id, layer, flow, carriedBy = [] }) =>
    sealed.has(id) || carriedBy.some(({ message }) => sealed.has(message)) || (layer === 'http' && flows.has(flow))
}

/** The first message of this name that a host sent. */
export const said = (records: readonly TraceRecord[], host: string, name: string, place = 0): MessageRecord => {
  const all = records.flatMap(entry =>
    entry.type === 'message' &&
    entry.record.host === host &&
    entry.record.direction === 'out' &&
    (entry.record.layer === 'tls' || entry.record.layer === 'http') &&
    entry.record.name === name
      ? [entry.record]
      : [],
  )
  return found(all[place], `${name} of ${host}`)
}
