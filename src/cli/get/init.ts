/** What is asked, from the options: method, fields and body for every URL, and whom to believe. */
import { type FailureCode, FailureError, fail } from '../../failures/index.ts'
import type { FetchInit } from '../../index.ts'
import { SessionCache } from '../../tls/session/cache.ts'
import type { Io } from '../io.ts'
import { keysIn, MOST_OFFERED } from '../psk-file.ts'
import type { Run } from '../run.ts'
import { Progress } from '../story/progress.ts'
import { contentsOf, type FilesNamed, warn } from '../tls.ts'
import { rootsIn } from '../trust.ts'
import { VERSION } from '../version.ts'
import { readWords } from './data.ts'
import { formBody } from './form.ts'
import type { GetOptions } from './options.ts'
import { proxyOf } from './proxy.ts'
import { lengthOf, uploadOf } from './upload.ts'

export interface Asking {
  readonly init: FetchInit
  /** Those of `init`. */
  readonly headers: readonly (readonly [string, string])[]
  /** Where `-G` leads: the data in the query. */
  at(url: URL): URL
  /** For whoever stopped in the middle of an upload; undefined where everything, or nothing, had left. */
  unsent(): string | undefined
}

/** Reads what has to be read first. Throws for files that are not there, and for options that exclude each other. */
export const askingOf = async (options: GetOptions, run: Run, io: Io): Promise<Asking> => {
  const { data, dataJson, form } = options
  const given = [data && '-d', dataJson && '--data-json', form && '-F'].filter(each => each !== undefined)
  if (given.length > 1) throw usage(`${given.join(' and ')} are different bodies: a request has one.`)
  if (options.get && given.length > 0 && data === undefined) throw usage(`-G goes with -d, not with ${given[0]}.`)
  const words = data === undefined ? undefined : await readWords(data, io)
  const query = options.get && words !== undefined ? new TextDecoder().decode(words) : undefined
  const body = query === undefined ? await bodyOf(options, words, run, io) : undefined
  const headers = headersOf(options, body)
  return {
    init: { ...(await initOf(options, body, run, io)), headers },
    headers,
    unsent: () => body?.unsent?.(),
    at: url => (query === undefined ? url : withQuery(url, query)),
  }
}

const usage = (got: string): FailureError => new FailureError(fail('cli/usage', { got }))

interface Body {
  readonly type: string
  readonly content: NonNullable<FetchInit['body']>
  readonly unsent?: () => string | undefined
}

const bodyOf = async (
  { dataJson, form }: GetOptions,
  words: Uint8Array | undefined,
  run: Run,
  io: Io,
): Promise<Body | undefined> => {
  if (dataJson !== undefined) return { type: 'application/json', content: dataJson }
  if (words !== undefined)
    return { type: 'application/x-www-form-urlencoded', content: words as Uint8Array<ArrayBuffer> }
  if (form === undefined) return undefined
  const { type, pieces } = await formBody(form, io)
  const length = lengthOf(pieces)
  const upload = new UploadWatch(run, length)
  return { type, content: uploadOf(pieces, bytes => upload.moved(bytes)), unsent: () => upload.unsent }
}

/** How far an upload is; it may begin again after a redirect. */
class UploadWatch {
  readonly #run: Run
  readonly #length: number | undefined
  #progress: Progress | undefined
  #bytes = 0

  constructor(run: Run, length: number | undefined) {
    this.#run = run
    this.#length = length
  }

  moved(bytes: number): void {
    if (this.#progress === undefined || bytes < this.#bytes)
      this.#progress = new Progress(text => this.#run.status(text), this.#length, 'sent')
    this.#bytes = bytes
    if (bytes === this.#length) this.#progress.clear()
    else this.#progress.moved(bytes)
  }

  get unsent(): string | undefined {
    if (this.#bytes === 0 || this.#bytes === this.#length) return undefined
    const of = this.#length === undefined ? '' : ` of ${this.#length}`
    return `${this.#bytes}${of} bytes of the form had left; the server may have kept them.`
  }
}

const withQuery = (url: URL, query: string): URL => {
  const asked = new URL(url)
  asked.search = asked.search === '' ? query : `${asked.search}&${query}`
  return asked
}

const initOf = async (options: GetOptions, body: Body | undefined, run: Run, io: Io): Promise<FetchInit> => {
  const { timeout, resolve = [] } = options
  const step =
    timeout === undefined
      ? undefined
      : { name: timeout, connect: timeout, handshake: timeout, firstByte: timeout, idle: timeout }
  return {
    method: options.request ?? (options.head ? 'HEAD' : body === undefined ? 'GET' : 'POST'),
    redirect: options.location ? 'follow' : 'manual',
    signal: run.signal,
    trace: run.trace,
    resolve: (host, port) => resolve.find(fixed => fixed.host === host.toLowerCase() && fixed.port === port)?.address,
    ...(body === undefined ? {} : { body: body.content }),
    timeouts: step,
    proxy: proxyOf(options, io),
    // Who names a port knows what listens there.
    ports: 'any',
    trust: options.trust && rootsIn(options.trust),
    publicKeys: await contentsOf(options.trustKey),
    accept: options.accept as readonly FailureCode[] | undefined,
    ...(await identityOf(options)),
    psk: await offered(options, run),
    warned: failure => warn(failure, run),
    tls: {
      versions: options.tls,
      groups: options.groups,
      suites: options.suites,
      ...(isTwice(options) ? { sessions: new SessionCache() } : {}),
      earlyData: options.earlyData,
    },
  }
}

/** Those that were given, and what nobody has to say. */
const headersOf = (
  { header = [], user, range, userAgent, referer }: GetOptions,
  body: Body | undefined,
): [string, string][] => {
  const headers = header.map(([name, value]): [string, string] => [name, value])
  const add = (name: string, value: string | undefined): void => {
    if (value === undefined || headers.some(([given]) => given.toLowerCase() === name.toLowerCase())) return
    headers.push([name, value])
  }
  add('User-Agent', userAgent ?? `barewire/${VERSION}`)
  add('Accept', '*/*')
  add('Authorization', user)
  add('Referer', referer)
  add('Range', range)
  // Ranges count the bytes as they are stored.
  if (range !== undefined) add('Accept-Encoding', 'identity')
  add('Content-Type', body?.type)
  return headers
}

/** Two requests are made, and the answer to the second is wanted. */
export const isTwice = ({ resume, earlyData }: GetOptions): boolean => resume === true || earlyData === true

/** For failures that say which option they are about. */
export const filesOf = ({ cert, key, trustKey }: GetOptions): FilesNamed => ({
  cert,
  key,
  publicKeys: trustKey,
})

/** Whom the server gets to know, if it asks. The key may be in the file of the certificate. */
const identityOf = async ({ cert, key }: GetOptions): Promise<Pick<FetchInit, 'cert' | 'key'>> => {
  if (cert === undefined && key !== undefined) throw usage('--key goes with --cert.')
  return { cert: await contentsOf(cert), key: await contentsOf(key) }
}

/** Whom the server is to be, where both have a key from elsewhere. */
const offered = async ({ psk }: GetOptions, run: Run): Promise<FetchInit['psk']> => {
  const keys = psk === undefined ? undefined : await keysIn(psk, failure => warn(failure, run))
  if (keys === undefined || keys.length <= MOST_OFFERED) return keys
  throw new FailureError(fail('cli/usage', { got: `${psk} has ${keys.length} keys; a client offers ${MOST_OFFERED}.` }))
}
