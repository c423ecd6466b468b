/** The client reads the server's hello in TLS 1.3, or its wish for another one of ours (RFC 9846 4.2.3, 4.2.4). */
import type { GroupName } from '../../crypto/provider.ts'
import { sameOctets } from '../../wire/bytes.ts'
import { type Offer, offeredAgain, sendHello } from '../hello/offer.ts'
import { offerRefused } from '../hello/offer-refused.ts'
import { extensionNumbers, extensionsIn } from '../messages/extensions.ts'
import type { ServerHello } from '../messages/hello.ts'
import { CompressionMethod, NamedGroup, ProtocolVersion, TLS_1_2, TLS_1_3 } from '../messages/registries.table.ts'
import type { Bodies13 } from '../messages/tls13.ts'
import type { Refusal } from '../refusal.ts'
import type { clientStates } from '../roles.table.ts'
import type { AnyMessage, Context, Handles, Message } from '../states.ts'
import type { Suite13 } from '../suites.table.ts'
import { checkList, illegal } from './checks.ts'
import { WaitEncryptedExtensions } from './client.ts'
import { HandshakeKeys } from './handshake-keys.ts'
import { EarlySecret } from './key-schedule.ts'
import type { OfferedKey } from './psk.ts'
import { Tolerant } from './tolerant.ts'

/** A hello of the server, or a request for another of ours: they have one form. */
type Hello = AnyMessage & { readonly body: ServerHello }

/** `retried`: the suite that a HelloRetryRequest named. */
export const serverHello13 = (
  context: Context<Bodies13>,
  message: Message<'ServerHello', Bodies13>,
  offer: Offer,
  retried?: Suite13,
): WaitEncryptedExtensions => {
  const suite = answered(context, message, offer)
  if (retried !== undefined && retried !== suite)
    throw illegal(
      context,
      message,
      'cipherSuite',
      suite.name,
      `the HelloRetryRequest named ${retried.name}`,
      'tls/wrong-suite',
    )
  const list = message.body.extensions ?? []
  checkList(context, message, { list, place: 'serverHello', offered: offer.extensions })
  const { keyShare, preSharedKey } = extensionsIn(list, 'serverHello')
  if (keyShare === undefined) throw context.refusal('hello', message, 'tls/share-missing', 'extensions', {})
  const { group: number, keyExchange } = keyShare.serverShare
  const found = [...offer.shares].find(([name]) => NamedGroup.names[name] === number)
  if (found === undefined)
    throw illegal(
      context,
      message,
      'extensions',
      NamedGroup.nameOf(number),
      `shares of ${names(offer)} were offered`,
      'tls/wrong-group',
    )
  const [group, share] = found
  const secret = share.secret(keyExchange)
  if (secret === undefined)
    throw context.refusal('key exchange', message, 'tls/share-wrong', 'extensions', {
      got: `${keyExchange.length} bytes`,
      expected: group,
    })
  const key = preSharedKey && chosenKey(context, message, offer, suite, preSharedKey.selectedIdentity)
  if (key === undefined && offer.config.certificates === 'refused')
    throw context.refusal('hello', message, 'tls/missing-extension', 'extensions', { expected: 'pre_shared_key' })
  context.passed('hello', message)
  if (retried === undefined) context.transcript.useHash(context.crypto, suite.hash)
  context.transcript.add(message.bytes)
  const early = key && new EarlySecret(context.crypto, suite.hash, key.secret)
  const keys = HandshakeKeys.from(context, {
    suite,
    secret,
    clientRandom: offer.random,
    early,
    padding: offer.config.padding,
  })
  context.protectReads(keys.protection('server'))
  // RFC 9846 appendix D.4: once, "immediately before its second flight".
  if (retried === undefined && offer.early === undefined) context.changeCipherSpecFirst()
  // Until it is known whether early data is taken, its keys stay.
  if (offer.early === undefined || key?.session === undefined) context.protectWrites(keys.protection('client'))
  return new WaitEncryptedExtensions({ offer, suite, group, keys, resumed: key?.session, external: key?.external })
}

/** RFC 9846 4.3.11: an identity that was offered, and a suite with its hash. */
const chosenKey = (
  context: Context<Bodies13>,
  message: AnyMessage,
  { keys }: Offer,
  suite: Suite13,
  index: number,
): OfferedKey => {
  const key = keys[index]
  if (key === undefined)
    throw illegal(
      context,
      message,
      'extensions',
      `pre_shared_key ${index}`,
      `it must be one of the ${keys.length} that were offered, counted from 0`,
      'tls/key-not-offered',
    )
  if (suite.hash !== key.hash)
    throw illegal(context, message, 'cipherSuite', suite.name, `it must be one with ${key.hash}`, 'tls/psk-hash')
  return key
}

