/** What holds for a connection whichever version it speaks: what callers, providers and tables may do to it. */
import { describe, expect, test } from 'vitest'
import { ascii, concat } from '../../test/support/bytes.ts'
import { answersOf, changing13, identity, pair, record, recordsOf, Side, shuttle } from '../../test/support/tls.ts'
import { FailureError } from '../failures/index.ts'
import { machine } from '../machine.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { messagesOf, recorder } from '../trace/recorder.ts'
import { decode, encode } from '../wire/codec.ts'
import { Connection } from './connection.ts'
import { tlsClient, tlsServer } from './engine.ts'
import { clientView, taggedExtensions } from './messages/extensions.ts'
import { type ClientHello, RETRY_RANDOM, type ServerHello } from './messages/hello.ts'
import { handshake13 } from './messages/tls13.ts'
import { ExternalKey } from './session/external-key.ts'
import type { TlsVersion } from './types.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')
const nobody = () => undefined
const failureOf = (task: () => unknown) => {
  try {
    task()
  } catch (error) {
    if (error instanceof FailureError) return error.failure
    throw error
  }
  return undefined
}

test('a state that leads elsewhere than the table says is a defect, and is told', () => {
  const start = { name: 'Start', ClientHello: () => ({ name: 'Nowhere' }) }
  const table = machine('a test', [['Start', 'ClientHello', 'End', 'RFC 9846 2']])
  const role = { side: 'server', table, renegotiation: 'declined', start: () => ({ ...start, name: 'Start' }) } as const
  const [hello] = recordsOf(concat(...pair({ crypto, who }).client.touch()))
  const side = new Side(new Connection(role, crypto, undefined), nobody)
  expect(() => side.touch(hello)).toThrow('ClientHello leads to End, not to Nowhere')
})

test('what a provider throws is no failure of the peer: it reaches whoever has called', () => {
  const digest = (): never => {
    throw new Error('out of order')
  }
  const both = pair({ crypto, who, server: { crypto: { ...crypto, digest, hash: digest } } })
  expect(() => shuttle(both)).toThrow('out of order')
  expect(both.server.failure).toBeUndefined()
})

test('a connection has no time of its own, and a call that brings the time begins it', () => {
  const side = new Side(tlsClient({ crypto, serverName: 'shop.test' }), nobody)
  expect(side.tls.nextDeadline()).toBeUndefined()
  side.tls.advance(5)
  expect(side.tls.state).toBe('WaitServerHello')
  expect(side.tls.nextDeadline()).toBeUndefined()
})

test('a connection that has failed takes every call in silence', () => {
  const allowed = { postHandshakeAuth: 'allowed' } as const
  const both = pair({ crypto, who, versions: ['TLS 1.3'], client: allowed, server: allowed })
  shuttle(both)
  both.server.touch(record(23, new Uint8Array(40)))
  expect(both.server.failure?.code).toBe('tls/record-damaged')
  const { tls } = both.server
  tls.requestCertificate(0)
  tls.updateKeys(0)
  tls.write(ascii('lost'), 0)
  tls.close(0)
  expect(both.server.touch()).toEqual([])
  expect([tls.state, tls.closed]).toEqual(['Failed', true])
})

test('an empty write sends nothing', () => {
  const both = pair({ crypto, who })
  shuttle(both)
  both.client.tls.write(new Uint8Array(0), 0)
  expect(both.client.tls.pollTransmit(0)).toBeUndefined()
})

test('tls/nothing-to-speak: suites of none of the versions are refused at the call', () => {
  const of = (versions: readonly TlsVersion[] | undefined, suites: never[] | undefined) =>
    failureOf(() => tlsClient({ crypto, serverName: 'shop.test', versions, suites }))
  const suite12 = ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'] as never[]
  expect(of(['TLS 1.3'], suite12)).toMatchObject({
    code: 'tls/nothing-to-speak',
    expected: 'TLS 1.3',
    got: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  })
  expect(of(undefined, [])).toMatchObject({ expected: 'TLS 1.3, TLS 1.2', got: '' })
  expect(of([], undefined)?.got).toMatch(/^TLS_.*, TLS_/)
  expect(of(['TLS 1.2'], suite12)).toBeUndefined()
  const server = () => tlsServer({ crypto, versions: ['TLS 1.3'], suites: suite12 })
  expect(failureOf(server)?.code).toBe('tls/nothing-to-speak')
})

