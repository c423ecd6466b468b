/** Our TLS against OpenSSL and GnuTLS over loopback, both ways, every suite and group; certificates made on the spot. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answers, answersOf, type Side } from '../../test/support/tls.ts'
import { answering, type OurServer, talkTo as talk } from '../../test/support/tls-peers.ts'
import type { AeadName } from '../crypto/provider.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { keyGroupOf } from './certificate/key.ts'
import type { TlsClientConfig, TlsServerConfig } from './config.ts'
import { schemes } from './schemes.table.ts'
import { DEFAULT_GROUPS, type EcdheGroup, rsaSuites, type Suite, suites } from './suites.table.ts'

const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
const openssl = has('openssl')
const gnutls = openssl && has('gnutls-serv') && has('gnutls-cli')
const withOpenssl = openssl ? '' : ' (skipped: openssl is not installed)'
const withGnutls = gnutls ? '' : ' (skipped: gnutls-bin or openssl is not installed)'

const crypto = nodeCrypto()
type Kind = 'ec' | 'rsa'
const folder = openssl ? mkdtempSync(join(tmpdir(), 'tls-peers-')) : ''
const file = (kind: Kind, what: 'key' | 'pem'): string => join(folder, `${kind}.${what}`)
const der = (kind: Kind, what: 'spki' | 'cert' | 'key'): Uint8Array => {
  const pem =
    what === 'key'
      ? readFileSync(file(kind, 'key'), 'latin1')
      : what === 'cert'
        ? readFileSync(file(kind, 'pem'), 'latin1')
        : execFileSync('openssl', ['x509', '-in', file(kind, 'pem'), '-noout', '-pubkey'], { encoding: 'latin1' })
  return new Uint8Array(Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64'))
}
const running: ChildProcess[] = []
const answers = new Map<Kind, Answers>()

beforeAll(() => {
  if (!openssl) return
  for (const kind of ['ec', 'rsa'] as const) {
    const key = kind === 'ec' ? ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] : ['rsa:2048']
    const self = ['-nodes', '-subj', '/CN=shop.test', '-addext', 'subjectAltName=DNS:shop.test', '-days', '2']
    const out = ['-keyout', file(kind, 'key'), '-out', file(kind, 'pem')]
    execFileSync('openssl', ['req', '-x509', '-newkey', ...key, ...self, ...out], { stdio: 'ignore' })
    const own = schemes.filter(scheme => scheme.authentication === (kind === 'ec' ? 'ecdsa' : 'rsa'))
    answers.set(
      kind,
      answersOf(crypto, {
        spki: der(kind, 'spki'),
        pkcs8: der(kind, 'key'),
        certified: {
          chain: [der(kind, 'cert')],
          schemes: own.filter(scheme => scheme.keyType !== 'ed25519').map(scheme => scheme.id),
          group: keyGroupOf(der(kind, 'spki')),
          key: undefined,
        },
      }),
    )
  }
})
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
  if (folder !== '') rmSync(folder, { recursive: true })
})

/** An EC key may be used only when its curve is in the list of groups (RFC 8422 5.3): P-256 comes second. */
const withKeyCurve = (group: EcdheGroup): EcdheGroup[] => [...new Set<EcdheGroup>([group, 'secp256r1'])]

/** Starts a server program and waits until its port takes connections. */
const serve = async (program: string, argumentsFor: (port: number) => string[]): Promise<number> => {
  const port = await new Promise<number>(resolve => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address() as { port: number }
      probe.close(() => resolve(free))
    })
  })
  running.push(spawn(program, argumentsFor(port), { stdio: ['pipe', 'ignore', 'ignore'] }))
  for (let tries = 0; tries < 100; tries++) {
    const open = await new Promise<boolean>(resolve => {
      const socket = connect(port, '127.0.0.1')
      socket.on('connect', () => {
        socket.destroy()
        resolve(true)
      })
      socket.on('error', () => resolve(false))
    })
    if (open) return port
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  throw new Error(`${program} does not answer`)
}

