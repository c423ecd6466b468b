/** A peer that has the keys and breaks one rule in what it says behind the hellos. What the hellos must not say is in `failures.test.ts`. */
import { describe, expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { changed, type Heard, type Meddled, meddled, type Piece, said } from '../../../test/support/meddler.ts'
import { bare, knowing } from '../../../test/support/raw-keys.ts'
import {
  type Answers,
  answersOf,
  identity,
  type PairOptions,
  type Side,
  shuttle,
  trusting,
} from '../../../test/support/tls.ts'
import { FailureError } from '../../failures/index.ts'
import { nodeCertificateCoders } from '../../node/certificate-coders.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { messagesOf } from '../../trace/recorder.ts'
import { decode, encode, type Tagged } from '../../wire/codec.ts'
import { compressed } from '../certificate/compression.ts'
import { taggedExtensions } from '../messages/extensions.ts'
import { HandshakeType } from '../messages/registries.table.ts'
import { type Bodies13, type Certificate, handshake13 } from '../messages/tls13.ts'
import type { Session } from '../session/session.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')
const shows: Answers = question => (question.about === 'certificate' ? who.certified : answersOf(crypto, who)(question))
const asking = { server: { clientCertificate: 'required' }, clientAnswers: shows } as const

const later = { postHandshakeAuth: 'allowed' } as const
const laterAsked = { client: later, server: later, clientAnswers: shows } as const
const certificateCoders = nodeCertificateCoders

const message = <N extends keyof Bodies13>(name: N, body: Bodies13[N]): Piece => ({
  type: 22,
  content: encode(handshake13.codec, { type: HandshakeType.names[name]!, body }),
})
/** That of the request that the server has sent last. */
const contextAsked = ({ trace }: Meddled): Uint8Array => {
  const request = messagesOf(trace.records).findLast(({ name }) => name === 'CertificateRequest')!
  return (decode(handshake13.codec, request.bytes).body as Bodies13['CertificateRequest']).context
}

/** The side that hears `name` with another body from `from`. */
const hearing = <N extends keyof Bodies13>(
  from: 'client' | 'server',
  name: N,
  change: (body: Bodies13[N]) => Bodies13[N],
  options: Partial<PairOptions> = {},
): Side => {
  let changes = 0
  const both = meddled({ crypto, who, ...options }, (heard: Heard) => {
    if (heard.from !== from || heard.name !== name) return undefined
    changes++
    return [changed<Bodies13[N]>(heard, change)]
  })
  expect(changes).toBe(1)
  return from === 'client' ? both.server : both.client
}
const with_ =
  (more: readonly Tagged[]) =>
  <B extends { extensions: Tagged[] }>(body: B): B => ({ ...body, extensions: [...body.extensions, ...more] })

describe('RFC 7301 3.2, tls/wrong-protocol: the server chooses', () => {
  const alpn = (...protocols: string[]): Tagged[] => taggedExtensions<'encryptedExtensions'>({ alpn: { protocols } })
  const client = { alpn: ['h2', 'http/1.1'] }
  test.each([
    ['what was not offered', ['spdy/3']],
    ['two at once', ['h2', 'http/1.1']],
  ])('%s', (_, protocols) => {
    const heard = hearing('server', 'EncryptedExtensions', with_(alpn(...protocols)), { client })
    expect(heard.failure).toMatchObject({
      code: 'tls/wrong-protocol',
      alert: 47,
      got: `ALPN ${protocols.join(', ')}`,
      expected: 'it must be one of h2, http/1.1',
    })
  })
  test('one of them, and it is taken', () => {
    const heard = hearing('server', 'EncryptedExtensions', with_(alpn('http/1.1')), { client })
    // The two have not heard the same.
    expect(heard.failure?.code).not.toBe('tls/wrong-protocol')
  })
})

