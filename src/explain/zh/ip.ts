/** Failures of packets, in Chinese. */
import type { ipFailures } from '../../failures/ip.ts'
import type { WordsOf } from '../words.ts'
import { text } from './text.ts'

export const ipWords: WordsOf<typeof ipFailures> = {
  'ip/no-route': {
    title: '没有通往该地址的路由。',
    says: f => text`没有任何路由通向${f.where ?? '该地址'}。`,
    because: ['没有接口与它在同一子网。', '没有设置网关。'],
  },
  'ip/too-big': {
    title: '分组超过了链路能承载的大小。',
    says: f => text`${f.got ?? '若干'}字节的分组放不进${f.number ?? '?'}字节的 MTU。`,
    because: ['数据报大于 MTU，而此处不做分片。'],
  },
  'ip/port-taken': {
    title: '端口已被占用。',
    says: f => text`${f.where ?? '别的程序'}已在使用端口${f.number ?? '?'}。`,
    because: ['另一个程序正在该端口监听。'],
  },
  'ip/unreachable': {
    title: '网络报告无法送达。',
    says: f => text`${f.where ?? '途中的一台机器'}回复：${f.got ?? '目的地'}不可达。`,
    because: ['没有程序监听这个 UDP 端口。', '路由器不知道去路，或被防火墙拒绝。'],
  },
  'ip/time-exceeded': {
    title: '分组在网络中转得太久。',
    says: f => text`${f.where ?? '某个路由器'}丢弃了它：生存时间（TTL）在途中耗尽。`,
    because: ['两台路由器把它来回转发。', '生存时间设得太小。'],
  },
  'ip/no-echo': {
    title: '回显请求没有得到应答。',
    says: f => text`${f.where ?? '对方主机'}在${f.number ?? '?'}毫秒内没有应答。`,
    because: ['对方主机已关机。', '防火墙丢弃回显请求。'],
  },
  'ip/host-stopped': {
    title: '本机已停止。',
    says: f => text`${f.where ?? '本机'}已停止，不再收发任何数据。`,
    because: ['操作尚未完成或尚未开始时，所属的网络已被关闭。'],
  },
}
