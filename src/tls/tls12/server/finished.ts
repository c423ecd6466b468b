/** The client's keys and Finished, then ours: the end of the handshake. */
import type { Bytes } from '../../../engine.ts'
import { MOST_SEALED } from '../../limits.ts'
import { type Authenticated, FinishedVerified, grounds } from '../../proofs.ts'
import type { Context, Handles, Message } from '../../states.ts'
import { type Exporter, exporterOf } from '../exporter.ts'
import { verifyData } from '../key-schedule.ts'
import { lifetimeOf, stateOf } from './remembering.ts'
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
  Finished(context: Context, message: Message<'Finished'>): Established | WaitTicketSealed | WaitSessionKept {
    const { crypto, transcript } = context
    const { suite, master, remembered, resumed } = this.#keyed
    const expected = verifyData(crypto, suite.hash, master, 'client finished', transcript.digest())
    const finished = FinishedVerified.check(crypto, expected, message.body.verifyData)
    if (finished === undefined) throw context.refusal('Finished', message, 'tls/finished-wrong', 'verifyData', {})
    context.passed('Finished', message)
    // Ours went first.
    if (resumed) return established(context, this.#keyed, finished)
    transcript.add(message.bytes)
    if (remembered.by === 'ticket') return sealed(context, this.#keyed, finished)
    if (remembered.by === 'nothing') return finish(context, this.#keyed, finished)
    const state = stateOf(this.#keyed, context.date)
    context.ask({ about: 'session', wanted: { put: state, id: remembered.id } })
    return new WaitSessionKept(this.#keyed, finished)
  }
}

/** RFC 5077 3.3: a ticket was promised, so there is one, if only an empty one. */
const sealed = (context: Context, keyed: Keyed, finished: FinishedVerified): Established | WaitTicketSealed => {
  const state = stateOf(keyed, context.date)
  if (state.length <= MOST_SEALED) {
    context.ask({ about: 'ticket', wanted: { seal: state } })
    return new WaitTicketSealed(keyed, finished)
  }
  context.send('NewSessionTicket', { lifetimeHint: 0, ticket: new Uint8Array(0) })
  return finish(context, keyed, finished)
}

class WaitTicketSealed implements Handles<Table, 'WaitTicketSealed'> {
  readonly name = 'WaitTicketSealed'
  readonly #keyed: Keyed
  readonly #finished: FinishedVerified
  constructor(keyed: Keyed, finished: FinishedVerified) {
    this.#keyed = keyed
    this.#finished = finished
  }
  ticket(context: Context, reply: Bytes | 'none'): Established {
    const ticket = reply === 'none' ? new Uint8Array(0) : reply
    const lifetimeHint = ticket.length === 0 ? 0 : lifetimeOf(this.#keyed.negotiated)
    context.send('NewSessionTicket', { lifetimeHint, ticket })
    return finish(context, this.#keyed, this.#finished)
  }
}

class WaitSessionKept implements Handles<Table, 'WaitSessionKept'> {
  readonly name = 'WaitSessionKept'
  readonly #keyed: Keyed
  readonly #finished: FinishedVerified
  constructor(keyed: Keyed, finished: FinishedVerified) {
    this.#keyed = keyed
    this.#finished = finished
  }
  session(context: Context): Established {
    return finish(context, this.#keyed, this.#finished)
  }
}

/** Our last word of a full handshake. */
const finish = (context: Context, keyed: Keyed, finished: FinishedVerified): Established => {
  const { suite, master, writes } = keyed
  context.changeCipherSpec()
  context.protectWrites(writes)
  const hash = context.transcript.digest()
  context.send('Finished', { verifyData: verifyData(context.crypto, suite.hash, master, 'server finished', hash) })
  return established(context, keyed, finished)
}

const established = (context: Context, keyed: Keyed, finished: FinishedVerified): Established => {
  const { negotiated, suite, group, resumed, client, peerChain } = keyed
  const exporter = exporterFor(context, keyed)
  context.established({
    version: 'TLS 1.2',
    suite: suite.name,
    group,
    alpn: negotiated.alpn,
    serverName: negotiated.serverName,
    resumed,
    peerChain,
    peerCertificateType: negotiated.types.client ?? 'X509',
    ...grounds(client),
  })
  return new Established(client, finished, exporter)
}

/** RFC 7627 5.4: without extended master secret a secret may be that of two connections. */
const exporterFor = (context: Context, { negotiated, suite, master, serverRandom }: Keyed): Exporter | undefined => {
  const { config, clientRandom, extendedMasterSecret } = negotiated
  return config.exporters === 'kept' && extendedMasterSecret
    ? exporterOf(context, { suite, master, clientRandom, serverRandom })
    : undefined
}

/** Data may flow: both sides saw the same handshake, and the client has proven who it is if it said so. */
export class Established implements Handles<Table, 'Established'> {
  readonly name = 'Established'
  readonly #exporter: Exporter | undefined
  constructor(_client: Authenticated, _finished: FinishedVerified, exporter: Exporter | undefined) {
    this.#exporter = exporter
  }
  exportKeyingMaterial(label: string, context: Bytes | undefined, length: number): Bytes | undefined {
    return this.#exporter?.(label, context, length)
  }
  ClientHello(context: Context): this {
    context.refuseRenegotiation()
    return this
  }
}
