/** How every flight of a server of TLS 1.3 begins: its hello, the first keys, what it takes of the offer. */
import { answeredTypes, type CertificateTypeName } from '../certificate/types.ts'
import { PASSED_OVER } from '../limits.ts'
import { taggedExtensions } from '../messages/extensions.ts'
import { NamedGroup, TLS_1_2, TLS_1_3 } from '../messages/registries.table.ts'
import type { Bodies13 } from '../messages/tls13.ts'
import type { Secret } from '../secret.ts'
import type { Context } from '../states.ts'
import { serverLimits } from '../tls12/record-limits.ts'
import { HandshakeKeys } from './handshake-keys.ts'
import type { Greeting } from './hello-server.ts'
import { EarlySecret } from './key-schedule.ts'

/** What a client that comes back is granted. */
interface Resumption {
  /** A key that it offers, and its place among them; the secret stays the caller's. */
  readonly psk?: { readonly secret: Secret; readonly index: number }
  /** Its early data is taken. */
  readonly early?: boolean
  /** Of what type our certificate is, or was when the session began; undefined: none is needed. */
  readonly shown?: CertificateTypeName
  /** It was chosen by the name that was asked for. */
  readonly named?: boolean
}

export const openFlight = (
  context: Context<Bodies13>,
  greeting: Greeting,
  { psk, early: taken = false, shown, named = false }: Resumption,
): HandshakeKeys => {
  const { padding } = greeting.config
  const { hello, suite, group, share, retried } = greeting
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
      preSharedKey: psk && { selectedIdentity: psk.index },
    }),
  })
  // RFC 9846 appendix D.4: only for those who play that this is TLS 1.2.
  if (sessionId.length > 0 && !retried) context.changeCipherSpec()
  const early = psk && new EarlySecret(context.crypto, suite.hash, psk.secret)
  const keys = HandshakeKeys.from(context, { suite, secret: agreed.secret, clientRandom, early, padding })
  context.protectWrites(keys.protection('server'))
  const limits = serverLimits(context, greeting.limits, greeting.config, 1)
  context.protectReads(keys.protection('client'))
  context.send('EncryptedExtensions', {
    extensions: taggedExtensions<'encryptedExtensions'>({
      serverName: named ? {} : undefined,
      earlyData: taken ? {} : undefined,
      alpn: greeting.alpn === undefined ? undefined : { protocols: [greeting.alpn] },
      ...limits,
      ...(shown && answeredTypes(greeting.types, shown, psk === undefined ? 'full' : 'resumed')),
    }),
  })
  if (greeting.early && !taken && !greeting.retried) context.passOver(PASSED_OVER)
  return keys
}
