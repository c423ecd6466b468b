/** Our server asks who the client is when the handshake is over (RFC 9846 4.7.2). */
import { describe, expect, test } from 'vitest'
import { ascii, hex } from '../../../test/support/bytes.ts'
import { type Meddled, meddled } from '../../../test/support/meddler.ts'
import {
  type Answers,
  answersOf,
  identity,
  type Pair,
  type PairOptions,
  pair,
  shuttle,
} from '../../../test/support/tls.ts'
import { FailureError, fail } from '../../failures/index.ts'
import { nodeCertificateCoders } from '../../node/certificate-coders.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { messagesOf } from '../../trace/recorder.ts'
import { decode, encode } from '../../wire/codec.ts'
import { type CertificateRequest, handshake13 } from '../messages/tls13.ts'
import type { TlsEvent } from '../types.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')
const shows: Answers = question => (question.about === 'certificate' ? who.certified : answersOf(crypto, who)(question))
const allowed = { postHandshakeAuth: 'allowed' } as const

const established = (options: Partial<PairOptions> = {}): Pair => {
  const both = pair({
    crypto,
    who,
    versions: ['TLS 1.3'],
    clientAnswers: shows,
    ...options,
    client: { ...allowed, ...options.client },
    server: { ...allowed, ...options.server },
  })
  shuttle(both)
  expect(both.server.established).toBeDefined()
  return both
}
type Shown = Extract<TlsEvent, { type: 'client-certificate' }>
const shownBy = ({ server }: Pair): Shown[] => server.events.filter(event => event.type === 'client-certificate')
const talks = (both: Pair): void => {
  both.client.tls.write(ascii('data '), 0)
  both.server.tls.write(ascii('back '), 0)
  shuttle(both)
  expect([both.client.failure, both.server.failure]).toEqual([undefined, undefined])
}
const codeOf = (task: () => unknown): string => {
  try {
    task()
  } catch (error) {
    if (error instanceof FailureError) return error.code
    throw error
  }
  return 'nothing thrown'
}

test('what the client shows is judged by the same question, and told', () => {
  const asked: unknown[] = []
  const both = established({
    serverAnswers: question => {
      if (question.about === 'trust') asked.push([question.purpose, question.chain])
      return answersOf(crypto, who)(question)
    },
  })
  expect(both.server.established?.trusted).toBeUndefined()
  both.server.tls.requestCertificate(0)
  shuttle(both)
  expect(asked).toEqual([['client', who.certified.chain]])
  const [shown, ...more] = shownBy(both)
  expect(more).toEqual([])
  expect(shown?.peerChain).toEqual(who.certified.chain)
  expect(shown?.trusted?.purpose).toBe('client')
  talks(both)
})

test('a client that says nothing has answered, and so has one that compresses', () => {
  const silent = established({ clientAnswers: answersOf(crypto, who) })
  silent.server.tls.requestCertificate(0)
  shuttle(silent)
  expect(shownBy(silent)).toEqual([{ type: 'client-certificate', peerChain: [], trusted: undefined }])
  talks(silent)
  const coders = { certificateCoders: nodeCertificateCoders }
  const both = established({ client: coders, server: coders })
  both.server.tls.requestCertificate(0)
  shuttle(both)
  expect(shownBy(both)[0]?.trusted).toBeDefined()
})

test('keys change before, between and after; each answer is under the keys of its moment', () => {
  const both = established()
  for (let round = 0; round < 3; round++) {
    both.client.tls.updateKeys(0)
    both.server.tls.requestCertificate(0)
    both.server.tls.updateKeys(0)
    shuttle(both)
    talks(both)
  }
  expect(shownBy(both)).toHaveLength(3)
})

test('several are open at once, with contexts of their own: no answer is one to another request', () => {
  const both = established()
  for (let i = 0; i < 4; i++) both.server.tls.requestCertificate(0)
  expect(codeOf(() => both.server.tls.requestCertificate(0))).toBe('tls/no-later-certificate')
  shuttle(both)
  expect(shownBy(both)).toHaveLength(4)
  both.server.tls.requestCertificate(0)
  shuttle(both)
  expect(shownBy(both)).toHaveLength(5)
  talks(both)
})

test('tls/no-later-certificate: where nobody may be asked it is told to who asks', () => {
  const refusing = (options: Partial<PairOptions>, side: 'client' | 'server' = 'server') => {
    const both = pair({ crypto, who, versions: ['TLS 1.3'], ...options })
    shuttle(both)
    expect(both.server.established).toBeDefined()
    return codeOf(() => both[side].tls.requestCertificate(0))
  }
  const code = 'tls/no-later-certificate'
  expect(refusing({ client: allowed })).toBe(code)
  expect(refusing({ server: allowed })).toBe(code)
  expect(refusing({ client: allowed, server: allowed }, 'client')).toBe(code)
  expect(refusing({ client: allowed, server: allowed, versions: ['TLS 1.2'] })).toBe(code)
  const early = pair({ crypto, who, versions: ['TLS 1.3'], client: allowed, server: allowed })
  expect(codeOf(() => early.server.tls.requestCertificate(0))).toBe(code)
  const closed = established()
  closed.server.tls.close(0)
  expect(codeOf(() => closed.server.tls.requestCertificate(0))).toBe(code)
})

