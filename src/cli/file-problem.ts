/** What the system says about a file, in words. */

/** For an errno; undefined for one that says nothing about files. */
export const fileProblem = (code: string): string | undefined => PROBLEMS[code]

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'part of the path is not a folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it would be larger than the system allows',
  ELOOP: 'it is a link, and what holds keys is written to no place that somebody else chose',
  EROFS: 'the file system is read-only',
}
