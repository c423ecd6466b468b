/** What a connection on which nothing happens holds of what came. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { ascii, concat } from '../../test/support/bytes.ts'
import { answersOf, identity } from '../../test/support/tls.ts'
import type { CryptoProvider } from '../crypto/provider.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { tlsClient, tlsServer } from './engine.ts'
import type { TlsConnection, TlsVersion } from './types.ts'

const crypto = nodeCrypto()
const answers = answersOf(crypto, identity(crypto, 'p-256'))
setFlagsFromString('--expose_gc')
const collect = runInNewContext('gc') as () => void

/** Answers what is asked; what is to be sent. */
const drained = (tls: TlsConnection): Uint8Array => {
  const out: Uint8Array[] = []
  for (;;) {
    const event = tls.pollEvent()
    const pieces = event === undefined ? tls.pollTransmit(0) : undefined
    if (event?.type === 'ask') tls.answer(event.id, answers(event.question)!, 0)
    if (pieces !== undefined) out.push(...pieces)
    else if (event === undefined) return concat(...out)
  }
}

const established = (
  version: TlsVersion,
  from: CryptoProvider = crypto,
): { readonly client: TlsConnection; readonly server: TlsConnection } => {
  const client = tlsClient({ crypto: from, serverName: 'shop.test', versions: [version] })
  const server = tlsServer({ crypto: from, versions: [version] })
  for (let i = 0; i < 4; i++) {
    server.receive(drained(client), 0)
    client.receive(drained(server), 0)
  }
  expect([client.state, server.state]).toEqual(Array(2).fill(version === 'TLS 1.2' ? 'Established' : 'Established13'))
  return { client, server }
}

test.each(['TLS 1.2', 'TLS 1.3'] as const)('%s: of a chunk that was read nothing is held', async version => {
  for (const pieces of [1, 2, 3]) {
    const { client, server } = established(version)
    const refs: WeakRef<Uint8Array>[] = []
    const carry = (): void => {
      client.write(ascii('x'.repeat(5_000)), 0)
      const flight = drained(client)
      const size = Math.ceil(flight.length / pieces)
      for (let at = 0; at < flight.length; at += size) {
        const chunk = flight.slice(at, at + size)
        refs.push(new WeakRef(chunk))
        server.receive(chunk, 0)
        drained(server)
      }
    }
    carry()
    await new Promise(resolve => setImmediate(resolve))
    collect()
    expect(
      refs.map(ref => ref.deref() === undefined),
      `${pieces} pieces`,
    ).toEqual(Array(pieces).fill(true))
    expect(server.closed).toBe(false)
  }
})

test.each(['TLS 1.2', 'TLS 1.3'] as const)('%s: of what keys were made of nothing is held', async version => {
  const refs: WeakRef<ArrayBufferLike>[] = []
  const watched: CryptoProvider = {
    ...crypto,
    aead: (name, key) => {
      refs.push(new WeakRef(key.buffer))
      return crypto.aead(name, key)
    },
  }
  const { client, server } = established(version, watched)
  await new Promise(resolve => setImmediate(resolve))
  collect()
  expect(refs.length).toBeGreaterThan(2)
  expect(refs.filter(ref => ref.deref() !== undefined)).toEqual([])
  expect([client.closed, server.closed], 'both are still there').toEqual([false, false])
})
