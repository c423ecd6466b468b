/** What the system says about a file, by errno: the problems that each language has words for. */

export const FILE_PROBLEMS = [
  'ENOENT',
  'EACCES',
  'EPERM',
  'EEXIST',
  'EISDIR',
  'ENOTDIR',
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
  'ELOOP',
  'EROFS',
] as const

export type FileProblem = (typeof FILE_PROBLEMS)[number]

/** Whether an errno says something about a file. */
export const isFileProblem = (code: string): code is FileProblem => FILE_PROBLEMS.some(each => each === code)
