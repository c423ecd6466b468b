/** Who takes suites of yesterday from a server that has nothing else: those who ask for them by name, and nobody by default. */
import { spawn } from 'node:child_process'
import { createServer, type Server } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { installed, missing } from '../../../test/support/peers.ts'
import { selfSigned } from '../../ca/authority.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { latin1Text } from '../../wire/bytes.ts'
import { type WeakEvent, type WeakSuiteName, weakServer } from '../index.ts'

const crypto = nodeCrypto()
const { chain, privateKey } = selfSigned(crypto, () => Date.now(), { names: ['localhost'] })
const running: Server[] = []
afterAll(() => {
  for (const server of running) server.close()
})

interface Hostile {
  readonly port: number
  /** What came of the first connection. */
  readonly heard: Promise<readonly WeakEvent[]>
}

/** Answers what comes in with `pong`, and says goodbye. */
const hostile = (suite: WeakSuiteName): Promise<Hostile> =>
  new Promise(listening => {
    let tell: (events: readonly WeakEvent[]) => void
    const heard = new Promise<readonly WeakEvent[]>(resolve => {
      tell = resolve
    })
    const server = createServer(socket => {
      const tls = weakServer({ crypto, suite, chain, privateKey })
      const events: WeakEvent[] = []
      const move = (input: Uint8Array | 'end'): void => {
        tls.receive(input, 0)
        for (let event = tls.pollEvent(); event !== undefined; event = tls.pollEvent()) {
          events.push(event)
          if (event.type !== 'data') continue
          tls.write(ascii('HTTP/1.0 200 OK\r\n\r\npong\n'), 0)
          tls.close(0)
        }
        for (const piece of tls.pollTransmit(0) ?? []) socket.write(piece)
        if (events.some(({ type }) => type === 'data')) socket.end()
      }
      socket.on('data', data => move(new Uint8Array(data)))
      socket.on('end', () => {
        move('end')
        socket.end()
      })
      socket.on('error', () => undefined)
      socket.on('close', () => tell(events))
    })
    running.push(server)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      listening({ port: typeof address === 'object' && address !== null ? address.port : 0, heard })
    })
  })

const run = (program: string, ...args: string[]): Promise<{ code: number | null; out: string }> =>
  new Promise(resolve => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: 20_000 })
    let out = ''
    child.stdout.on('data', text => {
      out += String(text)
    })
    child.stderr.on('data', text => {
      out += String(text)
    })
    child.stdin.on('error', () => undefined)
    child.stdin.write('ping\n')
    child.on('close', code => resolve({ code, out }))
  })

/** What shows that the suite was taken. That it was refused may be lost with a RST: the rest of our flight is unread then. */
const taken = (events: readonly WeakEvent[]): readonly WeakEvent[] =>
  events.filter(({ type }) => type === 'established' || type === 'data')

const NULL = 'TLS_ECDHE_ECDSA_WITH_NULL_SHA'
const RC4 = 'TLS_ECDHE_ECDSA_WITH_RC4_128_SHA'
const TRIPLE = 'TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA'
const ALL: readonly WeakSuiteName[] = [
  NULL,
  RC4,
  TRIPLE,
  'TLS_RSA_EXPORT_WITH_RC4_40_MD5',
  'TLS_RSA_EXPORT_WITH_DES40_CBC_SHA',
]

describe(`GnuTLS${missing('gnutls-cli')}`, () => {
  const gnutls = (port: number, ...more: string[]) =>
    run('gnutls-cli', '--insecure', '--port', `${port}`, ...more, '127.0.0.1')
  test.skipIf(!installed('gnutls-cli')).each([
    [NULL, 'NULL'],
    [RC4, 'ARCFOUR-128'],
    [TRIPLE, '3DES-CBC'],
  ] as const)('speaks %s where it is asked to, and what is said arrives both ways', async (suite, cipher) => {
    const { port, heard } = await hostile(suite)
    const priority = `NONE:+VERS-TLS1.2:+${cipher}:+ECDHE-ECDSA:+SHA1:+SIGN-ALL:+GROUP-ALL:+CTYPE-X509`
    const { out } = await gnutls(port, '--priority', priority)
    expect(out).toContain('HTTP/1.0 200 OK')
    expect(out).toContain('pong')
    const events = await heard
    expect(events.map(({ type }) => type)).toEqual(['established', 'data'])
    expect(events.map(event => (event.type === 'data' ? latin1Text(event.bytes) : ''))).toEqual(['', 'ping\n'])
  })
  test.skipIf(!installed('gnutls-cli')).each(ALL)('refuses %s by itself', async suite => {
    const { port, heard } = await hostile(suite)
    const { code } = await gnutls(port)
    expect(code).not.toBe(0)
    expect(taken(await heard)).toEqual([])
  })
})

describe(`OpenSSL${missing('openssl')}`, () => {
  const openssl = (port: number, ...more: string[]) =>
    run('openssl', 's_client', '-connect', `127.0.0.1:${port}`, ...more)
  test.skipIf(!installed('openssl'))('speaks NULL where it is asked to', async () => {
    const { port, heard } = await hostile(NULL)
    const { out } = await openssl(port, '-tls1_2', '-cipher', 'ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0')
    expect(out).toContain('HTTP/1.0 200 OK')
    expect(out).toContain('pong')
    expect((await heard).map(({ type }) => type)).toEqual(['established', 'data'])
  })
  test.skipIf(!installed('openssl')).each(ALL)('refuses %s by itself', async suite => {
    const { port, heard } = await hostile(suite)
    const { code, out } = await openssl(port)
    expect(code).not.toBe(0)
    expect(out).toMatch(/(?:wrong|unknown) cipher returned/)
    expect(taken(await heard)).toEqual([])
  })
})

describe(`curl${missing('curl')}`, () => {
  test.skipIf(!installed('curl')).each(ALL)('refuses %s, with exit code 35', async suite => {
    const { port, heard } = await hostile(suite)
    const { code } = await run('curl', '--silent', '--insecure', '--max-time', '10', `https://127.0.0.1:${port}/`)
    expect(code).toBe(35)
    expect(taken(await heard)).toEqual([])
  })
})
