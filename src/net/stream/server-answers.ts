/** What a server answers to the questions of TLS: with which certificate, and its signatures. */
import { DerError } from '../../asn1/der.ts'
import type { Bytes } from '../../engine.ts'
import { fail } from '../../failures/index.ts'
import { type CertificateTypeName, isRaw, typeOf } from '../../tls/certificate/types.ts'
import { versionsOf } from '../../tls/hello/offer.ts'
import { TLS_1_3 } from '../../tls/messages/registries.table.ts'
import { schemeById, schemeFor13 } from '../../tls/schemes.table.ts'
import { SessionStore } from '../../tls/session/store.ts'
import { TicketKeeper } from '../../tls/session/tickets.ts'
import { rsaSuites } from '../../tls/suites.table.ts'
import type { Ask, CertifiedKey, Introduced } from '../../tls/types.ts'
import type { Certificate } from '../../x509/certificate/certificate.ts'
import { matches } from '../../x509/path/names.ts'
import { type Credentials, type OwnCertificate, openedInTurns, ownCertificates } from './credentials.ts'
import { type EarlyDataOptions, earlyDataOf, judgedEarly } from './early-data.ts'
import { judged } from './judged.ts'
import { believedIn, type Chooser, Client, type ClientRoots, Rulings, rootsNamed } from './name-policies.ts'
import { checkWorkers, type Relieved } from './record-workers.ts'
import { type KnownKeys, keyAmong, lookupIn } from './shared-keys.ts'
import { decrypted, signed } from './signing.ts'
import type { Answerer, TlsStreamOptions } from './tls.ts'
import { checkAllowances, checkPlaces, checkTlsOptions, type TlsChoices, wrong } from './tls-options.ts'
import type { ByteStream, World } from './types.ts'
import { type Warned, warnAbout } from './warnings.ts'

/** `cert` and `key`, or `certificateFor`, or `psk`; both kinds where both are wanted. */
export interface TlsServerOptions extends Credentials, TlsChoices, ClientRoots, Warned, Relieved {
  /**
   * The certificate for the name that a client asks for (SNI); `undefined` when it named none. Undefined as the answer
   * refuses the client with `unrecognized_name`. `CertifiedKey.key` is the private key in PKCS#8, DER, or a `KeyElsewhere`.
   * A `NamePolicy` says too what else holds for this name: versions, suites, protocols, and whether clients are to show a
   * certificate, and of whom. `hello` is all that the client has said.
   */
  readonly certificateFor?: Chooser | undefined
  /**
   * Whether clients are to show a certificate: `asked` serves those without one too, `required` does not. Whoever shows
   * one is held to it. `none` where undefined.
   */
  readonly clientCertificate?: 'none' | 'asked' | 'required' | undefined
  /**
   * Who seals the tickets with which clients come back sooner; `none`: there are none. One of the listener's own where
   * undefined: its keys change twice a day and are forgotten with it.
   */
  readonly tickets?: TicketKeeper | 'none' | undefined
  /**
   * Where sessions of TLS 1.2 are kept under an id (RFC 5246 7.4.1.3), for clients that take no tickets, or instead of
   * them. Of no use for TLS 1.3. None where undefined.
   */
  readonly sessions?: SessionStore | undefined
  /**
   * Takes data with the first flight of clients that come back (RFC 9846 2.3): a round trip less, but it may be a copy that
   * somebody has kept, and such streams come before the handshake is over (`stream.early`). None where undefined.
   */
  readonly earlyData?: EarlyDataOptions | undefined
  /**
   * Keys that clients have too (TLS 1.3), by their identities: they need no certificate of ours then, nor we one of theirs.
   * A client without one is shown a certificate, if there is any.
   */
  readonly psk?: KnownKeys | undefined
  /**
   * `allowed`: whoever listens has the stream of a client of TLS 1.3 as soon as our flight is out (`stream.early`), to speak
   * first: it reads that a round trip sooner, and nobody knows yet whether it is there (RFC 9846 4.5.4).
   */
  readonly halfRtt?: 'allowed' | undefined
  /**
   * `allowed`: clients of TLS 1.3 that offer it can be asked who they are when the handshake is over
   * (`connection.requestCertificate`); `ca`, `trust` or `publicKeys` say whom to believe.
   */
  readonly postHandshakeAuth?: 'allowed' | undefined
}

/** An option that is not here is refused. */
const KNOWN: Record<keyof TlsServerOptions, true> = {
  certificateFor: true,
  cert: true,
  key: true,
  password: true,
  alpn: true,
  versions: true,
  suites: true,
  groups: true,
  warned: true,
  workers: true,
  clientCertificate: true,
  ca: true,
  publicKeys: true,
  trust: true,
  tickets: true,
  sessions: true,
  earlyData: true,
  psk: true,
  halfRtt: true,
  postHandshakeAuth: true,
}

/** Throws `FailureError` `net/bad-tls-options` for options of TLS that stand beside `tls`. */
export const checkServerPlaces = (options: object): void => checkPlaces(options, KNOWN)

