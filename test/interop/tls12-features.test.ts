/** What two sides of TLS 1.2 may agree on besides, and exporters and stapling in TLS 1.3, against other programs. */

import { readFileSync } from 'node:fs'
import type { TLSSocket } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { hexText } from '../../src/wire/bytes.ts'
import { missing, run } from '../support/peers.ts'
import type { Side } from '../support/tls.ts'
import { answering, openHearted, talkTo } from '../support/tls-peers.ts'
import { gnutls, nodePeer, nodeTalk, openssl, peersAround, started, text, who } from './tls12-peers.ts'

peersAround()

describe(`what else may be agreed on${missing('openssl')}`, () => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const)
    test.skipIf(!openssl)(`exported secrets are those of node:tls, both ways (${maxVersion})`, async () => {
      const { key } = who.get('ecdsa')!
      const [label, context] = ['EXPERIMENTAL test', Buffer.from('context')]
      const [ours, theirs]: [string[], string[]] = [[], []]
      // A connection that is over has nothing left to make them of.
      const met = ({ tls }: Side) => void ours.push(hexText(tls.exportKeyingMaterial(label, context, 32)))
      const exported = (socket: TLSSocket) => {
        theirs.push(socket.exportKeyingMaterial(32, label, context).toString('hex'))
      }
      const peer = await nodePeer({ maxVersion }, exported)
      const side = await talkTo(peer.port, openHearted(undefined), { exporters: 'kept' }, met)
      peer.close()
      const server = await answering(openHearted(key), { exporters: 'kept' }, met)
      await nodeTalk(server.port, { maxVersion }, exported)
      server.close()
      for (const { established } of [side, server.sides[0]!])
        expect(established?.version).toBe(maxVersion.replace('v', ' '))
      expect(theirs).toHaveLength(2)
      expect(ours).toEqual(theirs)
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
