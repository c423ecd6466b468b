/** The cookies of a client (RFC 6265bis 5.7, 5.8): what is kept, for how long, and who gets it back. */
import type { Millis } from '../../engine.ts'
import { Failure, fail } from '../../failures/index.ts'
import type { TraceContext } from '../../trace/types.ts'
import { defaultPath, domainMatches, pathMatches, pathOf } from './matching.ts'
import { type Cookie, type CookieAttributes, parseSetCookie, prefixFailure } from './set-cookie.ts'

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
  readonly site?: 'same-site' | 'cross-site'
  /** A cross-site request that opens a page with a safe method: SameSite=Lax cookies go along. */
  readonly navigation?: 'top-level-safe' | 'other'
  /** `script`: for programs that must not see HttpOnly. */
  readonly api?: 'http' | 'script'
  readonly trace?: TraceContext | undefined
  /** When it is, on the clock of the trace (`Clock.now`). */
  readonly now?: Millis
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

export const cookieJar = (config: JarConfig): CookieJar => {
  const stored = new Map<string, Stored>()
  const keyOf = (c: Cookie): string => `${c.hostOnly ? '' : '.'}${c.domain}\n${c.path}\n${c.name}`
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
    const cookie = admit(parsed, from, now, config.isPublicSuffix)
    if (cookie instanceof Failure) return cookie
    if (hidesSecure(cookie, from, stored.values())) return fail('cookie/hides-secure', { where: cookie.name })
    const key = keyOf(cookie)
    const old = stored.get(key)
    if (old?.httpOnly === true && from.api === 'script') return fail('cookie/hides-http-only', { where: cookie.name })
    const fresh: Stored = { ...cookie, created: old === undefined ? now : old.created }
    orders.set(fresh, old === undefined ? order++ : orders.get(old)!)
    stored.delete(key)
    if (isExpired(fresh, now)) return fresh
    stored.set(key, fresh)
    if (stored.size > PER_DOMAIN) evict(stored, fresh.domain, now)
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
      const sent = [...stored.values()].filter(cookie => !isExpired(cookie, now) && belongs(cookie, to))
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
        if (stored.size > PER_DOMAIN) evict(stored, kept.domain, now)
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
  const marks = [outcome.httpOnly ? 'HttpOnly' : '', outcome.secure ? 'Secure' : '', sameSiteText(outcome)]
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
  if (sameSite !== 'none' && from.site === 'cross-site' && from.navigation !== 'top-level-safe') {
    return fail('cookie/cross-site', { where })
  }
  if (sameSite === 'none' && !secure) return fail('cookie/none-without-secure', { where })
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

/** RFC 6265bis 5.8.3. */
const belongs = (cookie: Cookie, to: CookieRequest): boolean => {
  if (cookie.hostOnly ? to.host !== cookie.domain : !domainMatches(to.host, cookie.domain)) return false
  if (!pathMatches(pathOf(to.path), cookie.path)) return false
  if (cookie.secure && !to.secure) return false
  if (cookie.httpOnly && to.api === 'script') return false
  if (to.site !== 'cross-site' || cookie.sameSite === 'none') return true
  return cookie.sameSite !== 'strict' && to.navigation === 'top-level-safe'
}

/** RFC 6265bis 5.7: expired ones first, then of a domain with too many (not Secure before Secure), then of all. */
const evict = (stored: Map<string, Stored>, domain: string, now: Millis): void => {
  for (const [key, cookie] of stored) if (isExpired(cookie, now)) stored.delete(key)
  const oldest = (among: [string, Stored][]): void => {
    const plain = among.filter(([, cookie]) => !cookie.secure)
    const candidates = plain.length > 0 ? plain : among
    const first = candidates.reduce((a, b) => (b[1].lastUsed < a[1].lastUsed ? b : a))
    stored.delete(first[0])
  }
  const own = [...stored].filter(([, cookie]) => cookie.domain === domain)
  if (own.length > PER_DOMAIN) oldest(own)
  if (stored.size > IN_ALL) oldest([...stored])
}
