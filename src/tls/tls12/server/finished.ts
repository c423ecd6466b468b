/** The client's keys and Finished, then ours: the end of the handshake. */
import { type Authenticated, FinishedVerified } from '../../proofs.ts'
import type { Context, Handles, Message } from '../../states.ts'
import { verifyData } from '../key-schedule.ts'
import type { Keyed, Table } from './state.ts'

export class WaitChangeCipherSpec implements Handles<Table, 'WaitChangeCipherSpec'> {
  readonly name = 'WaitChangeCipherSpec'
  readonly #keyed: Keyed
  constructor(keyed: Keyed) {
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
    const { crypto, transcript } = context
    const { negotiated, suite, master, writes, client, peerChain } = this.#keyed
    const expected = verifyData(crypto, suite.hash, master, 'client finished', transcript.digest())
    const finished = FinishedVerified.check(crypto, expected, message.body.verifyData)
    if (finished === undefined) throw context.refusal('Finished', message, 'tls/finished-wrong', 'verifyData', {})
    context.passed('Finished', message)
    transcript.add(message.bytes)
    context.changeCipherSpec()
    context.protectWrites(writes)
    const hash = transcript.digest()
    context.send('Finished', { verifyData: verifyData(crypto, suite.hash, master, 'server finished', hash) })
    context.established({
      version: 'TLS 1.2',
      suite: suite.name,
      group: negotiated.group,
      alpn: negotiated.alpn,
      serverName: negotiated.serverName,
      resumed: false,
      peerChain,
    })
    return new Established(client, finished)
  }
}

/** Data may flow: both sides saw the same handshake, and the client has proven who it is if it said so. */
export class Established implements Handles<Table, 'Established'> {
  readonly name = 'Established'
  readonly client: Authenticated
  readonly finished: FinishedVerified
  constructor(client: Authenticated, finished: FinishedVerified) {
    this.client = client
    this.finished = finished
  }
  ClientHello(context: Context): this {
    context.refuseRenegotiation()
    return this
  }
}
