/** What is drawn by lot for each connection is no difference. */
import { expect, test } from 'vitest'
import { handshake13 } from '../../tls/messages/tls13.ts'
import type { MessageRecord } from '../../trace/types.ts'
import { headFacts } from './head-facts.ts'
import { helloFacts } from './hello-facts.ts'

const record = (layer: 'tls' | 'http', bytes: Uint8Array): MessageRecord => ({
  id: 1,
  layer,
  flow: 'a-b',
  host: 'client',
  direction: 'out',
  at: 0,
  name: 'ClientHello',
  format: layer === 'tls' ? handshake13.codec : undefined,
  bytes,
})

/** A ClientHello with these suites and extensions. */
const hello = (lot: number, suites: readonly number[], extensions: readonly (readonly number[])[]): MessageRecord => {
  const u16 = (number: number): number[] => [number >> 8, number & 0xff]
  const listed = extensions.flat()
  const body = [
    ...[3, 3, ...Array.from({ length: 32 }, () => lot), 1, lot],
    ...[...u16(2 * suites.length), ...suites.flatMap(u16), 1, 0, ...u16(listed.length), ...listed],
  ]
  return record('tls', Uint8Array.from([1, 0, ...u16(body.length), ...body]))
}

test('randoms, session ids, GREASE in suites, extensions, groups and ALPN, key shares and padding', () => {
  const one = hello(
    7,
    [0x1a1a, 0x1301],
    [
      [0x2a, 0x2a, 0, 1, 0],
      [0, 10, 0, 6, 0, 4, 0x3a, 0x3a, 0, 29],
      [0, 16, 0, 8, 0, 6, 2, 0x4a, 0x4a, 2, 0x68, 0x32],
      [0, 51, 0, 9, 0, 7, 0, 29, 0, 3, 1, 2, 3],
      [0, 21, 0, 2, 0, 0],
    ],
  )
  const other = hello(
    8,
    [0xfafa, 0x1301],
    [
      [0, 10, 0, 6, 0, 4, 0xba, 0xba, 0, 29],
      [0, 16, 0, 8, 0, 6, 2, 0x5a, 0x5a, 2, 0x68, 0x32],
      [0, 51, 0, 9, 0, 7, 0, 29, 0, 3, 4, 5, 6],
    ],
  )
  const values = [...helloFacts(one)].map(([field, fact]) => `${field}: ${fact.values.join(' ')}`)
  expect(values).toEqual([
    'legacyVersion: TLS 1.2',
    'cipherSuites: TLS_AES_128_GCM_SHA256',
    'compressionMethods: null',
    'extensions: supported_groups application_layer_protocol_negotiation key_share',
    'supported_groups: x25519',
    'application_layer_protocol_negotiation: h2',
    'key_share: x25519',
  ])
  expect([...helloFacts(other)]).toEqual([...helloFacts(one)])
})

test('dates, numbers of requests, boundaries and ports of a moment in heads', () => {
  const head = (port: number, lot: string): MessageRecord =>
    record(
      'http',
      new TextEncoder().encode(
        `POST / HTTP/1.1\r\nHost: localhost:${port}\r\nDate: ${lot}\r\nX-Request-Id: ${lot}\r\nContent-Type: multipart/form-data; boundary=${lot}\r\n\r\n`,
      ),
    )
  const facts = (message: MessageRecord) => [...headFacts(message, 'request', 'starred')]
  expect(facts(head(40_001, 'a'))).toEqual(facts(head(51_234, 'b')))
  expect(facts(head(8443, 'a'))).not.toEqual(facts(head(443, 'a')))
})
