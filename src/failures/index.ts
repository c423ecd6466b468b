/**
 * `barewire/failures`: all families together, and the two ways to use them: as a value (`fail`) and as an error
 * (`FailureError`). Read `registry.ts` first, then any family.
 */
import { certificateFailures } from './certificate.ts'
import { cliFailures } from './cli.ts'
import { cookieFailures } from './cookie.ts'
import { dnsFailures } from './dns.ts'
import { httpFailures } from './http.ts'
import { ipFailures } from './ip.ts'
import { linkFailures } from './link.ts'
import { netFailures } from './net.ts'
import type { Facts, FailureEntry, FailureInfo } from './registry.ts'
import { sessionFailures } from './session.ts'
import { tcpFailures } from './tcp.ts'
import { tlsFailures } from './tls.ts'

export const failures = {
  ...linkFailures,
  ...ipFailures,
  ...dnsFailures,
  ...tcpFailures,
  ...tlsFailures,
  ...certificateFailures,
  ...httpFailures,
  ...cookieFailures,
  ...sessionFailures,
  ...netFailures,
  ...cliFailures,
} as const

export type FailureCode = keyof typeof failures

/** Facts as they are given: a place that takes work to find may be a function, called once when somebody looks. */
export type GivenFacts = Omit<Facts, 'at'> & { readonly at?: Facts['at'] | (() => Facts['at']) }

/** A failure as a value. */
export const fail = (code: FailureCode, { at, ...facts }: GivenFacts = {}): FailureInfo => {
  const { fault, rule, alert, status }: FailureEntry = failures[code]
  const failure: FailureInfo = {
    ...facts,
    ...(typeof at === 'object' ? { at } : {}),
    code,
    fault,
    ...(rule === undefined ? {} : { rule }),
    ...(alert === undefined ? {} : { alert }),
    ...(status === undefined ? {} : { status }),
  }
  if (typeof at !== 'function') return failure
  let found: { readonly place: Facts['at'] } | undefined
  const get = (): Facts['at'] => (found ??= { place: at() }).place
  return Object.defineProperty(failure, 'at', { get, enumerable: true })
}

/** The registry's entry for a failure. */
export const entryOf = (info: FailureInfo): FailureEntry => failures[info.code as FailureCode]

/** The title and the sentence, in one line. */
export const sentence = (info: FailureInfo): string => `${entryOf(info).title} ${entryOf(info).says(info)}`

/** What the promise world throws: `code` is API, `failure` is the whole story, `cause` the failure below it. */
export class FailureError extends Error {
  readonly code: string
  readonly failure: FailureInfo
  constructor(failure: FailureInfo, options: { cause?: unknown } = {}) {
    super(sentence(failure), options)
    this.name = 'FailureError'
    this.code = failure.code
    this.failure = failure
  }
}
