/**
 * An ACME server (RFC 8555) without I/O: requests go in whole, answers and questions come out. It looks at no challenge,
 * signs and revokes nothing itself: it asks, and goes on when it is answered. Read `authenticate.ts` next, then `orders.ts`.
 */
import type { Engine, Millis } from '../../engine.ts'
import { Queue } from '../../wire/queue.ts'
import { type Json, jsonOf } from '../json.ts'
import { type Problem, problemDocument, Refusal, refusal, statusOf } from '../problem.ts'
import { account, accountOrders, keyChange, newAccount } from './accounts.ts'
import { authenticated } from './authenticate.ts'
import { authorization, challenge, validated } from './authorizations.ts'
import { certificate, revocation } from './certificates.ts'
import { type Answer, Desk } from './desk.ts'
import { finalize, issued, newOrder, orderShown, ownOrder } from './orders.ts'
import type { AcmeAnswer, AcmeAsk, AcmeQuestion, AcmeReply, AcmeRequest, AcmeServerOptions } from './types.ts'

/** Somebody was asked. */
interface Asked {
  readonly id: number
  readonly about: AcmeQuestion['about']
  /** When nobody waits any more. */
  readonly until: Millis
  /** What follows; `undefined`: there was no answer in time. */
  readonly answered: (answer: AcmeAnswer | undefined, now: Millis) => Answer | undefined
  /** The request that waits for it. */
  readonly request: number | undefined
  /** Until when it waits, and what it is told then. */
  held: { readonly until: Millis; readonly meanwhile: () => Answer } | undefined
}

/** What a path leads to; undefined where there is nothing. */
type Route = (request: AcmeRequest, now: Millis) => Answer | 'later'

export class AcmeServer implements Engine<AcmeRequest, AcmeReply, AcmeAsk> {
  readonly #desk: Desk
  readonly #out = new Queue<AcmeReply>()
  readonly #asks = new Queue<AcmeAsk>()
  readonly #asked = new Map<number, Asked>()
  #validations = 0
  /** Certificates that somebody is asked to revoke. */
  readonly #revoking = new Set<string>()
  #last = 0

  /** Throws RangeError for a base that is no URL, or one with a slash at its end. */
  constructor(options: AcmeServerOptions) {
    if (!URL.canParse(options.base) || options.base.endsWith('/'))
      throw new RangeError(`“${options.base}” is no base: a URL without a slash at its end`)
    this.#desk = new Desk(options)
  }

  receive(request: AcmeRequest, now: Millis): void {
    const answer = this.#guarded(() => this.#routed(request, now))
    if (answer !== 'later') this.#reply(request.id, request.method, answer)
  }

  /** To a question; one that is not open (its time was up) is for nothing. */
  answer(id: number, answer: AcmeAnswer, now: Millis): void {
    const asked = this.#asked.get(id)
    if (asked !== undefined) this.#ended(asked, answer, now)
  }

  advance(now: Millis): void {
    for (const asked of [...this.#asked.values()]) {
      if (asked.until <= now) this.#ended(asked, undefined, now)
      else if (asked.held !== undefined && asked.held.until <= now) {
        const { meanwhile } = asked.held
        asked.held = undefined
        this.#reply(asked.request!, 'POST', meanwhile())
      }
    }
  }

  pollTransmit(_now: Millis): AcmeReply | undefined {
    return this.#out.shift()
  }
  pollEvent(): AcmeAsk | undefined {
    return this.#asks.shift()
  }
  nextDeadline(): Millis | undefined {
    let next: Millis | undefined
    for (const { until, held } of this.#asked.values()) {
      const due = Math.min(until, held?.until ?? until)
      if (next === undefined || due < next) next = due
    }
    return next
  }

  #guarded(work: () => Answer | 'later'): Answer | 'later' {
    try {
      return work()
    } catch (error) {
      if (error instanceof Refusal) return refused(error.problem)
      throw error
    }
  }

  #routed(request: AcmeRequest, now: Millis): Answer | 'later' {
    const { method, path, body } = request
    const reading = method === 'GET' || method === 'HEAD'
    if (path === '/directory' && (reading || method === 'POST')) return { status: 200, json: this.#directory() }
    if (path === '/new-nonce' && reading) return { status: method === 'HEAD' ? 200 : 204 }
    const route = this.#routeOf(path)
    if (route === undefined) throw refusal('malformed', 'there is nothing at this path', { status: 404 })
    if (method !== 'POST') throw refusal('malformed', 'this is asked for by POST (RFC 8555 6.3)', { status: 405 })
    if (body.length > this.#desk.limits.body)
      throw refusal('malformed', `a request has at most ${this.#desk.limits.body} octets`, { status: 413 })
    return route(request, now)
  }

  #routeOf(path: string): Route | undefined {
    const desk = this.#desk
    const [, what = '', id = '', part, ...more] = path.split('/')
    if (more.length > 0) return undefined
    const signed = (request: AcmeRequest, by: 'account' | 'key' | 'either' = 'account') =>
      authenticated(desk, request, by)
    if (id === '') {
      if (path !== `/${what}`) return undefined
      const routes: Readonly<Record<string, Route>> = {
        'new-account': (request, now) => newAccount(desk, signed(request, 'key'), now),
        'new-order': (request, now) => newOrder(desk, signed(request), now),
        'key-change': request => keyChange(desk, signed(request)),
        'revoke-cert': (request, now) => this.#revoke(request, now),
      }
      return Object.hasOwn(routes, what) ? routes[what] : undefined
    }
    switch (`${what}${part === undefined ? '' : '+'}`) {
      case 'account':
        return request => account(desk, signed(request), id)
      case 'account+':
        return part === 'orders' ? (request, now) => accountOrders(desk, signed(request), id, now) : undefined
      case 'order':
        return (request, now) => orderShown(desk, ownOrder(desk, reading(signed(request)), id, now))
      case 'order+':
        return part === 'finalize' ? (request, now) => this.#finalize(request, id, now) : undefined
      case 'authz':
        return (request, now) => authorization(desk, signed(request), id, now)
      case 'chall+':
        return (request, now) => this.#challenge(request, { id, type: part! }, now)
      case 'cert':
        return request => certificate(desk, reading(signed(request)), id, 0)
      case 'cert+':
        return /^[1-9]$/.test(part!)
          ? request => certificate(desk, reading(signed(request)), id, Number(part))
          : undefined
      default:
        return undefined
    }
  }

