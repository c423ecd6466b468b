/**
 * Machines on one switch, without any real wire: real frames, virtual time, faults from a seed. The same seed and the
 * same calls give the same run, to the last byte.
 */
import { answerQuery, Zone } from '../dns/server.ts'
import { type Driver, drive } from '../drive.ts'
import { Host } from '../host/host.ts'
import { runHost } from '../host/running.ts'
import type { RunningHost } from '../host/types.ts'
import { nth, parseSubnet, subnet } from '../ip/subnet.ts'
import { LearningSwitch } from '../link/switch.ts'
import { seeded } from '../random.ts'
import { type IpAddress, ip } from '../wire/address.ts'
import { type Frame, FramePool } from '../wire/frame.ts'
import { type VirtualClock, virtualClock } from './clock.ts'
import { FaultyCable } from './faults.ts'
import type { HostChoices, Interception, Interceptor, Network, NetworkOptions, Observation } from './network-types.ts'

/** Where hosts live, and who answers for their names. */
const LAN = parseSubnet('10.0.0.0/24')!
const NAME_SERVER = ip('10.0.0.53')
/** One way, when nothing is said: a local network, and never zero, so that before and after are different times. */
const DEFAULT_DELAY = 0.1

export const network = (options: NetworkOptions = {}): Network => new SwitchedNetwork(options)

interface Port {
  readonly host: RunningHost
  readonly interceptors: Interceptor[]
  /** Arrived, and given to the host together when the present moment is over. */
  arrived: Frame[]
  toSwitch(frame: Frame): void
  /** What is on the cable stays there for ever. */
  unplug(): void
}

class SwitchedNetwork implements Network {
  readonly clock: VirtualClock
  readonly seed: number
  readonly nameServer: IpAddress = NAME_SERVER
  readonly counts: Record<Observation['what'], number> = {
    sent: 0,
    passed: 0,
    delivered: 0,
    taken: 0,
    injected: 0,
    lost: 0,
    'queue-full': 0,
    corrupted: 0,
    duplicated: 0,
    'held-back': 0,
  }
  readonly #options: NetworkOptions
  readonly #pool = new FramePool()
  readonly #switch: LearningSwitch
  readonly #ports = new Map<string, Port>()
  readonly #byNumber = new Map<number, Port>()
  readonly #zone = new Zone()
  readonly #taps = new Set<(observation: Observation) => void>()

  constructor(options: NetworkOptions) {
    this.#options = options
    this.seed = options.seed ?? 1
    this.clock = options.clock ?? virtualClock(options)
    this.#switch = new LearningSwitch(this.#pool)
    for (const [name, target] of Object.entries(options.names ?? {})) this.name(name, target)
  }

