/** The server's flight of TLS 1.2: its hello, its chain and its signed share (RFC 5246 7.3, RFC 8422). */
import type { Bytes } from '../../../engine.ts'
import { latin1Bytes } from '../../../wire/bytes.ts'
import type { Tagged } from '../../../wire/codec.ts'
import { answeredTypes, checkOwnType, isRaw, typeOf, usesName } from '../../certificate/types.ts'
import { listed } from '../../hello/listed.ts'
import type { ServerNegotiated } from '../../hello/negotiated.ts'
import { serverExtensions, taggedExtensions } from '../../messages/extensions.ts'
import { CertificateStatusType, NamedGroup, SignatureScheme } from '../../messages/registries.table.ts'
import type { ServerKeyExchange } from '../../messages/tls12.ts'
import { refusal } from '../../refusal.ts'
import { schemeById } from '../../schemes.table.ts'
import { asksClients } from '../../session/server.ts'
import type { Context, Handles } from '../../states.ts'
import type { EcdheGroup, Suite } from '../../suites.table.ts'
import type { CertifiedKey } from '../../types.ts'
import { tls12For } from '../../version.ts'
import type { MacOrder } from '../cbc-protection.ts'
import { serverLimits } from '../record-limits.ts'
import { signedParams } from '../signed-params.ts'
import { certificateRequest, WaitClientCertificate } from './client-certificate.ts'
import { WaitClientKeyExchange, WaitEncryptedPremaster } from './key-exchange.ts'
import { willRemember } from './remembering.ts'
import type { Exchange, OfferedShare, Table } from './state.ts'

/** RFC 9846 4.2.3: "DOWNGRD" and 1, which a client that speaks TLS 1.3 refuses. */
const ASKED_FOR_1_2 = latin1Bytes('DOWNGRD\x01')

/** What follows a hello that begins anew. */
export type Begun = WaitSignature | WaitEncryptedPremaster | WaitClientCertificate

/** Everything up to what our key has to sign. */
export const begin = (context: Context, negotiated: ServerNegotiated, key: CertifiedKey | 'none'): Begun => {
  if (key === 'none') throw refusal('tls/nothing-to-show', { where: 'ClientHello' })
  const { hello, types } = negotiated
  checkOwnType(context, hello, key, types.server)
  const { suite, signs } = choose(context, negotiated, key)
  const shown = { server: typeOf(key), client: types.client ?? 'X509' } as const
  context.speak(tls12For(suite.exchange, shown, 'server'))
  if (asksClients(negotiated.config)) context.transcript.keepRaw()
  context.transcript.useHash(context.crypto, suite.hash)
  const serverRandom = context.crypto.random.bytes(32)
  if (negotiated.downgraded) serverRandom.set(ASKED_FOR_1_2, serverRandom.length - ASKED_FOR_1_2.length)
  const { ocsp, scts = [] } = evidenceFor(negotiated, key)
  const remembered = willRemember(context, negotiated)
  context.send('ServerHello', {
    legacyVersion: 0x0303,
    random: serverRandom,
    // RFC 5246 7.4.1.3: a session that is not kept has no name.
    sessionId: remembered.by === 'session' ? remembered.id : new Uint8Array(0),
    cipherSuite: suite.id,
    compressionMethod: 0,
    // Whoever offers none may not know that there are any.
    extensions: orNone([
      ...serverExtensions({ ...(usesName(key, negotiated.serverName) ? { serverName: {} } : {}) }),
      ...answersTo(context, negotiated, suite),
      ...serverExtensions(answeredTypes(types, shown.server, 'full')),
      ...serverExtensions({
        ...(negotiated.pointFormats ? { pointFormats: { formats: [0] } } : {}),
        ...(remembered.by === 'ticket' ? { sessionTicket: {} } : {}),
        ...(ocsp === undefined ? {} : { statusRequest: {} }),
        ...(scts.length > 0 ? { signedCertificateTimestamp: { timestamps: [...scts] } } : {}),
      }),
    ]),
  })
  context.send('Certificate', { chain: [...key.chain] })
  if (ocsp !== undefined)
    context.send('CertificateStatus', { statusType: CertificateStatusType.names.ocsp!, response: ocsp })
  const common = {
    negotiated,
    serverRandom,
    suite,
    remembered,
    shown: shown.server,
    macOrder: macOrderOf(negotiated, suite),
  }
  if (signs === undefined) {
    const exchange: Exchange = { ...common, premaster: { by: 'key', key } }
    return helloDone(context, exchange) ?? new WaitEncryptedPremaster(exchange, key)
  }
  const { scheme, group } = signs
  const offer = context.crypto.offerShare(group)
  const params = { curveType: 3, group: NamedGroup.names[group]!, publicKey: offer.share }
  const message = signedParams(negotiated.clientRandom, serverRandom, params)
  context.ask({ about: 'sign', key, scheme, message })
  return new WaitSignature(common, { by: 'share', group, offer }, { params, scheme })
}

