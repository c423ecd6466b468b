import { expect, test } from 'vitest'
import { concat } from '../../../test/support/bytes.ts'
import { type Answers, answersOf, identity, type Pair, pair, shuttle } from '../../../test/support/tls.ts'
import { sequence, time } from '../../asn1/write.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { FailureError, fail } from '../../failures/index.ts'
import { jsonOfFailure } from '../../inspect/json.ts'
import { broken } from '../../lab/broken.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { messagesOf, recorder } from '../../trace/recorder.ts'
import { Certificate } from '../../x509/certificate/certificate.ts'
import { trustStore } from '../../x509/path/store.ts'
import { type ChainTrusted, isTrusted, type TrustQuestion, trustWithoutChecking } from '../../x509/path/trusted.ts'
import { verifyChain } from '../../x509/path/verify.ts'
import { Session } from '../session/session.ts'
import type { Ask, CertifiedKey } from '../types.ts'

const crypto = nodeCrypto()
const NOW = Date.UTC(2026, 0, 15)
const authority = certificateAuthority({ crypto, now: () => NOW, name: 'root' })
const trust = trustStore([authority.certificate])
const keyPair = crypto.generateKeyPair('p-256')
/** One key, three certificates: only the chain tells them apart. */
const good = authority.issue({ names: ['good.test'], keyPair }).chain
const other = authority.issue({ names: ['other.test'], keyPair }).chain
const expired = authority.issue({
  names: ['good.test'],
  keyPair,
  notBefore: NOW - 3000,
  notAfter: NOW - 2000,
}).chain

type TrustAsked = Extract<Ask['question'], { about: 'trust' }>

const proofOf = (question: Partial<TrustQuestion> & { readonly chain: TrustQuestion['chain'] }): ChainTrusted => {
  const result = verifyChain({
    name: undefined,
    purpose: 'server',
    keyUsage: 'digitalSignature',
    ...question,
    at: NOW,
    trust,
    crypto,
  } as Parameters<typeof verifyChain>[0])
  if (!isTrusted(result)) throw new Error(result.code)
  return result
}

/** A client that asked for good.test and stands at the question, which nobody has answered. */
const asking = (chain: readonly Uint8Array[]): { both: Pair; ask: Ask; question: TrustAsked } => {
  const who = identity(crypto, 'p-256')
  const certified: CertifiedKey = { ...who.certified, chain }
  const serverAnswers: Answers = question => {
    if (question.about === 'client-hello') return certified
    return question.about === 'sign'
      ? crypto.sign({ key: 'ecdsa', hash: 'sha256' }, keyPair.pkcs8, question.message)
      : undefined
  }
  const both = pair({ crypto, who, client: { serverName: 'good.test' }, clientAnswers: () => undefined, serverAnswers })
  shuttle(both)
  const ask = both.client.events.find(event => event.type === 'ask')
  if (ask?.question.about !== 'trust') throw new Error('trust was not asked for')
  return { both, ask, question: ask.question }
}

const failureOf = (act: () => void): unknown => {
  try {
    act()
  } catch (error) {
    if (error instanceof FailureError) return error.failure
    throw error
  }
  return 'nothing was thrown'
}

/** The reply is refused with these facts, and with the right one the connection is established all the same. */
const refuses = (chain: readonly Uint8Array[], reply: unknown, facts: object): void => {
  const { both, ask, question } = asking(chain)
  expect(failureOf(() => both.client.tls.answer(ask.id, reply as never, 0))).toMatchObject({
    code: 'tls/proof-mismatch',
    fault: 'caller',
    alert: 80,
    ...facts,
  })
  expect(both.client.tls.state).toBe('WaitTrust')
  both.client.tls.answer(ask.id, trustWithoutChecking(question, keyPair.spki, 'to see that it goes on'), 0)
  shuttle(both)
  expect(both.client.established).toBeDefined()
}

test('a proof of the question as it was asked establishes the connection', () => {
  const { both, ask, question } = asking(good)
  both.client.tls.answer(ask.id, proofOf(question), 0)
  shuttle(both)
  expect(both.client.established).toMatchObject({ serverName: 'good.test', peerChain: good })
})

test('tls/proof-mismatch: a literal that looks like a proof is none', () => {
  const real = proofOf({ chain: good, name: 'good.test' })
  const literal = { proof: 'chain-trusted', publicKey: real.publicKey, path: [], anchor: 'x', accepted: [] }
  const facts = { where: 'The reply', got: 'an imitation' }
  refuses(good, literal, facts)
  refuses(good, Object.create(real), facts)
  refuses(good, Object.setPrototypeOf({ ...literal }, Object.getPrototypeOf(real)), facts)
  refuses(good, new Proxy(real, {}), facts)
})

