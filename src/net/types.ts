/** Where bytes go: the transport is a parameter, everything above is the same code. */
import type { Bytes } from '../engine.ts'
import type { FailureInfo } from '../failures/registry.ts'
import type { TraceContext } from '../trace/types.ts'

/** What whoever opens or accepts a stream wants to hear. */
export interface StreamHandler {
  data(bytes: Bytes): void
  /** The other side will send no more. */
  end(): void
  /** `write` said false earlier; there is room again. */
  drain(): void
  /** The last call: both directions are done, or `failure` says what cut them. */
  closed(failure: FailureInfo | undefined): void
}

/** A byte stream in both directions, without promises: kernel TCP, own TCP, or a pair in memory. */
export interface ByteStream {
  readonly local: { readonly address: string; readonly port: number }
  readonly remote: { readonly address: string; readonly port: number }
  /** Must be set in the turn in which the stream was handed over. */
  handler: StreamHandler
  /** For the layers above, so that their messages join the segments of this stream. */
  readonly trace: TraceContext | undefined
  /** All pieces in one go; they are not changed afterwards. False: wait for `drain`. */
  write(pieces: readonly Bytes[]): boolean
  /** FIN after everything written. */
  end(): void
  /** RST, now. */
  reset(): void
  pause(): void
  resume(): void
}

export interface Listener {
  readonly address: string
  readonly port: number
  /** Stops accepting; open streams go on. */
  close(): Promise<void>
}

export interface ConnectOptions {
  readonly host: string
  readonly port: number
  readonly signal?: AbortSignal
}

export interface Transport {
  /** Rejects with `FailureError`: dns/no-address, tcp/refused, tcp/silence, … */
  connect(to: ConnectOptions): Promise<ByteStream>
  listen(on: { readonly host?: string; readonly port: number }, accept: (stream: ByteStream) => void): Promise<Listener>
}
