/** `barewire serve` as clients see it that we did not write: curl, OpenSSL, GnuTLS, Node and Chromium. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { request as secureRequest } from 'node:https'
import { connect as connectPlain, type Socket } from 'node:net'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installed, missing, run } from '../support/peers.ts'
import { temporaryFolder } from '../support/peers-chain.ts'
import { CHROMIUM, startChromium } from '../support/peers-chromium.ts'
import { barewire, type RunningCommand, startBarewire } from '../support/peers-command.ts'

const folder = temporaryFolder('serve')
const site = join(folder.path, 'site')
const home = { BAREWIRE_HOME: join(folder.path, 'home') }
const large = randomBytes(3_000_000)

let server: RunningCommand
let base = ''
let port = 0
let authority = ''

beforeAll(async () => {
  mkdirSync(join(site, 'deep'), { recursive: true })
  writeFileSync(join(site, 'index.html'), '<!doctype html><title>from barewire</title><script src="/app.js"></script>')
  writeFileSync(join(site, 'app.js'), 'document.title += ", scripted"')
  writeFileSync(join(site, 'large.bin'), large)
  writeFileSync(join(site, 'deep', 'file.txt'), 'deep')
  writeFileSync(join(folder.path, 'outside.txt'), 'not for you')
  server = startBarewire(['serve', site, '--port', '0'], { env: home, limit: 180_000 })
  const found = await server.seen(/(https:\/\/localhost:(\d+))/)
  base = found[1]!
  port = Number(found[2])
  authority = (await barewire(['ca', 'path'], { env: home })).stdout.trim()
}, 60_000)
afterAll(async () => {
  server?.child.kill('SIGINT')
  await server?.done
  folder.remove()
})

const curl = (...args: string[]) => run('curl', ['-sS', '--cacert', authority, ...args])

describe.skipIf(!installed('curl'))(`serve answers curl${missing('curl')}`, () => {
  test('a file, an index, a deep path, whole and unharmed', async () => {
    expect(Buffer.compare((await curl(`${base}/large.bin`)).stdout, large)).toBe(0)
    expect(String((await curl(`${base}/`)).stdout)).toContain('from barewire')
    expect(String((await curl(`${base}/deep/file.txt`)).stdout)).toBe('deep')
  })

  test('by address and below localhost, each with a certificate that fits', async () => {
    for (const host of ['127.0.0.1', 'shop.localhost', 'a.b.localhost']) {
      const answer = await curl('--resolve', `${host}:${port}:127.0.0.1`, `https://${host}:${port}/deep/file.txt`)
      expect(answer).toMatchObject({ code: 0, stdout: Buffer.from('deep') })
    }
  })

  test('404 for what is not there and for what lies outside, 405 for POST, HEAD without a body', async () => {
    const status = async (...args: string[]) =>
      String((await curl('-o', '/dev/null', '-w', '%{http_code} %{size_download}', ...args)).stdout)
    expect(await status(`${base}/missing`)).toMatch(/^404 /)
    for (const path of ['/../outside.txt', '/..%2foutside.txt', '/%2e%2e/outside.txt', '/deep/..%5c..%5coutside.txt'])
      expect(await status('--path-as-is', `${base}${path}`)).toMatch(/^40[0-4] /)
    expect(await status('-d', 'x=1', `${base}/deep/file.txt`)).toMatch(/^405 /)
    expect(await status('-I', `${base}/deep/file.txt`)).toBe('200 0')
  })

  test('1,000 requests on one connection, nothing lost', async () => {
    const urls = `${base}/deep/file.txt?[1-1000]`
    const { code, stdout } = await curl('-w', ' %{num_connects}\n', urls)
    const lines = String(stdout).trimEnd().split('\n')
    expect(code).toBe(0)
    expect(lines.length).toBe(1000)
    expect(lines.filter(line => line === 'deep 1').length).toBe(1)
    expect(lines.filter(line => line === 'deep 0').length).toBe(999)
  })

  test('a client that does not trust the CA is told apart in the access lines', async () => {
    const nobody = await run('curl', ['-sS', '--cacert', '/dev/null', `${base}/`])
    expect(nobody.code).not.toBe(0)
    const refusing = await run('curl', ['-sS', `${base}/`])
    expect(refusing.code).toBe(60)
    await server.seen(/hung up after our certificate: alert 48 unknown_ca\.\n +It does not trust the CA\./)
  })
})

test.skipIf(!installed('openssl'))(`serve answers openssl s_client, verified${missing('openssl')}`, async () => {
  const args = [
    's_client',
    '-connect',
    `localhost:${port}`,
    '-servername',
    'localhost',
    '-CAfile',
    authority,
    '-ign_eof',
  ]
  const verify = ['-verify_return_error', '-verify_hostname', 'localhost']
  const input = 'GET /deep/file.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
  const { code, stdout } = await run('openssl', [...args, ...verify], { input, holdInput: true })
  expect(String(stdout)).toContain('Verify return code: 0 (ok)')
  expect(String(stdout)).toContain('HTTP/1.1 200')
  expect(String(stdout)).toContain('deep')
  expect(code).toBe(0)
})

const unwelcome: readonly (readonly [code: string, ...args: string[]])[] = [
  ['tls/no-common-suite', '-tls1_2', '-cipher', 'AES128-SHA'],
  ['tls/no-common-group', '-tls1_2', '-groups', 'P-521'],
  ['tls/no-common-scheme', '-tls1_2', '-sigalgs', 'RSA+SHA256'],
  ['tls/alpn-none', '-tls1_2', '-alpn', 'imap'],
]
for (const [code, ...args] of unwelcome) {
  test.skipIf(!installed('openssl'))(
    `a client with ${args.slice(1).join(' ')}: ${code}${missing('openssl')}`,
    async () => {
      const before = server.stderr().length
      const answer = await run('openssl', [
        's_client',
        '-connect',
        `localhost:${port}`,
        '-servername',
        'localhost',
        ...args,
      ])
      expect(answer.code).not.toBe(0)
      await expect.poll(() => server.stderr().slice(before).replace(/\s+/g, ' '), { timeout: 5000 }).toContain(code)
    },
  )
}

test.skipIf(!installed('gnutls-cli'))(`serve answers gnutls-cli, verified${missing('gnutls-cli')}`, async () => {
  const args = ['--x509cafile', authority, '--port', String(port), 'localhost']
  const input = 'GET /deep/file.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
  const { stdout, code } = await run('gnutls-cli', args, { input, holdInput: true })
  expect(String(stdout)).toContain('Handshake was completed')
  expect(String(stdout)).toContain('HTTP/1.1 200')
  expect(String(stdout)).toContain('deep')
  expect(code).toBe(0)
})

test('200 connections at once, nothing lost', async () => {
  const ca = readFileSync(authority)
  const sockets = await Promise.all(
    Array.from(
      { length: 200 },
      () =>
        new Promise<TLSSocket>((resolve, reject) => {
          const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca })
          socket.once('secureConnect', () => resolve(socket)).once('error', reject)
        }),
    ),
  )
  const answers = await Promise.all(
    sockets.map(
      socket =>
        new Promise<string>((resolve, reject) => {
          let text = ''
          socket.on('data', chunk => (text += String(chunk)))
          socket.once('end', () => resolve(text)).once('error', reject)
          socket.write('GET /deep/file.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
        }),
    ),
  )
  expect(answers.filter(text => text.startsWith('HTTP/1.1 200') && text.endsWith('\r\n\r\ndeep')).length).toBe(200)
})

const hasChromium = existsSync(CHROMIUM) && installed('certutil')
const noChromium = hasChromium ? '' : ' (skipped: chromium or certutil not installed)'
describe.skipIf(!hasChromium)(`serve answers Chromium${noChromium}`, () => {
  test('that trusts the local CA: page, script and a large file', async () => {
    const browser = await startChromium(join(folder.path, 'trusting'), authority)
    try {
      const page = await browser.newPage()
      await page.goto(`${base}/`)
      expect(await page.title()).toBe('from barewire, scripted')
      const body = `fetch('/large.bin').then(r => r.arrayBuffer()).then(b => b.byteLength)`
      expect(await page.evaluate(body)).toBe(large.length)
      const security = await page.evaluate('isSecureContext')
      expect(security).toBe(true)
    } finally {
      await browser.close()
    }
  })

  test('that does not trust it: ERR_CERT_AUTHORITY_INVALID there, an explained line here', async () => {
    const browser = await startChromium(join(folder.path, 'distrusting'))
    try {
      const page = await browser.newPage()
      await expect(page.goto(`${base}/`)).rejects.toThrow('ERR_CERT_AUTHORITY_INVALID')
    } finally {
      await browser.close()
    }
  })
})

test('node:https reaches it with NODE_EXTRA_CA_CERTS as the first lines say', async () => {
  const script = `fetch('${base}/deep/file.txt').then(r => r.text()).then(t => process.stdout.write(t))`
  const { stdout } = await run(process.execPath, ['-e', script], { env: { NODE_EXTRA_CA_CERTS: authority } })
  expect(String(stdout)).toBe('deep')
})

test('plain HTTP on the HTTPS port is answered 400 in clear text', async () => {
  const { status, body } = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    request({ port, host: '127.0.0.1' }, response => {
      let body = ''
      response.on('data', chunk => (body += String(chunk)))
      response.on('end', () => resolve({ status: response.statusCode, body }))
    })
      .once('error', reject)
      .end()
  })
  expect(status).toBe(400)
  expect(body).toContain('https')
})

test('garbage, a reset, half a handshake and a client of TLS 1.1 alone are each named; the server goes on', async () => {
  const raw = (behave: (socket: Socket) => void): Promise<void> =>
    new Promise(resolve => {
      const socket = connectPlain(port, '127.0.0.1', () => behave(socket))
      socket.on('error', () => {}).on('close', () => resolve())
      socket.resume()
    })
  const before = server.stderr().length
  await raw(socket => socket.end(Buffer.from('\x00\x01garbage garbage garbage')))
  await raw(socket => socket.end(Buffer.from('16030100050100', 'hex')))
  await raw(socket => {
    socket.write(Buffer.from('160301', 'hex'))
    setTimeout(() => socket.resetAndDestroy(), 50)
  })
  await new Promise<void>(resolve => {
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
    connect({ ...old, port, host: '127.0.0.1', rejectUnauthorized: false }).on('error', () => resolve())
  })
  for (const code of ['tls/not-tls', 'tls/handshake-cut', 'reset', 'tls/no-common-version'])
    await expect.poll(() => server.stderr().slice(before), { timeout: 5000 }).toContain(code)
  const { stdout } = await barewire(['get', `${base}/deep/file.txt`], { env: home })
  expect(stdout).toBe('deep')
})

test('barewire get reads what barewire serve serves, trusting the local CA by itself', async () => {
  const { code, stdout } = await barewire(['get', `${base}/deep/file.txt`], { env: home })
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'deep' })
})

test('Ctrl-C lets the answer under way end, then the process ends with 0', async () => {
  const other = startBarewire(['serve', site, '--port', '0'], { env: home })
  const [, found] = await other.seen(/https:\/\/localhost:(\d+)/)
  const body = await new Promise<number>((resolve, reject) => {
    let length = 0
    const options = { port: Number(found), host: '127.0.0.1', path: '/large.bin', rejectUnauthorized: false }
    secureRequest(options, response => {
      other.child.kill('SIGINT')
      response.on('data', chunk => (length += (chunk as Uint8Array).length))
      response.on('end', () => resolve(length))
    })
      .once('error', reject)
      .end()
  })
  expect(body).toBe(large.length)
  expect(await other.done).toMatchObject({ code: 0, signal: null, stdout: '' })
})

test('Ctrl-C does not wait for connections on which nothing is asked', async () => {
  const other = startBarewire(['serve', site, '--port', '0'], { env: home, limit: 20_000 })
  const [, found] = await other.seen(/https:\/\/localhost:(\d+)/)
  const idle = connect({ port: Number(found), host: '127.0.0.1', rejectUnauthorized: false })
  await new Promise((resolve, reject) => idle.once('secureConnect', resolve).once('error', reject))
  idle.on('error', () => {})
  other.child.kill('SIGINT')
  expect(await other.done).toMatchObject({ code: 0, signal: null })
  idle.destroy()
})

test('--json tells where it listens and what was asked, one object per line', async () => {
  const other = startBarewire(['serve', site, '--port', '0', '--json'], { env: home })
  const [, url] = await other.seen(/"urls":\["([^"]+)"/)
  await barewire(['get', `${url}/deep/file.txt`], { env: home })
  await other.seen(/"type":"request"/)
  other.child.kill('SIGINT')
  const { stdout, stderr } = await other.done
  const [listening, issued, request] = stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(stderr).toBe('')
  expect(listening).toMatchObject({ v: 1, type: 'listening', folder: site, ca: authority })
  expect(issued).toMatchObject({ type: 'issued', since: 'issued' })
  expect(request).toMatchObject({
    v: 1,
    type: 'request',
    method: 'GET',
    target: '/deep/file.txt',
    status: 200,
    bytes: 4,
  })
})

test('-v shows every message of every connection as it comes', async () => {
  const other = startBarewire(['serve', site, '--port', '0', '-v'], { env: home })
  const [url] = await other.seen(/https:\/\/localhost:\d+/)
  await barewire(['get', `${url}/deep/file.txt`], { env: home })
  await other.seen(/GET \/deep\/file\.txt/)
  other.child.kill('SIGINT')
  expect((await other.done).stderr).toMatch(/ClientHello[\s\S]*ServerHello[\s\S]*Finished[\s\S]*http +200/)
})

test('--plain serves HTTP', async () => {
  const other = startBarewire(['serve', site, '--plain', '--port', '0'], { env: home })
  const [url] = await other.seen(/http:\/\/localhost:\d+/)
  expect(await (await fetch(`${url}/deep/file.txt`)).text()).toBe('deep')
  other.child.kill('SIGTERM')
  expect((await other.done).code).toBe(0)
})

test('a port in use, and a folder that is not there, are said in words', async () => {
  const taken = await barewire(['serve', site, '--port', String(port)], { env: home })
  expect(taken.code).toBe(3)
  expect(taken.stderr).toContain('net/port-taken')
  const nowhere = await barewire(['serve', join(site, 'nowhere'), '--port', '0'], { env: home })
  expect(nowhere.code).toBe(1)
  expect(nowhere.stderr).toContain('cli/file')
})
