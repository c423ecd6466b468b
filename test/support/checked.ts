/**
 * Wraps an engine and throws when its driver or the engine itself breaks a rule of `src/engine.ts`: the first four at
 * every call, commands and the handles that an engine gives out included. Rule 5 is about several runs: `sameTorn`.
 */
import type { Engine, Millis } from '../../src/engine.ts'
import { tearings } from './bytes.ts'

export interface CheckOptions {
  /** `owned`: bytes given to `receive` are the engine's to keep, so they are not scribbled over. */
  readonly input?: 'borrowed' | 'owned' | undefined
}

/** Everything that users of the engines ask of them; the last argument is the time. */
const COMMANDS = new Set(
  `write close answer send nextCycle read readInto finish reset connect unlisten unreachable ping refuse undelivered
   resolve refused cancel cancelResolve sendDatagram`.split(/\s+/),
)
/** What was handed out last, and how many of those are remembered. */
const REMEMBERED = 16
const SCRIBBLE = 0x5a

export const checked = <In, Out, Ev, E extends Engine<In, Out, Ev>>(engine: E, options: CheckOptions = {}): E =>
  new Check(options).wrap(engine)

class Check {
  readonly #options: CheckOptions
  #latest: Millis = Number.NEGATIVE_INFINITY
  #owed = false
  #quiet = false
  #given: { readonly bytes: Uint8Array; readonly copy: Uint8Array }[] = []
  /** What failed: the engine itself, or one of its connections. */
  readonly #failed = new Map<unknown, unknown>()
  readonly #handles = new WeakMap<object, object>()

  constructor(options: CheckOptions) {
    this.#options = options
  }

  wrap<T extends object>(target: T): T {
    const known = this.#handles.get(target)
    if (known !== undefined) return known as T
    const proxy = new Proxy(target, {
      get: (_, key) => {
        const member = Reflect.get(target, key) as unknown
        return typeof member === 'function' ? this.#checkedCall(target, key, member.bind(target) as Call) : member
      },
      set: (_, key, value) => Reflect.set(target, key, value),
    })
    this.#handles.set(target, proxy)
    return proxy
  }

  #checkedCall(target: object, key: string | symbol, call: Call): Call {
    switch (key) {
      case 'receive':
      case 'receiveBatch':
      case 'advance':
        return (...args) => {
          if (this.#owed) throw new Error('rule 1: touched again before pollEvent and pollTransmit both said undefined')
          this.#touched(args.at(-1))
          return this.#lending(call, args, key === 'receive' && this.#options.input === 'owned' ? 'keeps' : 'returns')
        }
      case 'pollEvent':
        return () => {
          const event = call()
          this.#quiet = event === undefined
          if (event !== undefined) this.#told(event)
          return this.#handedOut(event)
        }
      case 'pollTransmit':
        return now => {
          this.#time(now)
          const output = call(now)
          if (output === undefined && this.#quiet) this.#settled(target)
          return this.#handedOut(output)
        }
      default:
        if (!COMMANDS.has(key as string)) return call
        return (...args) => {
          this.#touched(args.at(-1))
          return this.#handedOut(this.#lending(call, args, 'returns'))
        }
    }
  }

  #time(now: unknown): void {
    if (typeof now !== 'number') throw new Error(`rule 2: a call without the time: ${String(now)}`)
    if (now < this.#latest) throw new Error(`rule 2: time went back from ${this.#latest} to ${now}`)
    this.#latest = now
  }

  #touched(now: unknown): void {
    this.#time(now)
    this.#owed = true
    this.#quiet = false
  }

