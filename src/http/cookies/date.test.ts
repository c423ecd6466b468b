/** Dates of cookies: what counts as one, in whatever order and dress it comes. */
import { expect, test } from 'vitest'
import { parseCookieDate } from './date.ts'

const AT = Date.UTC(1994, 10, 6, 8, 49, 37)

test.each([
  'Sun, 06 Nov 1994 08:49:37 GMT',
  'Sunday, 06-Nov-94 08:49:37 GMT',
  'Sun Nov  6 08:49:37 1994',
  '1994 november 6th 8:49:37',
  '08:49:37 6 NOVEMBRE 94 07 1970 09:50:38 Dec',
])('RFC 6265bis 5.1.1: %j is the 6th of November 1994', text => {
  expect(parseCookieDate(text)).toBe(AT)
})

test.each([
  [69, 2069],
  [70, 1970],
  [99, 1999],
  ['00', 2000],
  [1601, 1601],
])('RFC 6265bis 5.1.1: the year %s is %i', (year, full) => {
  expect(parseCookieDate(`1 Jan ${year} 00:00:00`)).toBe(Date.UTC(full, 0, 1))
})

test.each([
  ['no time', '6 Nov 1994'],
  ['no day', 'Nov 1994 08:49:37'],
  ['no month', '6 1994 08:49:37'],
  ['no year', '6 Nov 08:49:37'],
  ['a year before the calendar', '6 Nov 1600 08:49:37'],
  ['day 0', '0 Nov 1994 08:49:37'],
  ['day 32', '32 Jan 1994 08:49:37'],
  ['a day that the month does not have', '31 Nov 1994 08:49:37'],
  ['day 99', '99 Jan 1994 08:49:37'],
  ['hour 24', '6 Nov 1994 24:00:00'],
  ['hour 99', '28 Feb 1994 99:00:00'],
  ['minute 60', '6 Nov 1994 08:60:00'],
  ['second 60', '6 Nov 1994 08:49:60'],
])('RFC 6265bis 5.1.1: %s is no date', (_, text) => {
  expect(parseCookieDate(text)).toBeUndefined()
})
