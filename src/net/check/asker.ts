/**
 * Asks one question a connection, of one address, a few at a time. A server that says nothing is asked again, and then for
 * what it has answered before: only who is there can say no by leaving. Time, connections and what is held are bounded.
 */
import type { Bytes, Millis } from '../../engine.ts'
import { FailureError } from '../../failures/index.ts'
import type { TraceSink } from '../../trace/types.ts'
import { endpointText } from '../../wire/address.ts'
import { dial } from '../stream/dial.ts'
import type { StartTlsName } from '../stream/starttls/protocols.table.ts'
import { startTls } from '../stream/starttls/starttls.ts'
import type { ByteStream, World } from '../stream/types.ts'
import { FirstFlight, type Reply, type Until } from './first-flight.ts'
import { type HelloSpec, helloBytes } from './hello.ts'
import { type Because, type Unasked, unasked } from './types.ts'

export interface AskerOptions {
  readonly world: World
  readonly host: string
  readonly port: number
  /** What is spoken in clear before TLS. */
  readonly starttls?: StartTlsName | undefined
  readonly address: string
  /** Connections at once. */
  readonly lanes: number
  /** Connections in all. */
  readonly most: number
  /** For each answer, in milliseconds. */
  readonly timeout: Millis
  /** When to stop, on the clock of the world. */
  readonly until: Millis
  readonly signal?: AbortSignal | undefined
  readonly trace?: TraceSink | undefined
  /** After each connection. */
  readonly progress?: ((connections: number) => void) | undefined
  /** `known`: it was found to leave at random. */
  readonly unsteady?: 'known' | undefined
  /** Connections that were made before. */
  readonly before: number
}

/** No word, and how it ended. */
export interface Wordless {
  readonly kind: 'wordless'
  readonly by: 'closed' | 'reset' | 'silent'
}

export type Answered = Reply | Wordless

/** Leaves at some of the same questions: begin again, one by one. */
export class UnsteadyServer extends Error {
  readonly connections: number
  constructor(connections: number) {
    super('it leaves at some of the same questions')
    this.connections = connections
  }
}

/** How often a question is repeated when nobody answers. */
const REPEATS = { closed: 2, reset: 2, silent: 1 } as const
/** After so many questions in a row to which not even a known one was answered, nobody is there any more. */
const MOST_LOST = 3
/** After so many connections in a row without a word it is asked at once whether somebody is there: many questions are under way. */
const MANY_MUTE = 12

interface Question {
  readonly bytes: Bytes
  readonly until: Until
}

export class Asker {
  readonly options: AskerOptions
  connections: number
  #busy = 0
  #lost = 0
  /** Connections in a row without a word. */
  #mute = 0
  #presence: Promise<boolean> | undefined
  readonly #waiting: (() => void)[] = []
  #control: (() => Question) | undefined
  constructor(options: AskerOptions) {
    this.options = options
    this.connections = options.before
  }

  /** How long the next answer may take: nothing goes on behind the end of all. */
  get patience(): Millis {
    const { timeout, until, world } = this.options
    return Math.max(0, Math.min(timeout, until - world.clock.now()))
  }

  /** A question that was answered: whether the server is there is found out with it. */
  set control(spec: HelloSpec) {
    this.#control = () => ({ bytes: helloBytes(spec, this.options.world.random), until: 'hello' })
  }

  /** Rejects with the reason of the signal, and with `UnsteadyServer` the first time that it shows. */
  hello(spec: HelloSpec, until: Until = 'hello'): Promise<Answered | Unasked> {
    return this.bytes(() => helloBytes(spec, this.options.world.random), until)
  }

