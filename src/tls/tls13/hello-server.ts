/** What a client's hello and our configuration have in common in TLS 1.3 (RFC 9846 4.2.1). */
import type { GroupName } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { sameOctets } from '../../wire/bytes.ts'
import { encode, list as listOf, type Tagged } from '../../wire/codec.ts'
import { type TypesOffered, typesOffered } from '../certificate/types.ts'
import type { TlsServerConfig } from '../config.ts'
import { commonProtocol, inCommon, serverNameOf } from '../hello/checks.ts'
import { listed } from '../hello/listed.ts'
import { ClientExtension, type ClientExtensions, clientView, extensionNumbers } from '../messages/extensions.ts'
import type { ClientHello } from '../messages/hello.ts'
import {
  CertificateStatusType,
  CipherSuite,
  CompressionMethod,
  NamedGroup,
  PskKeyExchangeMode,
  TLS_1_3,
} from '../messages/registries.table.ts'
import type { Bodies13 } from '../messages/tls13.ts'
import { schemeById } from '../schemes.table.ts'
import type { ExternalKey } from '../session/external-key.ts'
import type { AnyMessage, Context, Message } from '../states.ts'
import { DEFAULT_GROUPS, type Suite13, suites13Named } from '../suites.table.ts'
import { type Limits, limitsIn } from '../tls12/record-limits.ts'
import type { Transcript } from '../transcript.ts'
import type { Wants } from './certificate-message.ts'
import { checkList, checkPlaces, illegal } from './checks.ts'
import type { PreSharedKey } from './psk.ts'

export interface Greeting {
  /** The last one. */
  readonly hello: Message<'ClientHello', Bodies13>
  readonly config: TlsServerConfig
  readonly suite: Suite13
  readonly group: GroupName
  /** The client's share of that group; undefined: it is to be asked for. */
  readonly share: Bytes | undefined
  /** Signature schemes of the client that we know, in its order. */
  readonly schemes: readonly number[]
  readonly alpn: string | undefined
  readonly serverName: string | undefined
  /** How much its records may hold. */
  readonly limits: Limits
  readonly wants: Wants
  readonly types: TypesOffered
  /** How our certificate may be compressed. */
  readonly compressions: readonly number[]
  readonly retried: boolean
  /** Keys from before, where the client takes part in agreeing on new ones. */
  readonly offered: PreSharedKey | undefined
  /** The one of them that we have from elsewhere. */
  readonly external?: ExternalKey
  /** The client takes tickets that can be used here. */
  readonly takesTickets: boolean
  /** The client takes requests for its certificate behind the handshake. */
  readonly asksLater: boolean
  /** The first hello was followed by early data. */
  readonly early: boolean
  /** The transcript up to the hello. */
  readonly before: Transcript
}

/** `extensions`: what the hello says in them, where nothing is said twice. */
export const greeted = (
  context: Context<Bodies13>,
  hello: Message<'ClientHello', Bodies13>,
  extensions: ClientExtensions,
  config: TlsServerConfig,
): Greeting => {
  checkPlaces(context, hello, { list: hello.body.extensions ?? [], place: 'clientHello' })
  check(context, hello, extensions)
  const suite = commonSuite(context, hello, config)
  const { group, share } = commonGroup(context, hello, extensions, config)
  return {
    hello,
    config,
    suite,
    group,
    share,
    schemes: (extensions.signatureAlgorithms?.schemes ?? []).filter(id => schemeById(id) !== undefined),
    alpn: commonProtocol(context, hello, extensions, config),
    serverName: serverNameOf(context, hello, extensions),
    limits: limitsIn(context, hello, extensions),
    types: typesOffered(context, hello, extensions, config),
    wants: {
      ocsp: extensions.statusRequest?.head === CertificateStatusType.names.ocsp,
      scts: extensions.signedCertificateTimestamp !== undefined,
    },
    compressions: extensions.compressCertificate?.algorithms ?? [],
    retried: false,
    offered: offeredKeys(context, hello, extensions),
    takesTickets: agreesOnNew(extensions),
    asksLater: extensions.postHandshakeAuth !== undefined,
    early: extensions.earlyData !== undefined,
    before: context.transcript.fork(),
  }
}

