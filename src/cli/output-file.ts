/**
 * `-o FILE`. Written beside and renamed when it is whole: a download that fails leaves no file that looks like one, and
 * an older file of that name stays as it was. What had come is left as `FILE.part`, where somebody may want it.
 */
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { clearPartial, leavePartial, type Origin, type Partial } from './get/partial.ts'

export interface OutputFile {
  /** As it was asked for. */
  readonly path: string
  write(piece: Uint8Array): Promise<void>
  /** Everything is there: it gets its name. */
  keep(): Promise<void>
  /** Leaves nothing, unless it was kept; `origin`: what had come is left, and this is where. */
  close(origin?: Origin): Promise<Left | undefined>
}

export interface Left {
  readonly path: string
  readonly bytes: number
  /** It is known what it is a part of: `-C -` may go on with it. */
  readonly noted: boolean
}

export interface OutputOptions {
  /** It may be that there is a file of that name; `refuse` throws EEXIST. */
  readonly existing?: 'replace' | 'refuse' | undefined
  /** Of a file that is new, before the umask; 0o666 where undefined. */
  readonly mode?: number | undefined
  /** To go on with; from now on it has another name until it is kept or left. */
  readonly from?: Partial | undefined
}

/** Throws at once for a path that cannot be written, with `path` in the error. */
export const outputFile = async (path: string, options: OutputOptions = {}): Promise<OutputFile> => {
  const { existing = 'replace', from, mode = 0o666 } = options
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR', path })
  if (found !== undefined && existing === 'refuse')
    throw Object.assign(new Error('it is there'), { code: 'EEXIST', path })
  // A device or a pipe has no beginning that could be taken back.
  const through = found !== undefined && !found.isFile()
  const target = found === undefined || through ? path : await realpath(path)
  const beside = through ? target : `${target}.${process.pid}.part`
  try {
    if (from !== undefined) await rename(from.path, beside)
    const handle = await open(
      beside,
      from !== undefined ? 'a' : through ? 'w' : 'wx',
      found === undefined ? mode : found.mode & 0o777,
    )
    const places = { handle, path, target, beside: through ? undefined : beside, existing }
    return new GatheringFile(places, from?.bytes ?? 0)
  } catch (error) {
    throw Object.assign(error instanceof Error ? error : new Error(String(error)), { path })
  }
}

/** Records are 16 KB; a write to a disk costs the same for 16 times as much. */
const GATHER = 256 * 1024

interface Places {
  readonly handle: FileHandle
  /** As it was asked for. */
  readonly path: string
  readonly target: string
  readonly beside: string | undefined
  readonly existing: 'replace' | 'refuse'
}

/** A file that is written in large pieces. */
class GatheringFile implements OutputFile {
  readonly #places: Places
  #pieces: Uint8Array[] = []
  #waiting = 0
  /** On the disk. */
  #bytes: number
  #open = true
  #done = false

  constructor(places: Places, bytes: number) {
    this.#places = places
    this.#bytes = bytes
  }

  get path(): string {
    return this.#places.path
  }

  async write(piece: Uint8Array): Promise<void> {
    this.#pieces.push(piece)
    this.#waiting += piece.length
    if (this.#waiting >= GATHER) await this.#flush()
  }

  async keep(): Promise<void> {
    const { beside, target, existing } = this.#places
    await this.#flush()
    await this.#shut()
    if (beside !== undefined) {
      // Whoever was quicker keeps the name.
      if (existing === 'refuse') await this.#named(open(target, 'wx').then(claimed => claimed.close()))
      await this.#named(rename(beside, target))
      await clearPartial(target)
    }
    this.#done = true
  }

  async close(origin?: Origin): Promise<Left | undefined> {
    if (this.#done) return undefined
    this.#done = true
    const { beside, target } = this.#places
    // A disk that is full took what it could; that is left.
    if (origin !== undefined) await this.#flush().catch(() => {})
    await this.#shut()
    if (beside === undefined) return undefined
    if (origin !== undefined && this.#bytes > 0) {
      return { ...(await leavePartial(beside, target, origin)), bytes: this.#bytes }
    }
    await rm(beside, { force: true })
    return undefined
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
      const { bytesWritten } = await this.#named(this.#places.handle.write(whole, at))
      at += bytesWritten
      this.#bytes += bytesWritten
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
