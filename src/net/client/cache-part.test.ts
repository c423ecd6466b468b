/** Parts of what is kept whole. */
import { expect, test } from 'vitest'
import { house, MINUTE } from '../../../test/support/cache.ts'
import { codeOf } from '../../../test/support/net.ts'

const LETTERS = 'abcdefghij'
const whole = (headers: Record<string, string> = {}, text = LETTERS) =>
  house((request, number) =>
    request.headers.has('range')
      ? new Response(`part ${number}`, { status: 206, headers: { 'content-range': 'bytes 0-5/6' } })
      : new Response(text, { headers: { ...MINUTE, etag: '"a"', ...headers } }),
  )
type House = Awaited<ReturnType<typeof whole>>
const part = async (
  { own, url }: House,
  range: string,
  init: Parameters<House['own']['fetch']>[1] = {},
): Promise<string> => {
  const { headers = {}, ...more } = init
  const answer = await own.fetch(url, { ...more, headers: { ...(headers as Record<string, string>), range } })
  return `${answer.status} ${answer.headers.get('content-range')} ${await answer.text()}`
}

test('RFC 9110 14.2: one range of what is kept whole and fresh is served as 206, of the octets that it names', async () => {
  const home = await whole()
  await home.get()
  expect(await part(home, 'bytes=2-4')).toBe('206 bytes 2-4/10 cde')
  expect(await part(home, 'bytes=7-')).toBe('206 bytes 7-9/10 hij')
  expect(await part(home, 'bytes=-1')).toBe('206 bytes 9-9/10 j')
  expect(await part(home, 'bytes=8-99')).toBe('206 bytes 8-9/10 ij')
  home.pass(59)
  const answer = await home.own.fetch(home.url, { headers: { range: 'bytes=0-0' } })
  expect([...answer.headers].filter(([name]) => /^(age|content-length|etag)$/.test(name))).toEqual([
    ['age', '59'],
    ['content-length', '1'],
    ['etag', '"a"'],
  ])
  expect([answer.statusText, await answer.text(), home.seen.length]).toEqual(['Partial Content', 'a', 1])
  expect(home.said().at(-1)).toBe(`served from the cache, 59 s old: ${home.url}/`)
  // And the whole is still what it was.
  expect([await home.get(), home.seen.length]).toEqual([LETTERS, 1])
})

test('the origin is asked for all other parts: several, none that there is, and of what is stale or not here', async () => {
  const home = await whole()
  expect(await part(home, 'bytes=0-1')).toBe('206 bytes 0-5/6 part 1')
  await home.get()
  for (const range of ['bytes=50-', 'lines=1-2', 'bytes=x', 'bytes=4-2'])
    expect([range, await part(home, range)]).toEqual([range, expect.stringContaining('part')])
  home.pass(61)
  expect(await part(home, 'bytes=0-1')).toContain('part')
  const long = await whole({}, 'x'.repeat(1_000))
  await long.get()
  expect(await part(long, 'bytes=0-0,500-500')).toContain('part')
  expect(await part(long, 'bytes=0-0,2000-')).toBe('206 bytes 0-0/1000 x')
})

test('conditions, other methods and modes that ask for the newest go to the origin with their Range', async () => {
  const home = await whole()
  await home.get()
  for (const name of ['if-range', 'if-none-match', 'if-match', 'if-modified-since', 'if-unmodified-since'])
    expect([name, await part(home, 'bytes=0-1', { headers: { [name]: '"a"' } })]).toEqual([
      name,
      expect.stringContaining('part'),
    ])
  for (const cache of ['no-store', 'reload', 'no-cache'] as const)
    expect([cache, await part(home, 'bytes=0-1', { cache })]).toEqual([cache, expect.stringContaining('part')])
  expect(await part(home, 'bytes=0-1', { method: 'POST' })).toContain('part')
})

test('only-if-cached has a part of what is kept, and nothing where nothing is', async () => {
  const home = await whole()
  const offline = (range: string) => part(home, range, { cache: 'only-if-cached', mode: 'same-origin' })
  expect(await codeOf(offline('bytes=0-1'))).toBe('net/not-cached')
  await home.get()
  expect(await offline('bytes=0-1')).toBe('206 bytes 0-1/10 ab')
  home.pass(100)
  expect(await offline('bytes=0-1')).toBe('206 bytes 0-1/10 ab')
})

test('of a body that is coded, and of an answer that is no 200, no part is made', async () => {
  const coded = await house((request, number) =>
    request.headers.has('range')
      ? new Response(`part ${number}`, { status: 206, headers: { 'content-range': 'bytes 0-5/6' } })
      : new Response(LETTERS, { headers: { ...MINUTE, 'content-encoding': 'identity' } }),
  )
  await (await coded.own.fetch(coded.url)).arrayBuffer().catch(() => undefined)
  expect(await part(coded, 'bytes=0-1')).toContain('part')
  const missing = await house((request, number) =>
    request.headers.has('range')
      ? new Response(`part ${number}`, { status: 206, headers: { 'content-range': 'bytes 0-5/6' } })
      : new Response(LETTERS, { status: 404, headers: MINUTE }),
  )
  await missing.get()
  expect(await part(missing, 'bytes=0-1')).toContain('part')
})
