/**
 * Plays a plan: a laptop signs in at a shop and asks for its account, on one connection, with DNS, ARP, TCP, TLS and HTTP of
 * these engines and nothing else. Clock and dice come from the seed, the crypto and the platform from the caller.
 */
import type { Millis } from '../../src/engine.ts'
import { type Failure, FailureError, FetchError } from '../../src/failures/index.ts'
import { cookieJar } from '../../src/http/cookies/index.ts'
import { LAPTOP } from '../../src/lab/exchange.ts'
import { SHOP, signIn } from '../../src/lab/shop.ts'
import { type LabPlatform, type LabWorld, labWorld, type Machine } from '../../src/lab/world.ts'
import { client } from '../../src/net/client/client.ts'
import { recorder } from '../../src/trace/recorder.ts'
import type { TraceSink } from '../../src/trace/types.ts'
import type { Party, Run } from '../model/run.ts'
import { beInTheMiddle, MALLORY } from './middle.ts'
import { offerOf } from './offers.ts'
import { type Change, changeText, isOnWire, type Plan, planText } from './plan.ts'
import { openShop } from './shop-side.ts'
import { changeOnWire } from './wire.ts'

/** One way between a machine and the switch: no number of a run is the same for every seed. Eighths are exact. */
const delayOf = (seed: number): Millis => 1 + (seed % 7) / 8
/** After the laptop is done: a lost segment comes once more within a second or two, and TIME-WAIT is not waited for. */
const QUIET: Millis = 3_000

/** `platform` is of this plan's seed: `webPlatform({ seed })`. */
export const play = async (platform: LabPlatform, plan: Plan): Promise<Run> => {
  const { scenario, seed, change } = plan
  const trace = recorder()
  const delay = delayOf(seed)
  const world = labWorld(platform, { seed, delay, trace })
  try {
    const laptop = world.machine(LAPTOP)
    const server = world.machine(SHOP)
    await openShop({ platform, world, server, change, trace })
    const does = middleOf(change)
    if (does !== undefined) await beInTheMiddle({ platform, world, laptop, server, trace, delay }, does)
    if (isOnWire(change)) changeOnWire(world.network, LAPTOP, change)
    const failure = await visit({ platform, world, laptop, plan, trace })
    const { clock } = world.network
    await new Promise<void>(resolve => clock.later(clock.now() + QUIET, resolve))
    const id = planText(plan)
    return {
      id,
      name: `${SHOP} ${id}`,
      origin: { kind: 'engines', recipe: { scenario, seed, change: change === undefined ? '' : changeText(change) } },
      parties: {
        client: party(laptop),
        server: party(server),
        ...(does === undefined ? {} : { third: party(world.machine(MALLORY)) }),
      },
      // What the end of the world makes of those who still wait is no part of it.
      records: [...trace.records],
      date: platform.date,
      trusted: [world.authority.certificate],
      ...(failure && { failure }),
    }
  } finally {
    world.close()
  }
}

const party = ({ host: { name, address } }: Machine): Party => ({ host: name, name, address: address.text })

const middleOf = (change: Change | undefined) =>
  change?.kind === 'middle' ? change.does : change?.kind === 'plain' ? change.is : undefined

interface Visit {
  readonly platform: LabPlatform
  readonly world: LabWorld
  readonly laptop: Machine
  readonly plan: Plan
  readonly trace: TraceSink
}

/** Signs in and asks for the account; what came in between, where it did not come so far. */
const visit = async ({ platform, world, laptop, plan, trace }: Visit): Promise<Failure | undefined> => {
  const { scenario, change } = plan
  const { clock } = world.network
  const browser = client({
    world: laptop.world,
    jar: cookieJar({ isPublicSuffix: platform.isPublicSuffix, date: () => clock.date() }),
    trace,
    tls: offerOf(scenario, change),
    ...(change?.kind === 'certificate' && change.is === 'revoked'
      ? { revocation: { mode: 'soft', scope: 'leaf' } }
      : {}),
  })
  const origin = originOf(change)
  const login = change?.kind === 'password' ? mistyped(signIn()) : signIn()
  try {
    await (await browser.fetch(`${origin}/login`, login)).text()
    await (await browser.fetch(`${origin}/account`)).text()
    return undefined
  } catch (error) {
    if (error instanceof FailureError || error instanceof FetchError) return error.failure
    throw error
  } finally {
    browser.close()
  }
}

/** Where the laptop goes: whoever types a name without `https`, or types it wrong, goes elsewhere. */
const originOf = (change: Change | undefined): string => {
  if (change?.kind === 'server' && change.is === 'unknown') return `https://s${SHOP}`
  const isPlain = change?.kind === 'plain' || (change?.kind === 'middle' && change.does === 'strips')
  return `${isPlain ? 'http' : 'https'}://${SHOP}`
}

const mistyped = (login: RequestInit): RequestInit => ({ ...login, body: `${login.body}r` })
