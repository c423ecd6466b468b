import { sameOctets } from '../../../wire/bytes.ts'
import type { ChainTrusted } from '../../../x509/path/trusted.ts'
import type { ClientNegotiated } from '../../hello/negotiated.ts'
import { CipherSuite } from '../../messages/registries.table.ts'
import { Resumed } from '../../proofs.ts'
import { Secret } from '../../secret.ts'
import { type SessionFacts, sessionOf } from '../../session/session.ts'
import type { Context, Handles, Message } from '../../states.ts'
import { keyUsageFor } from '../../suites.table.ts'
import { trafficKeys } from '../key-schedule.ts'
import type { WaitChangeCipherSpec } from './finished.ts'
import { serversTurn, type WaitNewSessionTicket } from './new-session-ticket.ts'
import type { Keyed, Table } from './state.ts'

/** The session that the server resumes with this hello; undefined for a full handshake. */
export const resumedBy = (
  context: Context,
  message: Message<'ServerHello'>,
  { offer, suite, extendedMasterSecret }: Pick<ClientNegotiated, 'offer' | 'suite' | 'extendedMasterSecret'>,
): SessionFacts | undefined => {
  const { session, sessionId } = offer
  if (sessionId.length === 0 || !sameOctets(sessionId, message.body.sessionId)) return undefined
  if (session === undefined)
    throw context.refusal('hello', message, 'tls/session-echo', 'sessionId', {
      got: 'the one that was offered',
      expected: 'there is no session of that name',
    })
  // RFC 5246 7.4.1.3: "this field is the value from the state of the session being resumed."
  if (suite.id !== session.suite)
    throw context.refusal('hello', message, 'tls/session-mismatch', 'cipherSuite', {
      got: suite.name,
      expected: CipherSuite.nameOf(session.suite),
    })
  if (!extendedMasterSecret) throw context.refusal('hello', message, 'tls/session-unbound', 'extensions', {})
  return session
}

export const resume = (
  context: Context,
  message: Message<'ServerHello'>,
  negotiated: ClientNegotiated,
  session: SessionFacts,
): WaitResumedTrust | WaitNewSessionTicket | WaitChangeCipherSpec => {
  const { peerChain: chain, trusted, serverCertificateType: certificateType } = session
  if (trusted !== undefined) return serversTurn(keysOf(context, negotiated, session, trusted))
  const { serverName: name } = negotiated.offer.config
  context.ask(
    { about: 'trust', chain, certificateType, name, purpose: 'server', keyUsage: keyUsageFor(negotiated.suite) },
    { message, chain: [], path: () => 'sessionId' },
  )
  return new WaitResumedTrust(negotiated, session)
}

/** What came from bytes brings no proof: whether the chain is trusted is asked again. */
export class WaitResumedTrust implements Handles<Table, 'WaitResumedTrust'> {
  readonly name = 'WaitResumedTrust'
  readonly #negotiated: ClientNegotiated
  readonly #session: SessionFacts
  constructor(negotiated: ClientNegotiated, session: SessionFacts) {
    this.#negotiated = negotiated
    this.#session = session
  }
  trust(context: Context, trusted: ChainTrusted): WaitNewSessionTicket | WaitChangeCipherSpec {
    return serversTurn(keysOf(context, this.#negotiated, this.#session, trusted))
  }
}

const keysOf = (
  context: Context,
  negotiated: ClientNegotiated,
  session: SessionFacts,
  trusted: ChainTrusted,
): Keyed => {
  const { offer, serverRandom, suite } = negotiated
  const master = new Secret(session.secret.reveal().slice())
  context.secret('CLIENT_RANDOM', offer.random, master)
  const keys = trafficKeys(context.crypto, suite, master, offer.random, serverRandom, negotiated.macOrder)
  context.wipesLater(keys, 'kept')
  return {
    negotiated,
    server: new Resumed(trusted, sessionOf({ ...session, trusted })),
    peerChain: session.peerChain,
    group: undefined,
    master,
    reads: keys.server,
    writes: keys.client,
  }
}
