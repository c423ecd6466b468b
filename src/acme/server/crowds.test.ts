/** Clients without end against an ACME server: what is full makes room for others, and says when to come back. */
import { expect, test } from 'vitest'
import { acmeWorld, BASE, EPOCH, type Said, type Somebody, somebody } from '../../../test/support/acme.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { base64url } from '../../wire/base64url.ts'
import { jwkOf } from '../../x509/files/jwk.ts'
import { type Json, jsonIn } from '../json.ts'
import { signJws, signWith } from '../jws.ts'
import { memoryAcmeStore } from '../store.ts'
import type { AcmeServerOptions } from './types.ts'

const crypto = nodeCrypto()
const PREFIX = 'urn:ietf:params:acme:error:'
const setup = (options: Partial<AcmeServerOptions> = {}) => {
  const store = memoryAcmeStore()
  const world = acmeWorld(crypto, { store, ...options })
  const registered = (payload = {}): Somebody => {
    const one = somebody(world, crypto)
    one.register(payload)
    return one
  }
  return { world, store, registered, me: registered() }
}
const problemOf = ({ status, json }: Said): unknown => [status, String(json.type).replace(PREFIX, '')]
const limited = (said: Said): unknown => [problemOf(said), said.headers['retry-after']]
const RATE_LIMITED = [429, 'rateLimited']
const done = (me: Somebody, name: string): Said => {
  const order = me.order(name)
  me.show(order)
  return me.post(`${order.path}/finalize`, { csr: me.csr([name]) })
}

test('accounts without end push each other out, and none that has orders or certificates', () => {
  const { world, store, registered, me } = setup({ limits: { accounts: 4, orders: 4 } })
  const holder = registered()
  expect(done(holder, 'a.test').json.status).toBe('valid')
  expect(me.order('b.test').status).toBe(201)
  const crowd = Array.from({ length: 20 }, () => registered())
  expect([...store.all('account')]).toHaveLength(4)
  expect(crowd.slice(-2).map(each => each.post(each.pathOf(each.kid)).status)).toEqual([200, 200])
  expect(problemOf(crowd[17]!.post(crowd[17]!.pathOf(crowd[17]!.kid)))).toEqual([400, 'accountDoesNotExist'])
  expect([me, holder].map(each => each.post(each.pathOf(each.kid)).status)).toEqual([200, 200])
  // Whoever was pushed out comes again, with the same key.
  crowd[0]!.kid = ''
  expect(crowd[0]!.register().status).toBe(201)
  // Those that ordered once and have nothing left go behind those that never did.
  world.wait(3 * 3_600_000)
  const [one, two] = [registered(), registered()]
  expect(me.post(me.pathOf(me.kid)).status).toBe(200)
  for (const each of [one, two]) expect(each.order('c.test').status).toBe(201)
  registered()
  expect(problemOf(me.post(me.pathOf(me.kid)))).toEqual([400, 'accountDoesNotExist'])
  expect(holder.post(holder.pathOf(holder.kid)).status).toBe(200)
})

test('where all accounts have something there is no room, for an hour', () => {
  const { registered, me, world } = setup({ limits: { accounts: 2 } })
  const other = registered()
  for (const each of [me, other]) expect(each.order('a.test').status).toBe(201)
  const late = somebody(world, crypto)
  expect(limited(late.register())).toEqual([RATE_LIMITED, '3600'])
})

test('orders without end push out those that nothing was done with, and those that came to an end', () => {
  const { world, registered, me, store } = setup({ limits: { orders: 4 } })
  const slow = me.order('slow.test')
  world.looks = () => 'nothing yet'
  me.show(slow)
  world.looks = () => 'done'
  const shown = me.order('shown.test')
  me.show(shown)
  const [waiting, ended] = [me.order('waiting.test'), me.order('ended.test')]
  me.post(me.pathOf((ended.json.authorizations as string[])[0]), { status: 'deactivated' })
  expect(me.post(ended.path).json.status).toBe('invalid')
  const crowd = registered()
  const orders = Array.from({ length: 10 }, (_, i) => crowd.order(`${i}.test`))
  expect(orders.every(({ status }) => status === 201)).toBe(true)
  expect([...store.all('order')]).toHaveLength(4)
  expect([...store.all('authorization')]).toHaveLength(4)
  expect([slow, shown].map(({ path }) => me.post(path).json.status)).toEqual(['pending', 'ready'])
  for (const { path } of [waiting, ended]) expect(problemOf(me.post(path))).toEqual([404, 'unauthorized'])
  expect(me.post(`${shown.path}/finalize`, { csr: me.csr(['shown.test']) }).json.status).toBe('valid')
})

test('where something is done with all orders there is no room, for an hour', () => {
  const { me } = setup({ limits: { orders: 2 } })
  for (const name of ['a.test', 'b.test']) me.show(me.order(name))
  expect(limited(me.order('c.test'))).toEqual([RATE_LIMITED, '3600'])
})

test('orders of a hundred names fill the room for authorizations, not the memory', () => {
  const { me, store } = setup()
  const names = Array.from({ length: 100 }, (_, i) => `${i}.a.test`)
  for (let i = 0; i < 299; i++) expect(me.order(...names).status).toBe(201)
  const small = setup({ limits: { authorizations: 250 } })
  for (let i = 0; i < 20; i++) expect(small.me.order(...names).status).toBe(201)
  expect([...store.all('authorization')]).toHaveLength(29_900)
  expect([...small.store.all('authorization')]).toHaveLength(200)
  expect([...small.store.all('order')]).toHaveLength(2)
}, 60_000)

