/** What the messages of one connection say about it, for its timeline: names and ends, what was agreed, who it was. */
import { CipherSuite, NamedGroup, ProtocolVersion } from '../tls/messages/registries.table.ts'
import { bodies } from '../tls/messages/tls12.ts'
import { messagesOf, type TraceRecord } from '../trace/recorder.ts'
import type { MessageRecord, VerdictRecord } from '../trace/types.ts'
import { type Codec, decode, type Tagged } from '../wire/codec.ts'
import { WireError } from '../wire/reader.ts'
import { headerOf } from './exchanges.ts'
import type { TimelineFacts } from './timeline.ts'
import { whoIs } from './who.ts'

/** Facts read from `records`, all of one connection; what they do not say is left out. */
export const agreed = (records: readonly TraceRecord[]): TimelineFacts => {
  const messages = messagesOf(records)
  const tls = handshakeFacts(messages)
  const who = whoShowed(messages)
  const chain = verdictsOf(records).find(verdict => verdict.check === 'chain' && verdict.ok)
  const [, anchor] = /^trusted by (.*)$/s.exec(chain?.about ?? '') ?? []
  return {
    ...(tls === undefined ? {} : { tls }),
    ...(who === undefined ? {} : { who }),
    ...(anchor === undefined ? {} : { trustedThrough: anchor }),
  }
}

/** The host that the request was for: what the Host field says, or what the hello asked for. */
export const hostAsked = (records: readonly TraceRecord[]): string | undefined => {
  const messages = messagesOf(records)
  const request = messages.find(m => m.layer === 'http' && headerOf(m, 'host') !== undefined)
  const host = request === undefined ? undefined : headerOf(request, 'host')
  if (host !== undefined) return host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1')
  const hello = bodyOf(messages, 'ClientHello', bodies.ClientHello)
  const names = extension(hello?.extensions, SERVER_NAME) as { readonly names?: readonly Tagged[] } | undefined
  const name = names?.names?.[0]?.body
  return typeof name === 'string' ? name : undefined
}

/** RFC 6066 3. */
const SERVER_NAME = 0
/** RFC 7301 3.1. */
const ALPN = 16
/** Type and length of a handshake message come before its body. */
const HEAD = 4

const handshakeFacts = (messages: readonly MessageRecord[]): TimelineFacts['tls'] => {
  const hello = bodyOf(messages, 'ServerHello', bodies.ServerHello)
  if (hello === undefined) return undefined
  const key = bodyOf(messages, 'ServerKeyExchange', bodies.ServerKeyExchange)
  const alpn = extension(hello.extensions, ALPN) as { readonly protocols?: readonly string[] } | undefined
  return {
    version: ProtocolVersion.nameOf(hello.legacyVersion),
    suite: CipherSuite.nameOf(hello.cipherSuite),
    group: key === undefined ? '' : NamedGroup.nameOf(key.params.group),
    alpn: alpn?.protocols?.[0],
    resumed: !messages.some(named('Certificate')) && messages.some(named('Finished')),
  }
}

/** The certificates that the other side showed, leaf first. */
export const shownChain = (messages: readonly MessageRecord[]): readonly Uint8Array[] =>
  bodyOf(
    messages.filter(m => m.direction === 'in'),
    'Certificate',
    bodies.Certificate,
  )?.chain ?? []

const whoShowed = (messages: readonly MessageRecord[]): string | undefined => {
  const chain = shownChain(messages)
  return chain.length === 0 ? undefined : whoIs(chain)
}

const named =
  (name: string) =>
  (m: MessageRecord): boolean =>
    m.layer === 'tls' && m.name === name

/** The first message of that name that can be read. */
const bodyOf = <T>(messages: readonly MessageRecord[], name: string, codec: Codec<T>): T | undefined => {
  for (const { bytes } of messages.filter(named(name))) {
    try {
      return decode(codec, bytes.subarray(HEAD))
    } catch (error) {
      if (!(error instanceof WireError)) throw error
    }
  }
  return undefined
}

const extension = (list: readonly Tagged[] | undefined, type: number): unknown =>
  list?.find(each => each.type === type)?.body

const verdictsOf = (records: readonly TraceRecord[]): VerdictRecord[] =>
  records.flatMap(entry => (entry.type === 'verdict' ? [entry.record] : []))
