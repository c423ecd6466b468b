/**
 * `createSecureContext`: certificates, keys, roots and what may be negotiated, from the options of `node:tls`. Whatever is
 * wrong with them is an error here, at the call, and so is an option that we would have to ignore.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { SecureContextOptions as NodeSecureContextOptions } from 'node:tls'
import type { Bytes } from '../../engine.ts'
import { certifiedKey } from '../../tls/certified-key.ts'
import { DEFAULT_SUITES, type EcdheGroup, type SuiteName, suites } from '../../tls/suites.table.ts'
import type { CertifiedKey } from '../../tls/types.ts'
import { Certificate, parseCertificate } from '../../x509/certificate.ts'
import { certificatesIn } from '../../x509/pem.ts'
import { privateKeyIn } from '../../x509/private-key.ts'
import { trustStore } from '../../x509/store.ts'
import type { TrustStore } from '../../x509/types.ts'
import { badValue, unsupported } from './errors.ts'
import { groupsByName, opensslName, VERSIONS, type VersionName } from './names.table.ts'

/** PEM, as text or bytes, or DER. */
export type FileContents = string | Uint8Array

export type KeyContents = FileContents | { readonly pem: FileContents; readonly passphrase?: string | undefined }

export interface SecureContextOptions extends Omit<NodeSecureContextOptions, 'ca' | 'cert' | 'key'> {
  /** Roots instead of those of the system. */
  readonly ca?: FileContents | readonly FileContents[] | undefined
  /** Own certificates, leaf first; several for keys of several kinds. */
  readonly cert?: FileContents | readonly FileContents[] | undefined
  /** PKCS#8, PKCS#1 or SEC 1. Encrypted ones need `passphrase`. */
  readonly key?: KeyContents | readonly KeyContents[] | undefined
}

/** What `createSecureContext` gives: opaque, except to this folder. */
export class SecureContext {
  /** Own certificates with their keys, in the order given. */
  readonly keys: readonly CertifiedKey[]
  /** Undefined: what the system trusts. */
  readonly trust: TrustStore | undefined
  /** The subjects of the roots that were given: a server tells clients that it believes these. */
  readonly authorities: readonly Bytes[]
  /** Undefined: the usual ones. */
  readonly suites: readonly SuiteName[] | undefined
  readonly groups: readonly EcdheGroup[] | undefined

  constructor(options: SecureContextOptions) {
    refuseUnknown(options)
    checkVersions(options)
    this.keys = keysOf(options)
    const roots = options.ca == null ? undefined : rootsIn(listOf(options.ca))
    this.trust = roots && trustStore(roots)
    this.authorities = (roots ?? []).flatMap(subjectOf)
    this.suites = options.ciphers === undefined ? undefined : suitesNamed(options.ciphers)
    this.groups = groupsNamed(options.ecdhCurve)
  }
}

/** Throws TypeError for what is wrong or cannot be had. */
export const createSecureContext = (options: SecureContextOptions = {}): SecureContext => new SecureContext(options)

/** What we cannot do, and what would be dangerous to leave out without a word. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  pfx: 'give the certificate and the key in PEM or DER (openssl pkcs12 -in FILE -nodes)',
  crl: 'revocation lists are not checked',
  privateKeyEngine: 'there are no OpenSSL engines here',
  privateKeyIdentifier: 'there are no OpenSSL engines here',
  clientCertEngine: 'there are no OpenSSL engines here',
  secureProtocol: 'use minVersion and maxVersion',
  secureOptions: 'flags of OpenSSL mean nothing here',
  sigalgs: 'which signatures are accepted cannot be chosen',
  ticketKeys: 'there is no session resumption',
}

const refuseUnknown = (options: SecureContextOptions): void => {
  for (const [name, why] of Object.entries(UNSUPPORTED)) {
    const value = (options as Readonly<Record<string, unknown>>)[name]
    if (value !== undefined && value !== null && value !== 0) throw unsupported(name, why)
  }
  if (options.dhparam !== undefined && options.dhparam !== 'auto')
    throw unsupported('dhparam', 'there is no key exchange over finite fields')
}

const checkVersions = ({ minVersion, maxVersion }: SecureContextOptions): void => {
  const at = (what: string, name: VersionName): number => {
    const index = VERSIONS.indexOf(name)
    if (index < 0) throw badValue(what, `is one of ${VERSIONS.join(', ')}, not ${String(name)}`)
    return index
  }
  const [lowest, highest] = [at('minVersion', minVersion ?? 'TLSv1.2'), at('maxVersion', maxVersion ?? 'TLSv1.3')]
  const ours = VERSIONS.indexOf('TLSv1.2')
  if (lowest > ours || highest < ours) {
    const asked = lowest > ours ? `minVersion ${minVersion}` : `maxVersion ${maxVersion}`
    throw unsupported(asked, 'only TLSv1.2 is spoken here')
  }
}

const listOf = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T])

const rootsIn = (files: readonly FileContents[]): readonly Bytes[] =>
  files.flatMap(file => {
    const certificates = certificatesIn(file)
    if (certificates.length === 0) throw badValue('ca', 'holds no certificate')
    return certificates
  })

/** Its name in DER; nothing for what is no certificate. */
const subjectOf = (der: Bytes): readonly Bytes[] => {
  const certificate = parseCertificate(der)
  return certificate instanceof Certificate ? [certificate.subject.der] : []
}

