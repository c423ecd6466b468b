/** `barewire get URL…`: one request for each; the bodies are the product, how it went is the story. */
import { FailureError, fail } from '../../failures/index.ts'
import type { FetchInit } from '../../index.ts'
import { legible, lines, type Shown } from '../../inspect/index.ts'
import { systemClock } from '../../node/clock.ts'
import { tee } from '../../trace/recorder.ts'
import { failureOf } from '../errors.ts'
import { type Asker, askerOf } from '../get/asker.ts'
import { checkBody, checkPlaces } from '../get/checks.ts'
import { type Cookies, cookiesOf } from '../get/cookies.ts'
import { knownHosts } from '../get/hsts.ts'
import { type Asking, askingOf, isTwice } from '../get/init.ts'
import { Meter, meteredNames, metering } from '../get/meter.ts'
import { fileFor } from '../get/names.ts'
import type { GetOptions } from '../get/options.ts'
import { inParallel, Turns } from '../get/parallel.ts'
import { proxyNotice } from '../get/proxy.ts'
import { howMade, summaryLines, summaryOf, Watch } from '../get/repeat.ts'
import { Throttle } from '../get/throttle.ts'
import { type Transfer, transfer } from '../get/transfer.ts'
import { type Format, formatOf, writtenOut } from '../get/write-out.ts'
import type { Io } from '../io.ts'
import { beginRun, type Run } from '../run.ts'

export const get = async (urls: readonly URL[], options: GetOptions, io: Io): Promise<number> => {
  const run = await beginRun(options, io, {
    form: 'ladder',
    awaits: `${urls[0]!.host} to answer`,
    command: `get ${urls.map(url => url.href).join(' ')}`,
  })
  const kept = new Kept(run)
  try {
    const exit = await asked(urls, options, { io, run, kept })
    const saved = await kept.save()
    return exit || saved
  } catch (error) {
    await kept.save()
    throw error
  } finally {
    await run.end()
  }
}

/** Cookies and hosts. What one answer sets is kept even if the next one does not come; where nothing was asked, nothing is written. */
class Kept {
  readonly #run: Run
  readonly #files: Pick<Cookies, 'save' | 'close'>[] = []
  #asked = false

  constructor(run: Run) {
    this.#run = run
  }

