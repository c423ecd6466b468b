/** What a client keeps of a connection, to begin another with it (RFC 5246 7.3, RFC 5077). */
import { Fresh, SecretEncrypted } from '../../proofs.ts'
import { Secret } from '../../secret.ts'
import { factsOf, type Session, secondsOfTrust, sessionOf } from '../../session/session.ts'
import type { Keyed } from './state.ts'

/** RFC 5246 F.1.4: "An upper limit of 24 hours is suggested for session ID lifetimes"; tickets are held to it too. Seconds. */
const LONGEST_LIFETIME = 86_400

/** What this connection leaves behind for the next; undefined when nothing new. */
export const sessionFrom = (keyed: Keyed, date: number): Session | undefined => {
  const { negotiated, server, ticket, master, peerChain } = keyed
  const { offer, suite, alpn, sessionId, extendedMasterSecret } = negotiated
  const named = ticket === undefined ? sessionId : new Uint8Array(0)
  if (offer.config.session === undefined || !extendedMasterSecret) return undefined
  // Nobody has shown that he has the key.
  if (server instanceof SecretEncrypted) return undefined
  const own = { ticket: ticket?.bytes ?? new Uint8Array(0), id: named }
  // As old as the handshake in which the server showed its certificate: renewing a ticket does not make that longer.
  if (!(server instanceof Fresh)) return ticket && sessionOf({ ...factsOf(server.session), ...own, alpn })
  if (ticket === undefined && sessionId.length === 0) return undefined
  const trust = secondsOfTrust(server.trusted, date)
  return sessionOf({
    ...own,
    version: 'TLS 1.2',
    suite: suite.id,
    secret: new Secret(master.reveal().slice()),
    // RFC 5077 3.3: "A value of zero is reserved to indicate that the lifetime of the ticket is unspecified."
    lifetime: Math.max(0, Math.min(ticket?.lifetime || LONGEST_LIFETIME, LONGEST_LIFETIME, trust)),
    obtained: date,
    serverName: offer.config.serverName,
    alpn,
    extendedMasterSecret,
    ageAdd: 0,
    maxEarlyData: 0,
    serverCertificateType: negotiated.types.server,
    clientCertificateType: negotiated.types.client,
    peerChain,
    trusted: server.trusted,
  })
}
