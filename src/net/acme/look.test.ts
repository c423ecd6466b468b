/** What an authority makes of what it is shown, where it looks, and what it does not follow. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { served } from '../../../test/support/net.ts'
import type { ChallengeQuestion } from '../../acme/server/types.ts'
import { octetString } from '../../asn1/write.ts'
import { selfSigned } from '../../ca/authority.ts'
import { FailureError, fail } from '../../failures/index.ts'
import { nodeWorld } from '../../node/world.ts'
import { certifiedKey } from '../../tls/certificate/certified-key.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { type LookOptions, lookAt } from './look.ts'

const world = nodeWorld()
const { crypto } = world

describe('what an authority looks at', () => {
  const question: ChallengeQuestion = {
    about: 'challenge',
    type: 'http-01',
    identifier: { type: 'dns', value: 'shop.localhost' },
    token: 'abc',
    keyAuthorization: 'abc.def',
  }
  let hits: string[] = []
  beforeEach(() => {
    hits = []
  })
  afterEach(() => {
    hits = []
  })
  const looking = async (handler: (url: URL) => Response | Promise<Response>, options: Partial<LookOptions> = {}) => {
    const web = await served(request => {
      const url = new URL(request.url)
      hits.push(url.pathname)
      return handler(url)
    })
    return { port: web.port, look: () => lookAt(question, { world, httpPort: web.port, ...options }) }
  }
  const answered = async (handler: (url: URL) => Response | Promise<Response>, options?: Partial<LookOptions>) =>
    (await looking(handler, options)).look()

  test('the key authorization, and white space behind it', async () => {
    for (const text of ['abc.def', 'abc.def\n', 'abc.def \r\n\t'])
      expect(await answered(() => new Response(text))).toBe('done')
    expect(hits[0]).toBe('/.well-known/acme-challenge/abc')
    for (const text of ['', 'abc.de', ' abc.def', 'abc.def\nx', 'ABC.DEF'])
      expect(await answered(() => new Response(text)), text).toMatchObject({ type: 'incorrectResponse' })
    expect(await answered(() => new Response('abc.def', { status: 404 }))).toMatchObject({ type: 'incorrectResponse' })
  })

  test('only this machine, by default: other addresses are not even connected to', async () => {
    for (const address of [
      '192.0.2.1',
      '10.0.0.1',
      '169.254.169.254',
      '0.0.0.0',
      '::',
      '::ffff:127.0.0.1',
      'fe80::1',
    ]) {
      const { look } = await looking(() => new Response('abc.def'), { resolve: async () => [address] })
      expect(await look(), address).toMatchObject({
        type: 'connection',
        detail: expect.stringContaining('does not look'),
      })
    }
    expect(hits).toEqual([])
    const ip = { ...question, identifier: { type: 'ip', value: '192.0.2.1' } } as const
    expect(await lookAt(ip, { world })).toMatchObject({ type: 'connection' })
    expect(await lookAt({ ...ip, type: 'tls-alpn-01' }, { world })).toMatchObject({ type: 'connection' })
    const none = await looking(() => new Response('abc.def'), { resolve: async () => [] })
    expect(await none.look()).toMatchObject({ type: 'dns' })
    const own = await looking(() => new Response('abc.def'), { resolve: async () => ['192.0.2.1', '127.0.0.1'] })
    expect(await own.look()).toBe('done')
  })

  test('a redirect leads to another path or name here, and nowhere else', async () => {
    let status: 301 | 302 | 303 | 307 | 308 = 301
    const { port, look } = await looking(({ pathname }) =>
      pathname === '/here' ? new Response('abc.def') : Response.redirect(`http://other.localhost:${port}/here`, status),
    )
    for (status of [301, 302, 303, 307, 308] as const) expect([status, await look()]).toEqual([status, 'done'])
    const strange = await served(() => {
      hits.push('strange')
      return new Response('abc.def')
    })
    for (const to of [
      'http://192.0.2.1/',
      `http://192.0.2.1:${port}/`,
      'http://169.254.169.254/latest/meta-data',
      `http://localhost:${strange.port}/`,
      `http://127.0.0.1:${strange.port}/`,
      `https://localhost:${port}/`,
      'file:///etc/passwd',
      'data:,abc.def',
      'blob:x',
      `http://me:secret@localhost:${port}/here`,
    ])
      expect(await answered(() => new Response(null, { status: 302, headers: { location: to } })), to).toMatchObject({
        type: 'connection',
      })
    expect(hits).not.toContain('strange')
    const circle = await looking(url => Response.redirect(url.href, 302))
    expect(await circle.look()).toMatchObject({ type: 'connection', detail: 'there were more than 3 redirects' })
    expect(hits.filter(path => path === '/.well-known/acme-challenge/abc').length).toBeGreaterThanOrEqual(4)
  })

  test('what stands in the way is said with its code, its place and its kind', async () => {
    const trouble = (fails: () => never, more: Partial<LookOptions> = {}) =>
      lookAt(question, { world, resolve: async () => fails(), ...more })
    const failing =
      (code: 'dns/timeout' | 'tls/not-tls' | 'tcp/refused', facts = {}) =>
      () => {
        throw new FailureError(fail(code, facts))
      }
    const crash = () => {
      throw new TypeError('a defect')
    }
    const facts = { where: 'shop.localhost', got: 'NXDOMAIN' }
    for (const [fails, type, detail] of [
      [failing('dns/timeout', facts), 'dns', 'dns/timeout: shop.localhost: NXDOMAIN'],
      [failing('tls/not-tls', { got: 'SSH' }), 'tls', 'tls/not-tls: SSH'],
      [failing('tcp/refused'), 'connection', 'tcp/refused'],
      [crash, 'serverInternal', 'the challenge could not be looked at'],
    ] as const)
      expect(await trouble(fails)).toMatchObject({ type, detail })
    const many = Array.from({ length: 5 }, (_, i) => `192.0.2.${i}`)
    expect(await lookAt(question, { world, resolve: async () => [...many, 'x'] })).toMatchObject({
      detail: 'shop.localhost is at 192.0.2.0, 192.0.2.1, 192.0.2.2, 192.0.2.3, where this authority does not look',
    })
    expect(await lookAt(question, { world, resolve: async () => ['x'] })).toMatchObject({
      detail: 'shop.localhost has no address',
    })
  })

  test('RFC 6761 6.3: names of this machine are not asked for, others are, and addresses are none', async () => {
    const asked: string[] = []
    const lookUp = async (name: string) => {
      asked.push(name)
      return ['192.0.2.7']
    }
    const at = async (type: 'dns' | 'ip', value: string) => {
      const transport = { ...world.transport, lookUp }
      const found = await lookAt(
        { ...question, identifier: { type, value } },
        {
          world: { ...world, transport },
          httpPort: 1,
          reaches: address => /^(127|::1|192)/.test(address) && address !== '192.0.2.7',
        },
      )
      return (found as { detail: string }).detail.replace(/^tcp\/refused: ([^ ]*).*/, '$1')
    }
    for (const name of ['localhost', 'a.localhost', 'A.LocalHost']) await at('dns', name)
    for (const address of ['127.0.0.1', '::1']) await at('ip', address)
    expect(asked).toEqual([])
    for (const name of ['localhost.test', 'notlocalhost'])
      expect(await at('dns', name)).toBe(`${name} is at 192.0.2.7, where this authority does not look`)
    expect(asked).toEqual(['localhost.test', 'notlocalhost'])
  })

  test('three redirects are followed, to what is a URL without a user, and only those that say where', async () => {
    const leading = async (count: number) => {
      const { look } = await looking(({ pathname }) => {
        const step = Number(/\d+$/.exec(pathname)?.[0] ?? 0)
        return step === count
          ? new Response('abc.def')
          : new Response(null, { status: 302, headers: { location: `/${step + 1}` } })
      })
      return look()
    }
    expect(await leading(3)).toBe('done')
    expect(await leading(4)).toMatchObject({ type: 'connection' })
    const answering = (status: number, location?: string) =>
      answered(
        () => new Response(status === 200 ? 'abc.def' : null, { status, ...(location && { headers: { location } }) }),
      )
    expect(await answering(302, 'http://[')).toMatchObject({ detail: 'a redirect leads to what is no URL' })
    for (const user of ['me', ':secret']) {
      const { port, look } = await looking(({ pathname }) =>
        pathname === '/here'
          ? new Response('abc.def')
          : Response.redirect(`http://localhost:${port}/here`.replace('//', `//${user}@`), 302),
      )
      expect(await look(), user).toMatchObject({ type: 'connection' })
    }
    expect(await answering(302)).toMatchObject({ detail: expect.stringMatching(/answers with status 302$/) })
    expect(await answering(304, '/here')).toMatchObject({ detail: expect.stringMatching(/answers with status 304$/) })
    expect(await answering(200, '/here')).toBe('done')
  })

  test('an answer of 4,096 octets is read to its end, and one more is too many', async () => {
    const long = (length: number) => answered(() => new Response('abc.def'.padEnd(length)))
    expect(await long(4_096)).toBe('done')
    expect(await long(4_097)).toMatchObject({ detail: expect.stringContaining('more than a text') })
  })

  test('an answer without an end is cut after 4 kB', async () => {
    const endless = () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            controller.enqueue(new Uint8Array(1_000).fill(0x61))
          },
        }),
      )
    expect(await answered(endless)).toMatchObject({
      type: 'incorrectResponse',
      detail: expect.stringContaining('more than a text'),
    })
  })

  test('an answer that does not come is waited for ten seconds, by the clock of the world', async () => {
    const { virtualClock } = await import('../../lab/clock.ts')
    const { setImmediate: turn } = await import('node:timers/promises')
    const { memoryTransport } = await import('../stream/memory.ts')
    const clock = virtualClock({ turn })
    const transport = memoryTransport(clock)
    await transport.listen({ port: 80 }, () => {})
    const silent = { ...world, clock, transport }
    const texts = () => new Promise<never>(() => {})
    for (const type of ['http-01', 'dns-01'] as const) {
      const began = clock.now()
      expect(await lookAt({ ...question, type }, { world: silent, texts })).toMatchObject({
        type: 'connection',
        detail: 'there was no answer within 10000 ms',
      })
      expect([type, clock.now() - began]).toEqual([type, 10_000])
    }
  })

  test('by tls-alpn-01: one name, critical, with this digest, over this protocol', async () => {
    const digest = crypto.hash('sha256').update(latin1Bytes('abc.def')).digest()
    const made = (names: readonly string[], extension: { value?: Uint8Array; critical?: boolean; oid?: string } = {}) =>
      certifiedKey(
        selfSigned(crypto, Date.now, {
          names,
          extensions: [{ oid: '1.3.6.1.5.5.7.1.31', critical: true, value: octetString(digest), ...extension }],
        }),
      )
    const look = async (certificate: ReturnType<typeof made>, alpn: readonly string[] = ['acme-tls/1']) => {
      const web = await served(() => new Response(), { tls: { certificateFor: () => ({ certificate, alpn }) } })
      return lookAt({ ...question, type: 'tls-alpn-01' }, { world, tlsPort: web.port })
    }
    const name = 'shop.localhost'
    expect(await look(made([name]))).toBe('done')
    for (const [certificate, detail] of [
      [made(['other.localhost']), 'is for another name'],
      [made([`*.localhost`]), 'is for another name'],
      [made(['127.0.0.1']), 'is for another name'],
      [made([name, 'other.localhost']), 'has 2 names, and not the one'],
      [made([name], { critical: false }), 'has an acmeIdentifier that is not critical'],
      [made([name], { oid: '1.3.6.1.5.5.7.1.99', critical: false }), 'has no acmeIdentifier'],
      [made([name], { value: octetString(new Uint8Array(32)) }), 'has the digest of another key authorization'],
      [made([name], { value: octetString(digest.subarray(1)) }), 'has the digest of another key authorization'],
      [made([name], { value: digest }), 'cannot be read'],
    ] as const)
      expect(await look(certificate), detail).toMatchObject({
        type: 'incorrectResponse',
        detail: expect.stringContaining(detail),
      })
    expect(await look(made([name]), ['http/1.1'])).toMatchObject({ type: 'tls' })
    const plain = await served(() => new Response())
    expect(await lookAt({ ...question, type: 'tls-alpn-01' }, { world, tlsPort: plain.port })).toMatchObject({
      type: 'tls',
    })
  })

  test('by dns-01: one of the records, and nobody to ask is no answer', async () => {
    const dns = { ...question, type: 'dns-01' } as const
    const wanted = crypto.hash('sha256').update(latin1Bytes('abc.def')).digest()
    const text = Buffer.from(wanted).toString('base64url')
    const asked: string[] = []
    const texts = (found: readonly string[]) => async (name: string) => {
      asked.push(name)
      return found
    }
    expect(await lookAt(dns, { world, texts: texts(['x', text]) })).toBe('done')
    expect(asked).toEqual(['_acme-challenge.shop.localhost'])
    expect(await lookAt(dns, { world, texts: texts([`${text}=`]) })).toMatchObject({ type: 'incorrectResponse' })
    expect(await lookAt(dns, { world, texts: () => Promise.reject(new Error('no')) })).toMatchObject({
      type: 'incorrectResponse',
    })
    expect(await lookAt(dns, { world })).toMatchObject({ type: 'dns' })
    expect(await lookAt(dns, { world, texts: texts([...Array(99).fill('x'), text]) })).toBe('done')
    expect(await lookAt(dns, { world, texts: texts([]) })).toMatchObject({
      detail: '_acme-challenge.shop.localhost has no TXT record',
    })
    expect(await lookAt(dns, { world, texts: texts(['x']) })).toMatchObject({
      detail: 'no TXT record of _acme-challenge.shop.localhost has the digest of the key authorization',
    })
    expect(await lookAt(dns, { world, texts: texts([...Array(100).fill('x'), text]) })).toMatchObject({
      type: 'incorrectResponse',
    })
  })
})
