/** What a command touches of the process it runs in, as a parameter: tests run commands in their own process. */
import type { Readable, Writable } from 'node:stream'

export interface Sink {
  readonly isTerminal: boolean
  /** Width of the terminal; undefined where there is none. */
  readonly columns: number | undefined
  /** Resolves when there is room for more. Rejects with `ReaderGone` when nobody reads any more. */
  write(chunk: Uint8Array | string): Promise<void>
}

export interface Io {
  /** The product. */
  readonly out: Sink
  /** The story. */
  readonly err: Sink
  readonly env: Readonly<Record<string, string | undefined>>
  /** Standard input, for `-d @-`. */
  readonly input: AsyncIterable<Uint8Array>
  /** Calls `listener` at every Ctrl-C and SIGTERM until the returned function is called. */
  onInterrupt(listener: () => void): () => void
}

/** The program that we write into has ended (`barewire get … | head`): stop, quietly. */
export class ReaderGone extends Error {
  constructor() {
    super('nobody reads the output any more')
    this.name = 'ReaderGone'
  }
}

/** The process that this module runs in. */
export const processIo = (): Io => ({
  out: sink(process.stdout),
  err: sink(process.stderr),
  env: process.env,
  get input() {
    return process.stdin as Readable
  },
  onInterrupt(listener) {
    process.on('SIGINT', listener)
    process.on('SIGTERM', listener)
    return () => {
      process.off('SIGINT', listener)
      process.off('SIGTERM', listener)
    }
  },
})

const sink = (stream: Writable & { readonly isTTY?: boolean; readonly columns?: number }): Sink => {
  let gone = false
  // Without a listener a broken pipe would end the process with a stack trace.
  stream.on('error', () => {
    gone = true
  })
  return {
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns
    },
    write: chunk =>
      new Promise((resolve, reject) => {
        if (gone) return reject(new ReaderGone())
        stream.write(chunk, error => (error ? reject(new ReaderGone()) : resolve()))
      }),
  }
}
