/** Hosts that are only spoken to by TLS, in a file as curl reads and writes it (`--hsts`): a name and a date in each line. */
import type { HstsHost } from './hsts.ts'

const HEAD = '# Your HSTS cache. https://curl.se/docs/hsts.html\n# The times are those of GMT.\n'

/** A dot in front: with every name below it. */
export const writeHstsFile = (hosts: Iterable<HstsHost>): string => {
  let text = HEAD
  for (const { host, includeSubDomains, expires } of hosts) {
    text += `${includeSubDomains ? '.' : ''}${host} "${Number.isFinite(expires) ? stamp(expires) : 'unlimited'}"\n`
  }
  return text
}

/** `20301231 23:59:59`, rounded up: nothing is forgotten early. */
const stamp = (at: number): string =>
  new Date(Math.ceil(at / 1000) * 1000).toISOString().replace(/^(\d{4})-(\d\d)-(\d\d)T(.{8}).*$/, '$1$2$3 $4')

const LINE = /^(\.?)([\w.-]+)[\t ]+"(?:(\d{4})(\d\d)(\d\d) (\d\d:\d\d:\d\d)|unlimited)"[\t ]*$/

/** What such a file says, for `HstsStore.restore`; lines that are none are left out. */
export const readHstsFile = (text: string): readonly HstsHost[] =>
  text.split(/\r?\n/).flatMap((line): HstsHost[] => {
    const match = LINE.exec(line)
    if (match === null) return []
    const [, dot, host, year, month, day, time] = match
    const expires = year === undefined ? Number.POSITIVE_INFINITY : Date.parse(`${year}-${month}-${day}T${time}Z`)
    return Number.isNaN(expires) ? [] : [{ host: host!.toLowerCase(), includeSubDomains: dot === '.', expires }]
  })
