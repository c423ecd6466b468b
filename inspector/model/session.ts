/**
 * A TLS connection of a run as its keys and checks are worked out from: the hellos, the suite, the handshake messages in
 * the order of the transcript, the secrets that somebody wrote down.
 */
import type { CryptoProvider } from '../../src/crypto/provider.ts'
import { type Answer, answerOf, type Offer, offerOf, resumption } from '../../src/dissect/stream/tls/hellos.ts'
import { suite12ById, suite13ById } from '../../src/dissect/stream/tls/suites.ts'
import type { Bytes } from '../../src/engine.ts'
import { toldBy } from '../../src/inspect/handshake.ts'
import { messageName } from '../../src/tls/messages/handshake.ts'
import { TLS_1_2, TLS_1_3 } from '../../src/tls/messages/registries.table.ts'
import { messageHash } from '../../src/tls/messages/tls13.ts'
import type { Suite, Suite13 } from '../../src/tls/suites.table.ts'
import type { TraceRecord } from '../../src/trace/recorder.ts'
import type { MessageRecord } from '../../src/trace/types.ts'
import { sameOctets } from '../../src/wire/bytes.ts'

export interface Hello<B> {
  readonly message: MessageRecord
  readonly body: B
}

export interface Session {
  readonly flow: string
  readonly host: string
  /** All of this flow that the host saw, in order. */
  readonly messages: readonly MessageRecord[]
  readonly version: 'TLS 1.2' | 'TLS 1.3' | undefined
  readonly suite12: Suite | undefined
  readonly suite13: Suite13 | undefined
  /** The hello that was answered, and the answer. */
  readonly client: Hello<Offer> | undefined
  readonly server: Hello<Answer> | undefined
  readonly resumed: 'id' | 'ticket' | 'psk' | undefined
  /** What Finished binds, in order, both Finished included. */
  readonly bound: readonly MessageRecord[]
  /** By label; of this connection alone. */
  readonly secrets: ReadonlyMap<string, Bytes>
}

/** Connections of one run whose keys can be looked at. */
const MOST_SESSIONS = 200

/** The TLS connections that `host` saw, in order. */
export const sessionsOf = (records: readonly TraceRecord[], host: string): readonly Session[] => {
  const byFlow = new Map<string, MessageRecord[]>()
  const withTls = new Set<string>()
  const secrets: Extract<TraceRecord, { type: 'secret' }>['record'][] = []
  for (const entry of records) {
    if (entry.type === 'secret') secrets.push(entry.record)
    if (entry.type !== 'message' || entry.record.host !== host) continue
    const { flow, layer } = entry.record
    if (layer === 'tls') withTls.add(flow)
    const list = byFlow.get(flow)
    if (list === undefined) byFlow.set(flow, [entry.record])
    else list.push(entry.record)
  }
  return [...withTls].slice(0, MOST_SESSIONS).map(flow => sessionOf(flow, host, byFlow.get(flow)!, secrets))
}

/** What is left for who has the wire and no keys: no secrets, and nothing of what lay in protected records. */
export const withoutKeys = (records: readonly TraceRecord[]): readonly TraceRecord[] => {
  const sealed = new Set(
    records.flatMap(entry => (entry.type === 'message' && entry.record.sealed === true ? [entry.record.id] : [])),
  )
  return records.filter(
    entry =>
      entry.type !== 'secret' &&
      !(entry.type === 'message' && entry.record.carriedBy?.some(({ message }) => sealed.has(message)) === true),
  )
}

interface Logged {
  readonly label: string
  readonly clientRandom: Bytes
  readonly secret: Bytes
}

