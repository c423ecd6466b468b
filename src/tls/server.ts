/**
 * The server's side of the hellos: the one place where a version is chosen, then what both can do. The rest of the
 * handshake belongs to the version: `tls12/server/`.
 */
import type { GroupName } from '../crypto/provider.ts'
import { printable } from '../x509/distinguished-name.ts'
import type { TlsServerConfig } from './config.ts'
import { isHostName } from './host-name.ts'
import { listed } from './listed.ts'
import { type ClientExtensions, clientView, duplicateOf } from './messages/extensions.ts'
import {
  CipherSuite,
  CompressionMethod,
  EMPTY_RENEGOTIATION_INFO_SCSV,
  ExtensionType,
  FALLBACK_SCSV,
  NamedGroup,
  ProtocolVersion,
  SignatureScheme,
  TLS_1_2,
} from './messages/registries.table.ts'
import type { ServerNegotiated } from './negotiated.ts'
import { schemeById, schemes } from './schemes.table.ts'
import type { Context, Handles, Message, Role } from './states.ts'
import { DEFAULT_GROUPS, DEFAULT_SUITES, type Suite, suites } from './suites.table.ts'
import { WaitPolicy } from './tls12/server/hello.ts'
import { serverStates } from './tls12/states.table.ts'
import type { Introduced } from './types.ts'
import { tls12 } from './version.ts'

export const serverRole = (config: TlsServerConfig): Role => ({
  side: 'server',
  table: serverStates,
  renegotiation: config.renegotiation ?? 'declined',
  start: () => new WaitClientHello(config),
})

