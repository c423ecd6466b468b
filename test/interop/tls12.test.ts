/** What TLS 1.2 has besides a plain handshake, against OpenSSL, GnuTLS and `node:tls`, both ways. */

import { constants } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect as nodeConnect, createServer as nodeServer, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Session } from '../../src/tls/session.ts'
import type { CertifiedKey } from '../../src/tls/types.ts'
import { hexText } from '../../src/wire/bytes.ts'
import { freePort, installed, missing, type Peer, run, start } from '../support/peers.ts'
import { type Leaf, type TestAuthority, temporaryFolder, testAuthority } from '../support/peers-chain.ts'
import { answering, keyOfLeaf, openHearted, remembering, talkTo } from '../support/tls-peers.ts'

const openssl = installed('openssl')
const gnutls = openssl && installed('gnutls-serv') && installed('gnutls-cli')
const folder = temporaryFolder('tls12')
const peers: Peer[] = []
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

interface Who {
  readonly authority: TestAuthority
  readonly leaf: Leaf
  readonly key: CertifiedKey
}
const who = new Map<string, Who>()

beforeAll(() => {
  if (!openssl) return
  for (const kind of ['ecdsa', 'rsa'] as const) {
    const authority = testAuthority(kind, folder.path)
    const leaf = authority.issue({ names: ['localhost'], purposes: 'serverAuth,clientAuth' })
    who.set(kind, { authority, leaf, key: keyOfLeaf(leaf) })
  }
})
afterAll(async () => {
  for (const peer of peers) await peer.stop()
  folder.remove()
})

const started = async (program: string, argumentsFor: (port: number) => readonly string[]): Promise<number> => {
  const port = await freePort()
  peers.push(await start(program, argumentsFor(port), port))
  return port
}

/** `node:tls` as a server that answers a line; what it saw of each client. */
const nodePeer = async (
  options: object,
  seen: (socket: TLSSocket) => void,
  handlers: Readonly<Record<string, (...given: never[]) => void>> = {},
): Promise<{ port: number; close(): void }> => {
  const { leaf } = who.get('ecdsa')!
  const server = nodeServer(
    { key: readFileSync(leaf.key), cert: readFileSync(leaf.chain), maxVersion: 'TLSv1.2', ...options },
    socket => {
      seen(socket)
      socket.on('error', () => undefined)
      socket.once('data', () => socket.end('pong\n'))
    },
  )
  server.on('tlsClientError', () => undefined)
  for (const [event, handler] of Object.entries(handlers)) server.on(event, handler as () => void)
  // Of sessions by id Node keeps none itself.
  const sessions = new Map<string, Buffer>()
  server.on('newSession', (id: Buffer, session: Buffer, done: () => void) => {
    sessions.set(id.toString('hex'), session)
    done()
  })
  server.on('resumeSession', (id: Buffer, done: (error: Error | null, session: Buffer | null) => void) =>
    done(null, sessions.get(id.toString('hex')) ?? null),
  )
  const port = await freePort()
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  return { port, close: () => server.close() }
}

interface Talked {
  readonly said: string
  readonly reused: boolean
  readonly session: Buffer | undefined
  readonly error: Error | undefined
}

/** `node:tls` as a client that says `ping` and reads to the end. */
const nodeTalk = (
  port: number,
  options: object,
  secure?: (socket: TLSSocket) => void,
  made?: (socket: TLSSocket) => void,
): Promise<Talked> =>
  new Promise(resolve => {
    let said = ''
    let error: Error | undefined
    let reused = false
    let session: Buffer | undefined
    const usual = {
      host: '127.0.0.1',
      servername: 'localhost',
      rejectUnauthorized: false,
      maxVersion: 'TLSv1.2',
    } as const
    const socket = nodeConnect({ port, ...usual, ...options }, () => {
      secure?.(socket)
      reused = socket.isSessionReused()
      session = socket.getSession()
      socket.write('ping\n')
    })
    made?.(socket)
    socket.on('data', data => (said += String(data)))
    socket.on('error', problem => (error = problem))
    socket.on('close', () => resolve({ said, reused, session, error }))
  })

