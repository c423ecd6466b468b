/**
 * The client's side of the hellos: what is offered, and the one place where a version is chosen from the answer. The
 * rest of the handshake belongs to the version: `tls12/client/`.
 */
import type { Bytes } from '../engine.ts'
import { latin1Text } from '../wire/bytes.ts'
import { printable } from '../x509/distinguished-name.ts'
import type { TlsClientConfig } from './config.ts'
import { sniOf } from './host-name.ts'
import {
  type ClientExtensions,
  clientExtensions,
  duplicateOf,
  type ServerExtensions,
  serverView,
} from './messages/extensions.ts'
import { ExtensionType, NamedGroup, NameType, ProtocolVersion, TLS_1_2 } from './messages/registries.table.ts'
import type { Offer } from './negotiated.ts'
import { offerRefused } from './offer-refused.ts'
import type { Refusal } from './refusal.ts'
import { schemes } from './schemes.table.ts'
import type { Context, Handles, Message, Role } from './states.ts'
import { DEFAULT_GROUPS, DEFAULT_SUITES, suites } from './suites.table.ts'
import { WaitCertificate } from './tls12/client/certificate.ts'
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
    start(context) {
      const offer = offerOf(config, name, context.crypto.random.bytes(32))
      context.send('ClientHello', {
        legacyVersion: TLS_1_2,
        random: offer.random,
        sessionId: new Uint8Array(0),
        cipherSuites: offer.suites.map(suite => suite.id),
        compressionMethods: [0],
        extensions: [...offer.extensions],
      })
      return new WaitServerHello(offer)
    },
  }
}

const offerOf = (config: TlsClientConfig, name: string | undefined, random: Bytes): Offer => {
  const wanted = config.suites ?? DEFAULT_SUITES
  const groups = config.groups ?? DEFAULT_GROUPS
  const extensions: ClientExtensions = {
    ...(name === undefined ? {} : { serverName: { names: [{ type: NameType.names.host_name!, body: name }] } }),
    extendedMasterSecret: {},
    renegotiationInfo: { renegotiatedConnection: new Uint8Array(0) },
    supportedGroups: { groups: groups.map(group => NamedGroup.names[group]!) },
    pointFormats: { formats: [0] },
    signatureAlgorithms: { schemes: schemes.map(scheme => scheme.id) },
    ...(config.alpn === undefined || config.alpn.length === 0 ? {} : { alpn: { protocols: [...config.alpn] } }),
  }
  return {
    config,
    random,
    suites: wanted.flatMap(wantedName => suites.filter(suite => suite.name === wantedName)),
    groups,
    extensions: clientExtensions(extensions),
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
  ServerHello(context: Context, message: Message<'ServerHello'>): WaitCertificate {
    const { body } = message
    checkVersion(context, message)
    const extensions = checkedExtensions(context, message, this.#offer)
    const suite = this.#offer.suites.find(({ id }) => id === body.cipherSuite)
    if (suite === undefined)
      throw illegal(context, message, 'cipherSuite', body.cipherSuite, 'it must be one that was offered')
    if (body.compressionMethod !== 0)
      throw illegal(context, message, 'compressionMethod', body.compressionMethod, 'only null was offered')
    context.passed('hello', message)
    context.transcript.add(message.bytes)
    context.transcript.useHash(context.crypto, suite.hash)
    context.speak(tls12)
    return new WaitCertificate({
      offer: this.#offer,
      serverRandom: body.random,
      suite,
      alpn: extensions.alpn?.protocols[0],
      extendedMasterSecret: extensions.extendedMasterSecret !== undefined,
    })
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

/** RFC 5246 7.4.1.4.1: "Servers MUST NOT send this extension." A list of groups is forgiven: some servers send theirs. */
const NEVER_ANSWERED: ReadonlySet<number> = new Set([ExtensionType.names.signature_algorithms!])

/** Nothing twice, nothing that was not offered, and what must be there is there. */
const checkedExtensions = (context: Context, message: Message<'ServerHello'>, offer: Offer): ServerExtensions => {
  const list = message.body.extensions ?? []
  const twice = duplicateOf(list)
  if (twice !== undefined)
    throw context.refusal('hello', message, 'tls/bad-message', 'extensions', {
      got: `${ExtensionType.nameOf(twice)} is there twice`,
    })
  const unasked = list.findIndex(
    ({ type }) => NEVER_ANSWERED.has(type) || !offer.extensions.some(offered => offered.type === type),
  )
  if (unasked >= 0)
    throw context.refusal('hello', message, 'tls/unoffered-extension', `extensions.${unasked}`, {
      got: ExtensionType.nameOf(list[unasked]!.type),
      expected: offer.extensions.map(({ type }) => ExtensionType.nameOf(type)).join(', '),
    })
  const found = serverView(list)
  checkSecurity(context, message, found, offer.config)
  if (found.pointFormats !== undefined && !found.pointFormats.formats.includes(0))
    throw illegal(
      context,
      message,
      'extensions',
      found.pointFormats.formats[0] ?? 0,
      'uncompressed points must be listed',
    )
  if (found.alpn !== undefined) checkAlpn(context, message, found.alpn.protocols, offer.config.alpn ?? [])
  return found
}

const checkSecurity = (
  context: Context,
  message: Message<'ServerHello'>,
  found: ServerExtensions,
  config: TlsClientConfig,
): void => {
  // RFC 5746 3.4: without it, or with anything in it, somebody may have spliced another handshake before ours.
  const renegotiated = found.renegotiationInfo?.renegotiatedConnection
  if (renegotiated === undefined || renegotiated.length > 0)
    throw context.refusal('hello', message, 'tls/renegotiation-unsafe', 'extensions', {
      got: renegotiated === undefined ? 'absent' : `${renegotiated.length} bytes long`,
    })
  // RFC 7627 5.3: "the client MAY abort the handshake" when it wants nothing less.
  if (found.extendedMasterSecret === undefined && config.extendedMasterSecret === 'required')
    throw context.refusal('hello', message, 'tls/no-extended-master-secret', 'extensions', {})
}

/** RFC 7301 3.1: the answer "MUST contain exactly one ProtocolName", and it must be one of ours. */
const checkAlpn = (
  context: Context,
  message: Message<'ServerHello'>,
  protocols: readonly string[],
  offered: readonly string[],
): void => {
  if (protocols.length !== 1 || !offered.includes(protocols[0]!))
    throw context.refusal('hello', message, 'tls/illegal-value', 'extensions', {
      got: printable(`ALPN ${protocols.join(', ')}`),
      expected: `it must be one of ${offered.join(', ')}`,
    })
}

const illegal = (
  context: Context,
  message: Message<'ServerHello'>,
  path: string,
  got: number,
  expected: string,
): Refusal => context.refusal('hello', message, 'tls/illegal-value', path, { got: `0x${got.toString(16)}`, expected })
