/** `ALPNCallback`, beside Node's own. */
import { once } from 'node:events'
import type { TLSSocket as NodeSocket } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { closing, errorOf, listening, localhost, next, pairs, root } from '../../../test/support/node-tls.ts'
import { connect, createServer } from './index.ts'

describe.each(pairs)('client of %s, server of %s', (_, __, clientTls, serverTls) => {
  const asked = async (
    choose: (about: { servername: string; protocols: string[] }) => unknown,
    client: object = {},
  ) => {
    const about: unknown[] = []
    const ALPNCallback = (told: { servername: string; protocols: string[] }): unknown => {
      about.push(told)
      return choose(told)
    }
    const server = serverTls.createServer({ ...localhost, ALPNCallback } as object)
    const failed = next<Error>(server, 'tlsClientError')
    const accepted = next<NodeSocket>(server, 'secureConnection')
    const port = await listening(server)
    const near = closing(clientTls.connect({ port, host: '127.0.0.1', ca: root, servername: 'localhost', ...client }))
    return { near, about, accepted, failed }
  }

  test('ALPNCallback chooses among what the client named', async () => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3']) {
      const { near, about, accepted } = await asked(() => 'b', { ALPNProtocols: ['a', 'b'], maxVersion })
      await once(near, 'secureConnect')
      expect(about).toEqual([{ servername: 'localhost', protocols: ['a', 'b'] }])
      expect([near.alpnProtocol, (await accepted).alpnProtocol]).toEqual(['b', 'b'])
    }
  })

  test('a client that names nothing is asked for nothing, and served', async () => {
    const { near, about } = await asked(() => 'b')
    await once(near, 'secureConnect')
    expect([near.alpnProtocol, about]).toEqual([false, []])
  })

  test('without a choice the client is refused', async () => {
    const { near, failed } = await asked(() => undefined, { ALPNProtocols: ['a'] })
    expect(await errorOf(near)).toMatchObject({ code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL' })
    expect(await failed).toMatchObject({ code: expect.stringMatching(/^ERR_SSL_.*NO_APPLICATION_PROTOCOL$/) })
  })

  test('what the client did not name is an error of the server', async () => {
    const { near, failed } = await asked(() => 'c', { ALPNProtocols: ['a'] })
    const ended = errorOf(near)
    expect(await failed).toMatchObject({ code: 'ERR_TLS_ALPN_CALLBACK_INVALID_RESULT' })
    expect(await ended).toBeInstanceOf(Error)
  })

  test('beside ALPNProtocols it is refused at the call', () => {
    expect(() =>
      serverTls.createServer({ ...localhost, ALPNProtocols: ['a'], ALPNCallback: () => 'a' } as object),
    ).toThrow(expect.objectContaining({ code: 'ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS' }))
  })
})

test('what ALPNCallback throws is told, and ends this client alone', async () => {
  let times = 0
  const server = createServer({
    ...localhost,
    ALPNCallback() {
      if (++times === 1) throw Object.assign(new Error('no'), { code: 'ENO' })
      return 'a'
    },
  })
  const failed = once(server, 'tlsClientError')
  const port = await listening(server)
  const ask = () => closing(connect({ port, host: 'localhost', ca: root, ALPNProtocols: ['a'] }))
  expect(await errorOf(ask())).toBeInstanceOf(Error)
  expect((await failed)[0]).toMatchObject({ code: 'ENO' })
  const next = ask()
  await once(next, 'secureConnect')
  expect(next.alpnProtocol).toBe('a')
})
