/**
 * Hosts that are only spoken to by TLS (RFC 6797): what they say in Strict-Transport-Security, who is among them, and which
 * URLs that changes. A store holds names and times, nothing else; `hsts-file.ts` writes them for curl.
 */
import type { Millis } from '../../engine.ts'

/** RFC 6797 8.1: one that said so. */
export interface HstsHost {
  /** In small letters, without a dot at its end. */
  readonly host: string
  /** And every name below it. */
  readonly includeSubDomains: boolean
  /** Milliseconds since 1970; Infinity in files of others. */
  readonly expires: Millis
}

export interface HstsPolicy {
  /** Seconds; 0: forget it. */
  readonly maxAge: number
  readonly includeSubDomains: boolean
}

export interface HstsConfig {
  /** Names below which anyone may register (`co.uk`): so that nobody fills the store with names of his own. */
  readonly isPublicSuffix: (domain: string) => boolean
  /** Milliseconds since 1970. */
  readonly date: () => Millis
}

export interface HstsStore {
  /**
   * The values of Strict-Transport-Security in an answer that came by TLS without any failure (RFC 6797 8.1), of which the
   * first counts. What is kept then, `forgotten`, or undefined where nothing changed.
   */
  receive(host: string, values: readonly string[]): HstsHost | 'forgotten' | undefined
  /** The one because of which `host` is only spoken to by TLS (RFC 6797 8.2). */
  covers(host: string): HstsHost | undefined
  /** All that have not expired. */
  list(): readonly HstsHost[]
  /** Takes back what `list` gave or a file says. */
  restore(hosts: Iterable<HstsHost>): void
}

/** Hosts in all, and below one name that somebody registered. Firefox keeps 10,000 and more; a site has some ten. */
const IN_ALL = 10_000
const OF_ONE = 100

/** RFC 6797 6.1.1; longer is as good as this, 68 years. */
const LONGEST = 2 ** 31

const DIRECTIVE =
  /[\t ]*([\w!#$%&'*+.^`|~-]+)[\t ]*(?:=[\t ]*(?:([\w!#$%&'*+.^`|~-]+)|"((?:[^"\\\r\n]|\\.)*)")[\t ]*)?(?:;|$)/y

/** RFC 6797 6.1: undefined for what does not conform: such a field is ignored, all of it. */
export const parseHsts = (value: string): HstsPolicy | undefined => {
  const found = new Map<string, string | undefined>()
  for (let at = 0; at < value.length; ) {
    const empty = /[\t ]*(?:;|$)/y
    empty.lastIndex = at
    if (empty.test(value)) {
      at = Math.max(empty.lastIndex, at + 1)
      continue
    }
    DIRECTIVE.lastIndex = at
    const match = DIRECTIVE.exec(value)
    if (match === null) return undefined
    const name = match[1]!.toLowerCase()
    // "All directives MUST appear only once."
    if (found.has(name)) return undefined
    found.set(name, match[2] ?? match[3]?.replace(/\\(.)/g, '$1'))
    at = DIRECTIVE.lastIndex
  }
  const maxAge = found.get('max-age')
  if (maxAge === undefined || !/^\d+$/.test(maxAge)) return undefined
  // RFC 6797 6.1.2: it has no value.
  const below = found.has('includesubdomains')
  if (below && found.get('includesubdomains') !== undefined) return undefined
  return { maxAge: Math.min(Number(maxAge), LONGEST), includeSubDomains: below }
}

/** As a name is compared: RFC 6797 8.2, 9. `URL` has made A-labels and small letters of it. Undefined for addresses. */
const nameOf = (host: string): string | undefined => {
  const name = host.toLowerCase().replace(/\.$/, '')
  // A last label of digits is none of a name, for URLs: it is an IPv4 address. RFC 6797 8.1.1: addresses are never noted.
  return name === '' || name.startsWith('[') || name.includes(':') || /(?:^|\.)\d+$/.test(name) ? undefined : name
}

export const hstsStore = ({ isPublicSuffix, date }: HstsConfig): HstsStore => {
  /** The one that spoke longest ago first. */
  const kept = new Map<string, HstsHost>()
  /** Which there are of each name that somebody registered; the one that spoke longest ago first. */
  const owned = new Map<string, Set<string>>()

  /** The shortest name above that is no public suffix. */
  const ownerOf = (name: string): string => {
    const labels = name.split('.')
    for (let at = labels.length - 1; at >= 0; at--) {
      const above = labels.slice(at).join('.')
      if (!isPublicSuffix(above)) return above
    }
    return name
  }
  const drop = (name: string): boolean => {
    if (!kept.delete(name)) return false
    const owner = ownerOf(name)
    const names = owned.get(owner)!
    names.delete(name)
    if (names.size === 0) owned.delete(owner)
    return true
  }
  const note = (host: HstsHost): void => {
    drop(host.host)
    const owner = ownerOf(host.host)
    const names = owned.get(owner) ?? new Set()
    // The registered name itself, which covers the others where it says so, goes last.
    if (names.size >= OF_ONE) drop([...names].find(name => name !== owner)!)
    if (kept.size >= IN_ALL) drop(kept.keys().next().value!)
    kept.set(host.host, host)
    owned.set(owner, names.add(host.host))
  }
  const isLive = ({ expires }: HstsHost): boolean => expires > date()

  return {
    receive(given, [value]) {
      const host = nameOf(given)
      const policy = value === undefined || host === undefined ? undefined : parseHsts(value)
      if (policy === undefined || host === undefined) return undefined
      if (policy.maxAge === 0) return drop(host) ? 'forgotten' : undefined
      const { includeSubDomains, maxAge } = policy
      const noted = { host, includeSubDomains, expires: date() + maxAge * 1000 }
      note(noted)
      return noted
    },
    covers(given) {
      const name = nameOf(given)
      if (name === undefined) return undefined
      const labels = name.split('.')
      for (let at = 0; at < labels.length; at++) {
        const host = kept.get(labels.slice(at).join('.'))
        if (host !== undefined && (at === 0 || host.includeSubDomains) && isLive(host)) return host
      }
      return undefined
    },
    list: () => [...kept.values()].filter(isLive),
    restore(hosts) {
      for (const each of hosts) {
        const host = nameOf(each.host)
        if (host !== undefined && isLive(each)) note({ ...each, host })
      }
    },
  }
}

/** RFC 6797 8.3: the same by https; port 80, said or not, becomes 443, and any other is kept. */
export const byTls = (url: URL): URL => {
  const other = new URL(url)
  other.protocol = 'https:'
  return other
}
