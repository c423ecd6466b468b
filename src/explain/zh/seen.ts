/** What is said of an exchange that others had, in Chinese. */
import type { Diagnosis } from '../../inspect/diagnosis/types.ts'
import { alertText } from '../../tls/alerts.table.ts'
import type { SeenExplanation, SeenWords } from '../seen.ts'
import { text } from './text.ts'

const name = (by: Diagnosis['by'] | 'network'): string =>
  by === 'client' ? '客户端' : by === 'server' ? '服务器' : by === 'network' ? '网络' : '其中一方'
const time = (ms: number | undefined): string =>
  ms === undefined ? '一段时间' : ms < 1_000 ? text`${Math.round(ms)}毫秒` : text`${(ms / 1_000).toFixed(1)}秒`
const refusal = (f: Diagnosis): string =>
  f.by === undefined || f.number === undefined ? '' : text`${name(f.by)}以告警${alertText(f.number)}拒绝。`
const gaveUp = (f: Diagnosis): string => refusal(f) || (f.by === undefined ? '' : `${name(f.by)}断开了连接。`)
const answered = (f: Diagnosis): string => text`对“${f.expected ?? '请求'}”的应答是${f.got ?? f.number ?? '拒绝'}。`

const bug = (title: string, says: (f: Diagnosis) => string): SeenExplanation => ({
  title,
  says: f => `${says(f)}${refusal(f)}`,
  next: [
    '逐字节查看告警之前的那条消息；发送它的一方有缺陷，或者途中有人改动了它。',
    '去掉双方之间的代理和扫描程序再试一次。',
  ],
})

const answer = (title: string, ...next: readonly string[]): SeenExplanation => ({ title, says: answered, next })

