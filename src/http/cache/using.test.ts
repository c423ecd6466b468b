import { describe, expect, test } from 'vitest'
import { asking, decided, kept, outcome, THEN } from '../../../test/support/caching.ts'
import { isCacheable, type Mode, mayStandIn } from './decide.ts'
import { ageOf, lifetimeOf } from './freshness.ts'
import { timed } from './stored.ts'

const MINUTE = 'Cache-Control: max-age=60'
const TAGGED = `${MINUTE}\nETag: "a"`

/** Seconds. */
const life = (fields: string, status = 200): number => lifetimeOf(timed(kept(fields, { status }))).length / 1000
const age = (fields: string, after: number, took = 0): number =>
  ageOf(timed(kept(fields, { took })), THEN + after * 1000) / 1000

describe('how long a response lives (RFC 9111 4.2.1)', () => {
  const soon = 'Expires: Sun, 06 Nov 1994 08:50:37 GMT'

  test('RFC 9111 5.3: max-age goes before Expires', () => {
    expect(life(`${soon}\nCache-Control: max-age=5`)).toBe(5)
    expect(life(`${soon}\nCache-Control: max-age=nonsense`)).toBe(0)
    expect(life(soon)).toBe(60)
  })

  test('RFC 9111 5.3: Expires counts from Date, and what is no date has expired', () => {
    expect(life(`${soon}\nDate: Sun, 06 Nov 1994 08:50:07 GMT`)).toBe(30)
    for (const wrong of ['0', '-1', '', 'soon', 'Sun, 06 Nov 1994 08:50:37 EST', 'Sun, 06 Nov 1994 08:50:37']) {
      expect([wrong, life(`Expires: ${wrong}`)]).toEqual([wrong, 0])
    }
    expect(life('Expires: Sun, 06 Nov 1994 08:48:37 GMT')).toBe(0)
    expect(life(`${soon}\n${soon}`)).toBe(0)
  })

  test('RFC 9111 4.2: dates are known in any case and in all three forms', () => {
    for (const date of [
      'SUN, 06 NOV 1994 08:50:37 gmt',
      'Sunday, 06-Nov-94 08:50:37 GMT',
      'Sun Nov  6 08:50:37 1994',
      'sun nov  6 08:50:37 1994',
    ]) {
      expect([date, life(`Expires: ${date}`)]).toEqual([date, 60])
    }
  })

  test('RFC 9111 4.2.2: a guess is a tenth of the time without a change, a week at most, and only where nothing is said', () => {
    expect(life('Last-Modified: Sun, 06 Nov 1994 08:32:57 GMT')).toBe(100)
    expect(life('Last-Modified: Fri, 06 Nov 1970 08:49:37 GMT')).toBe(7 * 86_400)
    expect(life('Last-Modified: Sun, 06 Nov 1994 08:32:57 GMT\nExpires: 0')).toBe(0)
    expect(life('Last-Modified: Sun, 06 Nov 1994 08:32:57 GMT\nCache-Control: max-age=0')).toBe(0)
    expect(life('Last-Modified: Mon, 07 Nov 1994 08:49:37 GMT')).toBe(0)
    expect(life('Last-Modified: Sun, 06 Nov 1994 08:32:57 GMT', 403)).toBe(0)
    expect(life('Last-Modified: Sun, 06 Nov 1994 08:32:57 GMT\nCache-Control: public', 403)).toBe(100)
  })
})

