/** What `connect` fetches to know whether the server's certificate was revoked, and what it does with it. */
import { expect, test } from 'vitest'
import { closing, codeOf } from '../../../test/support/net.ts'
import { crlBy, ocspBy, serialOf } from '../../../test/support/revocation.ts'
import { node } from '../../../test/support/worlds.ts'
import { context } from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.table.ts'
import { element, explicit, integer, oid, sequence } from '../../asn1/write.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import type { Bytes } from '../../engine.ts'
import { Failure } from '../../failures/index.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import type { ExtensionToWrite } from '../../x509/issue.ts'
import type { Need } from '../../x509/revocation/evidence.ts'
import { parseOcspRequest } from '../../x509/revocation/ocsp-request.ts'
import { client, connect, fetch, serve } from '../index.ts'
import type { RevocationOptions } from '../stream/judged.ts'
import { type RetrieverOptions, retriever } from './retriever.ts'

const HOUR = 3_600_000
const { crypto } = node
const root = certificateAuthority({ crypto, now: Date.now, name: 'Root' })
const uri = (url: string): Uint8Array => element(context(6), latin1Bytes(url))
const access: ExtensionToWrite = {
  oid: OID.authorityInfoAccess,
  critical: false,
  value: sequence(sequence(oid(OID.ocsp), uri('http://ca.test/ocsp'))),
}
const points: ExtensionToWrite = {
  oid: OID.cRLDistributionPoints,
  critical: false,
  value: sequence(sequence(explicit(0, explicit(0, uri('http://ca.test/crl'))))),
}
const issue = (...extensions: readonly ExtensionToWrite[]) => root.issue({ names: ['shop.test'], extensions })
const now = Date.now()
const dates = { thisUpdate: now - HOUR, nextUpdate: now + HOUR, producedAt: now }

/** A shop, and the server of its authority beside it, which says `answer`. */
const shop = async (own: ReturnType<typeof issue>, answer: (request: Request) => Response | Promise<Response>) => {
  const world = node.world()
  const asked: string[] = []
  const authority = await serve(
    request => {
      asked.push(`${request.method} ${new URL(request.url).pathname} ${request.headers.get('content-type')}`)
      return answer(request)
    },
    { world, port: 80 },
  )
  const server = await serve(() => new Response('yes'), {
    world,
    port: 443,
    tls: { cert: [...own.chain], key: own.privateKey },
  })
  closing.push(
    () => authority.close(50),
    () => server.close(50),
  )
  const retrieve = retriever({
    fetch: (url, init) => fetch(url, { ...(init as object), world }),
    crypto,
    clock: world.clock,
  })
  const state = async (mode: RevocationOptions['mode'], more: Partial<RevocationOptions> = { retrieve }) => {
    const stream = await connect({
      host: 'shop.test',
      port: 443,
      world,
      tls: { ca: root.certificate, revocation: { mode, ...more } },
    })
    const [own] = stream.connection.tls?.trusted?.revocation ?? []
    stream.reset()
    return own?.status === 'good' ? `good by ${own.by}` : own?.status
  }
  return { state, asked, world }
}

test('an answer of the authority is fetched once and kept until there is a newer one', async () => {
  const own = issue(access, points)
  const { state, asked } = await shop(own, () => new Response(new Uint8Array(ocspBy(root, own.certificate, dates))))
  expect(await state('soft')).toBe('good by ocsp')
  expect(await state('hard')).toBe('good by ocsp')
  expect(asked).toEqual(['POST /ocsp application/ocsp-request'])
  expect(await state('off')).toBe('not-checked')
})

test('where there is no answer a list is fetched', async () => {
  const own = issue(access, points)
  const { state, asked } = await shop(own, request =>
    request.method === 'POST' ? new Response('no', { status: 503 }) : new Response(new Uint8Array(crlBy(root, dates))),
  )
  expect(await state('hard')).toBe('good by crl')
  expect(asked).toEqual(['POST /ocsp application/ocsp-request', 'GET /crl null'])
})

test('what was revoked is refused, softly or hard', async () => {
  const own = issue(points)
  const list = crlBy(root, { ...dates, entries: [{ serialNumber: serialOf(own.certificate), date: now - HOUR }] })
  const { state } = await shop(own, () => new Response(new Uint8Array(list)))
  expect(await codeOf(state('soft'))).toBe('tls/certificate-revoked')
  expect(await codeOf(state('hard'))).toBe('tls/certificate-revoked')
})

test('what cannot be fetched is not known: good enough for soft, not for hard', async () => {
  const { state } = await shop(issue(points), () => new Response('gone', { status: 404 }))
  expect(await state('soft')).toBe('not-checked')
  expect(await codeOf(state('hard'))).toBe('tls/revocation-unknown')
  expect(await codeOf(state('hard', {}))).toBe('tls/revocation-unknown')
})

