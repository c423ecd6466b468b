import { expect, test } from 'vitest'
import { moved, readPlace, START, writePlace } from './place.ts'

test('a place that is written and read again is the same place', () => {
  const place = {
    ...START,
    run: '@2 ünï&=#',
    tab: 'keys',
    view: 'ear',
    layer: 'frames',
    sel: 141,
    field: 'extensions.2.body',
    at: '3-9',
    to: 12.5,
    filter: 'a=b&c',
    lang: 'zh',
    theme: 'dark',
    own: { lstep: '8', change: 'flip' },
  } as const
  expect(readPlace(`#${writePlace(place)}`)).toEqual(place)
  expect(writePlace(START)).toBe('')
})

test('what an address does not know, or says wrongly, is as if it were not there', () => {
  expect(readPlace('#tab=constructor&view=&layer=__proto__&sel=-1&to=1e99&lang=fr&theme=')).toEqual(START)
  expect(readPlace('#sel=99999999999999999999&__proto__=x').own).toEqual({ ['__proto__']: 'x' })
})

test('a change keeps what it does not name, and takes away what it names as undefined', () => {
  const place = { ...START, sel: 4, own: { lstep: '8', lesson: '3' } }
  expect(moved(place, { sel: undefined, own: { lstep: undefined } })).toEqual({ ...START, own: { lesson: '3' } })
})