describe('how old it is (RFC 9111 4.2.3)', () => {
  test('as long as it has been here, and what Date or Age say that it was before', () => {
    expect(age('', 10)).toBe(10)
    expect(age('Date: Sun, 06 Nov 1994 08:49:07 GMT', 10)).toBe(40)
    expect(age('Date: Sun, 06 Nov 1994 08:49:07 GMT\nAge: 100', 10)).toBe(110)
    expect(age('Date: Sun, 06 Nov 1994 09:49:07 GMT', 10)).toBe(10)
  })

  test('RFC 9111 4.2.3: Age counts from when the request left', () => {
    expect(age('Age: 100', 10, 5_000)).toBe(115)
    expect(age('', 10, 5_000)).toBe(15)
  })

  test('RFC 9111 5.1: of several the first counts, and one that is no number does not', () => {
    expect(age('Age: 3, 100', 0)).toBe(3)
    expect(age('Age: 3\nAge: 100', 0)).toBe(3)
    for (const wrong of ['abc', '-5', '7.5', '', '5; x', ', 5'])
      expect([wrong, age(`Age: ${wrong}`, 0)]).toEqual([wrong, 0])
    expect(age('Age: 99999999999999', 0)).toBe(2_147_483_648)
  })

  test('a clock that was set back makes nothing younger than it was', () => {
    expect(age('Age: 5', -1000)).toBe(5)
  })
})

describe('which of those that are kept', () => {
  test('RFC 9111 4.1: one whose selecting fields are the same, or missing in both', () => {
    const request = asking('Accept-Language: de,  en\nAccept-Language: fr\nX: 1')
    const entry = kept(`${MINUTE}\nVary: accept-language, X\nVary: Y`, { request })
    expect(outcome([entry], 1, request)).toBe('fresh')
    expect(outcome([entry], 1, asking('Accept-Language: de, en,fr\nX: 1'))).toBe('fresh')
    expect(outcome([entry], 1, asking('Accept-Language: de, en, fr\nX: 2'))).toBe('origin')
    expect(outcome([entry], 1, asking('Accept-Language: de, en, fr'))).toBe('origin')
    expect(outcome([entry], 1, asking('Accept-Language: de, en, fr\nX: 1\nY: '))).toBe('origin')
    expect(outcome([entry], 1, asking('Accept-Language: DE, en, fr\nX: 1'))).toBe('origin')
  })

  test('credentials in Vary are not kept as they are', () => {
    const request = asking('Cookie: secret=1\nAuthorization: Basic c2VjcmV0')
    const entry = kept(`${MINUTE}\nVary: Cookie, Authorization`, { request })
    expect(JSON.stringify(entry)).not.toMatch(/secret|c2VjcmV0/)
    expect(outcome([entry], 1, request)).toBe('fresh')
  })

  test('RFC 9111 3.5: what came for one asker is for another only where it is public', () => {
    const own = kept(TAGGED, { request: asking('', { asker: 'one' }) })
    expect(outcome([own], 1, asking('', { asker: 'one' }))).toBe('fresh')
    expect(outcome([own], 1, asking('', { asker: 'two' }))).toBe('origin')
    expect(outcome([own], 1)).toBe('origin')
    expect(outcome([kept(TAGGED)], 1, asking('', { asker: 'one' }))).toBe('origin')
    const all = kept('Cache-Control: max-age=60, public', { request: asking('', { asker: 'one' }) })
    expect(outcome([all], 1, asking('', { asker: 'two' }))).toBe('fresh')
  })

  test('RFC 9111 4: the one that was made last, by its Date', () => {
    const older = kept(`${MINUTE}\nDate: Sun, 06 Nov 1994 08:49:07 GMT\nX: old`)
    const newer = { ...kept(`${MINUTE}\nX: new`), receivedAt: THEN - 1 }
    for (const among of [
      [older, newer],
      [newer, older],
    ]) {
      expect(decided(among, 1)).toMatchObject({ stored: newer })
    }
  })
})

