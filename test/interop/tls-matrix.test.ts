/**
 * Both versions, both ways, with everybody who is installed: suite, group, certificate, resumption, client certificate and
 * ALPN, so that any two choices meet where a connection is cheap, and each choice is met where it takes a process. What
 * was run is printed, and what was not, and why.
 */
import { request } from 'node:https'
import { join } from 'node:path'
import { type DetailedPeerCertificate, createServer as nodeServer, type SecureVersion, type TLSSocket } from 'node:tls'
import { afterAll, describe, expect, test } from 'vitest'
import { connect, serve } from '../../src/index.ts'
import { SessionCache } from '../../src/tls/session/cache.ts'
import { SessionStore } from '../../src/tls/session/store.ts'
import type { TlsVersion } from '../../src/tls/types.ts'
import { pem } from '../../src/x509/files/pem.ts'
import {
  freePort,
  installed,
  missing,
  type Peer,
  run,
  startGnutls,
  startNginx,
  startOpenssl,
} from '../support/peers.ts'
import { type Leaf, temporaryFolder } from '../support/peers-chain.ts'
import { startChromium } from '../support/peers-chromium.ts'
import {
  type CertificateKind,
  type Choices,
  eachChoice,
  everyPair,
  FACETS,
  groupsFor,
  Matrix,
  opensslGroups,
  suiteOf,
} from '../support/tls-matrix.ts'
import { matrixFiles } from '../support/tls-matrix-files.ts'

const VERSIONS = ['TLS 1.2', 'TLS 1.3'] as const
const folder = temporaryFolder('matrix')
const matrix = new Matrix()
const peers: Peer[] = []
afterAll(async () => {
  for (const peer of peers) await peer.stop()
  folder.remove()
  console.log(matrix.lines.join('\n'))
}, 30_000)

const { ROOT, OWN, rootFile, ownFiles, issued, files } = matrixFiles(folder.path)

const NODE_VERSION: Readonly<Record<TlsVersion, SecureVersion>> = { 'TLS 1.2': 'TLSv1.2', 'TLS 1.3': 'TLSv1.3' }
/** OpenSSL 3.5 is the first with ML-KEM; Node 24 has it inside. */
const [major = 0, minor = 0] = process.versions.openssl.split('.').map(Number)
const nodeHasMlKem = major > 3 || (major === 3 && minor >= 5)
if (!nodeHasMlKem)
  matrix.skipped('X25519MLKEM768 with node:tls', `OpenSSL ${process.versions.openssl} in this Node has no ML-KEM`)

const withHybrid = (version: TlsVersion): typeof FACETS =>
  version === 'TLS 1.3' && nodeHasMlKem ? { ...FACETS, group: [...FACETS.group, 'X25519MLKEM768'] } : FACETS

/** What our client asks for, and gets; the second connection comes with what the first was given. */
const visit = async (peer: string, port: number, version: TlsVersion, choices: Choices): Promise<string[]> => {
  const sessions = new SessionCache()
  const tls = {
    ca: ROOT,
    versions: [version],
    suites: [suiteOf(version, choices)],
    groups: groupsFor(version, choices),
    sessions,
    ...(choices.alpn === 'none' ? {} : { alpn: [choices.alpn] }),
    ...(choices.client === 'certificate' ? OWN : {}),
  }
  const row = `${peer} ${version} ${JSON.stringify(choices)}`
  const said: string[] = []
  for (const resumed of choices.session === 'resumed' ? [false, true] : [false]) {
    const stream = await connect({ host: 'localhost', port, tls }).catch((error: Error) => {
      throw new Error(`${row}: ${error.message}`)
    })
    const { version: spoken, suite, group, ...rest } = stream.connection.tls!
    expect({ spoken, suite, resumed: rest.resumed }, row).toEqual({ spoken: version, suite: tls.suites[0], resumed })
    // A session of TLS 1.2 has no exchange of its own.
    expect(group, row).toBe(resumed && version === 'TLS 1.2' ? undefined : choices.group)
    if (rest.alpn !== undefined) expect(rest.alpn, row).toBe(choices.alpn)
    said.push(
      await new Promise((resolve, reject) => {
        let text = ''
        stream.handler = {
          data: bytes => void (text += Buffer.from(bytes).toString('latin1')),
          end: () => {
            // nginx answers our goodbye with RST.
            resolve(text)
            stream.end()
          },
          drain() {},
          closed: failure => (failure === undefined ? resolve(text) : reject(new Error(`${row}: ${failure.code}`))),
        }
        stream.write([Buffer.from('GET /who HTTP/1.0\r\nHost: localhost\r\n\r\n')])
      }),
    )
  }
  matrix.ran(`our client, ${peer}`, version, choices)
  return said
}

