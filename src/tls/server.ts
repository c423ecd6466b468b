/**
 * The server's side of the hellos: the one place where a version is chosen, then what both can do. The rest of the
 * handshake belongs to the version: `tls12/server/`.
 */
import type { TlsServerConfig } from './config.ts'
import { introduced, newestCommon } from './hello/checks.ts'
import { listed } from './hello/listed.ts'
import { versionsIn, versionsOf } from './hello/offer.ts'
import { type ClientExtensions, clientView, duplicateOf } from './messages/extensions.ts'
import {
  CompressionMethod,
  ExtensionType,
  FALLBACK_SCSV,
  ProtocolVersion,
  SSL_3_0,
} from './messages/registries.table.ts'
import { serverStates } from './roles.table.ts'
import { acceptable } from './schemes.table.ts'
import { policyOf, under } from './server-policy.ts'
import type { Context, Handles, Message, Role } from './states.ts'
import { type Begun12, greet12 } from './tls12/server/greeted.ts'
import { type Begun13, greet13 } from './tls13/server.ts'
import type { CertifiedKey, ServerPolicy, TlsVersion } from './types.ts'
import { type Hellos, tls13 } from './version.ts'

/** Throws `FailureError` for suites of no version that is spoken, RangeError for schemes that nobody knows. */
export const serverRole = (config: TlsServerConfig): Role => {
  versionsOf(config)
  acceptable(config.schemes)
  return {
    side: 'server',
    table: serverStates,
    renegotiation: config.renegotiation ?? 'declined',
    finished: config.finished,
    start: () => new WaitClientHello(config),
  }
}

class WaitClientHello implements Handles<typeof serverStates, 'WaitClientHello', Hellos> {
  readonly name = 'WaitClientHello'
  readonly #config: TlsServerConfig
  constructor(config: TlsServerConfig) {
    this.#config = config
  }
  ClientHello(context: Context<Hellos>, message: Message<'ClientHello', Hellos>): WaitPolicy {
    const extensions = checkedExtensions(context, message)
    context.ask({ about: 'client-hello', hello: introduced(context, message, extensions, this.#config) })
    return new WaitPolicy(this.#config, message, extensions)
  }
}

/** How this client is treated: asked before a version is chosen, because that depends on it too. */
class WaitPolicy implements Handles<typeof serverStates, 'WaitPolicy', Hellos> {
  readonly name = 'WaitPolicy'
  readonly #config: TlsServerConfig
  readonly #message: Message<'ClientHello', Hellos>
  readonly #extensions: ClientExtensions
  constructor(config: TlsServerConfig, message: Message<'ClientHello', Hellos>, extensions: ClientExtensions) {
    this.#config = config
    this.#message = message
    this.#extensions = extensions
  }
  'client-hello'(context: Context<Hellos>, reply: CertifiedKey | ServerPolicy | 'none'): Begun12 | Begun13 {
    const policy = policyOf(reply)
    const config = under(this.#config, policy)
    const version = chosenVersion(context, this.#message, this.#extensions, config)
    const greeted = { message: this.#message, extensions: this.#extensions, config, key: policy.certificate }
    return version === 'TLS 1.3' ? greet13(context.speak(tls13), greeted) : greet12(context, greeted)
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

/** The version in one place: the newest that both speak. */
const chosenVersion = (
  context: Context<Hellos>,
  message: Message<'ClientHello', Hellos>,
  extensions: ClientExtensions,
  config: TlsServerConfig,
): TlsVersion => {
  const { legacyVersion, cipherSuites } = message.body
  const ours = versionsIn(config)
  const chosen = newestCommon(message.body, extensions, ours)
  // RFC 7507 3: a client that falls back to less than we can do is told so; nobody else learns that there was more.
  const fellBack = chosen !== ours[0] && cipherSuites.includes(FALLBACK_SCSV)
  if (chosen !== undefined && !fellBack) return chosen
  const versions = legacyVersion <= SSL_3_0 ? undefined : extensions.supportedVersions?.versions
  const path = versions === undefined ? 'legacyVersion' : 'extensions'
  throw context.refusal('hello', message, fellBack ? 'tls/fallback' : 'tls/no-common-version', path, {
    got: listed(versions ?? [legacyVersion], ProtocolVersion.nameOf),
    expected: ours.length === 0 ? 'none is spoken for this name' : ours.join(' or '),
  })
}