  async open(urls: readonly URL[], options: GetOptions): Promise<Pick<FetchInit, 'jar' | 'hsts'>> {
    const cookies = await cookiesOf(urls, options, this.#run)
    this.#files.push(cookies)
    const hosts = await knownHosts(options.hsts)
    this.#files.push(hosts)
    return { jar: cookies.jar, hsts: hosts.store }
  }
  begin(): void {
    this.#asked = true
  }
  async save(): Promise<number> {
    let exit = 0
    for (const file of this.#files) {
      try {
        if (this.#asked) await file.save()
      } catch (error) {
        exit ||= this.#run.complain(error)
      } finally {
        await file.close()
      }
    }
    return exit
  }
}

interface Surroundings {
  readonly io: Io
  readonly run: Run
  readonly kept: Kept
}

const asked = async (urls: readonly URL[], options: GetOptions, { io, run, kept }: Surroundings): Promise<number> => {
  const [first] = urls
  let release = (): void => {}
  let asking: Asking | undefined
  try {
    const paths = urls.map((url, i) => fileFor(url, i, options))
    checkPlaces(paths, options)
    proxyNotice(urls, options, run, io)
    if (run.isTold || options.repeat !== undefined) await run.until(prepare(urls, options))
    release = limited(first!, options, run)
    const known = await run.until(kept.open(urls, options))
    const { limitRate } = options
    const throttle = limitRate === undefined ? undefined : new Throttle(limitRate, systemClock, run.signal)
    asking = await run.until(askingOf(urls, options, { run, io, throttle }))
    checkBody(urls.length, options, asking.init)
    const format = options.writeOut === undefined ? undefined : await run.until(formatOf(options.writeOut, io))
    const watch = options.repeat === undefined ? undefined : new Watch(options.repeat, run.trace)
    const init = {
      ...asking.init,
      ...known,
      ...(watch === undefined ? {} : { trace: watch.trace }),
      ...(format === undefined ? {} : metered(asking.init)),
    }
    using asker = askerOf(urls.length, options, { ...asking, init }, watch)
    run.begin()
    kept.begin()
    const exit = await transfers(urls, { paths, options, run, asker, method: init.method ?? 'GET', throttle, format })
    asker.done()
    if (watch === undefined) run.tell({ nameFrom: nameFrom(options) }, isTwice(options) ? 'beside' : undefined)
    else tellTimes(watch, options, run)
    return exit
  } catch (error) {
    const code = run.explain(error)
    const unsent = asking?.unsent()
    if (unsent !== undefined) run.notice([legible(`  ${unsent}`, run.style)])
    return code
  } finally {
    release()
  }
}

/** With `-w` each request is measured. */
const metered = ({ interceptors = [], trace }: FetchInit): Pick<FetchInit, 'interceptors' | 'trace'> => ({
  interceptors: [metering, ...interceptors],
  trace: trace === undefined ? meteredNames() : tee(trace, meteredNames()),
})

interface Transfers {
  readonly paths: readonly (string | undefined)[]
  readonly options: GetOptions
  readonly run: Run
  readonly asker: Asker
  /** Of `-w`. */
  readonly format: Format | undefined
  readonly method: string
  readonly throttle: Throttle | undefined
}

/** The exit code of the first that did not go well; throws where it was the only one, and where everything was stopped. */
const transfers = async (urls: readonly URL[], { paths, asker, format, ...rest }: Transfers): Promise<number> => {
  const { run, options } = rest
  const together = options.parallel === true && urls.length > 1
  const turns = new Turns(urls.length)
  let exit = 0
  let ended = 0
  await inParallel(urls, together ? (options.parallelMax ?? AT_ONCE) : 1, async (url, i) => {
    const meter = format === undefined ? undefined : new Meter(url, i)
    const ask = (more: readonly (readonly [string, string])[]) => {
      meter?.again()
      return asker.ask(url, more)
    }
    const status = together ? () => {} : (text: string) => run.status(text)
    try {
      const job = { ...rest, url, path: paths[i], turn: () => turns.turn(i), status, ask }
      await (meter === undefined ? transfer(job) : measured(job, meter, format!))
    } catch (error) {
      // The others are wanted all the same, unless everything was stopped.
      if (urls.length === 1 || run.signal.aborted) throw error
      exit ||= run.complain(error)
    } finally {
      turns.over(i)
      ended++
      if (together) run.status(ended === urls.length ? '' : `${ended} of ${urls.length} done`)
    }
  })
  return exit
}

/** What `-w` says stands behind the body, also behind one that broke off. */
const measured = async (job: Transfer, meter: Meter, format: Format): Promise<void> => {
  const { run, path: file } = job
  try {
    await meter.run(() => transfer(job))
  } catch (error) {
    meter.failure = failureOf(error)
    throw error
  } finally {
    meter.ended = systemClock.now()
    await job.turn()
    const { stdout, stderr } = writtenOut(format, { meter, file }, run.words)
    if (stdout.length > 0) await run.out.write(run.out.isTerminal ? lines(shownLines(stdout, run)) : stdout)
    if (stderr.length > 0) run.notice(shownLines(stderr, run))
  }
}

const shownLines = (text: Uint8Array, { style }: Run): Shown[] =>
  new TextDecoder()
    .decode(text)
    .replace(/\n$/, '')
    .split('\n')
    .map(each => legible(each, style))

/** As browsers have connections to one origin; more would wait for each other there. */
const AT_ONCE = 6

/** A table instead of a timeline for each. */
const tellTimes = (watch: Watch, options: GetOptions, run: Run): void => {
  const made = watch.made()
  const how = howMade(made)
  const rows = summaryOf(made.map(({ times }) => times))
  const told = rows.map(({ layer, first, others }) => ({ layer, ...(first === undefined ? {} : { first }), ...others }))
  run.event({ type: 'repeat', times: options.repeat!, how, rows: told })
  run.notice(summaryLines(rows, how, run.style))
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
