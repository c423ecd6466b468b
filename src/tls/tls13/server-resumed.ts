/**
 * Clients that come back (RFC 9846 2.2): the ticket is opened by question, and passed over without a word where it does
 * not suit, with a full handshake. As BoringSSL does, only the first of several keys is looked at.
 */
import type { Bytes } from '../../engine.ts'
import type { ChainTrusted } from '../../x509/path/trusted.ts'
import type { Bodies13 } from '../messages/tls13.ts'
import { Resumed } from '../proofs.ts'
import type { serverStates } from '../roles.table.ts'
import type { ExternalKey } from '../session/external-key.ts'
import { EARLY_WINDOW } from '../session/replays.ts'
import { sessionIn } from '../session/server.ts'
import { type SessionFacts, sessionOf } from '../session/session.ts'
import type { Context, Handles } from '../states.ts'
import { suites13 } from '../suites.table.ts'
import type { CertifiedKey } from '../types.ts'
import { agreedWith, answeredFirst, type Client, WaitClientFinished13, WaitEndOfEarlyData } from './client-part.ts'
import type { Greeting } from './hello-server.ts'
import { EarlySecret, KEY_LOG, protectionOf } from './key-schedule.ts'
import { isBound } from './psk.ts'
import { type Ticketless, withoutTicket } from './server-external.ts'
import { openFlight } from './server-flight.ts'

type Handling<N extends (typeof serverStates)['moves'][number][0]> = Handles<typeof serverStates, N, Bodies13>

/** Undefined: there is none that would be opened. */
export const askForTicket = (
  context: Context<Bodies13>,
  greeting: Greeting,
  key: CertifiedKey | 'none',
): WaitTicket13 | undefined => {
  const { offered, config } = greeting
  if (offered === undefined || !config.resumption?.includes('ticket')) return undefined
  context.ask({ about: 'ticket', wanted: { open: offered.identities[0]!.identity } })
  return new WaitTicket13(greeting, key)
}

