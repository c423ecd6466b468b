/** Proxies that want a proof of who we are: what they are shown, how often, and what never leaves (RFC 9110 11.7, RFC 7616). */
import { describe, expect, test } from 'vitest'
import { codeOf, peer, served } from '../../../test/support/net.ts'
import { issued, root } from '../../../test/support/node-tls.ts'
import { type ProxyOptions, proxying } from '../../../test/support/proxy.ts'
import { client, type ProxyLoginOptions, proxyLogin } from '../../index.ts'
import { nodeWorld } from '../../node/world.ts'

const world = nodeWorld()
const digest = { realm: 'way out', password: 'pässword' }
const place = async (
  options: ProxyOptions,
  login: Omit<ProxyLoginOptions, 'world'> = {},
  password = 'p%C3%A4ssword',
) => {
  const proxy = await proxying(options)
  const proxied = proxy.url.replace('//', `//ann:${password}@`)
  const own = client({ proxy: proxied, ca: root, proxyLogin: proxyLogin({ world, ...login }) })
  const shown = () => proxy.shown.map(value => /nc=\d+|^Basic/.exec(value ?? '-')?.[0] ?? value)
  return { own, proxy, shown, [Symbol.dispose]: () => own.close() }
}
const echo = (request: Request) =>
  request.text().then(body => Response.json({ proxy: request.headers.get('proxy-authorization'), body }))

describe('a proxy that wants Digest', () => {
  test('RFC 9110 11.7.1: is answered where it passes requests on, and shown a proof unasked from then on', async () => {
    const { url } = await served(echo)
    using to = await place({ digest })
    for (const body of ['one', 'two', 'three']) {
      const answer = await to.own.fetch(url, { method: 'POST', body })
      expect(await answer.json()).toEqual({ proxy: null, body })
    }
    expect(to.shown()).toEqual([undefined, 'nc=00000001', 'nc=00000002', 'nc=00000003'])
    expect(to.proxy.shown.join()).not.toContain('Basic')
    expect(to.proxy.shown[1]).toContain(`uri="${url}/"`)
  })
  test('RFC 9110 9.3.6: is answered on CONNECT, and the server inside sees nothing of it', async () => {
    const { port } = await served(echo, { tls: issued() })
    using to = await place({ digest, tls: issued() })
    const answer = await to.own.fetch(`https://localhost:${port}/`, { method: 'POST', body: 'inside' })
    expect(await answer.json()).toEqual({ proxy: null, body: 'inside' })
    expect(to.proxy.asked).toEqual([`CONNECT localhost:${port}`, `CONNECT localhost:${port}`])
    expect(to.shown()).toEqual([undefined, 'nc=00000001'])
    expect(to.proxy.shown[1]).toContain(`uri="localhost:${port}"`)
  })
  test('RFC 7616 3.3: with a nonce too old is answered again, and one that says so for ever is not', async () => {
    const { url } = await served(echo)
    using to = await place({ digest: { ...digest, lifetime: -1 } })
    expect(await codeOf(to.own.fetch(url))).toBe('net/proxy-authentication')
    expect(to.shown()).toEqual([undefined, 'nc=00000001', 'nc=00000001'])
    expect(await codeOf(to.own.fetch('https://localhost:9998/'))).toBe('net/proxy-authentication')
    expect(to.shown().slice(3)).toEqual(['nc=00000002', 'nc=00000001', 'nc=00000001'])
  })
  test('is shown a wrong password once, and told by which scheme', async () => {
    const { url } = await served(echo)
    using to = await place({ digest }, {}, 'wrong')
    const error = await to.own.fetch(url).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ cause: { code: 'net/proxy-authentication', failure: { got: 'Digest' } } })
    expect(to.shown()).toEqual([undefined, 'nc=00000001'])
  })
  test('is asked for what can be sent once only by who knows the nonce already', async () => {
    const { url } = await served(echo)
    using to = await place({ digest })
    const init = () => ({ method: 'POST', body: new Blob(['once']).stream(), duplex: 'half' }) as RequestInit
    expect(await codeOf(to.own.fetch(url, init()))).toBe('net/proxy-authentication')
    await (await to.own.fetch(url)).text()
    expect(await (await to.own.fetch(url, init())).json()).toMatchObject({ body: 'once' })
  })
  test('is used by a hundred requests at once, passed on and in tunnels, each count once', async () => {
    const { url } = await served(echo)
    const { port } = await served(echo, { tls: issued() })
    using to = await place({ digest })
    const all = Array.from(
      { length: 100 },
      async (_, i) => (await to.own.fetch(i % 4 ? url : `https://localhost:${port}/${i}`)).status,
    )
    expect(new Set(await Promise.all(all))).toEqual(new Set([200]))
  })
})

