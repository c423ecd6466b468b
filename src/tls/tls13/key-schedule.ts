/**
 * From shared secrets to keys (RFC 9846 7): three stages, each an object that is spent when it gives the next.
 *
 *     PSK or zeros   -> EarlySecret      binder key, early traffic, early exporter
 *     (EC)DHE        -> HandshakeSecret  handshake traffic of client and server
 *     zeros          -> MainSecret       application traffic, exporter, resumption
 *
 * What a stage gives is the caller's to wipe; the stages wipe their own.
 */
import { HASH_LENGTH } from '../../crypto/hash.ts'
import type { CryptoProvider, HashName } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { Secret } from '../secret.ts'
import type { Suite13 } from '../suites.table.ts'
import { Aead13Protection, NONCE_LENGTH, type Padding } from './record-protection.ts'

/** What key logs call the secrets (RFC 9850 2.2): the labels of `context.secret`. */
export const KEY_LOG = {
  clientEarlyTraffic: 'CLIENT_EARLY_TRAFFIC_SECRET',
  earlyExporter: 'EARLY_EXPORTER_SECRET',
  clientHandshakeTraffic: 'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
  serverHandshakeTraffic: 'SERVER_HANDSHAKE_TRAFFIC_SECRET',
  clientTraffic: 'CLIENT_TRAFFIC_SECRET_0',
  serverTraffic: 'SERVER_TRAFFIC_SECRET_0',
  exporter: 'EXPORTER_SECRET',
} as const

const NOTHING = new Uint8Array(0)

/** RFC 5869 2.2, HKDF-Extract. */
export const extract = (crypto: Pick<CryptoProvider, 'hmac'>, hash: HashName, salt: Bytes, input: Bytes): Secret =>
  new Secret(crypto.hmac(hash, salt, input))

/** RFC 9846 7.1, HKDF-Expand-Label, with the expansion of RFC 5869 2.3. `length` in bytes, at most 255 hashes. */
export const expandLabel = (
  crypto: Pick<CryptoProvider, 'hmac'>,
  hash: HashName,
  secret: Secret,
  label: string,
  context: Bytes,
  length: number,
): Bytes => {
  const size = HASH_LENGTH[hash]
  if (length > 255 * size) throw new RangeError(`at most ${255 * size} bytes come out of one secret`)
  const info = hkdfLabel(label, context, length)
  const key = secret.reveal()
  const last = info.length - 1
  info[last] = 1
  const first = crypto.hmac(hash, key, info)
  if (length === size) return first
  const out = new Uint8Array(length)
  let block = first
  for (let at = 0; at < length; at += size) {
    out.set(block.subarray(0, length - at), at)
    info[last]! += 1
    const next = at + size < length ? crypto.hmac(hash, key, block, info) : NOTHING
    block.fill(0)
    block = next
  }
  return out
}

/** RFC 9846 7.1: HkdfLabel, and behind it a place for the number of the block. */
const hkdfLabel = (label: string, context: Bytes, length: number): Bytes => {
  const size = PREFIX.length + label.length
  // Longer ones would not fit behind their length; only what the user of an exporter names could be.
  if (size > 255 || context.length > 255) throw new RangeError('label and context have at most 255 bytes each')
  const info = new Uint8Array(5 + size + context.length)
  info[0] = length >> 8
  info[1] = length & 0xff
  info[2] = size
  info.set(PREFIX, 3)
  for (let i = 0; i < label.length; i++) info[3 + PREFIX.length + i] = label.charCodeAt(i)
  info[3 + size] = context.length
  info.set(context, 4 + size)
  return info
}

const PREFIX = latin1Bytes('tls13 ')

/** RFC 9846 7.1, Derive-Secret; `transcript` is a hash. */
export const deriveSecret = (
  crypto: CryptoProvider,
  hash: HashName,
  secret: Secret,
  label: string,
  transcript: Bytes,
): Secret => new Secret(expandLabel(crypto, hash, secret, label, transcript, HASH_LENGTH[hash]))

