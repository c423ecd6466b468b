/** Fingerprints of hellos, compared with what tshark makes of the same bytes. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { pcapngWriter } from '../../src/capture/index.ts'
import { seeded } from '../../src/random.ts'
import { ACK, PSH, SYN } from '../../src/tcp/segment.ts'
import { ja3, ja3Hash, ja3s, ja4 } from '../../src/tls/index.ts'
import { isGrease } from '../../src/tls/messages/grease.ts'
import { ClientHello, ServerHello } from '../../src/tls/messages/hello.ts'
import { Handshake } from '../../src/tls/messages/tls12.ts'
import { PlainRecord } from '../../src/tls/record/format.ts'
import { encode, type Tagged } from '../../src/wire/codec.ts'
import { concat } from '../support/bytes.ts'
import { conversation } from './pdml-samples.ts'
import { tsharkFields } from './tshark.ts'

/** Fields that this tshark has: JA4 came with 4.2. */
const fields = spawnSync('tshark', ['-G', 'fields'], { encoding: 'utf8', maxBuffer: 2 ** 28 }).stdout ?? ''
const has = (field: string): boolean => fields.includes(`\t${field}\t`)
const skipped = (field: string): string =>
  has(field) ? '' : ` (skipped: needs a newer peer, a tshark that knows ${field})`

const md5 = (data: Uint8Array): Uint8Array => createHash('md5').update(data).digest()
const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest()

/** With extensions that say something: noise in one that only tshark reads stops it before the fingerprint. */
const sensible = <T extends { extensions: Tagged[] | undefined }>(hello: T): T => ({
  ...hello,
  extensions: hello.extensions?.filter(({ type, body }) => isGrease(type) || !(body instanceof Uint8Array)),
})

const COUNT = 150
const hellos = Array.from({ length: COUNT }, (_, i) => {
  const random = seeded(i + 1).number
  return {
    client: encode(Handshake, { type: 1, body: sensible(ClientHello.sample(random)) }),
    server: encode(Handshake, { type: 2, body: sensible(ServerHello.sample(random)) }),
  }
})

/** Each pair of hellos on a connection of its own. */
const capture = (): Uint8Array => {
  const pieces: Uint8Array[] = []
  const writer = pcapngWriter(bytes => void pieces.push(bytes))
  const wire = writer.addInterface({ name: 'wire' })
  const record = (fragment: Uint8Array) => encode(PlainRecord, { type: 22, version: 0x0303, fragment })
  const nothing = new Uint8Array(0)
  for (const [i, { client, server }] of hellos.entries()) {
    const say = conversation(443, 20_000 + i)
    const frames = [
      say('there', SYN, nothing),
      say('back', SYN | ACK, nothing),
      say('there', ACK, nothing),
      say('there', PSH | ACK, record(client)),
      say('back', PSH | ACK, record(server)),
    ]
    for (const frame of frames) writer.packet(frame, { interface: wire, date: 1_795_000_000_000 + i })
  }
  return concat(...pieces)
}

/** What tshark has in `name`, one value for each connection. */
const theirs = (name: string): string[] =>
  tsharkFields(capture(), ['tcp.srcport', 'tcp.dstport', name])
    .map(([, , value]) => value!)
    .filter(value => value !== '')

test.skipIf(!has('tls.handshake.ja3'))(`JA3 and its hash are tshark's${skipped('tls.handshake.ja3')}`, () => {
  expect(theirs('tls.handshake.ja3_full')).toEqual(hellos.map(({ client }) => ja3(client)))
  expect(theirs('tls.handshake.ja3')).toEqual(hellos.map(({ client }) => ja3Hash(ja3(client)!, md5)))
})

test.skipIf(!has('tls.handshake.ja3s'))(`JA3S and its hash are tshark's${skipped('tls.handshake.ja3s')}`, () => {
  expect(theirs('tls.handshake.ja3s_full')).toEqual(hellos.map(({ server }) => ja3s(server)))
  expect(theirs('tls.handshake.ja3s')).toEqual(hellos.map(({ server }) => ja3Hash(ja3s(server)!, md5)))
})

test.skipIf(!has('tls.handshake.ja4'))(`JA4 is tshark's${skipped('tls.handshake.ja4')}`, () => {
  expect(theirs('tls.handshake.ja4')).toEqual(hellos.map(({ client }) => ja4(client, sha256)))
})
