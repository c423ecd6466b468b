/** The files of a folder on disk, for `staticFiles`. */
import { constants, type Stats } from 'node:fs'
import { type FileHandle, open, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { type Files, isHidden, type OpenFile } from '../net/server/static.ts'

/** Rejects with the system's error when the folder does not exist. */
export const filesIn = async (folder: string): Promise<Files> => {
  const root = await realpath(folder)
  const inside = root.endsWith(sep) ? root : root + sep
  return {
    async open(names) {
      if (!names.every(name => isPlainName(name, sep))) return undefined
      let handle: FileHandle
      try {
        // Links are resolved before anything is opened; what they lead to must lie inside.
        const path = await realpath(join(root, ...names))
        if (path !== root && !path.startsWith(inside)) return undefined
        if (path.slice(inside.length).split(sep).some(isHidden)) return undefined
        const found = await stat(path)
        if (found.isDirectory()) return 'folder'
        // A device or a pipe would keep a thread waiting for ever.
        if (!found.isFile()) return undefined
        // The last name is no link any more; should it have become one meanwhile, it is not followed. Nor does a pipe
        // keep us waiting that has taken its place: what was opened is looked at once more.
        handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
      } catch {
        return undefined
      }
      return opened(handle)
    },
  }
}

const opened = async (handle: FileHandle): Promise<OpenFile | undefined> => {
  try {
    const found = await handle.stat()
    if (found.isFile()) return fileOf(handle, found)
  } catch {
    // Without its size it cannot be sent.
  }
  await handle.close()
  return undefined
}

const fileOf = (handle: FileHandle, { size, mtimeMs }: Stats): OpenFile => ({
  size,
  modified: mtimeMs,
  async read(start, length) {
    const { bytesRead, buffer } = await handle.read(new Uint8Array(length), 0, length, start)
    return buffer.subarray(0, bytesRead)
  },
  close: () => handle.close(),
})

/** On Windows a backslash divides names, and a colon names a drive or a stream; elsewhere both are letters like others. */
export const isPlainName = (name: string, separator: string): boolean => separator === '/' || !/[\\:]/.test(name)
