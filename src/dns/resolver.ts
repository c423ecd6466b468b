/**
 * A stub resolver (RFC 1034 5.3.1, RFC 1035 7): asks a name server that does the walking, repeats the question when
 * nobody answers, follows aliases. An answer counts only when it comes from the server and port that was asked, with the
 * same id and question (RFC 5452 9); ids and source ports are random.
 */
import type { Bytes, Engine, Millis } from '../engine.ts'
import { type Failure, fail } from '../failures/index.ts'
import type { Random } from '../random.ts'
import type { TraceSink } from '../trace/types.ts'
import { type Endpoint, type IpAddress, ipAddress, sameIp } from '../wire/address.ts'
import { type Codec, decode } from '../wire/codec.ts'
import { Queue } from '../wire/queue.ts'
import { WireError } from '../wire/reader.ts'
import {
  answerName,
  CLASS_IN,
  DnsMessage,
  questionName,
  responseCodeName,
  TYPE_A,
  TYPE_AAAA,
  TYPE_CNAME,
} from './message.ts'
import { labelsOf, normalName, sameName } from './name.ts'
import { questionAbout } from './question.ts'

export const DNS_PORT = 53
/** How long a question waits for its answer before it is asked again, per attempt: glibc's 5 s is long for a person. */
export const ATTEMPTS: readonly Millis[] = [1000, 2000, 4000, 8000]
/** Aliases followed for one name; BIND and Unbound follow 16 and 11. */
export const MAXIMUM_ALIASES = 12
/** For everything that one name leads through; glibc waits twice five seconds for each server of each alias. */
export const PATIENCE: Millis = 30_000
/**
 * Answers from the right server to the right port that fit nothing. Somebody guesses: of 65,536 ids so many may be tried,
 * then the question is asked anew, from another port and with another id.
 */
export const GUESSES = 16
/** Questions under way at once; the next ones fail. A stub has no need for more. */
export const MAXIMUM_QUESTIONS = 1024
/** RFC 1035 4.2.1. */
export const LARGEST_ANSWER = 512

export interface DnsDatagramOut {
  readonly port: number
  readonly to: Endpoint
  readonly payload: Bytes
  /** The trace message that the payload is; 0 = not traced. */
  readonly message: number
}
export interface DnsDatagramIn {
  readonly port: number
  readonly from: Endpoint
  readonly payload: Bytes
  /** The trace message in which the payload begins at byte `at`; 0 = not traced. */
  readonly message: number
  readonly at: number
}

export interface Resolved {
  readonly type: 'resolved'
  readonly query: number
  readonly addresses: readonly IpAddress[]
  /** The name asked for and the aliases that it led through. */
  readonly names: readonly string[]
  /** Seconds for which all of it may be kept. */
  readonly ttl: number
}
export type DnsEvent = Resolved | { readonly type: 'failed'; readonly query: number; readonly failure: Failure }

export interface ResolverOptions {
  readonly servers: readonly IpAddress[]
  readonly random: Random
  /** UDP ports, random ones: a new one for every question; undefined when all are taken. */
  readonly ports: { open(): number | undefined; close(port: number): void }
  readonly host: string
  readonly trace?: TraceSink | undefined
}

interface Query {
  /** Who waits for it: equal questions are asked once, or each would be one more that a forged answer could fit. */
  readonly askers: Set<number>
  readonly key: string
  readonly type: number
  readonly names: string[]
  ttl: number
  attempt: number
  id: number
  port: number
  server: IpAddress
  due: Millis
  /** When patience ends, wherever the aliases have led by then. */
  readonly until: Millis
  /** Answers to this attempt that fit nothing. */
  guesses: number
  /** The last answer that could not be read or used, told when nothing better comes. */
  damage: Failure | undefined
}

export class Resolver implements Engine<DnsDatagramIn, DnsDatagramOut, DnsEvent> {
  /** Datagrams that answered no question of ours, or not as it was asked. */
  uncalledFor = 0
  readonly #options: ResolverOptions
  readonly #byAsker = new Map<number, Query>()
  readonly #byKey = new Map<string, Query>()
  readonly #byPort = new Map<number, Query>()
  readonly #events = new Queue<DnsEvent>()
  readonly #out = new Queue<DnsDatagramOut>()
  #last = 0

  constructor(options: ResolverOptions) {
    this.#options = options
  }

