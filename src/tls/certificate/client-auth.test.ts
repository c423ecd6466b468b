/** RFC 5246 7.4.4 to 7.4.8: a client that says who it is, and everything that is wrong with one that lies. */
import { describe, expect, test } from 'vitest'
import { ascii, concat } from '../../../test/support/bytes.ts'
import {
  type Answers,
  answersOf,
  changing,
  type Identity,
  identity,
  type Pair,
  type PairOptions,
  pair,
  record,
  recordsOf,
  shuttle,
  step,
  type Wire,
} from '../../../test/support/tls.ts'
import { platforms } from '../../../test/support/worlds.ts'
import { FailureError, fail } from '../../failures/index.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { decode, encode } from '../../wire/codec.ts'
import { trustWithoutChecking } from '../../x509/path/trusted.ts'
import { HandshakeType } from '../messages/registries.table.ts'
import { Alert, type Bodies12, Handshake } from '../messages/tls12.ts'

const crypto = nodeCrypto()
const server = identity(crypto, 'p-256')
const named = (kind: Parameters<typeof identity>[1], name: string): Identity => {
  const who = identity(crypto, kind)
  return { ...who, certified: { ...who.certified, chain: [ascii(name)] } }
}
const alice = named('p-384', 'alice')
const rsa = named('rsa-2048', 'rosa')
const ed25519 = named('ed25519', 'eddy')

/** A client that shows `who`, and a server that knows its key. */
const meeting = (who: Identity | undefined, options: Partial<PairOptions> = {}): Pair => {
  const client = answersOf(crypto, server)
  const clientAnswers: Answers = question => {
    if (question.about === 'certificate') return who?.certified ?? 'none'
    return question.about === 'sign' ? answersOf(crypto, who!)(question) : client(question)
  }
  const serverAnswers: Answers = question =>
    question.about === 'trust'
      ? trustWithoutChecking(question, (who ?? server).spki, 'a test')
      : answersOf(crypto, server)(question)
  return pair({
    crypto,
    who: server,
    clientAnswers,
    serverAnswers,
    ...options,
    server: { clientCertificate: 'required', ...options.server },
  })
}

const lastAlert = (bytes: Uint8Array): number | undefined => {
  const last = recordsOf(bytes).at(-1)
  return last?.[0] === 21 ? decode(Alert, last.subarray(5)).description : undefined
}

for (const [platform, { crypto: own }] of platforms)
  for (const who of [server, alice, rsa, ed25519])
    test(`on ${platform} the server learns who the client is: ${new TextDecoder().decode(who.certified.chain[0])}`, () => {
      const both = meeting(who, { client: { crypto: own }, server: { crypto: own, clientCertificate: 'required' } })
      shuttle(both)
      expect([both.client.failure, both.server.failure]).toEqual([undefined, undefined])
      expect(both.server.established?.peerChain).toEqual(who.certified.chain)
      expect(both.client.established?.peerChain).toEqual(server.certified.chain)
      both.client.tls.write(ascii('it is me'), 0)
      shuttle(both)
      expect(both.server.data).toEqual(ascii('it is me'))
    })

test('the question of the client says what the server takes, and from whom', () => {
  const both = meeting(alice, {
    server: { clientCertificate: 'asked', schemes: [0x0503, 0x0804, 0x9999], clientAuthorities: [ascii('a name')] },
  })
  shuttle(both)
  const asked = both.client.events.flatMap(event => (event.type === 'ask' ? [event.question] : []))
  expect(asked.map(({ about }) => about)).toEqual(['trust', 'certificate', 'sign'])
  expect(asked[1]).toEqual({
    about: 'certificate',
    certificateType: 'X509',
    schemes: [0x0503, 0x0804],
    authorities: [ascii('a name')],
  })
  expect(asked[2]).toMatchObject({ scheme: 0x0503 })
  expect(both.server.established?.peerChain).toEqual([ascii('alice')])
})

test('the question of the server is for a client: any name, and a key that signs', () => {
  const both = meeting(alice)
  shuttle(both)
  const asked = both.server.events.find(event => event.type === 'ask' && event.question.about === 'trust')
  expect(asked).toMatchObject({
    question: { name: undefined, purpose: 'client', keyUsage: 'digitalSignature', chain: [ascii('alice')] },
  })
})

test('a kind of certificate that the server does not list is not offered to whoever chooses one', () => {
  const both = meeting(undefined, { server: { clientCertificate: 'asked' } })
  shuttle(
    both,
    changing('CertificateRequest', body => ({ ...body, types: [1] })),
  )
  const asked = both.client.events.find(event => event.type === 'ask' && event.question.about === 'certificate')
  expect(asked).toMatchObject({
    question: { schemes: [0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601] },
  })
})

describe('a client that says nothing', () => {
  test('is welcome where it is only asked', () => {
    const both = meeting(undefined, { server: { clientCertificate: 'asked' } })
    shuttle(both)
    expect(both.server.established?.peerChain).toEqual([])
    expect(both.client.established).toBeDefined()
  })
  test('tls/client-certificate-missing: is refused where a certificate is required, and told why', () => {
    const both = meeting(undefined)
    shuttle(both)
    expect(both.server.failure).toMatchObject({ code: 'tls/client-certificate-missing', alert: 40 })
    expect(both.client.failure).toMatchObject({ code: 'tls/client-certificate-wanted', number: 40 })
    expect(both.server.events.filter(event => event.type === 'ask')).toHaveLength(2)
  })
})

