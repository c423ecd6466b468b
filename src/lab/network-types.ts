/** The simulated network as its users see it: machines on one switch, faults from a seed, eyes and hands on the wire. */
import type { Millis } from '../engine.ts'
import type { HostOptions } from '../host/host.ts'
import type { RunningHost } from '../host/types.ts'
import type { ArpTrust } from '../link/neighbours.ts'
import type { TraceSink } from '../trace/types.ts'
import type { IpAddress } from '../wire/address.ts'
import type { VirtualClock, VirtualClockOptions } from './clock.ts'
import type { Fate, Faults } from './faults.ts'

/** Every frame suffers the faults once: on its way from its sender to the switch. Without a delay it takes 0.1 ms. */
export interface NetworkOptions extends Faults, VirtualClockOptions {
  /** Default 1. */
  readonly seed?: number | undefined
  /** A clock of the caller's own, for several networks in one time. */
  readonly clock?: VirtualClock | undefined
  readonly trace?: TraceSink | undefined
  /** Names that the network's name server answers for: addresses, or another name (CNAME). */
  readonly names?: Readonly<Record<string, string | readonly string[]>> | undefined
}

export interface HostChoices {
  /** Default: the next free one of 10.0.0.0/24, from 10.0.0.2 on. */
  readonly address?: string | undefined
  /** Six octets; default: numbered in the order in which hosts are plugged in. */
  readonly hardwareAddress?: Uint8Array | undefined
  /** A router on the wire; default none. */
  readonly gateway?: string | undefined
  /** Bytes of the largest packet that it takes and sends; default 1500. */
  readonly mtu?: number | undefined
  /** Faults of what this host sends, instead of the network's. */
  readonly faults?: Faults | undefined
  /** Whether it believes ARP; default `trusting`, so that it can be deceived. */
  readonly arp?: ArpTrust | undefined
  /** For its TCP stack: maximum segment lifetime, buffers, time-outs. */
  readonly tcp?: NonNullable<HostOptions['tcp']> | undefined
  /** A sink of its own instead of the network's. */
  readonly trace?: TraceSink | undefined
}

/** One thing that happened to one frame. */
export interface Observation {
  readonly at: Millis
  /** Milliseconds since 1970, for capture files. */
  readonly date: Millis
  /** The host whose cable it is. */
  readonly host: string
  /** `out`: the host sent it; `in`: it is on its way to the host. */
  readonly direction: 'out' | 'in'
  /**
   * `sent` by the host; `passed` the cable, as a mirror port of the switch sees it (for capture files: each frame once);
   * `delivered` to the host; `taken` and `injected` by a machine in the middle; or what the cable did to it.
   */
  readonly what: 'sent' | 'passed' | 'delivered' | 'taken' | 'injected' | Fate
  /** The whole frame, padded as on the wire; never changed afterwards. */
  readonly bytes: Uint8Array
}

/** A machine in the middle of a cable. */
export interface Interceptor {
  /**
   * A frame on its way from the host (`out`) or to it (`in`). What is returned goes on instead: the same, changed,
   * several, or none.
   */
  frame(bytes: Uint8Array, direction: 'out' | 'in'): readonly Uint8Array[]
}

export interface Interception {
  /** Puts a frame on the cable: `in` towards the host, `out` towards the network. */
  inject(bytes: Uint8Array, direction: 'out' | 'in'): void
  remove(): void
}

export interface Network {
  readonly clock: VirtualClock
  readonly seed: number
  /** The machine of this name; plugged in on first use and from then on known to the name server. */
  host(name: string, choices?: HostChoices): RunningHost
  /** Adds or replaces a name: addresses, or another name. */
  name(name: string, target: string | readonly string[] | IpAddress): void
  /** The address of the network's name server. */
  readonly nameServer: IpAddress
  /** The host behind whose port the switch has seen this hardware address lately; undefined: it would ask every port. */
  behind(hardwareAddress: Uint8Array): string | undefined
  /** Sees everything that happens to frames from now on; returns a function that stops it. */
  tap(observe: (observation: Observation) => void): () => void
  /** Cuts a host's cable and sits down in between. */
  intercept(host: string, interceptor: Interceptor): Interception
  readonly counts: Readonly<Record<Observation['what'], number>>
  /** Stops every host (`ip/host-stopped` to whoever waits), and what is on its way stays there. */
  close(): void
}
