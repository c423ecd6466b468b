/** Logins, both ends: what is shown to whom, how often, and what a server lets through (RFC 9110 11, RFC 7616). */
import { describe, expect, test } from 'vitest'
import { closing, codeOf, served } from '../../test/support/net.ts'
import { platforms } from '../../test/support/worlds.ts'
import { digestResponse } from '../http/semantics/digest.ts'
import { DigestServer } from '../http/semantics/digest-server.ts'
import { nodeWorld } from '../node/world.ts'
import {
  authenticating,
  client,
  fetch,
  type Guard,
  guard,
  type Interceptor,
  type Login,
  type LoginOptions,
  serve,
} from './index.ts'

const world = nodeWorld()

/** A place that only who logs in sees; each request is noted with its Authorization. */
const place = async (options: LoginOptions, also?: (request: Request) => Response | undefined) => {
  const asked: string[] = []
  const who: Guard = guard(options)
  const server = await served(async (request, about) => {
    const { pathname } = new URL(request.url)
    asked.push(`${pathname} ${request.headers.get('authorization')?.split(' ')[0] ?? '-'}`)
    const other = also?.(request)
    if (other !== undefined) return other
    const known = await who(request, about)
    if (known instanceof Response) return known
    return new Response(`${known.user} by ${known.scheme}: ${await request.text()}`)
  })
  return { url: server.url, asked }
}
const ann = { realm: 'shop', passwordOf: (user: string) => (user === 'ann' ? 'secret' : undefined) }
const asking = (logins: readonly Login[]) => {
  const made = client({ world, interceptors: [authenticating(logins, { world })] })
  closing.push(() => made.close())
  const get = async (url: string, init: RequestInit = {}): Promise<string> => {
    const answer = await made.fetch(url, init)
    return `${answer.status} ${(await answer.text()).split('\n')[0]}`
  }
  return { get }
}

describe.each(platforms)('on %s', (_, platform) => {
  test('Digest lets in who knows the password, and shows it unasked from then on', async () => {
    const own = platform.world()
    const asked: string[] = []
    const who = guard(ann)
    const server = await serve(
      async (request, about) => {
        asked.push(/nc=(\d+)/.exec(request.headers.get('authorization') ?? '')?.[1] ?? '-')
        const known = await who(request, about)
        return known instanceof Response ? known : new Response(known.user)
      },
      { world: own, port: 80 },
    )
    closing.push(() => server.close(50))
    const login = { origin: 'http://localhost', user: 'ann', password: 'secret' }
    using own2 = client({ world: own, interceptors: [authenticating([login], { world: own })] })
    for (const path of ['/a?b=c', '/d/e', '/'])
      expect(await (await own2.fetch(`http://localhost${path}`)).text()).toBe('ann')
    expect(asked).toEqual(['-', '00000001', '00000002', '00000003'])
  })
})

