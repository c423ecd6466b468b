/**
 * `-o FILE`. Written beside and renamed when it is whole: a download that fails leaves no file that looks like one, and
 * an older file of that name stays as it was.
 */
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises'

export interface OutputFile {
  write(piece: Uint8Array): Promise<void>
  /** Everything is there: it gets its name. */
  keep(): Promise<void>
  /** Leaves nothing, unless it was kept. */
  close(): Promise<void>
}

/** Throws at once for a path that cannot be written, with `path` in the error. */
export const outputFile = async (path: string): Promise<OutputFile> => {
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR', path })
  // A device or a pipe has no beginning that could be taken back.
  const through = found !== undefined && !found.isFile()
  const target = found === undefined || through ? path : await realpath(path)
  const beside = through ? target : `${target}.${process.pid}.part`
  const handle = await open(beside, through ? 'w' : 'wx', found === undefined ? 0o666 : found.mode & 0o777).catch(
    error => {
      throw Object.assign(error, { path })
    },
  )
  return new GatheringFile({ handle, path, target, beside: through ? undefined : beside })
}

/** Records are 16 KB; a write to a disk costs the same for 16 times as much. */
const GATHER = 256 * 1024

interface Places {
  readonly handle: FileHandle
  /** As it was asked for. */
  readonly path: string
  readonly target: string
  readonly beside: string | undefined
}

/** A file that is written in large pieces. */
class GatheringFile implements OutputFile {
  readonly #places: Places
  #pieces: Uint8Array[] = []
  #waiting = 0
  #open = true
  #kept = false

  constructor(places: Places) {
    this.#places = places
  }

  async write(piece: Uint8Array): Promise<void> {
    this.#pieces.push(piece)
    this.#waiting += piece.length
    if (this.#waiting >= GATHER) await this.#flush()
  }

  async keep(): Promise<void> {
    const { beside, target } = this.#places
    await this.#flush()
    await this.#shut()
    if (beside !== undefined) await this.#named(rename(beside, target))
    this.#kept = true
  }

  async close(): Promise<void> {
    await this.#shut()
    const { beside } = this.#places
    if (!this.#kept && beside !== undefined) await rm(beside, { force: true })
  }

  async #shut(): Promise<void> {
    if (!this.#open) return
    this.#open = false
    await this.#named(this.#places.handle.close())
  }

  async #flush(): Promise<void> {
    const whole = Buffer.concat(this.#pieces)
    this.#pieces = []
    this.#waiting = 0
    for (let at = 0; at < whole.length; ) {
      at += (await this.#named(this.#places.handle.write(whole, at))).bytesWritten
    }
  }

  /** The system does not say which file it speaks of once that is open. */
  async #named<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      throw Object.assign(error instanceof Error ? error : new Error(String(error)), { path: this.#places.path })
    }
  }
}
