import { expect, test } from 'vitest'
import { formats } from '../../../test/support/formats.ts'
import { isFailure } from '../../failures/index.ts'
import { playExchange } from '../../lab/exchange.ts'
import { nodePlatform } from '../../node/lab.ts'
import { seeded } from '../../random.ts'
import { messagesOf, type TraceRecord } from '../../trace/recorder.ts'
import type { Layer } from '../../trace/types.ts'
import { dissect, encode } from '../../wire/codec.ts'
import { fields } from '../../wire/field.ts'
import { filterOf } from './filter.ts'
import { fieldNames, WRAPPERS } from './names.table.ts'
import { namesOf } from './parse.ts'

const seen = async (): Promise<readonly TraceRecord[]> => {
  const { records } = await playExchange(nodePlatform(), 1)
  return records.filter(({ record }) => record.host === 'laptop')
}
const exchange = seen()

const found = async (text: string): Promise<string[]> => {
  const records = await exchange
  const filter = filterOf(text)
  if (isFailure(filter)) throw new Error(`${text}: ${filter.got} ${filter.expected}`)
  const ids = filter.matching(records)
  return messagesOf(records)
    .filter(({ id }) => ids.has(id))
    .map(({ name }) => name)
}

test('a layer, a message and a field are there or not', async () => {
  expect(await found('http')).toEqual(['POST /login', '200 OK', 'GET /account', '200 OK'])
  expect(await found('tls.alert')).toEqual(['Alert', 'Alert'])
  expect(await found('tls.client_hello')).toEqual(['ClientHello'])
  expect(await found('tls.server_name')).toEqual(['ClientHello', 'EncryptedExtensions'])
  expect(await found('http.cookie')).toEqual(['GET /account'])
  expect(await found('http.set-cookie')).toEqual(['200 OK'])
  expect(await found('tcp.syn')).toEqual(['SYN', 'SYN ACK'])
  expect(await found('tcp.retransmission')).toEqual([])
  expect(await found('dns.answers.ttl')).toEqual(['10.0.0.3'])
})

test('fields are compared with numbers, words, texts and bytes', async () => {
  expect(await found('http.status == 200')).toEqual(['200 OK', '200 OK'])
  expect(await found('http.status != 200')).toEqual([])
  expect(await found('http.status >= 400')).toEqual([])
  expect(await found('http.method == POST')).toEqual(['POST /login'])
  expect(await found('http.method != POST')).toEqual(['GET /account'])
  expect(await found('tls.server_name == shop.test')).toEqual(['ClientHello'])
  expect(await found('tls.server_name == "other.test"')).toEqual([])
  expect(await found('tls.cipherSuite == TLS_AES_128_GCM_SHA256')).toEqual(['ServerHello'])
  expect(await found('tls.legacyVersion == 0x0303')).toEqual(['ClientHello', 'ServerHello'])
  expect(await found('ethernet.source == 02:00:00:00:00:03 and arp')).toEqual(['10.0.0.3 is at 02:00:00:00:00:03'])
  expect(await found('tls.certificate contains 06:03:55:04:03')).toEqual(['Certificate'])
  expect(await found('http.target matches "^/acc.*t$"')).toEqual(['GET /account'])
  expect(await found('http.cookie matches "(?i)SID="')).toEqual(['GET /account'])
  expect(await found('http.length > 200')).toEqual(['200 OK'])
  expect(await found('tls.from == server and tls.encrypted and not tls.finished')).toEqual([
    'EncryptedExtensions',
    'Certificate',
    'CertificateVerify',
    'NewSessionTicket',
    'Alert',
  ])
})

test('what is said of a layer below is said of what carried the message', async () => {
  expect(await found('http and tcp.port == 443 and ip.address == 10.0.0.3')).toContain('GET /account')
  expect(await found('http.method and tcp.sourcePort == 443')).toEqual([])
  expect(await found('tls.clientHello and http')).toEqual([])
})

