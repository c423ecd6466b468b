/**
 * One handshake as a third party sees it: the messages of both sides in the order in which they came, what they agree on, and
 * what of it can be recomputed. Nothing is refused: what does not fit is a verdict, and the rest is read on.
 */
import type { Bytes, Millis } from '../../../engine.ts'
import { type CertificateCoder, expanded } from '../../../tls/certificate/compression.ts'
import { extensionsIn } from '../../../tls/messages/extensions.ts'
import type { AnyMessage } from '../../../tls/messages/message.ts'
import {
  CertificateType,
  CipherSuite,
  HandshakeType,
  NamedGroup,
  ProtocolVersion,
  TLS_1_2,
  TLS_1_3,
} from '../../../tls/messages/registries.table.ts'
import type { Bodies12, Bodies12Rsa } from '../../../tls/messages/tls12.ts'
import type { Bodies13 } from '../../../tls/messages/tls13.ts'
import { Refusal } from '../../../tls/refusal.ts'
import type { Secret } from '../../../tls/secret.ts'
import type { Suite, Suite13 } from '../../../tls/suites.table.ts'
import { type Binding, trafficKeys, verifyData as verifyData12 } from '../../../tls/tls12/key-schedule.ts'
import { signedParams } from '../../../tls/tls12/signed-params.ts'
import { signedContent } from '../../../tls/tls13/checks.ts'
import { verifyData as verifyData13 } from '../../../tls/tls13/key-schedule.ts'
import { tls12For, tls13, UNDECIDED } from '../../../tls/version.ts'
import { type Codec, encode, type Tagged } from '../../../wire/codec.ts'
import type { CertificateTypeName } from '../../../x509/path/trusted.ts'
import type { Side } from '../../types.ts'
import type { SessionFound, StreamContext } from '../types.ts'
import { type failed, finishedFault, keyIn, signatureFault } from './checks.ts'
import { earlierFormat, OtherHandshake } from './earlier.ts'
import { Heard } from './heard.ts'
import { type Answer, answerOf, groupOf, helloFacts, type Offer, offerOf, resumption, serverNameIn } from './hellos.ts'
import { handshakeLabel, type Key, KeyRing, trafficLabel } from './keys.ts'
import { certificateFacts } from './leaf.ts'
import { masterFrom } from './premaster.ts'
import { exchangeOf, suite12ById, suite13ById } from './suites.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** What a message changes outside of the handshake. */
export interface Doors {
  /** What opens the records of a side from here on, in the order in which it takes over. */
  opensWith(of: Side, keys: readonly Key[]): void
  /** Keys of earlier stages open nothing more. */
  reaches(of: Side, stage: Key['stage']): void
  renewsKeys(of: Side): void
  earlyData(outcome: 'accepted' | 'rejected'): void
  verdict(check: string, message: AnyMessage, at: Millis, found: ReturnType<typeof failed> | string | undefined): void
  /** A message that stands for another: what a compressed one says. */
  expanded(from: Side, message: AnyMessage, at: Millis, format: Codec<Tagged>, bytes: Bytes): void
}

interface Said extends AnyMessage {
  readonly from: Side
  readonly at: Millis
}

/** In a handshake of TLS 1.2 they are bytes that mean nothing. */
const OF_TLS_1_3: ReadonlySet<string> = new Set(['EncryptedExtensions', 'CompressedCertificate'])

const OTHER_SIDE: Readonly<Record<Side, Side>> = { client: 'server', server: 'client' }

