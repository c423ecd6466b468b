/** Pre-shared keys in a hello: how they are offered, and how a binder shows that whoever offers one has it (RFC 9846 4.3.11). */
import type { CryptoProvider, HashName } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import type { TlsClientConfig } from '../config.ts'
import { bindersLength } from '../messages/tls13.ts'
import type { Secret } from '../secret.ts'
import { factsOf, isFresh, type SessionFacts } from '../session.ts'
import { type Suite13, suites13 } from '../suites.table.ts'
import type { Transcript } from '../transcript.ts'
import { EarlySecret, HASH_LENGTH, verifyData } from './key-schedule.ts'

/** A key that a client offers: of a session, so far. */
export interface OfferedKey {
  readonly session: SessionFacts
  readonly hash: HashName
  /** RFC 9846 4.3.11.1: milliseconds since the ticket came, with what hides them added. */
  readonly obfuscatedAge: number
}

/** RFC 9846 4.7.1: "MUST NOT" be used for longer than 7 days. Seconds. */
export const LONGEST_TICKET = 604_800

/** What of this configuration may be offered at `date`: for the same name, with a hash that is offered, young enough. */
export const offeredKey = (
  { session, serverName }: TlsClientConfig,
  offered: readonly Suite13[],
  date: number,
): OfferedKey | undefined => {
  if (session === undefined || session === 'new') return undefined
  const facts = factsOf(session)
  const hash = suites13.find(({ id }) => id === facts.suite)?.hash
  if (facts.version !== 'TLS 1.3' || facts.serverName !== serverName || !isFresh(facts, date)) return undefined
  if (hash === undefined || !offered.some(suite => suite.hash === hash)) return undefined
  const age = Math.max(0, Math.round(date - facts.obtained))
  return { session: facts, hash, obfuscatedAge: (age + facts.ageAdd) >>> 0 }
}

/** The extension with a binder of zeros, which `bind` fills in. */
export const unbound = ({ session, hash, obfuscatedAge }: OfferedKey): PreSharedKey => ({
  identities: [{ identity: session.ticket, obfuscatedTicketAge: obfuscatedAge }],
  binders: [new Uint8Array(HASH_LENGTH[hash])],
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

const binderOf = (crypto: CryptoProvider, hash: HashName, psk: Secret, transcriptHash: Bytes): Bytes => {
  const early = new EarlySecret(crypto, hash, psk)
  const key = early.binderKey('resumption')
  early.wipe()
  const binder = verifyData(crypto, hash, key, transcriptHash)
  key.wipe()
  return binder
}

/** Writes the binder into the last bytes of `hello`, in place. */
export const bind = (crypto: CryptoProvider, key: OfferedKey, before: Transcript, hello: Uint8Array): void => {
  const { binders } = unbound(key)
  const digest = bound(crypto, key.hash, before, hello, binders)
  hello.set(binderOf(crypto, key.hash, key.session.secret, digest), hello.length - HASH_LENGTH[key.hash])
}

/** Whether a binder is that of the key. */
export const isBound = (
  crypto: CryptoProvider,
  { hash, secret }: { readonly hash: HashName; readonly secret: Secret },
  before: Transcript,
  hello: Bytes,
  { binders }: PreSharedKey,
  index: number,
): boolean => {
  const expected = binderOf(crypto, hash, secret, bound(crypto, hash, before, hello, binders))
  return crypto.equal(expected, binders[index]!)
}
