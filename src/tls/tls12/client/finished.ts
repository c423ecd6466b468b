/** The server's keys and its Finished: the end of the handshake. */
import { FinishedVerified, Fresh } from '../../proofs.ts'
import type { Context, Handles, Message } from '../../states.ts'
import { verifyData } from '../key-schedule.ts'
import { ClientState, type Keyed, type Table } from './state.ts'

export class WaitChangeCipherSpec extends ClientState implements Handles<Table, 'WaitChangeCipherSpec'> {
  readonly name = 'WaitChangeCipherSpec'
  readonly #keyed: Keyed
  constructor(keyed: Keyed) {
    super()
    this.#keyed = keyed
  }
  ChangeCipherSpec(context: Context): WaitFinished {
    context.protectReads(this.#keyed.reads)
    return new WaitFinished(this.#keyed)
  }
}

class WaitFinished implements Handles<Table, 'WaitFinished'> {
  readonly name = 'WaitFinished'
  readonly #keyed: Keyed
  constructor(keyed: Keyed) {
    this.#keyed = keyed
  }
  Finished(context: Context, message: Message<'Finished'>): Established {
    const { negotiated, peer, group, proof, master } = this.#keyed
    const { suite, alpn, offer } = negotiated
    const hash = context.transcript.digest()
    const expected = verifyData(context.crypto, suite.hash, master, 'server finished', hash)
    const finished = FinishedVerified.check(context.crypto, expected, message.body.verifyData)
    if (finished === undefined) throw context.refusal('Finished', message, 'tls/finished-wrong', 'verifyData', {})
    context.passed('Finished', message)
    const established = new Established(new Fresh(peer.trusted, proof), finished)
    context.established({
      version: 'TLS 1.2',
      suite: suite.name,
      group,
      alpn,
      serverName: offer.config.serverName,
      resumed: false,
      peerChain: peer.chain,
    })
    return established
  }
}

/** Data may flow: the chain is trusted, its key signed this exchange, and both sides saw the same handshake. */
export class Established extends ClientState implements Handles<Table, 'Established'> {
  readonly name = 'Established'
  readonly server: Fresh
  readonly finished: FinishedVerified
  constructor(server: Fresh, finished: FinishedVerified) {
    super()
    this.server = server
    this.finished = finished
  }
}