describe('whether it may be used', () => {
  test('RFC 9111 4.2: until it is as old as it may become, and then on a condition', () => {
    expect(outcome([kept(TAGGED)], 59.999)).toBe('fresh')
    expect(outcome([kept(TAGGED)], 60)).toBe('compare')
    expect(outcome([], 1)).toBe('origin')
  })

  test('RFC 9111 4.3.1: the condition names what is kept', () => {
    const modified = 'Last-Modified: Sat, 05 Nov 1994 00:00:00 GMT'
    expect(decided([kept(`${TAGGED}\n${modified}`)], 60)).toMatchObject({
      conditions: [
        ['If-None-Match', '"a"'],
        ['If-Modified-Since', 'Sat, 05 Nov 1994 00:00:00 GMT'],
      ],
    })
    expect(decided([kept(`${MINUTE}\n${modified}`)], 60)).toMatchObject({
      conditions: [['If-Modified-Since', 'Sat, 05 Nov 1994 00:00:00 GMT']],
    })
    expect(decided([kept(MINUTE)], 60)).toMatchObject({ conditions: [] })
  })

  test('RFC 9111 4: GET answers for HEAD too, and a stale one is not compared then', () => {
    expect(outcome([kept(TAGGED)], 1, asking('', { method: 'HEAD' }))).toBe('fresh')
    expect(outcome([kept(TAGGED)], 61, asking('', { method: 'HEAD' }))).toBe('origin')
  })

  test('RFC 9111 4: methods that do something are written through', () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'FROB']) {
      expect(isCacheable(asking('', { method }), 'default')).toBe(false)
    }
  })

  test('a request with conditions or a Range of its own goes by (fetch standard, 4.6)', () => {
    for (const own of ['If-None-Match', 'If-Modified-Since', 'If-Match', 'If-Unmodified-Since', 'If-Range', 'Range']) {
      expect([own, isCacheable(asking(`${own}: x`), 'default')]).toEqual([own, false])
    }
    expect(isCacheable(asking('Accept: x'), 'default')).toBe(true)
    expect(isCacheable(asking(), 'no-store')).toBe(false)
  })

  test('RFC 9111 5.2.2.4: no-cache is compared each time, also where it names fields', () => {
    for (const said of ['no-cache', 'no-cache="Set-Cookie"', 'NO-CACHE']) {
      expect(outcome([kept(`Cache-Control: max-age=60, ${said}\nETag: "a"`)], 1)).toBe('compare')
    }
  })

  test('RFC 9111 5.2.2.2: must-revalidate is never used stale, whoever asks for it', () => {
    const entry = kept(
      'Cache-Control: max-age=60, must-revalidate, stale-while-revalidate=100, stale-if-error=100\nETag: "a"',
    )
    expect(outcome([entry], 59)).toBe('fresh')
    expect(outcome([entry], 61)).toBe('compare')
    expect(outcome([entry], 61, asking('Cache-Control: max-stale'))).toBe('compare')
    expect(outcome([entry], 61, asking('Cache-Control: only-if-cached, max-stale'))).toBe('nothing')
    expect(outcome([entry], 61, asking(), 'force-cache')).toBe('compare')
    expect(outcome([entry], 61, asking(), 'only-if-cached')).toBe('nothing')
    expect(mayStandIn(entry, { request: asking(), mode: 'default', now: THEN + 61_000 })).toBe(false)
  })

  test('RFC 9111 4.2.4: nothing stale where nobody allows it', () => {
    expect(outcome([kept(TAGGED)], 61)).toBe('compare')
    expect(mayStandIn(kept(TAGGED), { request: asking(), mode: 'default', now: THEN + 61_000 })).toBe(false)
  })
})

describe('what a request may say (RFC 9111 5.2.1)', () => {
  const said = (directives: string, after: number, entry = kept(TAGGED)) =>
    outcome([entry], after, asking(`Cache-Control: ${directives}`))

  test('RFC 9111 5.2.1.1: max-age', () => {
    expect([said('max-age=10', 10), said('max-age=10', 10.001), said('max-age=0', 1)]).toEqual([
      'fresh',
      'compare',
      'compare',
    ])
    expect([said('max-age="10"', 10), said('max-age=x', 1), said('max-age', 1)]).toEqual([
      'fresh',
      'compare',
      'compare',
    ])
  })

  test('RFC 9111 5.2.1.2: max-stale', () => {
    expect([said('max-stale=10', 70), said('max-stale=10', 70.001), said('max-stale', 1e6)]).toEqual([
      'stale',
      'compare',
      'stale',
    ])
    expect([said('max-stale=x', 61), said('max-stale=', 61), said('max-age=5, max-stale', 61)]).toEqual([
      'compare',
      'compare',
      'compare',
    ])
  })

  test('RFC 9111 5.2.1.3: min-fresh', () => {
    expect([said('min-fresh=10', 50), said('min-fresh=10', 50.001), said('min-fresh=x', 1)]).toEqual([
      'fresh',
      'compare',
      'compare',
    ])
  })

  test('RFC 9111 5.2.1.4, 5.2.1.5: no-cache and no-store', () => {
    expect([said('no-cache', 1), said('no-store', 1)]).toEqual(['compare', 'origin'])
  })

  test('RFC 9111 5.2.1.7: only-if-cached is answered with what there is, or not at all', () => {
    expect([said('only-if-cached', 1), said('only-if-cached', 61), said('only-if-cached, max-stale', 61)]).toEqual([
      'fresh',
      'nothing',
      'stale',
    ])
    expect(outcome([], 1, asking('Cache-Control: only-if-cached'))).toBe('nothing')
    const refreshed = kept('Cache-Control: max-age=60, stale-while-revalidate=60')
    expect(said('only-if-cached', 61, refreshed)).toBe('nothing')
  })
})

