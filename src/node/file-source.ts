/** A file of any size, read piece by piece where it is looked at. */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import type { Source } from '../dissect/types.ts'
import type { Bytes } from '../engine.ts'

export interface FileSource extends Source {
  close(): void
}

/** Throws what the system says, with the path in it: ENOENT, EISDIR, … */
export const fileSource = (path: string): FileSource => {
  const file = openSync(path, 'r')
  const stats = fstatSync(file)
  if (stats.isDirectory()) {
    closeSync(file)
    throw Object.assign(new Error('it is a folder'), { code: 'EISDIR', path })
  }
  // A pipe, as a shell's <(…) gives one, has neither size nor places.
  if (!stats.isFile()) return heldSource(file)
  let buffer = new Uint8Array(0)
  let isOpen = true
  return {
    size: stats.size,
    read(start, end): Bytes {
      // Its number may be that of another file by now.
      if (!isOpen) throw new Error('it was closed')
      const wanted = Math.max(0, Math.min(end, stats.size) - start)
      if (buffer.length < wanted) buffer = new Uint8Array(wanted)
      let read = 0
      // A file that shrinks meanwhile ends where it ends.
      while (read < wanted) {
        const count = readSync(file, buffer, read, wanted - read, start + read)
        if (count === 0) break
        read += count
      }
      return buffer.subarray(0, read)
    },
    close() {
      if (isOpen) closeSync(file)
      isOpen = false
    },
  }
}

const heldSource = (file: number): FileSource => {
  const whole = readFileSync(file)
  const bytes = new Uint8Array(whole.buffer, whole.byteOffset, whole.length)
  return { size: bytes.length, read: (start, end) => bytes.subarray(start, end), close: () => closeSync(file) }
}
