/** What a client of TLS 1.3 offers by choice, and what a server makes of it. */
import { describe, expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { changed, meddled } from '../../../test/support/meddler.ts'
import { answersOf, identity, type PairOptions } from '../../../test/support/tls.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { decode, type Tagged } from '../../wire/codec.ts'
import { clientView } from '../messages/extensions.ts'
import { isGrease } from '../messages/grease.ts'
import type { ClientHello, ServerHello } from '../messages/hello.ts'
import { handshake13 } from '../messages/tls13.ts'
import type { Introduced } from '../types.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')

/** A handshake with the hellos of its client, and what the server was told of the last. */
const handshake = (client: PairOptions['client'], server?: PairOptions['server']) => {
  const hellos: ClientHello[] = []
  let told: Introduced | undefined
  const both = meddled(
    {
      crypto,
      who,
      versions: ['TLS 1.3', 'TLS 1.2'],
      ...(client && { client }),
      ...(server && { server }),
      serverAnswers: question => {
        if (question.about === 'client-hello') told = question.hello
        return answersOf(crypto, who)(question)
      },
    },
    ({ name, content }) => {
      if (name === 'ClientHello') hellos.push(decode(handshake13.codec, content).body as ClientHello)
      return undefined
    },
  )
  return { ...both, hellos, told }
}

describe('GREASE (RFC 8701)', () => {
  test('stands among everything that is offered, where it was asked for, and nowhere else', () => {
    const greasy = handshake({ grease: 'sent', alpn: ['http/1.1'] }, { alpn: ['http/1.1'] })
    const [{ cipherSuites, extensions = [] }] = greasy.hellos as [ClientHello]
    const { supportedGroups, keyShare, signatureAlgorithms, supportedVersions, pskKeyExchangeModes, alpn } =
      clientView(extensions)
    expect(isGrease(cipherSuites[0]!)).toBe(true)
    expect(isGrease(supportedGroups!.groups[0]!)).toBe(true)
    expect(keyShare!.clientShares[0]).toEqual({ group: supportedGroups!.groups[0], keyExchange: Uint8Array.of(0) })
    expect(isGrease(signatureAlgorithms!.schemes[0]!)).toBe(true)
    expect(isGrease(supportedVersions!.versions[0]!)).toBe(true)
    expect([0x0b, 0x2a, 0x49, 0x68, 0x87, 0xa6, 0xc5, 0xe4]).toContain(pskKeyExchangeModes!.modes[0])
    expect(alpn!.protocols[0]).toBe('http/1.1')
    expect(alpn!.protocols[1]).toHaveLength(2)
    expect(extensions.filter(({ type }) => isGrease(type))).toEqual([extensions[0], extensions.at(-1)])
    expect(greasy.client.established).toMatchObject({ version: 'TLS 1.3', alpn: 'http/1.1' })
    const [plain] = handshake({}).hellos as [ClientHello]
    expect([...plain.cipherSuites, ...(plain.extensions ?? []).map(({ type }) => type)].filter(isGrease)).toEqual([])
  })

  test('RFC 9846 4.2.2: a second hello repeats it, but for the share', () => {
    const again = handshake({ grease: 'sent', groups: ['x25519', 'secp256r1'] }, { groups: ['secp256r1'] })
    expect(again.client.established).toMatchObject({ group: 'secp256r1' })
    const [first, second] = again.hellos as [ClientHello, ClientHello]
    expect(second.cipherSuites).toEqual(first.cipherSuites)
    const others = ({ extensions = [] }: ClientHello): Tagged[] => extensions.filter(({ type }) => type !== 51)
    expect(others(second)).toEqual(others(first))
    expect(clientView(second.extensions!).keyShare!.clientShares.map(({ group }) => group)).toEqual([0x17])
  })

  test('a server that chooses of it has chosen what was not offered', () => {
    const answering = (change: (body: ServerHello, hello: ClientHello) => ServerHello) => {
      let hello: ClientHello | undefined
      const { client } = meddled({ crypto, who, client: { grease: 'sent' } }, heard => {
        if (heard.name === 'ClientHello') hello = decode(handshake13.codec, heard.content).body as ClientHello
        return heard.name === 'ServerHello' ? [changed<ServerHello>(heard, body => change(body, hello!))] : undefined
      })
      return client.failure
    }
    const extended = (body: ServerHello, type: number, value: unknown): ServerHello => ({
      ...body,
      extensions: body.extensions!.map(each => (each.type === type ? { type, body: value } : each)),
    })
    const suite = answering((body, hello) => ({ ...body, cipherSuite: hello.cipherSuites[0]! }))
    expect(suite).toMatchObject({ code: 'tls/wrong-suite', alert: 47 })
    const version = answering((body, hello) =>
      extended(body, 43, { version: clientView(hello.extensions!).supportedVersions!.versions[0] }),
    )
    expect(version).toMatchObject({ code: 'tls/illegal-value', alert: 47 })
    const group = answering((body, hello) => {
      const { group } = clientView(hello.extensions!).keyShare!.clientShares[0]!
      return extended(body, 51, { serverShare: { group, keyExchange: Uint8Array.of(0) } })
    })
    expect(group).toMatchObject({ code: 'tls/wrong-group', alert: 47 })
    const extension = answering((body, hello) => ({
      ...body,
      extensions: [...body.extensions!, { type: hello.extensions![0]!.type, body: new Uint8Array(0) }],
    }))
    expect(extension).toMatchObject({ code: 'tls/unoffered-extension', alert: 110 })
  })
})

test('a client tells whom it trusts and what it can check in certificates, and the server chooses by it', () => {
  const serverAuthorities = [ascii('0 one name'), ascii('0 another')]
  const { told, client } = handshake({ serverAuthorities, certificateSchemes: [0x0403, 0x0401] })
  expect(told).toMatchObject({ authorities: serverAuthorities, certificateSchemes: [0x0403, 0x0401] })
  expect(client.established).toBeDefined()
  expect(handshake({}).told).toMatchObject({ authorities: [], certificateSchemes: undefined })
})

test('RFC 9846 5.4: records are as long as the policy makes them, and no longer than a record may be', () => {
  const to = (multiple: number) => (length: number) => (-length % multiple === 0 ? 0 : multiple - (length % multiple))
  const { client, server } = meddled({ crypto, who, client: { padding: to(64) }, server: { padding: () => 1e9 } })
  expect(client.established).toBeDefined()
  const sent = (side: typeof client, bytes: Uint8Array): number => {
    side.tls.write(bytes, 0)
    return side.touch().reduce((sum, piece) => sum + piece.length, 0)
  }
  const overhead = 5 + 1 + 16
  expect(sent(client, new Uint8Array(1))).toBe(64 + overhead)
  expect(sent(client, new Uint8Array(65))).toBe(128 + overhead)
  expect(sent(server, new Uint8Array(1))).toBe(16_384 + overhead)
})