  host(name: string, choices: HostChoices = {}): RunningHost {
    const known = this.#ports.get(name)
    if (known !== undefined) return known.host
    if (this.#ports.size === 0) this.#plugNameServer()
    const address = choices.address === undefined ? this.#freeAddress() : ip(choices.address)
    const host = this.#plug(name, address, choices)
    this.#zone.set(name, [address])
    return host
  }

  name(name: string, target: string | readonly string[] | IpAddress): void {
    this.#zone.set(name, typeof target === 'object' && 'octets' in target ? [target] : target)
  }

  behind(hardwareAddress: Uint8Array): string | undefined {
    const port = this.#switch.portOf(hardwareAddress, this.clock.now())
    return port === undefined ? undefined : this.#byNumber.get(port)?.host.name
  }

  tap(observe: (observation: Observation) => void): () => void {
    this.#taps.add(observe)
    return () => this.#taps.delete(observe)
  }

  intercept(host: string, interceptor: Interceptor): Interception {
    const port = this.#ports.get(host)
    if (port === undefined) throw new RangeError(`no host ${host} on this network`)
    port.interceptors.push(interceptor)
    return {
      inject: (bytes, direction) => {
        const frame = this.#pool.copy(bytes)
        this.#observe('injected', port, direction, frame)
        if (direction === 'out') port.toSwitch(frame)
        else this.#arrive(port, frame)
      },
      remove: () => {
        const at = port.interceptors.indexOf(interceptor)
        if (at >= 0) port.interceptors.splice(at, 1)
      },
    }
  }

  close(): void {
    for (const { host, unplug } of this.#ports.values()) {
      host.stop()
      unplug()
    }
  }

  #plugNameServer(): void {
    const host = this.#plug('nameserver', this.nameServer, {})
    const socket = host.udp(53, {
      datagram: (from, payload) => {
        const answer = answerQuery(this.#zone, payload)
        if (answer !== undefined) socket.send(from, answer)
      },
    })
  }

  #plug(name: string, address: IpAddress, choices: HostChoices): RunningHost {
    const number = this.#ports.size + 1
    const trace = choices.trace ?? this.#options.trace
    const engine = new Host({
      name,
      interfaces: [
        {
          mac: choices.hardwareAddress ?? Uint8Array.of(2, 0, 0, 0, number >> 8, number),
          address,
          prefix: LAN.prefix,
          mtu: choices.mtu,
          arp: choices.arp ?? 'trusting',
        },
      ],
      routes:
        choices.gateway === undefined
          ? []
          : [{ to: subnet(ip('0.0.0.0'), 0), gateway: ip(choices.gateway), device: 0 }],
      nameServers: [this.nameServer],
      random: seeded(hash(`${this.seed}/host/${name}`)),
      trace,
      tcp: choices.tcp,
    })
    const host = runHost(engine, this.clock, frame => this.#leave(port, frame), trace)
    const cable = this.#cable(name, number, choices, () => port)
    const port: Port = {
      host,
      interceptors: [],
      arrived: [],
      toSwitch: frame => cable.input(frame),
      unplug: () => cable.stop(),
    }
    this.#ports.set(name, port)
    this.#byNumber.set(number, port)
    this.#switch.addPort(number)
    return host
  }

  /** The cable from a host to the switch, driven on the clock. */
  #cable(name: string, number: number, choices: HostChoices, port: () => Port): Driver<Frame> {
    const faults = { delay: DEFAULT_DELAY, ...(choices.faults ?? this.#options) }
    const dice = seeded(hash(`${this.seed}/cable/${name}`))
    const cable = new FaultyCable(faults, dice, this.#pool)
    return drive(cable, this.clock, {
      out: frame => {
        this.#observe('passed', port(), 'out', frame)
        frame.device = number
        this.#switch.receive(frame, this.clock.now())
        this.#forward()
      },
      event: ({ fate, bytes }) => this.#report(fate, name, 'out', bytes),
    })
  }

  /** A frame leaves its host: it is copied into the network's memory, as a wire would. */
  #leave(port: Port, frame: Frame): void {
    const bytes = frame.view().slice()
    frame.release()
    this.#report('sent', port.host.name, 'out', bytes)
    for (const changed of this.#through(port, bytes, 'out')) port.toSwitch(this.#pool.copy(changed))
  }

  #forward(): void {
    const now = this.clock.now()
    for (let frame = this.#switch.pollTransmit(now); frame !== undefined; frame = this.#switch.pollTransmit(now)) {
      const port = this.#byNumber.get(frame.device)!
      if (port.interceptors.length === 0) this.#arrive(port, frame)
      else {
        const bytes = frame.view().slice()
        frame.release()
        for (const changed of this.#through(port, bytes, 'in')) this.#arrive(port, this.#pool.copy(changed))
      }
    }
  }

  /** What the machines on the cable make of a frame; the one nearest to the host sees outgoing frames first. */
  #through(port: Port, bytes: Uint8Array, direction: 'out' | 'in'): readonly Uint8Array[] {
    const machines = direction === 'out' ? port.interceptors : port.interceptors.toReversed()
    return machines.reduce<readonly Uint8Array[]>(
      (frames, machine) =>
        frames.flatMap(frame => {
          const made = machine.frame(frame, direction)
          if (!made.includes(frame)) this.#report('taken', port.host.name, direction, frame)
          for (const other of made) if (other !== frame) this.#report('injected', port.host.name, direction, other)
          return made
        }),
      [bytes],
    )
  }

  /** Frames that arrive at one moment are given to the host together. */
  #arrive(port: Port, frame: Frame): void {
    this.#observe('delivered', port, 'in', frame)
    frame.device = 0
    port.arrived.push(frame)
    if (port.arrived.length > 1) return
    this.clock.later(this.clock.now(), () => {
      const frames = port.arrived
      port.arrived = []
      port.host.input(frames)
    })
  }

  #observe(what: Observation['what'], port: Port, direction: 'out' | 'in', frame: Frame): void {
    this.#report(what, port.host.name, direction, this.#taps.size === 0 ? NOTHING : frame.view().slice())
  }

  #report(what: Observation['what'], host: string, direction: 'out' | 'in', bytes: Uint8Array): void {
    this.counts[what]++
    if (this.#taps.size === 0) return
    const observation = { at: this.clock.now(), date: this.clock.date(), host, direction, what, bytes }
    for (const observe of this.#taps) observe(observation)
  }

  #freeAddress(): IpAddress {
    const taken = new Set([...this.#ports.values()].map(({ host }) => host.address.text))
    for (let i = 2; ; i++) {
      const address = nth(LAN, i)
      if (address === undefined) throw new RangeError('the network is full')
      if (!taken.has(address.text)) return address
    }
  }
}

const NOTHING = new Uint8Array(0)

/** FNV-1a: a number for a text. */
const hash = (text: string): number => {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}
