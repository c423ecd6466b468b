/** The server's flight in a handshake with certificates (RFC 9846 2). */

import type { Bytes } from '../../engine.ts'
import { checkOwnType, isRaw, typeOf, usesName } from '../certificate/types.ts'
import { listed } from '../hello/listed.ts'
import { SignatureScheme } from '../messages/registries.table.ts'
import type { Bodies13 } from '../messages/tls13.ts'
import type { serverStates } from '../roles.table.ts'
import { schemeFor13 } from '../schemes.table.ts'
import { asksClients } from '../session/server.ts'
import type { Context, Handles } from '../states.ts'
import type { CertifiedKey } from '../types.ts'
import { entriesOf, sendCertificate } from './certificate-message.ts'
import { signedContent } from './checks.ts'
import { certificateRequest13 } from './client-certificate.ts'
import { answeredFirst, type Exchange, WaitClientCertificate13, WaitClientFinished13 } from './client-part.ts'
import type { Greeting } from './hello-server.ts'
import { openFlight } from './server-flight.ts'

type Handling<N extends (typeof serverStates)['moves'][number][0]> = Handles<typeof serverStates, N, Bodies13>

/** A handshake with certificates: all that can be said before our key has signed. */
export const showCertificate = (context: Context<Bodies13>, greeting: Greeting, key: CertifiedKey): WaitSignature13 => {
  const { config, compressions, wants, types, hello } = greeting
  checkOwnType(context, hello, key, types.server)
  const scheme = chosenScheme(context, greeting, key)
  const shown = typeOf(key)
  const keys = openFlight(context, greeting, { shown, named: usesName(key, greeting.serverName) })
  if (asksClients(config)) context.send('CertificateRequest', certificateRequest13(config, types.client))
  const entries = entriesOf(key, wants)
  // A key is no longer than what compression adds.
  const coders = isRaw(shown) ? [] : config.certificateCoders
  sendCertificate(context, { context: new Uint8Array(0), entries }, coders, compressions)
  const message = signedContent('server', context.transcript.digest())
  context.ask({ about: 'sign', key, scheme, message })
  return new WaitSignature13({ greeting, keys, shown }, scheme)
}

/** The first of the key's schemes that the client takes and that TLS 1.3 has for such a key. */
const chosenScheme = (context: Context<Bodies13>, { hello, schemes }: Greeting, key: CertifiedKey): number => {
  const scheme = key.schemes.find(id => schemes.includes(id) && schemeFor13(id, { group: key.group }) !== undefined)
  if (scheme !== undefined) return scheme
  throw context.refusal('hello', hello, 'tls/no-common-scheme', 'extensions', {
    expected: `a key that signs with ${key.schemes.map(SignatureScheme.nameOf).join(', ')}`,
    got: listed(schemes, SignatureScheme.nameOf),
  })
}

export class WaitSignature13 implements Handling<'WaitSignature13'> {
  readonly name = 'WaitSignature13'
  readonly #exchange: Exchange
  readonly #scheme: number
  constructor(exchange: Exchange, scheme: number) {
    this.#exchange = exchange
    this.#scheme = scheme
  }
  sign(context: Context<Bodies13>, signature: Bytes): WaitClientFinished13 | WaitClientCertificate13 {
    const { keys, greeting } = this.#exchange
    context.send('CertificateVerify', { scheme: this.#scheme, signature })
    context.send('Finished', { verifyData: keys.finished('server', context.transcript.digest()) })
    const traffic = keys.application(context, context.transcript.digest())
    context.protectWrites(traffic.protection('server'))
    answeredFirst(context, greeting)
    const flight = { ...this.#exchange, traffic }
    return asksClients(greeting.config) ? new WaitClientCertificate13(flight) : new WaitClientFinished13(flight)
  }
}
