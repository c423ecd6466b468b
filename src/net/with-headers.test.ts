import { expect, test } from 'vitest'
import { served } from '../../test/support/net.ts'
import { fetch } from '../index.ts'
import { withHeaders } from './with-headers.ts'

test('a message has the headers that it was given, and the type of its body beside them', () => {
  const headers = new Headers({ 'x-one': '1' })
  const response = withHeaders(new Response('text', { headers: { 'x-gone': '2' } }), headers)
  expect([...response.headers]).toEqual([
    ['content-type', 'text/plain;charset=UTF-8'],
    ['x-one', '1'],
  ])
  const again = withHeaders(response, new Headers({ 'content-type': 'text/css' }))
  expect([...again.headers]).toEqual([['content-type', 'text/css']])
})

test('what a handler returns with headers goes out with them, every Set-Cookie by itself', async () => {
  const { url } = await served(({ headers }) => {
    const own = new Headers({ 'x-cookie': headers.get('cookie') ?? 'none' })
    for (const name of ['a', 'b']) own.append('set-cookie', `${name}=1`)
    return withHeaders(new Response('hello'), own)
  })
  const answer = await fetch(url, { headers: { cookie: 'c=2' } })
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=1'])
  expect(answer.headers.get('x-cookie')).toBe('c=2')
  expect(await answer.text()).toBe('hello')
})