describe('what is stale and serves all the same (RFC 5861)', () => {
  test('RFC 5861 3: stale-while-revalidate, for so long', () => {
    const entry = kept('Cache-Control: max-age=60, stale-while-revalidate=30\nETag: "a"')
    expect([59, 60, 90, 90.001].map(after => outcome([entry], after))).toEqual([
      'fresh',
      'refresh',
      'refresh',
      'compare',
    ])
    const never = kept('Cache-Control: max-age=0, stale-while-revalidate=30')
    expect([0, 30, 31].map(after => outcome([never], after))).toEqual(['refresh', 'refresh', 'origin'])
    expect(outcome([entry], 61, asking('Cache-Control: max-age=10'))).toBe('compare')
    expect(outcome([entry], 61, asking('Cache-Control: no-cache'))).toBe('compare')
    expect(outcome([kept('Cache-Control: max-age=60, stale-while-revalidate=x\nETag: "a"')], 61)).toBe('compare')
  })

  test('RFC 5861 4: stale-if-error, of the answer or of the request', () => {
    const stands = (fields: string, after: number, request = asking(), mode: Mode = 'default') =>
      mayStandIn(kept(fields), { request, mode, now: THEN + after * 1000 })
    const entry = 'Cache-Control: max-age=60, stale-if-error=30'
    expect([stands(entry, 90), stands(entry, 90.001)]).toEqual([true, false])
    expect(stands(MINUTE, 90, asking('Cache-Control: stale-if-error=30'))).toBe(true)
    expect(stands(MINUTE, 91, asking('Cache-Control: stale-if-error=30'))).toBe(false)
    expect(stands(`${entry}, no-cache`, 61)).toBe(false)
    expect(stands(entry, 61, asking('Cache-Control: no-cache'))).toBe(false)
    expect(stands(entry, 61, asking('Cache-Control: max-age=5'))).toBe(false)
    expect(stands(entry, 61, asking(), 'no-cache')).toBe(false)
  })
})

describe('Request.cache (fetch standard, 2.2.5)', () => {
  const by = (mode: Mode, after: number, among = [kept(TAGGED)]) => outcome(among, after, asking(), mode)

  test('reload asks as if nothing were there; no-cache compares; force-cache and only-if-cached do not mind the age', () => {
    expect([by('reload', 1), by('no-cache', 1)]).toEqual(['origin', 'compare'])
    expect([by('force-cache', 1), by('force-cache', 100), by('force-cache', 1, [])]).toEqual([
      'fresh',
      'stale',
      'origin',
    ])
    expect([by('only-if-cached', 1), by('only-if-cached', 100), by('only-if-cached', 1, [])]).toEqual([
      'fresh',
      'stale',
      'nothing',
    ])
  })

  test('what may not be used without asking is not, in any of them', () => {
    const strict = [kept('Cache-Control: no-cache\nETag: "a"')]
    expect([by('force-cache', 1, strict), by('only-if-cached', 1, strict)]).toEqual(['compare', 'nothing'])
  })
})
