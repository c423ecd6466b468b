/** The end of the server's flight, which may want to know who we are. */
import { schemeById } from '../../schemes.table.ts'
import type { Context, Handles, Message } from '../../states.ts'
import { certificateType } from '../certificate-type.ts'
import type { WaitChangeCipherSpec } from './finished.ts'
import type { WaitNewSessionTicket } from './new-session-ticket.ts'
import { WaitOwnCertificate } from './own-certificate.ts'
import { exchangeKeys, finish } from './own-flight.ts'
import { ClientState, type Flight, type Table } from './state.ts'

export class WaitCertificateRequestOrServerHelloDone
  extends ClientState
  implements Handles<Table, 'WaitCertificateRequestOrServerHelloDone'>
{
  readonly name = 'WaitCertificateRequestOrServerHelloDone'
  readonly #flight: Flight
  constructor(flight: Flight) {
    super()
    this.#flight = flight
  }
  CertificateRequest(_: Context, message: Message<'CertificateRequest'>): WaitServerHelloDone {
    return new WaitServerHelloDone(this.#flight, message)
  }
  ServerHelloDone(context: Context): WaitNewSessionTicket | WaitChangeCipherSpec {
    context.transcript.forgetRaw()
    return finish(context, exchangeKeys(context, this.#flight))
  }
}

class WaitServerHelloDone extends ClientState implements Handles<Table, 'WaitServerHelloDone'> {
  readonly name = 'WaitServerHelloDone'
  readonly #flight: Flight
  readonly #request: Message<'CertificateRequest'>
  constructor(flight: Flight, request: Message<'CertificateRequest'>) {
    super()
    this.#flight = flight
    this.#request = request
  }
  ServerHelloDone(context: Context): WaitOwnCertificate {
    const { authorities } = this.#request.body
    const wanted = wantedSchemes(this.#request)
    context.ask({
      about: 'certificate',
      certificateType: this.#flight.negotiated.types.client,
      schemes: wanted,
      authorities,
    })
    return new WaitOwnCertificate(this.#flight, this.#request, wanted)
  }
}

/** RFC 5246 7.4.4: what both the kinds of certificates and the signatures that the server lists allow. */
const wantedSchemes = ({ body: { types, schemes } }: Message<'CertificateRequest'>): readonly number[] =>
  schemes.filter(id => {
    const authentication = schemeById(id)?.authentication
    return authentication !== undefined && types.includes(certificateType(authentication))
  })
