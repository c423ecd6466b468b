/**
 * What a client offers: the parts of its hello, and the secrets behind them. A second hello (RFC 9846 4.2.4) is the first
 * with what the server asked for, so both are built here.
 */
import type { CryptoProvider, GroupName, KeyOffer } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { FailureError, fail } from '../../failures/index.ts'
import type { Tagged } from '../../wire/codec.ts'
import { compressions } from '../certificate/compression.ts'
import type { TlsClientConfig } from '../config.ts'
import { type ClientExtensions, clientExtensions, extensionNumbers } from '../messages/extensions.ts'
import type { ClientHello } from '../messages/hello.ts'
import {
  FALLBACK_SCSV,
  NamedGroup,
  NameType,
  ProtocolVersion,
  PskKeyExchangeMode,
  TLS_1_2,
} from '../messages/registries.table.ts'
import { acceptable, type Scheme } from '../schemes.table.ts'
import type { SessionFacts } from '../session/session.ts'
import type { Context } from '../states.ts'
import {
  DEFAULT_GROUPS,
  DEFAULT_SUITES,
  type Suite,
  type Suite13,
  suites13,
  suites13Named,
  suitesNamed,
} from '../suites.table.ts'
import { offered12 } from '../tls12/client/offered.ts'
import { resumable, sessionIdFor } from '../tls12/client/resumable.ts'
import { EarlySecret, KEY_LOG, protectionOf } from '../tls13/key-schedule.ts'
import { bind, type OfferedKey, offeredKeys, unbound } from '../tls13/psk.ts'
import type { TlsVersion } from '../types.ts'
import { type Grease, greased, greaseFor } from './greased.ts'
import { wishes } from './wishes.ts'

type Spoken = Pick<TlsClientConfig, 'versions' | 'suites' | 'certificates'>

/** The versions that a configuration speaks, the newest first. */
export const versionsIn = ({ versions, suites, certificates }: Spoken): readonly TlsVersion[] => {
  const spoken: TlsVersion[] = []
  const wanted = (version: TlsVersion): boolean => versions?.includes(version) ?? true
  if (wanted('TLS 1.3') && suites13Named(suites).length > 0) spoken.push('TLS 1.3')
  // TLS 1.2 has no keys from elsewhere here.
  if (wanted('TLS 1.2') && certificates !== 'refused' && suitesNamed(suites).length > 0) spoken.push('TLS 1.2')
  return spoken
}

/** The same. Throws `FailureError` when there is none. */
export const versionsOf = (config: Spoken): readonly TlsVersion[] => {
  const spoken = versionsIn(config)
  if (spoken.length > 0) return spoken
  const { versions, suites } = config
  throw new FailureError(
    fail('tls/nothing-to-speak', {
      expected: (versions ?? ['TLS 1.3', 'TLS 1.2']).join(', '),
      got: (suites ?? DEFAULT_SUITES).join(', '),
    }),
  )
}

/** What our hello said, for judging the answer. */
export interface Offer {
  readonly config: TlsClientConfig
  readonly random: Bytes
  /** RFC 9846 appendix D.4: made up where TLS 1.3 is offered, so that the handshake looks like a resumption of 1.2. */
  readonly sessionId: Bytes
  readonly versions: readonly TlsVersion[]
  /** Keys for TLS 1.3 that are offered: that of a session first. */
  readonly keys: readonly OfferedKey[]
  /** What goes out with the hello. */
  readonly early: Bytes | undefined
  /** Early data of the first hello was lost to a HelloRetryRequest. */
  readonly refusedEarly?: boolean
  /** What is offered to be resumed in TLS 1.2. */
  readonly session: SessionFacts | undefined
  /** Of TLS 1.2; none where that is not offered. */
  readonly suites: readonly Suite[]
  readonly suites13: readonly Suite13[]
  readonly groups: readonly GroupName[]
  readonly schemes: readonly Scheme[]
  readonly shares: ReadonlyMap<GroupName, KeyOffer>
  /** In their order. */
  readonly extensions: readonly Tagged[]
  /** What is added on the way out. */
  readonly grease: Grease | undefined
}

