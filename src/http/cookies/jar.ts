/** The cookies of a client (RFC 6265bis 5.7, 5.8): what is kept, for how long, and who gets it back. */
import type { Millis } from '../../engine.ts'
import { Failure, type FailureCode, fail } from '../../failures/index.ts'
import type { TraceContext } from '../../trace/types.ts'
import { defaultPath, domainMatches, pathMatches, pathOf } from './matching.ts'
import { type Cookie, type CookieAttributes, parseSetCookie, prefixFailure } from './set-cookie.ts'
import { siteOf } from './site.ts'

/** RFC 6265bis 6.1: at least 50 for a domain, at least 3000 in all. */
const PER_DOMAIN = 50
const IN_ALL = 3000
/** RFC 6265bis 5.5: no cookie lives longer than 400 days. */
const LONGEST: Millis = 400 * 86_400_000

export interface JarConfig {
  /** Whether everybody can have a name below `domain` (`co.uk`, `github.io`). */
  readonly isPublicSuffix: (domain: string) => boolean
  /** Milliseconds since 1970. */
  readonly date: () => Millis
}

/** The request that a cookie came with or goes with. */
export interface CookieRequest {
  /** Lower-case, without port. */
  readonly host: string
  /** Path of the target, a query may follow. */
  readonly path: string
  /** https:, or a host that nobody can listen in on. */
  readonly secure: boolean
  /** Whether the page that asks belongs to the same site; `same-site` when nobody else asks. */
  readonly site?: 'same-site' | 'cross-site' | undefined
  /**
   * A cross-site request that opens a page: cookies that are for the same site are kept from its answer. With a safe method
   * SameSite=Lax cookies go along.
   */
  readonly navigation?: 'top-level-safe' | 'top-level' | 'other' | undefined
  /** The site (`siteOf`) of the page at the top of the window; that of the request itself where undefined. */
  readonly partition?: string | undefined
  /** `script`: for programs that must not see HttpOnly. */
  readonly api?: 'http' | 'script' | undefined
  readonly trace?: TraceContext | undefined
  /** When it is, on the clock of the trace (`Clock.now`). */
  readonly now?: Millis | undefined
}

export interface CookieJar {
  /** One Set-Cookie value of an answer: kept (or removed, when it has expired), or why not. */
  receive(setCookie: string, from: CookieRequest): Cookie | Failure
  /** The value of Cookie, or undefined when there is none to send. */
  header(to: CookieRequest): string | undefined
  /** Everything that has not expired. */
  list(): readonly Cookie[]
  /** Takes back what `list` gave or a file says; of what it would not keep from an answer nothing comes back. */
  restore(cookies: Iterable<Cookie>): void
  clear(): void
}

/** Octets of a Cookie field: curl's number, for Apache refuses lines above 8,190. Cookies that do not fit stay behind. */
const MOST_SENT = 8_190

type Stored = { -readonly [K in keyof Cookie]: Cookie[K] }

const keyOf = (c: Cookie): string => `${c.hostOnly ? '' : '.'}${c.domain}\n${c.path}\n${c.partition ?? ''}\n${c.name}`