  /** Looks for the addresses of a name; the answer comes as an event with the number returned. */
  resolve(name: string, kind: 'A' | 'AAAA', now: Millis): number {
    const number = ++this.#last
    const wrong = this.#wrongQuestion(name)
    if (wrong !== undefined) {
      this.#events.push({ type: 'failed', query: number, failure: wrong })
      return number
    }
    const key = `${kind} ${normalName(name)}`
    const same = this.#byKey.get(key)
    if (same !== undefined) {
      same.askers.add(number)
      this.#byAsker.set(number, same)
      return number
    }
    const query: Query = {
      askers: new Set([number]),
      key,
      type: kind === 'A' ? TYPE_A : TYPE_AAAA,
      names: [normalName(name)],
      ttl: Number.POSITIVE_INFINITY,
      attempt: 0,
      id: 0,
      port: 0,
      server: this.#options.servers[0]!,
      due: now,
      until: now + PATIENCE,
      guesses: 0,
      damage: undefined,
    }
    this.#byKey.set(key, query)
    this.#byAsker.set(number, query)
    this.#ask(query, now)
    return number
  }

  /** Forgets a question; no event comes any more. */
  cancel(number: number, _now: Millis): void {
    const query = this.#byAsker.get(number)
    if (query === undefined) return
    this.#byAsker.delete(number)
    query.askers.delete(number)
    if (query.askers.size === 0) this.#end(query)
  }

  receive(datagram: DnsDatagramIn, now: Millis): void {
    const query = this.#byPort.get(datagram.port)
    if (query === undefined || datagram.from.port !== DNS_PORT || !sameIp(query.server, datagram.from.address)) {
      this.uncalledFor++
      return
    }
    try {
      const message = decode(DnsMessage, datagram.payload)
      const asked = message.body.questions[0]
      const ours =
        message.head.id === query.id &&
        message.head.flags.response === 1 &&
        message.body.questions.length === 1 &&
        asked!.type === query.type &&
        asked!.class === CLASS_IN &&
        sameName(asked!.name, query.names.at(-1)!)
      this.#traceIn(datagram, message, query, now)
      if (ours) this.#take(query, message, now)
      else this.#guessed(query, now)
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      // It may be forged: the question stays open, and the damage is told when no better answer comes.
      query.damage = fail('dns/malformed', { where: query.names[0]!, got: `${error.path} ${error.message}`.trim() })
      this.#guessed(query, now)
    }
  }

  /** The question sent from `port` cannot have arrived: the next server is asked at once, and the last one's failure told. */
  refused(port: number, to: Endpoint, failure: Failure, now: Millis): void {
    const query = this.#byPort.get(port)
    // Whoever guesses the port must know whom we asked, and a late word about an earlier server is none about this one.
    if (query === undefined || to.port !== DNS_PORT || !sameIp(query.server, to.address)) return
    query.damage = failure
    if (query.attempt < this.#options.servers.length) this.#ask(query, now)
    else this.#fail(query, failure)
  }

  advance(now: Millis): void {
    for (const query of this.#byKey.values()) {
      if (query.due > now) continue
      if (query.until <= now)
        this.#fail(query, query.damage ?? fail('dns/timeout', { where: query.names[0]!, number: PATIENCE }))
      else if (query.attempt < ATTEMPTS.length) this.#ask(query, now)
      else this.#fail(query, query.damage ?? fail('dns/silence', { where: query.names[0]!, number: ATTEMPTS.length }))
    }
  }

  pollTransmit(_now: Millis): DnsDatagramOut | undefined {
    return this.#out.shift()
  }

  pollEvent(): DnsEvent | undefined {
    return this.#events.shift()
  }

  nextDeadline(): Millis | undefined {
    let next: Millis | undefined
    for (const query of this.#byKey.values()) if (next === undefined || query.due < next) next = query.due
    return next
  }

  #wrongQuestion(name: string): Failure | undefined {
    const labels = labelsOf(name)
    if (labels === undefined || labels.length === 0) return fail('dns/not-a-name', { where: name })
    if (this.#options.servers.length === 0) return fail('dns/no-server', { where: name })
    if (this.#byAsker.size >= MAXIMUM_QUESTIONS)
      return fail('dns/server-failure', { where: name, got: `${MAXIMUM_QUESTIONS} questions under way` })
    return undefined
  }

  /** An answer that fits nothing. One may be late; many are guesses. */
  #guessed(query: Query, now: Millis): void {
    this.uncalledFor++
    query.guesses++
    if (query.guesses < GUESSES) return
    query.damage = fail('dns/forged', { where: query.names[0]!, number: GUESSES })
    if (query.attempt < ATTEMPTS.length) this.#ask(query, now)
    else this.#fail(query, query.damage)
  }

  /** One more attempt, at the next server, with a new id and a new port. */
  #ask(query: Query, now: Millis): void {
    const { random, servers } = this.#options
    this.#closePort(query)
    query.guesses = 0
    query.server = servers[query.attempt % servers.length]!
    query.due = Math.min(now + ATTEMPTS[query.attempt]!, query.until)
    query.attempt++
    if (!this.#openPort(query)) {
      this.#fail(query, fail('dns/no-port', { where: query.names[0]! }))
      return
    }
    const [high = 0, low = 0] = random.bytes(2)
    query.id = (high << 8) | low
    const payload = questionAbout(query.names.at(-1)!, query.type, query.id)
    const message = this.#traceOut(query, payload, now)
    this.#out.push({ port: query.port, to: { address: query.server, port: DNS_PORT }, payload, message })
  }

  #take(query: Query, message: DnsMessage, now: Millis): void {
    const { responseCode, truncation } = message.head.flags
    const where = query.names[0]!
    if (responseCode === 3) {
      this.#fail(query, fail('dns/no-address', { where }))
      return
    }
    if (responseCode !== 0) {
      query.damage = fail('dns/server-failure', { where, got: responseCodeName(responseCode) })
      // Another server may know; a single one has spoken.
      if (query.attempt >= ATTEMPTS.length || this.#options.servers.length === 1) {
        this.#fail(query, query.damage)
        return
      }
      this.#ask(query, now)
      return
    }
    if (truncation === 1) {
      this.#fail(query, fail('dns/truncated', { where, number: LARGEST_ANSWER }))
      return
    }
    this.#follow(query, message, now)
  }

