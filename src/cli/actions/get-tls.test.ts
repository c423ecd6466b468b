/** What `get` tells of TLS: what was chosen from what, fingerprints, sessions that are resumed, early data. */
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { served } from '../../../test/support/net.ts'
import { captured } from '../../../test/support/peers-io.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import type { TlsServerOptions } from '../../net/stream/server-answers.ts'
import { nodeWorld } from '../../node/world.ts'
import { pem } from '../../x509/files/pem.ts'
import { main } from '../main.ts'

const authority = certificateAuthority({ crypto: nodeWorld().crypto, now: Date.now, name: 'get root' })
const own = authority.issue({ names: ['localhost'] })
const root = join(tmpdir(), `barewire-get-tls-${process.pid}.pem`)
writeFileSync(root, pem('CERTIFICATE', authority.certificate))
afterAll(() => rmSync(root))

/** A server, and for each request that it has seen whether it came early. */
const house = async (tls: Partial<TlsServerOptions> = {}) => {
  const seen: boolean[] = []
  const server = await served(
    (_, { early }) => {
      seen.push(early)
      return new Response('here you are\n')
    },
    { tls: { cert: [...own.chain], key: own.privateKey, ...tls } },
  )
  return { seen, url: server.url }
}

const run = async (url: string, ...words: string[]) => {
  const io = captured()
  const code = await main(['get', '--cacert', root, ...words, url], io)
  return { code, out: io.stdout(), err: io.stderr() }
}

interface Timeline {
  readonly rows: readonly { readonly key: string; readonly what: string }[]
  readonly type: string
  readonly tls: Readonly<Record<string, unknown>>
}
const timelines = (out: string): readonly Timeline[] =>
  out
    .trim()
    .split('\n')
    .map(text => JSON.parse(text) as Timeline)
    .filter(({ type }) => type === 'timeline')

test('--json says what was agreed on, out of what, and the fingerprints of both hellos', async () => {
  const { url } = await house()
  const { code, out } = await run(url, '--json', '--groups', 'secp384r1,x25519', '--tls', '1.3')
  expect(code).toBe(0)
  const { tls } = timelines(out)[0]!
  expect(tls).toMatchObject({
    version: 'TLS 1.3',
    suite: 'TLS_AES_128_GCM_SHA256',
    group: 'secp384r1',
    alpn: 'http/1.1',
    resumed: false,
    offered: {
      suites: ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
      groups: ['secp384r1', 'x25519'],
    },
  })
  expect(tls).not.toHaveProperty('earlyData')
  expect(tls.ja3).toMatch(/^[0-9a-f]{32}$/)
  expect(tls.ja3s).toMatch(/^[0-9a-f]{32}$/)
  // TCP, TLS 1.3, a name, three suites, eight extensions or more, http/1.1.
  expect(tls.ja4).toMatch(/^t13d03\d\dh1_[0-9a-f]{12}_[0-9a-f]{12}$/)
})

test('the story says the same, and -v puts fingerprints below the hellos', async () => {
  const { url } = await house()
  const { err } = await run(url, '-v', '--tls', '1.3')
  expect(err).toMatch(/offer +chosen from 3 suites and 4 groups/)
  expect(err).toMatch(/ja4 +t13d03\d\dh1_[0-9a-f]{12}_[0-9a-f]{12}/)
  expect(err).toMatch(/ClientHello.*\n +JA3 [0-9a-f]{32}\n +JA4 t13d03/)
  expect(err).toMatch(/ServerHello.*\n +JA3S [0-9a-f]{32}\n/)
})

