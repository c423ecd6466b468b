/**
 * Which type of certificate each side shows (RFC 7250): X.509, or a raw public key. Both are offered by the client; the
 * server chooses, and without an answer it is X.509.
 */
import { Der, DerError } from '../../asn1/der.ts'
import type { Bytes } from '../../engine.ts'
import { readPublicKey } from '../../x509/certificate/public-key.ts'
import type { CertificateTypeName } from '../../x509/path/trusted.ts'
import type { TlsClientConfig, TlsServerConfig } from '../config.ts'
import { listed } from '../hello/listed.ts'
import type { ClientExtensions, ExtensionsIn } from '../messages/extensions.ts'
import { CertificateType } from '../messages/registries.table.ts'
import { type Refusal, refusal } from '../refusal.ts'
import type { SessionFacts } from '../session/session.ts'
import type { AnyMessage, Context } from '../states.ts'
import type { CertifiedKey } from '../types.ts'
import type { CertificateTypes } from '../version.ts'

export type { CertificateTypeName } from '../../x509/path/trusted.ts'

const ONLY_X509: readonly CertificateTypeName[] = ['X509']

export const isRaw = (type: CertificateTypeName | undefined): boolean => type === 'RawPublicKey'

/** RFC 7250 4.1: without anything besides the default "it MUST omit the [...] extension". */
const listOf = (types: readonly CertificateTypeName[] = ONLY_X509): { types: number[] } | undefined =>
  types.every(type => type === 'X509') ? undefined : { types: types.map(type => CertificateType.names[type]!) }

/** What a client says of itself and wants to see. */
export const offeredTypes = ({ ownCertificateTypes, peerCertificateTypes }: TlsClientConfig): ClientExtensions => ({
  clientCertificateType: listOf(ownCertificateTypes),
  serverCertificateType: listOf(peerCertificateTypes),
})

type Answered = Pick<ExtensionsIn<'encryptedExtensions'>, 'clientCertificateType' | 'serverCertificateType'>

/** Who shows nothing now: what the session says was shown before, or nothing at all. */
type Unshown = Pick<SessionFacts, 'serverCertificateType'> | 'nothing'

/**
 * What the server has chosen. RFC 7250 says nothing of pre-shared keys: an answer may be left out there, and must not be
 * another than that of the session.
 */
export const agreedTypes = <B>(
  context: Context<B>,
  message: AnyMessage,
  { clientCertificateType, serverCertificateType }: Answered,
  { ownCertificateTypes = ONLY_X509, peerCertificateTypes = ONLY_X509 }: TlsClientConfig,
  unshown: Unshown | undefined,
): CertificateTypes => {
  const client = clientCertificateType && among(context, message, clientCertificateType.type, ownCertificateTypes)
  const before = unshown === undefined || unshown === 'nothing' ? undefined : unshown.serverCertificateType
  const expected = before === undefined ? peerCertificateTypes : [before]
  const server = serverCertificateType && among(context, message, serverCertificateType.type, expected)
  // RFC 7250 4.2: without an answer it is the default.
  if (server === undefined && unshown === undefined && !peerCertificateTypes.includes('X509'))
    throw context.refusal('hello', message, 'tls/no-common-certificate-type', 'extensions', {
      got: 'X509, as no other was agreed on',
      expected: peerCertificateTypes.join(', '),
    })
  return { client: client ?? 'X509', server: server ?? before ?? 'X509' }
}

const among = <B>(
  context: Context<B>,
  message: AnyMessage,
  number: number,
  offered: readonly CertificateTypeName[],
): CertificateTypeName => {
  const type = offered.find(name => CertificateType.names[name] === number)
  if (type !== undefined) return type
  throw context.refusal('hello', message, 'tls/wrong-certificate-type', 'extensions', {
    got: CertificateType.nameOf(number),
    expected: `${offered.join(', ')} was offered`,
  })
}

/** What a client's hello says of both. */
export interface TypesOffered {
  /** What it takes of us, in its order, as far as we know it. */
  readonly server: readonly CertificateTypeName[]
  /** What it is to show; undefined: it is not asked. */
  readonly client: CertificateTypeName | undefined
  /** It knows of these extensions, and is answered. */
  readonly answersServer: boolean
  readonly answersClient: boolean
}