const names = (offer: Offer): string => [...offer.shares.keys()].join(', ')

/** What a ServerHello and a HelloRetryRequest both repeat of our hello; the suite that they choose. */
const answered = (context: Context<Bodies13>, message: Hello, offer: Offer): Suite13 => {
  const { legacyVersion, sessionId, cipherSuite, compressionMethod } = message.body
  if (legacyVersion !== TLS_1_2)
    throw illegal(context, message, 'legacyVersion', ProtocolVersion.nameOf(legacyVersion), 'it says TLS 1.2 for ever')
  if (!sameOctets(sessionId, offer.sessionId))
    throw illegal(
      context,
      message,
      'sessionId',
      `${sessionId.length} bytes`,
      'it repeats that of the ClientHello',
      'tls/session-echo',
    )
  if (compressionMethod !== 0)
    throw illegal(
      context,
      message,
      'compressionMethod',
      CompressionMethod.nameOf(compressionMethod),
      'only null was offered',
      'tls/wrong-compression',
    )
  const suite = offer.suites13.find(({ id }) => id === cipherSuite)
  if (suite === undefined)
    throw illegal(
      context,
      message,
      'cipherSuite',
      `0x${cipherSuite.toString(16)}`,
      'it must be one that was offered',
      'tls/wrong-suite',
    )
  return suite
}

/** RFC 9846 4.2.4: another share, or a cookie to be shown; asking for nothing new is refused. */
export const retryRequested = (
  context: Context<Bodies13>,
  message: Message<'HelloRetryRequest', Bodies13>,
  offer: Offer,
): WaitServerHelloAgain => {
  const suite = answered(context, message, offer)
  const list = message.body.extensions ?? []
  // RFC 9846 4.3: "with the exception of the "cookie" extension", which nobody offers.
  const asked = list.filter(({ type }) => type !== extensionNumbers.cookie)
  checkList(context, message, { list: asked, place: 'helloRetryRequest', offered: offer.extensions })
  checkList(context, message, { list, place: 'helloRetryRequest' })
  const { supportedVersions, keyShare, cookie } = extensionsIn(list, 'helloRetryRequest')
  if (supportedVersions?.version !== TLS_1_3)
    throw illegal(context, message, 'extensions', 'another version', 'it chooses TLS 1.3')
  const group = keyShare === undefined ? undefined : groupAsked(context, message, offer, keyShare.selectedGroup)
  if (group === undefined && cookie === undefined)
    throw illegal(
      context,
      message,
      'extensions',
      'nothing',
      'it asks for something that the first hello had not',
      'tls/retry-empty',
    )
  context.passed('hello', message)
  const { transcript, crypto } = context
  transcript.useHash(crypto, suite.hash)
  transcript.replaceByHash(crypto, suite.hash)
  transcript.add(message.bytes)
  if (offer.early === undefined) context.changeCipherSpec()
  else context.bareWrites()
  const again = offeredAgain(offer, { group, cookie: cookie?.cookie, suite }, crypto)
  sendHello(context, again)
  return new WaitServerHelloAgain(again, suite)
}

const groupAsked = (context: Context<Bodies13>, message: AnyMessage, offer: Offer, number: number): GroupName => {
  const group = offer.groups.find(name => NamedGroup.names[name] === number)
  if (group === undefined || offer.shares.has(group))
    throw illegal(
      context,
      message,
      'extensions',
      NamedGroup.nameOf(number),
      `a group of ${offer.groups.join(', ')} for which there was no share`,
      'tls/wrong-group',
    )
  return group
}

export class WaitServerHelloAgain
  extends Tolerant
  implements Handles<typeof clientStates, 'WaitServerHelloAgain', Bodies13>
{
  readonly name = 'WaitServerHelloAgain'
  readonly #offer: Offer
  readonly #suite: Suite13
  constructor(offer: Offer, suite: Suite13) {
    super()
    this.#offer = offer
    this.#suite = suite
  }
  refused(alert: number): Refusal | undefined {
    return offerRefused(this.#offer, alert)
  }
  ServerHello(context: Context<Bodies13>, message: Message<'ServerHello', Bodies13>): WaitEncryptedExtensions {
    const { supportedVersions } = extensionsIn(message.body.extensions ?? [], 'serverHello')
    if (supportedVersions?.version !== TLS_1_3)
      throw illegal(
        context,
        message,
        'extensions',
        'another version',
        'the HelloRetryRequest chose TLS 1.3',
        'tls/second-hello',
      )
    return serverHello13(context, message, this.#offer, this.#suite)
  }
}
