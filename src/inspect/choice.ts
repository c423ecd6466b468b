/** What both sides of a TLS connection agreed on, out of what the client had offered, and what tells their programs apart. */
import { type Digest, ja3, ja3Hash, ja3s, ja4 } from '../tls/hello/fingerprint.ts'
import { clientView } from '../tls/messages/extensions.ts'
import { CipherSuite, NamedGroup } from '../tls/messages/registries.table.ts'
import { messagesOf, type TraceRecord } from '../trace/recorder.ts'
import type { MessageRecord } from '../trace/types.ts'
import { first, handshakeFacts } from './agreed.ts'
import type { TimelineFacts } from './timeline.ts'

/** What fingerprints are hashed with. */
export interface Digests {
  readonly md5: Digest
  readonly sha256: Digest
}

export interface TlsChoice extends NonNullable<TimelineFacts['tls']> {
  /** By the names of IANA, in the client's order. */
  readonly offered: { readonly suites: readonly string[]; readonly groups: readonly string[] }
  /** Of the client's first hello. */
  readonly ja3: string | undefined
  readonly ja4: string | undefined
  /** Of the server's hello. */
  readonly ja3s: string | undefined
}

/** Undefined where no server has answered. */
export const tlsChoice = (records: readonly TraceRecord[], digests: Digests | undefined): TlsChoice | undefined => {
  const messages = messagesOf(records)
  const tls = handshakeFacts(records)
  const hello = first(messages, 'ClientHello')
  if (tls === undefined || hello === undefined) return undefined
  const { supportedGroups } = clientView(hello.extensions ?? [])
  const groups = (supportedGroups?.groups ?? []).map(id => NamedGroup.nameOf(id))
  const prints = (name: string): readonly string[] => {
    const message = messages.find(each => each.name === name)
    return message === undefined || digests === undefined
      ? []
      : fingerprintsOf(message, digests).map(([, text]) => text)
  }
  const [ja3Text, ja4Text] = prints('ClientHello')
  return {
    ...tls,
    offered: { suites: hello.cipherSuites.map(id => CipherSuite.nameOf(id)), groups },
    ja3: ja3Text,
    ja4: ja4Text,
    ja3s: prints('ServerHello')[0],
  }
}

/** `JA3` and `JA4` of a ClientHello, `JA3S` of a ServerHello: each by its name. */
export const fingerprintsOf = (
  { layer, name, bytes }: MessageRecord,
  { md5, sha256 }: Digests,
): readonly (readonly [name: string, print: string])[] => {
  if (layer !== 'tls') return []
  const of3 = name === 'ClientHello' ? ja3(bytes) : name === 'ServerHello' ? ja3s(bytes) : undefined
  const of4 = name === 'ClientHello' ? ja4(bytes, sha256) : undefined
  return [
    ...(of3 === undefined ? [] : [[name === 'ClientHello' ? 'JA3' : 'JA3S', ja3Hash(of3, md5)] as const]),
    ...(of4 === undefined ? [] : [['JA4', of4] as const]),
  ]
}
