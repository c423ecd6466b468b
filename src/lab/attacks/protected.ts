/** The same attacker against HTTPS: it can listen, change, repeat and cut, and each is noticed and named, in both versions. */
import { APPLICATION_DATA, HANDSHAKE, HandshakeRecord, HEADER_LENGTH } from '../../tls/record/format.ts'
import { latin1Text } from '../../wire/bytes.ts'
import { dissect } from '../../wire/codec.ts'
import { type Field, fieldAt } from '../../wire/field.ts'
import { type PassingRecord, records } from '../middle.ts'
import type { Attack } from './attack.ts'

/** Listens, changes nothing: the name that is asked for and sizes are what is left, and in TLS 1.2 the certificate. */
const listenIn: Attack = {
  id: 'listen-in',
  over: 'https',
  does: 'listens',
  expected: 'succeeds',
  tamperer: learn => {
    const partOf = conversation()
    return records(record => {
      const name = serverName(record)
      if (name !== undefined) learn(`the name ${name}`)
      if (messageIn(record, 'Certificate') !== undefined) learn('the certificate of the server')
      if (/user=|password=|sid=/.test(latin1Text(record.bytes))) learn('the password')
      const part = partOf(record)
      if (part !== undefined) learn(`${SAID[part.is]} of ${part.length} bytes`)
      return [record.bytes]
    })
  },
  wins: seen => seen.status === 200,
}

interface Part {
  readonly is: 'request' | 'answer'
  /** Bytes of what is sealed, its type among them where that is sealed too. */
  readonly length: number
}

const SAID = { request: 'a request', answer: 'an answer' } as const

/** What an outsider can tell of the records of one connection: who asks, who answers, and how much. */
const conversation = (): ((record: PassingRecord) => Part | undefined) => {
  let overhead = OVERHEAD_12
  let asked = false
  return record => {
    if (extensionIn(record, 'ServerHello', 'supported_versions') !== undefined) overhead = OVERHEAD_13
    if (record.type !== APPLICATION_DATA) return undefined
    const length = record.bytes.length - overhead
    // Two bytes and their type: an alert, the goodbye.
    if (overhead === OVERHEAD_13 && length === 3) return undefined
    if (record.way === 'to-client') return asked ? { is: 'answer', length } : undefined
    // In TLS 1.3 Finished is sealed and looks like data (RFC 9846 5.2); it is the first that a client has to say.
    if (overhead === OVERHEAD_13 && record.number === 0) return undefined
    asked = true
    return { is: 'request', length }
  }
}

const TAG_LENGTH = 16
/** Record header, explicit nonce and tag of AES-GCM (RFC 5288 3). */
const OVERHEAD_12 = HEADER_LENGTH + 8 + TAG_LENGTH
/** Record header and tag (RFC 9846 5.2). */
const OVERHEAD_13 = HEADER_LENGTH + TAG_LENGTH

/** Server name indication travels in the clear (RFC 6066 3). */
const serverName = (record: PassingRecord): unknown => {
  return below(extensionIn(record, 'ClientHello', 'server_name'), 'body.names.0.body')?.value
}

const extensionIn = (record: PassingRecord, message: string, name: string): Field | undefined =>
  below(messageIn(record, message), 'body.extensions')?.children?.find(called(name))

/**
 * Puts another point in place of the server's ephemeral key. In TLS 1.2 it is signed by itself; in TLS 1.3 it is part of
 * what all keys come from, so that the next record is sealed with others than the client has.
 */
const swapKey: Attack = {
  id: 'swap-key',
  over: 'https',
  does: "puts a key of its own in place of the server's",
  expected: { by: 'client', code: 'tls/record-damaged' },
  expectedIn12: { by: 'client', code: 'tls/signature-wrong' },
  tamperer: learn =>
    records(record => {
      const point =
        below(messageIn(record, 'ServerKeyExchange'), 'body.params.publicKey.data') ??
        below(extensionIn(record, 'ServerHello', 'key_share'), 'body.serverShare.keyExchange.data')
      if (point === undefined) return [record.bytes]
      // 9 is the base point of x25519: a legal key.
      record.bytes.fill(0, point.start, point.end)
      record.bytes[point.start] = 9
      learn('the key exchange took its key')
      return [record.bytes]
    }),
}

/**
 * A message of a record in the clear; its fields are ranges of the record's bytes. A record of no whole messages is a sealed
 * Finished, in which any type may seem to stand.
 */
const messageIn = ({ type, bytes }: PassingRecord, name: string): Field | undefined => {
  if (type !== HANDSHAKE) return undefined
  const record = dissect(HandshakeRecord, bytes, 'record')
  return record.note === undefined ? fieldAt(record, 'fragment')?.children?.find(called(name)) : undefined
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
  tamperer: learn => {
    const partOf = conversation()
    let turned = false
    return records(record => {
      if (partOf(record)?.is === 'answer' && !turned) {
        turned = true
        record.bytes[40]! ^= 0b1000
        learn('turned bit 3 of byte 40')
      }
      return [record.bytes]
    })
  },
}

const replayRecord: Attack = {
  id: 'replay-record',
  over: 'https',
  does: "sends the client's request a second time",
  expected: { by: 'server', code: 'tls/record-damaged' },
  tamperer: learn => {
    const partOf = conversation()
    let repeated = false
    return records(record => {
      if (partOf(record)?.is !== 'request' || repeated) return [record.bytes]
      repeated = true
      learn(`repeated a record of ${record.bytes.length} bytes`)
      return [record.bytes, record.bytes.slice()]
    })
  },
}

const cutConnection: Attack = {
  id: 'cut-connection',
  over: 'https',
  does: 'closes the connection in the middle of the answer',
  expected: { by: 'client', code: 'tls/cut-short' },
  tamperer: learn => {
    const partOf = conversation()
    return records(record => {
      if (partOf(record)?.is !== 'answer') return [record.bytes]
      learn('let nothing of the answer through')
      return 'cut'
    })
  },
}

export const protectedAttacks: readonly Attack[] = [
  listenIn,
  swapKey,
  forgeCertificate,
  flipBit,
  replayRecord,
  cutConnection,
]
