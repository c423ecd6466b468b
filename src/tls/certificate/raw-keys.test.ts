/** RFC 7250: a raw public key in the place of a certificate, on either side, and everything that must not be. */
import { describe, expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { bare, certified, client, knowing, meeting, server, type Trust } from '../../../test/support/raw-keys.ts'
import { answersOf, changing, type Pair, type PairOptions, pair, type Wire } from '../../../test/support/tls.ts'
import { platforms } from '../../../test/support/worlds.ts'
import { FailureError } from '../../failures/index.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { recorder } from '../../trace/recorder.ts'
import { decode } from '../../wire/codec.ts'
import { trustWithoutChecking } from '../../x509/path/trusted.ts'
import { extensionNumbers } from '../messages/extensions.ts'
import type { ClientHello } from '../messages/hello.ts'
import { Handshake, handshake12Raw } from '../messages/tls12.ts'
import { Session } from '../session/session.ts'
import { TicketKeeper } from '../session/tickets.ts'
import type { TlsVersion } from '../types.ts'

const crypto = nodeCrypto()
const VERSIONS: readonly TlsVersion[] = ['TLS 1.2', 'TLS 1.3']
const RAW = ['RawPublicKey'] as const
const BOTH = ['RawPublicKey', 'X509'] as const
const BOTH_OLD_FIRST = ['X509', 'RawPublicKey'] as const

const failures = (both: Pair): unknown => [both.client.failure?.code, both.server.failure?.code]
const NONE = [undefined, undefined]

const changingTypes = (which: 'serverCertificateType' | 'clientCertificateType', types: readonly number[]): Wire =>
  changing('ClientHello', hello => ({
    ...hello,
    extensions: [
      ...hello.extensions!.filter(({ type }) => type !== extensionNumbers[which]),
      { type: extensionNumbers[which], body: { types: [...types] } },
    ],
  }))

const offered = (options: PairOptions['client']): ClientHello => {
  const { client: side } = pair({ crypto, who: server, ...(options === undefined ? {} : { client: options }) })
  const [bytes] = [side.touch()]
  const all = Uint8Array.from(bytes.flatMap(piece => [...piece]))
  return decode(Handshake, all.subarray(5)).body as ClientHello
}

const typesIn = (hello: ClientHello): unknown =>
  [extensionNumbers.clientCertificateType, extensionNumbers.serverCertificateType].map(
    number => (hello.extensions?.find(({ type }) => type === number)?.body as { types?: number[] } | undefined)?.types,
  )

for (const version of VERSIONS)
  describe(version, () => {
    for (const [platform, { crypto: own }] of platforms)
      for (const kind of ['p-256', 'rsa-2048', 'ed25519'] as const)
        test(`on ${platform} the server shows a raw ${kind} key`, () => {
          const who = bare(kind)
          const answers = knowing(answersOf(crypto, who), who)
          const both = meeting(version, {
            who,
            client: { crypto: own },
            server: { crypto: own },
            clientAnswers: answers,
            serverAnswers: answers,
          })
          expect(failures(both)).toEqual(NONE)
          expect(both.client.established).toMatchObject({
            peerChain: [who.spki],
            peerCertificateType: 'RawPublicKey',
            trusted: { proof: 'trusted-without-checking', certificateType: 'RawPublicKey' },
          })
          expect(both.asked).toEqual([])
        })

    test('both sides show raw keys, and each is asked about the key of the other', () => {
      const both = meeting(version, {
        client: { ownCertificateTypes: RAW },
        server: { clientCertificate: 'required', peerCertificateTypes: RAW },
      })
      expect(failures(both)).toEqual(NONE)
      expect(both.asked.map(({ chain, certificateType, purpose }) => [chain, certificateType, purpose])).toEqual([
        [[server.spki], 'RawPublicKey', 'server'],
        [[client.spki], 'RawPublicKey', 'client'],
      ])
      expect(both.server.established).toMatchObject({ peerChain: [client.spki], peerCertificateType: 'RawPublicKey' })
    })

    test('each side by itself: a certificate one way, a raw key the other', () => {
      const clientAnswers = knowing(answersOf(crypto, client), server)
      const rawServer = meeting(version, {
        client: { ownCertificateTypes: BOTH_OLD_FIRST },
        server: { clientCertificate: 'required' },
        clientAnswers: question =>
          question.about === 'certificate'
            ? certified.certified
            : question.about === 'sign'
              ? answersOf(crypto, certified)(question)
              : clientAnswers(question),
      })
      expect(failures(rawServer)).toEqual(NONE)
      expect(rawServer.server.established?.peerCertificateType).toBe('X509')
      expect(rawServer.client.established?.peerCertificateType).toBe('RawPublicKey')
      const rawClient = meeting(version, {
        client: { ownCertificateTypes: BOTH, peerCertificateTypes: BOTH },
        server: { clientCertificate: 'required', peerCertificateTypes: BOTH },
        serverAnswers: knowing(answersOf(crypto, certified), client),
      })
      expect(failures(rawClient)).toEqual(NONE)
      expect(rawClient.server.established?.peerCertificateType).toBe('RawPublicKey')
      expect(rawClient.client.established?.peerCertificateType).toBe('X509')
    })

    test('of what the client can show the server takes what it likes best', () => {
      for (const [ours, type] of [
        [BOTH, 'RawPublicKey'],
        [BOTH_OLD_FIRST, 'X509'],
      ] as const) {
        const wanted: unknown[] = []
        const both = meeting(version, {
          client: { ownCertificateTypes: BOTH },
          server: { clientCertificate: 'asked', peerCertificateTypes: ours },
          clientAnswers: knowing(question => {
            if (question.about !== 'certificate') return answersOf(crypto, client)(question)
            wanted.push(question.certificateType)
            return 'none'
          }, server),
        })
        expect(failures(both)).toEqual(NONE)
        expect(wanted).toEqual([type])
        expect(both.server.established).toMatchObject({ peerChain: [], trusted: undefined })
      }
    })

    test('a client that comes back has the key that it had: by proof, from bytes, and on the side of the server', () => {
      const keeper = new TicketKeeper({ crypto })
      const asked: Trust[] = []
      const serverAnswers = knowing(
        question => {
          if (question.about !== 'ticket') return answersOf(crypto, server)(question)
          return 'seal' in question.wanted
            ? keeper.seal(question.wanted.seal, 0)
            : (keeper.open(question.wanted.open, 0) ?? 'none')
        },
        client,
        asked,
      )
      const visit = (session: Session | 'new') =>
        meeting(version, {
          serverAnswers,
          client: { ownCertificateTypes: RAW, session },
          server: { clientCertificate: 'required', peerCertificateTypes: RAW, resumption: ['ticket'] },
        })
      const sessionIn = (both: Pair): Session => {
        const event = both.client.events.find(each => each.type === 'session')
        if (event?.type !== 'session') throw new Error('no session came')
        return event.session
      }
      const first = sessionIn(visit('new'))
      for (const session of [first, Session.fromBytes(first.toBytes())!]) {
        asked.length = 0
        const again = visit(session)
        expect(failures(again)).toEqual(NONE)
        for (const [side, key] of [
          [again.client, server],
          [again.server, client],
        ] as const)
          expect(side.established).toMatchObject({
            resumed: true,
            peerChain: [key.spki],
            peerCertificateType: 'RawPublicKey',
            trusted: { certificateType: 'RawPublicKey' },
          })
        expect(asked.map(({ certificateType }) => certificateType)).toEqual(['RawPublicKey'])
      }
      // Whoever takes raw keys no longer does not offer such a session, and a server does not resume it.
      const changed = meeting(version, {
        client: { peerCertificateTypes: ['X509'], session: first },
        server: { resumption: ['ticket'] },
        serverAnswers: knowing(answersOf(crypto, certified), client),
      })
      expect(changed.client.established).toMatchObject({ resumed: false, peerCertificateType: 'X509' })
      const stricter = meeting(version, {
        client: { ownCertificateTypes: BOTH, session: first },
        server: { clientCertificate: 'asked', resumption: ['ticket'] },
        serverAnswers,
        clientAnswers: knowing(
          question => (question.about === 'certificate' ? 'none' : answersOf(crypto, client)(question)),
          server,
        ),
      })
      expect(stricter.client.established?.resumed).toBe(false)
    })

    test('no proof but that of this key and of this type is taken', () => {
      const open = meeting(version, { clientAnswers: () => undefined })
      const ask = open.client.events.find(event => event.type === 'ask')
      if (ask?.question.about !== 'trust') throw new Error('trust was not asked for')
      const { question } = ask
      for (const proof of [
        trustWithoutChecking(question, client.spki, 'another key'),
        trustWithoutChecking({ ...question, certificateType: 'X509' }, server.spki, 'a certificate'),
      ])
        expect(() => open.client.tls.answer(ask.id, proof, 0)).toThrow(FailureError)
      open.client.tls.answer(ask.id, trustWithoutChecking(question, server.spki, 'this one'), 0)
    })

    test('a server without the private key is not believed, whatever is known of the public one', () => {
      const thief = bare('p-256')
      const both = meeting(version, {
        serverAnswers: question =>
          question.about === 'client-hello' ? server.certified : answersOf(crypto, thief)(question),
      })
      expect(both.client.failure?.code).toBe('tls/signature-wrong')
    })

    test('tls/own-certificate-type: the key to be shown is of a type that the other side does not take', () => {
      const bareOnly = meeting(version, { client: { peerCertificateTypes: ['X509'] } })
      expect(bareOnly.server.failure).toMatchObject({ code: 'tls/own-certificate-type', alert: 43, got: 'X509' })
      const chainOnly = meeting(version, { serverAnswers: answersOf(crypto, certified) })
      expect(chainOnly.server.failure).toMatchObject({ code: 'tls/own-certificate-type', got: 'RawPublicKey' })
      const ofClient = meeting(version, { server: { clientCertificate: 'asked' } })
      expect(ofClient.client.failure).toMatchObject({ code: 'tls/own-certificate-type', got: 'X509' })
    })

    test('tls/no-common-certificate-type: the client can show nothing that the server takes', () => {
      for (const clientOptions of [{}, { ownCertificateTypes: ['X509'] as const }]) {
        const both = meeting(version, {
          client: clientOptions,
          server: { clientCertificate: 'asked', peerCertificateTypes: RAW },
        })
        expect(both.server.failure).toMatchObject({ code: 'tls/no-common-certificate-type', alert: 43, got: 'X509' })
      }
      const notAsked = meeting(version, { client: { ownCertificateTypes: RAW }, server: { peerCertificateTypes: RAW } })
      expect(failures(notAsked)).toEqual(NONE)
    })

    test('tls/needless-certificate-types: X.509 alone is what nobody lists', () => {
      for (const which of ['serverCertificateType', 'clientCertificateType'] as const) {
        const both = meeting(version, { wire: changingTypes(which, [0]) })
        expect(both.server.failure).toMatchObject({ code: 'tls/needless-certificate-types', alert: 47 })
      }
    })

    test('tls/bad-extension: an empty list of types', () => {
      const at = offered({ peerCertificateTypes: RAW, versions: [version] })
      expect(typesIn(at)).toEqual([undefined, [2]])
      const both = meeting(version, {
        wire: bytes => {
          const text = Buffer.from(bytes).toString('latin1')
          // server_certificate_type with one type: two bytes of body.
          const found = text.indexOf('\x00\x14\x00\x02\x01\x02')
          if (found < 0) return [bytes]
          const changed = bytes.slice()
          changed.set([0, 20, 0, 2, 0, 2], found)
          return [changed]
        },
      })
      expect(both.server.failure).toMatchObject({ code: 'tls/bad-extension', alert: 50 })
    })

    test('types that nobody knows are passed over', () => {
      const both = meeting(version, { wire: changingTypes('serverCertificateType', [1, 9]) })
      expect(both.server.failure).toMatchObject({ code: 'tls/own-certificate-type', got: 'none that we know' })
    })

    test('tls/raw-key-malformed: what is shown is a certificate, or nothing that can be read', () => {
      for (const shown of [ascii('no key'), Uint8Array.of(...server.spki, 0), server.spki.subarray(0, 80)]) {
        const lying = { ...server.certified, chain: [shown] }
        const both = meeting(version, {
          serverAnswers: question => (question.about === 'client-hello' ? lying : answersOf(crypto, server)(question)),
        })
        expect(both.client.failure).toMatchObject({ code: 'tls/raw-key-malformed', alert: 50 })
        expect(both.asked).toEqual([])
      }
    })

    test('nothing comes beside a raw key that belongs to chains', () => {
      const asked: Trust[] = []
      const rich = { ...server.certified, ocsp: ascii('an OCSP response'), scts: [ascii('an SCT')] }
      const both = meeting(version, {
        client: { peerCertificateTypes: BOTH, evidence: ['ocsp', 'scts'] },
        clientAnswers: knowing(answersOf(crypto, client), server, asked),
        serverAnswers: question => (question.about === 'client-hello' ? rich : answersOf(crypto, server)(question)),
      })
      expect(failures(both)).toEqual(NONE)
      expect(asked).toEqual([
        {
          about: 'trust',
          chain: [server.spki],
          certificateType: 'RawPublicKey',
          name: 'shop.test',
          purpose: 'server',
          keyUsage: 'digitalSignature',
        },
      ])
    })

    test('a reply with a raw key and anything beside it is none', () => {
      const two = { ...server.certified, chain: [server.spki, client.spki] }
      const open = meeting(version, { serverAnswers: () => undefined })
      const ask = open.server.events.find(event => event.type === 'ask')
      if (ask?.type !== 'ask') throw new Error('nothing was asked')
      expect(() => open.server.tls.answer(ask.id, two, 0)).toThrow(FailureError)
    })
  })

test('X.509 alone is not offered, and without it nothing is asked for that belongs to chains', () => {
  expect(typesIn(offered({ peerCertificateTypes: ['X509'], ownCertificateTypes: ['X509'] }))).toEqual([
    undefined,
    undefined,
  ])
  const hello = offered({
    peerCertificateTypes: RAW,
    ownCertificateTypes: BOTH_OLD_FIRST,
    evidence: ['ocsp', 'scts'],
    serverAuthorities: [ascii('a name')],
    certificateSchemes: [0x0403],
  })
  expect(typesIn(hello)).toEqual([[0, 2], [2]])
  for (const number of [5, 18, 47, 50]) expect(hello.extensions?.some(({ type }) => type === number)).toBe(false)
})

describe('TLS 1.2, where somebody changes the hellos', () => {
  const answering = (which: 'serverCertificateType' | 'clientCertificateType', number: number | undefined): Wire =>
    changing('ServerHello', hello => ({
      ...hello,
      extensions: [
        ...hello.extensions!.filter(({ type }) => type !== extensionNumbers[which]),
        ...(number === undefined ? [] : [{ type: extensionNumbers[which], body: { type: number } }]),
      ],
    }))

  test('tls/wrong-certificate-type: a type that was not offered', () => {
    for (const [which, number] of [
      ['serverCertificateType', 0],
      ['serverCertificateType', 1],
      ['clientCertificateType', 0],
    ] as const) {
      const both = meeting('TLS 1.2', {
        client: { ownCertificateTypes: RAW },
        server: { clientCertificate: 'required', peerCertificateTypes: RAW },
        wire: answering(which, number),
      })
      expect(both.client.failure).toMatchObject({ code: 'tls/wrong-certificate-type', alert: 47 })
    }
  })

  test('tls/no-common-certificate-type: no answer means X.509', () => {
    const both = meeting('TLS 1.2', { wire: answering('serverCertificateType', undefined) })
    expect(both.client.failure).toMatchObject({
      code: 'tls/no-common-certificate-type',
      alert: 43,
      where: 'ServerHello.extensions',
    })
  })

  test('tls/unoffered-extension: an answer to what was not asked', () => {
    const both = meeting('TLS 1.2', {
      client: { peerCertificateTypes: ['X509'] },
      serverAnswers: answersOf(crypto, certified),
      wire: answering('serverCertificateType', 2),
    })
    expect(both.client.failure).toMatchObject({ code: 'tls/unoffered-extension', alert: 110 })
  })
})

test('the trace has the key in a message of its own form', () => {
  const recording = recorder()
  meeting('TLS 1.2', { client: { trace: { sink: recording, host: 'client', flow: 'x' } } })
  const { records } = recording
  const found = records.find(entry => entry.type === 'message' && entry.record.name === 'Certificate')
  if (found?.type !== 'message') throw new Error('no Certificate in the trace')
  expect(decode(handshake12Raw.codec, found.record.bytes).body).toEqual({ chain: [server.spki] })
  expect(found.record.format).toBe(handshake12Raw.codec)
})
