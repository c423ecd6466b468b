/** Dates on the wire (RFC 9110 5.6.7): written one way, read in the three that exist. */
import type { Millis } from '../../engine.ts'

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`)

/** IMF-fixdate: `Sun, 06 Nov 1994 08:49:37 GMT`. `date` is milliseconds since 1970; years 0 to 9999. */
export const imfDate = (date: Millis): string => {
  const at = new Date(date)
  const day = `${days[at.getUTCDay()]!}, ${two(at.getUTCDate())} ${months[at.getUTCMonth()]!}`
  const year = `${at.getUTCFullYear()}`.padStart(4, '0')
  return `${day} ${year} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} GMT`
}

/** The value of Date, made anew once a second. `date` as `Clock.date`. */
export const dateHeader = (date: () => Millis): (() => string) => {
  let second = -1
  let text = ''
  return () => {
    const now = Math.floor(date() / 1000)
    if (now !== second) {
      second = now
      text = imfDate(now * 1000)
    }
    return text
  }
}

const imf = /^(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat), (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/
const rfc850 = /^(?:Sun|Mon|Tues|Wednes|Thurs|Fri|Satur)day, (\d\d)-([A-Z][a-z]{2})-(\d\d) (\d\d):(\d\d):(\d\d) GMT$/
const asctime = /^(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat) ([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})$/

/** Milliseconds since 1970 of any HTTP-date; undefined when it is none. `now` decides the century of two digits. */
export const parseHttpDate = (text: string, now: Millis): Millis | undefined => {
  let match = imf.exec(text)
  if (match !== null) return moment(match[3]!, match[2]!, match[1]!, match[4]!, match[5]!, match[6]!)
  match = asctime.exec(text)
  if (match !== null) return moment(match[6]!, match[1]!, match[2]!, match[3]!, match[4]!, match[5]!)
  match = rfc850.exec(text)
  if (match === null) return undefined
  // RFC 9110 5.6.7: more than 50 years in the future is the most recent year in the past with these digits.
  const century = Math.floor(new Date(now).getUTCFullYear() / 100) * 100
  const year = century + Number(match[3])
  const at = (full: number) => moment(`${full}`, match![2]!, match![1]!, match![4]!, match![5]!, match![6]!)
  const then = at(year)
  const limit = new Date(now)
  limit.setUTCFullYear(limit.getUTCFullYear() + 50)
  return then !== undefined && then > limit.getTime() ? at(year - 100) : then
}

const moment = (
  year: string,
  month: string,
  day: string,
  hour: string,
  minute: string,
  second: string,
): Millis | undefined => {
  const m = months.indexOf(month)
  const [y, d, h, min, s] = [year, day, hour, minute, second].map(Number) as [number, number, number, number, number]
  // 60 is a leap second; it is the first of the next minute to every clock that we have.
  if (m < 0 || h > 23 || min > 59 || s > 60) return undefined
  const at = new Date(0)
  at.setUTCFullYear(y, m, d)
  if (at.getUTCMonth() !== m || at.getUTCDate() !== d) return undefined
  at.setUTCHours(h, min, s)
  return at.getTime()
}
