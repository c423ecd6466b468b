/** What a server answers to the questions of TLS: with which certificate, and its signatures. */
import { DerError } from '../../asn1/der.ts'
import type { Bytes } from '../../engine.ts'
import { type Failure, fail } from '../../failures/index.ts'
import { isKeyElsewhere } from '../../tls/certified-key.ts'
import { schemeById } from '../../tls/schemes.table.ts'
import type { Ask, CertifiedKey, Introduced, Question } from '../../tls/types.ts'
import type { Certificate } from '../../x509/certificate.ts'
import { outOfDate } from '../../x509/checks.ts'
import { matches } from '../../x509/names.ts'
import { spkiOf } from '../../x509/public-key.ts'
import { inWords } from '../told.ts'
import { type Credentials, type OwnCertificate, ownCertificates } from './credentials.ts'
import type { Answerer } from './tls.ts'
import { checkTlsOptions, type TlsChoices, wrong } from './tls-options.ts'
import type { World } from './types.ts'

/** `cert` and `key`, or `certificateFor`. */
export interface TlsServerOptions extends Credentials, TlsChoices {
  /**
   * The certificate for the name that a client asks for (SNI); `undefined` when it named none. Undefined as the answer
   * refuses the client with `unrecognized_name`. `CertifiedKey.key` is the private key in PKCS#8, DER, or a `KeyElsewhere`.
   */
  readonly certificateFor?:
    | ((name: string | undefined) => CertifiedKey | undefined | Promise<CertifiedKey | undefined>)
    | undefined
  /**
   * Told at the call what clients will refuse although we can serve it: `net/certificate-dates`. Where undefined, the
   * world tells it (`World.warned`).
   */
  readonly warned?: ((warning: Failure) => void) | undefined
}

/** An option that is not here is refused. */
const KNOWN: Record<keyof TlsServerOptions, true> = {
  certificateFor: true,
  cert: true,
  key: true,
  alpn: true,
  suites: true,
  groups: true,
  warned: true,
}

/**
 * Throws `FailureError` for options that no client could be served with: `net/bad-tls-options`, `net/bad-certificate`,
 * `net/bad-key`, `net/key-encrypted`, `net/key-mismatch`.
 */
export const serverAnswerer = (tls: TlsServerOptions, world: World): Answerer => {
  checkTlsOptions(tls, KNOWN)
  const certificateFor = chooserOf(tls, world)
  return question => {
    switch (question.about) {
      case 'client-hello': {
        const { serverName } = question.hello
        const refusal = fail('tls/name-unknown', serverName === undefined ? {} : { got: serverName })
        const found = certificateFor(serverName, question.hello)
        return found instanceof Promise ? found.then(key => key ?? refusal) : (found ?? refusal)
      }
      case 'sign':
        return signed(question, world)
      case 'trust':
      case 'certificate':
        return fail('net/no-certificate')
      default:
        return question satisfies never
    }
  }
}

type Chooser = (
  name: string | undefined,
  hello: Introduced,
) => CertifiedKey | undefined | Promise<CertifiedKey | undefined>

const chooserOf = (tls: TlsServerOptions, world: World): Chooser => {
  const { certificateFor, cert, key } = tls
  const own = cert !== undefined || key !== undefined
  if (certificateFor === undefined && !own)
    throw wrong('tls', 'there is no certificate', 'cert and key, or certificateFor')
  if (certificateFor === undefined) return choiceOf(tls, world)
  if (own) throw wrong('tls', 'cert and certificateFor are both there', 'one of them')
  if (typeof certificateFor !== 'function')
    throw wrong('tls.certificateFor', `a value of type ${typeof certificateFor}`, 'a function')
  return certificateFor
}

/** The first certificate for this name whose signature the client can check; for a name that none has, of all. */
const choiceOf = (tls: TlsServerOptions, world: World): Chooser => {
  const all = ownCertificates(tls, world.crypto)
  const { words } = world
  const warned = tls.warned ?? ((warning: Failure) => world.warned?.(inWords(warning, words)))
  for (const warning of all.flatMap(one => warningsAbout(one, world.clock.date()))) warned(warning)
  return (name, hello) => {
    const named = name === undefined ? [] : all.filter(({ certificates: [leaf] }) => isFor(leaf, name))
    const these = named.length > 0 ? named : all
    const usable = these.find(({ certified }) => canCheck(hello, certified))
    // Where there is none, the handshake says what was missing.
    return (usable ?? these[0])?.certified
  }
}

/** RFC 5246 7.4.2 and RFC 8422 5.3: a signature that it names, by a key on a curve that it names. */
const canCheck = ({ schemes, groups }: Introduced, { schemes: ours, group }: CertifiedKey): boolean =>
  ours.some(scheme => schemes.includes(scheme)) &&
  (group === undefined || groups.length === 0 || groups.includes(group))

const isFor = (leaf: Certificate | undefined, name: string): boolean => {
  try {
    return leaf?.extension('subjectAltName')?.some(presented => matches(presented, name)) === true
  } catch (error) {
    if (error instanceof DerError) return false
    throw error
  }
}

/** Of everything that is sent; the date of a root matters to nobody (RFC 5280 6.1). */
const warningsAbout = ({ certificates }: OwnCertificate, now: number): readonly Failure[] =>
  certificates.flatMap((one, i) => {
    const problem = one === undefined || (i > 0 && one.isSelfIssued) ? undefined : outOfDate(one, now)
    if (problem === undefined) return []
    const { code, where = '', expected = '', got = '' } = problem
    return fail('net/certificate-dates', {
      where,
      expected: `${code === 'tls/certificate-expired' ? 'until' : 'from'} ${expected}`,
      got,
    })
  })

type Sign = Extract<Ask['question'], { readonly about: 'sign' }>

/** Whoever signs elsewhere is checked: we could not have tried that key at the call. */
const signed = (question: Sign, { crypto }: World): Question['reply'] | Promise<Question['reply']> => {
  const { key, message } = question
  const scheme = schemeById(question.scheme)
  if (scheme === undefined) return fail('net/no-certificate')
  if (key.key instanceof Uint8Array) return crypto.sign(scheme.algorithm, key.key, message)
  if (!isKeyElsewhere(key.key)) return fail('net/no-certificate')
  const checked = (signature: Bytes): Bytes | Failure =>
    crypto.verify(scheme.algorithm, spkiOf(key.chain[0]!), message, signature)
      ? signature
      : fail('net/key-mismatch', { where: 'The key that signed elsewhere', expected: 'the certificate' })
  const made = key.key.sign(message, scheme.algorithm)
  return made instanceof Promise ? made.then(checked) : checked(made)
}
