/** What each side answers to the questions of its handshake, from the options of `node:tls`. */
import type { PeerCertificate } from 'node:tls'
import { DerError } from '../../asn1/der.ts'
import type { Bytes } from '../../engine.ts'
import { Failure, type FailureCode, fail } from '../../failures/index.ts'
import { shown as chosen } from '../../net/stream/client-answers.ts'
import { judged as judgedAs } from '../../net/stream/judged.ts'
import { canCheck } from '../../net/stream/server-answers.ts'
import { decrypted, signed } from '../../net/stream/signing.ts'
import type { Answerer } from '../../net/stream/tls.ts'
import type { ExternalKey } from '../../tls/session/external-key.ts'
import type { Ask, CertifiedKey, Question } from '../../tls/types.ts'
import { printable } from '../../x509/certificate/distinguished-name.ts'
import { spkiOf } from '../../x509/certificate/public-key.ts'
import { type ChainTrusted, isTrusted, trustWithoutChecking } from '../../x509/path/trusted.ts'
import { nodeWorld } from '../world.ts'
import { issuerOf } from './completed.ts'
import { SecureContext } from './context.ts'
import { nodeError, type TlsError } from './errors.ts'
import { detailedCertificate, legacyCertificate, x509 } from './peer.ts'
import type { Resumption } from './resumption.ts'
import { allSchemes, inCommon, sharedName } from './signature-list.ts'

export type CheckServerIdentity = (hostname: string, certificate: PeerCertificate) => Error | undefined

export type AlpnCallback = (about: {
  /** Empty where the client named nobody. */
  readonly servername: string
  readonly protocols: string[]
}) => string | undefined

export interface AnswerOptions {
  /** A server's: for the name that the client asked for. A client's is asked without one. */
  readonly contextFor: (name: string | undefined) => SecureContext | Promise<SecureContext>
  readonly rejectUnauthorized: boolean
  /** Instead of our own check of the name. */
  readonly checkServerIdentity: CheckServerIdentity | undefined
  /** What the peer's chain was found to be; undefined: good. */
  readonly judged: (error: Error | undefined) => void
  /** A server's, for a client that names protocols; undefined: it is refused. */
  readonly protocolFor?: AlpnCallback | undefined
  /** A callback of the caller threw, or gave what is none. */
  readonly raised: (error: unknown) => void
  /** A server's, where sessions may be resumed. */
  readonly resumption?: Resumption | undefined
  /** A server's: the OCSP response for what it shows; the issuer is undefined where it is not known. */
  readonly staple?: ((leaf: Bytes, issuer: Bytes | undefined) => Promise<Bytes | undefined>) | undefined
  /** A server's: what `setKeyCert` gave. */
  readonly replaced?: (() => SecureContext | undefined) | undefined
  /** A server's, where keys from elsewhere are taken in the place of certificates. */
  readonly keyFor?: ((identities: readonly Bytes[]) => ExternalKey | undefined) | undefined
  /** What came with the peer's chain. */
  readonly stapled: (ocsp: Bytes | undefined) => void
  /** Signature schemes that both sides take. */
  readonly shared: (schemes: readonly number[]) => void
  /** A server's: whose order decides among them; ours when left out. */
  readonly schemeOrder?: 'theirs' | undefined
  /** The chain that we show. */
  readonly shown: (chain: readonly Bytes[]) => void
}

type About<A extends Question['about']> = Extract<Ask['question'], { about: A }>

export const answers = (options: AnswerOptions): Answerer => {
  let context: SecureContext | undefined
  const raising = async <T>(call: () => T | Promise<T>): Promise<T> => {
    try {
      return await call()
    } catch (error) {
      options.raised(error)
      throw error
    }
  }
  return async question => {
    switch (question.about) {
      case 'client-hello': {
        const { hello } = question
        context = await raising(() => options.contextFor(hello.serverName))
        const alpn = await raising(() => protocolsFor(hello, options.protocolFor))
        if (alpn instanceof Failure) return alpn
        const shown = options.replaced?.() ?? context
        const certificate = await raising(() => certificateFor(hello, shown, options))
        if (certificate instanceof Failure || alpn === undefined) return certificate
        return { certificate, alpn }
      }
      case 'certificate': {
        context = await raising(() => options.contextFor(undefined))
        options.shared(inCommon(question.schemes, context.schemes ?? allSchemes))
        const key = context.own.length === 0 ? 'none' : chosen(context.own, question)
        if (key !== 'none' && !(key instanceof Failure)) options.shown(key.chain)
        return key
      }
      case 'trust':
        context ??= await raising(() => options.contextFor(undefined))
        options.stapled(question.ocsp)
        return judgement(question, context, options)
      case 'ticket':
        return options.resumption?.ticket(question.wanted) ?? 'none'
      case 'session':
        return (await raising(() => options.resumption?.session(question.wanted))) ?? 'none'
      case 'psk':
        return (await raising(() => options.keyFor?.(question.identities))) ?? 'none'
      case 'early-data':
        return 'none'
      case 'sign':
        return signed(question, nodeWorld())
      case 'decrypt':
        return decrypted(question, nodeWorld())
      default:
        return question satisfies never
    }
  }
}

