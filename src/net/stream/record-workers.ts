/** Records sealed by others than the thread that speaks TLS: what `recordWorkers` of `barewire/node` gives. */
import type { CryptoProvider } from '../../crypto/provider.ts'
import { wrong } from './tls-options.ts'
import type { ByteStream } from './types.ts'

export interface RecordWorkers {
  /** As `crypto`, but long records are sealed later: for engines whose records go through `over`. */
  providerOf(crypto: CryptoProvider): CryptoProvider
  /** Holds back what is not sealed yet, and everything behind it. */
  over(stream: ByteStream): ByteStream
  /** Takes nothing more; settles when what is under way is sealed and the threads have ended. Connections go on without them. */
  close(): Promise<void>
}

export interface Relieved {
  /**
   * Threads that seal what is sent in bulk (`recordWorkers` of `barewire/node`), for any number of connections, so that the
   * one that speaks TLS has time for others. Connections that are traced, and short records, are sealed at once. Nobody
   * where undefined.
   */
  readonly workers?: RecordWorkers | undefined
}

/** What TLS on `stream` is made of. Who traces it sees each record when it is made. */
export const relieved = (
  { workers }: Relieved,
  stream: ByteStream,
  crypto: CryptoProvider,
): { readonly crypto: CryptoProvider; readonly below: ByteStream } =>
  workers === undefined || stream.trace !== undefined
    ? { crypto, below: stream }
    : { crypto: workers.providerOf(crypto), below: workers.over(stream) }

/** Throws `FailureError` `net/bad-tls-options`. */
export const checkWorkers = ({ workers }: Relieved): void => {
  if (workers === undefined) return
  if (typeof workers?.providerOf !== 'function' || typeof workers.over !== 'function')
    throw wrong('tls.workers', `a value of type ${typeof workers}`, 'what recordWorkers gives')
}
