/** What a caller is told: the sentence, what was asked, and next steps that can be copied as they stand. */

import { createServer } from 'node:tls'
import { expect, test } from 'vitest'
import { closing, peer, served } from '../../test/support/net.ts'
import { certificateAuthority, selfSigned } from '../ca/authority.ts'
import { english } from '../explain/index.ts'
import { FailureError, fail } from '../failures/index.ts'
import { certifiedKey, connect, fetch, listen } from '../index.ts'
import { jsonOfFailure } from '../inspect/index.ts'
import { systemClock } from '../node/clock.ts'
import { nodeWorld } from '../node/world.ts'
import { pem } from '../x509/files/pem.ts'
import { trustStore } from '../x509/path/store.ts'
import { memoryTransport } from './stream/memory.ts'
import type { Transport } from './stream/types.ts'

const { crypto } = nodeWorld()
const now = (): number => Date.now()
const authority = certificateAuthority({ crypto, now, name: 'test root' })
const trust = trustStore([authority.root])
const names = ['localhost']

const failing = async (work: Promise<unknown>): Promise<FailureError> => {
  const error = await work.then(
    () => 'no failure',
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof FailureError)) throw new Error(`expected a failure, got ${error}`)
  return error
}
const stepsOf = ({ failure }: FailureError): readonly string[] => english.tryThis(failure)

test('a certificate that vouches for itself is told with its port and the whole URL', async () => {
  const own = certifiedKey(selfSigned(crypto, now, { names }))
  const { port } = await served(() => new Response(''), { tls: { certificateFor: () => own } })
  const error = await failing(fetch(`https://localhost:${port}/a?b=1&c=2#part`, { trust }))
  expect(error.code).toBe('tls/certificate-self-signed')
  expect(error.failure.context).toMatchObject({
    url: `https://localhost:${port}/a?b=1&c=2`,
    method: 'GET',
    host: 'localhost',
    port,
    address: expect.stringMatching(/^(127\.0\.0\.1|::1)$/),
  })
  expect(stepsOf(error)).toEqual([
    `openssl s_client -connect localhost:${port} -servername localhost </dev/null | openssl x509 > cert.pem     # what it shows`,
    `barewire get --trust cert.pem 'https://localhost:${port}/a?b=1&c=2'     # if you know that it is the right one`,
  ])
  expect(jsonOfFailure(error.failure)).toMatchObject({ asked: { host: 'localhost', port, method: 'GET' } })
  expect(JSON.stringify(error.failure)).not.toContain('context')
})

test('a port of another protocol is named by its first bytes, and plain HTTP is offered where it helps', async () => {
  for (const [greeting, spoken, steps] of [
    ['SSH-2.0-OpenSSH_9.9\r\n', 'SSH', []],
    ['220 mail.test ESMTP\r\n', 'SMTP or FTP', ['check HERE --starttls smtp']],
    ['J\0\0\0\n8.0.40', 'MySQL', ['check HERE --starttls mysql']],
    ['HTTP/1.1 400 Bad Request\r\n\r\n', 'plain HTTP', ['get http://HERE/']],
  ] as const) {
    const { port } = new URL(await peer(socket => socket.write(greeting)))
    const error = await failing(fetch(`https://127.0.0.1:${port}/`))
    expect(error.code).toBe('tls/not-tls')
    expect(english.because(error.failure)[0]).toBe(`The port speaks ${spoken}.`)
    expect(stepsOf(error)).toEqual(steps.map(step => `barewire ${step.replace('HERE', `127.0.0.1:${port}`)}`))
  }
})

test('a name without an address is told with the port and path that were asked for', async () => {
  const over: Transport = {
    ...memoryTransport(systemClock),
    connect: ({ host }) => Promise.reject(new FailureError(fail('dns/no-address', { where: host }))),
  }
  const error = await failing(fetch('https://nosuch.test:8443/a', { over }))
  expect(error.message).toBe('No address for this name. The name nosuch.test has no address.')
  expect(stepsOf(error)).toEqual([
    'getent hosts nosuch.test',
    'barewire get --resolve nosuch.test:8443:127.0.0.1 https://nosuch.test:8443/a     # with the address that it should have',
  ])
})

test('an answer cut without close_notify says its status and how much of it had come', async () => {
  for (const [head, said] of [
    ['HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n', 'The answer 200 and 7 of 1000 bytes of its body had come.'],
    ['HTTP/1.1 431 Too Large\r\nConnection: close\r\n\r\n', 'The answer 431 and 7 bytes of its body had come.'],
  ] as const) {
    const { chain, privateKey } = authority.issue({ names })
    const server = createServer({
      cert: chain.map(der => pem('CERTIFICATE', der)).join(''),
      key: pem('PRIVATE KEY', privateKey),
    })
    server.on('secureConnection', socket =>
      socket.once('data', () => {
        // FIN on TCP, and nothing of TLS before it.
        socket.write(`${head}partial`, () => (socket as unknown as { _parent?: { end(): void } })._parent?.end())
      }),
    )
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => server.close())
    const { port } = server.address() as { port: number }
    const response = await fetch(`https://localhost:${port}/big`, { trust })
    const error = await failing(response.text())
    expect(error.code).toBe('tls/cut-short')
    expect(error.message).toContain(said)
    expect(error.failure.context).toMatchObject({ url: `https://localhost:${port}/big`, received: 7 })
  }
})

test('plain HTTP on a port of TLS, and TLS on a port of plain HTTP, each lead to the other scheme', async () => {
  const closes = await peer(socket => socket.once('data', () => socket.end()))
  const { port } = new URL(closes)
  const error = await failing(fetch(`${closes}a`))
  expect(error.code).toBe('http/no-answer')
  expect(stepsOf(error)).toEqual([`barewire get https://127.0.0.1:${port}/`])
})

test('a time-out offers the same request with more time', async () => {
  const url = await peer(() => {})
  const error = await failing(fetch(url, { timeouts: { firstByte: 30 } }))
  expect(error.code).toBe('http/head-timeout')
  expect(stepsOf(error)).toEqual([`barewire get --timeout 1s ${url}     # wait longer`])
})

test('below the doors an error has its code and facts, at the doors the sentence of the world', async () => {
  const over = memoryTransport(systemClock)
  const below = await failing(over.connect({ host: 'localhost', port: 9 }))
  expect(below.message).toMatch(/^tcp\/refused: where localhost:9$/)
  const world = nodeWorld()
  const said = await failing(connect({ over, host: 'localhost', port: 9 }))
  expect(said.message).toBe('Nobody listens on this port. localhost:9 answered the SYN with RST.')
  expect(said.failure.context).toEqual({ host: 'localhost', port: 9 })
  const mute = await failing(connect({ over, host: 'localhost', port: 9, world: { ...world, words: undefined } }))
  expect(mute.message).toBe('tcp/refused: where localhost:9')
  const listener = await listen({ over, port: 7 }, () => {})
  closing.push(() => listener.close())
  expect((await failing(listen({ over, port: 7 }, () => {}))).message).toMatch(/^The port is in use\. /)
})

test('the place where redirects begin is what a next step asks for', async () => {
  const url = await peer(socket =>
    socket.on('data', () => socket.write("HTTP/1.1 302 Found\r\nLocation: /'$(id)'\r\nContent-Length: 0\r\n\r\n")),
  )
  const error = await failing(fetch(`${url}start`))
  expect(error.code).toBe('net/too-many-redirects')
  expect(stepsOf(error)).toEqual([`barewire get ${url}start     # where the first answer points`])
})