/** Of one connection. */
type Answers = Pick<TlsStreamOptions, 'answer' | 'failed'>

/** Options that were read: for any number of connections. */
export interface ReadServerOptions {
  readonly options: TlsServerOptions
  /** Names of those in `ca`, DER. */
  readonly clientAuthorities: readonly Bytes[]
  readonly resumption: readonly ('ticket' | 'session')[]
  /** Bytes. */
  readonly earlyData: number | undefined
  readonly peerCertificateTypes: readonly CertificateTypeName[] | undefined
  readonly answersFor: (stream: ByteStream) => Answers
}

/** As `readServerOptions`, while others have their turns. */
export const readServerOptionsInTurns = async (options: TlsServerOptions, world: World): Promise<ReadServerOptions> => {
  checkTlsOptions(options, KNOWN)
  return readServerOptions(await openedInTurns(options, world), world)
}

/**
 * Throws `FailureError` for what no client could be served with: `net/bad-tls-options`, `net/bad-certificate`,
 * `net/bad-key`, `net/key-encrypted`, `net/key-mismatch`.
 */
export const readServerOptions = (options: TlsServerOptions, world: World): ReadServerOptions => {
  checkTlsOptions(options, KNOWN)
  checkClients(options)
  checkAllowed(options)
  checkWorkers(options)
  const certificateFor = chooserOf(options, world)
  const lookup = options.psk === undefined ? undefined : lookupIn(options.psk, world.crypto)
  checkKeys(options)
  const opener = { crypto: world.crypto, derivation: world.derivation, password: options.password }
  const roots = believedIn(options, opener)
  const rulings = new Rulings(roots, rootsNamed(options) !== undefined, opener)
  const { tickets = new TicketKeeper({ crypto: world.crypto }) } = options
  if (tickets !== 'none' && !(tickets instanceof TicketKeeper))
    throw wrong('tls.tickets', `a value of type ${typeof tickets}`, "a TicketKeeper, or 'none'")
  const { sessions } = options
  if (sessions !== undefined && !(sessions instanceof SessionStore))
    throw wrong('tls.sessions', `a value of type ${typeof sessions}`, 'a SessionStore')
  const early = earlyDataOf(options, world.clock.date())
  return {
    options,
    clientAuthorities: roots.authorities,
    peerCertificateTypes: roots.certificateTypes,
    resumption: [
      ...(tickets === 'none' ? [] : (['ticket'] as const)),
      ...(sessions === undefined ? [] : (['session'] as const)),
    ],
    earlyData: early?.mostBytes,
    answersFor: stream => {
      const client = new Client(rulings, certificateFor)
      const own = sessions && new OwnSession(sessions)
      const answer: Answerer = question => {
        switch (question.about) {
          case 'client-hello':
            return client.introduced(question.hello)
          case 'psk':
            return lookup === undefined ? 'none' : keyAmong(question, lookup, world)
          case 'sign':
            return signed(question, world)
          case 'decrypt':
            return decrypted(question, world)
          case 'trust':
            return judged(question, client.roots, world, stream)
          case 'ticket':
            return tickets === 'none' ? 'none' : ticketed(question, tickets, world.clock.date())
          case 'session':
            return own === undefined ? 'none' : own.stored(question, world.clock.date())
          case 'early-data':
            return early === undefined ? 'none' : judgedEarly(early.guard.isFresh(question))
          case 'certificate':
            return fail('net/no-certificate', { where: question.about })
          default:
            return question satisfies never
        }
      }
      return { answer, failed: own && (() => own.forget()) }
    },
  }
}

/** Where a certificate is required a key is none, and TLS 1.2 has no keys. */
const checkKeys = (options: TlsServerOptions): void => {
  if (options.psk === undefined) return
  if (options.clientCertificate === 'required')
    throw wrong('tls.psk', 'every client is to show a certificate', 'clientCertificate to be asked or none')
  if (!versionsOf(options).includes('TLS 1.3')) throw wrong('tls.psk', 'TLS 1.3 is switched off', 'it in tls.versions')
}

type Ticketing = Extract<Ask['question'], { readonly about: 'ticket' }>

const ticketed = ({ wanted }: Ticketing, keeper: TicketKeeper, at: number): Bytes | 'none' =>
  'seal' in wanted ? keeper.seal(wanted.seal, at) : (keeper.open(wanted.open, at) ?? 'none')

type Storing = Extract<Ask['question'], { readonly about: 'session' }>

