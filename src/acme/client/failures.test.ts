/** What an ACME client makes of servers that refuse, err and lie. */
import { describe, expect, test } from 'vitest'
import { acmeWorld, BASE, EPOCH, runClient } from '../../../test/support/acme.ts'
import { checked } from '../../../test/support/checked.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { fail } from '../../failures/index.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { pem } from '../../x509/files/pem.ts'
import type { Json } from '../json.ts'
import { problem } from '../problem.ts'
import { AcmeClient } from './client.ts'
import type { AcmeClientEvent, AcmeClientOptions, CertificateJob } from './types.ts'

const crypto = nodeCrypto()
const accountKey = crypto.generateKeyPair('p-256')
const key = crypto.generateKeyPair('p-256')
const job: CertificateJob = {
  wants: 'certificate',
  identifiers: [{ type: 'dns', value: 'a.test' }],
  key,
  challenges: ['http-01'],
}
const options: AcmeClientOptions = { crypto, epoch: EPOCH, directory: `${BASE}/directory`, accountKey, job }
const failureOf = (told: readonly AcmeClientEvent[]) => {
  const last = told.at(-1)
  return last?.type === 'failure' ? last.failure : last?.type
}

describe('a server that refuses', () => {
  test('terms, external accounts and limits are failures of their own', () => {
    const terms = acmeWorld(crypto, { termsOfService: 'https://ca.test/terms' })
    expect(failureOf(runClient(terms, options).told)).toMatchObject({
      code: 'acme/terms-not-agreed',
      got: 'the terms of service are to be agreed to: https://ca.test/terms',
    })
    expect(failureOf(runClient(terms, { ...options, terms: 'agreed' }).told)).toBe('certificate')
    const known = new TextEncoder().encode('a key of sixteen')
    const external = acmeWorld(crypto, { externalAccounts: kid => (kid === 'known' ? known : undefined) })
    expect(failureOf(runClient(external, options).told)).toMatchObject({ code: 'acme/external-account' })
    const shown = { ...options, external: { kid: 'known', key: known } }
    expect(failureOf(runClient(external, shown).told)).toBe('certificate')
    const full = acmeWorld(crypto, { limits: { orders: 0 } })
    expect(failureOf(runClient(full, options).told)).toMatchObject({
      code: 'acme/rate-limited',
      where: `${BASE}/new-order`,
    })
  })

  test('a name that is not issued for: the words of the server, with its subproblems', () => {
    const world = acmeWorld(crypto, { refuses: ({ value }) => `not ${value}` })
    const identifiers = [
      { type: 'dns', value: 'a.test' },
      { type: 'dns', value: 'b.test' },
    ] as const
    expect(failureOf(runClient(world, { ...options, job: { ...job, identifiers } }).told)).toMatchObject({
      code: 'acme/refused',
      where: `${BASE}/new-order`,
      got: '2 identifiers cannot be had; a.test: not a.test; b.test: not b.test',
      expected: 'compound',
    })
  })

  test('a challenge that was not found is taken away again, and told with the name and what was seen', () => {
    const world = acmeWorld(crypto)
    world.looks = () => problem('connection', 'nobody listens at 192.0.2.1')
    const { told } = runClient(world, options)
    expect(told.map(({ type }) => type)).toEqual(['account', 'ask', 'over', 'failure'])
    expect(failureOf(told)).toMatchObject({
      code: 'acme/challenge-failed',
      where: 'a.test',
      got: 'nobody listens at 192.0.2.1',
      expected: 'http-01',
    })
  })

  test('a proof that cannot be given here', () => {
    const world = acmeWorld(crypto)
    const identifiers = [{ type: 'dns', value: '*.a.test' }] as const
    expect(failureOf(runClient(world, { ...options, job: { ...job, identifiers } }).told)).toMatchObject({
      code: 'acme/no-challenge',
      where: 'a.test',
      got: 'dns-01',
      expected: 'http-01',
    })
  })

  test('an authority that takes longer than five minutes', () => {
    const world = acmeWorld(crypto, { limits: { patience: 1_000_000 } })
    world.looks = () => 'nothing yet'
    const { told } = runClient(world, options)
    expect(failureOf(told)).toMatchObject({ code: 'acme/timeout', where: `${BASE}/directory`, number: 300_000 })
    expect(world.now).toBe(300_000)
  })
})

/** A server that the test makes up, path by path. */
type Script = Readonly<
  Record<string, { status?: number; headers?: Record<string, string>; json?: Json; text?: string }>
>

const good: Script = {
  '/directory': {
    json: Object.fromEntries(
      [
        ['newNonce', 'new-nonce'],
        ['newAccount', 'new-account'],
        ['newOrder', 'new-order'],
        ['revokeCert', 'revoke-cert'],
      ].map(([name, path]) => [name, `${BASE}/${path}`]),
    ) as Json,
  },
  '/new-nonce': { headers: { 'replay-nonce': 'abc' } },
  '/new-account': { status: 201, headers: { location: `${BASE}/account/1` }, json: {} },
  '/new-order': {
    status: 201,
    headers: { location: `${BASE}/order/1` },
    json: { status: 'ready', authorizations: [`${BASE}/authz/1`], finalize: `${BASE}/order/1/finalize` },
  },
  '/authz/1': { json: { status: 'valid' } },
  '/order/1': { json: { status: 'ready' } },
  '/order/1/finalize': { json: { status: 'valid', certificate: `${BASE}/cert/1` } },
}

