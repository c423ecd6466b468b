/** Whether the server knows those who come back, by what, and what they may say at once. */
import { factsOf, type Session } from '../../tls/session/session.ts'
import type { TlsVersion } from '../../tls/types.ts'
import { sameOctets } from '../../wire/bytes.ts'
import { type Asking, flightIn, helloFor, refusalIn, suitesOf, whyNot } from './asking.ts'
import { type Engaged, engage, goodbye, untilEnd } from './engage.ts'
import { isUnasked, type Known, type Resumption, type Sessions, type Unasked, unasked } from './types.ts'

/** Tickets of TLS 1.3 come behind the handshake, when the server likes; most send them at once. */
const PATIENCE = 600

export const askSessions = async (asking: Asking): Promise<Sessions> => {
  const { spoken } = asking
  const none = unasked('pointless')
  const [tls12, tls13] = await Promise.all([
    spoken.includes('TLS 1.2') ? before13(asking) : none,
    spoken.includes('TLS 1.3') ? in13(asking) : none,
  ])
  return { tls12, tls13 }
}

/** Our own TLS could not go so far where a handshake failed: then nobody knows. */
const engaged = async <T>(
  asking: Asking,
  version: TlsVersion,
  session: Session | 'new' | undefined,
  then: (engaged: Engaged) => T | Promise<T>,
): Promise<T | Unasked> => {
  const found = await engage(asking, { versions: [version], session }, then)
  return isUnasked(found) && found.code?.startsWith('tls/') ? unasked('unable', found.code) : found
}

const before13 = async (asking: Asking): Promise<Known<Resumption>> => {
  const ids = await byId(asking)
  if (isUnasked(ids)) return ids
  const first = await engaged(asking, 'TLS 1.2', 'new', async one => {
    await goodbye(one, asking, PATIENCE)
    return one.sessions.find(session => factsOf(session).ticket.length > 0)
  })
  if (isUnasked(first)) return first
  if (first === undefined) return { ids, tickets: false }
  const again = await engaged(asking, 'TLS 1.2', first, ({ tls }) => tls.resumed)
  return isUnasked(again) ? again : { ids, tickets: again }
}

/** With a hello that has no ticket: the server's id comes back where it knows the session. */
const byId = async (asking: Asking): Promise<boolean | Unasked> => {
  const first = await engaged(asking, 'TLS 1.2', undefined, async one => {
    await goodbye(one, asking, PATIENCE)
    return one.sessionId
  })
  if (isUnasked(first)) return first
  if (first.length === 0) return false
  for (const suites of suitesOf('TLS 1.2')) {
    const reply = await asking.asker.hello({
      ...helloFor('TLS 1.2', asking, suites),
      sessionId: first,
      extras: 'no-tickets',
    })
    const flight = flightIn(reply)
    if (flight !== undefined) return sameOctets(flight.hello.sessionId, first)
    if (refusalIn(reply) === undefined) return whyNot(reply)
  }
  return false
}

const in13 = async (asking: Asking): Promise<Sessions['tls13']> => {
  const sessions = await engaged(asking, 'TLS 1.3', 'new', async one => {
    // Some say what their tickets are with the first answer; what is no HTTP is not asked for a page.
    await (asking.asker.options.starttls === undefined ? untilEnd : goodbye)(one, asking, PATIENCE)
    return [...one.sessions]
  })
  if (isUnasked(sessions)) return sessions
  const session = sessions.at(-1)
  if (session === undefined) return { tickets: 0, resumed: false, reused: false, lifetime: 0, earlyData: 0 }
  const resumed = await engaged(asking, 'TLS 1.3', session, ({ tls }) => tls.resumed)
  if (isUnasked(resumed)) return resumed
  const reused = resumed ? await engaged(asking, 'TLS 1.3', session, ({ tls }) => tls.resumed) : false
  if (isUnasked(reused)) return reused
  const { lifetime, maxEarlyData: earlyData } = factsOf(session)
  return { tickets: sessions.length, resumed, reused, lifetime, earlyData }
}