describe('a client that lies', () => {
  const refused = (both: Pair, wire: Wire): number | undefined => {
    let last: number | undefined
    shuttle(both, (bytes, direction) => {
      if (direction === 'to-client') last = lastAlert(bytes) ?? last
      return wire(bytes, direction)
    })
    expect(both.server.established).toBeUndefined()
    return last
  }
  test('tls/signature-wrong: the certificate of somebody else, without the key', () => {
    const both = meeting(alice, {
      clientAnswers: question => {
        if (question.about === 'certificate') return alice.certified
        return answersOf(crypto, question.about === 'sign' ? named('p-384', 'mallory') : server)(question)
      },
    })
    expect(refused(both, bytes => [bytes])).toBe(51)
    expect(both.server.failure?.code).toBe('tls/signature-wrong')
  })
  test('tls/signature-wrong: a signature from another handshake', () => {
    let old: Bodies12['CertificateVerify'] | undefined
    shuttle(
      meeting(ed25519),
      changing('CertificateVerify', body => (old = body)),
    )
    const both = meeting(ed25519)
    refused(
      both,
      changing('CertificateVerify', () => old!),
    )
    expect(both.server.failure?.code).toBe('tls/signature-wrong')
  })
  test('tls/wrong-scheme: a scheme that was not asked for, or that does not fit the key', () => {
    for (const scheme of [0x0203, 0x0401, 0x0503, 0x0603]) {
      const both = meeting(server, { server: { schemes: [0x0403], clientCertificate: 'asked' } })
      const alert = refused(
        both,
        changing('CertificateVerify', body => ({ ...body, scheme })),
      )
      expect(both.server.failure, `${scheme}`).toMatchObject({
        code: 'tls/wrong-scheme',
        where: 'CertificateVerify.scheme',
      })
      expect(alert).toBe(47)
    }
  })
  test('tls/certificate-kind: a key that makes none of the schemes', () => {
    const both = meeting(rsa, {
      server: { schemes: [0x0804], clientCertificate: 'required' },
      serverAnswers: question =>
        question.about === 'trust'
          ? trustWithoutChecking(question, alice.spki, 'a test')
          : answersOf(crypto, server)(question),
    })
    shuttle(both)
    expect(both.server.failure).toMatchObject({ code: 'tls/certificate-kind', alert: 43 })
  })
  test('SMACK: a client that shows a certificate cannot leave out the proof that it is its own', () => {
    const both = meeting(alice)
    step(both, () => both.server.tls.state === 'WaitCertificateVerify')
    both.server.touch(record(20, Uint8Array.of(1)))
    expect(both.server.failure).toMatchObject({ code: 'tls/unexpected-record', where: 'WaitCertificateVerify' })
  })
  test('a proof without a certificate is refused', () => {
    const both = meeting(undefined, { server: { clientCertificate: 'asked' } })
    step(both, () => both.server.tls.state === 'WaitChangeCipherSpec')
    const body = { scheme: 0x0403, signature: new Uint8Array(70) }
    both.server.touch(record(22, encode(Handshake, { type: HandshakeType.names.CertificateVerify!, body })))
    expect(both.server.failure?.code).toBe('tls/unexpected-record')
  })
  test('a failure of its certificate goes to the client as an alert', () => {
    const both = meeting(alice, {
      serverAnswers: question =>
        question.about === 'trust' ? fail('tls/certificate-untrusted') : answersOf(crypto, server)(question),
    })
    shuttle(both)
    expect(both.server.failure?.code).toBe('tls/certificate-untrusted')
    expect(both.client.failure).toMatchObject({ code: 'tls/alert-received', number: 48 })
  })
})

test('tls/no-common-scheme: the certificate that is to be shown cannot sign what the server takes', () => {
  const both = meeting(rsa, { server: { schemes: [0x0403], clientCertificate: 'required' } })
  shuttle(both)
  expect(both.client.failure).toMatchObject({ code: 'tls/no-common-scheme', where: 'CertificateRequest.schemes' })
  expect(both.server.failure).toMatchObject({ code: 'tls/alert-received', number: 40 })
})

test('a proof for a server does not do for a client', () => {
  const both = meeting(alice, {
    serverAnswers: question => (question.about === 'trust' ? undefined : answersOf(crypto, server)(question)),
  })
  shuttle(both)
  const asked = both.server.events.at(-1)
  if (asked?.type !== 'ask' || asked.question.about !== 'trust') throw new Error('trust was not asked for')
  const { question, id } = asked
  const proof = trustWithoutChecking({ ...question, purpose: 'server' }, alice.spki, 'a test')
  expect(() => both.server.tls.answer(id, proof, 0)).toThrow(FailureError)
  both.server.tls.answer(id, trustWithoutChecking(question, alice.spki, 'a test'), 0)
  shuttle(both)
  expect(both.server.established?.peerChain).toEqual([ascii('alice')])
})

test('a certificate that nobody asked for is refused', () => {
  const both = meeting(undefined, { server: { clientCertificate: 'none' } })
  step(both, () => both.server.tls.state === 'WaitClientKeyExchange')
  both.server.touch(concat(record(22, encode(Handshake, { type: 11, body: { chain: [ascii('alice')] } }))))
  expect(both.server.failure?.code).toBe('tls/unexpected-message')
})

test('tls/wrong-scheme: a server signs with a scheme that the client did not offer', () => {
  const both = meeting(undefined, { client: { schemes: [0x0503] }, server: { clientCertificate: 'none' } })
  shuttle(both, bytes => [bytes])
  expect(both.client.established).toBeDefined()
  const lying = meeting(undefined, { client: { schemes: [0x0503] }, server: { clientCertificate: 'none' } })
  shuttle(
    lying,
    changing('ServerKeyExchange', body => ({ ...body, scheme: 0x0403 })),
  )
  expect(lying.client.failure).toMatchObject({ code: 'tls/wrong-scheme', where: 'ServerKeyExchange.scheme' })
})
