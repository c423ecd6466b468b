/** What two hellos say together: what was offered, what was taken, and which keys follow from it. */
import type { CryptoProvider } from '../../../crypto/provider.ts'
import type { Bytes } from '../../../engine.ts'
import { ja3, ja3Hash, ja3s, ja4 } from '../../../tls/hello/fingerprint.ts'
import {
  type ClientExtensions,
  clientView,
  type ServerExtensions,
  serverView,
} from '../../../tls/messages/extensions.ts'
import type { ClientHello, ServerHello } from '../../../tls/messages/hello.ts'
import { CipherSuite, NamedGroup, ProtocolVersion, TLS_1_3 } from '../../../tls/messages/registries.table.ts'
import type { SessionFound } from '../types.ts'

/** The hello of a client, with what it offers. */
export interface Offer {
  readonly hello: ClientHello
  readonly bytes: Bytes
  readonly extensions: ClientExtensions
}

export interface Answer {
  readonly hello: ServerHello
  readonly bytes: Bytes
  readonly extensions: ServerExtensions
  /** IANA number of the version that is meant, whatever the old field says. */
  readonly version: number
}

export const offerOf = (hello: ClientHello, bytes: Bytes): Offer => ({
  hello,
  bytes,
  extensions: clientView(hello.extensions ?? []),
})

export const answerOf = (hello: ServerHello, bytes: Bytes): Answer => {
  const extensions = serverView(hello.extensions ?? [])
  return { hello, bytes, extensions, version: extensions.supportedVersions?.version ?? hello.legacyVersion }
}

/** How TLS 1.2 and before go on with a session: the server repeats the id that the client sent. */
export const resumption = (offer: Offer | undefined, answer: Answer): SessionFound['resumed'] => {
  if (answer.version === TLS_1_3) return answer.extensions.preSharedKey === undefined ? undefined : 'psk'
  const [asked, told] = [offer?.hello.sessionId, answer.hello.sessionId]
  if (asked === undefined || told.length === 0 || told.length !== asked.length) return undefined
  if (!told.every((octet, i) => octet === asked[i])) return undefined
  return (offer?.extensions.sessionTicket?.ticket.length ?? 0) > 0 ? 'ticket' : 'id'
}

type HelloFacts = Pick<
  SessionFound,
  'clientRandom' | 'version' | 'suite' | 'offered' | 'serverName' | 'ja3' | 'ja4' | 'ja3s'
>

/** The name that the client asks for. */
export const serverNameIn = (offer: Offer | undefined): string | undefined => {
  const [name] = offer?.extensions.serverName?.names ?? []
  return typeof name?.body === 'string' ? name.body : undefined
}

/** What of it goes into lists; fingerprints cost hashes, so this is asked once. */
export const helloFacts = (
  crypto: CryptoProvider,
  offer: Offer | undefined,
  answer: Answer | undefined,
): HelloFacts => {
  const digest = (name: 'md5' | 'sha256') => (data: Bytes) => crypto.hash(name).update(data).digest()
  const hashed = (text: string | undefined) => (text === undefined ? undefined : ja3Hash(text, digest('md5')))
  const { alpn, supportedVersions } = offer?.extensions ?? {}
  const versions = supportedVersions?.versions ?? (offer === undefined ? [] : [offer.hello.legacyVersion])
  return {
    clientRandom: offer?.hello.random,
    version: answer && ProtocolVersion.nameOf(answer.version),
    suite: answer && CipherSuite.nameOf(answer.hello.cipherSuite),
    offered: { alpn: alpn?.protocols ?? [], versions: versions.map(ProtocolVersion.nameOf) },
    serverName: serverNameIn(offer),
    ja3: offer && hashed(ja3(offer.bytes)),
    ja4: offer && ja4(offer.bytes, digest('sha256')),
    ja3s: answer && hashed(ja3s(answer.bytes)),
  }
}

export const groupOf = (answer: Answer | undefined): string | undefined => {
  const share = answer?.extensions.keyShare?.serverShare
  return share && NamedGroup.nameOf(share.group)
}
