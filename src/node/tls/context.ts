/**
 * `createSecureContext`: certificates, keys, roots and what may be negotiated, from the options of `node:tls`. Whatever is
 * wrong with them is an error here, at the call, and so is an option that we would have to ignore.
 */
import { constants, createPrivateKey } from 'node:crypto'
import nodeTls, { type SecureContextOptions as NodeSecureContextOptions } from 'node:tls'
import type { CryptoProvider, GroupName } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { Failure, FailureError } from '../../failures/index.ts'
import { believed, type OwnCertificate, ownCertificates } from '../../net/stream/credentials.ts'
import { authoritiesIn } from '../../net/stream/name-policies.ts'
import { isKeyElsewhere, type KeyElsewhere } from '../../tls/certificate/certified-key.ts'
import { GIVEN_LENGTH } from '../../tls/session/tickets.ts'
import type { AnySuiteName } from '../../tls/suites.table.ts'
import type { TlsVersion } from '../../tls/types.ts'
import { contentsOf, type FileContents } from '../../x509/files/file-contents.ts'
import { inTheClear } from '../../x509/files/open.ts'
import { isDer } from '../../x509/files/pem.ts'
import type { TrustStore } from '../../x509/path/anchor.ts'
import { nodeWorld } from '../world.ts'
import { suitesNamed } from './cipher-list.ts'
import { completed } from './completed.ts'
import { defaultRoots } from './default-roots.ts'
import { badType, badValue, inNodesWords, unsupported } from './errors.ts'
import { checkKinds } from './kinds.ts'
import { groupsByName, VERSIONS, type VersionName, versionNames } from './names.table.ts'
import { ticketsLeft, versionsLeft, versionsOfMethod } from './openssl-options.ts'
import { schemesNamed, signingWith } from './signature-list.ts'

/** PEM, as text or bytes, or DER; or a key that signs elsewhere. */
export type KeyContents =
  | FileContents
  | { readonly pem: FileContents; readonly passphrase?: string | undefined }
  | KeyElsewhere

/** PKCS#12, under `passphrase` or one of its own. */
export type PfxContents = FileContents | { readonly buf: FileContents; readonly passphrase?: string | undefined }

export interface SecureContextOptions extends Omit<NodeSecureContextOptions, 'ca' | 'cert' | 'key' | 'pfx'> {
  /** Roots instead of those of the system. */
  readonly ca?: FileContents | readonly FileContents[] | undefined
  /** Own certificates, leaf first; several for keys of several kinds. */
  readonly cert?: FileContents | readonly FileContents[] | undefined
  /** PKCS#8, PKCS#1 or SEC 1; none where they are in the files of `cert`. Encrypted ones need `passphrase`. */
  readonly key?: KeyContents | readonly KeyContents[] | undefined
  /**
   * Certificates with their keys. Differs from `node:tls`: an authority in it is shown to the peer and not believed, which
   * takes `ca`.
   */
  readonly pfx?: PfxContents | readonly PfxContents[] | undefined
}

/** What `createSecureContext` gives: opaque, except to this folder. */
export class SecureContext {
  /** Own certificates with their keys, in the order given. */
  readonly own: readonly OwnCertificate[]
  /** Undefined: what the system trusts. */
  readonly trust: TrustStore | undefined
  /** By `ca`, not for the whole process. */
  readonly named: boolean
  /** The subjects of the roots that were given: a server tells clients that it believes these. */
  readonly authorities: readonly Bytes[]
  readonly versions: readonly TlsVersion[]
  /** A server's: sessions may be resumed by ticket. */
  readonly tickets: boolean
  /** Undefined: the usual ones. */
  readonly suites: readonly AnySuiteName[] | undefined
  /** A server's: what it shares with others. */
  readonly ticketKeys: Bytes | undefined
  readonly groups: readonly GroupName[] | undefined
  /** Signature schemes, as IANA numbers; undefined: all that we know. */
  readonly schemes: readonly number[] | undefined

  constructor(options: SecureContextOptions) {
    refuseUnknown(options)
    checkKinds(options)
    this.versions = versionsOf(options)
    this.tickets = ticketsLeft(options.secureOptions ?? 0)
    this.ticketKeys = options.ticketKeys === undefined ? undefined : ticketKeysOf(options.ticketKeys)
    const { ca } = options
    const opener = { crypto: nodeWorld().crypto, password: options.passphrase }
    const trust = ca == null ? undefined : inNodesWords(() => believed({ ca }, opener))
    this.trust = trust ?? defaultRoots()
    this.named = trust !== undefined
    const own = trust === undefined ? ownOf(options) : ownOf(options).map(one => completed(one, trust))
    this.schemes = options.sigalgs == null ? undefined : schemesNamed(options.sigalgs)
    this.own = this.schemes === undefined ? own : signingWith(own, this.schemes)
    this.authorities = ca == null ? [] : authoritiesIn({ ca }, opener)
    const ciphers = options.ciphers ?? ciphersOfAll()
    this.suites = ciphers === undefined ? undefined : suitesNamed(ciphers)
    this.groups = groupsNamed(options.ecdhCurve)
  }
}

/** 48 bytes, as Node has them. */
export const ticketKeysOf = (given: unknown): Bytes => {
  if (!ArrayBuffer.isView(given)) throw badType('ticketKeys', 'bytes', given)
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.byteLength)
  if (bytes.length === GIVEN_LENGTH) return bytes.slice()
  throw badValue('ticketKeys', `Session ticket keys must be a ${GIVEN_LENGTH}-byte buffer`)
}