test('a certificate that promises an answer is held to it when one was asked for', async () => {
  const promise: ExtensionToWrite = { oid: OID.tlsFeature, critical: false, value: sequence(integer(5)) }
  const { state } = await shop(issue(promise), () => new Response())
  expect(await codeOf(state('off'))).toBe('tls/staple-missing')
})

const need = (url: string, kind: Need['kind'] = 'crl'): Need => ({
  kind,
  url,
  issuer: root.certificate,
  certificate: issue().certificate,
})
const fetching = (answer: RetrieverOptions['fetch'], more: Partial<RetrieverOptions> = {}) =>
  retriever({ fetch: answer, crypto, clock: node.world().clock, ...more })

test('nothing is asked for over TLS, and nobody is told more than the question', async () => {
  const inits: RequestInit[] = []
  const retrieve = fetching(async (_, init) => {
    inits.push(init)
    return new Response('x')
  })
  expect(await retrieve(need('https://ca.test/crl'))).toBeUndefined()
  expect(inits).toEqual([])
  expect(await retrieve(need('http://ca.test/crl'))).toEqual(latin1Bytes('x'))
  expect(inits).toMatchObject([{ redirect: 'error', credentials: 'omit' }])
})

test('what is too long, or never ends, is not there', async () => {
  const endless = (): Response =>
    new Response(new ReadableStream({ pull: control => control.enqueue(new Uint8Array(1000)) }))
  expect(await fetching(async () => endless())(need('http://ca.test/'))).toBeUndefined()
  const sized = (octets: number, kind: Need['kind'], maxSize?: number): Promise<Bytes | undefined> =>
    fetching(async () => new Response(new Uint8Array(octets)), { maxSize })(need('http://ca.test/', kind))
  expect(await sized(10, 'crl', 10)).toHaveLength(10)
  expect(await sized(11, 'crl', 10)).toBeUndefined()
  expect(await sized(65_536, 'ocsp')).toHaveLength(65_536)
  expect(await sized(65_537, 'ocsp')).toBeUndefined()
})

test('whoever stalls is given up', async () => {
  const stalled = (_: string, { signal }: RequestInit): Promise<Response> =>
    new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('given up'))))
  expect(await fetching(stalled, { patience: 5 })(need('http://ca.test/'))).toBeUndefined()
})

test('no more than 64 are kept', async () => {
  const urls: string[] = []
  const list = crlBy(root, dates)
  const retrieve = fetching(async url => {
    urls.push(url)
    return new Response(new Uint8Array(list))
  })
  for (let i = 0; i < 65; i++) await retrieve(need(`http://ca.test/${i}`))
  await retrieve(need('http://ca.test/64'))
  expect(urls).toHaveLength(65)
  await retrieve(need('http://ca.test/0'))
  expect(urls).toHaveLength(66)
})

test('what is kept has a bound in octets too: the oldest goes', async () => {
  const asked: string[] = []
  const list = new Uint8Array(crlBy(root, { ...dates, point: { urls: [`http://${'a'.repeat(11_000_000)}`] } }))
  const retrieve = fetching(async url => {
    asked.push(url.slice(-1))
    return new Response(list)
  })
  for (const i of [0, 1, 2, 3, 3, 1, 0]) expect(await retrieve(need(`http://ca.test/${i}`))).toHaveLength(list.length)
  expect(asked).toEqual(['0', '1', '2', '3', '0'])
})

test('who asks while the same is on its way waits for it', async () => {
  let asked = 0
  const list = crlBy(root, dates)
  const retrieve = fetching(async () => {
    asked++
    return new Response(new Uint8Array(list))
  })
  const same = need('http://ca.test/')
  expect(await Promise.all([retrieve(same), retrieve(same), retrieve(same)])).toEqual([list, list, list])
  expect(asked).toBe(1)
})

test('what tells nothing of the certificate is not kept: whoever was on the way once is not believed for days', async () => {
  const forger = certificateAuthority({ crypto, now: Date.now, name: 'Root' })
  const own = issue(access, points)
  let forged = true
  const { state, asked } = await shop(own, request => {
    const by = forged ? forger : root
    return request.method === 'POST'
      ? new Response(new Uint8Array(ocspBy(by, own.certificate, dates)))
      : new Response(new Uint8Array(crlBy(by, dates)))
  })
  expect(await state('soft')).toBe('not-checked')
  forged = false
  expect(await state('hard')).toBe('good by ocsp')
  expect(await state('hard')).toBe('good by ocsp')
  expect(asked.map(text => text.slice(0, 4))).toEqual(['POST', 'GET ', 'POST'])
})

