/** An ACME server as RFC 8555 describes it, step by step. What liars get is in `attacks.test.ts`. */
import { describe, expect, test } from 'vitest'
import { acmeWorld, BASE, EPOCH, type Said, somebody } from '../../../test/support/acme.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { base64url } from '../../wire/base64url.ts'
import { jwkOf, jwkThumbprint } from '../../x509/files/jwk.ts'
import { certificatesIn } from '../../x509/files/pem.ts'
import type { Json, JsonObject } from '../json.ts'
import { signJws, signWith } from '../jws.ts'
import { problem } from '../problem.ts'
import { memoryAcmeStore } from '../store.ts'
import { AcmeServer } from './server.ts'
import type { AcmeServerOptions } from './types.ts'

const crypto = nodeCrypto()
const setup = (options: Partial<AcmeServerOptions> = {}) => {
  const world = acmeWorld(crypto, options)
  const me = somebody(world, crypto)
  me.register()
  return { world, me }
}
const PREFIX = 'urn:ietf:params:acme:error:'
const problemOf = ({ status, json }: Said): unknown => [status, String(json.type).replace(PREFIX, '')]
const challengesOf = (said: Said) => said.json.challenges as readonly JsonObject[]

test('the directory names its resources, a nonce comes with every answer, and none is kept by a cache', () => {
  const world = acmeWorld(crypto, { termsOfService: 'https://ca.test/terms' })
  const { status, json, headers } = world.ask('GET', '/directory')!
  expect([status, json]).toEqual([
    200,
    {
      newNonce: `${BASE}/new-nonce`,
      newAccount: `${BASE}/new-account`,
      newOrder: `${BASE}/new-order`,
      revokeCert: `${BASE}/revoke-cert`,
      keyChange: `${BASE}/key-change`,
      meta: { termsOfService: 'https://ca.test/terms', externalAccountRequired: false },
    },
  ])
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'cache-control': 'no-store',
    link: `<${BASE}/directory>;rel="index"`,
  })
  expect(headers['replay-nonce']).toMatch(/^[\w-]{24}$/)
  expect([world.ask('HEAD', '/new-nonce')!.status, world.ask('GET', '/new-nonce')!.status]).toEqual([200, 204])
})

test('what is not there is 404, and what is there is asked for by POST', () => {
  const world = acmeWorld(crypto)
  for (const path of [
    '/',
    '',
    '/x',
    '/order',
    '/order/',
    '/order/a/b',
    '/order/a/finalize/x',
    '/new-order/x',
    '/toString',
    '/cert/a/0',
    '/cert/a/10',
    '/chall/a',
    '/directory/x',
    '//new-order',
    '/new-order?x',
  ])
    expect(problemOf(world.ask('POST', path)!), path).toEqual([404, 'malformed'])
  for (const path of ['/new-order', '/order/a', '/cert/a']) {
    const said = world.ask('GET', path)!
    expect([problemOf(said), said.headers.allow], path).toEqual([[405, 'malformed'], 'POST'])
  }
  expect(problemOf(world.ask('PUT', '/new-nonce')!)).toEqual([404, 'malformed'])
})

test('a base with a slash at its end, or that is no URL, is none', () => {
  const options = { crypto, epoch: EPOCH, refuses: () => undefined }
  for (const base of ['https://ca.test/acme/', 'ca.test/acme', ''])
    expect(() => new AcmeServer({ ...options, base }), base).toThrow(RangeError)
})