  /** RFC 8555 7.1.1. */
  #directory(): Json {
    const desk = this.#desk
    const { termsOfService, externalAccounts } = desk.options
    return {
      newNonce: desk.url('new-nonce'),
      newAccount: desk.url('new-account'),
      newOrder: desk.url('new-order'),
      revokeCert: desk.url('revoke-cert'),
      keyChange: desk.url('key-change'),
      meta: {
        ...(termsOfService === undefined ? {} : { termsOfService }),
        externalAccountRequired: externalAccounts !== undefined,
      },
    }
  }

  #challenge(request: AcmeRequest, of: { readonly id: string; readonly type: string }, now: Millis): Answer {
    const desk = this.#desk
    const { answer, question } = challenge(desk, authenticated(desk, request, 'account'), of, this.#validations, now)
    if (question !== undefined) {
      this.#validations++
      this.#ask(question, undefined, now, (found, at) => {
        this.#validations--
        validated(desk, of, found, at)
        return undefined
      })
    }
    return answer
  }

  #finalize(request: AcmeRequest, id: string, now: Millis): 'later' {
    const desk = this.#desk
    const { order, question } = finalize(desk, authenticated(desk, request, 'account'), id, now)
    const held = { until: now + desk.limits.held, meanwhile: () => orderShown(desk, order) }
    this.#ask(question, { request: request.id, held }, now, made => orderShown(desk, issued(desk, order, made)))
    return 'later'
  }

  #revoke(request: AcmeRequest, now: Millis): 'later' {
    const desk = this.#desk
    const { record, question } = revocation(desk, authenticated(desk, request, 'either'), now)
    if (this.#revoking.has(record.id))
      throw refusal('rateLimited', 'the certificate is being revoked', { retryAfter: 1 })
    this.#revoking.add(record.id)
    this.#ask(question, { request: request.id, held: undefined }, now, done => {
      this.#revoking.delete(record.id)
      if (done !== 'done') return refused(problemIn(done))
      desk.keepCertificate({ ...record, revoked: true })
      return { status: 200 }
    })
    return 'later'
  }

  #ask(
    question: AcmeQuestion,
    waiting: Pick<Asked, 'held' | 'request'> | undefined,
    now: Millis,
    answered: Asked['answered'],
  ): void {
    const id = ++this.#last
    const until = now + this.#desk.limits.patience
    this.#asked.set(id, { id, about: question.about, until, answered, request: waiting?.request, held: waiting?.held })
    this.#asks.push({ id, question })
  }

  #ended(asked: Asked, given: AcmeAnswer | undefined, now: Millis): void {
    this.#asked.delete(asked.id)
    const waits = asked.request !== undefined && (asked.about !== 'certificate' || asked.held !== undefined)
    const answer = this.#guarded(() => asked.answered(given, now) ?? 'later')
    if (waits && answer !== 'later') this.#reply(asked.request!, 'POST', answer)
  }

  #reply(id: number, method: string, answer: Answer): void {
    const { status, json, text } = answer
    const type =
      text?.type ?? (status >= 400 ? 'application/problem+json' : json === undefined ? undefined : 'application/json')
    const body = json !== undefined ? jsonOf(json) : new TextEncoder().encode(text?.text ?? '')
    this.#out.push({
      id,
      status,
      headers: [
        // RFC 8555 6.5, 7.2, 7.1: a nonce with every answer, and none of them twice.
        ['replay-nonce', this.#desk.nonces.make()],
        ['cache-control', 'no-store'],
        ['link', `<${this.#desk.url('directory')}>;rel="index"`],
        ...(type === undefined ? [] : [['content-type', type] as const]),
        ...(answer.headers ?? []),
      ],
      body: method === 'HEAD' ? new Uint8Array() : body,
    })
  }
}

const reading = (signed: ReturnType<typeof authenticated>): ReturnType<typeof authenticated> => {
  if (signed.payload !== undefined) throw refusal('malformed', 'this is read, with an empty payload (RFC 8555 6.3)')
  return signed
}

const problemIn = (answer: AcmeAnswer | undefined): Problem =>
  typeof answer === 'object' && 'type' in answer
    ? answer
    : { type: 'serverInternal', detail: 'the authority did not answer' }

const refused = (of: Problem): Answer => ({
  status: statusOf(of),
  headers: [
    ...(of.retryAfter === undefined ? [] : [['retry-after', String(of.retryAfter)] as const]),
    ...(of.location === undefined ? [] : [['location', of.location] as const]),
    ...(of.status === 405 ? [['allow', 'POST'] as const] : []),
  ],
  json: problemDocument(of) as Json,
})
