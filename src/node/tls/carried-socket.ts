/**
 * The part of a TLS socket that has nothing to do with TLS: what `net.Socket` offers besides a `Duplex`, passed down to
 * the socket below, or done here where something else is below.
 */
import type { AddressInfo, Socket, SocketReadyState } from 'node:net'
import { Duplex, type DuplexOptions } from 'node:stream'
import type { Carrier } from '../from-node.ts'
import { listen } from '../lasting.ts'

/** What happens to the socket below, and concerns whoever holds the one above. */
const PASSED_ON = [
  'connect',
  'ready',
  'lookup',
  'timeout',
  'connectionAttempt',
  'connectionAttemptFailed',
  'connectionAttemptTimeout',
] as const

/** Known of the socket below as long as it is open. */
const KNOWN_BELOW = ['localAddress', 'localPort', 'localFamily', 'remoteAddress', 'remotePort', 'remoteFamily'] as const

export abstract class CarriedSocket extends Duplex {
  declare readonly localAddress?: string
  declare readonly localPort?: number
  declare readonly localFamily?: string
  declare readonly remoteAddress: string | undefined
  declare readonly remotePort: number | undefined
  declare readonly remoteFamily: string | undefined
  /** Milliseconds without a byte in either direction until `timeout` is emitted; 0 for never. */
  declare readonly timeout?: number
  protected readonly lower: Carrier
  #bytesRead = 0
  #bytesWritten = 0
  #idleTimer: NodeJS.Timeout | undefined
  #idleLimit: number | undefined

  static {
    // Optional, as the types of Node have them: a getter could not be.
    for (const name of KNOWN_BELOW) {
      Object.defineProperty(CarriedSocket.prototype, name, {
        get(this: CarriedSocket) {
          return this.lower[name]
        },
      })
    }
    Object.defineProperty(CarriedSocket.prototype, 'timeout', {
      get(this: CarriedSocket) {
        return this.lower.setTimeout === undefined ? this.#idleLimit : this.lower.timeout
      },
    })
  }

  constructor(lower: Carrier, options: DuplexOptions) {
    // As with `net.Socket`, `close` says whether there was an error.
    super({ ...options, emitClose: false })
    this.lower = lower
    for (const name of PASSED_ON) listen(lower, name, (...facts: unknown[]) => this.emit(name, ...facts))
  }

  /** Plaintext, without what waits in our own buffers. */
  get bytesRead(): number {
    return this.#bytesRead
  }
  get bytesWritten(): number {
    return this.#bytesWritten + this.writableLength
  }
  protected moved(direction: 'in' | 'out', count: number): void {
    if (direction === 'in') this.#bytesRead += count
    else this.#bytesWritten += count
    this.#idleTimer?.refresh()
  }

  get connecting(): boolean {
    return this.lower.connecting ?? false
  }
  get pending(): boolean {
    return this.lower.pending ?? false
  }
  get readyState(): SocketReadyState {
    if (this.connecting) return 'opening'
    if (this.readable) return this.writable ? 'open' : 'readOnly'
    return this.writable ? 'writeOnly' : 'closed'
  }
  get bufferSize(): number {
    return this.writableLength
  }
  get autoSelectFamilyAttemptedAddresses(): string[] {
    return this.lower.autoSelectFamilyAttemptedAddresses ?? []
  }
  address(): AddressInfo | Record<string, never> {
    return (this.lower.address?.() ?? {}) as AddressInfo | Record<string, never>
  }

  setKeepAlive(enable?: boolean, initialDelay?: number): this {
    this.lower.setKeepAlive?.(enable, initialDelay)
    return this
  }
  setNoDelay(noDelay?: boolean): this {
    this.lower.setNoDelay?.(noDelay)
    return this
  }
  ref(): this {
    this.lower.ref?.()
    return this
  }
  unref(): this {
    this.lower.unref?.()
    return this
  }

  /** `callback` is for `timeout`, once. */
  setTimeout(limit: number, callback?: () => void): this {
    if (this.lower.setTimeout === undefined) this.#watch(limit)
    else this.lower.setTimeout(limit)
    if (callback !== undefined) {
      if (limit === 0) this.removeListener('timeout', callback)
      else this.once('timeout', callback)
    }
    return this
  }
  #watch(limit: number): void {
    clearTimeout(this.#idleTimer)
    this.#idleLimit = limit
    this.#idleTimer = limit === 0 ? undefined : setTimeout(() => this.emit('timeout'), limit).unref()
  }

  /** What was written leaves, then the connection is closed in both directions. */
  destroySoon(): void {
    if (this.writable) this.end()
    if (this.writableFinished) this.destroy()
    else this.once('finish', () => this.destroy())
  }
  /** RST instead of FIN, where a TCP socket is below. */
  resetAndDestroy(): this {
    if (this.lower.resetAndDestroy === undefined) this.lower.destroy()
    else (this.lower as Socket).resetAndDestroy()
    this.destroy()
    return this
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#idleTimer)
    done(error)
    process.nextTick(() => this.emit('close', error != null))
  }
}
