/** Replies to questions come from the caller's code: what does not answer is refused while the question is still open. */
import type { GroupName } from '../crypto/provider.ts'
import { Failure, fail } from '../failures/index.ts'
import { ChainTrusted } from '../x509/path/trusted.ts'
import type { QuestionId } from './question-id.ts'
import { ExternalKey } from './session/external-key.ts'
import { DEFAULT_GROUPS, rsaSuites, suites, suites13 } from './suites.table.ts'
import type { Ask, CertificateTypeName, CertifiedKey, Question, ServerPolicy, TlsVersion } from './types.ts'

/** Why `reply` is no answer to the question that is open; undefined when it is one, and can be sent. */
export const replyFault = (asked: Ask | undefined, id: QuestionId, reply: Question['reply']): Failure | undefined => {
  if (asked === undefined || asked.id !== id || !fits(asked.question.about, reply)) {
    const open = asked === undefined ? {} : { expected: `${asked.question.about} (question ${asked.id.number})` }
    return fail('tls/no-such-question', { got: `question ${nameOf(id)}`, ...open })
  }
  const { question } = asked
  if (question.about === 'psk') return keyFault(question, reply)
  return question.about === 'trust' ? proofFault(question, reply) : undefined
}

/** From JavaScript anything may come. */
const nameOf = (id: QuestionId | undefined): string => `${id?.number ?? 'without a number'}`

const MAY_BE_NONE: ReadonlySet<string> = new Set<Question['about']>([
  'client-hello',
  'psk',
  'certificate',
  'ticket',
  'session',
  'early-data',
  'decrypt',
])
const BYTES: ReadonlySet<string> = new Set<Question['about']>(['sign', 'ticket', 'session', 'decrypt'])

/** Whether `reply` is of the kind that a question about `about` takes. */
const fits = (about: Question['about'], reply: Question['reply']): boolean => {
  if (reply === 'none') return MAY_BE_NONE.has(about)
  if (reply === 'fresh') return about === 'early-data'
  if (typeof reply !== 'object' || reply === null) return false
  if (reply instanceof Uint8Array) return BYTES.has(about) && reply.length <= MAX_BYTES
  if (reply instanceof Failure) return true
  if (ExternalKey.is(reply)) return about === 'psk'
  if ('proof' in reply) return about === 'trust'
  if ('certificate' in reply) return about === 'client-hello' && isPolicy(reply)
  return (about === 'client-hello' || about === 'certificate') && 'schemes' in reply && canBeSent(reply)
}

const isPolicy = ({ certificate, clientCertificate = 'none', ...lists }: ServerPolicy): boolean =>
  (certificate === 'none' || (typeof certificate === 'object' && certificate !== null && canBeSent(certificate))) &&
  ['none', 'asked', 'required'].includes(clientCertificate) &&
  isListOf(lists.versions, name => VERSIONS.has(name)) &&
  isListOf(lists.suites, name => SUITES.has(name)) &&
  isListOf(lists.groups, name => GROUPS.has(name)) &&
  isListOf(lists.alpn, isProtocol) &&
  isListOf(lists.peerCertificateTypes, name => TYPES.has(name)) &&
  isListOf(lists.clientAuthorities, isName)

/** Undefined: it is as the server has it. */
const isListOf = (list: readonly unknown[] | undefined, fits: (one: unknown) => boolean): boolean =>
  list === undefined || (Array.isArray(list) && list.every(fits))

const VERSIONS: ReadonlySet<unknown> = new Set<TlsVersion>(['TLS 1.2', 'TLS 1.3'])
const SUITES: ReadonlySet<unknown> = new Set([...suites13, ...suites, ...rsaSuites].map(({ name }) => name))
const GROUPS: ReadonlySet<unknown> = new Set<GroupName>([...DEFAULT_GROUPS, 'X25519MLKEM768'])
const TYPES: ReadonlySet<unknown> = new Set<CertificateTypeName>(['X509', 'RawPublicKey'])

const isName = (name: unknown): boolean => name instanceof Uint8Array && name.length > 0 && name.length <= MAX_BYTES

/** RFC 7301 3.1. */
const isProtocol = (name: unknown): boolean => typeof name === 'string' && /^[\0-\xff]{1,255}$/.test(name)

/** The peer is who it should be only if this very chain was judged, for this name and this use. */
const proofFault = (question: Extract<Ask['question'], { about: 'trust' }>, reply: unknown): Failure | undefined => {
  if (typeof reply === 'object' && reply !== null && 'code' in reply) return undefined
  if (!ChainTrusted.is(reply))
    return fail('tls/proof-mismatch', { where: 'The reply', got: 'an imitation', expected: 'a proof of verifyChain' })
  const facts = reply.mismatch(question)
  return facts === undefined ? undefined : fail('tls/proof-mismatch', facts)
}

/** A key that the client has not named would prove nothing about it. */
const keyFault = (question: Extract<Ask['question'], { about: 'psk' }>, reply: unknown): Failure | undefined => {
  if (!ExternalKey.is(reply) || question.identities.some(identity => reply.isFor(identity))) return undefined
  return fail('tls/proof-mismatch', { where: 'The key', got: 'another one', expected: 'one that the client offers' })
}

/** RFC 5246 4.7: opaque signature<0..2^16-1>; RFC 5077 3.3: opaque ticket<0..2^16-1>. */
const MAX_BYTES = 0xffff
/** RFC 5246 7.4: a message has at most 2^24-1 bytes, and the length of the list takes three of them. */
const MAX_CHAIN = 0xffffff - 3

/** RFC 5246 7.4.2: at least one certificate, and none without bytes. */
const canBeSent = ({ chain, schemes, certificateType = 'X509' }: CertifiedKey): boolean => {
  if (!Array.isArray(chain) || !Array.isArray(schemes) || chain.length === 0) return false
  if (certificateType !== 'X509' && (certificateType !== 'RawPublicKey' || chain.length > 1)) return false
  let length = 0
  for (const certificate of chain as readonly unknown[]) {
    if (!(certificate instanceof Uint8Array) || certificate.length === 0) return false
    length += 3 + certificate.length
  }
  return length <= MAX_CHAIN
}
