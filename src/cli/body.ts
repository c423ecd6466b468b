/** The body of an answer on its way to standard output or a file: as it comes, in constant memory. */
import { type FileHandle, open } from 'node:fs/promises'
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
  { file: path, expected, io }: BodyTarget,
): Promise<BodyResult> => {
  const file = path === undefined ? undefined : await GatheringFile.create(path)
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
      if (file !== undefined) await file.write(value)
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
    await file?.close()
  }
  return { bytes, withheld, openLine }
}

const LINE_FEED = 0x0a

/** Records are 16 KB; a write to a disk costs the same for 16 times as much. */
const GATHER = 256 * 1024

/** A file that is written in large pieces. */
class GatheringFile {
  readonly #handle: FileHandle
  #pieces: Uint8Array[] = []
  #waiting = 0

  private constructor(handle: FileHandle) {
    this.#handle = handle
  }

  static async create(path: string): Promise<GatheringFile> {
    return new GatheringFile(await open(path, 'w'))
  }

  async write(piece: Uint8Array): Promise<void> {
    this.#pieces.push(piece)
    this.#waiting += piece.length
    if (this.#waiting >= GATHER) await this.#flush()
  }

  /** What came so far is in the file, however it ended. */
  async close(): Promise<void> {
    try {
      await this.#flush()
    } finally {
      await this.#handle.close()
    }
  }

  async #flush(): Promise<void> {
    const whole = Buffer.concat(this.#pieces)
    this.#pieces = []
    this.#waiting = 0
    for (let at = 0; at < whole.length; ) at += (await this.#handle.write(whole, at)).bytesWritten
  }
}
