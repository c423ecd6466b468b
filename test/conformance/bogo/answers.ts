/** What the shim answers to the engine's questions, as the runner's flags say. */
import { DerError } from '../../../src/asn1/der.ts'
import type { CryptoProvider } from '../../../src/crypto/provider.ts'
import { type Failure, fail } from '../../../src/failures/index.ts'
import { type Ask, type CertifiedKey, certifiedKey, type Question } from '../../../src/tls/index.ts'
import { SignatureScheme } from '../../../src/tls/messages/registries.table.ts'
import { schemeById } from '../../../src/tls/schemes.table.ts'
import { suites } from '../../../src/tls/suites.table.ts'
import { sameOctets } from '../../../src/wire/bytes.ts'
import { Certificate, parseCertificate } from '../../../src/x509/certificate.ts'
import { KEY_USAGE, keyUsageText } from '../../../src/x509/extensions.ts'
import { spkiOf } from '../../../src/x509/public-key.ts'
import { trustWithoutChecking } from '../../../src/x509/trusted.ts'
import type { Credential, Flags } from './flags.ts'
import type { Memory } from './memory.ts'
import { policyOf } from './settings.ts'

type Asked<A extends Question['about']> = Extract<Ask['question'], { readonly about: A }>

export interface Answer {
  readonly reply: Question['reply']
  /** Of the credentials in the flags, the one that is shown. */
  readonly shown?: number
}

export interface Answering {
  readonly flags: Flags
  readonly crypto: CryptoProvider
  readonly memory: Memory
  readonly now: number
  /** The peer has shown its certificate in this handshake: it is not one of a session. */
  readonly shownNow: boolean
}

export const answerTo = (question: Ask['question'], { flags, crypto, memory, now, shownNow }: Answering): Answer => {
  switch (question.about) {
    case 'client-hello':
      return certificateFor(question, flags)
    case 'trust':
      return { reply: trust(question, shownNow || flags.has('reverify-on-resume') ? flags : undefined) }
    case 'certificate':
      return ownCertificate(question, flags)
    case 'ticket':
      return { reply: memory.ticket(question, flags, now) }
    case 'session':
      return { reply: memory.stored(question, now) }
    case 'sign': {
      const { algorithm } = schemeById(question.scheme)!
      return { reply: crypto.sign(algorithm, question.key.key as Uint8Array, question.message) }
    }
    default:
      return question satisfies never
  }
}

/** The first credential that suits what the client offers. BoringSSL finds no suite where there is none. */
const certificateFor = ({ hello }: Asked<'client-hello'>, flags: Flags): Answer => {
  if (flags.has('fail-cert-callback')) return { reply: fail('net/no-certificate') }
  if (flags.has('fail-ddos-callback')) return { reply: fail('net/answer-failed') }
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
  if (suitable !== undefined) return { reply: suitable, shown: indexOf(suitable, flags) }
  return { reply: keys.length === 0 ? fail('net/no-certificate') : fail('tls/no-common-suite') }
}

/** What a client shows: as BoringSSL, it says `none` only when it has nothing. */
const ownCertificate = ({ schemes: wanted }: Asked<'certificate'>, flags: Flags): Answer => {
  if (flags.has('fail-cert-callback')) return { reply: fail('net/no-certificate') }
  const keys = keysOf(flags)
  if (keys.length === 0) return { reply: 'none' }
  const chosen = keys.find(({ schemes }) => schemes.some(id => wanted.includes(id)))
  return chosen === undefined
    ? { reply: fail('tls/no-common-scheme', { got: wanted.map(SignatureScheme.nameOf).join(', ') }) }
    : { reply: chosen, shown: indexOf(chosen, flags) }
}

const keysOf = (flags: Flags): readonly CertifiedKey[] => {
  const own = flags.ownCredential
  return [...flags.credentials, ...(own === undefined ? [] : [own])].map(each => keyOf(each, flags))
}

/** The runner counts those that were introduced; the one that was there before any is -1. */
const indexOf = (key: CertifiedKey, flags: Flags): number => {
  const at = keysOf(flags).findIndex(({ chain }) => chain[0] !== undefined && sameOctets(chain[0], key.chain[0]!))
  return at < flags.credentials.length ? at : -1
}

const keyOf = (credential: Credential, flags: Flags): CertifiedKey => {
  const key = certifiedKey({ chain: credential.chain, privateKey: credential.privateKey })
  const allowed = policyOf(flags)?.schemes ?? key.schemes
  const preferred = credential.flags.numbers('signing-prefs') ?? key.schemes
  return { ...key, schemes: preferred.filter(id => key.schemes.includes(id) && allowed.includes(id)) }
}

/**
 * The runner's certificates are trusted unless it says otherwise: chains are judged by other suites. What TLS itself wants
 * of a certificate holds all the same. No flags: nobody judges again. A verdict that nobody asked for counts for nothing.
 */
const trust = ({ chain, ...question }: Asked<'trust'>, flags: Flags | undefined): Question['reply'] => {
  const judged = flags?.has('verify-peer') === true || flags?.has('require-any-client-certificate') === true
  if (judged && flags?.has('verify-fail') === true) return fail('tls/certificate-untrusted')
  const publicKey = publicKeyOf(chain[0]!)
  if (!(publicKey instanceof Uint8Array)) return publicKey
  const leaf = parseCertificate(chain[0]!)
  const usage = leaf instanceof Certificate ? leaf.extension('keyUsage') : undefined
  if (usage !== undefined && (usage & KEY_USAGE[question.keyUsage]) === 0)
    return fail('tls/certificate-key-usage', { got: keyUsageText(usage), expected: question.keyUsage })
  return trustWithoutChecking({ chain, ...question }, publicKey, 'the runner is believed')
}

const publicKeyOf = (certificate: Uint8Array): Uint8Array | Failure => {
  try {
    return spkiOf(certificate)
  } catch (error) {
    if (error instanceof DerError) return fail('tls/certificate-malformed', { where: error.what })
    throw error
  }
}
