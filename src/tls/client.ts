/**
 * The client's side of the hellos: what is offered, and the one place where a version is chosen from the answer. The
 * rest of the handshake belongs to the version: `tls12/client/`.
 */
import { FailureError, fail } from '../failures/index.ts'
import { latin1Text } from '../wire/bytes.ts'
import { agreedTypes } from './certificate/types.ts'
import type { TlsClientConfig } from './config.ts'
import { sniOf } from './hello/host-name.ts'
import type { ClientNegotiated } from './hello/negotiated.ts'
import { type Offer, offerOf, sendEarly, sendHello, versionsOf } from './hello/offer.ts'
import { offerRefused } from './hello/offer-refused.ts'
import { serverView } from './messages/extensions.ts'
import { ProtocolVersion, SSL_3_0, TLS_1_2, TLS_1_3 } from './messages/registries.table.ts'
import type { Bodies13 } from './messages/tls13.ts'
import { type Refusal, refusal } from './refusal.ts'
import { clientStates } from './roles.table.ts'
import { acceptable } from './schemes.table.ts'
import { ExternalKey } from './session/external-key.ts'
import type { Context, Handles, Message, Role } from './states.ts'
import { answered12 } from './tls12/client/answered.ts'
import { WaitCertificate } from './tls12/client/certificate.ts'
import type { WaitChangeCipherSpec } from './tls12/client/finished.ts'
import { checkedExtensions, illegal } from './tls12/client/hello.ts'
import type { WaitNewSessionTicket } from './tls12/client/new-session-ticket.ts'
import { resume, resumedBy, type WaitResumedTrust } from './tls12/client/resumption.ts'
import { ClientState } from './tls12/client/state.ts'
import type { WaitEncryptedExtensions } from './tls13/client.ts'
import { retryRequested, serverHello13, type WaitServerHelloAgain } from './tls13/hello-client.ts'
import type { TlsVersion } from './types.ts'
import { type Hellos, tls12For, tls13 } from './version.ts'

/** RFC 9846 4.2.3: the end of the random of a server that was asked for TLS 1.1 or less, or for 1.2. */
const ASKED_FOR_LESS = 'DOWNGRD\0'
const ASKED_FOR_1_2 = 'DOWNGRD\x01'

/** Throws `FailureError` for a server name that cannot be asked for, and for suites of no version that is spoken. */
export const clientRole = (config: TlsClientConfig): Role => {
  const name = sniOf(config.serverName)
  versionsOf(config)
  acceptable(config.schemes)
  checkKeys(config)
  return {
    side: 'client',
    table: clientStates,
    renegotiation: config.renegotiation ?? 'declined',
    finished: config.finished,
    start(context) {
      const offer = offerOf(config, name, context)
      sendHello(context, offer)
      sendEarly(context, offer)
      return new WaitServerHello(offer)
    },
  }
}

/** Throws `FailureError`. RFC 9257 4.1: with a key for the other part we could be made to talk to ourselves. */
const checkKeys = ({ psk, certificates }: TlsClientConfig): void => {
  const others = (psk ?? []).filter(key => !ExternalKey.is(key) || key.role !== 'client')
  if (others.length > 0)
    throw new FailureError(
      fail('tls/bad-external-key', { where: 'psk', got: 'a key of a server', expected: 'of a client' }),
    )
  if (certificates === 'refused' && (psk ?? []).length === 0)
    throw new FailureError(
      fail('tls/bad-external-key', { where: 'psk', got: 'none', expected: 'one, without certificates' }),
    )
}

