/** What a command touches of the process it runs in, as a parameter: tests run commands in their own process. */
import type { Readable, Writable } from 'node:stream'
import { isFileProblem } from '../explain/file-problems.ts'
import { FailureError, fail } from '../failures/index.ts'
import type { Shown } from '../inspect/index.ts'
import type { StopSignal } from './errors.ts'

/**
 * The only way to a terminal or a pipe: bytes that are the product, or text that was made harmless.
 */
export interface Sink {
  readonly isTerminal: boolean
  /** Width of the terminal; undefined where there is none. */
  readonly columns: number | undefined
  /** Resolves when there is room for more. Rejects with `ReaderGone` when nobody reads any more, else with `cli/file`. */
  write(chunk: Uint8Array | Shown): Promise<void>
}

/** What a terminal gives when it is read key by key. */
export interface KeyedInput {
  setRawMode(mode: boolean): unknown
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown
  on(event: 'end', listener: () => void): unknown
  off(event: 'data', listener: (chunk: Uint8Array) => void): unknown
  off(event: 'end', listener: () => void): unknown
  resume(): unknown
  pause(): unknown
}

export interface Io {
  /** The product. */
  readonly out: Sink
  /** The story. */
  readonly err: Sink
  readonly env: Readonly<Record<string, string | undefined>>
  /** Standard input, for `-d @-`. */
  readonly input: AsyncIterable<Uint8Array>
  /** Standard input key by key, where it is a terminal and so is the story's: somebody can be asked. */
  readonly keys?: KeyedInput | undefined
  /** Calls `listener` at Ctrl-C, `kill` and a closed terminal, until the returned function is called. */
  onInterrupt(listener: (signal: StopSignal) => void): () => void
}

/** The program that we write into has ended (`barewire get … | head`): stop, quietly. */
export class ReaderGone extends Error {
  constructor() {
    super('nobody reads the output any more')
    this.name = 'ReaderGone'
  }
}

const STOPS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** The process that this module runs in. `taken` is called before somebody listens to its signals. */
export const processIo = (taken: () => void = () => {}): Io => ({
  out: sinkOn(process.stdout, 'standard output'),
  err: sinkOn(process.stderr, 'standard error'),
  env: process.env,
  get input() {
    return process.stdin as Readable
  },
  get keys() {
    return process.stdin.isTTY && process.stderr.isTTY ? process.stdin : undefined
  },
  onInterrupt(listener) {
    taken()
    for (const signal of STOPS) process.on(signal, listener)
    return () => {
      for (const signal of STOPS) process.off(signal, listener)
    }
  },
})

/** A stream of the process as a sink. A full disk is told; a reader that left is only left alone. */
export const sinkOn = (
  stream: Writable & { readonly isTTY?: boolean; readonly columns?: number },
  name: string,
): Sink => {
  let broken: Error | undefined
  const because = (error: Error): Error => {
    const code = 'code' in error ? String(error.code) : ''
    if (GONE.has(code)) return new ReaderGone()
    return new FailureError(
      fail('cli/file', { where: name, got: isFileProblem(code) ? code : `it took no more (${code})` }),
    )
  }
  // Without a listener a broken pipe would end the process with a stack trace.
  stream.on('error', error => {
    broken ??= because(error)
  })
  return {
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns
    },
    write: chunk =>
      new Promise((resolve, reject) => {
        if (broken !== undefined) return reject(broken)
        stream.write(chunk, error => (error ? reject(because(error)) : resolve()))
      }),
  }
}

/** Nobody is at the other end: a pipe whose reader ended, a terminal that was closed, a stream that was shut before. */
const GONE: ReadonlySet<string> = new Set([
  'EPIPE',
  'EIO',
  'ECONNRESET',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
])
