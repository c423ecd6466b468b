/** 捕获文件，以及正在进行的运行：把文件交给页面，连接列表。 */
import type { captures as english } from '../en/captures.ts'

/** What lists say of conversations in English, and how it is said here; names of protocols stay. */
const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/^(\d+) requests? → (.*)$/, '$1 个请求 → $2'],
  [/^(\d+) without an answer$/, '$1 个没有应答'],
  [/^(.*), no answer$/, '$1，没有应答'],
  [/^nobody answered$/, '无人应答'],
  [/^refused: nobody listens there$/, '被拒绝：那里无人监听'],
  [/^reset by client$/, '被客户端重置'],
  [/^reset by server$/, '被服务器重置'],
  [/^client refused the certificate: (.*)$/, '客户端拒绝了证书：$1'],
  [/^server refused the certificate: (.*)$/, '服务器拒绝了证书：$1'],
  [/^client gave up: (.*)$/, '客户端放弃：$1'],
  [/^server gave up: (.*)$/, '服务器放弃：$1'],
  [/^(.*) is wrong$/, '$1 有误'],
  [/^(\d+) retransmitted$/, '重传 $1 次'],
  [/^(.*) missing from the capture$/, '捕获中缺少 $1'],
  [/^its beginning is not in the capture$/, '捕获中没有它的开头'],
  [/^(\d+) frames?$/, '$1 帧'],
  [/^decrypted$/, '已解密'],
  [/^partly decrypted$/, '部分解密'],
  [/^encrypted$/, '加密'],
  [/^no secrets for client random (.*)$/, '没有客户端随机数 $1 的密钥'],
  [/^the secrets given for client random (.*) do not fit$/, '所给的客户端随机数 $1 的密钥不符'],
  [/^its hellos are not in the capture$/, '捕获中没有它的 Hello'],
  [/^(.*) is not read here$/, '这里不读取 $1'],
]

const what = (text: string): string => {
  const found = PHRASES.find(([phrase]) => phrase.test(text))
  return found === undefined ? text : text.replace(...found)
}

export const captures: typeof english = {
  captures: '捕获',
  choose: '选择文件……',
  open: '打开捕获文件……',
  title: '查看捕获文件',
  invitation: '把捕获文件放到这里：任何程序的 pcapng 或 pcap。',
  keysToo:
    '旁边的密钥日志（SSLKEYLOGFILE）可解密其所含密钥对应的内容，现在或稍后给都行；服务器的私钥可解密由 RSA 密钥交换保护的内容。',
  stays: '文件留在本机：此页面不向任何地方发送任何内容。',
  drop: '放下捕获文件及其密钥日志或私钥',
  kept: '保存的运行',
  opened: '在这里打开的',
  reading: part => `正在读取文件：${Math.floor(part * 100)} %`,
  opening: records => `正在打开会话：${records} 条记录`,
  list: '连接',
  conversations: count => `${count} 个会话`,
  failed: count => `${count} 个失败`,
  counts: (frames, seconds) => `${seconds.toFixed(3)} 秒内 ${frames} 帧`,
  size: bytes => `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`,
  secrets: ({ used, without }) =>
    [used === 0 ? '' : `使用了 ${used} 个密钥`, without === 0 ? '' : `${without} 个会话没有密钥`]
      .filter(Boolean)
      .join('，'),
  keys: (keyLogs, privateKeys) =>
    [keyLogs === 0 ? '' : `${keyLogs} 份密钥日志`, privateKeys === 0 ? '' : `${privateKeys} 个私钥`]
      .filter(Boolean)
      .join('，'),
  filter: '筛选列表',
  filterHint: '地址、协议或结果',
  leftOut: count => `筛选略去 ${count} 个会话`,
  notListed: count => `另有 ${count} 个会话未列出`,
  none: '其中没有会话。',
  noneYet: '还没有任何消息。',
  all: '所有连接',
  of: (number, count) => `第 ${number} 个会话，共 ${count} 个`,
  whole: '全部，作为一次交换',
  starred: 'cookie 的值、凭据和正文以星号代替。',
  shown: 'cookie、凭据和正文按原样显示。',
  show: '显示私密内容',
  notRead: '无法读取文件',
  changed: '文件在选择之后被更改或移走，或浏览器不得读取它。请重新选择。',
  empty: '文件是空的：还没有内容写入，或从未写入。',
  noRun: '这里没有这样的运行',
  noRunWhy: exchange => `链接可能来自此页面的另一个版本，或已被截断。上方的“${exchange}”通往此页面能重现的一次运行。`,
  notHere: '此文件没有在这里打开',
  notHereWhy: '页面不会记住交给它的文件。请再次放入文件以继续。',
  notServed: status => (status === 0 ? '显示此页面的命令已经结束：那里不再应答。' : `显示此页面的命令应答 ${status}。`),
  noConversation: '其中没有这个会话',
  what,
  went: { well: '顺利', badly: '失败', unknown: '无法判断' },
  live: {
    title: command => `barewire ${command}`,
    following: '正在实时跟随',
    ended: '已结束；它说过的内容留在这里。',
    connecting: '正在等待命令……',
    lost: '命令不再应答。它说过的内容留在这里；页面会再次尝试。',
    again: '已重新连接：一切从头读取。',
    missed: count => `中间有 ${count} 条记录未保存`,
    connections: count => `${count} 个连接`,
    open: '进行中',
  },
}
