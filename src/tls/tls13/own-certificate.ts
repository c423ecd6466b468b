/** The client's last words in the handshake: who we are, where the server asks, and our Finished (RFC 9846 4.5.2.3). */
import type { Bytes } from '../../engine.ts'
import { isRaw, otherType, typeOf } from '../certificate/types.ts'
import { listed } from '../hello/listed.ts'
import { SignatureScheme } from '../messages/registries.table.ts'
import type { Bodies13 } from '../messages/tls13.ts'
import { grounds } from '../proofs.ts'
import { refusal } from '../refusal.ts'
import type { clientStates } from '../roles.table.ts'
import { schemeFor13 } from '../schemes.table.ts'
import type { Context, Handles } from '../states.ts'
import type { CertifiedKey } from '../types.ts'
import type { Heard } from './agreed.ts'
import { entriesOf, sendCertificate } from './certificate-message.ts'
import { signedContent } from './checks.ts'
import { ClientTickets } from './client-tickets.ts'
import { EstablishedClient } from './established.ts'
import { laterRequests } from './later-certificate.ts'

type Handling<N extends (typeof clientStates)['moves'][number][0]> = Handles<typeof clientStates, N, Bodies13>

const IN_HANDSHAKE = new Uint8Array(0)

export class WaitOwnCertificate13 implements Handling<'WaitOwnCertificate13'> {
  readonly name = 'WaitOwnCertificate13'
  readonly #heard: Heard
  readonly #wanted: readonly number[]
  constructor(heard: Heard, wanted: readonly number[]) {
    this.#heard = heard
    this.#wanted = wanted
  }
  certificate(context: Context<Bodies13>, key: CertifiedKey | 'none'): WaitOwnSignature13 | EstablishedClient {
    if (key === 'none') {
      context.certificateWasWanted()
      context.send('Certificate', { context: IN_HANDSHAKE, entries: [] })
      return conclude(context, this.#heard)
    }
    const { types } = this.#heard
    if (typeOf(key) !== types.client) throw otherType(key, types.client)
    const scheme = key.schemes.find(id => this.#wanted.includes(id) && schemeFor13(id, { group: key.group }))
    if (scheme === undefined)
      throw refusal('tls/no-common-scheme', {
        where: 'CertificateRequest',
        expected: `a key that signs with ${key.schemes.map(SignatureScheme.nameOf).join(', ')}`,
        got: listed(this.#wanted, SignatureScheme.nameOf),
      })
    const { offer, request } = this.#heard
    const wants = {
      ocsp: request?.statusRequest !== undefined,
      scts: request?.signedCertificateTimestamp !== undefined,
    }
    const entries = entriesOf(key, wants)
    const { algorithms } = request?.compressCertificate ?? {}
    const coders = isRaw(types.client) ? [] : offer.config.certificateCoders
    sendCertificate(context, { context: IN_HANDSHAKE, entries }, coders, algorithms)
    context.ask({ about: 'sign', key, scheme, message: signedContent('client', context.transcript.digest()) })
    return new WaitOwnSignature13(this.#heard, scheme)
  }
}

class WaitOwnSignature13 implements Handling<'WaitOwnSignature13'> {
  readonly name = 'WaitOwnSignature13'
  readonly #heard: Heard
  readonly #scheme: number
  constructor(heard: Heard, scheme: number) {
    this.#heard = heard
    this.#scheme = scheme
  }
  sign(context: Context<Bodies13>, signature: Bytes): EstablishedClient {
    context.send('CertificateVerify', { scheme: this.#scheme, signature })
    return conclude(context, this.#heard)
  }
}

/** Our Finished, and the keys for what comes behind it. */
export const conclude = (context: Context<Bodies13>, heard: Heard): EstablishedClient => {
  const { keys, traffic, server, peerChain, finished, offer, suite, group, taken, types, resumed } = heard
  if (offer.early !== undefined && taken.earlyData !== undefined) {
    context.send('EndOfEarlyData', {})
    context.protectWrites(keys.protection('client'))
  }
  context.send('Finished', { verifyData: keys.finished('client', context.transcript.digest()) })
  context.protectWrites(traffic.protection('client'))
  const alpn = taken.alpn?.protocols[0]
  const secret = offer.config.session !== undefined ? keys.resumption(context.transcript.digest()) : undefined
  if (secret !== undefined) context.wipesLater(secret, 'kept')
  const requests = laterRequests(context, offer.config, traffic, types.client)
  context.established({
    version: 'TLS 1.3',
    suite: suite.name,
    group,
    alpn,
    serverName: offer.config.serverName,
    resumed: resumed !== undefined,
    peerChain,
    peerCertificateType: types.server,
    ...grounds(server),
    ...(offer.early === undefined && offer.refusedEarly !== true
      ? {}
      : { earlyData: taken.earlyData === undefined ? ('rejected' as const) : ('accepted' as const) }),
  })
  const origin = { suite, alpn, peerChain, server, resumed, offer, types }
  const tickets = secret && new ClientTickets(secret, origin)
  return new EstablishedClient(server, finished, traffic, tickets, requests)
}
