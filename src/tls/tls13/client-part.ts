/** What a server of TLS 1.3 waits for behind its flight: who the client is, where we ask, and its Finished. */
import type { Bytes } from '../../engine.ts'
import type { ChainTrusted } from '../../x509/path/trusted.ts'
import { type CertificateTypeName, isRaw } from '../certificate/types.ts'
import type { Bodies13 } from '../messages/tls13.ts'
import { type Authenticated, grounds } from '../proofs.ts'
import type { serverStates } from '../roles.table.ts'
import { ExternalKey } from '../session/external-key.ts'
import type { SessionFacts } from '../session/session.ts'
import type { Context, Handles, Message } from '../states.ts'
import type { Established } from '../types.ts'
import { type CertificateMessage, uncompressed } from './certificate-message.ts'
import { checkFinished, shownKey } from './checks.ts'
import { askAbout, provenBy } from './client-certificate.ts'
import { EstablishedServer } from './established.ts'
import type { HandshakeKeys, TrafficKeys } from './handshake-keys.ts'
import type { Greeting } from './hello-server.ts'
import { laterCertificates } from './server-later.ts'
import { ticketFor } from './server-tickets.ts'
import { Tolerant } from './tolerant.ts'

type Handling<N extends (typeof serverStates)['moves'][number][0]> = Handles<typeof serverStates, N, Bodies13>

export interface Exchange {
  readonly greeting: Greeting
  readonly keys: HandshakeKeys
  /** Of what type our certificate is. */
  readonly shown: CertificateTypeName
}

/** Our flight is out. */
interface Flight extends Exchange {
  readonly traffic: TrafficKeys
}

