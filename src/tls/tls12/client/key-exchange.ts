/** The server's share, signed by the key in its certificate (RFC 8422 5.4). */

import type { ClientNegotiated } from '../../hello/negotiated.ts'
import { CurveType, NamedGroup, SignatureScheme } from '../../messages/registries.table.ts'
import { SignatureValid } from '../../proofs.ts'
import { acceptable } from '../../schemes.table.ts'
import type { Context, Handles, Message } from '../../states.ts'
import { ecdheGroups } from '../../suites.table.ts'
import { signedParams } from '../signed-params.ts'
import { WaitCertificateRequestOrServerHelloDone } from './hello-done.ts'
import { ClientState, type Peer, type Table } from './state.ts'

export class WaitServerKeyExchange extends ClientState implements Handles<Table, 'WaitServerKeyExchange'> {
  readonly name = 'WaitServerKeyExchange'
  readonly #negotiated: ClientNegotiated
  readonly #peer: Peer
  readonly #certificate: Message<'Certificate'>
  constructor(negotiated: ClientNegotiated, peer: Peer, certificate: Message<'Certificate'>) {
    super()
    this.#certificate = certificate
    this.#negotiated = negotiated
    this.#peer = peer
  }
  ServerKeyExchange(context: Context, message: Message<'ServerKeyExchange'>): WaitCertificateRequestOrServerHelloDone {
    const { params } = message.body
    const groups = ecdheGroups(this.#negotiated.offer.groups)
    // RFC 8422 5.4: only named curves are left, and only those that were offered.
    if (params.curveType !== 3)
      throw context.refusal('key exchange', message, 'tls/wrong-group', 'params.curveType', {
        got: CurveType.nameOf(params.curveType),
        expected: 'only named curves may be used',
      })
    const group = groups.find(name => NamedGroup.names[name] === params.group)
    if (group === undefined)
      throw context.refusal('key exchange', message, 'tls/wrong-group', 'params.group', {
        got: NamedGroup.nameOf(params.group),
        expected: `${groups.join(', ')} were offered`,
      })
    const proof = this.#verified(context, message)
    return new WaitCertificateRequestOrServerHelloDone({
      negotiated: this.#negotiated,
      peer: this.#peer,
      certificate: this.#certificate,
      share: { exchange: message, group, proof },
    })
  }
  /** RFC 5246 7.4.3: the signature covers both randoms and the parameters. */
  #verified(context: Context, message: Message<'ServerKeyExchange'>): SignatureValid {
    const { params, scheme: number, signature } = message.body
    const { offer, serverRandom, suite } = this.#negotiated
    const scheme = acceptable(offer.config.schemes).find(({ id }) => id === number)
    if (scheme === undefined || scheme.keyType !== this.#peer.keyType || scheme.authentication !== suite.authentication)
      throw context.refusal('signature', message, 'tls/wrong-scheme', 'scheme', {
        got: SignatureScheme.nameOf(number),
        expected: `it must be one that was offered and fits a key of type ${this.#peer.keyType}`,
      })
    const signed = signedParams(offer.random, serverRandom, params)
    const proof = SignatureValid.check(context.crypto, scheme, this.#peer.trusted.publicKey, signed, signature)
    if (proof === undefined)
      throw context.refusal('signature', message, 'tls/signature-wrong', 'signature', { got: scheme.name })
    context.passed('signature', message)
    return proof
  }
}
