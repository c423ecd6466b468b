/** 页面的框架：页首、标签页、标题、时间条、要点、阶梯图、消息。 */
import type { Grain } from '../../../src/inspect/ladder.ts'
import type { Layer } from '../../../src/trace/types.ts'
import type { AskedOf, Outcome, Reached, Safety } from '../../model/outcome.ts'
import type { Title } from '../../model/rows.ts'
import type { Sayings } from '../../model/says.ts'
import { bare, page as english } from '../en/page.ts'

const { time, size } = english

export const listed = (all: readonly string[]): string =>
  all.length < 2 ? (all[0] ?? '') : `${all.slice(0, -1).join('、')} 和 ${all.at(-1)}`

const grains: Readonly<Record<Grain, string>> = {
  frames: '帧',
  packets: '包',
  segments: '段',
  records: '记录',
  messages: '消息',
  requests: '请求',
}

const nouns: Readonly<Record<Layer, string>> = {
  ethernet: '帧',
  arp: 'ARP 消息',
  ip: '包',
  icmp: 'ICMP 消息',
  udp: '数据报',
  dns: 'DNS 消息',
  tcp: '段',
  record: '记录',
  tls: '握手消息',
  http: 'HTTP 消息',
  session: '会话事件',
}

const reached: Readonly<Record<Reached, string>> = {
  nothing: '双方什么也没有说',
  name: '查询了一个名称',
  tcp: '建立了连接',
  tls: '完成了握手，但没有请求',
  request: '没有收到应答',
}

const headline = (outcome: Exclude<Outcome, { kind: 'failed' }>): string =>
  outcome.kind === 'answered'
    ? `${outcome.status}，${outcome.over ?? '明文 HTTP'}，用时 ${time(outcome.took)} 毫秒`
    : `${reached[outcome.what]}${outcome.what === 'nothing' ? '' : `，${time(outcome.took)} 毫秒`}`

const safety = ({ version, keys, roundTrips, certificateHidden, earlyData, downgraded }: Safety): string => {
  if (version === undefined)
    return downgraded
      ? '之前的连接是加密的，这一个不是。途中任何人都能读出并改动全部内容。'
      : '没有任何加密：途中任何人都能读出全部内容，也能不被察觉地改动。'
  const trips = roundTrips === 0 ? '' : `，往返 ${roundTrips} 次`
  const how = {
    fresh: `本连接使用新密钥${trips}。`,
    resumed: `恢复了先前的会话${trips}。`,
    'of the certificate': `秘密由客户端选定，用服务器的公钥加密${trips}：日后得到该密钥的人可以读出全部内容。`,
    none: '',
  }[keys]
  const hidden = certificateHidden ? '' : '不是 TLS 1.3：证书在途中可读。'
  const early =
    earlyData === undefined ? '' : earlyData === 'accepted' ? '早期数据被接受：它可能被重放。' : '早期数据被拒绝。'
  return `${how}${hidden}${early}`
}

const answers = ({ first, count }: AskedOf): string => {
  const parts = first.slice(0, 3).map(({ status, type, length }) => {
    if (status === undefined) return '无应答'
    return [status, type ?? '', length === undefined ? '' : size(length)].filter(Boolean).join('，')
  })
  const more = count > 3 ? `……共 ${count} 个应答。` : ''
  const cookies = first.flatMap(each => each.cookies)
  const kept = cookies.filter(each => each.kept === true).map(({ name }) => name)
  const refused = cookies.filter(each => each.kept === false).map(({ name }) => name)
  const of = (names: readonly string[], what: string): string =>
    names.length === 0 ? '' : `${what} Cookie ${listed(names)}。`
  return `${parts.join('；')}。${more}${of(kept, '已保存')}${of(refused, '已拒绝')}`
}

