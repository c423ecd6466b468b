/** Client certificates and sessions of TLS 1.2, against OpenSSL, GnuTLS and `node:tls`, both ways. */

import { constants } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Session } from '../../src/tls/session/session.ts'
import { missing, run } from '../support/peers.ts'
import { answering, openHearted, remembering, talkTo } from '../support/tls-peers.ts'
import { folder, gnutls, nodePeer, nodeTalk, openssl, peersAround, started, text, who } from './tls12-peers.ts'

peersAround()

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
    expect(error).toMatchObject({
      code: expect.stringMatching(/^ERR_SSL_(?:SSLV3|SSL\/TLS)_ALERT_HANDSHAKE_FAILURE$/),
    })
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
