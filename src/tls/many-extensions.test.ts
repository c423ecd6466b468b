/** Hellos with more extensions than anybody has, in many records: RFC 9846 4.2.2 has a server pass over those that it does not know. */
import { expect, test } from 'vitest'
import { concat } from '../../test/support/bytes.ts'
import { identity, pair, record, recordsOf } from '../../test/support/tls.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { decode, encode, type Tagged } from '../wire/codec.ts'
import { MAX_PLAINTEXT } from './limits.ts'
import type { ClientHello } from './messages/hello.ts'
import { handshake13 } from './messages/tls13.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')

/** What a server says to a client's own hello with these extensions behind the others. */
const answerTo = (more: readonly number[]): readonly string[] => {
  const { client, server } = pair({ crypto, who, versions: ['TLS 1.3'] })
  const [first] = recordsOf(concat(...client.touch()))
  const { type, body } = decode(handshake13.codec, first!.subarray(5))
  const hello = body as ClientHello
  const unknown: Tagged[] = more.map(number => ({ type: number, body: new Uint8Array(0) }))
  const longer = { ...hello, extensions: [...hello.extensions!, ...unknown] }
  const whole = encode(handshake13.codec, { type, body: longer })
  for (let at = 0; at < whole.length; at += MAX_PLAINTEXT)
    server.touch(record(22, whole.subarray(at, at + MAX_PLAINTEXT)))
  return server.events.flatMap(event =>
    event.type === 'failure' ? [event.failure.code] : event.type === 'ask' ? [event.question.about] : [],
  )
}
const numbers = Array.from({ length: 16_000 }, (_, i) => 0x4000 + i)

test('thousands that nobody knows are passed over', () => {
  expect(answerTo(numbers)).toEqual(['client-hello', 'sign'])
})

test.each([
  ['side by side', 0x4000, 0x4000],
  ['at both ends', numbers.at(-1)!, 0x4000],
  ['in the same octet of numbers as others', 0x4007, 0x4007],
])('and one that is there twice is found among them, %s', (_, last, twice) => {
  expect(answerTo([...numbers.filter(each => each !== last), last, twice])).toEqual(['tls/extension-twice'])
})
