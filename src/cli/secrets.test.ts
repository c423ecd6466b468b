/** No output of any command shows a planted secret, at any verbosity, as text or as hex, unless it was asked for. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { closing, peer, served, soon } from '../../test/support/net.ts'
import { type CapturedIo, captured } from '../../test/support/peers-io.ts'
import { certificateAuthority } from '../ca/authority.ts'
import { fetch } from '../index.ts'
import { nodeWorld } from '../node/world.ts'
import { certifiedKey } from '../tls/certificate/certified-key.ts'
import { pem } from '../x509/files/pem.ts'
import { trustStore } from '../x509/path/store.ts'
import { main } from './main.ts'

const SECRET = 'hush-4f1a'
/** What it may look like: itself, its hex with and without spaces, its Base64 at each of three offsets. */
const disguises = (secret: string): string[] => {
  const hex = Buffer.from(secret).toString('hex')
  const base64 = ['', 'x', 'xx'].map(before =>
    Buffer.from(before + secret)
      .toString('base64')
      .slice(4, 12),
  )
  return [secret, hex, hex.replace(/../g, '$& ').trim(), ...base64]
}
const found = (text: string, secret = SECRET): string[] =>
  disguises(secret).filter(each => text.toLowerCase().includes(each.toLowerCase()))

const folder = mkdtempSync(join(tmpdir(), 'barewire-secrets-'))
const { crypto } = nodeWorld()
const authority = certificateAuthority({ crypto, now: () => Date.now(), name: 'test root' })
const root = join(folder, 'root.pem')
beforeAll(() => writeFileSync(root, pem('CERTIFICATE', authority.root)))
afterAll(() => rmSync(folder, { recursive: true }))

const LAYERS = 'ethernet,arp,ip,icmp,udp,dns,tcp,record,tls,http,session'
const verbosities = [[], ['-v'], ['-vv'], ['-vvv'], ['-v', LAYERS], ['-vv', LAYERS], ['-vvv', LAYERS]]

/** Asks for a page that sets a cookie and has a secret body, with a secret cookie, credentials and body of its own. */
const asked = async (url: string, words: readonly string[], terminal?: number): Promise<CapturedIo> => {
  const io = captured(terminal === undefined ? {} : { terminal })
  const code = await main(
    [
      'get',
      ...words,
      ...['-u', `ada:${SECRET}`, '-d', `password=${SECRET}`],
      ...(url.startsWith('https:') ? cookiesInFiles() : ['-H', `Cookie: sid=${SECRET}`]),
      ...['--trust', root, '-o', join(folder, 'body'), url],
    ],
    io,
  )
  expect(code, io.stderr()).toBe(0)
  return io
}

/** One that was typed, one from a file, and those of the answer into another. */
const cookiesInFiles = (): string[] => {
  const from = join(folder, 'from')
  writeFileSync(from, `localhost\tFALSE\t/\tTRUE\t0\told\t${SECRET}\n`)
  return ['-b', from, '-b', `typed=${SECRET}`, '-c', join(folder, 'jar')]
}

const answering = () =>
  new Response(`your token is ${SECRET}`, { headers: [['set-cookie', `sid=${SECRET}; Secure; HttpOnly`]] })

for (const scheme of ['http', 'https']) {
  const tls = () => ({ tls: { certificateFor: () => certifiedKey(authority.issue({ names: ['localhost'] })) } })
  const page = async () => (await served(answering, scheme === 'https' ? tls() : {})).url

  test(`get of ${scheme}:// shows no secret at any verbosity, for people and for programs`, async () => {
    const url = await page()
    for (const verbosity of verbosities) {
      for (const [mode, terminal] of [[['--json']], [[]], [[], 100]] as const) {
        const io = await asked(url, [...mode, ...verbosity], terminal)
        expect(found(io.stdout() + io.stderr()), [...mode, ...verbosity].join(' ')).toEqual([])
      }
    }
  })

  test(`get of ${scheme}:// --show-secrets shows them`, async () => {
    const url = await page()
    const io = await asked(url, ['--json', '-vvv', '--show-secrets'])
    expect(found(io.stdout())).toContain(SECRET)
    expect((await asked(url, ['-vv', '--show-secrets'])).stderr()).toContain(SECRET)
  })

  test(`serve of ${scheme}:// shows no secret of a visitor at any verbosity`, async () => {
    const before = process.env.BAREWIRE_HOME
    process.env.BAREWIRE_HOME = folder
    try {
      for (const words of verbosities.flatMap(verbosity => [verbosity, ['--json', ...verbosity]])) {
        const io = captured()
        const plain = scheme === 'http' ? ['--plain'] : []
        const running = main(['serve', folder, '-p', '0', ...plain, ...words], io)
        const port = await listeningPort(io)
        const trust = scheme === 'http' ? {} : { trust: await ownRoot() }
        const headers = { cookie: `sid=${SECRET}`, authorization: `Bearer ${SECRET}` }
        const answer = await fetch(`${scheme}://localhost:${port}/`, {
          method: 'POST',
          headers,
          body: SECRET,
          ...trust,
        })
        await answer.text()
        io.interrupt()
        expect(await running).toBe(0)
        expect(found(io.stdout() + io.stderr()), words.join(' ')).toEqual([])
      }
    } finally {
      if (before === undefined) delete process.env.BAREWIRE_HOME
      else process.env.BAREWIRE_HOME = before
    }
  })
}