/** RFC 9846 4.3.9: psk_dhe_ke; a key alone would give up forward secrecy. */
const agreesOnNew = ({ pskKeyExchangeModes }: ClientExtensions): boolean =>
  pskKeyExchangeModes?.modes.includes(PskKeyExchangeMode.names.psk_dhe_ke!) === true

/** RFC 9846 4.3.11: last, with its modes, and a binder for each key. */
const offeredKeys = (
  context: Context<Bodies13>,
  hello: Message<'ClientHello', Bodies13>,
  extensions: ClientExtensions,
): PreSharedKey | undefined => {
  const { preSharedKey, pskKeyExchangeModes } = extensions
  if (preSharedKey === undefined) return undefined
  if (hello.body.extensions?.at(-1)?.type !== extensionNumbers.preSharedKey)
    throw illegal(
      context,
      hello,
      'extensions',
      'pre_shared_key before another extension',
      'it is the last',
      'tls/psk-not-last',
    )
  if (pskKeyExchangeModes === undefined)
    throw context.refusal('hello', hello, 'tls/missing-extension', 'extensions', { expected: 'psk_key_exchange_modes' })
  const { identities, binders } = preSharedKey
  if (identities.length !== binders.length)
    throw illegal(
      context,
      hello,
      'extensions',
      `${identities.length} keys and ${binders.length} binders`,
      'one for each',
      'tls/psk-binders',
    )
  return agreesOnNew(extensions) ? preSharedKey : undefined
}

/** RFC 9846 9.2: what a hello without a pre-shared key must have; RFC 9846 4.3.8: shares fit the groups. */
const check = (
  context: Context<Bodies13>,
  hello: AnyMessage & { readonly body: ClientHello },
  extensions: ClientExtensions,
): void => {
  const { compressionMethods } = hello.body
  if (compressionMethods.length !== 1 || compressionMethods[0] !== 0)
    throw illegal(
      context,
      hello,
      'compressionMethods',
      listed(compressionMethods, CompressionMethod.nameOf),
      'only null',
      'tls/no-null-compression',
    )
  for (const key of ['supportedGroups', 'signatureAlgorithms'] as const)
    if (extensions[key] === undefined && (key !== 'signatureAlgorithms' || extensions.preSharedKey === undefined))
      throw context.refusal('hello', hello, 'tls/missing-extension', 'extensions', { expected: WANTED[key] })
  if (extensions.keyShare === undefined) throw context.refusal('hello', hello, 'tls/share-missing', 'extensions', {})
  const shares = extensions.keyShare.clientShares.map(({ group }) => group)
  const unlisted = new Set(shares)
  if (unlisted.size < shares.length)
    throw illegal(context, hello, 'extensions', 'two shares of one group', 'one of each group', 'tls/shares-twice')
  // Both lists are as long as a hello has room for, so neither is gone through for each of the other.
  for (const group of extensions.supportedGroups!.groups) unlisted.delete(group)
  const [stray] = unlisted
  if (stray !== undefined)
    throw illegal(context, hello, 'extensions', `a share of ${NamedGroup.nameOf(stray)}`, 'a group that it lists')
}

const WANTED = {
  supportedGroups: 'supported_groups',
  signatureAlgorithms: 'signature_algorithms',
} as const

/** Suites that both know, the best first. */
export const commonSuites = ({ hello, config }: Pick<Greeting, 'hello' | 'config'>): readonly Suite13[] =>
  inCommon(suites13Named(config.suites), hello.body.cipherSuites, config)

