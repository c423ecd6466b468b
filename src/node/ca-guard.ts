/** Whether files of an authority are ours alone, and what the system says about them in words. */
import { statSync } from 'node:fs'
import { english } from '../explain/en/index.ts'
import { FailureError, fail } from '../failures/index.ts'
import { inWords } from '../net/told.ts'

/**
 * Whoever can write here, or in the folder that it lies in, can put an authority of their own in its place, and we would
 * trust it for every name. In a folder with the sticky bit (`/tmp`) others can only add, and what they own is refused.
 * Throws `FailureError` `ca/unusable`.
 */
export const onlyOursToWrite = (path: string): void => {
  const found = statSync(path)
  // Windows has neither; there the user's profile folder protects the file.
  if (process.platform === 'win32') return
  const refuse = (got: string): never => {
    throw inWords(fail('ca/unusable', { where: path, got }), english)
  }
  const ours = process.getuid?.() ?? 0
  if (found.uid !== ours && found.uid !== 0) refuse(`belongs to another user (${found.uid}, and this one is ${ours})`)
  const sticky = found.isDirectory() && (found.mode & 0o1000) !== 0
  if (sticky || (found.mode & 0o022) === 0) return
  refuse(`can be written by others (0${(found.mode & 0o777).toString(8)}); chmod go-w would mend that`)
}

/** Throws `FailureError`: `ca/key-readable` for a file that others can read, `ca/unusable` for one that they can write. */
export const onlyOursToRead = (path: string): void => {
  const found = statSync(path)
  if (found.isDirectory()) throw inWords(fail('ca/unusable', { where: path, got: 'is a folder' }), english)
  const { mode } = found
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw inWords(fail('ca/key-readable', { where: path, got: `0${(mode & 0o777).toString(8)}` }), english)
  onlyOursToWrite(path)
}

export const exists = (path: string): boolean => {
  try {
    statSync(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'cannot be read or written by this user',
  EPERM: 'cannot be changed by this user',
  EROFS: 'lies on a file system that is read-only',
  ENOSPC: 'cannot be written, the disk is full',
  EDQUOT: 'cannot be written, the quota is used up',
  ENOENT: 'is not there',
  ENOTDIR: 'lies below something that is no folder',
}

/** What the work returns; what the system says about a file comes as `ca/unusable` about `where`. */
export const aboutFiles = <T>(where: string, work: () => T): T => {
  try {
    return work()
  } catch (error) {
    if (error instanceof FailureError) throw error
    const { code = '', message } = error as NodeJS.ErrnoException
    const got = code in reasons ? `${reasons[code]} (${code})` : code || message
    throw inWords(fail('ca/unusable', { where, got }), english, error)
  }
}