  /** RFC 1034 5.3.3 step 4c: goes along the aliases in the answer, and asks again where they leave it. */
  #follow(query: Query, message: DnsMessage, now: Millis): void {
    const begun = query.names.length
    for (;;) {
      const name = query.names.at(-1)!
      const here = message.body.answers.filter(({ head }) => head.class === CLASS_IN && sameName(head.name, name))
      const found = here.filter(({ head }) => head.type === query.type)
      if (found.length > 0) {
        const ttl = Math.min(query.ttl, ...found.map(({ head }) => head.ttl))
        const addresses = found.map(({ body }) => ipAddress(body as Uint8Array))
        this.#end(query)
        for (const asker of query.askers)
          this.#events.push({ type: 'resolved', query: asker, addresses, names: query.names, ttl })
        return
      }
      const alias = here.find(({ head }) => head.type === TYPE_CNAME)
      if (alias === undefined) break
      if (query.names.length > MAXIMUM_ALIASES) {
        this.#fail(query, fail('dns/alias-loop', { where: query.names[0]!, number: MAXIMUM_ALIASES }))
        return
      }
      query.names.push(normalName(alias.body as string))
      query.ttl = Math.min(query.ttl, alias.head.ttl)
    }
    if (query.names.length === begun) {
      this.#fail(query, fail('dns/no-address', { where: query.names[0]! }))
      return
    }
    query.attempt = 0
    this.#ask(query, now)
  }

  #fail(query: Query, failure: Failure): void {
    this.#end(query)
    for (const asker of query.askers) this.#events.push({ type: 'failed', query: asker, failure })
  }

  #end(query: Query): void {
    for (const asker of query.askers) this.#byAsker.delete(asker)
    this.#byKey.delete(query.key)
    this.#closePort(query)
  }

  #openPort(query: Query): boolean {
    const port = this.#options.ports.open()
    if (port === undefined) return false
    query.port = port
    this.#byPort.set(port, query)
    return true
  }

  #closePort(query: Query): void {
    if (query.port === 0) return
    this.#byPort.delete(query.port)
    this.#options.ports.close(query.port)
    query.port = 0
  }

  #traceOut(query: Query, bytes: Bytes, now: Millis): number {
    const { host, trace } = this.#options
    if (trace === undefined) return 0
    const id = trace.nextId()
    trace.message({
      id,
      layer: 'dns',
      flow: query.names[0]!,
      host,
      direction: 'out',
      at: now,
      name: questionName(query.type, query.names.at(-1)!),
      format: DnsMessage as Codec<unknown>,
      bytes,
      ...(query.attempt > 1 ? { about: `attempt ${query.attempt}` } : {}),
    })
    return id
  }

  #traceIn(datagram: DnsDatagramIn, message: DnsMessage, query: Query, now: Millis): void {
    const { host, trace } = this.#options
    if (trace === undefined) return
    const { message: carrier, at, payload } = datagram
    trace.message({
      id: trace.nextId(),
      layer: 'dns',
      flow: query.names[0]!,
      host,
      direction: 'in',
      at: now,
      name: answerName(message),
      format: DnsMessage as Codec<unknown>,
      bytes: payload,
      ...(carrier === 0 ? {} : { carriedBy: [{ message: carrier, start: at, end: at + payload.length }] }),
    })
  }
}
