/** What an ACME client says, and what it makes of challenges and chains. */
import { DerError } from '../../asn1/der.ts'
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import { base64url } from '../../wire/base64url.ts'
import { latin1Bytes, latin1Text, sameOctets } from '../../wire/bytes.ts'
import { Certificate } from '../../x509/certificate/certificate.ts'
import { jwkOf, jwkThumbprint } from '../../x509/files/jwk.ts'
import { pemBlocks } from '../../x509/files/pem.ts'
import { matches } from '../../x509/path/names.ts'
import { certificateRequest } from '../../x509/request/write.ts'
import { dnsChallengeName, type Identifier, identifierOf } from '../identifiers.ts'
import { isObject, type Json, type JsonObject, memberOf, textOf } from '../json.ts'
import { algorithmOf, signWith } from '../jws.ts'
import type { ChallengeType } from '../store.ts'
import { type Answered, problemText } from './answers.ts'
import type { AcmeClientOptions, CertificateJob, ChallengeToShow, RevocationJob } from './types.ts'

/** Throws RangeError. */
export const checkJob = ({ job, accountKey }: AcmeClientOptions): void => {
  if (algorithmOf(accountKey.spki) === undefined) throw new RangeError('a key of this kind has no account')
  if (job.wants !== 'certificate') return
  if (job.identifiers.length === 0) throw new RangeError('a certificate for nobody')
  // RFC 8555 11.1: who has the key of a server would have the account.
  if (sameOctets(job.key.spki, accountKey.spki)) throw new RangeError('the key of the account is not for certificates')
}

export const jwkJson = (spki: Bytes): JsonObject => ({ ...jwkOf(spki) })

/** RFC 8555 7.3. */
export const accountWanted = (options: AcmeClientOptions, url: string): JsonObject => {
  const { email, terms, external, accountKey, crypto } = options
  const binding = external && signWith(external.key, { kid: external.kid, url }, jwkJson(accountKey.spki), crypto)
  return {
    ...(terms === undefined ? {} : { termsOfServiceAgreed: true }),
    ...(email === undefined ? {} : { contact: [`mailto:${email}`] }),
    ...(binding === undefined ? {} : { externalAccountBinding: binding }),
  }
}

export const orderWanted = ({ identifiers }: CertificateJob): JsonObject => ({
  identifiers: identifiers.map(({ type, value }) => ({ type, value })),
})

export const certificateWanted = ({ key, identifiers }: CertificateJob, crypto: CryptoProvider): JsonObject => ({
  csr: base64url(certificateRequest({ key, names: identifiers.map(({ value }) => value) }, crypto)),
})

export const revocationWanted = ({ certificate, reason }: RevocationJob): JsonObject => ({
  certificate: base64url(certificate),
  ...(reason === undefined ? {} : { reason }),
})

/** Of an authorization that is not valid. */
interface Found {
  /** Why it cannot become valid any more. */
  readonly failed: FailureError
  /** The one of its challenges that is answered best here. Throws `FailureError` where there is none. */
  offered(): { readonly url: string; readonly show: ChallengeToShow }
}

export const challengeIn = (
  answer: Answered,
  options: AcmeClientOptions,
  shown: ChallengeToShow | undefined,
): Found => {
  const authorization = answer.object()
  const identifier = identifierIn(answer, memberOf(authorization, 'identifier'))
  const list = memberOf(authorization, 'challenges')
  const challenges = Array.isArray(list) ? (list as readonly Json[]).filter(isObject) : []
  return {
    get failed() {
      return new FailureError(failedFor(identifier, shown, challenges, authorization))
    },
    offered() {
      const wanted = options.job.wants === 'certificate' ? options.job.challenges : []
      for (const type of wanted) {
        const found = challenges.find(each => textOf(each, 'type') === type)
        if (found === undefined) continue
        const token = textOf(found, 'token')
        // RFC 8555 8.1: it becomes part of a path, and nothing else may come with it.
        if (token === undefined || !/^[\w-]{1,256}$/.test(token)) throw answer.bad('a token is no base64url')
        return { url: answer.checkedUrl(textOf(found, 'url'), 'url'), show: showing(type, identifier, token, options) }
      }
      const got = challenges.map(each => textOf(each, 'type') ?? '?').join(', ')
      throw new FailureError(
        fail('acme/no-challenge', { where: identifier.value, got: got.slice(0, 100), expected: wanted.join(', ') }),
      )
    },
  }
}

const identifierIn = (answer: Answered, value: Json | undefined): Identifier => {
  const text = isObject(value) ? textOf(value, 'value') : undefined
  const identifier = text === undefined ? undefined : identifierOf(text)
  if (identifier === undefined) throw answer.bad('an authorization is for no identifier')
  return identifier
}

const showing = (
  type: ChallengeType,
  identifier: Identifier,
  token: string,
  { accountKey, crypto }: AcmeClientOptions,
): ChallengeToShow => {
  const keyAuthorization = `${token}.${jwkThumbprint(jwkOf(accountKey.spki), crypto)}`
  const digest = crypto.hash('sha256').update(latin1Bytes(keyAuthorization)).digest()
  const record = { name: dnsChallengeName(identifier), text: base64url(digest) }
  return { type, identifier, token, keyAuthorization, digest, record }
}

const failedFor = (
  { value }: Identifier,
  shown: ChallengeToShow | undefined,
  challenges: readonly JsonObject[],
  authorization: JsonObject,
): Failure => {
  const error = challenges.map(each => memberOf(each, 'error')).find(isObject)
  const got = error === undefined ? `the authorization is ${textOf(authorization, 'status')}` : problemText(error)
  return fail('acme/challenge-failed', { where: value, got, ...(shown === undefined ? {} : { expected: shown.type }) })
}

/** RFC 8555 7.4.2. Throws `FailureError` for a chain that is none, or is not what was asked for. */
export const chainIn = (answer: Answered, job: CertificateJob): readonly Bytes[] => {
  const blocks = pemBlocks(latin1Text(answer.bytes))
  const other = (got: string): FailureError =>
    new FailureError(
      fail('acme/other-certificate', { got, expected: job.identifiers.map(({ value }) => value).join(', ') }),
    )
  const [first] = blocks
  if (first === undefined || blocks.some(({ label }) => label !== 'CERTIFICATE'))
    throw other('it is no chain of certificates')
  const leaf = read(first.der)
  if (leaf === undefined) throw other('its certificate cannot be read')
  if (!sameOctets(leaf.spki, job.key.spki)) throw other('it is for another key')
  const names = leaf.extension('subjectAltName') ?? []
  const missing = job.identifiers.find(
    ({ value }) =>
      !names.some(name => (value.startsWith('*.') ? name.type === 'dns' && name.text === value : matches(name, value))),
  )
  if (missing !== undefined) throw other(`it is not for ${missing.value}`)
  return blocks.map(({ der }) => der)
}

const read = (der: Bytes): Certificate | undefined => {
  try {
    return new Certificate(der).decodeAll()
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}
