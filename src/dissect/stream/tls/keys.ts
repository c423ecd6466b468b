/** From secrets that somebody wrote down to keys that open records, with a note of what became of each secret. */
import { HASH_LENGTH } from '../../../crypto/hash.ts'
import type { CryptoProvider } from '../../../crypto/provider.ts'
import type { Bytes } from '../../../engine.ts'
import type { RecordProtection } from '../../../tls/record/protection.ts'
import { Secret } from '../../../tls/secret.ts'
import { type Suite13, suites13 } from '../../../tls/suites.table.ts'
import { nextTraffic, protectionOf } from '../../../tls/tls13/key-schedule.ts'
import type { Side } from '../../types.ts'
import type { SecretFound, StreamContext } from '../types.ts'

/** Bytes of a master secret (RFC 5246 8.1). */
const MASTER_LENGTH = 48

/** What opens the records of one side from some point on. */
export interface Key {
  readonly label: string
  readonly stage: 'early' | 'handshake' | 'application' | 'session'
  readonly protection: RecordProtection
  /** Records that it has opened. */
  opened: number
  /** Of TLS 1.3: for the Finished, and for the key behind a KeyUpdate. */
  readonly traffic?: { readonly secret: Secret; readonly suite: Suite13 } | undefined
}

/** Where secrets are looked for, of one handshake. */
export class KeyRing {
  readonly #context: StreamContext
  readonly clientRandom: Bytes
  /** What was said of each secret; the last word counts. */
  readonly #said = new Map<string, SecretFound['state']>()
  readonly #untried = new Map<string, Bytes>()
  #opened: string | undefined
  constructor(context: StreamContext, clientRandom: Bytes) {
    this.#context = context
    this.clientRandom = clientRandom
  }
  /** A secret of this length; any other is none. */
  find(label: string, lengths: readonly number[]): Secret | undefined {
    const found = this.#context.secrets.find(label, this.clientRandom)
    if (found === undefined) return undefined
    if (!lengths.includes(found.length)) {
      this.#say(label, 'malformed')
      return undefined
    }
    const secret = found.slice()
    this.#untried.set(label, secret)
    return new Secret(secret)
  }
  master(): Secret | undefined {
    return this.find('CLIENT_RANDOM', [MASTER_LENGTH])
  }
  /** Of TLS 1.3, where the secret is there. */
  key(label: string, stage: Key['stage'], suite: Suite13): Key | undefined {
    const secret = this.find(label, [HASH_LENGTH[suite.hash]])
    return secret && keyOf(this.#context.crypto, { label, stage, suite, secret })
  }
  /** Of early data: one for each suite whose hash is as long as the secret, one of which it was sealed with. */
  earlyKeys(offered: readonly Suite13[]): readonly Key[] {
    const secret = this.find(EARLY, [HASH_LENGTH.sha256, HASH_LENGTH.sha384])
    if (secret === undefined) return []
    const { crypto } = this.#context
    return suites13
      .filter(suite => offered.includes(suite) && HASH_LENGTH[suite.hash] === secret.reveal().length)
      .map(suite => keyOf(crypto, { label: EARLY, stage: 'early', suite, secret }))
  }
  /** Something opened with it. */
  used(label: string): void {
    const secret = this.#untried.get(label)
    this.#untried.delete(label)
    if (secret !== undefined) {
      const { sink, flow } = this.#context
      sink.secret({ flow, host: 'client', label, clientRandom: this.clientRandom, secret: secret.slice() })
    }
    this.#say(label, 'used')
    if (label === this.#opened) this.#say(RSA, 'used')
  }
  /** A secret that was worked out with the key of the server: a key log would call it so. */
  workedOut(label: string, secret: Bytes): void {
    this.#untried.set(label, secret)
    this.#opened = label
  }
  missing(label: string): void {
    if (!this.#said.has(label) && !this.#untried.has(label)) this.#say(label, 'missing')
  }
  /** The connection is over: what opened nothing though it was tried is of another session. */
  close(tried: (label: string) => boolean): void {
    for (const label of this.#untried.keys()) if (tried(label)) this.#say(label, 'unfit')
    this.#untried.clear()
  }
  #say(label: string, state: SecretFound['state']): void {
    if (this.#said.has(label)) return
    this.#said.set(label, state)
    const { flow, tell } = this.#context
    tell?.({ about: 'secret', flow, label, clientRandom: this.clientRandom, state })
  }
}

/** What the key of a server is called among the labels. */
export const RSA = 'RSA private key'

interface Basis {
  readonly label: string
  readonly stage: Key['stage']
  readonly suite: Suite13
  readonly secret: Secret
}

const keyOf = (crypto: CryptoProvider, { label, stage, suite, secret }: Basis): Key => ({
  label,
  stage,
  protection: protectionOf(crypto, suite, secret),
  opened: 0,
  traffic: { secret, suite },
})

/** The key behind a KeyUpdate (RFC 9846 7.2): from the one before, whether or not somebody wrote it down. */
export const updated = (crypto: CryptoProvider, key: Key): Key | undefined => {
  if (key.traffic === undefined) return undefined
  const { suite, secret } = key.traffic
  const next = nextTraffic(crypto, suite.hash, secret)
  return { ...keyOf(crypto, { label: key.label, stage: key.stage, suite, secret: next }), opened: 0 }
}

const SIDES: Readonly<Record<Side, string>> = { client: 'CLIENT', server: 'SERVER' }
export const EARLY = 'CLIENT_EARLY_TRAFFIC_SECRET'
export const handshakeLabel = (of: Side): string => `${SIDES[of]}_HANDSHAKE_TRAFFIC_SECRET`
export const trafficLabel = (of: Side, generation: number): string => `${SIDES[of]}_TRAFFIC_SECRET_${generation}`
