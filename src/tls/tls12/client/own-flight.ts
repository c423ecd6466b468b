/** Our half of the key exchange, the keys, and our Finished. */
import type { ChainTrusted } from '../../../x509/path/trusted.ts'
import { TLS_1_2 } from '../../messages/registries.table.ts'
import type { Bodies12Rsa } from '../../messages/tls12.ts'
import { Fresh, SecretEncrypted } from '../../proofs.ts'
import { Secret } from '../../secret.ts'
import type { Context } from '../../states.ts'
import { type Binding, masterSecret, trafficKeys } from '../key-schedule.ts'
import { sendFinished, type WaitChangeCipherSpec } from './finished.ts'
import { serversTurn, type WaitNewSessionTicket } from './new-session-ticket.ts'
import type { Flight, Keyed, SignedShare } from './state.ts'

export const exchangeKeys = (context: Context, flight: Flight): Keyed => {
  const { negotiated, share } = flight
  const { offer, serverRandom, suite } = negotiated
  const { premaster, server } =
    share === undefined ? encrypted(context as never, flight) : agreed(context, flight.peer.trusted, share)
  // RFC 7627 3: the session hash ends with the ClientKeyExchange.
  const binding: Binding = negotiated.extendedMasterSecret
    ? { to: 'handshake', sessionHash: context.transcript.digest() }
    : { to: 'randoms', client: offer.random, server: serverRandom }
  const master = masterSecret(context.crypto, suite.hash, premaster, binding)
  premaster.wipe()
  context.secret('CLIENT_RANDOM', offer.random, master)
  const keys = trafficKeys(context.crypto, suite, master, offer.random, serverRandom, negotiated.macOrder)
  context.wipesLater(keys, 'kept')
  return {
    negotiated,
    server,
    peerChain: flight.peer.chain,
    group: share?.group,
    master,
    reads: keys.server,
    writes: keys.client,
  }
}

interface Exchanged {
  readonly premaster: Secret
  readonly server: Keyed['server']
}

const agreed = (context: Context, trusted: ChainTrusted, { exchange, group, proof }: SignedShare): Exchanged => {
  const { publicKey } = exchange.body.params
  const answer = context.crypto.answerShare(group, publicKey)
  if (answer === undefined)
    throw context.refusal('key exchange', exchange, 'tls/share-wrong', 'params.publicKey', {
      got: `${publicKey.length} bytes`,
      expected: group,
    })
  context.send('ClientKeyExchange', { publicKey: answer.share })
  return { premaster: new Secret(answer.secret), server: new Fresh(trusted, proof) }
}

/** RFC 5246 7.4.7.1: the version of our hello, and 46 bytes that nobody can guess. */
const encrypted = (context: Context<Bodies12Rsa>, { peer, certificate }: Flight): Exchanged => {
  const premaster = context.crypto.random.bytes(48)
  premaster[0] = TLS_1_2 >> 8
  premaster[1] = TLS_1_2 & 0xff
  const server = SecretEncrypted.to(context.crypto, peer.trusted, premaster)
  if (server === undefined)
    throw context.refusal('key exchange', certificate, 'tls/certificate-kind', 'chain.0', {
      expected: 'an RSA key with room for the secret',
      got: `a key of type ${peer.keyType}`,
    })
  context.send('ClientKeyExchange', { encryptedPremaster: server.ciphertext })
  return { premaster: new Secret(premaster), server }
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
