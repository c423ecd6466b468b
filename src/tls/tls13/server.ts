import { MAX_IDENTITIES, PASSED_OVER } from '../limits.ts'
import { taggedExtensions } from '../messages/extensions.ts'
import { RETRY_RANDOM } from '../messages/hello.ts'
import { NamedGroup, TLS_1_2, TLS_1_3 } from '../messages/registries.table.ts'
import type { Bodies13 } from '../messages/tls13.ts'
import type { serverStates } from '../roles.table.ts'
import type { Governed } from '../server-policy.ts'
import type { ExternalKey, KeyHash } from '../session/external-key.ts'
import type { Context, Handles, Message } from '../states.ts'
import type { CertifiedKey } from '../types.ts'
import { commonSuites, type Greeting, greeted, greetedAgain } from './hello-server.ts'
import { type Ticketless, withCertificate, withKey, withoutTicket } from './server-external.ts'
import type { WaitSignature13 } from './server-full.ts'
import { askForTicket, type WaitTicket13 } from './server-resumed.ts'
import { Tolerant } from './tolerant.ts'

type Handling<N extends (typeof serverStates)['moves'][number][0]> = Handles<typeof serverStates, N, Bodies13>

export type Begun13 = WaitExternalKey | WaitClientHelloAgain | WaitTicket13 | WaitSignature13

/** What comes of a hello in TLS 1.3, when it is known how its client is treated. */
export const greet13 = (context: Context<Bodies13>, { message: hello, extensions, config, key }: Governed): Begun13 => {
  const message = hello as Message<'ClientHello', Bodies13>
  const greeting = greeted(context, message, extensions, config)
  context.passed('hello', message)
  context.transcript.add(message.bytes)
  return askForKey(context, greeting, key) ?? answerHello(context, greeting, key, withCertificate)
}

/** Undefined: there is nothing to ask. */
const askForKey = (
  context: Context<Bodies13>,
  greeting: Greeting,
  certified: CertifiedKey | 'none',
): WaitExternalKey | undefined => {
  const { offered, config } = greeting
  if (offered === undefined || config.psk !== 'asked' || config.clientCertificate === 'required') return undefined
  const identities = offered.identities.slice(0, MAX_IDENTITIES).map(({ identity }) => identity)
  const hashes = [...new Set(commonSuites(greeting).map(({ hash }) => hash as KeyHash))]
  context.ask({ about: 'psk', identities, hashes })
  return new WaitExternalKey(greeting, certified)
}

/** Before a suite is fixed: a key belongs to a hash. */
class WaitExternalKey implements Handling<'WaitExternalKey'> {
  readonly name = 'WaitExternalKey'
  readonly #greeting: Greeting
  readonly #certified: CertifiedKey | 'none'
  constructor(greeting: Greeting, certified: CertifiedKey | 'none') {
    this.#greeting = greeting
    this.#certified = certified
  }
  psk(context: Context<Bodies13>, key: ExternalKey | 'none'): WaitClientHelloAgain | WaitTicket13 | Ticketless {
    const greeting = withKey(context, this.#greeting, this.#certified, key)
    return answerHello(context, greeting, this.#certified, withoutTicket)
  }
}

/** `ticketless`: what follows where there is no ticket to be opened. */
const answerHello = <S>(
  context: Context<Bodies13>,
  greeting: Greeting,
  key: CertifiedKey | 'none',
  ticketless: (context: Context<Bodies13>, greeting: Greeting, key: CertifiedKey | 'none') => S,
): WaitClientHelloAgain | WaitTicket13 | S => {
  const { transcript, crypto } = context
  transcript.useHash(crypto, greeting.suite.hash)
  if (greeting.share !== undefined) return askForTicket(context, greeting, key) ?? ticketless(context, greeting, key)
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

class WaitClientHelloAgain extends Tolerant implements Handling<'WaitClientHelloAgain'> {
  readonly name = 'WaitClientHelloAgain'
  readonly #greeting: Greeting
  readonly #key: CertifiedKey | 'none'
  constructor(greeting: Greeting, key: CertifiedKey | 'none') {
    super()
    this.#greeting = greeting
    this.#key = key
  }
  ClientHello(context: Context<Bodies13>, message: Message<'ClientHello', Bodies13>): WaitTicket13 | Ticketless {
    const greeting = greetedAgain(context, message, this.#greeting)
    return askForTicket(context, greeting, this.#key) ?? withoutTicket(context, greeting, this.#key)
  }
}