const listeningPort = async (io: CapturedIo): Promise<string> => {
  for (;;) {
    const port = /localhost:(\d+)/.exec(io.stdout() + io.stderr())?.[1]
    if (port !== undefined) return port
    await soon()
  }
}

const ownRoot = async () => {
  const io = captured()
  await main(['ca', 'path'], io)
  const { readFileSync } = await import('node:fs')
  const { pemBlocks } = await import('../x509/files/pem.ts')
  return trustStore(pemBlocks(readFileSync(io.stdout().trim(), 'latin1')).map(block => block.der))
}

test('the head of an answer that was cut off shows no cookie', async () => {
  const url = await peer(socket => {
    socket.on('data', () => socket.end(`HTTP/1.1 200 OK\r\nSet-Cookie: sid=${SECRET}`))
  })
  for (const words of verbosities.flatMap(verbosity => [verbosity, ['--json', ...verbosity]])) {
    const io = captured()
    expect(await main(['get', ...words, url], io)).toBe(6)
    expect(found(io.stdout() + io.stderr()), words.join(' ')).toEqual([])
  }
})

test('a run that is stopped in the middle shows no secret', async () => {
  const url = await peer(socket => {
    socket.on('data', () =>
      socket.write(`HTTP/1.1 200 OK\r\nSet-Cookie: sid=${SECRET}\r\nContent-Length: 99\r\n\r\n${SECRET}`),
    )
  })
  for (const words of verbosities.flatMap(verbosity => [verbosity, ['--json', ...verbosity]])) {
    for (const terminal of [undefined, 100]) {
      const io = captured(terminal === undefined ? {} : { terminal })
      const secrets = ['-u', `ada:${SECRET}`, '-H', `Cookie: sid=${SECRET}`, '-d', `password=${SECRET}`]
      const running = main(['get', ...words, ...secrets, '-m', '150ms', '-o', join(folder, 'cut'), url], io)
      expect(await running).toBe(7)
      expect(found(io.stdout() + io.stderr()), words.join(' ')).toEqual([])
    }
  }
})

test('a field that is refused does not give away the value next to it', async () => {
  const url = await peer(socket => {
    socket.on('data', () => socket.end(`HTTP/1.1 200 OK\r\nSet-Cookie: sid=${SECRET}\0\r\nContent-Length: 0\r\n\r\n`))
  })
  for (const words of verbosities.flatMap(verbosity => [verbosity, ['--json', ...verbosity]])) {
    const io = captured()
    expect(await main(['get', ...words, url], io)).toBe(6)
    expect(found(io.stdout() + io.stderr()), words.join(' ')).toEqual([])
  }
})

test('a visitor who speaks control sequences commands no terminal and no log', async () => {
  for (const words of [[], ['--json'], ['-v'], ['--json', '-vv', 'tcp,http']]) {
    const io = captured()
    const running = main(['serve', folder, '-p', '0', '--plain', ...words], io)
    const port = Number(await listeningPort(io))
    for (const line of [
      'SSH-2.0-\x9b31m\x9d0;x\x9c',
      'GET / HTTP/1.1\r\nHost: a\x9bb',
      'GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x9b31m',
      'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: \x9b31m',
      'GET / HTTP/1.1\r\nHost: a\r\nExpect: \x9b31m',
      'GET /\x1b[2J HTTP/1.1\r\nHost: a',
    ]) {
      const socket = connect(port, '127.0.0.1')
      closing.push(() => socket.destroy())
      socket.on('error', () => {})
      socket.resume()
      socket.end(Buffer.from(`${line}\r\n\r\n`, 'latin1'))
      await new Promise(resolve => socket.once('close', resolve))
    }
    io.interrupt()
    expect(await running).toBe(0)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may stand in what is written
    expect(io.stdout() + io.stderr()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  }
})

test('demo --json shows no cookie of the exchange', async () => {
  const io = captured()
  const words = ['demo', '--seed', '7', '--pcapng', join(folder, 'x.pcapng'), '-vvv', LAYERS]
  expect(await main([...words, '--json', '--show-secrets'], io)).toBe(0)
  const sid = /__Host-sid=([\w-]{20,})/.exec(io.stdout())?.[1]
  expect(sid).toBeDefined()
  const starred = captured()
  expect(await main([...words, '--json'], starred)).toBe(0)
  expect(found(starred.stdout(), sid)).toEqual([])
})
