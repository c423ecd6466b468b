/** One TLS connection that is played step by step, with all that it says written down; a tape of steps plays it again. */
import { FailureError, fail } from '../../../src/failures/index.ts'
import type { Session } from '../../../src/tls/session/session.ts'
import type { Ask, Established, Question, TlsConnection, TlsEvent } from '../../../src/tls/types.ts'
import { concat, toHex } from '../../support/bytes.ts'
import type { Answers } from '../../support/tls.ts'

export type Step =
  | { readonly do: 'receive'; readonly bytes: Uint8Array }
  | { readonly do: 'end' }
  | { readonly do: 'write'; readonly bytes: Uint8Array }
  | { readonly do: 'close' | 'update keys' | 'ask who it is' }
  /** Answers a question that was left open. */
  | { readonly do: 'reply'; readonly how: 'rightly' | 'with a failure' }
  | { readonly do: 'wait'; readonly milliseconds: number }

/** How the questions are answered, in their order; those beyond the list rightly. */
export type Manner = (typeof MANNERS)[number]
export const MANNERS = ['rightly', 'later', 'with a failure', 'wrongly first', 'with wrong bytes'] as const

const TAKES_BYTES: ReadonlySet<Question['about']> = new Set(['sign', 'ticket'])

export interface Told {
  /** Events, the state and whether it is closed, in words. */
  readonly words: string
  readonly sent: Uint8Array
  readonly data: Uint8Array
}

