/** Why one end did not take the certificate of the other, by what the certificate says; the alert alone says little. */
import { DerError } from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.table.ts'
import { clientView } from '../../tls/messages/extensions.ts'
import type { Certificate } from '../../x509/certificate/certificate.ts'
import { checkName } from '../../x509/path/names.ts'
import { first } from '../agreed.ts'
import { dateText } from '../certificate.ts'
import { type End, otherEnd } from './ends.ts'
import type { Overview } from './overview.ts'
import { type Diagnosis, placeOf } from './types.ts'

/** What alerts about certificates say by themselves. */
const BY_ALERT: Readonly<Record<number, Diagnosis['code']>> = {
  42: 'tls/certificate-name',
  43: 'tls/certificate-purpose',
  44: 'tls/certificate-revoked',
  45: 'tls/certificate-expired',
  46: 'tls/certificate-untrusted',
  48: 'tls/certificate-untrusted',
  113: 'tls/revocation-unknown',
}
export const aboutCertificate = (number: number): boolean => number in BY_ALERT

/** Alerts that mean one thing only. */
const CLEAR: ReadonlySet<number> = new Set([44, 113])

/** `by` refused the certificate of the other end, with alert `number` or without one. */
export const refusedCertificate = (view: Overview, by: End, number: number | undefined): Diagnosis => {
  const side = otherEnd(by)
  const chain = view.chains[side]
  const base = { side, by, ...(number === undefined ? {} : { number }), at: placeOf(chain?.message) }
  const said = number === undefined ? undefined : BY_ALERT[number]
  if (said !== undefined && number !== undefined && CLEAR.has(number)) return { ...base, code: said, certainty: 'seen' }
  const leaf = chain?.certificates[0]
  const found = leaf === undefined ? undefined : judged(view, chain!.certificates, leaf, side, number)
  if (found !== undefined) return { ...base, ...found }
  if (chain !== undefined && chain.certificates.length > 0 && leaf === undefined)
    return { ...base, code: 'tls/certificate-malformed', certainty: 'seen' }
  // Nothing is to be seen of it, or nothing is wrong with it: whoever refused it knows others, or one only.
  const certain = chain === undefined && number === 45
  return { ...base, code: said ?? 'tls/certificate-untrusted', certainty: certain ? 'seen' : 'likely' }
}

type Judged = Pick<Diagnosis, 'code' | 'certainty' | 'got' | 'expected'>

/** What is wrong with a chain, as far as one can know who trusts nobody in particular. */
const judged = (
  view: Overview,
  chain: readonly (Certificate | undefined)[],
  leaf: Certificate,
  side: End,
  number: number | undefined,
): Judged | undefined => {
  const dates = datesOf(view, chain)
  if (number !== 48 && dates !== undefined) return dates
  const weak = number === BAD_CERTIFICATE ? weaknessOf(leaf) : undefined
  if (weak !== undefined) return weak
  const name = side === 'server' && number !== 48 && number !== 43 ? nameOf(view, leaf, number) : undefined
  if (name !== undefined) return name
  const purpose = number === 48 ? undefined : purposeOf(leaf, side)
  if (purpose !== undefined) return purpose
  if (number === 43 || number === 45) return dates
  const { subject, issuer } = leaf
  if (subject.text === issuer.text)
    return { code: 'tls/certificate-self-signed', certainty: number === 48 ? 'seen' : 'likely', got: subject.text }
  const last = chain.at(-1) ?? leaf
  const rooted = last.subject.text === last.issuer.text
  const linked = chain.some((each, i) => i > 0 && each?.subject.text === issuer.text)
  if (!linked && (chain.length > 1 || (!rooted && lacksLink(leaf))))
    return { code: 'tls/chain-incomplete', certainty: 'likely', got: issuer.text, expected: subject.text }
  return {
    code: 'tls/certificate-untrusted',
    certainty: number === 48 ? 'seen' : 'likely',
    got: last.issuer.text,
  }
}

/** When it was shown: in a long capture that may be hours behind its beginning. */
const datesOf = (view: Overview, chain: readonly (Certificate | undefined)[]): Judged | undefined => {
  const shown = Object.values(view.chains).find(({ certificates }) => certificates === chain)
  const date = view.date === undefined ? undefined : view.date + (shown?.message.at ?? 0)
  if (date === undefined) return undefined
  for (const certificate of chain) {
    if (certificate === undefined) continue
    const got = dateText(date)
    if (date > certificate.notAfter)
      return { code: 'tls/certificate-expired', certainty: 'seen', got, expected: dateText(certificate.notAfter) }
    if (date < certificate.notBefore)
      return { code: 'tls/certificate-not-yet', certainty: 'seen', got, expected: dateText(certificate.notBefore) }
  }
  return undefined
}

/** CA/B BR 6.1.5, and the security level 2 of OpenSSL, which calls a smaller key a bad certificate. */
const LEAST_RSA = 2048

const weaknessOf = ({ publicKey }: Certificate): Judged | undefined =>
  publicKey.type === 'rsa' && publicKey.bits < LEAST_RSA
    ? {
        code: 'tls/certificate-algorithm',
        certainty: 'likely',
        got: `RSA-${publicKey.bits}`,
        expected: `RSA-${LEAST_RSA}`,
      }
    : undefined

const nameOf = (view: Overview, leaf: Certificate, number: number | undefined): Judged | undefined => {
  const named = nameAsked(view)
  // Nobody asks for an address by name; OpenSSL calls one that is not in the certificate a bad certificate, and programs
  // that look for themselves leave.
  const asked = named ?? (number === undefined || number === BAD_CERTIFICATE ? serverOf(view) : undefined)
  if (asked === undefined) return undefined
  const wrong = readable(() => checkName(leaf, asked))
  if (wrong === undefined) return undefined
  const certainty = named === undefined ? 'likely' : 'seen'
  return { code: 'tls/certificate-name', certainty, expected: asked, got: wrong.got }
}

const BAD_CERTIFICATE = 42

/** The server's address, as the name of a flow of TCP has it. */
const serverOf = ({ messages }: Overview): string | undefined =>
  /-\[?([\da-f.:]+?)\]?:\d+(?: >.*)?$/.exec(messages.find(({ layer }) => layer === 'tcp')?.flow ?? '')?.[1]

/** The name that the client's hello asks for. */
export const nameAsked = ({ messages }: Overview): string | undefined => {
  const name = clientView(first(messages, 'ClientHello')?.extensions ?? []).serverName?.names[0]?.body
  return typeof name === 'string' ? name : undefined
}

const purposeOf = (leaf: Certificate, side: End): Judged | undefined => {
  const purposes = readable(() => leaf.extension('extKeyUsage'))
  const wanted = side === 'server' ? OID.serverAuth : OID.clientAuth
  if (purposes === undefined || purposes.includes(wanted) || purposes.includes(OID.anyExtendedKeyUsage))
    return undefined
  return { code: 'tls/certificate-purpose', certainty: 'seen', expected: `${side} authentication` }
}

/** Its issuer has an issuer: authorities that issue from their root say no address to fetch it from, and name no level. */
const lacksLink = (leaf: Certificate): boolean =>
  readable(() => leaf.extension('authorityInfoAccess'))?.some(({ method }) => method === OID.caIssuers) === true ||
  /intermediate|issuing|subordinate|\bsub\b/i.test(leaf.issuer.text)

const readable = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}
