/**
 * Keys that two peers have from elsewhere (RFC 9846 2.2, RFC 9257), as they are or imported (RFC 9258). A key is for one
 * hash, for one client and one server: who uses it for both can be made to talk to himself (RFC 9257 4.1, "Selfie").
 */
import { HASH_LENGTH } from '../../crypto/hash.ts'
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { FailureError, fail } from '../../failures/index.ts'
import { sameOctets } from '../../wire/bytes.ts'
import { decode, encode } from '../../wire/codec.ts'
import { WireError } from '../../wire/reader.ts'
import { printable } from '../../x509/certificate/distinguished-name.ts'
import { ImportedIdentity } from '../messages/imported-identity.ts'
import { KdfIdentifier, TLS_1_3 } from '../messages/registries.table.ts'
import { Secret } from '../secret.ts'
import { expandLabel, extract } from '../tls13/key-schedule.ts'

export type KeyHash = 'sha256' | 'sha384'

/** RFC 9257 6: "at least 128 bits of entropy". */
const LEAST_KEY = 16

/** Far more than a name needs; the hello has to hold it with everything else. */
export const MOST_IDENTITY = 1_024

interface About {
  /** What the two ends call the key; it goes over the wire in clear. */
  readonly identity: Bytes
  /** At least 16 bytes that nobody can guess: no password (RFC 9257 7). It is copied. */
  readonly key: Bytes
  /** Which of the two we are with this key. It is refused in the other place. */
  readonly role: 'client' | 'server'
  /** The hash that the key is for; SHA-256 where undefined (RFC 9846 4.3.11). */
  readonly hash?: KeyHash | undefined
}

interface Imported extends About {
  /** What else the two ends agree on; `Ends` to name them. No bytes where undefined. */
  readonly context?: Bytes | undefined
}

interface Facts {
  readonly kind: 'external' | 'imported'
  readonly secret: Secret
  readonly identity: Bytes
  readonly externalIdentity: Bytes
  readonly context: Bytes | undefined
  readonly hash: KeyHash
  readonly role: 'client' | 'server'
}

let secretIn: (key: ExternalKey) => Secret

/** Known in this file only. */
const KEY: unique symbol = /* @__PURE__ */ Symbol('ExternalKey')

