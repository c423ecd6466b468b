/** Fields with a grammar of their own, as peers write them: nothing is thrown, and what was read is written and read again. */
import { Failure } from '../../../src/failures/index.ts'
import { cookieJar, parseSetCookie, readCookieFile, writeCookieFile } from '../../../src/http/cookies/index.ts'
import { parseBasic, parseBearer, parseChallenges, writeChallenge } from '../../../src/http/semantics/challenges.ts'
import {
  contentDisposition,
  parseContentDisposition,
  safeFileName,
} from '../../../src/http/semantics/content-disposition.ts'
import { DigestClient } from '../../../src/http/semantics/digest-client.ts'
import { DigestServer } from '../../../src/http/semantics/digest-server.ts'
import { nodeCrypto } from '../../../src/node/crypto.ts'
import type { Target } from '../target.ts'

const same = (what: string, a: unknown, b: unknown): void => {
  if (JSON.stringify(a) !== JSON.stringify(b))
    throw new Error(`${what}: ${JSON.stringify(a)} is read again as ${JSON.stringify(b)}`)
}
const field = (
  name: string,
  seeds: readonly string[],
  words: readonly string[],
  read: (value: string, reached: (what: string) => void) => void,
): Target => ({
  name,
  longest: 300,
  seeds: () => seeds.map(seed => Buffer.from(seed, 'latin1')),
  words: () => words.map(word => Buffer.from(word, 'latin1')),
  describe: input => [JSON.stringify(Buffer.from(input).toString('latin1'))],
  run: (input, look) => read(Buffer.from(input).toString('latin1'), what => look.reached(what)),
})

const crypto = nodeCrypto()
const NOW = Date.UTC(2026, 10, 20)

export const challenges = field(
  'http/challenges',
  [
    'Digest realm="a, b", qop="auth,auth-int", algorithm=SHA-256, nonce="n", opaque=o, Basic realm="x"',
    'Negotiate abc==, Bearer error="invalid_token" ,, NTLM',
    'Digest username="ann", realm="shop", uri="/", nonce="n", nc=00000001, cnonce="c", qop=auth, response="r", algorithm=SHA-256',
    'Basic dGVzdDoxMjPCow==',
  ],
  [
    'Digest ',
    'Basic ',
    'realm="',
    'algorithm=',
    'MD5-sess',
    'username*=',
    "UTF-8''",
    'userhash=true',
    '", ',
    'stale=true',
  ],
  (value, reached) => {
    const read = parseChallenges(value)
    for (const { scheme, token68, parameters } of read) {
      const again = parseChallenges(
        token68 === undefined ? writeChallenge(scheme, Object.fromEntries(parameters)) : `${scheme} ${token68}`,
      )
      same(
        'a challenge',
        [scheme, token68, [...parameters].sort()],
        [again[0]?.scheme, again[0]?.token68, [...(again[0]?.parameters ?? [])].sort()],
      )
    }
    const client = new DigestClient({ crypto, user: 'ann', password: 'b', md5: 'allowed' })
    reached(`taken: ${client.take(read)}, read: ${read.length > 0}`)
    const said = client.authorization('GET', '/', new Uint8Array(0))
    if (said !== undefined && parseChallenges(said)[0]?.scheme !== 'digest') throw new Error(`${said} is no Digest`)
    const server = new DigestServer({ crypto, realm: 'shop', secret: new Uint8Array(32), names: ['ann'] })
    const credentials = server.read(value)
    if (credentials !== undefined) reached(server.verify(credentials, { method: 'GET', password: 'b', now: NOW }))
    reached(`basic: ${parseBasic(value) !== undefined}, bearer: ${parseBearer(value) !== undefined}`)
  },
)

export const contentDispositions = field(
  'http/content-disposition',
  [
    'attachment; filename="f\\oo \\"a\\".html"; filename*=UTF-8\'\'%e2%82%ac%20rates',
    "inline; filename*=iso-8859-1'en'%A3",
    'attachment; filename=..\\nul.txt',
    'attachment; filename="/a:b\x80"',
  ],
  ['filename=', 'filename*=', "UTF-8''", '; ', '%00', '\\', '/', '..', 'con', '"'],
  (value, reached) => {
    const read = parseContentDisposition(value)
    reached(read === undefined ? 'none' : `a name: ${read.filename !== undefined}`)
    if (read?.filename === undefined) return
    const { type, filename } = read
    if (!/[\p{Cc}\p{Cs}]/u.test(filename))
      same('a disposition', read, parseContentDisposition(contentDisposition(type, filename)))
    const safe = safeFileName(filename)
    if (safe === undefined) return
    if (/[/\\\p{Cc}<>:"|?*]|^[.\s]|[.\s]$|^nul(?:\.|$)/iu.test(safe))
      throw new Error(`${JSON.stringify(safe)} is not safe`)
    same('a safe name', safe, safeFileName(safe))
    reached(safe === filename ? 'safe' : 'made safe')
  },
)

export const setCookies = field(
  'http/set-cookie',
  [
    'sid=1; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=60',
    '__Host-a=b; Secure; Path=/; Partitioned; Expires=Fri, 31 Dec 9999 23:59:59 GMT',
    ' a = b ;domain=.shop.test; path=x; max-age=-1',
    'no-name',
  ],
  [
    '; Domain=',
    '; Path=/',
    '; Secure',
    '; SameSite=None',
    '; Partitioned',
    '__Secure-',
    'shop.test',
    '; Expires=',
    'Thu, 01 Jan 1970',
  ],
  (value, reached) => {
    const jarOf = () => cookieJar({ isPublicSuffix: domain => domain === 'test', date: () => NOW })
    const at = { host: 'www.shop.test', path: '/a/b', secure: true }
    const jar = jarOf()
    const kept = jar.receive(value, at)
    reached(kept instanceof Failure ? kept.code : 'kept')
    const read = parseSetCookie(value)
    if (read instanceof Failure && !(kept instanceof Failure)) throw new Error('what cannot be read is kept')
    const again = jarOf()
    again.restore(jar.list())
    same('a jar', jar.header(at), again.header(at))
    const file = jarOf()
    file.restore(readCookieFile(writeCookieFile(jar.list()), NOW))
    const [one] = jar.list()
    const lost =
      one === undefined ||
      one.name === '' ||
      one.partition !== undefined ||
      /[\t]/.test(`${one.name}${one.value}${one.path}`)
    if (!lost) same('a file', jar.header(at), file.header(at))
  },
)