/** What a store has of one connection. */
class OwnSession {
  readonly #store: SessionStore
  #id: Bytes | undefined
  constructor(store: SessionStore) {
    this.#store = store
  }
  stored({ wanted }: Storing, at: number): Bytes | 'none' {
    if ('put' in wanted) {
      this.#id = wanted.id
      this.#store.put(wanted.id, wanted.put, at)
      return 'none'
    }
    const state = this.#store.get(wanted.get, at)
    if (state !== undefined) this.#id = wanted.get
    return state ?? 'none'
  }
  forget(): void {
    if (this.#id !== undefined) this.#store.forget(this.#id)
  }
}

/** Roots for clients that nobody asks for anything would look like protection, and asking without roots too. */
const checkClients = ({ clientCertificate = 'none', certificateFor, ...options }: TlsServerOptions): void => {
  const { postHandshakeAuth } = options
  if (!CLIENTS.includes(clientCertificate))
    throw wrong('tls.clientCertificate', JSON.stringify(clientCertificate), CLIENTS.join(', '))
  const named = rootsNamed(options)
  const later = postHandshakeAuth !== undefined
  if (clientCertificate === 'none' && !later && certificateFor === undefined && named !== undefined)
    throw wrong(`tls.${named}`, 'no client is asked for a certificate', 'clientCertificate')
  if (clientCertificate !== 'none' && named === undefined)
    throw wrong('tls.clientCertificate', 'nobody is named who may issue them', 'ca, trust or publicKeys beside it')
  if (later && named === undefined)
    throw wrong('tls.postHandshakeAuth', 'nobody is named who may issue them', 'ca, trust or publicKeys beside it')
}

/** What only TLS 1.3 has, and what is not sent before a client has said who it is. */
const checkAllowed = (options: TlsServerOptions): void => {
  checkAllowances(options, ['halfRtt', 'postHandshakeAuth'])
  if (options.halfRtt !== undefined && (options.clientCertificate ?? 'none') !== 'none')
    throw wrong('tls.halfRtt', 'clients are asked for a certificate first', 'no clientCertificate')
}

const CLIENTS: readonly string[] = ['none', 'asked', 'required']

/** Undefined: clients are known by keys alone. */
const chooserOf = (tls: TlsServerOptions, world: World): Chooser | undefined => {
  const { certificateFor, cert, key, psk } = tls
  const own = cert !== undefined || key !== undefined
  if (certificateFor === undefined && !own && psk !== undefined) return undefined
  if (certificateFor === undefined && !own)
    throw wrong('tls', 'there is no certificate', 'cert and key, or certificateFor')
  if (certificateFor === undefined) return choiceOf(tls, world)
  if (own) throw wrong('tls', 'cert and certificateFor are both there', 'one of them')
  if (typeof certificateFor !== 'function')
    throw wrong('tls.certificateFor', `a value of type ${typeof certificateFor}`, 'a function')
  return certificateFor
}

/** The first certificate for this name whose signature the client can check; for a name that none has, of all. */
const choiceOf = (tls: TlsServerOptions, world: World): Chooser => {
  const all = ownCertificates(tls, world.crypto)
  const forAnyName = all.map(one => ({ ...one, certified: { ...one.certified, anyName: true } }))
  warnAbout(all, tls, world)
  return (name, hello) => {
    const named = name === undefined ? [] : all.filter(({ certificates: [leaf] }) => isFor(leaf, name))
    // A name that fits all of them, or none, leads nowhere.
    const guided = named.length > 0 && named.length < all.length
    const these = [...bareFirst(forAnyName, hello), ...(guided ? named : forAnyName)]
    const usable = these.find(
      ({ certified }) => hello.certificateTypes.includes(typeOf(certified)) && canCheck(hello, certified, tls),
    )
    // Where there is none, the handshake says what was missing.
    return (usable ?? these[0])?.certified
  }
}

/** Keys without a name, where the client would rather have one than a certificate. */
const bareFirst = (all: readonly OwnCertificate[], { certificateTypes }: Introduced): readonly OwnCertificate[] =>
  certificateTypes[0] === 'RawPublicKey' ? all.filter(({ certified }) => isRaw(certified.certificateType)) : []

/**
 * Whether the client can check what this key signs, in the version that will be spoken: by a scheme that it names, and in
 * TLS 1.2 (RFC 8422 5.3) on a curve that it names; in TLS 1.3 the scheme names the curve (RFC 9846 4.3.3).
 */
export const canCheck = (
  { schemes, groups, versions, suites }: Introduced,
  { schemes: ours, group }: CertifiedKey,
  choices: Pick<TlsChoices, 'versions' | 'suites'> = {},
): boolean => {
  const common = ours.filter(scheme => schemes.includes(scheme))
  if (versions.includes(TLS_1_3) && versionsOf(choices).includes('TLS 1.3'))
    return common.some(scheme => schemeFor13(scheme, { group }) !== undefined)
  // Where the client encrypts the secret nothing is signed.
  const encrypts = rsaSuites.some(({ name, id }) => suites.includes(id) && choices.suites?.includes(name))
  if (encrypts && ours.some(id => schemeById(id)?.keyType === 'rsa')) return true
  return common.length > 0 && (group === undefined || groups.length === 0 || groups.includes(group))
}

const isFor = (leaf: Certificate | undefined, name: string): boolean => {
  try {
    return leaf?.extension('subjectAltName')?.some(presented => matches(presented, name)) === true
  } catch (error) {
    if (error instanceof DerError) return false
    throw error
  }
}
