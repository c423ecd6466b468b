/** What is read in pages and in their cookies, in clear and under TLS, and how a server ends. */
import { describe, expect, test } from 'vitest'
import { concat } from '../../../test/support/bytes.ts'
import { asked, clock, issued, ours, rude } from '../../../test/support/checking.ts'
import { latin1Bytes, latin1Text } from '../../wire/bytes.ts'
import type { CheckOptions } from './check.ts'
import type { HttpSeen } from './types.ts'

const HTTP = { families: ['http'] } as const
const seenBy = async (world: Awaited<ReturnType<typeof ours>>, more: Partial<CheckOptions> = {}): Promise<HttpSeen> =>
  (await asked(world, { ...HTTP, ...more })).report.observed.http!

/** The page that is answered so. */
const page = async (headers: readonly (readonly [string, string])[], status = 200) => {
  const handler = () =>
    new Response(null, { status, headers: headers.map(([name, value]): [string, string] => [name, value]) })
  return (await seenBy(await ours({}, { handler }))).https
}

test('a page is told by what it says, and by what it does not', async () => {
  expect(await page([], 404)).toEqual({
    status: 404,
    hsts: undefined,
    csp: false,
    cookies: [],
    server: undefined,
    encoding: undefined,
  })
  const said = [
    ['strict-transport-security', 'max-age=10'],
    ['content-security-policy', "default-src 'self'"],
    ['server', 'nginx'],
    ['content-encoding', 'br'],
  ] as const
  expect(await page(said)).toEqual({
    status: 200,
    hsts: { maxAge: 10, includeSubDomains: false },
    csp: true,
    cookies: [],
    server: 'nginx',
    encoding: 'br',
  })
  expect(await page([['location', 'https://elsewhere.test/']], 302)).toMatchObject({ status: 302 })
  expect(await page([['strict-transport-security', 'max-age=x']])).toMatchObject({ hsts: undefined })
})

test('RFC 6265 5.2: attributes of cookies stand in any order and case', async () => {
  const bare = { secure: false, httpOnly: false, sameSite: undefined }
  for (const [field, cookie] of [
    ['sid=1', { ...bare, name: 'sid' }],
    [' sid =1; SECURE ;HttpOnly', { ...bare, name: 'sid', secure: true, httpOnly: true }],
    ['a=b=c; SameSite=None; httponly', { ...bare, name: 'a', httpOnly: true, sameSite: 'None' }],
    ['a=secure; path=/; sameSITE=Strict; secure', { ...bare, name: 'a', secure: true, sameSite: 'Strict' }],
    ['a', { ...bare, name: 'a' }],
  ] as const)
    expect(await page([['set-cookie', field]])).toMatchObject({ cookies: [cookie] })
})

describe('in clear', () => {
  /** Of a server that says this at `port`. */
  const plain = async (answer: string, more: Partial<CheckOptions> = {}, port = 80) => {
    const world = await ours()
    const heard: string[] = []
    await world.transport.listen({ port }, stream => {
      const data = (bytes: Uint8Array) => {
        heard.push(latin1Text(bytes))
        stream.write([latin1Bytes(`HTTP/1.1 ${answer}\r\nContent-Length: 0\r\n\r\n`)])
        stream.end()
      }
      stream.handler = { data, end() {}, drain() {}, closed() {} }
    })
    return { plain: (await seenBy(world, more)).plain, heard }
  }
  test.each([
    ['299 x\r\nLocation: https://shop.test/', 'page'],
    ['300 x\r\nLocation: https://shop.test/', 'https'],
    ['399 x\r\nLocation: https://shop.test/', 'https'],
    ['400 x\r\nLocation: https://shop.test/', 'page'],
    ['301 x\r\nLocation: https://other.test:8443/', 'https'],
    ['301 x\r\nLocation: http://shop.test/', 'elsewhere'],
    ['301 x\r\nLocation: https://[', 'elsewhere'],
    ['301 x\r\nLocation: //shop.test/', 'elsewhere'],
  ])('%j: %s', async (answer, said) => {
    expect((await plain(answer)).plain).toBe(said)
  })
  test('it is asked at the port that was named, for its root, and for no more than that', async () => {
    const { plain: said, heard } = await plain('200 x', { plainPort: 8080 }, 8080)
    expect(said).toBe('page')
    expect(heard).toHaveLength(1)
    expect(heard[0]).toMatch(/^GET \/ HTTP\/1\.1\r\nHost: shop\.test:8080\r\n/)
    expect(heard[0]).toMatch(/\r\nConnection: close\r\n/i)
    expect((await plain('200 x', {}, 8080)).plain).toBe('nobody')
  })
})

describe('at the end', () => {
  test('a server that is silent, one that leaves without a word, and one that says goodbye', async () => {
    expect(await seenBy(await ours())).toMatchObject({ closeNotify: true })
    const silent = { handler: () => new Promise<Response>(() => {}) }
    const began = clock.now()
    expect(await seenBy(await ours({}, silent))).toMatchObject({ closeNotify: { unasked: 'silent' } })
    expect(clock.now() - began).toBeGreaterThanOrEqual(1_500)
    const leaving = await ours(
      {},
      {
        before(stream, accept) {
          // RFC 9846 5.2: an alert is a record of 19 octets, encrypted; its server leaves instead.
          const write = (pieces: readonly Uint8Array[]): boolean => {
            const isAlert =
              concat(...pieces)
                .subarray(-24, -19)
                .join() === '23,3,3,0,19'
            if (isAlert) stream.reset()
            return isAlert || Object.getPrototypeOf(stream).write.call(stream, pieces)
          }
          accept(Object.defineProperty(stream, 'write', { value: write }))
        },
      },
    )
    expect(await seenBy(leaving)).toMatchObject({ closeNotify: false })
  })
})

test('who shows no chain is asked for no page; who has no handshake for us has none that we can see', async () => {
  const world = await ours({ ...issued({ names: ['other.test'] }) })
  // Whoever has the key that was shown is whom we mean, whatever his certificate says.
  expect(await seenBy(world)).toMatchObject({ https: { status: 200 } })
  const alert = Uint8Array.of(21, 3, 3, 0, 2, 2, 40)
  const bare = await rude((stream, heard) => heard(() => stream.write([alert])))
  expect(await seenBy(bare as typeof world)).toMatchObject({
    https: { unasked: 'unable' },
    plain: 'nobody',
    closeNotify: { unasked: 'unable', code: expect.stringMatching(/^tls\//) },
  })
})
