/** Failures below IP, in Chinese. */
import type { linkFailures } from '../../failures/link.ts'
import type { WordsOf } from '../words.ts'
import { text } from './text.ts'

export const linkWords: WordsOf<typeof linkFailures> = {
  'link/no-neighbour': {
    title: '本网段上没有主机使用这个地址。',
    says: f =>
      text`ARP 询问了${f.number === undefined ? '多' : text`${f.number}`}次谁拥有${f.where ?? '该地址'}，无人应答。`,
    because: ['对方主机已关机或未接入网络。', '该地址属于另一个子网。'],
  },
}