  async bytes(make: () => Bytes, until: Until): Promise<Answered | Unasked> {
    const { unsteady } = this.options
    let reply = await this.#once({ bytes: make(), until })
    let hasLeft = false
    for (let again = 0; !isUnaskedReply(reply) && reply.kind === 'wordless'; again++) {
      if (this.#mute >= MANY_MUTE && !(await this.#isThere())) return lostBy(reply)
      if (again >= REPEATS[reply.by]) return await this.#whetherThere(reply)
      // Whoever is only slow may be busy with another question.
      hasLeft ||= reply.by !== 'silent'
      reply = await this.#once({ bytes: make(), until })
    }
    if (hasLeft && unsteady === undefined && !isUnaskedReply(reply)) throw new UnsteadyServer(this.connections)
    if (!isUnaskedReply(reply)) this.#lost = 0
    return reply
  }

  /** A connection for whoever goes on with it, in its turn; it is cut behind `work`. `behind`: as in `StartTlsOptions`. */
  connection<T>(work: (stream: ByteStream) => Promise<T>, behind?: 'harmless'): Promise<T | Unasked> {
    return this.turn(async () => {
      const stream = await this.#dial(behind)
      try {
        return await work(stream)
      } finally {
        stream.reset()
      }
    })
  }

  /** The same for whoever opens the connection himself, and no more than one. What fails there says why nobody knows. */
  async turn<T>(work: () => Promise<T>): Promise<T | Unasked> {
    const refused = await this.#enter()
    if (refused !== undefined) return unasked(refused)
    try {
      return await work()
    } catch (error) {
      this.options.signal?.throwIfAborted()
      if (!(error instanceof FailureError)) throw error
      const { code } = error.failure
      if (!TIMES.has(code)) return unasked('cut', code)
      return unasked(this.patience === 0 ? 'late' : 'silent', code)
    } finally {
      this.#leave()
    }
  }

  async #whetherThere(reply: Wordless): Promise<Answered | Unasked> {
    if (!(await this.#isThere())) return lostBy(reply)
    return this.options.unsteady === undefined ? reply : unasked('unsteady')
  }

  /** Whether what was answered before is answered now. Who wants to know it at the same time hears the same. */
  #isThere(): Promise<boolean> {
    this.#presence ??= this.#askedAgain().finally(() => {
      this.#presence = undefined
    })
    return this.#presence
  }

  async #askedAgain(): Promise<boolean> {
    // In the beginning nothing is known, and the first question decides.
    if (this.#control === undefined) return true
    const said = await this.#once(this.#control())
    const isThere = !isUnaskedReply(said) && said.kind !== 'wordless'
    this.#lost = isThere ? 0 : this.#lost + 1
    return isThere
  }

  async #once(question: Question): Promise<Answered | Unasked> {
    const refused = await this.#enter()
    if (refused !== undefined) return unasked(refused)
    try {
      const reply = await answerTo(await this.#dial(), question, this)
      if (this.#isLate(reply)) return unasked('late')
      this.#mute = reply.kind === 'wordless' ? this.#mute + 1 : 0
      return reply
    } catch (error) {
      this.options.signal?.throwIfAborted()
      if (!(error instanceof FailureError)) throw error
      const reply = { kind: 'wordless', by: TIMES.has(error.code) ? 'silent' : 'reset' } as const
      if (this.#isLate(reply)) return unasked('late')
      this.#mute++
      return reply
    } finally {
      this.#leave()
    }
  }

  /** It was cut short by us. */
  #isLate(reply: Answered): boolean {
    return reply.kind === 'wordless' && reply.by === 'silent' && this.patience === 0
  }

  async #dial(behind?: 'harmless'): Promise<ByteStream> {
    const { world, host, port, starttls, address, signal, trace } = this.options
    const { clock } = world
    const asked = clock.now()
    const timeouts = { name: this.patience, connect: this.patience }
    const stream = await dial({ host, port, address, timeouts, signal, trace }, world.transport, clock)
    if (starttls === undefined) return stream
    const where = endpointText(host, port)
    const { patience } = this
    return startTls(stream, { protocol: starttls, host, clock, asked, patience, where, signal, behind })
  }

  /** Waits for a turn; says why there will be none. */
  async #enter(): Promise<Because | undefined> {
    const { lanes, signal } = this.options
    while (this.#busy >= lanes) await new Promise<void>(resolve => this.#waiting.push(resolve))
    const because = this.#over()
    // Nobody will leave for those behind.
    if (signal?.aborted || because !== undefined) this.#waiting.shift()?.()
    signal?.throwIfAborted()
    if (because !== undefined) return because
    this.#busy++
    this.connections++
    this.options.progress?.(this.connections)
    return undefined
  }

  #over(): Because | undefined {
    const { most, until, world } = this.options
    if (this.#lost >= MOST_LOST) return 'stopped'
    if (this.connections >= most) return 'bound'
    return world.clock.now() >= until ? 'late' : undefined
  }

  #leave(): void {
    this.#busy--
    this.#waiting.shift()?.()
  }
}

/** Nobody was there to say no. */
const lostBy = ({ by }: Wordless): Unasked => unasked(by === 'silent' ? 'silent' : 'cut')

const isUnaskedReply = (reply: Answered | Unasked): reply is Unasked => 'unasked' in reply

const TIMES: ReadonlySet<string> = new Set(['tcp/silence', 'dns/timeout', 'net/handshake-timeout'])

/** Sends the question and reads until it is answered; the connection is cut then. Rejects with the reason of the signal. */
const answerTo = (
  stream: ByteStream,
  { bytes, until }: Question,
  { options: { world, signal }, patience }: Pick<Asker, 'options' | 'patience'>,
): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const { clock } = world
    const flight = new FirstFlight(until)
    let over = false
    const done = (settle: () => void): void => {
      if (over) return
      over = true
      disarm()
      signal?.removeEventListener('abort', abort)
      stream.reset()
      settle()
    }
    const wordless = (by: Wordless['by']): void => done(() => resolve(flight.ended() ?? { kind: 'wordless', by }))
    const abort = (): void => done(() => reject(signal!.reason))
    const disarm = clock.later(clock.now() + patience, () => wordless('silent'))
    signal?.addEventListener('abort', abort, { once: true })
    stream.handler = {
      data(piece) {
        if (over) return
        const reply = flight.push(piece)
        if (reply !== undefined) done(() => resolve(reply))
      },
      end: () => wordless('closed'),
      drain() {},
      closed: failure => wordless(failure === undefined ? 'closed' : 'reset'),
    }
    stream.write([bytes])
    if (signal?.aborted) abort()
  })
