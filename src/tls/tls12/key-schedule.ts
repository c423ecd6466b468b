/** From the shared secret to keys (RFC 5246 5, 6.3, 8.1; RFC 7627 4). */
import type { CryptoProvider, HashName } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import type { RecordProtection } from '../record/protection.ts'
import { Secret } from '../secret.ts'
import type { Suite } from '../suites.table.ts'
import { CbcProtection, MAC_LENGTH, type MacOrder } from './cbc-protection.ts'
import { AeadProtection } from './record-protection.ts'

const MASTER_SECRET_LENGTH = 48
const VERIFY_DATA_LENGTH = 12

/** RFC 5246 5: PRF(secret, label, seed) = P_hash(secret, label + seed), cut to `length` bytes. */
export const prf = (
  crypto: CryptoProvider,
  hash: HashName,
  secret: Secret,
  label: string,
  seeds: readonly Bytes[],
  length: number,
): Bytes => {
  const key = secret.reveal()
  const seed = [latin1Bytes(label), ...seeds]
  const out = new Uint8Array(length)
  let a = crypto.hmac(hash, key, ...seed)
  for (let at = 0; ; ) {
    const block = crypto.hmac(hash, key, a, ...seed)
    out.set(block.subarray(0, length - at), at)
    at += block.length
    block.fill(0)
    const next = at < length ? crypto.hmac(hash, key, a) : undefined
    a.fill(0)
    if (next === undefined) return out
    a = next
  }
}

/** What the master secret is bound to: the whole handshake (RFC 7627) or only the two randoms (RFC 5246 8.1). */
export type Binding =
  | { readonly to: 'handshake'; readonly sessionHash: Bytes }
  | { readonly to: 'randoms'; readonly client: Bytes; readonly server: Bytes }

export const masterSecret = (crypto: CryptoProvider, hash: HashName, premaster: Secret, binding: Binding): Secret => {
  const [label, seeds] =
    binding.to === 'handshake'
      ? ['extended master secret', [binding.sessionHash]]
      : ['master secret', [binding.client, binding.server]]
  return new Secret(prf(crypto, hash, premaster, label, seeds, MASTER_SECRET_LENGTH))
}

/** What protects what each side sends. */
export interface Keys {
  readonly client: RecordProtection
  readonly server: RecordProtection
  /** Overwrites both: a handshake may end between the making of keys and their use. */
  wipe(): void
}

/** RFC 5246 6.3: MAC keys, keys and IVs, each for the client and then for the server. `order` matters to CBC alone. */
export const trafficKeys = (
  crypto: CryptoProvider,
  suite: Suite,
  master: Secret,
  clientRandom: Bytes,
  serverRandom: Bytes,
  order: MacOrder = 'mac-then-encrypt',
): Keys => {
  const { keyLength } = suite
  const macLength = suite.mode === 'cbc' ? MAC_LENGTH[suite.mac] : 0
  // RFC 5246 6.2.3.2: a record under CBC brings its whole IV.
  const ivLength = suite.mode === 'aead' ? suite.fixedIvLength : 0
  const length = 2 * (macLength + keyLength + ivLength)
  const block = prf(crypto, suite.hash, master, 'key expansion', [serverRandom, clientRandom], length)
  let at = 0
  const next = (count: number): Bytes => block.subarray(at, (at += count))
  const [macKeys, keys, ivs] = [macLength, keyLength, ivLength].map(count => [next(count), next(count)] as const)
  const protection = (side: 0 | 1): RecordProtection =>
    suite.mode === 'aead'
      ? new AeadProtection(crypto, suite, keys![side], ivs![side])
      : new CbcProtection(crypto, suite, macKeys![side], keys![side], order)
  const [client, server] = [protection(0), protection(1)]
  block.fill(0)
  return new BothKeys(client, server)
}

/** Kept for as long as the connection: a closure would hold on to all that the keys were made of, a kilobyte. */
class BothKeys implements Keys {
  readonly client: RecordProtection
  readonly server: RecordProtection
  constructor(client: RecordProtection, server: RecordProtection) {
    this.client = client
    this.server = server
  }
  wipe(): void {
    this.client.wipe()
    this.server.wipe()
  }
}

/** RFC 5246 7.4.9. */
export const verifyData = (
  crypto: CryptoProvider,
  hash: HashName,
  master: Secret,
  whose: 'client finished' | 'server finished',
  transcriptHash: Bytes,
): Bytes => prf(crypto, hash, master, whose, [transcriptHash], VERIFY_DATA_LENGTH)
