/** What a client that lies, repeats and guesses gets from an ACME server (RFC 8555 10.2, 6). */
import { describe, expect, test } from 'vitest'
import { type AcmeWorld, acmeWorld, BASE, type Said, type Somebody, somebody } from '../../../test/support/acme.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { base64url } from '../../wire/base64url.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { jwkOf } from '../../x509/files/jwk.ts'
import { subjectAltName } from '../../x509/issue.ts'
import { certificateRequest } from '../../x509/request/write.ts'
import { NONCE_WINDOW, Nonces } from '../nonces.ts'
import type { AcmeServerOptions } from './types.ts'

const crypto = nodeCrypto()
const PREFIX = 'urn:ietf:params:acme:error:'

const setup = (options: Partial<AcmeServerOptions> = {}): { world: AcmeWorld; me: Somebody } => {
  const world = acmeWorld(crypto, options)
  const me = somebody(world, crypto)
  me.register()
  return { world, me }
}
const problemOf = ({ status, json }: Said): unknown => [status, String(json.type).replace(PREFIX, '')]
const NEW_ORDER = { identifiers: [{ type: 'dns', value: 'a.test' }] }

describe('nonces (RFC 8555 6.5)', () => {
  test('a request that comes twice is done once, and its second answer brings a good nonce', () => {
    const { me } = setup()
    const request = me.signed('/new-order', NEW_ORDER)
    expect(me.send('/new-order', request).status).toBe(201)
    const again = me.send('/new-order', request)
    expect(problemOf(again)).toEqual([400, 'badNonce'])
    const next = me.post('/new-order', NEW_ORDER, { nonce: again.headers['replay-nonce']! })
    expect(next.status).toBe(201)
  })

  test('nobody can make one: another text, another server’s, none, a number', () => {
    const { me } = setup()
    for (const nonce of ['', 'x', 'A'.repeat(24), new Nonces(crypto).make(), 7, null, '='.repeat(24)]) {
      const said = me.send('/new-order', me.signed('/new-order', NEW_ORDER, { nonce }))
      expect(problemOf(said), String(nonce)).toEqual([400, 'badNonce'])
    }
    const { nonce: _, ...rest } = { nonce: me.nonce(), url: `${BASE}/new-order`, kid: me.kid }
    expect(problemOf(me.send('/new-order', me.signed('/new-order', NEW_ORDER, { ...rest, nonce: undefined })))).toEqual(
      [400, 'badNonce'],
    )
  })

  test('what is kept for them is 8 kB: of 65,536 each is good once, and the ones before are bad', () => {
    const nonces = new Nonces(crypto)
    const first = nonces.make()
    const second = nonces.make()
    for (let i = 2; i < NONCE_WINDOW + 1; i++) nonces.make()
    expect(NONCE_WINDOW).toBe(65_536)
    expect([nonces.take(first), nonces.take(second), nonces.take(second)]).toEqual([false, true, false])
    const last = nonces.make()
    expect([nonces.take(last), nonces.take(last)]).toEqual([true, false])
  })

  test('one flipped bit is another nonce', () => {
    const nonces = new Nonces(crypto)
    const good = nonces.make()
    for (let i = 0; i < good.length; i++) {
      const other = good[i] === 'A' ? 'B' : 'A'
      expect(nonces.take(good.slice(0, i) + other + good.slice(i + 1))).toBe(false)
    }
    expect(nonces.take(good)).toBe(true)
  })
})

