/** Keys from elsewhere with OpenSSL and GnuTLS over loopback, both ways: nobody here has a certificate. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ascii, toHex } from '../../../test/support/bytes.ts'
import { freePort, installed, missing, run, start } from '../../../test/support/peers.ts'
import { temporaryFolder } from '../../../test/support/peers-chain.ts'
import type { Answers } from '../../../test/support/tls.ts'
import { answering, talkTo } from '../../../test/support/tls-peers.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { ExternalKey } from '../session/external-key.ts'
import { TicketKeeper } from '../session/tickets.ts'
import type { AnySuiteName } from '../suites.table.ts'

const key = ascii('0123456789abcdefghijklmnopqrstuv')
const name = 'device7'
const of = (role: 'client' | 'server', identity = name) => ExternalKey.of({ identity: ascii(identity), key, role })

/** Has the key, and nothing to show. */
const keyed: Answers = question => {
  if (question.about === 'client-hello') return 'none'
  if (question.about !== 'psk') throw new Error(`asked about ${question.about}`)
  const [ours] = [of('server')]
  return question.identities.some(each => ours!.isFor(each)) ? ours! : 'none'
}
const nothing: Answers = question => {
  throw new Error(`asked about ${question.about}`)
}

const openssl = installed('openssl')
const gnutls = installed('gnutls-cli') && installed('gnutls-serv')
const folder = temporaryFolder('external-keys')
afterAll(() => folder.remove())
const passwords = join(folder.path, 'psk.txt')
writeFileSync(passwords, `${name}:${toHex(key)}\n`)
const GNUTLS = 'NORMAL:-VERS-ALL:+VERS-TLS1.3:-KX-ALL:+ECDHE-PSK'

type Peer = readonly [name: string, there: boolean, program: string, args: (port: number) => string[]]

const servers: readonly Peer[] = [
  [
    'OpenSSL',
    openssl,
    'openssl',
    port => [
      ...['s_server', '-accept', `${port}`, '-tls1_3', '-nocert', '-rev'],
      ...['-psk', toHex(key), '-psk_identity', name],
    ],
  ],
  [
    'GnuTLS',
    gnutls,
    'gnutls-serv',
    port => ['--port', `${port}`, '--echo', '--pskpasswd', passwords, '--priority', GNUTLS],
  ],
]
const clients: readonly Peer[] = [
  [
    'OpenSSL',
    openssl,
    'openssl',
    port => [
      ...['s_client', '-connect', `127.0.0.1:${port}`, '-tls1_3', '-quiet'],
      ...['-psk', toHex(key), '-psk_identity', name],
    ],
  ],
  [
    'GnuTLS',
    gnutls,
    'gnutls-cli',
    port => [
      ...['--port', `${port}`, '127.0.0.1', '--priority', GNUTLS],
      ...['--pskusername', name, '--pskkey', toHex(key)],
    ],
  ],
]
const suites: readonly AnySuiteName[] = ['TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256']

describe.each(servers)('our client at %s', (_, there, program, args) => {
  test.skipIf(!there)(`both know each other by the key${missing(program)}`, async () => {
    const port = await freePort()
    const peer = await start(program, args(port), port)
    try {
      for (const suite of suites) {
        const side = await talkTo(port, nothing, {
          // GnuTLS looks at the first that is no ticket, and at no other.
          psk:
            program === 'openssl' ? [of('client', 'another'), of('client')] : [of('client'), of('client', 'another')],
          certificates: 'refused',
          suites: [suite, 'TLS_AES_256_GCM_SHA384'],
          groups: ['x25519', 'secp256r1'],
        })
        expect(side.failure).toBeUndefined()
        expect(side.established).toMatchObject({ suite, externalKey: { identity: ascii(name) }, resumed: false })
        expect(side.data.includes(10)).toBe(true)
      }
      const refused = await talkTo(port, nothing, { psk: [of('client', 'nobody')], certificates: 'refused' })
      expect(refused.established).toBeUndefined()
    } finally {
      await peer.stop()
    }
  })
})

describe.each(clients)('%s at our server', (_, there, program, args) => {
  test.skipIf(!there)(
    `both know each other by the key, also behind a HelloRetryRequest${missing(program)}`,
    async () => {
      for (const group of ['x25519', 'secp384r1'] as const) {
        const server = await answering(keyed, { psk: 'asked', groups: [group] })
        const { stdout } = await run(program, args(server.port), { input: 'ping\n', holdInput: true, limit: 20_000 })
        server.close()
        const [side] = server.sides
        // GnuTLS leaves without close_notify.
        expect([undefined, 'tls/cut-short']).toContain(side?.failure?.code)
        expect(side?.established).toMatchObject({ group, externalKey: { identity: ascii(name) }, peerChain: [] })
        expect(Buffer.from(stdout).toString()).toContain('pong')
      }
    },
  )
})

describe('OpenSSL and a ticket behind the key', () => {
  test.skipIf(!openssl)(`our client comes back to it, and is known by the key${missing('openssl')}`, async () => {
    const port = await freePort()
    const [, , program, args] = servers[0]!
    const peer = await start(program, args(port), port)
    try {
      const offered = { psk: [of('client')], certificates: 'refused' } as const
      const first = await talkTo(port, nothing, { ...offered, session: 'new' })
      const ticket = first.events.find(event => event.type === 'session')
      expect(ticket?.type).toBe('session')
      if (ticket?.type !== 'session') return
      const again = await talkTo(port, nothing, { ...offered, session: ticket.session })
      expect(again.established).toMatchObject({ resumed: true, externalKey: { identity: ascii(name) }, peerChain: [] })
      expect(again.data.includes(10)).toBe(true)
    } finally {
      await peer.stop()
    }
  })

  test.skipIf(!openssl)(`it comes back to our server, and is known by the key${missing('openssl')}`, async () => {
    const keeper = new TicketKeeper({ crypto: nodeCrypto() })
    const answers: Answers = question => {
      if (question.about !== 'ticket') return keyed(question)
      const at = Date.now()
      return 'seal' in question.wanted
        ? keeper.seal(question.wanted.seal, at)
        : (keeper.open(question.wanted.open, at) ?? 'none')
    }
    const server = await answering(answers, { psk: 'asked', resumption: ['ticket'], epoch: Date.now() })
    const file = join(folder.path, 'session.pem')
    const [, , program, args] = clients[0]!
    for (const more of [
      ['-sess_out', file],
      ['-sess_in', file],
    ]) {
      const { stdout } = await run(program, [...args(server.port), ...more], {
        input: 'ping\n',
        holdInput: true,
        limit: 20_000,
      })
      expect(Buffer.from(stdout).toString()).toContain('pong')
    }
    server.close()
    expect(
      server.sides.map(({ failure, established: about }) => [failure, about?.resumed, about?.externalKey]),
    ).toEqual([false, true].map(resumed => [undefined, resumed, { identity: ascii(name), context: undefined }]))
  })
})
