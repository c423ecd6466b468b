import { describe, expect, test } from 'vitest'
import { closing, codeOf, peer, served } from '../../../test/support/net.ts'
import { issued, root } from '../../../test/support/node-tls.ts'
import { proxying } from '../../../test/support/proxy.ts'
import { FailureError } from '../../failures/index.ts'
import { client, fetch } from '../../index.ts'
import { environmentProxies } from '../../node/proxies.ts'
import { sinkOf } from '../../trace/recorder.ts'
import { isWithout, proxiesIn } from './proxies.ts'

const BASIC = `Basic ${Buffer.from('me:pässword').toString('base64')}`
const echo = (request: Request) =>
  request.text().then(body => Response.json({ url: request.url, headers: Object.fromEntries(request.headers), body }))
const secure = () => served(echo, { tls: issued() })

describe('a request for http', () => {
  test('RFC 9112 3.2.2: goes to the proxy with all of its URL, on a connection that is kept', async () => {
    const proxy = await proxying()
    const { url } = await served(echo)
    using own = client({ proxy: proxy.url })
    const answer = await own.fetch(`${url}/a?b#c`, { method: 'POST', body: 'posted' })
    expect(await answer.json()).toMatchObject({ url: `${url}/a?b`, body: 'posted' })
    const second = await own.fetch(`${url}/d`)
    await second.text()
    expect(proxy.asked).toEqual([`POST ${url}/a?b`, `GET ${url}/d`])
    expect(second.url).toBe(`${url}/d`)
    expect(second.connection.local.port).toBe(answer.connection.local.port)
    expect(second.connection.remote.port).toBe(Number(new URL(proxy.url).port))
  })
  test('RFC 7617: shows the name and password of the proxy, and no server sees them', async () => {
    const proxy = await proxying({ wants: BASIC })
    const { url } = await served(echo)
    const through = proxy.url.replace('//', '//me:p%C3%A4ssword@')
    const { headers } = (await (await fetch(url, { proxy: through })).json()) as { headers: object }
    expect(headers).not.toHaveProperty('proxy-authorization')
    expect(proxy.shown).toEqual([BASIC])
  })
  test('RFC 9110 15.5.8: without them it is net/proxy-authentication, and no answer of the server', async () => {
    const proxy = await proxying({ wants: BASIC })
    const { url } = await served(echo)
    expect(await codeOf(fetch(url, { proxy: proxy.url }))).toBe('net/proxy-authentication')
  })
})

describe('a request for https', () => {
  test('RFC 9110 9.3.6: goes through a tunnel, which the server answers inside', async () => {
    const proxy = await proxying()
    const { port } = await secure()
    using own = client({ proxy: proxy.url, ca: root })
    const url = `https://localhost:${port}`
    const answer = await own.fetch(`${url}/a`, { headers: { 'proxy-authorization': 'Basic not-for-you' } })
    const { headers } = (await answer.json()) as { headers: object }
    expect(headers).not.toHaveProperty('proxy-authorization')
    await (await own.fetch(`${url}/b`)).text()
    expect(proxy.asked).toEqual([`CONNECT localhost:${port}`])
    expect(proxy.shown).toEqual([undefined])
    expect(answer.connection.tls?.version).toBe('TLS 1.3')
  })
  test('by TLS to the proxy too: TLS in TLS, with a body of a megabyte', async () => {
    const proxy = await proxying({ tls: issued(), wants: BASIC })
    const { port } = await secure()
    const body = 'megabyte'.repeat(131_072)
    const answer = await fetch(`https://localhost:${port}/`, {
      method: 'POST',
      body,
      proxy: proxy.url.replace('//', '//me:p%C3%A4ssword@'),
      ca: root,
    })
    expect(((await answer.json()) as { body: string }).body).toBe(body)
  })
  test('a proxy whose certificate nobody vouches for is not asked, with the reason below', async () => {
    const proxy = await proxying({ tls: issued({ names: ['other.test'] }) })
    const { url } = await served(echo)
    const error = await fetch(url, { proxy: proxy.url, ca: root }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'net/proxy-unreachable', failure: { got: 'tls/certificate-name' } })
    expect((error as Error).cause).toMatchObject({ cause: { code: 'tls/certificate-name' } })
    expect(proxy.asked).toEqual([])
  })
  test('what the client accepts of servers it does not accept of proxies', async () => {
    const proxy = await proxying({ tls: issued({ names: ['other.test'] }) })
    const { url } = await served(echo)
    const init = { proxy: proxy.url, ca: root, accept: ['tls/certificate-name'] as const }
    expect(await codeOf(fetch(url, init))).toBe('net/proxy-unreachable')
  })
  test('both legs are in the trace: CONNECT and its answer on one flow, what is inside on another', async () => {
    const proxy = await proxying()
    const { port } = await secure()
    const seen: string[] = []
    const trace = sinkOf(entry => {
      if (entry.type !== 'message' || entry.record.layer !== 'http') return
      seen.push(`${entry.record.flow.includes(`> localhost:${port}`) ? 'inside' : 'proxy'} ${entry.record.name}`)
    })
    await (await fetch(`https://localhost:${port}/`, { proxy: proxy.url, ca: root, trace })).text()
    expect(seen[0]).toMatch(/^proxy CONNECT/)
    expect(seen[1]).toMatch(/^proxy 200/)
    expect(seen[2]).toMatch(/^inside GET/)
    expect(seen[3]).toMatch(/^inside 200/)
  })
})