describe('RFC 9846 4.3.10: a server that takes early data', () => {
  const answers = answersOf(crypto, who)
  const keeping: Answers = question => {
    if (question.about === 'early-data') return 'fresh'
    if (question.about !== 'ticket') return answers(question)
    return 'seal' in question.wanted ? question.wanted.seal : question.wanted.open
  }
  const server = { resumption: ['ticket'], earlyData: 100 } as const
  const session = (alpn: string[] | undefined): Session => {
    const both = meddled({
      crypto,
      who,
      client: { session: 'new', alpn },
      server: { ...server, alpn },
      serverAnswers: keeping,
    })
    const event = both.client.events.find(each => each.type === 'session')
    if (event?.type !== 'session') throw new Error('no session came')
    return event.session
  }
  const early = (alpn: string[] | undefined) => ({ session: session(alpn), earlyData: ascii('GET'), alpn })
  const taking = with_(taggedExtensions<'encryptedExtensions'>({ earlyData: {} }))
  test('without the session is refused', () => {
    const heard = hearing('server', 'EncryptedExtensions', taking, { client: early(undefined) })
    expect(heard.failure).toMatchObject({
      code: 'tls/illegal-value',
      alert: 47,
      where: 'EncryptedExtensions.extensions',
      got: 'early_data without the session',
    })
  })
  test('without having been sent any is refused', () => {
    const heard = hearing('server', 'EncryptedExtensions', taking, {
      client: { session: session(undefined) },
      server: { resumption: ['ticket'] },
      serverAnswers: keeping,
    })
    expect(heard.failure).toMatchObject({ code: 'tls/unoffered-extension', alert: 110 })
  })
  test.each([
    [undefined, 'early_data for no protocol'],
    [['http/1.1'], 'early_data for http/1.1'],
  ])('tls/early-data-protocol: for another protocol: %s', (now, got) => {
    const extensions = taggedExtensions<'encryptedExtensions'>({ earlyData: {}, alpn: now && { protocols: now } })
    const heard = hearing('server', 'EncryptedExtensions', () => ({ extensions }), {
      client: { ...early(['h2']), alpn: ['h2', 'http/1.1'] },
      server: { ...server, alpn: ['h2'] },
      serverAnswers: keeping,
    })
    expect(heard.failure).toMatchObject({
      code: 'tls/early-data-protocol',
      alert: 47,
      got,
      expected: 'it was written for h2',
    })
  })
})

describe('RFC 9846 4.4.2: a request for a certificate in the handshake', () => {
  test('with a context', () => {
    const heard = hearing('server', 'CertificateRequest', body => ({ ...body, context: Uint8Array.of(1) }), asking)
    expect(heard.failure).toMatchObject({
      code: 'tls/illegal-value',
      alert: 47,
      where: 'CertificateRequest.context',
      got: '1 bytes',
    })
  })
  test('without schemes', () => {
    const heard = hearing('server', 'CertificateRequest', body => ({ ...body, extensions: [] }), asking)
    expect(heard.failure).toMatchObject({
      code: 'tls/missing-extension',
      alert: 109,
      where: 'CertificateRequest.extensions',
      expected: 'signature_algorithms',
    })
  })
  test.each(['in the handshake', 'behind it'])('tls/no-common-scheme: with none that our key signs with, %s', when => {
    const inside = when === 'in the handshake'
    const both = meddled({
      crypto,
      who,
      client: { postHandshakeAuth: 'allowed' },
      server: { schemes: [0x0804, 0x0503], ...(inside ? { clientCertificate: 'required' } : later) },
      clientAnswers: shows,
    })
    if (!inside) {
      both.server.tls.requestCertificate(0)
      shuttle(both)
    }
    expect(both.client.failure).toMatchObject({
      code: 'tls/no-common-scheme',
      where: 'CertificateRequest',
      expected: 'a key that signs with ecdsa_secp256r1_sha256, ecdsa_secp384r1_sha384, ecdsa_secp521r1_sha512',
      got: 'rsa_pss_rsae_sha256, ecdsa_secp384r1_sha384',
    })
  })
})