/** Our client at a server with a key of that kind. */
const talkTo = (kind: Kind, port: number, config: Partial<TlsClientConfig>): Promise<Side> =>
  talk(port, answers.get(kind)!, { serverName: 'shop.test', ...config })

const listen = (kind: Kind, config: Partial<TlsServerConfig>): Promise<OurServer> =>
  answering(answers.get(kind)!, config)

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
type Selectable = (typeof suites)[number]
/** One group is enough for suites that differ from others in their records alone. */
const combinations: [Selectable, EcdheGroup][] = suites.flatMap(suite =>
  (suite.mode === 'cbc' ? (['x25519'] as const) : (DEFAULT_GROUPS as readonly EcdheGroup[])).map(
    (group): [Selectable, EcdheGroup] => [suite, group],
  ),
)
const kindOf = (suite: Suite): Kind => (suite.authentication === 'ecdsa' ? 'ec' : 'rsa')
const expectEstablished = (side: Side | undefined, suite: Suite, group: EcdheGroup): void => {
  expect(side?.failure).toBeUndefined()
  expect(side?.established).toMatchObject({ suite: suite.name, group })
}

describe(`our client and openssl s_server${withOpenssl}`, () => {
  for (const kind of ['ec', 'rsa'] as const)
    test.skipIf(!openssl)(`${kind} key: every suite and group, data both ways`, async () => {
      const port = await serve('openssl', free => [
        ...['s_server', '-tls1_2', '-rev', '-quiet', '-accept', `127.0.0.1:${free}`],
        ...['-key', file(kind, 'key'), '-cert', file(kind, 'pem')],
      ])
      for (const [suite, group] of combinations.filter(([each]) => kindOf(each) === kind)) {
        const side = await talkTo(kind, port, { suites: [suite.name], groups: withKeyCurve(group) })
        expectEstablished(side, suite, group)
        expect(text(side.data)).toBe('gnip\n')
      }
    })
  test.skipIf(!openssl)('RSA key exchange: every suite, data both ways', async () => {
    const port = await serve('openssl', free => [
      ...['s_server', '-tls1_2', '-rev', '-quiet', '-cipher', 'kRSA', '-accept', `127.0.0.1:${free}`],
      ...['-key', file('rsa', 'key'), '-cert', file('rsa', 'pem')],
    ])
    for (const { name } of rsaSuites) {
      const side = await talkTo('rsa', port, { suites: [name] })
      expect(side.established).toMatchObject({ suite: name, group: undefined })
      expect(text(side.data)).toBe('gnip\n')
    }
  })
  test.skipIf(!openssl)('a server that asks for a client certificate gets an empty list', async () => {
    for (const [flag, code] of [
      ['-verify', undefined],
      ['-Verify', 'tls/client-certificate-wanted'],
    ] as const) {
      const port = await serve('openssl', free => [
        ...['s_server', '-tls1_2', '-rev', '-quiet', flag, '1', '-accept', `127.0.0.1:${free}`],
        ...['-key', file('ec', 'key'), '-cert', file('ec', 'pem')],
      ])
      const side = await talkTo('ec', port, {})
      expect(side.failure?.code).toBe(code)
      expect(side.established === undefined).toBe(code !== undefined)
    }
  })
  test.skipIf(!openssl)('ALPN: the server chooses one of ours', async () => {
    const port = await serve('openssl', free => [
      ...['s_server', '-tls1_2', '-rev', '-quiet', '-alpn', 'http/1.1', '-accept', `127.0.0.1:${free}`],
      ...['-key', file('ec', 'key'), '-cert', file('ec', 'pem')],
    ])
    const side = await talkTo('ec', port, { alpn: ['h2', 'http/1.1'] })
    expect(side.established?.alpn).toBe('http/1.1')
  })
})

