/** Plays an attack: a laptop, a shop, and a third machine on the same switch that took the shop's place. */
import { certificateAuthority } from '../../ca/authority.ts'
import { type Failure, FailureError } from '../../failures/index.ts'
import { fetch } from '../../net/client/fetch.ts'
import { serve } from '../../net/server/serve.ts'
import { listen } from '../../net/stream/listen.ts'
import type { TlsVersion } from '../../tls/version-name.ts'
import type { TraceSink } from '../../trace/types.ts'
import { takePlaceOf } from '../arp-spoof.ts'
import { handlerTo, sitBetween, untouched } from '../middle.ts'
import { SHOP, shop, signIn } from '../shop.ts'
import { type LabPlatform, type LabWorld, labWorld, type Machine } from '../world.ts'
import type { Attack, AttackOptions, Expected, Learn, Outcome, Visit } from './attack.ts'

/** Plays `attack` in a world of its own; nothing leaves the memory. */
export const playAttack = async (
  platform: LabPlatform,
  attack: Attack,
  { seed = 1, version = 'TLS 1.3' }: AttackOptions = {},
): Promise<Outcome> => {
  const world = labWorld(platform, { seed, delay: 1 })
  const laptop = world.machine('laptop')
  const server = world.machine(SHOP)
  const mallory = world.machine('mallory')
  const noticed: Failure[] = []
  const learned: string[] = []
  try {
    await openShop(world, server, { over: attack.over, version, noticed })
    await ping(laptop, server)
    takePlaceOf(world.network, { attacker: mallory.host, victim: laptop.host, server: server.host })
    await sitDown({ platform, world, mallory, server, attack, learn: what => void learned.push(what) })
    const client = await visit(laptop, attack.over)
    await world.network.clock.idle()
    const expected = version === 'TLS 1.2' ? (attack.expectedIn12 ?? attack.expected) : attack.expected
    return outcomeOf(attack, expected, { client, server: noticed, learned })
  } finally {
    world.close()
  }
}

interface Shop {
  readonly over: Attack['over']
  readonly version: TlsVersion
  readonly noticed: Failure[]
}

const openShop = (world: LabWorld, server: Machine, { over, version, noticed }: Shop) =>
  serve(shop(server.world, { transport: over === 'https' ? 'tls' : 'plain' }), {
    world: server.world,
    host: server.host.address.text,
    port: PORTS[over],
    served: ({ failure }) => void (failure === undefined || noticed.push(failure)),
    ...(over === 'https' ? { tls: { ...world.certified([SHOP]), versions: [version] } } : {}),
  })

/** The laptop has been here before: it knows the shop's hardware address. */
const ping = (laptop: Machine, server: Machine): Promise<void> =>
  new Promise((resolve, reject) =>
    laptop.host.ping(server.host.address, answer =>
      typeof answer === 'number' ? resolve() : reject(new FailureError(answer)),
    ),
  )

const PORTS = { http: 80, https: 443 } as const

/** What the third machine works with. */
export interface Seat {
  readonly platform: LabPlatform
  readonly world: LabWorld
  readonly mallory: Machine
  readonly server: Machine
  readonly attack: Attack
  readonly learn: Learn
  readonly trace?: TraceSink | undefined
}

/** Waits in the server's place for whoever comes, and does to them what the attack is. */
export const sitDown = async ({ platform, world, mallory, server, attack, learn, trace }: Seat): Promise<void> => {
  const to = { host: server.host.address.text, port: PORTS[attack.over] }
  const { transport } = mallory.world
  if (attack.forges === undefined) {
    await sitBetween(transport, to, () => attack.tamperer?.(learn) ?? untouched)
    return
  }
  const own = certificateAuthority({
    crypto: platform.crypto,
    now: () => world.network.clock.date(),
    name: 'mallory CA',
  })
  const options = {
    port: to.port,
    host: mallory.host.address.text,
    world: mallory.world,
    trace,
    tls: world.certified([SHOP], { by: own }),
  }
  await listen({ ...options, refused: () => learn('the client hung up before it had said anything') }, stream => {
    learn('everything: the client talks to the attacker')
    stream.handler = handlerTo(stream, stream, 'to-server', untouched)
  })
}

const visit = async (laptop: Machine, over: Attack['over']): Promise<Visit> => {
  try {
    const answer = await fetch(`${over}://${SHOP}/login`, { ...signIn(), world: laptop.world })
    return { status: answer.status, body: await answer.text() }
  } catch (error) {
    if (error instanceof FailureError) return { failure: error.failure }
    throw error
  }
}

type Seen = Pick<Outcome, 'client' | 'server' | 'learned'>

const outcomeOf = (attack: Attack, expected: Expected, seen: Seen): Outcome => {
  const { id, over, does } = attack
  return { id, over, does, expected, ...seen, asExpected: wentAs(attack, expected, seen) }
}

/** An attack that must be noticed counts as noticed only when no answer was delivered to whom it would deceive. */
const wentAs = ({ wins }: Attack, expected: Expected, { client, server }: Seen): boolean => {
  if (expected === 'succeeds') return wins?.(client) === true
  if (expected.by === 'client') return client.failure?.code === expected.code
  return server.some(({ code }) => code === expected.code)
}