class WaitClientHello implements Handles<typeof serverStates, 'WaitClientHello'> {
  readonly name = 'WaitClientHello'
  readonly #config: TlsServerConfig
  constructor(config: TlsServerConfig) {
    this.#config = config
  }
  ClientHello(context: Context, message: Message<'ClientHello'>): WaitPolicy {
    const extensions = checkedExtensions(context, message)
    checkVersion(context, message, extensions)
    checkSecurity(context, message, extensions, this.#config)
    const negotiated = negotiate(context, message, extensions, this.#config)
    context.passed('hello', message)
    context.transcript.add(message.bytes)
    context.speak(tls12)
    context.ask({ about: 'client-hello', hello: introduced(message, extensions, negotiated) })
    return new WaitPolicy(negotiated)
  }
}

const checkedExtensions = (context: Context, message: Message<'ClientHello'>): ClientExtensions => {
  const { compressionMethods, extensions: list = [] } = message.body
  const twice = duplicateOf(list)
  if (twice !== undefined)
    throw context.refusal('hello', message, 'tls/bad-message', 'extensions', {
      got: `${ExtensionType.nameOf(twice)} is there twice`,
    })
  if (!compressionMethods.includes(0))
    throw context.refusal('hello', message, 'tls/illegal-value', 'compressionMethods', {
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

const checkSecurity = (
  context: Context,
  message: Message<'ClientHello'>,
  extensions: ClientExtensions,
  config: TlsServerConfig,
): void => {
  // RFC 5746 3.6: in a first handshake it must be empty.
  const renegotiated = extensions.renegotiationInfo?.renegotiatedConnection.length ?? 0
  if (renegotiated > 0)
    throw context.refusal('hello', message, 'tls/renegotiation-unsafe', 'extensions', {
      got: `${renegotiated} bytes long`,
    })
  if (extensions.extendedMasterSecret === undefined && config.extendedMasterSecret === 'required')
    throw context.refusal('hello', message, 'tls/no-extended-master-secret', 'extensions', {})
  // RFC 8422 5.1.2: "MUST include uncompressed" in a list that is sent.
  if (extensions.pointFormats !== undefined && !extensions.pointFormats.formats.includes(0))
    throw context.refusal('hello', message, 'tls/illegal-value', 'extensions', {
      got: 'ec_point_formats without uncompressed',
      expected: 'it must be listed',
    })
}

const negotiate = (
  context: Context,
  message: Message<'ClientHello'>,
  extensions: ClientExtensions,
  config: TlsServerConfig,
): ServerNegotiated => {
  const { cipherSuites, random } = message.body
  const common = commonSuites(context, message, config)
  return {
    hello: message,
    clientRandom: random,
    suites: common,
    group: commonGroup(context, message, extensions, config),
    groups: extensions.supportedGroups?.groups,
    schemes: commonSchemes(context, message, extensions, common),
    alpn: commonProtocol(context, message, extensions, config),
    serverName: nameOf(context, message, extensions),
    extendedMasterSecret: extensions.extendedMasterSecret !== undefined,
    renegotiationInfo:
      extensions.renegotiationInfo !== undefined || cipherSuites.includes(EMPTY_RENEGOTIATION_INFO_SCSV),
    pointFormats: extensions.pointFormats !== undefined,
  }
}

/** What the client said, for whoever chooses by it. */
const introduced = (
  { body, bytes }: Message<'ClientHello'>,
  extensions: ClientExtensions,
  { serverName, schemes }: ServerNegotiated,
): Introduced => ({
  serverName,
  schemes,
  suites: body.cipherSuites,
  groups: extensions.supportedGroups?.groups ?? [],
  versions: extensions.supportedVersions?.versions ?? [body.legacyVersion],
  alpn: extensions.alpn?.protocols ?? [],
  raw: bytes,
})

const commonSuites = (context: Context, message: Message<'ClientHello'>, config: TlsServerConfig): readonly Suite[] => {
  const ours = config.suites ?? DEFAULT_SUITES
  const { cipherSuites } = message.body
  const common = ours.flatMap(name => suites.filter(suite => suite.name === name && cipherSuites.includes(suite.id)))
  if (common.length === 0)
    throw context.refusal('hello', message, 'tls/no-common-suite', 'cipherSuites', {
      expected: ours.join(', '),
      got: listed(cipherSuites, CipherSuite.nameOf),
    })
  return common
}

/** RFC 8422 4: a client that names no groups leaves the choice to us; P-256 is what everybody has. */
const commonGroup = (
  context: Context,
  message: Message<'ClientHello'>,
  extensions: ClientExtensions,
  config: TlsServerConfig,
): GroupName => {
  const ours = config.groups ?? DEFAULT_GROUPS
  const theirs = extensions.supportedGroups?.groups ?? [NamedGroup.names.secp256r1!]
  const group = ours.find(name => theirs.includes(NamedGroup.names[name]!))
  if (group === undefined)
    throw context.refusal('hello', message, 'tls/no-common-group', 'extensions', {
      expected: ours.join(', '),
      got: listed(theirs, NamedGroup.nameOf),
    })
  return group
}

/** RFC 5246 7.4.1.4.1: a client that names none means SHA-1, which is not spoken here (RFC 9155 2). */
const commonSchemes = (
  context: Context,
  message: Message<'ClientHello'>,
  extensions: ClientExtensions,
  common: readonly Suite[],
): readonly number[] => {
  const theirs = extensions.signatureAlgorithms?.schemes ?? []
  const usable = theirs.filter(id => {
    const scheme = schemeById(id)
    return scheme !== undefined && common.some(suite => suite.authentication === scheme.authentication)
  })
  if (usable.length === 0)
    throw context.refusal('hello', message, 'tls/no-common-scheme', 'extensions', {
      expected: schemes.map(scheme => scheme.name).join(', '),
      got: theirs.length === 0 ? 'only SHA-1' : listed(theirs, SignatureScheme.nameOf),
    })
  return usable
}

/** RFC 7301 3.2: our preference among what the client offers; offered and nothing in common is fatal. */
const commonProtocol = (
  context: Context,
  message: Message<'ClientHello'>,
  extensions: ClientExtensions,
  config: TlsServerConfig,
): string | undefined => {
  const ours = config.alpn ?? []
  const theirs = extensions.alpn?.protocols
  if (theirs === undefined || ours.length === 0) return undefined
  const common = ours.find(protocol => theirs.includes(protocol))
  if (common === undefined)
    throw context.refusal('hello', message, 'tls/alpn-none', 'extensions', {
      expected: ours.join(', '),
      got: printable(listed(theirs, name => name)),
    })
  return common
}

/** RFC 6066 3: "MUST NOT contain more than one name of the same name_type". */
const nameOf = (
  context: Context,
  message: Message<'ClientHello'>,
  extensions: ClientExtensions,
): string | undefined => {
  const names = extensions.serverName?.names.filter(({ type }) => type === 0) ?? []
  const name = names[0]?.body as string | undefined
  if (names.length > 1 || (name !== undefined && !isHostName(name)))
    throw context.refusal('hello', message, 'tls/illegal-value', 'extensions', {
      got: names.length > 1 ? `server_name with ${names.length} names` : 'server_name with what no name of a host has',
      expected: 'one host name belongs there',
    })
  return name
}