describe('a login', () => {
  test('is shown to its origin alone, whatever leads elsewhere', async () => {
    const other = await place({ realm: 'shop', isPassword: () => true, userOf: () => 'x' })
    const { url, asked } = await place(ann, request =>
      new URL(request.url).pathname === '/away' ? Response.redirect(other.url, 302) : undefined,
    )
    const { get } = asking([{ origin: url, user: 'ann', password: 'secret', schemes: ['digest', 'basic'] }])
    expect(await get(`${url}/`)).toBe('200 ann by digest: ')
    expect(await get(`${url}/away`)).toBe('401 401 Unauthorized')
    expect(asked).toEqual(['/ -', '/ Digest', '/away Digest'])
    expect(other.asked).toEqual(['/ -'])
  })
  test('is for its realm alone, where it names one', async () => {
    const { url, asked } = await place(ann)
    expect(await asking([{ origin: url, realm: 'other', user: 'ann', password: 'secret' }]).get(url)).toBe(
      '401 401 Unauthorized',
    )
    expect(asked).toEqual(['/ -'])
    const both = asking([
      { origin: url, realm: 'other', user: 'ann', password: 'wrong' },
      { origin: url, realm: 'shop', user: 'ann', password: 'secret' },
    ])
    expect(await both.get(url)).toBe('200 ann by digest: ')
  })
  test('with a wrong password is tried once', async () => {
    const { url, asked } = await place({ ...ann, isPassword: () => false })
    const { get } = asking([{ origin: url, user: 'ann', password: 'wrong', schemes: ['digest', 'basic'] }])
    expect(await get(url)).toBe('401 401 Unauthorized')
    expect(asked).toEqual(['/ -', '/ Digest'])
  })
  test('is sent as it is over http only by who says so', async () => {
    const options: LoginOptions = {
      realm: 'shop',
      isPassword: (user, password) => user === 'ann' && password === 'secret',
      userOf: token => (token === 't0k' ? 'ann' : undefined),
    }
    const { url, asked } = await place(options)
    const named = { origin: url, user: 'ann', password: 'secret', token: 't0k' }
    expect(await asking([named]).get(url)).toBe('401 401 Unauthorized')
    expect(asked).toEqual(['/ -'])
    expect(await asking([{ ...named, schemes: ['basic'] }]).get(url)).toBe('200 ann by basic: ')
    expect(await asking([{ ...named, schemes: ['bearer'] }]).get(url)).toBe('200 ann by bearer: ')
    expect(await asking([{ ...named, token: 'wrong', schemes: ['bearer'] }]).get(url)).toBe('401 401 Unauthorized')
  })
  test('RFC 7617 2.2: by Basic is shown unasked below the place that took it, and nowhere else', async () => {
    const { url, asked } = await place({ realm: 'shop', isPassword: () => true })
    const { get } = asking([{ origin: url, user: 'ann', password: 'x', schemes: ['basic'] }])
    for (const path of ['/a/b', '/a/c/d', '/b']) await get(`${url}${path}`)
    expect(asked).toEqual(['/a/b -', '/a/b Basic', '/a/c/d Basic', '/b -', '/b Basic'])
  })
  test('leaves alone what has an Authorization, wants none, or cannot be sent twice', async () => {
    const { url, asked } = await place(ann)
    const { get } = asking([{ origin: url, user: 'ann', password: 'secret' }])
    expect(await get(url, { headers: { authorization: 'Own x' } })).toBe('401 401 Unauthorized')
    expect(await get(url, { credentials: 'omit' })).toBe('401 401 Unauthorized')
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(3))
        controller.close()
      },
    })
    expect(await get(url, { method: 'POST', body, duplex: 'half' } as RequestInit)).toBe('401 401 Unauthorized')
    expect(asked).toEqual(['/ Own', '/ -', '/ -'])
    expect(await get(url, { method: 'POST', body: 'twice' })).toBe('200 ann by digest: twice')
  })
  test('whose nonce has grown too old is answered with a new one, unseen', async () => {
    const { url, asked } = await place({ ...ann, digest: { lifetime: -1 } })
    const { get } = asking([{ origin: url, user: 'ann', password: 'secret' }])
    // A server that takes none, and says each time that it is only too old, is asked no more than so often.
    expect(await get(url)).toBe('401 401 Unauthorized')
    expect(asked).toEqual(['/ -', '/ Digest', '/ Digest', '/ Digest'])
  })
  test('is used by many requests at once, each with a count of its own', async () => {
    const { url } = await place(ann)
    const { get } = asking([{ origin: url, user: 'ann', password: 'secret' }])
    const all = await Promise.all(Array.from({ length: 50 }, (_, i) => get(`${url}/${i}`)))
    expect(new Set(all)).toEqual(new Set(['200 ann by digest: ']))
  })
  test('that cannot be shown is refused before any request', async () => {
    const made = async (login: Login) => authenticating([login], { world })
    expect(await codeOf(made({ origin: 'https://a.test', user: 'a:b', password: 'c' }))).toBe('http/bad-credentials')
    expect(await codeOf(made({ origin: 'https://a.test', token: 'a b' }))).toBe('http/bad-credentials')
    expect(await codeOf(made({ origin: 'a.test', user: 'a', password: 'c' }))).toBe('net/bad-url')
    expect(await codeOf(made({ origin: 'ftp://a.test', user: 'a', password: 'c' }))).toBe('net/bad-url')
  })
})

