/** One URL: it is asked for, and its body goes where it is wanted. */
import type { Millis } from '../../engine.ts'
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import { strongValidator } from '../../http/semantics/conditional.ts'
import { jsonOfFailure, legible, lines, type Shown } from '../../inspect/index.ts'
import type { FetchResponse } from '../../net/client/response.ts'
import { systemClock } from '../../node/clock.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import type { Privacy } from '../command.ts'
import { failureOf } from '../errors.ts'
import { jsonFields } from '../json.ts'
import { type Left, type OutputFile, outputFile } from '../output-file.ts'
import type { Run } from '../run.ts'
import { writeBody } from '../story/body.ts'
import { remarkLines } from '../story/remark.ts'
import { serverName } from './names.ts'
import type { GetOptions } from './options.ts'
import { type Partial, partialOf } from './partial.ts'
import { tellRemark } from './remark.ts'
import { continuationOf, rangeHeaders } from './resume.ts'
import { isIdempotent, mayPass, rest, saysLater, waitBefore } from './retry.ts'
import type { Throttle } from './throttle.ts'

export interface Transfer {
  readonly url: URL
  /** From `-o` or `-O`; undefined: standard output. */
  readonly path: string | undefined
  readonly options: GetOptions
  readonly run: Run
  readonly method: string
  /** Before anything goes to standard output. */
  turn(): Promise<void>
  /** How far it is; nothing where several are under way. */
  status(text: string): void
  readonly throttle: Throttle | undefined
  /** Makes the request, with these fields on top. */
  ask(headers: readonly (readonly [string, string])[]): Promise<FetchResponse>
}

/** Throws whatever keeps the body from being where it is wanted, in the end; what is left of it then is told first. */
export const transfer = async (job: Transfer): Promise<void> => {
  const { run, options, method } = job
  const { retry = 0, retryDelay: delay } = options
  let continued = options.continueAt
  for (let next = 1; ; next++) {
    const attempt = new Attempt(next <= retry && isIdempotent(method) ? { next, delay } : undefined)
    try {
      await made({ ...job, options: { ...options, continueAt: continued } }, attempt)
      return
    } catch (error) {
      const later =
        next > retry || run.signal.aborted || attempt.delivered ? undefined : laterOf(error, method, { next, delay })
      if (later === undefined) {
        if (attempt.left !== undefined) tellLeft(attempt.left, run)
        throw error
      }
      // What had come is gone on with, where the server still has the same.
      if (attempt.left?.noted && !options.remoteHeaderName) continued = true
      tellLater(later, { next, of: retry, job })
      await rest(systemClock, later.wait, run.signal)
    }
  }
}

/** What became of one attempt. */
class Attempt {
  /** For an answer that says "later"; undefined: it is the last. */
  readonly again: Next | undefined
  /** Something was written where it cannot be taken back. */
  delivered = false
  left: Left | undefined

  constructor(again: Next | undefined) {
    this.again = again
  }
}

interface Next {
  readonly next: number
  readonly delay: Millis | undefined
}

/** An answer that is asked for again. */
class Later extends Error {
  readonly said: string
  readonly wait: Millis

  constructor(said: string, wait: Millis) {
    super(said)
    this.said = said
    this.wait = wait
  }
}

const laterOf = (error: unknown, method: string, again: Next): Later | undefined => {
  if (error instanceof Later) return error
  const failure = failureOf(error)
  if (!mayPass(failure, isIdempotent(method))) return undefined
  const wait = waitBefore(again.next, again, null, 0)
  return wait === 'too long' ? undefined : new Later(failure.code, wait)
}

const tellLater = (
  { said, wait }: Later,
  { next, of, job: { run, url } }: { readonly next: number; readonly of: number; readonly job: Transfer },
): void => {
  run.event({ type: 'retry', url: url.href, because: said, after: wait, next, of })
  run.notice([legible(`  ${said}: again in ${seconds(wait)} (${next} of ${of})`, run.style)])
}

