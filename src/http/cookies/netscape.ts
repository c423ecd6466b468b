/**
 * Cookies in a file, as Netscape wrote them and curl still does: a line each, seven fields between tabs. SameSite has no
 * field there, so it is lost; what has a tab in it or no name has no place, nor has what is for one partition.
 */
import type { Cookie } from './set-cookie.ts'

const HEAD = '# Netscape HTTP Cookie File\n'
const HTTP_ONLY = '#HttpOnly_'

/** All that can be written, the ones without an end too; Latin-1, octet by octet. */
export const writeCookieFile = (cookies: Iterable<Cookie>): string => {
  let text = HEAD
  for (const { name, value, domain, hostOnly, path, secure, httpOnly, expires, partition } of cookies) {
    // It would come back as one that everybody gets.
    if (partition !== undefined) continue
    const fields = [
      `${httpOnly ? HTTP_ONLY : ''}${hostOnly ? '' : '.'}${domain}`,
      flag(!hostOnly),
      path,
      flag(secure),
      expires === undefined ? '0' : `${Math.ceil(expires / 1000)}`,
      name,
      value,
    ]
    if (name !== '' && fields.every(field => !field.includes('\t'))) text += `${fields.join('\t')}\n`
  }
  return text
}

/** What such a file says, for `CookieJar.restore`; lines that are none are left out. `now`: milliseconds since 1970. */
export const readCookieFile = (text: string, now: number): readonly Cookie[] =>
  text.split(/\r?\n/).flatMap((line): Cookie[] => {
    const httpOnly = line.startsWith(HTTP_ONLY)
    const said = httpOnly ? line.slice(HTTP_ONLY.length) : line
    const [domain = '', below = '', path = '', secure = '', expires = '', name = '', value, ...more] = said.split('\t')
    if (said.startsWith('#') || value === undefined || more.length > 0 || name === '' || domain === '') return []
    if (!/^(?:TRUE|FALSE)$/.test(below) || !/^(?:TRUE|FALSE)$/.test(secure) || !/^\d{1,15}$/.test(expires)) return []
    return [
      {
        name,
        value,
        domain: domain.replace(/^\./, '').toLowerCase(),
        hostOnly: below === 'FALSE',
        path: path.startsWith('/') ? path : '/',
        secure: secure === 'TRUE',
        httpOnly,
        sameSite: 'default',
        created: now,
        lastUsed: now,
        expires: expires === '0' ? undefined : Number(expires) * 1000,
      },
    ]
  })

const flag = (on: boolean): 'TRUE' | 'FALSE' => (on ? 'TRUE' : 'FALSE')
