/** What ends a TCP connection, in Chinese. */
import type { tcpFailures } from '../../failures/tcp.ts'
import type { WordsOf } from '../words.ts'
import { arrived } from './arrived.ts'
import { text } from './text.ts'

export const tcpWords: WordsOf<typeof tcpFailures> = {
  'tcp/refused': {
    title: '该端口上没有程序在监听。',
    says: f => text`${f.where ?? '对方主机'}用 RST 回应了 SYN。`,
    because: ['服务器程序没有运行。', '它监听的是另一个端口或地址。'],
  },
  'tcp/silence': {
    title: '没有应答。',
    says: f =>
      text`${f.where ?? '对方主机'}${f.number === undefined ? '没有及时应答' : text`在${f.number}毫秒内没有应答`}。`,
    because: ['防火墙丢弃了报文。', '地址有误，或对方主机已关机。'],
  },
  'tcp/reset': {
    title: '连接被切断。',
    says: f => text`${f.where ?? '对方'}在已建立的连接上发来 RST。${arrived(f)}`,
    because: ['对方的程序崩溃或被终止。', '对方尚未读完发给它的数据就关闭了连接。', '途中的设备切断了连接。'],
  },
  'tcp/reset-in-handshake': {
    title: '我们发出 ClientHello 之后连接就被切断。',
    says: f => text`${f.where ?? '对方'}在 TLS 握手完成之前发来 RST。`,
    because: [
      '服务器无法达成一致，并以粗暴的方式表示拒绝。',
      '某个中间设备不接受 ClientHello 中的名称。',
      '该端口不使用 TLS。',
    ],
  },
  'tcp/timeout': {
    title: '对方不再有任何响应。',
    says: f =>
      text`${f.where ?? '对方'}${f.number === undefined ? '不再确认任何数据' : text`在${f.number}毫秒内没有确认任何数据`}。${arrived(f)}`,
    because: ['对方主机已关机或离开了网络。', '通往它的线路中断。'],
  },
  'tcp/port-in-use': {
    title: '端口已被占用。',
    says: f => text`${f.where ?? '这个端口'}已有程序在使用。`,
    because: ['另一个程序正在该端口监听。', '同一个程序启动了两次。'],
  },
  'tcp/not-unicast': {
    title: '这不是单台主机的地址。',
    says: f => text`${f.where ?? '该地址'}不属于任何主机，或者属于所有主机；TCP 只连接两台主机。`,
    because: ['它是广播地址、组播地址或 0.0.0.0。'],
  },
  'tcp/no-free-port': {
    title: '没有可用于发起连接的本地端口。',
    says: f => text`所有动态端口都已有通往${f.where ?? '该地址'}的连接。`,
    because: ['建立连接的速度超过了 TIME-WAIT 释放端口的速度。'],
  },
  'tcp/made-room': {
    title: '一个空闲的连接为另一个连接让出了位置。',
    says: f => text`连接表已满时，${f.where ?? '对方'}已有${f.number ?? '很多'}毫秒没有发送任何数据。`,
    because: ['有连接建立后从不关闭。', '有人大量建立连接，企图占满连接表。'],
  },
  'tcp/too-many-connections': {
    title: '连接过多。',
    says: f => text`连接表已满，因此没有建立通往${f.where ?? '该地址'}的连接。`,
    because: ['有连接建立后从不关闭。'],
  },
}
