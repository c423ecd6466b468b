/** TLS as an engine: two ends in one function, no sockets, no promises. Whoever drives it decides where bytes go. */

import { certifiedKey } from 'barewire'
import { certificateAuthority } from 'barewire/ca'
import { nodeCrypto } from 'barewire/node'
import { type TlsConnection, tlsClient, tlsServer } from 'barewire/tls'
import { trustStore, verifyChain } from 'barewire/x509'

const crypto = nodeCrypto()
const now = Date.now()
const authority = certificateAuthority({ crypto, now: () => now, name: 'example CA' })
const { chain, privateKey } = authority.issue({ names: ['shop.test'] })
const key = certifiedKey({ chain, privateKey })
const trust = trustStore([authority.certificate])

const client = tlsClient({ crypto, serverName: 'shop.test', alpn: ['http/1.1'] })
const server = tlsServer({ crypto, alpn: ['http/1.1'] })

/** Everything that `one` wants to say goes to `other`, and its questions are answered. */
const settle = (name: string, one: TlsConnection, other: TlsConnection): boolean => {
  let moved = false
  for (let event = one.pollEvent(); event !== undefined; event = one.pollEvent()) {
    moved = true
    if (event.type === 'established') console.log(`${name}: ${event.version}, ${event.suite}, ${event.group}`)
    if (event.type === 'data') console.log(`${name} reads: ${new TextDecoder().decode(event.bytes)}`)
    if (event.type === 'failure') throw new Error(event.failure.code)
    if (event.type !== 'ask') continue
    const { question } = event
    if (question.about === 'client-hello') one.answer(event.id, key, now)
    if (question.about === 'trust') one.answer(event.id, verifyChain({ ...question, at: now, trust, crypto }), now)
    if (question.about === 'sign') {
      const algorithm = { key: 'ecdsa', hash: 'sha256' } as const
      one.answer(event.id, crypto.sign(algorithm, privateKey, question.message), now)
    }
  }
  for (let pieces = one.pollTransmit(now); pieces !== undefined; pieces = one.pollTransmit(now)) {
    moved = true
    for (const piece of pieces) other.receive(piece, now)
  }
  return moved
}
const run = (): void => {
  while ([settle('client', client, server), settle('server', server, client)].includes(true));
}

run()
client.write(new TextEncoder().encode('hello over TLS'), now)
run()
