/**
 * Keys that both ends have from elsewhere, as callers give them (RFC 9257): checked at the call, and never used in both parts
 * by one node at a time, which could be made to talk to itself (RFC 9257 4.1).
 */
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { Ends } from '../../tls/messages/imported-identity.ts'
import { ExternalKey, type KeyHash, readImportedIdentity } from '../../tls/session/external-key.ts'
import type { Ask } from '../../tls/types.ts'
import { hexText, sameOctets } from '../../wire/bytes.ts'
import { encode } from '../../wire/codec.ts'
import { wrong } from './tls-options.ts'
import type { World } from './types.ts'

export interface KnownKey {
  /** At least 16 bytes that nobody can guess: no password. */
  readonly key: Bytes
  /** The hash that the key is for, or that it is imported with; SHA-256 where undefined. */
  readonly hash?: KeyHash | undefined
  /**
   * Who sends the hello and who answers, as both ends call them. The key is then imported (RFC 9258): it fits every suite, and
   * nobody can turn a hello of one end back to it. Without it, one node may use the key in one part only.
   */
  readonly between?: { readonly client: string; readonly server: string } | undefined
}

export interface SharedKey extends KnownKey {
  /** What both ends call it; it goes over the wire in clear. */
  readonly identity: string
}

/** Of a server: the key by its identity, `undefined` for one that it does not know. */
export type KnownKeys =
  | ((identity: string) => Bytes | KnownKey | undefined | Promise<Bytes | KnownKey | undefined>)
  | ReadonlyMap<string, Bytes | KnownKey>
  | Readonly<Record<string, Bytes | KnownKey>>

const utf8 = new TextEncoder()

type Crypto = Pick<CryptoProvider, 'hash' | 'hmac'>
type Role = 'client' | 'server'

/** Throws `FailureError` `net/bad-tls-options` or `tls/bad-external-key`. */
const keysOf = ({ identity, key, hash, between }: SharedKey, role: Role, crypto: Crypto): readonly ExternalKey[] => {
  if (typeof identity !== 'string') throw wrong('tls.psk.identity', `a value of type ${typeof identity}`, 'a text')
  const about = { identity: utf8.encode(identity), key, role, hash }
  if (between === undefined) return [ExternalKey.of(about)]
  return ExternalKey.imported(crypto, { ...about, context: contextOf(between) })
}

/** RFC 9258 appendix B. */
const contextOf = ({ client, server }: NonNullable<KnownKey['between']>): Uint8Array => {
  const ends = [client, server].map(name => (typeof name === 'string' ? utf8.encode(name) : new Uint8Array(0)))
  if (ends.some(({ length }) => length === 0 || length > 255))
    throw wrong('tls.psk.between', 'a name that is empty or too long', 'two names of 1 to 255 bytes')
  if (client === server) throw wrong('tls.psk.between', `${client} at both ends`, 'two names')
  return encode(Ends, { client: ends[0]!, server: ends[1]! })
}

/** What a client offers, best first. */
export const offeredBy = (
  psk: SharedKey | readonly SharedKey[] | undefined,
  crypto: Crypto,
): readonly ExternalKey[] => {
  if (psk === undefined) return []
  const list: readonly SharedKey[] = Array.isArray(psk) ? psk : [psk]
  if (list.length === 0) throw wrong('tls.psk', 'an empty list', 'a key and its identity')
  if (list.some(one => typeof one !== 'object' || one === null))
    throw wrong('tls.psk', 'something that is no object', 'a key and its identity')
  return list.flatMap(one => keysOf(one, 'client', crypto))
}

/** What clients of a node offer in handshakes that are under way, by what tells keys apart; it ends with them. */
const offering = new WeakMap<World['transport'], Map<string, number>>()

const fingerprint = (identity: Bytes, key: Bytes, crypto: Crypto): string =>
  hexText(crypto.hmac('sha256', key, identity))

/** While `work` goes on, no server of this node takes these keys. */
export const whileOffering = async <T>(
  psk: SharedKey | readonly SharedKey[] | undefined,
  { crypto, transport }: Pick<World, 'crypto' | 'transport'>,
  work: () => Promise<T>,
): Promise<T> => {
  if (psk === undefined) return work()
  const list: readonly SharedKey[] = Array.isArray(psk) ? psk : [psk]
  const own = list.filter(({ between }) => between === undefined)
  const names = own.map(({ identity, key }) => fingerprint(utf8.encode(identity), key, crypto))
  const counts = offering.get(transport) ?? new Map<string, number>()
  offering.set(transport, counts)
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  try {
    return await work()
  } finally {
    for (const name of names) {
      const left = (counts.get(name) ?? 1) - 1
      if (left === 0) counts.delete(name)
      else counts.set(name, left)
    }
  }
}

type Lookup = (identity: string) => Promise<Bytes | KnownKey | undefined>

/** Throws `FailureError` `net/bad-tls-options`, and `tls/bad-external-key` for keys that are there already. */
export const lookupIn = (psk: KnownKeys, crypto: Crypto): Lookup => {
  if (typeof psk === 'function') return async identity => psk(identity)
  if (typeof psk !== 'object' || psk === null)
    throw wrong('tls.psk', `a value of type ${typeof psk}`, 'a function, or keys by their identities')
  const entries = psk instanceof Map ? [...psk.entries()] : Object.entries(psk)
  const known = new Map<string, Bytes | KnownKey>(entries)
  if (known.size === 0) throw wrong('tls.psk', 'no keys', 'keys by their identities')
  for (const [identity, value] of known) keysOf({ identity, ...detailed(value) }, 'server', crypto)
  return async identity => known.get(identity)
}

const detailed = (value: Bytes | KnownKey): KnownKey => {
  if (value instanceof Uint8Array) return { key: value }
  if (typeof value === 'object' && value !== null && value.key instanceof Uint8Array) return value
  throw wrong('tls.psk', `a value of type ${typeof value} for an identity`, 'the bytes of a key')
}

/** The first key of the client's that is known here. */
export const keyAmong = async (
  { identities, hashes }: Extract<Ask['question'], { readonly about: 'psk' }>,
  lookup: Lookup,
  { crypto, transport }: Pick<World, 'crypto' | 'transport'>,
): Promise<ExternalKey | 'none'> => {
  for (const offered of identities) {
    const imported = readImportedIdentity(offered)
    const identity = textOf(imported?.externalIdentity ?? offered)
    const found = identity === undefined ? undefined : await lookup(identity)
    if (identity === undefined || found === undefined) continue
    const known = detailed(found)
    // RFC 9258 4: what is imported is used in no other way.
    if ((known.between === undefined) !== (imported === undefined)) continue
    const busy = imported === undefined && offering.get(transport)?.has(fingerprint(offered, known.key, crypto))
    const keys = keysOf({ identity, ...known }, busy === true ? 'client' : 'server', crypto)
    const key = keys.find(one => one.isFor(offered) && hashes.includes(one.hash))
    if (key !== undefined) return key
  }
  return 'none'
}

/** RFC 9257 6.1.1: identities are UTF-8. What is not, is a ticket. */
const textOf = (identity: Bytes): string | undefined => {
  const text = new TextDecoder().decode(identity)
  return sameOctets(utf8.encode(text), identity) ? text : undefined
}