/** OpenSSL's word for a group. */
const OPENSSL_GROUP: Readonly<Record<EcdheGroup, string>> = {
  x25519: 'X25519',
  secp256r1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
}
const opensslCipher = (suite: Suite): string =>
  suite.name
    .replace(/^TLS_(RSA_WITH_)?/, '')
    .replace('_WITH', '')
    .replace(/AES_(\d+)/, 'AES$1')
    .replace('POLY1305_SHA256', 'POLY1305')
    .replace('_CBC', '')
    .replaceAll('_', '-')

/** Runs a client program to its end with one line as its input. */
const runClient = (program: string, args: readonly string[]): Promise<{ status: number | null; output: string }> =>
  new Promise(resolve => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    running.push(child)
    let output = ''
    child.stdout.on('data', data => (output += data))
    child.stderr.on('data', data => (output += data))
    child.stdin.write('ping\n')
    child.on('close', status => resolve({ status, output }))
  })

describe(`our server and openssl s_client${withOpenssl}`, () => {
  for (const kind of ['ec', 'rsa'] as const)
    test.skipIf(!openssl)(`${kind} key: every suite and group, data both ways`, async () => {
      for (const [suite, group] of combinations.filter(([each]) => kindOf(each) === kind)) {
        const { port, sides, close } = await listen(kind, {
          alpn: ['http/1.1'],
          groups: [group],
          suites: [suite.name],
        })
        const { output } = await runClient('openssl', [
          ...['s_client', '-tls1_2', '-quiet', '-connect', `127.0.0.1:${port}`, '-servername', 'shop.test'],
          ...['-cipher', opensslCipher(suite), '-alpn', 'http/1.1'],
          ...[
            '-groups',
            withKeyCurve(group)
              .map(name => OPENSSL_GROUP[name])
              .join(':'),
          ],
        ])
        close()
        expect(output).toContain('pong')
        expectEstablished(sides.at(-1), suite, group)
        expect(sides.at(-1)?.established).toMatchObject({ alpn: 'http/1.1', serverName: 'shop.test' })
        expect(text(sides.at(-1)!.data)).toBe('ping\n')
      }
    })
  test.skipIf(!openssl)('RSA key exchange: every suite, data both ways; none without its name', async () => {
    for (const suite of rsaSuites) {
      const { port, sides, close } = await listen('rsa', { suites: [suite.name] })
      const { output } = await runClient('openssl', [
        ...['s_client', '-tls1_2', '-quiet', '-connect', `127.0.0.1:${port}`, '-cipher', opensslCipher(suite)],
      ])
      close()
      expect(output).toContain('pong')
      expect(sides.at(-1)?.established).toMatchObject({ suite: suite.name, group: undefined })
      expect(text(sides.at(-1)!.data)).toBe('ping\n')
    }
    const { port, sides, close } = await listen('rsa', {})
    await runClient('openssl', ['s_client', '-tls1_2', '-connect', `127.0.0.1:${port}`, '-cipher', 'kRSA'])
    close()
    expect(sides.at(-1)?.failure?.code).toBe('tls/no-common-suite')
  })
  test.skipIf(!openssl)(
    'a client that speaks all versions gets TLS 1.3; one that speaks only 1.1, or falls back, an alert',
    async () => {
      const { port, sides, close } = await listen('ec', {})
      const base = ['s_client', '-quiet', '-connect', `127.0.0.1:${port}`]
      expect((await runClient('openssl', base)).output).toContain('pong')
      expect(sides.at(-1)?.established?.version).toBe('TLS 1.3')
      await runClient('openssl', [...base, '-tls1_2', '-fallback_scsv'])
      expect(sides.at(-1)?.failure?.code).toBe('tls/fallback')
      await runClient('openssl', [...base, '-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'])
      expect(sides.at(-1)?.failure?.code).toBe('tls/no-common-version')
      await runClient('openssl', [...base, '-tls1_1', '-cipher', 'ALL:@SECLEVEL=0', '-fallback_scsv'])
      expect(sides.at(-1)?.failure?.code).toBe('tls/fallback')
      close()
    },
  )
  test.skipIf(!openssl)('a client that asks to negotiate again is told no', async () => {
    const { port, sides, close } = await listen('ec', {})
    const child = spawn('openssl', ['s_client', '-tls1_2', '-connect', `127.0.0.1:${port}`, '-legacy_renegotiation'], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    running.push(child)
    let output = ''
    child.stdout.on('data', data => (output += data))
    child.stderr.on('data', data => (output += data))
    const until = async (done: () => boolean): Promise<void> => {
      for (let tries = 0; tries < 100 && !done(); tries++) await new Promise(resolve => setTimeout(resolve, 50))
    }
    await until(() => output.includes('Verify return code'))
    child.stdin.write('R\n')
    await until(() => output.includes('no renegotiation') && sides[0]?.failure !== undefined)
    // OpenSSL gives up when it is told no; we did not fail before it did.
    expect(output).toContain('no renegotiation')
    expect(sides[0]?.failure?.code).toBe('tls/alert-received')
    child.kill('SIGKILL')
    close()
  })
})

describe(`our client and gnutls-serv${withGnutls}`, () => {
  for (const kind of ['ec', 'rsa'] as const)
    test.skipIf(!gnutls)(`${kind} key: every suite and group, data both ways`, async () => {
      const port = await serve('gnutls-serv', free => [
        ...['--echo', '--port', String(free), '--quiet', '--priority', 'NORMAL:-VERS-ALL:+VERS-TLS1.2:+SHA256:+SHA384'],
        ...['--x509keyfile', file(kind, 'key'), '--x509certfile', file(kind, 'pem')],
      ])
      for (const [suite, group] of combinations.filter(([each]) => kindOf(each) === kind)) {
        const side = await talkTo(kind, port, { suites: [suite.name], groups: withKeyCurve(group) })
        expectEstablished(side, suite, group)
        expect(text(side.data)).toBe('ping\n')
      }
    })
})

/** GnuTLS's words, in a priority string. */
const GNUTLS_GROUP: Readonly<Record<EcdheGroup, string>> = {
  x25519: 'GROUP-X25519',
  secp256r1: 'GROUP-SECP256R1',
  secp384r1: 'GROUP-SECP384R1',
  secp521r1: 'GROUP-SECP521R1',
}
const GNUTLS_AEAD: Readonly<Record<AeadName, string>> = {
  'aes-128-gcm': 'AES-128-GCM:+AEAD',
  'aes-256-gcm': 'AES-256-GCM:+AEAD',
  'chacha20-poly1305': 'CHACHA20-POLY1305:+AEAD',
}
const gnutlsCipher = (suite: Suite): string =>
  suite.mode === 'aead' ? GNUTLS_AEAD[suite.aead] : `AES-${8 * suite.keyLength}-CBC:+${suite.mac.toUpperCase()}`

describe(`our server and gnutls-cli${withGnutls}`, () => {
  for (const kind of ['ec', 'rsa'] as const)
    test.skipIf(!gnutls)(`${kind} key: every suite and group, data both ways`, async () => {
      for (const [suite, group] of combinations.filter(([each]) => kindOf(each) === kind)) {
        const { port, sides, close } = await listen(kind, { groups: [group], suites: [suite.name] })
        const exchange = kind === 'ec' ? 'ECDHE-ECDSA' : 'ECDHE-RSA'
        const priority = [
          'NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:-MAC-ALL:-KX-ALL:-GROUP-ALL',
          ...[`+${gnutlsCipher(suite)}`, `+${exchange}`],
          ...withKeyCurve(group).map(name => `+${GNUTLS_GROUP[name]}`),
        ].join(':')
        const { output } = await runClient('gnutls-cli', [
          ...['--insecure', '--logfile', '/dev/null', '--priority', priority, '-p', String(port), '127.0.0.1'],
        ])
        expect(output).toContain('pong')
        close()
        expectEstablished(sides.at(-1), suite, group)
      }
    })
})