export class WaitTicket13 implements Handling<'WaitTicket13'> {
  readonly name = 'WaitTicket13'
  readonly #greeting: Greeting
  readonly #key: CertifiedKey | 'none'
  constructor(greeting: Greeting, key: CertifiedKey | 'none') {
    this.#greeting = greeting
    this.#key = key
  }
  ticket(context: Context<Bodies13>, state: Bytes | 'none'): Ticketless | WaitResumedClientTrust13 | WaitEarlyJudged {
    const greeting = this.#greeting
    const session = state === 'none' ? undefined : suitable(context, greeting, this.#key, state)
    if (session === undefined) return withoutTicket(context, greeting, this.#key)
    checkBinder(context, greeting, session)
    const { peerChain: chain, clientCertificateType: certificateType } = session
    if (chain.length === 0) {
      if (!mayBeEarly(context, greeting, session)) return resume(context, greeting, session, known(greeting, session))
      const [binder] = greeting.offered!.binders
      context.ask({ about: 'early-data', binder: binder!, issued: session.obtained, at: context.date })
      return new WaitEarlyJudged(greeting, session)
    }
    // Nothing that is sealed is a proof, and who was trusted then may not be now.
    context.ask({
      about: 'trust',
      chain,
      certificateType,
      name: undefined,
      purpose: 'client',
      keyUsage: 'digitalSignature',
    })
    return new WaitResumedClientTrust13(greeting, session)
  }
}

class WaitResumedClientTrust13 implements Handling<'WaitResumedClientTrust13'> {
  readonly name = 'WaitResumedClientTrust13'
  readonly #greeting: Greeting
  readonly #session: SessionFacts
  constructor(greeting: Greeting, session: SessionFacts) {
    this.#greeting = greeting
    this.#session = session
  }
  trust(context: Context<Bodies13>, trusted: ChainTrusted): WaitClientFinished13 {
    const session = { ...this.#session, trusted }
    return resume(context, this.#greeting, session, new Resumed(trusted, sessionOf(session)))
  }
}

/** Whether what comes behind the hello has come before. */
class WaitEarlyJudged implements Handling<'WaitEarlyJudged'> {
  readonly name = 'WaitEarlyJudged'
  readonly #greeting: Greeting
  readonly #session: SessionFacts
  constructor(greeting: Greeting, session: SessionFacts) {
    this.#greeting = greeting
    this.#session = session
  }
  'early-data'(context: Context<Bodies13>, judged: 'fresh' | 'none'): WaitEndOfEarlyData | WaitClientFinished13 {
    return judged === 'fresh'
      ? takeEarly(context, this.#greeting, this.#session)
      : resume(context, this.#greeting, this.#session, known(this.#greeting, this.#session))
  }
}

/**
 * RFC 9846 4.3.10 and 8: for the protocol, the suite and about the moment that it was written for, with the first hello. A
 * client that showed a certificate is asked to prove itself first.
 */
const mayBeEarly = (context: Context<Bodies13>, greeting: Greeting, session: SessionFacts): boolean => {
  const { config, early, retried, suite, alpn, offered } = greeting
  const age = (offered!.identities[0]!.obfuscatedTicketAge - session.ageAdd) >>> 0
  return (
    early &&
    !retried &&
    (config.earlyData ?? 0) > 0 &&
    session.maxEarlyData > 0 &&
    session.suite === suite.id &&
    session.alpn === alpn &&
    Math.abs(age - (context.date - session.obtained)) <= EARLY_WINDOW
  )
}

/** The session in these bytes, if it may be resumed here and now. */
const suitable = (
  context: Context<Bodies13>,
  greeting: Greeting,
  key: CertifiedKey | 'none',
  state: Bytes,
): SessionFacts | undefined => {
  const { suite, serverName, config, types, external } = greeting
  const facts = sessionIn(state, { version: 'TLS 1.3', serverName, types, config, context })
  const { externalIdentity } = facts ?? {}
  // What began with a key goes on beside it, as long as we have it; where nothing is shown only that lets anybody in.
  const begun = externalIdentity === undefined ? key !== 'none' : external?.isFor(externalIdentity) === true
  if (!begun) return undefined
  // RFC 9846 4.3.11: a key belongs to a hash, not to a suite.
  return suites13.find(({ id }) => id === facts?.suite)?.hash === suite.hash ? facts : undefined
}

/** Who a client is that has shown no certificate. */
const known = ({ external }: Greeting, { externalIdentity }: SessionFacts): ExternalKey | 'anonymous' =>
  (externalIdentity === undefined ? undefined : external) ?? 'anonymous'

/** RFC 9846 4.3.11.2: "If this value is not present or does not validate, the server MUST abort the handshake." */
const checkBinder = (
  context: Context<Bodies13>,
  { hello, offered, before, suite }: Greeting,
  session: SessionFacts,
): void => {
  const key = { kind: 'resumption', hash: suite.hash, secret: session.secret } as const
  if (!isBound(context.crypto, key, before, hello.bytes, offered!, 0))
    throw context.refusal('hello', hello, 'tls/binder-wrong', 'extensions', {})
}

/** The same, and early data is read until the client says that it is over. */
const takeEarly = (context: Context<Bodies13>, greeting: Greeting, session: SessionFacts): WaitEndOfEarlyData => {
  const { crypto, transcript } = context
  const { suite, hello, config } = greeting
  const { serverCertificateType: shown } = session
  const stage = new EarlySecret(crypto, suite.hash, session.secret)
  const early = stage.clientTraffic(transcript.digest())
  stage.wipe()
  context.secret(KEY_LOG.clientEarlyTraffic, hello.body.random, early)
  const keys = openFlight(context, greeting, { psk: { secret: session.secret, index: 0 }, early: true, shown })
  context.protectReads(protectionOf(crypto, suite, early))
  context.mayReadEarly(Math.min(config.earlyData!, session.maxEarlyData))
  context.send('Finished', { verifyData: keys.finished('server', transcript.digest()) })
  const traffic = keys.application(context, transcript.digest())
  context.protectWrites(traffic.protection('server'))
  const client = { proof: known(greeting, session), chain: [], resumed: session, early: 'accepted' as const }
  context.mayWrite(agreedWith(greeting, client, 'anonymous'))
  return new WaitEndOfEarlyData({ greeting, keys, shown, traffic }, client)
}

/** Our flight without certificates. */
const resume = (
  context: Context<Bodies13>,
  greeting: Greeting,
  session: SessionFacts,
  client: Client['proof'],
): WaitClientFinished13 => {
  const { serverCertificateType: shown } = session
  const keys = openFlight(context, greeting, { psk: { secret: session.secret, index: 0 }, shown })
  context.send('Finished', { verifyData: keys.finished('server', context.transcript.digest()) })
  const traffic = keys.application(context, context.transcript.digest())
  context.protectWrites(traffic.protection('server'))
  answeredFirst(context, greeting, session)
  return new WaitClientFinished13(
    { greeting, keys, shown, traffic },
    { proof: client, chain: session.peerChain, resumed: session },
  )
}
