/** What stands around the sentences where a failure is shown with everything that is known, in Chinese. */
import type { Card } from '../words.ts'
import { inChinese } from './facts.ts'
import { text } from './text.ts'

export const card: Card = {
  expected: '应为',
  got: '实为',
  where: '位置',
  side: '责任方',
  did: '我们的处理',
  because: '可能原因',
  tryThis: '可以尝试',
  elsewhere: '其他工具',
  rule: '依据',
  below: '底层原因',
  showed: '对方出示',
  moreBytes: count => text`还有${count}字节`,
  sides: {
    peer: '对方',
    local: '我方：本机或本程序的设置',
    network: '双方之间的网络',
    caller: '您：所要求的事无法做到',
  },
  closed: alert => text`发送告警${alert}，关闭连接。`,
  bytes: ({ direction, name, id }, start, end) =>
    text`${direction === 'in' ? '收到的' : '发送的'}${name}（第${id}条消息），字节${start}..${end}`,
  bytesIn: (certificate, start, end) =>
    text`${certificate === 'anchor' ? '根证书' : text`证书链的第${certificate + 1}张证书`}，字节${start}..${end}`,
  fact: inChinese,
}
