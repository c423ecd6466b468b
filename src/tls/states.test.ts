import { describe, expect, test } from 'vitest'
import { concat, hex } from '../../test/support/bytes.ts'
import { messageByMessage } from '../../test/support/meddler.ts'
import { type Answers, answersOf, identity, keysOf, type Pair, pair, record, step } from '../../test/support/tls.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { seeded } from '../random.ts'
import { recorder } from '../trace/recorder.ts'
import { type Codec, encode } from '../wire/codec.ts'
import { HandshakeType } from './messages/registries.table.ts'
import { bodies12, Handshake, type HandshakeName } from './messages/tls12.ts'
import { bodies13, handshake13 } from './messages/tls13.ts'
import { clientStates, serverStates } from './roles.table.ts'
import { Secret } from './secret.ts'
import { ExternalKey } from './session/external-key.ts'
import { Session } from './session/session.ts'
import { waitedFor } from './states.ts'
import { suites13 } from './suites.table.ts'
import { protectionOf } from './tls13/key-schedule.ts'
import { clientMoves13, serverMoves13 } from './tls13/states.table.ts'
import type { TlsVersion } from './types.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')
const SEED = 5
const random = seeded(SEED)

/** What can come: every handshake message, known and unknown, ChangeCipherSpec and application data. */
const inputs: { name: string; type: number; content: Uint8Array }[] = [
  ...(Object.keys(bodies12) as HandshakeName[]).map(name => ({
    name: name as string,
    type: 22,
    content: encode(Handshake, { type: HandshakeType.names[name]!, body: bodies12[name].sample(random.number) }),
  })),
  ...['KeyUpdate'].map(name => ({
    name,
    type: 22,
    content: Uint8Array.of(HandshakeType.names[name]!, 0, 0, 0),
  })),
  { name: 'unknown (0x63)', type: 22, content: Uint8Array.of(99, 0, 0, 0) },
  { name: 'ChangeCipherSpec', type: 20, content: Uint8Array.of(1) },
  { name: 'ApplicationData', type: 23, content: Uint8Array.of(1, 2, 3) },
  { name: 'an empty record', type: 22, content: new Uint8Array(0) },
]

/** The same for states of TLS 1.3, where the messages have another form. */
const inputs13 = inputs.map(input =>
  input.type === 22 && input.name in bodies13 && input.name !== 'HelloRequest'
    ? { ...input, content: sample13(input.name as keyof typeof bodies13) }
    : input,
)
function sample13(name: keyof typeof bodies13): Uint8Array {
  const body = (bodies13[name] as Codec<unknown>).sample(random.number)
  return encode(handshake13.codec, { type: HandshakeType.names[name]!, body })
}
const is13 = (state: string): boolean => STATES_13.has(state)
const STATES_13: ReadonlySet<string> = new Set([...clientMoves13, ...serverMoves13].map(([, , state]) => state))

const QUESTIONS: Readonly<Record<string, string>> = {
  WaitTrust13: 'trust',
  WaitSignature13: 'sign',
  WaitOwnCertificate13: 'certificate',
  WaitOwnSignature13: 'sign',
  WaitLaterCertificate13: 'certificate',
  WaitLaterSignature13: 'sign',
  WaitLaterClientTrust13: 'trust',
  WaitClientTrust13: 'trust',
  WaitExternalKey: 'psk',
  WaitTicket13: 'ticket',
  WaitEarlyJudged: 'early-data',
  WaitResumedTrust13: 'trust',
  WaitResumedClientTrust13: 'trust',
  WaitTrust: 'trust',
  WaitPolicy: 'client-hello',
  WaitSignature: 'sign',
  WaitOwnCertificate: 'certificate',
  WaitOwnSignature: 'sign',
  WaitClientTrust: 'trust',
  WaitResumedTrust: 'trust',
  WaitTicketOpened: 'ticket',
  WaitTicketSealed: 'ticket',
  WaitSessionFound: 'session',
  WaitSessionKept: 'session',
  WaitDecrypted: 'decrypt',
}

