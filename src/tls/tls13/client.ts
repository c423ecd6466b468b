/**
 * The client's handshake of TLS 1.3 behind the hellos, one class per state (RFC 9846 2, appendix A.1):
 *
 *     WaitEncryptedExtensions     what the server takes of the offer, under the first keys
 *     WaitCertificateOrRequest13, WaitCertificate13
 *                                 its chain                       -> ask whether it is to be trusted
 *     WaitTrust13                 the proof of trust comes
 *     WaitCertificateVerify13     signed by that key              -> SignatureValid
 *     WaitFinished13              it has seen the same handshake  -> FinishedVerified, our flight, the last keys
 *     Established13               data, tickets and new keys
 */
import type { Bytes } from '../../engine.ts'
import { printable } from '../../x509/certificate/distinguished-name.ts'
import type { ChainTrusted } from '../../x509/path/trusted.ts'
import type { CertificateCoder } from '../certificate/compression.ts'
import { keyGroupOf, keyTypeOf } from '../certificate/key.ts'
import { agreedTypes, checkShown, isRaw } from '../certificate/types.ts'
import { extensionsIn } from '../messages/extensions.ts'
import { CertificateStatusType, CipherSuite, SignatureScheme } from '../messages/registries.table.ts'
import type { Bodies13 } from '../messages/tls13.ts'
import { Fresh, Resumed, SignatureValid } from '../proofs.ts'
import type { clientStates } from '../roles.table.ts'
import { isIn13, schemeFor13 } from '../schemes.table.ts'
import { ExternalKey } from '../session/external-key.ts'
import { type SessionFacts, sessionOf } from '../session/session.ts'
import type { Context, Handles, Message } from '../states.ts'
import { clientLimits } from '../tls12/record-limits.ts'
import type { Agreed, Answered, Asked, Peer, Proven, Request, Taken } from './agreed.ts'
import { type CertificateMessage, uncompressed } from './certificate-message.ts'
import { checkFinished, checkList, shownKey, signedContent } from './checks.ts'
import type { EstablishedClient } from './established.ts'
import { conclude, WaitOwnCertificate13 } from './own-certificate.ts'
import { Tolerant } from './tolerant.ts'

type Table = typeof clientStates
type Handling<N extends Table['moves'][number][0]> = Handles<Table, N, Bodies13>

