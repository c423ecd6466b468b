/** Failures of certificates and of our own authority's files, in Chinese. */
import type { certificateFailures } from '../../failures/certificate.ts'
import type { EvidenceFault } from '../../x509/revocation/evidence.ts'
import type { WordsOf } from '../words.ts'
import { text } from './text.ts'

const clock = '本机的时钟不准。'

/** Why evidence does not count, one code of `EvidenceFault` or several. */
const faultsOf = (codes: string | undefined): string =>
  (codes ?? '?')
    .split(', ')
    .map(code => (Object.hasOwn(faults, code) ? faults[code as EvidenceFault] : code))
    .join('；')

const faults: Readonly<Record<EvidenceFault, string>> = {
  malformed: '格式错误',
  refused: '应答服务器没有给出应答',
  'of-another': '来自其他颁发者，或针对其他证书',
  'out-of-scope': '不涉及这类证书',
  'not-yet': '尚未生效',
  'out-of-date': '已过期',
  strange: '含有此处不认识的关键扩展',
  unnumbered: '没有编号，或编号被标为关键',
  signature: '不是由有权签名者签名',
  weak: '签名方式过弱',
  unknown: '应答服务器不认识该证书',
  reasons: '只涉及部分吊销原因',
}

export const certificateWords: WordsOf<typeof certificateFailures> = {
  'tls/certificate-expired': {
    title: '证书已过期。',
    says: f => text`${f.where ?? '该证书'}的有效期到${f.expected ?? '?'}为止；现在是${f.got ?? '?'}。`,
    because: ['证书没有续期。', clock],
  },
  'tls/certificate-not-yet': {
    title: '证书尚未生效。',
    says: f => text`${f.where ?? '该证书'}自${f.expected ?? '?'}起有效；现在是${f.got ?? '?'}。`,
    because: [clock, '证书在生效之前就投入了使用。'],
  },
  'tls/certificate-name': {
    title: '证书是颁发给另一个名称的。',
    says: f =>
      f.got === undefined
        ? text`您访问的是${f.expected ?? '?'}；证书不适用于任何名称。`
        : text`您访问的是${f.expected ?? '?'}；证书适用于${f.got}。`,
    because: ['服务器上有多个站点，选错了证书。', 'subjectAltName 中缺少这个名称；通用名（CN）已不再算数。'],
  },
  'tls/certificate-purpose': {
    title: '证书不是用于此目的的。',
    says: f => text`${f.where ?? '该证书'}可用于${f.got ?? '别的用途'}；这里需要的用途是${f.expected ?? '?'}。`,
    because: ['误装了另一类证书（客户端、邮件、代码签名或 CA 证书）。'],
  },
  'tls/certificate-key-usage': {
    title: '证书中的密钥不是用于此目的的。',
    says: f => text`${f.where ?? '该证书'}的密钥可用于${f.got ?? '别的用途'}；握手需要的是${f.expected ?? '?'}。`,
    because: ['证书是为另一种密钥交换签发的，或用于签发证书。'],
  },
  'tls/certificate-untrusted': {
    title: '证书的签发者不受信任。',
    says: f => text`证书链通向${f.got ?? '某个证书颁发机构'}，它不在您信任的根证书之中。`,
    because: ['证书来自私有或本地的证书颁发机构，其根证书没有安装在这里。', '您与服务器之间有人代替服务器作答。'],
  },
  'tls/certificate-distrusted': {
    title: '颁发机构受信任，但不适用于这张证书。',
    says: f =>
      text`${f.where ?? '根证书'}的信任范围：${f.got ?? '其他证书'}；而这张证书：${f.expected ?? '不在其中'}。`,
    because: [
      '该颁发机构正被移出受信任的根证书列表：某日之后签发的证书不再有效。',
      '您的设置只在一种用途上信任这个根证书。',
    ],
  },
  'tls/key-untrusted': {
    title: '这个密钥不在您信任的密钥之中。',
    says: f => text`对方出示的密钥是${f.got ?? '?'}；受信任的是${f.expected ?? '其他密钥'}。`,
    because: ['对方换了新的密钥，而没有人告诉您。', '您与服务器之间有人代替服务器作答。'],
  },
  'tls/certificate-self-signed': {
    title: '证书只能自己证明自己。',
    says: f => text`${f.got ?? '它'}为自己的证书签名，而这张证书不在您信任的证书之中。`,
    because: ['它是为测试而制作的。', '设备或服务器出厂自带，无人更换。'],
  },
  'tls/chain-incomplete': {
    title: '证书链缺了一环。',
    says: f =>
      text`${f.where ?? '该证书'}由${f.got ?? '某个证书颁发机构'}签发，而服务器没有发送后者的证书，您信任的根证书中也没有它。`,
    because: [
      '服务器上只安装了自己的证书，没有中间证书。浏览器会记住或自行下载中间证书，因而看不出问题。',
      '它由私有的证书颁发机构签发，其根证书没有安装在这里。',
    ],
  },
  'tls/certificate-signature': {
    title: '证书上的签名不正确。',
    says: f => text`${f.where ?? '该证书'}不是由${f.expected ?? '其签发者'}的密钥签名的。`,
    because: ['它在签名之后被改动，或是伪造的。', '签发者沿用旧名称，却换了新密钥。'],
  },
  'tls/certificate-algorithm': {
    title: '证书依赖过弱或未知的密码算法。',
    says: f => text`${f.where ?? '该证书'}使用${f.got ?? '?'}；需要的是${f.expected ?? '更强的算法'}。`,
    because: ['它非常陈旧。', '它是用不常见的算法制作的。'],
  },
  'tls/certificate-not-ca': {
    title: '签发这张证书的证书无权签发。',
    says: f => text`${f.where ?? '签发者'}不是证书颁发机构：${f.got ?? '其证书没有这样声明'}。`,
    because: ['有人用普通证书为别的证书签名。', '证书颁发机构的设置有误。'],
  },
  'tls/certificate-path-length': {
    title: '证书链超过了其中一个颁发机构允许的长度。',
    says: f => text`${f.where ?? '某个颁发机构'}允许其下有${f.expected ?? '?'}；实际有${f.got ?? '更多'}。`,
  },
  'tls/certificate-constraint': {
    title: '证书颁发机构无权为这个名称签发证书。',
    says: f =>
      text`${f.where ?? '某个颁发机构'}只能用于其他名称：${f.got ?? '某个名称'}不合限制（${f.expected ?? '超出其范围'}）。`,
    because: ['只能用于本公司名称的公司内部颁发机构被用于其他名称。'],
  },
  'tls/certificate-policy': {
    title: '证书链没有共同的证书策略。',
    says: f => text`${f.where ?? '某个颁发机构'}要求有明确的策略，而没有一个策略在整条链上有效。`,
  },
  'tls/certificate-revoked': {
    title: '证书已被吊销。',
    says: f =>
      f.expected === undefined
        ? text`颁发机构已吊销${f.where ?? '某个证书'}（${f.got ?? 'unspecified'}）。`
        : text`颁发机构已于${f.expected}吊销${f.where ?? '某个证书'}（${f.got ?? 'unspecified'}）。`,
    because: ['它的私钥被盗或丢失。', '它已被替换，而服务器仍在出示旧证书。'],
  },
  'tls/revocation-unknown': {
    title: '没有人说明证书是否被吊销。',
    says: f =>
      f.got === 'none'
        ? text`关于${f.where ?? '某个证书'}既没有吊销列表也没有应答，而调用方要求严格检查。`
        : text`关于${f.where ?? '某个证书'}的信息不可用：${faultsOf(f.got)}。而调用方要求严格检查。`,
    because: ['颁发机构没有发布新的信息。', '它发布的信息无法取得。'],
  },
  'tls/staple-missing': {
    title: '服务器没有按证书的承诺附上其仍然有效的证明。',
    says: f =>
      f.got === 'none'
        ? text`${f.where ?? '该证书'}要求同时附上 OCSP 应答，而服务器没有附上。`
        : text`${f.where ?? '该证书'}要求同时附上有效的 OCSP 应答，而所附的不可用：${faultsOf(f.got)}。`,
    because: ['服务器不附带 OCSP 应答。', '颁发机构没有及时答复服务器。'],
  },
  'tls/transparency-missing': {
    title: '证书没有提交给足够多的公开日志。',
    says: f =>
      text`${f.where ?? '该证书'}必须有这些日志的有效时间戳：${f.expected ?? '更多日志'}；实际：${f.got ?? '较少'}。`,
    because: ['它签发时没有附上时间戳：由私有机构签发，或域名所有者并不知情。', '日志列表比证书所提交的日志更旧。'],
  },
  'tls/certificate-critical': {
    title: '证书提出了我们不了解的条件。',
    says: f => text`${f.where ?? '该证书'}含有关键扩展${f.got ?? '?'}；不理解它的一方必须拒绝。`,
  },
  'tls/certificate-malformed': {
    title: '证书的格式不正确。',
    says: f => text`字段${f.where ?? '?'}有误：${f.got ?? '已损坏'}（${f.expected ?? 'X.690'}）。`,
    because: ['制作它的软件有缺陷。', '它在传输途中损坏。'],
  },
  'tls/certificate-profile': {
    title: '证书违反了颁发证书应遵守的一条规则。',
    says: f => text`${f.where ?? '该证书'}：${f.got ?? '?'}（${f.expected ?? 'RFC 5280 4'}）。`,
    because: ['颁发机构是自建的，漏掉了某项内容，而当前的规则集坚持要有它。'],
  },
  'tls/chain-too-complex': {
    title: '检查这条证书链的工作量过大。',
    says: f => text`检查它所需的${f.got ?? '步骤'}超过${f.number ?? '允许的数目'}。`,
    because: ['它是为耗尽检查者的资源而制作的。'],
  },
  'ca/key-readable': {
    title: '他人可以读取本地证书颁发机构的密钥。',
    says: f => text`读到${f.where ?? '它'}的人可以在本机冒充任何站点；它的权限是${f.got ?? '?'}。`,
    because: ['该文件是复制来的，或是从压缩包中解出的。'],
  },
  'ca/damaged': {
    title: '本地证书颁发机构的文件彼此不符。',
    says: f => text`${f.where ?? '某个文件'}：${f.got ?? '无法使用'}。`,
    because: ['某个文件被手工编辑、截断或替换。'],
  },
  'ca/unusable': {
    title: '本地证书颁发机构的文件夹无法使用。',
    says: f => text`${f.where ?? '它'}：${f.got ?? '无法读取或写入'}。`,
  },
  'ca/none': {
    title: '本机尚无证书颁发机构。',
    says: f => text`${f.where ?? '它的文件夹'}不存在，因此它没有签发过任何证书。`,
    because: ['它是为另一个用户建立的，或位于另一个 BAREWIRE_HOME 之下。'],
  },
  'ca/refused': {
    title: '证书颁发机构不签发这样的证书。',
    says: f => text`${f.where ?? '它'}：${f.got ?? '没有人会相信它'}。`,
    because: ['它签发的证书必须在它之下可信：在它的名称范围、有效期和所请求的用途之内。'],
  },
  'ca/store': {
    title: '受信任证书的存储区没有接受它。',
    says: f => text`${f.where ?? '它'}：${f.got ?? '被拒绝'}。`,
    because: ['只有其他用户才有权更改它。', '它已被锁定或损坏。'],
  },
  'ca/log-list': {
    title: '日志列表无法使用。',
    says: f => text`${f.where ?? '它'}${f.got ?? '无法读取'}。`,
    because: ['它不是第 3 版格式的证书透明度日志列表。'],
  },
  'ca/crlite': {
    title: 'CRLite 过滤器无法使用。',
    says: f =>
      text`${f.where ?? '它'}${f.got ?? '无法读取'}${f.expected === undefined ? '' : text`；可以读取的版本：${f.expected}`}。`,
    because: [
      '它不是 Firefox 保存为 `security_state/crlite.filter` 的那种过滤器。',
      '它是 2024 年或更早的：那时的过滤器是另一种（版本 0 到 2）。',
    ],
  },
  'ca/trust-file': {
    title: '存放受信任证书的文件无法使用。',
    says: f => text`${f.where ?? '它'}：${f.got ?? '其中没有证书'}。`,
  },
}
