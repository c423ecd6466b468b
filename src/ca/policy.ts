/**
 * From what is asked for to what is written: the step in which an authority may say no, before anything is signed. A
 * policy of your own changes the request, or refuses it, and hands on to `usualPolicy`.
 */
import { OID } from '../asn1/oids.table.ts'
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Bytes, Millis } from '../engine.ts'
import { readPublicKey } from '../x509/certificate/public-key.ts'
import { type ExtensionToWrite, type LogToAsk, subjectAltName, writeName } from '../x509/issue.ts'
import { deployed } from '../x509/path/profile.ts'
import { type CertificateProfile, certificateProfiles, type ProfileName } from './profiles.table.ts'

export const DAY = 86_400_000
/** Clocks differ: a certificate made now must not be "not yet valid" on the next machine. */
const BACKDATED: Millis = 3_600_000
/** RFC 5280 Appendix A: a common name has at most 64 characters. */
const MAX_COMMON_NAME = 64

export interface Validity {
  /** Milliseconds since 1970; an hour ago when not given. */
  readonly notBefore?: Millis | undefined
  /** Milliseconds since 1970; `days` after now when not given, or when the issuer ends where neither is. */
  readonly notAfter?: Millis | undefined
  readonly days?: number | undefined
}

/** What a leaf is to say, whoever has its key. */
export interface LeafContents extends Validity {
  /**
   * DNS names, in ASCII, and IP addresses for subjectAltName; may be empty when there is a common name. RangeError for
   * anything else.
   */
  readonly names: readonly string[]
  /** What it is for, by the name of one of `certificateProfiles`, or one of your own; `server` when not given. */
  readonly profile?: ProfileName | CertificateProfile | undefined
  /** Instead of the profile's. */
  readonly purposes?: readonly ('server' | 'client')[] | undefined
  /** Bits of `KEY_USAGE`; the profile's when not given. */
  readonly usage?: number | undefined
  /** The first name when not given; undefined names nobody. */
  readonly commonName?: string | undefined
  /** Besides those that the profile makes. */
  readonly extensions?: readonly ExtensionToWrite[] | undefined
  /** Whose timestamps it is to have (RFC 6962): see `certificateLog` of `barewire/lab`. */
  readonly logs?: readonly LogToAsk[] | undefined
  /** Who asks, for the inventory; `library` when not given. */
  readonly by?: string | undefined
}

/** A request for a certificate of a key that is known by its public half, as CSR and ACME bring it. */
export interface CertificateRequest extends LeafContents {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Bytes
}

/** What a policy knows of the authority. */
export interface PolicyContext {
  readonly crypto: CryptoProvider
  readonly now: Millis
  /** When the authority ends, and so what it signs; undefined where it signs anything. */
  readonly notAfter: Millis | undefined
}

/** What is written, but for serial number, issuer and the identifiers of the keys. */
export interface CertificatePlan {
  readonly profile: string
  /** A name, DER, and as people read it. */
  readonly subject: Bytes
  readonly subjectText: string
  readonly names: readonly string[]
  readonly notBefore: Millis
  readonly notAfter: Millis
  readonly publicKey: Bytes
  readonly usage: number
  /** Object identifiers of extKeyUsage. */
  readonly purposes: readonly string[]
  readonly extensions: readonly ExtensionToWrite[]
}

/** Throws RangeError with the reason when it refuses. */
export type Policy = (request: CertificateRequest, context: PolicyContext) => CertificatePlan

/** A key that can be believed, for a time that the profile allows, with names that somebody can have. */
export const usualPolicy: Policy = (request, context) => {
  const plan = planOf(request, context)
  const { name, mostDays = Number.POSITIVE_INFINITY } = profileOf(request)
  // The hour before now is not what was asked for.
  const days = (plan.notAfter - Math.max(plan.notBefore, context.now - BACKDATED)) / DAY
  if (Math.floor(days) > mostDays)
    throw new RangeError(`${Math.floor(days)} days are too many for the profile “${name}”: it has at most ${mostDays}`)
  mustBeStrong(request.publicKey, context.crypto)
  // RFC 9525 6.3 leaves it to who reads, and OpenSSL, browsers and `x509/path/names.ts` have no `*.test`.
  const nobodys = request.names.find(each => /^\*\.[^.]+$/.test(each))
  if (nobodys !== undefined)
    throw new RangeError(`“${nobodys}” is for nobody: no client takes a wildcard right below a top-level domain`)
  return plan
}

/** The plan for a request as it stands, without judgement but that it names something. */
export const planOf = (request: CertificateRequest, { now, notAfter }: PolicyContext): CertificatePlan => {
  const { names, extensions = [], publicKey } = request
  const profile = profileOf(request)
  const wanted = 'commonName' in request ? request.commonName : names[0]
  const named = wanted !== undefined && wanted.length <= MAX_COMMON_NAME
  if (!named && names.length === 0 && !extensions.some(({ oid }) => oid === OID.subjectAltName))
    throw new RangeError('a certificate without any name is for nobody: give names, or a commonName')
  const purposes = request.purposes?.map(purpose => (purpose === 'server' ? OID.serverAuth : OID.clientAuth))
  return {
    profile: profile.name,
    subject: writeName(named ? [[OID.commonName, wanted]] : []),
    subjectText: named ? `CN=${wanted}` : '',
    names,
    ...validityOf(request, now, profile.days, notAfter),
    publicKey,
    usage: request.usage ?? profile.usage,
    purposes: purposes ?? profile.purposes,
    extensions: [
      ...(names.length === 0 ? [] : [subjectAltName(names, named ? 'named' : 'unnamed')]),
      ...(profile.extensions ?? []),
      ...extensions,
    ],
  }
}

const profileOf = ({ profile = 'server' }: CertificateRequest): CertificateProfile =>
  typeof profile === 'string' ? certificateProfiles[profile] : profile

const mustBeStrong = (spki: Bytes, crypto: CryptoProvider): void => {
  const key = readPublicKey(spki)
  if (key.type === 'other') throw new RangeError(`nobody can use its key, of type ${key.oid}`)
  if ((key.type === 'rsa' || key.type === 'rsa-pss') && key.bits < deployed.minimumRsaBits)
    throw new RangeError(`its RSA key has ${key.bits} bits, and ${deployed.minimumRsaBits} are the least`)
  if (!crypto.isPublicKey(spki)) throw new RangeError('its public key is none: the point is not on its curve')
}

/** `issuerEnds` is when it ends at the latest, unless that is said. */
export const validityOf = (
  validity: Validity,
  now: Millis,
  days: number,
  issuerEnds: Millis = Number.POSITIVE_INFINITY,
): { notBefore: Millis; notAfter: Millis } => {
  const second = Math.floor(now / 1000) * 1000
  const usual = validity.days === undefined ? Math.min(second + days * DAY, issuerEnds) : second + validity.days * DAY
  return { notBefore: validity.notBefore ?? second - BACKDATED, notAfter: validity.notAfter ?? usual }
}