describe('signatures (RFC 8555 6.2)', () => {
  test('none, algorithms with a shared key and unknown ones are refused with a list of what is taken', () => {
    const { me } = setup()
    for (const alg of ['none', 'HS256', 'HS512', 'RS1', 'PS256', 'es256', '', 7]) {
      const said = me.send('/new-order', { ...me.signed('/new-order', NEW_ORDER, { alg }), signature: '' })
      expect(problemOf(said), String(alg)).toEqual([400, 'badSignatureAlgorithm'])
      expect(said.json.algorithms).toEqual(['ES256', 'ES384', 'ES512', 'RS256', 'EdDSA'])
    }
  })

  test('the public key is no secret to sign with, under whatever algorithm', () => {
    const { world, me } = setup()
    const jwk = JSON.stringify(jwkOf(me.key.spki))
    for (const alg of ['HS256', 'ES256', 'RS256', 'EdDSA']) {
      for (const secret of [me.key.spki, latin1Bytes(jwk), new Uint8Array()]) {
        const head = base64url(
          latin1Bytes(JSON.stringify({ alg, kid: me.kid, nonce: me.nonce(), url: `${BASE}/new-order` })),
        )
        const payload = base64url(latin1Bytes(JSON.stringify(NEW_ORDER)))
        const signature = base64url(crypto.hmac('sha256', secret, latin1Bytes(`${head}.${payload}`)))
        const said = me.send('/new-order', { protected: head, payload, signature })
        expect(said.status, alg).toBe(400)
      }
    }
    expect(world.authority.inventory.entries()).toEqual([])
  })

  test('a signature over another payload, another header, cut, doubled or in DER is none', () => {
    const { me } = setup()
    const good = () => me.signed('/new-order', NEW_ORDER)
    const octets = Buffer.from(String(good().signature), 'base64url')
    const other = me.signed('/new-order', { identifiers: [] })
    const der = base64url(crypto.sign({ key: 'ecdsa', hash: 'sha256' }, me.key.pkcs8, latin1Bytes('x')))
    for (const change of [
      { payload: other.payload },
      { signature: other.signature },
      { signature: octets.subarray(1).toString('base64url') },
      { signature: Buffer.concat([octets, octets]).toString('base64url') },
      { signature: base64url(new Uint8Array(64)) },
      { signature: der },
      { signature: '' },
    ])
      expect(problemOf(me.send('/new-order', { ...good(), ...change })), JSON.stringify(change)).toEqual([
        400,
        'malformed',
      ])
  })

  test('more or less than the flattened form is no request', () => {
    const { me } = setup()
    const { signature: _, ...unsigned } = me.signed('/new-order', NEW_ORDER)
    for (const body of [
      { ...me.signed('/new-order', NEW_ORDER), header: { kid: me.kid } },
      { ...me.signed('/new-order', NEW_ORDER), signatures: [] },
      unsigned,
      [me.signed('/new-order', NEW_ORDER)],
      'text',
      null,
      7,
      { ...me.signed('/new-order', NEW_ORDER), payload: 'a b' },
      { ...me.signed('/new-order', NEW_ORDER), payload: {} },
      { ...me.signed('/new-order', NEW_ORDER), protected: base64url(latin1Bytes('[]')) },
      { ...me.signed('/new-order', NEW_ORDER), protected: base64url(latin1Bytes('{')) },
      { ...me.signed('/new-order', NEW_ORDER), protected: base64url(Uint8Array.of(0xff, 0xfe)) },
      me.signed('/new-order', NEW_ORDER, { crit: ['x'] }),
      me.signed('/new-order', NEW_ORDER, { b64: false }),
    ])
      expect(problemOf(me.send('/new-order', body))).toEqual([400, 'malformed'])
    const text = new TextEncoder().encode(JSON.stringify(me.signed('/new-order', NEW_ORDER)))
    const { world } = setup()
    for (const type of [undefined, 'application/json', 'application/jose+jsonx'])
      expect(problemOf(world.ask('POST', '/new-order', text, type)!)).toEqual([415, 'malformed'])
  })

  test('a request is for the URL that it names, and no other', () => {
    const { me } = setup()
    for (const url of [`${BASE}/revoke-cert`, `${BASE}/new-order/`, '/new-order', 'https://evil.test/new-order', '', 1])
      expect(problemOf(me.send('/new-order', me.signed('/new-order', NEW_ORDER, { url })))).toEqual([
        401,
        'unauthorized',
      ])
  })

  test('who has both kid and jwk, or neither, or the wrong one of them, is nobody', () => {
    const { me } = setup()
    const jwk = { ...jwkOf(me.key.spki) }
    expect(problemOf(me.post('/new-order', NEW_ORDER, { jwk }))).toEqual([400, 'malformed'])
    expect(problemOf(me.post('/new-order', NEW_ORDER, { kid: undefined }))).toEqual([400, 'malformed'])
    expect(problemOf(me.post('/new-order', NEW_ORDER, { kid: undefined, jwk }))).toEqual([400, 'malformed'])
    expect(problemOf(me.post('/new-account', {}))).toEqual([400, 'malformed'])
  })

  test('keys that are weak, private, or none have no account', () => {
    const { world } = setup()
    const stranger = somebody(world, crypto)
    const jwk = { ...jwkOf(stranger.key.spki) }
    for (const bad of [
      { ...jwk, d: 'AAAA' },
      { ...jwk, x: jwk.kty === 'EC' ? jwk.y : '' },
      { ...jwk, crv: 'P-384' },
      { kty: 'oct', k: 'AAAA' },
      { kty: 'RSA', n: base64url(new Uint8Array(64).fill(0xff)), e: 'AQAB' },
      { kty: 'RSA', n: base64url(new Uint8Array(2048).fill(0xff)), e: 'AQAB' },
      {},
      'key',
      null,
      [],
    ])
      expect(problemOf(stranger.post('/new-account', {}, { jwk: bad })), JSON.stringify(bad).slice(0, 60)).toEqual([
        400,
        'badPublicKey',
      ])
  })
})

