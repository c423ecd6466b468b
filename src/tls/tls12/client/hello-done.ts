/** The end of the server's flight, and ours: who we are if it asks, our share, our keys, our Finished. */
import { Secret } from '../../secret.ts'
import type { Context, Handles } from '../../states.ts'
import { type Binding, masterSecret, trafficKeys, verifyData } from '../key-schedule.ts'
import { WaitChangeCipherSpec } from './finished.ts'
import { ClientState, type Flight, type Table } from './state.ts'

export class WaitCertificateRequestOrServerHelloDone
  extends ClientState
  implements Handles<Table, 'WaitCertificateRequestOrServerHelloDone'>
{
  readonly name = 'WaitCertificateRequestOrServerHelloDone'
  readonly #flight: Flight
  constructor(flight: Flight) {
    super()
    this.#flight = flight
  }
  CertificateRequest(): WaitServerHelloDone {
    return new WaitServerHelloDone(this.#flight)
  }
  ServerHelloDone(context: Context): WaitChangeCipherSpec {
    return finish(context, this.#flight)
  }
}

class WaitServerHelloDone extends ClientState implements Handles<Table, 'WaitServerHelloDone'> {
  readonly name = 'WaitServerHelloDone'
  readonly #flight: Flight
  constructor(flight: Flight) {
    super()
    this.#flight = flight
  }
  ServerHelloDone(context: Context): WaitChangeCipherSpec {
    // RFC 5246 7.4.6: without a suitable certificate the client sends an empty list.
    context.certificateWasWanted()
    context.send('Certificate', { chain: [] })
    return finish(context, this.#flight)
  }
}

/** Our half of the key exchange, the keys, and our Finished. */
const finish = (context: Context, flight: Flight): WaitChangeCipherSpec => {
  const { negotiated, exchange, group } = flight
  const { offer, serverRandom, suite } = negotiated
  const answer = context.crypto.answerShare(group, exchange.body.params.publicKey)
  if (answer === undefined)
    throw context.refusal('key exchange', exchange, 'tls/share-wrong', 'params.publicKey', {
      got: `${exchange.body.params.publicKey.length} bytes`,
      expected: group,
    })
  context.send('ClientKeyExchange', { publicKey: answer.share })
  const premaster = new Secret(answer.secret)
  // RFC 7627 3: the session hash ends with the ClientKeyExchange.
  const binding: Binding = negotiated.extendedMasterSecret
    ? { to: 'handshake', sessionHash: context.transcript.digest() }
    : { to: 'randoms', client: offer.random, server: serverRandom }
  const master = masterSecret(context.crypto, suite.hash, premaster, binding)
  premaster.wipe()
  context.secret('CLIENT_RANDOM', offer.random, master)
  const keys = trafficKeys(context.crypto, suite, master, offer.random, serverRandom)
  context.changeCipherSpec()
  context.protectWrites(keys.client)
  const hash = context.transcript.digest()
  context.send('Finished', { verifyData: verifyData(context.crypto, suite.hash, master, 'client finished', hash) })
  return new WaitChangeCipherSpec({ ...flight, master, reads: keys.server })
}
