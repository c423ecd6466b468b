/** `barewire get URL…`: one request for each; the bodies are the product, how it went is the story. */
import { FailureError, fail } from '../../failures/index.ts'
import { client, type FetchInit, fetch } from '../../index.ts'
import { legible } from '../../inspect/index.ts'
import type { FetchResponse } from '../../net/client/response.ts'
import { SAFE_METHODS } from '../../net/safe-methods.ts'
import { type Asking, askingOf, filesOf, isTwice } from '../get/init.ts'
import { fileFor } from '../get/names.ts'
import type { GetOptions } from '../get/options.ts'
import { proxyNotice } from '../get/proxy.ts'
import { summaryLines, summaryOf, Watch } from '../get/repeat.ts'
import { transfer } from '../get/transfer.ts'
import type { Io } from '../io.ts'
import { beginRun, type Run } from '../run.ts'
import { namingFiles } from '../tls.ts'

export const get = async (urls: readonly URL[], options: GetOptions, io: Io): Promise<number> => {
  const [first] = urls
  const run = await beginRun(options, io, { form: 'ladder', awaits: `${first!.host} to answer` })
  let release = (): void => {}
  let asking: Asking | undefined
  try {
    const paths = urls.map((url, i) => fileFor(url, i, options))
    checkPlaces(paths, options)
    proxyNotice(urls, options, run, io)
    if (run.isTold || options.repeat !== undefined) await run.until(prepare(urls, options))
    release = limited(first!, options, run)
    asking = await run.until(askingOf(options, run, io))
    checkBody(urls, options, asking.init)
    const watch = options.repeat === undefined ? undefined : new Watch(options.repeat, run.trace)
    const watched = watch === undefined ? asking : { ...asking, init: { ...asking.init, trace: watch.trace } }
    using asker = askerOf(urls, options, watched, watch)
    run.begin()
    let exit = 0
    for (const [i, url] of urls.entries()) {
      const ask = (more: readonly (readonly [string, string])[]) => asker.ask(url, more)
      try {
        await transfer({ url, path: paths[i], options, run, ask })
      } catch (error) {
        // The others are wanted all the same, unless everything was stopped.
        if (urls.length === 1 || run.signal.aborted) throw error
        exit ||= run.complain(error)
      }
    }
    asker.done()
    if (watch === undefined) run.tell({ nameFrom: nameFrom(options) })
    else tellTimes(watch, options, run)
    return exit
  } catch (error) {
    const code = run.explain(error)
    const unsent = asking?.unsent()
    if (unsent !== undefined) run.notice([legible(`  ${unsent}`, run.style)])
    return code
  } finally {
    release()
    await run.end()
  }
}

/** A table instead of a timeline for each. */
const tellTimes = (watch: Watch, options: GetOptions, run: Run): void => {
  const how = isTwice(options) ? 'sessions resumed' : 'same connection'
  const rows = summaryOf(watch.times())
  const told = rows.map(({ layer, first, others }) => ({ layer, ...(first === undefined ? {} : { first }), ...others }))
  run.event({ type: 'repeat', times: options.repeat!, how, rows: told })
  run.notice(summaryLines(rows, how, run.style))
}

/** What makes the requests: one after another on the same connections, where there are several. */
interface Asker extends Disposable {
  ask(url: URL, more: readonly (readonly [string, string])[]): Promise<FetchResponse>
  /** No more requests: connections end in an orderly way. */
  done(): void
}

const askerOf = (
  urls: readonly URL[],
  options: GetOptions,
  { init, headers, at }: Asking,
  watch: Watch | undefined,
): Asker => {
  const several = (urls.length > 1 || watch !== undefined) && !isTwice(options) ? client(init) : undefined
  const once = several === undefined ? fetch : (url: URL, its: FetchInit) => several.fetch(url, its)
  return {
    ask(url, more) {
      const its = { ...init, headers: withFields(headers, more) }
      const asked = at(url)
      const ask = () =>
        watch !== undefined
          ? watch.repeated(() => once(asked, its))
          : isTwice(options)
            ? twice(asked, its)
            : once(asked, its)
      return namingFiles(filesOf(options), ask)
    },
    done: () => several?.close(),
    [Symbol.dispose]: () => several?.close(),
  }
}

/** What the command needs replaces what was typed: an offset counts bytes as they are stored. */
const withFields = (
  fields: readonly (readonly [string, string])[],
  more: readonly (readonly [string, string])[],
): [string, string][] => {
  const names = new Set(more.map(([name]) => name.toLowerCase()))
  return [...fields.filter(([name]) => !names.has(name.toLowerCase())), ...more].map(([name, value]) => [name, value])
}

/** The answer to the second of two requests, for which TLS remembers the first. */
const twice = async (url: URL, init: FetchInit): Promise<FetchResponse> => {
  const first = await fetch(url, init)
  // A ticket comes with the answer, and the answer is not wanted.
  await first.body?.pipeTo(new WritableStream())
  return fetch(url, init)
}

const usage = (got: string): FailureError => new FailureError(fail('cli/usage', { got }))

const checkPlaces = (paths: readonly (string | undefined)[], options: GetOptions): void => {
  const { outputs = [], continueAt, remoteHeaderName, include } = options
  if (outputs.length > paths.length)
    throw usage(`There are more -o and -O (${outputs.length}) than URLs (${paths.length}).`)
  const same = paths.find((path, i) => path !== undefined && !path.startsWith('/dev/') && paths.indexOf(path) < i)
  if (same !== undefined) throw usage(`Two answers would go into ${same}.`)
  if (continueAt && paths.includes(undefined)) throw usage('-C - goes on with a file: it goes with -o or -O.')
  if (continueAt && (remoteHeaderName || include))
    throw usage('-C - goes on with a body under a known name: not with -J or -i.')
  if (remoteHeaderName && paths.includes(undefined)) throw usage('-J goes with -O.')
}

/** What is asked twice must not do anything, and what is read once cannot be sent twice. */
const checkBody = (urls: readonly URL[], options: GetOptions, { method = 'GET', body }: FetchInit): void => {
  const isSafe = SAFE_METHODS.has(method) && body === undefined
  if (isTwice(options) && !isSafe)
    throw usage(
      `${options.earlyData ? '--early-data' : '--resume'} asks twice, so it is for GET, HEAD and OPTIONS only.`,
    )
  if (options.repeat !== undefined) {
    if (!isSafe) throw usage('--repeat asks several times, so it is for GET, HEAD and OPTIONS only.')
    if (urls.length > 1) throw usage('--repeat is for one URL.')
    if (options.continueAt) throw usage('--repeat is not for -C.')
  }
  if (options.continueAt && (method !== 'GET' || body !== undefined)) throw usage('-C - is for GET.')
  if (urls.length > 1 && body instanceof ReadableStream)
    throw usage('What comes from standard input or a pipe can be sent to one URL only.')
}

/** What the timeline is not to show: our own start. A redirect may lead to TLS where the first request has none. */
const prepare = async (urls: readonly URL[], { location, trust, trustKey }: GetOptions): Promise<void> => {
  const { warmUp } = await import('../warm.ts')
  await warmUp(
    urls.some(({ protocol }) => protocol === 'https:') || location ? 'https' : 'http',
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

/** Where the address of a name came from, when nobody was asked for it. */
const nameFrom =
  ({ resolve = [] }: GetOptions) =>
  (host: string): string =>
    resolve.some(fixed => fixed.host === host.toLowerCase()) ? '--resolve' : 'loopback'