export const cookieJar = (config: JarConfig): CookieJar => {
  const stored = new Map<string, Stored>()
  // Partitioned cookies are Secure: whatever gets them counts as https.
  const partitionOf = ({ partition, host }: CookieRequest): string =>
    partition ?? siteOf({ protocol: 'https:', hostname: host }, config.isPublicSuffix)
  /** A counter beside the clock, so that cookies of the same millisecond keep their order. */
  let order = 0
  const orders = new WeakMap<Stored, number>()

  const prune = (now: Millis): void => {
    for (const [key, cookie] of stored) if (isExpired(cookie, now)) stored.delete(key)
  }

  const receive = (line: string, from: CookieRequest): Cookie | Failure => {
    const now = config.date()
    const parsed = parseSetCookie(line)
    if (parsed instanceof Failure) return parsed
    const admitted = admit(parsed, from, now, config.isPublicSuffix)
    if (admitted instanceof Failure) return admitted
    const cookie = parsed.partitioned ? { ...admitted, partition: partitionOf(from) } : admitted
    if (hidesSecure(cookie, from, stored.values())) return fail('cookie/hides-secure', { where: cookie.name })
    const key = keyOf(cookie)
    const old = stored.get(key)
    if (old?.httpOnly === true && from.api === 'script') return fail('cookie/hides-http-only', { where: cookie.name })
    const fresh: Stored = { ...cookie, created: old === undefined ? now : old.created }
    orders.set(fresh, old === undefined ? order++ : orders.get(old)!)
    stored.delete(key)
    if (isExpired(fresh, now)) return fresh
    stored.set(key, fresh)
    if (stored.size > PER_DOMAIN) evict(stored, fresh, now)
    return fresh
  }

  return {
    receive(line, from) {
      const outcome = receive(line, from)
      judge(outcome, from)
      return outcome
    },
    header(to) {
      const now = config.date()
      const partition = partitionOf(to)
      const sent = [...stored.values()].filter(cookie => {
        if (isExpired(cookie, now) || !isFor(cookie, to)) return false
        const why = whyNot(cookie, to, partition)
        if (why !== undefined) tell(why, cookie, to)
        return why === undefined
      })
      if (sent.length === 0) return undefined
      for (const cookie of sent) cookie.lastUsed = now
      // RFC 6265bis 5.8.3: longer paths first, then the older ones.
      sent.sort((a, b) => b.path.length - a.path.length || a.created - b.created || orders.get(a)! - orders.get(b)!)
      let field = ''
      for (const { name, value } of sent) {
        const pair = name === '' ? value : `${name}=${value}`
        const longer = field === '' ? pair : `${field}; ${pair}`
        if (longer.length <= MOST_SENT) field = longer
      }
      return field
    },
    list() {
      prune(config.date())
      return [...stored.values()].map(cookie => ({ ...cookie }))
    },
    restore(cookies) {
      const now = config.date()
      for (const cookie of cookies) {
        const kept = restored(cookie, now, config.isPublicSuffix)
        if (kept === undefined) continue
        stored.delete(keyOf(kept))
        orders.set(kept, order++)
        stored.set(keyOf(kept), kept)
        if (stored.size > PER_DOMAIN) evict(stored, kept, now)
      }
    },
    clear: () => stored.clear(),
  }
}

/** Every cookie that comes is a verdict: kept, or the rule that forbids it. */
const judge = (outcome: Cookie | Failure, { trace, now: at = 0 }: CookieRequest): void => {
  if (trace === undefined) return
  const { sink, flow, host } = trace
  const verdict = { layer: 'http', flow, host, at, check: 'cookie' } as const
  if (outcome instanceof Failure) {
    const rule = outcome.rule === undefined ? {} : { rule: outcome.rule }
    sink.verdict({ ...verdict, ok: false, ...rule, failure: outcome })
    return
  }
  const partitioned = outcome.partition === undefined ? '' : 'Partitioned'
  const marks = [outcome.httpOnly ? 'HttpOnly' : '', outcome.secure ? 'Secure' : '', sameSiteText(outcome), partitioned]
  const about = `${outcome.name} (${marks.filter(mark => mark !== '').join(', ')}) kept for ${outcome.domain}`
  sink.verdict({ ...verdict, ok: true, rule: 'RFC 6265bis 5.7', about })
}

const sameSiteText = ({ sameSite }: Cookie): string =>
  sameSite === 'default' ? '' : `${sameSite[0]!.toUpperCase()}${sameSite.slice(1)}`

const isExpired = (cookie: Cookie, now: Millis): boolean => cookie.expires !== undefined && cookie.expires <= now

/** RFC 6265bis 5.7, the checks that concern this cookie alone. */
const admit = (
  parsed: CookieAttributes,
  from: CookieRequest,
  now: Millis,
  isPublicSuffix: (domain: string) => boolean,
): Stored | Failure => {
  const { name, value, secure, httpOnly, sameSite } = parsed
  const where = name === '' ? 'The cookie' : name
  let domain = parsed.domain ?? ''
  if (domain !== '' && domain !== from.host && isPublicSuffix(domain)) {
    return fail('cookie/public-suffix', { where, expected: domain })
  }
  // A public suffix may set cookies for itself alone.
  if (domain === from.host && isPublicSuffix(domain)) domain = ''
  if (domain !== '' && !domainMatches(from.host, domain)) {
    return fail('cookie/other-domain', { where, expected: domain, got: from.host })
  }
  if (secure && !from.secure) return fail('cookie/secure-over-http', { where, got: from.host })
  if (httpOnly && from.api === 'script') return fail('cookie/http-only-from-script', { where })
  const opens = from.navigation === 'top-level-safe' || from.navigation === 'top-level'
  if (sameSite !== 'none' && from.site === 'cross-site' && !opens) {
    return fail('cookie/cross-site', { where })
  }
  if (sameSite === 'none' && !secure) return fail('cookie/none-without-secure', { where })
  if (parsed.partitioned && !secure) return fail('cookie/partitioned-without-secure', { where })
  const path = parsed.path === undefined || parsed.path === '' ? defaultPath(from.path) : parsed.path
  // The Path attribute itself must say "/": a default that happens to be "/" is not enough.
  const prefix = prefixFailure(parsed, parsed.path, domain === '')
  if (prefix !== undefined) return prefix
  return {
    name,
    value,
    domain: domain === '' ? from.host : domain,
    hostOnly: domain === '',
    path,
    secure,
    httpOnly,
    sameSite,
    created: now,
    lastUsed: now,
    expires: expiryOf(parsed, now),
  }
}

