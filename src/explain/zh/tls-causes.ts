/** What several failures of TLS are explained with, in Chinese. */
import type { Explanation } from '../words.ts'
import { text } from './text.ts'

export const SOMETHING_BETWEEN = '双方之间有人改动了字节。'
export const A_BUG = '双方中有一方存在缺陷。'
export const KEEP_BUSY = '有人想让我们疲于应付。'
export const HOLD_MEMORY = '有人想让我们为它占用内存。'

/** A field and why its value is refused. */
export const notAllowed: Pick<Explanation, 'says' | 'because'> = {
  says: f =>
    text`${f.where ?? '某个字段'}的值是${f.got ?? '?'}${f.expected === undefined ? '' : text`；${f.expected}`}。`,
  because: [A_BUG, SOMETHING_BETWEEN],
}
