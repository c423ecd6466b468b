/**
 * What is left of a connection when it is over: enough to begin another without the certificates (RFC 5246 F.1.4, RFC
 * 5077, RFC 9846 2.2). A client keeps it, a server seals it into a ticket or stores it. It is opaque: whoever keeps one
 * cannot change whom it is for, nor read its secret.
 */
import type { Bytes } from '../../engine.ts'
import { type Codec, decode, encode, list, prefixed, rest, struct, text, u8, u16, u32 } from '../../wire/codec.ts'
import { WireError } from '../../wire/reader.ts'
import type { CertificateTypeName, ChainTrusted } from '../../x509/path/trusted.ts'
import { CertificateType, CipherSuite, ProtocolVersion } from '../messages/registries.table.ts'
import { Secret } from '../secret.ts'
import type { TlsVersion } from '../version-name.ts'

/** For the engine: `factsOf`. */
export interface SessionFacts {
  readonly version: TlsVersion
  /** IANA number. */
  readonly suite: number
  /** The master secret of TLS 1.2, the pre-shared key of TLS 1.3. */
  readonly secret: Secret
  /** What the server knows it by: one of them, both empty for a server's own. */
  readonly id: Bytes
  readonly ticket: Bytes
  /** Seconds from `obtained` on. */
  readonly lifetime: number
  /** Milliseconds since 1970, as `TlsConfig.epoch` says. */
  readonly obtained: number
  /** The name that was asked for; undefined: none. */
  readonly serverName: string | undefined
  readonly alpn: string | undefined
  /** RFC 7627: the secret is bound to the handshake that it came from. */
  readonly extendedMasterSecret: boolean
  /** What hides the age of a ticket of TLS 1.3 (RFC 9846 4.7.1). */
  readonly ageAdd: number
  /** Bytes of early data that the server takes. */
  readonly maxEarlyData: number
  /** What the server has shown, and the client, if it has shown anything (RFC 7250). */
  readonly serverCertificateType: CertificateTypeName
  readonly clientCertificateType: CertificateTypeName
  /** Of a session that began with a key from elsewhere, what that goes by (RFC 9846 4.3.11); undefined: with certificates. */
  readonly externalIdentity?: Bytes | undefined
  /** Whom the handshake has shown: DER, leaf first. */
  readonly peerChain: readonly Bytes[]
  /** Why it was believed; undefined for what came from bytes, where it is asked again. */
  readonly trusted: ChainTrusted | undefined
}

let reveal: (session: Session) => SessionFacts
let make: (facts: SessionFacts) => Session

/** Known in this file only. */
const KEY: unique symbol = /* @__PURE__ */ Symbol('Session')