export class ExternalKey {
  readonly #facts: Facts
  static {
    secretIn = key => key.#facts.secret
  }
  constructor(key: typeof KEY, facts: Facts) {
    if (key !== KEY) throw new TypeError('an ExternalKey is made by ExternalKey.of or ExternalKey.imported')
    this.#facts = facts
    Object.freeze(this)
  }
  /** The key as it is. Throws `FailureError` `tls/bad-external-key`. */
  static of(about: About): ExternalKey {
    const { identity, key, role, hash } = checked(about)
    const own = new Uint8Array(identity)
    const secret = new Secret(new Uint8Array(key))
    return new ExternalKey(KEY, {
      kind: 'external',
      identity: own,
      externalIdentity: own,
      context: undefined,
      secret,
      hash,
      role,
    })
  }
  /**
   * RFC 9258 5.1: keys for TLS 1.3 made of one, for every hash that a suite can have; `hash` is that of the making. Whoever
   * imports a key uses it in no other way. Throws `FailureError` `tls/bad-external-key`.
   */
  static imported(crypto: Pick<CryptoProvider, 'hash' | 'hmac'>, about: Imported): readonly ExternalKey[] {
    const { identity: external, key, role, hash, context } = checked(about)
    const parts = { externalIdentity: new Uint8Array(external), context: new Uint8Array(context ?? []) }
    const extracted = extract(crypto, hash, new Uint8Array(HASH_LENGTH[hash]), key)
    const keys = TARGETS.map(([target, targetKdf]) => {
      const identity = encode(ImportedIdentity, { ...parts, targetProtocol: TLS_1_3, targetKdf })
      const about = crypto.hash(hash).update(identity).digest()
      const made = expandLabel(crypto, hash, extracted, 'derived psk', about, HASH_LENGTH[target])
      return new ExternalKey(KEY, {
        kind: 'imported',
        ...parts,
        identity,
        secret: new Secret(made),
        hash: target,
        role,
      })
    })
    extracted.wipe()
    return keys
  }
  /** True for what was made here, false for whatever only looks like it. */
  static is(value: unknown): value is ExternalKey {
    return typeof value === 'object' && value !== null && #facts in value
  }
  get kind(): 'external' | 'imported' {
    return this.#facts.kind
  }
  /** As it goes over the wire: of an imported key an `ImportedIdentity`. */
  get identity(): Uint8Array {
    return this.#facts.identity.slice()
  }
  /** What the two ends call the key. */
  get externalIdentity(): Uint8Array {
    return this.#facts.externalIdentity.slice()
  }
  /** Of an imported key. */
  get context(): Uint8Array | undefined {
    return this.#facts.context?.slice()
  }
  get hash(): KeyHash {
    return this.#facts.hash
  }
  get role(): 'client' | 'server' {
    return this.#facts.role
  }
  /** Whether a peer means this key. */
  isFor(identity: Bytes): boolean {
    return sameOctets(this.#facts.identity, identity)
  }
  toString(): string {
    return '[external key]'
  }
  toJSON(): string {
    return '[external key]'
  }
}

/** What the two ends call a key, for whoever reads of it; control characters are not obeyed. */
export const identityText = ({ externalIdentity }: ExternalKey): string =>
  printable(new TextDecoder().decode(externalIdentity))

/** For the engine. It stays the key's: nobody wipes it. */
export const secretOf = (key: ExternalKey): Secret => secretIn(key)

const TARGETS = [
  ['sha256', KdfIdentifier.names.HKDF_SHA256!],
  ['sha384', KdfIdentifier.names.HKDF_SHA384!],
] as const

const checked = <A extends Imported>(about: A): A & { readonly hash: KeyHash } => {
  const { identity, key, context, role, hash = 'sha256' } = about
  const bytes = (value: unknown): boolean => value instanceof Uint8Array
  if (!bytes(identity) || identity.length === 0 || identity.length > MOST_IDENTITY)
    throw bad('identity', `${lengthOf(identity)} bytes`, `1 to ${MOST_IDENTITY} bytes`)
  if (!bytes(key) || key.length < LEAST_KEY)
    throw bad('key', `${lengthOf(key)} bytes`, `at least ${LEAST_KEY} bytes that nobody can guess`)
  if (context !== undefined && (!bytes(context) || context.length > MOST_IDENTITY))
    throw bad('context', `${lengthOf(context)} bytes`, `at most ${MOST_IDENTITY} bytes`)
  if (hash !== 'sha256' && hash !== 'sha384') throw bad('hash', String(hash), 'sha256 or sha384')
  if (role !== 'client' && role !== 'server') throw bad('role', String(role), 'client or server')
  return { ...about, hash }
}

/** From JavaScript anything may come, and none of it is printed. */
const lengthOf = (value: unknown): number => (value instanceof Uint8Array ? value.length : 0)

const bad = (where: string, got: string, expected: string): FailureError =>
  new FailureError(fail('tls/bad-external-key', { where, got, expected }))

/** What an identity says that a peer offers; undefined for one that is no imported one of TLS 1.3. */
export const readImportedIdentity = (
  identity: Bytes,
): { readonly externalIdentity: Uint8Array; readonly context: Uint8Array } | undefined => {
  try {
    const { externalIdentity, context, targetProtocol, targetKdf } = decode(ImportedIdentity, identity)
    const ours = targetProtocol === TLS_1_3 && TARGETS.some(([, kdf]) => kdf === targetKdf)
    return ours ? { externalIdentity, context } : undefined
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}
