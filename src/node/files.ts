/** The files of a folder on disk, for `staticFiles`. */
import { constants, type Stats } from 'node:fs'
import { type FileHandle, open, readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { ListedFile } from '../net/server/listing.ts'
import { type Files, isHidden, type OpenFile } from '../net/server/static.ts'

/** Rejects with the system's error when the folder does not exist. */
export const filesIn = async (folder: string): Promise<Files> => {
  const root = await realpath(folder)
  const inside = root.endsWith(sep) ? root : root + sep
  /** The path that these names lead to, links resolved, and what is there; undefined for all that is not to be shown. */
  const found = async (
    names: readonly string[],
  ): Promise<{ readonly path: string; readonly stats: Stats } | undefined> => {
    if (!names.every(name => isPlainName(name, sep))) return undefined
    try {
      // Links are resolved before anything is opened; what they lead to must lie inside.
      const path = await realpath(join(root, ...names))
      if (path !== root && !path.startsWith(inside)) return undefined
      if (path.slice(inside.length).split(sep).some(isHidden)) return undefined
      return { path, stats: await stat(path) }
    } catch {
      return undefined
    }
  }
  return {
    async open(names) {
      const there = await found(names)
      if (there === undefined) return undefined
      if (there.stats.isDirectory()) return 'folder'
      // A device or a pipe would keep a thread waiting for ever.
      if (!there.stats.isFile()) return undefined
      try {
        // The last name is no link any more; should it have become one meanwhile, it is not followed. Nor does a pipe
        // keep us waiting that has taken its place: what was opened is looked at once more.
        return opened(await open(there.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK))
      } catch {
        return undefined
      }
    },
    async list(names) {
      const folder = await found(names)
      if (!folder?.stats.isDirectory()) return undefined
      const all = await readdir(folder.path).catch(() => undefined)
      if (all === undefined) return undefined
      const visible = all.filter(name => !isHidden(name, names.length) && !name.includes('\ufffd'))
      const files: ListedFile[] = []
      for (let at = 0; at < visible.length && at < MOST_LISTED; at += LOOKED_AT) {
        const some = visible.slice(at, Math.min(at + LOOKED_AT, MOST_LISTED))
        const looked = await Promise.all(some.map(async name => listedFile(name, await found([...names, name]))))
        files.push(...looked.filter(file => file !== undefined))
      }
      return { files, left: Math.max(0, visible.length - MOST_LISTED) }
    },
  }
}

/** More names in one page nobody reads, and each costs two questions to the system. */
const MOST_LISTED = 2_000
/** Questions to the system at once. */
const LOOKED_AT = 64

const listedFile = (name: string, there: { readonly stats: Stats } | undefined): ListedFile | undefined => {
  const isFolder = there?.stats.isDirectory()
  if (there === undefined || !(isFolder || there.stats.isFile())) return undefined
  const { size, mtimeMs: modified } = there.stats
  return { name, kind: isFolder ? 'folder' : 'file', size, modified }
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