test('tls/proof-mismatch: a proof for another name of a server that showed that other name', () => {
  const proof = proofOf({ chain: other, name: 'other.test' })
  refuses(other, proof, { where: 'The name', got: 'other.test', expected: 'good.test' })
  refuses(good, proofOf({ chain: good }), { where: 'The name', got: 'any', expected: 'good.test' })
})

test('tls/proof-mismatch: a proof for another certificate of the same key and name', () => {
  const proof = proofOf({ chain: good, name: 'good.test' })
  refuses(expired, proof, { where: 'The chain', got: 'another one' })
})

test('tls/proof-mismatch: a proof for the same leaf with other certificates behind it', () => {
  const longer = [...good, authority.certificate]
  refuses(longer, proofOf({ chain: good, name: 'good.test' }), { where: 'The chain' })
  refuses(good, proofOf({ chain: longer, name: 'good.test' }), { where: 'The chain' })
  refuses([...good, ...other], proofOf({ chain: longer, name: 'good.test' }), { where: 'The chain' })
})

test('tls/proof-mismatch: a proof for clients, for any purpose, or for another use of the key', () => {
  const question = { chain: good, name: 'good.test' }
  const client = authority.issue({ names: ['good.test'], keyPair, purposes: ['client'] }).chain
  refuses(client, proofOf({ ...question, chain: client, purpose: 'client' }), { where: 'The purpose', got: 'client' })
  refuses(good, proofOf({ ...question, purpose: 'any' }), { where: 'The purpose', got: 'any', expected: 'server' })
  refuses(good, proofOf({ ...question, keyUsage: undefined }), { where: 'The use of the key', got: 'any' })
})

test('tls/proof-mismatch: trust without checking is for one chain and one name as well', () => {
  const { question } = asking(good)
  refuses(expired, trustWithoutChecking(question, keyPair.spki, 'pinned'), { where: 'The chain' })
  refuses(good, trustWithoutChecking({ ...question, name: 'a.test' }, keyPair.spki, 'pinned'), { where: 'The name' })
})

test('tls/no-such-question: an answer to the same question of another connection is refused', () => {
  const [one, two] = [asking(good), asking(good)]
  const proof = proofOf(one.question)
  expect(failureOf(() => two.both.client.tls.answer(one.ask.id, proof, 0))).toMatchObject({
    code: 'tls/no-such-question',
    fault: 'caller',
    expected: 'trust (question 1)',
  })
  expect(two.both.client.tls.state).toBe('WaitTrust')
  one.both.client.tls.answer(one.ask.id, proof, 0)
  shuttle(one.both)
  expect(one.both.client.established).toBeDefined()
})

test('a chain goes out only if a message has room for it', () => {
  const answered = (length: number): string | undefined => {
    const { server, client } = pair({
      crypto,
      who: identity(crypto, 'p-256'),
      serverAnswers: () => undefined,
    })
    server.touch(concat(...client.touch()))
    const ask = server.events.find(event => event.type === 'ask')
    if (ask?.type !== 'ask') throw new Error('nothing was asked')
    try {
      server.tls.answer(ask.id, { chain: [new Uint8Array(length)], schemes: [], key: undefined }, 0)
    } catch (error) {
      return error instanceof FailureError ? error.failure.code : `${error}`
    }
    return server.failure?.code
  }
  expect(answered(0)).toBe('tls/no-such-question')
  expect(answered(1)).toBeUndefined()
  expect(answered(0xffffff - 6)).toBeUndefined()
  expect(answered(0xffffff - 5)).toBe('tls/no-such-question')
})

test('a failure of a certificate shows its bytes in the message that brought it', () => {
  const middle = authority.intermediate({ name: 'middle', notAfter: NOW - 1000 })
  const { chain } = broken(middle).issue({ names: ['good.test'], keyPair })
  const who = identity(crypto, 'p-256')
  const records = recorder()
  const both = pair({
    crypto,
    who: { ...who, certified: { ...who.certified, chain } },
    client: { serverName: 'good.test', trace: { sink: records, flow: 'test', host: 'client' } },
    clientAnswers: question =>
      question.about === 'trust' ? verifyChain({ ...question, at: NOW, trust, crypto }) : undefined,
  })
  shuttle(both)
  const { failure } = both.client
  expect(failure).toMatchObject({ code: 'tls/certificate-expired', where: '“middle”' })
  const message = records.records.find(entry => entry.type === 'message' && entry.record.name === 'Certificate')
  if (message?.type !== 'message') throw new Error('no Certificate in the trace')
  const { start, end, message: id, certificate } = failure!.at!
  expect([id, certificate]).toEqual([message.record.id, 1])
  const { notBefore, notAfter } = new Certificate(middle.certificate)
  expect(message.record.bytes.subarray(start, end)).toEqual(sequence(time(notBefore), time(notAfter)))
  expect(jsonOfFailure(failure!)).toMatchObject({ at: { message: id, certificate: 1, range: [start, end] } })
})

