/** The client's share, and with it the keys (RFC 5246 7.4.7). */
import { Secret } from '../../secret.ts'
import type { Context, Handles, Message } from '../../states.ts'
import { type Binding, masterSecret, trafficKeys } from '../key-schedule.ts'
import { WaitChangeCipherSpec } from './finished.ts'
import type { Exchange, Table } from './state.ts'

export class WaitClientKeyExchange implements Handles<Table, 'WaitClientKeyExchange'> {
  readonly name = 'WaitClientKeyExchange'
  readonly #exchange: Exchange
  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }
  ClientKeyExchange(context: Context, message: Message<'ClientKeyExchange'>): WaitChangeCipherSpec {
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
    const keys = trafficKeys(context.crypto, suite, master, clientRandom, serverRandom)
    return new WaitChangeCipherSpec({ ...this.#exchange, master, reads: keys.client, writes: keys.server })
  }
}
