/** Options of `get` that do not go together: said before anything is asked. */
import { FailureError, fail } from '../../failures/index.ts'
import type { FetchInit } from '../../index.ts'
import { SAFE_METHODS } from '../../net/safe-methods.ts'
import { isTwice } from './init.ts'
import type { GetOptions } from './options.ts'

const usage = (got: string): FailureError => new FailureError(fail('cli/usage', { got }))

/** Throws `cli/usage`. `paths`: where the bodies go, undefined for standard output. */
export const checkPlaces = (paths: readonly (string | undefined)[], options: GetOptions): void => {
  const { outputs = [], continueAt, remoteHeaderName, include, retry, retryDelay, parallel, parallelMax } = options
  if (outputs.length > paths.length)
    throw usage(`There are more -o and -O (${outputs.length}) than URLs (${paths.length}).`)
  const same = paths.find((path, i) => path !== undefined && !path.startsWith('/dev/') && paths.indexOf(path) < i)
  if (same !== undefined) throw usage(`Two answers would go into ${same}.`)
  if (options.writeOut !== undefined && options.json) throw usage('-w writes where --json does: one of them.')
  if (options.writeOut !== undefined && (options.repeat !== undefined || isTwice(options)))
    throw usage('-w is about one request: not with --repeat, --resume or --early-data.')
  if (continueAt && paths.includes(undefined)) throw usage('-C - goes on with a file: it goes with -o or -O.')
  if (continueAt && (remoteHeaderName || include))
    throw usage('-C - goes on with a body under a known name: not with -J or -i.')
  if (remoteHeaderName && paths.includes(undefined)) throw usage('-J goes with -O.')
  if (retryDelay !== undefined && retry === undefined) throw usage('--retry-delay goes with --retry.')
  if (parallelMax !== undefined && !parallel) throw usage('--parallel-max goes with -Z.')
}

/** Throws `cli/usage`: what is asked twice must not do anything, and what is read once cannot be sent twice. */
export const checkBody = (count: number, options: GetOptions, { method = 'GET', body }: FetchInit): void => {
  const isSafe = SAFE_METHODS.has(method) && body === undefined
  if (isTwice(options) && !isSafe)
    throw usage(
      `${options.earlyData ? '--early-data' : '--resume'} asks twice, so it is for GET, HEAD and OPTIONS only.`,
    )
  if (options.repeat !== undefined) {
    if (!isSafe) throw usage('--repeat asks several times, so it is for GET, HEAD and OPTIONS only.')
    if (count > 1) throw usage('--repeat is for one URL.')
    if (options.continueAt) throw usage('--repeat is not for -C.')
    if (options.retry !== undefined) throw usage('--repeat counts what each attempt took: not with --retry.')
  }
  if (options.continueAt && (method !== 'GET' || body !== undefined)) throw usage('-C - is for GET.')
  if (body instanceof ReadableStream && (count > 1 || options.retry !== undefined))
    throw usage('What comes from standard input or a pipe can be sent once: to one URL, and without --retry.')
}
