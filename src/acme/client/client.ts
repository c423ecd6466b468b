/**
 * An ACME client (RFC 8555) without I/O: requests come out, answers go in, and what must be shown is asked for. It gets
 * one certificate, or has one revoked, and is done. Read `states.table.ts` first; `jobs.ts` has what is said.
 */
import type { Engine, Millis } from '../../engine.ts'
import { isFailure } from '../../failures/failure.ts'
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import { Queue } from '../../wire/queue.ts'
import { type Json, type JsonObject, jsonOf, memberOf, textOf } from '../json.ts'
import { signJws } from '../jws.ts'
import { Answered } from './answers.ts'
import {
  accountWanted,
  certificateWanted,
  chainIn,
  challengeIn,
  checkJob,
  jwkJson,
  orderWanted,
  revocationWanted,
} from './jobs.ts'
import { type ClientInput, type ClientState, clientStates } from './states.table.ts'
import type {
  AcmeClientEvent,
  AcmeClientOptions,
  CertificateJob,
  ChallengeToShow,
  HttpAnswer,
  HttpAsk,
} from './types.ts'

/** RFC 8555 6.5: a refused nonce is followed by a good one; who refuses more of them has another reason. */
const NONCE_RETRIES = 4
/** Before somebody is asked again who did not say when. */
const POLL: Millis = 1_000
/** Nobody makes us wait longer between two questions. */
const LONGEST_POLL: Millis = 60_000
/** For everything: authorities look from several places, and some have queues. */
export const ACME_PATIENCE: Millis = 300_000
/** An order may name a hundred identifiers at the authorities that there are. */
const MOST_AUTHORIZATIONS = 1_000

interface Directory {
  readonly newNonce: string
  readonly newAccount: string
  readonly newOrder: string
  readonly revokeCert: string
}

export class AcmeClient implements Engine<HttpAnswer, HttpAsk, AcmeClientEvent> {
  readonly #options: AcmeClientOptions
  readonly #out = new Queue<HttpAsk>()
  readonly #events = new Queue<AcmeClientEvent>()
  #state: ClientState | 'Failed' = 'Directory'
  #directory: Directory | undefined
  #nonce: string | undefined
  #account = ''
  #order = ''
  #finalize = ''
  #certificate = ''
  /** That which is looked at, and those behind it. */
  #authorization = ''
  #authorizations: readonly string[] = []
  #challenge: { readonly id: number; readonly url: string; readonly show: ChallengeToShow } | undefined
  /** The request that is under way. */
  #asked: { readonly id: number; readonly url: string; readonly payload: Json | undefined } | undefined
  #retries = 0
  #last = 0
  #pollAt: Millis | undefined
  #until: Millis | undefined

  /** Throws RangeError for a job that cannot be done: no name, a key that does not sign, one key for both purposes. */
  constructor(options: AcmeClientOptions) {
    checkJob(options)
    this.#options = options
  }

  start(now: Millis): void {
    this.#until = now + ACME_PATIENCE
    this.#send('GET', this.#options.directory)
  }