/** How the two remember each other, for the states that know of it, and whether they have met. */
const MEMORY: Readonly<Record<string, readonly ['ticket' | 'session', 'first' | 'again']>> = {
  WaitNewSessionTicket: ['ticket', 'first'],
  WaitTicketSealed: ['ticket', 'first'],
  WaitSessionKept: ['session', 'first'],
  WaitTicketOpened: ['ticket', 'again'],
  WaitSessionFound: ['session', 'again'],
  WaitResumedTrust: ['ticket', 'again'],
  WaitTicket13: ['ticket', 'again'],
  WaitEarlyJudged: ['ticket', 'again'],
  WaitEndOfEarlyData: ['ticket', 'again'],
  WaitResumedTrust13: ['ticket', 'again'],
  WaitResumedClientTrust13: ['ticket', 'again'],
}

/** The tickets of this server are what is in them, and its clients have one session. */
const open: Answers = question => {
  if (question.about === 'early-data') return 'fresh'
  if (question.about === 'ticket') return 'seal' in question.wanted ? question.wanted.seal : question.wanted.open
  if (question.about !== 'session') return answersOf(crypto, who)(question)
  if ('get' in question.wanted) return kept
  kept = question.wanted.put
  return 'none'
}
let kept: Uint8Array = new Uint8Array(0)
const sessionBy = (how: 'ticket' | 'session', version: TlsVersion, early: boolean): Session => {
  const both = pair({
    crypto,
    who,
    versions: [version],
    client: { session: 'new' },
    server: { resumption: [how], clientCertificate: early ? 'none' : 'asked', earlyData: 100 },
    serverAnswers: open,
    clientAnswers: question => (question.about === 'certificate' ? who.certified : answersOf(crypto, who)(question)),
  })
  step(both, () => false)
  const event = both.client.events.at(-1)
  if (event?.type !== 'session') throw new Error('no session')
  return Session.fromBytes(event.session.toBytes())!
}

/** States of handshakes in which the client shows a certificate. */
const WITH_CLIENT_CERTIFICATE: ReadonlySet<string> = new Set([
  'WaitServerHelloDone',
  'WaitOwnCertificate',
  'WaitOwnSignature',
  'WaitClientCertificate',
  'WaitClientTrust',
  'WaitCertificateVerify',
  'WaitCertificate13',
  'WaitOwnCertificate13',
  'WaitOwnSignature13',
  'WaitClientCertificate13',
  'WaitClientTrust13',
  'WaitClientCertificateVerify13',
])

/** States of handshakes that begin with data. */
const EARLY: ReadonlySet<string> = new Set(['WaitEarlyJudged', 'WaitEndOfEarlyData'])

/** States of a client that is asked who it is when the handshake is over, and how it is asked. */
const LATER: ReadonlySet<string> = new Set(['WaitLaterCertificate13', 'WaitLaterSignature13'])
/** The same of a server that asks. */
const ASKED_LATER: ReadonlySet<string> = new Set([
  'WaitLaterClientTrust13',
  'WaitLaterClientVerify13',
  'WaitLaterClientFinished13',
])
const LATER_REQUEST = { type: 22, content: hex('0d 00000b 00 0008 000d 0004 0002 0403') }

/** States of handshakes in which the client encrypts the secret. */
const ENCRYPTED: ReadonlySet<string> = new Set([
  'WaitCertificateStatusAlone',
  'WaitEncryptedPremaster',
  'WaitDecrypted',
])
const rsa = identity(crypto, 'rsa-2048')
const withRsa = { suites: ['TLS_RSA_WITH_AES_128_GCM_SHA256'] } as const

/** States behind a HelloRetryRequest. */
const RETRIED: ReadonlySet<string> = new Set(['WaitServerHelloAgain', 'WaitClientHelloAgain'])

const offeredKey = ExternalKey.of({ identity: Uint8Array.of(1), key: new Uint8Array(16), role: 'client' })

