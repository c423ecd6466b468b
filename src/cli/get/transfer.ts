/** One URL: it is asked for, and its body goes where it is wanted. */
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import { jsonOfFailure, legible, lines, type Shown } from '../../inspect/index.ts'
import type { FetchResponse } from '../../net/client/response.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import type { Privacy } from '../command.ts'
import { jsonFields } from '../json.ts'
import { type Left, type OutputFile, outputFile } from '../output-file.ts'
import type { Run } from '../run.ts'
import { writeBody } from '../story/body.ts'
import { remarkLines } from '../story/remark.ts'
import { serverName } from './names.ts'
import type { GetOptions } from './options.ts'
import { type Partial, partialOf, validatorOf } from './partial.ts'
import { continuationOf, rangeHeaders } from './resume.ts'

export interface Transfer {
  readonly url: URL
  /** From `-o` or `-O`; undefined: standard output. */
  readonly path: string | undefined
  readonly options: GetOptions
  readonly run: Run
  /** Makes the request, with these fields on top. */
  ask(headers: readonly (readonly [string, string])[]): Promise<FetchResponse>
}

/** Throws whatever keeps the body from being where it is wanted; what is left of it then is told first. */
export const transfer = async (job: Transfer): Promise<void> => {
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
    if (from === undefined) checkStatus(response, job)
    const does = from === undefined ? 'anew' : continued(response, from, run)
    if (does === 'whole') await wholeAlready(response, from!, job)
    else {
      if (path !== undefined)
        file ??= await placeFor(path, response, { options, from: does === 'append' ? from : undefined })
      await deliver(response, file, { job, had: does === 'append' ? from!.bytes : 0 })
    }
  } catch (error) {
    await response?.body?.cancel().catch(() => {})
    const left = await file?.close(response && originOf(response, job))
    if (left !== undefined) tellLeft(left, job.run)
    throw error
  } finally {
    await file?.close()
  }
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

const tellRemark = (text: string, run: Run): void => {
  run.event({ type: 'remark', text })
  run.notice([legible(`  ${text}`, run.style)])
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
    isStored(status) && !headers.has('content-encoding') && !options.include ? validatorOf(headers) : undefined,
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
  { job, had }: { readonly job: Transfer; readonly had: number },
): Promise<void> => {
  const { options, run } = job
  const quiet = options.json === true && file === undefined
  if (!quiet && (options.include || options.head)) await showHead(response, file, run)
  const length = Number(response.headers.get('content-length') ?? Number.NaN)
  const expected = Number.isNaN(length) || response.headers.has('content-encoding') ? undefined : length
  const target = { file, expected, out: quiet ? undefined : run.out, status: (text: string) => run.status(text) }
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