const commonSuite = (
  context: Context<Bodies13>,
  hello: Message<'ClientHello', Bodies13>,
  config: TlsServerConfig,
): Suite13 => {
  const ours = suites13Named(config.suites)
  const { cipherSuites } = hello.body
  const [common] = commonSuites({ hello, config })
  if (common !== undefined) return common
  throw context.refusal('hello', hello, 'tls/no-common-suite', 'cipherSuites', {
    expected: ours.map(suite => suite.name).join(', '),
    got: listed(cipherSuites, CipherSuite.nameOf),
  })
}

/** Our preference among the groups that came with a share: another round trip costs more than another curve. */
const commonGroup = (
  context: Context<Bodies13>,
  hello: Message<'ClientHello', Bodies13>,
  { supportedGroups, keyShare }: ClientExtensions,
  config: TlsServerConfig,
): { group: GroupName; share: Bytes | undefined } => {
  const ours: readonly GroupName[] = config.groups ?? DEFAULT_GROUPS
  const shareOf = (name: GroupName): Bytes | undefined =>
    keyShare!.clientShares.find(({ group }) => group === NamedGroup.names[name])?.keyExchange
  const theirs = supportedGroups!.groups
  const common = ours.filter(name => theirs.includes(NamedGroup.names[name]!))
  const group = common.find(name => shareOf(name) !== undefined) ?? common[0]
  if (group !== undefined) return { group, share: shareOf(group) }
  throw context.refusal('hello', hello, 'tls/no-common-group', 'extensions', {
    expected: ours.join(', '),
    got: listed(theirs, NamedGroup.nameOf),
  })
}

/** RFC 9846 4.2.2: what of a hello may be another in the second one. ECH seals it anew. */
const PASSING: ReadonlySet<number> = new Set(
  (['keyShare', 'cookie', 'preSharedKey', 'earlyData', 'padding', 'encryptedClientHello'] as const).map(
    key => extensionNumbers[key],
  ),
)

const LASTING = listOf(ClientExtension)

const lasting = (extensions: readonly Tagged[]): Bytes =>
  encode(
    LASTING,
    extensions.filter(({ type }) => !PASSING.has(type)),
  )

/** RFC 9846 4.2.2: the second hello is the first, but for what was asked for. */
export const greetedAgain = (
  context: Context<Bodies13>,
  hello: Message<'ClientHello', Bodies13>,
  first: Greeting,
): Greeting => {
  const earlier = first.hello.body
  const { body } = hello
  const { extensions: list = [] } = body
  checkList(context, hello, { list, place: 'clientHello' })
  const extensions = clientView(list)
  check(context, hello, extensions)
  if (extensions.supportedVersions?.versions.includes(TLS_1_3) !== true)
    throw illegal(context, hello, 'extensions', 'a hello without TLS 1.3', 'what the first one offered')
  const same =
    body.legacyVersion === earlier.legacyVersion &&
    sameOctets(body.random, earlier.random) &&
    sameOctets(body.sessionId, earlier.sessionId) &&
    body.cipherSuites.join() === earlier.cipherSuites.join() &&
    sameOctets(lasting(list), lasting(earlier.extensions ?? []))
  if (!same) throw illegal(context, hello, '', 'another hello', 'the first one with another share')
  const [share, more] = extensions.keyShare!.clientShares
  if (share === undefined || more !== undefined || share.group !== NamedGroup.names[first.group])
    throw illegal(context, hello, 'extensions', 'other shares', `one share, of ${first.group}`, 'tls/wrong-group')
  if (extensions.earlyData !== undefined)
    throw illegal(context, hello, 'extensions', 'early_data', 'none behind a HelloRetryRequest')
  const offered = offeredKeys(context, hello, extensions)
  context.passed('hello', hello)
  const before = context.transcript.fork()
  context.transcript.add(hello.bytes)
  return { ...first, hello, share: share.keyExchange, retried: true, offered, before }
}