export class WaitClientCertificate13 extends Tolerant implements Handling<'WaitClientCertificate13'> {
  readonly name = 'WaitClientCertificate13'
  readonly #flight: Flight
  constructor(flight: Flight) {
    super()
    this.#flight = flight
  }
  Certificate(
    context: Context<Bodies13>,
    message: Message<'Certificate', Bodies13>,
  ): WaitClientTrust13 | WaitClientFinished13 {
    return this.#shown(context, message)
  }
  CompressedCertificate(
    context: Context<Bodies13>,
    message: Message<'CompressedCertificate', Bodies13>,
  ): WaitClientTrust13 | WaitClientFinished13 {
    const { config, types } = this.#flight.greeting
    const coders = isRaw(types.client) ? [] : config.certificateCoders
    return this.#shown(context, uncompressed(context, coders, message, this.name))
  }
  #shown(context: Context<Bodies13>, message: CertificateMessage): WaitClientTrust13 | WaitClientFinished13 {
    const { context: about, entries } = message.body
    if (about.length > 0)
      throw context.refusal('signature', message, 'tls/illegal-value', 'context', {
        got: `${about.length} bytes`,
        expected: 'it is empty in the handshake',
      })
    if (entries.length === 0) {
      if (this.#flight.greeting.config.clientCertificate === 'required')
        throw context.refusal('signature', message, 'tls/client-certificate-required', 'entries', {})
      return new WaitClientFinished13(this.#flight)
    }
    const chain = askAbout(context, message, this.#flight.greeting.types.client!)
    return new WaitClientTrust13(this.#flight, chain)
  }
}

class WaitClientTrust13 implements Handling<'WaitClientTrust13'> {
  readonly name = 'WaitClientTrust13'
  readonly #flight: Flight
  readonly #chain: readonly Bytes[]
  constructor(flight: Flight, chain: readonly Bytes[]) {
    this.#flight = flight
    this.#chain = chain
  }
  /** `replies.ts` has seen that the proof is one, and of this chain and purpose. */
  trust(_: Context<Bodies13>, trusted: ChainTrusted): WaitClientCertificateVerify13 {
    return new WaitClientCertificateVerify13(this.#flight, trusted, this.#chain)
  }
}

class WaitClientCertificateVerify13 extends Tolerant implements Handling<'WaitClientCertificateVerify13'> {
  readonly name = 'WaitClientCertificateVerify13'
  readonly #flight: Flight
  readonly #trusted: ChainTrusted
  readonly #chain: readonly Bytes[]
  constructor(flight: Flight, trusted: ChainTrusted, chain: readonly Bytes[]) {
    super()
    this.#flight = flight
    this.#trusted = trusted
    this.#chain = chain
  }
  CertificateVerify(context: Context<Bodies13>, message: Message<'CertificateVerify', Bodies13>): WaitClientFinished13 {
    const { config } = this.#flight.greeting
    const digest = context.transcript.digest()
    const proof = provenBy(context, message, { trusted: this.#trusted, config, digest })
    context.transcript.add(message.bytes)
    return new WaitClientFinished13(this.#flight, { proof, chain: this.#chain })
  }
}

export interface Client {
  /** A key: the client's Finished will show that it has it. */
  readonly proof: Authenticated | ExternalKey
  readonly chain: readonly Bytes[]
  /** The session that we go on with. */
  readonly resumed?: SessionFacts | undefined
  readonly early?: 'accepted'
}

/** What is known of the connection when our flight is out. */
export const agreedWith = (
  greeting: Greeting,
  { resumed, early, chain }: Omit<Client, 'proof'>,
  proof: Authenticated,
): Omit<Established, 'type'> => ({
  version: 'TLS 1.3',
  suite: greeting.suite.name,
  group: greeting.group,
  alpn: greeting.alpn,
  serverName: greeting.serverName,
  resumed: resumed !== undefined,
  ...(greeting.early ? { earlyData: early ?? ('rejected' as const) } : {}),
  peerChain: chain,
  peerCertificateType: resumed?.clientCertificateType ?? greeting.types.client ?? 'X509',
  ...grounds(proof),
})

/**
 * RFC 9846 4.5.4: our flight is out, and what is written now is under its last keys, for whoever has sent the hello. Who that
 * is, its Finished will show.
 */
export const answeredFirst = (context: Context<Bodies13>, greeting: Greeting, resumed?: SessionFacts): void => {
  const { halfRtt, clientCertificate = 'none' } = greeting.config
  if (halfRtt !== 'allowed' || clientCertificate !== 'none') return
  context.mayWrite(agreedWith(greeting, { chain: [], resumed }, 'anonymous'))
}

/** The client writes what needs no answer of ours; then it changes to the keys of the handshake. */
export class WaitEndOfEarlyData extends Tolerant implements Handling<'WaitEndOfEarlyData'> {
  readonly name = 'WaitEndOfEarlyData'
  readonly #flight: Flight
  readonly #client: Client
  constructor(flight: Flight, client: Client) {
    super()
    this.#flight = flight
    this.#client = client
  }
  EndOfEarlyData(context: Context<Bodies13>): WaitClientFinished13 {
    context.mayReadEarly(0)
    context.protectReads(this.#flight.keys.protection('client'))
    return new WaitClientFinished13(this.#flight, this.#client)
  }
}

export class WaitClientFinished13 extends Tolerant implements Handling<'WaitClientFinished13'> {
  readonly name = 'WaitClientFinished13'
  readonly #flight: Flight
  readonly #client: Client
  constructor(flight: Flight, client: Client = { proof: 'anonymous', chain: [] }) {
    super()
    this.#flight = flight
    this.#client = client
  }
  Finished(context: Context<Bodies13>, message: Message<'Finished', Bodies13>): EstablishedServer {
    const { keys, greeting, traffic } = this.#flight
    const expected = keys.finished('client', context.transcript.digest())
    const finished = checkFinished(context, message, expected)
    context.passed('Finished', message)
    context.transcript.add(message.bytes)
    context.protectReads(traffic.protection('client'))
    const { proof: shown } = this.#client
    const proof = ExternalKey.is(shown) ? shownKey(context, message, shown, finished) : shown
    const later = laterCertificates(context, greeting, traffic)
    const ticket = this.#remember(context)
    context.established(agreedWith(greeting, this.#client, proof))
    if (ticket !== undefined) context.ask({ about: 'ticket', wanted: { seal: ticket.state } })
    return new EstablishedServer(proof, finished, traffic, ticket?.sealed, later)
  }
  /** With what this client can come back. */
  #remember(context: Context<Bodies13>): ReturnType<typeof ticketFor> {
    const { greeting } = this.#flight
    if (!greeting.takesTickets || !greeting.config.resumption?.includes('ticket')) return undefined
    const { proof, chain, resumed } = this.#client
    const externalIdentity = ExternalKey.is(proof) ? proof.identity : undefined
    return ticketFor(context, this.#flight, { chain, resumed, externalIdentity })
  }
}
