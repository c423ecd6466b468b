/** What ends TLS because of keys from elsewhere or of who a client is, in words. */
import type { tlsFailures } from '../../failures/tls.ts'
import type { WordsOf } from '../words.ts'
import { text } from './text.ts'

type Code =
  | 'tls/external-key-unknown'
  | 'tls/external-key-own'
  | 'tls/key-not-offered'
  | 'tls/no-key-mode'
  | 'tls/nothing-to-show'
  | 'tls/bad-external-key'
  | 'tls/no-later-certificate'

export const identityWords: Pick<WordsOf<typeof tlsFailures>, Code> = {
  'tls/external-key-unknown': {
    title: '客户端没有我们所知的密钥。',
    says: f =>
      text`它提供了${f.got ?? '若干身份'}；需要的是${f.expected ?? '我们拥有的密钥之一'}，而且没有证书可以退而使用。`,
    because: ['该密钥已被收回，或从未交给这台服务器。', '客户端是为另一台服务器配置的。'],
  },
  'tls/external-key-own': {
    title: '有人提供了我们作为客户端使用的密钥。',
    says: () => '这把密钥我们只以客户端身份使用；若以服务器身份接受它，就是在与自己通话。',
    because: ['有人把我们自己的 hello 送回给我们。', '同一把密钥给了一个程序的两端：应当改为写明它的两端是谁。'],
  },
  'tls/key-not-offered': {
    title: '选择了未曾提供的预共享密钥。',
    says: f => text`${f.where ?? '某个字段'}的值是${f.got ?? '?'}；应当是${f.expected ?? '提供过的密钥之一'}。`,
    because: ['双方之一有缺陷。', '双方之间有东西改动了字节。'],
  },
  'tls/no-key-mode': {
    title: '客户端只想用密钥而不做密钥交换。',
    says: () => '它没有提供 psk_dhe_ke；只用密钥会失去前向保密，而且没有证书可以退而使用。',
    because: ['客户端是一台省去密钥交换的小型设备。'],
  },
  'tls/nothing-to-show': {
    title: '没有可以给这个客户端的证书。',
    says: () => '这台服务器只接受持有其密钥的客户端，而这个客户端没有提供任何密钥。',
    because: ['客户端没有配置密钥。', '它不支持 TLS 1.3，而这样的密钥只在那里提供。'],
  },
  'tls/bad-external-key': {
    title: '外部密钥无法使用。',
    says: f => text`${f.where ?? '其中一部分'}是${f.got ?? '?'}；应当是${f.expected ?? '别的'}。`,
    because: ['密钥没有复制完整。', '本该是密钥的地方放了密码。'],
  },
  'tls/no-later-certificate': {
    title: '现在无法询问这个客户端的身份。',
    says: f => text`在${f.where ?? '某个状态'}中调用了 requestCertificate()，此时不可行。`,
    because: [
      '客户端没有提供 post_handshake_auth，或不支持 TLS 1.3。',
      '没有给出选项 postHandshakeAuth。',
      '已有四个请求尚未得到回答。',
    ],
  },
}