/** With an OCSP response, if there are any. */
const certificateFor = async (
  hello: About<'client-hello'>['hello'],
  { own, trust, schemes }: SecureContext,
  { shown, staple, keyFor, shared, schemeOrder, raised }: AnswerOptions,
): Promise<CertifiedKey | 'none' | Failure> => {
  const ours = schemes ?? allSchemes
  const common = schemeOrder === 'theirs' ? inCommon(hello.schemes, ours) : inCommon(ours, hello.schemes)
  shared(common)
  if (common.length === 0 && hello.schemes.length > 0) {
    const named = (ids: readonly number[]): string => ids.map(sharedName).join(', ')
    const failure = fail('tls/no-common-scheme', { got: named(hello.schemes), expected: named(ours) })
    // OpenSSL tells it from a key that can make none of them.
    raised(Object.assign(nodeError(failure), { code: 'ERR_SSL_NO_SHARED_SIGNATURE_ALGORITHMS' }))
    return failure
  }
  // Where there is none that the client can check, the handshake says what was missing.
  const one = own.find(({ certified }) => canCheck(hello, certified)) ?? own[0]
  if (one === undefined) return keyFor === undefined ? fail('net/no-certificate') : 'none'
  const { chain } = one.certified
  shown(chain)
  // What is fetched for a client that did not ask would be thrown away.
  if (staple === undefined || !hello.ocsp) return one.certified
  const issuer = chain[1] ?? (trust === undefined ? undefined : issuerOf(one.certificates[0], trust)?.der)
  return { ...one.certified, ocsp: await staple(chain[0]!, issuer) }
}

/** What `ALPNCallback` chooses; undefined where there is nothing to choose. */
const protocolsFor = (
  { serverName = '', alpn }: About<'client-hello'>['hello'],
  choose: AlpnCallback | undefined,
): readonly string[] | Failure | undefined => {
  if (choose === undefined || alpn.length === 0) return undefined
  const chosen = choose({ servername: serverName, protocols: [...alpn] })
  const named = printable(alpn.join(', '))
  if (chosen === undefined) return fail('tls/alpn-none', { expected: `none of ${named}`, got: named })
  if (alpn.includes(chosen)) return [chosen]
  const error = new TypeError(`ALPNCallback gave ${JSON.stringify(chosen)}; the client named ${named}`)
  throw Object.assign(error, { code: 'ERR_TLS_ALPN_CALLBACK_INVALID_RESULT' })
}

/** Judges the chain as `connect` of `net` does, and goes on without trust where it was told to. */
const judgement = async (
  question: About<'trust'>,
  context: SecureContext,
  { rejectUnauthorized, checkServerIdentity, judged }: AnswerOptions,
): Promise<ChainTrusted | Failure> => {
  const { chain, name } = question
  // Whoever brings a check of the name decides about it alone.
  const check = name === undefined ? undefined : checkServerIdentity
  const accept: readonly FailureCode[] = check === undefined ? [] : ['tls/certificate-name']
  const result = await judgedAs(question, { trust: context.trust, accept }, nodeWorld(), { trace: undefined })
  const error = isTrusted(result)
    ? check?.(name ?? '', detailedCertificate(result.path))
    : chainError(result, name, chain)
  judged(error)
  if (error === undefined) return result
  const key = rejectUnauthorized ? undefined : keyOf(chain[0]!)
  if (key !== undefined) return trustWithoutChecking(question, key, 'rejectUnauthorized is false')
  return isTrusted(result) ? fail('tls/certificate-name', { expected: name ?? '', got: error.message }) : result
}

/** What is no certificate has none, and nobody can go on with it. */
const keyOf = (certificate: Bytes): Bytes | undefined => {
  try {
    return spkiOf(certificate)
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}

/** As Node tells it: with the names of the certificate where the name is wrong. */
const chainError = (failure: Failure, host: string | undefined, chain: readonly Bytes[]): TlsError => {
  const error = nodeError(failure)
  if (ENDS_NOWHERE.has(failure.code)) error.code = withoutRoot(chain)
  if (failure.code !== 'tls/certificate-name') return error
  return Object.assign(error, { reason: error.message, host, cert: legacyCertificate(chain[0]!) })
}

const ENDS_NOWHERE: ReadonlySet<string> = new Set(['tls/certificate-untrusted', 'tls/chain-incomplete'])

/** OpenSSL has three names for it, by where the chain ends. */
const withoutRoot = (chain: readonly Bytes[]): string => {
  const certificates = chain.map(x509)
  let depth = 0
  for (let at = certificates[0]; at !== undefined; depth++) {
    const one = at
    if (one.checkIssued(one)) return 'SELF_SIGNED_CERT_IN_CHAIN'
    const issuer = depth < chain.length ? certificates.find(other => other && one.checkIssued(other)) : undefined
    if (issuer === undefined) break
    at = issuer
  }
  return depth === 0 ? 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' : 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'
}

export type SniCallback = (name: string, done: (error: Error | null, context?: SecureContext) => void) => void

/** Asks `SNICallback`; without an answer of its own, and for clients that name nobody, `usual` holds. */
export const asking =
  (callback: SniCallback, usual: SecureContext): AnswerOptions['contextFor'] =>
  name =>
    name === undefined
      ? usual
      : new Promise((resolve, reject) =>
          callback(name, (error, context) => {
            if (error != null) reject(error)
            else if (context == null) resolve(usual)
            else if (context instanceof SecureContext) resolve(context)
            else reject(new TypeError('SNICallback must give what createSecureContext of barewire/node/tls made'))
          }),
        )
