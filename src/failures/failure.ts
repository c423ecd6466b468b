/** A failure as a value (`Failure`, raised with `fail`) and as an error (`FailureError`). */
import type { Facts, Fault, Place, RequestContext } from './registry.ts'
import { entryOf, type FailureCode } from './table.ts'

/** Facts as they are given: a place that takes work to find may be a function, called once when somebody looks. */
export type GivenFacts = Omit<Facts, 'at'> & { readonly at?: Place | (() => Place | undefined) }

/**
 * What engines report and errors carry: the code, what the registry says about it, and the facts. Frozen; as JSON its
 * facts come first, in the order in which they were given.
 */
export class Failure implements Facts {
  declare readonly expected?: string
  declare readonly got?: string
  declare readonly where?: string
  declare readonly number?: number
  declare readonly at?: Place
  declare readonly code: FailureCode
  declare readonly fault: Fault
  declare readonly rule?: string
  declare readonly alert?: number
  declare readonly status?: number
  /** Makes the class nominal: an object that looks the same is none. */
  readonly #facts: GivenFacts
  readonly #context: RequestContext | undefined

  constructor(code: FailureCode, facts: GivenFacts = {}, context?: RequestContext) {
    this.#facts = { ...facts }
    this.#context = context === undefined ? undefined : Object.freeze({ ...context })
    Object.assign(this, facts)
    if (typeof facts.at === 'function') defineLazily(this, facts.at)
    const { fault, rule, alert, status } = entryOf({ code })
    this.code = code
    this.fault = fault
    if (rule !== undefined) this.rule = rule
    if (alert !== undefined) this.alert = alert
    if (status !== undefined) this.status = status
    Object.freeze(this)
  }

  /** The same failure with more facts, or others. */
  with(facts: GivenFacts): Failure {
    return new Failure(this.code, { ...this.#known(), ...facts }, this.#context)
  }

  /** What was asked, from whoever asked for it (`net`); no part of its JSON. */
  get context(): RequestContext | undefined {
    return this.#context
  }

  /** The same failure with what was asked; what an inner layer said about it stays. */
  within(context: RequestContext): Failure {
    return new Failure(this.code, this.#known(), { ...context, ...this.#context })
  }

  /** What was found once is not looked for again. */
  #known(): GivenFacts {
    return typeof this.#facts.at === 'function' ? { ...this.#facts, at: () => this.at } : this.#facts
  }
}

/** Keeps the position of `at` among the keys. */
const defineLazily = (failure: Failure, find: () => Place | undefined): void => {
  let found: { readonly place: Place | undefined } | undefined
  const get = (): Place | undefined => {
    found ??= { place: find() }
    return found.place
  }
  Object.defineProperty(failure, 'at', { get, enumerable: true })
}

/** A failure as a value. */
export const fail = (code: FailureCode, facts: GivenFacts = {}): Failure => new Failure(code, facts)

/** Failure or result? */
export const isFailure = (value: unknown): value is Failure => value instanceof Failure

export interface FailureErrorOptions {
  readonly cause?: unknown | undefined
  /** The failure in words, from whoever has some. */
  readonly message?: string | undefined
}

/**
 * What the promise world throws: `code` is API, `failure` is the whole story, `cause` the failure below it. Its message
 * is a sentence where words are at hand (`explain/`), otherwise the code with its facts.
 */
export class FailureError extends Error {
  /** What `fetch` throws counts too, whose class must stand under `TypeError`. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: a class that extends this one asks for itself
    return isMadeBy(this, value) || (this === FailureError && isMadeBy(FetchError, value))
  }
  readonly code: FailureCode
  readonly failure: Failure
  constructor(failure: Failure, { message, ...options }: FailureErrorOptions = {}) {
    super(message ?? inShort(failure), options)
    this.name = 'FailureError'
    this.code = failure.code
    this.failure = failure
  }
}

/**
 * The same as the standard's `fetch` wants it: a `TypeError` that says so by its name too, with the failure as its
 * `cause`. It is `instanceof FailureError` as well.
 */
export class FetchError extends TypeError {
  readonly code: FailureCode
  readonly failure: Failure
  constructor(cause: FailureError) {
    super(cause.message, { cause })
    this.code = cause.code
    this.failure = cause.failure
  }
}

/** As `instanceof` would say if nobody had changed what it means. */
const isMadeBy = (made: abstract new (...args: never[]) => unknown, value: unknown): boolean =>
  Function.prototype[Symbol.hasInstance].call(made, value)

/** `tls/bad-message: where version, got 7`. */
const inShort = (failure: Failure): string => {
  const facts = (['where', 'got', 'expected', 'number'] as const)
    .filter(name => failure[name] !== undefined)
    .map(name => `${name} ${failure[name]}`)
  return [failure.code, ...(facts.length === 0 ? [] : [facts.join(', ')])].join(': ')
}