test('RFC 9846 4.3.3, tls/wrong-scheme: a client signs with a scheme that was not asked for, or that does not fit', () => {
  for (const scheme of [0x0503, 0x0804, 0x0203]) {
    const heard = hearing('client', 'CertificateVerify', body => ({ ...body, scheme }), asking)
    expect(heard.failure).toMatchObject({
      code: 'tls/wrong-scheme',
      alert: 47,
      where: 'CertificateVerify.scheme',
      expected: 'it must be one that was asked for and fits a key of type ecdsa',
    })
  }
  // It fits the key, and nobody has asked for it.
  const { spki } = identity(crypto, 'ed25519')
  const heard = hearing('client', 'CertificateVerify', body => ({ ...body, scheme: 0x0807 }), {
    server: { clientCertificate: 'required', schemes: [0x0403] },
    clientAnswers: shows,
    serverAnswers: question =>
      question.about === 'trust' ? trusting(question, spki) : answersOf(crypto, who)(question),
  })
  expect(heard.failure).toMatchObject({ code: 'tls/wrong-scheme', got: 'ed25519' })
})

describe('RFC 9846 4.5.2: beside a raw public key nothing stands, and it is not compressed', () => {
  const [server, client] = [bare('p-256'), bare('p-256')]
  const raw: PairOptions = {
    crypto,
    who: server,
    client: { ownCertificateTypes: ['RawPublicKey'], peerCertificateTypes: ['RawPublicKey'], certificateCoders },
    server: { peerCertificateTypes: ['RawPublicKey'], clientCertificate: 'required', certificateCoders },
    clientAnswers: knowing(
      question => (question.about === 'certificate' ? client.certified : answersOf(crypto, client)(question)),
      server,
    ),
    serverAnswers: knowing(answersOf(crypto, server), client),
  }
  for (const from of ['server', 'client'] as const) {
    test(`the ${from} shows two`, () => {
      const twice = (body: Certificate) => ({ ...body, entries: [...body.entries, ...body.entries] })
      expect(hearing(from, 'Certificate', twice, raw).failure).toMatchObject({
        code: 'tls/illegal-value',
        alert: 47,
        where: 'Certificate.entries.1.certificate',
      })
    })
    test(`the ${from} compresses it`, () => {
      const both = meddled(raw, heard => {
        if (heard.from !== from || heard.name !== 'Certificate') return undefined
        const { body } = decode(handshake13.codec, heard.content)
        return [message('CompressedCertificate', compressed(certificateCoders[0]!, body as Certificate))]
      })
      const { failure } = from === 'client' ? both.server : both.client
      expect(failure).toMatchObject({ code: 'tls/unexpected-message', alert: 10, got: 'CompressedCertificate' })
    })
  }
})