const seconds = (ms: Millis): string => (ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`)

const made = async (job: Transfer, attempt: Attempt): Promise<void> => {
  const { url, path, options, run } = job
  const from = options.continueAt && path !== undefined ? await partialOf(path, url.href) : undefined
  // Before the request: nobody wants to hear after a POST that there is no place for its answer.
  let file = path === undefined || from !== undefined || options.remoteHeaderName ? undefined : await outputFile(path)
  let response: FetchResponse | undefined
  try {
    response = await job.ask(options.continueAt ? rangeHeaders(from) : [])
    run.event(answerOf(response, run.privacy))
    for (const failure of response.connection.tls?.trusted?.accepted ?? []) {
      run.event({ ...jsonOfFailure(failure), type: 'accepted' })
      run.notice(acceptedLines(failure, run))
    }
    if (attempt.again !== undefined) checkLater(response, attempt.again, run)
    if (from === undefined) checkStatus(response, job)
    const does = from === undefined ? 'anew' : continued(response, from, run)
    if (does === 'whole') await wholeAlready(response, from!, job)
    else {
      if (path !== undefined)
        file ??= await placeFor(path, response, { options, from: does === 'append' ? from : undefined })
      await deliver(response, file, { job, attempt, had: does === 'append' ? from!.bytes : 0 })
    }
  } catch (error) {
    await response?.body?.cancel().catch(() => {})
    attempt.left = await file?.close(response && originOf(response, job))
    throw error
  } finally {
    await file?.close()
  }
}

/** Throws `Later` for an answer that asks for it, unless it asks for too much. */
const checkLater = ({ status, statusText, headers }: FetchResponse, again: Next, run: Run): void => {
  if (!saysLater(status)) return
  const after = headers.get('retry-after')
  const wait = waitBefore(again.next, again, after, systemClock.date())
  const said = `${status} ${statusText}`.trim()
  if (wait !== 'too long') throw new Later(said, wait)
  tellRemark(`${said}, and Retry-After says ${after}: nobody waits that long here`, run)
}

const checkStatus = ({ status, statusText }: FetchResponse, { url, options }: Transfer): void => {
  if (!options.fail || status < 400) return
  throw new FailureError(fail('cli/http-status', { where: url.href, got: `${status} ${statusText}`.trim() }))
}

const continued = (response: FetchResponse, from: Partial, run: Run): 'append' | 'anew' | 'whole' => {
  const { does, remark } = continuationOf(response, from)
  if (remark !== undefined) tellRemark(remark, run)
  return does
}

/** Nothing is missing: only the name may. */
const wholeAlready = async (response: FetchResponse, from: Partial, { path, run }: Transfer): Promise<void> => {
  await response.body?.cancel()
  if (from.by === 'ours') await (await outputFile(path!, { from })).keep()
  run.event({ type: 'body', bytes: 0, file: path!, had: from.bytes })
}

const placeFor = (
  path: string,
  { headers }: FetchResponse,
  { options, from }: { readonly options: GetOptions; readonly from: Partial | undefined },
): Promise<OutputFile> => {
  if (!options.remoteHeaderName) return outputFile(path, { from })
  return outputFile(serverName(headers.get('content-disposition'), path), { existing: 'refuse' })
}

/** What a file that breaks off is a part of: bytes that were decoded here, or follow a head, are not those of the server. */
const originOf = ({ status, headers }: FetchResponse, { url, options }: Transfer) => ({
  url: url.href,
  validator:
    isStored(status) && !headers.has('content-encoding') && !options.include ? strongValidator(headers) : undefined,
})

/** What came is a part of what the URL stands for, not of an explanation. */
const isStored = (status: number): boolean => status === 200 || status === 206

const tellLeft = ({ path, bytes, noted }: Left, run: Run): void => {
  run.event({ type: 'partial', file: path, bytes, resumable: noted })
  const next = noted ? '; -C - goes on from there' : ''
  run.notice([legible(`  What had come is in ${path}: ${bytes} bytes${next}.`, run.style)])
}

/** The body to where it is wanted; with `--json` standard output belongs to the events. */
const deliver = async (
  response: FetchResponse,
  file: OutputFile | undefined,
  { job, attempt, had }: { readonly job: Transfer; readonly attempt: Attempt; readonly had: number },
): Promise<void> => {
  const { options, run, throttle, status } = job
  const quiet = options.json === true && file === undefined
  if (!quiet && file === undefined) {
    await job.turn()
    attempt.delivered = true
  }
  if (!quiet && (options.include || options.head)) await showHead(response, file, run)
  const length = Number(response.headers.get('content-length') ?? Number.NaN)
  const expected = Number.isNaN(length) || response.headers.has('content-encoding') ? undefined : length
  const target = { file, expected, throttle, out: quiet ? undefined : run.out, status }
  const { bytes, withheld, changed } = await writeBody(response.body, target)
  await file?.keep()
  const kept = file === undefined ? {} : { file: file.path }
  run.event({ type: 'body', bytes, ...kept, ...(had === 0 ? {} : { had }) })
  if (file !== undefined && file.path !== job.path && file.path !== undefined)
    run.notice([legible(`  The server calls it ${file.path}.`, run.style)])
  const remark = withheld
    ? `${bytes} bytes that are not text, kept off the terminal: use -o FILE or a pipe.`
    : changed
      ? 'Control characters are shown as \\x1b; -o FILE or a pipe gets the bytes.'
      : undefined
  if (remark !== undefined) run.notice([legible(`  ${remark}`, run.style)])
  const away = response.headers.get('location')
  if (!options.location && REDIRECTS.has(response.status) && away !== null)
    run.note({ text: `  It points to ${away} (-L goes there).` })
}

/** The head as it came, in front of the body. On a terminal a server's control characters are shown, not obeyed. */
const showHead = async (
  { status, statusText, headers }: FetchResponse,
  file: OutputFile | undefined,
  { out, style }: Run,
): Promise<void> => {
  const head = [`HTTP/1.1 ${status} ${statusText}`.trimEnd(), ...[...headers].map(field => field.join(': ')), '']
  const bytes = latin1Bytes(head.map(text => `${text}\r\n`).join(''))
  if (file !== undefined) await file.write(bytes)
  else if (out.isTerminal) await out.write(lines(head.map(text => legible(text, style))))
  else await out.write(bytes)
}

/** RFC 9110 15.4: those that `--location` follows. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Whoever goes on in spite of a failure is told each time, wherever the story goes. */
const acceptedLines = (failure: Failure, { style, words }: Run): readonly Shown[] =>
  remarkLines(`accepted: ${words.sentence(failure)} (${failure.code})`, style)

const answerOf = (response: FetchResponse, privacy: Privacy) => ({
  type: 'answer',
  status: response.status,
  reason: response.statusText,
  url: response.url,
  headers: jsonFields(response.headers, privacy),
})