/** `name`: as SNI; undefined for an address. */
export const offerOf = (config: TlsClientConfig, name: string | undefined, { crypto, date }: Context<never>): Offer => {
  const versions = versionsOf(config)
  const groups = groupsFor(config, versions)
  const suites = versions.includes('TLS 1.2') ? suitesNamed(config.suites) : []
  const session = resumable(config, suites, date)
  const sessionId = sessionIdFor(session, crypto)
  const keys = versions.includes('TLS 1.3') ? offeredKeys(config, suites13Named(config.suites), date) : []
  const parts = {
    config,
    random: crypto.random.bytes(32),
    sessionId: versions.includes('TLS 1.3') && sessionId.length === 0 ? crypto.random.bytes(32) : sessionId,
    session,
    keys,
    early: earlyData(config, keys[0]?.session),
    versions,
    suites,
    suites13: versions.includes('TLS 1.3') ? suites13Named(config.suites) : [],
    groups,
    schemes: config.certificates === 'refused' ? [] : acceptable(config.schemes),
    shares: sharesFor(config, versions, groups, crypto),
    grease: config.grease && greaseFor(crypto.random),
  }
  return { ...parts, extensions: clientExtensions(extensionsOf(parts, name)) }
}

/** RFC 9846 4.3.10: only what the ticket allows, and for the same protocol above. With a key from elsewhere there is none. */
const earlyData = ({ earlyData, alpn }: TlsClientConfig, session: SessionFacts | undefined): Bytes | undefined => {
  if (session === undefined || earlyData === undefined || earlyData.length === 0) return undefined
  const same = session.alpn === undefined ? (alpn ?? []).length === 0 : alpn?.includes(session.alpn) === true
  return same && earlyData.length <= session.maxEarlyData ? earlyData : undefined
}

/** A hybrid belongs to TLS 1.3 alone: in 1.2 the server would have to speak first. */
const groupsFor = (config: TlsClientConfig, versions: readonly TlsVersion[]): readonly GroupName[] => {
  const groups: readonly GroupName[] = config.groups ?? DEFAULT_GROUPS
  return versions.includes('TLS 1.3') ? groups : groups.filter(group => group !== 'X25519MLKEM768')
}

/** One share, of the group that we like best: the others are asked for by those who want them. */
const sharesFor = (
  config: TlsClientConfig,
  versions: readonly TlsVersion[],
  groups: readonly GroupName[],
  crypto: CryptoProvider,
): ReadonlyMap<GroupName, KeyOffer> =>
  new Map(
    versions.includes('TLS 1.3')
      ? (config.shares ?? groups.slice(0, 1)).map(group => [group, crypto.offerShare(group)])
      : [],
  )

const extensionsOf = (offer: Omit<Offer, 'extensions'>, name: string | undefined): ClientExtensions => {
  const { config, versions, groups, shares } = offer
  const alpn = config.alpn === undefined || config.alpn.length === 0 ? undefined : { protocols: [...config.alpn] }
  const serverName = name === undefined ? undefined : { names: [{ type: NameType.names.host_name!, body: name }] }
  return {
    serverName,
    ...(versions.includes('TLS 1.2')
      ? {
          extendedMasterSecret: {},
          renegotiationInfo: { renegotiatedConnection: new Uint8Array(0) },
          pointFormats: { formats: [0] },
          ...offered12(config, offer.suites, offer.session),
        }
      : {}),
    supportedGroups: { groups: groups.map(group => NamedGroup.names[group]!) },
    // RFC 9846 9.2: whoever looks at no certificate names none.
    signatureAlgorithms:
      config.certificates === 'refused' ? undefined : { schemes: offer.schemes.map(scheme => scheme.id) },
    alpn,
    ...(versions.includes('TLS 1.3')
      ? {
          supportedVersions: { versions: versions.map(version => ProtocolVersion.names[version]!) },
          keyShare: { clientShares: [...shares].map(shareEntry) },
          pskKeyExchangeModes: { modes: [PskKeyExchangeMode.names.psk_dhe_ke!] },
          compressCertificate: compressions(config.certificateCoders),
          postHandshakeAuth: config.postHandshakeAuth && {},
        }
      : {}),
    ...wishes(config),
    ...(offer.early === undefined ? {} : { earlyData: {} }),
    // RFC 9846 4.3.11: "MUST be the last extension in the ClientHello".
    ...(offer.keys.length === 0 ? {} : { preSharedKey: unbound(offer.keys) }),
  } as ClientExtensions
}