test('an external account has a hundred accounts, and gets room for another when one is gone', () => {
  const secret = new TextEncoder().encode('a key of sixteen')
  const world = acmeWorld(crypto, { externalAccounts: () => secret, limits: { accountsPerExternal: 2, accounts: 3 } })
  const comes = (kid: string): Said => {
    const one = somebody(world, crypto)
    const url = `${BASE}/new-account`
    return one.register({ externalAccountBinding: signWith(secret, { kid, url }, { ...jwkOf(one.key.spki) }, crypto) })
  }
  expect([comes('a').status, comes('a').status]).toEqual([201, 201])
  expect(limited(comes('a'))).toEqual([RATE_LIMITED, '3600'])
  // The third account of all pushes out the oldest, which was of `a`.
  expect([comes('b').status, comes('b').status, comes('a').status]).toEqual([201, 201, 201])
})

test('a binding to an external account is for one key: sent again it finds the account, and with another key nothing', () => {
  const secret = new TextEncoder().encode('a key of sixteen')
  const world = acmeWorld(crypto, { externalAccounts: () => secret })
  const [me, thief] = [somebody(world, crypto), somebody(world, crypto)]
  const url = `${BASE}/new-account`
  const externalAccountBinding: Json = signWith(secret, { kid: 'a', url }, { ...jwkOf(me.key.spki) }, crypto)
  const first = me.post('/new-account', { externalAccountBinding })
  const again = me.post('/new-account', { externalAccountBinding })
  expect([first.status, again.status, again.headers.location]).toEqual([201, 200, first.headers.location])
  expect(problemOf(thief.post('/new-account', { externalAccountBinding }))).toEqual([400, 'malformed'])
})

test('of two accounts that roll over to one key at once one has it, and the other stays as it was', () => {
  const { world, registered, me } = setup()
  const other = registered()
  const key = crypto.generateKeyPair('p-256')
  const change = (of: Somebody): Json =>
    signJws(
      key,
      { jwk: { ...jwkOf(key.spki) }, url: `${BASE}/key-change` },
      { account: of.kid, oldKey: { ...jwkOf(of.key.spki) } },
      crypto,
    )
  const requests = [me, other].map(each => each.signed('/key-change', change(each)))
  const [first, second] = [me, other].map((each, i) => each.send('/key-change', requests[i]))
  expect([first!.status, problemOf(second!)]).toEqual([200, [409, 'malformed']])
  expect(second!.headers.location).toBe(me.kid)
  expect(problemOf(me.post(me.pathOf(me.kid)))).toEqual([400, 'malformed'])
  const now = somebody(world, crypto, key)
  now.kid = me.kid
  expect(now.post(me.pathOf(me.kid)).status).toBe(200)
  expect(other.post(other.pathOf(other.kid)).status).toBe(200)
  // The old key is nobody’s: it may have an account of its own.
  me.kid = ''
  expect(me.register().headers.location).not.toBe(now.kid)
})

test('a certificate is taken back once at a time, however long that takes', () => {
  const { world, me } = setup()
  const certificate = me.post(me.pathOf(done(me, 'a.test').json.certificate)).text
  const der = base64url(Buffer.from(certificate.split('-----')[2]!.replaceAll('\n', ''), 'base64'))
  const { server } = world
  const [one, two] = [me.signed('/revoke-cert', { certificate: der }), me.signed('/revoke-cert', { certificate: der })]
  const send = (id: number, request: Json): void => {
    const body = new TextEncoder().encode(JSON.stringify(request))
    server.receive({ id, method: 'POST', path: '/revoke-cert', contentType: 'application/jose+json', body }, world.now)
  }
  // Nobody takes the first question before the second request is there.
  send(9_001, one)
  const asked = server.pollEvent()
  expect([server.pollEvent(), server.pollTransmit(world.now)]).toEqual([undefined, undefined])
  send(9_002, two)
  expect(server.pollEvent()).toBeUndefined()
  const refused = server.pollTransmit(world.now)
  expect([refused?.id, refused?.status, jsonIn(refused!.body)]).toMatchObject([9_002, 429, { status: 429 }])
  world.answer(asked!, 'done')
  expect(world.said(9_001)?.status).toBe(200)
  expect(problemOf(me.post('/revoke-cert', { certificate: der }))).toEqual([400, 'alreadyRevoked'])
})

test('dates that no certificate can have end an order, and nothing else', () => {
  const { me } = setup()
  for (const [notBefore, notAfter] of [
    [undefined, '9999-12-31T23:59:59-23:59'],
    ['9999-12-31T23:59:59Z', undefined],
  ] as const) {
    const order = me.post('/new-order', { identifiers: [{ type: 'dns', value: 'a.test' }], notBefore, notAfter })
    expect(order.status).toBe(201)
    me.show(order)
    const path = me.pathOf(order.headers.location)
    const said = me.post(`${path}/finalize`, { csr: me.csr(['a.test']) })
    expect([said.status, said.json.status, (said.json.error as { type: string }).type]).toEqual([
      200,
      'invalid',
      `${PREFIX}rejectedIdentifier`,
    ])
  }
  const early = (notBefore: string): Said =>
    me.post('/new-order', { identifiers: [{ type: 'dns', value: 'a.test' }], notBefore })
  expect(EPOCH).toBe(Date.parse('2026-11-20T12:00:00Z'))
  expect(problemOf(early('0000-01-01T00:00:00Z'))).toEqual([400, 'malformed'])
  expect(problemOf(early('2026-11-20T10:59:59Z'))).toEqual([400, 'malformed'])
  expect(early('2026-11-20T11:00:00Z').status).toBe(201)
})
