/**
 * A server of TLS 1.2 that answers every hello with one suite that nobody should take, whether it was offered or not, and
 * goes as far as the client lets it. Hostile by design: it is to show who refuses, and it protects nothing.
 */
import type { CryptoProvider, KeyOffer } from '../../crypto/provider.ts'
import type { Bytes, Chunk, Engine, Millis } from '../../engine.ts'
import { HandshakeInput } from '../../tls/handshake-input.ts'
import { MAX_CIPHERTEXT, MAX_PLAINTEXT } from '../../tls/limits.ts'
import { clientView, serverExtensions } from '../../tls/messages/extensions.ts'
import type { ClientHello } from '../../tls/messages/hello.ts'
import { HandshakeType, NamedGroup, TLS_1_2 } from '../../tls/messages/registries.table.ts'
import { type Bodies12, type ClientKeyExchange, type Finished, Handshake } from '../../tls/messages/tls12.ts'
import { ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE, HEADER_LENGTH } from '../../tls/record/format.ts'
import { RecordInput } from '../../tls/record/input.ts'
import { Refusal } from '../../tls/refusal.ts'
import { Secret } from '../../tls/secret.ts'
import type { EcdheGroup } from '../../tls/suites.table.ts'
import { masterSecret, prf, verifyData } from '../../tls/tls12/key-schedule.ts'
import { signedParams } from '../../tls/tls12/signed-params.ts'
import { Transcript } from '../../tls/transcript.ts'
import { joined, sameOctets } from '../../wire/bytes.ts'
import { decode, encode } from '../../wire/codec.ts'
import { WireError } from '../../wire/reader.ts'
import { MAC_LENGTH, WeakProtection } from './protection.ts'
import { type WeakSuite, type WeakSuiteName, weakSuites } from './suites.table.ts'

export interface WeakServerOptions {
  readonly crypto: CryptoProvider
  readonly suite: WeakSuiteName
  /** DER, leaf first, with a key on P-256. */
  readonly chain: readonly Bytes[]
  /** PrivateKeyInfo, DER. */
  readonly privateKey: Bytes
}

export type WeakEvent =
  /** The client has said no. `alert`: undefined where it left without a word. */
  | { readonly type: 'refused'; readonly alert: number | undefined }
  /** It has taken the suite. */
  | { readonly type: 'established' }
  | { readonly type: 'data'; readonly bytes: Bytes }
  /** What it says cannot be read. */
  | { readonly type: 'lost' }

export interface WeakServer extends Engine<Chunk, readonly Bytes[], WeakEvent> {
  /** Throws before `established`. */
  write(data: Bytes, now: Millis): void
  close(now: Millis): void
}

/** The client keeps no rules itself. */
class Lost extends Error {}

export const weakServer = (options: WeakServerOptions): WeakServer => new HostileServer(options)

const ECDSA_P256_SHA256 = 0x0403
const GROUPS: readonly EcdheGroup[] = ['x25519', 'secp256r1', 'secp384r1']
const HASH = 'sha256'
const MOST_MESSAGE = 65_536

interface Exchange {
  readonly clientRandom: Bytes
  readonly serverRandom: Bytes
  readonly offer: KeyOffer
}

interface Keys {
  readonly master: Secret
  readonly reads: WeakProtection
  readonly writes: WeakProtection
}