describe('accounts (RFC 8555 7.3)', () => {
  test('a key has one account: it is made once, found again, and not made where it is only looked for', () => {
    const world = acmeWorld(crypto)
    const me = somebody(world, crypto)
    expect(problemOf(me.post('/new-account', { onlyReturnExisting: true }))).toEqual([400, 'accountDoesNotExist'])
    const made = me.post('/new-account', { contact: ['mailto:me@a.test'] })
    expect([made.status, made.json]).toEqual([
      201,
      { status: 'valid', contact: ['mailto:me@a.test'], orders: `${made.headers.location}/orders` },
    ])
    for (const payload of [{}, { onlyReturnExisting: true }, { contact: ['mailto:other@a.test'] }]) {
      const found = me.post('/new-account', payload)
      expect([found.status, found.headers.location]).toEqual([200, made.headers.location])
      expect(found.json.contact).toEqual(['mailto:me@a.test'])
    }
  })

  test('contacts change, and nothing else does', () => {
    const { me } = setup()
    const path = me.pathOf(me.kid)
    expect(me.post(path).json.contact).toEqual([])
    expect(me.post(path, { contact: ['mailto:me@a.test'], orders: 'x' }).json).toMatchObject({
      contact: ['mailto:me@a.test'],
      orders: `${me.kid}/orders`,
    })
    expect(me.post(path, {}).json.contact).toEqual(['mailto:me@a.test'])
    expect(me.post(path, { status: 'valid' }).status).toBe(200)
    for (const status of ['revoked', 7, null]) expect(problemOf(me.post(path, { status }))).toEqual([400, 'malformed'])
    expect(problemOf(me.post(path, { contact: 'mailto:me@a.test' }))).toEqual([400, 'malformed'])
    expect(problemOf(me.post(path, { contact: ['tel:+123'] }))).toEqual([400, 'unsupportedContact'])
    for (const bad of ['mailto:', 'mailto:me', 'mailto:a@b,c@d', 'mailto:a@b?subject=x', `mailto:${'a'.repeat(320)}@b`])
      expect(problemOf(me.post(path, { contact: [bad] })), bad).toEqual([400, 'invalidContact'])
  })

  test('who does not agree to the terms has no account', () => {
    const world = acmeWorld(crypto, { termsOfService: 'https://ca.test/terms' })
    const me = somebody(world, crypto)
    const refused = me.post('/new-account', { termsOfServiceAgreed: false })
    expect([problemOf(refused), String(refused.json.detail)]).toEqual([
      [403, 'userActionRequired'],
      'the terms of service are to be agreed to: https://ca.test/terms',
    ])
    expect(me.register({ termsOfServiceAgreed: true }).json.termsOfServiceAgreed).toBe(true)
  })

  test('all kinds of keys have accounts', () => {
    for (const kind of ['p-256', 'p-384', 'p-521', 'ed25519', 'rsa-2048'] as const) {
      const world = acmeWorld(crypto)
      const me = somebody(world, crypto, crypto.generateKeyPair(kind))
      expect([me.register().status, me.order('a.test').status], kind).toEqual([201, 201])
    }
  })

  test('the orders of an account are listed until they end', () => {
    const { world, me } = setup()
    const [one, two] = [me.order('a.test'), me.order('b.test')]
    const list = () => me.post(`${me.pathOf(me.kid)}/orders`).json.orders
    expect(list()).toEqual([one.headers.location, two.headers.location])
    world.wait(3_601_000)
    expect(list()).toEqual([])
  })

  test('what a store has kept is there after a new start', () => {
    const store = memoryAcmeStore()
    const { me } = setup({ store })
    const order = me.order('a.test')
    me.show(order)
    const { certificate } = me.post(`${order.path}/finalize`, { csr: me.csr(['a.test']) }).json
    const world = acmeWorld(crypto, { store })
    const again = somebody(world, crypto, me.key)
    expect(again.register({ onlyReturnExisting: true }).headers.location).toBe(me.kid)
    expect(again.post(`${again.pathOf(me.kid)}/orders`).json.orders).toEqual([order.headers.location])
    expect(again.post(me.pathOf(certificate)).text).toContain('BEGIN CERTIFICATE')
  })
})