export const seenWords: SeenWords = {
  side: '责任方',
  gaveUp: '放弃者',
  sides: { client: '客户端', server: '服务器', network: '双方之间的网络' },
  ends: { client: '客户端', server: '服务器' },
  looking: (count, of) => text`已查看${of}个会话中的${count}个`,
  nothing: looked => (looked === 0 ? '其中没有会话。' : text`在${looked}个会话中没有看到失败。`),
  alike: ids => (ids.length === 1 ? text`会话${ids[0]!}也是如此` : text`另有${ids.length}个会话也是如此`),
  more: count => text`另有${count}个；--json列出全部。`,
  likely: title => `很可能：${title}`,
  explanations: {
    'http/status': answer('应答表示拒绝。', '阅读应答的正文和服务器的日志。'),
    'tcp/refused': {
      title: '这个端口上没有程序在监听。',
      says: () => '对SYN的回答是RST。',
      next: ['启动服务器，或更正端口。', '主动拒绝的防火墙看起来也是这样。'],
    },
    'tcp/silence': {
      title: 'SYN没有得到回答。',
      says: f => text`${time(f.number)}内发送了${f.got ?? '若干'}个SYN，没有收到任何数据包。`,
      next: ['防火墙丢弃了数据包，或者没有这台机器。', '更正地址。'],
    },
    'tcp/timeout': {
      title: '发出的数据不再有人收到。',
      says: f => text`${name(f.by)}重发了${f.got ?? '若干'}次，${time(f.number)}内没有任何确认。`,
      next: ['双方之间的网络中断，或者另一台机器已经离开。', '防火墙已经忘记了这条连接。'],
    },
    'tcp/reset': {
      title: '连接被切断。',
      says: f =>
        f.got === undefined
          ? text`${time(f.number)}后${name(f.by)}发送了RST。`
          : text`${time(f.number)}后${name(f.by)}没有应答“${f.got}”，而是发送了RST。`,
      next: ['查看切断连接的程序的日志：它已结束、崩溃，或没有读完数据。'],
    },
    'tcp/reset-in-handshake': {
      title: '连接在ClientHello之后被切断。',
      says: f => text`第一个SYN之后${time(f.number)}，${name(f.by)}本应发送ServerHello，却发送了RST。`,
      next: ['途中的设备可能不接受其中的名称：换一个名称，或不带名称再试。', '这个端口上的程序可能不使用TLS。'],
    },
    'ip/too-big': {
      title: '大的数据包无法到达，而且没有人告知。',
      says: f => text`${f.expected ?? '较少'}字节的报文段可以通过；${f.got ?? '更多'}字节的被反复重发。`,
      next: ['让途中的防火墙放行ICMP“数据包过大”。', '降低MTU，或降低路由器允许的MSS。'],
    },
    'ip/unreachable': {
      title: '数据包无法送达。',
      says: f => text`途中有设备告知：${f.got ?? 'destination unreachable'}。`,
      next: ['更正地址或端口，或启动服务器。', '让防火墙放行。'],
    },
    'ip/time-exceeded': {
      title: '数据包在网络中转得太久。',
      says: f => text`一台路由器丢弃了它：${f.got ?? 'time exceeded'}。`,
      next: ['两台路由器互相转发，或者生存时间太小。'],
    },
    'link/no-neighbour': {
      title: '本网段上没有主机使用这个地址。',
      says: f => text`ARP询问了${f.number ?? '多'}次谁拥有${f.where ?? '该地址'}，无人应答。`,
      next: ['启动那台机器，或将它接入网络。', '更正地址、掩码或网关。'],
    },
    'dns/silence': {
      title: '域名服务器没有应答。',
      says: f => text`为${f.expected ?? '一个名称'}提问${f.got ?? '若干'}次，没有应答。`,
      next: ['询问另一台域名服务器；查看防火墙是否放行53端口。'],
    },
    'dns/no-address': {
      title: '这个名称没有地址。',
      says: f => text`域名服务器说${f.expected ?? '该名称'}${f.number === 0 ? '存在，但没有地址' : '不存在'}。`,
      next: ['更正名称。', '内部名称只有内部的域名服务器知道。'],
    },
    'dns/server-failure': {
      title: '域名服务器无法应答或不愿应答。',
      says: f => text`它对${f.expected ?? '一个名称'}的提问以代码${f.number ?? '?'}应答。`,
      next: ['询问另一台域名服务器。', '该域的服务器或其签名（DNSSEC）有问题。'],
    },
    'tls/cut-short': {
      title: '一方没有告别就关闭了。',
      says: f => `${name(f.side)}没有发送close_notify就发送了FIN。${refusal(f)}`,
      next: ['已发送的内容可能不完整：比较其长度。', '程序结束得不够仔细；许多程序都是这样。'],
    },
    'net/client-too-slow': {
      title: '客户端不再接收数据。',
      says: () => '它宣告窗口为零：服务器发送的数据它没有读取。',
      next: ['客户端上的程序停止了读取：它在等待别的事情，或者卡住了。'],
    },
    'net/idle-timeout': {
      title: '服务器不再接收数据。',
      says: () => '它宣告窗口为零：客户端发送的数据它没有读取。',
      next: ['服务器上的程序停止了读取：它在等待别的事情，或者卡住了。'],
    },
    'net/handshake-timeout': {
      title: '服务器没有回答ClientHello。',
      says: f =>
        f.by === 'client'
          ? text`ClientHello已送达并得到确认；客户端在${time(f.number)}后放弃。`
          : text`ClientHello已送达并得到确认；${time(f.number)}内没有任何回答。`,
      next: ['端口后面的程序卡住、过载，或者在等待另一种协议。'],
    },
    'net/starttls-missing': {
      title: '服务器在这个端口不提供TLS。',
      says: f => text`客户端请求使用TLS（${f.expected ?? 'STARTTLS'}），服务器没有。`,
      next: ['在服务器上设置TLS。', '可能有人在途中删去了这一项。'],
    },
    'net/starttls-refused': {
      title: '服务器没有切换到TLS。',
      says: f => text`客户端请求切换（${f.expected ?? 'STARTTLS'}），服务器回答“${f.got ?? '拒绝'}”。`,
      next: ['在服务器上设置TLS，或使用从第一个字节起就是TLS的端口。'],
    },
    'net/client-left': {
      title: '客户端在得到完整应答之前离开。',
      says: f =>
        f.got === undefined ? text`它在${time(f.number)}后关闭。` : text`它请求了“${f.got}”，${time(f.number)}后关闭。`,
      next: ['如果这是它的时间限制：服务器太慢。', '否则是用户或程序中止了它。'],
    },
    'net/proxy-authentication': answer('代理想知道请求者是谁。', '为客户端设置代理的用户名和密码。'),
    'net/proxy-refused': answer('代理不让客户端通过。', '它自己连接不到服务器，或不被允许：查看它的日志。'),
    'http/idle-timeout': {
      title: '客户端一直没有说话。',
      says: f => text`它建立连接后沉默了${time(f.number)}；随后服务器关闭。`,
      next: ['浏览器可能提前建立连接而后来不需要它：这不是故障。', '客户端可能在等服务器先说话：协议对吗？'],
    },
    'http/no-answer': {
      title: '服务器没有应答就关闭了。',
      says: f => text`“${f.got ?? '请求'}”已发出；${time(f.number)}后服务器关闭，一个字节的应答也没有。`,
      next: ['查看服务器的日志：程序已结束或放弃。', '保持的连接可能恰好在那一刻被关闭：再请求一次。'],
    },
    'http/tls-spoken': {
      title: '向明文HTTP端口使用了TLS。',
      says: () => '客户端以ClientHello开始；服务器以明文回答。',
      next: ['对这个端口使用http://，或使用服务器提供TLS的端口。'],
    },
    'http/unauthorized': answer('服务器想知道请求者是谁。', '发送凭据，或换一份凭据。'),
    'http/not-found': answer('这个路径下没有内容。', '更正路径，或更正所请求的Host。'),
    'http/method-not-allowed': answer('这里不允许使用这种方法。', '应答的Allow字段列出了允许的方法。'),
    'http/not-acceptable': answer('没有客户端能接受的内容。', '放宽它的Accept字段。'),
    'http/head-timeout': answer('请求没有及时到达。', '客户端开始请求后没有继续。'),
    'http/precondition-failed': answer('请求的条件不成立。', '获取当前状态后再试。'),
    'http/body-too-big': answer('正文超过服务器接受的大小。', '提高它的限制，或少发送一些。'),
    'http/target-too-long': answer('地址超过服务器接受的长度。', '在正文中发送数据。'),
    'http/unsupported-media-type': answer('服务器不接受这种正文。', '更正Content-Type或Content-Encoding。'),
    'http/range-not-satisfiable': answer('范围在末尾之后。', '文件变短了，或已经完整。'),
    'http/unmet-expectation': answer('服务器不满足Expect的要求。', '不带Expect发送。'),
    'http/too-early': answer('请求以早期数据到达。', '握手完成后再发送一次。'),
    'http/header-too-big': answer('头部超过服务器接受的大小。', '查看Cookie：它们会不知不觉地变多。'),
    'http/unsupported-version': answer('服务器不支持这个HTTP版本。'),
    'tls/http-spoken': {
      title: '向TLS端口使用了明文HTTP。',
      says: () => '客户端以明文请求；服务器在这个端口上使用TLS。',
      next: ['对这个端口使用https://。'],
    },
    'tls/not-tls': {
      title: '服务器在这个端口上不使用TLS。',
      says: f =>
        text`客户端发送了ClientHello；服务器的开头是${f.got === 'something else' ? '别的内容' : (f.got ?? '别的内容')}。`,
      next: ['更正端口。', '有些协议以明文开始，之后才请求TLS（STARTTLS）。'],
    },
    'tls/no-common-version': {
      title: '没有共同的版本。',
      says: f =>
        `${text`客户端提供${f.expected || '?'}`}${f.got === undefined ? '' : text`；服务器选择了${f.got}`}。${refusal(f)}`,
      next: f =>
        f.side === 'client' ? ['让客户端提供TLS 1.2和1.3，或更新它。'] : ['在服务器上启用TLS 1.2或1.3，或更新它。'],
    },
    'tls/no-common-suite': {
      title: '没有共同的密码套件。',
      says: f => `${text`客户端只提供${f.expected ?? '少数几个'}。`}${refusal(f)}`,
      next: ['让客户端提供它默认的套件。', 'ECDSA套件需要服务器有ECDSA证书，RSA套件需要RSA证书。'],
    },
    'tls/no-common-group': {
      title: '没有共同的密钥交换组。',
      says: f => `${text`客户端只提供${f.expected ?? '少数几个'}。`}${refusal(f)}`,
      next: ['让双方都有x25519或P-256。'],
    },
    'tls/no-common-scheme': {
      title: '没有共同的签名算法。',
      says: f => `客户端只接受少数几种签名。${refusal(f)}`,
      next: ['为服务器配备客户端接受的密钥类型的证书。'],
    },
    'tls/nothing-in-common': {
      title: '没有双方都能使用的选项。',
      says: f => `${refusal(f) || `${name(f.by)}拒绝了。`}它没有说明缺少什么。`,
      next: [
        '把ClientHello中的版本、套件、组和签名算法与另一方的设置相比较。',
        '服务器可能没有合适的证书，或没有这个名称的证书。',
      ],
    },
    'tls/alpn-none': {
      title: '没有共同的应用层协议。',
      says: f => `${text`客户端提供${f.expected ?? '其他协议'}（ALPN）。`}${refusal(f)}`,
      next: ['让客户端提供http/1.1，或让服务器提供客户端想要的协议。'],
    },
    'tls/name-unknown': {
      title: '服务器不为这个名称提供服务。',
      says: f => `${text`客户端请求的名称（SNI）：${f.got ?? '无'}。`}${refusal(f)}`,
      next: ['更正URL中的名称。', '如果客户端按地址连接，请设置服务器名称。'],
    },
    'tls/fallback': {
      title: '客户端以低于自身能力的版本发起连接。',
      says: f => `它的ClientHello说明先前的一次尝试失败了（TLS_FALLBACK_SCSV）。${refusal(f)}`,
      next: ['查明第一次尝试为何失败；查看前一条连接。'],
    },
    'tls/handshake-cut': {
      title: '一方在握手中途断开了连接。',
      says: f => text`第一个数据包之后${time(f.number)}，${name(f.by)}没有发送告警就关闭了。`,
      next: ['查看它的日志。', '途中的防火墙或扫描程序也可能切断它。'],
    },
    'tls/alert-received': {
      title: '一方拒绝了。',
      says: f => refusal(f) || `${name(f.by)}拒绝了。`,
      next: ['查看拒绝一方的日志。'],
    },
    'tls/unexpected-message': bug('收到了不属于此处的消息。', f => `它来自${name(f.side)}。`),
    'tls/illegal-value': bug('一个字段的值不被允许。', f => `它来自${name(f.side)}。`),
    'tls/bad-message': bug('一条消息无法读取。', f => `它来自${name(f.side)}。`),
    'tls/missing-extension': bug('缺少一个扩展。', f => `该消息来自${name(f.side)}。`),
    'tls/unoffered-extension': bug('出现了没有提供过的扩展。', f => `它来自${name(f.side)}。`),
    'tls/record-too-long': bug('一条记录超过了允许的长度。', f => `它来自${name(f.side)}。`),
    'tls/record-damaged': {
      title: '一条记录在途中被改动，或双方密钥不同。',
      says: f => `一条记录无法解密。${refusal(f)}`,
      next: ['途中有东西改动了字节：代理、扫描程序、损坏的网卡或内存。'],
    },
    'tls/finished-wrong': {
      title: '双方看到的握手不同。',
      says: f => `Finished不符。${refusal(f)}`,
      next: ['途中有东西改动了握手；去掉代理再试。'],
    },
    'tls/signature-wrong': {
      title: '握手中的签名不正确。',
      says: f => `它出自另一把密钥，而不是证书中的密钥（${name(f.side)}）。${refusal(f)}`,
      next: ['私钥与证书不配对：请成对安装。'],
    },
    'tls/binder-wrong': {
      title: '预共享密钥不同。',
      says: f => `ClientHello中的证明不符。${refusal(f)}`,
      next: ['为双方设置相同的密钥。'],
    },
    'tls/external-key-unknown': {
      title: '服务器不认识这个预共享密钥。',
      says: refusal,
      next: ['在双方以相同的标识设置相同的密钥。'],
    },
    'tls/renegotiation': {
      title: '同一连接上的第二次握手被拒绝。',
      says: refusal,
      next: ['不要使用重新协商：TLS 1.3没有它。按路径要求证书的服务器应为这些路径使用另一个名称。'],
    },
    'tls/renegotiation-unprotected': {
      title: '服务器没有防范拼接攻击的保护。',
      says: f => text`它的hello没有renegotiation_info；服务器自2010年起都会发送。${refusal(f)}`,
      next: ['更新服务器，或更新位于它前面的设备。'],
    },
    'tls/client-certificate-wanted': {
      title: '服务器要求客户端出示证书。',
      says: f => `客户端没有出示。${gaveUp(f)}`,
      next: ['为客户端配备服务器所列机构签发的证书。'],
    },
    'tls/certificate-name': {
      title: '证书用于另一个名称。',
      says: f => `${text`客户端请求的是${f.expected ?? '一个名称'}；证书用于${f.got ?? '其他名称'}。`}${gaveUp(f)}`,
      next: ['更正URL中的名称，或申请包含这个名称的证书。'],
    },
    'tls/certificate-expired': {
      title: '证书已过期。',
      says: f =>
        `${f.expected === undefined ? '' : text`它有效至${f.expected}；捕获的时间是${f.got ?? '之后'}。`}${gaveUp(f)}`,
      next: ['续期。', '如果它没有过期，就是某个时钟不准。'],
    },
    'tls/certificate-not-yet': {
      title: '证书尚未生效。',
      says: f => `${text`它从${f.expected ?? '以后'}起有效；捕获的时间是${f.got ?? '之前'}。`}${gaveUp(f)}`,
      next: ['校准时钟。'],
    },
    'tls/certificate-purpose': {
      title: '证书不是用于此目的的。',
      says: f =>
        `${f.expected === undefined ? '它的类型或用途不符。' : `它不能用于${f.expected.startsWith('server') ? '服务器' : '客户端'}身份验证。`}${gaveUp(f)}`,
      next: ['申请用于此目的的证书（扩展密钥用法）。'],
    },
    'tls/certificate-revoked': {
      title: '证书已被吊销。',
      says: f => refusal(f) || '其签发机构这样说。',
      next: ['申请新的证书，并使用新的密钥。'],
    },
    'tls/certificate-untrusted': {
      title: '证书的签发者在那里不受信任。',
      says: f => `${f.got === undefined ? `它来自${name(f.side)}。` : text`它通向${f.got}。`}${gaveUp(f)}`,
      next: f => [
        `在${name(f.by)}查找根证书的地方安装该机构的根证书，或使用公共机构的证书。`,
        '程序可能只接受自己的证书（证书固定）。',
      ],
    },
    'tls/certificate-self-signed': {
      title: '证书只为自己作保。',
      says: f => `${text`${f.got ?? '它'}由自己的密钥签名。`}${gaveUp(f)}`,
      next: f => [`申请某个机构签发的证书，或在${name(f.by)}查找根证书的地方信任它。`],
    },
    'tls/certificate-malformed': {
      title: '证书无法读取。',
      says: f => `它来自${name(f.side)}。${gaveUp(f)}`,
      next: ['重新安装它；它可能被截断或转换有误。'],
    },
    'tls/chain-incomplete': {
      title: '证书链缺少一环。',
      says: f =>
        `${text`只出示了${f.expected ?? '末端证书'}；它由${f.got ?? '某个机构'}签发，而该机构的证书没有一起发送。`}${gaveUp(f)}`,
      next: ['让服务器发送完整的证书链，末端证书在前。浏览器会记住或获取缺少的一环，因此看不出来。'],
    },
    'tls/revocation-unknown': {
      title: '所附的吊销状态证明被拒绝。',
      says: f => refusal(f) || '它没有被接受。',
      next: ['让服务器获取新的OCSP应答。'],
    },
  },
}
