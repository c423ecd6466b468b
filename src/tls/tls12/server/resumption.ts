/**
 * Clients that come back (RFC 5246 7.3, RFC 5077): what they bring is opened or looked up by question, and refused without a
 * word where it does not suit, with a full handshake. The rules against the triple handshake are those of RFC 7627 5.3:
 * only sessions whose secret is bound to their handshake are given out.
 */
import type { Bytes } from '../../../engine.ts'
import type { ChainTrusted } from '../../../x509/path/trusted.ts'
import { answeredTypes } from '../../certificate/types.ts'
import type { ServerNegotiated } from '../../hello/negotiated.ts'
import { serverExtensions } from '../../messages/extensions.ts'
import { type Authenticated, Resumed } from '../../proofs.ts'
import { sessionIn } from '../../session/server.ts'
import { type SessionFacts, sessionOf } from '../../session/session.ts'
import type { Context, Handles } from '../../states.ts'
import type { CertifiedKey } from '../../types.ts'
import { trafficKeys, verifyData } from '../key-schedule.ts'
import { WaitChangeCipherSpec } from './finished.ts'
import { answersTo, type Begun, begin, macOrderOf } from './hello.ts'
import type { Table } from './state.ts'

/** Asks for the session that the client names; undefined when it names none, or nobody would know. */
export const sought = (
  context: Context,
  negotiated: ServerNegotiated,
  key: CertifiedKey | 'none',
): WaitTicketOpened | WaitSessionFound | undefined => {
  const { config, ticket, hello: message } = negotiated
  const { sessionId } = message.body
  const known = config.resumption ?? []
  // RFC 5077 3.4: with a ticket the id is only an echo.
  if (ticket !== undefined && ticket.length > 0) {
    if (!known.includes('ticket')) return undefined
    context.ask({ about: 'ticket', wanted: { open: ticket } })
    return new WaitTicketOpened(negotiated, key)
  }
  if (sessionId.length === 0 || !known.includes('session')) return undefined
  context.ask({ about: 'session', wanted: { get: sessionId } })
  return new WaitSessionFound(negotiated, key)
}

abstract class Sought {
  readonly #negotiated: ServerNegotiated
  /** For a handshake that begins anew. */
  readonly #key: CertifiedKey | 'none'
  constructor(negotiated: ServerNegotiated, key: CertifiedKey | 'none') {
    this.#negotiated = negotiated
    this.#key = key
  }
  protected decided(context: Context, state: Bytes | 'none'): Begun | WaitResumedTrust | WaitChangeCipherSpec {
    const session = state === 'none' ? undefined : suitable(context, this.#negotiated, state)
    if (session === undefined) return begin(context, this.#negotiated, this.#key)
    const { peerChain: chain, clientCertificateType: certificateType } = session
    if (chain.length === 0) return resume(context, this.#negotiated, session, 'anonymous')
    // Nothing that is sealed is a proof, and who was trusted then may not be now.
    context.ask({
      about: 'trust',
      chain,
      certificateType,
      name: undefined,
      purpose: 'client',
      keyUsage: 'digitalSignature',
    })
    return new WaitResumedTrust(this.#negotiated, session)
  }
}

export class WaitTicketOpened extends Sought implements Handles<Table, 'WaitTicketOpened'> {
  readonly name = 'WaitTicketOpened'
  ticket(context: Context, state: Bytes | 'none'): Begun | WaitResumedTrust | WaitChangeCipherSpec {
    return this.decided(context, state)
  }
}

export class WaitSessionFound extends Sought implements Handles<Table, 'WaitSessionFound'> {
  readonly name = 'WaitSessionFound'
  session(context: Context, state: Bytes | 'none'): Begun | WaitResumedTrust | WaitChangeCipherSpec {
    return this.decided(context, state)
  }
}

export class WaitResumedTrust implements Handles<Table, 'WaitResumedTrust'> {
  readonly name = 'WaitResumedTrust'
  readonly #negotiated: ServerNegotiated
  readonly #session: SessionFacts
  constructor(negotiated: ServerNegotiated, session: SessionFacts) {
    this.#negotiated = negotiated
    this.#session = session
  }
  trust(context: Context, trusted: ChainTrusted): WaitChangeCipherSpec {
    const session = { ...this.#session, trusted }
    return resume(context, this.#negotiated, session, new Resumed(trusted, sessionOf(session)))
  }
}

/** The session in these bytes, if it may be resumed here and now. */
const suitable = (context: Context, negotiated: ServerNegotiated, state: Bytes): SessionFacts | undefined => {
  const { config, hello, suites, serverName, extendedMasterSecret, types } = negotiated
  const facts = sessionIn(state, { version: 'TLS 1.2', serverName, types, config, context })
  if (!facts?.extendedMasterSecret || !suites.some(({ id }) => id === facts.suite)) return undefined
  // RFC 7627 5.3: "If the original session used [it] but the new ClientHello does not contain it, the server MUST abort".
  if (!extendedMasterSecret) throw context.refusal('hello', hello, 'tls/session-unbound', 'extensions', {})
  return facts
}

/** Our flight: hello, keys and Finished; the client's Finished comes after it. */
const resume = (
  context: Context,
  negotiated: ServerNegotiated,
  session: SessionFacts,
  client: Authenticated,
): WaitChangeCipherSpec => {
  const { crypto, transcript } = context
  const { clientRandom, hello } = negotiated
  const suite = negotiated.suites.find(({ id }) => id === session.suite)!
  transcript.useHash(crypto, suite.hash)
  const serverRandom = crypto.random.bytes(32)
  context.send('ServerHello', {
    legacyVersion: 0x0303,
    random: serverRandom,
    sessionId: hello.body.sessionId,
    cipherSuite: suite.id,
    compressionMethod: 0,
    // RFC 6066 3: "the server MUST NOT include a server_name extension". The ticket stays the one that the client has.
    extensions: [
      ...answersTo(context, negotiated, suite),
      ...serverExtensions(answeredTypes(negotiated.types, session.serverCertificateType, 'resumed')),
    ],
  })
  const { secret: master } = session
  context.secret('CLIENT_RANDOM', clientRandom, master)
  const order = macOrderOf(negotiated, suite)
  const made = trafficKeys(crypto, suite, master, clientRandom, serverRandom, order)
  context.wipesLater(made, 'kept')
  context.changeCipherSpec()
  context.protectWrites(made.server)
  const hash = transcript.digest()
  context.send('Finished', { verifyData: verifyData(crypto, suite.hash, master, 'server finished', hash) })
  const { peerChain, clientCertificateType } = session
  const keys = {
    negotiated: { ...negotiated, types: { ...negotiated.types, client: clientCertificateType } },
    suite,
    shown: session.serverCertificateType,
    serverRandom,
    group: undefined,
    resumed: true,
    remembered: { by: 'nothing' } as const,
    master,
    reads: made.client,
    writes: made.server,
  }
  return new WaitChangeCipherSpec({ ...keys, client, peerChain })
}
