/**
 * The server's side of the hellos: the one place where a version is chosen, then what both can do. The rest of the
 * handshake belongs to the version: `tls12/server/`.
 */
import type { TlsServerConfig } from './config.ts'
import { introduced } from './hello/checks.ts'
import { listed } from './hello/listed.ts'
import { versionsOf } from './hello/offer.ts'
import { type ClientExtensions, clientView, duplicateOf } from './messages/extensions.ts'
import {
  CompressionMethod,
  ExtensionType,
  FALLBACK_SCSV,
  ProtocolVersion,
  TLS_1_2,
} from './messages/registries.table.ts'
import { serverStates } from './roles.table.ts'
import { acceptable } from './schemes.table.ts'
import type { Context, Handles, Message, Role } from './states.ts'
import { checkSecurity, negotiate } from './tls12/server/greeting.ts'
import { WaitPolicy } from './tls12/server/policy.ts'
import { greeted } from './tls13/hello-server.ts'
import { WaitPolicy13 } from './tls13/server.ts'
import type { TlsVersion } from './types.ts'
import { type Hellos, tls12, tls13 } from './version.ts'

/** Throws `FailureError` for suites of no version that is spoken, RangeError for schemes that nobody knows. */
export const serverRole = (config: TlsServerConfig): Role => {
  versionsOf(config)
  acceptable(config.schemes)
  return {
    side: 'server',
    table: serverStates,
    renegotiation: config.renegotiation ?? 'declined',
    epoch: config.epoch ?? 0,
    start: () => new WaitClientHello(config),
  }
}

class WaitClientHello implements Handles<typeof serverStates, 'WaitClientHello', Hellos> {
  readonly name = 'WaitClientHello'
  readonly #config: TlsServerConfig
  constructor(config: TlsServerConfig) {
    this.#config = config
  }
  ClientHello(context: Context<Hellos>, message: Message<'ClientHello', Hellos>): WaitPolicy | WaitPolicy13 {
    const extensions = checkedExtensions(context, message)
    const version = chosenVersion(context, message, extensions, this.#config)
    return version === 'TLS 1.3'
      ? this.#greeted13(context, message, extensions)
      : this.#greeted12(context, message, extensions)
  }
  #greeted12(context: Context<Hellos>, message: Message<'ClientHello'>, extensions: ClientExtensions): WaitPolicy {
    checkSecurity(context, message, extensions, this.#config)
    const negotiated = negotiate(context, message, extensions, this.#config)
    context.transcript.add(message.bytes)
    context.speak(tls12)
    context.ask({ about: 'client-hello', hello: introduced(message, extensions, negotiated) })
    return new WaitPolicy(negotiated)
  }
  #greeted13(
    undecided: Context<Hellos>,
    message: Message<'ClientHello', Hellos>,
    extensions: ClientExtensions,
  ): WaitPolicy13 {
    const context = undecided.speak(tls13)
    const greeting = greeted(context, message, extensions, this.#config)
    context.transcript.add(message.bytes)
    context.ask({ about: 'client-hello', hello: introduced(message, extensions, greeting) })
    return new WaitPolicy13(greeting)
  }
}

const checkedExtensions = (context: Context<Hellos>, message: Message<'ClientHello', Hellos>): ClientExtensions => {
  const { compressionMethods, extensions: list = [] } = message.body
  const twice = duplicateOf(list)
  if (twice !== undefined)
    throw context.refusal('hello', message, 'tls/extension-twice', 'extensions', {
      got: ExtensionType.nameOf(twice),
      expected: 'it may be there once',
    })
  if (!compressionMethods.includes(0))
    throw context.refusal('hello', message, 'tls/no-null-compression', 'compressionMethods', {
      got: listed(compressionMethods, CompressionMethod.nameOf),
      expected: 'null must be among them',
    })
  return clientView(list)
}

/**
 * The version in one place: the newest that both speak. supported_versions decides where it is sent (RFC 9846 4.3.1), the
 * old field elsewhere.
 */
const chosenVersion = (
  context: Context<Hellos>,
  message: Message<'ClientHello', Hellos>,
  extensions: ClientExtensions,
  config: TlsServerConfig,
): TlsVersion => {
  const { legacyVersion, cipherSuites } = message.body
  const versions = extensions.supportedVersions?.versions
  const ours = versionsOf(config)
  const offered = (version: TlsVersion): boolean => {
    const number = ProtocolVersion.names[version]!
    return versions === undefined ? number === TLS_1_2 && legacyVersion >= TLS_1_2 : versions.includes(number)
  }
  const chosen = ours.find(offered)
  // RFC 7507 3: a client that falls back to less than we can do is told so; nobody else learns that there was more.
  const fellBack = chosen !== ours[0] && cipherSuites.includes(FALLBACK_SCSV)
  if (chosen !== undefined && !fellBack) return chosen
  const path = versions === undefined ? 'legacyVersion' : 'extensions'
  throw context.refusal('hello', message, fellBack ? 'tls/fallback' : 'tls/no-common-version', path, {
    got: listed(versions ?? [legacyVersion], ProtocolVersion.nameOf),
    expected: ours.join(' or '),
  })
}
