/** Pre-shared keys in a hello: how they are offered, and how a binder shows that whoever offers one has it (RFC 9846 4.3.11). */
import { HASH_LENGTH } from '../../crypto/hash.ts'
import type { CryptoProvider, HashName } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import type { TlsClientConfig } from '../config.ts'
import { bindersLength } from '../messages/tls13.ts'
import type { Secret } from '../secret.ts'
import { type ExternalKey, secretOf } from '../session/external-key.ts'
import { factsOf, isFresh, type SessionFacts } from '../session/session.ts'
import { type Suite13, suites13 } from '../suites.table.ts'
import type { Transcript } from '../transcript.ts'
import { EarlySecret, type KeyKind, verifyData } from './key-schedule.ts'

/** What a binder is made with. */
export interface BindingKey {
  readonly kind: KeyKind
  readonly hash: HashName
  /** Its owner's to wipe. */
  readonly secret: Secret
}

/** A key that a client offers: of a session, or from elsewhere. */
export interface OfferedKey extends BindingKey {
  readonly identity: Bytes
  /** RFC 9846 4.3.11.1: milliseconds since the ticket came, with what hides them added; 0 for a key that has no age. */
  readonly obfuscatedAge: number
  readonly session?: SessionFacts
  /** That it is, or that the session began with. */
  readonly external?: ExternalKey
}

/** RFC 9846 4.7.1: "MUST NOT" be used for longer than 7 days. Seconds. */
export const LONGEST_TICKET = 604_800

/**
 * What of this configuration may be offered at `date`, with hashes that are offered: first a session, if it is for the same
 * name and young enough, which early data may be sent with; then the keys from elsewhere, in their order.
 */
export const offeredKeys = (
  { session, serverName, psk = [], peerCertificateTypes = ['X509'] }: TlsClientConfig,
  offered: readonly Suite13[],
  date: number,
): readonly OfferedKey[] => {
  const usable = (hash: HashName): boolean => offered.some(suite => suite.hash === hash)
  const externals = psk.filter(({ hash }) => usable(hash)).map(externalOffer)
  if (session === undefined || session === 'new') return externals
  const facts = factsOf(session)
  const hash = suites13.find(({ id }) => id === facts.suite)?.hash
  if (facts.version !== 'TLS 1.3' || facts.serverName !== serverName || !isFresh(facts, date)) return externals
  if (!peerCertificateTypes.includes(facts.serverCertificateType)) return externals
  if (hash === undefined || !usable(hash)) return externals
  // Whose key it was is nobody's to say for whom that key is not named any more.
  const external = psk.find(key => facts.externalIdentity !== undefined && key.isFor(facts.externalIdentity))
  if (facts.externalIdentity !== undefined && external === undefined) return externals
  // Never longer than it is: GnuTLS takes no early data with a ticket that is older than its server knows. Dates with a
  // fraction come from two clocks, and are right to a millisecond.
  const since = date - facts.obtained
  const age = Math.max(0, Number.isInteger(since) ? since : Math.floor(since) - 1)
  const { ticket: identity, secret } = facts
  const obfuscatedAge = (age + facts.ageAdd) >>> 0
  const begun = external === undefined ? {} : { external }
  return [{ kind: 'resumption', identity, hash, secret, obfuscatedAge, session: facts, ...begun }, ...externals]
}

const externalOffer = (key: ExternalKey): OfferedKey => ({
  kind: key.kind,
  identity: key.identity,
  hash: key.hash,
  secret: secretOf(key),
  obfuscatedAge: 0,
  external: key,
})

/** The extension with binders of zeros, which `bind` fills in. */
export const unbound = (keys: readonly OfferedKey[]): PreSharedKey => ({
  identities: keys.map(({ identity, obfuscatedAge }) => ({
    identity: new Uint8Array(identity),
    obfuscatedTicketAge: obfuscatedAge,
  })),
  binders: keys.map(({ hash }) => new Uint8Array(HASH_LENGTH[hash])),
})

export interface PreSharedKey {
  identities: { identity: Uint8Array; obfuscatedTicketAge: number }[]
  binders: Uint8Array[]
}

/** RFC 9846 4.3.11.2: what a binder is made over: everything before the hello, and the hello up to its binders. */
const bound = (
  crypto: CryptoProvider,
  hash: HashName,
  before: Transcript,
  hello: Bytes,
  binders: readonly Bytes[],
): Bytes => {
  const transcript = before.fork()
  transcript.add(hello.subarray(0, hello.length - bindersLength(binders)))
  transcript.useHashOnce(crypto, hash)
  return transcript.digest()
}

const binderOf = (crypto: CryptoProvider, { hash, secret, kind }: BindingKey, transcriptHash: Bytes): Bytes => {
  const early = new EarlySecret(crypto, hash, secret)
  const key = early.binderKey(kind)
  early.wipe()
  const binder = verifyData(crypto, hash, key, transcriptHash)
  key.wipe()
  return binder
}

/** Writes the binders into the last bytes of `hello`, in place. */
export const bind = (
  crypto: CryptoProvider,
  keys: readonly OfferedKey[],
  before: Transcript,
  hello: Uint8Array,
): void => {
  if (keys.length === 0) return
  const { binders } = unbound(keys)
  // Behind the length of the list each has its own before it.
  let at = hello.length - bindersLength(binders) + 2
  for (const key of keys) {
    const binder = binderOf(crypto, key, bound(crypto, key.hash, before, hello, binders))
    hello.set(binder, at + 1)
    at += 1 + binder.length
  }
}

/** Whether a binder is that of the key. */
export const isBound = (
  crypto: CryptoProvider,
  key: BindingKey,
  before: Transcript,
  hello: Bytes,
  { binders }: PreSharedKey,
  index: number,
): boolean => {
  const expected = binderOf(crypto, key, bound(crypto, key.hash, before, hello, binders))
  return crypto.equal(expected, binders[index]!)
}
