/** The same attacker against HTTPS: it can listen, change, repeat and cut, and each is noticed and named. */
import { APPLICATION_DATA, HANDSHAKE, HandshakeRecord, HEADER_LENGTH } from '../../tls/record-format.ts'
import { TAG_LENGTH } from '../../tls/tls12/record-format.ts'
import { latin1Text } from '../../wire/bytes.ts'
import { dissect } from '../../wire/codec.ts'
import { type Field, fieldAt } from '../../wire/field.ts'
import { type PassingRecord, records } from '../middle.ts'
import type { Attack } from './attack.ts'

/** Listens, changes nothing: names and sizes are what is left. */
const listenIn: Attack = {
  id: 'listen-in',
  over: 'https',
  does: 'listens',
  expected: 'succeeds',
  tamperer: learn => {
    const sizes: Record<PassingRecord['way'], number[]> = { 'to-server': [], 'to-client': [] }
    return records(record => {
      const name = serverName(record)
      if (name !== undefined) learn(`the name ${name}`)
      if (/user=|password=|sid=/.test(latin1Text(record.bytes))) learn('the password')
      if (record.type === APPLICATION_DATA) {
        sizes[record.way].push(record.bytes.length - RECORD_OVERHEAD)
        learn(`${record.way === 'to-server' ? 'a request' : 'an answer'} of ${sizes[record.way].at(-1)} bytes`)
      }
      return [record.bytes]
    })
  },
  wins: seen => seen.status === 200,
}

/** Record header, explicit nonce and tag of AES-GCM (RFC 5288 3). */
const RECORD_OVERHEAD = HEADER_LENGTH + 8 + TAG_LENGTH

/** Server name indication travels in the clear (RFC 6066 3). */
const serverName = (record: PassingRecord): unknown => {
  const extensions = below(messageIn(record, 'ClientHello'), 'body.extensions')?.children
  return below(extensions?.find(called('server_name')), 'body.names.0.body')?.value
}

/** Puts another point in place of the server's ephemeral key. */
const swapKey: Attack = {
  id: 'swap-key',
  over: 'https',
  does: "puts a key of its own in place of the server's",
  expected: { by: 'client', code: 'tls/signature-wrong' },
  tamperer: learn =>
    records(record => {
      const point = below(messageIn(record, 'ServerKeyExchange'), 'body.params.publicKey.data')
      if (point === undefined) return [record.bytes]
      // 9 is the base point of x25519: a legal key.
      record.bytes.fill(0, point.start, point.end)
      record.bytes[point.start] = 9
      learn('the key exchange took its key')
      return [record.bytes]
    }),
}

/** A message of a record in the clear; its fields are ranges of the record's bytes. */
const messageIn = ({ type, bytes }: PassingRecord, name: string): Field | undefined => {
  if (type !== HANDSHAKE) return undefined
  return fieldAt(dissect(HandshakeRecord, bytes, 'record'), 'fragment')?.children?.find(called(name))
}

/** A message or an extension, by the registered name of its type. */
const called = (name: string) => (field: Field) => fieldAt(field, 'type')?.text === name

const below = (field: Field | undefined, path: string): Field | undefined =>
  field === undefined ? undefined : fieldAt(field, path)

const forgeCertificate: Attack = {
  id: 'forge-certificate',
  over: 'https',
  does: 'answers with a certificate for the same name from an authority of its own',
  expected: { by: 'client', code: 'tls/certificate-untrusted' },
  forges: 'certificate',
}

const flipBit: Attack = {
  id: 'flip-bit',
  over: 'https',
  does: "turns one bit in the server's answer",
  expected: { by: 'client', code: 'tls/record-damaged' },
  tamperer: learn =>
    records(record => {
      if (record.way === 'to-client' && record.type === APPLICATION_DATA && record.number === 0) {
        record.bytes[40]! ^= 0b1000
        learn('turned bit 3 of byte 40')
      }
      return [record.bytes]
    }),
}

const replayRecord: Attack = {
  id: 'replay-record',
  over: 'https',
  does: "sends the client's request a second time",
  expected: { by: 'server', code: 'tls/record-damaged' },
  tamperer: learn =>
    records(record => {
      if (record.way !== 'to-server' || record.type !== APPLICATION_DATA || record.number > 0) return [record.bytes]
      learn(`repeated a record of ${record.bytes.length} bytes`)
      return [record.bytes, record.bytes.slice()]
    }),
}

const cutConnection: Attack = {
  id: 'cut-connection',
  over: 'https',
  does: 'closes the connection in the middle of the answer',
  expected: { by: 'client', code: 'tls/cut-short' },
  tamperer: learn =>
    records(record => {
      if (record.way === 'to-server' || record.type !== APPLICATION_DATA) return [record.bytes]
      learn('let nothing of the answer through')
      return 'cut'
    }),
}

export const protectedAttacks: readonly Attack[] = [
  listenIn,
  swapKey,
  forgeCertificate,
  flipBit,
  replayRecord,
  cutConnection,
]
