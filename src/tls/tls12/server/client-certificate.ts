/** Who the client is, where we ask (RFC 5246 7.4.4, 7.4.6). Its chain is judged by the same question as a server's. */
import type { ChainTrusted } from '../../../x509/path/trusted.ts'
import { keyTypeOf } from '../../certificate/key.ts'
import { checkShown, isRaw } from '../../certificate/types.ts'
import type { ServerNegotiated } from '../../hello/negotiated.ts'
import type { CertificateRequest } from '../../messages/tls12.ts'
import { acceptable } from '../../schemes.table.ts'
import type { Context, Handles, Message } from '../../states.ts'
import { certificateType } from '../certificate-type.ts'
import { exchanging, type WaitClientKeyExchange, type WaitEncryptedPremaster } from './key-exchange.ts'
import type { Exchange, Table } from './state.ts'

export const certificateRequest = ({ config, types }: ServerNegotiated): CertificateRequest => {
  const { schemes, clientAuthorities = [] } = config
  const accepted = acceptable(schemes)
  return {
    types: [...new Set(accepted.map(({ authentication }) => certificateType(authentication)))],
    schemes: accepted.map(({ id }) => id),
    authorities: isRaw(types.client) ? [] : [...clientAuthorities],
  }
}

export class WaitClientCertificate implements Handles<Table, 'WaitClientCertificate'> {
  readonly name = 'WaitClientCertificate'
  readonly #exchange: Exchange
  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }
  Certificate(
    context: Context,
    message: Message<'Certificate'>,
  ): WaitClientTrust | WaitClientKeyExchange | WaitEncryptedPremaster {
    const { chain } = message.body
    if (chain.length > 0) {
      const certificateType = this.#exchange.negotiated.types.client!
      const path = (index: number): string => `chain.${index}`
      checkShown(context, message, certificateType, chain, path)
      context.ask(
        { about: 'trust', chain, certificateType, name: undefined, purpose: 'client', keyUsage: 'digitalSignature' },
        { message, chain, path },
      )
      return new WaitClientTrust(this.#exchange, message)
    }
    context.transcript.forgetRaw()
    if (this.#exchange.negotiated.config.clientCertificate === 'required')
      throw context.refusal('signature', message, 'tls/client-certificate-missing', 'chain', {})
    return exchanging(this.#exchange)
  }
}

class WaitClientTrust implements Handles<Table, 'WaitClientTrust'> {
  readonly name = 'WaitClientTrust'
  readonly #exchange: Exchange
  readonly #certificate: Message<'Certificate'>
  constructor(exchange: Exchange, certificate: Message<'Certificate'>) {
    this.#exchange = exchange
    this.#certificate = certificate
  }
  /** `replies.ts` has seen that the proof is one, and of this chain and purpose. */
  trust(context: Context, trusted: ChainTrusted): WaitClientKeyExchange | WaitEncryptedPremaster {
    const keyType = keyTypeOf(trusted.publicKey)
    const { config } = this.#exchange.negotiated
    const usable = acceptable(config.schemes).filter(scheme => scheme.keyType === keyType)
    // RFC 5246 7.4.6: it must be of a kind, and sign with an algorithm, that the request has listed.
    if (usable.length === 0)
      throw context.refusal('signature', this.#certificate, 'tls/certificate-kind', 'chain.0', {
        expected: `a key that signs with ${acceptable(config.schemes)
          .map(({ name }) => name)
          .join(', ')}`,
        got: `a key of type ${keyType}`,
      })
    return exchanging(this.#exchange, { trusted, schemes: usable, chain: this.#certificate.body.chain })
  }
}
