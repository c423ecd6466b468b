/** The same attacker against HTTPS: it can listen, change, repeat and cut, and each is noticed and named. */
import { type PassingRecord, records } from '../middle.ts'
import { type Attack, type Learn, textOf } from './attack.ts'

const HANDSHAKE = 22
const APPLICATION_DATA = 23
const CLIENT_HELLO = 1
const SERVER_KEY_EXCHANGE = 12

/** Listens, changes nothing: names and sizes are what is left. */
const listenIn: Attack = {
  id: 'listen-in',
  over: 'https',
  does: 'listens',
  expected: 'succeeds',
  tamperer: learn => {
    const sizes: Record<PassingRecord['way'], number[]> = { 'to-server': [], 'to-client': [] }
    return records(record => {
      if (record.type === HANDSHAKE && record.bytes[5] === CLIENT_HELLO) learnName(record, learn)
      if (/user=|password=|sid=/.test(textOf(record.bytes))) learn('the password')
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
const RECORD_OVERHEAD = 5 + 8 + 16

/** Server name indication travels in the clear (RFC 6066 3): a name of type 0 with its length before it. */
const learnName = ({ bytes }: PassingRecord, learn: Learn): void => {
  const name = /\0\0.{2}.{2}\0.{2}([a-z0-9.-]+)/s.exec(textOf(bytes))?.[1]
  if (name !== undefined) learn(`the name ${name}`)
}

/** Puts another point in place of the server's ephemeral key. */
const swapKey: Attack = {
  id: 'swap-key',
  over: 'https',
  does: "puts a key of its own in place of the server's",
  expected: { by: 'client', code: 'tls/signature-wrong' },
  tamperer: learn =>
    records(record => {
      const at = handshakeAt(record.bytes, SERVER_KEY_EXCHANGE)
      if (record.way === 'to-server' || record.type !== HANDSHAKE || at === undefined) return [record.bytes]
      // curve_type, named_curve, length, then the point (RFC 8422 5.4). 9 is the base point of x25519: a legal key.
      const point = at + 4 + 4
      record.bytes.fill(0, point, point + 32)
      record.bytes[point] = 9
      learn('the key exchange took its key')
      return [record.bytes]
    }),
}

/** Where the handshake message of `type` begins in a record that holds whole messages; undefined: it is not there. */
const handshakeAt = (record: Uint8Array, type: number): number | undefined => {
  for (let at = 5; at + 4 <= record.length; ) {
    if (record[at] === type) return at
    at += 4 + ((record[at + 1]! << 16) | (record[at + 2]! << 8) | record[at + 3]!)
  }
  return undefined
}

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