const keysOf = ({ cert, key, passphrase }: SecureContextOptions): readonly CertifiedKey[] => {
  if (cert == null) {
    // Node takes a key alone and leaves it unused; a server without a certificate can answer nobody.
    if (key != null) throw badValue('key', 'needs the certificate that it belongs to, in cert')
    return []
  }
  const files = listOf(cert)
  // One file may hold both.
  const keys = key == null ? files : listOf(key)
  const pkcs8 = keys.map(each => privateKeyOf(each, passphrase))
  return files.map(file => certifiedBy(file, pkcs8))
}

/** A chain, with that of the keys that belongs to it. */
const certifiedBy = (file: FileContents, keys: readonly KeyObject[]): CertifiedKey => {
  const chain = certificatesIn(file)
  const [leaf] = chain
  if (leaf === undefined) throw badValue('cert', 'holds no certificate')
  const certificate = new X509Certificate(leaf)
  const own = keys.find(key => certificate.checkPrivateKey(key))
  if (own === undefined) {
    const error = new Error('key values mismatch: no key belongs to this certificate')
    throw Object.assign(error, { code: 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' })
  }
  const certified = certifiedKey({ chain, privateKey: new Uint8Array(own.export({ format: 'der', type: 'pkcs8' })) })
  if (certified.schemes.length === 0) throw badValue('cert', `has a key that cannot sign: ${own.asymmetricKeyType}`)
  return certified
}

/** Through OpenSSL, which can open encrypted ones. */
const privateKeyOf = (given: KeyContents, usual: string | undefined): KeyObject => {
  const { pem, passphrase = usual } = typeof given === 'object' && 'pem' in given ? given : { pem: given }
  const plain = privateKeyIn(typeof pem === 'string' ? new TextEncoder().encode(pem) : pem)
  if (plain !== undefined) return createPrivateKey({ key: Buffer.from(plain.pkcs8), format: 'der', type: 'pkcs8' })
  const key = typeof pem === 'string' ? pem : Buffer.from(pem)
  try {
    return createPrivateKey(passphrase === undefined ? { key } : { key, passphrase })
  } catch (error) {
    const sealed = passphrase === undefined && String(key).includes('ENCRYPTED')
    const why = sealed ? 'is encrypted: give its passphrase' : 'holds no private key that can be read'
    throw Object.assign(badValue('key', `${why} (${(error as Error).message})`), { cause: error })
  }
}

/**
 * A list as OpenSSL takes it, as far as it names suites: `ECDHE-ECDSA-AES128-GCM-SHA256:…`, IANA's names too, `!NAME` to
 * leave one out, `DEFAULT` and `HIGH` for the usual ones. What names none of ours adds none, as with OpenSSL.
 */
const suitesNamed = (ciphers: string): readonly SuiteName[] => {
  const chosen: SuiteName[] = []
  const never = new Set<string>()
  for (const word of ciphers.split(/[:, ]+/)) {
    const [, sign = '', name = ''] = /^([!+-]?)(.*)$/.exec(word) ?? []
    const named = suites.filter(suite => suite.name === name || opensslName(suite.name) === name)
    const meant =
      named.length === 0 && /^(DEFAULT|HIGH|ALL)$/.test(name) ? DEFAULT_SUITES : named.map(suite => suite.name)
    if (sign === '') chosen.push(...meant.filter(each => !chosen.includes(each)))
    else if (sign !== '+') for (const each of meant) never.add(each)
  }
  const left = chosen.filter(name => !never.has(name))
  if (left.length > 0) return left
  throw Object.assign(new Error(`no cipher match: none of ${ciphers} is spoken here`), {
    code: 'ERR_SSL_NO_CIPHER_MATCH',
  })
}

const groupsNamed = (names: string | undefined): readonly EcdheGroup[] | undefined => {
  if (names === undefined || names === 'auto') return undefined
  return names.split(':').map(name => {
    const group = groupsByName[name.toLowerCase()]
    if (group === undefined)
      throw unsupported(`ecdhCurve ${name}`, `it is one of ${Object.keys(groupsByName).join(', ')}`)
    return group
  })
}
