/** Challenges, Basic, Bearer and Digest, without a connection (RFC 9110 11, 7617, 6750, 7616). */
import { describe, expect, test } from 'vitest'
import { platforms } from '../../../test/support/worlds.ts'
import { FailureError } from '../../failures/index.ts'
import {
  basicCredentials,
  bearerCredentials,
  parseBasic,
  parseBearer,
  parseChallenges,
  writeChallenge,
} from './challenges.ts'
import { digestResponse } from './digest.ts'
import { DigestClient } from './digest-client.ts'
import { DigestServer, type DigestServerOptions } from './digest-server.ts'

const shown = (value: string): unknown[] =>
  parseChallenges(value).map(({ scheme, token68, parameters }) => [
    scheme,
    ...(token68 === undefined ? [] : [token68]),
    ...[...parameters].map(pair => pair.join('=')),
  ])

describe('RFC 9110 11.6.1: a list of challenges', () => {
  test.each<[value: string, challenges: unknown[]]>([
    ['Basic realm="simple"', [['basic', 'realm=simple']]],
    [
      'Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"',
      [
        ['newauth', 'realm=apps', 'type=1', 'title=Login to "apps"'],
        ['basic', 'realm=simple'],
      ],
    ],
    ['Negotiate', [['negotiate']]],
    ['Negotiate, NTLM', [['negotiate'], ['ntlm']]],
    ['Negotiate a87421000492aa874209af8bc028==', [['negotiate', 'a87421000492aa874209af8bc028==']]],
    [
      'Negotiate abc==, Basic realm=x',
      [
        ['negotiate', 'abc=='],
        ['basic', 'realm=x'],
      ],
    ],
    ['Bearer realm="a, b", error="x"; ', []],
    [
      ', ,Basic realm="a",,Digest nonce="b" , qop="auth,auth-int"\t,',
      [
        ['basic', 'realm=a'],
        ['digest', 'nonce=b', 'qop=auth,auth-int'],
      ],
    ],
    ['Basic realm = "a"', [['basic', 'realm=a']]],
    ['Basic realm=a=', []],
    [
      'A b=c, D e=',
      [
        ['a', 'b=c'],
        ['d', 'e='],
      ],
    ],
    ['Basic realm="a" realm="b"', []],
    ['Basic realm="a", REALM="b"', []],
    ['Basic realm="a", Digest nonce="unterminated', [['basic', 'realm=a']]],
    ['realm="a"', []],
    ['"Basic"', []],
    ['', []],
    [' , ', []],
  ])('%s', (value, challenges) => {
    expect(shown(value)).toEqual(challenges)
  })
  test('is bounded, and costs no time', () => {
    expect(shown(Array.from({ length: 40 }, (_, i) => `S${i}`).join(', '))).toHaveLength(32)
    const parameters = (count: number): string => `A ${Array.from({ length: count }, (_, i) => `p${i}=v`).join(', ')}`
    expect(shown(parameters(32))).toHaveLength(1)
    expect(shown(parameters(33))).toHaveLength(0)
    for (const part of [' ', ',', 'a', '=', '"', '\\', 'a=', 'a ', 'a,', 'a="'])
      expect(parseChallenges(`Basic ${part.repeat(2_000_000 / part.length)}!`).length).toBeLessThan(33)
  })
  test('what is written is read back', () => {
    const written = writeChallenge('Digest', {
      realm: 'a "b" \\c',
      qop: 'auth',
      algorithm: 'SHA-256',
      stale: 'true',
      opaque: undefined,
    })
    expect(written).toBe('Digest realm="a \\"b\\" \\\\c", qop="auth", algorithm=SHA-256, stale=true')
    expect(shown(written)).toEqual([['digest', 'realm=a "b" \\c', 'qop=auth', 'algorithm=SHA-256', 'stale=true']])
    expect(writeChallenge('Negotiate', {})).toBe('Negotiate')
    for (const wrong of ['a\r\nb', '\u0000', '€'])
      expect(() => writeChallenge('Basic', { realm: wrong })).toThrow(FailureError)
  })
})