test.each([
  ['TLS 1.2', 'in the handshake'],
  ['TLS 1.3', 'in the handshake'],
  ['TLS 1.3', 'behind it'],
] as const)('%s: so does one of a client, %s', (version, when) => {
  const later = { postHandshakeAuth: 'allowed' } as const
  const who = identity(crypto, 'p-256')
  const chain = [Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5, 6, 7, 8, 9)]
  const shows: Answers = question =>
    question.about === 'certificate' ? { ...who.certified, chain } : answersOf(crypto, who)(question)
  const trace = recorder()
  const both = pair({
    crypto,
    who,
    versions: [version],
    client: later,
    clientAnswers: shows,
    server: {
      ...(when === 'behind it' ? later : { clientCertificate: 'required' }),
      trace: { sink: trace, flow: 'one', host: 'server' },
    },
    serverAnswers: question =>
      question.about === 'trust'
        ? fail('tls/certificate-untrusted', { at: { message: 0, start: 1, end: 3, certificate: 1 } })
        : answersOf(crypto, who)(question),
  })
  shuttle(both)
  if (when === 'behind it') {
    both.server.tls.requestCertificate(0)
    shuttle(both)
  }
  const { at } = both.server.failure!
  const message = messagesOf(trace.records).find(({ id }) => id === at!.message)!
  expect([message.name, message.direction, at!.certificate]).toEqual(['Certificate', 'in', 1])
  expect(message.bytes.subarray(at!.start, at!.end)).toEqual(Uint8Array.of(6, 7))
})

test.each(['TLS 1.2', 'TLS 1.3'] as const)('%s: one that came back with a session is in no message', version => {
  const who = identity(crypto, 'p-256')
  const answers = answersOf(crypto, who)
  const keeping: Answers = question => {
    if (question.about !== 'ticket') return answers(question)
    return 'seal' in question.wanted ? question.wanted.seal : question.wanted.open
  }
  const options = {
    crypto,
    who,
    versions: [version],
    server: { resumption: ['ticket'] },
    serverAnswers: keeping,
  } as const
  const first = pair({ ...options, client: { session: 'new' } })
  shuttle(first)
  const event = first.client.events.find(each => each.type === 'session')
  if (event?.type !== 'session') throw new Error('no session came')
  const again = pair({
    ...options,
    client: {
      session: Session.fromBytes(event.session.toBytes()),
      trace: { sink: recorder(), flow: 'one', host: 'client' },
    },
    clientAnswers: () => fail('tls/certificate-untrusted', { at: { message: 0, start: 1, end: 3, certificate: 0 } }),
  })
  shuttle(again)
  expect(again.client.failure).toMatchObject({ code: 'tls/certificate-untrusted' })
  expect(again.client.failure!.at).toBeUndefined()
})

test('a failure of a certificate that nobody has shown has no place in the message', () => {
  const trace = recorder()
  const both = pair({
    crypto,
    who: identity(crypto, 'p-256'),
    client: { trace: { sink: trace, flow: 'one', host: 'client' } },
    clientAnswers: question =>
      question.about === 'trust'
        ? fail('tls/certificate-untrusted', { at: { message: 0, start: 1, end: 2, certificate: 7 } })
        : undefined,
  })
  shuttle(both)
  expect(both.client.failure).toMatchObject({ code: 'tls/certificate-untrusted' })
  expect(both.client.failure!.at).toBeUndefined()
})

test('without a trace the place is that in the certificate, which the answer came with', () => {
  const { both, ask, question } = asking(expired)
  const failure = verifyChain({ ...question, at: NOW, trust, crypto })
  if (isTrusted(failure)) throw new Error('trusted')
  both.client.tls.answer(ask.id, failure, 0)
  both.client.touch()
  expect(both.client.failure).toBe(failure)
  expect(jsonOfFailure(failure)).toMatchObject({
    at: { certificate: 0, range: [failure.at!.start, failure.at!.end] },
  })
})