const shareEntry = ([group, { share }]: readonly [GroupName, KeyOffer]): { group: number; keyExchange: Bytes } => ({
  group: NamedGroup.names[group]!,
  keyExchange: share,
})

/** What a HelloRetryRequest asks for. */
export interface Retry {
  readonly group: GroupName | undefined
  readonly cookie: Bytes | undefined
  readonly suite: Suite13
}

/** RFC 9846 4.2.2: the same hello, but for the share, the cookie and keys that do not suit the hash that is known now. */
export const offeredAgain = (offer: Offer, { group, cookie, suite }: Retry, crypto: CryptoProvider): Offer => {
  const keys = offer.keys.filter(({ hash }) => hash === suite.hash)
  const shares = group === undefined ? offer.shares : new Map([[group, crypto.offerShare(group)]])
  const [keyShare, ...added] = clientExtensions({
    keyShare: { clientShares: [...shares].map(shareEntry) },
    ...(cookie === undefined ? {} : { cookie: { cookie } }),
  } as ClientExtensions)
  const last = keys.length === 0 ? [] : clientExtensions({ preSharedKey: unbound(keys) })
  const extensions = offer.extensions
    // RFC 9846 4.2.2: early data is gone.
    .filter(({ type }) => type !== extensionNumbers.earlyData)
    .filter(({ type }) => type !== extensionNumbers.preSharedKey)
    .flatMap(each => (each.type === keyShare!.type ? [keyShare!, ...added] : [each]))
    .concat(last)
  const grease = offer.grease && group !== undefined ? { ...offer.grease, share: undefined } : offer.grease
  return { ...offer, shares, keys, early: undefined, refusedEarly: offer.early !== undefined, extensions, grease }
}

/** As it goes out. */
const helloOf = ({ config, random, sessionId, suites, suites13, extensions, grease }: Offer): ClientHello => {
  const hello = {
    legacyVersion: TLS_1_2,
    random,
    sessionId,
    cipherSuites: [
      ...[...suites13, ...suites].map(suite => suite.id),
      ...(config.fallback === 'signalled' ? [FALLBACK_SCSV] : []),
    ],
    compressionMethods: [0],
    extensions: [...extensions],
  }
  return grease === undefined ? hello : greased(hello, grease)
}

/** Sends the hello of an offer, bound to the keys that it offers. */
export const sendHello = <B extends { ClientHello: ClientHello }>(context: Context<B>, offer: Offer): void => {
  const { transcript, crypto } = context
  const { keys } = offer
  context.send('ClientHello', helloOf(offer), bytes => bind(crypto, keys, transcript, bytes))
}

/** Data behind the hello, under a key that both have from before (RFC 9846 2.3). */
export const sendEarly = <B>(context: Context<B>, { keys: [key], early, random }: Offer): void => {
  if (key?.session === undefined || early === undefined) return
  const { crypto } = context
  const transcript = context.transcript.fork()
  transcript.useHashOnce(crypto, key.hash)
  const { suite: id } = key.session
  const suite = suites13.find(one => one.id === id)!
  const stage = new EarlySecret(crypto, key.hash, key.secret)
  const traffic = stage.clientTraffic(transcript.digest())
  stage.wipe()
  context.secret(KEY_LOG.clientEarlyTraffic, random, traffic)
  context.changeCipherSpec()
  context.protectWrites(protectionOf(crypto, suite, traffic))
  context.sendEarly(early)
}
