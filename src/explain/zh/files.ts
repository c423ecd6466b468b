/** What the system says about a file, by errno, in Chinese. */
import { isFileProblem } from '../file-problems.ts'
import type { FileWords } from '../words.ts'

const problems: FileWords = {
  ENOENT: '没有这样的文件或文件夹',
  EACCES: '权限不足',
  EPERM: '权限不足',
  EEXIST: '它已经存在，不会被替换',
  EISDIR: '它是一个文件夹',
  ENOTDIR: '它或其路径的一部分不是文件夹',
  ENOSPC: '磁盘已满',
  EDQUOT: '磁盘配额已用完',
  EFBIG: '它会超过系统允许的大小',
  ELOOP: '它是一个链接，而存放密钥的文件不会写到他人选定的位置',
  EROFS: '文件系统是只读的',
}

/** 其他 errno 或自带的文字原样显示。 */
export const fileProblem = (got: string): string => (isFileProblem(got) ? problems[got] : got)

export const fileCauses = (got: string | undefined): readonly string[] => {
  switch (got) {
    case 'ENOENT':
      return ['路径拼写有误。', '它是相对于另一个文件夹的路径。']
    case 'EACCES':
    case 'EPERM':
      return ['文件或其所在文件夹的权限不允许。', '它属于另一个用户。']
    case 'EISDIR':
    case 'ENOTDIR':
      return ['该给文件的地方给了文件夹，或者相反。']
    case 'ENOSPC':
    case 'EDQUOT':
      return ['空间被其他文件占用。']
    case 'EROFS':
      return ['它位于只能读取的介质或挂载点上。']
    default:
      return []
  }
}