/** RFC 7250 4.2: our preference among what the client can show. */
export const typesOffered = <B>(
  context: Context<B>,
  message: AnyMessage,
  { clientCertificateType, serverCertificateType }: ClientExtensions,
  {
    peerCertificateTypes: ours = ONLY_X509,
    clientCertificate = 'none',
  }: Pick<TlsServerConfig, 'peerCertificateTypes' | 'clientCertificate'>,
): TypesOffered => {
  const server = known(context, message, serverCertificateType?.types)
  const client = known(context, message, clientCertificateType?.types)
  const chosen = ours.find(type => client.includes(type))
  const asked = clientCertificate !== 'none'
  if (asked && chosen === undefined)
    throw context.refusal('hello', message, 'tls/no-common-certificate-type', 'extensions', {
      got: listed(clientCertificateType?.types ?? [0], CertificateType.nameOf),
      expected: ours.join(', '),
    })
  return {
    server,
    client: asked ? chosen : undefined,
    answersServer: serverCertificateType !== undefined,
    answersClient: asked && clientCertificateType !== undefined,
  }
}

const known = <B>(
  context: Context<B>,
  message: AnyMessage,
  types: readonly number[] | undefined,
): readonly CertificateTypeName[] => {
  if (types === undefined) return ONLY_X509
  // RFC 7250 4.1: the default alone is not sent.
  if (types.every(number => number === CertificateType.names.X509))
    throw context.refusal('hello', message, 'tls/needless-certificate-types', 'extensions', {
      got: 'X509 alone',
      expected: 'that is what the extension is left out for',
    })
  return types.flatMap(number => KNOWN.find(name => CertificateType.names[name] === number) ?? [])
}

const KNOWN: readonly CertificateTypeName[] = ['X509', 'RawPublicKey']

export const typeOf = ({ certificateType = 'X509' }: CertifiedKey): CertificateTypeName => certificateType

/** RFC 6066 3: a name that guided the choice is acknowledged. */
export const usesName = ({ anyName = false }: CertifiedKey, serverName: string | undefined): boolean =>
  serverName !== undefined && !anyName

/** A client's own certificate is not of the type that was agreed on. */
export const otherType = (key: CertifiedKey, taken: CertificateTypeName): Refusal =>
  refusal('tls/own-certificate-type', { where: 'CertificateRequest', got: taken, expected: typeOf(key) })

/** RFC 7250 4.2: what is to be shown must be of a type that the other side takes. */
export const checkOwnType = <B>(
  context: Context<B>,
  message: AnyMessage,
  key: CertifiedKey,
  taken: readonly CertificateTypeName[],
): void => {
  if (taken.includes(typeOf(key))) return
  throw context.refusal('hello', message, 'tls/own-certificate-type', '', {
    got: taken.length === 0 ? 'none that we know' : taken.join(', '),
    expected: typeOf(key),
  })
}

/** What we answer: of the client only where it is asked, which nobody is who comes back. */
export const answeredTypes = (
  { client, answersServer, answersClient }: TypesOffered,
  shown: CertificateTypeName,
  handshake: 'full' | 'resumed',
): Answered => ({
  clientCertificateType: answersClient && handshake === 'full' ? { type: CertificateType.names[client!]! } : undefined,
  serverCertificateType: answersServer ? { type: CertificateType.names[shown]! } : undefined,
})

/** A raw public key is read here: whoever is asked about it gets one that is well-formed, and one alone. */
export const checkShown = <B>(
  context: Context<B>,
  message: AnyMessage,
  type: CertificateTypeName,
  chain: readonly Bytes[],
  path: (index: number) => string,
): void => {
  if (!isRaw(type)) return
  // RFC 9846 4.5.2: "MUST contain no more than one CertificateEntry".
  if (chain.length > 1)
    throw context.refusal('key exchange', message, 'tls/illegal-value', path(1), {
      got: 'another entry',
      expected: 'a raw public key stands alone',
    })
  const problem = publicKeyProblem(chain[0]!)
  if (problem !== undefined)
    throw context.refusal('key exchange', message, 'tls/raw-key-malformed', path(0), {
      got: problem.message,
      expected: 'a SubjectPublicKeyInfo was agreed on',
    })
}

/** Whether this is a SubjectPublicKeyInfo in DER and nothing else. */
export const isWholePublicKey = (spki: Bytes): boolean => publicKeyProblem(spki) === undefined

const publicKeyProblem = (spki: Bytes): DerError | undefined => {
  try {
    readPublicKey(spki)
    const outer = new Der(spki)
    outer.any('subjectPublicKeyInfo')
    outer.finish('subjectPublicKeyInfo')
    return undefined
  } catch (error) {
    if (error instanceof DerError) return error
    throw error
  }
}
