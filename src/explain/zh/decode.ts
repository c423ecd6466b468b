/** Pasted bytes and files of keys, in Chinese. */
import type { decodeFailures } from '../../failures/decode.ts'
import type { WordsOf } from '../words.ts'
import { text } from './text.ts'

export const decodeWords: WordsOf<typeof decodeFailures> = {
  'decode/unknown': {
    title: '这些字节不属于任何已知格式。',
    says: f => text`没有一种格式符合${f.got ?? '所给的内容'}。`,
    because: ['它是一条消息中间的一部分。', '它已加密，或属于另一种协议。', '复制时丢失了一些数字。'],
  },
  'decode/too-long': {
    title: '内容太长，无法一次解码。',
    says: f => text`${f.where ?? '所给的内容'}超过${f.number ?? '若干'}字节，这是最多能读取的长度。`,
  },
  'decode/not-written': {
    title: '无法由这段 JSON 生成字节。',
    says: f => text`${f.where === undefined ? '' : `${f.where}：`}${f.got ?? '它不是 decode --json 的输出'}。`,
  },
  'decode/no-secrets': {
    title: '其中没有密钥。',
    says: f =>
      f.got === 'a capture'
        ? text`${f.where ?? '该捕获文件'}内没有密钥。`
        : text`${f.where ?? '该文件'}中没有一行由标签、客户端随机数和密钥组成。`,
    because: ['程序没有写入：SSLKEYLOGFILE 必须在它启动之前设置。', '这是另一个文件。'],
  },
}