describe('behind the handshake', () => {
  test.each(['client', 'server'] as const)('RFC 9846 4.7.3: new keys of the %s with a request that is none', from => {
    for (const [request, fits] of [
      [0, true],
      [1, true],
      [2, false],
    ] as const) {
      const both = meddled({ crypto, who })
      both.saysMore(from, said('KeyUpdate', Uint8Array.of(request)))
      const { failure } = from === 'client' ? both.server : both.client
      if (fits) expect(failure).toBeUndefined()
      else
        expect(failure).toMatchObject({
          code: 'tls/illegal-value',
          alert: 47,
          where: 'KeyUpdate.request',
          got: '2',
        })
    }
  })
  test('RFC 9846 7.5: as much as HKDF can make is exported, and not a byte more', () => {
    const { client, server } = meddled({ crypto, who })
    const most = client.tls.exportKeyingMaterial('EXPERIMENTAL test', undefined, 255 * 32)
    expect(most).toHaveLength(255 * 32)
    expect(server.tls.exportKeyingMaterial('EXPERIMENTAL test', new Uint8Array(0), 255 * 32)).toEqual(most)
    expect(() => client.tls.exportKeyingMaterial('EXPERIMENTAL test', undefined, 255 * 32 + 1)).toThrow(FailureError)
  })
  test('RFC 8879 4: a certificate that we have asked for may come compressed, where we read it', () => {
    for (const [coders, code] of [
      [certificateCoders, 'tls/signature-wrong'],
      [[], 'tls/unexpected-message'],
    ] as const) {
      const both = meddled({ crypto, who, ...laterAsked, server: { ...later, certificateCoders: coders } })
      both.server.tls.requestCertificate(0)
      both.server.touch()
      const context = contextAsked(both)
      const entries = who.certified.chain.map(certificate => ({ certificate, extensions: [] }))
      const shown = compressed(certificateCoders[0]!, { context, entries })
      both.saysMore('client', message('CompressedCertificate', shown))
      both.saysMore('client', message('CertificateVerify', { scheme: 0x0403, signature: new Uint8Array(70) }))
      expect(both.server.failure).toMatchObject({ code })
    }
    const unasked = meddled({ crypto, who, server: { certificateCoders } })
    const shown = compressed(certificateCoders[0]!, { context: new Uint8Array(0), entries: [] })
    unasked.saysMore('client', message('CompressedCertificate', shown))
    expect(unasked.server.failure).toMatchObject({
      code: 'tls/unexpected-message',
      alert: 10,
      where: 'Established13',
      got: 'CompressedCertificate',
    })
  })
})

describe('while a later certificate is on its way, the connection is as it was', () => {
  const exported = (side: Side): Uint8Array => side.tls.exportKeyingMaterial('EXPERIMENTAL test', undefined, 16)
  test.each(['certificate', 'sign'])('for a client that has not yet answered the question %s', about => {
    const both = meddled({
      crypto,
      who,
      ...laterAsked,
      clientAnswers: question => (question.about === about ? undefined : shows(question)),
    })
    both.server.tls.requestCertificate(0)
    shuttle(both)
    expect(both.client.tls.state).toBe(about === 'sign' ? 'WaitLaterSignature13' : 'WaitLaterCertificate13')
    expect(exported(both.client)).toEqual(exported(both.server))
    // Its goodbye is the last that it says: what it would have shown stays here.
    both.client.tls.close(0)
    both.client.touch()
    const asked = both.client.events.findLast(event => event.type === 'ask')
    if (asked?.type !== 'ask') throw new Error('nothing was asked')
    both.client.tls.answer(asked.id, shows(asked.question)!, 0)
    const next = both.client.events.length
    expect(both.client.touch()).toEqual([])
    const more = both.client.events.slice(next)
    expect(more.filter(event => event.type !== 'ask')).toEqual([])
    expect([both.client.tls.state, both.client.failure]).toEqual(['Established13', undefined])
  })
  test('for a server that is asked about it: it may ask again', () => {
    const both = meddled({
      crypto,
      who,
      ...laterAsked,
      serverAnswers: question => (question.about === 'trust' ? undefined : answersOf(crypto, who)(question)),
    })
    both.server.tls.requestCertificate(0)
    shuttle(both)
    expect(both.server.tls.state).toBe('WaitLaterClientTrust13')
    expect(exported(both.client)).toEqual(exported(both.server))
    both.server.tls.requestCertificate(0)
    shuttle(both)
    expect(both.client.events.filter(event => event.type === 'ask' && event.question.about === 'sign')).toHaveLength(2)
  })
  test('tls/own-certificate-type: what is shown is of the type that the handshake has agreed on', () => {
    const both = meddled({
      crypto,
      who,
      ...laterAsked,
      clientAnswers: question =>
        question.about === 'certificate' ? bare('p-256').certified : answersOf(crypto, who)(question),
    })
    both.server.tls.requestCertificate(0)
    shuttle(both)
    expect(both.client.failure).toMatchObject({ code: 'tls/own-certificate-type', got: 'X509' })
  })
})
