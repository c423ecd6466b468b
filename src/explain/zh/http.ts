/** Messages that are refused and callers' mistakes, in Chinese. */
import type { httpFailures } from '../../failures/http.ts'
import type { WordsOf } from '../words.ts'
import { text } from './text.ts'

const smuggling = '有人试图让两台服务器对这条消息的结束位置看法不一（请求走私）。'

export const httpWords: WordsOf<typeof httpFailures> = {
  'http/tls-spoken': {
    title: '向明文 HTTP 端口发送了 TLS。',
    says: f => text`第一个字节是${f.got ?? '0x16'}，即 TLS ClientHello 的开头。`,
    because: ['地址写的是 https://，而该端口使用 http://。'],
  },
  'http/bad-start-line': {
    title: '第一行不是 HTTP。',
    says: f => text`它的开头是${f.got ?? '别的内容'}。`,
    because: ['该端口使用另一种协议。', '前一条消息的长度与它声明的不符。'],
  },
  'http/bad-target': {
    title: '不允许这样的请求目标。',
    says: f => text`请求目标中不允许出现${f.got ?? '它'}，或这种方法不允许它。`,
    because: ['有人试图让两台服务器对所指的位置看法不一：`..`、反斜杠或未编码的字节。'],
  },
  'http/target-too-long': {
    title: '第一行过长。',
    says: f => text`它超过了${f.number ?? 8192}字节。`,
    because: ['本该放在正文中的数据被放进了地址。'],
  },
  'http/unsupported-version': {
    title: '此处不支持这个 HTTP 版本。',
    says: f => text`消息中写的是${f.got ?? '另一个版本'}；此处支持 HTTP/1.1 和 1.0。`,
  },
  'http/bad-header': {
    title: '有一行首部格式错误。',
    says: f => text`${f.where ?? '某一行'}含有不允许出现的${f.got ?? '字节'}。`,
  },
  'http/space-before-colon': {
    title: '首部的冒号之前有空白。',
    says: f => text`${f.where ?? '某个名称'}之后先是空白，然后才是冒号。`,
    because: [smuggling],
  },
  'http/folded-header': {
    title: '有一行首部以空白开头。',
    says: () => '它是上一行的延续：一种消息中不得再使用的旧写法。',
    because: [smuggling],
  },
  'http/bare-line-feed': {
    title: '有一行结尾缺少回车符。',
    says: f => text`${f.where ?? '某一行'}仅以 LF 结尾。`,
    because: ['消息是手写的。', smuggling],
  },
  'http/bare-carriage-return': {
    title: '出现了单独的回车符。',
    says: f => text`${f.where ?? '某一行'}含有后面没有 LF 的 CR。`,
    because: [smuggling],
  },
  'http/header-too-big': {
    title: '首部过大。',
    says: f => text`消息头超过了${f.number ?? 16384}字节。`,
    because: ['该站点积累的 Cookie 过多。', '发送方没完没了。'],
  },
  'http/too-many-headers': {
    title: '首部的行数过多。',
    says: f => text`超过了${f.number ?? 200}行。`,
  },
  'http/two-lengths': {
    title: '同一正文有两个长度。',
    says: f => text`Content-Length 的值是${f.got ?? '两个不同的数'}。`,
    because: [smuggling],
  },
  'http/bad-length': {
    title: '正文的长度不是数字。',
    says: f => text`Content-Length 的值是${f.got ?? '非十进制数'}。`,
    because: [smuggling],
  },
  'http/length-and-chunked': {
    title: '正文既有长度又是分块的。',
    says: () => '同一条消息中同时出现 Content-Length 和 Transfer-Encoding。',
    because: [smuggling],
  },
  'http/bad-transfer-encoding': {
    title: '传输编码没有说明正文在何处结束。',
    says: f => text`Transfer-Encoding 的值是${f.got ?? '格式错误的内容'}。`,
    because: [smuggling],
  },
  'http/unknown-transfer-encoding': {
    title: '此处不认识这种传输编码。',
    says: f => text`Transfer-Encoding 的值是${f.got ?? '未知的编码'}；此处只支持 chunked。`,
  },
  'http/bad-host': {
    title: '请求没有说明它是发给哪台主机的。',
    says: f => text`Host 不合要求（${f.got ?? '缺失'}）；必须恰好有一个。`,
    because: ['请求是手写的。', smuggling],
  },
  'http/bad-chunk': {
    title: '正文中有一块格式错误。',
    says: f => text`${f.where ?? '该块'}中有不该出现的${f.got ?? '字节'}。`,
    because: [smuggling],
  },
  'http/chunk-line-too-long': {
    title: '分块的首行过长。',
    says: f => text`块长度及其扩展超过了${f.number ?? 1024}字节。`,
  },
  'http/trailers-too-big': {
    title: '尾部字段过大。',
    says: f => text`它们超过了${f.number ?? 16384}字节。`,
  },
  'http/body-too-big': {
    title: '正文过大。',
    says: f => text`它超过了${f.number ?? '?'}字节。`,
  },
  'http/unmet-expectation': {
    title: '客户端的期望不为此处所知。',
    says: f => text`Expect 的值是${f.got ?? '未知的内容'}；此处只认识 100-continue。`,
  },
  'http/tunnel-unsupported': {
    title: '此处不建立隧道。',
    says: () => 'CONNECT 要求建立通往另一台主机的隧道。',
  },
  'http/tunnel-with-body': {
    title: '建立隧道的请求带有正文。',
    says: () => 'CONNECT 没有正文：这些字节会被当成隧道中的第一批数据。',
  },
  'http/too-far-ahead': {
    title: '提前发送的数据过多。',
    says: f => text`前面的请求尚未得到响应，就收到了超过${f.number ?? '?'}字节的数据。`,
  },
  'http/head-cut-short': {
    title: '连接在首部中途被关闭。',
    says: f => text`此时已收到消息的${f.number ?? 0}字节。`,
  },
  'http/body-cut-short': {
    title: '连接在正文中途被关闭。',
    says: f =>
      f.expected === undefined
        ? text`此时已收到${f.got ?? '?'}字节，总长未知。`
        : text`在${f.expected}字节中已收到${f.got ?? '?'}字节。`,
    because: ['服务器或代理放弃了。', '有人切断连接，以掩盖其余的内容。'],
  },
  'http/no-answer': {
    title: '服务器没有响应就关闭了连接。',
    says: () => '没有收到响应的任何一个字节。',
    because: ['该端口使用 TLS，而请求是用明文 HTTP 发送的。', '服务器恰在此刻关闭了空闲的连接。'],
  },
  'http/tls-answered': {
    title: '服务器用 TLS 作答。',
    says: f => text`答复的第一个字节是${f.got ?? '0x15'}，即 TLS 记录的开头。`,
    because: ['地址写的是 http://，而这个端口使用 https://。'],
  },
  'http/unsolicited-answer': {
    title: '尚未请求，服务器就作出了响应。',
    says: () => '在没有待处理请求的连接上收到了数据。',
    because: ['先前的响应比它声明的更长。', smuggling],
  },
  'http/unexpected-upgrade': {
    title: '服务器切换到了另一种协议。',
    says: f =>
      f.expected
        ? text`它回应 101 Switching Protocols，选择了${f.got ?? '无'}；我们提出的是${f.expected}。`
        : '它回应 101 Switching Protocols，而我们并没有要求切换。',
  },
  'http/upgrade-declined': {
    title: '服务器继续使用 HTTP。',
    says: f => text`请求另一种协议或隧道时，它回应${f.got ?? '别的内容'}。`,
  },
  'http/too-many-informational': {
    title: '服务器一再预告响应，却始终不给出。',
    says: f => text`在最终响应之前收到了超过${f.number ?? 16}个 1xx 响应。`,
  },
  'http/idle-timeout': {
    title: '有一段时间没有任何请求。',
    says: f => text`连接空闲了${f.number ?? '?'}毫秒。`,
  },
  'http/head-timeout': {
    title: '首部没有及时到达。',
    says: f => text`经过${f.number ?? '?'}毫秒仍不完整。`,
  },
  'http/body-timeout': {
    title: '正文不再到来。',
    says: f => text`在${f.number ?? '?'}毫秒内没有收到正文的任何字节。`,
  },
  'http/body-too-slow': {
    title: '正文来得太慢。',
    says: f => text`过了${f.number ?? '?'}毫秒，正文仍不完整。`,
    because: ['网络非常慢。', '有人一次只发一个字节，借此占住连接。'],
  },
  'http/unknown-content-encoding': {
    title: '正文的编码方式不为此处所知。',
    says: f => text`Content-Encoding 的值是${f.got ?? '未知的编码'}；此处能够解码的是：${f.expected ?? '其他编码'}。`,
  },
  'http/bad-encoding': {
    title: '压缩的正文已损坏。',
    says: f => text`它声明的是${f.where ?? '压缩数据'}，但${f.got ?? '无法解压'}。`,
  },
  'http/expands-too-far': {
    title: '压缩的正文解压后无限膨胀。',
    says: f => text`${f.got ?? '少量'}字节解压后超过了${f.number ?? '?'}字节。`,
    because: ['它是为塞满解压者的内存而制作的。'],
  },
  'http/not-found': {
    title: '此处什么都没有。',
    says: f => text`${f.where ?? '该地址'}不存在。`,
  },
  'http/too-early': {
    title: '握手完成之前不得发送此请求。',
    says: f => text`${f.got ?? '该请求'}出现在早期数据中，可能是重放的副本；那里只允许${f.expected ?? '安全的方法'}。`,
  },
  'http/bad-boundary': {
    title: '无法分清这个正文的各部分。',
    says: f => text`关于分隔各部分的边界，所见为：${f.got ?? '无'}。`,
  },
  'http/bad-part': {
    title: '表单中有一部分不合规定。',
    says: f => text`${f.where ?? '某一部分'}：${f.got ?? '别的内容'}。`,
  },
  'http/multipart-cut-short': {
    title: '表单不完整。',
    says: f => text`它在${f.got ?? '中途'}结束，已开始的部分数为${f.number ?? '?'}：缺少最后的边界。`,
    because: ['发送方中途断开。', 'Content-Type 中的边界与正文中的不同。'],
  },
  'http/too-many-parts': {
    title: '表单的部分过多。',
    says: f => text`超过了${f.number ?? '允许的数目'}。`,
  },
  'http/part-too-big': {
    title: '表单中有一部分过大。',
    says: f => text`${f.where ?? '该部分'}超过了${f.number ?? '允许的大小'}。`,
  },
  'http/unauthorized': {
    title: '此处并非人人可进。',
    says: f => text`${f.where ?? '该处'}要求说明是谁在请求。`,
    because: ['没有出示名称与密码，或出示的不对。'],
  },
  'http/server-unproved': {
    title: '服务器没有证明它知道密码。',
    says: f => text`${f.where ?? '服务器'}接受了密码，却没有表明它也知道。`,
    because: ['中间有人代它作答，或改动了它的答复。', '它用别的方法生成证明。'],
  },
  'http/bad-credentials': {
    title: '用这些凭据无法登录。',
    says: f => text`${f.where ?? '名称或密码'}中含有${f.got ?? '无法发送的内容'}。`,
  },
  'http/precondition-failed': {
    title: '这不是请求所指的版本。',
    says: f => text`${f.where ?? '该文件'}不符合 If-Match 或 If-Unmodified-Since 的要求。`,
  },
  'http/unknown-method': {
    title: '没有人认识这个方法。',
    says: f => text`${f.got ?? '该方法'}既未注册，也不在服务器自己的方法（\`methods\`）之列。`,
  },
  'http/method-not-allowed': {
    title: '此处不能这样操作。',
    says: f => text`${f.got ?? '该方法'}不在此处允许的方法之列：${f.expected ?? '无'}。`,
  },
  'http/range-not-satisfiable': {
    title: '没有这样的部分。',
    says: f => text`${f.got ?? '该范围'}从末尾之后开始：总共只有${f.number ?? '更少'}字节。`,
    because: ['之前取其一部分时它更长，或者它已经全部取得。'],
  },
  'http/not-acceptable': {
    title: '没有请求所要的形式。',
    says: f => text`Accept 的值是${f.got ?? '其他类型'}；此处有的是：${f.expected ?? '另一种类型'}。`,
  },
  'http/unsupported-media-type': {
    title: '此处不理解这种类型的正文。',
    says: f => text`Content-Type 的值是${f.got || '空'}；此处接受的是：${f.expected ?? '另一种类型'}。`,
  },
  'http/handler-failed': {
    title: '服务器出了错。',
    says: () => '问题不在请求。',
  },
  'http/bad-outgoing': {
    title: '这些内容不得发送。',
    says: f => text`${f.where ?? '消息的一部分'}含有${f.got ?? '不允许出现的内容'}。`,
  },
  'http/wrong-length': {
    title: '正文的长度与声明的不符。',
    says: f => text`声明的字节数是${f.expected ?? '另一个数'}，给出的是${f.got ?? '别的数'}。`,
  },
  'http/wrong-turn': {
    title: '还没有轮到这一部分。',
    says: f => text`${f.got ?? '该部分'}到来时，连接等待的是${f.expected ?? '别的内容'}。`,
  },
}
