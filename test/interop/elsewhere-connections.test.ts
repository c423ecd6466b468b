/**
 * What `src/explain/elsewhere.table.ts` says that other tools call a failure of TCP, TLS or HTTP, beside what they say when
 * the same bytes come from a server on loopback.
 */
import { execFile, spawnSync } from 'node:child_process'
import { get as getHttp } from 'node:http'
import { get as getHttps } from 'node:https'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { elsewhere } from '../../src/explain/index.ts'
import { type FailureCode, fail } from '../../src/failures/index.ts'

const hasCurl = spawnSync('curl', ['--version']).status === 0
const hasOpenssl3 = /^OpenSSL 3/.test(spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout ?? '')

interface Case {
  readonly code: FailureCode
  readonly scheme: 'http' | 'https'
  readonly talk: (socket: Socket) => void
  /** The alert that the server sends. */
  readonly number?: number
  readonly curl?: readonly string[]
}

const OK = 'HTTP/1.1 200 OK\r\n'
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`
const answering = (code: FailureCode, answer: string, ...curl: readonly string[]): Case => ({
  code,
  scheme: 'http',
  talk: socket => socket.once('data', () => socket.end(answer, 'latin1')),
  curl,
})
const inHandshake = (code: FailureCode, talk: (socket: Socket) => void): Case => ({
  code,
  scheme: 'https',
  talk: socket => socket.once('data', () => talk(socket)),
})
const alerting = (code: FailureCode, number: number): Case => ({
  ...inHandshake(code, socket => socket.end(Uint8Array.of(21, 3, 3, 0, 2, 2, number))),
  number,
})

const cases: readonly Case[] = [
  { code: 'tcp/reset', scheme: 'http', talk: socket => socket.once('data', () => socket.resetAndDestroy()) },
  inHandshake('tcp/reset-in-handshake', socket => socket.resetAndDestroy()),
  inHandshake('tls/handshake-cut', socket => socket.end()),
  inHandshake('tls/not-tls', socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  alerting('tls/alert-received', 80),
  alerting('tls/no-common-version', 70),
  alerting('tls/nothing-in-common', 40),
  alerting('tls/name-unknown', 112),
  alerting('tls/alpn-none', 120),
  answering('http/bad-start-line', 'SSH-2.0-x\r\n\r\n'),
  answering('http/unsupported-version', 'HTTP/9.9 200 OK\r\n\r\n'),
  answering('http/bad-header', `${OK}a\u0001b: c\r\n\r\n`),
  answering('http/space-before-colon', `${OK}Content-Length : 1\r\n\r\na`),
  answering('http/folded-header', `${OK}A: b\r\n c\r\nContent-Length: 0\r\n\r\n`),
  answering('http/bare-line-feed', `${OK}A: b\nContent-Length: 0\r\n\r\n`),
  answering('http/bare-carriage-return', `${OK}A: b\rc\r\nContent-Length: 0\r\n\r\n`),
  answering('http/header-too-big', `${OK}A: ${'x'.repeat(20_000)}\r\n\r\n`),
  answering('http/two-lengths', `${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`),
  answering('http/bad-length', `${OK}Content-Length: 1x\r\n\r\na`),
  answering('http/length-and-chunked', `${OK}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
  answering('http/bad-chunk', `${CHUNKED}zz\r\n`),
  answering('http/chunk-line-too-long', `${CHUNKED}1;${'a'.repeat(20_000)}\r\na\r\n0\r\n\r\n`),
  answering('http/head-cut-short', `${OK}A: b`),
  answering('http/body-cut-short', `${OK}Content-Length: 10\r\n\r\nabc`),
  answering('http/no-answer', ''),
  answering(
    'http/unknown-content-encoding',
    `${OK}Content-Encoding: nope\r\nContent-Length: 1\r\n\r\na`,
    '--compressed',
  ),
  answering('http/bad-encoding', `${OK}Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd`, '--compressed'),
  {
    code: 'net/too-many-redirects',
    scheme: 'http',
    talk: socket =>
      socket.on('data', () => socket.write('HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n')),
    curl: ['-L'],
  },
]

const against = async <T>({ talk }: Case, work: (port: number) => Promise<T>): Promise<T> => {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    talk(socket)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  try {
    return await work((server.address() as AddressInfo).port)
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}

/** Node's code and message. */
const nodeSays = (scheme: Case['scheme'], port: number): Promise<string> =>
  new Promise(resolve => {
    const failed = ({ code, message }: NodeJS.ErrnoException): void => resolve(`${code} ${message}`)
    const request = (scheme === 'http' ? getHttp : getHttps)(`${scheme}://127.0.0.1:${port}/`, response => {
      response.on('error', failed).on('end', () => resolve('no error'))
      response.resume()
    })
    request.on('error', failed)
  })

const curlSays = (url: string, more: readonly string[] = []): Promise<number> =>
  new Promise(resolve => {
    execFile('curl', ['-sS', '-o', '/dev/null', '--max-time', '10', ...more, url], error =>
      resolve(error === null ? 0 : Number(error.code)),
    )
  })

const opensslSays = (port: number): Promise<string> =>
  new Promise(resolve => {
    const child = execFile('openssl', ['s_client', '-connect', `127.0.0.1:${port}`], (_, out, err) =>
      resolve(`${out}\n${err}`),
    )
    child.stdin?.on('error', () => {})
    child.stdin?.end()
  })

/** Whether a name of the table stands in what a tool said: one of those between commas, every word of it. */
const names = (name: string | number | undefined, said: string): boolean =>
  `${name}`.split(', ').some(one => one.split(' ').every(word => said.includes(word)))

const rowOf = ({ code, number }: Case) => elsewhere(fail(code, number === undefined ? {} : { number }))

for (const each of cases) {
  const { code, scheme } = each
  const row = rowOf(each)
  // zlib's name comes from whoever expands the body: `http` does not.
  if (row.node !== undefined && code !== 'http/bad-encoding')
    test(`${code}, as Node calls it`, async () => {
      const said = await against(each, port => nodeSays(scheme, port))
      expect(names(row.node, said), `${row.node} in ${said}`).toBe(true)
    })
  if (row.curl !== undefined)
    test.skipIf(!hasCurl)(`${code}, as curl calls it`, async () => {
      const said = await against(each, port => curlSays(`${scheme}://127.0.0.1:${port}/`, each.curl))
      expect(said).toBe(row.curl)
    })
  if (row.openssl !== undefined && scheme === 'https')
    test.skipIf(!hasOpenssl3)(`${code}, as OpenSSL calls it`, async () => {
      const said = await against(each, opensslSays)
      expect(names(row.openssl, said), `${row.openssl} in ${said}`).toBe(true)
    })
}

test('tcp/refused, as Node and curl call it', async () => {
  const port = await against(cases[0]!, port => Promise.resolve(port))
  expect(await nodeSays('http', port)).toContain(elsewhere(fail('tcp/refused')).node)
  if (hasCurl) expect(await curlSays(`http://127.0.0.1:${port}/`)).toBe(elsewhere(fail('tcp/refused')).curl)
})

test('an alert that came is named by its own number, and by nothing where it is not known', () => {
  expect(elsewhere(fail('tls/alert-received', { number: 48 }))).toEqual({
    openssl: '0A000418 SSL alert number 48',
    node: 'EPROTO SSL alert number 48',
    curl: 35,
    boringssl: 'TLSV1_ALERT_UNKNOWN_CA',
  })
  expect(elsewhere(fail('tls/alert-received'))).toEqual({})
})
