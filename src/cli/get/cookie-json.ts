/** Cookies as JSON: the list of a jar, `JSON.stringify(client.jar.list())`, so that nothing is lost on the way to a file. */
import type { Cookie, SameSite } from '../../http/cookies/set-cookie.ts'

export const writeCookieJson = (cookies: readonly Cookie[]): string => `${JSON.stringify(cookies, undefined, 1)}\n`

/** For `CookieJar.restore`; what is no cookie is left out. `now`: milliseconds since 1970. */
export const readCookieJson = (text: string, now: number): readonly Cookie[] => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return []
  }
  return Array.isArray(value) ? value.flatMap(each => cookieOf(each as unknown, now) ?? []) : []
}

const SAME_SITE: readonly SameSite[] = ['strict', 'lax', 'none', 'default']

const cookieOf = (value: unknown, now: number): Cookie | undefined => {
  if (typeof value !== 'object' || value === null) return undefined
  const of = value as Readonly<Record<string, unknown>>
  const { name, value: content, domain, path, expires } = of
  if (typeof name !== 'string' || typeof content !== 'string' || typeof domain !== 'string' || domain === '')
    return undefined
  if (expires !== undefined && !Number.isFinite(expires)) return undefined
  const at = (time: unknown): number => (Number.isFinite(time) ? (time as number) : now)
  return {
    name,
    value: content,
    domain: domain.toLowerCase(),
    // Without a word about it the narrower of the two.
    hostOnly: of.hostOnly !== false,
    path: typeof path === 'string' && path.startsWith('/') ? path : '/',
    secure: of.secure === true,
    httpOnly: of.httpOnly === true,
    sameSite: SAME_SITE.find(each => each === of.sameSite) ?? 'default',
    created: at(of.created),
    lastUsed: at(of.lastUsed),
    expires: expires as number | undefined,
    ...(typeof of.partition === 'string' ? { partition: of.partition } : {}),
  }
}
