/**
 * Seals the state of a session into a ticket that the client keeps (RFC 5077 4), and opens it again. A server that answers
 * the question `ticket` with this holds nothing per client. Of use for every version of TLS.
 *
 * Whoever has a key can read every session that it sealed, forward secrecy or not: keys are made here, change, are
 * forgotten, and never leave. Servers of one name on several machines need the same ones: those are given, and whoever gives
 * them changes them.
 */
import type { Aead, CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { joined, sameOctets } from '../../wire/bytes.ts'
import { SESSION_LIFETIME } from './session.ts'

export interface TicketOptions {
  readonly crypto: CryptoProvider
  /** Milliseconds for which a key seals; half a day when left out (RFC 9325 3.4: "changed regularly, e.g., once every week"). */
  readonly rotation?: number | undefined
  /** Milliseconds for which a ticket opens after its key has stopped sealing; half a day when left out. */
  readonly lifetime?: number | undefined
  /** `GIVEN_LENGTH` bytes that seal instead, and open for ever: none is made here then. */
  readonly given?: Bytes | undefined
}

const HALF_A_DAY = SESSION_LIFETIME * 1_000

/** RFC 5077 4 has these lengths in its example; a name is as good as random. */
const NAME_LENGTH = 16
const NONCE_LENGTH = 12
const KEY_LENGTH = 32
const TAG_LENGTH = 16

/** The name of a key, and the key. */
export const GIVEN_LENGTH = NAME_LENGTH + KEY_LENGTH

/** NIST SP 800-38D 8.3: with nonces drawn at random, one key seals at most 2^32 times. */
const MOST_SEALED = 2 ** 32

interface TicketKey {
  readonly name: Bytes
  readonly aead: Aead
  readonly made: number
  sealed: number
}

export class TicketKeeper {
  readonly #crypto: CryptoProvider
  readonly #rotation: number
  readonly #lifetime: number
  /** The newest first: it seals. The others only open. */
  #keys: TicketKey[] = []
  #given: TicketKey | undefined

  /** Throws `RangeError` for keys of another length. */
  constructor({ crypto, rotation = HALF_A_DAY, lifetime = HALF_A_DAY, given }: TicketOptions) {
    this.#crypto = crypto
    this.#rotation = rotation
    this.#lifetime = lifetime
    if (given !== undefined) this.take(given)
  }

  /** From now on these seal, as `given`; what was sealed before opens as long as it would have. */
  take(given: Bytes): void {
    if (given.length !== GIVEN_LENGTH) throw new RangeError(`${given.length} bytes of keys, not ${GIVEN_LENGTH}`)
    const copy = given.slice()
    this.#given = this.#keyOf(new Uint8Array(copy.subarray(0, NAME_LENGTH)), copy.subarray(NAME_LENGTH), 0)
  }

  /** `at`: the time in milliseconds, on any clock that is the same for all calls. */
  seal(state: Bytes, at: number): Uint8Array {
    const key = this.#sealing(at)
    key.sealed++
    const nonce = this.#crypto.random.bytes(NONCE_LENGTH)
    const { ciphertext, tag } = key.aead.seal(nonce, key.name, state)
    return joined([key.name, nonce, ciphertext, tag])
  }

  /** What was sealed; undefined for whatever no key of ours opens, or no longer. */
  open(ticket: Bytes, at: number): Uint8Array | undefined {
    if (ticket.length < NAME_LENGTH + NONCE_LENGTH + TAG_LENGTH) return undefined
    this.#forget(at)
    const name = ticket.subarray(0, NAME_LENGTH)
    const keys = this.#given === undefined ? this.#keys : [this.#given, ...this.#keys]
    const key = keys.find(each => sameOctets(each.name, name))
    const end = ticket.length - TAG_LENGTH
    return key?.aead.open(
      ticket.subarray(NAME_LENGTH, NAME_LENGTH + NONCE_LENGTH),
      name,
      ticket.subarray(NAME_LENGTH + NONCE_LENGTH, end),
      ticket.subarray(end),
    )
  }

  #sealing(at: number): TicketKey {
    if (this.#given !== undefined) return this.#given
    this.#forget(at)
    const [newest] = this.#keys
    if (newest !== undefined && at - newest.made < this.#rotation && newest.sealed < MOST_SEALED) return newest
    const secret = this.#crypto.random.bytes(KEY_LENGTH)
    const key = this.#keyOf(this.#crypto.random.bytes(NAME_LENGTH), secret, at)
    this.#keys.unshift(key)
    return key
  }

  #keyOf(name: Bytes, secret: Uint8Array, made: number): TicketKey {
    const aead = this.#crypto.aead('aes-256-gcm', secret)
    secret.fill(0)
    return { name, aead, made, sealed: 0 }
  }

  /** Keys whose tickets have all expired; and those from the future, where a clock was set back. */
  #forget(at: number): void {
    const oldest = at - this.#rotation - this.#lifetime
    if (this.#keys.some(({ made }) => made <= oldest || made > at))
      this.#keys = this.#keys.filter(({ made }) => made > oldest && made <= at)
  }
}
