/** Suites in which the client encrypts the secret to the server's key (RFC 5246 7.4.7.1), and what a server must not tell. */
import { constants, createPublicKey, publicEncrypt } from 'node:crypto'
import { expect, test } from 'vitest'
import { ascii, concat } from '../../test/support/bytes.ts'
import {
  type Answers,
  answersOf,
  changing,
  identity,
  type Pair,
  pair,
  record,
  shuttle,
  step,
} from '../../test/support/tls.ts'
import type { CryptoProvider } from '../crypto/provider.ts'
import { fail } from '../failures/index.ts'
import { nodeCrypto } from '../node/crypto.ts'
import type { ServerHello } from './messages/hello.ts'
import { HandshakeType } from './messages/registries.table.ts'
import type { AnySuiteName } from './suites.table.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'rsa-2048')
const AES_128_GCM = ['TLS_RSA_WITH_AES_128_GCM_SHA256'] as const

/** Both sides with these suites, what they asked, and the handshake run. */
const met = (suites: readonly AnySuiteName[], options: Partial<Parameters<typeof pair>[0]> = {}): Met => {
  const asked: string[] = []
  const noting =
    (answers: Answers): Answers =>
    question => {
      asked.push(question.about === 'trust' ? `trust: ${question.keyUsage}` : question.about)
      return answers(question)
    }
  const usual = answersOf(crypto, options.who ?? who)
  const both = pair({
    crypto,
    who,
    ...options,
    client: { suites, ...options.client },
    server: { suites, ...options.server },
    clientAnswers: noting(options.clientAnswers ?? usual),
    serverAnswers: noting(options.serverAnswers ?? usual),
  })
  return { both, asked }
}
interface Met {
  readonly both: Pair
  readonly asked: readonly string[]
}

test('every suite with RSA key exchange carries data, when both name it', () => {
  const names = [
    'TLS_RSA_WITH_AES_128_GCM_SHA256',
    'TLS_RSA_WITH_AES_256_GCM_SHA384',
    'TLS_RSA_WITH_AES_128_CBC_SHA256',
    'TLS_RSA_WITH_AES_256_CBC_SHA256',
    'TLS_RSA_WITH_AES_128_CBC_SHA',
    'TLS_RSA_WITH_AES_256_CBC_SHA',
  ] as const
  for (const name of names) {
    const { both, asked } = met([name])
    shuttle(both)
    expect(both.client.established, name).toMatchObject({ suite: name, group: undefined, resumed: false })
    expect(both.server.established, name).toMatchObject({ suite: name, group: undefined })
    expect(both.client.established?.trusted).toBeDefined()
    expect(asked).toEqual(['client-hello', 'trust: keyEncipherment', 'decrypt'])
    both.client.tls.write(ascii('up'), 0)
    both.server.tls.write(ascii('down'), 0)
    shuttle(both)
    expect([both.server.data, both.client.data]).toEqual([ascii('up'), ascii('down')])
  }
})

test('nobody offers RSA key exchange or takes it who did not name it', () => {
  const usual = met(AES_128_GCM, { server: { suites: undefined } }).both
  shuttle(usual)
  expect(usual.server.failure).toMatchObject({ code: 'tls/no-common-suite', alert: 40 })
  const server = met(AES_128_GCM, { client: { suites: undefined } }).both
  shuttle(server)
  expect(server.server.failure).toMatchObject({
    code: 'tls/no-common-suite',
    got: expect.not.stringMatching('TLS_RSA_'),
  })
})

test('it needs no common group and no common signature, and forward secrecy goes before it where it is named before', () => {
  const nothing = met(AES_128_GCM, {
    client: { groups: ['x25519'], schemes: [0x0403] },
    server: { groups: ['secp384r1'] },
  })
  shuttle(nothing.both)
  expect(nothing.both.server.established?.suite).toBe('TLS_RSA_WITH_AES_128_GCM_SHA256')
  const either = ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', ...AES_128_GCM] as const
  const best = met(either)
  shuttle(best.both)
  expect(best.both.server.established?.suite).toBe('TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256')
  const left = met(either, { client: { groups: ['x25519'] }, server: { groups: ['secp384r1'] } })
  shuttle(left.both)
  expect(left.both.server.established?.suite).toBe('TLS_RSA_WITH_AES_128_GCM_SHA256')
})

test('RFC 5246 7.4.1.4: a client without extensions gets a ServerHello without them', () => {
  const { both } = met(AES_128_GCM)
  let answered: ServerHello | undefined
  shuttle(both, (bytes, direction) => {
    const bare = changing('ClientHello', body => ({
      ...body,
      cipherSuites: [0x009c],
      extensions: undefined,
    }))(bytes, direction)
    return changing('ServerHello', body => {
      answered = body
      return body
    })(concat(...(bare as Uint8Array[])), direction)
  })
  expect(answered).toMatchObject({ cipherSuite: 0x009c })
  expect(answered!.extensions).toBeUndefined()
})

