/** Our half of the key exchange, the keys, and our Finished. */
import { Fresh } from '../../proofs.ts'
import { Secret } from '../../secret.ts'
import type { Context } from '../../states.ts'
import { type Binding, masterSecret, trafficKeys } from '../key-schedule.ts'
import { sendFinished, type WaitChangeCipherSpec } from './finished.ts'
import { serversTurn, type WaitNewSessionTicket } from './new-session-ticket.ts'
import type { Flight, Keyed } from './state.ts'

export const exchangeKeys = (context: Context, flight: Flight): Keyed => {
  const { negotiated, exchange, group } = flight
  const { offer, serverRandom, suite } = negotiated
  const answer = context.crypto.answerShare(group, exchange.body.params.publicKey)
  if (answer === undefined)
    throw context.refusal('key exchange', exchange, 'tls/share-wrong', 'params.publicKey', {
      got: `${exchange.body.params.publicKey.length} bytes`,
      expected: group,
    })
  context.send('ClientKeyExchange', { publicKey: answer.share })
  const premaster = new Secret(answer.secret)
  // RFC 7627 3: the session hash ends with the ClientKeyExchange.
  const binding: Binding = negotiated.extendedMasterSecret
    ? { to: 'handshake', sessionHash: context.transcript.digest() }
    : { to: 'randoms', client: offer.random, server: serverRandom }
  const master = masterSecret(context.crypto, suite.hash, premaster, binding)
  premaster.wipe()
  context.secret('CLIENT_RANDOM', offer.random, master)
  const keys = trafficKeys(context.crypto, suite, master, offer.random, serverRandom, negotiated.macOrder)
  const server = new Fresh(flight.peer.trusted, flight.proof)
  return { negotiated, server, peerChain: flight.peer.chain, group, master, reads: keys.server, writes: keys.client }
}

/** Our last word of a full handshake; the server's comes next. */
export const finish = (context: Context, keyed: Keyed): WaitNewSessionTicket | WaitChangeCipherSpec => {
  sendFinished(context, keyed)
  if (mayStart(keyed)) context.mayWrite()
  return serversTurn(keyed)
}

/** RFC 7918 3: only where the keys are worth it whatever somebody has changed in the hellos; and ALPN shows that it works. */
const mayStart = ({ negotiated: { offer, suite, alpn } }: Keyed): boolean =>
  offer.config.falseStart === 'allowed' && suite.exchange === 'ecdhe' && suite.mode === 'aead' && alpn !== undefined