describe('RFC 7617: Basic', () => {
  test('is in UTF-8', () => {
    expect(basicCredentials({ user: 'Aladdin', password: 'open sesame' })).toBe('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==')
    expect(basicCredentials({ user: 'test', password: '123£' })).toBe('Basic dGVzdDoxMjPCow==')
    expect(parseBasic('basic  dGVzdDoxMjPCow==')).toEqual({ user: 'test', password: '123£' })
    expect(parseBasic(basicCredentials({ user: '', password: 'a:b' }))).toEqual({ user: '', password: 'a:b' })
  })
  test.each([
    'Basic',
    'Basic !',
    'Basic YQ==',
    'Bearer YTpi',
    'Basic YTpi x',
    'Basic YTr/',
    'Basic YToA',
    'Basic YTpi====',
    'Basic Y:Q=',
  ])('%s is none', value => {
    expect(parseBasic(value)).toBeUndefined()
  })
  test.each([
    { user: 'a:b', password: 'c' },
    { user: 'a', password: 'c\n' },
    { user: 'a\u0000', password: 'c' },
    { user: 'a', password: '\u0085' },
  ])('%j is http/bad-credentials, without a word of it', given => {
    try {
      basicCredentials(given)
      expect.unreachable()
    } catch (error) {
      expect((error as FailureError).code).toBe('http/bad-credentials')
      expect(JSON.stringify((error as FailureError).failure)).not.toContain('c\\n')
    }
  })
})

test('RFC 6750 2.1: Bearer', () => {
  expect(bearerCredentials('mF_9.B5f-4.1JqM==')).toBe('Bearer mF_9.B5f-4.1JqM==')
  expect(parseBearer('bearer mF_9.B5f-4.1JqM')).toBe('mF_9.B5f-4.1JqM')
  for (const wrong of ['Bearer', 'Bearer ', 'Bearer a b', 'Basic abc', 'Bearer a"', 'Bearer =a'])
    expect([wrong, parseBearer(wrong)]).toEqual([wrong, undefined])
  for (const wrong of ['', 'a b', 'a\r\n', 'ä']) expect(() => bearerCredentials(wrong)).toThrow(FailureError)
})