/** Both sides, run until `side` is in `state`; questions are left open where the state is a question's. */
const reach = (side: 'client' | 'server', state: string) => {
  const trace = recorder()
  const owner = ENCRYPTED.has(state) ? rsa : who
  const answers = answersOf(crypto, owner)
  const [how, when] = MEMORY[state] ?? []
  const resumption = how === undefined ? [] : [how]
  const known = WITH_CLIENT_CERTIFICATE.has(state) || (when === 'again' && !EARLY.has(state))
  const version = is13(state) ? 'TLS 1.3' : 'TLS 1.2'
  const session =
    how && (when === 'again' ? sessionBy(how, version, EARLY.has(state)) : how === 'ticket' ? 'new' : undefined)
  const answersIn =
    (asked: 'client' | 'server'): Answers =>
    question => {
      if (asked === side && question.about === QUESTIONS[state]) return undefined
      if (question.about === 'client-hello') return { ...owner.certified, ocsp: Uint8Array.of(1) }
      return question.about === 'certificate' ? who.certified : (asked === 'server' ? open : answers)(question)
    }
  const both: Pair = pair({
    crypto,
    who,
    versions: [version],
    client: {
      trace: { sink: trace, flow: 'test', host: 'client' },
      session,
      ...(ENCRYPTED.has(state) ? withRsa : {}),
      evidence: state.startsWith('WaitCertificateStatus') ? ['ocsp'] : [],
      earlyData: EARLY.has(state) ? Uint8Array.of(1) : undefined,
      postHandshakeAuth: LATER.has(state) || ASKED_LATER.has(state) ? 'allowed' : undefined,
      psk: state === 'WaitExternalKey' ? [offeredKey] : undefined,
    },
    server: {
      trace: { sink: trace, flow: 'test', host: 'server' },
      ...(ENCRYPTED.has(state) ? withRsa : {}),
      resumption,
      earlyData: 100,
      psk: 'asked',
      postHandshakeAuth: ASKED_LATER.has(state) ? 'allowed' : undefined,
      clientCertificate: known ? 'required' : 'none',
      groups: RETRIED.has(state) ? ['secp256r1'] : undefined,
    },
    clientAnswers: answersIn('client'),
    serverAnswers: answersIn('server'),
  })
  // In one record a flight passes through its states at once. What is early is under keys of its own.
  const cut = version === 'TLS 1.3' && !EARLY.has(state) ? messageByMessage(crypto, trace) : undefined
  step(both, () => both[side].tls.state === state, cut)
  if (ASKED_LATER.has(state)) {
    both.server.tls.requestCertificate(0)
    step(both, () => both.server.tls.state === state, cut)
  }
  if (LATER.has(state)) both.client.touch(wrapped13('Established13', 'client', LATER_REQUEST, trace.records))
  return { both, trace }
}

for (const [side, table] of [
  ['client', clientStates],
  ['server', serverStates],
] as const)
  describe(`RFC 5246 7.3: the ${side} refuses what its state does not wait for`, () => {
    for (const state of table.states)
      test(state, () => {
        expect(reach(side, state).both[side].tls.state).toBe(state)
        for (const input of (is13(state) ? inputs13 : inputs).filter(
          ({ name }) => table.ways(state, name).length === 0,
        )) {
          const { both, trace } = reach(side, state)
          const me = both[side]
          const before = me.events.length
          me.touch(wrapped(state, side, input, trace.records))
          if (QUESTIONS[state] !== undefined) {
            expect(me.tls.state, `${input.name}: waits for the answer`).toBe(state)
            continue
          }
          const isMessage = input.type === 22 && input.content.length > 0
          expect(me.failure, `${input.name}, seed ${SEED}`).toMatchObject({
            // Where ChangeCipherSpec is waited for, any other record is already one of the wrong kind.
            code: isMessage && state !== 'WaitChangeCipherSpec' ? 'tls/unexpected-message' : 'tls/unexpected-record',
            where: state,
            alert: 10,
          })
          expect(me.events.slice(before).map(event => event.type)).toEqual(['failure'])
          expect(me.tls.state).toBe('Failed')
        }
      })
  })