const run = (script: Script, own: AcmeClientOptions = options) => {
  const client = checked(new AcmeClient(own)) as AcmeClient
  const told: AcmeClientEvent[] = []
  const asked: string[] = []
  let now = 0
  client.start(now)
  for (let turns = 0; turns < 200; turns++) {
    const requests = []
    for (let event = client.pollEvent(); event !== undefined; event = client.pollEvent()) told.push(event)
    for (let out = client.pollTransmit(now); out !== undefined; out = client.pollTransmit(now)) requests.push(out)
    for (let event = client.pollEvent(); event !== undefined; event = client.pollEvent()) told.push(event)
    const [request] = requests
    if (request === undefined) {
      const due = client.nextDeadline()
      if (due === undefined) return { told, asked, now }
      client.advance((now = due))
      continue
    }
    const path = request.url.replace(BASE, '')
    asked.push(path)
    const { status = 200, headers = {}, json, text } = script[path] ?? { status: 404 }
    const body = new TextEncoder().encode(text ?? (json === undefined ? '' : JSON.stringify(json)))
    client.receive({ id: request.id, came: { status, headers: { 'replay-nonce': 'abc', ...headers }, body } }, now)
  }
  return { told, asked, now }
}

describe('a server that errs or lies', () => {
  test('a page is no directory, and a directory that leads elsewhere is none either', () => {
    for (const answer of [
      { text: '<html>' },
      { status: 404, text: '' },
      { status: 500, json: { type: 'x', detail: 'broken' } },
      { json: {} },
      { json: [] },
      { json: { ...(good['/directory']!.json as object), newOrder: 'http://ca.test/acme/new-order' } },
      { json: { ...(good['/directory']!.json as object), newNonce: 'file:///etc/passwd' } },
      { json: { ...(good['/directory']!.json as object), newAccount: '/acme/new-account' } },
    ])
      expect(failureOf(run({ '/directory': answer as never }).told), JSON.stringify(answer)).toMatchObject({
        code: 'acme/no-directory',
        where: `${BASE}/directory`,
      })
  })

  test.each([
    [
      'no nonce',
      {
        '/new-nonce': { headers: { 'replay-nonce': 'a b' } },
        '/directory': { ...good['/directory'], headers: { 'replay-nonce': '' } },
      },
    ],
    ['an account without a place', { '/new-account': { status: 201, json: {} } }],
    ['an account that is somewhere else', { '/new-account': { status: 201, headers: { location: 'http://x.test/' } } }],
    ['a status that is none', { '/new-account': { status: 302, headers: { location: `${BASE}/account/1` } } }],
    ['an order without a place', { '/new-order': { status: 201, json: good['/new-order']!.json! } }],
    [
      'an order of nothing',
      { '/new-order': { ...good['/new-order'], json: { status: 'ready', authorizations: [], finalize: BASE } } },
    ],
    [
      'an order of too much',
      {
        '/new-order': {
          ...good['/new-order'],
          json: { status: 'ready', authorizations: Array(1001).fill(BASE), finalize: BASE },
        },
      },
    ],
    ['an order that is no object', { '/new-order': { ...good['/new-order'], json: 'order' } }],
    [
      'an order that cannot be finished',
      { '/new-order': { ...good['/new-order'], json: { status: 'ready', authorizations: [BASE] } } },
    ],
    ['an order that was lost', { '/order/1/finalize': { json: { status: 'invalid', error: { detail: 'no' } } } }],
    ['an order without a certificate', { '/order/1/finalize': { json: { status: 'valid' } } }],
    ['an order without a status', { '/order/1/finalize': { json: {} } }],
  ] as const)('%s is a bad answer', (_, change) => {
    expect(failureOf(run({ ...good, ...(change as Script) }).told)).toMatchObject({ code: 'acme/bad-answer' })
  })

  test.each([
    ['for nobody', { status: 'pending', challenges: [] }],
    ['for what is no name', { status: 'pending', identifier: { type: 'dns', value: 'a b' }, challenges: [] }],
    [
      'with a token that leads elsewhere',
      {
        status: 'pending',
        identifier: { type: 'dns', value: 'a.test' },
        challenges: [{ type: 'http-01', token: '../../etc/passwd', url: `${BASE}/chall/1` }],
      },
    ],
    [
      'with a token that is none',
      {
        status: 'pending',
        identifier: { type: 'dns', value: 'a.test' },
        challenges: [{ type: 'http-01', token: '', url: `${BASE}/chall/1` }],
      },
    ],
    [
      'with a challenge that is answered elsewhere',
      {
        status: 'pending',
        identifier: { type: 'dns', value: 'a.test' },
        challenges: [{ type: 'http-01', token: 'abc', url: 'http://evil.test/' }],
      },
    ],
  ])('an authorization %s is a bad answer, and nothing is shown', (_, json) => {
    const order = { ...(good['/new-order']!.json as object), status: 'pending' }
    const script = { ...good, '/new-order': { ...good['/new-order'], json: order }, '/authz/1': { json } } as Script
    const { told } = run(script)
    expect(failureOf(told)).toMatchObject({ code: 'acme/bad-answer' })
    expect(told.map(({ type }) => type)).toEqual(['account', 'failure'])
  })

  test('another certificate than was ordered is not taken', () => {
    const ca = certificateAuthority({ crypto, now: () => EPOCH, name: 'Root' })
    const made = (names: readonly string[], spki = key.spki) => ca.certify({ publicKey: spki, names }).certificate
    const strange = crypto.generateKeyPair('p-256')
    const right = pem('CERTIFICATE', made(['a.test', 'b.test']))
    for (const [text, got] of [
      ['', 'it is no chain of certificates'],
      [pem('PRIVATE KEY', key.pkcs8), 'it is no chain of certificates'],
      [right + pem('PRIVATE KEY', key.pkcs8), 'it is no chain of certificates'],
      [pem('CERTIFICATE', Uint8Array.of(0x30, 0)), 'its certificate cannot be read'],
      [pem('CERTIFICATE', made(['a.test'], strange.spki)), 'it is for another key'],
      [pem('CERTIFICATE', made(['b.test'])), 'it is not for a.test'],
    ] as const)
      expect(failureOf(run({ ...good, '/cert/1': { text } }).told)).toMatchObject({
        code: 'acme/other-certificate',
        got,
        expected: 'a.test',
      })
    expect(failureOf(run({ ...good, '/cert/1': { text: right } }).told)).toBe('certificate')
  })

  test('a nonce that is refused is followed by the next, four times and no more', () => {
    const badNonce = { status: 400, json: { type: 'urn:ietf:params:acme:error:badNonce', detail: 'used' } }
    const { told, asked } = run({ ...good, '/new-account': badNonce })
    expect(asked.filter(path => path === '/new-account')).toHaveLength(5)
    expect(failureOf(told)).toMatchObject({ code: 'acme/refused', got: 'used', expected: 'badNonce' })
  })

  test('nonces that are refused are counted for each request by itself', () => {
    const badNonce = { status: 400, json: { type: 'urn:ietf:params:acme:error:badNonce', detail: 'used' } }
    const grudging: Record<string, Script[string]> = { ...good }
    for (const path of ['/new-account', '/new-order', '/authz/1', '/order/1/finalize']) {
      let times = 0
      Object.defineProperty(grudging, path, { get: () => (++times <= 2 ? badNonce : good[path]) })
    }
    expect(run(grudging).asked).toContain('/cert/1')
  })

  test('it is asked again when it says, and after a minute at the latest', () => {
    const issuing = (after: string | undefined) => ({
      ...good,
      '/order/1/finalize': {
        json: { status: 'processing' },
        headers: after === undefined ? {} : { 'retry-after': after },
      },
      '/order/1': { json: { status: 'invalid' } },
    })
    for (const [after, waited] of [
      ['3', 3_000],
      ['999999', 60_000],
      ['Fri, 20 Nov 2026 12:00:07 GMT', 7_000],
      ['Thu, 19 Nov 2026 12:00:07 GMT', 0],
      ['soon', 1_000],
      [undefined, 1_000],
    ] as const)
      expect(run(issuing(after)).now, String(after)).toBe(waited)
  })

  test('what could not be asked, or shown, ends it', () => {
    const refused = fail('tcp/refused', { where: 'ca.test:443' })
    const client = checked(new AcmeClient(options)) as AcmeClient
    client.start(0)
    const request = client.pollTransmit(0)!
    client.pollEvent()
    client.pollTransmit(0)
    client.receive({ id: request.id + 1, came: refused }, 0)
    expect([client.pollEvent(), client.pollTransmit(0)]).toEqual([undefined, undefined])
    client.receive({ id: request.id, came: refused }, 0)
    expect(client.pollEvent()).toEqual({ type: 'failure', failure: refused })
    expect([client.pollEvent(), client.pollTransmit(0), client.nextDeadline()]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    const cannot = fail('net/port-taken', { where: 'port 80' })
    const { told } = runClient(acmeWorld(crypto), options, () => cannot)
    expect(failureOf(told)).toBe(cannot)
    expect(told.map(({ type }) => type)).toEqual(['account', 'ask', 'over', 'failure'])
  })

  test('a job that cannot be done is the caller’s mistake', () => {
    const throws = (change: Partial<AcmeClientOptions>) =>
      expect(() => new AcmeClient({ ...options, ...change })).toThrow(RangeError)
    throws({ job: { ...job, identifiers: [] } })
    throws({ job: { ...job, key: accountKey } })
  })
})
