/**
 * The client's handshake of TLS 1.2 after the hellos, one class per state (RFC 5246 7.3, RFC 8422):
 *
 *     WaitCertificate       the server shows its chain          -> ask whether it is to be trusted
 *     WaitCertificateStatus it may have an OCSP response with it
 *     WaitTrust             the proof of trust comes            -> does the key suit the suite and our groups?
 *     WaitServerKeyExchange its share, signed by that key       -> SignatureValid; not where RSA encrypts the secret
 *     WaitCertificateRequestOrServerHelloDone, WaitServerHelloDone
 *                           its flight is over: `finish`        -> our share, ChangeCipherSpec, our Finished
 *     WaitChangeCipherSpec  what follows is under its keys      -> read with them
 *     WaitFinished          it has seen the same handshake      -> FinishedVerified
 *     Established           made of three proofs; data may flow
 *
 * Until the last line nothing is believed of what was said in clear: the Finished covers it all.
 */
import type { Bytes } from '../../../engine.ts'
import type { ChainTrusted } from '../../../x509/path/trusted.ts'
import { authenticationOf, keyGroupOf, keyTypeOf } from '../../certificate/key.ts'
import { checkShown, isRaw } from '../../certificate/types.ts'
import type { ClientNegotiated } from '../../hello/negotiated.ts'
import { CertificateStatusType, NamedGroup } from '../../messages/registries.table.ts'
import type { Context, Handles, Message } from '../../states.ts'
import { keyUsageFor } from '../../suites.table.ts'
import { WaitCertificateRequestOrServerHelloDone } from './hello-done.ts'
import { WaitServerKeyExchange } from './key-exchange.ts'
import { ClientState, type Table } from './state.ts'

export class WaitCertificate extends ClientState implements Handles<Table, 'WaitCertificate'> {
  readonly name = 'WaitCertificate'
  readonly #negotiated: ClientNegotiated
  constructor(negotiated: ClientNegotiated) {
    super()
    this.#negotiated = negotiated
  }
  Certificate(
    context: Context,
    message: Message<'Certificate'>,
  ): WaitTrust | WaitCertificateStatus | WaitCertificateStatusAlone {
    if (message.body.chain.length === 0)
      throw context.refusal('key exchange', message, 'tls/certificate-missing', 'chain', {})
    const { types } = this.#negotiated
    checkShown(context, message, types.server, message.body.chain, index => `chain.${index}`)
    const shown = { negotiated: this.#negotiated, certificate: message }
    if (!this.#negotiated.stapled) return judged(context, shown)
    return this.#negotiated.suite.exchange === 'rsa'
      ? new WaitCertificateStatusAlone(shown)
      : new WaitCertificateStatus(shown)
  }
}

interface ChainShown {
  readonly negotiated: ClientNegotiated
  readonly certificate: Message<'Certificate'>
  /** What came after it, where that was no CertificateStatus. */
  readonly exchange?: Message<'ServerKeyExchange'>
}

/** Asks whether the server is to be believed. */
const judged = (context: Context, shown: ChainShown, ocsp?: Bytes): WaitTrust => {
  const { negotiated, certificate } = shown
  const { chain } = certificate.body
  const { serverName: name } = negotiated.offer.config
  const { scts } = negotiated
  const certificateType = negotiated.types.server
  const evidence = { ...(ocsp === undefined ? {} : { ocsp }), ...(scts === undefined ? {} : { scts }) }
  context.ask(
    {
      about: 'trust',
      chain,
      certificateType,
      name,
      purpose: 'server',
      keyUsage: keyUsageFor(negotiated.suite),
      ...(isRaw(certificateType) ? {} : evidence),
    },
    { message: certificate, chain, path: index => `chain.${index}` },
  )
  return new WaitTrust(shown)
}

/** RFC 6066 8: the server may bring an OCSP response, or leave it out after all. */
class WaitCertificateStatus extends ClientState implements Handles<Table, 'WaitCertificateStatus'> {
  readonly name = 'WaitCertificateStatus'
  readonly #shown: ChainShown
  constructor(shown: ChainShown) {
    super()
    this.#shown = shown
  }
  CertificateStatus(context: Context, message: Message<'CertificateStatus'>): WaitTrust {
    return judged(context, this.#shown, ocspIn(context, message))
  }
  ServerKeyExchange(context: Context, exchange: Message<'ServerKeyExchange'>): WaitTrust {
    return judged(context, { ...this.#shown, exchange })
  }
}

/** The same where nothing signed comes behind it: a server that promised it brings it. */
class WaitCertificateStatusAlone extends ClientState implements Handles<Table, 'WaitCertificateStatusAlone'> {
  readonly name = 'WaitCertificateStatusAlone'
  readonly #shown: ChainShown
  constructor(shown: ChainShown) {
    super()
    this.#shown = shown
  }
  CertificateStatus(context: Context, message: Message<'CertificateStatus'>): WaitTrust {
    return judged(context, this.#shown, ocspIn(context, message))
  }
}

const ocspIn = (context: Context, message: Message<'CertificateStatus'>): Bytes => {
  const { statusType, response } = message.body
  if (statusType !== CertificateStatusType.names.ocsp)
    throw context.refusal('key exchange', message, 'tls/illegal-value', 'statusType', {
      got: CertificateStatusType.nameOf(statusType),
      expected: 'ocsp was asked for',
    })
  return response
}

class WaitTrust implements Handles<Table, 'WaitTrust'> {
  readonly name = 'WaitTrust'
  readonly #shown: ChainShown
  constructor(shown: ChainShown) {
    this.#shown = shown
  }
  /** `replies.ts` has seen that the proof is one, and of this chain, name and use. */
  trust(context: Context, trusted: ChainTrusted): WaitServerKeyExchange | WaitCertificateRequestOrServerHelloDone {
    const { negotiated, certificate, exchange } = this.#shown
    const { suite, offer } = negotiated
    const keyType = keyTypeOf(trusted.publicKey)
    // RFC 5246 7.4.2: the key in the certificate must suit the key exchange that was chosen.
    const suits = suite.exchange === 'rsa' ? keyType === 'rsa' : authenticationOf(keyType) === suite.authentication
    if (!suits)
      throw context.refusal('key exchange', certificate, 'tls/certificate-kind', 'chain.0', {
        expected: `a key for ${suite.name}`,
        got: `a key of type ${keyType}`,
      })
    // RFC 8422 5.3: the key "MUST respect the client's choice of elliptic curves".
    const group = keyGroupOf(trusted.publicKey)
    if (group !== undefined && !offer.groups.some(name => NamedGroup.names[name] === group))
      throw context.refusal('key exchange', certificate, 'tls/certificate-kind', 'chain.0', {
        expected: `a key in one of the groups that were offered (${offer.groups.join(', ')})`,
        got: `one in ${NamedGroup.nameOf(group)}`,
      })
    const peer = { trusted, keyType, chain: certificate.body.chain }
    if (suite.exchange === 'rsa')
      return new WaitCertificateRequestOrServerHelloDone({ negotiated, peer, certificate, share: undefined })
    const next = new WaitServerKeyExchange(negotiated, peer, certificate)
    return exchange === undefined ? next : next.ServerKeyExchange(context, exchange)
  }
}
