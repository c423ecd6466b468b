/** What the shim answers to the engine's questions, as the runner's flags say. */
import { DerError } from '../../../src/asn1/der.ts'
import type { CryptoProvider } from '../../../src/crypto/provider.ts'
import { type Failure, fail } from '../../../src/failures/index.ts'
import { type Ask, certifiedKey, type Question } from '../../../src/tls/index.ts'
import { schemeById } from '../../../src/tls/schemes.table.ts'
import { spkiOf } from '../../../src/x509/public-key.ts'
import { trustWithoutChecking } from '../../../src/x509/trusted.ts'
import type { Credential, Flags } from './flags.ts'

type Asked<A extends Question['about']> = Extract<Ask['question'], { readonly about: A }>

export const answerTo = (question: Ask['question'], flags: Flags, crypto: CryptoProvider): Question['reply'] => {
  switch (question.about) {
    case 'client-hello':
      return certificateFor(question, flags)
    case 'trust':
      return trust(question, flags)
    case 'certificate':
      return ownCertificate(question, flags)
    case 'ticket':
    case 'session':
      return 'none'
    case 'sign':
      return crypto.sign(schemeById(question.scheme)!.algorithm, question.key.key as Uint8Array, question.message)
    default:
      return question satisfies never
  }
}

const certificateFor = ({ hello }: Asked<'client-hello'>, flags: Flags): Question['reply'] => {
  if (flags.has('fail-cert-callback')) return fail('net/no-certificate')
  const own = flags.ownCredential
  const credentials = [...flags.credentials, ...(own === undefined ? [] : [own])].map(keyOf)
  const suitable = credentials.find(({ schemes }) => schemes.some(id => hello.schemes.includes(id)))
  return suitable ?? credentials[0] ?? fail('net/no-certificate')
}

const ownCertificate = ({ schemes: wanted }: Asked<'certificate'>, flags: Flags): Question['reply'] => {
  const own = flags.ownCredential
  const credentials = [...flags.credentials, ...(own === undefined ? [] : [own])].map(keyOf)
  return credentials.find(({ schemes }) => schemes.some(id => wanted.includes(id))) ?? credentials[0] ?? 'none'
}

const keyOf = (credential: Credential) => {
  const key = certifiedKey({ chain: credential.chain, privateKey: credential.privateKey })
  const preferred = credential.flags.numbers('signing-prefs')
  return preferred === undefined ? key : { ...key, schemes: preferred.filter(id => key.schemes.includes(id)) }
}

/** The runner's certificates are trusted unless it says otherwise: chains are judged by other suites. */
const trust = ({ chain, ...question }: Asked<'trust'>, flags: Flags): Question['reply'] => {
  if (flags.has('verify-fail')) return fail('tls/certificate-untrusted')
  const publicKey = publicKeyOf(chain[0]!)
  return publicKey instanceof Uint8Array
    ? trustWithoutChecking({ chain, ...question }, publicKey, 'the runner is believed')
    : publicKey
}

const publicKeyOf = (certificate: Uint8Array): Uint8Array | Failure => {
  try {
    return spkiOf(certificate)
  } catch (error) {
    if (error instanceof DerError) return fail('tls/certificate-malformed', { where: error.what })
    throw error
  }
}
