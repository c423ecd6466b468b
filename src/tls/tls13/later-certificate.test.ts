/** A server of TLS 1.3 that asks who we are when the handshake is over (RFC 9846 4.7.2). What it says is forged; our own is in `asking-later.test.ts`. */
import { expect, test } from 'vitest'
import { ascii, concat } from '../../../test/support/bytes.ts'
import { type Meddled, meddled, type Piece } from '../../../test/support/meddler.ts'
import { type Answers, answersOf, identity, recordsOf } from '../../../test/support/tls.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { decode, encode, type Tagged } from '../../wire/codec.ts'
import { taggedExtensions } from '../messages/extensions.ts'
import { handshake13 } from '../messages/tls13.ts'
import { Secret } from '../secret.ts'
import { suites13 } from '../suites.table.ts'
import { signedContent } from './checks.ts'
import { nextTraffic, protectionOf, verifyData } from './key-schedule.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')
const [suite] = suites13 as [(typeof suites13)[number]]
const ECDSA_P256 = 0x0403
const ABOUT = ascii('the first')

const request = (about = ABOUT, schemes: number[] | undefined = [ECDSA_P256]): Piece => ({
  type: 22,
  content: encode(handshake13.codec, {
    type: 13,
    body: {
      context: about,
      extensions: taggedExtensions<'certificateRequest'>({ signatureAlgorithms: schemes && { schemes } }),
    },
  }),
})
const shows: Answers = question => (question.about === 'certificate' ? who.certified : answersOf(crypto, who)(question))
const established = (clientAnswers: Answers = shows, postHandshakeAuth?: 'allowed'): Meddled => {
  const both = meddled({ crypto, who, client: { postHandshakeAuth }, clientAnswers })
  expect(both.client.established).toBeDefined()
  return both
}
const secretOf = ({ trace }: Meddled, label: string): Secret => {
  const found = trace.records.find(entry => entry.type === 'secret' && entry.record.label === label)
  if (found?.type !== 'secret') throw new Error(`no ${label}`)
  return new Secret(found.record.secret.slice())
}
/** The messages that the client has sent, under its keys from the first record on. */
const heard = (traffic: Secret, sent: Uint8Array): { tagged: Tagged; bytes: Uint8Array }[] => {
  const opens = protectionOf(crypto, suite, traffic)
  return recordsOf(sent).map(each => {
    const bytes = opens.open(23, each.subarray(5))!
    return { tagged: decode(handshake13.codec, bytes), bytes }
  })
}
/** Everything of the handshake itself, as the trace has it. */
const handshakeOf = ({ trace }: Meddled): Uint8Array =>
  concat(
    ...trace.records.flatMap(entry =>
      entry.type === 'message' &&
      entry.record.layer === 'tls' &&
      entry.record.host === 'client' &&
      entry.record.name !== 'ChangeCipherSpec'
        ? [entry.record.bytes]
        : [],
    ),
  )

test('who has not said that it may be asked refuses', () => {
  const both = established()
  both.saysMore('server', request())
  expect(both.client.failure).toMatchObject({ code: 'tls/unexpected-message', alert: 10, got: 'CertificateRequest' })
})

test('post_handshake_auth is in the hello of those alone who take such requests', () => {
  const offered = (postHandshakeAuth?: 'allowed'): boolean =>
    established(shows, postHandshakeAuth).trace.records.some(
      entry =>
        entry.type === 'message' &&
        entry.record.name === 'ClientHello' &&
        (decode(handshake13.codec, entry.record.bytes).body as { extensions: Tagged[] }).extensions.some(
          ({ type }) => type === 49,
        ),
    )
  expect([offered(), offered('allowed')]).toEqual([false, true])
})

test('the answer is a chain, a signature over the handshake and the request, and a Finished', () => {
  const both = established(shows, 'allowed')
  const handshake = handshakeOf(both)
  const traffic = secretOf(both, 'CLIENT_TRAFFIC_SECRET_0')
  const sent: Uint8Array[] = []
  const { touch } = both.client
  both.client.touch = (...given) => {
    const out = touch.apply(both.client, given)
    sent.push(...out)
    return out
  }
  both.saysMore('server', request())
  const [certificate, verify, finished, ...more] = heard(traffic, concat(...sent))
  expect(more).toEqual([])
  expect(certificate!.tagged).toMatchObject({ type: 11, body: { context: ABOUT } })
  const before = [handshake, request().content, certificate!.bytes]
  const { scheme, signature } = verify!.tagged.body as { scheme: number; signature: Uint8Array }
  expect(scheme).toBe(ECDSA_P256)
  const over = signedContent(
    'client',
    crypto
      .hash('sha256')
      .update(concat(...before))
      .digest(),
  )
  expect(crypto.verify({ key: 'ecdsa', hash: 'sha256' }, who.spki, over, signature)).toBe(true)
  const hash = crypto
    .hash('sha256')
    .update(concat(...before, verify!.bytes))
    .digest()
  expect(finished!.tagged.body).toEqual({ verifyData: verifyData(crypto, 'sha256', traffic, hash) })
  expect(both.client.tls.state).toBe('Established13')
})

test('nothing is between the parts of the answer, whatever is written and renewed before it is signed', () => {
  const both = established(question => (question.about === 'sign' ? undefined : shows(question)), 'allowed')
  both.saysMore('server', request())
  expect(both.client.tls.state).toBe('WaitLaterSignature13')
  const traffic = secretOf(both, 'CLIENT_TRAFFIC_SECRET_0')
  both.client.tls.write(ascii('meanwhile'), 0)
  both.client.tls.updateKeys(0)
  const early = recordsOf(concat(...both.client.touch()))
  const asked = both.client.events.findLast(event => event.type === 'ask')
  if (asked?.type !== 'ask' || asked.question.about !== 'sign') throw new Error('no question')
  both.client.tls.answer(asked.id, answersOf(crypto, who)(asked.question)!, 0)
  const late = concat(...both.client.touch())
  const opens = protectionOf(crypto, suite, traffic)
  const types = early.map(each => {
    opens.open(23, each.subarray(5))
    return opens.opened
  })
  expect(types).toEqual([23, 22])
  // RFC 9846 4.5: the Finished is under the keys of the moment.
  const next = nextTraffic(crypto, 'sha256', traffic)
  const answer = heard(next, late)
  expect(answer.map(({ tagged }) => tagged.type)).toEqual([11, 15, 20])
})

test('a client that has nothing to show says so, and the connection goes on', () => {
  const both = established(answersOf(crypto, who), 'allowed')
  both.saysMore('server', request(), { type: 23, content: ascii('and on') })
  expect(both.client.failure).toBeUndefined()
  expect(both.client.tls.state).toBe('Established13')
  expect(both.client.data).toEqual(ascii('and on'))
})

test('a request without schemes, and one too many, are refused', () => {
  const both = established(answersOf(crypto, who), 'allowed')
  both.saysMore('server', {
    type: 22,
    content: encode(handshake13.codec, { type: 13, body: { context: ABOUT, extensions: [] } }),
  })
  expect(both.client.failure).toMatchObject({ code: 'tls/missing-extension', alert: 109 })
  const other = established(answersOf(crypto, who), 'allowed')
  for (let i = 0; i < 32; i++) other.saysMore('server', request(Uint8Array.of(i)))
  expect(other.client.failure).toBeUndefined()
  other.saysMore('server', request(Uint8Array.of(32)))
  expect(other.client.failure).toMatchObject({ code: 'tls/unexpected-message', alert: 10 })
})