const says: { readonly [What in keyof Sayings]: (of: Sayings[What]) => string } = {
  dnsQuestion: ({ name }) => `${name} 在哪里？`,
  dnsAnswer: ({ addresses }) => `在 ${addresses}。`,
  clientHello: ({ suites, name, resumes }) =>
    `我会这 ${suites} 种套件${name === undefined ? '' : `；我找 ${name}`}${resumes ? '；我们认识' : ''}。`,
  serverHello: ({ suite, group }) => `就用 ${listed([...(group === undefined ? [] : [group]), suite])}。`,
  retry: ({ group }) => (group === undefined ? '请再来一次。' : `请用 ${group} 再来一次。`),
  extensions: ({ protocol }) => (protocol === undefined ? '我还会这些。' : `就用 ${protocol}。`),
  certificate: ({ name, issuer }) => `我是 ${bare(name)}，${bare(issuer)} 作证。`,
  noCertificate: () => '我没有可出示的。',
  serverKey: ({ group }) => `我这一半秘密，已签名${group === undefined ? '' : `：${group}`}。`,
  clientKey: ({ encrypted }) => (encrypted ? '秘密，已用你的公钥加密。' : '我这一半秘密。'),
  signature: () => '我为以上全部签名。',
  hello: () => '我们重新开始吧。',
  done: () => '我说完了。',
  changeCipher: () => '从现在起我加密。',
  finished: () => '这是我听到的握手。',
  ticket: () => '下次出示这个。',
  keyUpdate: () => '从现在起用新密钥。',
  goodbye: () => '我没有别的要说了。',
  alert: ({ name }) => `到此为止：${name}。`,
  form: ({ cookie }) => `这是我的表单。${cookie === undefined ? '' : `你认识我：Cookie ${cookie}。`}`,
  request: ({ cookie }) => (cookie === undefined ? '请给我这个。' : `你认识我：Cookie ${cookie}。`),
  answer: ({ type, cookies }) =>
    `给你${type === undefined ? '' : `：${type}`}。${cookies.length === 0 ? '' : `请保存 ${listed(cookies)}。`}`,
  redirect: ({ to }) => `请看 ${to}。`,
  refusal: ({ cookies }) => `这个不行。${cookies.length === 0 ? '' : `请保存 ${listed(cookies)}。`}`,
  opening: ({ segments }) => (segments === 3 ? '三个段：SYN、SYN ACK、ACK。' : 'SYN、SYN ACK。'),
  closing: () => '不会再有数据了。',
  again: ({ after }) => `${time(after)} 毫秒没有应答：再发一次。`,
  inside: ({ names, about }) => [about, listed(names)].filter(Boolean).join('：'),
  about: ({ text }) => text,
}

const title = (of: Title): string => {
  switch (of.kind) {
    case 'name':
      return of.text
    case 'question':
      return 'DNS 询问'
    case 'answer':
      return 'DNS 应答'
    case 'opening':
      return '建立连接'
    case 'closing':
      return '双向 FIN'
    case 'number':
      return `${nouns[of.layer]} ${of.number}`
    default:
      return of satisfies never
  }
}