test('--resume asks twice, goes on with what TLS remembers, and gives one body', async () => {
  for (const version of ['1.2', '1.3']) {
    const { url, seen } = await house()
    const { code, out, err } = await run(url, '-v', '--resume', '--tls', version)
    expect([code, out, seen]).toEqual([0, 'here you are\n', [false, false]])
    const lines = err.split('\n').map(text => text.trimEnd())
    const title = lines.findIndex(text => /^ 1 {2}full handshake +ms {2}│ 2 {2}resumed +ms$/.test(text))
    const rows = lines.slice(title + 1).map(text => text.split('│').map(half => half.trim().replace(/ +[\d.]+$/, '')))
    const shown = '← Certificate'
    const pairs = rows.filter(([one, other]) => one === shown || one === '→ ClientHello' || other === '→ GET /')
    expect(pairs).toEqual([
      ['→ ClientHello', '→ ClientHello'],
      [shown, ''],
      ['→ GET /', '→ GET /'],
    ])
    expect(lines.slice(title).join('\n')).toMatch(
      new RegExp(
        `^ tls ${version} took +[\\d.]+ {2}│ tls ${version} took +[\\d.]+\\n .* ms (?:less|more) for TLS`,
        'm',
      ),
    )
    // One timeline, and the second beside it.
    expect(err.match(/^ close/gm)).toHaveLength(1)
  }
})

test('--resume says when nothing was resumed, and when there is nothing to resume', async () => {
  const { url } = await house({ tickets: 'none' })
  const none = await run(url, '-v', '--resume')
  expect([none.code, none.out]).toEqual([0, 'here you are\n'])
  expect(none.err).toMatch(/1 {2}full handshake +ms {2}│ 2 {2}not resumed/)
  expect(none.err).toContain('✗ the server gave no session to go on with, or did not take it')
  const { url: plain } = await served(() => new Response('x'))
  expect((await run(plain, '-v', '--resume')).err).toMatch(/│ 2 {2}no TLS, nothing to resume/)
})

test('--repeat with --resume says what the connections were in truth', async () => {
  const how = async (tls: Partial<TlsServerOptions>): Promise<unknown> => {
    const { out } = await run((await house(tls)).url, '--json', '--resume', '--repeat', '3')
    return JSON.parse(out.split('\n').find(text => text.includes('"type":"repeat"'))!).how
  }
  expect(await how({})).toBe('sessions resumed')
  expect(await how({ tickets: 'none' })).toBe('2 new connections')
})

test('--early-data asks the second time with the first flight, where the server allows it', async () => {
  const { url, seen } = await house({ earlyData: {} })
  const { code, out } = await run(url, '--json', '--early-data')
  expect([code, seen]).toEqual([0, [false, true]])
  expect(timelines(out).map(({ tls }) => [tls.resumed, tls.earlyData])).toEqual([
    [false, undefined],
    [true, 'accepted'],
  ])
  const said = timelines(out).map(({ rows }) => rows.find(({ key }) => key === 'resumed')?.what)
  expect(said).toEqual([undefined, 'a session from before: whose it is was shown then'])
  const { err } = await run(url, '-v', '--early-data')
  expect(err).toMatch(/resumed, early data accepted/)
  const off = await house()
  const { out: told } = await run(off.url, '--json', '--early-data')
  expect([off.seen, timelines(told)[1]?.tls.resumed]).toEqual([[false, false], true])
})

test('what does something is not asked twice', async () => {
  const { url, seen } = await house()
  for (const option of ['--early-data', '--resume'])
    for (const words of [
      ['-X', 'DELETE'],
      ['-d', 'x'],
    ]) {
      const { code, err } = await run(url, option, ...words)
      expect(code).toBe(1)
      expect(err).toContain(`${option} asks twice`)
    }
  expect(seen).toEqual([])
})

test('a chain that comes compressed is asked for and told all the same', async () => {
  const { url } = await house()
  const { code, err } = await run(url, '-v', '--tls', '1.3')
  expect(code).toBe(0)
  expect(err).toMatch(/CompressedCertificate +(zlib|brotli), of /)
  expect(err).toMatch(/ Certificate +.*localhost, 1 in chain/)
  expect(err).toMatch(/who +.*EC P-256/)
  const { out } = await run(url, '--json', '-vv', '--tls', '1.3')
  const messages = out
    .trim()
    .split('\n')
    .map(text => JSON.parse(text) as { id: number; name: string; carriedBy?: { message: number }[]; fields?: unknown })
  const packed = messages.find(({ name }) => name === 'CompressedCertificate')
  const chain = messages.find(({ name }) => name === 'Certificate')
  expect(chain?.carriedBy?.map(({ message }) => message)).toEqual([packed?.id])
  expect(JSON.stringify(chain?.fields)).toContain('entries')
})
