/** What a server has to know of a client that comes back, and how it will know it (RFC 5246 7.3, RFC 5077). */
import type { Bytes } from '../../../engine.ts'
import type { ServerNegotiated } from '../../hello/negotiated.ts'
import { SESSION_LIFETIME, sessionOf } from '../../session/session.ts'
import type { Context } from '../../states.ts'
import type { Keyed, Remembered } from './state.ts'

/** How a client will be known when it comes back. */
export const willRemember = (
  { crypto }: Context,
  { config: { resumption = [] }, ticket, extendedMasterSecret }: ServerNegotiated,
): Remembered => {
  if (!extendedMasterSecret) return { by: 'nothing' }
  if (ticket !== undefined && resumption.includes('ticket')) return { by: 'ticket' }
  return resumption.includes('session') ? { by: 'session', id: crypto.random.bytes(32) } : { by: 'nothing' }
}

/** What is to be known when the client comes back, in bytes that hold the master secret. */
export const stateOf = ({ negotiated, suite, shown, master, peerChain }: Keyed, date: number): Bytes =>
  sessionOf({
    version: 'TLS 1.2',
    suite: suite.id,
    secret: master,
    id: new Uint8Array(0),
    ticket: new Uint8Array(0),
    lifetime: lifetimeOf(negotiated),
    obtained: date,
    serverName: negotiated.serverName,
    alpn: negotiated.alpn,
    extendedMasterSecret: negotiated.extendedMasterSecret,
    ageAdd: 0,
    maxEarlyData: 0,
    serverCertificateType: shown,
    clientCertificateType: negotiated.types.client ?? 'X509',
    peerChain,
    trusted: undefined,
  }).toBytes()

export const lifetimeOf = ({ config }: ServerNegotiated): number => config.sessionLifetime ?? SESSION_LIFETIME
