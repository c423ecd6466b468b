/** What the shim answers to the engine's questions, as the runner's flags say. */
import { DerError } from '../../../src/asn1/der.ts'
import type { CryptoProvider } from '../../../src/crypto/provider.ts'
import { type Failure, fail } from '../../../src/failures/index.ts'
import type { Ask, Question, TlsVersion } from '../../../src/tls/index.ts'
import { schemeById } from '../../../src/tls/schemes.table.ts'
import { Certificate, parseCertificate } from '../../../src/x509/certificate/certificate.ts'
import { KEY_USAGE, keyUsageText } from '../../../src/x509/certificate/extensions.ts'
import { spkiOf } from '../../../src/x509/certificate/public-key.ts'
import { trustWithoutChecking } from '../../../src/x509/path/trusted.ts'
import { type Answer, certificateFor, ownCertificate } from './credentials.ts'
import type { Flags } from './flags.ts'
import type { Memory } from './memory.ts'
import { keyFor } from './shared-keys.ts'

type Asked<A extends Question['about']> = Extract<Ask['question'], { readonly about: A }>

export interface Answering {
  readonly flags: Flags
  readonly crypto: CryptoProvider
  readonly memory: Memory
  readonly now: number
  /** The peer has shown its certificate in this handshake: it is not one of a session. */
  readonly shownNow: boolean
  /** That of a client's handshake, once its server has chosen one. */
  readonly version: TlsVersion
  /** The credential that was shown, or would be if no key were found. */
  readonly shown: number | undefined
}

export const answerTo = (
  question: Ask['question'],
  { flags, crypto, memory, now, shownNow, version, shown }: Answering,
): Answer => {
  switch (question.about) {
    case 'client-hello':
      return certificateFor(question.hello, flags)
    case 'trust':
      if (shownNow) memory.evidence = { ocsp: question.ocsp, scts: question.scts }
      return { reply: trust(question, shownNow || flags.has('reverify-on-resume') ? flags : undefined) }
    case 'certificate':
      return ownCertificate(question, flags, version)
    case 'ticket':
      // Whoever comes back is turned away as strangers are.
      if (flags.has('fail-ddos-callback')) return { reply: fail('net/answer-failed') }
      return { reply: memory.ticket(question, flags, now) }
    case 'session':
      return { reply: memory.stored(question, now) }
    case 'early-data':
      return { reply: 'fresh' }
    case 'psk':
      return keyFor(question, flags, shown, crypto)
    case 'sign': {
      const { algorithm } = schemeById(question.scheme)!
      return { reply: crypto.sign(algorithm, question.key.key as Uint8Array, question.message) }
    }
    case 'decrypt':
      return { reply: crypto.rsaRaw(question.key.key as Uint8Array, question.ciphertext) ?? 'none' }
    default:
      return question satisfies never
  }
}

/**
 * The runner's certificates are trusted unless it says otherwise: chains are judged by other suites. What TLS itself wants
 * of a certificate holds all the same. No flags: nobody judges again. A verdict that nobody asked for counts for nothing.
 */
const trust = (question: Asked<'trust'>, flags: Flags | undefined): Question['reply'] => {
  const { chain } = question
  const judged =
    question.certificateType === 'RawPublicKey' ||
    flags?.has('verify-peer') === true ||
    flags?.has('require-any-client-certificate') === true
  if (judged && flags?.has('verify-fail') === true) return fail('tls/certificate-untrusted')
  if (question.certificateType === 'RawPublicKey')
    return trustWithoutChecking(question, chain[0]!, 'the runner is believed')
  const publicKey = publicKeyOf(chain[0]!)
  if (!(publicKey instanceof Uint8Array)) return publicKey
  const leaf = parseCertificate(chain[0]!)
  const usage = leaf instanceof Certificate ? leaf.extension('keyUsage') : undefined
  if (usage !== undefined && (usage & KEY_USAGE[question.keyUsage]) === 0)
    return fail('tls/certificate-key-usage', { got: keyUsageText(usage), expected: question.keyUsage })
  return trustWithoutChecking(question, publicKey, 'the runner is believed')
}

const publicKeyOf = (certificate: Uint8Array): Uint8Array | Failure => {
  try {
    return spkiOf(certificate)
  } catch (error) {
    if (error instanceof DerError) return fail('tls/certificate-malformed', { where: error.what })
    throw error
  }
}