class HostileServer implements WeakServer {
  readonly #options: WeakServerOptions
  readonly #suite: WeakSuite
  readonly #records = new RecordInput('server')
  readonly #messages = new HandshakeInput((_, length) => {
    if (length > MOST_MESSAGE) throw new Lost('a message that is too long')
  })
  readonly #transcript = new Transcript()
  readonly #events: WeakEvent[] = []
  #out: Bytes[] = []
  #greeted = false
  #exchange: Exchange | undefined
  #keys: Keys | undefined
  /** ChangeCipherSpec came, or went. */
  #reading: WeakProtection | undefined
  #writing: WeakProtection | undefined
  #established = false
  #over = false

  constructor(options: WeakServerOptions) {
    this.#options = options
    this.#suite = weakSuites.find(({ name }) => name === options.suite)!
    this.#transcript.useHash(options.crypto, HASH)
  }

  receive(input: Chunk, _now: Millis): void {
    if (this.#over) return
    if (input === 'end') {
      this.#end(this.#established ? undefined : { type: 'refused', alert: undefined })
      return
    }
    this.#records.push(input.slice())
    try {
      for (let record = this.#records.next(); record !== undefined; record = this.#records.next()) {
        this.#record(record.type, record.bytes.subarray(HEADER_LENGTH))
        if (this.#over) return
      }
    } catch (error) {
      if (!(error instanceof Lost || error instanceof WireError || error instanceof Refusal)) throw error
      this.#end({ type: 'lost' })
    }
  }
  advance(_now: Millis): void {}
  nextDeadline(): undefined {
    return undefined
  }
  pollEvent(): WeakEvent | undefined {
    return this.#events.shift()
  }
  pollTransmit(_now: Millis): readonly Bytes[] | undefined {
    const out = this.#out
    this.#out = []
    return out.length === 0 ? undefined : out
  }
  write(data: Bytes, _now: Millis): void {
    if (!this.#established) throw new Error('nobody has taken the suite yet')
    for (let at = 0; at < data.length; at += MAX_PLAINTEXT)
      this.#emit(APPLICATION_DATA, data.subarray(at, at + MAX_PLAINTEXT))
  }
  close(_now: Millis): void {
    if (this.#over) return
    this.#emit(ALERT, Uint8Array.of(1, 0))
    this.#end()
  }

  #end(event?: WeakEvent): void {
    this.#over = true
    if (event !== undefined) this.#events.push(event)
  }

  #record(type: number, fragment: Bytes): void {
    const content = this.#reading === undefined ? fragment : this.#reading.open(type, fragment)
    if (content === undefined) this.#end({ type: 'lost' })
    else if (type === ALERT) this.#alert(content)
    else if (type === CHANGE_CIPHER_SPEC) this.#protectReads()
    else if (type === HANDSHAKE) this.#handshake(content)
    else if (type === APPLICATION_DATA && this.#established) this.#events.push({ type: 'data', bytes: content })
  }

  #protectReads(): void {
    this.#reading = this.#keys?.reads
    this.#records.expectProtected(MAX_CIPHERTEXT)
  }

  #alert(content: Bytes): void {
    const [, alert] = content
    this.#end(alert === 0 && this.#established ? undefined : { type: 'refused', alert })
  }

  #handshake(content: Bytes): void {
    this.#messages.push(content.slice(), 0, 0)
    for (let message = this.#messages.next(); message !== undefined; message = this.#messages.next()) {
      const { bytes } = message
      const before = this.#transcript.digest()
      const { type, body } = decode(Handshake, bytes)
      this.#transcript.add(bytes)
      const name = HandshakeType.nameOf(type)
      if (name === 'ClientHello') this.#greet(body as ClientHello)
      else if (name === 'ClientKeyExchange') this.#agree(body as ClientKeyExchange)
      else if (name === 'Finished') this.#finish(body as Finished, before)
      else throw new Lost(`a ${name}`)
    }
  }

  /** The whole flight. What of the suite the client did not offer is what this is about. */
  #greet({ random: clientRandom, extensions: list }: ClientHello): void {
    if (this.#greeted) throw new Lost('another hello')
    this.#greeted = true
    const { crypto, chain, privateKey } = this.#options
    const extensions = clientView(list ?? [])
    const serverRandom = crypto.random.bytes(32)
    this.#say('ServerHello', {
      legacyVersion: TLS_1_2,
      random: serverRandom,
      sessionId: new Uint8Array(0),
      cipherSuite: this.#suite.id,
      compressionMethod: 0,
      extensions: serverExtensions({ renegotiationInfo: { renegotiatedConnection: new Uint8Array(0) } }),
    })
    this.#say('Certificate', { chain: [...chain] })
    if (this.#suite.cipher !== 'unspoken') {
      const theirs = extensions.supportedGroups?.groups ?? []
      const group = GROUPS.find(name => theirs.includes(NamedGroup.names[name]!)) ?? 'secp256r1'
      const offer = crypto.offerShare(group)
      this.#exchange = { clientRandom, serverRandom, offer }
      const params = { curveType: 3, group: NamedGroup.names[group]!, publicKey: offer.share }
      const algorithm = { key: 'ecdsa', hash: HASH } as const
      const signature = crypto.sign(algorithm, privateKey, signedParams(clientRandom, serverRandom, params))
      this.#say('ServerKeyExchange', { params, scheme: ECDSA_P256_SHA256, signature })
    }
    this.#say('ServerHelloDone', {})
  }

  #agree({ publicKey }: ClientKeyExchange): void {
    const { crypto } = this.#options
    const { keyLength } = this.#suite
    if (this.#exchange === undefined || this.#keys !== undefined) throw new Lost('a share at no time for it')
    const { offer, clientRandom, serverRandom } = this.#exchange
    const shared = offer.secret(publicKey)
    if (shared === undefined) throw new Lost('a share that is none')
    const binding = { to: 'randoms', client: clientRandom, server: serverRandom } as const
    const master = masterSecret(crypto, HASH, new Secret(shared), binding)
    const length = 2 * (MAC_LENGTH + keyLength)
    const block = prf(crypto, HASH, master, 'key expansion', [serverRandom, clientRandom], length)
    const keyOf = (side: 0 | 1): WeakProtection => {
      const macKey = block.subarray(side * MAC_LENGTH, (side + 1) * MAC_LENGTH)
      const at = 2 * MAC_LENGTH + side * keyLength
      return new WeakProtection(crypto, this.#suite, macKey, block.subarray(at, at + keyLength))
    }
    this.#keys = { master, reads: keyOf(0), writes: keyOf(1) }
  }

  #finish({ verifyData: theirs }: Finished, before: Bytes): void {
    const { crypto } = this.#options
    if (this.#keys === undefined || this.#reading === undefined) throw new Lost('a Finished too early')
    const { master, writes } = this.#keys
    if (!sameOctets(theirs, verifyData(crypto, HASH, master, 'client finished', before)))
      throw new Lost('a wrong Finished')
    this.#emit(CHANGE_CIPHER_SPEC, Uint8Array.of(1))
    this.#writing = writes
    const hash = this.#transcript.digest()
    this.#say('Finished', { verifyData: verifyData(crypto, HASH, master, 'server finished', hash) })
    this.#established = true
    this.#events.push({ type: 'established' })
  }

  #say<N extends keyof Bodies12>(name: N, body: Bodies12[N]): void {
    const bytes = encode(Handshake, { type: HandshakeType.names[name]!, body })
    this.#transcript.add(bytes)
    this.#emit(HANDSHAKE, bytes)
  }

  #emit(type: number, content: Bytes): void {
    const fragment = this.#writing === undefined ? content : this.#writing.seal(type, content)
    this.#out.push(joined([Uint8Array.of(type, 3, 3, fragment.length >> 8, fragment.length & 0xff), fragment]))
  }
}
