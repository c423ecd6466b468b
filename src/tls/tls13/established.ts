/** Data may flow (RFC 9846 4.7): what still comes beside it are tickets and new keys. */
import type { Bytes } from '../../engine.ts'
import { KeyUpdateRequest } from '../messages/registries.table.ts'
import type { Bodies13 } from '../messages/tls13.ts'
import type { Authenticated, FinishedVerified, Fresh, KnowsKey, Resumed } from '../proofs.ts'
import { refusal } from '../refusal.ts'
import type { clientStates, serverStates } from '../roles.table.ts'
import type { Context, Handles, Message } from '../states.ts'
import { checkList } from './checks.ts'
import type { ClientTickets } from './client-tickets.ts'
import type { TrafficKeys } from './handshake-keys.ts'
import type { LaterRequests } from './later-certificate.ts'
import type { LaterCertificates } from './server-later.ts'
import type { SealedTicket } from './server-tickets.ts'

/** RFC 5869 2.3: 255 times the hash, of which SHA-256 is the shortest here. */
const MOST_EXPORTED = 255 * 32

type Side = 'client' | 'server'

abstract class Established {
  readonly name = 'Established13'
  readonly #traffic: TrafficKeys
  readonly #ours: Side
  readonly #theirs: Side
  /** The peer has asked for new keys of ours. */
  #owed = false
  constructor(traffic: TrafficKeys, ours: Side) {
    this.#traffic = traffic
    this.#ours = ours
    this.#theirs = ours === 'client' ? 'server' : 'client'
  }
  KeyUpdate(context: Context<Bodies13>, message: Message<'KeyUpdate', Bodies13>): this {
    const { request } = message.body
    const wanted = request === KeyUpdateRequest.names.update_requested
    if (!wanted && request !== KeyUpdateRequest.names.update_not_requested)
      throw context.refusal('key update', message, 'tls/illegal-value', 'request', {
        got: `${request}`,
        expected: 'it is either requested or not',
      })
    context.keysUpdated()
    context.protectReads(this.#traffic.next(context, this.#theirs))
    // RFC 9846 4.7.3: the answer comes "prior to sending its next Application Data record", one for however many.
    if (wanted) this.#owed = true
    return this
  }
  /** Nothing is sent under keys that the peer wants replaced. The answer asks for nothing, or two that ask would never stop. */
  beforeData(context: Context<Bodies13>): void {
    if (this.#owed) this.renew(context)
  }
  /** New keys for what we send: because the peer asks, somebody here does, or the old ones are used up. */
  renew(context: Context<Bodies13>, request: 'asking' | 'not asking' = 'not asking'): void {
    const name = request === 'asking' ? 'update_requested' : 'update_not_requested'
    this.#owed = false
    context.send('KeyUpdate', { request: KeyUpdateRequest.names[name]! })
    context.protectWrites(this.#traffic.next(context, this.#ours))
  }
  /** RFC 9846 7.5: no context is an empty one. */
  exportKeyingMaterial(label: string, about: Bytes | undefined, length: number): Bytes | undefined {
    return length > MOST_EXPORTED ? undefined : this.#traffic.exported(label, about ?? new Uint8Array(0), length)
  }
}

/** The chain is trusted, its key signed this handshake, and both sides saw the same one. */
export class EstablishedClient extends Established implements Handles<typeof clientStates, 'Established13', Bodies13> {
  readonly #tickets: ClientTickets | undefined
  readonly #requests: LaterRequests | undefined
  constructor(
    _server: Fresh | Resumed | KnowsKey,
    _finished: FinishedVerified,
    traffic: TrafficKeys,
    tickets: ClientTickets | undefined,
    requests: LaterRequests | undefined,
  ) {
    super(traffic, 'client')
    this.#requests = requests
    this.#tickets = tickets
  }
  /** Whoever does not want to come back passes them over. */
  NewSessionTicket(context: Context<Bodies13>, message: Message<'NewSessionTicket', Bodies13>): this {
    const { extensions: list } = message.body
    checkList(context, message, { list, place: 'newSessionTicket' })
    this.#tickets?.came(context, message.body)
    return this
  }
  /** RFC 9846 4.7.2: without post_handshake_auth it is an unexpected_message. */
  CertificateRequest(
    context: Context<Bodies13>,
    message: Message<'CertificateRequest', Bodies13>,
  ): ReturnType<LaterRequests['came']> {
    if (this.#requests === undefined)
      throw refusal('tls/unexpected-message', {
        where: this.name,
        expected: 'no request for a certificate: post_handshake_auth was not offered',
        got: message.name,
      })
    return this.#requests.came(context, message, this)
  }
}

export class EstablishedServer extends Established implements Handles<typeof serverStates, 'Established13', Bodies13> {
  #sealed: SealedTicket | undefined
  readonly #later: LaterCertificates | undefined
  constructor(
    _client: Authenticated,
    _finished: FinishedVerified,
    traffic: TrafficKeys,
    sealed: SealedTicket | undefined,
    later: LaterCertificates | undefined,
  ) {
    super(traffic, 'server')
    this.#later = later
    this.#sealed = sealed
  }
  /** The ticket that `WaitClientFinished13` has asked for. */
  ticket(context: Context<Bodies13>, ticket: Bytes | 'none'): this {
    const sealed = this.#sealed
    this.#sealed = undefined
    if (ticket !== 'none' && sealed !== undefined && !context.closing)
      context.send('NewSessionTicket', { ...sealed, ticket })
    return this
  }
  /** Asks who the client is; false where that cannot be. */
  requestCertificate(context: Context<Bodies13>): boolean {
    return this.#later?.request(context) ?? false
  }
  Certificate(
    context: Context<Bodies13>,
    message: Message<'Certificate', Bodies13>,
  ): ReturnType<LaterCertificates['came']> {
    return this.#asked(message.name).came(context, message, this)
  }
  CompressedCertificate(
    context: Context<Bodies13>,
    message: Message<'CompressedCertificate', Bodies13>,
  ): ReturnType<LaterCertificates['came']> {
    return this.#asked(message.name).cameCompressed(context, message, this)
  }
  #asked(got: string): LaterCertificates {
    if (this.#later !== undefined) return this.#later
    throw refusal('tls/unexpected-message', { where: this.name, expected: 'data or new keys', got })
  }
}