export const page: typeof english = {
  htmlLang: 'zh-Hans',
  skip: '跳到消息',
  exchange: '交换过程',
  lessons: '课程',
  pages: '页面',
  run: '运行',
  language: '语言',
  languages: { en: 'English', zh: '简体中文' },
  colours: '配色',
  themes: { auto: '跟随系统', light: '浅色', dark: '深色' },
  tabs: {
    messages: '消息',
    keys: '密钥',
    checks: '检查',
    certificate: '证书',
    states: '状态',
    network: '网络',
    http: 'HTTP',
    try: '动手试试',
  },
  tabList: '检视器',
  views: { ear: '窃听者', middle: '中间人' },
  grains,
  waiting: '引擎正在进行一次交换……',
  broken: '交换无法进行',
  time,
  milliseconds: ms => `${time(ms)} 毫秒`,
  ms: '毫秒',
  size,
  bytes: '字节',
  bytesTitle: '字节',
  octets: count => `${count} 字节`,
  range: (start, end) => `字节 ${start}–${end}`,
  listed,
  colon: '：',
  comma: '，',

  worked: '成功',
  failed: '失败',
  careful: '注意',
  headline,
  counts: ({ messages, frames, again }) =>
    `${frames === 0 ? '' : `${frames} 帧中 `}${messages} 条消息，${again === 0 ? '无重发' : `重发 ${again} 次`}`,
  dropped: count => `${count} 条记录未保存`,
  bar: '各层用时',
  segments: { name: '名称', tcp: 'tcp', tls: 'tls', request: '传输', wait: '等待', close: '关闭', none: '没有发生' },
  missing: '请求',
  requestCount: count => `${count} 个请求`,
  moreConnections: count => `另有 ${count} 个连接`,
  upTo: '显示到',
  who: '对方是谁',
  safe: '有多安全',
  what: '做了什么',
  nobody: '没有人表明身份',
  resumedWho: '身份在会话开始时已出示',
  trusted: anchor => `经“${anchor}”获得信任`,
  checks: { chain: '证书链', dates: '日期', name: '名称', key: '密钥', 'external key': '共享密钥', signature: '签名' },
  safety,
  clearText: '明文',
  requests: (names, count = names.length) =>
    count === 0 ? '没有请求' : count < 4 ? names.join('，然后 ') : `${names[0]}，然后还有 ${count - 1} 个请求`,
  answers,
  showBytes: '看看这些字节',
  evidence: '这些字节',

  seenBy: '视角',
  show: '粒度',
  viewOf: name => `${name} 的视角`,
  to: (from, to) => `${from} 发给 ${to}`,
  title,
  nouns,
  says,
  held: '通过',
  wrong: '未通过',
  lost: '途中丢失',
  again: '重发',
  sealedOpen: '已加密，用本次运行的密钥读出',
  sealedShut: '已加密，此处读不出',
  sameRecord: '在同一记录中',
  later: count => `其后 ${count} 条消息未显示`,
  filtered: count => `${count} 条消息被筛去`,
  nothing: '没有这一类的内容。',
  filter: '筛选',
  filterHint: '名称、字段或文字',
  open: (name, bytes) => `${name}，${bytes} 字节`,

  layers: '层次',
  fields: '字段',
  pick: '请选择一条消息。',
  noFields: '这些字节没有自己的字段。',
  fieldsEnd: why => `字段到此为止：${why}`,
  moreFields: count => `另有 ${count} 个字段`,
  liesHere: '同样的字节，在这里的样子。',
  more: count => `等 ${count + 1} 个`,
  parts: {
    header: { ethernet: 'Ethernet', ip: 'IP', tcp: 'TCP', udp: 'UDP', record: 'TLS' },
    nonce: '随机数',
    tag: '标签',
    type: '类型',
    other: '…',
  },
  plain: '明文',
  wire: '线路上',
  aad: '头部，受认证',
  nonce: '随机数',
  tag: '标签',
  copy: '复制',
  copied: text => `已复制：${text}`,
  back: '返回消息列表',
  meanings: {
    ClientHello: '客户端开场：它会什么，要什么，再加 32 字节新鲜的随机数。',
    ServerHello: '服务器从所提供的选项中选择，并加上自己的随机数。',
    HelloRetryRequest: '服务器要另一种密钥交换的一半：多一次往返。',
    EncryptedExtensions: '服务器对各项提议的答复，已经加密。',
    Certificate: '这一方说自己是谁，以及由谁作证。',
    CertificateVerify: '对整个握手的签名：谁能签出它，谁就拥有证书的密钥。',
    ServerKeyExchange: '服务器那一半密钥交换，用证书的密钥签名。',
    ServerHelloDone: '服务器该说的都说了。',
    ClientKeyExchange: '客户端那一半。从此双方都能算出同一个秘密。',
    ChangeCipherSpec: '在 TLS 1.2 中，此后一切都加密；在 TLS 1.3 中，它只是给途中的旧设备看的。',
    Finished: '全部握手内容的摘要。只要有人改动一位，双方的摘要就不同。',
    NewSessionTicket: '客户端以后可以用它恢复会话。',
    KeyUpdate: '这个方向改用新密钥。',
    Alert: '关于连接本身的一句话：怎样结束，或者为什么。',
  },
  layerMeanings: {
    ethernet: '帧：在同一条线路上从一台机器到下一台，不管里面装的是什么。',
    arp: '这条线路上谁有这个地址？问所有人，由一台应答。没有人核实。',
    ip: '包：从一台机器到另一台，不管要经过多少条线路。它可能丢失。',
    icmp: '来自途中的消息：回声，或者为什么无法送达。',
    udp: '数据报：两端各一个端口，丢了也不会重来。',
    dns: '从名称到地址，向解析器询问。途中任何人都能读到。',
    tcp: '段：字节流的一截，带有编号，丢了的会重发。',
    record: '记录：TLS 一次发出的一块，有了密钥就加密并认证。',
    session: '服务器凭 Cookie 对访客的了解。',
  },
  headMeanings: { request: '要什么，向谁要，应答可以是什么样子。', answer: '结果如何，以及后面的字节是什么。' },

  keysHelp: '键盘',
  letters: '单个字母作为快捷键',
  close: '关闭',
  keys: [
    ['↑ ↓', '上一条、下一条消息'],
    ['Enter', '打开字段'],
    ['← →', '折叠、展开'],
    ['1 … 8', '标签页'],
    ['Esc', '返回该行'],
  ],
  letterKeys: {
    j: '下一条消息',
    k: '上一条消息',
    n: '下一个问题',
    p: '上一个问题',
    b: '到字节',
    e: '下一个视角',
    l: '下一个粒度',
    g: '按编号前往一条消息',
    '/': '筛选',
    c: '复制所选',
    '?': '本列表',
  },
  letterHint: '写入另一个字母即可更换按键，地址会记住它。',
  lettersAtFirst: '恢复原样',
  noNumber: text => `这里没有 ${text}。`,
}