describe('a HelloRetryRequest', () => {
  const asking = (extensions: Parameters<typeof taggedExtensions<'helloRetryRequest'>>[0] | undefined) => {
    const side = new Side(tlsClient({ crypto, serverName: 'shop.test', groups: ['x25519', 'secp256r1'] }), nobody)
    const helloIn = (sent: readonly Uint8Array[]): ClientHello =>
      decode(
        handshake13.codec,
        recordsOf(concat(...sent))
          .at(-1)!
          .subarray(5),
      ).body as ClientHello
    const first = helloIn(side.touch())
    const again = side.touch(retry({ sessionId: first.sessionId, extensions }))
    return { side, first, second: side.failure === undefined ? helloIn(again) : undefined }
  }
  const retry = (more: {
    sessionId: Uint8Array
    extensions: Parameters<typeof taggedExtensions<'helloRetryRequest'>>[0] | undefined
  }): Uint8Array => {
    const body: ServerHello = {
      legacyVersion: 0x0303,
      random: RETRY_RANDOM.slice(),
      cipherSuite: 0x1301,
      compressionMethod: 0,
      sessionId: more.sessionId,
      extensions: more.extensions && taggedExtensions<'helloRetryRequest'>(more.extensions),
    }
    return record(22, encode(handshake13.codec, { type: 2, body }))
  }
  const supportedVersions = { version: 0x0304 }
  test('RFC 9846 4.2.4: that only wants a cookie gets the shares of before, and the cookie behind them', () => {
    const { first, second } = asking({ supportedVersions, cookie: { cookie: ascii('crumbs') } })
    const [before, behind] = [clientView(first.extensions!), clientView(second!.extensions!)]
    expect(behind.keyShare).toEqual(before.keyShare)
    expect(behind.cookie).toEqual({ cookie: ascii('crumbs') })
    const types = second!.extensions!.map(({ type }) => type)
    expect(types[types.indexOf(51) + 1]).toBe(44)
    expect(types.filter(type => type !== 44)).toEqual(first.extensions!.map(({ type }) => type))
  })
  test('RFC 9846 4.2.4: that wants a share too gets that one and no other', () => {
    const cookie = { cookie: ascii('crumbs') }
    const { second } = asking({ supportedVersions, cookie, keyShare: { selectedGroup: 0x17 } })
    const { keyShare, cookie: shown } = clientView(second!.extensions!)
    expect([keyShare!.clientShares.map(({ group }) => group), shown]).toEqual([[0x17], cookie])
  })
  test('tls/illegal-value: that chooses another version, or none, is refused', () => {
    for (const extensions of [
      { supportedVersions: { version: 0x0303 }, keyShare: { selectedGroup: 0x17 } },
      { keyShare: { selectedGroup: 0x17 } },
      {},
      undefined,
    ])
      expect(asking(extensions).side.failure).toMatchObject({
        code: 'tls/illegal-value',
        alert: 47,
        got: 'another version',
      })
  })
  test('tls/second-hello: is followed by a hello of the same version', () => {
    const groups = { client: { groups: ['x25519', 'secp256r1'] }, server: { groups: ['secp256r1'] } } as const
    for (const extensions of [taggedExtensions<'serverHello'>({ supportedVersions: { version: 0x0303 } }), undefined]) {
      const both = pair({ crypto, who, versions: ['TLS 1.3'], ...groups })
      let hellos = 0
      shuttle(
        both,
        changing13<ServerHello>(2, body => (++hellos === 2 ? { ...body, extensions } : body)),
      )
      expect(both.client.failure).toMatchObject({ code: 'tls/second-hello', alert: 47 })
    }
  })
  test('tls/unexpected-message: means nothing to a client that speaks TLS 1.2 alone', () => {
    const client = new Side(tlsClient({ crypto, serverName: 'shop.test', versions: ['TLS 1.2'] }), nobody)
    client.touch()
    client.touch(retry({ sessionId: new Uint8Array(0), extensions: { supportedVersions } }))
    expect(client.failure).toMatchObject({
      code: 'tls/unexpected-message',
      alert: 10,
      where: 'WaitServerHello',
      expected: 'ServerHello',
      got: 'HelloRetryRequest',
    })
  })
  test('RFC 9846 appendix D.4: ChangeCipherSpec follows it for clients with a session id, and for no others', () => {
    for (const [sessionId, types] of [
      [new Uint8Array(0), [22]],
      [new Uint8Array(32), [22, 20]],
    ] as const) {
      const server = new Side(tlsServer({ crypto, groups: ['secp256r1'] }), answersOf(crypto, who))
      const { client } = pair({ crypto, who, versions: ['TLS 1.3'], client: { groups: ['x25519', 'secp256r1'] } })
      const hello = changing13<ClientHello>(1, body => ({ ...body, sessionId }))(concat(...client.touch()), 'to-server')
      const answer = concat(...server.touch(concat(...(hello as Uint8Array[]))))
      expect(recordsOf(answer).map(each => each[0])).toEqual(types)
    }
  })
})

