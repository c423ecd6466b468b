/** What the shim answers to the engine's questions, as the runner's flags say. */
import { DerError } from '../../../src/asn1/der.ts'
import type { CryptoProvider } from '../../../src/crypto/provider.ts'
import { type Failure, fail } from '../../../src/failures/index.ts'
import { type Ask, type CertifiedKey, certifiedKey, type Question } from '../../../src/tls/index.ts'
import { SignatureScheme } from '../../../src/tls/messages/registries.table.ts'
import { schemeById } from '../../../src/tls/schemes.table.ts'
import { suites } from '../../../src/tls/suites.table.ts'
import { spkiOf } from '../../../src/x509/public-key.ts'
import { trustWithoutChecking } from '../../../src/x509/trusted.ts'
import type { Credential, Flags } from './flags.ts'

type Asked<A extends Question['about']> = Extract<Ask['question'], { readonly about: A }>

export interface Answer {
  readonly reply: Question['reply']
  /** Of the credentials in the flags, the one that is shown. */
  readonly shown?: number
}

export const answerTo = (question: Ask['question'], flags: Flags, crypto: CryptoProvider): Answer => {
  switch (question.about) {
    case 'client-hello':
      return certificateFor(question, flags)
    case 'trust':
      return { reply: trust(question, flags) }
    case 'certificate':
      return ownCertificate(question, flags)
    case 'ticket':
    case 'session':
      return { reply: 'none' }
    case 'sign': {
      const { algorithm } = schemeById(question.scheme)!
      return { reply: crypto.sign(algorithm, question.key.key as Uint8Array, question.message) }
    }
    default:
      return question satisfies never
  }
}

/** The first credential that suits what the client offers, or the first: then the engine says what is missing. */
const certificateFor = ({ hello }: Asked<'client-hello'>, flags: Flags): Answer => {
  if (flags.has('fail-cert-callback')) return { reply: fail('net/no-certificate') }
  const keys = keysOf(flags)
  const offered = suites.filter(({ id }) => hello.suites.includes(id))
  const suitable = keys.find(
    ({ schemes, group }) =>
      (group === undefined || hello.groups.length === 0 || hello.groups.includes(group)) &&
      schemes.some(
        id =>
          hello.schemes.includes(id) &&
          offered.some(({ authentication }) => authentication === schemeById(id)?.authentication),
      ),
  )
  const chosen = suitable ?? keys[0]
  return chosen === undefined ? { reply: fail('net/no-certificate') } : { reply: chosen, shown: keys.indexOf(chosen) }
}

/** What a client shows: as BoringSSL, it says `none` only when it has nothing. */
const ownCertificate = ({ schemes: wanted }: Asked<'certificate'>, flags: Flags): Answer => {
  if (flags.has('fail-cert-callback')) return { reply: fail('net/no-certificate') }
  const keys = keysOf(flags)
  if (keys.length === 0) return { reply: 'none' }
  const chosen = keys.find(({ schemes }) => schemes.some(id => wanted.includes(id)))
  return chosen === undefined
    ? { reply: fail('tls/no-common-scheme', { got: wanted.map(SignatureScheme.nameOf).join(', ') }) }
    : { reply: chosen, shown: keys.indexOf(chosen) }
}

const keysOf = (flags: Flags): readonly CertifiedKey[] => {
  const own = flags.ownCredential
  return [...flags.credentials, ...(own === undefined ? [] : [own])].map(keyOf)
}

const keyOf = (credential: Credential): CertifiedKey => {
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