class WaitServerHello extends ClientState implements Handles<typeof clientStates, 'WaitServerHello', Hellos> {
  readonly name = 'WaitServerHello'
  readonly #offer: Offer
  constructor(offer: Offer) {
    super()
    this.#offer = offer
  }
  refused(alert: number): Refusal | undefined {
    return offerRefused(this.#offer, alert)
  }
  ServerHello(context: Context<Hellos>, message: Message<'ServerHello', Hellos>): After12 | WaitEncryptedExtensions {
    return chosenVersion(context, message, this.#offer) === 'TLS 1.3'
      ? serverHello13(context.speak(tls13), message, this.#offer)
      : serverHello12(context, message, this.#offer)
  }
  HelloRetryRequest(context: Context<Hellos>, message: Message<'HelloRetryRequest', Bodies13>): WaitServerHelloAgain {
    // RFC 5246 knows no such thing.
    if (!this.#offer.versions.includes('TLS 1.3'))
      throw refusal('tls/unexpected-message', { where: this.name, expected: 'ServerHello', got: message.name })
    return retryRequested(context.speak(tls13), message, this.#offer)
  }
}

type After12 = WaitCertificate | WaitResumedTrust | WaitNewSessionTicket | WaitChangeCipherSpec

const serverHello12 = (context: Context, message: Message<'ServerHello'>, offer: Offer): After12 => {
  const { body } = message
  const extensions = checkedExtensions(context, message, offer)
  const suite = offer.suites.find(({ id }) => id === body.cipherSuite)
  if (suite === undefined) throw illegal(context, message, 'tls/wrong-suite', 'cipherSuite', body.cipherSuite)
  if (body.compressionMethod !== 0)
    throw illegal(context, message, 'tls/wrong-compression', 'compressionMethod', body.compressionMethod)
  context.passed('hello', message)
  context.transcript.add(message.bytes)
  const answered = {
    offer,
    serverRandom: body.random,
    suite,
    alpn: extensions.alpn?.protocols[0],
    extendedMasterSecret: extensions.extendedMasterSecret !== undefined,
    sessionId: body.sessionId,
    ...answered12(context, message, extensions, { suite, config: offer.config }),
  }
  const session = resumedBy(context, message, answered)
  const types = agreedTypes(context, message, extensions, offer.config, session)
  context.speak(tls12For(suite.exchange, types, 'client'))
  const negotiated: ClientNegotiated = { ...answered, types }
  // Whether we are asked who we are is known only later.
  if (session === undefined) context.transcript.keepRaw()
  context.transcript.useHash(context.crypto, suite.hash)
  return session === undefined ? new WaitCertificate(negotiated) : resume(context, message, negotiated, session)
}

/** The version in one place: supported_versions decides where it is sent (RFC 9846 4.3.1), the old field elsewhere. */
const chosenVersion = (context: Context<Hellos>, message: Message<'ServerHello', Hellos>, offer: Offer): TlsVersion => {
  const { legacyVersion, random, extensions = [] } = message.body
  const selected = serverView(extensions).supportedVersions?.version
  // RFC 9846 appendix D.5: SSL 3.0 is refused whatever else is said.
  if (selected !== undefined && legacyVersion > SSL_3_0 && offer.versions.includes('TLS 1.3')) {
    if (selected === TLS_1_3) return 'TLS 1.3'
    throw context.refusal('hello', message, 'tls/illegal-value', 'extensions', {
      got: `supported_versions with ${ProtocolVersion.nameOf(selected)}`,
      expected: 'only TLS 1.3 is chosen there',
    })
  }
  // RFC 9846 4.2.3: a server that knows more marks its random when it is made to speak less. In a hello that says 1.2
  // the mark for 1.1 is as wrong.
  const mark = latin1Text(random, 24)
  if (mark === ASKED_FOR_LESS || (mark === ASKED_FOR_1_2 && offer.versions.includes('TLS 1.3')))
    throw context.refusal('hello', message, 'tls/downgrade', 'random', {
      got: mark === ASKED_FOR_LESS ? 'TLS 1.1 or less' : 'TLS 1.2',
    })
  if (legacyVersion === TLS_1_2 && offer.versions.includes('TLS 1.2')) {
    if (offer.early === undefined) return 'TLS 1.2'
    // RFC 9846 D.3: it was written for a server that speaks TLS 1.3, and one that does not cannot read on.
    throw context.refusal('hello', message, 'tls/early-data-version', 'legacyVersion', { got: 'TLS 1.2' })
  }
  throw context.refusal('hello', message, 'tls/no-common-version', 'legacyVersion', {
    expected: offer.versions.join(' or '),
    got: ProtocolVersion.nameOf(legacyVersion),
  })
}
