/** What the messages of one connection say about it, for its timeline: names and ends, what was agreed, who it was. */
import { clientView, extensionsIn, serverView } from '../tls/messages/extensions.ts'
import { CipherSuite, NamedGroup, ProtocolVersion } from '../tls/messages/registries.table.ts'
import { messagesOf, type TraceRecord } from '../trace/recorder.ts'
import type { MessageRecord, VerdictRecord } from '../trace/types.ts'
import { headerOf } from './exchanges.ts'
import { chainIn, type ToldHandshake, toldBy } from './handshake.ts'
import type { TimelineFacts } from './timeline.ts'
import { whoIs } from './who.ts'

/** Facts read from `records`, all of one connection; what they do not say is left out. */
export const agreed = (records: readonly TraceRecord[]): TimelineFacts => {
  const messages = messagesOf(records)
  const tls = handshakeFacts(records)
  const who = whoShowed(messages) ?? (tls?.externalKey === undefined ? undefined : `key "${tls.externalKey}"`)
  const chain = verdictsOf(records).find(
    verdict => (verdict.check === 'chain' || verdict.check === 'key') && verdict.ok,
  )
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
  const name = clientView(first(messages, 'ClientHello')?.extensions ?? []).serverName?.names[0]?.body
  return typeof name === 'string' ? name : undefined
}

export const handshakeFacts = (records: readonly TraceRecord[]): TimelineFacts['tls'] => {
  const messages = messagesOf(records)
  const hello = first(messages, 'ServerHello')
  if (hello === undefined) return undefined
  const answer = serverView(hello.extensions ?? [])
  const group = answer.keyShare?.serverShare.group ?? first(messages, 'ServerKeyExchange')?.params.group
  const offeredEarly = clientView(first(messages, 'ClientHello')?.extensions ?? []).earlyData !== undefined
  const encrypted = extensionsIn(first(messages, 'EncryptedExtensions')?.extensions ?? [], 'encryptedExtensions')
  // Neither a session nor a certificate, and by the messages alone no different from a session.
  const externalKey = verdictsOf(records).find(({ check, ok }) => check === 'external key' && ok)?.about
  return {
    version: ProtocolVersion.nameOf(answer.supportedVersions?.version ?? hello.legacyVersion),
    suite: CipherSuite.nameOf(hello.cipherSuite),
    group: group === undefined ? '' : NamedGroup.nameOf(group),
    alpn: (answer.alpn ?? encrypted.alpn)?.protocols[0],
    ...(offeredEarly ? { earlyData: encrypted.earlyData === undefined ? 'rejected' : 'accepted' } : {}),
    resumed:
      externalKey === undefined &&
      !messages.some(showsChain) &&
      messages.some(m => m.layer === 'tls' && m.name === 'Finished'),
    ...(externalKey === undefined ? {} : { externalKey }),
  }
}

export const showsChain = ({ layer, name }: MessageRecord): boolean =>
  layer === 'tls' && (name === 'Certificate' || name === 'CompressedCertificate')

/** The certificates that the other side showed, leaf first. */
export const shownChain = (messages: readonly MessageRecord[]): readonly Uint8Array[] => {
  for (const message of messages) {
    const chain = message.direction === 'in' && showsChain(message) ? chainIn(toldBy(message)) : undefined
    if (chain !== undefined) return chain
  }
  return []
}

const whoShowed = (messages: readonly MessageRecord[]): string | undefined => {
  const chain = shownChain(messages)
  return chain.length === 0 ? undefined : whoIs(chain)
}

/** What messages of that name say. */
type Said<N> = Extract<ToldHandshake, { readonly name: N }> extends { readonly body: infer B } ? B : never

/** What the first message of that name says, of those that can be read. */
export const first = <N extends ToldHandshake['name']>(
  messages: readonly MessageRecord[],
  name: N,
): Said<N> | undefined => {
  for (const message of messages) {
    const told = message.name === name ? toldBy(message) : undefined
    if (told?.name === name) return told.body as Said<N>
  }
  return undefined
}

const verdictsOf = (records: readonly TraceRecord[]): VerdictRecord[] =>
  records.flatMap(entry => (entry.type === 'verdict' ? [entry.record] : []))
