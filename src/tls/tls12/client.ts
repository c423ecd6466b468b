/**
 * The client's handshake of TLS 1.2 after the hellos, one class per state (RFC 5246 7.3, RFC 8422):
 *
 *     WaitCertificate       the server shows its chain          -> ask whether it is to be trusted
 *     WaitTrust             the proof of trust comes            -> does the key suit the suite and our groups?
 *     WaitServerKeyExchange its share, signed by that key       -> SignatureValid
 *     WaitCertificateRequestOrServerHelloDone, WaitServerHelloDone
 *                           its flight is over: `finish`        -> our share, ChangeCipherSpec, our Finished
 *     WaitChangeCipherSpec  what follows is under its keys      -> read with them
 *     WaitFinished          it has seen the same handshake      -> FinishedVerified
 *     Established           made of three proofs; data may flow
 *
 * Until the last line nothing is believed of what was said in clear: the Finished covers it all.
 */
import type { Bytes } from '../../engine.ts'
import type { ChainTrusted } from '../../x509/trusted.ts'
import { keyGroupOf, keyTypeOf } from '../certificate-key.ts'
import { CurveType, NamedGroup, SignatureScheme } from '../messages/registries.table.ts'
import type { ClientNegotiated } from '../negotiated.ts'
import { FinishedVerified, SignatureValid } from '../proofs.ts'
import type { RecordProtection } from '../record-protection.ts'
import { schemeById } from '../schemes.table.ts'
import { Secret } from '../secret.ts'
import type { Context, Handles, Message } from '../states.ts'
import { type Binding, masterSecret, trafficKeys, verifyData } from './key-schedule.ts'
import { signedParams } from './signed-params.ts'
import type { clientStates } from './states.table.ts'

type Table = typeof clientStates

/** RFC 5246 7.4.1.1: a HelloRequest "will be ignored by the client if the client is currently negotiating". */
export abstract class ClientState {
  HelloRequest(context: Context): this {
    context.refuseRenegotiation()
    return this
  }
}

export class WaitCertificate extends ClientState implements Handles<Table, 'WaitCertificate'> {
  readonly name = 'WaitCertificate'
  readonly #negotiated: ClientNegotiated
  constructor(negotiated: ClientNegotiated) {
    super()
    this.#negotiated = negotiated
  }
  Certificate(context: Context, message: Message<'Certificate'>): WaitTrust {
    const { chain } = message.body
    if (chain.length === 0) throw context.refusal('key exchange', message, 'tls/certificate-missing', 'chain', {})
    const { serverName: name } = this.#negotiated.offer.config
    // RFC 5246 7.4.2: all suites here are ECDHE, in which the server signs its share.
    context.ask(
      { about: 'trust', chain, name, purpose: 'server', keyUsage: 'digitalSignature' },
      {
        message,
        chain,
        path: index => `chain.${index}`,
      },
    )
    return new WaitTrust(this.#negotiated, message)
  }
}

class WaitTrust implements Handles<Table, 'WaitTrust'> {
  readonly name = 'WaitTrust'
  readonly #negotiated: ClientNegotiated
  readonly #certificate: Message<'Certificate'>
  constructor(negotiated: ClientNegotiated, certificate: Message<'Certificate'>) {
    this.#negotiated = negotiated
    this.#certificate = certificate
  }
  /** `replies.ts` has seen that the proof is one, and of this chain, name and use. */
  trust(context: Context, trusted: ChainTrusted): WaitServerKeyExchange {
    const { suite, offer } = this.#negotiated
    const keyType = keyTypeOf(trusted.publicKey)
    const authentication = keyType === 'ed25519' ? 'ecdsa' : keyType
    // RFC 5246 7.4.2: the key in the certificate must suit the key exchange that was chosen.
    if (authentication !== suite.authentication)
      throw context.refusal('key exchange', this.#certificate, 'tls/certificate-kind', 'chain.0', {
        expected: `a key for ${suite.name}`,
        got: `a key of type ${keyType}`,
      })
    // RFC 8422 5.3: the key "MUST respect the client's choice of elliptic curves".
    const group = keyGroupOf(trusted.publicKey)
    if (group !== undefined && !offer.groups.some(name => NamedGroup.names[name] === group))
      throw context.refusal('key exchange', this.#certificate, 'tls/certificate-kind', 'chain.0', {
        expected: `a key in one of the groups that were offered (${offer.groups.join(', ')})`,
        got: `one in ${NamedGroup.nameOf(group)}`,
      })
    return new WaitServerKeyExchange(this.#negotiated, { trusted, keyType, chain: this.#certificate.body.chain })
  }
}

