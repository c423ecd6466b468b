/** The server's handshake of TLS 1.2 after the client's hello, one class per state (RFC 5246 7.3, RFC 8422). */
import type { KeyShare } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { listed } from '../listed.ts'
import { serverExtensions } from '../messages/extensions.ts'
import { NamedGroup, SignatureScheme } from '../messages/registries.table.ts'
import type { ServerEcdhParams } from '../messages/tls12.ts'
import type { ServerNegotiated } from '../negotiated.ts'
import { FinishedVerified } from '../proofs.ts'
import type { RecordProtection } from '../record-protection.ts'
import { schemeById } from '../schemes.table.ts'
import { Secret } from '../secret.ts'
import type { Context, Handles, Message } from '../states.ts'
import type { Suite } from '../suites.table.ts'
import type { CertifiedKey } from '../types.ts'
import { type Binding, masterSecret, trafficKeys, verifyData } from './key-schedule.ts'
import { signedParams } from './signed-params.ts'
import type { serverStates } from './states.table.ts'

type Table = typeof serverStates

export class WaitPolicy implements Handles<Table, 'WaitPolicy'> {
  readonly name = 'WaitPolicy'
  readonly #negotiated: ServerNegotiated
  constructor(negotiated: ServerNegotiated) {
    this.#negotiated = negotiated
  }
  'client-hello'(context: Context, key: CertifiedKey): WaitSignature {
    const negotiated = this.#negotiated
    const { suite, scheme } = choose(context, negotiated, key)
    context.transcript.useHash(context.crypto, suite.hash)
    const serverRandom = context.crypto.random.bytes(32)
    context.send('ServerHello', {
      legacyVersion: 0x0303,
      random: serverRandom,
      // No session is kept, so none is named (RFC 5246 7.4.1.3).
      sessionId: new Uint8Array(0),
      cipherSuite: suite.id,
      compressionMethod: 0,
      extensions: serverExtensions({
        ...(negotiated.serverName === undefined ? {} : { serverName: {} }),
        ...(negotiated.renegotiationInfo ? { renegotiationInfo: { renegotiatedConnection: new Uint8Array(0) } } : {}),
        ...(negotiated.pointFormats ? { pointFormats: { formats: [0] } } : {}),
        ...(negotiated.alpn === undefined ? {} : { alpn: { protocols: [negotiated.alpn] } }),
        ...(negotiated.extendedMasterSecret ? { extendedMasterSecret: {} } : {}),
      }),
    })
    context.send('Certificate', { chain: [...key.chain] })
    const share = context.crypto.keyShare(negotiated.group)
    const params = { curveType: 3, group: NamedGroup.names[negotiated.group]!, publicKey: share.publicKey }
    const message = signedParams(negotiated.clientRandom, serverRandom, params)
    context.ask({ about: 'sign', key, scheme, message })
    return new WaitSignature({ negotiated, serverRandom, suite, share }, params, scheme)
  }
}

/** The first of the key's schemes that the client takes, with a suite for such a key. */
const choose = (
  context: Context,
  { hello, suites, groups, schemes }: ServerNegotiated,
  key: CertifiedKey,
): { suite: Suite; scheme: number } => {
  if (key.group !== undefined && groups?.includes(key.group) === false)
    throw context.refusal('hello', hello, 'tls/no-common-group', 'extensions', {
      expected: `a certificate whose key lies in ${NamedGroup.nameOf(key.group)}`,
      got: listed(groups, NamedGroup.nameOf),
    })
  for (const scheme of key.schemes) {
    if (!schemes.includes(scheme)) continue
    const suite = suites.find(({ authentication }) => authentication === schemeById(scheme)?.authentication)
    if (suite !== undefined) return { suite, scheme }
  }
  throw context.refusal('hello', hello, 'tls/no-common-scheme', 'extensions', {
    expected: `a key that signs with ${key.schemes.map(SignatureScheme.nameOf).join(', ')}`,
    got: listed(schemes, SignatureScheme.nameOf),
  })
}

