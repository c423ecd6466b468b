/**
 * Frames of the world and secrets that a program writes down on their way into one file. A secret is logged a moment
 * after the frame that it opens has passed, and readers such as tshark want it before: frames wait for a while, and what
 * is known by then stands in front of them.
 */
import { newSecrets } from '../trace/keylog.ts'
import { pcapngWriter, type SectionOptions } from './pcapng.ts'

export interface LiveFrame {
  /** Must not change afterwards. */
  readonly bytes: Uint8Array
  /** Milliseconds since 1970. */
  readonly date: number
  /** On the wire, where that was more. */
  readonly originalLength: number
  readonly interface: string
  /** `LINKTYPE_…`. */
  readonly linkType: number
  readonly direction?: 'in' | 'out' | undefined
}

export interface LiveOptions extends SectionOptions {
  /** How long a frame waits for secrets, in milliseconds; 0: not at all. */
  readonly hold: number
}

export interface LiveCapture {
  /** `now`: milliseconds of any clock that does not run backwards, as for `settle`. */
  frame(frame: LiveFrame, now: number): void
  /** Lines of a key log. Each is written once, in front of every frame that waits. */
  secrets(lines: readonly string[]): void
  /** Writes the frames that have waited long enough. */
  settle(now: number): void
  /** Everything that waits, then the statistics: `dropped` frames the kernel had no room for. */
  finish(date: number, dropped: number): void
  /** Frames, and bytes of them, that were given so far. */
  readonly frames: number
  readonly bytes: number
  /** Lines of secrets that were written. */
  readonly secretLines: number
  /** In the order in which they were met. */
  readonly interfaces: readonly string[]
}

/** What waits at most: a gigabit for a quarter of a second. More, and the eldest go without their secrets. */
const HELD_BYTES = 32 * 1024 * 1024
/** What a frame costs besides its bytes. */
const FRAME_COST = 256
/** An interface that is made anew again and again is another each time; what comes from more shares the last. */
const MOST_INTERFACES = 1024

/** Writes pcapng piece by piece. */
export const liveCapture = (write: (bytes: Uint8Array) => void, options: LiveOptions): LiveCapture =>
  new Holding(write, options)

interface Held {
  readonly frame: LiveFrame
  readonly since: number
}

class Holding implements LiveCapture {
  frames = 0
  bytes = 0
  secretLines = 0
  readonly #file: ReturnType<typeof pcapngWriter>
  readonly #hold: number
  readonly #interfaces = new Map<string, number>()
  readonly #isNew = newSecrets()
  #held: Held[] = []
  /** The eldest of them: those before it are written. */
  #first = 0
  #waiting = 0

  constructor(write: (bytes: Uint8Array) => void, { hold, ...section }: LiveOptions) {
    this.#file = pcapngWriter(write, section)
    this.#hold = hold
  }

  get interfaces(): readonly string[] {
    return [...new Set([...this.#interfaces.keys()].map(key => key.slice(key.indexOf(' ') + 1)))]
  }

  frame(frame: LiveFrame, now: number): void {
    this.frames++
    this.bytes += frame.bytes.length
    // Described when it is met, not when the frame is written: who asks at the end is told of all.
    this.#interfaceOf(frame)
    this.#held.push({ frame, since: now })
    this.#waiting += frame.bytes.length + FRAME_COST
    this.settle(now)
  }

  secrets(lines: readonly string[]): void {
    const fresh = lines.filter(this.#isNew)
    if (fresh.length === 0) return
    this.secretLines += fresh.length
    this.#file.secrets(fresh.join(''))
  }

  settle(now: number): void {
    for (let eldest = this.#held[this.#first]; eldest !== undefined; eldest = this.#held[this.#first]) {
      if (now - eldest.since < this.#hold && this.#waiting <= HELD_BYTES) break
      this.#write(eldest.frame)
      this.#first++
    }
    if (this.#first * 2 < this.#held.length) return
    this.#held = this.#held.slice(this.#first)
    this.#first = 0
  }

  finish(date: number, dropped: number): void {
    this.settle(Number.POSITIVE_INFINITY)
    this.#file.finish(date, dropped)
  }

  #write(frame: LiveFrame): void {
    const { bytes, date, originalLength, direction } = frame
    this.#waiting -= bytes.length + FRAME_COST
    this.#file.packet(bytes, { interface: this.#interfaceOf(frame), date, originalLength, direction })
  }

  #interfaceOf({ interface: name, linkType }: LiveFrame): number {
    const key = `${linkType} ${name}`
    const known = this.#interfaces.get(key)
    if (known !== undefined) return known
    if (this.#interfaces.size >= MOST_INTERFACES) return this.#shared(linkType)
    return this.#added(key, name, linkType)
  }

  /** The one for all that are too many; there are as many as kinds of links. */
  #shared(linkType: number): number {
    const key = `${linkType} others`
    return this.#interfaces.get(key) ?? this.#added(key, 'others', linkType)
  }

  #added(key: string, name: string, linkType: number): number {
    const number = this.#file.addInterface({ name, linkType })
    this.#interfaces.set(key, number)
    return number
  }
}
