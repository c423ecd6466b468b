/** Our client and our server over loopback: every way to show a name, and what a server does not follow. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { closing } from '../../../test/support/net.ts'
import { answersOf } from '../../acme/authority.ts'
import type { ChallengeQuestion } from '../../acme/server/types.ts'
import { type AcmeStore, memoryAcmeStore } from '../../acme/store.ts'
import { octetString } from '../../asn1/write.ts'
import { certificateAuthority, selfSigned } from '../../ca/authority.ts'
import { connect, serve } from '../../index.ts'
import { nodeWorld } from '../../node/world.ts'
import { certifiedKey } from '../../tls/certificate/certified-key.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { Certificate } from '../../x509/certificate/certificate.ts'
import { generalNameText } from '../../x509/certificate/general-name.ts'
import { acme, acmeRevoke } from './client.ts'
import { type LookOptions, lookAt } from './look.ts'
import { type AcmeHandlerOptions, acmeService } from './server.ts'
import { httpChallenges, tlsChallenges } from './show.ts'

const world = nodeWorld()
const { crypto } = world
const authority = certificateAuthority({ crypto, now: Date.now, name: 'Root' })
const own = certifiedKey(authority.issue({ names: ['localhost'] }))
const accountKey = crypto.generateKeyPair('p-256')

const served = async (handler: Parameters<typeof serve>[0], options: Parameters<typeof serve>[1] = {}) => {
  const server = await serve(handler, options)
  closing.push(() => server.close(0))
  return server
}

/** An authority on a port of its own. */
const started = async (options: Partial<AcmeHandlerOptions> = {}) => {
  let service: ReturnType<typeof acmeService> | undefined
  const server = await served(
    (request, about) => service?.handler(request, about) ?? new Response(null, { status: 404 }),
    {
      tls: { certificateFor: () => own },
    },
  )
  const base = `${server.url}/acme`
  service = acmeService({ base, world, authority: answersOf(() => authority), refuses: () => undefined, ...options })
  closing.push(async () => service?.close())
  return { directory: `${base}/directory`, accountKey, world, ca: [authority.certificate] }
}

describe('a certificate', () => {
  test('by http-01, for a name and an address, and its revocation', async () => {
    const shown = httpChallenges()
    const web = await served(request => shown.handler(request) ?? new Response('a page'))
    const common = await started({ httpPort: web.port })
    const names = ['shop.localhost', '127.0.0.1']
    const { chain, key } = await acme({ ...common, names, show: { 'http-01': shown.show } })
    const leaf = new Certificate(chain[0]!)
    expect(leaf.extension('subjectAltName')?.map(generalNameText)).toEqual(names)
    expect([...leaf.spki]).toEqual([...key.spki])
    await acmeRevoke({ ...common, certificate: chain[0]!, reason: 1 })
    const entry = authority.inventory.find(Buffer.from(leaf.serialNumber).toString('hex'))
    expect(entry?.revocation?.reason).toBe('keyCompromise')
    await expect(acmeRevoke({ ...common, certificate: chain[0]! })).rejects.toMatchObject({
      code: 'acme/refused',
      failure: { expected: 'alreadyRevoked' },
    })
  })

  test('by tls-alpn-01, from the server that is to have it, whose other clients notice nothing', async () => {
    const shown = tlsChallenges(world)
    const web = await served(() => new Response('a page'), { tls: { certificateFor: shown.certificateFor(() => own) } })
    const common = await started({ tlsPort: web.port })
    const names = ['shop.localhost', '127.0.0.1']
    const asked: Promise<unknown>[] = []
    const show: typeof shown.show = async challenge => {
      const taken = await shown.show(challenge)
      const to = { host: 'localhost', port: web.port, tls: { ca: [authority.certificate], alpn: ['http/1.1'] } }
      asked.push(connect(to).then(stream => stream.reset()))
      return taken
    }
    const { chain } = await acme({ ...common, names, show: { 'tls-alpn-01': show } })
    expect(new Certificate(chain[0]!).extension('subjectAltName')?.map(generalNameText)).toEqual(names)
    expect(await Promise.all(asked)).toHaveLength(2)
    // Afterwards nothing is shown any more.
    const tls = { serverName: 'shop.localhost', alpn: ['acme-tls/1'] }
    await expect(connect({ host: 'localhost', port: web.port, tls })).rejects.toMatchObject({
      code: 'tls/name-unknown',
    })
  })

  test('by dns-01, a wildcard', async () => {
    const records = new Map<string, string>()
    const common = await started({ texts: async name => [records.get(name) ?? ''] })
    const show = ({ record }: { record: { name: string; text: string } }) => {
      records.set(record.name, record.text)
      return () => void records.delete(record.name)
    }
    const { chain } = await acme({ ...common, names: ['*.shop.localhost'], show: { 'dns-01': show } })
    expect(new Certificate(chain[0]!).extension('subjectAltName')?.map(generalNameText)).toEqual(['*.shop.localhost'])
    expect(records.size).toBe(0)
  })

  test('is not had while nothing can be kept: the client hears it, and the server goes on', async () => {
    const kept = memoryAcmeStore()
    const full = new Set<string>()
    const keeping = (kind: string): void => {
      if (full.has(kind)) throw new Error(`no room for ${kind}`)
    }
    const store: AcmeStore = {
      ...kept,
      write(kind, record) {
        keeping(kind)
        kept.write(kind, record)
      },
    }
    const told: string[] = []
    const shown = httpChallenges()
    const web = await served(request => shown.handler(request) ?? new Response('a page'))
    const common = await started({ httpPort: web.port, store, failed: error => told.push((error as Error).message) })
    const attempt = () => acme({ ...common, names: ['shop.localhost'], show: { 'http-01': shown.show } })
    for (const kind of ['account', 'order', 'certificate']) {
      full.add(kind)
      await expect(attempt(), kind).rejects.toMatchObject({
        code: 'acme/refused',
        failure: { expected: 'serverInternal' },
      })
      full.clear()
    }
    expect(new Set(told)).toEqual(new Set(['no room for account', 'no room for order', 'no room for certificate']))
    expect((await attempt()).chain).toHaveLength(1)
  })

  test('what cannot be shown, reached, or named fails by its name', async () => {
    const common = await started({ httpPort: 1 })
    const names = ['shop.localhost']
    const throwing = () => {
      throw new Error('no room')
    }
    const attempt = (show: Parameters<typeof acme>[0]['show'], directory = common.directory) =>
      acme({ ...common, directory, names, show })
    await expect(attempt({})).rejects.toMatchObject({ code: 'acme/no-challenge' })
    await expect(attempt({ 'http-01': throwing })).rejects.toMatchObject({
      code: 'acme/challenge-failed',
      failure: { got: 'no room' },
    })
    await expect(attempt({ 'http-01': () => () => {} })).rejects.toMatchObject({ code: 'acme/challenge-failed' })
    await expect(attempt({}, `${common.directory}x`)).rejects.toMatchObject({ code: 'acme/no-directory' })
    await expect(attempt({}, 'https://localhost:1/directory')).rejects.toMatchObject({ code: 'net/blocked-port' })
    await expect(acme({ ...common, names: ['a b'], show: {} })).rejects.toThrow(RangeError)
  })
})

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
    expect(await lookAt(dns, { world, texts: texts([...Array(100).fill('x'), text]) })).toMatchObject({
      type: 'incorrectResponse',
    })
  })
})
