/** What a TLS socket knows of its connection and of its peer, under the names of `node:tls`. */
import type { X509Certificate } from 'node:crypto'
import type { CipherNameAndProtocol, DetailedPeerCertificate, EphemeralKeyInfo, PeerCertificate } from 'node:tls'
import type { Bytes } from '../../engine.ts'
import type { TlsInfo } from '../../net/stream/types.ts'
import { factsOf, Session } from '../../tls/session/session.ts'
import { CarriedSocket } from './carried-socket.ts'
import { unsupported } from './errors.ts'
import { versionNames } from './names.table.ts'
import { chainOf, cipherOf, detailedCertificate, ephemeralKeyOf, legacyCertificate, linked, x509 } from './peer.ts'
import { sharedName } from './signature-list.ts'

export abstract class InspectedSocket extends CarriedSocket {
  readonly encrypted = true
  /** The peer's certificate was asked for, and is good. */
  authorized = false
  /** Why it is not, as Node has it: a code; null where nobody was asked. */
  authorizationError: string | null = null
  /** What was agreed on by ALPN; false when nothing was, null before the handshake is over. */
  alpnProtocol: string | false | null = null
  /** The name that the client asked for; false when it named none. */
  servername: string | false | null = null
  /** Until the handshake is over. */
  secureConnecting = true
  /** What was agreed, from the moment when it was. */
  protected agreed: TlsInfo | undefined
  /** A client's, as far as it was given one. */
  protected session: Buffer | undefined
  /** Signature schemes that both sides take. */
  protected sharedSchemes: readonly number[] = []
  /** The chain that we showed, leaf first. */
  protected ownChain: readonly Bytes[] = []
  protected abstract readonly side: 'client' | 'server'

  /** `distrust`: why the peer is not to be believed; `asked`: a server wanted to know who its client is. */
  protected settled(agreed: TlsInfo, distrust: Error | undefined, asked: boolean): void {
    this.agreed = agreed
    this.secureConnecting = false
    this.alpnProtocol = agreed.alpn ?? false
    this.servername = agreed.serverName ?? false
    const keyed = agreed.externalKey !== undefined && (asked || this.side === 'client')
    this.authorized = distrust === undefined && (keyed || agreed.peerChain.length > 0)
    if (distrust !== undefined) this.authorizationError = codeOf(distrust)
    else if (asked && !this.authorized) this.authorizationError = 'UNABLE_TO_GET_ISSUER_CERT'
  }

  /** `{}` when the peer showed none, as with Node; null after the end. */
  getPeerCertificate(detailed: true): DetailedPeerCertificate
  getPeerCertificate(detailed?: false): PeerCertificate
  getPeerCertificate(detailed?: boolean): PeerCertificate | DetailedPeerCertificate
  getPeerCertificate(detailed?: boolean): unknown {
    if (this.destroyed) return null
    const { agreed } = this
    return detailed && agreed ? detailedCertificate(chainOf(agreed)) : legacyCertificate(agreed?.peerChain[0])
  }
  /** Each with the certificate of its issuer, as far as the peer has shown them. */
  getPeerX509Certificate(): X509Certificate | undefined {
    return this.agreed && linked(this.agreed.peerChain)
  }
  getCertificate(): PeerCertificate | object | null {
    if (this.destroyed) return null
    return legacyCertificate(this.ownChain[0])
  }
  getX509Certificate(): X509Certificate | undefined {
    return x509(this.ownChain[0])
  }

  getProtocol(): string | null {
    return this.agreed === undefined ? null : versionNames[this.agreed.version]
  }
  getCipher(): CipherNameAndProtocol {
    return this.agreed === undefined ? ({} as CipherNameAndProtocol) : cipherOf(this.agreed)
  }
  /** Only a client may ask, as with Node: null otherwise. */
  getEphemeralKeyInfo(): EphemeralKeyInfo | object | null {
    if (this.side === 'server') return null
    return this.agreed === undefined ? {} : ephemeralKeyOf(this.agreed)
  }
  /** True with a key from elsewhere too, as with Node: TLS 1.3 makes no difference between them. */
  isSessionReused(): boolean {
    return this.agreed !== undefined && (this.agreed.resumed || this.agreed.externalKey !== undefined)
  }
  /**
   * What to give as `session` to the next connection to the same server, in a form of our own; undefined as long as there
   * is none, and for a server's sockets. It has the secret in it.
   */
  getSession(): Buffer | undefined {
    return this.session
  }

  /** A client's, as far as it was given one: what the server will know the session by. */
  getTLSTicket(): Buffer | undefined {
    const session = this.session && Session.fromBytes(this.session)
    const ticket = session && factsOf(session).ticket
    return ticket && ticket.length > 0 ? Buffer.from(ticket) : undefined
  }
  /** What our Finished says, and what that of the peer; undefined until the handshake is over. */
  getFinished(): Buffer | undefined {
    return this.agreed?.finished && Buffer.from(this.agreed.finished.own)
  }
  getPeerFinished(): Buffer | undefined {
    return this.agreed?.finished && Buffer.from(this.agreed.finished.peer)
  }
  /** `RSA-PSS+SHA256`; a client's only where it was asked for a certificate, as with Node. */
  getSharedSigalgs(): string[] {
    return this.sharedSchemes.map(sharedName)
  }
  enableTrace(): void {
    throw unsupported('enableTrace', 'a trace is had from connect and listen of barewire')
  }

  /** There never is any: the other side hears no_renegotiation. */
  disableRenegotiation(): void {}
  /** False, and an error for the callback: a connection is negotiated once. */
  renegotiate(_options: object, callback: (error: Error | null) => void): boolean {
    const error = Object.assign(new Error('TLS session renegotiation is not done here'), {
      code: 'ERR_TLS_RENEGOTIATION_DISABLED',
    })
    process.nextTick(callback, error)
    return false
  }
}

const codeOf = (error: Error): string => (error as { code?: string }).code ?? error.message
