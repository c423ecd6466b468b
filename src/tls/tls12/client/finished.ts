/** The server's keys and its Finished: the end of the handshake. */

import type { Bytes } from '../../../engine.ts'
import { FinishedVerified, type Fresh, KeyHeld, Resumed, SecretEncrypted } from '../../proofs.ts'
import type { Context, Handles, Message } from '../../states.ts'
import { type Exporter, exporterOf } from '../exporter.ts'
import { verifyData } from '../key-schedule.ts'
import { sessionFrom } from './remembering.ts'
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
    const { negotiated, server: shown, peerChain, group, master } = this.#keyed
    const { suite, alpn, offer } = negotiated
    const hash = context.transcript.digest()
    const expected = verifyData(context.crypto, suite.hash, master, 'server finished', hash)
    const finished = FinishedVerified.check(context.crypto, expected, message.body.verifyData)
    if (finished === undefined) throw context.refusal('Finished', message, 'tls/finished-wrong', 'verifyData', {})
    context.passed('Finished', message)
    const server = shown instanceof SecretEncrypted ? KeyHeld.shown(shown, finished) : shown
    const resumed = server instanceof Resumed
    if (resumed) {
      context.transcript.add(message.bytes)
      sendFinished(context, this.#keyed)
    }
    const session = sessionFrom({ ...this.#keyed, server }, context.date)
    const exporter = exporterFor(context, this.#keyed)
    context.established({
      version: 'TLS 1.2',
      suite: suite.name,
      group,
      alpn,
      serverName: offer.config.serverName,
      resumed,
      peerChain,
      peerCertificateType: negotiated.types.server,
      trusted: server.trusted,
    })
    if (session !== undefined) context.session(session)
    return new Established(server, finished, exporter)
  }
}

/** RFC 7627 5.4: without extended master secret a secret may be that of two connections. */
const exporterFor = (context: Context, { negotiated, master }: Keyed): Exporter | undefined => {
  const { offer, suite, serverRandom, extendedMasterSecret } = negotiated
  return offer.config.exporters === 'kept' && extendedMasterSecret
    ? exporterOf(context, { suite, master, clientRandom: offer.random, serverRandom })
    : undefined
}

/** From here on what we send is under our keys. */
export const sendFinished = (context: Context, { negotiated, master, writes }: Keyed): void => {
  context.changeCipherSpec()
  context.protectWrites(writes)
  const hash = context.transcript.digest()
  const { hash: name } = negotiated.suite
  context.send('Finished', { verifyData: verifyData(context.crypto, name, master, 'client finished', hash) })
}

/** Data may flow: the chain is trusted, its key signed this exchange or read its secret, or did so for the session, and both sides saw the same handshake. */
export class Established extends ClientState implements Handles<Table, 'Established'> {
  readonly name = 'Established'
  readonly #exporter: Exporter | undefined
  constructor(_server: Fresh | Resumed, _finished: FinishedVerified, exporter: Exporter | undefined) {
    super()
    this.#exporter = exporter
  }
  exportKeyingMaterial(label: string, context: Bytes | undefined, length: number): Bytes | undefined {
    return this.#exporter?.(label, context, length)
  }
}