describe('a proxy', () => {
  const BASIC = `Basic ${Buffer.from('ann:pässword').toString('base64')}`
  test('that wants Basic is shown the password by that only where it is allowed', async () => {
    const { url } = await served(echo)
    using strict = await place({ wants: BASIC })
    expect(await codeOf(strict.own.fetch(url))).toBe('net/proxy-authentication')
    expect(strict.shown()).toEqual([undefined])
    using open = await place({ wants: BASIC }, { schemes: ['digest', 'basic'] })
    await (await open.own.fetch(url)).text()
    await (await open.own.fetch(url)).text()
    expect(open.shown()).toEqual([undefined, 'Basic', 'Basic'])
  })
  test('whose URL has no name and password is shown nothing, and passed where it asks for nothing', async () => {
    const { url } = await served(echo)
    for (const options of [{ digest }, {}]) {
      const proxy = await proxying(options)
      using own = client({ proxy: proxy.url, proxyLogin: proxyLogin({ world }) })
      const code = await codeOf(own.fetch(url).then(answer => answer.text()))
      expect([code, proxy.shown]).toEqual([
        'digest' in options ? 'net/proxy-authentication' : 'no failure',
        [undefined],
      ])
    }
  })
  test('with MD5 is answered by those alone who allow it', async () => {
    const { url } = await served(echo)
    const md5 = { digest: { ...digest, algorithms: ['MD5'] as const } }
    using strict = await place(md5)
    expect(await codeOf(strict.own.fetch(url))).toBe('net/proxy-authentication')
    using open = await place(md5, { md5: 'allowed' })
    expect((await open.own.fetch(url)).status).toBe(200)
  })
  test('that hides its next nonce in Proxy-Authentication-Info is shown that one (RFC 9110 11.7.3)', async () => {
    const shown: string[] = []
    const url = await peer(socket => {
      socket.on('error', () => {})
      socket.on('data', data => {
        const said = /proxy-authorization: (.*)\r\n/i.exec(`${data}`)?.[1]
        shown.push(
          /nonce="(\w+)".*nc=(\d+)/
            .exec(said ?? '')
            ?.slice(1)
            .join(' ') ?? '-',
        )
        const head = said
          ? 'HTTP/1.1 200 OK\r\nProxy-Authentication-Info: nextnonce="two"'
          : 'HTTP/1.1 407 x\r\nProxy-Authenticate: Digest realm="r", nonce="one", qop="auth", algorithm=SHA-256'
        socket.write(`${head}\r\nContent-Length: 0\r\n\r\n`)
      })
    })
    using own = client({ proxy: url.replace('//', '//ann:x@'), proxyLogin: proxyLogin({ world }) })
    for (let i = 0; i < 3; i++) await (await own.fetch('http://any.test/')).text()
    expect(shown).toEqual(['-', 'one 00000001', 'two 00000001', 'two 00000002'])
  })
  test.each([
    ['leaves by FIN', (socket: import('node:net').Socket) => socket.end()],
    ['leaves by RST', (socket: import('node:net').Socket) => socket.resetAndDestroy()],
  ])('that %s behind its challenge is asked on a new connection, passing on and tunnelling', async (_, leave) => {
    let connections = 0
    const url = await peer(socket => {
      connections++
      socket.on('error', () => {})
      socket.once('data', () => {
        const challenge = 'Proxy-Authenticate: Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256'
        socket.write(`HTTP/1.1 407 x\r\n${challenge}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`, () =>
          leave(socket),
        )
      })
    })
    for (const target of ['http://any.test/', 'https://any.test/']) {
      connections = 0
      using own = client({ proxy: url.replace('//', '//ann:x@'), proxyLogin: proxyLogin({ world }) })
      expect(await codeOf(own.fetch(target))).toBe('net/proxy-authentication')
      expect(connections).toBe(2)
    }
  })
})
