import { PASSED_OVER } from '../limits.ts'
import { taggedExtensions } from '../messages/extensions.ts'
import { RETRY_RANDOM } from '../messages/hello.ts'
import { NamedGroup, TLS_1_2, TLS_1_3 } from '../messages/registries.table.ts'
import type { Bodies13 } from '../messages/tls13.ts'
import type { serverStates } from '../roles.table.ts'
import type { Context, Handles, Message } from '../states.ts'
import type { CertifiedKey } from '../types.ts'
import { type Greeting, greetedAgain } from './hello-server.ts'
import type { WaitSignature13 } from './server-full.ts'
import { proceed, type WaitTicket13 } from './server-resumed.ts'
import { Tolerant } from './tolerant.ts'

type Handling<N extends (typeof serverStates)['moves'][number][0]> = Handles<typeof serverStates, N, Bodies13>

export class WaitPolicy13 implements Handling<'WaitPolicy13'> {
  readonly name = 'WaitPolicy13'
  readonly #greeting: Greeting
  constructor(greeting: Greeting) {
    this.#greeting = greeting
  }
  'client-hello'(context: Context<Bodies13>, key: CertifiedKey): WaitClientHelloAgain | WaitTicket13 | WaitSignature13 {
    const greeting = this.#greeting
    context.transcript.useHash(context.crypto, greeting.suite.hash)
    if (greeting.share !== undefined) return proceed(context, greeting, key)
    const { transcript, crypto } = context
    transcript.replaceByHash(crypto, greeting.suite.hash)
    context.send('HelloRetryRequest', {
      legacyVersion: TLS_1_2,
      random: RETRY_RANDOM,
      sessionId: greeting.hello.body.sessionId,
      cipherSuite: greeting.suite.id,
      compressionMethod: 0,
      extensions: taggedExtensions<'helloRetryRequest'>({
        supportedVersions: { version: TLS_1_3 },
        keyShare: { selectedGroup: NamedGroup.names[greeting.group]! },
      }),
    })
    if (greeting.hello.body.sessionId.length > 0) context.changeCipherSpec()
    // RFC 9846 4.3.10: what was sent behind the first hello is under keys that are never made.
    if (greeting.early) context.passOver(PASSED_OVER)
    return new WaitClientHelloAgain(greeting, key)
  }
}

class WaitClientHelloAgain extends Tolerant implements Handling<'WaitClientHelloAgain'> {
  readonly name = 'WaitClientHelloAgain'
  readonly #greeting: Greeting
  readonly #key: CertifiedKey
  constructor(greeting: Greeting, key: CertifiedKey) {
    super()
    this.#greeting = greeting
    this.#key = key
  }
  ClientHello(context: Context<Bodies13>, message: Message<'ClientHello', Bodies13>): WaitTicket13 | WaitSignature13 {
    const greeting = greetedAgain(context, message, this.#greeting)
    return proceed(context, greeting, this.#key)
  }
}
