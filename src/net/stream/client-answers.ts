/** What a client answers to the questions of TLS: whether the server is believed, and who it is itself. */
import { Der, DerError } from '../../asn1/der.ts'
import type { Bytes } from '../../engine.ts'
import { type Failure, fail } from '../../failures/index.ts'
import { type CertificateTypeName, typeOf } from '../../tls/certificate/types.ts'
import type { TlsClientConfig } from '../../tls/config.ts'
import { listed } from '../../tls/hello/listed.ts'
import { versionsOf } from '../../tls/hello/offer.ts'
import { SignatureScheme } from '../../tls/messages/registries.table.ts'
import { schemeFor13 } from '../../tls/schemes.table.ts'
import { SessionCache } from '../../tls/session/cache.ts'
import type { ExternalKey } from '../../tls/session/external-key.ts'
import type { Ask, CertifiedKey } from '../../tls/types.ts'
import { hexText } from '../../wire/bytes.ts'
import { readName } from '../../x509/certificate/distinguished-name.ts'
import { transparencyPolicies } from '../../x509/transparency/policies.table.ts'
import type { TransparencyDemands } from '../../x509/transparency/types.ts'
import { believed, type Credentials, type OwnCertificate, openedInTurns, ownCertificates } from './credentials.ts'
import { judged, type RevocationOptions } from './judged.ts'
import { BARE_FIRST, publicKeysIn } from './public-keys.ts'
import { checkWorkers, type Relieved } from './record-workers.ts'
import { offeredBy, type SharedKey } from './shared-keys.ts'
import { signed } from './signing.ts'
import type { Answerer } from './tls.ts'
import { checkAllowances, checkPlaces, checkTlsOptions, type TlsChoices, wrong } from './tls-options.ts'
import type { ByteStream, TrustOptions, World } from './types.ts'
import { type Warned, warnAbout } from './warnings.ts'

export interface TlsClientOptions extends TrustOptions, Credentials, TlsChoices, Warned, Relieved {
  /** The name to ask for and to check; the host of `connect` where undefined. */
  readonly serverName?: string | undefined
  /**
   * Where sessions are kept, so that later connections begin sooner; without it none are. To be shared only by options
   * that trust the same; one that was begun with other certificates of ours is not taken.
   */
  readonly sessions?: SessionCache | undefined
  /**
   * What is said first. With a session that allows it, it leaves with the first flight (RFC 9846 2.3), and whoever has the
   * wire can have it arrive a second time: nothing that must happen once. Otherwise, and where the server does not take it,
   * it follows the handshake; `connection.tls.earlyData` says which.
   */
  readonly earlyData?: Bytes | undefined
  /**
   * Keys that the server has too (TLS 1.3): it is known by one of them. A certificate in its place is taken only where `ca` or
   * `trust` say who may have issued it.
   */
  readonly psk?: SharedKey | readonly SharedKey[] | undefined
  /**
   * How hard to check that the server's certificates were not revoked. Where it is given, also with the mode `off`, the server
   * is asked for an OCSP answer, and a certificate that promises one is held to it (RFC 7633); what is missing is fetched by
   * `retrieve`. Without it only what the server brings unasked counts, and nothing is asked for: fewer and fewer authorities
   * answer by OCSP, and by default nothing would follow from an answer that is not there. What came of it is in
   * `tls.trusted.revocation`.
   */
  readonly revocation?: RevocationOptions | undefined
  /**
   * By which logs the timestamps of the server's certificate are checked, and how many must be good. Where it is given, the
   * server is asked for those that are not in the certificate. What came of it is in `tls.trusted.transparency`.
   */
  readonly transparency?: TransparencyDemands | undefined
  /**
   * `allowed`: a server of TLS 1.3 may ask for the certificate (`cert`, `key`) at any time, not only in the handshake
   * (RFC 9846 4.7.2). Where undefined, one that does is cut off.
   */
  readonly postHandshakeAuth?: 'allowed' | undefined
}

/** An option that is not here is refused. */
const KNOWN: Record<keyof TlsClientOptions, true> = {
  serverName: true,
  sessions: true,
  earlyData: true,
  psk: true,
  postHandshakeAuth: true,
  revocation: true,
  transparency: true,
  trust: true,
  ca: true,
  publicKeys: true,
  accept: true,
  cert: true,
  key: true,
  password: true,
  alpn: true,
  versions: true,
  suites: true,
  groups: true,
  warned: true,
  workers: true,
}

/** Throws `FailureError` `net/bad-tls-options` for options of TLS that stand beside `tls`. */
export const checkClientPlaces = (options: object): void => checkPlaces(options, KNOWN)

/** Options that were read: for any number of connections. */
export interface ReadClientOptions {
  readonly options: TlsClientOptions
  /** Of `options.psk`. */
  readonly keys: readonly ExternalKey[]
  /** What the server may show, and what we can (RFC 7250). */
  readonly types: Pick<TlsClientConfig, 'peerCertificateTypes' | 'ownCertificateTypes'>
  /** Who we may say we are: the same text for the same certificates, none for nobody. */
  readonly self: string
  readonly answersFor: (stream: ByteStream) => Answerer
}

/** As `readClientOptions`, while others have their turns. */
export const readClientOptionsInTurns = async (options: TlsClientOptions, world: World): Promise<ReadClientOptions> => {
  checkTlsOptions(options, KNOWN)
  return readClientOptions(await openedInTurns(options, world), world)
}

