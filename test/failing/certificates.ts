/** Certificates that clients refuse, and what they say to it. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { LeafOptions } from '../support/peers-chain.ts'
import { CHROMIUM } from '../support/peers-chromium.ts'
import { alone, type Scenario, type Stage } from './stage.ts'

const leaf = (stage: Stage, options: LeafOptions = {}) => stage.ecdsa.issue(options)

interface Wrong extends Pick<Scenario, 'code'> {
  readonly what: string
  /** What nginx shows, and what the client is to trust. */
  readonly shows: (stage: Stage) => ReturnType<Stage['ecdsa']['issue']>
  readonly trusts?: (stage: Stage) => string
}

const WRONG: readonly Wrong[] = [
  { what: 'an unknown root', code: 'tls/certificate-untrusted', shows: s => s.stranger.issue() },
  { what: 'a self-signed certificate', code: 'tls/certificate-self-signed', shows: s => s.ecdsa.selfSigned() },
  {
    what: 'an expired certificate',
    code: 'tls/certificate-expired',
    shows: s => leaf(s, { validFrom: -9, validUntil: -2 }),
  },
  { what: 'a certificate of tomorrow', code: 'tls/certificate-not-yet', shows: s => leaf(s, { validFrom: 2 }) },
  {
    what: 'another name',
    code: 'tls/certificate-name',
    shows: s => leaf(s, { names: ['other.test'], addresses: ['127.9.9.9'] }),
  },
  { what: 'a missing link', code: 'tls/chain-incomplete', shows: s => alone(leaf(s)) },
  {
    what: 'a certificate for clients',
    code: 'tls/certificate-purpose',
    shows: s => leaf(s, { purposes: 'clientAuth' }),
  },
]

interface Refuser {
  readonly name: string
  readonly needs: string
  readonly refuses: readonly string[]
  visit(stage: Stage, port: number, root: string): Promise<void>
}

const ALL = WRONG.map(({ what }) => what)
const python = (version: string, asked = 'localhost'): string => `
import ssl, socket, sys
context = ssl.create_default_context(cafile=sys.argv[2])
context.maximum_version = ssl.TLSVersion.${version}
with socket.create_connection(('localhost', int(sys.argv[1]))) as s:
  context.wrap_socket(s, server_hostname='${asked}')
`
const node = `
require('https').get({ host: 'localhost', port: process.argv[1], ca: require('fs').readFileSync(process.argv[2]), maxVersion: 'TLSv1.2' })
  .on('error', () => process.exit(1))
`

/** Chromium looks for roots in the home of its user. */
const chromium = async (stage: Stage, port: number, root: string): Promise<void> => {
  const home = join(stage.folder, `chromium-${port}`)
  const database = join(home, '.pki', 'nssdb')
  mkdirSync(database, { recursive: true })
  await stage.client('certutil', ['-d', `sql:${database}`, '-N', '--empty-password'])
  await stage.client('certutil', ['-d', `sql:${database}`, '-A', '-t', 'C,,', '-n', 'root', '-i', root])
  const quiet = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run']
  const url = `https://localhost:${port}/`
  await stage.client('env', [
    `HOME=${home}`,
    CHROMIUM,
    ...quiet,
    `--user-data-dir=${join(home, 'data')}`,
    '--dump-dom',
    url,
  ])
}

const REFUSERS: readonly Refuser[] = [
  {
    name: 'curl, TLS 1.2',
    needs: 'curl',
    refuses: ALL,
    visit: (stage, port, root) => stage.curl('--tls-max', '1.2', '--cacert', root, `https://localhost:${port}/`),
  },
  {
    name: 'curl, TLS 1.3 with its keys',
    needs: 'curl',
    refuses: ALL,
    visit: (stage, port, root) => stage.curl('--tlsv1.3', '--cacert', root, `https://localhost:${port}/`),
  },
  {
    name: 's_client',
    needs: 'openssl',
    refuses: ['an unknown root', 'another name', 'an expired certificate'],
    visit: (stage, port, root) =>
      stage.client('openssl', [
        ...['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'localhost', '-CAfile', root, '-tls1_2'],
        ...['-verify_return_error', '-verify_hostname', 'localhost'],
      ]),
  },
  {
    name: 'gnutls-cli',
    needs: 'gnutls-cli',
    refuses: ['an unknown root', 'an expired certificate', 'another name'],
    visit: (stage, port, root) =>
      stage.client('gnutls-cli', [
        '-p',
        `${port}`,
        '--x509cafile',
        root,
        '--priority',
        'NORMAL:-VERS-TLS1.3',
        'localhost',
      ]),
  },
  {
    name: 'Python',
    needs: 'python3',
    refuses: ['an unknown root', 'an expired certificate', 'another name', 'a missing link'],
    visit: (stage, port, root) => stage.client('python3', ['-c', python('TLSv1_2'), `${port}`, root]),
  },
  {
    name: 'Python that asks for the address',
    needs: 'python3',
    refuses: ['another name'],
    visit: (stage, port, root) => stage.client('python3', ['-c', python('TLSv1_2', '127.0.0.1'), `${port}`, root]),
  },
  {
    name: 'Chromium',
    needs: 'chromium certutil',
    refuses: ['an unknown root', 'an expired certificate', 'another name'],
    visit: chromium,
  },
  {
    name: 'Node',
    needs: 'node',
    refuses: ['a self-signed certificate', 'another name', 'a missing link'],
    visit: (stage, port, root) => stage.client('node', ['-e', node, `${port}`, root]),
  },
]

export const refusedCertificates: readonly Scenario[] = REFUSERS.flatMap(refuser =>
  WRONG.filter(({ what }) => refuser.refuses.includes(what)).map(
    ({ what, code, shows, trusts }): Scenario => ({
      name: `${refuser.name} meets ${what}`,
      code,
      side: 'server',
      needs: ['nginx', ...refuser.needs.split(' ')],
      async play(stage) {
        const port = await stage.nginx(shows(stage))
        await refuser.visit(stage, port, trusts?.(stage) ?? stage.ecdsa.root)
        return port
      },
    }),
  ),
)
