/** What a server takes from a ClientHello whichever version it chooses. */
import { printable } from '../../x509/certificate/distinguished-name.ts'
import { typesOffered } from '../certificate/types.ts'
import type { TlsServerConfig } from '../config.ts'
import type { ClientExtensions } from '../messages/extensions.ts'
import type { ClientHello } from '../messages/hello.ts'
import { CertificateStatusType, ProtocolVersion, SSL_3_0, TLS_1_2 } from '../messages/registries.table.ts'
import { schemeById } from '../schemes.table.ts'
import type { AnyMessage, Context } from '../states.ts'
import { type Suite, suitesNamed } from '../suites.table.ts'
import type { Introduced, TlsVersion } from '../types.ts'
import { isHostName } from './host-name.ts'
import { listed } from './listed.ts'
import { versionsIn } from './offer.ts'

/** A hello, as the states of any version have it. */
export type Hello = AnyMessage & { readonly body: ClientHello }

/** What the client said, for whoever chooses by it. */
export const introduced = <B>(
  context: Context<B>,
  message: Hello,
  extensions: ClientExtensions,
  config: TlsServerConfig,
): Introduced => {
  const { body, bytes } = message
  return {
    serverName: serverNameOf(context, message, extensions),
    schemes: usableSchemes(body, extensions, config),
    suites: body.cipherSuites,
    groups: extensions.supportedGroups?.groups ?? [],
    versions: extensions.supportedVersions?.versions ?? [body.legacyVersion],
    alpn: extensions.alpn?.protocols ?? [],
    certificateTypes: typesOffered(context, message, extensions, {}).server,
    certificateSchemes: extensions.signatureAlgorithmsCert?.schemes,
    authorities: extensions.certificateAuthorities?.authorities ?? [],
    ocsp: extensions.statusRequest?.head === CertificateStatusType.names.ocsp,
    raw: bytes,
  }
}

/**
 * The newest of `ours` that the client speaks: supported_versions decides where it is sent (RFC 9846 4.3.1), the old field
 * elsewhere. Whoever says SSL 3.0 or less there is refused whatever else he says (appendix D.5).
 */
export const newestCommon = (
  { legacyVersion }: ClientHello,
  { supportedVersions }: ClientExtensions,
  ours: readonly TlsVersion[],
): TlsVersion | undefined =>
  ours.find(version => {
    const number = ProtocolVersion.names[version]!
    if (supportedVersions === undefined) return number === TLS_1_2 && legacyVersion >= TLS_1_2
    return legacyVersion > SSL_3_0 && supportedVersions.versions.includes(number)
  })

/** In TLS 1.2 a suite says what kind of key signs, in TLS 1.3 none does. */
const usableSchemes = (body: ClientHello, extensions: ClientExtensions, config: TlsServerConfig): readonly number[] => {
  const theirs = extensions.signatureAlgorithms?.schemes ?? []
  if (newestCommon(body, extensions, versionsIn(config)) === 'TLS 1.3')
    return theirs.filter(id => schemeById(id) !== undefined)
  return signedBy(theirs, commonSuites12(body, config))
}

export const commonSuites12 = ({ cipherSuites }: ClientHello, config: TlsServerConfig): readonly Suite[] =>
  inCommon(suitesNamed(config.suites), cipherSuites, config)

/** By our preference, unless it is to be that of the client. */
export const inCommon = <S extends { readonly id: number }>(
  ours: readonly S[],
  theirs: readonly number[],
  { suiteOrder }: TlsServerConfig,
): readonly S[] => {
  const common = ours.filter(({ id }) => theirs.includes(id))
  return suiteOrder === 'client' ? common.sort((a, b) => theirs.indexOf(a.id) - theirs.indexOf(b.id)) : common
}

/** Of these schemes those that we know and with which the server of one of these suites signs. */
export const signedBy = (theirs: readonly number[], suites: readonly Suite[]): readonly number[] =>
  theirs.filter(id => {
    const authentication = schemeById(id)?.authentication
    return suites.some(suite => suite.exchange === 'ecdhe' && suite.authentication === authentication)
  })

/** RFC 7301 3.2: our preference among what the client offers; offered and nothing in common is fatal. */
export const commonProtocol = <B>(
  context: Context<B>,
  message: Hello,
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
export const serverNameOf = <B>(
  context: Context<B>,
  message: Hello,
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