describe('what proxies do', () => {
  test('refuse: net/proxy-refused with the status; 407 is net/proxy-authentication', async () => {
    const forbidding = await proxying({ refuses: 403 })
    const error = await fetch('https://localhost:9998/', { proxy: forbidding.url }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'net/proxy-refused',
      failure: { got: '403 Forbidden', expected: 'localhost:9998', context: { url: 'https://localhost:9998/' } },
    })
    const asking = await proxying({ wants: BASIC })
    expect(await codeOf(fetch('https://localhost:9998/', { proxy: asking.url }))).toBe('net/proxy-authentication')
  })
  test('are not there: net/proxy-unreachable, with what happened as its cause', async () => {
    const error = await fetch('http://localhost/', { proxy: 'localhost:9998' }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(FailureError)
    expect(error).toMatchObject({
      code: 'net/proxy-unreachable',
      failure: { where: 'localhost:9998', got: 'tcp/refused' },
    })
  })
  test('stall, cut, or answer with something else: the failure of that', async () => {
    const silent = await peer(() => {})
    const stalled = fetch('https://a.test/', { proxy: silent, timeouts: { firstByte: 20 } })
    expect(await codeOf(stalled)).toBe('http/head-timeout')
    const cutting = await peer(socket => socket.once('data', () => socket.resetAndDestroy()))
    expect(await codeOf(fetch('https://a.test/', { proxy: cutting }))).toBe('tcp/reset')
    const leaving = await peer(socket => socket.once('data', () => socket.end()))
    expect(await codeOf(fetch('https://a.test/', { proxy: leaving }))).toBe('http/no-answer')
    const babbling = await peer(socket => socket.once('data', () => socket.end('SSH-2.0-x\r\n\r\n')))
    expect(await codeOf(fetch('https://a.test/', { proxy: babbling }))).toBe('http/bad-start-line')
  })
  test('are left when the caller gives up, and say what comes behind their answer to TLS', async () => {
    const controller = new AbortController()
    let left = (): void => {}
    const gone = new Promise<void>(resolve => {
      left = resolve
    })
    const silent = await peer(socket => {
      socket.once('data', () => controller.abort('enough'))
      socket.once('close', () => left())
    })
    const asked = fetch('https://a.test/', { proxy: silent, signal: controller.signal })
    expect(await asked.catch((reason: unknown) => reason)).toBe('enough')
    await gone
    const talking = await peer(socket => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\nno TLS at all')))
    expect(await codeOf(fetch('https://a.test/', { proxy: talking }))).toMatch(/^tls\//)
  })
  test('hear of a reset inside the tunnel, and so does the server', async () => {
    const proxy = await proxying()
    let gone = (): void => {}
    const heard = new Promise<void>(resolve => {
      gone = resolve
    })
    const { port } = await served((_, about) => {
      const { stream, response } = about.takeOver({
        headers: [
          ['Upgrade', 'echo'],
          ['Connection', 'Upgrade'],
        ],
      })
      stream.handler = { data() {}, end: gone, drain() {}, closed: gone }
      return response
    })
    using own = client({ proxy: proxy.url })
    const { stream } = await own.upgrade(`ws://127.0.0.1:${port}/`, { protocol: 'echo' })
    stream.reset()
    await heard
  })
  test('tunnel what is upgraded, in plain text too', async () => {
    const proxy = await proxying()
    const { port } = await served((_, about) => {
      const { stream, response } = about.takeOver({
        headers: [
          ['Upgrade', 'echo'],
          ['Connection', 'Upgrade'],
        ],
      })
      stream.handler = {
        data: bytes => void stream.write([bytes.slice()]),
        end: () => stream.end(),
        drain() {},
        closed() {},
      }
      return response
    })
    using own = client({ proxy: proxy.url })
    const { stream } = await own.upgrade(`ws://127.0.0.1:${port}/`, { protocol: 'echo' })
    closing.push(() => stream.reset())
    const back = new Promise<string>(resolve => {
      stream.handler = { data: bytes => resolve(Buffer.from(bytes).toString()), end() {}, drain() {}, closed() {} }
    })
    stream.write([Buffer.from('hello')])
    expect(await back).toBe('hello')
    expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${port}`])
  })
})

describe('which proxy', () => {
  test.each([['socks4://localhost'], ['http://'], ['http://a:b%ff@c/', 'c:80'], ['http://[::1']])(
    '%s is net/bad-proxy',
    async (proxy, where?: string) => {
      expect(await codeOf(fetch('http://localhost/', { proxy }))).toBe('net/bad-proxy')
      const error = await fetch('http://localhost/', { proxy }).catch(String)
      expect(error).not.toContain('b%ff')
      expect(() => client({ proxy })).toThrow(
        expect.toSatisfy((thrown: FailureError) => thrown.code === 'net/bad-proxy' && thrown.failure.where === where),
      )
    },
  )
  test('a function is asked for each request', async () => {
    const proxy = await proxying()
    const { url } = await served(echo)
    using own = client({ proxy: ({ pathname }) => (pathname === '/through' ? proxy.url : undefined) })
    await (await own.fetch(`${url}/direct`)).text()
    await (await own.fetch(`${url}/through`)).text()
    expect(proxy.asked).toEqual([`GET ${url}/through`])
  })
  test('the environment says it, by scheme, in small letters or capitals', () => {
    const asked = (environment: Record<string, string>, url: string) => proxiesIn(environment)(new URL(url))
    expect(asked({ http_proxy: 'a' }, 'http://x/')).toBe('a')
    expect(asked({ http_proxy: 'a' }, 'https://x/')).toBeUndefined()
    expect(asked({ HTTPS_PROXY: 'b', all_proxy: 'c' }, 'https://x/')).toBe('b')
    expect(asked({ HTTPS_PROXY: 'b', ALL_PROXY: 'c' }, 'http://x/')).toBe('c')
    expect(asked({ http_proxy: 'a', HTTP_PROXY: 'b' }, 'http://x/')).toBe('a')
    expect(asked({ HTTP_PROXY: 'b' }, 'http://x/')).toBe('b')
    expect(asked({ HTTP_PROXY: 'forged', REQUEST_METHOD: 'GET' }, 'http://x/')).toBeUndefined()
    expect(asked({ http_proxy: 'a', NO_PROXY: 'x' }, 'http://x/')).toBeUndefined()
    expect(environmentProxies()(new URL('http://localhost/'))).toBe(
      proxiesIn(process.env)(new URL('http://localhost/')),
    )
  })
  test.each([
    ['*', 'http://any.test/', true],
    ['', 'http://any.test/', false],
    ['shop.test', 'http://shop.test/', true],
    ['shop.test', 'http://www.shop.test/', true],
    ['.shop.test', 'http://shop.test:81/', true],
    ['*.shop.test', 'http://www.shop.test/', true],
    ['shop.test', 'http://workshop.test/', false],
    ['SHOP.test.', 'http://shop.TEST./', true],
    ['a.test, b.test', 'http://b.test/', true],
    ['a.test b.test', 'http://b.test/', true],
    ['shop.test:8080', 'http://shop.test/', false],
    ['shop.test:80', 'http://shop.test/', true],
    ['shop.test:443', 'https://shop.test/', true],
    ['10.0.0.1', 'http://10.0.0.1/', true],
    ['0.0.1', 'http://10.0.0.1/', false],
    ['10.0.0.0/8', 'http://10.200.0.1/', true],
    ['10.0.0.0/8', 'http://11.0.0.1/', false],
    ['10.0.0.0/9', 'http://10.128.0.1/', false],
    ['10.0.0.0/33', 'http://10.0.0.0/', false],
    ['0.0.0.0/0', 'http://11.0.0.1/', true],
    ['0.0.0.0/0', 'http://name.test/', false],
    ['fd00::/8', 'http://[fd12::1]/', true],
    ['[::1]', 'http://[::1]:8080/', true],
    ['::1', 'http://[::2]/', false],
    ['.', 'http://any.test/', false],
  ])('NO_PROXY=%s for %s: %s', (list, url, without) => {
    expect(isWithout(new URL(url), list)).toBe(without)
  })
})