/** Throws `TlsError` for what is wrong or cannot be had. */
export const createSecureContext = (options: SecureContextOptions = {}): SecureContext => new SecureContext(options)

/** What we cannot do, and what would be dangerous to leave out without a word. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  crl: 'revocation lists are not checked',
  privateKeyEngine: 'there are no OpenSSL engines here',
  privateKeyIdentifier: 'there are no OpenSSL engines here',
  clientCertEngine: 'there are no OpenSSL engines here',
}

const refuseUnknown = (options: SecureContextOptions): void => {
  for (const [name, why] of Object.entries(UNSUPPORTED)) {
    const value = (options as Readonly<Record<string, unknown>>)[name]
    if (value !== undefined && value !== null && value !== 0) throw unsupported(name, why)
  }
  if (options.dhparam !== undefined && options.dhparam !== 'auto')
    throw unsupported('dhparam', 'there is no key exchange over finite fields')
}

/** What `--tls-cipher-list` or `DEFAULT_CIPHERS` of `node:tls` say for the whole process; undefined: nothing. */
const ciphersOfAll = (): string | undefined =>
  nodeTls.DEFAULT_CIPHERS === constants.defaultCoreCipherList ? undefined : nodeTls.DEFAULT_CIPHERS

/**
 * Those between the lowest and the highest, both included. Where nothing is said here, `--tls-min-v1.3` and the like hold,
 * and `DEFAULT_MIN_VERSION` of `node:tls`.
 */
const versionsOf = (options: SecureContextOptions): readonly TlsVersion[] => {
  const { minVersion, maxVersion, secureProtocol, secureOptions } = options
  const at = (what: string, name: VersionName): number => {
    const index = VERSIONS.indexOf(name)
    if (index >= 0) return index
    throw Object.assign(badValue(what, `${String(name)} is none of ${VERSIONS.join(', ')}`), {
      code: 'ERR_TLS_INVALID_PROTOCOL_VERSION',
    })
  }
  const [from, to] =
    secureProtocol == null
      ? [minVersion ?? nodeTls.DEFAULT_MIN_VERSION, maxVersion ?? nodeTls.DEFAULT_MAX_VERSION]
      : versionsOfMethod(secureProtocol, options)
  const [lowest, highest] = [at('minVersion', from), at('maxVersion', to)]
  const allowed = versionsLeft(secureOptions ?? 0)
  const spoken = SPOKEN.filter(version => {
    const index = VERSIONS.indexOf(versionNames[version])
    return index >= lowest && index <= highest && allowed.includes(versionNames[version])
  })
  if (spoken.length > 0) return spoken
  const asked = secureProtocol ?? `minVersion ${from}, maxVersion ${to}`
  throw unsupported(asked, 'TLSv1.2 and TLSv1.3 are spoken here')
}

const SPOKEN: readonly TlsVersion[] = ['TLS 1.3', 'TLS 1.2']

const listOf = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T])

const ownOf = ({ cert, key, pfx, passphrase }: SecureContextOptions): readonly OwnCertificate[] => {
  if (cert == null && key == null && pfx == null) return []
  const { crypto } = nodeWorld()
  return inNodesWords(() => {
    const bundles = pfx == null ? [] : listOf(pfx).map(each => unpacked(each, passphrase, crypto))
    const certs = [...bundles, ...(cert == null ? [] : listOf(cert))]
    const keys = key == null ? undefined : [...bundles, ...listOf(key).map(each => opened(each, passphrase))]
    return ownCertificates({ cert: certs.length === 0 ? undefined : certs, key: keys }, crypto)
  })
}

/** As PEM in the clear. Throws `FailureError`: those of `openFile`. */
const unpacked = (given: PfxContents, usual: string | undefined, crypto: CryptoProvider): FileContents => {
  const { buf, passphrase = usual } = typeof given === 'object' && 'buf' in given ? given : { buf: given }
  const clear = inTheClear(buf, passphrase, crypto)
  if (clear instanceof Failure) throw new FailureError(clear.with({ where: 'pfx' }))
  return clear
}

/** Out of its encryption, if it is encrypted and we have the passphrase. */
const opened = (given: KeyContents, usual: string | undefined): FileContents | KeyElsewhere => {
  if (isKeyElsewhere(given)) return given
  const { pem, passphrase = usual } = typeof given === 'object' && 'pem' in given ? given : { pem: given }
  if (passphrase === undefined || !contentsOf(pem).includes('an encrypted private key')) return pem
  const key = typeof pem === 'string' ? pem : Buffer.from(pem)
  const form = typeof pem === 'string' || !isDer(pem) ? {} : ({ format: 'der', type: 'pkcs8' } as const)
  try {
    return new Uint8Array(createPrivateKey({ key, passphrase, ...form }).export({ format: 'der', type: 'pkcs8' }))
  } catch (error) {
    throw badValue('passphrase', `does not open the key (${(error as Error).message})`, error)
  }
}

const groupsNamed = (names: string | undefined): readonly GroupName[] | undefined => {
  if (names == null || names === 'auto') return undefined
  return names.split(':').map(name => {
    const group = groupsByName[name.toLowerCase()]
    if (group === undefined)
      throw unsupported(`ecdhCurve ${name}`, `it is one of ${Object.keys(groupsByName).join(', ')}`)
    return group
  })
}