test('a client shows its certificate and signs behind the encrypted secret, and comes back with a ticket', () => {
  const answers = answersOf(crypto, who)
  const own: Answers = question => {
    if (question.about === 'certificate') return who.certified
    if (question.about === 'ticket') return 'seal' in question.wanted ? question.wanted.seal : question.wanted.open
    return answers(question)
  }
  const sides = { clientAnswers: own, serverAnswers: own }
  const server = { clientCertificate: 'required', resumption: ['ticket'] } as const
  const first = met(AES_128_GCM, { ...sides, server, client: { session: 'new' } })
  shuttle(first.both)
  expect(first.both.server.established?.peerChain).toEqual([ascii('certificate for rsa-2048')])
  const event = first.both.client.events.find(({ type }) => type === 'session')
  if (event?.type !== 'session') throw new Error('no session')
  const again = met(AES_128_GCM, { ...sides, server, client: { session: event.session } })
  shuttle(again.both)
  expect(again.both.client.established).toMatchObject({ resumed: true, suite: 'TLS_RSA_WITH_AES_128_GCM_SHA256' })
  expect(again.asked).not.toContain('decrypt')
})

test('a key that cannot decrypt is no key for it, on either side', () => {
  const ec = identity(crypto, 'p-256')
  const wrong = met(AES_128_GCM, { who: ec }).both
  shuttle(wrong)
  expect(wrong.server.failure).toMatchObject({
    code: 'tls/no-common-suite',
    alert: 40,
    expected: 'suites for a key that signs with ecdsa_secp256r1_sha256, ecdsa_secp384r1_sha384, ecdsa_secp521r1_sha512',
    got: 'TLS_RSA_WITH_AES_128_GCM_SHA256',
  })
  const shown = met(AES_128_GCM, { clientAnswers: answersOf(crypto, ec) }).both
  shuttle(shown)
  expect(shown.client.failure).toMatchObject({ code: 'tls/certificate-kind', where: 'Certificate.chain.0' })
})

test('a key that has no room for the secret is none for it', () => {
  const { both } = met(AES_128_GCM, { client: { crypto: { ...crypto, rsaEncrypt: () => undefined } } })
  shuttle(both)
  expect(both.client.failure).toMatchObject({
    code: 'tls/certificate-kind',
    alert: 43,
    where: 'Certificate.chain.0',
    expected: 'an RSA key with room for the secret',
    got: 'a key of type rsa',
  })
})

test('a server that cannot read the secret is believed by nobody', () => {
  const { both } = met(AES_128_GCM, {
    serverAnswers: answersOf(crypto, { ...who, pkcs8: identity(crypto, 'rsa-2048').pkcs8 }),
  })
  shuttle(both)
  expect(both.client.established).toBeUndefined()
  expect(both.client.failure).toMatchObject({ code: 'tls/alert-received' })
})

test.each(['decrypted', 'given up'] as const)(
  'what is drawn for a secret that may be wrong is overwritten: %s',
  how => {
    const drawn: Uint8Array[] = []
    const random: CryptoProvider['random'] = {
      ...crypto.random,
      bytes(count) {
        const bytes = crypto.random.bytes(count)
        if (count === 48) drawn.push(bytes)
        return bytes
      },
    }
    const answers = answersOf(crypto, who)
    const { both } = met(AES_128_GCM, {
      server: { crypto: { ...crypto, random } },
      serverAnswers: question => (question.about === 'decrypt' && how === 'given up' ? undefined : answers(question)),
    })
    shuttle(both)
    expect(drawn.map(bytes => bytes.some(byte => byte !== 0))).toEqual([how === 'given up'])
    both.server.tls.close(0)
    expect(drawn[0]).toEqual(new Uint8Array(48))
  },
)

test('FREAK: a ServerKeyExchange is refused where the client chooses the secret', () => {
  const { both } = met(AES_128_GCM)
  step(both, () => both.client.tls.state === 'WaitCertificateRequestOrServerHelloDone')
  both.client.touch(record(22, Uint8Array.of(HandshakeType.names.ServerKeyExchange!, 0, 0, 1, 0)))
  expect(both.client.failure).toMatchObject({ code: 'tls/unexpected-message', alert: 10 })
})

test('a server that promised an OCSP response brings it before the client trusts', () => {
  const ocsp = Uint8Array.of(1, 2, 3)
  const seen: unknown[] = []
  const answers = answersOf(crypto, who)
  const { both } = met(AES_128_GCM, {
    client: { evidence: ['ocsp'] },
    serverAnswers: question => (question.about === 'client-hello' ? { ...who.certified, ocsp } : answers(question)),
    clientAnswers: question => {
      if (question.about === 'trust') seen.push(question.ocsp)
      return answers(question)
    },
  })
  shuttle(both)
  expect(both.client.established).toBeDefined()
  expect(seen).toEqual([ocsp])
})