export class Negotiation {
  readonly #context: StreamContext
  readonly #doors: Doors
  readonly #heard: Heard
  offer: Offer | undefined
  answer: Answer | undefined
  ring: KeyRing | undefined
  retried = false
  #suite12: Suite | undefined
  #suite13: Suite13 | undefined
  #master: Secret | undefined
  earlyKeys: readonly Key[] = []
  /** The secrets of TLS 1.3 that Finished is made with. */
  readonly #handshakeKeys: Partial<Record<Side, Key>> = {}
  readonly #types: Record<Side, CertificateTypeName> = { client: 'X509', server: 'X509' }
  readonly #shown: Partial<Record<Side, Bytes>> = {}
  readonly #found: Mutable<Pick<SessionFound, 'group' | 'alpn' | 'earlyData'>> = {
    group: undefined,
    alpn: undefined,
    earlyData: undefined,
  }
  readonly #finished: Record<Side, boolean | undefined> = { client: undefined, server: undefined }
  readonly #over = new Set<Side>()

  constructor(context: StreamContext, doors: Doors) {
    this.#context = context
    this.#doors = doors
    this.#heard = new Heard(context.crypto)
  }
  get version(): number | undefined {
    return this.answer?.version
  }
  /** Whether another ClientHello begins another handshake. */
  get over(): boolean {
    return this.answer !== undefined
  }
  get alpn(): string | undefined {
    return this.#found.alpn
  }
  /** What nobody here can open, by its name. */
  get notSpoken(): string | undefined {
    if (this.answer === undefined) return undefined
    const { version, hello } = this.answer
    if (version !== TLS_1_2 && version !== TLS_1_3) return ProtocolVersion.nameOf(version)
    return this.#suite12 === undefined && this.#suite13 === undefined
      ? CipherSuite.nameOf(hello.cipherSuite)
      : undefined
  }
  /** Messages of that side were lost: what binds them cannot be recomputed. */
  missed(): void {
    this.#heard.missed()
  }
  formatFor(from: Side): Codec<Tagged> {
    if (this.answer === undefined) return UNDECIDED.format
    if (this.version === TLS_1_3) return tls13.format
    const exchange = exchangeOf(this.answer.hello.cipherSuite)
    if (this.answer.version < TLS_1_2) return earlierFormat(exchange, this.answer.version)
    return exchange === 'other' ? OtherHandshake : tls12For(exchange, this.#types, OTHER_SIDE[from]).format
  }
  /** RFC 5246 7.1: what follows the ChangeCipherSpec of a side is under the new keys. */
  sessionKeys(of: Side): readonly Key[] {
    const suite = this.#suite12
    const { offer, answer, ring } = this
    if (suite === undefined || offer === undefined || answer === undefined) return []
    this.#master ??= ring?.master()
    const master = this.#master
    if (master === undefined) return []
    const order = answer.extensions.encryptThenMac === undefined ? 'mac-then-encrypt' : 'encrypt-then-mac'
    const keys = trafficKeys(this.#context.crypto, suite, master, offer.hello.random, answer.hello.random, order)
    return [{ label: 'CLIENT_RANDOM', stage: 'session', protection: keys[of], opened: 0 }]
  }
  /** The labels that would open what this side sends. */
  labelsFor(of: Side): readonly string[] {
    if (this.version !== TLS_1_3) return ['CLIENT_RANDOM']
    return [handshakeLabel(of), trafficLabel(of, 0)]
  }
  found(flow: string): SessionFound {
    const { offer, answer } = this
    return {
      about: 'session',
      flow,
      ...helloFacts(this.#context.crypto, offer, answer),
      group: this.#found.group ?? groupOf(answer),
      alpn: this.#found.alpn,
      resumed: answer && resumption(offer, answer),
      earlyData: this.#found.earlyData ?? (offer?.extensions.earlyData === undefined ? undefined : 'offered'),
      retried: this.retried,
      finished: this.#finished,
    }
  }

  /** A message whose form was read; `body` is what its format gives. */
  message(said: Said, body: unknown): void {
    const take = this.#takes[said.name]
    if (take === undefined || (body instanceof Uint8Array && OF_TLS_1_3.has(said.name))) this.#heard.add(said.bytes)
    else take(said, body as never)
  }

  readonly #takes: Readonly<Record<string, (said: Said, body: never) => void>> = {
    HelloRequest: () => undefined,
    ClientHello: (said, body: Bodies12['ClientHello']) => this.#clientHello(said, offerOf(body, said.bytes)),
    HelloRetryRequest: (said, body: Bodies12['ServerHello']) => this.#retry(said, answerOf(body, said.bytes)),
    ServerHello: (said, body: Bodies12['ServerHello']) => this.#serverHello(said, answerOf(body, said.bytes)),
    EncryptedExtensions: (said, body: Bodies13['EncryptedExtensions']) => this.#encrypted(said, body),
    Certificate: (said, body: Bodies12['Certificate'] | Bodies13['Certificate']) => {
      const [first] = 'chain' in body ? body.chain : body.entries.map(({ certificate }) => certificate)
      this.#certificate(said, first)
    },
    CompressedCertificate: (said, body: Bodies13['CompressedCertificate']) => this.#compressed(said, body),
    ServerKeyExchange: (said, body: Bodies12['ServerKeyExchange'] | Bytes) => this.#serverKeyExchange(said, body),
    ClientKeyExchange: (said, body: Partial<Bodies12Rsa['ClientKeyExchange']>) => {
      this.#heard.add(said.bytes)
      if (body.encryptedPremaster !== undefined) this.#premaster(body.encryptedPremaster)
    },
    CertificateVerify: (said, body: Bodies13['CertificateVerify']) => this.#certificateVerify(said, body),
    Finished: (said, body: Bodies13['Finished']) => this.#finishes(said, body.verifyData),
    EndOfEarlyData: said => {
      this.#heard.add(said.bytes)
      this.#early('accepted')
      this.#doors.reaches('client', 'handshake')
    },
    KeyUpdate: said => this.#doors.renewsKeys(said.from),
    NewSessionTicket: said => {
      if (this.version !== TLS_1_3) this.#heard.add(said.bytes)
    },
  }

  #clientHello(said: Said, offer: Offer): void {
    this.offer = offer
    this.#heard.add(said.bytes)
    this.ring ??= new KeyRing(this.#context, offer.hello.random.slice())
    if (offer.extensions.earlyData === undefined || this.retried) return
    // The session says under which suite: of those with a hash of that length, the first that opens something.
    const suites = offer.hello.cipherSuites.flatMap(id => suite13ById(id) ?? [])
    this.earlyKeys = this.ring.earlyKeys(suites)
    this.#doors.opensWith('client', this.earlyKeys)
  }

  #retry(said: Said, answer: Answer): void {
    this.retried = true
    const suite = suite13ById(answer.hello.cipherSuite)
    this.#heard.retry(suite?.hash)
    this.#heard.add(said.bytes)
    this.earlyKeys = []
    this.#early('rejected')
    this.#doors.opensWith('client', [])
  }

  #serverHello(said: Said, answer: Answer): void {
    this.answer = answer
    if (this.version === TLS_1_3) this.#suite13 = suite13ById(answer.hello.cipherSuite)
    else if (this.version === TLS_1_2) this.#suite12 = suite12ById(answer.hello.cipherSuite)
    this.#heard.use((this.#suite13 ?? this.#suite12)?.hash)
    this.#heard.add(said.bytes)
    const { alpn, clientCertificateType, serverCertificateType } = answer.extensions
    this.#found.alpn = alpn?.protocols[0]
    this.#agreeOnTypes(clientCertificateType?.type, serverCertificateType?.type)
    if (this.version !== TLS_1_3) {
      this.#early('rejected')
      return
    }
    const suite = this.#suite13
    for (const side of ['client', 'server'] as const) {
      const [handshake, traffic] =
        suite === undefined
          ? []
          : [
              this.ring?.key(handshakeLabel(side), 'handshake', suite),
              this.ring?.key(trafficLabel(side, 0), 'application', suite),
            ]
      if (handshake !== undefined) this.#handshakeKeys[side] = handshake
      const early = side === 'client' ? this.earlyKeys : []
      this.#doors.opensWith(side, [...early, ...[handshake, traffic].filter(key => key !== undefined)])
    }
  }

  #encrypted(said: Said, { extensions }: Bodies13['EncryptedExtensions']): void {
    this.#heard.add(said.bytes)
    const taken = extensionsIn(extensions, 'encryptedExtensions')
    this.#found.alpn = taken.alpn?.protocols[0]
    this.#agreeOnTypes(taken.clientCertificateType?.type, taken.serverCertificateType?.type)
    if (this.offer?.extensions.earlyData !== undefined)
      this.#early(taken.earlyData === undefined ? 'rejected' : 'accepted')
  }

  #agreeOnTypes(client: number | undefined, server: number | undefined): void {
    const raw = CertificateType.names.RawPublicKey
    if (client !== undefined) this.#types.client = client === raw ? 'RawPublicKey' : 'X509'
    if (server !== undefined) this.#types.server = server === raw ? 'RawPublicKey' : 'X509'
  }

  #early(outcome: 'accepted' | 'rejected'): void {
    if (this.offer?.extensions.earlyData === undefined && this.#found.earlyData === undefined) return
    if (this.#found.earlyData !== undefined) return
    this.#found.earlyData = outcome
    this.#doors.earlyData(outcome)
  }

  #certificate(said: Said, shown: Bytes | undefined): void {
    this.#heard.add(said.bytes)
    const key = keyIn(shown, this.#types[said.from])
    if (key === undefined) return
    this.#shown[said.from] = key
    if (said.from === 'client' || this.#types.server === 'RawPublicKey' || shown === undefined) return
    const name = serverNameIn(this.offer)
    const date = this.#context.start === undefined ? undefined : this.#context.start + said.at
    for (const { check, found } of certificateFacts(said, shown, name, date))
      this.#doors.verdict(check, said, said.at, found)
  }

  #compressed(said: Said, body: Bodies13['CompressedCertificate']): void {
    const coders: readonly CertificateCoder[] = this.#context.certificateCoders ?? []
    if (coders.length === 0) {
      this.#heard.add(said.bytes)
      return
    }
    try {
      const certificate = expanded(coders, { ...said, name: 'CompressedCertificate', body })
      const bytes = encode(tls13.format, { type: HandshakeType.names.Certificate!, body: certificate })
      this.#doors.expanded(said.from, said, said.at, tls13.format, bytes)
      this.#certificate(said, certificate.entries[0]?.certificate)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.#heard.add(said.bytes)
      this.#doors.verdict('message', said, said.at, error.failure)
    }
  }

  #serverKeyExchange(said: Said, body: Bodies12['ServerKeyExchange'] | Bytes): void {
    this.#heard.add(said.bytes)
    const { offer, answer } = this
    if (body instanceof Uint8Array || offer === undefined || answer === undefined) return
    const { params } = body
    this.#found.group = NamedGroup.nameOf(params.group)
    const signed = signedParams(offer.hello.random, answer.hello.random, params)
    this.#signature(said, body, this.#shown.server, signed)
  }

  #certificateVerify(said: Said, body: Bodies13['CertificateVerify']): void {
    const in13 = this.version === TLS_1_3
    const digest = in13 ? this.#heard.digest() : undefined
    const signed = in13 ? digest && signedContent(said.from, digest) : this.#heard.raw()
    // Behind the handshake another transcript is signed, which nobody here keeps.
    if (signed !== undefined && !this.#over.has(said.from)) this.#signature(said, body, this.#shown[said.from], signed)
    this.#heard.add(said.bytes)
  }

  #signature(said: Said, body: { scheme: number; signature: Bytes }, key: Bytes | undefined, signed: Bytes): void {
    if (key === undefined) return
    const fault = signatureFault(this.#context.crypto, said, body, key, signed)
    if (fault !== 'unknown') this.#doors.verdict('signature', said, said.at, fault)
  }

  #premaster(ciphertext: Bytes): void {
    const { offer, answer, ring } = this
    const { crypto, privateKeys = [] } = this.#context
    const suite = this.#suite12
    if (suite === undefined || offer === undefined || answer === undefined || ring === undefined) return
    this.#master ??= ring.master()
    if (this.#master !== undefined || privateKeys.length === 0) return
    const binding = this.#binding(offer, answer)
    this.#master = binding && masterFrom(crypto, privateKeys, ciphertext, suite.hash, binding)
    if (this.#master !== undefined) ring.workedOut('CLIENT_RANDOM', this.#master.reveal())
  }

  #binding(offer: Offer, answer: Answer): Binding | undefined {
    if (answer.extensions.extendedMasterSecret === undefined)
      return { to: 'randoms', client: offer.hello.random, server: answer.hello.random }
    const sessionHash = this.#heard.digest()
    return sessionHash && { to: 'handshake', sessionHash }
  }

  #finishes(said: Said, got: Bytes): void {
    const { from, at } = said
    const expected = this.#over.has(from) ? undefined : this.#expectedOf(from)
    if (expected !== undefined) {
      const fault = finishedFault(this.#context.crypto, said, expected, got)
      this.#finished[from] = fault === undefined
      this.#doors.verdict('Finished', said, at, fault)
    }
    this.#heard.add(said.bytes)
    this.#over.add(from)
    if (this.version === TLS_1_3) this.#doors.reaches(from, 'application')
    if (from === 'client') this.#early('rejected')
    if (this.#over.size === 2) this.#heard.release()
  }

  #expectedOf(from: Side): Bytes | undefined {
    const digest = this.#heard.digest()
    if (digest === undefined) return undefined
    const { crypto } = this.#context
    const { traffic } = this.#handshakeKeys[from] ?? {}
    if (traffic !== undefined) return verifyData13(crypto, traffic.suite.hash, traffic.secret, digest)
    if (this.#master === undefined || this.#suite12 === undefined) return undefined
    return verifyData12(crypto, this.#suite12.hash, this.#master, `${from} finished`, digest)
  }
}
