/** Failures of asking for the address of a name, in Chinese. */
import type { dnsFailures } from '../../failures/dns.ts'
import type { WordsOf } from '../words.ts'
import { text } from './text.ts'

export const dnsWords: WordsOf<typeof dnsFailures> = {
  'dns/no-address': {
    title: '这个名称没有对应的地址。',
    says: f => text`${f.where === undefined ? '该名称' : text`名称${f.where}`}没有地址。`,
    because: ['名称拼写有误。', '域名服务器不认识它。'],
  },
  'dns/silence': {
    title: '域名服务器没有应答。',
    says: f => text`就${f.where ?? '该名称'}提出的${f.number ?? '多'}次查询都没有应答。`,
    because: ['域名服务器已停机，或其地址有误。', '防火墙丢弃了 UDP 53 端口的报文。'],
  },
  'dns/timeout': {
    title: '名称没有在时限内解析完成。',
    says: f => text`经过${f.number ?? '若干'}毫秒，仍然没有得到${f.where ?? '该名称'}的地址。`,
    because: ['本机所询问的域名服务器很慢或没有应答。', '通往它的网络中断。'],
  },
  'dns/server-failure': {
    title: '域名服务器无法回答。',
    says: f => text`查询${f.where ?? '该名称'}时，它回答${f.got ?? 'SERVFAIL'}。`,
    because: ['该域的权威服务器出了故障。', '域名服务器拒绝为本机解析。'],
  },
  'dns/malformed': {
    title: '域名服务器的应答不是合法的 DNS 报文。',
    says: f => text`关于${f.where ?? '该名称'}的应答无法解读：${f.got ?? '报文已损坏'}。`,
  },
  'dns/truncated': {
    title: '应答装不进一个数据报。',
    says: f => text`${f.where ?? '该名称'}的全部地址需要超过${f.number ?? 512}字节。`,
    because: ['该名称的地址非常多，而此处尚不支持经 TCP 查询。'],
  },
  'dns/forged': {
    title: '有人冒充域名服务器应答。',
    says: f => text`查询${f.where ?? '该名称'}时，收到${f.number ?? '许多'}个与我方查询都不相符的应答。`,
    because: ['有人在猜测应答必须携带的编号。', '途中的某个设备损坏了应答。'],
  },
  'dns/no-port': {
    title: '没有可用于查询的端口。',
    says: f => text`所有 UDP 端口都被占用，因此无法查询${f.where ?? '该名称'}。`,
    because: ['有套接字打开后从不关闭。', '同时解析的名称非常多。'],
  },
  'dns/alias-loop': {
    title: '该名称从一个别名指向另一个别名，没有尽头。',
    says: f => text`${f.where ?? '该名称'}经过${f.number ?? '若干'}步之后仍是别名。`,
    because: ['两条 CNAME 记录互相指向对方。'],
  },
  'dns/not-a-name': {
    title: '这不是主机名。',
    says: f => text`${f.where ?? '它'}不是域名：某个标签为空或超过 63 字节，或者总长超过 255 字节。`,
  },
  'dns/no-server': {
    title: '没有可供查询的域名服务器。',
    says: f => text`没有设置域名服务器，因此无法解析${f.where ?? '该名称'}。`,
  },
}
