/**
 * A certificate authority in memory: a root, intermediates below it, leaf certificates for names and addresses. Plain
 * options are enough to make every wrong chain that a test needs (expired, not yet valid, another name, another key).
 */
import { OID } from '../asn1/oids.table.ts'
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Bytes, Millis } from '../engine.ts'
import { Certificate } from '../x509/certificate.ts'
import { notAuthority } from '../x509/checks.ts'
import { KEY_USAGE } from '../x509/extensions.ts'
import {
  authorityKeyIdentifier,
  basicConstraints,
  type ExtensionToWrite,
  extKeyUsage,
  type KeyPair,
  keyIdentifier,
  keyUsage,
  nameConstraints,
  randomSerial,
  subjectAltName,
  subjectKeyIdentifier,
  writeCertificate,
  writeName,
} from '../x509/issue.ts'
import { deployed } from '../x509/profile.ts'

export type KeyKind = 'p-256' | 'p-384' | 'rsa-2048' | 'ed25519'

const DAY = 86_400_000
/** Roots of other development authorities last as long; it is renewed before it ends. */
const ROOT_DAYS = 3650
/** Made anew with each start of a server, so short. */
const LEAF_DAYS = 7
/** Clocks differ: a certificate made now must not be "not yet valid" on the next machine. */
const BACKDATED: Millis = 3_600_000

interface Validity {
  /** Milliseconds since 1970; an hour ago when not given. */
  readonly notBefore?: Millis
  /** Milliseconds since 1970; `days` after now when not given. */
  readonly notAfter?: Millis
  readonly days?: number
}

export interface AuthorityOptions extends Validity, Limits {
  readonly crypto: CryptoProvider
  /** The date, asked at each issue. */
  readonly now: () => Millis
  /** Common name of the root. */
  readonly name: string
  readonly key?: KeyKind | undefined
  /** Authorities allowed below it; any number when not given. */
  readonly pathLength?: number | undefined
}

/** For which names it may sign: DNS names with all below them, or networks such as `10.0.0.0/8`. */
interface Limits {
  /** Of these kinds only these; all when not given. */
  readonly permitted?: readonly string[]
  readonly excluded?: readonly string[]
}

export interface IntermediateOptions extends Validity, Limits {
  readonly name: string
  readonly key?: KeyKind | undefined
  /** Authorities allowed below it; 0 when not given. */
  readonly pathLength?: number | undefined
}

export interface LeafOptions extends Validity {
  /**
   * DNS names, in ASCII, and IP addresses for subjectAltName; may be empty when there is a common name. RangeError for
   * anything else.
   */
  readonly names: readonly string[]
  readonly key?: KeyKind | undefined
  /** An existing key instead of a new one. */
  readonly keyPair?: KeyPair | undefined
  readonly purposes?: readonly ('server' | 'client')[] | undefined
  /** Bits of `KEY_USAGE`; digitalSignature when not given. */
  readonly usage?: number | undefined
  /** The first name when not given; undefined names nobody. */
  readonly commonName?: string | undefined
  readonly extensions?: readonly ExtensionToWrite[] | undefined
}

/** A certificate with its key, and what to send with it. */
export interface Issued {
  readonly certificate: Bytes
  /** DER, leaf first, up to but without the root. */
  readonly chain: readonly Bytes[]
  readonly root: Bytes
  /** PrivateKeyInfo, DER. */
  readonly privateKey: Bytes
  readonly publicKey: Bytes
  readonly notAfter: Millis
}

export interface CertificateAuthority {
  /** Its own certificate, DER. */
  readonly certificate: Bytes
  readonly root: Bytes
  readonly keyPair: KeyPair
  readonly name: string
  readonly notAfter: Millis
  issue(leaf: LeafOptions): Issued
  intermediate(options: IntermediateOptions): CertificateAuthority
}

/** A new root. Throws RangeError for limits that limit nothing. */
export const certificateAuthority = (options: AuthorityOptions): CertificateAuthority => {
  const { crypto, name, now } = options
  const keyPair = crypto.generateKeyPair(options.key ?? 'p-256')
  const subject = writeName([[OID.commonName, name]])
  const certificate = writeCertificate(
    {
      serialNumber: randomSerial(crypto),
      issuer: subject,
      subject,
      ...validityOf(options, now(), ROOT_DAYS),
      spki: keyPair.spki,
      extensions: [
        basicConstraints({ ca: true, pathLength: options.pathLength }),
        keyUsage(KEY_USAGE.keyCertSign | KEY_USAGE.cRLSign),
        ...limitsOf(options),
        subjectKeyIdentifier(keyIdentifier(keyPair.spki, crypto)),
      ],
    },
    keyPair,
    crypto,
  )
  return new Authority(crypto, now, new Certificate(certificate), keyPair, [], certificate)
}

/**
 * An authority from its certificate and key, as files bring them. Throws `DerError` for a malformed certificate, and
 * RangeError for one whose signatures nobody would take.
 */
export const loadAuthority = (
  crypto: CryptoProvider,
  now: () => Millis,
  certificate: Bytes,
  privateKey: Bytes,
): CertificateAuthority => {
  const parsed = new Certificate(certificate).decodeAll()
  const fault = notAuthority(parsed, 'anchor', deployed)
  if (fault !== undefined) throw new RangeError(`${fault.where} is no authority: ${fault.got}`)
  return new Authority(crypto, now, parsed, { spki: parsed.spki, pkcs8: privateKey }, [], certificate)
}