describe('another key (RFC 8555 7.3.5)', () => {
  const change = (me: ReturnType<typeof somebody>, key = crypto.generateKeyPair('p-256'), other: JsonObject = {}) => {
    const {
      header = {},
      payload = {},
      by = key,
    } = other as { header?: JsonObject; payload?: JsonObject; by?: typeof key }
    const jwk = { ...jwkOf(key.spki) }
    const said = { account: me.kid, oldKey: { ...jwkOf(me.key.spki) }, ...payload }
    return signJws(by, { jwk, url: `${BASE}/key-change`, ...header }, said, crypto)
  }

  test('the new key has the account, and the old one no more', () => {
    const { world, me } = setup()
    const key = crypto.generateKeyPair('ed25519')
    expect(me.post('/key-change', change(me, key)).status).toBe(200)
    expect(problemOf(me.post('/new-order', {}))).toEqual([400, 'malformed'])
    const next = somebody(world, crypto, key)
    expect(next.register({ onlyReturnExisting: true }).headers.location).toBe(me.kid)
    const old = somebody(world, crypto, me.key)
    expect(problemOf(old.post('/new-account', { onlyReturnExisting: true }))).toEqual([400, 'accountDoesNotExist'])
  })

  test('a key that has an account already is refused with its place', () => {
    const { world, me } = setup()
    const other = somebody(world, crypto)
    other.register()
    const said = me.post('/key-change', change(me, other.key))
    expect([problemOf(said), said.headers.location]).toEqual([[409, 'malformed'], other.kid])
    expect(me.post('/key-change', change(me, me.key)).status).toBe(409)
  })

  test('both must mean the same account, the same old key and the same URL', () => {
    const { world, me } = setup()
    const other = somebody(world, crypto)
    other.register()
    const key = crypto.generateKeyPair('p-256')
    const strange = crypto.generateKeyPair('p-256')
    const bad: readonly Json[] = [
      change(me, key, { payload: { account: other.kid } }),
      change(me, key, { payload: { account: 7 } }),
      change(me, key, { payload: { oldKey: { ...jwkOf(strange.spki) } } }),
      change(me, key, { header: { url: `${BASE}/new-account` } }),
      change(me, key, { header: { nonce: 'x' } }),
      change(me, key, { header: { kid: me.kid } }),
      change(me, key, { by: strange } as never),
      { ...change(me, key), signature: '' },
      {},
    ]
    for (const inner of bad) expect(problemOf(me.post('/key-change', inner))).toEqual([400, 'malformed'])
    expect(problemOf(me.post('/key-change', change(me, key, { payload: { oldKey: 7 } })))).toEqual([
      400,
      'badPublicKey',
    ])
    expect(problemOf(me.post('/key-change', change(me, key, { header: { alg: 'none' } })))).toEqual([
      400,
      'badSignatureAlgorithm',
    ])
    expect(me.post('/key-change', change(me, key)).status).toBe(200)
  })
})

describe('accounts from elsewhere (RFC 8555 7.3.4)', () => {
  const secret = new TextEncoder().encode('a key of sixteen')
  const world = () => acmeWorld(crypto, { externalAccounts: kid => (kid === 'known' ? secret : undefined) })
  const binding = (key: { spki: Uint8Array }, header: JsonObject = {}, by = secret): Json =>
    signWith(by, { kid: 'known', url: `${BASE}/new-account`, ...header }, { ...jwkOf(key.spki) }, crypto)

  test('who shows one has an account here', () => {
    const me = somebody(world(), crypto)
    const externalAccountBinding = binding(me.key)
    const said = me.register({ externalAccountBinding })
    expect([said.status, said.json.externalAccountBinding]).toEqual([201, externalAccountBinding])
  })

  test('who shows none, or one that is not his, has not', () => {
    const me = somebody(world(), crypto)
    const other = crypto.generateKeyPair('p-256')
    const attempts: readonly (readonly [Json | undefined, number, string])[] = [
      [undefined, 403, 'externalAccountRequired'],
      [{}, 400, 'malformed'],
      ['text', 400, 'malformed'],
      [binding(me.key, { kid: 'unknown' }), 401, 'unauthorized'],
      [binding(me.key, {}, new Uint8Array(16)), 401, 'unauthorized'],
      [binding(me.key, { alg: 'none' }), 401, 'unauthorized'],
      [binding(me.key, { alg: 'toString' }), 401, 'unauthorized'],
      [binding(me.key, { url: `${BASE}/new-order` }), 400, 'malformed'],
      [binding(me.key, { nonce: 'x' }), 400, 'malformed'],
      [binding(other), 400, 'malformed'],
      [
        signJws(me.key, { kid: 'known', url: `${BASE}/new-account` }, { ...jwkOf(me.key.spki) }, crypto),
        401,
        'unauthorized',
      ],
    ]
    for (const [externalAccountBinding, status, type] of attempts)
      expect(problemOf(me.post('/new-account', { externalAccountBinding }))).toEqual([status, type])
  })
})

