/** The simulated network as its users see it: machines on one switch, faults from a seed, eyes and hands on the wire. */
import type { Millis } from '../engine.ts'
import type { RunningHost } from '../host/types.ts'
import type { TraceSink } from '../trace/types.ts'
import type { IpAddress } from '../wire/address.ts'
import type { VirtualClock, VirtualClockOptions } from './clock.ts'

/** What a cable does to frames, in each direction. Probabilities are 0 to 1, and all of it comes from the seed. */
export interface Faults {
  readonly loss?: number
  readonly duplicate?: number
  /** A frame that is held back for up to `reorderBy`, so that later ones overtake it. */
  readonly reorder?: number
  /** How long a reordered frame is held back at most; default: four times the delay, at least 10 ms. */
  readonly reorderBy?: Millis
  /** One bit of the frame is turned behind the check sequence's back. */
  readonly corrupt?: number
  /** One way. */
  readonly delay?: Millis
  /** Added to the delay: uniform in [-jitter, +jitter]. Frames keep their order; `reorder` is what mixes them. */
  readonly jitter?: Millis
  /** Bits per second; undefined: no limit. */
  readonly rate?: number
  /** Frames that wait for their turn at most when there is a rate; the rest is dropped at the tail. */
  readonly queue?: number
}

export interface NetworkOptions extends Faults, VirtualClockOptions {
  /** Default 1. */
  readonly seed?: number
  /** A clock of the caller's own, for several networks in one time. */
  readonly clock?: VirtualClock
  readonly trace?: TraceSink
  /** Names that the network's name server answers for: addresses, or another name (CNAME). */
  readonly names?: Readonly<Record<string, string | readonly string[]>>
}

export interface HostChoices {
  /** Default: the next free one of 10.0.0.0/24, from 10.0.0.2 on. */
  readonly address?: string
  /** `10.0.0.1`: a router on the wire; default none. */
  readonly gateway?: string
  readonly mac?: string
  /** Faults of this host's cable instead of the network's. */
  readonly faults?: Faults
  /** TCP maximum segment life and the like, handed to the TCP stack. */
  readonly tcp?: Readonly<Record<string, unknown>>
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
  readonly what:
    | 'sent'
    | 'passed'
    | 'lost'
    | 'queue-full'
    | 'corrupted'
    | 'duplicated'
    | 'held-back'
    | 'delivered'
    | 'taken'
    | 'injected'
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
  /** Sees everything that happens to frames from now on; returns a function that stops it. */
  tap(observe: (observation: Observation) => void): () => void
  /** Cuts a host's cable and sits down in between. */
  intercept(host: string, interceptor: Interceptor): Interception
  readonly counts: Readonly<Record<Observation['what'], number>>
  /** Stops every host. */
  close(): void
}