test('a certificate that is not trusted ends the connection', () => {
  const both = established({
    serverAnswers: question =>
      question.about === 'trust' ? fail('tls/certificate-untrusted') : answersOf(crypto, who)(question),
  })
  both.server.tls.requestCertificate(0)
  shuttle(both)
  expect(both.server.failure?.code).toBe('tls/certificate-untrusted')
  expect(shownBy(both)).toEqual([])
})

test('while somebody judges, nothing is read, and we go on writing', () => {
  let judging = false
  const both = established({
    serverAnswers: question => {
      if (question.about !== 'trust') return answersOf(crypto, who)(question)
      judging = true
      return undefined
    },
  })
  both.server.tls.requestCertificate(0)
  shuttle(both)
  expect(judging).toBe(true)
  both.client.tls.write(ascii('later'), 0)
  both.server.tls.write(ascii('still here'), 0)
  both.server.tls.updateKeys(0)
  shuttle(both)
  expect(both.client.data).toEqual(ascii('still here'))
  expect(both.server.data).toHaveLength(0)
})

test('half a message of the peer is no reason not to ask, nor to change keys', () => {
  const both = meddled({ crypto, who, client: allowed, server: allowed, clientAnswers: shows })
  both.saysMore('client', { type: 22, content: hex('18 0000') })
  both.server.tls.requestCertificate(0)
  both.server.tls.updateKeys(0)
  both.server.touch()
  expect(both.server.failure).toBeUndefined()
  both.saysMore('client', { type: 22, content: hex('01 00') })
  expect(both.server.failure).toBeUndefined()
})

describe('a client that has the keys and lies', () => {
  const message = (type: number, body: object) => ({
    type: 22,
    content: encode(handshake13.codec, { type, body }),
  })
  const lying = (): Meddled => {
    const both = meddled({ crypto, who, client: allowed, server: allowed, clientAnswers: shows })
    both.server.tls.requestCertificate(0)
    both.server.touch()
    return both
  }
  const CERTIFICATE = 11
  test('answers a request that nobody made, twice or of another', () => {
    const both = lying()
    both.saysMore('client', message(CERTIFICATE, { context: ascii('no such'), entries: [] }))
    expect(both.server.failure).toMatchObject({ code: 'tls/illegal-value', where: 'Certificate.context', alert: 47 })
    const unasked = meddled({ crypto, who, clientAnswers: shows })
    unasked.saysMore('client', message(CERTIFICATE, { context: ascii('no such'), entries: [] }))
    expect(unasked.server.failure).toMatchObject({ code: 'tls/unexpected-message', alert: 10 })
  })
  test('has not the key to what it shows', () => {
    const other = identity(crypto, 'p-256')
    const both = established({
      clientAnswers: question => {
        if (question.about === 'certificate') return other.certified
        return answersOf(crypto, question.about === 'sign' ? other : who)(question)
      },
    })
    both.server.tls.requestCertificate(0)
    shuttle(both)
    // The key that is trusted is another one than the one that has signed.
    expect(both.server.failure).toMatchObject({ code: 'tls/signature-wrong', alert: 51 })
    expect(shownBy(both)).toEqual([])
  })
  test('says something else between the messages of its answer, or ends it with a Finished of its own making', () => {
    for (const [what, between, code] of [
      ['data', { type: 23, content: ascii('data') }, 'tls/unexpected-record'],
      ['new keys', { type: 22, content: hex('18 000001 00') }, 'tls/unexpected-message'],
      ['another Finished', message(20, { verifyData: new Uint8Array(32) }), 'tls/finished-wrong'],
    ] as const) {
      const both = lying()
      const request = messagesOf(both.trace.records).find(({ name }) => name === 'CertificateRequest')!
      const { context } = decode(handshake13.codec, request.bytes).body as CertificateRequest
      expect(context, what).toHaveLength(16)
      both.saysMore('client', message(CERTIFICATE, { context, entries: [] }))
      expect(both.server.tls.state, what).toBe('WaitLaterClientFinished13')
      both.saysMore('client', between)
      expect(both.server.failure?.code, what).toBe(code)
      expect(shownBy(both), what).toEqual([])
      expect(both.server.data, what).toHaveLength(0)
    }
  })
})