export class Player {
  readonly tls: TlsConnection
  readonly events: string[] = []
  /** Every state with what happened in it, in words of which there are not too many. */
  readonly places = new Set<string>()
  readonly data: Uint8Array[] = []
  /** What came before anybody was known to be there. */
  readonly early: Uint8Array[] = []
  readonly sent: Uint8Array[] = []
  established: Established | undefined
  failed: string | undefined
  /** The last that was given for later. */
  session: Session | undefined
  readonly stored: ReadonlyMap<string, Uint8Array>
  peerClosed = false
  #closing = false
  readonly #answers: Answers
  readonly #manners: readonly Manner[]
  #state = ''
  #asked = 0
  #open: Ask | undefined
  #now = 0
  /** `stored`: what a server put away for later; the answers write into it. */
  constructor(
    tls: TlsConnection,
    answers: Answers,
    stored: ReadonlyMap<string, Uint8Array>,
    manners: readonly Manner[] = [],
  ) {
    this.tls = tls
    this.stored = stored
    this.#answers = answers
    this.#manners = manners
  }
  /** Does one step and everything that follows from it; the bytes that are to be sent. */
  do(step: Step): Uint8Array {
    switch (step.do) {
      case 'receive':
        this.tls.receive(step.bytes, this.#now)
        break
      case 'end':
        this.tls.receive('end', this.#now)
        break
      case 'write':
        this.tls.write(step.bytes, this.#now)
        break
      case 'close':
        this.#closing = true
        this.tls.close(this.#now)
        break
      case 'update keys':
        this.tls.updateKeys(this.#now)
        break
      case 'ask who it is':
        this.#request()
        break
      case 'wait':
        this.#now += step.milliseconds
        this.tls.advance(this.#now)
        break
      case 'reply':
        this.#replyLate(step.how)
        break
      default: {
        const never: never = step
        return never
      }
    }
    return this.drain()
  }
  /** What is to be sent now; a client begins with this. */
  drain(): Uint8Array {
    const out: Uint8Array[] = []
    for (;;) {
      const event = this.tls.pollEvent()
      if (event !== undefined) {
        this.#told(event)
        continue
      }
      const pieces = this.tls.pollTransmit(this.#now)
      if (pieces === undefined) break
      out.push(...pieces)
    }
    if (this.failed !== undefined) this.places.add(`failed in ${this.#state}`)
    this.#state = this.tls.state
    this.places.add(this.#state)
    const bytes = concat(...out)
    if (bytes.length > 0) this.sent.push(bytes)
    if (this.failed !== undefined && !this.tls.closed) throw new Error('failed, everything is sent, and not closed')
    return bytes
  }
  get mayWrite(): boolean {
    return this.established !== undefined && this.failed === undefined && !this.#closing
  }
  /** Lets go of everything that was said: what then is held, the connection holds. */
  forget(): void {
    for (const list of [this.events, this.data, this.early, this.sent]) list.length = 0
  }
  get leftOpen(): boolean {
    return this.#open !== undefined && this.failed === undefined
  }
  get told(): Told {
    const words = [...this.events, `${this.tls.state}${this.tls.closed ? ', closed' : ''}`].join('\n')
    return { words, sent: concat(...this.sent), data: concat(...this.early, ...this.data) }
  }

  #told(event: TlsEvent): void {
    const failed = event.type === 'failure' ? `${event.failure.code} ${event.failure.where ?? ''}` : ''
    this.places.add(`${this.established === undefined ? 'before' : 'after'} ${event.type} ${failed}`)
    switch (event.type) {
      case 'ask':
        this.events.push(`asks about ${event.question.about}`)
        this.#answer(event, this.#manners[this.#asked++] ?? 'rightly')
        break
      case 'established':
        if (this.established !== undefined) throw new Error('established a second time')
        this.established = event
        this.events.push(`established ${JSON.stringify({ ...event, peerChain: event.peerChain.map(toHex) })}`)
        break
      case 'data':
        if (event.early === true) {
          this.early.push(event.bytes)
          this.events.push(`early data ${event.bytes.length}`)
          break
        }
        if (this.established === undefined) throw new Error('data before it is established')
        if (this.peerClosed) throw new Error('data after the end')
        this.data.push(event.bytes)
        this.events.push(`data ${event.bytes.length}`)
        break
      case 'failure': {
        const { code, where, expected, got, number, alert } = event.failure
        this.failed = code
        this.events.push(`failure ${JSON.stringify({ code, where, expected, got, number, alert })}`)
        break
      }
      default:
        if (event.type === 'peer-closed') this.peerClosed = true
        else if (event.type === 'session') this.session = event.session
        this.events.push(event.type)
    }
  }
  #answer(ask: Ask, manner: Manner): void {
    const right = () => this.tls.answer(ask.id, this.#answers(ask.question)!, this.#now)
    switch (manner) {
      case 'rightly':
        right()
        break
      case 'later':
        this.#open = ask
        break
      case 'with a failure':
        this.tls.answer(ask.id, fail('tls/certificate-expired'), this.#now)
        break
      case 'wrongly first':
        try {
          this.tls.answer(ask.id, 7 as unknown as Question['reply'], this.#now)
          throw new Error('7 is an answer')
        } catch (error) {
          if (!(error instanceof FailureError)) throw error
        }
        right()
        break
      case 'with wrong bytes':
        if (TAKES_BYTES.has(ask.question.about)) this.tls.answer(ask.id, new Uint8Array(32), this.#now)
        else right()
        break
    }
  }
  #request(): void {
    try {
      this.tls.requestCertificate(this.#now)
    } catch (error) {
      if (!(error instanceof FailureError)) throw error
      this.events.push(error.code)
    }
  }
  #replyLate(how: 'rightly' | 'with a failure'): void {
    const open = this.#open
    if (open === undefined || this.failed !== undefined || this.tls.state === 'Closed') return
    this.#open = undefined
    this.#answer(open, how)
  }
}

/** What a socket gives at once: while a question is open only so much may wait, in whatever pieces. */
const MOST_AT_ONCE = 65_536

export const TEARINGS = ['whole', 'torn', 'byte by byte'] as const

/** The same steps with what was received in other pieces; `whole` is what came between two steps of another kind. */
export const torn = (tape: readonly Step[], how: (typeof TEARINGS)[number], random: () => number): Step[] => {
  const runs: (Step | Uint8Array[])[] = []
  for (const step of tape) {
    const last = runs.at(-1)
    if (step.do !== 'receive') runs.push(step)
    else if (Array.isArray(last)) last.push(step.bytes)
    else runs.push([step.bytes])
  }
  const size = (): number => (how === 'whole' ? MOST_AT_ONCE : how === 'torn' ? 1 + Math.floor(random() * 80) : 1)
  return runs.flatMap(run => (Array.isArray(run) ? pieces(concat(...run), size) : [run]))
}

const pieces = (bytes: Uint8Array, size: () => number): Step[] => {
  const steps: Step[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + size())
    steps.push({ do: 'receive', bytes: bytes.subarray(at, end) })
    at = end
  }
  return steps
}
