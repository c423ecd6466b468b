/** Cookies by RFC 6265bis (draft-ietf-httpbis-rfc6265bis): reading, writing and keeping them. */
export type { CookieJar, CookieRequest, JarConfig } from './jar.ts'
export { cookieJar } from './jar.ts'
export { readCookieFile, writeCookieFile } from './netscape.ts'
export type { Cookie, CookieAttributes, OutgoingCookie, SameSite } from './set-cookie.ts'
export { parseCookies, parseSetCookie, serialiseSetCookie } from './set-cookie.ts'
export { siteOf } from './site.ts'
