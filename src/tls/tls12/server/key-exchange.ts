/** The client's share, and with it the keys (RFC 5246 7.4.7); and the proof that it is who it says it is. */
import type { Bytes } from '../../../engine.ts'
import { SignatureScheme } from '../../messages/registries.table.ts'
import type { Bodies12Rsa } from '../../messages/tls12.ts'
import { Fresh, SignatureValid } from '../../proofs.ts'
import { Secret } from '../../secret.ts'
import type { Context, Handles, Message } from '../../states.ts'
import type { CertifiedKey } from '../../types.ts'
import { type Binding, masterSecret, trafficKeys } from '../key-schedule.ts'
import { premasterOf } from '../rsa-premaster.ts'
import { WaitChangeCipherSpec } from './finished.ts'
import type { Claimed, Exchange, Keyed, OfferedShare, Table } from './state.ts'

/** What comes when the client has said who it is, or need not. */
export const exchanging = (exchange: Exchange, claimed?: Claimed): WaitClientKeyExchange | WaitEncryptedPremaster => {
  const { premaster } = exchange
  return premaster.by === 'share'
    ? new WaitClientKeyExchange(exchange, premaster, claimed)
    : new WaitEncryptedPremaster(exchange, premaster.key, claimed)
}

export class WaitClientKeyExchange implements Handles<Table, 'WaitClientKeyExchange'> {
  readonly name = 'WaitClientKeyExchange'
  readonly #exchange: Exchange
  readonly #offered: OfferedShare
  readonly #claimed: Claimed | undefined
  constructor(exchange: Exchange, offered: OfferedShare, claimed?: Claimed) {
    this.#exchange = exchange
    this.#offered = offered
    this.#claimed = claimed
  }
  ClientKeyExchange(
    context: Context,
    message: Message<'ClientKeyExchange'>,
  ): WaitChangeCipherSpec | WaitCertificateVerify {
    const { offer, group } = this.#offered
    const shared = offer.secret(message.body.publicKey)
    if (shared === undefined)
      throw context.refusal('key exchange', message, 'tls/share-wrong', 'publicKey', {
        got: `${message.body.publicKey.length} bytes`,
        expected: group,
      })
    return keyed(context, this.#exchange, new Secret(shared), this.#claimed)
  }
}

/** RFC 5246 7.4.7.1: the client chooses the secret. */
export class WaitEncryptedPremaster implements Handles<Table, 'WaitEncryptedPremaster', Bodies12Rsa> {
  readonly name = 'WaitEncryptedPremaster'
  readonly #exchange: Exchange
  readonly #key: CertifiedKey
  readonly #claimed: Claimed | undefined
  constructor(exchange: Exchange, key: CertifiedKey, claimed?: Claimed) {
    this.#exchange = exchange
    this.#key = key
    this.#claimed = claimed
  }
  ClientKeyExchange(context: Context<Bodies12Rsa>, message: Message<'ClientKeyExchange', Bodies12Rsa>): WaitDecrypted {
    // Drawn before anything is known of the ciphertext, and used when it is wrong.
    const random = context.crypto.random.bytes(48)
    context.wipesLater(new Secret(random))
    context.ask({ about: 'decrypt', key: this.#key, ciphertext: message.body.encryptedPremaster })
    return new WaitDecrypted(this.#exchange, random, this.#claimed)
  }
}

/** Whatever comes back, the handshake goes on: that it was wrong shows when the client's Finished cannot be read. */
class WaitDecrypted implements Handles<Table, 'WaitDecrypted'> {
  readonly name = 'WaitDecrypted'
  readonly #exchange: Exchange
  readonly #random: Bytes
  readonly #claimed: Claimed | undefined
  constructor(exchange: Exchange, random: Bytes, claimed?: Claimed) {
    this.#exchange = exchange
    this.#random = random
    this.#claimed = claimed
  }
  decrypt(context: Context, block: Bytes | 'none'): WaitChangeCipherSpec | WaitCertificateVerify {
    const { legacyVersion } = this.#exchange.negotiated.hello.body
    const premaster = premasterOf(block === 'none' ? undefined : block, legacyVersion, this.#random)
    return keyed(context, this.#exchange, premaster, this.#claimed)
  }
}

/** The keys of both sides. `premaster` is wiped. */
const keyed = (
  context: Context,
  exchange: Exchange,
  premaster: Secret,
  claimed: Claimed | undefined,
): WaitChangeCipherSpec | WaitCertificateVerify => {
  const { negotiated, serverRandom, suite, shown, remembered, macOrder, premaster: offered } = exchange
  const { clientRandom } = negotiated
  // RFC 7627 3: the session hash ends with the ClientKeyExchange.
  const binding: Binding = negotiated.extendedMasterSecret
    ? { to: 'handshake', sessionHash: context.transcript.digest() }
    : { to: 'randoms', client: clientRandom, server: serverRandom }
  const master = masterSecret(context.crypto, suite.hash, premaster, binding)
  premaster.wipe()
  context.secret('CLIENT_RANDOM', clientRandom, master)
  const keys = trafficKeys(context.crypto, suite, master, clientRandom, serverRandom, macOrder)
  context.wipesLater(keys, 'kept')
  const made = {
    negotiated,
    suite,
    shown,
    serverRandom,
    group: offered.by === 'share' ? offered.group : undefined,
    remembered,
    resumed: false,
    master,
    reads: keys.client,
    writes: keys.server,
  }
  return claimed === undefined
    ? new WaitChangeCipherSpec({ ...made, client: 'anonymous', peerChain: [] })
    : new WaitCertificateVerify(made, claimed)
}

/** RFC 5246 7.4.8: whoever shows a certificate signs the handshake with its key. */
class WaitCertificateVerify implements Handles<Table, 'WaitCertificateVerify'> {
  readonly name = 'WaitCertificateVerify'
  readonly #keyed: Omit<Keyed, 'client' | 'peerChain'>
  readonly #claimed: Claimed
  constructor(keyed: Omit<Keyed, 'client' | 'peerChain'>, claimed: Claimed) {
    this.#keyed = keyed
    this.#claimed = claimed
  }
  CertificateVerify(context: Context, message: Message<'CertificateVerify'>): WaitChangeCipherSpec {
    const { scheme: number, signature } = message.body
    const { trusted, chain, schemes } = this.#claimed
    const scheme = schemes.find(({ id }) => id === number)
    if (scheme === undefined)
      throw context.refusal('signature', message, 'tls/wrong-scheme', 'scheme', {
        got: SignatureScheme.nameOf(number),
        expected: `it must be one that was asked for and fits the key (${schemes.map(({ name }) => name).join(', ')})`,
      })
    const proof = SignatureValid.check(context.crypto, scheme, trusted.publicKey, context.transcript.raw(), signature)
    if (proof === undefined)
      throw context.refusal('signature', message, 'tls/signature-wrong', 'signature', { got: scheme.name })
    context.passed('signature', message)
    context.transcript.forgetRaw()
    context.transcript.add(message.bytes)
    return new WaitChangeCipherSpec({ ...this.#keyed, client: new Fresh(trusted, proof), peerChain: chain })
  }
}
