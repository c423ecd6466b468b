/** The options of `node:tls`, as far as they mean something here. What would have to be ignored is refused at the call. */
import type { OnReadOpts, ServerOpts } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ConnectionOptions as NodeConnectionOptions } from 'node:tls'
import type { Bytes } from '../../engine.ts'
import { checkTlsOptions } from '../../net/stream/tls-options.ts'
import { latin1Text } from '../../wire/bytes.ts'
import type { AlpnCallback, CheckServerIdentity, SniCallback } from './answers.ts'
import type { SecureContext, SecureContextOptions } from './context.ts'
import { badValue, inNodesWords, type TlsError, unsupported } from './errors.ts'
import { checkKinds } from './kinds.ts'
import type { Resumption } from './resumption.ts'
import type { ClientPskCallback, ServerPskCallback } from './shared-keys.ts'

interface CommonOptions extends SecureContextOptions {
  /** Instead of the options that `createSecureContext` takes. */
  readonly secureContext?: SecureContext | undefined
  /** Protocols by preference, as names or in the form of RFC 7301. */
  readonly ALPNProtocols?: readonly (string | Uint8Array)[] | ArrayBufferView | undefined
  /**
   * False: a peer that cannot be trusted is talked to all the same, and `authorizationError` says why it should not be.
   * True when not given, whatever the environment says.
   */
  readonly rejectUnauthorized?: boolean | undefined
  /** Milliseconds; 120,000 when not given, as for Node's servers. */
  readonly handshakeTimeout?: number | undefined
  readonly allowHalfOpen?: boolean | undefined
  readonly highWaterMark?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export interface TLSSocketOptions extends CommonOptions {
  readonly isServer?: boolean | undefined
  readonly SNICallback?: SniCallback | undefined
  /** A server's, in the place of `ALPNProtocols`: which of the client's protocols it shall be. */
  readonly ALPNCallback?: AlpnCallback | undefined
  /** A server's: clients are to say who they are; with `rejectUnauthorized: false` they need not. */
  readonly requestCert?: boolean | undefined
  /** A server's: where its sessions and tickets are kept. None: every handshake is a whole one. */
  readonly resumption?: Resumption | undefined
  /** A server's: seconds for which a session may be resumed; half a day when not given. */
  readonly sessionTimeout?: number | undefined
  /** A client's: what `getSession` gave. What is none, or no longer good, is left out without a word. */
  readonly session?: Uint8Array | undefined
  /** A server's: the OCSP response for a certificate of ours, in DER. */
  readonly staple?: ((leaf: Bytes, issuer: Bytes | undefined) => Promise<Bytes | undefined>) | undefined
  /** A client's: the server is asked for an OCSP response; `OCSPResponse` brings it unchecked, or null. */
  readonly requestOCSP?: boolean | undefined
  /** A client's: the name to ask for and to check. */
  readonly servername?: string | undefined
  /** The same, where there is no `servername`. */
  readonly host?: string | undefined
  readonly checkServerIdentity?: CheckServerIdentity | undefined
  /** Keys that both ends have from elsewhere, in the place of certificates: in TLS 1.3, for SHA-256. */
  readonly pskCallback?: ClientPskCallback | ServerPskCallback | null | undefined
  /** A server's of TLS 1.2: it says nothing here. */
  readonly pskIdentityHint?: string | undefined
}

/** Of Node's what is for the connection below (`lookup`, `localAddress`, `family`, …), and ours. */
export interface ConnectionOptions
  extends Omit<NodeConnectionOptions, keyof TLSSocketOptions | 'socket'>,
    Omit<TLSSocketOptions, 'isServer' | 'SNICallback' | 'ALPNCallback' | 'resumption' | 'staple' | 'pskCallback'> {
  /** A key that the server has too, in TLS 1.3; one that has not may show a certificate. */
  readonly pskCallback?: ClientPskCallback | null | undefined
  /** Something that is connected already, or will be: TLS runs over it, and `host` and `port` only name the server. */
  readonly socket?: Duplex | undefined
  readonly localAddress?: string | undefined
  readonly localPort?: number | undefined
  readonly family?: number | undefined
  readonly autoSelectFamily?: boolean | undefined
  readonly autoSelectFamilyAttemptTimeout?: number | undefined
  readonly keepAlive?: boolean | undefined
  readonly keepAliveInitialDelay?: number | undefined
  readonly noDelay?: boolean | undefined
  /** In the place of `data`: bytes come in this memory. False pauses; `resume` goes on. */
  readonly onread?: OnReadOpts | undefined
}

export interface TlsOptions extends Omit<ServerOpts, keyof CommonOptions>, CommonOptions {
  readonly SNICallback?: SniCallback | undefined
  /** A server's, in the place of `ALPNProtocols`: which of the client's protocols it shall be. */
  readonly ALPNCallback?: AlpnCallback | undefined
  readonly requestCert?: boolean | undefined
  readonly sessionTimeout?: number | undefined
  /** Which key a client of TLS 1.3 means; a client that has none is shown a certificate, where there is one. */
  readonly pskCallback?: ServerPskCallback | null | undefined
  readonly pskIdentityHint?: string | undefined
}

const UNSUPPORTED: Readonly<Record<string, string>> = {
  enableTrace: 'a trace is had from connect and listen of barewire',
}

/** Throws `TlsError` for options of one connection that we cannot follow. `requestCert` says nothing to clients. */
export const refuseUnsupported = (options: object, side: 'client' | 'server'): void => {
  const given = options as Readonly<Record<string, unknown>>
  checkKinds(options)
  const { requestCert, rejectUnauthorized, ca, secureContext } = options as TLSSocketOptions
  const rooted = ca != null || secureContext?.named === true
  // Public authorities give a certificate to everybody who asks.
  if (side === 'server' && requestCert && rejectUnauthorized !== false && !rooted)
    throw badValue('requestCert', 'ca is missing: nobody is named who may issue certificates of clients')
  const { ALPNCallback, onread } = options as TLSSocketOptions & ConnectionOptions
  if (ALPNCallback !== undefined && typeof ALPNCallback !== 'function') throw badValue('ALPNCallback', 'is no function')
  if (ALPNCallback !== undefined && given.ALPNProtocols !== undefined) throw alpnTwice()
  if (onread !== undefined && (typeof onread?.callback !== 'function' || !isMemory(onread.buffer)))
    throw badValue('onread', 'must have a callback, and a buffer or a function that gives one')
  for (const [name, why] of Object.entries(UNSUPPORTED)) if (given[name]) throw unsupported(name, why)
}

const isMemory = (buffer: unknown): boolean => buffer instanceof Uint8Array || typeof buffer === 'function'

const alpnTwice = (): TlsError =>
  Object.assign(badValue('ALPNCallback', 'is given beside ALPNProtocols'), {
    code: 'ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS',
  })

/** As names. In the form of RFC 7301 each has its length before it. */
export const protocolsOf = (given: TLSSocketOptions['ALPNProtocols']): readonly string[] | undefined => {
  const alpn = namesIn(given)
  inNodesWords(() => checkTlsOptions({ alpn }, { alpn: true }))
  return alpn
}

const namesIn = (given: TLSSocketOptions['ALPNProtocols']): readonly string[] | undefined => {
  if (given === undefined) return undefined
  if (ArrayBuffer.isView(given)) {
    const bytes = new Uint8Array(given.buffer, given.byteOffset, given.byteLength)
    const names: string[] = []
    for (let at = 0; at < bytes.length; ) {
      const end = at + 1 + bytes[at]!
      if (end > bytes.length || end === at + 1) throw badValue('ALPNProtocols', 'is no list of RFC 7301')
      names.push(latin1Text(bytes.subarray(at + 1, end)))
      at = end
    }
    return names
  }
  return given.map(name => (typeof name === 'string' ? name : latin1Text(name)))
}
