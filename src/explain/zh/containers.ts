import type { fileFailures } from '../../failures/files.ts'
import type { WordsOf } from '../words.ts'
import { text } from './text.ts'

export const containerWords: WordsOf<typeof fileFailures> = {
  'file/malformed': {
    title: '给出的内容格式不正确。',
    says: f => text`它的字段${f.where ?? '?'}：${f.got ?? '已损坏'}（${f.expected ?? 'X.690'}）。`,
    because: ['它在传输中损坏或被截断。', '生成它的软件有缺陷。'],
  },
  'file/password-needed': {
    title: '它受口令保护。',
    says: f => text`${f.where ?? '它'}只有用口令才能打开，而没有给出口令。`,
    because: f => (f.expected === undefined ? [] : [text`${f.expected} 没有指向口令文件。`]),
  },
  'file/password-wrong': {
    title: '口令不正确。',
    says: f => text`${f.where ?? '它'}无法用该口令打开${f.got === undefined ? '' : text`：${f.got}`}。`,
    because: ['口令输入有误，或者是另一个文件的口令。'],
  },
  'file/cipher-unsupported': {
    title: '它的保护方式在此无法读取。',
    says: f => text`${f.where ?? '它'}使用${f.got ?? '不应再使用的算法'}。`,
    because: ['它非常陈旧：openssl 加上 -legacy 可以读取并重新写出。'],
  },
  'file/too-much-work': {
    title: '打开它的工作量过大。',
    says: f => text`${f.where ?? '它'}在生成密钥时要求的步数超过${f.number ?? '允许的数目'}。`,
    because: ['它是为耗尽打开者的资源而制作的。'],
  },
  'file/request-signature': {
    title: '该请求不是用它所申请的密钥签名的。',
    says: f => text`${f.where ?? '它'}：${f.got ?? '签名无法用其自身的密钥验证'}。`,
    because: ['它在生成之后被修改过。', '有人在为自己并不持有的密钥申请证书。'],
  },
}
