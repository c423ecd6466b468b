/** What is asked, from the options: method, fields and body for every URL, and whom to believe. */
import { type FailureCode, FailureError, fail } from '../../failures/index.ts'
import { basicCredentials } from '../../http/semantics/challenges.ts'
import { authenticating, type FetchInit, type LoginScheme } from '../../index.ts'
import { nodeWorld } from '../../node/world.ts'
import { SessionCache } from '../../tls/session/cache.ts'
import { revocationOf, transparencyOf } from '../demands.ts'
import type { Io } from '../io.ts'
import { passwordFor } from '../password.ts'
import { keysIn, MOST_OFFERED } from '../psk-file.ts'
import type { Run } from '../run.ts'
import { Progress } from '../story/progress.ts'
import { contentsOf, type FilesNamed, passwordFrom, warn } from '../tls.ts'
import { rootsIn } from '../trust.ts'
import { VERSION } from '../version.ts'
import { readWords } from './data.ts'
import { formBody } from './form.ts'
import type { GetOptions } from './options.ts'
import { proxyLoginOf, proxyOf } from './proxy.ts'
import type { Throttle } from './throttle.ts'
import { bytesPiece, lengthOf, uploadOf } from './upload.ts'

export interface Asking {
  readonly init: FetchInit
  /** Those of `init`. */
  readonly headers: readonly (readonly [string, string])[]
  /** Where `-G` leads: the data in the query. */
  at(url: URL): URL
  /** For whoever stopped in the middle of an upload; undefined where everything, or nothing, had left. */
  unsent(): string | undefined
}

export interface Surroundings {
  readonly run: Run
  readonly io: Io
  /** What slows an upload down. */
  readonly throttle: Throttle | undefined
}

/** Reads what has to be read first. Throws for files that are not there, and for options that exclude each other. */
export const askingOf = async (
  urls: readonly URL[],
  options: GetOptions,
  { run, io, throttle }: Surroundings,
): Promise<Asking> => {
  const { data, dataJson, form } = options
  const given = [data && '-d', dataJson && '--data-json', form && '-F'].filter(each => each !== undefined)
  if (given.length > 1) throw usage(`${given.join(' and ')} are different bodies: a request has one.`)
  if (options.get && given.length > 0 && data === undefined) throw usage(`-G goes with -d, not with ${given[0]}.`)
  const words = data === undefined ? undefined : await readWords(data, io)
  const query = options.get && words !== undefined ? new TextDecoder().decode(words) : undefined
  const body = query === undefined ? await bodyOf(options, words, { run, io, throttle }) : undefined
  const headers = headersOf(options, body)
  return {
    init: { ...(await initOf(options, body, run, io)), headers, interceptors: loginsOf(urls, options) },
    headers,
    unsent: () => body?.unsent(),
    at: url => (query === undefined ? url : withQuery(url, query)),
  }
}

const usage = (got: string): FailureError => new FailureError(fail('cli/usage', { got }))

interface Body {
  readonly type: string
  readonly content: NonNullable<FetchInit['body']>
  readonly sent: (bytes: number) => void
  readonly unsent: () => string | undefined
}

const bodyOf = async (
  { dataJson, form }: GetOptions,
  words: Uint8Array | undefined,
  { run, io, throttle }: Surroundings,
): Promise<Body | undefined> => {
  const text = dataJson === undefined ? words : new TextEncoder().encode(dataJson)
  if (form === undefined && text === undefined) return undefined
  const made = form === undefined ? undefined : await formBody(form, io)
  const pieces = made?.pieces ?? [bytesPiece(text!)]
  const upload = new UploadWatch(run, lengthOf(pieces))
  return {
    type: made?.type ?? (dataJson === undefined ? 'application/x-www-form-urlencoded' : 'application/json'),
    content:
      made === undefined && throttle === undefined ? (text as Uint8Array<ArrayBuffer>) : uploadOf(pieces, throttle),
    sent: bytes => upload.moved(bytes),
    unsent: () => upload.unsent,
  }
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
    return `${this.#bytes}${of} bytes of the body had left; the server may have kept them.`
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
    ...(body === undefined ? {} : { body: body.content, sent: body.sent }),
    timeouts: step,
    proxy: proxyOf(options, io),
    proxyLogin: proxyLoginOf(options),
    // Who names a port knows what listens there.
    ports: 'any',
    trust: options.trust && rootsIn(options.trust, passwordFrom(options.passwordFile)),
    publicKeys: contentsOf(options.trustKey),
    accept: options.accept as readonly FailureCode[] | undefined,
    revocation: revocationOf(options),
    transparency: transparencyOf(options),
    ...(await identityOf(options, io)),
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

/** What a server may ask for; undefined: Basic, before it asks. */
const schemesOf = ({ digest, digestMd5, anyauth, basic, user }: GetOptions): readonly LoginScheme[] | undefined => {
  const given = [basic && '--basic', digest && '--digest', digestMd5 && '--digest-md5', anyauth && '--anyauth']
  const named = given.filter(each => each !== undefined)
  if (named.length > 1) throw usage(`${named.join(' and ')} are different ways to say who is asking: one will do.`)
  if (named.length > 0 && user === undefined) throw usage(`${named[0]} goes with -u name:password.`)
  if (anyauth) return ['digest', 'basic']
  return digest || digestMd5 ? ['digest'] : undefined
}

/** For the servers that were typed, and no others. */
const loginsOf = (urls: readonly URL[], options: GetOptions): FetchInit['interceptors'] => {
  const schemes = schemesOf(options)
  if (schemes === undefined || options.user === undefined) return undefined
  const md5 = options.digestMd5 ? 'allowed' : undefined
  const origins = new Set(urls.map(url => url.origin))
  const logins = Array.from(origins, origin => ({ origin, ...options.user, schemes, md5 }) as const)
  return [authenticating(logins, { world: nodeWorld() })]
}

/** Those that were given, and what nobody has to say. */
const headersOf = (options: GetOptions, body: Body | undefined): [string, string][] => {
  const { header = [], user, range, userAgent, referer } = options
  const headers = header.map(([name, value]): [string, string] => [name, value])
  const add = (name: string, value: string | undefined): void => {
    if (value === undefined || headers.some(([given]) => given.toLowerCase() === name.toLowerCase())) return
    headers.push([name, value])
  }
  add('User-Agent', userAgent ?? `barewire/${VERSION}`)
  add('Accept', '*/*')
  add('Authorization', user && schemesOf(options) === undefined ? basicCredentials(user) : undefined)
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
const identityOf = async (
  { cert, key, passwordFile }: GetOptions,
  io: Io,
): Promise<Pick<FetchInit, 'cert' | 'key' | 'password'>> => {
  if (cert === undefined && key !== undefined) throw usage('--key goes with --cert.')
  if (cert === undefined) return {}
  const [certs, keys] = [contentsOf(cert), await contentsOf(key)]
  const files = [
    [cert, certs],
    [key, keys],
  ] as const
  return { cert: certs, key: keys, password: await passwordFor({ passwordFile, files }, io) }
}

/** Whom the server is to be, where both have a key from elsewhere. */
const offered = async ({ psk }: GetOptions, run: Run): Promise<FetchInit['psk']> => {
  const keys = psk === undefined ? undefined : await keysIn(psk, failure => warn(failure, run))
  if (keys === undefined || keys.length <= MOST_OFFERED) return keys
  throw new FailureError(fail('cli/usage', { got: `${psk} has ${keys.length} keys; a client offers ${MOST_OFFERED}.` }))
}