describe('a server that is to prove itself (RFC 7616 3.5)', () => {
  const proving = async (info: (known: string) => string | undefined) => {
    const who = guard(ann)
    return served(async (request, about) => {
      const known = await who(request, about)
      if (known instanceof Response) return known
      const said = info(known.authenticationInfo!)
      return new Response(known.user, { headers: said === undefined ? {} : { 'authentication-info': said } })
    })
  }
  const login = (url: string, more: Partial<Login> = {}) =>
    asking([{ origin: url, user: 'ann', password: 'secret', ...more }]).get(url)
  test('is believed by its proof, and where none is required without one', async () => {
    const honest = await proving(known => known)
    expect(await login(honest.url, { serverProof: 'required' })).toBe('200 ann')
    const silent = await proving(() => undefined)
    expect(await login(silent.url)).toBe('200 ann')
    expect(await codeOf(login(silent.url, { serverProof: 'required' }))).toBe('http/server-unproved')
  })
  test('is not believed with a wrong one, by anybody', async () => {
    const other = await proving(known => known.replace(/rspauth="./, 'rspauth="x'))
    expect(await codeOf(login(other.url))).toBe('http/server-unproved')
    const copied = await proving(known => known.replace(/nc=\d+/, 'nc=00000009'))
    expect(await codeOf(login(copied.url))).toBe('http/server-unproved')
  })
  test('proves its body with auth-int: one that was changed does not end', async () => {
    const crypto = world.crypto
    const by = new DigestServer({ crypto, realm: 'shop', qop: ['auth-int'] })
    const server = await served(request => {
      const read = by.read(request.headers.get('authorization') ?? '')
      const now = Date.now()
      if (read === undefined)
        return new Response('', { status: 401, headers: { 'www-authenticate': by.challenges(now)[0]! } })
      const body = new TextEncoder().encode('the answer')
      const facts = { ...read, user: 'ann', realm: 'shop', password: 'secret', method: '', body }
      const info = `rspauth="${digestResponse(crypto, facts)}", qop=auth-int, nc=${read.nc}, cnonce="${read.cnonce}"`
      const said = new URL(request.url).pathname === '/' ? 'the answer' : 'the ansver'
      return new Response(said, { headers: { 'authentication-info': info } })
    })
    const { get } = asking([{ origin: server.url, user: 'ann', password: 'secret', serverProof: 'required' }])
    expect(await get(server.url)).toBe('200 the answer')
    expect(await codeOf(get(`${server.url}/changed`))).toBe('http/server-unproved')
  })
})

describe('a guard', () => {
  test('RFC 7616 3.4.3: with auth-int lets in a body that was not changed, and the handler reads it', async () => {
    const { url } = await place({ ...ann, digest: { qop: ['auth-int'], protectedBody: 100_000 } })
    const { get } = asking([{ origin: url, user: 'ann', password: 'secret' }])
    for (const body of ['hello', 'x'.repeat(100_000)])
      expect(await get(url, { method: 'PUT', body })).toBe(`200 ann by digest: ${body}`)
    expect(await get(url)).toBe('200 ann by digest: ')
    expect(await get(url, { method: 'PUT', body: 'x'.repeat(100_001) })).toMatch(/^413 /)
    const bytes = new TextEncoder().encode('hellO')
    const body = { length: 5, bytes, open: () => new Blob([bytes]).stream(), opens: 'again' } as const
    const changing: Interceptor = (outline, next) =>
      next(outline.headers.has('authorization') ? { ...outline, body } : outline)
    using own = client({
      world,
      interceptors: [authenticating([{ origin: url, user: 'ann', password: 'secret' }], { world }), changing],
    })
    expect((await own.fetch(url, { method: 'PUT', body: 'hello' })).status).toBe(401)
  })
  const challengesOf = async (url: string, authorization?: string) => {
    using own = client({ world })
    const answer = await own.fetch(url, { headers: authorization === undefined ? {} : { authorization } })
    await answer.text()
    return (answer.headers.get('www-authenticate') ?? '').replace(/nonce="[^"]*"/g, 'nonce=')
  }
  test('answers with http/unauthorized, and what may help', async () => {
    const { url } = await place(ann)
    expect(await (await fetch(url, { world })).text()).toContain('http/unauthorized')
  })
  test('offers what it was given functions for, the best first', async () => {
    const all = await place({ ...ann, isPassword: () => false, userOf: () => undefined })
    expect(await challengesOf(all.url)).toBe(
      'Digest realm="shop", qop="auth", algorithm=SHA-256, nonce=, charset="UTF-8", Bearer realm="shop", Basic realm="shop", charset="UTF-8"',
    )
    // RFC 6750 3.1
    expect(await challengesOf(all.url, 'Bearer x')).toContain('Bearer realm="shop", error="invalid_token"')
    const bearer = await place({ realm: 'shop', userOf: () => undefined })
    expect(await challengesOf(bearer.url)).toBe('Bearer realm="shop"')
  })
  test('who shows what it has no function for is shown what it offers, and who is wrong is not let in', async () => {
    const basic = `Basic ${btoa('ann:secret')}`
    for (const [options, shown, said] of [
      [{ userOf: () => 'x' }, basic, 'Bearer realm="shop"'],
      [{ isPassword: () => true }, 'Bearer x', 'Basic realm="shop", charset="UTF-8"'],
      [{ isPassword: () => true, passwordOf: () => 'x' }, 'Digest x', /^Digest realm="shop".*, Basic /],
      [{ isPassword: () => false }, basic, /^Basic /],
      [{ isPassword: () => true }, `Basic ${btoa('nobody')}`, /^Basic /],
    ] as const) {
      const { url } = await place({ realm: 'shop', ...options })
      expect(await challengesOf(url, shown)).toMatch(said)
    }
    const { url } = await place({
      realm: 'shop',
      isPassword: (user, password) => `${user} ${password}` === 'ann secret',
    })
    expect(await (await fetch(url, { world, headers: { authorization: basic } })).text()).toBe('ann by basic: ')
  })
  test('takes no proof for another target, also of somebody called stale', async () => {
    const who = guard({ realm: 'shop', passwordOf: () => 'secret' })
    let said = ''
    const server = await served(async (request, about) => {
      said ||= request.headers.get('authorization') ?? ''
      const known = await who(request, about)
      return known instanceof Response ? known : new Response(known.user)
    })
    const { get } = asking([{ origin: server.url, user: 'stale', password: 'secret' }])
    expect(await get(`${server.url}/a`)).toBe('200 stale')
    expect(await challengesOf(`${server.url}/b`, said)).not.toContain('stale=true')
    expect(await challengesOf(`${server.url}/a`, said)).toContain('stale=true')
  })
})
