/** The body of an answer on its way to standard output or a file: as it comes, in constant memory. */
import type { Shown } from '../../inspect/index.ts'
import type { Throttle } from '../get/throttle.ts'
import type { Sink } from '../io.ts'
import type { OutputFile } from '../output-file.ts'
import { Progress } from './progress.ts'
import { terminalText } from './terminal-text.ts'

export interface BodyTarget {
  /** A file instead of standard output. */
  readonly file: OutputFile | undefined
  /** Standard output; undefined: the body is only read. */
  readonly out: Sink | undefined
  /** What slows it down; undefined: nothing does. */
  readonly throttle?: Throttle | undefined
  /** From Content-Length, for the progress line. */
  readonly expected: number | undefined
  /** Where the progress line goes; empty: away with it. */
  readonly status: (text: string) => void
}

export interface BodyResult {
  readonly bytes: number
  /** True when it was kept off the terminal because it is not text. */
  readonly withheld: boolean
  /** True when control characters in it were shown instead of obeyed. */
  readonly changed: boolean
}

/** Writes every chunk in order, each before the next is asked for. A failure of the stream is thrown. */
export const writeBody = async (
  body: ReadableStream<Uint8Array> | null,
  { file, out, expected, throttle, status }: BodyTarget,
): Promise<BodyResult> => {
  const screen = file === undefined && out?.isTerminal ? terminalText() : undefined
  const progress = screen === undefined ? new Progress(status, expected) : undefined
  let bytes = 0
  const show = async (text: Shown): Promise<void> => {
    if (text !== '') await out?.write(text)
  }
  const put = async (piece: Uint8Array): Promise<void> => {
    bytes += piece.length
    if (file !== undefined) await file.write(piece)
    else if (screen !== undefined) await show(screen.push(piece))
    else await out?.write(piece)
    progress?.moved(bytes)
  }
  const reader = body?.getReader()
  try {
    for (;;) {
      const next = await reader?.read()
      if (next === undefined || next.done) break
      if (throttle === undefined) await put(next.value)
      else for await (const piece of throttle.pieces(next.value)) await put(piece)
    }
    if (screen !== undefined) await show(screen.end())
  } catch (error) {
    // The reader of the pipe is gone or the disk is full: tell the server to stop as well.
    await reader?.cancel(error).catch(() => {})
    throw error
  } finally {
    progress?.clear()
  }
  return { bytes, withheld: screen?.withheld ?? false, changed: screen?.changed ?? false }
}