const publicKey = createPublicKey({ key: Buffer.from(who.spki), format: 'der', type: 'spki' })
const bare = (block: Uint8Array): Uint8Array =>
  new Uint8Array(publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, block))

/** 0, 2, padding, 0, the secret: as long as the modulus. */
const padded = (premaster: Uint8Array): Uint8Array => {
  const block = new Uint8Array(256).fill(0x5a)
  block.set([0, 2])
  block[255 - premaster.length] = 0
  block.set(premaster, 256 - premaster.length)
  return block
}

/** A client that encrypts in its own way. */
const encrypting = (encrypt: (premaster: Uint8Array) => Uint8Array): CryptoProvider => ({
  ...crypto,
  rsaEncrypt: (_, premaster) => encrypt(premaster),
})

/** What such a client learns: what it gets until its Finished, and then; and what the server asked for it. */
const learnt = (encrypt: (premaster: Uint8Array) => Uint8Array, serverAnswers?: Answers) => {
  const { both, asked } = met(AES_128_GCM, {
    client: { crypto: encrypting(encrypt) },
    ...(serverAnswers && { serverAnswers }),
  })
  const flight = both.server.touch(concat(...both.client.touch()))
  const ours = concat(...both.client.touch(concat(...flight)))
  // ClientKeyExchange in one record, ChangeCipherSpec in 6 bytes, Finished in the rest.
  const keyExchange = 5 + ((ours[3]! << 8) | ours[4]!)
  const before = concat(...both.server.touch(ours.slice(0, keyExchange + 6)))
  const after = concat(...both.server.touch(ours.slice(keyExchange + 6)))
  const { code, alert } = both.server.failure ?? { code: undefined, alert: undefined }
  return { asked: asked.join(', '), before, after: after.length > 100 ? 'Finished' : [...after], code, alert }
}

test('the blocks of these tests are good ones where nothing is changed', () => {
  const { both } = met(AES_128_GCM, { client: { crypto: encrypting(secret => bare(padded(secret))) } })
  shuttle(both)
  expect(both.server.established).toBeDefined()
})

test('ROBOT: whatever is wrong with the encrypted secret, the client hears the same, and only after its Finished', () => {
  const changed =
    (change: (block: Uint8Array) => void) =>
    (premaster: Uint8Array): Uint8Array => {
      const block = padded(premaster)
      change(block)
      return bare(block)
    }
  const wrong = new Map<string, (premaster: Uint8Array) => Uint8Array>()
  // Where a zero ends the padding too early, at every place that it has.
  for (let at = 2; at < 207; at++)
    wrong.set(
      `zero at ${at}`,
      changed(block => block.fill(0, at, at + 1)),
    )
  wrong.set(
    'no zero',
    changed(block => block.fill(1, 207, 208)),
  )
  wrong.set(
    'not 2',
    changed(block => block.fill(1, 1, 2)),
  )
  wrong.set(
    'the first octet',
    changed(block => block.fill(1, 0, 1)),
  )
  wrong.set(
    'version 3.1',
    changed(block => block.fill(1, 209, 210)),
  )
  wrong.set(
    'version 2.3',
    changed(block => block.fill(2, 208, 209)),
  )
  for (const length of [0, 1, 47, 49])
    wrong.set(`${length} bytes inside`, () => bare(padded(new Uint8Array(length).fill(3))))
  for (const length of [1, 255, 257, 1000]) wrong.set(`${length} bytes`, () => new Uint8Array(length).fill(1))
  wrong.set('beyond the modulus', () => new Uint8Array(256).fill(0xff))
  wrong.set('nothing but zeros', () => new Uint8Array(256))
  for (const [name, encrypt] of wrong)
    expect(learnt(encrypt), name).toEqual({
      asked: 'client-hello, trust: keyEncipherment, decrypt',
      before: new Uint8Array(0),
      after: [21, 3, 3, 0, 2, 2, 20],
      code: 'tls/record-damaged',
      alert: 20,
    })
})

test('ROBOT: nor does a key elsewhere tell by its failure', () => {
  const usual = answersOf(crypto, who)
  for (const reply of ['none', fail('net/answer-failed'), new Uint8Array(0), new Uint8Array(255)] as const)
    expect(
      learnt(
        secret => bare(padded(secret)),
        question => (question.about === 'decrypt' ? reply : usual(question)),
      ),
    ).toMatchObject({ before: new Uint8Array(0), after: [21, 3, 3, 0, 2, 2, 20], code: 'tls/record-damaged' })
})
