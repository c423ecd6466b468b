/** What the system says about a file, by errno. */
import { isFileProblem } from '../file-problems.ts'
import type { FileWords } from '../words.ts'

const problems: FileWords = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EEXIST: 'it is there already, and is not replaced',
  EISDIR: 'it is a folder',
  ENOTDIR: 'it, or a part of its path, is not a folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it would be larger than the system allows',
  ELOOP: 'it is a link, and what holds keys is written to no place that somebody else chose',
  EROFS: 'the file system is read-only',
}

/** For an errno; another one, or a text of its own, is shown as it is. */
export const fileProblem = (got: string): string => (isFileProblem(got) ? problems[got] : got)

/** The likeliest causes of an errno. */
export const fileCauses = (got: string | undefined): readonly string[] => {
  switch (got) {
    case 'ENOENT':
      return ['The path is misspelt.', 'It is relative to another folder than this one.']
    case 'EACCES':
    case 'EPERM':
      return ['The permissions of the file or of its folder do not allow it.', 'It belongs to another user.']
    case 'EISDIR':
    case 'ENOTDIR':
      return ['A folder was given where a file is wanted, or the other way round.']
    case 'ENOSPC':
    case 'EDQUOT':
      return ['Other files take the room.']
    case 'EROFS':
      return ['It lies on a medium or a mount that may only be read.']
    default:
      return []
  }
}