describe('orders (RFC 8555 7.4)', () => {
  test('an order shows what it waits for: a wildcard is shown in DNS alone, an address not there', () => {
    const { me } = setup()
    const order = me.order('a.test', '*.a.test', '127.0.0.1', '::1')
    expect([order.status, order.json.status, order.json.finalize]).toEqual([
      201,
      'pending',
      `${order.headers.location}/finalize`,
    ])
    expect(order.json.expires).toBe('2026-11-20T13:00:00.000Z')
    const shown = (order.json.authorizations as string[]).map(url => me.post(me.pathOf(url)))
    expect(shown.map(({ json }) => [json.identifier, json.wildcard])).toEqual([
      [{ type: 'dns', value: 'a.test' }, undefined],
      [{ type: 'dns', value: 'a.test' }, true],
      [{ type: 'ip', value: '127.0.0.1' }, undefined],
      [{ type: 'ip', value: '::1' }, undefined],
    ])
    const types = shown.map(each => challengesOf(each).map(({ type }) => type))
    const byAddress = ['http-01', 'tls-alpn-01']
    expect(types).toEqual([['http-01', 'dns-01', 'tls-alpn-01'], ['dns-01'], byAddress, byAddress])
    const tokens = shown.flatMap(each => challengesOf(each).map(({ token }) => String(token)))
    expect(new Set(tokens).size).toBe(8)
    expect(tokens.every(token => /^[\w-]{22}$/.test(token))).toBe(true)
  })

  test('what is asked twice stands there once, in small letters', () => {
    const { me } = setup()
    expect(me.order('a.test', 'A.TEST').json.identifiers).toEqual([{ type: 'dns', value: 'a.test' }])
  })

  test.each([
    [{ identifiers: [] }, 'malformed'],
    [{}, 'malformed'],
    [{ identifiers: 'a.test' }, 'malformed'],
    [{ identifiers: ['a.test'] }, 'malformed'],
    [{ identifiers: [{ type: 'dns' }] }, 'malformed'],
    [{ identifiers: [{ type: 'dns', value: 7 }] }, 'malformed'],
    [{ identifiers: [{ type: 'dns', value: 'a..test' }] }, 'malformed'],
    [{ identifiers: [{ type: 'dns', value: 'a.test.' }] }, 'malformed'],
    [{ identifiers: [{ type: 'dns', value: 'ä.test' }] }, 'malformed'],
    [{ identifiers: [{ type: 'dns', value: '*.*.test' }] }, 'malformed'],
    [{ identifiers: [{ type: 'dns', value: 'a.test/../x' }] }, 'malformed'],
    [{ identifiers: [{ type: 'dns', value: '127.0.0.1' }] }, 'malformed'],
    [{ identifiers: [{ type: 'ip', value: 'a.test' }] }, 'malformed'],
    [{ identifiers: [{ type: 'ip', value: '0:0:0:0:0:0:0:1' }] }, 'malformed'],
    [{ identifiers: [{ type: 'ip', value: '127.0.0.01' }] }, 'malformed'],
    [{ identifiers: [{ type: 'email', value: 'a@b' }] }, 'unsupportedIdentifier'],
    [{ identifiers: [{ type: 'dns', value: 'a.test' }], notAfter: 'tomorrow' }, 'malformed'],
    [{ identifiers: [{ type: 'dns', value: 'a.test' }], notAfter: '2026-11-20T11:00:00Z' }, 'malformed'],
    [{ identifiers: [{ type: 'dns', value: 'a.test' }], notBefore: 7 }, 'malformed'],
    [
      {
        identifiers: [{ type: 'dns', value: 'a.test' }],
        notBefore: '2026-11-22T00:00:00Z',
        notAfter: '2026-11-22T00:00:00Z',
      },
      'malformed',
    ],
  ])('an order for what cannot be is refused: %j', (payload, type) => {
    const { me } = setup()
    expect(problemOf(me.post('/new-order', payload))).toEqual([400, type])
  })

  test('names that are not issued for are refused, each with its reason', () => {
    const refuses = ({ value }: { value: string }) => (value.endsWith('.test') ? undefined : `not below test: ${value}`)
    const { me } = setup({ refuses, challenges: ['http-01'] })
    const one = me.order('a.test', 'bank.example')
    expect([problemOf(one), one.json.detail, one.json.identifier]).toEqual([
      [400, 'rejectedIdentifier'],
      'not below test: bank.example',
      { type: 'dns', value: 'bank.example' },
    ])
    const two = me.order('bank.example', '*.a.test')
    expect(problemOf(two)).toEqual([400, 'compound'])
    expect(two.json.subproblems).toEqual([
      {
        type: `${PREFIX}rejectedIdentifier`,
        detail: 'not below test: bank.example',
        status: 400,
        identifier: { type: 'dns', value: 'bank.example' },
      },
      {
        type: `${PREFIX}rejectedIdentifier`,
        detail: 'there is no challenge by which it could be shown',
        status: 400,
        identifier: { type: 'dns', value: '*.a.test' },
      },
    ])
  })

  test('dates go to the authority, and what it refuses ends the order with its words', () => {
    const { me } = setup()
    const wanted = (notAfter: string) => {
      const said = me.post('/new-order', { identifiers: [{ type: 'dns', value: 'a.test' }], notAfter })
      const order = { ...said, path: me.pathOf(said.headers.location) }
      me.show(order)
      return me.post(`${order.path}/finalize`, { csr: me.csr(['a.test']) })
    }
    const good = wanted('2026-11-22T00:00:00+01:00')
    expect([good.json.status, good.json.notAfter]).toEqual(['valid', '2026-11-21T23:00:00.000Z'])
    const bad = wanted('2046-11-22T00:00:00Z')
    expect([bad.status, bad.json.status]).toEqual([200, 'invalid'])
    expect(String((bad.json.error as JsonObject).detail)).toMatch(/would end|too many/)
  })

  test('an order that nobody goes on with is invalid after an hour, and gone after two', () => {
    const { world, me } = setup()
    const order = me.order('a.test')
    const authorization = me.pathOf((order.json.authorizations as string[])[0])
    world.wait(3_600_000)
    expect(me.post(order.path).json.status).toBe('pending')
    world.wait(1_000)
    expect([me.post(order.path).json.status, me.post(authorization).json.status]).toEqual(['invalid', 'invalid'])
    expect(problemOf(me.post(`${order.path}/finalize`, { csr: me.csr(['a.test']) }))).toEqual([403, 'orderNotReady'])
    world.wait(3_600_000)
    expect(problemOf(me.post(order.path))).toEqual([404, 'unauthorized'])
    expect(problemOf(me.post(authorization))).toEqual([404, 'unauthorized'])
  })

  test('what is read is read with an empty payload', () => {
    const { me } = setup()
    const { path } = me.order('a.test')
    expect(problemOf(me.post(path, {}))).toEqual([400, 'malformed'])
    expect(problemOf(me.post('/new-order', []))).toEqual([400, 'malformed'])
    expect(problemOf(me.post('/new-order'))).toEqual([400, 'malformed'])
  })
})

