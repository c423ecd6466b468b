import { expect, test } from 'vitest'
import { concat, toHex } from '../../../test/support/bytes.ts'
import { answersOf, identity, pair, recordsOf, shuttle } from '../../../test/support/tls.ts'
import { fail } from '../../failures/index.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { messagesOf, recorder } from '../../trace/recorder.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')
const versions = ['TLS 1.3'] as const

const typesOf = (pieces: readonly Uint8Array[]): number[] => recordsOf(concat(...pieces)).map(each => each[0]!)

test('RFC 9846 5.1: what a server says under one key is one record', () => {
  const { client, server } = pair({ crypto, who, versions })
  const flight = server.touch(concat(...client.touch()))
  expect(typesOf(flight)).toEqual([22, 20, 23])
  const answer = client.touch(concat(...flight))
  expect(client.established).toBeDefined()
  server.touch(concat(...answer))
  expect(server.established).toBeDefined()
})

test('RFC 9846 D.4: a client says ChangeCipherSpec once, before its second flight', () => {
  const { client, server } = pair({ crypto, who, versions })
  expect(typesOf(client.touch(concat(...server.touch(concat(...client.touch())))))).toEqual([20, 23])
  const groups = { client: { groups: ['x25519', 'secp256r1'] }, server: { groups: ['secp256r1'] } } as const
  const again = pair({ crypto, who, versions, ...groups })
  const hello = again.client.touch(concat(...again.server.touch(concat(...again.client.touch()))))
  expect(typesOf(hello)).toEqual([20, 22])
  expect(typesOf(again.client.touch(concat(...again.server.touch(concat(...hello)))))).toEqual([23])
})

test('a flight that waits for its signature leaves as far as it is there', () => {
  const serverAnswers = (question: Parameters<ReturnType<typeof answersOf>>[0]) =>
    question.about === 'sign' ? undefined : answersOf(crypto, who)(question)
  const { client, server } = pair({ crypto, who, versions, serverAnswers })
  expect(typesOf(server.touch(concat(...client.touch())))).toEqual([22, 20, 23])
  const asked = server.events.at(-1)
  if (asked?.type !== 'ask') throw new Error('no question')
  server.tls.answer(asked.id, answersOf(crypto, who)(asked.question)!, 0)
  expect(typesOf(server.touch())).toEqual([23])
})

test('a flight goes out before the alert that ends it', () => {
  const serverAnswers = (question: Parameters<ReturnType<typeof answersOf>>[0]) =>
    question.about === 'sign' ? fail('net/answer-failed', { where: 'sign' }) : answersOf(crypto, who)(question)
  const { client, server } = pair({ crypto, who, versions, serverAnswers })
  const out = server.touch(concat(...client.touch()))
  expect(server.failure?.code).toBe('net/answer-failed')
  expect(typesOf(out)).toEqual([22, 20, 23, 23])
  // Header, level and description, type, tag: the alert is the last one, not the flight.
  expect(recordsOf(concat(...out)).at(-1)).toHaveLength(5 + 2 + 1 + 16)
  client.touch(concat(...out))
  expect(client.failure?.code).toBe('tls/alert-received')
})

test('what was said before a connection is abandoned is sealed before its keys go', () => {
  const { client, server } = pair({ crypto, who, versions, serverAnswers: () => undefined })
  server.touch(concat(...client.touch()))
  const asked = server.events.at(-1)
  if (asked?.type !== 'ask') throw new Error('no question')
  server.tls.answer(asked.id, who.certified, 0)
  server.tls.abandon()
  expect(typesOf(server.tls.pollTransmit(0) ?? [])).toEqual([22, 20, 23])
  expect(server.tls.pollTransmit(0)).toBeUndefined()
})

test.each([
  ['in one record', undefined, 16_384],
  ['cut over small records', 64, 63],
] as const)('every message of a flight %s lies where the trace says', (_, recordSizeLimit, most) => {
  const trace = recorder()
  const context = (host: string) => ({ trace: { sink: trace, flow: 'one', host } })
  const certified = { ...who.certified, chain: [new Uint8Array(300).fill(1)] }
  const both = pair({
    crypto,
    who: { ...who, certified },
    versions,
    client: { ...context('client'), recordSizeLimit },
    server: context('server'),
  })
  shuttle(both)
  expect(both.server.established).toBeDefined()
  const messages = messagesOf(trace.records)
  const sealed = messages.filter(m => m.host === 'server' && m.direction === 'out' && m.sealed)
  const flight = messages.filter(m => m.host === 'server' && m.direction === 'out' && m.layer === 'tls').slice(2)
  expect(sealed.length).toBe(Math.ceil(concat(...flight.map(m => m.bytes)).length / most))
  const byId = new Map(messages.map(m => [m.id, m]))
  const told = messages.filter(m => m.layer === 'tls')
  for (const [host, direction] of [
    ['server', 'out'],
    ['client', 'in'],
  ] as const)
    expect(told.filter(m => m.host === host && m.direction === direction).map(m => m.name)).toEqual([
      ...['ServerHello', 'ChangeCipherSpec', 'EncryptedExtensions', 'Certificate', 'CertificateVerify', 'Finished'],
    ])
  for (const message of told) {
    const carried = message.carriedBy!.map(c => byId.get(c.message)!.bytes.subarray(c.start, c.end))
    expect(toHex(concat(...carried)), message.name).toBe(toHex(message.bytes))
  }
})

test('behind the handshake each message has a record of its own, also when they leave at once', () => {
  const { client, server } = pair({
    crypto,
    who,
    versions,
    client: { postHandshakeAuth: 'allowed' },
    server: { postHandshakeAuth: 'allowed' },
  })
  shuttle({ client, server })
  server.tls.updateKeys(0)
  server.tls.requestCertificate(0)
  server.tls.updateKeys(0)
  const out = server.touch()
  expect(typesOf(out)).toEqual([23, 23, 23])
  client.touch(concat(...out))
  expect(client.failure).toBeUndefined()
})
