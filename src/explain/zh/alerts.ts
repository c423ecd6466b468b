/** What each alert of TLS says, and what usually lies behind it when a peer sends it to us, in Chinese. */
import type { AlertMeaning, AlertWords } from '../words.ts'

const alerts: AlertWords = {
  0: { means: '它不再发送数据', likely: '连接正常结束。' },
  10: { means: '收到了此时不该出现的消息', likely: '双方对握手的顺序看法不一；其中一方有缺陷。' },
  20: { means: '有一条记录无法解密', likely: '双方之间有人改动了字节，或者双方的密钥不同。' },
  21: { means: '有一条记录无法解密', likely: '对方非常陈旧：这种告警已不再使用。' },
  22: { means: '有一条记录过长', likely: '记录层有缺陷，或者连接中混入了不是 TLS 的内容。' },
  30: { means: '有一条记录无法解压', likely: '对方非常陈旧：TLS 压缩已不再使用。' },
  40: {
    means: '没有找到双方都支持的选项',
    likely: '没有共同的密码套件、密钥交换组或签名算法，或者服务器要求客户端证书。',
  },
  41: { means: '它没有证书', likely: '对方使用 SSL 3.0。' },
  42: { means: '我们的证书有误', likely: '名称不符，或者证书链中某个签名不正确。' },
  43: { means: '我们的证书属于它不接受的类型', likely: '证书的密钥类型或用途不合对方的要求。' },
  44: { means: '我们的证书已被吊销', likely: '证书颁发机构已把它列入吊销列表。' },
  45: { means: '我们的证书已过期', likely: '证书没有续期，或者双方有一方的时钟不准。' },
  46: { means: '我们的证书未被接受', likely: '对方的程序固定了证书，或者出于自己的理由而拒绝。' },
  47: { means: '某个字段的值不被允许', likely: '其中一方有缺陷，或者途中有人改动了握手。' },
  48: {
    means: '它不信任我们证书的签发者',
    likely: '客户端的信任库里没有这个证书颁发机构；请把根证书安装到那里。',
  },
  49: { means: '证书没有问题，但其持有者无权进入', likely: '对方设有访问规则。' },
  50: { means: '有一条消息无法解读', likely: '其中一方有缺陷，或者途中有人改动了握手。' },
  51: { means: '签名或 Finished 消息未通过验证', likely: '私钥与证书不配对，或者有人改动了握手。' },
  60: { means: '出口管制不允许', likely: '对方非常陈旧。' },
  70: { means: '它不支持这个 TLS 版本', likely: '一方只支持另一方已经关闭的版本。' },
  71: { means: '它要求更强的密码算法', likely: '对方对密码套件或密钥长度的要求更严格。' },
  80: { means: '它因自身的原因而失败', likely: '请查看对方的日志。' },
  86: {
    means: '我们以低于自身能力的版本发起连接',
    likely: '先前的一次尝试失败，于是改用较低的版本，而服务器支持更高的版本。',
  },
  90: { means: '用户中止了操作', likely: '有人按了“取消”。' },
  100: { means: '它不进行重新协商', likely: '对方关闭了重新协商，这样做是对的。' },
  109: { means: '缺少它所需的扩展', likely: 'hello 消息遗漏了该版本所要求的内容。' },
  110: { means: '收到了未曾提供过的扩展', likely: '服务器回应了没有提出的内容；其中一方有缺陷。' },
  112: { means: '它不为这个名称提供服务', likely: '名称拼写有误，或者服务器上没有这个站点。' },
  113: { means: '装订的 OCSP 响应有误', likely: '该响应已过期，或由错误的密钥签名。' },
  115: { means: '它不认识这个预共享密钥', likely: '双方的密钥不同。' },
  116: { means: '它要求客户端出示证书', likely: '服务器只允许已知的客户端进入。' },
  120: { means: '没有共同的应用层协议', likely: '双方的 ALPN 列表没有交集。' },
}

export const alertWords = (number: number): AlertMeaning | undefined =>
  (alerts as Readonly<Record<number, AlertMeaning>>)[number]