describe('challenges (RFC 8555 7.5)', () => {
  test('what is to be found is the token and the thumbprint of the account’s key, and it is looked for once', () => {
    const { world, me } = setup()
    const asked: unknown[] = []
    world.looks = question => {
      asked.push(question)
      return 'nothing yet'
    }
    const order = me.order('a.test')
    const path = me.pathOf((order.json.authorizations as string[])[0])
    const [challenge] = challengesOf(me.post(path))
    const said = me.post(me.pathOf(challenge!.url), {})
    expect([said.json.status, said.headers.link, said.headers['retry-after']]).toEqual([
      'processing',
      `<${BASE}/directory>;rel="index", <${BASE}${path}>;rel="up"`,
      '1',
    ])
    expect(me.post(me.pathOf(challenge!.url), {}).json.status).toBe('processing')
    const token = String(challenge!.token)
    const keyAuthorization = `${token}.${jwkThumbprint(jwkOf(me.key.spki), crypto)}`
    const identifier = { type: 'dns', value: 'a.test' }
    expect(asked).toEqual([{ about: 'challenge', type: 'http-01', identifier, token, keyAuthorization }])
    world.answer(world.open[0]!, 'done')
    world.wait(1_000)
    expect(me.post(me.pathOf(challenge!.url)).json).toMatchObject({
      status: 'valid',
      validated: '2026-11-20T12:00:00.000Z',
    })
    expect([me.post(path).json.status, me.post(order.path).json.status]).toEqual(['valid', 'ready'])
    expect(challengesOf(me.post(path))).toHaveLength(1)
  })

  test('one that is not found ends authorization and order, and says why', () => {
    const { world, me } = setup()
    world.looks = ({ identifier }) => (identifier.value === 'a.test' ? 'done' : problem('connection', 'refused'))
    const order = me.order('a.test', 'b.test')
    me.show(order)
    const error = { type: `${PREFIX}connection`, detail: 'refused', status: 400 }
    expect(me.post(order.path).json).toMatchObject({ status: 'invalid', error })
    const path = me.pathOf((order.json.authorizations as string[])[1])
    const { json } = me.post(path)
    expect([json.status, (json.challenges as JsonObject[]).map(each => [each.status, each.error])]).toEqual([
      'invalid',
      [['invalid', error]],
    ])
    const { url } = (json.challenges as JsonObject[])[0]!
    expect(me.post(me.pathOf(url), {}).json.status).toBe('invalid')
    expect(problemOf(me.post(`${order.path}/finalize`, { csr: me.csr(['a.test', 'b.test']) }))).toEqual([
      403,
      'orderNotReady',
    ])
  })

  test('another challenge of an authorization that is over cannot be begun', () => {
    const { me } = setup()
    const order = me.order('a.test')
    const path = me.pathOf((order.json.authorizations as string[])[0])
    const [, dns] = challengesOf(me.post(path))
    me.show(order)
    expect(problemOf(me.post(me.pathOf(dns!.url), {}))).toEqual([400, 'malformed'])
    expect(problemOf(me.post(`${me.pathOf(dns!.url)}x`, {}))).toEqual([404, 'unauthorized'])
  })

  test('nobody looks in two minutes: it is not shown', () => {
    const { world, me } = setup()
    world.looks = () => 'nothing yet'
    const order = me.order('a.test')
    me.show(order)
    world.wait(119_999)
    expect(me.post(order.path).json.status).toBe('pending')
    world.wait(1)
    expect(me.post(order.path).json).toMatchObject({ status: 'invalid', error: { type: `${PREFIX}connection` } })
    // An answer that comes too late is for nothing.
    world.answer(world.open[0]!, 'done')
    world.wait(1)
    expect(me.post(order.path).json.status).toBe('invalid')
  })

  test('who gives an authorization up has none, also while it is looked at', () => {
    const { world, me } = setup()
    const given = (order: Said) => {
      const path = me.pathOf((order.json.authorizations as string[])[0])
      return me.post(path, { status: 'deactivated' })
    }
    const shown = me.order('a.test')
    me.show(shown)
    expect(given(shown).json.status).toBe('deactivated')
    expect(me.post(shown.path).json.status).toBe('invalid')
    expect(problemOf(given(shown))).toEqual([400, 'malformed'])
    world.looks = () => 'nothing yet'
    const order = me.order('a.test')
    me.show(order)
    expect(given(order).json.status).toBe('deactivated')
    world.answer(world.open[0]!, 'done')
    world.wait(1)
    expect(me.post(order.path).json.status).toBe('invalid')
    const path = me.pathOf((order.json.authorizations as string[])[0])
    expect(problemOf(me.post(path, { status: 'valid' }))).toEqual([400, 'malformed'])
  })
})

