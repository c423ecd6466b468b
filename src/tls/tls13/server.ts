import type { Bytes } from '../../engine.ts'
import { listed } from '../listed.ts'
import { taggedExtensions } from '../messages/extensions.ts'
import { RETRY_RANDOM } from '../messages/hello.ts'
import { NamedGroup, SignatureScheme, TLS_1_2, TLS_1_3 } from '../messages/registries.table.ts'
import type { Bodies13 } from '../messages/tls13.ts'
import type { serverStates } from '../roles.table.ts'
import { schemeFor13 } from '../schemes.table.ts'
import type { Context, Handles, Message } from '../states.ts'
import type { CertifiedKey } from '../types.ts'
import { signedContent } from './checks.ts'
import {
  asksClients,
  certificateRequest13,
  type Exchange,
  WaitClientCertificate13,
  WaitClientFinished13,
} from './client-part.ts'
import { HandshakeKeys } from './handshake-keys.ts'
import { type Greeting, greetedAgain } from './hello-server.ts'
import { Tolerant } from './tolerant.ts'

type Handling<N extends (typeof serverStates)['moves'][number][0]> = Handles<typeof serverStates, N, Bodies13>

export class WaitPolicy13 implements Handling<'WaitPolicy13'> {
  readonly name = 'WaitPolicy13'
  readonly #greeting: Greeting
  constructor(greeting: Greeting) {
    this.#greeting = greeting
  }
  'client-hello'(context: Context<Bodies13>, key: CertifiedKey): WaitClientHelloAgain | WaitSignature13 {
    const greeting = this.#greeting
    context.transcript.useHash(context.crypto, greeting.suite.hash)
    if (greeting.share !== undefined) return answer(context, greeting, key)
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
  ClientHello(context: Context<Bodies13>, message: Message<'ClientHello', Bodies13>): WaitSignature13 {
    const greeting = greetedAgain(context, message, this.#greeting)
    return answer(context, greeting, this.#key)
  }
}

/** Our hello and all that can be said before our key has signed. */
const answer = (context: Context<Bodies13>, greeting: Greeting, key: CertifiedKey): WaitSignature13 => {
  const { hello, suite, group, share, retried } = greeting
  const scheme = chosenScheme(context, greeting, key)
  const agreed = context.crypto.answerShare(group, share!)
  if (agreed === undefined)
    throw context.refusal('key exchange', hello, 'tls/share-wrong', 'extensions', {
      got: `${share!.length} bytes`,
      expected: group,
    })
  const { sessionId, random: clientRandom } = hello.body
  context.send('ServerHello', {
    legacyVersion: TLS_1_2,
    random: context.crypto.random.bytes(32),
    sessionId,
    cipherSuite: suite.id,
    compressionMethod: 0,
    extensions: taggedExtensions<'serverHello'>({
      supportedVersions: { version: TLS_1_3 },
      keyShare: { serverShare: { group: NamedGroup.names[group]!, keyExchange: agreed.share } },
    }),
  })
  // RFC 9846 appendix D.4: only for those who play that this is TLS 1.2.
  if (sessionId.length > 0 && !retried) context.changeCipherSpec()
  const keys = HandshakeKeys.from(context, { suite, secret: agreed.secret, clientRandom })
  context.protectWrites(keys.protection('server'))
  context.protectReads(keys.protection('client'))
  context.send('EncryptedExtensions', {
    extensions: taggedExtensions<'encryptedExtensions'>({
      ...(greeting.serverName === undefined ? {} : { serverName: {} }),
      ...(greeting.alpn === undefined ? {} : { alpn: { protocols: [greeting.alpn] } }),
    }),
  })
  if (asksClients(greeting.config)) context.send('CertificateRequest', certificateRequest13(greeting.config))
  context.send('Certificate', {
    context: new Uint8Array(0),
    entries: key.chain.map(certificate => ({ certificate, extensions: [] })),
  })
  const message = signedContent('server', context.transcript.digest())
  context.ask({ about: 'sign', key, scheme, message })
  return new WaitSignature13({ greeting, keys }, scheme)
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

class WaitSignature13 implements Handling<'WaitSignature13'> {
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
    const flight = { ...this.#exchange, traffic }
    return asksClients(greeting.config) ? new WaitClientCertificate13(flight) : new WaitClientFinished13(flight)
  }
}