const sessionOf = (
  flow: string,
  host: string,
  messages: readonly MessageRecord[],
  logged: readonly Logged[],
): Session => {
  const handshake = messages.filter(isHandshake).map(named)
  const server = helloIn(handshake, 'ServerHello', (hello, bytes) => answerOf(hello as never, bytes))
  const client = helloIn(handshake, 'ClientHello', (hello, bytes) => offerOf(hello as never, bytes))
  const number = server?.body.version
  const suite = server?.body.hello.cipherSuite ?? -1
  const random = client?.body.hello.random
  const own = logged.filter(({ clientRandom }) => random !== undefined && sameOctets(clientRandom, random))
  return {
    flow,
    host,
    messages,
    version: number === TLS_1_3 ? 'TLS 1.3' : number === TLS_1_2 ? 'TLS 1.2' : undefined,
    suite12: number === TLS_1_2 ? suite12ById(suite) : undefined,
    suite13: number === TLS_1_3 ? suite13ById(suite) : undefined,
    client,
    server,
    resumed: server && resumption(client?.body, server.body),
    bound: boundIn(handshake, number === TLS_1_3),
    secrets: new Map(own.map(({ label, secret }) => [label, secret])),
  }
}

/** What is no message of the handshake protocol, or stands for another that is (RFC 8879 4). */
const isHandshake = ({ layer, name, carriedBy }: MessageRecord, _: number, all: readonly MessageRecord[]): boolean => {
  if (layer !== 'tls' || name === 'Alert' || name === 'ChangeCipherSpec') return false
  return (
    name !== 'Certificate' || !all.some(m => m.name === 'CompressedCertificate' && m.id === carriedBy?.[0]?.message)
  )
}

/** Engines call a HelloRetryRequest what its number says, a ServerHello. */
const named = (message: MessageRecord): MessageRecord =>
  message.name === 'ServerHello' && messageName(message.bytes) === 'HelloRetryRequest'
    ? { ...message, name: 'HelloRetryRequest' }
    : message

/** The last one: behind a HelloRetryRequest the client says hello again. */
const helloIn = <B>(
  handshake: readonly MessageRecord[],
  name: 'ClientHello' | 'ServerHello',
  read: (hello: unknown, bytes: Bytes) => B,
): Hello<B> | undefined => {
  const message = handshake.findLast(m => m.name === name)
  const told = message && toldBy(message)
  return message === undefined || told?.name !== name ? undefined : { message, body: read(told.body, message.bytes) }
}

/** RFC 5246 7.4.1.1, RFC 9846 4.5.1: what is no part of the transcript. */
const UNBOUND12: ReadonlySet<string> = new Set(['HelloRequest'])
const UNBOUND13: ReadonlySet<string> = new Set(['HelloRequest', 'NewSessionTicket', 'KeyUpdate'])

const boundIn = (handshake: readonly MessageRecord[], is13: boolean): readonly MessageRecord[] => {
  const unbound = is13 ? UNBOUND13 : UNBOUND12
  const bound: MessageRecord[] = []
  let finished = 0
  for (const message of handshake) {
    if (unbound.has(message.name)) continue
    bound.push(message)
    if (message.name === 'Finished' && ++finished === 2) break
  }
  return bound
}

/** The hash of the first `count` bound messages, as the ends have it; undefined without a suite. */
export const transcriptHash = (
  { bound, suite12, suite13 }: Session,
  count: number,
  crypto: CryptoProvider,
): Bytes | undefined => {
  const hash = (suite13 ?? suite12)?.hash
  if (hash === undefined) return undefined
  let parts: Bytes[] = []
  for (const { name, bytes } of bound.slice(0, count)) {
    // RFC 9846 4.5.1: the first hello counts as its hash.
    if (name === 'HelloRetryRequest') parts = [messageHash(crypto.digest(hash, ...parts))]
    parts.push(bytes)
  }
  return crypto.digest(hash, ...parts)
}

/** How many bound messages there are before that one; undefined where there is none. */
export const before = ({ bound }: Session, wanted: (message: MessageRecord) => boolean): number | undefined => {
  const at = bound.findIndex(wanted)
  return at < 0 ? undefined : at
}