describe('certificates (RFC 8555 7.4.2, 7.6)', () => {
  const issued = (options: Partial<AcmeServerOptions> = {}) => {
    const { world, me } = setup(options)
    const order = me.order('a.test')
    me.show(order)
    const key = crypto.generateKeyPair('p-256')
    const done = me.post(`${order.path}/finalize`, { csr: me.csr(['a.test'], key) })
    const path = me.pathOf(done.json.certificate)
    const chain = me.post(path)
    return { world, me, key, order, path, chain, leaf: certificatesIn(chain.text)[0]! }
  }
  const revoking = (leaf: Uint8Array, reason?: Json): JsonObject => ({
    certificate: base64url(leaf),
    ...(reason === undefined ? {} : { reason }),
  })

  test('a chain in PEM, leaf first, without the root', () => {
    const { chain, me, world, order } = issued()
    expect([chain.status, chain.headers['content-type']]).toEqual([200, 'application/pem-certificate-chain'])
    expect(certificatesIn(chain.text)).toHaveLength(1)
    expect(me.post(order.path).json.status).toBe('valid')
    expect(world.authority.inventory.entries()[0]?.by).toBe(`acme ${me.kid.split('/').at(-1)}`)
  })

  test('other chains have places of their own', () => {
    const { world, me } = setup()
    const order = me.order('a.test')
    me.show(order)
    const key = crypto.generateKeyPair('p-256')
    const request = me.signed(`${order.path}/finalize`, { csr: me.csr(['a.test'], key) })
    const body = new TextEncoder().encode(JSON.stringify(request))
    world.server.receive(
      {
        id: -1,
        method: 'POST',
        path: `${order.path}/finalize`,
        contentType: 'application/jose+json; charset=utf-8',
        body,
      },
      world.now,
    )
    const ask = world.server.pollEvent()!
    world.server.pollEvent()
    world.server.pollTransmit(world.now)
    const { certificate } = world.authority.certify({ publicKey: key.spki, names: ['a.test'] })
    const other = certificateAuthority({ crypto, now: () => EPOCH, name: 'Other' }).certificate
    world.answer(ask, { chain: [certificate], alternates: [[certificate, other]] })
    const path = me.pathOf(world.said(-1)!.json.certificate)
    const [one, two] = [me.post(path), me.post(`${path}/1`)]
    expect([one, two].map(({ text }) => certificatesIn(text).length)).toEqual([1, 2])
    expect(one.headers.link).toBe(`<${BASE}/directory>;rel="index", <${BASE}${path}/1>;rel="alternate"`)
    expect(two.headers.link).toBe(`<${BASE}/directory>;rel="index", <${BASE}${path}>;rel="alternate"`)
    expect(problemOf(me.post(`${path}/2`))).toEqual([404, 'unauthorized'])
  })

  test('its account revokes it, once, for a reason', () => {
    const { world, me, leaf } = issued()
    for (const reason of [2, 6, 7, 8, 10, 11, -1, 1.5, '1', null])
      expect(problemOf(me.post('/revoke-cert', revoking(leaf, reason)))).toEqual([400, 'badRevocationReason'])
    expect(me.post('/revoke-cert', revoking(leaf, 4)).status).toBe(200)
    expect(problemOf(me.post('/revoke-cert', revoking(leaf)))).toEqual([400, 'alreadyRevoked'])
    expect(world.authority.inventory.entries()[0]?.revocation?.reason).toBe('superseded')
  })

  test('its own key revokes it, without an account', () => {
    const { world, leaf, key } = issued()
    const holder = somebody(world, crypto, key)
    expect(holder.post('/revoke-cert', revoking(leaf)).status).toBe(200)
    expect(world.authority.inventory.entries()[0]?.revocation?.reason).toBe('unspecified')
  })

  test('who has shown to have all its names may revoke it, and nobody else', () => {
    const { world, leaf } = issued()
    const other = somebody(world, crypto)
    expect(problemOf(other.post('/revoke-cert', revoking(leaf)))).toEqual([403, 'unauthorized'])
    other.register()
    expect(problemOf(other.post('/revoke-cert', revoking(leaf)))).toEqual([403, 'unauthorized'])
    const wildcard = other.order('*.a.test')
    other.show(wildcard, 'dns-01')
    other.order('a.test')
    expect(problemOf(other.post('/revoke-cert', revoking(leaf)))).toEqual([403, 'unauthorized'])
    other.show(other.order('a.test'))
    expect(other.post('/revoke-cert', revoking(leaf)).status).toBe(200)
  })

  test('what is no certificate of ours is not revoked here', () => {
    const { me, world } = issued()
    const strange = certificateAuthority({ crypto, now: () => EPOCH, name: 'Root' }).issue({ names: ['a.test'] })
    for (const [certificate, type] of [
      [strange.certificate, 'unauthorized'],
      [world.authority.certificate, 'unauthorized'],
      [Uint8Array.of(1), 'unauthorized'],
    ] as const)
      expect(problemOf(me.post('/revoke-cert', revoking(certificate)))).toEqual([403, type])
    for (const certificate of [7, 'a b', undefined])
      expect(problemOf(me.post('/revoke-cert', { certificate } as never))).toEqual([400, 'malformed'])
  })

  test('there is room for as many as the limit says, until they end', () => {
    const { world, me } = issued({ limits: { certificates: 1 } })
    const again = () => {
      const order = me.order('a.test')
      me.show(order)
      return me.post(`${order.path}/finalize`, { csr: me.csr(['a.test']) })
    }
    expect(problemOf(again())).toEqual([429, 'rateLimited'])
    world.wait(100 * 86_400_000)
    expect(again().json.status).toBe('valid')
    expect(problemOf(again())).toEqual([429, 'rateLimited'])
  })
})
