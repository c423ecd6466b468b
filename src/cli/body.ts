/** The body of an answer on its way to standard output or a file: as it comes, in constant memory. */
import { open } from 'node:fs/promises'
import type { Io } from './io.ts'
import { Progress } from './progress.ts'

export interface BodyTarget {
  /** A file instead of standard output. */
  readonly file: string | undefined
  /** From Content-Length, for the progress line. */
  readonly expected: number | undefined
  readonly io: Io
}

export interface BodyResult {
  readonly bytes: number
  /** True when it was kept off the terminal because it is not text. */
  readonly withheld: boolean
  /** True when the terminal's cursor stands behind an unfinished line of the body. */
  readonly openLine: boolean
}

/** Writes every chunk in order, each before the next is asked for. A failure of the stream is thrown. */
export const writeBody = async (
  body: ReadableStream<Uint8Array> | null,
  { file, expected, io }: BodyTarget,
): Promise<BodyResult> => {
  const handle = file === undefined ? undefined : await open(file, 'w')
  const showsText = file === undefined && io.out.isTerminal
  const progress = new Progress(io.err, showsText ? 'silent' : 'shown', expected)
  let bytes = 0
  let withheld = false
  let openLine = false
  const reader = body?.getReader()
  try {
    for (;;) {
      const next = await reader?.read()
      if (next === undefined || next.done) break
      const { value } = next
      bytes += value.length
      withheld ||= showsText && value.includes(0)
      if (handle !== undefined) await writeAll(handle, value)
      else if (!withheld) await io.out.write(value)
      openLine = showsText && !withheld && value.at(-1) !== LINE_FEED
      await progress.moved(bytes)
    }
  } catch (error) {
    // The reader of the pipe is gone or the disk is full: tell the server to stop as well.
    await reader?.cancel(error).catch(() => {})
    throw error
  } finally {
    await progress.clear()
    await handle?.close()
  }
  return { bytes, withheld, openLine }
}

const LINE_FEED = 0x0a

const writeAll = async (
  handle: { write(data: Uint8Array): Promise<{ readonly bytesWritten: number }> },
  data: Uint8Array,
): Promise<void> => {
  for (let at = 0; at < data.length; ) at += (await handle.write(data.subarray(at))).bytesWritten
}
