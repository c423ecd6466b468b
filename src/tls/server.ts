/**
 * The server's side of the hellos: the one place where a version is chosen, then what both can do. The rest of the
 * handshake belongs to the version: `tls12/server/`.
 */
import type { TlsServerConfig } from './config.ts'
import { introduced } from './hello-checks.ts'
import { listed } from './listed.ts'
import { type ClientExtensions, clientView, duplicateOf } from './messages/extensions.ts'
import {
  CompressionMethod,
  ExtensionType,
  FALLBACK_SCSV,
  ProtocolVersion,
  TLS_1_2,
} from './messages/registries.table.ts'
import type { Context, Handles, Message, Role } from './states.ts'
import { checkSecurity, negotiate } from './tls12/server/greeting.ts'
import { askPolicy, type WaitPolicy } from './tls12/server/hello.ts'
import { sought, type WaitSessionFound, type WaitTicketOpened } from './tls12/server/resumption.ts'
import { serverStates } from './tls12/states.table.ts'
import { tls12 } from './version.ts'

export const serverRole = (config: TlsServerConfig): Role => ({
  side: 'server',
  table: serverStates,
  renegotiation: config.renegotiation ?? 'declined',
  epoch: config.epoch ?? 0,
  start: () => new WaitClientHello(config),
})

class WaitClientHello implements Handles<typeof serverStates, 'WaitClientHello'> {
  readonly name = 'WaitClientHello'
  readonly #config: TlsServerConfig
  constructor(config: TlsServerConfig) {
    this.#config = config
  }
  ClientHello(context: Context, message: Message<'ClientHello'>): WaitPolicy | WaitTicketOpened | WaitSessionFound {
    const extensions = checkedExtensions(context, message)
    checkVersion(context, message, extensions)
    checkSecurity(context, message, extensions, this.#config)
    const negotiated = negotiate(context, message, extensions, this.#config)
    context.passed('hello', message)
    context.transcript.add(message.bytes)
    context.speak(tls12)
    const hello = introduced(message, extensions, negotiated)
    return sought(context, negotiated, hello) ?? askPolicy(context, negotiated, hello)
  }
}

const checkedExtensions = (context: Context, message: Message<'ClientHello'>): ClientExtensions => {
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

/** The version in one place: supported_versions decides where it is sent (RFC 9846 4.3.1), the old field elsewhere. */
const checkVersion = (context: Context, message: Message<'ClientHello'>, extensions: ClientExtensions): void => {
  const { legacyVersion, cipherSuites } = message.body
  const versions = extensions.supportedVersions?.versions
  const offered = versions === undefined ? legacyVersion >= TLS_1_2 : versions.includes(TLS_1_2)
  if (offered) return
  const got = listed(versions ?? [legacyVersion], ProtocolVersion.nameOf)
  // RFC 7507 3: a client that falls back to less than we can do is told so; nobody else learns that there was more.
  if (versions === undefined && cipherSuites.includes(FALLBACK_SCSV))
    throw context.refusal('hello', message, 'tls/fallback', 'legacyVersion', { got, expected: 'TLS 1.2' })
  const path = versions === undefined ? 'legacyVersion' : 'extensions'
  throw context.refusal('hello', message, 'tls/no-common-version', path, { got, expected: 'TLS 1.2' })
}
