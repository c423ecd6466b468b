/** What a client's hello and our configuration have in common in TLS 1.2 (RFC 5246 7.4.1.2, RFC 8422 4). */
import { typesOffered } from '../../certificate/types.ts'
import type { TlsServerConfig } from '../../config.ts'
import { commonProtocol, commonSuites12, serverNameOf, signedBy } from '../../hello/checks.ts'
import { listed } from '../../hello/listed.ts'
import type { ServerNegotiated } from '../../hello/negotiated.ts'
import { versionsOf } from '../../hello/offer.ts'
import type { ClientExtensions } from '../../messages/extensions.ts'
import {
  CertificateStatusType,
  CipherSuite,
  EMPTY_RENEGOTIATION_INFO_SCSV,
  NamedGroup,
  SignatureScheme,
} from '../../messages/registries.table.ts'
import { schemes } from '../../schemes.table.ts'
import type { Context, Message } from '../../states.ts'
import { DEFAULT_GROUPS, type EcdheGroup, ecdheGroups, type Suite, suitesNamed } from '../../suites.table.ts'
import { limitsIn } from '../record-limits.ts'

export const checkSecurity = (
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
    throw context.refusal('hello', message, 'tls/illegal-extension', 'extensions', {
      got: 'ec_point_formats without uncompressed',
      expected: 'it must be listed',
    })
}

export const negotiate = (
  context: Context,
  message: Message<'ClientHello'>,
  extensions: ClientExtensions,
  config: TlsServerConfig,
): ServerNegotiated => {
  const { cipherSuites, random } = message.body
  const common = commonSuites(context, message, config)
  const needed = common.every(({ exchange }) => exchange === 'ecdhe')
  return {
    config,
    hello: message,
    clientRandom: random,
    suites: common,
    group: commonGroup(context, message, extensions, { config, needed }),
    groups: extensions.supportedGroups?.groups,
    schemes: commonSchemes(context, message, extensions, common),
    alpn: commonProtocol(context, message, extensions, config),
    serverName: serverNameOf(context, message, extensions),
    extendedMasterSecret: extensions.extendedMasterSecret !== undefined,
    renegotiationInfo:
      extensions.renegotiationInfo !== undefined || cipherSuites.includes(EMPTY_RENEGOTIATION_INFO_SCSV),
    pointFormats: extensions.pointFormats !== undefined,
    ticket: extensions.sessionTicket?.ticket,
    downgraded: versionsOf(config).includes('TLS 1.3'),
    encryptThenMac: extensions.encryptThenMac !== undefined,
    wantsOcsp: extensions.statusRequest?.head === CertificateStatusType.names.ocsp,
    wantsScts: extensions.signedCertificateTimestamp !== undefined,
    limits: limitsIn(context, message, extensions),
    types: typesOffered(context, message, extensions, config),
  }
}

const commonSuites = (context: Context, message: Message<'ClientHello'>, config: TlsServerConfig): readonly Suite[] => {
  const common = commonSuites12(message.body, config)
  if (common.length === 0)
    throw context.refusal('hello', message, 'tls/no-common-suite', 'cipherSuites', {
      expected: suitesNamed(config.suites)
        .map(suite => suite.name)
        .join(', '),
      got: listed(message.body.cipherSuites, CipherSuite.nameOf),
    })
  return common
}

/** RFC 8422 4: a client that names no groups leaves the choice to us; P-256 is what everybody has. */
const commonGroup = (
  context: Context,
  message: Message<'ClientHello'>,
  extensions: ClientExtensions,
  { config, needed }: { readonly config: TlsServerConfig; readonly needed: boolean },
): EcdheGroup | undefined => {
  const ours = ecdheGroups(config.groups ?? DEFAULT_GROUPS)
  const theirs = extensions.supportedGroups?.groups ?? [NamedGroup.names.secp256r1!]
  const group = ours.find(name => theirs.includes(NamedGroup.names[name]!))
  if (group === undefined && needed)
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
  const signing = common.filter(({ exchange }) => exchange === 'ecdhe')
  const usable = signedBy(theirs, signing)
  if (usable.length === 0 && signing.length === common.length)
    throw context.refusal('hello', message, 'tls/no-common-scheme', 'extensions', {
      expected: schemes.map(scheme => scheme.name).join(', '),
      got: theirs.length === 0 ? 'only SHA-1' : listed(theirs, SignatureScheme.nameOf),
    })
  return usable
}