describe('what belongs to others', () => {
  test('the kid of another account does not go with my key, and one that is made up is no account', () => {
    const { world, me } = setup()
    const other = somebody(world, crypto)
    other.register()
    expect(problemOf(me.post('/new-order', NEW_ORDER, { kid: other.kid }))).toEqual([400, 'malformed'])
    for (const kid of [
      `${BASE}/account/none`,
      'x',
      `${me.kid}/`,
      `${me.kid}/orders`,
      BASE,
      7,
      `${BASE}/account/__proto__`,
    ])
      expect(problemOf(me.post('/new-order', NEW_ORDER, { kid }))).toEqual([400, 'accountDoesNotExist'])
  })

  test('orders, authorizations, challenges, certificates and accounts of another are not there', () => {
    const { world, me } = setup()
    const other = somebody(world, crypto)
    other.register()
    const order = other.order('a.test')
    const authorization = other.pathOf((order.json.authorizations as string[])[0])
    const { json } = other.post(authorization)
    const challenge = other.pathOf((json.challenges as { url: string }[])[0]!.url)
    other.show(order)
    const done = other.post(`${order.path}/finalize`, { csr: other.csr(['a.test']) })
    const certificate = other.pathOf(done.json.certificate)
    for (const path of [order.path, authorization, challenge, certificate, '/order/none', '/authz/none', '/cert/none'])
      expect(problemOf(me.post(path)), path).toEqual([404, 'unauthorized'])
    expect(problemOf(me.post(challenge, {}))).toEqual([404, 'unauthorized'])
    expect(problemOf(me.post(authorization, { status: 'deactivated' }))).toEqual([404, 'unauthorized'])
    expect(problemOf(me.post(`${order.path}/finalize`, { csr: me.csr(['a.test']) }))).toEqual([404, 'unauthorized'])
    expect(problemOf(me.post(other.pathOf(other.kid), { status: 'deactivated' }))).toEqual([401, 'unauthorized'])
    expect(problemOf(me.post(`${other.pathOf(other.kid)}/orders`))).toEqual([401, 'unauthorized'])
    expect(other.post(certificate).status).toBe(200)
    expect(other.post(other.pathOf(other.kid)).json.status).toBe('valid')
  })

  test('an account that was ended does nothing any more, and its key gets no other', () => {
    const { me } = setup()
    expect(me.post(me.pathOf(me.kid), { status: 'deactivated' }).json.status).toBe('deactivated')
    expect(problemOf(me.post('/new-order', NEW_ORDER))).toEqual([401, 'unauthorized'])
    expect(problemOf(me.post(me.pathOf(me.kid), { status: 'valid' }))).toEqual([401, 'unauthorized'])
    me.kid = ''
    expect(problemOf(me.post('/new-account', {}))).toEqual([401, 'unauthorized'])
  })
})