test('an answer that must be for this question has its nonce, and is asked for each time (RFC 9654)', async () => {
  const own = issue(access)
  const nonces: Uint8Array[] = []
  const answering = (nonce: (asked: Uint8Array) => Uint8Array | undefined) =>
    retriever({
      crypto,
      clock: node.world().clock,
      nonce: 'required',
      fetch: async (_, init) => {
        const request = parseOcspRequest(new Uint8Array(init.body as Uint8Array<ArrayBuffer>))
        if (request instanceof Failure || request.nonce === undefined) throw new Error('no nonce was sent')
        nonces.push(request.nonce)
        const answer = ocspBy(root, own.certificate, { ...dates, nonce: nonce(request.nonce) })
        return new Response(new Uint8Array(answer))
      },
    })({ kind: 'ocsp', url: 'http://ca.test/ocsp', issuer: root.certificate, certificate: own.certificate })
  expect(await answering(asked => asked)).toBeDefined()
  expect(await answering(() => undefined)).toBeUndefined()
  expect(await answering(asked => asked.slice(1))).toBeUndefined()
  expect(nonces.map(nonce => nonce.length)).toEqual([32, 32, 32])
  expect(new Set(nonces.map(nonce => nonce.join())).size).toBe(3)
})

test('a client fetches what is missing by itself, and asks nothing where nothing is demanded', async () => {
  const own = issue(access)
  const { asked, world } = await shop(own, () => new Response(new Uint8Array(ocspBy(root, own.certificate, dates))))
  const common = { world, ca: root.certificate }
  expect((await fetch('https://shop.test/', common)).status).toBe(200)
  expect((await fetch('https://shop.test/', { ...common, revocation: { mode: 'off' } })).status).toBe(200)
  expect(asked).toEqual([])
  using one = client({ ...common, revocation: { mode: 'hard' } })
  expect((await one.fetch('https://shop.test/')).status).toBe(200)
  expect(asked).toEqual(['POST /ocsp application/ocsp-request'])
})

test('a client that demands to know does not go on with a certificate that nobody speaks of', async () => {
  const { world } = await shop(issue(access, points), () => new Response('gone', { status: 404 }))
  const common = { world, ca: root.certificate }
  expect((await fetch('https://shop.test/', { ...common, revocation: { mode: 'soft' } })).status).toBe(200)
  const refused = fetch('https://shop.test/', { ...common, revocation: { mode: 'hard' } })
  expect(await codeOf(refused)).toBe('tls/revocation-unknown')
})

test('where answers lead elsewhere nobody follows', async () => {
  const { state, asked } = await shop(issue(access, points), () => Response.redirect('http://ca.test/elsewhere', 302))
  expect(await state('soft')).toBe('not-checked')
  expect(asked).toEqual(['POST /ocsp application/ocsp-request', 'GET /crl null'])
})

test('an answer that was made while it was asked for counts: the date is that of its coming', async () => {
  const own = issue(access)
  const world = node.world()
  let ahead = 0
  const clock = { ...world.clock, date: () => Date.now() + ahead }
  const answer = async (): Promise<Response> => {
    ahead += 10_000
    const made = { thisUpdate: Date.now() + ahead, nextUpdate: now + HOUR, producedAt: Date.now() + ahead }
    return new Response(new Uint8Array(ocspBy(root, own.certificate, made)))
  }
  const server = await serve(() => new Response('yes'), {
    world,
    port: 443,
    tls: { cert: [...own.chain], key: own.privateKey },
  })
  closing.push(() => server.close(50))
  const revocation = { mode: 'hard', retrieve: retriever({ fetch: answer, crypto, clock }) } as const
  const asking = { ...world, clock }
  const stream = await connect({
    host: 'shop.test',
    port: 443,
    world: asking,
    tls: { ca: root.certificate, revocation },
  })
  expect(stream.connection.tls?.trusted?.revocation[0]?.status).toBe('good')
  stream.reset()
})

test('an authority that says nothing does not end a handshake that has less time than it', async () => {
  const own = issue(access)
  const { world } = await shop(own, () => new Promise<Response>(() => {}))
  const { clock } = world
  // A third of the handshake's time passes at once.
  const later: typeof clock.later = (at, run) => {
    const left = at - clock.now()
    return clock.later(left > 1_800 && left <= 2_000 ? clock.now() : at, run)
  }
  const asking = { world: { ...world, clock: { ...clock, later } }, timeouts: { handshake: 6_000 } }
  const answer = await fetch('https://shop.test/', { ...asking, ca: root.certificate, revocation: { mode: 'soft' } })
  expect(await answer.text()).toBe('yes')
})
