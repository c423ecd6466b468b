/** What was asked of a capture or a kept run and cannot be shown, in Chinese. */
import type { inspectFailures } from '../../failures/inspect.ts'
import type { WordsOf } from '../words.ts'
import { text } from './text.ts'

export const inspectWords: WordsOf<typeof inspectFailures> = {
  'inspect/filter': {
    title: '无法理解这个过滤器。',
    says: f => text`第${f.number ?? '?'}个字符处是${f.got ?? '别的内容'}；此处应为${f.expected ?? '别的内容'}。`,
    because: ['名称以协议层开头：tls.alert、tcp.port、http.host。', '带空格的文本没有加引号。'],
  },
  'inspect/no-run': {
    title: '没有保存这样的运行记录。',
    says: f => text`没有${f.where ?? '这条记录'}；已保存的有${f.got ?? '其他记录'}。`,
    because: [
      '只保存最近的运行记录。',
      '运行时使用了 --no-keep 或 BAREWIRE_KEEP=0。',
      '运行时是另一个用户，或使用了另一个 XDG_STATE_HOME。',
    ],
  },
  'inspect/no-conversation': {
    title: '其中没有这个会话。',
    says: f => text`${f.where ?? '其中'}没有会话${f.number ?? '?'}；共有${f.got ?? '其他会话'}。`,
  },
  'inspect/no-message': {
    title: '这个会话里没有这条消息。',
    says: f => text`${f.where ?? '其中'}没有消息${f.number ?? '?'}；共有${f.got ?? '其他消息'}。`,
  },
  'inspect/no-page': {
    title: '检查器页面尚未构建。',
    says: f => text`${f.where ?? '构建目录'}里没有页面。`,
    because: ['这是源代码，还没有人构建过页面。', '页面是用另一份源代码构建的。'],
  },
}
