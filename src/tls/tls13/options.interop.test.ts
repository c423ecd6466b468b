/** What is agreed on by choice in TLS 1.3, with OpenSSL over loopback; certificates made on the spot. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ascii, hex } from '../../../test/support/bytes.ts'
import { type Answers, answersOf, Side } from '../../../test/support/tls.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { keyGroupOf } from '../certificate/key.ts'
import type { TlsClientConfig, TlsServerConfig } from '../config.ts'
import { tlsClient, tlsServer } from '../engine.ts'

const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
const openssl = has('openssl')
const withOpenssl = openssl ? '' : ' (skipped: openssl is not installed)'

const crypto = nodeCrypto()
/** OCSPResponse with nothing but the status unauthorized (RFC 6960 4.2.1). */
const OCSP = hex('30030a0106')
const folder = openssl ? mkdtempSync(join(tmpdir(), 'tls13-peers-')) : ''
const running: ChildProcess[] = []
let answers: Answers

beforeAll(() => {
  if (!openssl) return
  const self = ['-nodes', '-subj', '/CN=shop.test', '-addext', 'subjectAltName=DNS:shop.test', '-days', '2']
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-keyout', join(folder, 'key')]
  execFileSync('openssl', ['req', '-x509', ...key, ...self, '-out', join(folder, 'cert')], { stdio: 'ignore' })
  writeFileSync(join(folder, 'ocsp'), OCSP)
  const spki = execFileSync('openssl', ['x509', '-in', join(folder, 'cert'), '-noout', '-pubkey'], {
    encoding: 'latin1',
  })
  const der = (pem: string): Uint8Array => new Uint8Array(Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64'))
  const certified = {
    chain: [der(readFileSync(join(folder, 'cert'), 'latin1'))],
    schemes: [0x0403],
    group: keyGroupOf(der(spki)),
    key: undefined,
    ocsp: OCSP,
  }
  const usual = answersOf(crypto, {
    spki: der(spki),
    pkcs8: der(readFileSync(join(folder, 'key'), 'latin1')),
    certified,
  })
  answers = question => (question.about === 'certificate' ? certified : usual(question))
})
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
  if (folder !== '') rmSync(folder, { recursive: true })
})

/** What a client program says of us; `made` sees our side as soon as it is established. */
const visited = async (program: string, args: readonly string[], config: Partial<TlsServerConfig>) => {
  let exported: Uint8Array | undefined
  const server = createServer(socket => {
    const side = new Side(tlsServer({ crypto, versions: ['TLS 1.3'], ...config }), answers)
    const move = (input?: Uint8Array | 'end'): void => {
      for (const piece of side.touch(input)) socket.write(piece)
      if (side.established !== undefined && exported === undefined) {
        exported = side.tls.exportKeyingMaterial('EXPORTER-shop', undefined, 20)
        side.tls.close(0)
        for (const piece of side.touch()) socket.write(piece)
      }
      if (side.tls.closed) socket.end()
    }
    socket.on('data', data => move(new Uint8Array(data)))
    socket.on('error', () => undefined)
  })
  const port = await new Promise<number>(resolve => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
  })
  const child = spawn(
    program,
    args.map(arg => arg.replace('@PORT', `${port}`)),
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  running.push(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', data => (said += data))
  await new Promise(resolve => child.on('close', resolve))
  server.close()
  return { said, exported: Buffer.from(exported ?? []).toString('hex') }
}

test.skipIf(!openssl)(
  `OpenSSL exports the same secret, and reads the response that we staple${withOpenssl}`,
  async () => {
    const { said, exported } = await visited(
      'openssl',
      [
        's_client',
        '-connect',
        '127.0.0.1:@PORT',
        '-tls1_3',
        '-status',
        '-keymatexport',
        'EXPORTER-shop',
        '-keymatexportlen',
        '20',
      ],
      {},
    )
    expect(exported).toHaveLength(40)
    expect(said.toLowerCase()).toContain(`keying material: ${exported}`)
    expect(said).toContain('OCSP Response Status: unauthorized')
  },
)

test.skipIf(!openssl)(
  `OpenSSL asks who we are behind the handshake, staples, and does not mind GREASE${withOpenssl}`,
  async () => {
    const port = await new Promise<number>(resolve => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const { port: free } = probe.address() as { port: number }
        probe.close(() => resolve(free))
      })
    })
    const files = ['-key', join(folder, 'key'), '-cert', join(folder, 'cert'), '-status_file', join(folder, 'ocsp')]
    const args = [
      's_server',
      '-accept',
      `${port}`,
      '-tls1_3',
      '-verify',
      '1',
      '-CAfile',
      join(folder, 'cert'),
      ...files,
    ]
    const child = spawn('openssl', args, { stdio: 'pipe' })
    running.push(child)
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', data => (said += data))
    await expect.poll(() => said, { timeout: 10_000 }).toContain('ACCEPT')
    let asked = 0
    let staple: Uint8Array | undefined
    const noting: Answers = question => {
      if (question.about === 'certificate') asked++
      if (question.about === 'trust') staple = question.ocsp
      return answers(question)
    }
    const wanted: Partial<TlsClientConfig> = { postHandshakeAuth: 'allowed', grease: 'sent', evidence: ['ocsp'] }
    const side = new Side(tlsClient({ crypto, serverName: 'shop.test', versions: ['TLS 1.3'], ...wanted }), noting)
    const socket = connect(port, '127.0.0.1')
    const move = (input?: Uint8Array): void => {
      for (const piece of side.touch(input)) socket.write(piece)
    }
    socket.on('data', data => move(new Uint8Array(data)))
    move()
    await expect.poll(() => side.established ?? side.failure, { timeout: 10_000 }).toHaveProperty('version')
    expect(staple).toEqual(OCSP)
    const before = asked
    child.stdin.write('c\n')
    await expect.poll(() => asked, { timeout: 10_000 }).toBe(before + 1)
    side.tls.write(ascii('and on\n'), 0)
    move()
    await expect.poll(() => said, { timeout: 10_000 }).toContain('and on')
    expect(side.failure).toBeUndefined()
    socket.destroy()
  },
)
