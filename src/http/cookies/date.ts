/** The lenient date of cookies (RFC 6265bis 5.1.1): tokens in any order, whatever stands between them. */
import type { Millis } from '../../engine.ts'

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DELIMITERS = /[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+/
/** Digits, then anything that is not a digit. */
const TIME = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D.*)?$/s
const DAY = /^(\d{1,2})(?:\D.*)?$/s
const YEAR = /^(\d{2,4})(?:\D.*)?$/s

/** Milliseconds since 1970, or undefined when it is no date. */
export const parseCookieDate = (text: string): Millis | undefined => {
  let time: RegExpExecArray | null = null
  let day: number | undefined
  let month: number | undefined
  let year: number | undefined
  for (const token of text.split(DELIMITERS)) {
    const timeMatch: RegExpExecArray | null = time === null ? TIME.exec(token) : null
    if (timeMatch !== null) {
      time = timeMatch
      continue
    }
    const dayMatch = day === undefined ? DAY.exec(token) : null
    if (dayMatch !== null) {
      day = Number(dayMatch[1])
      continue
    }
    const monthAt = month === undefined ? months.indexOf(token.slice(0, 3).toLowerCase()) : -1
    if (monthAt >= 0) {
      month = monthAt
      continue
    }
    const yearMatch = year === undefined ? YEAR.exec(token) : null
    if (yearMatch !== null) year = Number(yearMatch[1])
  }
  if (time === null || day === undefined || month === undefined || year === undefined) return undefined
  if (year >= 70 && year <= 99) year += 1900
  if (year >= 0 && year <= 69) year += 2000
  const [hour, minute, second] = [Number(time[1]), Number(time[2]), Number(time[3])]
  if (year < 1601 || minute > 59 || second > 59) return undefined
  const at = new Date(Date.UTC(year, month, day, hour, minute, second))
  // A day that the month does not have, and an hour that no day has, come out as another day.
  return at.getUTCDate() === day ? at.getTime() : undefined
}
