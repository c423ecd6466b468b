/** LISTEN (RFC 9293 3.10.7.2): who waits on which port, and the half-open connections, of which there is a bound. */
import type { IpAddress } from '../wire/address.ts'
import type { Tcb } from './tcb.ts'
import type { TcpListenAddress, TcpListenOptions } from './types.ts'

/** Half-open connections per listener. Linux: tcp_max_syn_backlog, 128 to 1024 by memory. */
export const DEFAULT_BACKLOG = 512
/** Connections that nobody has fetched yet. Linux: somaxconn, 4096; here the driver fetches after every touch. */
const DEFAULT_ACCEPT_QUEUE = 1024

export class Listener {
  readonly address: IpAddress | undefined
  readonly port: number
  readonly options: TcpListenOptions
  /** In SYN-RECEIVED, the oldest first. */
  readonly halfOpen: Set<Tcb> = new Set()
  /** Established, not yet fetched. */
  waiting = 0

  constructor(local: TcpListenAddress, options: TcpListenOptions) {
    this.address = local.address
    this.port = local.port
    this.options = options
  }
  get mayEstablish(): boolean {
    return this.waiting < (this.options.acceptQueue ?? DEFAULT_ACCEPT_QUEUE)
  }
  /** RFC 4987 3.3: when the backlog is full the oldest half-open connection makes room. Undefined while there is room. */
  get tooMany(): Tcb | undefined {
    if (this.halfOpen.size < (this.options.backlog ?? DEFAULT_BACKLOG)) return undefined
    for (const oldest of this.halfOpen) return oldest
    return undefined
  }
}

export class Listeners {
  readonly #byPort = new Map<number, Listener[]>()

  /** The listener for exactly this address, else the one for all. */
  find(address: IpAddress, port: number): Listener | undefined {
    const here = this.#byPort.get(port)
    return here?.find(l => l.address?.text === address.text) ?? here?.find(l => l.address === undefined)
  }

  isTaken(local: TcpListenAddress): boolean {
    return this.exactly(local) !== undefined
  }

  hasPort(port: number): boolean {
    return this.#byPort.has(port)
  }

  exactly(local: TcpListenAddress): Listener | undefined {
    return this.#byPort.get(local.port)?.find(l => l.address?.text === local.address?.text)
  }

  add(listener: Listener): void {
    this.#byPort.set(listener.port, [...(this.#byPort.get(listener.port) ?? []), listener])
  }

  remove(listener: Listener): void {
    const left = (this.#byPort.get(listener.port) ?? []).filter(l => l !== listener)
    if (left.length > 0) this.#byPort.set(listener.port, left)
    else this.#byPort.delete(listener.port)
  }
}