/** A leaf that nobody vouches for but itself. */
export const selfSigned = (crypto: CryptoProvider, now: () => Millis, leaf: LeafOptions): Issued => {
  const keyPair = leaf.keyPair ?? crypto.generateKeyPair(leaf.key ?? 'p-256')
  const identifier = keyIdentifier(keyPair.spki, crypto)
  return leafOf(crypto, now(), leaf, keyPair, { name: undefined, keyPair, identifier, above: [], root: undefined })
}

class Authority implements CertificateAuthority {
  readonly certificate: Bytes
  readonly root: Bytes
  readonly keyPair: KeyPair
  readonly name: string
  readonly notAfter: Millis
  readonly #crypto: CryptoProvider
  readonly #now: () => Millis
  readonly #parsed: Certificate
  readonly #identifier: Bytes
  /** This authority and those above it, without the root. */
  readonly #above: readonly Bytes[]

  constructor(
    crypto: CryptoProvider,
    now: () => Millis,
    parsed: Certificate,
    keyPair: KeyPair,
    above: readonly Bytes[],
    root: Bytes,
  ) {
    this.#crypto = crypto
    this.#now = now
    this.#parsed = parsed
    this.#above = above
    this.#identifier = parsed.extension('subjectKeyIdentifier') ?? keyIdentifier(parsed.spki, crypto)
    this.certificate = parsed.der
    this.keyPair = keyPair
    this.root = root
    this.name = parsed.subject.shortText
    this.notAfter = parsed.notAfter
  }

  issue(leaf: LeafOptions): Issued {
    const keyPair = leaf.keyPair ?? this.#crypto.generateKeyPair(leaf.key ?? 'p-256')
    return leafOf(this.#crypto, this.#now(), leaf, keyPair, {
      name: this.#parsed.subject.der,
      keyPair: this.keyPair,
      identifier: this.#identifier,
      above: this.#above,
      root: this.root,
    })
  }

  intermediate(options: IntermediateOptions): CertificateAuthority {
    const crypto = this.#crypto
    const keyPair = crypto.generateKeyPair(options.key ?? 'p-256')
    const certificate = writeCertificate(
      {
        serialNumber: randomSerial(crypto),
        issuer: this.#parsed.subject.der,
        subject: writeName([[OID.commonName, options.name]]),
        ...validityOf(options, this.#now(), ROOT_DAYS / 2),
        spki: keyPair.spki,
        extensions: [
          basicConstraints({ ca: true, pathLength: options.pathLength ?? 0 }),
          keyUsage(KEY_USAGE.keyCertSign | KEY_USAGE.cRLSign),
          ...limitsOf(options),
          subjectKeyIdentifier(keyIdentifier(keyPair.spki, crypto)),
          authorityKeyIdentifier(this.#identifier),
        ],
      },
      this.keyPair,
      crypto,
    )
    const above = [certificate, ...this.#above]
    return new Authority(crypto, this.#now, new Certificate(certificate), keyPair, above, this.root)
  }
}

const limitsOf = ({ permitted = [], excluded = [] }: Limits): ExtensionToWrite[] =>
  permitted.length + excluded.length === 0 ? [] : [nameConstraints(permitted, excluded)]

/** RFC 5280 Appendix A: a common name has at most 64 characters. */
const MAX_COMMON_NAME = 64

/** Who signs a leaf; itself where `name` and `root` are undefined. */
interface Signer {
  readonly name: Bytes | undefined
  readonly keyPair: KeyPair
  readonly identifier: Bytes
  readonly above: readonly Bytes[]
  readonly root: Bytes | undefined
}

const leafOf = (crypto: CryptoProvider, now: Millis, leaf: LeafOptions, keyPair: KeyPair, signer: Signer): Issued => {
  const [first] = leaf.names
  const wanted = 'commonName' in leaf ? leaf.commonName : first
  const named = wanted !== undefined && wanted.length <= MAX_COMMON_NAME
  const subject = writeName(named ? [[OID.commonName, wanted]] : [])
  const validity = validityOf(leaf, now, LEAF_DAYS)
  const purposes = (leaf.purposes ?? ['server']).map(p => (p === 'server' ? OID.serverAuth : OID.clientAuth))
  const { names, extensions = [] } = leaf
  if (!named && names.length === 0 && !extensions.some(({ oid }) => oid === OID.subjectAltName))
    throw new RangeError('a certificate without any name is for nobody: give names, or a commonName')
  const certificate = writeCertificate(
    {
      serialNumber: randomSerial(crypto),
      issuer: signer.name ?? subject,
      subject,
      ...validity,
      spki: keyPair.spki,
      extensions: [
        basicConstraints({ ca: false, pathLength: undefined }),
        keyUsage(leaf.usage ?? KEY_USAGE.digitalSignature),
        ...(purposes.length === 0 ? [] : [extKeyUsage(purposes)]),
        ...(names.length === 0 ? [] : [subjectAltName(names, named ? 'named' : 'unnamed')]),
        subjectKeyIdentifier(keyIdentifier(keyPair.spki, crypto)),
        authorityKeyIdentifier(signer.identifier),
        ...extensions,
      ],
    },
    signer.keyPair,
    crypto,
  )
  return {
    certificate,
    chain: [certificate, ...signer.above],
    root: signer.root ?? certificate,
    privateKey: keyPair.pkcs8,
    publicKey: keyPair.spki,
    notAfter: validity.notAfter,
  }
}

const validityOf = (validity: Validity, now: Millis, days: number): { notBefore: Millis; notAfter: Millis } => {
  const second = Math.floor(now / 1000) * 1000
  return {
    notBefore: validity.notBefore ?? second - BACKDATED,
    notAfter: validity.notAfter ?? second + (validity.days ?? days) * DAY,
  }
}
