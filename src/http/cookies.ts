/** Cookies by RFC 6265bis (draft-ietf-httpbis-rfc6265bis): reading, writing and keeping them. */
export type { CookieJar, CookieRequest, JarConfig } from './cookies/jar.ts'
export { cookieJar } from './cookies/jar.ts'
export type { Cookie, CookieAttributes, OutgoingCookie, SameSite } from './cookies/set-cookie.ts'
export { parseCookies, parseSetCookie, serialiseSetCookie } from './cookies/set-cookie.ts'
