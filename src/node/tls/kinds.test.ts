/** Values of a kind that they cannot be, and what is beside connections: ours and Node's own. */
import { EventEmitter, once } from 'node:events'
import { createServer as createNetServer, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TLSSocket as NodeSocket } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { authority, chainOf, closing, listening, localhost, makes, next, root } from '../../../test/support/node-tls.ts'
import { DEFAULT_SUITES } from '../../tls/suites.table.ts'
import { connect, createSecureContext, createServer, DEFAULT_CIPHERS, type TLSSocket } from './index.ts'

const KIND = 'ERR_INVALID_ARG_TYPE'

describe.each(makes)('%s', (_, tls) => {
  const refusedBy = (call: () => unknown): unknown => {
    try {
      call()
    } catch (error) {
      return [(error as Error).name, (error as { code?: string }).code]
    }
    return undefined
  }

  test.each([
    [{ handshakeTimeout: 'abcd' }, 'TypeError', KIND],
    [{ sessionTimeout: 'abcd' }, 'TypeError', KIND],
    [{ sessionTimeout: -1 }, 'RangeError', 'ERR_OUT_OF_RANGE'],
    [{ sessionTimeout: 2 ** 31 }, 'RangeError', 'ERR_OUT_OF_RANGE'],
    [{ SNICallback: 'abcd' }, 'TypeError', KIND],
    [{ ciphers: 1 }, 'TypeError', KIND],
  ])('createServer refuses %o with the code that Node has', (options, ...refusal) => {
    expect(refusedBy(() => tls.createServer({ ...localhost, ...(options as object) }))).toEqual(refusal)
  })

  test('a name is set by text alone, and a socket stands over a stream alone', () => {
    for (const name of [undefined, null, 1, {}])
      expect(
        refusedBy(() => (new tls.TLSSocket(new Socket()) as unknown as TLSSocket).setServername(name as never)),
      ).toEqual(['TypeError', KIND])
    expect(refusedBy(() => new tls.TLSSocket(new EventEmitter() as never))).toContain('TypeError')
  })

  test.each([
    [[10, null], 'TypeError', KIND],
    [['10', 'label'], 'TypeError', KIND],
    [[10, 'label', 'context'], 'TypeError', KIND],
    [[0, 'label'], 'RangeError', 'ERR_OUT_OF_RANGE'],
    [[-3, 'label'], 'RangeError', 'ERR_OUT_OF_RANGE'],
  ])('exportKeyingMaterial refuses %o', async (given, ...refusal) => {
    const near = closing(tls.connect({ port: await listening(createServer(localhost)), host: 'localhost', ca: root }))
    await once(near, 'secureConnect')
    expect(refusedBy(() => near.exportKeyingMaterial(...(given as [number, string, Buffer])))).toEqual(refusal)
  })

  test('a server says of itself what it was told', () => {
    expect(tls.createServer(localhost)).toMatchObject({ allowHalfOpen: false, pauseOnConnect: false })
    const told = { allowHalfOpen: true, pauseOnConnect: true }
    expect(tls.createServer({ ...localhost, ...told })).toMatchObject(told)
  })

  test('getTLSTicket is what the server gave, and nothing before', async () => {
    const server = tls.createServer({ ...localhost, maxVersion: 'TLSv1.2' })
    const near = closing(tls.connect({ port: await listening(server), host: 'localhost', ca: root }))
    expect(near.getTLSTicket()).toBeUndefined()
    const accepted = next<NodeSocket>(server, 'secureConnection')
    await once(near, 'secureConnect')
    expect(near.getTLSTicket()?.length).toBeGreaterThan(40)
    expect((await accepted).getTLSTicket()).toBeUndefined()
  })
})

test('getPeerX509Certificate leads to what the peer showed above it, and a root nowhere', async () => {
  const { cert, key } = chainOf(
    authority.intermediate({ name: 'Test intermediate' }).issue({ names: ['localhost'] }),
    2,
  )
  const port = await listening(createServer({ cert: cert + root, key }))
  const near = closing(connect({ port, host: 'localhost', ca: root }))
  await once(near, 'secureConnect')
  const { issuerCertificate } = near.getPeerX509Certificate()!
  expect(issuerCertificate?.subject).toBe('CN=Test intermediate')
  expect(issuerCertificate?.issuerCertificate?.subject).toBe('CN=Test root')
  expect(issuerCertificate?.issuerCertificate?.issuerCertificate).toBeUndefined()
})

test('half of a connection may stay open over a socket of another server, which knows nothing of it', async () => {
  const server = createServer({ ...localhost, allowHalfOpen: true })
  const other = createNetServer(below => {
    server.emit('connection', below)
    below.once('end', () => setImmediate(ended))
  })
  let ended = (): void => {}
  server.once('secureConnection', socket => {
    socket.resume()
    ended = () => socket.end('late')
  })
  const near = closing(connect({ port: await listening(other), host: 'localhost', ca: root, allowHalfOpen: true }))
  near.end()
  expect(await text(near)).toBe('late')
})

test.each([null, 1, true])(
  'no connection is made whose checkServerIdentity is %s: it would have no check of the name',
  given => {
    const refusal = expect.objectContaining({ name: 'TypeError', code: KIND })
    expect(() => connect({ port: 1, checkServerIdentity: given as never })).toThrow(refusal)
  },
)

test('DEFAULT_CIPHERS names what is offered without a list', () => {
  expect(new Set(createSecureContext({ ciphers: DEFAULT_CIPHERS }).suites)).toEqual(new Set(DEFAULT_SUITES))
})
