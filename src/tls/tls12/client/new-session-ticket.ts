/** A ticket for the next time, where the server has promised one (RFC 5077 3.3). */
import type { Context, Handles, Message } from '../../states.ts'
import { WaitChangeCipherSpec } from './finished.ts'
import { ClientState, type Keyed, type Table } from './state.ts'

/** What a server sends before its Finished. */
export const serversTurn = (keyed: Keyed): WaitNewSessionTicket | WaitChangeCipherSpec =>
  keyed.negotiated.ticketPromised ? new WaitNewSessionTicket(keyed) : new WaitChangeCipherSpec(keyed)

export class WaitNewSessionTicket extends ClientState implements Handles<Table, 'WaitNewSessionTicket'> {
  readonly name = 'WaitNewSessionTicket'
  readonly #keyed: Keyed
  constructor(keyed: Keyed) {
    super()
    this.#keyed = keyed
  }
  NewSessionTicket(_: Context, { body }: Message<'NewSessionTicket'>): WaitChangeCipherSpec {
    // "If the server determines that it does not want to include a ticket [...] it sends a zero-length ticket".
    const ticket = body.ticket.length === 0 ? undefined : { bytes: body.ticket, lifetime: body.lifetimeHint }
    return new WaitChangeCipherSpec({ ...this.#keyed, ticket })
  }
}
