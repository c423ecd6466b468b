/**
 * Clients that are asked who they are when the handshake is over (RFC 9846 4.7.2), because somebody here wants to know: only
 * those that offered it. Their answer stands alone: between its messages nothing else may come.
 */
import type { Bytes } from '../../engine.ts'
import { hexText } from '../../wire/bytes.ts'
import { encode } from '../../wire/codec.ts'
import type { ChainTrusted } from '../../x509/path/trusted.ts'
import type { TlsServerConfig } from '../config.ts'
import { MAX_OPEN_REQUESTS } from '../limits.ts'
import { HandshakeType } from '../messages/registries.table.ts'
import { type Bodies13, handshake13 } from '../messages/tls13.ts'
import type { Fresh } from '../proofs.ts'
import type { serverStates } from '../roles.table.ts'
import type { Context, Handles, Message, State } from '../states.ts'
import type { Transcript } from '../transcript.ts'
import { type CertificateMessage, uncompressed } from './certificate-message.ts'
import { checkFinished } from './checks.ts'
import { askAbout, certificateRequest13, provenBy } from './client-certificate.ts'
import type { TrafficKeys } from './handshake-keys.ts'
import type { Greeting } from './hello-server.ts'

type Handling<N extends (typeof serverStates)['moves'][number][0]> = Handles<typeof serverStates, N, Bodies13>

/** The state that the connection comes from and goes back to. */
interface Standing extends State {
  readonly name: 'Established13'
  renew(context: Context<Bodies13>, request?: 'asking' | 'not asking'): void
  beforeData(context: Context<Bodies13>): void
  exportKeyingMaterial(label: string, about: Bytes | undefined, length: number): Bytes | undefined
  requestCertificate(context: Context<Bodies13>): boolean
}

/** Bytes of what tells requests apart: nobody can sign for one before it was sent. */
const CONTEXT_LENGTH = 16

export class LaterCertificates {
  readonly #handshake: Transcript
  readonly #traffic: TrafficKeys
  readonly #config: TlsServerConfig
  /** What the answers will be bound to, by the context of the request. */
  readonly #open = new Map<string, Transcript>()
  /** `handshake` ends with the client's Finished. */
  constructor(handshake: Transcript, traffic: TrafficKeys, config: TlsServerConfig) {
    this.#handshake = handshake
    this.#traffic = traffic
    this.#config = config
  }
  /** False: as many as may be are unanswered. */
  request(context: Context<Bodies13>): boolean {
    if (this.#open.size >= MAX_OPEN_REQUESTS) return false
    const about = context.crypto.random.bytes(CONTEXT_LENGTH)
    const body = { ...certificateRequest13(this.#config, 'X509'), context: about }
    const transcript = this.#handshake.fork()
    transcript.add(encode(handshake13.codec, { type: HandshakeType.names.CertificateRequest!, body }))
    context.send('CertificateRequest', body)
    this.#open.set(hexText(about), transcript)
    return true
  }
  came(
    context: Context<Bodies13>,
    message: CertificateMessage,
    established: Standing,
  ): WaitLaterClientTrust13 | WaitLaterClientFinished13 {
    const { context: about, entries } = message.body
    const name = hexText(about)
    const transcript = this.#open.get(name)
    if (transcript === undefined)
      throw context.refusal('signature', message, 'tls/illegal-value', 'context', {
        got: `${about.length} bytes`,
        expected: 'that of a request that is not answered yet',
      })
    this.#open.delete(name)
    transcript.add(message.bytes)
    context.mayNotRead()
    const later = { established, transcript, traffic: this.#traffic, config: this.#config }
    if (entries.length === 0) return new WaitLaterClientFinished13(later, undefined, [])
    return new WaitLaterClientTrust13(later, askAbout(context, message, 'X509'))
  }
  cameCompressed(
    context: Context<Bodies13>,
    message: Message<'CompressedCertificate', Bodies13>,
    established: Standing,
  ): WaitLaterClientTrust13 | WaitLaterClientFinished13 {
    const coders = this.#config.certificateCoders
    return this.came(context, uncompressed(context, coders, message, established.name), established)
  }
}

/** Undefined where nobody may be asked. Before the transcript is released. */
export const laterCertificates = (
  context: Context<Bodies13>,
  { config, asksLater }: Pick<Greeting, 'config' | 'asksLater'>,
  traffic: TrafficKeys,
): LaterCertificates | undefined =>
  asksLater && config.postHandshakeAuth === 'allowed'
    ? new LaterCertificates(context.transcript.fork(), traffic, config)
    : undefined

interface Later {
  readonly established: Standing
  /** Of the handshake, and of this exchange. */
  readonly transcript: Transcript
  readonly traffic: TrafficKeys
  readonly config: TlsServerConfig
}

/** Meanwhile we go on writing. */
abstract class Waiting {
  protected readonly later: Later
  constructor(later: Later) {
    this.later = later
  }
  renew(context: Context<Bodies13>, request?: 'asking' | 'not asking'): void {
    this.later.established.renew(context, request)
  }
  beforeData(context: Context<Bodies13>): void {
    this.later.established.beforeData(context)
  }
  exportKeyingMaterial(label: string, about: Bytes | undefined, length: number): Bytes | undefined {
    return this.later.established.exportKeyingMaterial(label, about, length)
  }
  requestCertificate(context: Context<Bodies13>): boolean {
    return this.later.established.requestCertificate(context)
  }
}

class WaitLaterClientTrust13 extends Waiting implements Handling<'WaitLaterClientTrust13'> {
  readonly name = 'WaitLaterClientTrust13'
  readonly #chain: readonly Bytes[]
  constructor(later: Later, chain: readonly Bytes[]) {
    super(later)
    this.#chain = chain
  }
  trust(_: Context<Bodies13>, trusted: ChainTrusted): WaitLaterClientVerify13 {
    return new WaitLaterClientVerify13(this.later, trusted, this.#chain)
  }
}

class WaitLaterClientVerify13 extends Waiting implements Handling<'WaitLaterClientVerify13'> {
  readonly name = 'WaitLaterClientVerify13'
  readonly #trusted: ChainTrusted
  readonly #chain: readonly Bytes[]
  constructor(later: Later, trusted: ChainTrusted, chain: readonly Bytes[]) {
    super(later)
    this.#trusted = trusted
    this.#chain = chain
  }
  CertificateVerify(
    context: Context<Bodies13>,
    message: Message<'CertificateVerify', Bodies13>,
  ): WaitLaterClientFinished13 {
    const { transcript, config } = this.later
    const proof = provenBy(context, message, { trusted: this.#trusted, config, digest: transcript.digest() })
    transcript.add(message.bytes)
    return new WaitLaterClientFinished13(this.later, proof, this.#chain)
  }
}

class WaitLaterClientFinished13 extends Waiting implements Handling<'WaitLaterClientFinished13'> {
  readonly name = 'WaitLaterClientFinished13'
  readonly #client: Fresh | undefined
  readonly #chain: readonly Bytes[]
  constructor(later: Later, client: Fresh | undefined, chain: readonly Bytes[]) {
    super(later)
    this.#client = client
    this.#chain = chain
  }
  Finished(context: Context<Bodies13>, message: Message<'Finished', Bodies13>): Standing {
    const { established, transcript, traffic } = this.later
    checkFinished(context, message, traffic.finished('client', transcript.digest()))
    context.passed('Finished', message)
    context.mayRead()
    context.clientShown({ peerChain: this.#chain, trusted: this.#client?.trusted })
    return established
  }
}
