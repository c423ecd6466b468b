/** What a server of TLS 1.3 gives a client to come back with (RFC 9846 4.7.1). */
import type { Bytes } from '../../engine.ts'
import type { CertificateTypeName } from '../certificate/types.ts'
import { MOST_SEALED } from '../limits.ts'
import { taggedExtensions } from '../messages/extensions.ts'
import type { Bodies13, NewSessionTicket } from '../messages/tls13.ts'
import { SESSION_LIFETIME, type SessionFacts, secondsLeft, sessionOf } from '../session/session.ts'
import type { Context } from '../states.ts'
import type { HandshakeKeys } from './handshake-keys.ts'
import type { Greeting } from './hello-server.ts'
import { resumptionPsk } from './key-schedule.ts'
import { LONGEST_TICKET } from './psk.ts'

/** One ticket for a connection: its nonce need not differ from any other. */
const NONCE = Uint8Array.of(0)

/** What goes out with the ticket when it is sealed. */
export type SealedTicket = Pick<NewSessionTicket, 'lifetime' | 'ageAdd' | 'nonce' | 'extensions'>

interface Exchange {
  readonly greeting: Greeting
  readonly keys: HandshakeKeys
  /** Of what type our certificate is. */
  readonly shown: CertificateTypeName
}

interface Client {
  readonly chain: readonly Bytes[]
  readonly resumed?: SessionFacts | undefined
  /** What the key from elsewhere goes by that it has shown to have. */
  readonly externalIdentity: Bytes | undefined
}

/** What is to be known when the client comes back; undefined when it would be good for nothing. */
export const ticketFor = (
  context: Context<Bodies13>,
  { greeting, keys, shown }: Exchange,
  { chain, resumed, externalIdentity }: Client,
): { readonly state: Bytes; readonly sealed: SealedTicket } | undefined => {
  const { crypto, date: obtained, transcript } = context
  const { config, suite, serverName, alpn, types } = greeting
  // As old as the handshake in which the certificates were shown: resuming does not make that longer.
  const left = resumed && secondsLeft(resumed, obtained)
  const lifetime = Math.min(left ?? config.sessionLifetime ?? SESSION_LIFETIME, LONGEST_TICKET)
  if (lifetime <= 0) return undefined
  const ageAdd = new DataView(crypto.random.bytes(4).buffer).getUint32(0)
  // A client that has shown a certificate proves itself before anything of it is taken.
  const maxEarlyData = chain.length > 0 ? 0 : (config.earlyData ?? 0)
  const secret = keys.resumption(transcript.digest())
  const psk = resumptionPsk(crypto, suite.hash, secret, NONCE)
  secret.wipe()
  const state = sessionOf({
    version: 'TLS 1.3',
    suite: suite.id,
    secret: psk,
    id: new Uint8Array(0),
    ticket: new Uint8Array(0),
    lifetime,
    obtained,
    serverName,
    alpn,
    extendedMasterSecret: true,
    ageAdd,
    maxEarlyData,
    serverCertificateType: shown,
    clientCertificateType: resumed?.clientCertificateType ?? types.client ?? 'X509',
    peerChain: chain,
    externalIdentity,
    trusted: undefined,
  }).toBytes()
  psk.wipe()
  if (state.length > MOST_SEALED) return undefined
  const extensions = taggedExtensions<'newSessionTicket'>(
    maxEarlyData === 0 ? {} : { earlyData: { maxEarlyDataSize: maxEarlyData } },
  )
  return { state, sealed: { lifetime, ageAdd, nonce: NONCE, extensions } }
}
