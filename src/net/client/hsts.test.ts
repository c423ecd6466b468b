import { expect, test } from 'vitest'
import { closing, codeOf, served } from '../../../test/support/net.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { nodeWorld } from '../../node/world.ts'
import { recorder } from '../../trace/recorder.ts'
import { type ClientOptions, client } from './client.ts'

const authority = certificateAuthority({ crypto: nodeWorld().crypto, now: Date.now, name: 'hsts root' })
const own = authority.issue({ names: ['localhost', 'sub.localhost', '127.0.0.1'] })

/** A server of TLS that says so of itself, the URL of it in clear text, and a client that listens. */
const house = async (options: Partial<ClientOptions> = {}, value = 'max-age=600; includeSubDomains') => {
  const server = await served(
    request => {
      const { pathname } = new URL(request.url)
      if (pathname === '/down')
        return Response.redirect(`${request.url.replace('https:', 'http:').replace('/down', '/up')}`, 302)
      return new Response(request.url, { headers: { 'strict-transport-security': value } })
    },
    { tls: { cert: [...own.chain], key: own.privateKey } },
  )
  const trace = recorder()
  const asking = client({ hsts: true, ca: authority.root, world: nodeWorld(), trace, ...options })
  closing.push(() => asking.close())
  const said = () =>
    trace.records.flatMap(({ type, record }) => (type === 'verdict' && record.check === 'hsts' ? [record.about!] : []))
  return {
    secure: `https://localhost:${server.port}/`,
    plain: `http://localhost:${server.port}/`,
    port: server.port,
    asking,
    said,
  }
}

test('RFC 6797 8.3: http URLs of a host that said so are asked for by https, redirects too, and it is told', async () => {
  const { secure, plain, asking, said, port } = await house()
  expect(await (await asking.fetch(secure)).text()).toBe(secure)
  const second = await asking.fetch(plain)
  expect([second.url, await second.text(), second.redirected]).toEqual([secure, secure, false])
  const led = await asking.fetch(`${secure}down`)
  expect([led.url, led.redirected]).toEqual([`${secure}up`, true])
  await led.body?.cancel()
  expect(said()).toEqual([
    'localhost and all below it only by TLS, for 600 s',
    `http://localhost:${port} → https://localhost:${port}, as localhost wants it`,
    'localhost and all below it only by TLS, for 600 s',
    `http://localhost:${port} → https://localhost:${port}, as localhost wants it`,
    'localhost and all below it only by TLS, for 600 s',
  ])
  expect(asking.hsts!.list()).toMatchObject([{ host: 'localhost', includeSubDomains: true }])
})

test('without hsts nothing is kept and nothing is changed', async () => {
  const { secure, plain, asking } = await house({ hsts: undefined })
  await (await asking.fetch(secure)).text()
  // A server of TLS says in clear text what it is, if anything.
  const response = await asking.fetch(plain, { redirect: 'manual' })
  expect([response.url, asking.hsts]).toEqual([plain, undefined])
})

test('RFC 6797 8.1: what comes in clear text, from an address or in spite of a failure is not kept', async () => {
  const clear = await served(() => new Response('x', { headers: { 'strict-transport-security': 'max-age=600' } }))
  const { asking, port } = await house()
  await (await asking.fetch(clear.url.replace('127.0.0.1', 'localhost'))).text()
  await (await asking.fetch(`https://127.0.0.1:${port}/`)).text()
  expect(asking.hsts!.list()).toEqual([])
  const forgiving = await house({ ca: undefined, accept: ['tls/chain-incomplete'] })
  await (await forgiving.asking.fetch(forgiving.secure)).text()
  expect(forgiving.asking.hsts!.list()).toEqual([])
})

test('RFC 6797 8.4: of a host that is known no failure of its certificate is accepted, nor one that was accepted before', async () => {
  const { secure, plain, asking } = await house({ ca: undefined, accept: ['tls/chain-incomplete'] })
  expect((await (await asking.fetch(secure)).text()).length).toBeGreaterThan(0)
  asking.hsts!.restore([{ host: 'localhost', includeSubDomains: false, expires: Date.now() + 60_000 }])
  expect([await codeOf(asking.fetch(secure)), await codeOf(asking.fetch(plain))]).toEqual([
    'tls/chain-incomplete',
    'tls/chain-incomplete',
  ])
})

test('max-age=0 lets it go', async () => {
  const { secure, asking, said } = await house({}, 'max-age=0')
  asking.hsts!.restore([{ host: 'localhost', includeSubDomains: false, expires: Date.now() + 60_000 }])
  await (await asking.fetch(secure)).text()
  expect([asking.hsts!.list(), said()]).toEqual([[], ['localhost may be spoken to in clear text again']])
})

test('RFC 6797 8.3: ws URLs become wss', async () => {
  const { asking, plain } = await house()
  asking.hsts!.restore([{ host: 'localhost', includeSubDomains: false, expires: Date.now() + 60_000 }])
  // It is answered over TLS, if only to say no.
  expect(await codeOf(asking.upgrade(plain.replace('http', 'ws'), { protocol: 'websocket' }))).toBe(
    'http/upgrade-declined',
  )
})
