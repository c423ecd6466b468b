/** The client's share, and with it the keys (RFC 5246 7.4.7); and the proof that it is who it says it is. */
import { SignatureScheme } from '../../messages/registries.table.ts'
import { Fresh, SignatureValid } from '../../proofs.ts'
import { Secret } from '../../secret.ts'
import type { Context, Handles, Message } from '../../states.ts'
import { type Binding, masterSecret, trafficKeys } from '../key-schedule.ts'
import { WaitChangeCipherSpec } from './finished.ts'
import type { Claimed, Exchange, Keyed, Table } from './state.ts'

export class WaitClientKeyExchange implements Handles<Table, 'WaitClientKeyExchange'> {
  readonly name = 'WaitClientKeyExchange'
  readonly #exchange: Exchange
  readonly #claimed: Claimed | undefined
  constructor(exchange: Exchange, claimed?: Claimed) {
    this.#exchange = exchange
    this.#claimed = claimed
  }
  ClientKeyExchange(
    context: Context,
    message: Message<'ClientKeyExchange'>,
  ): WaitChangeCipherSpec | WaitCertificateVerify {
    const { negotiated, serverRandom, suite, offer } = this.#exchange
    const { clientRandom } = negotiated
    const shared = offer.secret(message.body.publicKey)
    if (shared === undefined)
      throw context.refusal('key exchange', message, 'tls/share-wrong', 'publicKey', {
        got: `${message.body.publicKey.length} bytes`,
        expected: negotiated.group,
      })
    const premaster = new Secret(shared)
    // RFC 7627 3: the session hash ends with this very message.
    const binding: Binding = negotiated.extendedMasterSecret
      ? { to: 'handshake', sessionHash: context.transcript.digest() }
      : { to: 'randoms', client: clientRandom, server: serverRandom }
    const master = masterSecret(context.crypto, suite.hash, premaster, binding)
    premaster.wipe()
    context.secret('CLIENT_RANDOM', clientRandom, master)
    const { group } = negotiated
    const { remembered, macOrder } = this.#exchange
    const keys = trafficKeys(context.crypto, suite, master, clientRandom, serverRandom, macOrder)
    const keyed = {
      negotiated,
      suite,
      serverRandom,
      group,
      remembered,
      resumed: false,
      master,
      reads: keys.client,
      writes: keys.server,
    }
    return this.#claimed === undefined
      ? new WaitChangeCipherSpec({ ...keyed, client: 'anonymous', peerChain: [] })
      : new WaitCertificateVerify(keyed, this.#claimed)
  }
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
