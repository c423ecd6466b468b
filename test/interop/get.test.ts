/** `barewire get` against servers that we did not write, with certificates that we did not make. */
import { createHash, randomBytes } from 'node:crypto'
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { installed, missing, type Peer, run, startGnutls, startNginx, startOpenssl } from '../support/peers.ts'
import { type TestAuthority, temporaryFolder, testAuthority } from '../support/peers-chain.ts'
import { barewire, startBarewire } from '../support/peers-command.ts'
import { captured } from '../support/peers-io.ts'

const canRun = installed('openssl')
const folder = temporaryFolder('get')
afterAll(folder.remove)

const BIG = 300 * 1024 * 1024
const TENTH = BIG / 10
/**
 * What ten times the body may cost more, of 270 MiB that lie between: dead buffers wait for V8's next sweep, on Node 24
 * some 80 MiB of them (3 GB cost no more than 1 GB).
 */
const ALLOWANCE_MIB = 128

const text = `${'Nothing here is secret. '.repeat(500)}\n`
let bigHash = ''

beforeAll(() => {
  writeFileSync(join(folder.path, 'new.txt'), text)
  const file = openSync(join(folder.path, 'big.bin'), 'w')
  const hash = createHash('sha256')
  for (let written = 0; written < BIG; written += 1024 * 1024) {
    const piece = randomBytes(1024 * 1024)
    hash.update(piece)
    writeSync(file, piece)
  }
  closeSync(file)
  writeFileSync(join(folder.path, 'tenth.bin'), randomBytes(TENTH))
  bigHash = hash.digest('hex')
}, 60_000)

/** The command in this process: exit code and what it wrote. */
const get = async (authority: TestAuthority, ...args: string[]) => {
  const io = captured()
  const code = await main(['get', '--trust', authority.root, ...args], io)
  return { code, stdout: io.stdout(), stderr: io.stderr() }
}