export class Session {
  readonly #facts: SessionFacts
  static {
    reveal = session => session.#facts
    make = facts => new Session(KEY, facts)
  }
  constructor(key: typeof KEY, facts: SessionFacts) {
    if (key !== KEY) throw new TypeError('a Session is made by a handshake or by Session.fromBytes')
    this.#facts = facts
  }
  /** True for what was made here, false for whatever only looks like it. */
  static is(value: unknown): value is Session {
    return typeof value === 'object' && value !== null && #facts in value
  }
  get version(): TlsVersion {
    return this.#facts.version
  }
  /** IANA name. */
  get suite(): string {
    return CipherSuite.nameOf(this.#facts.suite)
  }
  get serverName(): string | undefined {
    return this.#facts.serverName
  }
  get alpn(): string | undefined {
    return this.#facts.alpn
  }
  /** Milliseconds since 1970 from which on it is good for nothing. */
  get expires(): number {
    return this.#facts.obtained + this.#facts.lifetime * 1_000
  }
  /**
   * For keeping beyond the process: with the secret, in the clear. The proof of trust stays behind: whoever resumes what
   * came from bytes is asked about the chain again.
   */
  toBytes(): Uint8Array {
    const facts = this.#facts
    const obtained = Math.max(0, facts.obtained)
    return encode(Stored, {
      format: FORMAT,
      version: ProtocolVersion.names[facts.version]!,
      suite: facts.suite,
      secret: facts.secret.reveal(),
      id: facts.id,
      ticket: facts.ticket,
      lifetime: facts.lifetime,
      obtained: { high: Math.floor(obtained / 0x1_0000_0000), low: obtained >>> 0 },
      serverName: facts.serverName ?? '',
      alpn: facts.alpn ?? '',
      extendedMasterSecret: facts.extendedMasterSecret ? 1 : 0,
      ageAdd: facts.ageAdd,
      maxEarlyData: facts.maxEarlyData,
      serverCertificateType: CertificateType.names[facts.serverCertificateType]!,
      clientCertificateType: CertificateType.names[facts.clientCertificateType]!,
      externalIdentity: facts.externalIdentity ?? new Uint8Array(0),
      peerChain: [...facts.peerChain],
    })
  }
  /** Keeps nothing of `bytes`. Undefined for what `toBytes` of this version of the library has not made. */
  static fromBytes(bytes: Bytes): Session | undefined {
    // A Buffer's `slice` is a view, and a secret that is wiped later must not be the caller's.
    const stored = readStored(new Uint8Array(bytes))
    const version = VERSIONS.find(name => ProtocolVersion.names[name] === stored?.version)
    if (stored === undefined || version === undefined || stored.format !== FORMAT) return undefined
    const serverCertificateType = TYPES.find(name => CertificateType.names[name] === stored.serverCertificateType)
    const clientCertificateType = TYPES.find(name => CertificateType.names[name] === stored.clientCertificateType)
    if (serverCertificateType === undefined || clientCertificateType === undefined) return undefined
    const { obtained, serverName, alpn } = stored
    return make({
      version,
      suite: stored.suite,
      secret: new Secret(stored.secret),
      id: stored.id,
      ticket: stored.ticket,
      lifetime: stored.lifetime,
      obtained: obtained.high * 0x1_0000_0000 + obtained.low,
      serverName: serverName === '' ? undefined : serverName,
      alpn: alpn === '' ? undefined : alpn,
      extendedMasterSecret: stored.extendedMasterSecret === 1,
      ageAdd: stored.ageAdd,
      maxEarlyData: stored.maxEarlyData,
      serverCertificateType,
      clientCertificateType,
      // No key goes by nothing.
      externalIdentity: stored.externalIdentity.length === 0 ? undefined : stored.externalIdentity,
      peerChain: stored.peerChain,
      trusted: undefined,
    })
  }
  toString(): string {
    return '[session]'
  }
  toJSON(): string {
    return '[session]'
  }
}

export const sessionOf = (facts: SessionFacts): Session => make(facts)
export const factsOf = (session: Session): SessionFacts => reveal(session)

/**
 * Whether it is still good at `at`, in milliseconds since 1970. One from the future is not: a clock was set back. Two
 * connections at once read the date and the clock at different fractions of a millisecond, and dates are corrected.
 */
export const isFresh = ({ obtained, lifetime }: SessionFacts, at: number): boolean =>
  at >= obtained - CORRECTION && at < obtained + lifetime * 1_000

/** Seconds of a session that are left at `at`, in milliseconds since 1970, rounded down. */
export const secondsLeft = ({ obtained, lifetime }: SessionFacts, at: number): number =>
  Math.floor((obtained - at) / 1_000) + lifetime

/** Seconds for which a certificate that was shown holds at `at`: a session does not outlive what it was believed by. */
export const secondsOfTrust = (trusted: ChainTrusted | undefined, at: number): number =>
  trusted?.until === undefined ? Number.POSITIVE_INFINITY : Math.floor((trusted.until - at) / 1_000)

/** Seconds for which a session may be resumed where nobody says otherwise: half a day. */
export const SESSION_LIFETIME = 43_200

/** Milliseconds: as much as a clock that is kept right is ever set back at once. */
const CORRECTION = 1_000

const VERSIONS: readonly TlsVersion[] = ['TLS 1.2', 'TLS 1.3']
const TYPES: readonly CertificateTypeName[] = ['X509', 'RawPublicKey']

/** Changes whenever the layout does: a session from before is then none. */
const FORMAT = 3

const Stored: Codec<{
  format: number
  version: number
  suite: number
  secret: Uint8Array
  id: Uint8Array
  ticket: Uint8Array
  lifetime: number
  obtained: { high: number; low: number }
  serverName: string
  alpn: string
  extendedMasterSecret: number
  ageAdd: number
  maxEarlyData: number
  serverCertificateType: number
  clientCertificateType: number
  externalIdentity: Uint8Array
  peerChain: Uint8Array[]
}> = struct({
  format: u8,
  version: u16,
  suite: u16,
  secret: prefixed(1, rest),
  id: prefixed(1, rest),
  ticket: prefixed(2, rest),
  lifetime: u32,
  obtained: struct({ high: u32, low: u32 }),
  serverName: prefixed(2, text),
  alpn: prefixed(1, text),
  extendedMasterSecret: u8,
  ageAdd: u32,
  maxEarlyData: u32,
  serverCertificateType: u8,
  clientCertificateType: u8,
  externalIdentity: prefixed(2, rest),
  peerChain: prefixed(3, list(prefixed(3, rest))),
})

const readStored = (bytes: Bytes): ReturnType<typeof Stored.read> | undefined => {
  try {
    return decode(Stored, bytes)
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}
