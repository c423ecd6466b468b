/** Problem documents (RFC 7807) as ACME has them (RFC 8555 6.7): what a server says when it does not do what was asked. */
import type { Identifier } from './identifiers.ts'
import { PROBLEM_PREFIX, PROBLEMS, type ProblemName } from './problems.table.ts'

export interface Problem {
  readonly type: ProblemName
  /** For whoever operates the client. */
  readonly detail: string
  /** Another status than the type's own: 401, 405, 409, 413, 415. */
  readonly status?: number
  /** Which identifier of several it is about. */
  readonly identifier?: Identifier
  /** RFC 8555 6.7.1. */
  readonly subproblems?: readonly Problem[]
  /** Of badSignatureAlgorithm: what would be taken (RFC 8555 6.2). */
  readonly algorithms?: readonly string[]
  /** Seconds until it is worth asking again (RFC 8555 6.6). */
  readonly retryAfter?: number
  /** Where it stands, or what it is about: a header field of the answer. */
  readonly location?: string
}

/** Thrown where a request is looked at, and caught where it is answered: nothing else leaves the engine. */
export class Refusal extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(`${problem.type}: ${problem.detail}`)
    this.name = 'Refusal'
    this.problem = problem
  }
}

type More = Omit<Problem, 'type' | 'detail'>

export const problem = (type: ProblemName, detail: string, more: More = {}): Problem => ({ type, detail, ...more })

export const refusal = (type: ProblemName, detail: string, more: More = {}): Refusal =>
  new Refusal(problem(type, detail, more))

export const statusOf = ({ type, status }: Problem): number => status ?? PROBLEMS[type]

/** As JSON says it. */
export const problemDocument = (of: Problem): Record<string, unknown> => ({
  type: PROBLEM_PREFIX + of.type,
  detail: of.detail,
  status: statusOf(of),
  ...(of.identifier === undefined ? {} : { identifier: of.identifier }),
  ...(of.algorithms === undefined ? {} : { algorithms: of.algorithms }),
  ...(of.subproblems === undefined ? {} : { subproblems: of.subproblems.map(problemDocument) }),
})
