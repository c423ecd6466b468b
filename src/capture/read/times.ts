/** Times of packets: 64-bit counts of units that each interface chooses, as milliseconds since the first packet. */
import type { Millis } from '../../engine.ts'

/** What one interface counts in. */
export interface TimeUnit {
  /** Units in a second. */
  readonly perSecond: bigint
  /** Seconds that are added to each time (`if_tsoffset`). */
  readonly offset: bigint
}

export const MICROSECONDS: TimeUnit = { perSecond: 1_000_000n, offset: 0n }
export const NANOSECONDS: TimeUnit = { perSecond: 1_000_000_000n, offset: 0n }

/** `if_tsresol`: the power of ten, or with the highest bit that of two, by which a second is divided. */
export const unitsOf = (resolution: number): bigint =>
  resolution < 128 ? 10n ** BigInt(resolution) : 2n ** BigInt(resolution - 128)

/** Reads the times of one interface against the beginning of the capture. */
export class TimeScale {
  readonly #unit: TimeUnit
  readonly #perMillisecond: number
  /** The beginning of the capture in this interface's units, as 64 bits in two halves, and what was cut off, in ms. */
  #high = 0
  #low = 0
  #rest = 0

  constructor(unit: TimeUnit) {
    this.#unit = unit
    this.#perMillisecond = Number(unit.perSecond) / 1000
  }

  /** The time of the packet in units of a second divided by `perSecond`, since 1970. */
  exact(high: number, low: number): { readonly units: bigint; readonly perSecond: bigint } {
    const { perSecond, offset } = this.#unit
    return { units: BigInt(high) * 2n ** 32n + BigInt(low) + offset * perSecond, perSecond }
  }

  /** From now on times count from there. */
  begin({ units, perSecond }: { readonly units: bigint; readonly perSecond: bigint }): void {
    const own = this.#unit.perSecond
    const scaled = units * own
    const whole = scaled / perSecond
    const mine = whole - this.#unit.offset * own
    this.#high = Number(mine >> 32n)
    this.#low = Number(mine & 0xffff_ffffn)
    this.#rest = (Number(scaled - whole * perSecond) / Number(perSecond * own)) * 1000
  }

  millis(high: number, low: number): Millis {
    return ((high - this.#high) * 4_294_967_296 + (low - this.#low)) / this.#perMillisecond - this.#rest
  }
}