  receive({ id, came }: HttpAnswer, now: Millis): void {
    const asked = this.#asked
    if (asked === undefined || asked.id !== id) return
    this.#asked = undefined
    if (isFailure(came)) {
      this.#fail(came)
      return
    }
    const nonce = came.headers['replay-nonce']
    if (nonce !== undefined && /^[\w-]{1,512}$/.test(nonce)) this.#nonce = nonce
    this.#guarded(() => {
      const answer = new Answered(came, asked.url)
      if (answer.problem === 'badNonce' && ++this.#retries <= NONCE_RETRIES) this.#post(asked.url, asked.payload)
      else {
        this.#retries = 0
        this.#take(answer, now)
      }
    })
  }

  /** The challenge is in place, or why it cannot be. */
  answer(id: number, answer: 'in place' | Failure, now: Millis): void {
    if (this.#state !== 'Challenge' || this.#challenge?.id !== id) return
    if (isFailure(answer)) this.#fail(answer)
    else this.#go('in place', now)
  }

  advance(now: Millis): void {
    if (this.#until !== undefined && now >= this.#until) {
      this.#fail(fail('acme/timeout', { where: this.#options.directory, got: this.#state, number: ACME_PATIENCE }))
      return
    }
    if (this.#pollAt === undefined || now < this.#pollAt) return
    this.#pollAt = undefined
    this.#post(this.#state === 'Watching' ? this.#authorization : this.#order, undefined)
  }

  pollTransmit(_now: Millis): HttpAsk | undefined {
    return this.#out.shift()
  }
  pollEvent(): AcmeClientEvent | undefined {
    return this.#events.shift()
  }
  nextDeadline(): Millis | undefined {
    return this.#pollAt === undefined || this.#until === undefined ? this.#until : Math.min(this.#until, this.#pollAt)
  }

  #guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (!(error instanceof FailureError)) throw error
      this.#fail(error.failure)
    }
  }

  #fail(failure: Failure): void {
    this.#ended('Failed')
    this.#events.push({ type: 'failure', failure })
  }

  #ended(state: 'Done' | 'Failed'): void {
    this.#cover()
    this.#state = state
    this.#asked = undefined
    this.#pollAt = undefined
    this.#until = undefined
  }

  /** What was shown need not be seen any more. */
  #cover(): void {
    if (this.#challenge !== undefined) this.#events.push({ type: 'over', challenge: this.#challenge.show })
    this.#challenge = undefined
  }

  /** What came, by what was asked for. */
  #take(answer: Answered, now: Millis): void {
    switch (this.#state) {
      case 'Directory':
        this.#directory = directoryIn(answer)
        this.#go('directory', now)
        return
      case 'Nonce':
        if (this.#nonce === undefined) throw answer.bad('Replay-Nonce is missing')
        this.#go('nonce', now)
        return
      case 'Account':
        this.#account = answer.expect(200, 201).location()
        this.#events.push({ type: 'account', url: this.#account })
        this.#go(this.#options.job.wants === 'certificate' ? 'account' : 'account that revokes', now)
        return
      case 'Order':
        this.#ordered(answer.expect(201), now)
        return
      case 'Authorization':
      case 'Watching':
        this.#authorized(answer.expect(200), now)
        return
      case 'Response':
        this.#pollAt = this.#later(answer.expect(200, 202), now)
        this.#go('being looked at', now)
        return
      case 'Ordered':
      case 'Finalize':
      case 'Issuing':
        this.#progress(answer.expect(200, 201), now)
        return
      case 'Download':
        this.#events.push({ type: 'certificate', chain: chainIn(answer.expect(200), this.#job) })
        this.#go('certificate', now)
        return
      case 'Revocation':
        answer.expect(200)
        this.#events.push({ type: 'revoked' })
        this.#go('revoked', now)
        return
      case 'Challenge':
      case 'Done':
      case 'Failed':
        return
      default:
        this.#state satisfies never
    }
  }

  get #job(): CertificateJob {
    const { job } = this.#options
    if (job.wants !== 'certificate') throw new RangeError('nothing was ordered')
    return job
  }

  #ordered(answer: Answered, now: Millis): void {
    const order = answer.object()
    this.#order = answer.location()
    this.#finalize = answer.url('finalize')
    const urls = memberOf(order, 'authorizations')
    if (!Array.isArray(urls) || urls.length === 0 || urls.length > MOST_AUTHORIZATIONS)
      throw answer.bad('authorizations is no list of them')
    this.#authorizations = (urls as readonly Json[]).map(url =>
      answer.checkedUrl(typeof url === 'string' ? url : undefined, 'authorizations'),
    )
    this.#go(textOf(order, 'status') === 'ready' ? 'ready' : 'order', now)
  }

  #authorized(answer: Answered, now: Millis): void {
    const status = answer.text('status')
    if (status === 'valid') {
      this.#cover()
      this.#go(this.#authorizations.length === 0 ? 'all shown' : 'shown', now)
      return
    }
    const found = challengeIn(answer, this.#options, this.#challenge?.show)
    if (status !== 'pending') throw found.failed
    if (this.#state === 'Watching') {
      this.#pollAt = this.#later(answer, now)
      this.#go('not yet', now)
      return
    }
    const id = ++this.#last
    this.#challenge = { id, ...found.offered() }
    this.#go('to be shown', now)
    this.#events.push({ type: 'ask', id, challenge: this.#challenge.show })
  }

  /** Of the order, in any of the states that wait for it. */
  #progress(answer: Answered, now: Millis): void {
    const order: JsonObject = answer.object()
    const status = answer.text('status')
    if (status === 'valid' && this.#state !== 'Ordered') {
      this.#certificate = answer.url('certificate')
      this.#go('made', now)
    } else if (status === 'ready' && this.#state === 'Ordered') this.#go('ready', now)
    else if (status === 'processing' || (status === 'pending' && this.#state === 'Ordered')) {
      this.#pollAt = this.#later(answer, now)
      this.#go(this.#state === 'Finalize' ? 'being made' : 'not yet', now)
    } else {
      const error = memberOf(order, 'error')
      throw answer.bad(`the order is ${status}${error === undefined ? '' : `: ${JSON.stringify(error).slice(0, 300)}`}`)
    }
  }

  #later(answer: Answered, now: Millis): Millis {
    return now + Math.min(answer.retryAfter(this.#options.epoch + now) ?? POLL, LONGEST_POLL)
  }

  #go(input: ClientInput, now: Millis): void {
    this.#state = clientStates.next(this.#state as ClientState, input)
    this.#enter(this.#state, now)
  }

  /** What a state asks for. */
  #enter(state: ClientState, _now: Millis): void {
    const { job } = this.#options
    switch (state) {
      case 'Nonce':
        this.#send('HEAD', this.#directory!.newNonce)
        return
      case 'Account':
        this.#post(this.#directory!.newAccount, accountWanted(this.#options, this.#directory!.newAccount))
        return
      case 'Order':
        this.#post(this.#directory!.newOrder, orderWanted(this.#job))
        return
      case 'Authorization':
        ;[this.#authorization = '', ...this.#authorizations] = this.#authorizations
        this.#post(this.#authorization, undefined)
        return
      case 'Response':
        this.#post(this.#challenge!.url, {})
        return
      case 'Ordered':
        if (this.#pollAt === undefined) this.#post(this.#order, undefined)
        return
      case 'Finalize':
        this.#post(this.#finalize, certificateWanted(this.#job, this.#options.crypto))
        return
      case 'Download':
        this.#post(this.#certificate, undefined)
        return
      case 'Revocation':
        if (job.wants === 'revocation') this.#post(this.#directory!.revokeCert, revocationWanted(job))
        return
      case 'Done':
        this.#ended('Done')
        return
      case 'Directory':
      case 'Challenge':
      case 'Watching':
      case 'Issuing':
        return
      default:
        state satisfies never
    }
  }

  #post(url: string, payload: Json | undefined): void {
    const { accountKey, crypto } = this.#options
    const who = this.#account === '' ? { jwk: jwkJson(accountKey.spki) } : { kid: this.#account }
    const jws = signJws(accountKey, { ...who, nonce: this.#nonce ?? '', url }, payload, crypto)
    // RFC 8555 6.5.1: each is good for one request.
    this.#nonce = undefined
    this.#send('POST', url, payload, jws)
  }

  #send(method: HttpAsk['method'], url: string, payload?: Json, body?: JsonObject): void {
    const id = ++this.#last
    this.#asked = { id, url, payload }
    this.#out.push({ id, method, url, body: body && jsonOf(body) })
  }
}

/** RFC 8555 7.1.1. */
const directoryIn = (answer: Answered): Directory => {
  const names = ['newNonce', 'newAccount', 'newOrder', 'revokeCert'] as const
  try {
    const found = answer.expect(200)
    return Object.fromEntries(names.map(name => [name, found.url(name)])) as unknown as Directory
  } catch (error) {
    if (!(error instanceof FailureError)) throw error
    throw new FailureError(
      fail('acme/no-directory', { where: error.failure.where ?? '', got: error.failure.got ?? '' }),
    )
  }
}
