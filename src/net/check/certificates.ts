/** The chain for each kind of key: who believes it, for how long, and what came with it. */
import type { Bytes } from '../../engine.ts'
import { type Failure, isFailure } from '../../failures/index.ts'
import { CipherSuite, ExtensionType } from '../../tls/messages/registries.table.ts'
import { latin1Text } from '../../wire/bytes.ts'
import { Certificate, malformedUnless } from '../../x509/certificate/certificate.ts'
import { generalNameText } from '../../x509/certificate/general-name.ts'
import { publicKeyText } from '../../x509/certificate/public-key.ts'
import { isTrusted } from '../../x509/path/trusted.ts'
import { verifyCertificates } from '../stream/chains.ts'
import { type Asking, flightIn, helloFor, oldOf, refusalIn, suitesOf, whyNot } from './asking.ts'
import { engage } from './engage.ts'
import { authenticationOf } from './traits.ts'
import { type Certificates, type ChainSeen, isUnasked, type Known, type Unasked } from './types.ts'

const DAY = 86_400_000
/** RFC 7633: status_request. */
const MUST_STAPLE = 5

interface Kind {
  readonly suites: 'rsa' | 'ecdsa'
  readonly schemes: readonly number[]
}

const KINDS: Readonly<Record<'rsa' | 'ecdsa' | 'ed25519', Kind>> = {
  rsa: { suites: 'rsa', schemes: [0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601, 0x0201] },
  ecdsa: { suites: 'ecdsa', schemes: [0x0403, 0x0503, 0x0603, 0x0203] },
  ed25519: { suites: 'ecdsa', schemes: [0x0807] },
}

/** What was shown, before it is judged. */
interface Shown {
  readonly chain: readonly Bytes[]
  readonly ocsp: Bytes | undefined
  readonly scts: number
  readonly wantsCertificate: boolean
}

export interface CertificatesAsked {
  readonly certificates: Certificates
  /** In the order rsa, ecdsa, ed25519: why those are not believed that are not. */
  readonly failures: readonly Failure[]
  /** DER, leaf first. */
  readonly chains: readonly (readonly Bytes[])[]
}

export const askCertificates = async (asking: Asking): Promise<CertificatesAsked> => {
  const kinds = ['rsa', 'ecdsa', 'ed25519'] as const
  const shown = await Promise.all(kinds.map(kind => shownFor(KINDS[kind], asking)))
  const failures: Failure[] = []
  const seen = await Promise.all(
    shown.map(async (one): Promise<Known<ChainSeen | 'none'>> => {
      if (one === 'none' || isUnasked(one)) return one
      const { said, failure } = await judged(one, asking)
      if (failure !== undefined) failures.push(failure)
      return said
    }),
  )
  const there = shown.filter((one): one is Shown => one !== 'none' && !isUnasked(one))
  const [rsa, ecdsa, ed25519] = seen as [Certificates['rsa'], Certificates['ecdsa'], Certificates['ed25519']]
  const clientCertificate =
    there.length > 0 ? there.some(one => one.wantsCertificate) : (shown.find(isUnasked) ?? false)
  return {
    certificates: { rsa, ecdsa, ed25519, clientCertificate },
    failures,
    chains: there.map(({ chain }) => chain),
  }
}

const shownFor = async (kind: Kind, asking: Asking): Promise<Shown | 'none' | Unasked> => {
  const old = oldOf(asking)
  return old === undefined ? await shownIn13(kind, asking) : await shownBefore13(old, kind, asking)
}

/** In the clear. */
const shownBefore13 = async (
  version: NonNullable<ReturnType<typeof oldOf>>,
  { suites, schemes }: Kind,
  asking: Asking,
): Promise<Shown | 'none' | Unasked> => {
  for (const list of suitesOf(version)) {
    const fitting = list.filter(id => authenticationOf(CipherSuite.nameOf(id)) === suites)
    if (fitting.length === 0) continue
    const reply = await asking.asker.hello({ ...helloFor(version, asking, fitting), schemes }, 'flight')
    const flight = flightIn(reply)
    if (flight === undefined) {
      if (refusalIn(reply) === undefined) return whyNot(reply)
      continue
    }
    const { chain = [], ocsp, wantsCertificate, extensions, hello } = flight
    // A server that chooses what it was not asked for shows what it has.
    if (!fitting.includes(hello.cipherSuite) || chain.length === 0) continue
    const list12 = extensions.get(ExtensionType.names.signed_certificate_timestamp!)
    return { chain, ocsp, wantsCertificate, scts: list12 === undefined ? 0 : countOf(list12) }
  }
  return 'none'
}

