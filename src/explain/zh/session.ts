/** Mistakes around sessions, in Chinese. */
import type { sessionFailures } from '../../failures/session.ts'
import type { WordsOf } from '../words.ts'
import { text } from './text.ts'

export const sessionWords: WordsOf<typeof sessionFailures> = {
  'session/bad-value': {
    title: '这个值无法保存在会话中。',
    says: f => text`${f.where ?? '该属性'}：${f.got ?? '不是 JSON 能够表示的值'}。`,
  },
  'session/too-big': {
    title: '会话过大。',
    says: f => text`它的属性所占字符数是${f.got ?? '更大的数'}，上限是${f.number ?? '?'}。`,
  },
  'session/over': {
    title: '会话已不能再写入。',
    says: f => text`${f.where ?? '这项更改'}来得太晚（${f.got ?? '请求已经结束'}），会丢失。`,
  },
  'session/conflict': {
    title: '另一个请求抢先更改了会话。',
    says: f => text`它先一步操作（${f.got ?? '更换了会话标识或结束了会话'}）；本请求的更改均未保存。`,
  },
}
