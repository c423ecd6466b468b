/** Who we are, for a server that asks (RFC 5246 7.4.6, 7.4.8). */
import type { Bytes } from '../../../engine.ts'
import { checkOwnType } from '../../certificate/types.ts'
import { listed } from '../../hello/listed.ts'
import { SignatureScheme } from '../../messages/registries.table.ts'
import type { Context, Handles, Message } from '../../states.ts'
import type { CertifiedKey } from '../../types.ts'
import type { WaitChangeCipherSpec } from './finished.ts'
import type { WaitNewSessionTicket } from './new-session-ticket.ts'
import { exchangeKeys, finish } from './own-flight.ts'
import type { Flight, Keyed, Table } from './state.ts'

export class WaitOwnCertificate implements Handles<Table, 'WaitOwnCertificate'> {
  readonly name = 'WaitOwnCertificate'
  readonly #flight: Flight
  readonly #request: Message<'CertificateRequest'>
  readonly #wanted: readonly number[]
  constructor(flight: Flight, request: Message<'CertificateRequest'>, wanted: readonly number[]) {
    this.#flight = flight
    this.#request = request
    this.#wanted = wanted
  }
  certificate(
    context: Context,
    key: CertifiedKey | 'none',
  ): WaitOwnSignature | WaitNewSessionTicket | WaitChangeCipherSpec {
    if (key === 'none') {
      context.transcript.forgetRaw()
      context.certificateWasWanted()
      // RFC 5246 7.4.6: without a suitable certificate the client sends an empty list.
      context.send('Certificate', { chain: [] })
      return finish(context, exchangeKeys(context, this.#flight))
    }
    checkOwnType(context, this.#request, key, [this.#flight.negotiated.types.client])
    const scheme = key.schemes.find(id => this.#wanted.includes(id))
    if (scheme === undefined)
      throw context.refusal('signature', this.#request, 'tls/no-common-scheme', 'schemes', {
        expected: `a key that signs with ${key.schemes.map(SignatureScheme.nameOf).join(', ')}`,
        got: listed(this.#request.body.schemes, SignatureScheme.nameOf),
      })
    context.send('Certificate', { chain: [...key.chain] })
    const keyed = exchangeKeys(context, this.#flight)
    // RFC 5246 7.4.8: "all handshake messages sent or received, starting at client hello and up to, but not including,
    // this message".
    const message = context.transcript.raw()
    context.transcript.forgetRaw()
    context.ask({ about: 'sign', key, scheme, message })
    return new WaitOwnSignature(keyed, scheme)
  }
}

class WaitOwnSignature implements Handles<Table, 'WaitOwnSignature'> {
  readonly name = 'WaitOwnSignature'
  readonly #keyed: Keyed
  readonly #scheme: number
  constructor(keyed: Keyed, scheme: number) {
    this.#keyed = keyed
    this.#scheme = scheme
  }
  sign(context: Context, signature: Bytes): WaitNewSessionTicket | WaitChangeCipherSpec {
    context.send('CertificateVerify', { scheme: this.#scheme, signature })
    return finish(context, this.#keyed)
  }
}
