/**
 * `check`: what one server offers, family by family. Read `asker.ts` for how a question is put, `types.ts` for what comes
 * back, `findings.ts` for what is thought of it.
 */
import type { Millis } from '../../engine.ts'
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import { sniOf } from '../../tls/hello/host-name.ts'
import type { TraceSink } from '../../trace/types.ts'
import { endpointText } from '../../wire/address.ts'
import { addressesOf, dial } from '../stream/dial.ts'
import type { StartTlsName } from '../stream/starttls/protocols.table.ts'
import { startTls } from '../stream/starttls/starttls.ts'
import type { ByteStream, World } from '../stream/types.ts'
import { Asker, UnsteadyServer } from './asker.ts'
import { type Asking, flightIn } from './asking.ts'
import { askCertificates, type CertificatesAsked } from './certificates.ts'
import { askExtensions } from './extensions.ts'
import { askGroups } from './groups.ts'
import { askHttp } from './http.ts'
import { askRobustness } from './robustness.ts'
import { askSchemes } from './schemes.ts'
import { askSessions } from './sessions.ts'
import { askStartTls } from './starttls.ts'
import { askSuites } from './suites.ts'
import { FAMILIES, type Family, isUnasked, type Observed, type Report, VERSION_NAMES, type Versions } from './types.ts'
import { askVersions, isOffered, type VersionFound, versionFound } from './versions.ts'

export interface CheckOptions {
  readonly world: World
  readonly host: string
  readonly port: number
  /** What is spoken in clear before TLS; TLS from the first byte where undefined. */
  readonly starttls?: StartTlsName | undefined
  /** The name to ask for and to check; the host where undefined. */
  readonly sni?: string | undefined
  /** The address to go to instead of asking for those of the host. */
  readonly address?: string | undefined
  /** All of them where undefined. */
  readonly families?: readonly Family[] | undefined
  /** Where plain HTTP is; 80 beside 443 where undefined. */
  readonly plainPort?: number | undefined
  /** Connections at once; 6 where undefined, as a browser has. */
  readonly lanes?: number | undefined
  /** Connections in all; 600 where undefined. */
  readonly most?: number | undefined
  /** For each answer, in milliseconds; 5,000 where undefined. */
  readonly timeout?: Millis | undefined
  /** For everything; 24 times `timeout` where undefined. */
  readonly maxTime?: Millis | undefined
  readonly signal?: AbortSignal | undefined
  readonly trace?: TraceSink | undefined
  readonly progress?: ((step: Progress) => void) | undefined
}

export interface Progress {
  readonly connections: number
  /** Under way. */
  readonly families: readonly Family[]
}

/** What is found, and why chains are not believed that are not. */
export interface Checked {
  readonly report: Report
  readonly failures: readonly Failure[]
}

const USUAL = { lanes: 6, most: 600, timeout: 5_000 } as const
/** Of `timeout`. */
const PATIENCE = 24

/**
 * Rejects with `FailureError` where there is nobody to ask: dns/…, tcp/…, `tls/not-tls` for a server of something else,
 * `net/handshake-timeout` for one that never answers, net/starttls-… for one that does not go over to TLS; with `signal.reason` when aborted.
 */
export const check = async (options: CheckOptions): Promise<Checked> => {
  const { world, host, port, timeout = USUAL.timeout, maxTime = timeout * PATIENCE, signal, trace } = options
  const { clock } = world
  const began = clock.now()
  // A name that TLS cannot ask for is refused before anything is sent.
  const serverName = sniOf(options.sni ?? host)
  const patience = Math.min(timeout, maxTime)
  const timeouts = { name: patience, connect: patience }
  const to = { host, port, address: options.address, timeouts, signal, trace }
  const addresses = await addressesOf(to, world.transport, clock)
  // Whichever answers first is asked, and no other.
  const first = await dial(to, world.transport, clock)
  const { address } = first.remote
  await opened(first, options, { asked: began, patience })
  first.reset()
  const until = began + maxTime
  const run = (before: number, unsteady?: 'known'): Promise<Ran> =>
    new Run({ ...options, timeout }, { address, serverName, until, before, unsteady }).go()
  let ran: Ran
  let isUnsteady = false
  try {
    ran = await run(1)
  } catch (error) {
    if (!(error instanceof UnsteadyServer)) throw error
    isUnsteady = true
    ran = await run(error.connections, 'known')
  }
  const { observed, failures, connections } = ran
  const others = addresses.filter(each => each !== address)
  const took = clock.now() - began
  return { report: { host, port, address, others, observed, connections, took, unsteady: isUnsteady }, failures }
}

/** Is asked to go over to TLS once before anything else: who does not is not to be taken for one that says no to a question. */
const opened = async (
  first: ByteStream,
  { starttls, host, port, world, signal }: CheckOptions,
  times: { readonly asked: Millis; readonly patience: Millis },
): Promise<void> => {
  if (starttls === undefined) return
  const where = endpointText(host, port)
  await startTls(first, { protocol: starttls, host, clock: world.clock, ...times, where, signal })
}

interface Ran {
  readonly observed: Observed
  readonly failures: readonly Failure[]
  readonly connections: number
}

interface Setting {
  readonly address: string
  readonly serverName: string | undefined
  readonly until: Millis
  /** Connections that were made already. */
  readonly before: number
  readonly unsteady: 'known' | undefined
}

