/**
 * The same packet captured twice: on two interfaces of a machine, on both sides of a bridge, or on its way in and out
 * ("any" on Linux). It was sent once: a sender that repeats itself gives the packet another number, or takes longer.
 */
import type { Millis } from '../../engine.ts'
import { i32, type Layers, u16 } from './layers.ts'

/** A packet passes through a machine faster than this, and nobody sends again so soon. */
const WITHIN: Millis = 10

/** Packets that are remembered of a whole capture: at 10 Gbit/s full segments of 5 ms. */
export const OF_ALL = 4096
/** And of one conversation. */
export const OF_ONE = 1024

export class Copies {
  readonly #marks: Int32Array
  readonly #times: Float64Array
  readonly #mask: number

  constructor(remembered: typeof OF_ALL | typeof OF_ONE) {
    this.#marks = new Int32Array(remembered * 4)
    this.#times = new Float64Array(remembered).fill(Number.NEGATIVE_INFINITY)
    this.#mask = remembered - 1
  }

  /** Was this TCP segment seen just before, somewhere else? */
  isCopy(layers: Layers, on: number, time: Millis): boolean {
    const { buffer, transportAt: at, version, networkAt, start } = layers
    // What a router changes (time to live, checksum of the header) is no part of it.
    const id = version === 4 ? u16(buffer, networkAt + 4) : 0
    let first = mixed(layers.transportWireEnd - at, id)
    let second = mixed(id, 0x9e3779b9 | 0)
    for (let i = 0; i < 20; i += 4) {
      first = mixed(first, i32(buffer, at + i))
      second = mixed(i32(buffer, at + i), second)
    }
    let link = on
    for (let i = start; i < networkAt; i++) link = mixed(link, buffer[i]!)
    const slot = (first >>> 3) & this.#mask
    const m = slot * 4
    const marks = this.#marks
    const same =
      marks[m] === first &&
      marks[m + 1] === second &&
      Math.abs(time - this.#times[slot]!) < WITHIN &&
      (id !== 0 || marks[m + 2] !== link)
    marks[m] = first
    marks[m + 1] = second
    marks[m + 2] = link
    this.#times[slot] = time
    return same
  }
}

const mixed = (a: number, b: number): number => {
  const x = Math.imul(a ^ b, 0x9e3779b1)
  return Math.imul(x ^ (x >>> 15), 0x85ebca77) ^ (x >>> 13)
}