describe.each(platforms)('Digest on %s', (_, { crypto }) => {
  test('RFC 7616 3.9.1: the example, by both algorithms; RFC 2617 3.5', () => {
    const facts = {
      user: 'Mufasa',
      realm: 'http-auth@example.org',
      password: 'Circle of Life',
      nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
      method: 'GET',
      uri: '/dir/index.html',
      qop: 'auth',
      nc: '00000001',
      cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
      body: undefined,
    } as const
    expect(digestResponse(crypto, { ...facts, algorithm: 'MD5' })).toBe('8ca523f5e9506fed4657c9700eebdbec')
    expect(digestResponse(crypto, { ...facts, algorithm: 'SHA-256' })).toBe(
      '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    )
    const old = {
      ...facts,
      realm: 'testrealm@host.com',
      password: 'Circle Of Life',
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      cnonce: '0a4f113b',
    }
    expect(digestResponse(crypto, { ...old, algorithm: 'MD5' })).toBe('6629fae49393a05397450978507c4ef1')
    // Computed with openssl from RFC 7616 3.4.2 and 3.4.3.
    expect(digestResponse(crypto, { ...old, algorithm: 'MD5', qop: undefined })).toBe(
      '670fd8c2df070c60b045671b8b24ff02',
    )
  })

  test('RFC 7616 3.9.2, as erratum 4897 has it: SHA-512-256 with a hash of the name', () => {
    const who = new DigestClient({ crypto, user: 'Jäsøn Doe', password: 'Secret, or not?' })
    const challenge =
      'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true'
    expect(who.take(parseChallenges(challenge))).toBe('new')
    const said = who.authorization('GET', '/doe.json', undefined)
    expect(said).toContain('username="793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"')
    expect(said).toContain('algorithm=SHA-512-256')
    const facts = { user: 'Jäsøn Doe', realm: 'api@example.org', password: 'Secret, or not?', method: 'GET' }
    const nonces = {
      nonce: '5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK',
      cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v',
      nc: '00000001',
    }
    expect(
      digestResponse(crypto, {
        ...facts,
        ...nonces,
        algorithm: 'SHA-512-256',
        uri: '/doe.json',
        qop: 'auth',
        body: undefined,
      }),
    ).toBe('3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5')
  })
  test('RFC 7616 3.5: a server that has the password proves it, for this request alone', () => {
    const [by, who] = [server({ qop: ['auth', 'auth-int'] }), client()]
    who.take(offered(by))
    const said = who.authorization('GET', '/x', undefined)!
    const info = by.proof(by.read(said)!, 'ann', 'käse')
    expect(info).toMatch(/^rspauth="[\da-f]{64}", qop=auth, cnonce="[\da-f]{32}", nc=00000001$/)
    expect(who.proves(info, said)).toBe('right')
    expect(
      who.proves(
        info
          .toUpperCase()
          .replace('QOP=AUTH', 'qop=auth')
          .replace(/CNONCE="[^"]*", /, ''),
        said,
      ),
    ).toBe('right')
    for (const other of ['kase', '', 'käse '])
      expect(who.proves(by.proof(by.read(said)!, 'ann', other), said)).toBe('wrong')
    expect(who.proves(info, who.authorization('GET', '/x', undefined)!)).toBe('wrong')
    expect(who.proves(info.replace('nc=00000001', 'nc=00000002'), said)).toBe('wrong')
    expect(who.proves(info.replace('qop=auth', 'qop=other'), said)).toBe('wrong')
    for (const nothing of [undefined, '', 'nextnonce="x"', 'rspauth', ','])
      expect(who.proves(nothing, said)).toBe('unsaid')
    // RFC 2069 has none of it.
    expect(who.proves(info, said.replace(/, nc=.*?, qop=auth/, ''))).toBe('unsaid')
  })
  test('RFC 7616 3.5: with auth-int the proof is of the body of the answer too', () => {
    const [by, who] = [server({ qop: ['auth-int'] }), client()]
    who.take(offered(by))
    const said = who.authorization('PUT', '/x', new Uint8Array(3))!
    const { nonce, nc, cnonce } = by.read(said)!
    const facts = { algorithm: 'SHA-256', user: 'ann', realm: 'shop', password: 'käse', method: '', uri: '/x' } as const
    const body = new TextEncoder().encode('the answer')
    const rspauth = digestResponse(crypto, { ...facts, nonce, nc, cnonce, qop: 'auth-int', body })
    const heard = (...pieces: Uint8Array[]): boolean => {
      const proof = who.proves(`rspauth="${rspauth}", qop=auth-int, nc=${nc}, cnonce="${cnonce}"`, said)
      if (typeof proof === 'string') throw new Error(proof)
      for (const piece of pieces) proof.update(piece)
      return proof.isRight()
    }
    expect(heard(body)).toBe(true)
    expect(heard(body.subarray(0, 4), body.subarray(4))).toBe(true)
    expect(heard()).toBe(false)
    expect(heard(body, body)).toBe(false)
  })

  const NOW = Date.UTC(2026, 10, 20)
  const server = (options: Partial<DigestServerOptions> = {}) => new DigestServer({ crypto, realm: 'shop', ...options })
  const client = (user = 'ann', password = 'käse', md5?: 'allowed') => new DigestClient({ crypto, user, password, md5 })
  const offered = (from: DigestServer, now = NOW, stale?: 'stale') =>
    parseChallenges(from.challenges(now, stale).join(', '))
  const verdict = (
    by: DigestServer,
    value: string | undefined,
    password: string | undefined = 'käse',
    now = NOW,
  ): string => {
    const read = by.read(value ?? '')
    return read === undefined ? 'unread' : by.verify(read, { method: 'GET', password, now })
  }

  test.each(['SHA-512-256', 'SHA-512-256-sess', 'SHA-256', 'SHA-256-sess'] as const)(
    '%s: who knows the password comes in, once with each count',
    algorithm => {
      const [by, who] = [server({ algorithms: [algorithm] }), client()]
      expect(who.authorization('GET', '/x', undefined)).toBeUndefined()
      expect(who.take(offered(by))).toBe('new')
      const first = who.authorization('GET', '/x', undefined)
      expect(first).toMatch(/nc=00000001, qop=auth, /)
      const read = by.read(first!)!
      expect([read.user, read.uri]).toEqual(['ann', '/x'])
      expect(by.verify(read, { method: 'POST', password: 'käse', now: NOW })).toBe('wrong')
      expect(verdict(by, first)).toBe('right')
      expect(verdict(by, first)).toBe('stale')
      expect(verdict(by, who.authorization('GET', '/x', undefined))).toBe('right')
      expect(verdict(by, who.authorization('GET', '/x', undefined), 'kase')).toBe('wrong')
      const nobody = by.read(who.authorization('GET', '/x', undefined)!)!
      expect(by.verify(nobody, { method: 'GET', password: undefined, now: NOW })).toBe('wrong')
    },
  )
  test('RFC 7616 3.3: a nonce that is too old, or of another server, is stale for who knows the password', () => {
    const [by, who] = [server({ lifetime: 1000 }), client()]
    who.take(offered(by))
    const late = who.authorization('GET', '/x', undefined)
    expect(verdict(by, late, 'käse', NOW + 1001)).toBe('stale')
    expect(verdict(by, late, 'wrong', NOW + 1001)).toBe('wrong')
    expect(verdict(by, late, 'käse', NOW + 1000)).toBe('right')
    expect(who.take(offered(by, NOW + 2000, 'stale'))).toBe('stale')
    expect(verdict(by, who.authorization('GET', '/x', undefined), 'käse', NOW + 2000)).toBe('right')
    const other = server()
    expect(verdict(other, who.authorization('GET', '/x', undefined))).toBe('stale')
    const secret = crypto.random.bytes(32)
    const [one, two] = [server({ secret }), server({ secret })]
    who.take(offered(one))
    expect(verdict(two, who.authorization('GET', '/x', undefined))).toBe('right')
  })
  test('RFC 7616 3.4.6: counts may come in any order, as far as a window is wide, and none twice', () => {
    const [by, who] = [server(), client()]
    who.take(offered(by))
    const all = Array.from({ length: 200 }, () => who.authorization('GET', '/x', undefined))
    expect(verdict(by, all[5])).toBe('right')
    expect(verdict(by, all[2])).toBe('right')
    expect(verdict(by, all[2])).toBe('stale')
    expect(verdict(by, all[5])).toBe('stale')
    expect(verdict(by, all[69])).toBe('right')
    expect(verdict(by, all[5])).toBe('stale')
    expect(verdict(by, all[6])).toBe('right')
    expect(verdict(by, all[6])).toBe('stale')
    expect(verdict(by, all[199])).toBe('right')
    expect(verdict(by, all[135])).toBe('stale')
    expect(verdict(by, all[136])).toBe('right')
    expect(verdict(by, all[69])).toBe('stale')
  })
  test('of more nonces than are remembered the first is stale, with what was said and with what was not', () => {
    const by = server()
    const asked = (now: number) => {
      const who = client()
      who.take(offered(by, now))
      return () => verdict(by, who.authorization('GET', '/x', undefined))
    }
    const [unused, first, second] = [asked(NOW), asked(NOW + 1), asked(NOW + 2)]
    expect([first(), second()]).toEqual(['right', 'right'])
    for (let more = 2; more < 10_000; more++) asked(NOW + 3)()
    expect(first()).toBe('right')
    expect(asked(NOW + 3)()).toBe('right')
    expect([unused(), first(), second()]).toEqual(['stale', 'stale', 'right'])
  })
  test('RFC 7616 3.4.4: names are hashed where the server knows them all, and coded where they are not ASCII', () => {
    const [by, who] = [server({ names: ['bob', 'jürgen'] }), client('jürgen')]
    who.take(offered(by))
    const hidden = who.authorization('GET', '/x', undefined)!
    expect(hidden).not.toMatch(/j.*rgen/)
    expect(hidden).toMatch(/username="[\da-f]{64}".*userhash=true/)
    expect(by.read(hidden)?.user).toBe('jürgen')
    expect(verdict(by, hidden)).toBe('right')
    const nobody = client('eve')
    nobody.take(offered(by))
    const read = by.read(nobody.authorization('GET', '/x', undefined)!)
    expect(read).toMatchObject({ user: undefined })
    expect(by.verify(read!, { method: 'GET', password: 'käse', now: NOW })).toBe('wrong')
    const open = server()
    who.take(offered(open))
    const coded = who.authorization('GET', '/x', undefined)!
    expect(coded).toContain("username*=UTF-8''j%C3%BCrgen, ")
    expect(verdict(open, coded)).toBe('right')
    // As curl has it: octets of UTF-8.
    expect(open.read(coded.replace("username*=UTF-8''j%C3%BCrgen", 'username="j\xc3\xbcrgen"'))?.user).toBe('jürgen')
    expect(open.read(coded.replace('Digest ', 'Digest username="x", '))).toBeUndefined()
  })
  test('RFC 7616 3.4.3: auth-int covers the body, where it is at hand', () => {
    const [challenge] = parseChallenges('Digest realm="shop", nonce="n", algorithm=SHA-256, qop="auth-int"')
    const who = client()
    expect(who.take([challenge!])).toBe('new')
    expect(who.authorization('GET', '/x', undefined)).toBeUndefined()
    const body = new TextEncoder().encode('hello')
    const by = server({ qop: ['auth-int'] })
    expect(server().read(who.authorization('PUT', '/x', body)!.replace('nonce="n"', 'nonce="m"'))).toBeUndefined()
    who.take(offered(by))
    const read = by.read(who.authorization('PUT', '/x', body)!)!
    expect(read.qop).toBe('auth-int')
    const request = { method: 'PUT', password: 'käse', now: NOW }
    expect(by.verify(read, request)).toBe('wrong')
    expect(by.verify(read, { ...request, body: new Uint8Array(5) })).toBe('wrong')
    expect(by.verify(read, { ...request, body })).toBe('right')
  })
  test('MD5, and the form without qop, are answered by those alone who allow it; the best algorithm is chosen', () => {
    const md5 = parseChallenges('Digest realm="shop", nonce="n", qop="auth"')
    const older = parseChallenges('Digest realm="shop", nonce="n", algorithm=MD5')
    expect(client().take(md5)).toBeUndefined()
    expect(client().take(older)).toBeUndefined()
    const old = client('ann', 'b', 'allowed')
    expect(old.take(older)).toBe('new')
    expect(old.authorization('GET', '/x', undefined)).toBe(
      `Digest username="ann", realm="shop", uri="/x", nonce="n", response="${digestResponse(crypto, { algorithm: 'MD5', user: 'ann', realm: 'shop', password: 'b', nonce: 'n', method: 'GET', uri: '/x', qop: undefined, nc: '', cnonce: '', body: undefined })}"`,
    )
    old.take([...md5, ...offered(server())])
    expect(old.authorization('GET', '/x', undefined)).toContain('algorithm=SHA-256')
    const by = server({ algorithms: ['SHA-256', 'MD5'] })
    expect(by.challenges(NOW)).toHaveLength(2)
    old.take(offered(by).filter(({ parameters }) => parameters.get('algorithm') === 'MD5'))
    expect(verdict(by, old.authorization('GET', '/x', undefined), 'b')).toBe('right')
    const strict = server()
    old.take(offered(by).filter(({ parameters }) => parameters.get('algorithm') === 'MD5'))
    expect(strict.read(old.authorization('GET', '/x', undefined)!)).toBeUndefined()
  })
  test('RFC 7616 3.5: the next nonce is used, counted from one', () => {
    const who = client()
    who.take(offered(server()))
    who.authorization('GET', '/x', undefined)
    who.heard('qop=auth, nextnonce="fresh"')
    expect(who.authorization('GET', '/x', undefined)).toMatch(/nonce="fresh".*nc=00000001/)
    who.heard('nextnonce="fresh"')
    expect(who.authorization('GET', '/x', undefined)).toMatch(/nonce="fresh".*nc=00000002/)
  })
  test.each([
    'Digest realm="shop"',
    'Digest nonce="n", qop="auth", algorithm=SHA-256',
    'Digest realm="shop", nonce="n", qop="other", algorithm=SHA-256',
    'Digest realm="shop", nonce="n", qop="auth", algorithm=SHA-999',
    'Basic realm="shop", nonce="n", qop="auth", algorithm=SHA-256',
  ])('%s is no challenge that can be answered', value => {
    expect(client().take(parseChallenges(value))).toBeUndefined()
  })
  test('what is malformed is not read', () => {
    const [by, who] = [server(), client()]
    who.take(offered(by))
    const good = who.authorization('GET', '/x', undefined)!
    expect(by.read(good)).toBeDefined()
    for (const [from, to] of [
      ['nc=00000001', 'nc=1'],
      ['nc=00000001', 'nc=00000000'],
      ['nc=00000001', 'nc="0000000g"'],
      ['qop=auth', 'qop=other'],
      ['uri="/x"', 'uri=""'],
      [/cnonce="[^"]*"/, 'cnonce=""'],
      ['realm="shop"', 'realm="other"'],
      ['Digest', 'Basic'],
      ['Digest', 'Basic a, Digest'],
      ['username="ann"', 'user="ann"'],
      ['username="ann"', "username*=UTF-16''ann"],
    ] as const)
      expect([to, by.read(good.replace(from, to))]).toEqual([to, undefined])
    expect(() => client('a:b')).toThrow(FailureError)
  })
})
