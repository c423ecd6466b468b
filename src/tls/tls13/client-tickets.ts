/** What a client keeps of a connection of TLS 1.3, to begin another with it (RFC 9846 4.7.1). */
import type { Bytes } from '../../engine.ts'
import type { Offer } from '../hello/offer.ts'
import { extensionsIn } from '../messages/extensions.ts'
import type { Bodies13, NewSessionTicket } from '../messages/tls13.ts'
import { type Fresh, KnowsKey, type Resumed } from '../proofs.ts'
import type { Secret } from '../secret.ts'
import { type SessionFacts, secondsLeft, secondsOfTrust, sessionOf } from '../session/session.ts'
import type { Context } from '../states.ts'
import type { Suite13 } from '../suites.table.ts'
import type { CertificateTypes } from '../version.ts'
import { resumptionPsk } from './key-schedule.ts'
import { LONGEST_TICKET } from './psk.ts'

interface Origin {
  readonly suite: Suite13
  readonly alpn: string | undefined
  readonly peerChain: readonly Bytes[]
  readonly server: Fresh | Resumed | KnowsKey
  readonly resumed: SessionFacts | undefined
  readonly offer: Offer
  readonly types: CertificateTypes
}

export class ClientTickets {
  readonly #secret: Secret
  readonly #origin: Origin
  /** `secret`: resumption_secret, the connection's. */
  constructor(secret: Secret, origin: Origin) {
    this.#secret = secret
    this.#origin = origin
  }
  came(context: Context<Bodies13>, { lifetime, ageAdd, nonce, ticket, extensions }: NewSessionTicket): void {
    const { suite, alpn, peerChain, server, resumed, offer, types } = this.#origin
    const { date: obtained, crypto } = context
    // As old as the handshake in which the server showed its certificate: resuming does not make that longer.
    const left = resumed && secondsLeft(resumed, obtained)
    const { trusted } = server instanceof KnowsKey ? { trusted: undefined } : server
    const seconds = Math.min(lifetime, LONGEST_TICKET, left ?? LONGEST_TICKET, secondsOfTrust(trusted, obtained))
    if (seconds <= 0) return
    const session = sessionOf({
      version: 'TLS 1.3',
      suite: suite.id,
      secret: resumptionPsk(crypto, suite.hash, this.#secret, nonce),
      id: new Uint8Array(0),
      ticket,
      lifetime: seconds,
      obtained,
      serverName: offer.config.serverName,
      alpn,
      extendedMasterSecret: true,
      ageAdd,
      maxEarlyData: extensionsIn(extensions, 'newSessionTicket').earlyData?.maxEarlyDataSize ?? 0,
      serverCertificateType: types.server,
      clientCertificateType: types.client,
      peerChain,
      trusted,
      ...(server instanceof KnowsKey ? { externalIdentity: server.key.identity } : {}),
    })
    context.session(session)
  }
}