/** RFC 6962 3.3: items with a length of two bytes, in a list with one. */
const countOf = (list: Bytes): number => {
  let count = 0
  for (let at = 2; at + 2 <= list.length; at += 2 + ((list[at]! << 8) | list[at + 1]!)) count++
  return count
}

const shownIn13 = async ({ schemes }: Kind, asking: Asking): Promise<Shown | 'none' | Unasked> => {
  const asked = await asking.asker.hello({ ...helloFor('TLS 1.3', asking), schemes })
  if (flightIn(asked) === undefined) return refusalIn(asked) === undefined ? whyNot(asked) : 'none'
  // Those of the kind that our own TLS can check.
  const able = schemes.filter(id => id !== 0x0201 && id !== 0x0203)
  const found = await engage(
    asking,
    { versions: ['TLS 1.3'], schemes: able },
    ({ tls, ocsp, scts, wantsCertificate }) => ({
      chain: tls.peerChain,
      ocsp,
      scts: scts.length,
      wantsCertificate,
    }),
  )
  return isUnasked(found) && found.code !== undefined ? 'none' : found
}

const judged = async (
  { chain, ocsp, scts }: Shown,
  { world, name }: Asking,
): Promise<{ readonly said: ChainSeen; readonly failure: Failure | undefined }> => {
  const result = await verifyCertificates(chain, { world, name, purpose: 'server' })
  const failure = isFailure(result) ? result : undefined
  const read = chain.map((der, i) => malformedUnless(() => new Certificate(der, i).decodeAll(), undefined, i))
  const certificates = read.filter((one): one is Certificate => one instanceof Certificate)
  const [leaf] = read
  const anchor = !isFailure(result) && isTrusted(result) ? result.anchor : undefined
  const verdict = { certificates: chain.length, trusted: failure === undefined, anchor, failure: failure?.code }
  const beside = { stapled: ocsp !== undefined, ordered: isOrdered(certificates) }
  const withRoot = certificates.length > 1 && certificates.at(-1)!.isSelfIssued
  if (!(leaf instanceof Certificate)) {
    const unknown = {
      key: '?',
      names: [],
      signature: '?',
      notAfter: '',
      daysLeft: 0,
      lifetime: 0,
      mustStaple: false,
      timestamps: scts,
    }
    return { said: { ...unknown, ...verdict, ...beside, withRoot }, failure }
  }
  const said: ChainSeen = {
    key: publicKeyText(leaf.publicKey),
    names: (leaf.extension('subjectAltName') ?? []).map(generalNameText),
    signature: signatureText(leaf),
    notAfter: new Date(leaf.notAfter).toISOString(),
    daysLeft: Math.floor((leaf.notAfter - world.clock.date()) / DAY),
    lifetime: Math.round((leaf.notAfter - leaf.notBefore) / DAY),
    mustStaple: leaf.extension('tlsFeature')?.includes(MUST_STAPLE) === true,
    timestamps: scts + (leaf.extension('sctList')?.length ?? 0),
    ...verdict,
    ...beside,
    withRoot,
  }
  return { said, failure }
}

const signatureText = ({ signatureAlgorithm }: Certificate): string =>
  signatureAlgorithm === undefined ? 'another' : `${signatureAlgorithm.key} ${signatureAlgorithm.hash ?? ''}`.trim()

const isOrdered = (certificates: readonly Certificate[]): boolean =>
  certificates.every((one, i) => i === 0 || certificates[i - 1]!.issuer.key === one.subject.key)

/** PEM, for whoever wants to believe this key and no other. */
export const keyOf = (chain: readonly Bytes[]): string | undefined => {
  const leaf = chain[0] && malformedUnless(() => new Certificate(chain[0]!, 0))
  if (!(leaf instanceof Certificate)) return undefined
  const text = btoa(latin1Text(leaf.spki)).replace(/.{64}/g, '$&\n')
  return `-----BEGIN PUBLIC KEY-----\n${text.trim()}\n-----END PUBLIC KEY-----\n`
}