describe('our client', () => {
  const servers: readonly [string, string, (leaf: Leaf) => Promise<Peer>, (said: string, choices: Choices) => void][] =
    [
      [
        'openssl s_server',
        missing('openssl'),
        leaf => startOpenssl(leaf, '-verify', '1', '-CAfile', rootFile, '-alpn', 'http/1.1'),
        (said, { client }) => expect(said.includes('no client certificate')).toBe(client === 'anonymous'),
      ],
      [
        'gnutls-serv',
        missing('gnutls-serv'),
        leaf => startGnutls(leaf, '--x509cafile', rootFile, '--alpn', 'http/1.1'),
        said => expect(said).toContain('Protocol version:'),
      ],
      [
        'nginx',
        missing('nginx'),
        leaf =>
          startNginx(
            leaf,
            folder.path,
            folder.path,
            `ssl_verify_client optional; ssl_client_certificate ${rootFile};
           ssl_ecdh_curve X25519:prime256v1:secp384r1:secp521r1;
           location /who { return 200 "$ssl_protocol $ssl_client_verify"; }`,
          ),
        (said, { client }) => expect(said).toMatch(client === 'certificate' ? / SUCCESS$/ : / NONE$/),
      ],
    ]
  for (const [name, absent, start, check] of servers) {
    if (absent !== '') matrix.skipped(name, 'not installed')
    test.skipIf(absent !== '')(
      `and ${name}, in both versions: any two choices meet${absent}`,
      async () => {
        const ports = new Map<CertificateKind, number>()
        for (const kind of FACETS.certificate) {
          const peer = await start(files[kind])
          peers.push(peer)
          ports.set(kind, peer.port)
        }
        for (const version of VERSIONS)
          for (const choices of everyPair())
            for (const said of await visit(name, ports.get(choices.certificate)!, version, choices))
              check(said, choices)
      },
      60_000,
    )
  }

  test('and node:tls, in both versions: any two choices meet', async () => {
    for (const version of VERSIONS)
      for (const choices of everyPair(withHybrid(version))) {
        const { certificate, alpn } = choices
        const server = nodeServer({
          cert: files[certificate].cert,
          key: pem('PRIVATE KEY', issued[certificate].privateKey),
          ca: ROOT,
          requestCert: true,
          rejectUnauthorized: false,
          ecdhCurve: opensslGroups(version, choices),
          ...(alpn === 'none' ? {} : { ALPNProtocols: [alpn] }),
        })
        server.on('secureConnection', (socket: TLSSocket) => {
          const { subject } = socket.getPeerCertificate() as Partial<DetailedPeerCertificate>
          socket.on('error', () => undefined)
          socket.once('data', () => socket.end(`${socket.getProtocol()} ${subject?.CN} ${socket.alpnProtocol}`))
        })
        const port = await freePort()
        await new Promise<void>(done => server.listen(port, '127.0.0.1', done))
        const who = choices.client === 'certificate' ? 'somebody' : 'undefined'
        const expected = `${NODE_VERSION[version]} ${who} ${alpn === 'none' ? false : alpn}`
        for (const said of await visit('node:tls', port, version, choices)) expect(said).toBe(expected)
        server.close()
      }
  }, 60_000)
})

