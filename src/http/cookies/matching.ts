/** Which hosts and paths a cookie belongs to (RFC 6265bis 5.1.3, 5.1.4). */
import { parseIp } from '../../wire/address.ts'

/** `host` and `domain` are lower-case. A suffix only matches at a dot, and never for an address. */
export const domainMatches = (host: string, domain: string): boolean => {
  if (host === domain) return true
  return domain !== '' && host.endsWith(`.${domain}`) && parseIp(host.replace(/^\[|\]$/g, '')) === undefined
}

export const pathMatches = (request: string, cookie: string): boolean => {
  if (request === cookie) return true
  return request.startsWith(cookie) && (cookie.endsWith('/') || request[cookie.length] === '/')
}

/** The directory of the path of a request target, without its query. */
export const defaultPath = (target: string): string => {
  const path = pathOf(target)
  const last = path.lastIndexOf('/')
  return last <= 0 ? '/' : path.slice(0, last)
}

/** The path without its query; `/` for anything else. */
export const pathOf = (target: string): string => {
  const path = target.split(/[?#]/, 1)[0]!
  return path.startsWith('/') ? path : '/'
}