test('tls/session-echo: a server of TLS 1.2 that repeats an id under which there is no session', () => {
  const both = pair({ crypto, who, client: { versions: ['TLS 1.3', 'TLS 1.2'] } })
  let sessionId = new Uint8Array(0)
  shuttle(both, (bytes, direction) => {
    if (direction === 'to-server')
      return changing13<ClientHello>(1, body => {
        sessionId = body.sessionId.slice()
        return body
      })(bytes, direction)
    return changing13<ServerHello>(2, body => ({ ...body, sessionId }))(bytes, direction)
  })
  expect(sessionId).toHaveLength(32)
  expect(both.client.failure).toMatchObject({
    code: 'tls/session-echo',
    alert: 47,
    where: 'ServerHello.sessionId',
    expected: 'there is no session of that name',
  })
})

test('GREASE (RFC 8701): a hello with a key from elsewhere ends with it all the same (RFC 9846 4.3.11)', () => {
  const psk = [ExternalKey.of({ identity: ascii('device'), key: new Uint8Array(32).fill(1), role: 'client' })]
  const { client, server } = pair({ crypto, who, versions: ['TLS 1.3'], client: { psk, grease: 'sent' } })
  const sent = concat(...client.touch())
  const { extensions } = decode(handshake13.codec, recordsOf(sent)[0]!.subarray(5)).body as ClientHello
  expect(extensions!.at(-1)!.type).toBe(41)
  expect(extensions!.at(-2)!.body).toEqual(new Uint8Array(1))
  client.touch(concat(...server.touch(sent)))
  expect([client.failure, client.established === undefined]).toEqual([undefined, false])
})

test('an alert that is cut short, and a record of no type of TLS, are in the trace as far as that goes', () => {
  const trace = recorder()
  const both = pair({ crypto, who, server: { trace: { sink: trace, flow: 'one', host: 'server' } } })
  both.server.touch(record(21, Uint8Array.of(2)))
  expect(both.server.failure?.code).toBe('tls/bad-alert')
  const heard = messagesOf(trace.records).filter(({ direction }) => direction === 'in')
  expect(heard.map(({ name, about }) => [name, about])).toEqual([
    ['Alert record', '1 bytes'],
    ['Alert', 'fatal 0 close_notify'],
  ])
})

test('RFC 9846 4.2.2: a hello without extensions is one of TLS 1.2, and binds nobody to more', () => {
  const suites = ['TLS_RSA_WITH_AES_128_GCM_SHA256'] as const
  const server = new Side(tlsServer({ crypto, versions: ['TLS 1.3'] }), answersOf(crypto, who))
  const { client } = pair({ crypto, who, client: { suites } })
  const bare = changing13<ClientHello>(1, body => ({ ...body, extensions: undefined }))
  server.touch(concat(...(bare(concat(...client.touch()), 'to-server') as Uint8Array[])))
  expect(server.failure).toMatchObject({ code: 'tls/no-common-version', alert: 70, got: 'TLS 1.2' })
})
