/** Two TLS connections in one process, without certificates: the identity is a key pair, trust is answered by hand. */
import type { CryptoProvider } from '../../src/crypto/provider.ts'
import type { Chunk } from '../../src/engine.ts'
import type { Failure } from '../../src/failures/index.ts'
import { keyGroupOf } from '../../src/tls/certificate/key.ts'
import type { TlsClientConfig, TlsServerConfig } from '../../src/tls/config.ts'
import { tlsClient, tlsServer } from '../../src/tls/engine.ts'
import type { ClientHello, ServerHello } from '../../src/tls/messages/hello.ts'
import { HandshakeType } from '../../src/tls/messages/registries.table.ts'
import { type Bodies12, Handshake, type HandshakeName } from '../../src/tls/messages/tls12.ts'
import { handshake13 } from '../../src/tls/messages/tls13.ts'
import type { RecordProtection } from '../../src/tls/record/protection.ts'
import { schemeById, schemes } from '../../src/tls/schemes.table.ts'
import { Secret } from '../../src/tls/secret.ts'
import { suites } from '../../src/tls/suites.table.ts'
import { trafficKeys } from '../../src/tls/tls12/key-schedule.ts'
import type {
  Ask,
  CertifiedKey,
  Established,
  Pieces,
  Question,
  TlsConnection,
  TlsEvent,
  TlsVersion,
} from '../../src/tls/types.ts'
import type { TraceRecord } from '../../src/trace/recorder.ts'
import { decode, encode, type Tagged } from '../../src/wire/codec.ts'
import { type ChainTrusted, trustWithoutChecking } from '../../src/x509/path/trusted.ts'
import { ascii, concat } from './bytes.ts'
import { checked } from './checked.ts'

export type KeyKind = Parameters<CryptoProvider['generateKeyPair']>[0]

export interface Identity {
  readonly spki: Uint8Array
  readonly pkcs8: Uint8Array
  readonly certified: CertifiedKey
}

/** A key pair with every scheme that it can make, or with `only` these; the "certificate" is a word. */
export const identity = (crypto: CryptoProvider, kind: KeyKind, only?: readonly number[]): Identity => {
  const { spki, pkcs8 } = crypto.generateKeyPair(kind)
  const type = kind === 'rsa-2048' ? 'rsa' : kind === 'ed25519' ? 'ed25519' : 'ecdsa'
  const own = schemes.filter(scheme => scheme.keyType === type).map(scheme => scheme.id)
  const chain = [ascii(`certificate for ${kind}`)]
  return { spki, pkcs8, certified: { chain, schemes: only ?? own, group: keyGroupOf(spki), key: pkcs8 } }
}

/** Trust in this key, whatever the chain says: what TLS does with it is tested, not how it was found. */
export const trusting = (question: Ask['question'], spki: Uint8Array): ChainTrusted => {
  if (question.about !== 'trust') throw new Error(`asked about ${question.about}, not trust`)
  return trustWithoutChecking(question, spki, 'a test')
}

/** How one side answers its questions; undefined leaves the question open. */
export type Answers = (question: Ask['question']) => Question['reply'] | undefined

export const answersOf =
  (crypto: CryptoProvider, who: Identity): Answers =>
  question => {
    switch (question.about) {
      case 'trust':
        return trusting(question, who.spki)
      case 'certificate':
      case 'ticket':
      case 'session':
      case 'early-data':
      case 'psk':
        return 'none'
      case 'client-hello':
        return who.certified
      case 'sign':
        return crypto.sign(schemeById(question.scheme)!.algorithm, who.pkcs8, question.message)
      case 'decrypt':
        return crypto.rsaRaw(who.pkcs8, question.ciphertext) ?? 'none'
      default: {
        const never: never = question
        return never
      }
    }
  }

/** A connection with everything that it said. */
export class Side {
  readonly tls: TlsConnection
  readonly events: TlsEvent[] = []
  readonly answers: Answers
  constructor(tls: TlsConnection, answers: Answers) {
    this.tls = checked(tls)
    this.answers = answers
  }
  get established(): Established | undefined {
    return this.events.find(event => event.type === 'established')
  }
  get failure(): Failure | undefined {
    return this.events.find(event => event.type === 'failure')?.failure
  }
  get data(): Uint8Array {
    return concat(...this.events.flatMap(event => (event.type === 'data' ? [event.bytes] : [])))
  }
  has(type: TlsEvent['type']): boolean {
    return this.events.some(event => event.type === type)
  }
  /** Gives input, if any, and drains: what is to be sent. */
  touch(input?: Chunk, now = 0): Pieces {
    if (input !== undefined) this.tls.receive(input, now)
    const out: Uint8Array[] = []
    for (;;) {
      const event = this.tls.pollEvent()
      if (event !== undefined) {
        this.events.push(event)
        const reply = event.type === 'ask' ? this.answers(event.question) : undefined
        if (event.type === 'ask' && reply !== undefined) this.tls.answer(event.id, reply, 0)
        continue
      }
      const pieces = this.tls.pollTransmit(now)
      if (pieces === undefined) return out
      out.push(...pieces)
    }
  }
}

export interface Pair {
  readonly client: Side
  readonly server: Side
}

export interface PairOptions {
  readonly crypto: CryptoProvider
  readonly who: Identity
  /** What both speak, unless they say otherwise: `TLS 1.2` when left out, which most tests are about. */
  readonly versions?: readonly TlsVersion[]
  readonly client?: Partial<TlsClientConfig>
  readonly server?: Partial<TlsServerConfig>
  readonly clientAnswers?: Answers
  readonly serverAnswers?: Answers
}