interface Exchange {
  readonly negotiated: ServerNegotiated
  readonly serverRandom: Bytes
  readonly suite: Suite
  readonly share: KeyShare
}

class WaitSignature implements Handles<Table, 'WaitSignature'> {
  readonly name = 'WaitSignature'
  readonly #exchange: Exchange
  readonly #params: ServerEcdhParams
  readonly #scheme: number
  constructor(exchange: Exchange, params: ServerEcdhParams, scheme: number) {
    this.#exchange = exchange
    this.#params = params
    this.#scheme = scheme
  }
  sign(context: Context, signature: Bytes): WaitClientKeyExchange {
    context.send('ServerKeyExchange', { params: this.#params, scheme: this.#scheme, signature })
    context.send('ServerHelloDone', {})
    return new WaitClientKeyExchange(this.#exchange)
  }
}

class WaitClientKeyExchange implements Handles<Table, 'WaitClientKeyExchange'> {
  readonly name = 'WaitClientKeyExchange'
  readonly #exchange: Exchange
  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }
  ClientKeyExchange(context: Context, message: Message<'ClientKeyExchange'>): WaitChangeCipherSpec {
    const { negotiated, serverRandom, suite, share } = this.#exchange
    const { clientRandom } = negotiated
    const shared = share.derive(message.body.publicKey)
    if (shared === undefined)
      throw context.refusal('key exchange', message, 'tls/share-wrong', 'publicKey', {
        got: `${message.body.publicKey.length} bytes`,
        expected: negotiated.group,
      })
    const premaster = new Secret(shared)
    // RFC 7627 3: the session hash ends with this very message.
    const binding: Binding = negotiated.extendedMasterSecret
      ? { to: 'handshake', sessionHash: context.transcript.digest() }
      : { to: 'randoms', client: clientRandom, server: serverRandom }
    const master = masterSecret(context.crypto, suite.hash, premaster, binding)
    premaster.wipe()
    context.secret('CLIENT_RANDOM', clientRandom, master)
    const keys = trafficKeys(context.crypto, suite, master, clientRandom, serverRandom)
    return new WaitChangeCipherSpec({ ...this.#exchange, master, reads: keys.client, writes: keys.server })
  }
}

interface Keyed extends Exchange {
  readonly master: Secret
  readonly reads: RecordProtection
  readonly writes: RecordProtection
}

class WaitChangeCipherSpec implements Handles<Table, 'WaitChangeCipherSpec'> {
  readonly name = 'WaitChangeCipherSpec'
  readonly #keyed: Keyed
  constructor(keyed: Keyed) {
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
    const { crypto, transcript } = context
    const { negotiated, suite, master, writes } = this.#keyed
    const expected = verifyData(crypto, suite.hash, master, 'client finished', transcript.digest())
    const finished = FinishedVerified.check(crypto, expected, message.body.verifyData)
    if (finished === undefined) throw context.refusal('Finished', message, 'tls/finished-wrong', 'verifyData', {})
    context.passed('Finished', message)
    transcript.add(message.bytes)
    context.changeCipherSpec()
    context.protectWrites(writes)
    const hash = transcript.digest()
    context.send('Finished', { verifyData: verifyData(crypto, suite.hash, master, 'server finished', hash) })
    context.established({
      version: 'TLS 1.2',
      suite: suite.name,
      group: negotiated.group,
      alpn: negotiated.alpn,
      serverName: negotiated.serverName,
      resumed: false,
      peerChain: [],
    })
    return new Established(finished)
  }
}

/** Data may flow: both sides saw the same handshake. Clients are not asked who they are. */
export class Established implements Handles<Table, 'Established'> {
  readonly name = 'Established'
  readonly finished: FinishedVerified
  constructor(finished: FinishedVerified) {
    this.finished = finished
  }
  ClientHello(context: Context): this {
    context.refuseRenegotiation()
    return this
  }
}