describe('requests for certificates (RFC 8555 7.4)', () => {
  const ready = (...names: readonly string[]) => {
    const { world, me } = setup()
    const order = me.order(...names)
    me.show(order)
    return { world, me, path: `${order.path}/finalize`, order }
  }

  test('no name more, none less, and no other', () => {
    const { world, me, path } = ready('a.test', 'b.test')
    for (const names of [['a.test'], ['a.test', 'b.test', 'c.test'], ['a.test', '*.b.test'], ['c.test'], ['127.0.0.1']])
      expect(problemOf(me.post(path, { csr: me.csr(names) })), names.join()).toEqual([400, 'badCSR'])
    expect(world.authority.inventory.entries()).toEqual([])
    expect(me.post(path, { csr: me.csr(['B.test', 'a.TEST']) }).json.status).toBe('valid')
  })

  test('a name that hides in the subject or is of another kind counts', () => {
    const { me, path } = ready('a.test')
    const key = crypto.generateKeyPair('p-256')
    const request = (parts: Partial<Parameters<typeof certificateRequest>[0]>): string =>
      base64url(certificateRequest({ key, names: ['a.test'], ...parts }, crypto))
    const email = (tag: number, text: string) => {
      const { oid, critical } = subjectAltName(['a.test'])
      const name = Uint8Array.of(tag, text.length, ...latin1Bytes(text))
      const value = Uint8Array.of(0x30, name.length + 8, 0x82, 6, ...latin1Bytes('a.test'), ...name)
      return { names: [], subject: [['2.5.4.3', 'a.test']] as const, extensions: [{ oid, critical, value }] }
    }
    for (const csr of [
      request({ subject: [['2.5.4.3', 'bank.test']] }),
      request({
        subject: [
          ['2.5.4.3', 'a.test'],
          ['2.5.4.3', 'bank.test'],
        ],
      }),
      request({ subject: [['2.5.4.3', 'not a name']] }),
      request(email(0x81, 'me@bank.test')),
      request(email(0x86, 'https://bank.test')),
      request(email(0x82, 'bank.test')),
      request(email(0x82, '*.a.test')),
    ])
      expect(problemOf(me.post(path, { csr }))).toEqual([400, 'badCSR'])
    expect(me.post(path, { csr: request({ subject: [['2.5.4.3', 'A.test']] }) }).json.status).toBe('valid')
  })

  test('it is signed by its own key, which is strong and not the account’s', () => {
    const { me, path } = ready('a.test')
    const good = Buffer.from(me.csr(['a.test']), 'base64url')
    const forged = Buffer.from(good)
    forged[forged.length - 5]! ^= 1
    for (const csr of [forged.toString('base64url'), me.csr(['a.test'], me.key), base64url(Uint8Array.of(0x30, 0))])
      expect(problemOf(me.post(path, { csr }))).toEqual([400, 'badCSR'])
    for (const csr of [good.subarray(0, 40).toString('base64url'), Buffer.concat([good, good]).toString('base64url')])
      expect(problemOf(me.post(path, { csr }))).toEqual([400, 'badCSR'])
    for (const csr of [undefined, 7, 'a b', { a: 1 }, good.toString('base64')])
      expect(problemOf(me.post(path, { csr: csr as never }))).toEqual([400, 'malformed'])
    expect(problemOf(me.post(path))).toEqual([400, 'malformed'])
  })

  test('an order that is not shown gives nothing, and one that is gives one certificate, however often it is asked', () => {
    const { world, me } = setup()
    const order = me.order('a.test')
    const path = `${order.path}/finalize`
    expect(problemOf(me.post(path, { csr: me.csr(['a.test']) }))).toEqual([403, 'orderNotReady'])
    me.show(order)
    const requests = Array.from({ length: 20 }, () => me.signed(path, { csr: me.csr(['a.test']) }))
    const answers = requests.map(each => me.send(path, each))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(403)])
    expect(world.authority.inventory.entries()).toHaveLength(1)
  })
})