type Modern = Parameters<typeof versionFound>[0]

class Run {
  readonly #options: CheckOptions & { readonly timeout: Millis }
  readonly #asker: Asker
  readonly #base: Pick<Asking, 'asker' | 'world' | 'serverName'>
  readonly #under = new Set<Family>()
  /** What is under way when one question throws is of no use to anybody. */
  readonly #over = new AbortController()
  constructor(options: CheckOptions & { readonly timeout: Millis }, setting: Setting) {
    this.#options = options
    const { world, host, port, starttls, lanes = USUAL.lanes, most = USUAL.most, timeout, signal, trace } = options
    const { address, serverName, until, before, unsteady } = setting
    this.#asker = new Asker({
      world,
      host,
      port,
      starttls,
      address,
      // Whoever leaves when several come at once may stay for one.
      lanes: unsteady === undefined ? lanes : 1,
      most,
      timeout,
      until,
      signal: AbortSignal.any([this.#over.signal, ...(signal === undefined ? [] : [signal])]),
      trace,
      unsteady,
      before,
      progress: connections => options.progress?.({ connections, families: [...this.#under] }),
    })
    this.#base = { asker: this.#asker, world, serverName }
  }

  async go(): Promise<Ran> {
    try {
      return await this.#all()
    } catch (error) {
      this.#over.abort(error)
      throw error
    }
  }

  async #all(): Promise<Ran> {
    const found = await this.#somebody()
    const asked = await this.#during('versions', () => askVersions(this.#base, found))
    const { versions } = asked.versions
    const { world, host, port, sni } = this.#options
    const spoken = VERSION_NAMES.filter(name => name !== 'SSL 2.0' && isOffered(versions[name]))
    return await this.#rest({ ...this.#base, world, name: sni ?? host, port, spoken }, asked.versions)
  }

  async #rest(asking: Asking, versions: Versions): Promise<Ran> {
    // What is said above TLS is asked of who has the key that was shown.
    const wantsChains = this.#wanted('certificates') || this.#wanted('http')
    const certificates = wantsChains ? this.#during('certificates', () => askCertificates(asking)) : undefined
    const chains = async (): Promise<CertificatesAsked['chains']> => (await certificates)?.chains ?? []
    const { plainPort } = this.#options
    const [shown, suites, groups, schemes, extensions, sessions, http, robustness, starttls] = await Promise.all([
      certificates,
      this.#when('suites', () => askSuites(asking)),
      this.#when('groups', () => askGroups(asking)),
      this.#when('schemes', () => askSchemes(asking)),
      this.#when('extensions', () => askExtensions(asking)),
      this.#when('sessions', () => askSessions(asking)),
      this.#when('http', async () => askHttp(asking, { chains: await chains(), plainPort })),
      this.#when('robustness', () => askRobustness(asking)),
      this.#when('starttls', () => askStartTls(asking)),
    ])
    const observed: Observed = {
      versions: this.#wanted('versions') ? versions : undefined,
      suites,
      groups,
      schemes,
      certificates: this.#wanted('certificates') ? shown?.certificates : undefined,
      extensions,
      sessions,
      http,
      robustness,
      starttls,
    }
    const failures = this.#wanted('certificates') ? (shown?.failures ?? []) : []
    return { observed, failures, connections: this.#asker.connections }
  }

  /** The newest version first: what is answered is what the server is known by. */
  async #somebody(): Promise<ReadonlyMap<Modern, VersionFound>> {
    const found = new Map<Modern, VersionFound>()
    let silent = 0
    let nonsense: string | undefined
    for (const version of ['TLS 1.3', 'TLS 1.2', 'TLS 1.0', 'SSL 3.0'] as const) {
      const one = await versionFound(version, this.#base)
      found.set(version, one)
      if (flightIn(one.reply) !== undefined) {
        this.#asker.control = one.spec
        return found
      }
      if (isUnasked(one.reply) ? one.reply.unasked === 'silent' : 'by' in one.reply && one.reply.by === 'silent')
        silent++
      if (!isUnasked(one.reply) && one.reply.kind === 'nonsense') nonsense = one.reply.got
      if (silent > 1 || nonsense !== undefined) break
    }
    const where = endpointText(this.#options.host, this.#options.port)
    if (nonsense !== undefined) throw new FailureError(fail('tls/not-tls', { where, got: nonsense }))
    if (silent > 0) throw new FailureError(fail('net/handshake-timeout', { where, number: this.#options.timeout }))
    const wordless = [...found.values()].some(({ reply }) => !isUnasked(reply) && reply.kind === 'wordless')
    if (wordless) throw new FailureError(fail('tcp/reset-in-handshake', { where }))
    return found
  }

  #wanted(family: Family): boolean {
    const { families = FAMILIES, starttls } = this.#options
    // What is spoken behind STARTTLS is no HTTP.
    const isThere = family === 'http' ? starttls === undefined : family !== 'starttls' || starttls !== undefined
    return isThere && families.includes(family)
  }

  async #when<T>(family: Family, ask: () => Promise<T>): Promise<T | undefined> {
    return this.#wanted(family) ? await this.#during(family, ask) : undefined
  }

  async #during<T>(family: Family, ask: () => Promise<T>): Promise<T> {
    this.#under.add(family)
    try {
      return await ask()
    } finally {
      this.#under.delete(family)
    }
  }
}
