/** `barewire get URL`: one request; the body is the product, how it went is the story. */

import { type Failure, FailureError, fail } from '../../failures/index.ts'
import { type FetchInit, fetch } from '../../index.ts'
import { jsonOfFailure, legible, line, lines, type Shown } from '../../inspect/index.ts'
import type { FetchResponse } from '../../net/client/response.ts'
import { SAFE_METHODS } from '../../net/safe-methods.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import type { Privacy } from '../command.ts'
import { askingOf, filesOf, isTwice } from '../get/init.ts'
import type { GetOptions } from '../get/options.ts'
import type { Io } from '../io.ts'
import { jsonFields } from '../json.ts'
import { type OutputFile, outputFile } from '../output-file.ts'
import { beginRun, type Run } from '../run.ts'
import { writeBody } from '../story/body.ts'
import { remarkLines } from '../story/remark.ts'
import { namingFiles } from '../tls.ts'

export const get = async (url: URL, options: GetOptions, io: Io): Promise<number> => {
  const run = await beginRun(options, io, { form: 'ladder', awaits: `${url.host} to answer` })
  let file: OutputFile | undefined
  let release = (): void => {}
  try {
    // Before the request: nobody wants to hear after a POST that there is no place for its answer.
    file = options.output === undefined ? undefined : await outputFile(options.output)
    proxyNotice(url, run, io)
    if (run.isTold) await run.until(prepare(url, options))
    release = limited(url, options, run)
    const { init, at } = await run.until(askingOf(options, run, io))
    const asked = at(url)
    checkTwice(options, init)
    run.begin()
    const ask = () => (isTwice(options) ? twice(asked, init) : fetch(asked, init))
    const response = await namingFiles(filesOf(options), ask)
    run.event(answerOf(response, run.privacy))
    for (const failure of response.connection.tls?.trusted?.accepted ?? []) {
      run.event({ ...jsonOfFailure(failure), type: 'accepted' })
      run.notice(acceptedLines(failure, run))
    }
    if (options.fail && response.status >= 400) {
      await response.body?.cancel()
      const got = `${response.status} ${response.statusText}`.trim()
      throw new FailureError(fail('cli/http-status', { where: url.href, got }))
    }
    await deliver(response, file, { options, run })
    run.tell({ nameFrom: nameFrom(options) })
    return 0
  } catch (error) {
    return run.explain(error)
  } finally {
    release()
    await file?.close()
    await run.end()
  }
}

/** The answer to the second of two requests, for which TLS remembers the first. */
const twice = async (url: URL, init: FetchInit): Promise<FetchResponse> => {
  const first = await fetch(url, init)
  // A ticket comes with the answer, and the answer is not wanted.
  await first.body?.pipeTo(new WritableStream())
  return fetch(url, init)
}

/** What is asked twice must not do anything. */
const checkTwice = (options: GetOptions, { method = 'GET', body }: FetchInit): void => {
  if (!isTwice(options) || (SAFE_METHODS.has(method) && body === undefined)) return
  const option = options.earlyData ? '--early-data' : '--resume'
  throw new FailureError(fail('cli/usage', { got: `${option} asks twice, so it is for GET, HEAD and OPTIONS only.` }))
}

/** Other tools obey these: who relies on them has to hear that we go there ourselves. */
const proxyNotice = ({ protocol }: URL, run: Run, { env }: Io): void => {
  const names = protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy']
  const variable = [...names, 'all_proxy', 'ALL_PROXY'].find(name => env[name])
  if (variable === undefined) return
  run.event({ type: 'remark', text: `${variable} is set; no proxy is used` })
  run.notice([
    line(run.style, { text: ' !', tint: 'bad' }, { text: ` ${variable} is set; Barewire goes there without a proxy.` }),
  ])
}

/** Whoever goes on in spite of a failure is told each time, wherever the story goes. */
const acceptedLines = (failure: Failure, { style, words }: Run): readonly Shown[] =>
  remarkLines(`accepted: ${words.sentence(failure)} (${failure.code})`, style)

/** What the timeline is not to show: our own start. A redirect may lead to TLS where the first request has none. */
const prepare = async ({ protocol }: URL, { location, trust, trustKey }: GetOptions): Promise<void> => {
  const { warmUp } = await import('../warm.ts')
  await warmUp(
    protocol === 'https:' || location ? 'https' : 'http',
    trust === undefined && trustKey === undefined ? 'system roots' : 'other roots',
  )
}

/** `-m`: after that much time everything stops. */
const limited = (url: URL, { maxTime }: GetOptions, run: Run): (() => void) => {
  if (maxTime === undefined) return () => {}
  const timer = setTimeout(() => {
    run.stop(new FailureError(fail('cli/time-up', { where: url.href, number: maxTime })))
  }, maxTime)
  return () => clearTimeout(timer)
}

/** The body to where it is wanted; with `--json` standard output belongs to the events. */
const deliver = async (
  response: FetchResponse,
  file: OutputFile | undefined,
  { options, run }: { readonly options: GetOptions; readonly run: Run },
): Promise<void> => {
  const quiet = options.json === true && file === undefined
  if (!quiet && (options.include || options.head)) await showHead(response, file, run)
  const length = Number(response.headers.get('content-length') ?? Number.NaN)
  const expected = Number.isNaN(length) || response.headers.has('content-encoding') ? undefined : length
  const target = { file, expected, out: quiet ? undefined : run.out, status: (text: string) => run.status(text) }
  const { bytes, withheld, changed } = await writeBody(response.body, target)
  await file?.keep()
  run.event({ type: 'body', bytes, ...(options.output === undefined ? {} : { file: options.output }) })
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

const answerOf = (response: FetchResponse, privacy: Privacy) => ({
  type: 'answer',
  status: response.status,
  reason: response.statusText,
  url: response.url,
  headers: jsonFields(response.headers, privacy),
})

/** Where the address of a name came from, when nobody was asked for it. */
const nameFrom =
  ({ resolve = [] }: GetOptions) =>
  (host: string): string =>
    resolve.some(fixed => fixed.host === host.toLowerCase()) ? '--resolve' : 'loopback'