  /** Rule 3, inwards: what was lent is written over as soon as the call returns. */
  #lending(call: Call, args: unknown[], bytes: 'returns' | 'keeps'): unknown {
    if (bytes === 'keeps') return call(...args)
    const lent: Uint8Array[] = []
    const copyOf = (bytes: Uint8Array): Uint8Array => {
      const copy = bytes.slice()
      lent.push(copy)
      return copy
    }
    const copies = args.map(arg => {
      if (arg instanceof Uint8Array) return copyOf(arg)
      if (!isPlain(arg) || !('from' in arg) || !(arg.payload instanceof Uint8Array)) return arg
      return { ...arg, payload: copyOf(arg.payload) }
    })
    // `readInto` is the one that writes into what it is lent.
    const filled = args.find(arg => arg instanceof Uint8Array)
    try {
      return call(...copies)
    } finally {
      if (call.name.endsWith('readInto') && filled !== undefined) filled.set(lent[0]!)
      for (const copy of lent) copy.fill(SCRIBBLE)
    }
  }

  /** Rule 3, outwards: remembered, and compared when it is some calls old. */
  #handedOut<T>(value: T): T {
    const walk = (part: unknown, depth: number): unknown => {
      if (part instanceof Uint8Array) {
        this.#given.push({ bytes: part, copy: part.slice() })
        if (this.#given.length > REMEMBERED) unchanged(this.#given.shift()!)
      } else if (Array.isArray(part)) for (const each of part) walk(each, depth + 1)
      else if (isPlain(part) && depth < 4) for (const each of Object.values(part)) walk(each, depth + 1)
      return part
    }
    walk(value, 0)
    return this.#wrapped(value)
  }

  /** Connections are handles with commands of their own. */
  #wrapped<T>(value: T): T {
    if (isConnection(value)) return this.wrap(value)
    if (!isPlain(value) || !isConnection(value.connection)) return value
    return { ...value, connection: this.wrap(value.connection) }
  }

  /** Rule 4: after a failure there is no other word, of a connection only that it is closed. */
  #told(event: unknown): void {
    if (!isPlain(event)) return
    const about = event.type === 'connection' ? event.connection : this
    const what = event.type === 'connection' ? event.event : event
    if (!isPlain(what) || 'port' in event) return
    if (this.#failed.has(about) && !(about !== this && what.type === 'closed'))
      throw new Error(`rule 4: ${String(what.type)} after a failure`)
    if (what.type === 'failure') this.#failed.set(about, what.failure)
  }

  #settled(target: object): void {
    this.#owed = false
    for (const given of this.#given) unchanged(given)
    if (!this.#failed.has(this) || !('receive' in target)) return
    // A failed stream is deaf: nothing comes of more bytes, or of their end.
    const engine = target as Engine<unknown, unknown, unknown>
    const transmitted = engine.pollTransmit(this.#latest)
    for (const input of [Uint8Array.of(0), 'end']) engine.receive(input, this.#latest)
    const said = engine.pollEvent() ?? engine.pollTransmit(this.#latest) ?? transmitted
    if (said !== undefined) throw new Error(`rule 4: something was said after a failure: ${JSON.stringify(said)}`)
  }
}

type Call = (...args: unknown[]) => unknown

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

const isConnection = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && 'readInto' in value

const unchanged = ({ bytes, copy }: { readonly bytes: Uint8Array; readonly copy: Uint8Array }): void => {
  if (Buffer.compare(bytes, copy) !== 0) throw new Error('rule 3: bytes that were handed out have changed')
}

/** Rule 5: what `run` tells of a stream, if it tells the same of it whole, byte by byte and torn; else it throws. */
export const sameTorn = <T>(bytes: Uint8Array, random: () => number, run: (chunks: readonly Uint8Array[]) => T): T => {
  const [whole, ...others] = tearings(bytes, random).map(({ how, chunks }) => ({ how, told: run(chunks) }))
  for (const { how, told } of others)
    if (JSON.stringify(told) !== JSON.stringify(whole!.told))
      throw new Error(`rule 5: ${how} it is ${JSON.stringify(told)}, whole ${JSON.stringify(whole!.told)}`)
  return whole!.told
}