const wrapped = (
  state: string,
  side: 'client' | 'server',
  { type, content }: (typeof inputs)[number],
  trace: ReturnType<typeof recorder>['records'],
): Uint8Array => {
  if (is13(state)) return wrapped13(state, side, { type, content }, trace)
  if (state !== 'WaitFinished' && state !== 'Established') return record(type, content)
  const keys = keysOf(crypto, trace, state === 'Established' ? 1 : 0)
  return concat(...(side === 'client' ? keys.server : keys.client).seal(type, content))
}

const PLAIN_13: ReadonlySet<string> = new Set([
  ...RETRIED,
  'WaitExternalKey',
  'WaitTicket13',
  'WaitResumedClientTrust13',
  'WaitEarlyJudged',
])

const wrapped13 = (
  state: string,
  side: 'client' | 'server',
  { type, content }: { type: number; content: Uint8Array },
  trace: ReturnType<typeof recorder>['records'],
): Uint8Array => {
  if (PLAIN_13.has(state) || type === 20) return record(type, content)
  const stage =
    state === 'Established13' || ASKED_LATER.has(state)
      ? 'TRAFFIC_SECRET_0'
      : state === 'WaitEndOfEarlyData'
        ? 'EARLY_TRAFFIC_SECRET'
        : 'HANDSHAKE_TRAFFIC_SECRET'
  const label = `${side === 'client' ? 'SERVER' : 'CLIENT'}_${stage}`
  const found = trace.find(entry => entry.type === 'secret' && entry.record.label === label)
  if (found?.type !== 'secret') throw new Error(`no ${label} in the trace`)
  const protection = protectionOf(crypto, suites13[0]!, new Secret(found.record.secret))
  // Under the keys of now; those behind the handshake begin anew.
  const since = trace.findIndex(
    entry => entry.type === 'state' && entry.record.host === side && entry.record.to === 'Established13',
  )
  const came = trace
    .slice(since + 1)
    .filter(
      entry =>
        entry.type === 'message' &&
        entry.record.host === side &&
        entry.record.direction === 'in' &&
        entry.record.layer === 'record' &&
        entry.record.sealed,
    ).length
  for (let i = 0; i < came; i++) protection.seal(22, content)
  return concat(...protection.seal(type, content))
}

test('CVE-2014-0224: ChangeCipherSpec before the key exchange is refused in every early state', () => {
  for (const state of ['WaitServerHello', 'WaitCertificate', 'WaitServerKeyExchange']) {
    const { both } = reach('client', state)
    both.client.touch(record(20, Uint8Array.of(1)))
    expect(both.client.failure?.code, state).toBe('tls/unexpected-record')
  }
})

test('a HelloRequest in the middle of the handshake is ignored, and does not disturb the Finished', () => {
  for (const state of ['WaitServerHello', 'WaitServerKeyExchange', 'WaitChangeCipherSpec']) {
    const both = pair({ crypto, who })
    let given = false
    step(both, () => {
      if (!given && both.client.tls.state === state) {
        given = true
        both.client.touch(record(22, Uint8Array.of(0, 0, 0, 0)))
      }
      return false
    })
    expect(given).toBe(true)
    expect(both.client.established, state).toBeDefined()
    expect(both.server.established, state).toBeDefined()
  }
})

test('what is said to be waited for leads on: nothing that is passed over (RFC 5246 7.4.1.1, RFC 9846 5)', () => {
  expect(waitedFor(clientStates, 'WaitServerHelloDone')).not.toContain('HelloRequest')
  expect(waitedFor(clientStates, 'WaitFinished13')).toBe('Finished')
  expect(waitedFor(serverStates, 'WaitClientFinished13')).toBe('Finished')
  expect(waitedFor(clientStates, 'WaitCertificate13')).toBe('Certificate or CompressedCertificate')
  expect(waitedFor(clientStates, 'WaitServerHelloAgain')).toBe('ServerHello')
})
