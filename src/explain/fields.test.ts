/** Every field of every declared format has one sentence in both languages. */
import { expect, test } from 'vitest'
import { formats, otherFormats } from '../../test/support/formats.ts'
import { certificateAuthority } from '../ca/authority.ts'
import { nodeWorld } from '../node/world.ts'
import { seeded } from '../random.ts'
import { dissect, encode } from '../wire/codec.ts'
import { fields as walk } from '../wire/field.ts'
import { certificateFields } from '../x509/certificate/fields.ts'
import { fields as english } from './en/fields.table.ts'
import { type FieldKey, type FieldScope, fieldKeyOf, meaningOf } from './fields.ts'
import { fields as chinese } from './zh/fields.table.ts'

/** Whose layer a format is; those of TLS are the others. */
const SCOPES: Readonly<Record<string, FieldScope>> = {
  EthernetHeader: 'ethernet',
  EthernetFrame: 'ethernet',
  ArpPacket: 'arp',
  Ipv4Header: 'ip',
  Ipv4Packet: 'ip',
  Ipv6Header: 'ip',
  IcmpMessage: 'icmp',
  UdpHeader: 'udp',
  UdpDatagram: 'udp',
  Name: 'dns',
  Question: 'dns',
  ResourceRecord: 'dns',
  DnsMessage: 'dns',
  TcpHeader: 'tcp',
  TcpOptions: 'tcp',
  TcpSegment: 'tcp',
  certificate: 'x509',
  signedCertificateTimestamp: 'x509',
  timestamp: 'x509',
  requestHead: 'http',
  responseHead: 'http',
  TaggedFrame: 'ethernet',
  CookedFrame: 'ethernet',
  CookedFrame2: 'ethernet',
  LoopbackFrame: 'ethernet',
}
const scopeOf = (name: string): FieldScope => SCOPES[name] ?? (Object.hasOwn(otherFormats, name) ? 'pcapng' : 'tls')

/** Paths of fields in random messages of every format, without the places in lists and what a sender may call as it likes. */
const declared = function* (): Generator<{ scope: FieldScope; format: string; path: string[] }> {
  for (const [format, codec] of Object.entries(formats)) {
    const seen = new Set<string>()
    for (let seed = 1; seed <= 300; seed++)
      for (const { path } of walk(dissect(codec, encode(codec, codec.sample(seeded(seed).number)), format))) {
        const key = path.replace(/\b\d+\b/g, '0')
        if (seen.has(key)) continue
        seen.add(key)
        yield { scope: scopeOf(format), format, path: path.split('.') }
      }
  }
}

/** Certificates that are made here have all parts; a random one has none. */
const authority = certificateAuthority({ crypto: nodeWorld().crypto, now: () => Date.UTC(2026, 10, 20), name: 'test' })
const ofCertificates = (): string[][] =>
  [authority.root, authority.issue({ names: ['a.test', '10.0.0.1'] }).certificate].flatMap(der =>
    [...walk(certificateFields(der))].map(({ path }) => path.split('.')),
  )

/** Destination unreachable, fragmentation needed: one code in 256. */
const TOO_LARGE = Uint8Array.of(3, 4, 0, 0, 0, 0, 5, 212)
const ofTooLarge = (): string[][] =>
  [...walk(dissect(formats.IcmpMessage!, TOO_LARGE, 'IcmpMessage'))].map(({ path }) => path.split('.'))

/** What a sender may name as it likes: header fields, cookies, labels of secrets. */
const OF_SENDER: Readonly<Record<string, RegExp>> = {
  requestHead: /^(?!(requestLine|statusLine|end)$)/,
  responseHead: /^(?!(requestLine|statusLine|end)$)/,
  cookieHeader: /^/,
  keyLogText: /^[A-Z][A-Z0-9_]+$/,
}
const ofSender = (format: string, path: readonly string[]): boolean =>
  path.length === 1 && OF_SENDER[format]?.test(path[0]!) === true

test('every field of every declared format has a meaning, in both languages, and no meaning is without a field', () => {
  const missing = new Set<string>()
  const used = new Set<FieldKey>()
  const paths = [
    ...ofCertificates().map(path => ({ scope: 'x509' as const, format: 'Certificate', path })),
    ...ofTooLarge().map(path => ({ scope: 'icmp' as const, format: 'IcmpMessage', path })),
  ]
  for (const { scope, format, path } of [...declared(), ...paths]) {
    if (/^\d+$/.test(path.at(-1)!) || ofSender(format, path)) continue
    const key = fieldKeyOf(scope, path)
    if (key === undefined) missing.add(`${scope} ${format} ${path.join('.')}`)
    else used.add(key)
    for (const language of ['en', 'zh'] as const)
      expect(meaningOf(language, scope, path) === undefined, path.join('.')).toBe(key === undefined)
  }
  expect([...missing]).toEqual([])
  // Optional in a certificate; the two that were walked do not have them.
  const rare =
    'issuerUniqueID subjectUniqueID nameConstraints certificatePolicies cRLDistributionPoints authorityInfoAccess tlsFeature sctList'
  expect(Object.keys(english).filter(key => !used.has(key as FieldKey) && !rare.split(' ').includes(key))).toEqual([])
}, 60_000)

test('a meaning is one sentence, in its language', () => {
  for (const text of Object.values(english)) expect(text).toMatch(/^[A-Z0-9][^\p{sc=Han}]*\.$/u)
  for (const text of Object.values(chinese)) {
    expect(text).toMatch(/\p{sc=Han}.*。$/u)
    expect(text).not.toMatch(/\p{sc=Han} \p{sc=Han}|[，。；：（）] | [，。；：（）]/u)
  }
})

test('the same name means something else in another layer, and below another parent', () => {
  const says = (scope: FieldScope, path: string) => meaningOf('en', scope, path.split('.'))
  expect(says('tcp', 'header.sequenceNumber')).toMatch(/stream/)
  expect(says('icmp', 'body.sequenceNumber')).toMatch(/echoes/)
  expect(says('dns', 'header.flags.response')).toMatch(/question/)
  expect(says('tls', 'body.response')).toMatch(/revocation/)
  expect(says('tls', 'body.cookie')).toMatch(/second hello/)
  expect(says('tls', 'chain.0.tbsCertificate.version')).toMatch(/version 3/)
  expect(says('record', 'version')).toBe(says('tls', 'version'))
  expect(says('tls', 'body.extensions.2')).toBeUndefined()
  expect(says('http', 'version')).toBeUndefined()
  expect(says('http', 'requestLine.version')).toBe('The version of HTTP.')
  expect(says('tls', 'constructor')).toBeUndefined()
  expect(meaningOf('zh', 'tcp', ['header', 'syn'])).toBe('一个方向的第一个报文段：编号由此开始。')
})
