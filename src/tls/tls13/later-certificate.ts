/**
 * Who we are, for a server that asks when the handshake is over (RFC 9846 4.7.2): only where we said that it may. The
 * answer goes out in one piece, so what is signed is put together before anything of it is sent.
 */
import type { Bytes } from '../../engine.ts'
import { encode } from '../../wire/codec.ts'
import { type CertificateTypeName, otherType, typeOf } from '../certificate/types.ts'
import type { TlsClientConfig } from '../config.ts'
import { listed } from '../hello/listed.ts'
import { MAX_LATER_REQUESTS } from '../limits.ts'
import { extensionsIn } from '../messages/extensions.ts'
import { HandshakeType, SignatureScheme } from '../messages/registries.table.ts'
import { type Bodies13, type Certificate, handshake13 } from '../messages/tls13.ts'
import { refusal } from '../refusal.ts'
import type { clientStates } from '../roles.table.ts'
import { isIn13, schemeFor13 } from '../schemes.table.ts'
import type { Context, Handles, Message, State } from '../states.ts'
import type { Transcript } from '../transcript.ts'
import type { CertifiedKey } from '../types.ts'
import { checkList, signedContent } from './checks.ts'
import type { TrafficKeys } from './handshake-keys.ts'

type Handling<N extends (typeof clientStates)['moves'][number][0]> = Handles<typeof clientStates, N, Bodies13>

/** The state that the connection comes from and goes back to. */
interface Standing extends State {
  readonly name: 'Established13'
  renew(context: Context<Bodies13>, request?: 'asking' | 'not asking'): void
  beforeData(context: Context<Bodies13>): void
  exportKeyingMaterial(label: string, about: Bytes | undefined, length: number): Bytes | undefined
}

/** What an answer is bound to: the handshake, which is over. */
export class LaterRequests {
  readonly #handshake: Transcript
  readonly #traffic: TrafficKeys
  readonly #type: CertificateTypeName
  #count = 0
  /** `handshake` ends with our Finished; `type`: what it has agreed that we show. */
  constructor(handshake: Transcript, traffic: TrafficKeys, type: CertificateTypeName) {
    this.#type = type
    this.#handshake = handshake
    this.#traffic = traffic
  }
  came(
    context: Context<Bodies13>,
    message: Message<'CertificateRequest', Bodies13>,
    established: Standing,
  ): WaitLaterCertificate13 {
    const { context: about, extensions: list } = message.body
    checkList(context, message, { list, place: 'certificateRequest' }, 'signature')
    const request = extensionsIn(list, 'certificateRequest')
    if (request.signatureAlgorithms === undefined)
      throw context.refusal('signature', message, 'tls/missing-extension', 'extensions', {
        expected: 'signature_algorithms',
      })
    if (++this.#count > MAX_LATER_REQUESTS)
      throw refusal('tls/unexpected-message', {
        where: established.name,
        expected: `at most ${MAX_LATER_REQUESTS} requests for a certificate`,
        got: 'one more',
      })
    const schemes = request.signatureAlgorithms.schemes.filter(isIn13)
    const transcript = this.#handshake.fork()
    transcript.add(message.bytes)
    context.ask({
      about: 'certificate',
      certificateType: this.#type,
      schemes,
      authorities: request.certificateAuthorities?.authorities ?? [],
    })
    return new WaitLaterCertificate13({
      established,
      transcript,
      traffic: this.#traffic,
      type: this.#type,
      about,
      schemes,
    })
  }
}

/** Keeps what answers will be bound to; undefined where none are to be given. Before the transcript is released. */
export const laterRequests = (
  context: Context<Bodies13>,
  { postHandshakeAuth }: TlsClientConfig,
  traffic: TrafficKeys,
  type: CertificateTypeName,
): LaterRequests | undefined =>
  postHandshakeAuth === 'allowed' ? new LaterRequests(context.transcript.fork(), traffic, type) : undefined

interface Later {
  readonly established: Standing
  /** Of the handshake, and of this exchange. */
  readonly transcript: Transcript
  readonly traffic: TrafficKeys
  readonly type: CertificateTypeName
  /** The context of the request. */
  readonly about: Uint8Array
  readonly schemes: readonly number[]
}

/** Meanwhile the connection is as it was. */
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
}

class WaitLaterCertificate13 extends Waiting implements Handling<'WaitLaterCertificate13'> {
  readonly name = 'WaitLaterCertificate13'
  certificate(context: Context<Bodies13>, key: CertifiedKey | 'none'): WaitLaterSignature13 | Standing {
    const { later } = this
    const { about, schemes, transcript } = later
    if (key === 'none') {
      context.certificateWasWanted()
      return answered(context, later, { context: about, entries: [] })
    }
    if (typeOf(key) !== later.type) throw otherType(key, later.type)
    const scheme = key.schemes.find(id => schemes.includes(id) && schemeFor13(id, { group: key.group }))
    if (scheme === undefined)
      throw refusal('tls/no-common-scheme', {
        where: 'CertificateRequest',
        expected: `a key that signs with ${key.schemes.map(SignatureScheme.nameOf).join(', ')}`,
        got: listed(schemes, SignatureScheme.nameOf),
      })
    const entries = key.chain.map(certificate => ({ certificate, extensions: [] }))
    const certificate = { context: about, entries }
    const shown = transcript.fork()
    shown.add(encoded('Certificate', certificate))
    context.ask({ about: 'sign', key, scheme, message: signedContent('client', shown.digest()) })
    return new WaitLaterSignature13(later, certificate, scheme)
  }
}

class WaitLaterSignature13 extends Waiting implements Handling<'WaitLaterSignature13'> {
  readonly name = 'WaitLaterSignature13'
  readonly #certificate: Certificate
  readonly #scheme: number
  constructor(later: Later, certificate: Certificate, scheme: number) {
    super(later)
    this.#certificate = certificate
    this.#scheme = scheme
  }
  sign(context: Context<Bodies13>, signature: Bytes): Standing {
    return answered(context, this.later, this.#certificate, { scheme: this.#scheme, signature })
  }
}

/** The whole answer; a Finished under the keys of the moment ends it. Nothing follows our close_notify. */
const answered = (
  context: Context<Bodies13>,
  { established, transcript, traffic }: Later,
  certificate: Certificate,
  verify?: Bodies13['CertificateVerify'],
): Standing => {
  if (context.closing) return established
  const say = <N extends 'Certificate' | 'CertificateVerify'>(name: N, body: Bodies13[N]): void => {
    transcript.add(encoded(name, body))
    context.send(name, body)
  }
  say('Certificate', certificate)
  if (verify !== undefined) say('CertificateVerify', verify)
  context.send('Finished', { verifyData: traffic.finished('client', transcript.digest()) })
  return established
}

const encoded = <N extends keyof Bodies13>(name: N, body: Bodies13[N]): Uint8Array =>
  encode(handshake13.codec, { type: HandshakeType.names[name]!, body })