/**
 * Throws `FailureError` for what no server could be reached with: `net/bad-tls-options`, `net/bad-certificate`,
 * `net/bad-key`, `net/key-encrypted`, `net/key-mismatch`.
 */
export const readClientOptions = (options: TlsClientOptions, world: World): ReadClientOptions => {
  checkTlsOptions(options, KNOWN)
  if (options.sessions !== undefined && !(options.sessions instanceof SessionCache))
    throw wrong('tls.sessions', `a value of type ${typeof options.sessions}`, 'a SessionCache')
  checkEarlyData(options)
  checkWorkers(options)
  const keys = offeredBy(options.psk, world.crypto)
  if (keys.length > 0 && !versionsOf(options).includes('TLS 1.3'))
    throw wrong('tls.psk', 'TLS 1.3 is switched off', 'it in tls.versions')
  const trust = believed(options, { crypto: world.crypto, password: options.password })
  const publicKeys = options.publicKeys === undefined ? undefined : publicKeysIn(options.publicKeys)
  const { cert, key, accept, revocation, transparency } = options
  checkDemands(options)
  checkAllowances(options, ['postHandshakeAuth'])
  if (options.postHandshakeAuth !== undefined && cert === undefined && key === undefined)
    throw wrong('tls.postHandshakeAuth', 'there is nothing to show', 'cert and key beside it')
  const own = cert === undefined && key === undefined ? [] : ownCertificates(options, world.crypto)
  warnAbout(own, options, world)
  return {
    options,
    keys,
    self:
      own.length === 0
        ? ''
        : hexText(world.crypto.digest('sha256', ...own.map(({ certified }) => certified.chain[0]!))),
    types: { peerCertificateTypes: publicKeys && BARE_FIRST, ownCertificateTypes: typesOf(own) },
    answersFor: stream => question => {
      switch (question.about) {
        case 'trust':
          return judged(question, { trust, publicKeys, accept, revocation, transparency }, world, stream)
        case 'certificate':
          return own.length === 0 ? 'none' : shown(own, question)
        case 'sign':
          return signed(question, world)
        case 'client-hello':
        case 'ticket':
        case 'session':
        case 'early-data':
        case 'psk':
        case 'decrypt':
          return fail('net/no-certificate', { where: question.about })
        default:
          return question satisfies never
      }
    },
  }
}

/** A word that nobody knows would demand nothing, without a word. */
const checkDemands = ({ revocation, transparency }: TlsClientOptions): void => {
  const modes = ['off', 'soft', 'hard']
  if (revocation !== undefined && !modes.includes(revocation.mode))
    throw wrong('tls.revocation', `its mode is ${revocation.mode}`, modes.join(', '))
  if (transparency === undefined) return
  const { policy = 'off', logs } = transparency
  if (!Object.hasOwn(transparencyPolicies, policy))
    throw wrong('tls.transparency', `its policy is ${policy}`, Object.keys(transparencyPolicies).join(', '))
  if (!(logs?.logs instanceof Map)) throw wrong('tls.transparency', 'it has no list of logs', 'what readLogList gives')
}

const checkEarlyData = ({ earlyData, sessions }: TlsClientOptions): void => {
  if (earlyData === undefined) return
  if (!(earlyData instanceof Uint8Array))
    throw wrong('tls.earlyData', `a value of type ${typeof earlyData}`, 'a Uint8Array')
  if (sessions === undefined) throw wrong('tls.earlyData', 'there is no session to send it with', 'sessions beside it')
}

/** Of these, in their order, each once. */
const typesOf = (own: readonly OwnCertificate[]): readonly CertificateTypeName[] => [
  ...new Set(own.map(({ certified }) => typeOf(certified))),
]

type Wanted = Extract<Ask['question'], { readonly about: 'certificate' }>

/**
 * The first that the server can check, from an issuer that it names if one of ours is: its list may be old, and what was
 * given to be shown is shown. A server that can check none of them is not answered with silence.
 */
export const shown = (
  all: readonly OwnCertificate[],
  { schemes, authorities, certificateType }: Wanted,
): CertifiedKey | Failure => {
  const own = all.filter(({ certified }) => typeOf(certified) === certificateType)
  if (own.length === 0)
    return fail('tls/own-certificate-type', { got: certificateType, expected: typesOf(all).join(', ') })
  const common = ({ certified }: OwnCertificate): readonly number[] =>
    certified.schemes.filter(scheme => schemes.includes(scheme))
  // Those first that TLS 1.3 can use too, where a scheme names the curve of the key: the question knows no version.
  const certain = own.filter(one =>
    common(one).some(id => schemeFor13(id, { group: one.certified.group }) !== undefined),
  )
  const usable = [...certain, ...own.filter(one => !certain.includes(one) && common(one).length > 0)]
  const wanted = new Set(authorities.map(keyOf))
  const named = usable.find(({ certificates }) =>
    certificates.some(one => one !== undefined && wanted.has(one.issuer.key)),
  )
  const ours = own.flatMap(({ certified }) => certified.schemes)
  return (
    (named ?? usable[0])?.certified ??
    fail('tls/no-common-scheme', {
      expected: listed(ours, SignatureScheme.nameOf),
      got: listed(schemes, SignatureScheme.nameOf),
    })
  )
}

/** As `DistinguishedName.key`; undefined for what is no name. */
const keyOf = (name: Uint8Array): string | undefined => {
  try {
    return readName(new Der(name), 'name').key
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}