/** What vouches for our certificate, where it is asked for: nothing does for a raw public key. */
const evidenceFor = (
  { wantsOcsp, wantsScts }: ServerNegotiated,
  key: CertifiedKey,
): Pick<CertifiedKey, 'ocsp' | 'scts'> =>
  isRaw(key.certificateType) ? {} : { ocsp: wantsOcsp ? key.ocsp : undefined, scts: wantsScts ? key.scts : undefined }

const orNone = (list: Tagged[]): Tagged[] | undefined => (list.length === 0 ? undefined : list)

/** What is answered to a client whether its session is resumed or not. */
export const answersTo = (context: Context, negotiated: ServerNegotiated, suite: Suite): Tagged[] => {
  const { renegotiationInfo, alpn, extendedMasterSecret, limits, config } = negotiated
  return taggedExtensions<'serverHello12'>({
    ...(renegotiationInfo ? { renegotiationInfo: { renegotiatedConnection: new Uint8Array(0) } } : {}),
    ...(alpn === undefined ? {} : { alpn: { protocols: [alpn] } }),
    ...(extendedMasterSecret ? { extendedMasterSecret: {} } : {}),
    ...(macOrderOf(negotiated, suite) === 'encrypt-then-mac' ? { encryptThenMac: {} } : {}),
    ...serverLimits(context, limits, config, 0),
  })
}

/** RFC 7366 3: where there is a MAC, and the client knows it. */
export const macOrderOf = ({ encryptThenMac }: ServerNegotiated, { mode }: Suite): MacOrder =>
  encryptThenMac && mode === 'cbc' ? 'encrypt-then-mac' : 'mac-then-encrypt'

interface Choice {
  readonly suite: Suite
  /** Undefined: nothing is signed. */
  readonly signs: { readonly scheme: number; readonly group: EcdheGroup } | undefined
}

/** The first suite for such a key, with the first of its schemes that the client takes. */
const choose = (
  context: Context,
  { hello, suites, group, groups, schemes }: ServerNegotiated,
  key: CertifiedKey,
): Choice => {
  if (key.group !== undefined && groups?.includes(key.group) === false)
    throw context.refusal('hello', hello, 'tls/no-common-group', 'extensions', {
      expected: `a certificate whose key lies in ${NamedGroup.nameOf(key.group)}`,
      got: listed(groups, NamedGroup.nameOf),
    })
  for (const suite of suites) {
    if (suite.exchange === 'rsa') {
      if (key.schemes.some(id => schemeById(id)?.keyType === 'rsa')) return { suite, signs: undefined }
      continue
    }
    const scheme = key.schemes.find(
      id => schemes.includes(id) && schemeById(id)?.authentication === suite.authentication,
    )
    if (scheme !== undefined && group !== undefined) return { suite, signs: { scheme, group } }
  }
  const signing = key.schemes.map(SignatureScheme.nameOf).join(', ')
  // Only suites are left in which a key has to decrypt.
  if (schemes.length === 0)
    throw context.refusal('hello', hello, 'tls/no-common-suite', 'cipherSuites', {
      expected: `suites for a key that signs with ${signing}`,
      got: suites.map(suite => suite.name).join(', '),
    })
  throw context.refusal('hello', hello, 'tls/no-common-scheme', 'extensions', {
    expected: `a key that signs with ${signing}`,
    got: listed(schemes, SignatureScheme.nameOf),
  })
}

class WaitSignature implements Handles<Table, 'WaitSignature'> {
  readonly name = 'WaitSignature'
  readonly #exchange: Omit<Exchange, 'premaster'>
  readonly #offered: OfferedShare
  readonly #asked: Pick<ServerKeyExchange, 'params' | 'scheme'>
  constructor(
    exchange: Omit<Exchange, 'premaster'>,
    offered: OfferedShare,
    asked: Pick<ServerKeyExchange, 'params' | 'scheme'>,
  ) {
    this.#exchange = exchange
    this.#offered = offered
    this.#asked = asked
  }
  sign(context: Context, signature: Bytes): WaitClientKeyExchange | WaitClientCertificate {
    context.send('ServerKeyExchange', { ...this.#asked, signature })
    const exchange: Exchange = { ...this.#exchange, premaster: this.#offered }
    return helloDone(context, exchange) ?? new WaitClientKeyExchange(exchange, this.#offered)
  }
}

/** The end of our flight; undefined: the client is not asked who it is. */
const helloDone = (context: Context, exchange: Exchange): WaitClientCertificate | undefined => {
  const { config } = exchange.negotiated
  if (asksClients(config)) context.send('CertificateRequest', certificateRequest(exchange.negotiated))
  context.send('ServerHelloDone', {})
  return asksClients(config) ? new WaitClientCertificate(exchange) : undefined
}