describe('how much is taken on', () => {
  test('of 2,000 orders of one account 300 are kept, and the others hear when to come back', () => {
    const { world, me } = setup()
    const counts = new Map<number, number>()
    for (let i = 0; i < 2_000; i++) {
      const { status } = me.post('/new-order', NEW_ORDER)
      counts.set(status, (counts.get(status) ?? 0) + 1)
    }
    expect([...counts]).toEqual([
      [201, 300],
      [429, 1_700],
    ])
    const last = me.post('/new-order', NEW_ORDER)
    expect([problemOf(last), last.headers['retry-after']]).toEqual([[429, 'rateLimited'], '3600'])
    world.wait(2 * 3_600_000 + 2_000)
    expect(me.post('/new-order', NEW_ORDER).status).toBe(201)
  })

  test('orders of all accounts, accounts, and challenges that are looked at have bounds of their own', () => {
    const { world, me } = setup({ limits: { orders: 3, accounts: 2, validations: 1 } })
    const other = somebody(world, crypto)
    other.register()
    world.looks = () => 'nothing yet'
    const [one, two] = [me.order('a.test'), me.order('b.test')]
    other.order('c.test')
    expect(problemOf(somebody(world, crypto).register())).toEqual([429, 'rateLimited'])
    me.show(one)
    const { json } = me.post(me.pathOf((two.json.authorizations as string[])[0]))
    const { url } = (json.challenges as { url: string }[])[0]!
    const busy = me.post(me.pathOf(url), {})
    expect([problemOf(busy), busy.headers['retry-after']]).toEqual([[429, 'rateLimited'], '1'])
    expect(me.post(me.pathOf(url)).json.status).toBe('pending')
    world.wait(120_000)
    expect(me.post(me.pathOf(url), {}).json.status).toBe('processing')
  })

  test('a body, a list of names and a list of contacts can be too long', () => {
    const { world, me } = setup()
    const long = new TextEncoder().encode(' '.repeat(64 * 1024 + 1))
    expect(problemOf(world.ask('POST', '/new-order', long, 'application/jose+json')!)).toEqual([413, 'malformed'])
    const names = Array.from({ length: 101 }, (_, i) => `${i}.a.test`)
    expect(problemOf(me.order(...names))).toEqual([400, 'rejectedIdentifier'])
    expect(me.order(...names.slice(1)).status).toBe(201)
    const contact = Array.from({ length: 11 }, (_, i) => `mailto:${i}@a.test`)
    expect(problemOf(me.post(me.pathOf(me.kid), { contact }))).toEqual([400, 'invalidContact'])
    const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`
    const body = new TextEncoder().encode(deep)
    expect(problemOf(world.ask('POST', '/new-order', body, 'application/jose+json')!)).toEqual([400, 'malformed'])
  })

  test('an authority that never answers: the order says so after two minutes, and its client did not wait so long', () => {
    const { world, me } = setup()
    const order = me.order('a.test')
    me.show(order)
    const { server } = world
    const id = world.last() + 1
    // Nobody takes the question.
    const body = new TextEncoder().encode(
      JSON.stringify(me.signed(`${order.path}/finalize`, { csr: me.csr(['a.test']) })),
    )
    server.receive(
      { id: id + 1, method: 'POST', path: `${order.path}/finalize`, contentType: 'application/jose+json', body },
      world.now,
    )
    expect(server.pollEvent()?.question.about).toBe('certificate')
    expect([server.pollEvent(), server.pollTransmit(world.now)]).toEqual([undefined, undefined])
    world.wait(5_000)
    expect(world.said(id + 1)?.json.status).toBe('processing')
    world.wait(115_000)
    const said = me.post(order.path)
    expect([said.json.status, (said.json.error as { type: string }).type]).toEqual([
      'invalid',
      `${PREFIX}serverInternal`,
    ])
  })
})