export class WaitEncryptedExtensions extends Tolerant implements Handling<'WaitEncryptedExtensions'> {
  readonly name = 'WaitEncryptedExtensions'
  readonly #agreed: Agreed
  constructor(agreed: Agreed) {
    super()
    this.#agreed = agreed
  }
  EncryptedExtensions(
    context: Context<Bodies13>,
    message: Message<'EncryptedExtensions', Bodies13>,
  ): WaitCertificateOrRequest13 | WaitFinished13 | WaitResumedTrust13 {
    const { offer, resumed, external } = this.#agreed
    const list = message.body.extensions
    checkList(context, message, { list, place: 'encryptedExtensions', offered: offer.extensions })
    const taken = extensionsIn(list, 'encryptedExtensions')
    const { alpn: ours = [] } = offer.config
    const { protocols } = taken.alpn ?? {}
    if (protocols !== undefined && (protocols.length !== 1 || !ours.includes(protocols[0]!)))
      throw context.refusal('hello', message, 'tls/wrong-protocol', 'extensions', {
        got: printable(`ALPN ${protocols.join(', ')}`),
        expected: `it must be one of ${ours.join(', ')}`,
      })
    const { recordSizeLimit: size, maxFragmentLength: fragment } = offer.config
    clientLimits(context, message, taken, { size, fragment, beside: 1 })
    checkEarly(context, message, this.#agreed, taken)
    const types = agreedTypes(context, message, taken, offer.config, external === undefined ? resumed : 'nothing')
    context.passed('hello', message)
    if (offer.early !== undefined && resumed !== undefined && taken.earlyData === undefined)
      context.replaceWrites(this.#agreed.keys.protection('client'))
    const answered = { ...this.#agreed, taken, types }
    if (external !== undefined)
      return new WaitFinished13({ ...answered, request: undefined, server: external, peerChain: [] })
    if (resumed === undefined) return new WaitCertificateOrRequest13(answered)
    const { trusted, peerChain: chain, serverCertificateType: certificateType } = resumed
    if (trusted !== undefined) return goOn(answered, resumed, trusted)
    const { serverName: name } = offer.config
    context.ask(
      { about: 'trust', chain, certificateType, name, purpose: 'server', keyUsage: 'digitalSignature' },
      { message, chain: [], path: () => 'extensions' },
    )
    return new WaitResumedTrust13(answered, resumed)
  }
}

/** RFC 9846 4.3.10: taken only with the key that it is under, and for the protocol that it was written for. */
const checkEarly = (
  context: Context<Bodies13>,
  message: Message<'EncryptedExtensions', Bodies13>,
  { resumed, suite }: Agreed,
  taken: Taken,
): void => {
  if (taken.earlyData === undefined) return
  if (resumed === undefined)
    throw context.refusal('hello', message, 'tls/illegal-value', 'extensions', {
      got: 'early_data without the session',
      expected: 'it is taken with the session that it is protected by',
    })
  // RFC 9846 4.3.10: it was sealed with the suite of the session.
  if (suite.id !== resumed.suite)
    throw context.refusal('hello', message, 'tls/early-data-suite', 'extensions', {
      got: `early_data under ${suite.name}`,
      expected: `it was sealed under ${CipherSuite.nameOf(resumed.suite)}`,
    })
  if (taken.alpn?.protocols[0] !== resumed.alpn)
    throw context.refusal('hello', message, 'tls/early-data-protocol', 'extensions', {
      got: printable(`early_data for ${taken.alpn?.protocols[0] ?? 'no protocol'}`),
      expected: printable(`it was written for ${resumed.alpn ?? 'no protocol'}`),
    })
}

/** Whom the session has shown is who the server is: it has the key. */
const goOn = (answered: Answered, resumed: SessionFacts, trusted: ChainTrusted): WaitFinished13 => {
  const server = new Resumed(trusted, sessionOf(resumed))
  return new WaitFinished13({ ...answered, request: undefined, server, peerChain: resumed.peerChain })
}

/** What came from bytes brings no proof: whether the chain is trusted is asked again. */
class WaitResumedTrust13 implements Handling<'WaitResumedTrust13'> {
  readonly name = 'WaitResumedTrust13'
  readonly #answered: Answered
  readonly #session: SessionFacts
  constructor(answered: Answered, session: SessionFacts) {
    this.#answered = answered
    this.#session = session
  }
  trust(_: Context<Bodies13>, trusted: ChainTrusted): WaitFinished13 {
    return goOn(this.#answered, { ...this.#session, trusted }, trusted)
  }
}

/** A request for our certificate, or the chain at once. */
class WaitCertificateOrRequest13 extends Tolerant implements Handling<'WaitCertificateOrRequest13'> {
  readonly name = 'WaitCertificateOrRequest13'
  readonly #answered: Answered
  constructor(answered: Answered) {
    super()
    this.#answered = answered
  }
  CertificateRequest(context: Context<Bodies13>, message: Message<'CertificateRequest', Bodies13>): WaitCertificate13 {
    const { context: about, extensions: list } = message.body
    checkList(context, message, { list, place: 'certificateRequest' }, 'key exchange')
    if (about.length > 0)
      throw context.refusal('key exchange', message, 'tls/illegal-value', 'context', {
        got: `${about.length} bytes`,
        expected: 'it is empty in the handshake',
      })
    const request = extensionsIn(list, 'certificateRequest')
    if (request.signatureAlgorithms === undefined)
      throw context.refusal('key exchange', message, 'tls/missing-extension', 'extensions', {
        expected: 'signature_algorithms',
      })
    return new WaitCertificate13(this.#answered, request)
  }
  Certificate(context: Context<Bodies13>, message: Message<'Certificate', Bodies13>): WaitTrust13 {
    return shown(context, message, { ...this.#answered, request: undefined })
  }
  CompressedCertificate(context: Context<Bodies13>, message: Message<'CompressedCertificate', Bodies13>): WaitTrust13 {
    const asked = { ...this.#answered, request: undefined }
    return shown(context, uncompressed(context, codersFor(asked), message, this.name), asked)
  }
}

class WaitCertificate13 extends Tolerant implements Handling<'WaitCertificate13'> {
  readonly name = 'WaitCertificate13'
  readonly #asked: Asked
  constructor(answered: Answered, request: Request) {
    super()
    this.#asked = { ...answered, request }
  }
  Certificate(context: Context<Bodies13>, message: Message<'Certificate', Bodies13>): WaitTrust13 {
    return shown(context, message, this.#asked)
  }
  CompressedCertificate(context: Context<Bodies13>, message: Message<'CompressedCertificate', Bodies13>): WaitTrust13 {
    return shown(context, uncompressed(context, codersFor(this.#asked), message, this.name), this.#asked)
  }
}

/** A raw public key does not come compressed. */
const codersFor = ({ offer, types }: Answered): readonly CertificateCoder[] | undefined =>
  isRaw(types.server) ? [] : offer.config.certificateCoders

/** RFC 9846 4.5.2.1: what vouches for the leaf stands beside it. */
const evidenceIn = (context: Context<Bodies13>, message: CertificateMessage): { ocsp?: Bytes; scts?: Bytes[] } => {
  const [leaf] = message.body.entries
  const { statusRequest, signedCertificateTimestamp } = extensionsIn(leaf!.extensions, 'certificate')
  const kind = statusRequest?.statusType
  if (kind !== undefined && kind !== CertificateStatusType.names.ocsp)
    throw context.refusal('key exchange', message, 'tls/illegal-value', 'entries.0.extensions', {
      got: CertificateStatusType.nameOf(kind),
      expected: 'ocsp was asked for',
    })
  return {
    ...(statusRequest === undefined ? {} : { ocsp: statusRequest.response }),
    ...(signedCertificateTimestamp === undefined ? {} : { scts: signedCertificateTimestamp.timestamps }),
  }
}

/** The server's chain: what stands in it is judged by whoever answers. */
const shown = (context: Context<Bodies13>, message: CertificateMessage, asked: Asked): WaitTrust13 => {
  const { context: about, entries } = message.body
  if (about.length > 0)
    throw context.refusal('key exchange', message, 'tls/illegal-value', 'context', {
      got: `${about.length} bytes`,
      expected: 'it is empty in the handshake',
    })
  if (entries.length === 0) throw context.refusal('key exchange', message, 'tls/certificate-missing', 'entries', {})
  entries.forEach(({ extensions: list }, index) => {
    const path = `entries.${index}.extensions`
    checkList(context, message, { list, place: 'certificate', path, offered: asked.offer.extensions }, 'key exchange')
  })
  const chain = entries.map(entry => entry.certificate)
  const { server: certificateType } = asked.types
  const path = (index: number): string => `entries.${index}.certificate`
  checkShown(context, message, certificateType, chain, path)
  const evidence = isRaw(certificateType) ? {} : evidenceIn(context, message)
  const { serverName: name } = asked.offer.config
  context.ask(
    { about: 'trust', chain, certificateType, name, purpose: 'server', keyUsage: 'digitalSignature', ...evidence },
    { message, chain, path },
  )
  return new WaitTrust13(asked, message, chain)
}

class WaitTrust13 implements Handling<'WaitTrust13'> {
  readonly name = 'WaitTrust13'
  readonly #asked: Asked
  readonly #certificate: CertificateMessage
  readonly #chain: readonly Bytes[]
  constructor(asked: Asked, certificate: CertificateMessage, chain: readonly Bytes[]) {
    this.#asked = asked
    this.#certificate = certificate
    this.#chain = chain
  }
  trust(context: Context<Bodies13>, trusted: ChainTrusted): WaitCertificateVerify13 {
    const { publicKey } = trusted
    const keyType = keyTypeOf(publicKey)
    if (keyType === 'other')
      throw context.refusal('key exchange', this.#certificate, 'tls/certificate-kind', 'entries.0.certificate', {
        expected: 'a key that can sign in TLS 1.3',
        got: 'a key of another type',
      })
    const key = { type: keyType, group: keyGroupOf(publicKey) }
    return new WaitCertificateVerify13(this.#asked, { trusted, key, chain: this.#chain })
  }
}

class WaitCertificateVerify13 extends Tolerant implements Handling<'WaitCertificateVerify13'> {
  readonly name = 'WaitCertificateVerify13'
  readonly #asked: Asked
  readonly #peer: Peer
  constructor(asked: Asked, peer: Peer) {
    super()
    this.#asked = asked
    this.#peer = peer
  }
  CertificateVerify(context: Context<Bodies13>, message: Message<'CertificateVerify', Bodies13>): WaitFinished13 {
    const { scheme: number, signature } = message.body
    const { trusted, key } = this.#peer
    const scheme = schemeFor13(number, key)
    if (scheme === undefined || !this.#asked.offer.schemes.includes(scheme))
      throw context.refusal('signature', message, 'tls/wrong-scheme', 'scheme', {
        got: SignatureScheme.nameOf(number),
        expected: `it must be one that was offered and fits a key of type ${key.type}`,
      })
    const content = signedContent('server', context.transcript.digest())
    const proof = SignatureValid.check(context.crypto, scheme, trusted.publicKey, content, signature)
    if (proof === undefined)
      throw context.refusal('signature', message, 'tls/signature-wrong', 'signature', { got: scheme.name })
    context.passed('signature', message)
    context.transcript.add(message.bytes)
    const server = new Fresh(trusted, proof)
    return new WaitFinished13({ ...this.#asked, server, peerChain: this.#peer.chain })
  }
}

class WaitFinished13 extends Tolerant implements Handling<'WaitFinished13'> {
  readonly name = 'WaitFinished13'
  readonly #proven: Proven
  constructor(proven: Proven) {
    super()
    this.#proven = proven
  }
  Finished(
    context: Context<Bodies13>,
    message: Message<'Finished', Bodies13>,
  ): EstablishedClient | WaitOwnCertificate13 {
    const { keys, request, server: shown } = this.#proven
    const expected = keys.finished('server', context.transcript.digest())
    const finished = checkFinished(context, message, expected)
    context.passed('Finished', message)
    context.transcript.add(message.bytes)
    const traffic = keys.application(context, context.transcript.digest())
    context.protectReads(traffic.protection('server'))
    const server = ExternalKey.is(shown) ? shownKey(context, message, shown, finished) : shown
    const heard = { ...this.#proven, server, finished, traffic }
    if (request === undefined) return conclude(context, heard)
    const { schemes } = request.signatureAlgorithms!
    const wanted = schemes.filter(isIn13)
    context.ask({
      about: 'certificate',
      certificateType: this.#proven.types.client,
      schemes: wanted,
      authorities: request.certificateAuthorities?.authorities ?? [],
    })
    return new WaitOwnCertificate13(heard, wanted)
  }
}