test('and binds more than or, not most of all, and parentheses more than these', async () => {
  expect(await found('http.status or http.method == GET and http.cookie')).toEqual(['200 OK', 'GET /account', '200 OK'])
  expect(await found('(http.status or http.method == GET) and http.cookie')).toEqual(['GET /account'])
  expect(await found('http && !(http.status == 200 || http.method == "GET")')).toEqual(['POST /login'])
  expect(await found('http and not not http.cookie')).toEqual(['GET /account'])
  const others = await found('not tcp and not arp')
  expect(others).toContain('A shop.test?')
  expect(others).not.toContain('ClientHello')
})

test('a mistake is told with its place and what could stand there', () => {
  for (const [text, number, got, expected] of [
    ['', 1, 'its end', 'a name such as tls.alert'],
    ['tsl.alert', 1, 'tsl', 'a layer: ethernet, arp, ip, icmp, udp, dns, tcp, record, tls, http, session'],
    ['tls.serverNme', 5, 'serverNme', 'server_name'],
    ['tls.alert orr tcp', 11, 'orr', 'and, or, or nothing more'],
    ['tls.alert or', 13, 'its end', 'a name such as tls.alert'],
    ['(tls or tcp', 1, '(', 'a ) for it'],
    ['tls)', 4, ')', 'a ( before it'],
    ['tcp.port = 443', 10, '=', '== != <= >= < > contains matches'],
    ['tcp.port ==', 12, 'its end', 'a value: 443, "shop.test", 16:03:01'],
    ['tcp.port < https', 12, 'https', 'a number'],
    ['http.host == "a', 14, '"a', 'another " at its end'],
    ['http.host matches "a(b"', 21, '(', 'a ) for it'],
    ['http.', 6, 'its end', 'the name of a field'],
    [`${'('.repeat(60)}tls`, 51, '(', 'at most 50 levels'],
    ['x'.repeat(1001), 1001, 'x', 'at most 1000 characters'],
  ] as const) {
    const filter = filterOf(text)
    expect(isFailure(filter) ? [filter.code, filter.number, filter.got, filter.expected] : filter, text).toEqual([
      'inspect/filter',
      number,
      got,
      expected,
    ])
  }
})

/** The formats in which messages of each layer are traced. */
const TRACED: Readonly<Partial<Record<Layer, readonly string[]>>> = {
  ethernet: ['EthernetFrame'],
  arp: ['ArpPacket'],
  ip: ['Ipv4Packet', 'Ipv6Header'],
  icmp: ['IcmpMessage'],
  udp: ['UdpDatagram'],
  dns: ['DnsMessage'],
  tcp: ['TcpSegment'],
  record: ['PlainRecord', 'GcmRecord', 'ChaChaRecord'],
  tls: ['Alert', 'ChangeCipherSpec', 'Handshake', 'Handshake with RSA', 'Handshake of TLS 1.3'],
}

test('the names are those that the formats declare', () => {
  const random = seeded(1)
  const dice = (): number => random.bytes(4).reduce((sum, byte) => sum * 256 + byte, 0) / 2 ** 32
  for (const [layer, names] of Object.entries(TRACED)) {
    const declared = new Set<string>()
    for (const name of names) {
      const format = formats[name]!
      for (let i = 0; i < 300; i++) {
        const tree = dissect(format, encode(format, format.sample(dice)), name)
        for (const { field } of fields(tree)) if (!/^\d+$| /.test(field.name)) declared.add(field.name)
      }
    }
    const missing = [...declared].filter(name => !WRAPPERS.has(name) && !namesOf(layer as Layer).includes(name))
    expect(missing, layer).toEqual([])
    const table = fieldNames[layer as keyof typeof fieldNames]
    // Rare ones are not met by chance.
    expect(table.filter(name => declared.has(name)).length, layer).toBeGreaterThan(table.length * 0.6)
  }
})
