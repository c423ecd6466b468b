/** Answers of an ACME server as a client reads them: what is expected of them, and what they refuse. */
import type { Bytes, Millis } from '../../engine.ts'
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import { isObject, type Json, type JsonObject, jsonIn, memberOf, textOf } from '../json.ts'
import { PROBLEM_PREFIX } from '../problems.table.ts'
import type { HttpAnswer } from './types.ts'

type Came = Exclude<HttpAnswer['came'], Failure>

/** A detail is for people, and not a page. */
const LONGEST_DETAIL = 400

export class Answered {
  readonly status: number
  readonly #came: Came
  readonly #url: string
  readonly #json: Json | undefined

  constructor(came: Came, url: string) {
    this.#came = came
    this.#url = url
    this.status = came.status
    this.#json = came.body.length === 0 ? undefined : jsonIn(came.body)
  }

  /** The type of a problem document, without what all have in front: `badNonce`. */
  get problem(): string | undefined {
    const type = this.status >= 400 && isObject(this.#json) ? textOf(this.#json, 'type') : undefined
    return type?.startsWith(PROBLEM_PREFIX) ? type.slice(PROBLEM_PREFIX.length) : undefined
  }
  get bytes(): Bytes {
    return this.#came.body
  }

  /** Throws `FailureError` unless its status is one of these: what the server says against it. */
  expect(...statuses: readonly number[]): this {
    if (statuses.includes(this.status)) return this
    if (this.status < 400 || !isObject(this.#json)) throw this.bad(`its status is ${this.status}`)
    throw new FailureError(refusedBy(this.problem, problemText(this.#json), this.#url))
  }

  object(): JsonObject {
    if (!isObject(this.#json)) throw this.bad('it is no JSON object')
    return this.#json
  }
  text(name: string): string {
    const value = textOf(this.object(), name)
    if (value === undefined) throw this.bad(`${name} is missing`)
    return value
  }
  /** A URL among its members, of the server that is asked by the same protocol: nobody is led from https to http. */
  url(name: string): string {
    return this.checkedUrl(textOf(this.object(), name), name)
  }
  location(): string {
    return this.checkedUrl(this.#came.headers.location, 'Location')
  }
  checkedUrl(text: string | undefined, name: string): string {
    if (text === undefined || !URL.canParse(text)) throw this.bad(`${name} is no URL`)
    const url = new URL(text)
    if (url.protocol !== new URL(this.#url).protocol) throw this.bad(`${name} leads to ${url.protocol}`)
    return text
  }

  /** RFC 9110 10.2.3: seconds, or a date; undefined where it says nothing. In milliseconds from now. */
  retryAfter(date: Millis): Millis | undefined {
    const text = this.#came.headers['retry-after'] ?? ''
    if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
    const at = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN
    return Number.isNaN(at) ? undefined : Math.max(0, at - date)
  }

  bad(got: string): FailureError {
    return new FailureError(fail('acme/bad-answer', { where: this.#url, got }))
  }
}

/** What a problem document says, with its subproblems. */
export const problemText = (document: JsonObject): string => {
  const own = textOf(document, 'detail') ?? textOf(document, 'type') ?? 'it does not say why'
  const inner = memberOf(document, 'subproblems')
  const more = Array.isArray(inner)
    ? (inner as readonly Json[]).flatMap(each => (isObject(each) ? [subproblemText(each)] : []))
    : []
  return [own, ...more].join('; ').slice(0, LONGEST_DETAIL)
}

const subproblemText = (document: JsonObject): string => {
  const identifier = memberOf(document, 'identifier')
  const about = isObject(identifier) ? textOf(identifier, 'value') : undefined
  return `${about === undefined ? '' : `${about}: `}${textOf(document, 'detail') ?? ''}`
}

const refusedBy = (problem: string | undefined, got: string, where: string): Failure => {
  switch (problem) {
    case 'externalAccountRequired':
      return fail('acme/external-account', { where, got })
    case 'userActionRequired':
      return fail('acme/terms-not-agreed', { where, got })
    case 'rateLimited':
      return fail('acme/rate-limited', { where, got })
    default:
      return fail('acme/refused', { where, got, ...(problem === undefined ? {} : { expected: problem }) })
  }
}
