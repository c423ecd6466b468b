/**
 * 0-RTT as a column of the matrix (`tls-matrix.test.ts`): with everybody who speaks it, both ways, any two choices of suite,
 * group, certificate, client certificate and ALPN meet. What was run is printed, and who was not asked, and why.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { connect, serve } from '../../src/index.ts'
import { SessionCache } from '../../src/tls/session/cache.ts'
import { pem } from '../../src/x509/files/pem.ts'
import { ascii } from '../support/bytes.ts'
import { soon } from '../support/net.ts'
import { freePort, missing, type Peer, run, start, startGnutls, startNginx } from '../support/peers.ts'
import { type Leaf, temporaryFolder } from '../support/peers-chain.ts'
import {
  type CertificateKind,
  type Choices,
  EARLY,
  eachChoice,
  everyPair,
  FACETS,
  groupsFor,
  Matrix,
  opensslGroups,
  suiteOf,
} from '../support/tls-matrix.ts'
import { matrixFiles } from '../support/tls-matrix-files.ts'

const VERSION = 'TLS 1.3'
const folder = temporaryFolder('matrix-early')
const matrix = new Matrix()
matrix.skipped('0-RTT with curl, Chromium and node:tls', 'their releases here neither send nor take it')
matrix.skipped('0-RTT to our server with a client certificate', 'whoever showed one has to prove itself first')
const peers: Peer[] = []
afterAll(async () => {
  for (const peer of peers) await peer.stop()
  folder.remove()
  console.log(matrix.lines.join('\n'))
}, 30_000)
const { ROOT, OWN, rootFile, ownFiles, issued, files } = matrixFiles(folder.path)

const GET = 'GET /who HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'

/**
 * Our client asks, and comes back asking in its first flight; `done` says when the server has read what it was asked. One
 * that `keeps` early data `to itself` answers what comes behind it.
 */
const visits = async (
  peer: string,
  port: number,
  choices: Choices,
  done: (heard: string, round: number) => boolean,
  keeps?: 'to itself',
): Promise<void> => {
  const row = `${peer} ${JSON.stringify(choices)}`
  const sessions = new SessionCache()
  const tls = {
    ca: ROOT,
    versions: [VERSION] as const,
    suites: [suiteOf(VERSION, choices)],
    groups: groupsFor(VERSION, choices),
    sessions,
    earlyData: ascii(GET),
    ...(choices.alpn === 'none' ? {} : { alpn: [choices.alpn] }),
    ...(choices.client === 'certificate' ? OWN : {}),
  }
  for (const round of [0, 1]) {
    const stream = await connect({ host: 'localhost', port, tls, address: '127.0.0.1' }).catch((error: Error) => {
      throw new Error(`${row}: ${error.message}`)
    })
    let heard = ''
    stream.handler = {
      data: bytes => void (heard += Buffer.from(bytes).toString('latin1')),
      end() {},
      drain() {},
      closed() {},
    }
    if (keeps !== undefined && round === 1) stream.write([ascii(GET)])
    while (!done(heard, round) || sessions.size === 0) await soon(2)
    stream.end()
    const { suite, group, resumed, earlyData, alpn } = stream.connection.tls!
    const expected = { suite: tls.suites[0], group: choices.group, resumed: round === 1 }
    expect({ suite, group, resumed, earlyData }, row).toEqual({
      ...expected,
      earlyData: round === 1 ? 'accepted' : undefined,
    })
    expect(alpn, row).toBe(choices.alpn === 'none' ? undefined : choices.alpn)
  }
  matrix.ran(`our client, ${peer}`, VERSION, choices)
}

/** One peer for each kind of certificate. */
const started = async (start: (leaf: Leaf) => Promise<Peer>): Promise<ReadonlyMap<CertificateKind, Peer>> => {
  const each = new Map<CertificateKind, Peer>()
  for (const kind of FACETS.certificate) {
    const peer = await start(files[kind])
    peers.push(peer)
    each.set(kind, peer)
  }
  return each
}

