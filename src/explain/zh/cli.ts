/** What the person at the keyboard asked for and cannot have, in Chinese. */
import type { cliFailures } from '../../failures/cli.ts'
import type { WordsOf } from '../words.ts'
import { fileCauses, fileProblem } from './files.ts'
import { text } from './text.ts'

export const cliWords: WordsOf<typeof cliFailures> = {
  'cli/usage': {
    title: '无法理解这条命令。',
    says: f => f.got ?? '请参阅 --help。',
  },
  'cli/file': {
    title: '本机上的一个文件无法使用。',
    says: f => text`${f.where ?? '该文件'}：${fileProblem(f.got ?? '无法打开')}。`,
    because: f => fileCauses(f.got),
  },
  'cli/key-readable': {
    title: '他人可以读取您的密钥。',
    says: f => text`读到${f.where ?? '该文件'}的人可以冒充任何一端；它的权限是${f.got ?? '?'}。`,
    because: ['该文件是复制来的，或是在没有 umask 的情况下创建的。'],
  },
  'cli/http-status': {
    title: '服务器以错误作答。',
    says: f => text`${f.where ?? '该请求'}得到${f.got ?? '400 或以上的状态码'}，而命令中指定了 --fail。`,
  },
  'cli/not-continued': {
    title: '无法从中断处继续下载。',
    says: f => text`向${f.where ?? '服务器'}请求其余部分，得到的却是${f.got ?? '别的内容'}。`,
    because: ['本机上的文件并不是服务器那个文件的一部分。', '服务器发来的不是所请求的那一部分。'],
  },
  'cli/time-up': {
    title: '总时限已到。',
    says: f => text`${f.where ?? '该请求'}在 -m 允许的${f.number ?? '若干'}毫秒之内没有完成。`,
    because: ['响应过长，时限之内传不完。', '某个步骤在等待：用 -v 可以看到是哪一步。'],
  },
  'cli/check': {
    title: '有一步没有得到应有的结果。',
    says: f => f.got ?? '演示中的某一步没有得到应有的结果。',
  },
  'cli/defect': {
    title: '这是 barewire 自身的缺陷。',
    says: f => f.got ?? '程序到达了绝不应到达的地方。',
    because: ['错误出在程序里，而不在您的操作。'],
  },
}