export const pair = ({
  crypto,
  who,
  versions = ['TLS 1.2'],
  client,
  server,
  clientAnswers,
  serverAnswers,
}: PairOptions): Pair => {
  const answers = answersOf(crypto, who)
  return {
    client: new Side(tlsClient({ crypto, serverName: 'shop.test', versions, ...client }), clientAnswers ?? answers),
    server: new Side(tlsServer({ crypto, versions, ...server }), serverAnswers ?? answers),
  }
}

export type Direction = 'to-server' | 'to-client'

/** What the wire does to one write: the chunks that arrive. */
export type Wire = (bytes: Uint8Array, direction: Direction) => readonly Chunk[]

/** Carries bytes both ways until both are silent. */
export const shuttle = ({ client, server }: Pair, wire: Wire = bytes => [bytes]): void => {
  let toServer = concat(...client.touch())
  let toClient = concat(...server.touch())
  while (toServer.length > 0 || toClient.length > 0) {
    const up = toServer.length === 0 ? [] : wire(toServer, 'to-server')
    toServer = new Uint8Array(0)
    for (const chunk of up) toClient = concat(toClient, ...server.touch(chunk))
    const down = toClient.length === 0 ? [] : wire(toClient, 'to-client')
    toClient = new Uint8Array(0)
    for (const chunk of down) toServer = concat(toServer, ...client.touch(chunk))
  }
}

/** A wire that changes one plain message on its way; undefined leaves it out. */
export const changing = <N extends HandshakeName>(
  name: N,
  change: (body: Bodies12[N]) => Bodies12[N] | undefined,
): Wire => {
  /** What comes after ChangeCipherSpec only looks like a message. */
  const protectedNow = new Set<Direction>()
  return (bytes, direction) =>
    recordsOf(bytes).flatMap(each => {
      if (each[0] === 20) protectedNow.add(direction)
      if (each[0] !== 22 || protectedNow.has(direction) || each[5] !== HandshakeType.names[name]) return [each]
      const { type, body } = decode(Handshake, each.subarray(5))
      const changed = change(body as Bodies12[N])
      return changed === undefined ? [] : [record(22, encode(Handshake, { type, body: changed }))]
    })
}

/** The same for the hellos of TLS 1.3, by their type. */
export const changing13 =
  <B>(type: number, change: (body: B) => B): Wire =>
  bytes =>
    recordsOf(bytes).map(each => {
      if (each[0] !== 22 || each[5] !== type) return each
      const message = decode(handshake13.codec, each.subarray(5))
      return record(22, encode(handshake13.codec, { ...message, body: change(message.body as B) }))
    })

/** A hello without the extensions of these types. */
export const without =
  (...types: readonly number[]) =>
  <B extends { extensions: Tagged[] | undefined }>(hello: B): B & { extensions: Tagged[] } => ({
    ...hello,
    extensions: hello.extensions!.filter(({ type }) => !types.includes(type)),
  })

/** Carries one record at a time, until `stop` says so or both are silent. Records in flight then are lost. */
export const step = (
  { client, server }: Pair,
  stop: () => boolean,
  cut: (bytes: Uint8Array, direction: Direction) => Uint8Array[] = recordsOf,
): void => {
  const toServer = cut(concat(...client.touch()), 'to-server')
  const toClient = cut(concat(...server.touch()), 'to-client')
  while (!stop()) {
    const up = toServer.shift()
    if (up !== undefined) {
      toClient.push(...cut(concat(...server.touch(up)), 'to-client'))
      continue
    }
    const down = toClient.shift()
    if (down === undefined) return
    toServer.push(...cut(concat(...client.touch(down)), 'to-server'))
  }
}

/** The write keys of both sides, from a trace that both wrote to; `used` records were sent under them already. */
export const keysOf = (
  crypto: CryptoProvider,
  records: readonly TraceRecord[],
  used: number,
): { client: RecordProtection; server: RecordProtection } => {
  const message = <T>(name: string): T => {
    const found = records.find(entry => entry.type === 'message' && entry.record.name === name)
    if (found?.type !== 'message') throw new Error(`no ${name} in the trace`)
    return decode(Handshake, found.record.bytes).body as T
  }
  const hello = message<ServerHello>('ServerHello')
  const secret = records.find(entry => entry.type === 'secret')
  if (secret?.type !== 'secret') throw new Error('no secret in the trace')
  const keys = trafficKeys(
    crypto,
    suites.find(suite => suite.id === hello.cipherSuite)!,
    new Secret(secret.record.secret),
    message<ClientHello>('ClientHello').random,
    hello.random,
  )
  for (let i = 0; i < used; i++) for (const key of [keys.client, keys.server]) key.seal(22, new Uint8Array(0))
  return keys
}

/** Cuts bytes of a stream into records. */
export const recordsOf = (stream: Uint8Array): Uint8Array[] => {
  const records: Uint8Array[] = []
  for (let at = 0; at < stream.length; ) {
    const end = at + 5 + ((stream[at + 3]! << 8) | stream[at + 4]!)
    records.push(stream.slice(at, end))
    at = end
  }
  return records
}

/** A plain record. */
export const record = (type: number, fragment: Uint8Array, version = 0x0303): Uint8Array =>
  Uint8Array.of(type, version >> 8, version & 0xff, fragment.length >> 8, fragment.length & 0xff, ...fragment)