/** What our server knows of who came, as its answer. */
interface Seen {
  readonly version: string
  readonly suite: string
  readonly group: string | undefined
  readonly alpn: string | undefined
  readonly resumed: boolean
  readonly certificate: boolean
}

/** Starts our server for `choices`, lets `come` bring what it answered, one for each connection, and judges it. */
const visited = async (
  peer: string,
  version: TlsVersion,
  choices: Choices,
  come: (port: number) => Promise<readonly string[]>,
): Promise<void> => {
  const { certificate, group, alpn, client, session } = choices
  const server = await serve(
    (_, { connection: { tls } }) => {
      const { version, suite, group, alpn, resumed, peerChain } = tls!
      const seen: Seen = {
        version,
        suite,
        group,
        alpn,
        resumed,
        certificate: peerChain.length > 0,
      }
      // Chromium would come back on the same connection.
      return Response.json(seen, { headers: { connection: 'close' } })
    },
    {
      port: 0,
      tls: {
        cert: files[certificate].cert,
        key: pem('PRIVATE KEY', issued[certificate].privateKey),
        versions: [version],
        suites: [suiteOf(version, choices)],
        groups: groupsFor(version, choices),
        clientCertificate: 'asked',
        ca: ROOT,
        sessions: new SessionStore(),
      },
    },
  )
  try {
    const row = `${peer} ${version} ${JSON.stringify(choices)}`
    const answers = (await come(server.port)).flatMap(text =>
      [...text.matchAll(/\{"version".*?\}/g)].map(([json]) => json),
    )
    const seen = answers.map(text => JSON.parse(text) as Seen)
    expect(seen.length, row).toBeGreaterThan(0)
    for (const one of seen) {
      expect(one, row).toMatchObject({ version, suite: suiteOf(version, choices) })
      expect(one.group, row).toBe(one.resumed && version === 'TLS 1.2' ? undefined : group)
      expect(one.alpn, row).toBe(alpn === 'none' ? undefined : alpn)
      expect(one.certificate, row).toBe(client === 'certificate')
    }
    expect(seen.at(-1)!.resumed, row).toBe(session === 'resumed')
    matrix.ran(`${peer}, our server`, version, choices)
  } finally {
    await server.close(50)
  }
}

const text = ({ stdout, stderr }: { readonly stdout: Uint8Array; readonly stderr: string }): string =>
  `${Buffer.from(stdout).toString('latin1')}\n${stderr}`
const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'

