/** Traces in which formats stand that few exchanges have: old kinds of TLS, rare links, what is in no stream. */
import { openCapture } from '../../src/dissect/capture.ts'
import { streamReader } from '../../src/dissect/stream/index.ts'
import { opened } from '../../src/inspect/conversations/opened.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import type { AnySuiteName } from '../../src/tls/suites.table.ts'
import { recorder, type TraceRecord } from '../../src/trace/recorder.ts'
import { connection, ethernet, ipPacket, PROTOCOL, pcapFile, udpPacket } from './made-captures.ts'
import { meeting } from './raw-keys.ts'
import { changing, type Identity, identity, type KeyKind, type PairOptions, pair, shuttle, without } from './tls.ts'

const crypto = nodeCrypto()
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

type Traced = Pick<PairOptions, 'client' | 'server'> & { readonly kept: ReturnType<typeof recorder> }
const traced = (): Traced => {
  const kept = recorder()
  const as = (host: string) => ({ trace: { sink: kept, flow: 'f', host } })
  return { kept, client: as('client'), server: as('server') }
}

/** What both ends of TLS 1.2 say with this suite, and a word from each. */
const tls12 = (suite: AnySuiteName, kind: KeyKind, wire?: Parameters<typeof shuttle>[1]): readonly TraceRecord[] => {
  const { kept, client, server } = traced()
  const who: Identity = identity(crypto, kind)
  const both = pair({
    crypto,
    who,
    client: { ...client, suites: [suite] },
    server: { ...server, suites: [suite] },
  })
  shuttle(both, wire)
  both.client.tls.write(utf8('ping'), 0)
  both.server.tls.write(utf8('a longer answer than that'), 0)
  shuttle(both, wire)
  return kept.records
}

const raw = (): readonly TraceRecord[] => {
  const { kept, client, server } = traced()
  meeting('TLS 1.2', { client: { ...client }, server: { ...server } })
  return kept.records
}

/** Everything that a capture of these frames tells. */
const seen = (linkType: number, frames: readonly Uint8Array[]): readonly TraceRecord[] => {
  const file = pcapFile(
    'little',
    linkType,
    frames.map((bytes, i) => ({ time: BigInt(i) * 1000n, bytes })),
  )
  const capture = openCapture({ size: file.length, read: (from, to) => file.subarray(from, to) })
  return capture.conversations.flatMap(
    each =>
      opened(capture, each, tell => context => streamReader({ ...context, crypto, tell, privateKeys: [] }), recorder())
        .records,
  )
}

const question = Uint8Array.from([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 97, 0, 0, 1, 0, 1])
const http = (from: string, to: string): readonly Uint8Array[] => {
  const each = connection(from, to)
  const get = utf8('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  const ok = utf8('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  return [each.syn(), each.synAck(), each.ack('client'), each.says('client', get), each.says('server', ok)]
}
const ping = ipPacket([10, 0, 0, 1], [10, 0, 0, 2], PROTOCOL.icmp, Uint8Array.of(8, 0, 0xf7, 0xff, 0, 0, 0, 0))
const before =
  (...bytes: readonly number[]) =>
  (packet: Uint8Array) =>
    Uint8Array.from([...bytes, ...packet])

/** A ServerHello and a ServerKeyExchange of a TLS that is not spoken here, of that version and suite. */
const oldTls = (version: number, suite: number): readonly TraceRecord[] => {
  const each = connection('10.0.0.1:40000', '10.0.0.2:443')
  const hello = (type: number, ...rest: readonly number[]): number[] => {
    const body = [3, version, ...new Array<number>(32).fill(7), 0, ...rest]
    return [type, 0, 0, body.length, ...body]
  }
  const record = (...message: readonly number[]) => Uint8Array.of(22, 3, version, 0, message.length, ...message)
  const packets = [
    each.syn(),
    each.synAck(),
    each.ack('client'),
    each.says('client', record(...hello(1, 0, 2, suite >> 8, suite & 255, 1, 0))),
    each.says('server', record(...hello(2, suite >> 8, suite & 255, 0))),
    each.says('server', record(12, 0, 0, 6, 3, 0, 29, 1, 9, 9)),
  ]
  return seen(
    1,
    packets.map(packet => ethernet(packet)),
  )
}

/** By what they are of; each is made when it is asked for. */
export const made: readonly (readonly [name: string, records: () => readonly TraceRecord[]])[] = [
  ['TLS 1.2 with GCM', () => tls12('TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'p-256')],
  ['TLS 1.2 with ChaCha20', () => tls12('TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', 'p-256')],
  ['TLS 1.2 with CBC', () => tls12('TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256', 'p-256')],
  [
    'TLS 1.2 with CBC, the MAC inside',
    () =>
      tls12(
        'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA',
        'p-256',
        changing('ClientHello', hello => without(22)(hello)),
      ),
  ],
  ['TLS 1.2 with RSA', () => tls12('TLS_RSA_WITH_AES_128_GCM_SHA256', 'rsa-2048')],
  ['TLS 1.2 with raw public keys', raw],
  ['TLS 1.0 with ECDHE', () => oldTls(1, 0xc013)],
  ['TLS 1.0 with RSA', () => oldTls(1, 0x002f)],
  ['TLS 1.2 with a key exchange that is not spoken', () => oldTls(3, 0x0033)],
  [
    'Ethernet with tags',
    () =>
      seen(
        1,
        http('10.0.0.1:1', '10.0.0.2:80').map(each => ethernet(each, 3, 7)),
      ),
  ],
  [
    'Ethernet with IPv6',
    () =>
      seen(
        1,
        http('[fd00::1]:1', '[fd00::2]:80').map(each => ethernet(each)),
      ),
  ],
  [
    'Linux cooked frames',
    () =>
      seen(113, http('10.0.0.1:1', '10.0.0.2:80').map(before(0, 0, 0, 1, 0, 6, ...new Array<number>(8).fill(1), 8, 0))),
  ],
  [
    'Linux cooked frames, second kind',
    () =>
      seen(
        276,
        http('10.0.0.1:1', '10.0.0.2:80').map(
          before(8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, ...new Array<number>(8).fill(1)),
        ),
      ),
  ],
  ['loopback frames', () => seen(0, http('10.0.0.1:1', '10.0.0.2:80').map(before(2, 0, 0, 0)))],
  ['DNS and ICMP', () => seen(1, [ethernet(udpPacket('10.0.0.1:5000', '10.0.0.2:53', question)), ethernet(ping)])],
]
