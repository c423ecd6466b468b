/** What a jar is told of a request: over what it goes, and who asks (RFC 6265bis 5.2, CHIPS). */
import type { CookieRequest } from '../../http/cookies/jar.ts'
import { siteOf } from '../../http/cookies/site.ts'
import type { TraceContext } from '../../trace/types.ts'
import { SAFE_METHODS } from '../safe-methods.ts'
import type { World } from '../stream/types.ts'
import type { Outline } from './request.ts'

/** What a browser counts as secure too: nobody between a program and its own machine listens in. */
const isLoopback = (host: string): boolean => /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(host)

type CookieWorld = Pick<World, 'isPublicSuffix' | 'clock'>

export const cookieRequest = (
  { url, method, askedBy }: Outline,
  trace: TraceContext | undefined,
  { isPublicSuffix, clock }: CookieWorld,
): CookieRequest => {
  const { hostname: host, pathname: path, protocol } = url
  const secure = protocol === 'https:' || isLoopback(host)
  const own = siteOf(url, isPublicSuffix)
  const plain = { host, path, secure, trace, now: clock.now(), partition: own }
  if (askedBy === undefined) return plain
  const page = siteOf(askedBy.page, isPublicSuffix)
  const site = own === page && !askedBy.crossed ? 'same-site' : 'cross-site'
  // The page that opens is the one at the top.
  if (askedBy.as === 'subresource') return { ...plain, site, navigation: 'other', partition: page }
  return { ...plain, site, navigation: SAFE_METHODS.has(method) ? 'top-level-safe' : 'top-level' }
}

/** `to`, which `from` was redirected to: once another site had a hand in it, it stays a request of another site. */
export const crossing = (from: Outline, to: Outline, { isPublicSuffix }: Pick<World, 'isPublicSuffix'>): Outline => {
  const { askedBy } = to
  if (askedBy === undefined || siteOf(from.url, isPublicSuffix) === siteOf(to.url, isPublicSuffix)) return to
  return { ...to, askedBy: { ...askedBy, crossed: true } }
}