/** The server's identity, checked. */
interface Peer {
  readonly trusted: ChainTrusted
  readonly keyType: string
  readonly chain: readonly Bytes[]
}

class WaitServerKeyExchange extends ClientState implements Handles<Table, 'WaitServerKeyExchange'> {
  readonly name = 'WaitServerKeyExchange'
  readonly #negotiated: ClientNegotiated
  readonly #peer: Peer
  constructor(negotiated: ClientNegotiated, peer: Peer) {
    super()
    this.#negotiated = negotiated
    this.#peer = peer
  }
  ServerKeyExchange(context: Context, message: Message<'ServerKeyExchange'>): WaitCertificateRequestOrServerHelloDone {
    const { params } = message.body
    const { groups } = this.#negotiated.offer
    // RFC 8422 5.4: only named curves are left, and only those that were offered.
    if (params.curveType !== 3)
      throw context.refusal('key exchange', message, 'tls/illegal-value', 'params.curveType', {
        got: CurveType.nameOf(params.curveType),
        expected: 'only named curves may be used',
      })
    const group = groups.find(name => NamedGroup.names[name] === params.group)
    if (group === undefined)
      throw context.refusal('key exchange', message, 'tls/illegal-value', 'params.group', {
        got: NamedGroup.nameOf(params.group),
        expected: `${groups.join(', ')} were offered`,
      })
    const proof = this.#verified(context, message)
    return new WaitCertificateRequestOrServerHelloDone({
      negotiated: this.#negotiated,
      peer: this.#peer,
      exchange: message,
      group,
      proof,
    })
  }
  /** RFC 5246 7.4.3: the signature covers both randoms and the parameters. */
  #verified(context: Context, message: Message<'ServerKeyExchange'>): SignatureValid {
    const { params, scheme: number, signature } = message.body
    const { offer, serverRandom, suite } = this.#negotiated
    const scheme = schemeById(number)
    if (scheme === undefined || scheme.keyType !== this.#peer.keyType || scheme.authentication !== suite.authentication)
      throw context.refusal('signature', message, 'tls/illegal-value', 'scheme', {
        got: SignatureScheme.nameOf(number),
        expected: `it must be one that was offered and fits a key of type ${this.#peer.keyType}`,
      })
    const signed = signedParams(offer.random, serverRandom, params)
    const proof = SignatureValid.check(context.crypto, scheme, this.#peer.trusted.publicKey, signed, signature)
    if (proof === undefined)
      throw context.refusal('signature', message, 'tls/signature-wrong', 'signature', { got: scheme.name })
    context.passed('signature', message)
    return proof
  }
}

/** Everything that the server's flight has told. */
interface Flight {
  readonly negotiated: ClientNegotiated
  readonly peer: Peer
  readonly exchange: Message<'ServerKeyExchange'>
  readonly group: ClientNegotiated['offer']['groups'][number]
  readonly proof: SignatureValid
}

class WaitCertificateRequestOrServerHelloDone
  extends ClientState
  implements Handles<Table, 'WaitCertificateRequestOrServerHelloDone'>
{
  readonly name = 'WaitCertificateRequestOrServerHelloDone'
  readonly #flight: Flight
  constructor(flight: Flight) {
    super()
    this.#flight = flight
  }
  CertificateRequest(): WaitServerHelloDone {
    return new WaitServerHelloDone(this.#flight)
  }
  ServerHelloDone(context: Context): WaitChangeCipherSpec {
    return finish(context, this.#flight)
  }
}

class WaitServerHelloDone extends ClientState implements Handles<Table, 'WaitServerHelloDone'> {
  readonly name = 'WaitServerHelloDone'
  readonly #flight: Flight
  constructor(flight: Flight) {
    super()
    this.#flight = flight
  }
  ServerHelloDone(context: Context): WaitChangeCipherSpec {
    // RFC 5246 7.4.6: without a suitable certificate the client sends an empty list.
    context.certificateWasWanted()
    context.send('Certificate', { chain: [] })
    return finish(context, this.#flight)
  }
}

/** Our half of the key exchange, the keys, and our Finished. */
const finish = (context: Context, flight: Flight): WaitChangeCipherSpec => {
  const { negotiated, exchange, group } = flight
  const { offer, serverRandom, suite } = negotiated
  const share = context.crypto.keyShare(group)
  const shared = share.derive(exchange.body.params.publicKey)
  if (shared === undefined)
    throw context.refusal('key exchange', exchange, 'tls/share-wrong', 'params.publicKey', {
      got: `${exchange.body.params.publicKey.length} bytes`,
      expected: group,
    })
  context.send('ClientKeyExchange', { publicKey: share.publicKey })
  const premaster = new Secret(shared)
  // RFC 7627 3: the session hash ends with the ClientKeyExchange.
  const binding: Binding = negotiated.extendedMasterSecret
    ? { to: 'handshake', sessionHash: context.transcript.digest() }
    : { to: 'randoms', client: offer.random, server: serverRandom }
  const master = masterSecret(context.crypto, suite.hash, premaster, binding)
  premaster.wipe()
  context.secret('CLIENT_RANDOM', offer.random, master)
  const keys = trafficKeys(context.crypto, suite, master, offer.random, serverRandom)
  context.changeCipherSpec()
  context.protectWrites(keys.client)
  const hash = context.transcript.digest()
  context.send('Finished', { verifyData: verifyData(context.crypto, suite.hash, master, 'client finished', hash) })
  return new WaitChangeCipherSpec({ ...flight, master, reads: keys.server })
}

interface Keyed extends Flight {
  readonly master: Secret
  readonly reads: RecordProtection
}

class WaitChangeCipherSpec extends ClientState implements Handles<Table, 'WaitChangeCipherSpec'> {
  readonly name = 'WaitChangeCipherSpec'
  readonly #keyed: Keyed
  constructor(keyed: Keyed) {
    super()
    this.#keyed = keyed
  }
  ChangeCipherSpec(context: Context): WaitFinished {
    context.protectReads(this.#keyed.reads)
    return new WaitFinished(this.#keyed)
  }
}

class WaitFinished implements Handles<Table, 'WaitFinished'> {
  readonly name = 'WaitFinished'
  readonly #keyed: Keyed
  constructor(keyed: Keyed) {
    this.#keyed = keyed
  }
  Finished(context: Context, message: Message<'Finished'>): Established {
    const { negotiated, peer, group, proof, master } = this.#keyed
    const { suite, alpn, offer } = negotiated
    const hash = context.transcript.digest()
    const expected = verifyData(context.crypto, suite.hash, master, 'server finished', hash)
    const finished = FinishedVerified.check(context.crypto, expected, message.body.verifyData)
    if (finished === undefined) throw context.refusal('Finished', message, 'tls/finished-wrong', 'verifyData', {})
    context.passed('Finished', message)
    const established = new Established(peer.trusted, proof, finished)
    context.established({
      version: 'TLS 1.2',
      suite: suite.name,
      group,
      alpn,
      serverName: offer.config.serverName,
      resumed: false,
      peerChain: peer.chain,
    })
    return established
  }
}

/** Data may flow: the chain is trusted, its key signed this exchange, and both sides saw the same handshake. */
export class Established extends ClientState implements Handles<Table, 'Established'> {
  readonly name = 'Established'
  readonly trusted: ChainTrusted
  readonly signature: SignatureValid
  readonly finished: FinishedVerified
  constructor(trusted: ChainTrusted, signature: SignatureValid, finished: FinishedVerified) {
    super()
    this.trusted = trusted
    this.signature = signature
    this.finished = finished
  }
}
