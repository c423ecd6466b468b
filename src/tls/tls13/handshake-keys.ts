/** The secrets of one handshake and of the connection that comes from it, with their names in the key log. */
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import type { Bodies13 } from '../messages/tls13.ts'
import type { RecordProtection } from '../record/protection.ts'
import { Secret } from '../secret.ts'
import type { Context } from '../states.ts'
import type { Suite13 } from '../suites.table.ts'
import {
  type EarlySecret,
  exportKeyingMaterial,
  KEY_LOG,
  type MainSecret,
  nextTraffic,
  protectionOf,
  verifyData,
  withoutKey,
} from './key-schedule.ts'
import type { Padding } from './record-protection.ts'

type Side = 'client' | 'server'
type Both = Readonly<Record<Side, Secret>>

interface Basis {
  readonly suite: Suite13
  /** Of the key agreement. */
  readonly secret: Bytes
  readonly clientRandom: Bytes
  /** Of a pre-shared key; undefined: without one. */
  readonly early?: EarlySecret | undefined
  /** Of what is sealed. */
  readonly padding: Padding | undefined
}

/** What protects the handshake behind the ServerHello. */
export class HandshakeKeys {
  readonly #crypto: CryptoProvider
  readonly #suite: Suite13
  readonly #clientRandom: Bytes
  readonly #traffic: Both
  readonly #main: MainSecret
  readonly #padding: Padding | undefined
  private constructor(
    crypto: CryptoProvider,
    { suite, clientRandom, padding }: Basis,
    traffic: Both,
    main: MainSecret,
  ) {
    this.#crypto = crypto
    this.#suite = suite
    this.#clientRandom = clientRandom
    this.#traffic = traffic
    this.#main = main
    this.#padding = padding
  }
  /** The transcript ends with the ServerHello. `basis.secret` is wiped. */
  static from(context: Context<Bodies13>, basis: Basis): HandshakeKeys {
    const { crypto, transcript } = context
    const { suite, clientRandom } = basis
    const shared = new Secret(basis.secret)
    const stage = basis.early?.handshake(shared) ?? withoutKey(crypto, suite.hash, shared)
    shared.wipe()
    const hash = transcript.digest()
    const traffic = { client: stage.clientTraffic(hash), server: stage.serverTraffic(hash) }
    context.secret(KEY_LOG.clientHandshakeTraffic, clientRandom, traffic.client)
    context.secret(KEY_LOG.serverHandshakeTraffic, clientRandom, traffic.server)
    const main = stage.main()
    context.wipesLater(main)
    return new HandshakeKeys(crypto, basis, traffic, main)
  }
  protection(of: Side): RecordProtection {
    return protectionOf(this.#crypto, this.#suite, this.#traffic[of], this.#padding)
  }
  /** What the Finished of that side says behind a transcript with this hash. */
  finished(of: Side, hash: Bytes): Bytes {
    return verifyData(this.#crypto, this.#suite.hash, this.#traffic[of], hash)
  }
  /** `hash`: of the transcript up to the server's Finished. */
  application(context: Context<Bodies13>, hash: Bytes): TrafficKeys {
    const main = this.#main
    const [client, server, exporter] = Secret.together([
      main.clientTraffic(hash),
      main.serverTraffic(hash),
      main.exporter(hash),
    ])
    const traffic = { client, server }
    context.secret(KEY_LOG.clientTraffic, this.#clientRandom, traffic.client, 'kept')
    context.secret(KEY_LOG.serverTraffic, this.#clientRandom, traffic.server, 'kept')
    context.secret(KEY_LOG.exporter, this.#clientRandom, exporter, 'kept')
    return new TrafficKeys(this.#crypto, this.#suite, traffic, exporter, this.#padding)
  }
  /** For the tickets of this connection; `hash`: of the whole handshake. */
  resumption(hash: Bytes): Secret {
    return this.#main.resumption(hash)
  }
}

/** What protects application data, and can be replaced by its successor. */
export class TrafficKeys {
  readonly #crypto: CryptoProvider
  readonly #suite: Suite13
  readonly #exporter: Secret
  readonly #padding: Padding | undefined
  #traffic: Both
  constructor(crypto: CryptoProvider, suite: Suite13, traffic: Both, exporter: Secret, padding: Padding | undefined) {
    this.#padding = padding
    this.#crypto = crypto
    this.#suite = suite
    this.#traffic = traffic
    this.#exporter = exporter
  }
  protection(of: Side): RecordProtection {
    return protectionOf(this.#crypto, this.#suite, this.#traffic[of], this.#padding)
  }
  /** What the Finished of that side says that ends an exchange behind the handshake (RFC 9846 4.5). */
  finished(of: Side, hash: Bytes): Bytes {
    return verifyData(this.#crypto, this.#suite.hash, this.#traffic[of], hash)
  }
  /** RFC 9846 4.7.3: the keys behind a KeyUpdate; those before are gone. */
  next(context: Context<Bodies13>, of: Side): RecordProtection {
    const before = this.#traffic[of]
    const after = nextTraffic(this.#crypto, this.#suite.hash, before)
    before.wipe()
    context.replaces(before, after)
    this.#traffic = { ...this.#traffic, [of]: after }
    return this.protection(of)
  }
  exported(label: string, about: Bytes, length: number): Bytes {
    return exportKeyingMaterial(this.#crypto, this.#suite.hash, this.#exporter, label, about, length)
  }
}
