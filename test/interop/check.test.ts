/** `check` beside testssl.sh and OpenSSL's client: the same questions to the same servers have the same answers. */
import { readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { serve } from '../../src/index.ts'
import { weakServer } from '../../src/lab/index.ts'
import { check } from '../../src/net/check/check.ts'
import { FAMILIES, isUnasked, type Known, type Offered, type Report, VERSION_NAMES } from '../../src/net/check/types.ts'
import { systemClock } from '../../src/node/clock.ts'
import { nodeWorld } from '../../src/node/world.ts'
import { closing } from '../support/net.ts'
import { installed, missing, run, startGnutls, startNginx, startOpenssl } from '../support/peers.ts'
import { temporaryFolder, testAuthority } from '../support/peers-chain.ts'
import { keyOfLeaf } from '../support/tls-peers.ts'

const { path: folder, remove } = temporaryFolder('check')
afterAll(remove)
const [rsa, ecdsa] = [testAuthority('rsa', join(folder, 'rsa')), testAuthority('ecdsa', join(folder, 'ecdsa'))]

const COMPARED = FAMILIES.filter(family => family !== 'robustness')

/** A loaded machine takes its time; what is compared are the answers. */
const looked = async (port: number, families = COMPARED): Promise<Report> => {
  const { report } = await check({ world: nodeWorld(), host: 'localhost', port, families, timeout: 20_000 })
  return report
}

const isOffered = (one: Known<Offered>): boolean => !isUnasked(one) && one.offered

const openssl = async (port: number, ...args: string[]): Promise<string> => {
  const { stdout, stderr } = await run('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, ...args])
  return Buffer.from(stdout).toString('latin1') + stderr
}
/** The suite that came of it; undefined where there was no handshake. */
const suiteOf = (text: string): string | undefined => {
  const [, name = '(NONE)'] = /^New, \S+, Cipher is (\S+)$/m.exec(text) ?? []
  return name === '(NONE)' || /Verify return code|New, TLS/.test(text) === false ? undefined : name
}

const SUITES_12 = {
  'ECDHE-ECDSA-AES128-GCM-SHA256': 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256': 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  'ECDHE-RSA-CHACHA20-POLY1305': 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
  'ECDHE-RSA-AES256-SHA': 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA',
  'DHE-RSA-AES128-GCM-SHA256': 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256',
  'AES128-SHA': 'TLS_RSA_WITH_AES_128_CBC_SHA',
  'AES256-CCM': 'TLS_RSA_WITH_AES_256_CCM',
  'CAMELLIA128-SHA': 'TLS_RSA_WITH_CAMELLIA_128_CBC_SHA',
} as const
const GROUPS = {
  X25519: 'x25519',
  'P-256': 'secp256r1',
  'P-521': 'secp521r1',
  X448: 'x448',
  ffdhe2048: 'ffdhe2048',
} as const
const VERSIONS = { 'TLS 1.0': '-tls1', 'TLS 1.1': '-tls1_1', 'TLS 1.2': '-tls1_2', 'TLS 1.3': '-tls1_3' } as const

/** What OpenSSL's client finds, asked one by one. */
const byOpenssl = async (port: number) => {
  const weak = ['-cipher', 'ALL:COMPLEMENTOFALL:@SECLEVEL=0']
  const speaks = async (...args: string[]): Promise<boolean> => suiteOf(await openssl(port, ...args)) !== undefined
  const which = async <K extends string>(names: readonly K[], ask: (name: K) => Promise<boolean>): Promise<K[]> => {
    const found: K[] = []
    for (const name of names) if (await ask(name)) found.push(name)
    return found
  }
  const versions = await which(Object.keys(VERSIONS) as (keyof typeof VERSIONS)[], name =>
    speaks(VERSIONS[name], ...weak),
  )
  const has12 = versions.includes('TLS 1.2')
  const names12 = Object.keys(SUITES_12) as (keyof typeof SUITES_12)[]
  const suites = has12 ? await which(names12, name => speaks('-tls1_2', '-cipher', `${name}:@SECLEVEL=0`)) : []
  const groups = versions.includes('TLS 1.3')
    ? await which(Object.keys(GROUPS) as (keyof typeof GROUPS)[], name => speaks('-tls1_3', '-groups', name))
    : []
  const alpn = await which(['h2', 'http/1.1'], async name =>
    (await openssl(port, '-alpn', name)).includes(`ALPN protocol: ${name}`),
  )
  const said = has12 ? await openssl(port, '-tls1_2', ...weak) : ''
  return {
    versions,
    suites: suites.map(name => SUITES_12[name] as string),
    groups: groups.map(name => GROUPS[name] as string),
    alpn,
    extendedMasterSecret: has12 ? said.includes('Extended master secret: yes') : undefined,
    secureRenegotiation: has12 ? said.includes('Secure Renegotiation IS supported') : undefined,
  }
}

/**
 * Whether it takes up a session of TLS 1.2. testssl.sh asks in 1.3 and leaves without waiting for the ticket, so what it
 * finds is a race.
 */
const resumes = async (port: number, ...args: string[]): Promise<boolean> =>
  (await openssl(port, '-tls1_2', '-reconnect', ...args)).includes('\nReused, ')

const known = <T>(value: Known<T> | undefined): T | undefined =>
  value === undefined || isUnasked(value) ? undefined : (value as T)

/** The same questions in our report. */
const byUs = ({ observed }: Report): Awaited<ReturnType<typeof byOpenssl>> => {
  const { versions, suites = [], groups, extensions } = observed
  const in12 = known(suites.find(({ version }) => version === 'TLS 1.2')?.suites) ?? []
  const among = (list: readonly string[], all: readonly string[]): string[] => all.filter(name => list.includes(name))
  return {
    versions: (Object.keys(VERSIONS) as (keyof typeof VERSIONS)[]).filter(name => isOffered(versions!.versions[name])),
    suites: among(in12, Object.values(SUITES_12)),
    groups: among(known(groups?.tls13) ?? [], Object.values(GROUPS)),
    alpn: among(known(extensions?.alpn) ?? [], ['h2', 'http/1.1']) as ('h2' | 'http/1.1')[],
    extendedMasterSecret: known(extensions?.extendedMasterSecret),
    secureRenegotiation: known(extensions?.secureRenegotiation),
  }
}

const has = installed('openssl')
const lacks = (...programs: string[]): string => missing('openssl', ...programs)

describe('OpenSSL asks the same', () => {
  const OLD = 'ALL:!aNULL:@SECLEVEL=0'
  const servers: readonly (readonly [string, string, () => Promise<number>])[] = [
    ['OpenSSL as it comes, RSA', 'openssl', async () => (await started(startOpenssl(rsa.issue()))).port],
    [
      'OpenSSL that takes everything, with two keys',
      'openssl',
      async () => {
        const { key, certificate } = ecdsa.issue()
        const more = ['-cipher', OLD, '-dkey', key, '-dcert', certificate, '-serverpref', '-alpn', 'http/1.1']
        return (await started(startOpenssl(rsa.issue(), ...more))).port
      },
    ],
    [
      'OpenSSL with TLS 1.3 and two groups alone',
      'openssl',
      async () => (await started(startOpenssl(ecdsa.issue(), '-tls1_3', '-groups', 'P-521:X448'))).port,
    ],
    [
      'GnuTLS as it comes',
      'gnutls-serv',
      async () => (await started(startGnutls(rsa.issue({ usage: 'digitalSignature,keyEncipherment' })))).port,
    ],
    [
      'GnuTLS with old versions',
      'gnutls-serv',
      async () => {
        const priority = 'NORMAL:+VERS-TLS1.0:+VERS-TLS1.1:%SERVER_PRECEDENCE:-GROUP-X25519'
        const leaf = rsa.issue({ usage: 'digitalSignature,keyEncipherment' })
        return (await started(startGnutls(leaf, '--priority', priority))).port
      },
    ],
    [
      'our own server',
      'openssl',
      async () => {
        const key = keyOfLeaf(ecdsa.issue())
        const server = await serve(() => new Response('hello'), { tls: { certificateFor: () => key } })
        closing.push(() => server.close(0))
        return server.port
      },
    ],
  ]
  for (const [name, program, begin] of servers)
    test.skipIf(!has || !installed(program))(
      `of ${name}${lacks(program)}`,
      async () => {
        const port = await begin()
        const report = await looked(port)
        expect(byUs(report)).toEqual(await byOpenssl(port))
        // Nothing that could be known was left open.
        expect(JSON.stringify(report.observed.versions)).not.toContain('"silent"')
        expect(JSON.stringify(report.observed.suites)).not.toContain('unasked":"c')
      },
      150_000,
    )

  test.skipIf(!has)(
    `of the weak server of the lab${lacks()}`,
    async () => {
      const { chain, key } = keyOfLeaf(ecdsa.issue())
      const { crypto } = nodeWorld()
      const listener = createServer(socket => {
        const suite = 'TLS_ECDHE_ECDSA_WITH_NULL_SHA'
        const tls = weakServer({ crypto, suite, chain, privateKey: key as Uint8Array })
        socket.on('error', () => {})
        socket.on('data', data => {
          tls.receive(new Uint8Array(data), systemClock.now())
          for (const piece of tls.pollTransmit(systemClock.now()) ?? []) socket.write(piece)
          if (tls.pollEvent()?.type === 'lost') socket.end()
        })
      }).listen(0, '127.0.0.1')
      await new Promise(resolve => listener.once('listening', resolve))
      closing.push(() => listener.close())
      const { port } = listener.address() as { port: number }
      const report = await looked(port, ['versions', 'suites'])
      expect(known(report.observed.suites?.[0]?.suites)).toEqual(['TLS_ECDHE_ECDSA_WITH_NULL_SHA'])
      const theirs = await openssl(port, '-tls1_2', '-cipher', 'ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0')
      expect(suiteOf(theirs)).toBe('ECDHE-ECDSA-NULL-SHA')
    },
    120_000,
  )
})

/** Stopped when the test is over. */
const started = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
  const peer = await starting
  closing.push(() => peer.stop())
  return peer
}

const isOffer = (finding: string | undefined): boolean => /^(offered|supported|yes)/.test(finding ?? 'nothing')

/** What it finds, by its own names. */
const saidByTestssl = async (port: number): Promise<ReadonlyMap<string, string>> => {
  const file = join(folder, 'testssl.json')
  const flags = ['--quiet', '--color', '0', '--warnings', 'off', '--nodns', 'none', '-p', '-s', '-S', '-h']
  const target = ['--ip', '127.0.0.1', '--jsonfile', file, `https://localhost:${port}`]
  rmSync(file, { force: true })
  await run('testssl', [...flags, ...target], { limit: 170_000 })
  const found = JSON.parse(readFileSync(file, 'utf8')) as { id: string; finding: string }[]
  return new Map(found.map(({ id, finding }) => [id, finding]))
}

const TESTSSL = ['testssl', 'nginx', 'openssl']
test.skipIf(!TESTSSL.every(installed))(
  `testssl.sh says the same of nginx: versions, kinds of suites, chain, stapling, headers; OpenSSL, of resumption${missing(...TESTSSL)}`,
  async () => {
    const leaf = rsa.issue({ usage: 'digitalSignature,keyEncipherment' })
    const { port } = await started(
      startNginx(
        leaf,
        folder,
        folder,
        `ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers ALL:@SECLEVEL=0; ssl_prefer_server_ciphers on;
         ssl_session_tickets on; ssl_session_cache shared:check:1m; ssl_session_timeout 10m;
         location = / { add_header Strict-Transport-Security max-age=31536000; add_header Set-Cookie "a=1; Secure; HttpOnly";
           return 200 hello; }`,
      ),
    )
    const { observed } = await looked(port)
    const { versions, suites, extensions, sessions, certificates, http } = observed
    const resumed = known(sessions!.tls12)
    const said = await saidByTestssl(port)
    const offered = (id: string): boolean => isOffer(said.get(id))
    const names = ['SSLv2', 'SSLv3', 'TLS1', 'TLS1_1', 'TLS1_2', 'TLS1_3']
    expect(names.map(offered)).toEqual(VERSION_NAMES.map(name => isOffered(versions!.versions[name])))
    const all = suites!.flatMap(one => known(one.suites) ?? [])
    const some = (pattern: RegExp): boolean => all.some(name => pattern.test(name))
    expect({
      null: offered('cipherlist_NULL'),
      anonymous: offered('cipherlist_aNULL'),
      export: offered('cipherlist_EXPORT'),
      '3des': offered('cipherlist_3DES_IDEA'),
      strong: offered('cipherlist_STRONG'),
    }).toEqual({
      null: some(/_NULL_/),
      anonymous: some(/_anon_/),
      export: some(/EXPORT/),
      '3des': some(/3DES|IDEA/),
      strong: some(/E_.*(GCM|CHACHA)/),
    })
    // It does not ask for http/1.0, which nginx has too.
    for (const name of ['h2', 'http/1.1'])
      expect(known(extensions!.alpn)?.includes(name), name).toBe(said.get('ALPN')?.includes(name) === true)
    expect([await resumes(port), await resumes(port, '-no_ticket')]).toEqual([resumed?.tickets, resumed?.ids])
    const chain = known(certificates!.rsa)
    if (chain === undefined || chain === 'none') throw new Error('no chain with an RSA key')
    expect(said.get('cert_keySize')).toContain(chain.key)
    expect(said.get('cert_subjectAltName')?.split(' ').sort()).toEqual([...chain.names].sort())
    expect(Number(said.get('certs_countServer'))).toBe(chain.certificates)
    expect(said.get('certs_list_ordering_problem') === 'no').toBe(chain.ordered)
    expect(said.get('OCSP_stapling') !== 'not offered').toBe(chain.stapled)
    const answer = known(http!.https)!
    expect(Number(/^\d+/.exec(said.get('HTTP_status_code')!))).toBe(answer.status)
    expect(said.get('HSTS_time')).toContain(`${answer.hsts!.maxAge}`)
    expect(said.get('cookie_count')).toMatch(new RegExp(`^${answer.cookies.length} `))
    expect(said.get('banner_server')).toBe(answer.server)
  },
  600_000,
)
