/**
 * The client's side of the hellos: what is offered, and the one place where a version is chosen from the answer. The
 * rest of the handshake belongs to the version: `tls12/client/`.
 */
import { latin1Text } from '../wire/bytes.ts'
import type { TlsClientConfig } from './config.ts'
import { sniOf } from './host-name.ts'
import { type ClientExtensions, clientExtensions } from './messages/extensions.ts'
import { NamedGroup, NameType, ProtocolVersion, TLS_1_2 } from './messages/registries.table.ts'
import type { ClientNegotiated, Offer } from './negotiated.ts'
import { offerRefused } from './offer-refused.ts'
import type { Refusal } from './refusal.ts'
import { acceptable } from './schemes.table.ts'
import type { Context, Handles, Message, Role } from './states.ts'
import { DEFAULT_GROUPS, DEFAULT_SUITES, suites } from './suites.table.ts'
import { WaitCertificate } from './tls12/client/certificate.ts'
import type { WaitChangeCipherSpec } from './tls12/client/finished.ts'
import { checkedExtensions, illegal } from './tls12/client/hello.ts'
import type { WaitNewSessionTicket } from './tls12/client/new-session-ticket.ts'
import { resumable, resume, resumedBy, sessionIdFor, type WaitResumedTrust } from './tls12/client/resumption.ts'
import { ClientState } from './tls12/client/state.ts'
import { clientStates } from './tls12/states.table.ts'
import { tls12 } from './version.ts'

/** RFC 9846 4.1.3: the end of the random of a server that was asked for TLS 1.1 or less. */
const ASKED_FOR_LESS = 'DOWNGRD\0'

/** Throws `FailureError` for a server name that cannot be asked for. */
export const clientRole = (config: TlsClientConfig): Role => {
  const name = sniOf(config.serverName)
  return {
    side: 'client',
    table: clientStates,
    renegotiation: config.renegotiation ?? 'declined',
    epoch: config.epoch ?? 0,
    start(context) {
      const offer = offerOf(config, name, context)
      context.send('ClientHello', {
        legacyVersion: TLS_1_2,
        random: offer.random,
        sessionId: offer.sessionId,
        cipherSuites: offer.suites.map(suite => suite.id),
        compressionMethods: [0],
        extensions: [...offer.extensions],
      })
      return new WaitServerHello(offer)
    },
  }
}

const offerOf = (config: TlsClientConfig, name: string | undefined, { crypto, date }: Context): Offer => {
  const wanted = config.suites ?? DEFAULT_SUITES
  const groups = config.groups ?? DEFAULT_GROUPS
  const offered = wanted.flatMap(wantedName => suites.filter(suite => suite.name === wantedName))
  const session = resumable(config, offered, date)
  const extensions: ClientExtensions = {
    ...(name === undefined ? {} : { serverName: { names: [{ type: NameType.names.host_name!, body: name }] } }),
    extendedMasterSecret: {},
    renegotiationInfo: { renegotiatedConnection: new Uint8Array(0) },
    supportedGroups: { groups: groups.map(group => NamedGroup.names[group]!) },
    pointFormats: { formats: [0] },
    signatureAlgorithms: { schemes: acceptable(config.schemes).map(scheme => scheme.id) },
    ...(config.alpn === undefined || config.alpn.length === 0 ? {} : { alpn: { protocols: [...config.alpn] } }),
    ...(config.session === undefined ? {} : { sessionTicket: { ticket: session?.ticket ?? new Uint8Array(0) } }),
  }
  return {
    config,
    random: crypto.random.bytes(32),
    suites: offered,
    groups,
    extensions: clientExtensions(extensions),
    sessionId: sessionIdFor(session, crypto),
    session,
  }
}

class WaitServerHello extends ClientState implements Handles<typeof clientStates, 'WaitServerHello'> {
  readonly name = 'WaitServerHello'
  readonly #offer: Offer
  constructor(offer: Offer) {
    super()
    this.#offer = offer
  }
  refused(alert: number): Refusal | undefined {
    return offerRefused(this.#offer, alert)
  }
  ServerHello(
    context: Context,
    message: Message<'ServerHello'>,
  ): WaitCertificate | WaitResumedTrust | WaitNewSessionTicket | WaitChangeCipherSpec {
    const { body } = message
    checkVersion(context, message)
    const extensions = checkedExtensions(context, message, this.#offer)
    const suite = this.#offer.suites.find(({ id }) => id === body.cipherSuite)
    if (suite === undefined) throw illegal(context, message, 'tls/wrong-suite', 'cipherSuite', body.cipherSuite)
    if (body.compressionMethod !== 0)
      throw illegal(context, message, 'tls/wrong-compression', 'compressionMethod', body.compressionMethod)
    context.passed('hello', message)
    context.transcript.add(message.bytes)
    context.speak(tls12)
    const negotiated: ClientNegotiated = {
      offer: this.#offer,
      serverRandom: body.random,
      suite,
      alpn: extensions.alpn?.protocols[0],
      extendedMasterSecret: extensions.extendedMasterSecret !== undefined,
      sessionId: body.sessionId,
      ticketPromised: extensions.sessionTicket !== undefined,
    }
    const session = resumedBy(context, message, negotiated)
    // Whether we are asked who we are is known only later.
    if (session === undefined) context.transcript.keepRaw()
    context.transcript.useHash(context.crypto, suite.hash)
    return session === undefined ? new WaitCertificate(negotiated) : resume(context, message, negotiated, session)
  }
}

/** The version in one place: TLS 1.2 is all that we offer. */
const checkVersion = (context: Context, message: Message<'ServerHello'>): void => {
  const { legacyVersion, random } = message.body
  // RFC 9846 4.1.3: a server that knows 1.2 marks its random when it is made to speak less. In a hello that says 1.2
  // the mark is as wrong.
  if (latin1Text(random, 24) === ASKED_FOR_LESS)
    throw context.refusal('hello', message, 'tls/downgrade', 'random', { got: 'TLS 1.1 or less' })
  if (legacyVersion !== TLS_1_2)
    throw context.refusal('hello', message, 'tls/no-common-version', 'legacyVersion', {
      expected: 'TLS 1.2',
      got: ProtocolVersion.nameOf(legacyVersion),
    })
}
