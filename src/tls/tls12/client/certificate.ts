/**
 * The client's handshake of TLS 1.2 after the hellos, one class per state (RFC 5246 7.3, RFC 8422):
 *
 *     WaitCertificate       the server shows its chain          -> ask whether it is to be trusted
 *     WaitTrust             the proof of trust comes            -> does the key suit the suite and our groups?
 *     WaitServerKeyExchange its share, signed by that key       -> SignatureValid
 *     WaitCertificateRequestOrServerHelloDone, WaitServerHelloDone
 *                           its flight is over: `finish`        -> our share, ChangeCipherSpec, our Finished
 *     WaitChangeCipherSpec  what follows is under its keys      -> read with them
 *     WaitFinished          it has seen the same handshake      -> FinishedVerified
 *     Established           made of three proofs; data may flow
 *
 * Until the last line nothing is believed of what was said in clear: the Finished covers it all.
 */
import type { ChainTrusted } from '../../../x509/trusted.ts'
import { authenticationOf, keyGroupOf, keyTypeOf } from '../../certificate-key.ts'
import { NamedGroup } from '../../messages/registries.table.ts'
import type { ClientNegotiated } from '../../negotiated.ts'
import type { Context, Handles, Message } from '../../states.ts'
import { WaitServerKeyExchange } from './key-exchange.ts'
import { ClientState, type Table } from './state.ts'

export class WaitCertificate extends ClientState implements Handles<Table, 'WaitCertificate'> {
  readonly name = 'WaitCertificate'
  readonly #negotiated: ClientNegotiated
  constructor(negotiated: ClientNegotiated) {
    super()
    this.#negotiated = negotiated
  }
  Certificate(context: Context, message: Message<'Certificate'>): WaitTrust {
    const { chain } = message.body
    if (chain.length === 0) throw context.refusal('key exchange', message, 'tls/certificate-missing', 'chain', {})
    const { serverName: name } = this.#negotiated.offer.config
    // RFC 5246 7.4.2: all suites here are ECDHE, in which the server signs its share.
    context.ask(
      { about: 'trust', chain, name, purpose: 'server', keyUsage: 'digitalSignature' },
      {
        message,
        chain,
        path: index => `chain.${index}`,
      },
    )
    return new WaitTrust(this.#negotiated, message)
  }
}

class WaitTrust implements Handles<Table, 'WaitTrust'> {
  readonly name = 'WaitTrust'
  readonly #negotiated: ClientNegotiated
  readonly #certificate: Message<'Certificate'>
  constructor(negotiated: ClientNegotiated, certificate: Message<'Certificate'>) {
    this.#negotiated = negotiated
    this.#certificate = certificate
  }
  /** `replies.ts` has seen that the proof is one, and of this chain, name and use. */
  trust(context: Context, trusted: ChainTrusted): WaitServerKeyExchange {
    const { suite, offer } = this.#negotiated
    const keyType = keyTypeOf(trusted.publicKey)
    // RFC 5246 7.4.2: the key in the certificate must suit the key exchange that was chosen.
    if (authenticationOf(keyType) !== suite.authentication)
      throw context.refusal('key exchange', this.#certificate, 'tls/certificate-kind', 'chain.0', {
        expected: `a key for ${suite.name}`,
        got: `a key of type ${keyType}`,
      })
    // RFC 8422 5.3: the key "MUST respect the client's choice of elliptic curves".
    const group = keyGroupOf(trusted.publicKey)
    if (group !== undefined && !offer.groups.some(name => NamedGroup.names[name] === group))
      throw context.refusal('key exchange', this.#certificate, 'tls/certificate-kind', 'chain.0', {
        expected: `a key in one of the groups that were offered (${offer.groups.join(', ')})`,
        got: `one in ${NamedGroup.nameOf(group)}`,
      })
    return new WaitServerKeyExchange(this.#negotiated, { trusted, keyType, chain: this.#certificate.body.chain })
  }
}
