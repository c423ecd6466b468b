/** A command's surroundings for tests: what it writes is kept, terminals are imitated, Ctrl-C is a call. */
import type { StopSignal } from '../../src/cli/errors.ts'
import { type Io, ReaderGone, type Sink } from '../../src/cli/io.ts'

export interface CapturedIo extends Io {
  stdout(): string
  stderr(): string
  /** Everything written to standard output, as it was. */
  bytes(): Uint8Array
  interrupt(signal?: StopSignal): void
}

interface CapturedOptions {
  /** Both streams are a terminal of this width. */
  readonly terminal?: number
  /** Whoever read the output has gone away. */
  readonly gone?: true
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

export const captured = (options: CapturedOptions = {}): CapturedIo => {
  const listeners = new Set<(signal: StopSignal) => void>()
  const [out, err] = [keeper(options), keeper(options)]
  const text = (chunks: readonly Uint8Array[]): string => Buffer.concat(chunks).toString()
  return {
    out: out.sink,
    err: err.sink,
    env: options.env ?? {},
    input: (async function* () {
      yield new TextEncoder().encode(options.input ?? '')
    })(),
    onInterrupt(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stdout: () => text(out.chunks),
    stderr: () => text(err.chunks),
    bytes: () => new Uint8Array(Buffer.concat(out.chunks)),
    interrupt(signal = 'SIGINT') {
      for (const listener of listeners) listener(signal)
    },
  }
}

const keeper = ({ terminal, gone }: CapturedOptions): { readonly sink: Sink; readonly chunks: Uint8Array[] } => {
  const chunks: Uint8Array[] = []
  return {
    chunks,
    sink: {
      isTerminal: terminal !== undefined,
      columns: terminal,
      async write(chunk) {
        if (gone) throw new ReaderGone()
        chunks.push(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk.slice())
      },
    },
  }
}
