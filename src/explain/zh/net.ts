/** Waiting, ports, redirects and callers' mistakes, in Chinese. */
import type { netFailures } from '../../failures/net.ts'
import type { WordsOf } from '../words.ts'
import { arrived } from './arrived.ts'
import { text } from './text.ts'

export const netWords: WordsOf<typeof netFailures> = {
  'net/unreachable': {
    title: '没有通往该地址的路。',
    says: f => text`从本机无法到达${f.where ?? '对方主机'}${f.got === undefined ? '' : text`（${f.got}）`}。`,
    because: ['本机没有这种网络（常见的情形是没有 IPv6 网络却使用 IPv6 地址）。', '某个路由器拒绝转发。'],
  },
  'net/port-taken': {
    title: '端口正在使用中。',
    says: f => text`另一个程序正在监听${f.where ?? '该端口'}。`,
  },
  'net/port-forbidden': {
    title: '系统不允许使用这个端口。',
    says: f => text`监听${f.where ?? '该端口'}所需的权限超过了本程序拥有的权限。`,
    because: ['1024 以下的端口归系统管理员使用。'],
  },
  'net/no-such-address': {
    title: '本机没有这个地址。',
    says: f => text`${f.where ?? '该地址'}不属于本机的任何网络接口。`,
  },
  'net/relay': {
    title: '中继没有传送这条数据流。',
    says: f => text`到${f.where ?? '中继'}的 WebSocket 已结束：${f.got ?? '没有说明原因'}。`,
    because: ['中继不存在，或者要求令牌或别的子协议。', '中继没有连上它后面的服务器。'],
  },
  'net/no-listening': {
    title: '不能用这种方式监听。',
    says: f => text`${f.where ?? '这种传输方式'}只能向外连接，不接受连接。`,
  },
  'net/system': {
    title: '系统拒绝了这个套接字。',
    says: f => text`关于${f.where ?? '该连接'}，系统报告${f.got ?? '原因不明'}。`,
  },
  'net/handshake-timeout': {
    title: 'TLS 握手没有完成。',
    says: f => text`${f.where ?? '对方'}接受了连接，却没有在${f.number ?? '?'}毫秒内完成握手。`,
    because: ['该端口使用另一种协议，正在等我们先开口。', '途中有设备扣住了较大的分组。'],
  },
  'net/idle-timeout': {
    title: '传输停顿。',
    says: f => text`我们与${f.where ?? '对方'}之间在${f.number ?? '?'}毫秒内没有任何数据往来。${arrived(f)}`,
  },
  'net/client-too-slow': {
    title: '客户端接收答复太慢。',
    says: f => text`数分钟以来，它每秒取走的待发数据不足${f.number ?? '?'}字节。`,
    because: ['它的线路很差。', '它有意占用连接（慢速读取攻击）。'],
  },
  'net/client-left': {
    title: '客户端没有等到答复就离开了。',
    says: f => text`它关闭了自己的一侧，此后${f.number ?? '?'}毫秒内没有任何答复。`,
    because: ['用户离开了，或者客户端自己的时限已到。', '处理程序没有留意它的 signal。'],
  },
  'net/pool-waits': {
    title: '到该服务器的连接全部被占用。',
    says: f =>
      text`${f.number ?? '?'}毫秒内，到${f.where ?? '该服务器'}的${f.expected ?? '所有'}个连接没有一个空闲；其中${f.got ?? '一些'}个的答复无人读取。`,
    because: ['先前答复的正文既没有读完，也没有取消。'],
  },
  'net/bad-url': {
    title: '这不是可以获取的 URL。',
    says: f => text`${f.got ?? '该 URL'}不是完整的 http 或 https URL。`,
  },
  'net/bad-request': {
    title: '这个请求无法发送。',
    says: f => text`${f.where ?? '该请求'}：${(f.got ?? '不允许').replace(/\.$/, '')}。`,
  },
  'net/blocked-port': {
    title: '这个端口属于别的协议。',
    says: f =>
      text`fetch 标准禁止向${f.where === undefined ? '' : text`${f.where}的`}端口${f.number ?? '?'}发送请求：在那里监听的程序可能把请求当作自己的命令。`,
  },
  'net/not-cached': {
    title: '缓存中没有可用的内容。',
    says: f => text`要求只从缓存取得${f.where ?? '该响应'}，但缓存中没有可以使用的副本。`,
  },
  'net/integrity-mismatch': {
    title: '正文不是所期望的那一个。',
    says: f => text`它的${f.where ?? '摘要'}是${f.got ?? '另一个值'}，期望的是${f.expected ?? '别的值'}。`,
    because: ['该地址上的文件已被更改。', '途中或服务器上有人改动了答复。'],
  },
  'net/bad-proxy': {
    title: '这不是可以使用的代理。',
    says: f =>
      text`${f.where ?? '该代理'}：${f.got ?? '无法与它通信'}。代理应写成 http://host:port、https://host:port 或 socks5h://host:port。`,
  },
  'net/proxy-unreachable': {
    title: '无法连接到代理。',
    says: f => text`连接不到${f.where ?? '代理'}${f.got === undefined ? '' : text`：${f.got}`}。`,
    because: ['环境变量指定的代理已经不在。', '代理没有运行。'],
  },
  'net/proxy-refused': {
    title: '代理不让我们通过。',
    says: f => text`请${f.where ?? '代理'}连接${f.expected ?? '服务器'}时，它的答复是${f.got ?? '拒绝'}。`,
    because: ['它只允许别的端口或名称。', '它自己也连接不到服务器。'],
  },
  'net/proxy-authentication': {
    title: '代理要求说明身份。',
    says: f => text`${f.where ?? '代理'}不让没有用户名和密码的请求通过；我们出示的：${f.got ?? '无'}。`,
  },
  'net/starttls-missing': {
    title: '服务器在这个端口不提供TLS。',
    says: f => text`${f.where ?? '服务器'}使用${f.expected ?? '其协议'}，它提供的功能中没有TLS。`,
    because: ['没有为它配置TLS，或只在别的端口、对别的客户端提供。', '中间有人删去了这一项。'],
  },
  'net/starttls-refused': {
    title: '服务器没有切换到TLS。',
    says: f => text`按${f.expected ?? '其协议'}请${f.where ?? '服务器'}切换到TLS时，它的答复是：${f.got ?? '无'}。`,
    because: [
      '该端口使用别的协议，或从第一个字节起就是TLS：那就不要用--starttls。',
      '服务器没有证书，或拒绝这个地址的客户端。',
    ],
  },
  'net/starttls-ahead': {
    title: '应答之后还有明文。',
    says: f =>
      text`在${f.where ?? '服务器'}的应答（${f.expected ?? 'STARTTLS'}）之后还有${f.number ?? '若干'}字节明文；继续读下去会把它们当作TLS保护下的内容。`,
    because: ['中间有人插入了它们（与CVE-2011-0411相对应）。', '服务器没有等轮到它再说。'],
  },
  'net/clone-behind': {
    title: '正文与其副本之一落后太多。',
    says: f => text`另一份已多读了${f.number ?? '许多'}字节，为后读者保留的到此为止。`,
    because: ['两者之一从未被读取：请读取或取消它。', '先读完了一份才读另一份：请两份同时读取。'],
  },
  'net/too-many-redirects': {
    title: '被一再重定向。',
    says: f => text`经过${f.number ?? '多'}次重定向，得到的仍是重定向，指向${f.got ?? '别处'}。`,
  },
  'net/redirect-refused': {
    title: '没有跟随这个重定向。',
    says: f => text`服务器让我们转往${f.got ?? '别处'}${f.where === undefined ? '' : text`：${f.where}`}。`,
  },
  'net/client-closed': {
    title: '这个客户端已经关闭。',
    says: () => '不能再用它发送请求。',
  },
  'net/no-certificate': {
    title: '没有可以出示的证书。',
    says: f => text`服务器没有用于${f.where ?? '该名称'}的证书。`,
  },
  'net/bad-tls-options': {
    title: '无法按这些选项使用 TLS。',
    says: f =>
      text`${f.where ?? '其中一项'}：${f.got ?? '不可用'}${f.expected === undefined ? '' : text`；可以是 ${f.expected}`}。`,
  },
  'net/bad-certificate': {
    title: '这不是可以使用的证书。',
    says: f => text`${f.where ?? '它'}：${f.got ?? '其中没有证书'}。`,
    because: ['给出的是同一组文件中的另一个：私钥、证书请求或打包文件。'],
  },
  'net/certificate-dates': {
    title: '自己的证书不在有效期内。',
    says: f =>
      text`${f.where ?? '它'}的有效期为${f.expected ?? '别的时间'}；现在是${f.got ?? '?'}。凡是检查它的一方都会拒绝。`,
    because: ['证书没有续期，或者续期后的证书在别处。', '本机的时钟不准。'],
  },
  'net/bad-key': {
    title: '这不是可以使用的私钥。',
    says: f => text`${f.where ?? '它'}：${f.got ?? '其中没有私钥'}。`,
    because: ['给出的是同一组文件中的另一个：证书、证书请求或公钥。'],
  },
  'net/bad-public-key': {
    title: '这不是可以使用的公钥。',
    says: f => text`${f.where ?? '它'}：${f.got ?? '其中没有公钥'}。`,
    because: ['给出的是同一组文件中的另一个：证书、证书请求或私钥。'],
  },
  'net/key-encrypted': {
    title: '私钥是加密的。',
    says: f =>
      text`${f.where ?? '它'}只有用口令才能打开，而没有给出口令：可用 ${f.expected ?? 'password 或 BAREWIRE_PASSWORD'}。`,
  },
  'net/key-mismatch': {
    title: '证书与私钥不配套。',
    says: f => text`${f.where ?? '私钥'}不是${f.expected ?? '该证书'}的私钥。`,
    because: ['它们已经续期，而其中一个文件仍是旧的。', '给出了多个证书，却缺少一个私钥。'],
  },
  'net/sealing-lost': {
    title: '负责加密记录的线程不存在。',
    says: f =>
      f.where === undefined
        ? text`改由各连接自行加密${f.got === undefined ? '' : `（${f.got}）`}。`
        : text`它结束时还有发往${f.where}的记录，缺了这些记录，连接无法继续。`,
  },
  'net/answer-failed': {
    title: '握手中的一个问题没有得到答复。',
    says: f => text`被问及${f.where ?? '它'}的一方未能作答。`,
  },
}