/** RFC 6265bis 5.7 of a cookie that nobody sends now: somebody may have written the file since. */
const restored = (cookie: Cookie, now: Millis, isPublicSuffix: (domain: string) => boolean): Stored | undefined => {
  const { name, value, domain, hostOnly, path, expires } = cookie
  const read = parseSetCookie(`${name}=${value}`)
  if (read instanceof Failure || read.name !== name || read.value !== value) return undefined
  if (isExpired(cookie, now) || prefixFailure(cookie, path, hostOnly) !== undefined) return undefined
  if (!hostOnly && isPublicSuffix(domain)) return undefined
  return { ...cookie, expires: expires === undefined ? undefined : Math.min(expires, now + LONGEST) }
}

/** RFC 6265bis 5.6: Max-Age goes before Expires. */
const expiryOf = ({ maxAge, expires }: CookieAttributes, now: Millis): Millis | undefined => {
  if (maxAge !== undefined) return maxAge <= 0 ? Number.NEGATIVE_INFINITY : now + Math.min(maxAge * 1000, LONGEST)
  return expires === undefined ? undefined : Math.min(expires, now + LONGEST)
}

/** RFC 6265bis 5.7: who listens in on plain HTTP must not be able to replace a Secure cookie. */
const hidesSecure = (fresh: Cookie, from: CookieRequest, stored: Iterable<Cookie>): boolean => {
  if (fresh.secure || from.secure) return false
  for (const old of stored) {
    if (!old.secure || old.name !== fresh.name || !pathMatches(fresh.path, old.path)) continue
    if (domainMatches(old.domain, fresh.domain) || domainMatches(fresh.domain, old.domain)) return true
  }
  return false
}

/** RFC 6265bis 5.8.3, host and path; what others must not see is as if it were not there. */
const isFor = (cookie: Cookie, to: CookieRequest): boolean => {
  if (cookie.hostOnly ? to.host !== cookie.domain : !domainMatches(to.host, cookie.domain)) return false
  return pathMatches(pathOf(to.path), cookie.path) && !(cookie.httpOnly && to.api === 'script')
}

/** RFC 6265bis 5.8.3, and CHIPS: why a cookie of this host and path stays at home. */
const whyNot = (cookie: Cookie, to: CookieRequest, partition: string): FailureCode | undefined => {
  if (cookie.secure && !to.secure) return 'cookie/only-over-tls'
  if (cookie.partition !== undefined && cookie.partition !== partition) return 'cookie/only-in-partition'
  if (to.site !== 'cross-site' || cookie.sameSite === 'none') return undefined
  const allowed = cookie.sameSite !== 'strict' && to.navigation === 'top-level-safe'
  return allowed ? undefined : 'cookie/only-same-site'
}

/** That a cookie stays at home is a verdict too. */
const tell = (code: FailureCode, { name, partition }: Cookie, { trace, now: at = 0 }: CookieRequest): void => {
  if (trace === undefined) return
  const { sink, flow, host } = trace
  const where = name === '' ? 'The cookie' : name
  const failure = fail(code, { where, ...(partition === undefined ? {} : { expected: partition }) })
  sink.verdict({ layer: 'http', flow, host, at, check: 'cookie kept back', ok: false, about: where, failure })
}

/** RFC 6265bis 5.7: expired ones first, then of a domain with too many (not Secure before Secure), then of all. */
const evict = (stored: Map<string, Stored>, { domain, partition }: Cookie, now: Millis): void => {
  for (const [key, cookie] of stored) if (isExpired(cookie, now)) stored.delete(key)
  const oldest = (among: [string, Stored][]): void => {
    const plain = among.filter(([, cookie]) => !cookie.secure)
    const candidates = plain.length > 0 ? plain : among
    const first = candidates.reduce((a, b) => (b[1].lastUsed < a[1].lastUsed ? b : a))
    stored.delete(first[0])
  }
  const own = [...stored].filter(([, cookie]) => cookie.domain === domain && cookie.partition === partition)
  if (own.length > PER_DOMAIN) oldest(own)
  if (stored.size > IN_ALL) oldest([...stored])
}
