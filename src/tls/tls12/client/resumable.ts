/** What of a session of before a hello of TLS 1.2 may offer (RFC 5246 7.3, RFC 5077 3.4, RFC 7627 5.3). */
import type { CryptoProvider } from '../../../crypto/provider.ts'
import type { Bytes } from '../../../engine.ts'
import type { TlsClientConfig } from '../../config.ts'
import { factsOf, isFresh, type SessionFacts } from '../../session/session.ts'
import type { Suite } from '../../suites.table.ts'

/** The session of this configuration, if it may be offered: same name, a suite that is offered, young enough. */
export const resumable = (
  { session, serverName, peerCertificateTypes = ['X509'] }: TlsClientConfig,
  suites: readonly Suite[],
  date: number,
): SessionFacts | undefined => {
  if (session === undefined || session === 'new') return undefined
  const facts = factsOf(session)
  const suits =
    facts.version === 'TLS 1.2' &&
    facts.serverName === serverName &&
    peerCertificateTypes.includes(facts.serverCertificateType) &&
    facts.extendedMasterSecret &&
    suites.some(({ id }) => id === facts.suite) &&
    isFresh(facts, date)
  return suits ? facts : undefined
}

/** RFC 5077 3.4: with a ticket goes an id of our own, so that its echo tells whether the ticket was taken. */
export const sessionIdFor = (session: SessionFacts | undefined, crypto: CryptoProvider): Bytes =>
  session === undefined || session.ticket.length === 0 ? (session?.id ?? new Uint8Array(0)) : crypto.random.bytes(32)