for (const kind of ['ecdsa', 'rsa'] as const) {
  describe.skipIf(!canRun)(`get, ${kind} chain with an intermediate${missing('openssl')}`, () => {
    const authority = canRun ? testAuthority(kind, folder.path) : (undefined as never)

    describe.skipIf(!installed('nginx'))(`nginx${missing('nginx')}`, () => {
      let nginx: Peer
      beforeAll(async () => {
        nginx = await startNginx(authority.issue(), folder.path, folder.path)
      })
      afterAll(() => nginx.stop())
      const url = (path: string) => `https://localhost:${nginx.port}${path}`

      test('a body with Content-Length arrives on standard output, and nothing else does', async () => {
        expect(await get(authority, url('/new.txt'))).toEqual({ code: 0, stdout: text, stderr: '' })
      })

      test('a gzipped body arrives unpacked', async () => {
        const { code, stdout, stderr } = await get(authority, '-v', url('/zipped/new.txt'))
        expect({ code, stdout }).toEqual({ code: 0, stdout: text })
        expect(stderr).toContain('200')
      })

      test('a chunked body arrives whole', async () => {
        const { code, stdout } = await get(authority, '--json', '-o', join(folder.path, 'out'), url('/chunked/new.txt'))
        const answer = stdout.split('\n').find(line => line.includes('"answer"'))
        expect(code).toBe(0)
        expect(JSON.parse(answer!).headers).toContainEqual(['transfer-encoding', 'chunked'])
        expect(readFileSync(join(folder.path, 'out'), 'utf8')).toBe(text)
      })

      test('redirects are shown, and followed with --location', async () => {
        expect((await get(authority, '-v', url('/old'))).stderr).toContain('301')
        expect(await get(authority, '--location', url('/old'))).toMatchObject({ code: 0, stdout: text })
      })

      test('a status of 400 or more is the answer, and exit 8 with --fail', async () => {
        expect(await get(authority, url('/gone'))).toMatchObject({ code: 0, stdout: 'gone\n' })
        const failed = await get(authority, '--fail', url('/gone'))
        expect(failed).toMatchObject({ code: 8, stdout: '' })
        expect(failed.stderr).toContain('cli/http-status')
      })

      test('on a terminal the story is told: every layer, at most as wide as the terminal, coloured or not', async () => {
        for (const [env, escapes] of [
          [{}, true],
          [{ NO_COLOR: '1', LC_ALL: 'C' }, false],
        ] as const) {
          const io = captured({ terminal: 80, env })
          expect(await main(['get', '--trust', authority.root, '-o', '/dev/null', url('/new.txt')], io)).toBe(0)
          const told = io.stderr()
          for (const row of ['name', 'tcp', 'tls 1.3', 'who', 'why', 'request', 'answer', 'close'])
            expect(told).toContain(row)
          expect(told).toContain('close_notify both ways')
          expect(told).toMatch(/127\.0\.0\.1:[1-9]\d+ (→|->) /)
          expect(told.includes('\u001b[')).toBe(escapes)
          expect(!escapes && /[^\n\x20-\x7e]/.test(told)).toBe(false)
          // biome-ignore lint/suspicious/noControlCharactersInRegex: colours take no columns
          for (const line of told.replace(/\u001b\[\d+m/g, '').split('\n'))
            expect([...line].length).toBeLessThanOrEqual(80)
        }
      })

      test('-v tells messages, -vv their fields, -vvv their bytes', async () => {
        const told = async (...args: string[]) => (await get(authority, ...args, url('/new.txt'))).stderr
        expect(await told('-v')).toMatch(
          /ClientHello[\s\S]*EncryptedExtensions[\s\S]*Finished[\s\S]*GET \/new\.txt[\s\S]*200 OK/,
        )
        expect(await told('-v', 'record')).not.toContain('EncryptedExtensions')
        expect(await told('-vv', 'tls')).toMatch(/legacyVersion|clientVersion|random/)
        expect(await told('-vvv', 'tls')).toMatch(/^ {4}0000 {2}01 00 /m)
      })

      test('--json: events on standard output, verdicts, timeline; nothing else', async () => {
        const { code, stdout, stderr } = await get(authority, '--json', '-v', url('/new.txt'))
        const events = stdout
          .trimEnd()
          .split('\n')
          .map(line => JSON.parse(line))
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
        expect(events.every(event => event.v === 1 && typeof event.type === 'string')).toBe(true)
        expect(events.map(event => event.type)).toEqual(
          expect.arrayContaining(['answer', 'message', 'verdict', 'timeline']),
        )
        expect(events.filter(event => event.type === 'verdict' && event.ok !== true)).toEqual([])
      })

      test.skipIf(!installed('tshark'))(`--pcapng is a capture that tshark decrypts${missing('tshark')}`, async () => {
        const file = join(folder.path, `${kind}.pcapng`)
        expect(await get(authority, '--pcapng', file, url('/new.txt'))).toMatchObject({ code: 0, stderr: '' })
        const fields = ['-T', 'fields', '-e', 'http.request.uri', '-e', 'http.response.code']
        const { stdout } = await run('tshark', ['-r', file, '-Y', 'http', ...fields])
        expect(String(stdout)).toContain('/new.txt')
        expect(String(stdout)).toContain('200')
        const bad = await run('tshark', [
          '-r',
          file,
          '-Y',
          '_ws.malformed or tcp.analysis.flags or _ws.expert.severity >= 6291456',
        ])
        expect(String(bad.stdout)).toBe('')
      })

      test('a reader that leaves (| head) ends it quietly with 0; Ctrl-C with 130', async () => {
        const left = startBarewire(['get', '--trust', authority.root, url('/big.bin')])
        left.child.stdout?.once('data', () => left.child.stdout?.destroy())
        expect(await left.done).toMatchObject({ code: 0, stderr: '' })
        const stopped = startBarewire(['get', '--trust', authority.root, url('/big.bin')])
        stopped.child.stdout?.once('data', () => {
          stopped.child.stdout?.pause()
          stopped.child.kill('SIGINT')
          setTimeout(() => stopped.child.stdout?.resume(), 200)
        })
        expect(await stopped.done).toMatchObject({ code: 130, stderr: '' })
      })

      test('300 MB arrive unharmed in constant memory', async () => {
        const trust = ['get', '--trust', authority.root]
        const tenth = await barewire([...trust, url('/tenth.bin')])
        const big = await barewire([...trust, url('/big.bin')])
        expect(big).toMatchObject({ code: 0, bytes: BIG, sha256: bigHash, stderr: '' })
        expect(tenth).toMatchObject({ code: 0, bytes: TENTH })
        if (tenth.peakMemory === undefined || big.peakMemory === undefined) return
        expect(big.peakMemory - tenth.peakMemory).toBeLessThan(ALLOWANCE_MIB)
      })
    })

    test.each([
      ['-tls1_2', 'TLSv1.2'],
      ['-tls1_3', 'TLSv1.3'],
    ])('openssl s_server -www %s', async (only, version) => {
      const peer = await startOpenssl(authority.issue(), only)
      const { code, stdout } = await get(authority, `https://localhost:${peer.port}/`)
      await peer.stop()
      expect(code).toBe(0)
      expect(stdout).toMatch(new RegExp(`Protocol  : ${version}|^New, ${version}, Cipher is`, 'm'))
    })

    test.skipIf(!installed('gnutls-serv'))(`gnutls-serv --http${missing('gnutls-serv')}`, async () => {
      const peer = await startGnutls(authority.issue())
      const { code, stdout } = await get(authority, `https://localhost:${peer.port}/`)
      await peer.stop()
      expect(code).toBe(0)
      expect(stdout).toContain('TLS1.3')
    })

    test('node:https: request headers and body arrive there, and its chunks here', async () => {
      const leaf = authority.issue()
      const server = createServer(
        { key: readFileSync(leaf.key), cert: readFileSync(leaf.chain) },
        (request, response) => {
          let body = ''
          request.on('data', chunk => (body += String(chunk)))
          request.on('end', () => {
            response.write(`${request.method} ${request.url} ${request.headers['x-test']}\n`)
            response.end(body)
          })
        },
      )
      const port = await listening(server)
      const sent = await get(authority, '-H', 'X-Test: yes', '-d', 'a=1&b=2', `https://localhost:${port}/form?q`)
      const resolved = await get(authority, '--resolve', `localhost:${port}:127.0.0.1`, `https://localhost:${port}/`)
      server.close()
      server.closeAllConnections()
      expect(sent).toEqual({ code: 0, stdout: 'POST /form?q yes\na=1&b=2', stderr: '' })
      expect(resolved.code).toBe(0)
    })
  })
}

const listening = (server: Server): Promise<number> =>
  new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