describe('our client', () => {
  test.skipIf(missing('openssl') !== '')(
    `and openssl s_server: any two choices meet${missing('openssl')}`,
    async () => {
      const servers = await started(async ({ key, certificate, chain }) => {
        const port = await freePort()
        const own = ['-key', key, '-cert', certificate, '-cert_chain', chain, '-verify', '1', '-CAfile', rootFile]
        return start(
          'openssl',
          ['s_server', '-accept', `127.0.0.1:${port}`, ...own, '-alpn', 'http/1.1', '-early_data'],
          port,
        )
      })
      for (const choices of everyPair(EARLY)) {
        const { port, output } = servers.get(choices.certificate)!
        const before = output().length
        await visits('openssl s_server', port, choices, (_, round) => {
          const said = output().slice(before)
          return said.split('GET /who').length > round + 1 && (round === 0 || said.includes('Early data received'))
        })
      }
    },
    60_000,
  )

  test.skipIf(missing('gnutls-serv') !== '')(
    `and gnutls-serv: any two choices meet${missing('gnutls-serv')}`,
    async () => {
      const servers = await started(leaf =>
        startGnutls(leaf, '--x509cafile', rootFile, '--alpn', 'http/1.1', '--earlydata', '--maxearlydata', '4096'),
      )
      for (const choices of everyPair(EARLY))
        await visits(
          'gnutls-serv',
          servers.get(choices.certificate)!.port,
          choices,
          heard => heard.includes('Protocol version:'),
          'to itself',
        )
    },
    60_000,
  )

  test.skipIf(missing('nginx') !== '')(
    `and nginx: any two choices meet${missing('nginx')}`,
    async () => {
      const servers = await started(leaf =>
        startNginx(
          leaf,
          folder.path,
          folder.path,
          `ssl_early_data on; ssl_verify_client optional; ssl_client_certificate ${rootFile};
           ssl_ecdh_curve X25519:prime256v1:secp384r1:secp521r1;
           location /who { return 200 "early: $ssl_early_data, $ssl_client_verify;"; }`,
        ),
      )
      for (const choices of everyPair(EARLY)) {
        const who = choices.client === 'certificate' ? 'SUCCESS' : 'NONE'
        await visits('nginx', servers.get(choices.certificate)!.port, choices, heard => heard.includes(`, ${who};`))
      }
    },
    60_000,
  )
})

/** Starts our server for `choices`; `come` brings a client twice. */
const visited = async (peer: string, choices: Choices, come: (port: number) => Promise<void>): Promise<void> => {
  const { certificate, client, alpn, group } = choices
  const seen: object[] = []
  const server = await serve(
    (_, { early, connection: { tls } }) => {
      const { suite, group, alpn, resumed, peerChain } = tls!
      seen.push({ suite, group, alpn, resumed, early, certificate: peerChain.length > 0 })
      return new Response('here you are')
    },
    {
      port: 0,
      tls: {
        cert: files[certificate].cert,
        key: pem('PRIVATE KEY', issued[certificate].privateKey),
        versions: [VERSION],
        suites: [suiteOf(VERSION, choices)],
        groups: groupsFor(VERSION, choices),
        clientCertificate: 'asked',
        ca: ROOT,
        earlyData: {},
      },
    },
  )
  try {
    await come(server.port)
    const same = {
      suite: suiteOf(VERSION, choices),
      group,
      alpn: alpn === 'none' ? undefined : alpn,
      certificate: client === 'certificate',
    }
    const row = `${peer} ${JSON.stringify(choices)}`
    expect(seen.pop(), row).toEqual({ ...same, resumed: true, early: true })
    for (const first of seen) expect(first, row).toEqual({ ...same, resumed: false, early: false })
    matrix.ran(`${peer}, our server`, VERSION, choices)
  } finally {
    await server.close(50)
  }
}

/** What our server takes. */
const OURS = { ...EARLY, client: ['anonymous'] } as const

const asked = join(folder.path, 'request')
writeFileSync(asked, GET)

describe('our server', () => {
  test.skipIf(missing('openssl') !== '')(
    `and openssl s_client: each choice is met${missing('openssl')}`,
    async () => {
      for (const choices of eachChoice(OURS))
        await visited('openssl s_client', choices, async port => {
          const args = ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'localhost', '-CAfile', rootFile]
          args.push('-verify_return_error', '-ign_eof', '-groups', opensslGroups(VERSION, choices))
          if (choices.alpn !== 'none') args.push('-alpn', choices.alpn)
          if (choices.client === 'certificate') args.push('-cert', ownFiles.chain, '-key', ownFiles.key)
          const kept = join(folder.path, 'session.pem')
          await run('openssl', [...args, '-sess_out', kept], { input: GET })
          const { stdout } = await run('openssl', [...args, '-sess_in', kept, '-early_data', asked], { input: '' })
          expect(Buffer.from(stdout).toString('latin1')).toContain('Early data was accepted')
        })
    },
    60_000,
  )

  test.skipIf(missing('gnutls-cli') !== '')(
    `and gnutls-cli: each choice is met${missing('gnutls-cli')}`,
    async () => {
      for (const choices of eachChoice(OURS))
        await visited('gnutls-cli', choices, async port => {
          const only = groupsFor(VERSION, choices).map(group => `+GROUP-${group.toUpperCase()}`)
          const args = ['--x509cafile', rootFile, '--priority', ['NORMAL', '-GROUP-ALL', ...only].join(':')]
          if (choices.alpn !== 'none') args.push('--alpn', choices.alpn)
          if (choices.client === 'certificate')
            args.push('--x509certfile', ownFiles.chain, '--x509keyfile', ownFiles.key)
          args.push('--port', `${port}`, '--resume', '--earlydata', asked, 'localhost')
          await run('gnutls-cli', args, { input: GET })
        })
    },
    60_000,
  )
})