/** What is the same in every handshake with a hash: no secrets. */
interface Constants {
  /** The hash of no bytes. */
  readonly nothing: Bytes
  /** The salt of the handshake's secret where there is no pre-shared key. */
  salt?: Bytes
}

/** Worked out in the first handshake. Of each provider: what one says is nothing that another must take. */
const constants = new WeakMap<CryptoProvider, Map<HashName, Constants>>()

const constantsOf = (crypto: CryptoProvider, hash: HashName): Constants => {
  const known = constants.get(crypto)?.get(hash)
  if (known !== undefined) return known
  const fresh = { nothing: crypto.hash(hash).digest() }
  constants.set(crypto, (constants.get(crypto) ?? new Map<HashName, Constants>()).set(hash, fresh))
  return fresh
}

/** One secret of the schedule with what comes from it. */
class Stage {
  protected readonly crypto: CryptoProvider
  protected readonly hash: HashName
  readonly #secret: Secret
  #spent = false
  protected constructor(crypto: CryptoProvider, hash: HashName, secret: Secret) {
    this.crypto = crypto
    this.hash = hash
    this.#secret = secret
  }
  protected derive(label: string, transcript: Bytes): Secret {
    if (this.#spent) throw new Error('this stage of the key schedule is over')
    return deriveSecret(this.crypto, this.hash, this.#secret, label, transcript)
  }
  /** What the secret of the next stage is extracted with. */
  protected salt(): Secret {
    return this.derive('derived', constantsOf(this.crypto, this.hash).nothing)
  }
  /** Extracts the secret of the next stage, and ends this one. */
  protected follow(input: Bytes | undefined): Secret {
    const salt = this.salt()
    const next = extract(this.crypto, this.hash, salt.reveal(), input ?? new Uint8Array(HASH_LENGTH[this.hash]))
    salt.wipe()
    this.wipe()
    return next
  }
  /** Nothing more comes from this stage. */
  wipe(): void {
    this.#spent = true
    this.#secret.wipe()
  }
}

/** Where a pre-shared key is from: a ticket, elsewhere, elsewhere and imported (RFC 9258 5.2). */
export type KeyKind = 'resumption' | 'external' | 'imported'

const BINDER_LABELS: Readonly<Record<KeyKind, string>> = {
  resumption: 'res binder',
  external: 'ext binder',
  imported: 'imp binder',
}

export class EarlySecret extends Stage {
  /** `psk` undefined: a handshake without one. It stays the caller's. */
  constructor(crypto: CryptoProvider, hash: HashName, psk?: Secret) {
    super(crypto, hash, extract(crypto, hash, NOTHING, psk?.reveal() ?? new Uint8Array(HASH_LENGTH[hash])))
  }
  /** RFC 9846 4.3.11.2: a key for `verifyData` over the hello up to its binders. */
  binderKey(kind: KeyKind): Secret {
    return this.derive(BINDER_LABELS[kind], constantsOf(this.crypto, this.hash).nothing)
  }
  /** `transcript` ends with the ClientHello. */
  clientTraffic(transcript: Bytes): Secret {
    return this.derive('c e traffic', transcript)
  }
  /** `transcript` ends with the ClientHello. */
  exporter(transcript: Bytes): Secret {
    return this.derive('e exp master', transcript)
  }
  /** Where there is no pre-shared key, which is no secret. */
  static salt(crypto: CryptoProvider, hash: HashName): Bytes {
    return new EarlySecret(crypto, hash).salt().reveal()
  }
  /** `shared`: of the key agreement; undefined for a PSK alone. It stays the caller's. */
  handshake(shared: Secret | undefined): HandshakeSecret {
    return new HandshakeSecret(this.crypto, this.hash, this.follow(shared?.reveal()))
  }
}

/** The second stage of a handshake without a pre-shared key. `shared`, of the key agreement, stays the caller's. */
export const withoutKey = (crypto: CryptoProvider, hash: HashName, shared: Secret): HandshakeSecret => {
  const known = constantsOf(crypto, hash)
  known.salt ??= EarlySecret.salt(crypto, hash)
  return new HandshakeSecret(crypto, hash, extract(crypto, hash, known.salt, shared.reveal()))
}

/** Each `transcript` ends with the ServerHello. */
export class HandshakeSecret extends Stage {
  constructor(crypto: CryptoProvider, hash: HashName, secret: Secret) {
    super(crypto, hash, secret)
  }
  clientTraffic(transcript: Bytes): Secret {
    return this.derive('c hs traffic', transcript)
  }
  serverTraffic(transcript: Bytes): Secret {
    return this.derive('s hs traffic', transcript)
  }
  main(): MainSecret {
    return new MainSecret(this.crypto, this.hash, this.follow(undefined))
  }
}

export class MainSecret extends Stage {
  constructor(crypto: CryptoProvider, hash: HashName, secret: Secret) {
    super(crypto, hash, secret)
  }
  /** `transcript` ends with the server's Finished, as for the two below. */
  clientTraffic(transcript: Bytes): Secret {
    return this.derive('c ap traffic', transcript)
  }
  serverTraffic(transcript: Bytes): Secret {
    return this.derive('s ap traffic', transcript)
  }
  exporter(transcript: Bytes): Secret {
    return this.derive('exp master', transcript)
  }
  /** `transcript` ends with the client's Finished. */
  resumption(transcript: Bytes): Secret {
    return this.derive('res master', transcript)
  }
}

/** RFC 9846 7.3: key and IV of one direction. */
export const trafficKeys = (
  crypto: CryptoProvider,
  { hash, keyLength }: Pick<Suite13, 'hash' | 'keyLength'>,
  traffic: Secret,
): { readonly key: Bytes; readonly iv: Bytes } => ({
  key: expandLabel(crypto, hash, traffic, 'key', NOTHING, keyLength),
  iv: expandLabel(crypto, hash, traffic, 'iv', NOTHING, NONCE_LENGTH),
})

/** What protects the records of a traffic secret, which stays the caller's. */
export const protectionOf = (
  crypto: CryptoProvider,
  suite: Suite13,
  traffic: Secret,
  padding?: Padding,
): Aead13Protection => {
  const { key, iv } = trafficKeys(crypto, suite, traffic)
  const protection = new Aead13Protection(crypto, suite, key, iv, padding)
  key.fill(0)
  iv.fill(0)
  return protection
}

/** RFC 9846 7.2: the secret after a KeyUpdate. The one before stays the caller's. */
export const nextTraffic = (crypto: CryptoProvider, hash: HashName, traffic: Secret): Secret =>
  deriveSecret(crypto, hash, traffic, 'traffic upd', NOTHING)

/** RFC 9846 4.5.3: of a Finished, or of a binder (4.3.11.2). `base` is a traffic secret or a binder key. */
export const verifyData = (crypto: CryptoProvider, hash: HashName, base: Secret, transcript: Bytes): Bytes => {
  const key = deriveSecret(crypto, hash, base, 'finished', NOTHING)
  const data = crypto.hmac(hash, key.reveal(), transcript)
  key.wipe()
  return data
}

/** RFC 9846 4.7.1: what a ticket with this nonce stands for. */
export const resumptionPsk = (crypto: CryptoProvider, hash: HashName, resumption: Secret, nonce: Bytes): Secret =>
  deriveSecret(crypto, hash, resumption, 'resumption', nonce)

/** RFC 9846 7.5. A context that is left out is one of no bytes. Throws `RangeError` for too long a label or result. */
export const exportKeyingMaterial = (
  crypto: CryptoProvider,
  hash: HashName,
  exporter: Secret,
  label: string,
  context: Bytes,
  length: number,
): Bytes => {
  const secret = deriveSecret(crypto, hash, exporter, label, constantsOf(crypto, hash).nothing)
  const out = expandLabel(crypto, hash, secret, 'exporter', crypto.hash(hash).update(context).digest(), length)
  secret.wipe()
  return out
}
