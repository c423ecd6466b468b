/** What ends TLS, in Chinese, in the order in which it can happen. */
import type { tlsFailures } from '../../failures/tls.ts'
import { alertText } from '../../tls/alerts.table.ts'
import { spokenIn, wantsSwitchedOff } from '../protocols.ts'
import type { Explanation, WordsOf } from '../words.ts'
import { alertWords } from './alerts.ts'
import { arrived } from './arrived.ts'
import { identityWords } from './identity.ts'
import { resumptionWords } from './resumption.ts'
import { text } from './text.ts'
import { A_BUG, HOLD_MEMORY, KEEP_BUSY, notAllowed, SOMETHING_BETWEEN } from './tls-causes.ts'

const nothingInCommon = (what: string): Pick<Explanation, 'says' | 'because'> => ({
  says: f => text`我们提供${f.expected ?? '?'}；对方提供${f.got || '的与此没有交集'}。`,
  because: [text`一方只支持另一方已经关闭的${what}。`, '其中一个程序非常陈旧。'],
})

/** What answers in the place of TLS. */
const spoken = (got: string | undefined): string => {
  const protocol = spokenIn(got)
  if (protocol === undefined) return '明文 HTTP，或另一种不是 TLS 的协议'
  return protocol === 'HTTP' ? '明文 HTTP' : protocol.replace('/', ' 或 ')
}