describe(`client certificates${missing('openssl')}`, () => {
  for (const kind of ['ecdsa', 'rsa'] as const) {
    test.skipIf(!openssl)(`our client shows a certificate (${kind}) to openssl s_server and to node:tls`, async () => {
      const { leaf, key, authority } = who.get(kind)!
      const port = await started('openssl', free => [
        ...['s_server', '-tls1_2', '-rev', '-quiet', '-Verify', '3', '-verify_return_error'],
        ...['-accept', `127.0.0.1:${free}`, '-CAfile', authority.root, '-key', leaf.key, '-cert', leaf.certificate],
      ])
      const side = await talkTo(port, openHearted(key))
      expect(side.failure).toBeUndefined()
      expect(text(side.data)).toBe('gnip\n')
      let subject: string | undefined
      const peer = await nodePeer(
        { requestCert: true, rejectUnauthorized: true, ca: [readFileSync(authority.root)] },
        socket => (subject = socket.authorized ? socket.getPeerCertificate().subjectaltname : 'nobody'),
      )
      expect(text((await talkTo(peer.port, openHearted(key))).data)).toBe('pong\n')
      peer.close()
      expect(subject).toBe('DNS:localhost, IP Address:127.0.0.1')
    })
    test.skipIf(!openssl)(`openssl s_client and node:tls show us a certificate (${kind})`, async () => {
      const { leaf, key } = who.get(kind)!
      const server = await answering(openHearted(key), { clientCertificate: 'required' })
      const certificate = ['-key', leaf.key, '-cert', leaf.certificate, '-cert_chain', leaf.chain]
      const { stdout } = await run(
        'openssl',
        ['s_client', '-tls1_2', '-quiet', '-connect', `127.0.0.1:${server.port}`, ...certificate],
        { input: 'ping\n', holdInput: true },
      )
      expect(text(stdout)).toContain('pong')
      const { said } = await nodeTalk(server.port, { key: readFileSync(leaf.key), cert: readFileSync(leaf.chain) })
      expect(said).toBe('pong\n')
      server.close()
      for (const side of server.sides) expect(side.established?.peerChain[0]).toEqual(key.chain[0])
      expect(server.sides).toHaveLength(2)
    })
  }
  test.skipIf(!openssl)('a client without one is refused by both sides of the house', async () => {
    const { key } = who.get('ecdsa')!
    const server = await answering(openHearted(key), { clientCertificate: 'required' })
    const { error } = await nodeTalk(server.port, {})
    expect(error).toMatchObject({ code: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE' })
    server.close()
    expect(server.sides[0]?.failure?.code).toBe('tls/client-certificate-missing')
    const peer = await nodePeer({ requestCert: true, rejectUnauthorized: true }, () => undefined)
    const side = await talkTo(peer.port, openHearted(undefined))
    peer.close()
    expect(text(side.data)).toBe('')
  })
  test.skipIf(!gnutls)(`GnuTLS both ways${missing('gnutls-cli')}`, async () => {
    const { leaf, key, authority } = who.get('ecdsa')!
    const priority = ['--priority', 'NORMAL:-VERS-ALL:+VERS-TLS1.2']
    const port = await started('gnutls-serv', free => [
      ...['--echo', '--quiet', '--port', String(free), '--require-client-cert', '--verify-client-cert', ...priority],
      ...['--x509keyfile', leaf.key, '--x509certfile', leaf.chain, '--x509cafile', authority.root],
    ])
    expect(text((await talkTo(port, openHearted(key))).data)).toBe('ping\n')
    const server = await answering(openHearted(key), { clientCertificate: 'required' })
    const { stdout } = await run(
      'gnutls-cli',
      [
        ...['--insecure', '--logfile', '/dev/null', ...priority, '-p', String(server.port), '127.0.0.1'],
        ...['--x509keyfile', leaf.key, '--x509certfile', leaf.chain],
      ],
      { input: 'ping\n', holdInput: true },
    )
    expect(text(stdout)).toContain('pong')
    server.close()
    expect(server.sides[0]?.established?.peerChain[0]).toEqual(key.chain[0])
  })
})

/** Three visits to a server, each with what the one before left: whether they were resumed. */
const visits = async (port: number): Promise<unknown[]> => {
  let session: Session | 'new' = 'new'
  const resumed: unknown[] = []
  for (let i = 0; i < 3; i++) {
    const side = await talkTo(port, openHearted(undefined), { session, epoch: i * 1_000 })
    expect(side.failure).toBeUndefined()
    expect(text(side.data)).toMatch(/^(pong|gnip|ping)\n$/)
    resumed.push(side.established?.resumed)
    for (const event of side.events) if (event.type === 'session') session = event.session
  }
  return resumed
}

describe(`sessions${missing('openssl')}`, () => {
  for (const [how, options, flags] of [
    ['tickets', {}, []],
    ['ids', { secureOptions: constants.SSL_OP_NO_TICKET }, ['-no_ticket']],
  ] as const) {
    test.skipIf(!openssl)(`our client comes back to node:tls and to openssl s_server with ${how}`, async () => {
      const reused: boolean[] = []
      const peer = await nodePeer({ ...options, sessionIdContext: 'test' }, socket =>
        reused.push(socket.isSessionReused()),
      )
      expect(await visits(peer.port)).toEqual([false, true, true])
      peer.close()
      expect(reused).toEqual([false, true, true])
      const { leaf } = who.get('rsa')!
      const port = await started('openssl', free => [
        ...['s_server', '-tls1_2', '-rev', '-quiet', '-accept', `127.0.0.1:${free}`, ...flags],
        ...['-key', leaf.key, '-cert', leaf.certificate],
      ])
      expect(await visits(port)).toEqual([false, true, true])
    })
    test.skipIf(!openssl)(`node:tls and openssl s_client come back to us with ${how}`, async () => {
      const { key } = who.get('ecdsa')!
      const server = await answering(remembering(key), { resumption: ['ticket', 'session'] })
      let session: Buffer | undefined
      for (const reused of [false, true, true]) {
        const talked = await nodeTalk(server.port, { ...options, session })
        expect([talked.said, talked.reused]).toEqual(['pong\n', reused])
        session ??= talked.session
      }
      const file = join(folder.path, `${how}.session`)
      for (const more of [
        ['-sess_out', file],
        ['-sess_in', file],
      ]) {
        const base = [
          's_client',
          '-tls1_2',
          '-quiet',
          '-connect',
          `127.0.0.1:${server.port}`,
          '-servername',
          'localhost',
        ]
        const { stdout } = await run('openssl', [...base, ...flags, ...more], { input: 'ping\n', holdInput: true })
        expect(text(stdout)).toContain('pong')
      }
      server.close()
      expect(server.sides.map(side => side.established?.resumed)).toEqual([false, true, true, false, true])
    })
  }
  test.skipIf(!openssl)('a client that showed a certificate is known when it comes back, both ways', async () => {
    const { key, leaf, authority } = who.get('ecdsa')!
    const names: unknown[] = []
    const asking = {
      requestCert: true,
      rejectUnauthorized: true,
      ca: [readFileSync(authority.root)],
      sessionIdContext: 'x',
    }
    const peer = await nodePeer(asking, socket => names.push([socket.isSessionReused(), socket.authorized]))
    const first = await talkTo(peer.port, openHearted(key), { session: 'new' })
    const event = first.events.find(each => each.type === 'session')
    const session = event?.type === 'session' ? event.session : undefined
    expect((await talkTo(peer.port, openHearted(key), { session })).established?.resumed).toBe(true)
    peer.close()
    expect(names).toEqual([
      [false, true],
      [true, true],
    ])
    const server = await answering(remembering(key), { resumption: ['ticket'], clientCertificate: 'required' })
    const own = { key: readFileSync(leaf.key), cert: readFileSync(leaf.chain) }
    const { session: given } = await nodeTalk(server.port, own)
    expect((await nodeTalk(server.port, { ...own, session: given })).said).toBe('pong\n')
    server.close()
    expect(server.sides.map(side => side.established?.resumed)).toEqual([false, true])
    expect(server.sides[1]?.established?.peerChain[0]).toEqual(key.chain[0])
  })
  test.skipIf(!gnutls)(`GnuTLS both ways${missing('gnutls-cli')}`, async () => {
    const { leaf, key } = who.get('ecdsa')!
    const priority = ['--priority', 'NORMAL:-VERS-ALL:+VERS-TLS1.2']
    const port = await started('gnutls-serv', free => [
      ...['--echo', '--quiet', '--port', String(free), ...priority],
      ...['--x509keyfile', leaf.key, '--x509certfile', leaf.chain],
    ])
    expect(await visits(port)).toEqual([false, true, true])
    const server = await answering(remembering(key), { resumption: ['ticket', 'session'] })
    await run(
      'gnutls-cli',
      [
        ...['--insecure', '--resume', '--waitresumption', '--logfile', '/dev/null', ...priority],
        '-p',
        String(server.port),
        '127.0.0.1',
      ],
      { input: 'ping\n', holdInput: true },
    )
    server.close()
    expect(server.sides.map(side => side.established?.resumed)).toEqual([false, true])
  })
})

describe(`what else may be agreed on${missing('openssl')}`, () => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const)
    test.skipIf(!openssl)(`exported secrets are those of node:tls, both ways (${maxVersion})`, async () => {
      const { key } = who.get('ecdsa')!
      const [label, context] = ['EXPERIMENTAL test', Buffer.from('context')]
      const theirs: string[] = []
      const exported = (socket: TLSSocket) => {
        theirs.push(socket.exportKeyingMaterial(32, label, context).toString('hex'))
      }
      const peer = await nodePeer({ maxVersion }, exported)
      const side = await talkTo(peer.port, openHearted(undefined), { exporters: 'kept' })
      peer.close()
      const server = await answering(openHearted(key), { exporters: 'kept' })
      await nodeTalk(server.port, { maxVersion }, exported)
      server.close()
      const ours = [side, server.sides[0]!]
      expect(ours.map(({ established }) => established?.version)).toEqual(Array(2).fill(maxVersion.replace('v', ' ')))
      expect(ours.map(({ tls }) => hexText(tls.exportKeyingMaterial(label, context, 32)))).toEqual(theirs)
    })
  test.skipIf(!openssl)('an OCSP response in TLS 1.3 comes with the question of trust', async () => {
    const response = Uint8Array.from({ length: 700 }, (_, i) => i)
    const peer = await nodePeer({ maxVersion: 'TLSv1.3' }, () => undefined, {
      OCSPRequest: (_: unknown, __: unknown, done: (error: Error | null, given: Buffer) => void) =>
        done(null, Buffer.from(response)),
    })
    const side = await talkTo(peer.port, openHearted(undefined), { evidence: ['ocsp', 'scts'] })
    peer.close()
    expect(side.established?.version).toBe('TLS 1.3')
    const asked = side.events.flatMap(event => (event.type === 'ask' ? [event.question] : []))
    expect(asked).toMatchObject([{ about: 'trust', ocsp: response }])
  })
  test.skipIf(!openssl)('OCSP responses are stapled, both ways', async () => {
    const { key } = who.get('ecdsa')!
    const response = Uint8Array.from({ length: 700 }, (_, i) => i)
    const peer = await nodePeer({}, () => undefined, {
      OCSPRequest: (_: unknown, __: unknown, done: (error: Error | null, given: Buffer) => void) =>
        done(null, Buffer.from(response)),
    })
    const side = await talkTo(peer.port, openHearted(undefined), { evidence: ['ocsp', 'scts'] })
    peer.close()
    const asked = side.events.flatMap(event => (event.type === 'ask' ? [event.question] : []))
    expect(asked).toMatchObject([{ about: 'trust', ocsp: response }])
    expect(text(side.data)).toBe('pong\n')
    const server = await answering(openHearted({ ...key, ocsp: response }))
    const got: Buffer[] = []
    const watching = (socket: TLSSocket) => void socket.on('OCSPResponse', given => got.push(given))
    const { said } = await nodeTalk(server.port, { requestOCSP: true }, undefined, watching)
    server.close()
    expect([said, got.map(each => new Uint8Array(each))]).toEqual(['pong\n', [response]])
  })
  test.skipIf(!openssl)('CBC goes with encrypt-then-MAC and without, both ways', async () => {
    const { key } = who.get('rsa')!
    const suites = [
      'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA',
      'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256',
      'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384',
    ] as const
    // SSL_OP_NO_ENCRYPT_THEN_MAC, which node:crypto does not name.
    for (const [i, ciphers] of ['ECDHE-RSA-AES128-SHA', 'ECDHE-RSA-AES128-SHA256', 'ECDHE-RSA-AES256-SHA384'].entries())
      for (const secureOptions of [0, 0x8_0000]) {
        const { leaf } = who.get('rsa')!
        const own = { key: readFileSync(leaf.key), cert: readFileSync(leaf.chain) }
        const peer = await nodePeer({ ...own, secureOptions, ciphers }, () => undefined)
        const side = await talkTo(peer.port, openHearted(undefined), { suites: [suites[i]!] })
        peer.close()
        expect([side.failure, text(side.data)]).toEqual([undefined, 'pong\n'])
        const server = await answering(openHearted(key), { suites })
        const { said } = await nodeTalk(server.port, { ciphers, secureOptions })
        server.close()
        expect([said, server.sides[0]?.established?.suite]).toEqual(['pong\n', suites[i]])
      }
  })
  test.skipIf(!openssl)('max_fragment_length, both ways', async () => {
    const { leaf, key } = who.get('rsa')!
    const port = await started('openssl', free => [
      ...['s_server', '-tls1_2', '-rev', '-quiet', '-accept', `127.0.0.1:${free}`],
      ...['-key', leaf.key, '-cert', leaf.certificate],
    ])
    const side = await talkTo(port, openHearted(undefined), { maxFragmentLength: 512 })
    expect([side.failure, text(side.data)]).toEqual([undefined, 'gnip\n'])
    const server = await answering(openHearted(key))
    const { stdout } = await run(
      'openssl',
      ['s_client', '-tls1_2', '-quiet', '-maxfraglen', '512', '-connect', `127.0.0.1:${server.port}`],
      { input: 'ping\n', holdInput: true },
    )
    server.close()
    expect(text(stdout)).toContain('pong')
  })
  test.skipIf(!gnutls)(`record_size_limit, which GnuTLS speaks, both ways${missing('gnutls-cli')}`, async () => {
    const { leaf, key } = who.get('ecdsa')!
    const priority = ['--priority', 'NORMAL:-VERS-ALL:+VERS-TLS1.2']
    const port = await started('gnutls-serv', free => [
      ...['--echo', '--quiet', '--port', String(free), ...priority, '--recordsize', '600'],
      ...['--x509keyfile', leaf.key, '--x509certfile', leaf.chain],
    ])
    const side = await talkTo(port, openHearted(undefined), { recordSizeLimit: 512 })
    expect([side.failure, text(side.data)]).toEqual([undefined, 'ping\n'])
    const young = await started('gnutls-serv', free => [
      ...['--echo', '--quiet', '--port', String(free), '--priority', 'NORMAL:-VERS-ALL:+VERS-TLS1.3'],
      ...['--x509keyfile', leaf.key, '--x509certfile', leaf.chain],
    ])
    const other = await talkTo(young, openHearted(undefined), { recordSizeLimit: 512 })
    expect([other.established?.version, text(other.data)]).toEqual(['TLS 1.3', 'ping\n'])
    const server = await answering(openHearted(key), { recordSizeLimit: 512 })
    const { stdout } = await run(
      'gnutls-cli',
      [
        ...['--insecure', '--logfile', '/dev/null', '--recordsize', '600', ...priority],
        '-p',
        String(server.port),
        '127.0.0.1',
      ],
      { input: 'ping\n', holdInput: true },
    )
    server.close()
    expect(text(stdout)).toContain('pong')
  })
})
