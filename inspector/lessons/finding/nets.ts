/** Three wires in a row: a laptop at home, its router, a provider, and the net in which the shop stands. */
import { drive } from '../../../src/drive.ts'
import type { Millis } from '../../../src/engine.ts'
import { Host } from '../../../src/host/host.ts'
import { runHost } from '../../../src/host/running.ts'
import type { RunningHost } from '../../../src/host/types.ts'
import type { Route } from '../../../src/ip/routes.ts'
import { type Subnet, subnet } from '../../../src/ip/subnet.ts'
import { type VirtualClock, virtualClock } from '../../../src/lab/clock.ts'
import { seeded } from '../../../src/random.ts'
import { type Recording, recorder } from '../../../src/trace/recorder.ts'
import { type IpAddress, ip } from '../../../src/wire/address.ts'
import { type Frame, FramePool } from '../../../src/wire/frame.ts'
import { card, type Dice, dice, LAPTOP, SHOP } from '../stage.ts'
import { type Plug, PREFIX, Router } from './router.ts'

export const ROUTER = 'router'
export const PROVIDER = 'provider'

/** `near`: the shop is on the laptop's own wire. `loop`: the provider sends everything back. */
export type Layout = 'far' | 'near' | 'loop'

export interface Nets {
  readonly clock: VirtualClock
  readonly trace: Recording
  readonly laptop: RunningHost
  readonly shop: RunningHost
  /** The laptop's own net. */
  readonly home: Subnet
  /** Whom the laptop asks to take a packet for this host further; undefined: nobody, it is a neighbour. */
  readonly gateway: string | undefined
  readonly cards: Readonly<Record<'laptop' | 'router' | 'shop', Uint8Array>>
  readonly routerAddress: string
  /** Behind it is the provider. */
  readonly routerBehind: IpAddress
  close(): void
}

/** Everybody on a wire hears what one of them says. */
class Wire {
  readonly #clock: VirtualClock
  readonly #delay: Millis
  readonly #ears: ((frame: Frame) => void)[] = []
  readonly #pool: FramePool

  constructor(clock: VirtualClock, delay: Millis, pool: FramePool) {
    this.#clock = clock
    this.#delay = delay
    this.#pool = pool
  }

  /** Returns what takes a frame of this machine. */
  plug(ear: (frame: Frame) => void): (frame: Frame) => void {
    this.#ears.push(ear)
    return frame => {
      const bytes = frame.view().slice()
      frame.release()
      this.#clock.later(this.#clock.now() + this.#delay, () => {
        for (const each of this.#ears) if (each !== ear) each(this.#pool.copy(bytes))
      })
    }
  }
}

const everything = subnet(ip('0.0.0.0'), 0)

export const netsOf = (seed: number, layout: Layout): Nets => {
  const random = dice(seed, 'routes')
  const clock = virtualClock()
  const trace = recorder()
  const pool = new FramePool()
  const [home, middle, far] = [1, 2, 3].map(() => new Wire(clock, random.delay(1.2, 1.9), pool)) as [Wire, Wire, Wire]
  const plan = planOf(random, layout)
  const gear = { seed, clock, trace, pool }
  const laptop = hostOn(home, { name: LAPTOP, plug: plan.laptop, gateway: plan.router[0], ...gear })
  const shop = hostOn(layout === 'near' ? home : far, {
    name: SHOP,
    plug: plan.shop,
    gateway: plan.shopGateway,
    ...gear,
  })
  routerOn([home, middle], {
    name: ROUTER,
    plugs: plan.router,
    routes: [{ to: everything, gateway: plan.provider[0].address, device: 1 }],
    ...gear,
  })
  const back: Route = { to: everything, gateway: plan.router[1].address, device: 0 }
  // A provider that loops has lost its way to the shop: the net behind it is not in its table.
  if (layout === 'loop') routerOn([middle], { name: PROVIDER, plugs: [plan.provider[0]], routes: [back], ...gear })
  else routerOn([middle, far], { name: PROVIDER, plugs: plan.provider, routes: [back], ...gear })
  const next = laptop.engine.ip.routes.lookup(plan.shop.address)?.gateway
  return {
    clock,
    trace,
    laptop: laptop.host,
    shop: shop.host,
    home: subnet(plan.laptop.address, PREFIX),
    gateway: next?.text,
    cards: { laptop: plan.laptop.mac, router: plan.router[0].mac, shop: plan.shop.mac },
    routerAddress: plan.router[0].address.text,
    routerBehind: plan.router[1].address,
    close() {
      laptop.host.stop()
      shop.host.stop()
    },
  }
}

const planOf = (random: Dice, layout: Layout) => {
  const plug = (address: string): Plug => ({ mac: card(random), address: ip(address) })
  const nets = {
    home: `192.168.${random.between(2, 99)}`,
    middle: `10.${random.between(1, 99)}.${random.between(1, 99)}`,
    far: `172.16.${random.between(1, 99)}`,
  }
  const router = [plug(`${nets.home}.1`), plug(`${nets.middle}.1`)] as const
  const provider = [plug(`${nets.middle}.2`), plug(`${nets.far}.1`)] as const
  const laptop = plug(`${nets.home}.${random.between(10, 90)}`)
  const number = random.between(100, 200)
  return {
    router,
    provider,
    laptop,
    shop: plug(`${layout === 'near' ? nets.home : nets.far}.${number}`),
    shopGateway: layout === 'near' ? router[0] : provider[1],
  }
}

interface Gear {
  readonly seed: number
  readonly clock: VirtualClock
  readonly trace: Recording
  readonly pool: FramePool
}

interface HostPlan extends Gear {
  readonly name: string
  readonly plug: Plug
  readonly gateway: Plug
}

const hostOn = (wire: Wire, { name, plug, gateway, seed, clock, trace, pool }: HostPlan) => {
  const engine = new Host({
    name,
    interfaces: [{ ...plug, prefix: PREFIX }],
    routes: [{ to: everything, gateway: gateway.address, device: 0 }],
    random: seeded(seed + name.length),
    pool,
    trace,
  })
  const send = wire.plug(frame => {
    frame.device = 0
    host.input([frame])
  })
  const host = runHost(engine, clock, send, trace)
  return { engine, host }
}

interface RouterPlan extends Gear {
  readonly name: string
  readonly plugs: readonly Plug[]
  readonly routes: readonly Route[]
}

const routerOn = (wires: readonly Wire[], { clock, ...options }: RouterPlan): void => {
  const sends = wires.map((wire, device) =>
    wire.plug(frame => {
      frame.device = device
      driver.input(frame)
    }),
  )
  const driver = drive(new Router(options), clock, { out: frame => sends[frame.device]!(frame), event: () => {} })
}