export const tlsWords: WordsOf<typeof tlsFailures> = {
  ...identityWords,
  ...resumptionWords,
  'tls/not-tls': {
    title: '对方在此处使用的不是 TLS。',
    says: f => text`响应的开头几个字节是${f.got ?? '不属于 TLS 记录的内容'}。`,
    because: f => [text`该端口使用的是${spoken(f.got)}。`, '某个代理以明文作答。'],
  },
  'tls/http-spoken': {
    title: '向 TLS 端口发送了明文 HTTP。',
    says: f => text`开头几个字节是${f.got ?? '一个 HTTP 请求'}。`,
    because: ['地址以 http:// 开头，应改为 https://。'],
  },
  'tls/no-common-version': {
    title: '没有共同的 TLS 版本。',
    ...nothingInCommon('版本'),
    because: f =>
      wantsSwitchedOff(f.got) ? ['对方使用的版本在这一侧被关闭了。'] : ['对方只支持此处因已被攻破而关闭的版本。'],
  },
  'tls/no-common-suite': { title: '没有共同的密码套件。', ...nothingInCommon('密码套件') },
  'tls/no-common-group': { title: '没有共同的密钥交换组。', ...nothingInCommon('密钥交换组') },
  'tls/no-common-scheme': { title: '没有共同的签名算法。', ...nothingInCommon('签名算法') },
  'tls/no-common-certificate-type': { title: '没有共同的证书类型。', ...nothingInCommon('证书类型') },
  'tls/own-certificate-type': { title: '对方不接受我们持有的证书类型。', ...nothingInCommon('证书类型') },
  'tls/nothing-in-common': {
    title: '对方不接受我们提供的任何选项。',
    says: f => text`我们提供${f.expected ?? '?'}；对方以告警${alertText(f.number ?? 40)}拒绝，没有说明缺少什么。`,
    because: [
      '它只支持另一个 TLS 版本；有些服务器用这种告警表示。',
      '它只有此处未提供的密码套件、密钥交换组或密钥类型。',
    ],
  },
  'tls/name-unknown': {
    title: '服务器不为这个名称提供服务。',
    says: f => text`客户端请求的是${f.got ?? '空名称'}；现有的证书用于${f.expected ?? '其他名称'}。`,
    because: ['名称拼写有误。', '客户端得到的是 IP 地址，因此没有发送名称。'],
  },
  'tls/alpn-none': { title: '没有共同的应用层协议。', ...nothingInCommon('协议') },
  'tls/downgrade': {
    title: '有人迫使双方使用较旧的版本。',
    says: f => text`服务器随机数的末尾带有${f.got ?? '降级'}的标记，它在被要求使用较低版本时才会设置。`,
    because: ['途中有人调低了 ClientHello 中的版本。'],
  },
  'tls/fallback': {
    title: '客户端以低于自身能力的版本发起连接。',
    says: f => text`它在一次失败之后提供${f.got ?? '旧版本'}；此处支持${f.expected ?? '更高的版本'}。`,
    because: ['先前的一次尝试被切断，或出于偶然，或有人故意。'],
  },
  'tls/key-used-up': {
    title: '一个密钥保护的数据已达上限。',
    says: f => text`已用该密钥发送${f.number ?? '过多'}条记录，而 TLS 1.2 在此无法更换密钥。`,
    because: ['该连接已传输数百 GB；新的连接会使用新的密钥。'],
  },
  'tls/nothing-to-speak': {
    title: '没有可用的 TLS 版本。',
    says: f => text`所选的密码套件（${f.got ?? '无'}）都不属于所选的版本（${f.expected ?? '无'}）。`,
    because: ['所选的密码套件属于另一个版本。'],
  },
  'tls/bad-server-name': {
    title: '不能用这个名称向服务器发起请求。',
    says: f => text`“${f.got ?? ''}”既不是 ASCII 写法的主机名，也不是不带方括号的 IP 地址。`,
    because: [
      '其他文字的名称必须写成 A-label：bücher.test 写作 xn--bcher-kva.test。',
      '名称后面连着别的内容：端口、路径或空格。',
    ],
  },
  'tls/signature-wrong': {
    title: '握手中的签名不正确。',
    says: f => text`${f.where ?? '该消息'}的签名（${f.got ?? '某种算法'}）不是出自证书中的密钥。`,
    because: ['对方的私钥与其证书不配对。', SOMETHING_BETWEEN],
  },
  'tls/certificate-missing': {
    title: '服务器没有发送证书。',
    says: () => '它的 Certificate 消息是空的，而我们提供的每个密码套件都需要证书。',
    because: ['服务器尚未配置好。', A_BUG],
  },
  'tls/raw-key-malformed': {
    title: '出示的不是公钥。',
    says: f => text`双方已约定使用裸公钥；${f.where ?? '收到的内容'}不是公钥（${f.got ?? '无法读取'}）。`,
    because: [A_BUG, '对方仍然发送了证书。'],
  },
  'tls/certificate-kind': {
    title: '证书的密钥类型不对。',
    says: f => text`握手需要${f.expected ?? '另一种类型'}；证书中是${f.got ?? '别的类型'}。`,
    because: [A_BUG, '服务器有多张证书，选错了其中一张。'],
  },
  'tls/client-certificate-missing': {
    title: '客户端没有说明自己是谁。',
    says: () => '已要求它出示证书，它没有发送；此处必须有证书。',
    because: ['客户端没有配置证书。', '它的证书都不是所要求的类型。'],
  },
  'tls/client-certificate-required': {
    title: '客户端没有说明自己是谁。',
    says: () => '已要求它出示证书，它没有发送；此处必须有证书。',
    because: ['客户端没有配置证书。', '它的证书都不是所要求的类型。'],
  },
  'tls/compression-unknown': {
    title: '证书的压缩方式不是我们提出的。',
    says: f => text`它用${f.got ?? '别的方式'}压缩；我们提出的是${f.expected ?? '没有任何方式'}。`,
    because: [A_BUG],
  },
  'tls/compression-too-long': {
    title: '压缩的证书展开后会过长。',
    says: f => text`它声明展开后有${f.got ?? '?'}字节；我们最多接受${f.number ?? '?'}字节。`,
    because: ['证书链非常长。', HOLD_MEMORY],
  },
  'tls/compression-broken': {
    title: '压缩的证书无法展开。',
    says: f => text`按${f.got ?? '其算法'}它应当展开为${f.number ?? '若干'}字节，但并非如此。`,
    because: [A_BUG, HOLD_MEMORY],
  },
  'tls/client-certificate-wanted': {
    title: '服务器想知道您是谁。',
    says: f => text`它要求客户端证书，没有得到，于是发送了告警${alertText(f.number ?? 40)}。`,
    because: ['服务器只允许已知的客户端进入。'],
  },
  'tls/share-wrong': {
    title: '密钥份额不是可以使用的点。',
    says: f => text`${f.where ?? '该消息'}为${f.expected ?? '该组'}带来的是${f.got ?? '若干字节'}。`,
    because: [A_BUG, '有人试图迫使双方使用已知的密钥。'],
  },
  'tls/binder-wrong': {
    title: '客户端并不拥有它所提出的密钥。',
    says: () => '它的 hello 没有用相应的密钥绑定到该会话或身份。',
    because: ['有人出示了别的客户端的票据或身份。', '双方在同一身份下持有不同的密钥。', SOMETHING_BETWEEN],
  },
  'tls/finished-wrong': {
    title: '双方密钥不一致：有人改动了握手。',
    says: f => text`${f.where ?? '对方'}看到的消息与我们发送的不同，或者使用了不同的密钥。`,
    because: [SOMETHING_BETWEEN, A_BUG],
  },
  'tls/no-extended-master-secret': {
    title: '对方没有把密钥与握手绑定。',
    says: () => '它不支持此处要求的 extended_master_secret。',
    because: ['对方的程序早于 2015 年。'],
  },
  'tls/renegotiation-unsafe': {
    title: '握手没有防范拼接攻击的保护。',
    says: f => text`renegotiation_info 不合要求（${f.got ?? '缺失'}）：在首次握手中它必须存在且为空。`,
    because: ['服务器早于 2010 年。', '有人把两条连接拼接在一起。'],
  },
  'tls/record-damaged': {
    title: '有一条记录被改动。',
    says: f => text`第${f.number ?? '?'}条记录（在该密钥下从 0 数起）的认证标签不符；其内容没有交给任何人。`,
    because: [SOMETHING_BETWEEN, '该记录被重复发送，或者它之前的一条被漏掉。'],
  },
  'tls/record-too-long': {
    title: '有一条记录过长。',
    says: f => text`它有${f.got ?? '更多'}字节，而上限是${f.number ?? '?'}字节。`,
    because: [A_BUG, '连接中途混入了不是 TLS 的内容。'],
  },
  'tls/record-version': {
    title: '记录中的版本与商定的不同。',
    says: f => text`其中写的是${f.got ?? '?'}；商定的是${f.expected ?? '另一个版本'}。`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/too-many-empty-records': {
    title: '没有内容的记录过多。',
    says: f => text`连续收到${f.number ?? '许多'}条空记录。`,
    because: [KEEP_BUSY],
  },
  'tls/too-many-warnings': {
    title: '警告级别的告警过多。',
    says: f => text`连续收到${f.number ?? '许多'}条警告。`,
    because: [KEEP_BUSY],
  },
  'tls/too-many-key-updates': {
    title: '密钥更新过多。',
    says: f => text`收到${f.number ?? '许多'}条 KeyUpdate，其间没有任何数据。`,
    because: [KEEP_BUSY],
  },
  'tls/too-much-waiting': {
    title: '对方发送的数据超过了握手所允许的量。',
    says: f => text`在我们尚未作出决定时，就收到了超过${f.number ?? '?'}字节的数据。`,
    because: [HOLD_MEMORY],
  },
  'tls/cut-short': {
    title: '没有告别就关闭了连接：响应可能不完整。',
    says: f =>
      text`连接在没有 close_notify 的情况下结束${f.got === undefined ? '' : text`（${f.got}）`}。${arrived(f)}`,
    because: ['有人切断连接，以掩盖响应的结尾。', '对方的程序结束得草率。'],
  },
  'tls/unexpected-message': {
    title: '收到了此时不该出现的消息。',
    says: f => text`我们在等待${f.expected ?? '别的消息'}；收到的是${f.got ?? '别的内容'}。`,
    because: [A_BUG, '有人试图跳过握手的一步。'],
  },
  'tls/bad-message': {
    title: '有一条消息无法解读。',
    says: f => text`${f.where ?? '该消息'}：${f.got ?? '不符合规定的格式'}。`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/message-too-long': {
    title: '有一条握手消息过长。',
    says: f => text`${f.where ?? '该消息'}声明有${f.got ?? '?'}字节；我们最多接受${f.number ?? '?'}字节。`,
    because: ['证书链非常长。', HOLD_MEMORY],
  },
  'tls/illegal-value': { title: '某个字段的值不被允许。', ...notAllowed },
  'tls/unexpected-record': {
    title: '收到了此时不该出现的记录类型。',
    says: f => text`我们在等待${f.expected ?? '别的内容'}；收到的是${f.got ?? '别的内容'}。`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/content-too-long': {
    title: '有一条记录的内容过多。',
    says: f => text`它有${f.got ?? '更多'}字节，而上限是${f.number ?? '?'}字节。`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/bad-change-cipher-spec': { title: 'ChangeCipherSpec 的内容不对。', ...notAllowed },
  'tls/bad-alert': {
    title: '有一条告警无法解读。',
    says: f => text`${f.where ?? '该告警'}：${f.got ?? '不符合规定的格式'}。`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/alert-level': { title: '告警的级别不存在。', ...notAllowed },
  'tls/excess-data': {
    title: '在我们回应之前收到了多余的内容。',
    says: f => text`我们在等待${f.expected ?? '自己的回应'}；收到的是${f.got ?? '别的内容'}。`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/bad-hello': {
    title: '客户端的 hello 无法解读。',
    says: f => text`${f.where ?? '该消息'}：${f.got ?? '不符合规定的格式'}。`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/bad-extension': {
    title: '有一个扩展无法解读。',
    says: f => text`${f.where ?? '该扩展'}：${f.got ?? '不符合规定的格式'}。`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/extension-twice': { title: '同一个扩展出现了两次。', ...notAllowed },
  'tls/wrong-suite': { title: '服务器选择了未曾提供的密码套件。', ...notAllowed },
  'tls/wrong-group': { title: '密钥交换使用了未曾提供的组。', ...notAllowed },
  'tls/wrong-scheme': { title: '签名使用了不合适的算法。', ...notAllowed },
  'tls/wrong-protocol': { title: '服务器选择了未曾提供的应用协议。', ...notAllowed },
  'tls/wrong-certificate-type': { title: '服务器选择了未曾提供的证书类型。', ...notAllowed },
  'tls/needless-certificate-types': { title: '证书类型列表没有内容。', ...notAllowed },
  'tls/wrong-compression': { title: '服务器要求压缩。', ...notAllowed },
  'tls/no-null-compression': { title: '客户端没有提供不压缩的选项。', ...notAllowed },
  'tls/illegal-extension': { title: '扩展的内容不被允许。', ...notAllowed },
  'tls/renegotiation-unprotected': {
    title: '服务器没有防范拼接攻击的保护。',
    says: () => '它的 hello 没有 renegotiation_info；2010 年以来的服务器都会发送。',
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/missing-extension': {
    title: '缺少必须有的扩展。',
    says: f => text`${f.where ?? '该消息'}没有${f.expected ?? '所需的扩展'}。`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/share-missing': {
    title: 'TLS 1.3 的 hello 没有密钥份额。',
    says: f => text`${f.where ?? '该 hello'}必须带有${f.expected ?? '密钥份额'}。`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/shares-twice': { title: '同一个组有两个密钥份额。', ...notAllowed },
  'tls/retry-empty': { title: '服务器要求重发 hello，却没有要求任何改动。', ...notAllowed },
  'tls/session-echo': { title: '服务器没有重复我们的会话标识。', ...notAllowed },
  'tls/second-hello': { title: '服务器中途改变了版本。', ...notAllowed },
  'tls/unoffered-extension': {
    title: '服务器回应了未曾提供的扩展。',
    says: f => text`它的 hello 含有${f.got ?? '某个扩展'}；我们提供的是${f.expected ?? '别的扩展'}。`,
    because: [A_BUG, SOMETHING_BETWEEN],
  },
  'tls/renegotiation': {
    title: '对方想重新协商。',
    says: f => text`它要求了${f.number ?? '多'}次，每次都被拒绝。`,
    because: ['服务器在收到请求之后才索要客户端证书。', KEEP_BUSY],
  },
  'tls/handshake-cut': {
    title: '对方在握手中途挂断。',
    says: f => text`它在我们等待${f.expected ?? '下一条消息'}时关闭了连接（${f.got ?? '流已结束'}）。`,
    because: ['它不接受我们提供的选项，又没有说明。', '它不使用 TLS，或者防火墙切断了连接。'],
  },
  'tls/alert-received': {
    title: '对方拒绝了。',
    says: f => {
      const entry = alertWords(f.number ?? -1)
      const meaning = entry === undefined ? '' : text`：${entry.means}。${entry.likely.replace(/。$/, '')}`
      return text`它发送了告警${alertText(f.number ?? 0)}${meaning}。`
    },
  },
  'tls/no-exporter': {
    title: '该连接不能导出这样的密钥。',
    says: f => text`这里无法为${f.got ?? '该标签'}导出任何内容。`,
    because: [
      '密钥没有保留：没有给出 exporters 选项。',
      '握手尚未结束，或者没有使用 extended master secret。',
      '该标签属于 TLS 自身。',
    ],
  },
  'tls/write-too-early': {
    title: '握手尚未结束就写入了数据。',
    says: f => text`write() 在${f.where ?? '握手'}阶段被调用；要等到 "established" 事件之后才可以调用。`,
  },
  'tls/write-after-close': {
    title: '向已关闭的连接写入了数据。',
    says: f => text`write() 在${f.where ?? 'close()'}之后被调用。`,
  },
  'tls/proof-mismatch': {
    title: '关于信任的答复没有证明所问的内容。',
    says: f => text`${f.where ?? '它'}是${f.got ?? '别的内容'}；所问的是${f.expected ?? '另一项内容'}。`,
    because: [
      '程序混淆了两条连接，或者用先前连接的证明作答。',
      '传给 verifyChain 的证书链、名称、用途和 keyUsage 与问题中的不一致。',
    ],
  },
  'tls/no-such-question': {
    title: '收到了无人询问的答复。',
    says: f => text`answer() 的参数是${f.got ?? '某个值'}；尚待答复的问题：${f.expected ?? '没有'}。`,
  },
}