describe('our server', () => {
  test('and node:https, in both versions: any two choices meet', async () => {
    for (const version of VERSIONS)
      for (const choices of everyPair(withHybrid(version)))
        await visited('node:https', version, choices, async port => {
          const said: string[] = []
          let session: Buffer | undefined
          for (const _ of choices.session === 'resumed' ? [1, 2] : [1]) {
            const options = {
              host: 'localhost',
              port,
              ca: ROOT,
              agent: false as const,
              session,
              ecdhCurve: opensslGroups(version, choices),
              ...(choices.alpn === 'none' ? {} : { ALPNProtocols: [choices.alpn] }),
              ...(choices.client === 'certificate' ? OWN : {}),
            }
            said.push(
              await new Promise((resolve, reject) => {
                const asked = request(options, answer => {
                  let body = ''
                  answer.on('data', chunk => (body += String(chunk))).on('end', () => resolve(body))
                })
                asked.on('socket', socket => socket.on('session', (one: Buffer) => (session = one)))
                asked.on('error', reject).end()
              }),
            )
          }
          return said
        })
  }, 60_000)

  const curl = missing('curl')
  if (curl !== '') matrix.skipped('curl', 'not installed')
  test.skipIf(curl !== '')(
    `and curl, in both versions: each choice is met${curl}`,
    async () => {
      for (const version of VERSIONS)
        for (const choices of eachChoice())
          await visited('curl', version, choices, async port => {
            const url = `https://localhost:${port}/`
            const args = ['-sS', '--http1.1', '--cacert', rootFile, '-H', 'Connection: close']
            args.push('--curves', opensslGroups(version, choices), ...(choices.alpn === 'none' ? ['--no-alpn'] : []))
            if (choices.client === 'certificate') args.push('--cert', ownFiles.chain, '--key', ownFiles.key)
            return [text(await run('curl', [...args, url, ...(choices.session === 'resumed' ? [url] : [])]))]
          })
    },
    60_000,
  )

  const openssl = missing('openssl')
  test.skipIf(openssl !== '')(
    `and openssl s_client, in both versions: each choice is met${openssl}`,
    async () => {
      for (const version of VERSIONS)
        for (const choices of eachChoice())
          await visited('openssl s_client', version, choices, async port => {
            const args = [
              's_client',
              '-connect',
              `localhost:${port}`,
              '-CAfile',
              rootFile,
              '-verify_return_error',
              '-ign_eof',
            ]
            args.push('-groups', opensslGroups(version, choices))
            if (choices.alpn !== 'none') args.push('-alpn', choices.alpn)
            if (choices.client === 'certificate') args.push('-cert', ownFiles.chain, '-key', ownFiles.key)
            const kept = join(folder.path, 'session.pem')
            const first = text(await run('openssl', [...args, '-sess_out', kept], { input: GET }))
            if (choices.session === 'full') return [first]
            return [first, text(await run('openssl', [...args, '-sess_in', kept], { input: GET }))]
          })
    },
    60_000,
  )

  const gnutls = missing('gnutls-cli')
  if (gnutls !== '') matrix.skipped('gnutls-cli', 'not installed')
  test.skipIf(gnutls !== '')(
    `and gnutls-cli, in both versions: each choice is met${gnutls}`,
    async () => {
      for (const version of VERSIONS)
        for (const choices of eachChoice())
          await visited('gnutls-cli', version, choices, async port => {
            const only = groupsFor(version, choices).map(group => `+GROUP-${group.toUpperCase()}`)
            const priority = ['NORMAL', '-GROUP-ALL', ...only].join(':')
            const args = ['--x509cafile', rootFile, '--priority', priority, '--port', String(port), 'localhost']
            if (choices.alpn !== 'none') args.unshift('--alpn', choices.alpn)
            if (choices.client === 'certificate')
              args.unshift('--x509certfile', ownFiles.chain, '--x509keyfile', ownFiles.key)
            if (choices.session === 'resumed') args.unshift('--resume')
            return [text(await run('gnutls-cli', args, { input: GET }))]
          })
    },
    60_000,
  )

  const chromium = installed('certutil') ? '' : ' (skipped: chromium or certutil not installed)'
  if (chromium !== '') matrix.skipped('Chromium', 'it or certutil is not installed')
  else
    matrix.skipped(
      'Chromium with Ed25519, P-521 or its own certificate',
      'it has no Ed25519, no P-521, and asks people',
    )
  test.skipIf(chromium !== '')(
    `and Chromium, in both versions${chromium}`,
    async () => {
      const browser = await startChromium(join(folder.path, 'home'), rootFile)
      try {
        for (const version of VERSIONS)
          for (const [i, group] of (['x25519', 'secp256r1', 'secp384r1', 'X25519MLKEM768'] as const).entries()) {
            if (group === 'X25519MLKEM768' && version === 'TLS 1.2') continue
            const choices: Choices = {
              cipher: FACETS.cipher[i % 3]!,
              group,
              certificate: FACETS.certificate[i % 3]!,
              session: i % 2 === 1 ? 'resumed' : 'full',
              client: 'anonymous',
              alpn: 'http/1.1',
            }
            await visited('Chromium', version, choices, async port => {
              const page = await browser.newPage()
              const said: string[] = []
              for (const _ of choices.session === 'resumed' ? [1, 2] : [1]) {
                await page.goto(`https://localhost:${port}/`)
                said.push((await page.textContent('body')) ?? '')
              }
              await page.close()
              return said
            })
          }
      } finally {
        await browser.close()
      }
    },
    60_000,
  )
})
